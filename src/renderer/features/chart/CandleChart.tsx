import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { fillKey, periodMs } from '../../../shared/domain/index.ts'
import { exchangeTitle, formatKey } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { themeEvent } from '../../theme.ts'
import { Button } from '../../ui/controls.tsx'
import { createPainter, type Painter, writeAttribute, writeText } from '../../ui/painter.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { priceDecimals } from './axisNumbers.ts'
import { ChartLegend } from './ChartLegend.tsx'
import type { CandleFeed } from './candleFeed.ts'
import { type ChartView, createChartView, type LineLook } from './chartView.ts'
import { FillTip } from './FillTip.tsx'
import type { FillFeed } from './fillFeed.ts'
import { fillsText } from './fillMarks.ts'
import { legendTexts, paintLegend } from './paintLegend.ts'
import type { TradeFeed } from './tradeFeed.ts'
import { useFillMarks, useTradeMarks } from './useChartMarks.ts'

const t = textsOf('chart')
/** Painted with every frame. */
const newestText = t('spoken.newest')

export interface ChartLine {
  readonly feed: CandleFeed
  readonly look: LineLook
}

/** Candles that a key moves the mark by. */
const keySteps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }
const keyZooms: Readonly<Record<string, number>> = { '+': 1.25, '-': 0.8 }

interface CandleChartProps {
  readonly feed: CandleFeed
  readonly lines: readonly ChartLine[]
  readonly isPercent: boolean
  /** Own fills; null: they are not shown. */
  readonly fills: FillFeed | null
  /** Recorded public trades; null: they are not shown. */
  readonly trades: TradeFeed | null
}

/** Fills under the pointer, and where it is. */
interface Pointed {
  readonly ids: readonly string[]
  readonly x: number
  readonly y: number
}
const noFills: Pointed = { ids: [], x: 0, y: 0 }

