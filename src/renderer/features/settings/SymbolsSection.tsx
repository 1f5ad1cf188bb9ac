import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { Instrument } from '../../../shared/domain/index.ts'
import type { Settings } from '../../../shared/settings.ts'
import { exchangeTitle, formatSymbol, matchesSymbol, symbolWords } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { Button, TextField } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { HeldBy, Section, useHolder, useUpdate } from './fields.tsx'

const t = textsOf('settings')

const path = ['symbols']
const searchAfterMs = 150
const searchLimit = 500

interface Found {
  readonly symbol: string
  readonly exchanges: readonly string[]
}

/** Instruments of one symbol together, in the order they came. */
function groupBySymbol(instruments: readonly Instrument[]): readonly Found[] {
  const bySymbol = new Map<string, string[]>()
  for (const { symbol, exchange } of instruments) {
    const exchanges = bySymbol.get(symbol) ?? []
    bySymbol.set(symbol, exchanges)
    if (!exchanges.includes(exchange)) exchanges.push(exchange)
  }
  return [...bySymbol].map(([symbol, exchanges]) => ({ symbol, exchanges }))
}

export function SymbolsSection({ settings }: { readonly settings: Settings }) {
  const { quotes } = useStores()
  const instruments = useStore(quotes, ({ table }) => table.instruments)
  const holder = useHolder(path)
  const { update, problem, isBusy } = useUpdate()
  const watched = settings.symbols
  const listings = new Map(groupBySymbol(instruments).map((found) => [found.symbol, found.exchanges]))
  const write = (symbols: readonly string[]) => void update([{ path, value: [...symbols] }])
  return (
    <Section id="symbols" title={t('sections.symbols')} intro={t('symbols.intro')}>
      <div className="flex flex-col gap-3 py-3">
        {holder !== null && (
          <p>
            <HeldBy holder={holder} />
          </p>
        )}
        <ul className="flex flex-wrap gap-1.5" aria-label={t('symbols.watched')}>
          {watched.map((symbol) => (
            <li
              key={symbol}
              data-testid={`symbol-${symbol}`}
              className="flex h-7 items-center gap-2 rounded border border-line bg-base pl-2"
            >
              <span className="font-medium text-strong">{formatSymbol(symbol)}</span>
              <span className="text-2xs text-muted">{listingText(listings.get(symbol))}</span>
              <button
                type="button"
                aria-label={t('symbols.stop', { symbol: formatSymbol(symbol) })}
                className="h-full px-2 text-muted hover:text-down disabled:opacity-40"
                disabled={holder !== null || isBusy}
                onClick={() => write(watched.filter((other) => other !== symbol))}
              >
                ✕
              </button>
            </li>
          ))}
          {watched.length === 0 && <li className="text-muted">{t('symbols.none')}</li>}
        </ul>
        {problem !== null && (
          <p role="alert" className="text-down">
            {problem}
          </p>
        )}
        {holder === null && (
          <SymbolSearch watched={watched} isBusy={isBusy} onAdd={(symbol) => write([...watched, symbol])} />
        )}
      </div>
    </Section>
  )
}

const listingText = (exchanges: readonly string[] | undefined): string =>
  exchanges === undefined ? t('symbols.notListed') : t('symbols.listed', { count: exchanges.length })

interface SymbolSearchProps {
  readonly watched: readonly string[]
  readonly isBusy: boolean
  onAdd(symbol: string): void
}

function SymbolSearch({ watched, isBusy, onAdd }: SymbolSearchProps) {
  const { api } = useStores()
  const [query, setQuery] = useState('')
  const [found, setFound] = useState<readonly Found[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    // The hub looks for one text; of several words it gets the first that tells one base from another, the rest is looked
    // for in what it finds.
    const words = symbolWords(query)
    const wanted = words.find((word) => word !== 'PERP') ?? words[0]
    if (wanted === undefined) return setFound(null)
    let isCurrent = true
    const timer = setTimeout(async () => {
      const reply = await api.call('instruments.search', { query: wanted.slice(0, 40), limit: searchLimit })
      if (!isCurrent) return
      setProblem(reply.ok ? null : reply.message)
      if (reply.ok)
        setFound(
          groupBySymbol(
            reply.value.filter(({ status, symbol }) => status !== 'delisted' && matchesSymbol(symbol, query)),
          ),
        )
    }, searchAfterMs)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [query, api])
  return (
    <div className="flex flex-col gap-2">
      <TextField
        data-filter
        aria-label={t('symbols.search.label')}
        placeholder={t('symbols.search.placeholder')}
        className="w-80"
        data-testid="symbol-search"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setQuery('')
        }}
      />
      {problem !== null && <p className="text-down">{problem}</p>}
      {found !== null && (
        <ul aria-label={t('symbols.search.found')} className="max-h-72 overflow-y-auto rounded border border-line">
          {found.length === 0 && <li className="px-3 py-2 text-muted">{t('symbols.search.nothing')}</li>}
          {found.map(({ symbol, exchanges }) => {
            const isWatched = watched.includes(symbol)
            return (
              <li key={symbol} className="flex items-center gap-2 border-b border-line px-3 py-1 last:border-b-0">
                <span className="w-40 font-medium text-strong">{formatSymbol(symbol)}</span>
                {exchanges.map((exchange) => (
                  <span key={exchange} className="rounded-sm border border-line px-1.5 text-2xs text-muted">
                    {exchangeTitle(exchange)}
                  </span>
                ))}
                <Button
                  className="ml-auto h-6"
                  disabled={isWatched || isBusy}
                  aria-label={t('symbols.watch.label', { symbol: formatSymbol(symbol) })}
                  data-testid={`add-${symbol}`}
                  onClick={() => onAdd(symbol)}
                >
                  {isWatched ? t('symbols.watch.done') : t('symbols.watch.text')}
                </Button>
              </li>
            )
          })}
        </ul>
      )}
    </div>
  )
}
