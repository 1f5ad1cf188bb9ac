import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { type Instrument, type Period, periods } from '../../../shared/domain/index.ts'
import { formatKey } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { LeftOutNotice } from '../../ui/LeftOutNotice.tsx'
import { usePane } from '../../ui/PaneContext.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { usePaneState } from '../../ui/usePaneState.ts'
import { CandleChart } from './CandleChart.tsx'
import { ChartToolbar, type Comparison } from './ChartToolbar.tsx'
import type { CandleFeed } from './candleFeed.ts'
import { staleReason } from './chartNotice.ts'
import { chosenInstrument, comparable } from './chartSelection.ts'
import type { LineLook } from './chartView.ts'
import { createFillFeed } from './fillFeed.ts'
import { HistoryState } from './HistoryState.tsx'
import { Remembered, readRemembered, remember } from './remembered.ts'
import { TradesState } from './TradesState.tsx'
import { createTradeFeed } from './tradeFeed.ts'
import { useCandleFeeds } from './useCandleFeeds.ts'

const t = textsOf('chart')

/** Looks of compared series in the order of the exchanges; more than these share them. */
const looks: readonly LineLook[] = [
  { color: 'accent', stroke: 'solid' },
  { color: 'warn', stroke: 'dashed' },
  { color: 'strong', stroke: 'dotted' },
]
const firstLook: LineLook = { color: 'accent', stroke: 'solid' }

export function ChartScreen() {
  const { quotes, shell } = useStores()
  const instruments = useStore(quotes, ({ table }) => table.instruments)
  const isLoaded = useStore(quotes, (state) => state.isLoaded)
  const choice = useStore(shell, ({ chart }) => chart)
  const shown = useMemo(() => chosenInstrument(instruments, choice), [instruments, choice])
  return (
    <section aria-label={t('title')} className="flex h-full flex-col bg-panel" data-testid="screen-chart">
      {!isLoaded ? (
        <Empty title={t('loading')} busy />
      ) : shown === null ? (
        <Empty title={t('empty.title')}>
          <p>{t('empty.why')}</p>
          <Button onClick={() => shell.getState().go('settings')}>{t('empty.choose')}</Button>
        </Empty>
      ) : (
        <ShownChart instruments={instruments} shown={shown} period={choice.period} />
      )}
    </section>
  )
}

interface ShownChartProps {
  readonly instruments: readonly Instrument[]
  readonly shown: Instrument
  readonly period: Period
}

