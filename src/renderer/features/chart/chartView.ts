/** The drawing: candles and volume of one series, lines of others over it. Knows the chart library and no store. */
import {
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  HistogramSeries,
  type IPriceLine,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type LogicalRange,
  type MouseEventParams,
  PriceScaleMode,
  type Time,
} from 'lightweight-charts'
import { type Period, periodMs } from '../../../shared/domain/index.ts'
import { formatSignedPercent } from '../../format/number.ts'
import { tokenColor } from '../../theme.ts'
import { formatAxisPrice, formatAxisVolume } from './axisNumbers.ts'
import { type Candle, candleAt, drawFrom } from './candles.ts'
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
  readonly stroke: 'solid' | 'dashed' | 'dotted'
}
const strokes = { solid: LineStyle.Solid, dashed: LineStyle.Dashed, dotted: LineStyle.Dotted } as const

export interface ChartViewOptions {
  readonly period: Period
  readonly decimals: number
  /** The left edge is near the oldest candle. */
  onNearOldest(): void
  /** What the legend reads changed: the marked candle, the visible range. */
  onMove(): void
}

export interface ChartView {
  setCandles(candles: readonly Candle[]): void
  setLine(key: string, title: string, look: LineLook, candles: readonly Candle[]): void
  removeLine(key: string): void
  setPercent(isPercent: boolean): void
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
  readonly series: ISeriesApi<'Line'>
  readonly look: LineLook
  drawn: readonly Candle[]
}

export function createChartView(element: HTMLElement, options: ChartViewOptions): ChartView {
  const { period, decimals } = options
  const step = periodMs[period]
  const clock = clockOf(period)
  const chart = createClockChart(element, clock, {
    autoSize: true,
    // The logo brings a style element, which the content security policy refuses; the screen has the same link of its own.
    layout: { attributionLogo: false, fontSize: 11, panes: { enableResize: true } },
    localization: {
      timeFormatter: (time: Time) => candleTimeText(Number(time) * 1_000, clock),
      percentageFormatter: (percent: number) => formatSignedPercent(percent, 2),
    },
    crosshair: { mode: CrosshairMode.Normal },
    rightPriceScale: { borderVisible: true, minimumWidth: 76, scaleMargins: { top: 0.14, bottom: 0.06 } },
    timeScale: { timeVisible: true, rightOffset: 6, minBarSpacing: 1, borderVisible: true },
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
    chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: color('panel') },
        textColor: color('muted'),
        fontFamily: getComputedStyle(document.body).fontFamily,
        panes: { separatorColor: color('line'), separatorHoverColor: color('selected') },
      },
      grid: {
        vertLines: { color: withAlpha(color('line'), 0.6) },
        horzLines: { color: withAlpha(color('line'), 0.6) },
      },
      crosshair: {
        vertLine: { color: color('faint'), labelBackgroundColor: color('muted') },
        horzLine: { color: color('faint'), labelBackgroundColor: color('muted') },
      },
      rightPriceScale: { borderColor: color('line') },
      timeScale: { borderColor: color('line') },
    })
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
  const onCrosshair = ({ time, sourceEvent }: MouseEventParams<Time>) => {
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
        const series = chart.addSeries(LineSeries, {
          title,
          color: tokenColor(look.color),
          lineStyle: strokes[look.stroke],
          lineWidth: 1,
          priceLineVisible: false,
          crosshairMarkerRadius: 3,
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
      // Whoever removes a line later finds it gone with its chart.
      lines.clear()
      chart.remove()
    },
  }
}
