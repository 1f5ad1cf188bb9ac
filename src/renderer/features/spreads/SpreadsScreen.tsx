import { type ReactNode, useMemo, useState } from 'react'
import { Trans } from 'react-i18next'
import { z } from 'zod'
import { useStore } from 'zustand'
import { ExchangeId, knownExchanges, type SpreadKind, type SpreadPair } from '../../../shared/domain/index.ts'
import { exchangeTitle, splitKey } from '../../format/names.ts'
import { parseNumber } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { classes } from '../../ui/classes.ts'
import { Keys, Segmented, Select, TextField } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { usePane } from '../../ui/PaneContext.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { oneOf, usePaneState, writtenText } from '../../ui/usePaneState.ts'
import { useWatchlist } from '../../ui/useWatchlist.ts'
import { UnwatchedNotice, WatchlistPicker } from '../../ui/WatchlistPicker.tsx'
import { OpportunityHistory } from './OpportunityHistory.tsx'
import { OpportunityLive } from './OpportunityLive.tsx'
import { PairDetails } from './PairDetails.tsx'
import { PairTable } from './PairTable.tsx'
import { type ExchangeChoice, type SpreadFilter, type VerdictGroup, wantedAt } from './rows.ts'

const t = textsOf('spreads')

const kinds = [
  { value: 'all', text: t('kinds.all') },
  { value: 'cross', text: t('kinds.cross') },
  { value: 'basis', text: t('kinds.basis') },
] as const

const verdictGroups = [
  { value: 'proven', text: t('verdicts.proven') },
  { value: 'certain', text: t('verdicts.certain') },
  { value: 'unproven', text: t('verdicts.unproven') },
  { value: 'aside', text: t('verdicts.aside') },
] as const

const exchangeState = z.union([z.enum(['all', 'accounts']), ExchangeId])
const kindState = oneOf(kinds)
const verdictState = oneOf(verdictGroups)
const absentState = z.boolean()

