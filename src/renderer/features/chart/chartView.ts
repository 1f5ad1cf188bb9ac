/** The drawing: candles and volume of one series, lines of others over it. Knows the chart library and no store. */
import {
  CandlestickSeries,
  HistogramSeries,
  type IPriceLine,
  type ISeriesApi,
  LineStyle,
  type LogicalRange,
  type MouseEventParams,
  PriceScaleMode,
  type Time,
} from 'lightweight-charts'
import { openTimeOf, type Period, periodMs } from '../../../shared/domain/index.ts'
import { formatSignedPercent } from '../../format/number.ts'
import { tokenColor } from '../../theme.ts'
import { formatAxisPrice, formatAxisVolume } from './axisNumbers.ts'
import { type Candle, candleAt, drawFrom } from './candles.ts'
import { commonOptions, themeOptions } from './chartTheme.ts'
import { type Mark, Marks } from './marks.ts'
import { type RangePoint, RangeSeries, type RangeSeriesOptions, type Stroke } from './rangeSeries.ts'
import {
  candlePoint,
  candlePoints,
  chartTime,
  linePoint,
  linePoints,
  volumePoint,
  volumePoints,
  withAlpha,
} from './seriesData.ts'
import { candleTimeText, clockOf, createClockChart } from './timeAxis.ts'

/** How a compared series looks: a colour token and, since colour alone says too little, a stroke. */
export interface LineLook {
  readonly color: string
  readonly stroke: Stroke
}

export interface ChartViewOptions {
  readonly period: Period
  readonly decimals: number
  /** The left edge is near the oldest candle. */
  onNearOldest(): void
  /** What the legend reads changed: the marked candle, the visible range. */
  onMove(): void
  /** Ids of the fills under the pointer, nearest first, and where that is, pixels. */
  onPoint(fills: readonly string[], x: number, y: number): void
}

export interface ChartView {
  setCandles(candles: readonly Candle[]): void
  setLine(key: string, title: string, look: LineLook, candles: readonly Candle[]): void
  removeLine(key: string): void
  setPercent(isPercent: boolean): void
  setFills(marks: readonly Mark[]): void
  setTrades(marks: readonly Mark[]): void
  /** From the first to the end of the last candle seen; null while empty. */
  shownSpan(): { readonly from: number; readonly to: number } | null
  applyTheme(): void
  /** Open time of the candle under the pointer or the arrow keys; null for neither. */
  markedTime(): number | null
  /** Open time at the left edge; null while empty. */
  leftTime(): number | null
  showsLatest(): boolean
  /** Moves the mark by `steps` candles. */
  step(steps: number): void
  zoom(factor: number): void
  toLatest(): void
  destroy(): void
}

/** Candles left of the picture below which older ones are asked for. */
const nearOldest = 100
const barsAtStart = 160

interface Line {
  readonly series: ISeriesApi<'Custom'>
  readonly look: LineLook
  drawn: readonly Candle[]
}