function ShownChart({ instruments, shown, period }: ShownChartProps) {
  const { api, shell } = useStores()
  const pane = usePane()
  const [last] = useState(readRemembered)
  const [kept, setKept] = usePaneState('marks', Remembered, last)
  useEffect(() => {
    if (pane === null) remember(kept)
  }, [pane, kept])
  const comparisons = useMemo(
    () =>
      comparable(instruments, shown).map(
        (instrument, i): Comparison => ({
          instrument,
          look: looks[i % looks.length] ?? firstLook,
          isOn: kept.compared.includes(instrument.exchange),
        }),
      ),
    [instruments, shown, kept.compared],
  )
  const compared = useMemo(() => comparisons.filter(({ isOn }) => isOn), [comparisons])
  const series = useMemo(() => [shown, ...compared.map(({ instrument }) => instrument)], [shown, compared])
  const { feeds, leftOut } = useCandleFeeds(series, period)
  const lines = useMemo(
    () =>
      compared.flatMap(({ look }, i) => {
        const line = feeds[i + 1]
        return line ? [{ feed: line, look }] : []
      }),
    [compared, feeds],
  )
  const [feed] = feeds
  const { showsFills, showsTrades } = kept
  const fills = useMemo(() => (showsFills ? createFillFeed(api, shown) : null), [api, shown, showsFills])
  const trades = useMemo(() => (showsTrades ? createTradeFeed(api, shown) : null), [api, shown, showsTrades])
  const toggleFills = () => setKept({ ...kept, showsFills: !showsFills })
  const toggleTrades = () => setKept({ ...kept, showsTrades: !showsTrades })
  const movePeriod = (by: number) => {
    const next = periods[periods.indexOf(period) + by]
    if (next) shell.getState().setPeriod(next)
  }
  useScreenKeys([
    ['[', () => movePeriod(-1)],
    [']', () => movePeriod(1)],
    ['f', toggleFills],
    ['t', toggleTrades],
    ['%', () => setKept({ ...kept, isPercent: !kept.isPercent })],
  ])
  const onCompare = (exchange: string) => {
    const others = kept.compared.filter((id) => id !== exchange)
    setKept({ ...kept, compared: others.length < kept.compared.length ? others : [...others, exchange] })
  }
  return (
    <>
      <ChartToolbar
        instruments={instruments}
        shown={shown}
        period={period}
        comparisons={comparisons}
        isPercent={kept.isPercent}
        onPick={({ symbol, exchange }) => shell.getState().openChart(symbol, exchange)}
        onPeriod={shell.getState().setPeriod}
        onCompare={onCompare}
        onPercent={(isPercent) => setKept({ ...kept, isPercent })}
        showsFills={showsFills}
        showsTrades={showsTrades}
        onFills={toggleFills}
        onTrades={toggleTrades}
      >
        {trades && <TradesState feed={trades} instrument={shown} />}
        {feed && <HistoryState feed={feed} />}
      </ChartToolbar>
      {feed && (
        <>
          <StaleNotice feed={feed} />
          <LeftOutNotice klines={leftOut} />
          <div className="min-h-0 flex-1">
            <FeedView
              key={`${feed.instrument.id} ${feed.period}`}
              feed={feed}
              lines={lines}
              isPercent={kept.isPercent}
              fills={fills}
              trades={trades}
            />
          </div>
        </>
      )}
    </>
  )
}

/** The picture, or why there is none. */
function FeedView(props: Parameters<typeof CandleChart>[0]) {
  const { feed } = props
  const isLoaded = useStore(feed.store, (state) => state.isLoaded)
  const problem = useStore(feed.store, (state) => state.problem)
  const isEmpty = useStore(feed.store, ({ candles }) => candles.length === 0)
  const series = { instrument: formatKey(feed.instrument.key), period: feed.period }
  if (!isLoaded && problem !== null)
    return (
      <Empty title={t('candles.failed', series)}>
        <p role="alert">{problem}</p>
        <Button onClick={() => void feed.load()}>{t('retry')}</Button>
      </Empty>
    )
  if (!isLoaded) return <Empty title={t('candles.loading', series)} busy />
  if (isEmpty)
    return (
      <Empty title={t('candles.none', series)}>
        <p>{t('candles.whyNone')}</p>
        <Button onClick={() => void feed.load()}>{t('candles.lookAgain')}</Button>
      </Empty>
    )
  return <CandleChart {...props} />
}

/** Looked at once a second: a feed can also grow old by nothing happening. */
function StaleNotice({ feed }: { readonly feed: CandleFeed }) {
  const { status, settings, link } = useStores()
  const { exchange } = feed.instrument
  const connection = useStore(
    status,
    ({ connections }) => connections?.find((one) => one.exchange === exchange) ?? null,
  )
  const watchedPeriods = useStore(settings, (state) => state.settings?.periods ?? null)
  const isLinked = useStore(link, ({ state }) => state === 'open')
  const newest = useStore(feed.store, ({ candles }) => candles.at(-1)?.openTime ?? null)
  const problem = useStore(feed.store, (state) => (state.isLoaded ? state.problem : null))
  const now = useNow(1_000)
  const stale = staleReason({
    exchange,
    period: feed.period,
    watchedPeriods,
    isLinked,
    status: connection,
    newest,
    now,
  })
  const reason = stale ?? (problem === null ? null : t('stale.missing', { problem }))
  return (
    <div role="status" data-testid="chart-stale">
      {reason !== null && (
        <p className="flex h-7 items-center gap-2 border-b border-line bg-warnwash px-3 text-warn">
          <span aria-hidden="true">◐</span>
          {reason}
          {stale === null && (
            <Button className="h-5" onClick={() => void feed.load()}>
              {t('retry')}
            </Button>
          )}
        </p>
      )}
    </div>
  )
}
