import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { BookStatus, Instrument } from '../../../shared/domain/index.ts'
import { formatSymbol } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty, Keys, Segmented, Select } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { LeftOutNotice } from '../../ui/LeftOutNotice.tsx'
import { usePane } from '../../ui/PaneContext.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { usePainter } from '../../ui/usePainter.ts'
import { oneOf, usePaneState } from '../../ui/usePaneState.ts'
import { useShownBooks } from '../../ui/useShown.ts'
import { ConsolidatedView } from '../consolidated/ConsolidatedView.tsx'
import { HeatmapView } from '../consolidated/HeatmapView.tsx'
import { LadderPanel } from './LadderPanel.tsx'

const t = textsOf('books')

const levelChoices = ['15', '25', '50'] as const
type LevelChoice = (typeof levelChoices)[number]
const levelOptions = levelChoices.map((value) => ({ value, text: value }))
const modes = [
  { value: 'beside', text: t('modes.beside') },
  { value: 'consolidated', text: t('modes.consolidated') },
  { value: 'heatmap', text: t('modes.heatmap') },
] as const
type Mode = (typeof modes)[number]['value']
const levelState = oneOf(levelOptions)
const modeState = oneOf(modes)
const statusEveryMs = 1_000

/** The full order books of one symbol: exchange beside exchange, all as one, or over time. */
export function BooksScreen({ first = 'beside' }: { readonly first?: Mode }) {
  const { quotes, shell, settings: settingsStore } = useStores()
  const table = useStore(quotes, (state) => state.table)
  const isLoaded = useStore(quotes, (state) => state.isLoaded)
  const wished = useStore(shell, (state) => state.bookSymbol ?? state.chart.symbol)
  const kept = useStore(settingsStore, (state) => state.settings?.orderBooks.symbols ?? 'watched')
  const [choice, setChoice] = usePaneState<LevelChoice>('levels', levelState, '15')
  const [mode, setMode] = usePaneState<Mode>('mode', modeState, first)
  const symbols = useMemo(() => [...new Set(table.instruments.map(({ symbol }) => symbol))].sort(), [table])
  const symbol = symbols.find((one) => one === wished) ?? symbols[0]
  const shown = useMemo(() => table.instruments.filter((instrument) => instrument.symbol === symbol), [table, symbol])
  const pane = usePane()
  const asked = useStore(shell, (state) => state.asked)
  useEffect(() => {
    const found =
      asked?.screen === 'books' && pane === null ? modes.find(({ value }) => value === asked.part) : undefined
    if (found) setMode(found.value)
  }, [asked, pane, setMode])
  const step = (by: number) => {
    const next = symbols[(symbols.indexOf(symbol ?? '') + by + symbols.length) % symbols.length]
    if (next) shell.getState().openBooks(next)
  }
  useScreenKeys([
    ['[', () => step(-1)],
    [']', () => step(1)],
    ['v', () => setMode(modes[(modes.findIndex(({ value }) => value === mode) + 1) % modes.length]?.value ?? 'beside')],
  ])
  return (
    <section aria-label={t('title')} className="@container flex h-full flex-col" data-testid="screen-books">
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-panel px-3 py-2">
        {symbol !== undefined && (
          <Select<string>
            data-filter
            label={t('symbol')}
            data-testid="books-symbol"
            className="w-44 font-semibold"
            value={symbol}
            options={symbols.map((value) => ({ value, text: formatSymbol(value) }))}
            onChange={(next) => shell.getState().openBooks(next)}
          />
        )}
        <Keys>[ ]</Keys>
        <Segmented<Mode> label={t('modes.label')} value={mode} options={modes} onChange={setMode} />
        <Keys>v</Keys>
        {mode !== 'heatmap' && (
          <div data-wide className="contents">
            <Segmented<LevelChoice>
              label={t('levels.label')}
              value={choice}
              options={levelOptions}
              onChange={setChoice}
            />
            <span data-roomy className="text-2xs text-muted">
              {t('levels.note')}
            </span>
          </div>
        )}
        {symbol !== undefined && pane === null && (
          <Button className="ml-auto" kind="quiet" onClick={() => shell.getState().openChart(symbol)}>
            {t('chart')}
          </Button>
        )}
      </div>
      {!isLoaded ? (
        <Empty title={t('loading')} busy />
      ) : symbol === undefined ? (
        <Empty title={t('empty.title')}>
          <Button onClick={() => shell.getState().go('settings')}>{t('empty.choose')}</Button>
        </Empty>
      ) : kept !== 'watched' && !kept.includes(symbol) ? (
        <Empty title={t('empty.unkept', { symbol: formatSymbol(symbol) })}>
          <p>{t('empty.why')}</p>
          <Button onClick={() => shell.getState().go('settings')}>{t('empty.settings')}</Button>
        </Empty>
      ) : mode === 'heatmap' ? (
        <HeatmapView key={symbol} instruments={shown} />
      ) : mode === 'consolidated' ? (
        <ConsolidatedView key={symbol} instruments={shown} levels={Number(choice)} />
      ) : (
        <Ladders key={symbol} instruments={shown} levels={Number(choice)} />
      )}
    </section>
  )
}

function Ladders({ instruments, levels }: { readonly instruments: readonly Instrument[]; readonly levels: number }) {
  const { api, books } = useStores()
  const painter = usePainter(books)
  const [statuses, setStatuses] = useState<ReadonlyMap<string, BookStatus>>(new Map())
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map())
  const leftOut = useShownBooks(instruments, levels)

  useEffect(() => {
    let isCurrent = true
    // What is there already: a quiet book may not change for a while.
    const read = async () => {
      const found = new Map<string, string>()
      for (const { key } of instruments) {
        const reply = await api.call('books.depth', { instrument: key, levels })
        if (!isCurrent) return
        if (reply.ok) books.getState().apply([reply.value])
        else found.set(key, reply.message)
      }
      setProblems(found)
    }
    void read()
    return () => {
      isCurrent = false
    }
  }, [api, books, instruments, levels])
  useOnLink(() => {
    void api.call('books.list', {}).then((reply) => {
      if (reply.ok) setStatuses(new Map(reply.value.map((status) => [status.instrument, status])))
    })
  }, statusEveryMs)

  return (
    <>
      <LeftOutNotice books={leftOut} />
      <div className="flex min-h-0 flex-1 gap-3 overflow-x-auto p-3">
        {instruments.map((instrument) => (
          <LadderPanel
            key={instrument.key}
            instrument={instrument}
            status={statuses.get(instrument.key)}
            levels={levels}
            painter={painter}
            problem={problems.get(instrument.key) ?? null}
          />
        ))}
      </div>
    </>
  )
}