export function createChartView(element: HTMLElement, options: ChartViewOptions): ChartView {
  const { period, decimals } = options
  const step = periodMs[period]
  const clock = clockOf(period)
  const chart = createClockChart(element, clock, {
    ...commonOptions,
    localization: {
      timeFormatter: (time: Time) => candleTimeText(Number(time) * 1_000, clock),
      percentageFormatter: (percent: number) => formatSignedPercent(percent, 2),
    },
    rightPriceScale: { borderVisible: true, minimumWidth: 76, scaleMargins: { top: 0.14, bottom: 0.06 } },
    timeScale: { ...commonOptions.timeScale, minBarSpacing: 1 },
  })
  const candleSeries = chart.addSeries(CandlestickSeries, {
    lastValueVisible: false,
    priceLineVisible: false,
    priceFormat: {
      type: 'custom',
      minMove: 10 ** -decimals,
      formatter: (price: number) => formatAxisPrice(price, decimals),
    },
  })
  const volumeSeries = chart.addSeries(
    HistogramSeries,
    {
      priceFormat: { type: 'custom', minMove: 1e-8, formatter: formatAxisVolume },
      lastValueVisible: false,
      priceLineVisible: false,
    },
    1,
  )
  volumeSeries.priceScale().applyOptions({ scaleMargins: { top: 0.2, bottom: 0 } })
  chart.panes()[0]?.setStretchFactor(5)
  chart.panes()[1]?.setStretchFactor(1)
  /** Within its candle's room: a candle of an hour begins at its left edge. */
  const toX = (at: number): number | null => {
    const scale = chart.timeScale()
    const openTime = openTimeOf(at, period)
    const middle = scale.timeToCoordinate(chartTime(openTime))
    return middle === null ? null : middle + ((at - openTime) / step - 0.5) * scale.options().barSpacing
  }
  const trades = new Marks(toX)
  const fills = new Marks(toX)
  candleSeries.attachPrimitive(trades)
  candleSeries.attachPrimitive(fills)
  const lines = new Map<string, Line>()
  let drawn: readonly Candle[] = []
  let lastPrice: IPriceLine | null = null
  let hovered: number | null = null
  let stepped: number | null = null
  let colors = { up: '', down: '', volume: { up: '', down: '' } }

  function applyTheme(): void {
    const color = tokenColor
    colors = {
      up: color('up'),
      down: color('down'),
      volume: { up: withAlpha(color('up'), 0.35), down: withAlpha(color('down'), 0.75) },
    }
    chart.applyOptions(themeOptions())
    // Rising candles are hollow, falling ones filled: readable without seeing red from green.
    candleSeries.applyOptions({
      upColor: color('panel'),
      downColor: colors.down,
      borderUpColor: colors.up,
      borderDownColor: colors.down,
      wickUpColor: colors.up,
      wickDownColor: colors.down,
      baseLineColor: color('faint'),
      baseLineStyle: LineStyle.Dashed,
    })
    const known = new Map<string, string>()
    const colorOf = (token: string): string => {
      const value = known.get(token) ?? color(token)
      known.set(token, value)
      return value
    }
    for (const marks of [fills, trades]) marks.setColors(colorOf)
    for (const { series, look } of lines.values()) series.applyOptions({ color: color(look.color) })
    volumeSeries.setData(volumePoints(drawn, colors.volume))
    drawLastPrice()
  }

  /** The library would give the last price of a hollow candle a label in the colour of the background. */
  function drawLastPrice(): void {
    const last = drawn.at(-1)
    if (!last) {
      if (lastPrice) candleSeries.removePriceLine(lastPrice)
      lastPrice = null
      return
    }
    const color = last.close >= last.open ? colors.up : colors.down
    const look = { price: last.close, color, axisLabelColor: color, axisLabelTextColor: tokenColor('panel') }
    if (lastPrice) lastPrice.applyOptions(look)
    else lastPrice = candleSeries.createPriceLine({ ...look, lineStyle: LineStyle.Dotted, lineWidth: 1, title: '' })
  }

  function askForOlder(range: LogicalRange | null): void {
    const bars = range && candleSeries.barsInLogicalRange(range)
    if (bars && bars.barsBefore < nearOldest) options.onNearOldest()
  }

  const onRange = (range: LogicalRange | null) => {
    askForOlder(range)
    // Another range has other heights for the same price.
    markStepped()
    options.onMove()
  }
  const onCrosshair = ({ time, point, paneIndex, sourceEvent }: MouseEventParams<Time>) => {
    if (!point || paneIndex !== 0) options.onPoint([], 0, 0)
    else if (sourceEvent)
      options.onPoint(
        fills.at(point.x, point.y).map(({ id }) => id),
        point.x,
        point.y,
      )
    // The keys' own mark comes back as an event too, of no pointer.
    if (time !== undefined && !sourceEvent && stepped !== null) return
    hovered = time === undefined ? null : Number(time) * 1_000
    if (sourceEvent) stepped = null
    options.onMove()
  }

  function markStepped(): void {
    const candle = stepped === null ? null : candleAt(drawn, stepped)
    if (candle) chart.setCrosshairPosition(candle.close, chartTime(candle.openTime), candleSeries)
  }
  chart.timeScale().subscribeVisibleLogicalRangeChange(onRange)
  chart.subscribeCrosshairMove(onCrosshair)
  applyTheme()

  function toLatest(): void {
    stepped = null
    chart.clearCrosshairPosition()
    chart.timeScale().scrollToRealTime()
  }

  return {
    setCandles(candles) {
      const isFirst = drawn.length === 0 && candles.length > 0
      const from = drawFrom(drawn, candles, step)
      drawn = candles
      if (from === null) {
        candleSeries.setData(candlePoints(candles, step))
        volumeSeries.setData(volumePoints(candles, colors.volume))
      } else {
        for (const candle of candles.slice(from)) {
          candleSeries.update(candlePoint(candle))
          if (Number.isFinite(candle.volume)) volumeSeries.update(volumePoint(candle, colors.volume))
        }
      }
      drawLastPrice()
      if (isFirst) {
        const points = Math.min(barsAtStart, candles.length)
        chart
          .timeScale()
          .applyOptions({ barSpacing: Math.max(3, (chart.timeScale().width() || 1_000) / (points + 10)) })
        chart.timeScale().scrollToRealTime()
      }
      if (from === null) askForOlder(chart.timeScale().getVisibleLogicalRange())
    },
    setLine(key, title, look, candles) {
      let line = lines.get(key)
      if (!line) {
        // Not the library's line, which would join what a hole parts.
        const series = chart.addCustomSeries<RangePoint, RangeSeriesOptions>(new RangeSeries(), {
          ...{ title, color: tokenColor(look.color), stroke: look.stroke, strokeWidth: 1, priceLineVisible: false },
        })
        line = { series, look, drawn: [] }
        lines.set(key, line)
      }
      const from = drawFrom(line.drawn, candles, step)
      line.drawn = candles
      if (from === null) line.series.setData(linePoints(candles, step))
      else for (const candle of candles.slice(from)) line.series.update(linePoint(candle))
    },
    removeLine(key) {
      const line = lines.get(key)
      if (line) chart.removeSeries(line.series)
      lines.delete(key)
    },
    setPercent(isPercent) {
      chart.priceScale('right', 0).applyOptions({ mode: isPercent ? PriceScaleMode.Percentage : PriceScaleMode.Normal })
    },
    setFills: (marks) => fills.set(marks),
    setTrades: (marks) => trades.set(marks),
    shownSpan() {
      const range = chart.timeScale().getVisibleRange()
      return range === null ? null : { from: Number(range.from) * 1_000, to: Number(range.to) * 1_000 + step }
    },
    applyTheme,
    markedTime: () => hovered ?? stepped,
    leftTime() {
      const range = chart.timeScale().getVisibleRange()
      return range === null ? null : Number(range.from) * 1_000
    },
    showsLatest: () => chart.timeScale().scrollPosition() > -1,
    step(steps) {
      const last = drawn.length - 1
      const from = stepped ?? hovered
      const at = from === null ? last : drawn.findIndex(({ openTime }) => openTime === from)
      const index = Math.max(0, Math.min(last, (at < 0 ? last : at) + steps))
      const candle = drawn[index]
      if (!candle) return
      stepped = candle.openTime
      hovered = null
      const scale = chart.timeScale()
      const range = scale.getVisibleLogicalRange()
      const logical = scale.timeToIndex(chartTime(candle.openTime))
      const beyond =
        !range || logical === null ? 0 : Math.min(0, logical - range.from) + Math.max(0, logical - range.to)
      if (beyond !== 0) scale.scrollToPosition(scale.scrollPosition() + beyond, false)
      markStepped()
      options.onMove()
    },
    zoom(factor) {
      const { barSpacing } = chart.timeScale().options()
      chart.timeScale().applyOptions({ barSpacing: Math.max(1, Math.min(60, barSpacing * factor)) })
    },
    toLatest,
    destroy() {
      chart.timeScale().unsubscribeVisibleLogicalRangeChange(onRange)
      chart.unsubscribeCrosshairMove(onCrosshair)
      // Whoever removes a line or sets marks later finds them gone with their chart.
      lines.clear()
      for (const marks of [fills, trades]) candleSeries.detachPrimitive(marks)
      chart.remove()
    },
  }
}