/** The picture of one series. Mount it anew for another one; compared series come and go. */
export function CandleChart({ feed, lines, isPercent, fills, trades }: CandleChartProps) {
  const { status } = useStores()
  const area = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLDivElement>(null)
  const legend = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<ChartView | null>(null)
  const [painter] = useState<Painter>(createPainter)
  const [showsLatest, setShowsLatest] = useState(true)
  const [pointed, setPointed] = useState(noFills)
  const moved = useRef<() => void>(() => undefined)
  const decimals = useStore(feed.store, ({ candles }) => priceDecimals(feed.instrument.tickSize, candles))

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const created = createChartView(element, {
      period: feed.period,
      decimals,
      onNearOldest: () => {
        if (feed.store.getState().olderProblem === null) void feed.loadOlder()
      },
      onMove: () => {
        painter.request()
        setShowsLatest(created.showsLatest())
        moved.current()
      },
      onPoint: (ids, x, y) =>
        setPointed((before) => (ids.length === 0 && before.ids.length === 0 ? before : { ids, x, y })),
    })
    const draw = () => created.setCandles(feed.store.getState().candles)
    draw()
    const unsubscribe = feed.store.subscribe(({ candles }, before) => {
      if (candles !== before.candles) draw()
      painter.request()
    })
    window.addEventListener(themeEvent, created.applyTheme)
    painter.start()
    setView(created)
    return () => {
      window.removeEventListener(themeEvent, created.applyTheme)
      unsubscribe()
      painter.stop()
      setView(null)
      created.destroy()
    }
  }, [feed, decimals, painter])

  useEffect(() => view?.setPercent(isPercent), [view, isPercent])
  useFillMarks(view, feed, fills)
  useTradeMarks(view, trades)
  useEffect(() => {
    moved.current = () => {
      const span = view?.shownSpan()
      if (span) trades?.show(span.from, span.to)
    }
  }, [view, trades])

  useEffect(() => {
    if (!view) return
    const ends = lines.map(({ feed: line, look }) => {
      const key = line.instrument.key
      const draw = () => {
        const { candles } = line.store.getState()
        view.setLine(key, exchangeTitle(line.instrument.exchange), look, candles)
        painter.request()
        // Compared series reach as far back as the candles do.
        const oldest = feed.store.getState().candles[0]
        const own = candles[0]
        if (oldest && own && own.openTime > oldest.openTime && line.store.getState().olderProblem === null)
          void line.loadOlder()
      }
      draw()
      const unsubscribe = [line.store.subscribe(draw), feed.store.subscribe(draw)]
      return () => {
        for (const end of unsubscribe) end()
        view.removeLine(key)
      }
    })
    return () => {
      for (const end of ends) end()
    }
  }, [view, feed, lines, painter])

  useEffect(() => {
    if (!view) return
    const paint = (now: number) => {
      const offset = status
        .getState()
        .connections?.find(({ exchange }) => exchange === feed.instrument.exchange)?.clockOffsetMs
      const markedTime = view.markedTime()
      const subject = {
        feed,
        decimals,
        lines: lines.map((line) => line.feed),
        isPercent,
        markedTime,
        leftTime: view.leftTime(),
        exchangeNow: now + (offset ?? 0),
      }
      if (legend.current) paintLegend(legend.current, subject)
      const { candles } = feed.store.getState()
      const index = markedTime === null ? candles.length - 1 : candles.findIndex((c) => c.openTime === markedTime)
      if (!area.current) return
      const texts = legendTexts(candles[index] ?? null, subject)
      const own = fillsOf(fills, feed, candles[index]?.openTime ?? null)
      const fillCell = legend.current?.querySelector('[data-cell="fills"]')
      if (fillCell) writeText(fillCell, own === '' ? '' : t('legend.fills', { fills: own }))
      writeAttribute(area.current, 'aria-valuenow', String(Math.max(0, index)))
      writeAttribute(area.current, 'aria-valuetext', markedTime === null ? newestText : spokenText(texts, own))
    }
    return painter.add(paint)
  }, [view, feed, decimals, lines, isPercent, fills, painter, status])

  const count = useStore(feed.store, ({ candles }) => candles.length)
  const onKeyDown = (event: KeyboardEvent) => {
    if (!view || event.ctrlKey || event.metaKey || event.altKey) return
    const steps = keySteps[event.key]
    const zoom = keyZooms[event.key]
    if (steps !== undefined) view.step(steps)
    else if (zoom !== undefined) view.zoom(zoom)
    else if (event.key === 'End' || event.key === 'Escape') view.toLatest()
    else return
    event.preventDefault()
  }

  return (
    <div className="relative h-full min-h-0">
      <div
        ref={area}
        role="slider"
        tabIndex={0}
        aria-label={t('candles.label', { instrument: formatKey(feed.instrument.key), period: feed.period })}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, count - 1)}
        aria-valuenow={Math.max(0, count - 1)}
        data-testid="chart-area"
        className="absolute inset-0"
        onKeyDown={onKeyDown}
      >
        <div ref={canvas} className="h-full" />
      </div>
      {fills && <PointedFills feed={fills} {...pointed} width={area.current?.clientWidth ?? 0} />}
      <ChartLegend ref={legend} feed={feed} lines={lines} isPercent={isPercent} />
      {!showsLatest && (
        <Button className="absolute right-24 bottom-24 z-10 shadow-lg" onClick={() => view?.toLatest()}>
          {t('latest')} <span aria-hidden="true">→</span>
        </Button>
      )}
    </div>
  )
}

/** One candle in a sentence; `fills` as `fillsOf` tells them. */
const spokenText = (texts: ReturnType<typeof legendTexts>, fills: string): string =>
  fills === '' ? t('spoken.candle', texts) : t('spoken.candleAndFills', { ...texts, fills })

/** The fills of one candle in words; empty where there are none or they are not shown. */
const fillsOf = (fills: FillFeed | null, { period }: CandleFeed, openTime: number | null): string =>
  fills === null || openTime === null
    ? ''
    : fillsText(fills.store.getState().fills, openTime, openTime + periodMs[period])

interface PointedFillsProps {
  readonly feed: FillFeed
  readonly ids: readonly string[]
  readonly x: number
  readonly y: number
  readonly width: number
}

function PointedFills({ feed, ids, x, y, width }: PointedFillsProps) {
  const fills = useStore(feed.store, (state) => state.fills)
  if (ids.length === 0) return null
  const found = ids.flatMap((id) => fills.find((fill) => fillKey(fill) === id) ?? [])
  return <FillTip fills={found} x={x} y={y} width={width} />
}