export function SpreadsScreen() {
  const list = useWatchlist()
  const [text, setText] = usePaneState('text', writtenText, '')
  const [exchange, setExchange] = usePaneState<ExchangeChoice>('exchange', exchangeState, 'all')
  const { settings, link, spreads, shell, accounts: accountStore } = useStores()
  // As one text, which stays the same while only what accounts tell changes.
  const withAccount = useStore(accountStore, ({ accounts }) =>
    knownExchanges()
      .filter((id) => accounts?.some((account) => account.exchange === id))
      .join(),
  )
  const isWanted = useMemo(
    () => wantedAt(exchange, new Set(knownExchanges().filter((id) => withAccount.split(',').includes(id)))),
    [exchange, withAccount],
  )
  const [kind, setKind] = usePaneState<SpreadKind | 'all'>('kind', kindState, 'all')
  const [verdicts, setVerdicts] = usePaneState<VerdictGroup>('verdicts', verdictState, 'proven')
  const [minimum, setMinimum] = usePaneState('minimum', writtenText, '')
  const [withAbsent, setWithAbsent] = usePaneState('withAbsent', absentState, false)
  const filter = useMemo(
    (): SpreadFilter => ({
      text,
      kind,
      verdicts,
      minimumNetPercent: parseNumber(minimum),
      withAbsent,
      shows: list.shows,
      isWanted,
    }),
    [text, kind, verdicts, minimum, withAbsent, list.shows, isWanted],
  )
  const [isHeld, setHeld] = useState(false)
  const [details, setDetails] = useState<SpreadPair | null>(null)
  // In a pane the opportunities are a pane of their own.
  const pane = usePane()
  const table = useStore(spreads, (state) => state.table)
  // Those that are compared, and the one chosen before that is not any more.
  const offered = useMemo((): readonly { readonly value: ExchangeChoice; readonly text: string }[] => {
    const compared = new Set<string>(table.pairs.map(({ buy }) => splitKey(buy).exchange))
    const ids = knownExchanges().filter((id) => id === exchange || compared.has(id))
    return [
      { value: 'all', text: t('exchanges.all') },
      { value: 'accounts', text: t('exchanges.accounts') },
      ...ids.map((id) => ({ value: id, text: exchangeTitle(id) })),
    ]
  }, [table.pairs, exchange])
  // By its legs: a changed watch list gives it another index, or takes it away.
  const pair = details ? table.pairs.find(({ buy, sell }) => buy === details.buy && sell === details.sell) : undefined
  const chart = () => {
    if (!pair) return
    const { exchange, symbol } = splitKey(pair.buy)
    shell.getState().openChart(symbol, exchange)
  }
  const isLinked = useStore(link, ({ state }) => state === 'open')
  const threshold = useStore(settings, (state) => state.settings?.arbitrage.openAbovePercent)
  useScreenKeys([['f', () => setHeld((before) => !before)]])
  const isMinimumBad = minimum.trim() !== '' && parseNumber(minimum) === null
  return (
    <section aria-label={t('title')} className="flex h-full bg-panel" data-testid="screen-spreads">
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
          <TextField
            data-filter
            aria-label={t('filter.symbols')}
            placeholder={t('filter.symbols')}
            className="w-48"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setText('')
            }}
          />
          <Keys>/</Keys>
          <WatchlistPicker list={list} />
          <Select<ExchangeChoice>
            label={t('filter.exchange')}
            data-testid="spreads-exchange"
            value={exchange}
            options={offered}
            onChange={setExchange}
          />
          <Segmented<SpreadKind | 'all'> label={t('filter.kind')} value={kind} options={kinds} onChange={setKind} />
          <Segmented<VerdictGroup>
            label={t('filter.verdict')}
            value={verdicts}
            options={verdictGroups}
            onChange={setVerdicts}
          />
          <span className="flex items-center gap-1.5 text-muted">
            <Trans
              t={t}
              i18nKey="filter.minimum"
              components={{
                field: (
                  <TextField
                    aria-label={t('filter.minimumLabel')}
                    className="w-16 text-right"
                    inputMode="decimal"
                    placeholder={t('filter.any')}
                    aria-invalid={isMinimumBad}
                    value={minimum}
                    onChange={(event) => setMinimum(event.target.value)}
                  />
                ),
              }}
            />
          </span>
          {isMinimumBad && <span className="text-down">{t('filter.notNumber')}</span>}
        </div>
        <UnwatchedNotice symbols={list.unwatched} />
        <PairTable
          filter={filter}
          listName={list.name}
          isHeld={isHeld}
          hasDetails={pair !== undefined}
          onDetails={setDetails}
          onHold={setHeld}
          onShowAbsent={setWithAbsent}
        />
        {pane === null && (
          <div className="grid h-[34%] min-h-44 shrink-0 grid-cols-[minmax(24rem,2fr)_minmax(30rem,3fr)] border-t border-line">
            <OpportunityPanel
              title={t('opportunities.live')}
              hint={
                !isLinked
                  ? t('opportunities.asHeard')
                  : threshold === undefined
                    ? ''
                    : t('opportunities.threshold', { threshold })
              }
            >
              <OpportunityLive />
            </OpportunityPanel>
            <OpportunityPanel title={t('opportunities.history')} className="border-l border-line">
              <OpportunityHistory />
            </OpportunityPanel>
          </div>
        )}
      </div>
      {pair && (
        <div className="w-104 max-w-3/5 shrink-0">
          <PairDetails key={`${pair.buy} ${pair.sell}`} pair={pair} onChart={chart} onClose={() => setDetails(null)} />
        </div>
      )}
    </section>
  )
}

interface PanelProps {
  readonly title: string
  readonly hint?: string
  readonly className?: string
  readonly children: ReactNode
}

function OpportunityPanel({ title, hint, className, children }: PanelProps) {
  return (
    <section aria-label={title} className={classes('flex min-h-0 min-w-0 flex-col', className)}>
      <header className="flex items-baseline gap-2 px-3 py-1.5">
        <h2 className="font-semibold text-strong">{title}</h2>
        {hint !== undefined && <span className="text-2xs text-muted">{hint}</span>}
      </header>
      {children}
    </section>
  )
}
