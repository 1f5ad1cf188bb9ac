/** The drawing of values over time in buckets: lines with the range of each bucket, shaded stretches, marks. Knows no store. */
import {
  type IChartApiBase,
  type ISeriesApi,
  LineStyle,
  type Logical,
  type LogicalRange,
  type MouseEventParams,
  type Time,
  type UTCTimestamp,
  type WhitespaceData,
} from 'lightweight-charts'
import { tokenColor } from '../../theme.ts'
import { commonOptions, themeOptions } from '../chart/chartTheme.ts'
import { type Mark, Marks } from '../chart/marks.ts'
import {
  type RangePoint,
  RangeSeries,
  type RangeSeriesOptions,
  type RangeStyle,
  type Stroke,
} from '../chart/rangeSeries.ts'
import { chartTime, withAlpha } from '../chart/seriesData.ts'
import { type Shade, Shades } from '../chart/shades.ts'
import { createClockChart } from '../chart/timeAxis.ts'
import { indexOfTime } from '../chart/timeScaleX.ts'
import { bucketAt } from './bucketGrid.ts'
import { bucketTimeText } from './bucketText.ts'

export interface HistoryLine {
  readonly key: string
  readonly pane: number
  /** A colour token. */
  readonly color: string
  readonly stroke: Stroke
  readonly style: RangeStyle
}

export interface LineValue {
  readonly at: number
  readonly minimum: number
  readonly maximum: number
  readonly last: number
  readonly isJoined?: boolean
}

export interface HistoryPicture {
  /** Starts of all buckets that stand side by side, empty ones too. */
  readonly times: readonly number[]
  /** By the line's key: ascending, each at one of `times`. */
  readonly values: Readonly<Record<string, readonly LineValue[]>>
  readonly shades: readonly Shade[]
  readonly marks: readonly Mark[]
}

export interface HistoryChartOptions {
  readonly stepMs: number
  readonly lines: readonly HistoryLine[]
  /** Labels of the axis of each pane. */
  readonly formats: readonly ((value: number) => string)[]
  /** Panes with a line at 0. */
  readonly zeroPanes: readonly number[]
  /** The left edge is near the oldest bucket. */
  onNearOldest(): void
  /** The mark or the visible range changed. */
  onMove(): void
}

export interface HistoryChart {
  draw(picture: HistoryPicture): void
  applyTheme(): void
  /** Start of the bucket under the pointer or the arrow keys; null for neither. */
  markedTime(): number | null
  showsLatest(): boolean
  /** Moves the mark by `steps` buckets. */
  step(steps: number): void
  zoom(factor: number): void
  toLatest(): void
  destroy(): void
}

/** Buckets left of the picture below which older ones are asked for. */
const nearOldest = 150
const bucketsAtStart = 420
const bandAlpha = 0.32
/** A spread of 0.0000001 % is nothing. */
const leastMove = 1e-7

const whitespace = (at: number): WhitespaceData<UTCTimestamp> => ({ time: chartTime(at) })

export function createHistoryChart(element: HTMLElement, options: HistoryChartOptions): HistoryChart {
  const { stepMs, lines, formats } = options
  const chart: IChartApiBase<Time> = createClockChart(element, 'local', {
    ...commonOptions,
    localization: { timeFormatter: (time: Time) => bucketTimeText(Number(time) * 1_000, stepMs) },
    rightPriceScale: { borderVisible: true, minimumWidth: 76, scaleMargins: { top: 0.16, bottom: 0.08 } },
  })
  const series = new Map(
    lines.map(({ key, pane, stroke, style }) => {
      const priceFormat = {
        type: 'custom' as const,
        minMove: leastMove,
        formatter: (value: number) => formats[pane]?.(value) ?? String(value),
      }
      const made = chart.addCustomSeries<RangePoint, RangeSeriesOptions>(
        new RangeSeries(),
        { stroke, style, priceFormat, priceLineVisible: false, lastValueVisible: style !== 'dots' },
        pane,
      )
      return [key, made]
    }),
  )
  const first = (pane: number): ISeriesApi<'Custom', Time> | undefined => {
    const line = lines.find((one) => one.pane === pane)
    return line && series.get(line.key)
  }
  const zeroLines = options.zeroPanes.flatMap((pane) => {
    const look = { price: 0, lineStyle: LineStyle.Dotted, lineWidth: 1, axisLabelVisible: false, title: '' } as const
    return first(pane)?.createPriceLine(look) ?? []
  })
  chart.panes()[0]?.setStretchFactor(formats.length > 1 ? 3 : 1)

  let times: readonly number[] = []
  let hovered: number | null = null
  let stepped: number | null = null
  const toX = (at: number): number | null => {
    const index = indexOfTime(times, stepMs, at)
    if (!Number.isFinite(index)) return null
    const scale = chart.timeScale()
    // The library's own brand of number; it places whole ones only.
    const x = scale.logicalToCoordinate(Math.floor(index) as Logical)
    return x === null ? null : x + (index - Math.floor(index)) * scale.options().barSpacing
  }
  const shades = new Shades(toX)
  const marks = new Marks(toX)
  first(0)?.attachPrimitive(shades)
  first(0)?.attachPrimitive(marks)

  function applyTheme(): void {
    chart.applyOptions(themeOptions())
    for (const { key, color } of lines)
      series.get(key)?.applyOptions({ color: tokenColor(color), rangeColor: withAlpha(tokenColor(color), bandAlpha) })
    for (const line of zeroLines) line.applyOptions({ color: tokenColor('muted') })
    shades.setColors({ plain: tokenColor('accent'), hatched: tokenColor('warn') })
    const known = new Map<string, string>()
    marks.setColors((token) => {
      const color = known.get(token) ?? tokenColor(token)
      known.set(token, color)
      return color
    })
  }

  const askForOlder = (range: LogicalRange | null) => {
    if (range && times.length > 0 && range.from < nearOldest) options.onNearOldest()
  }
  let values: HistoryPicture['values'] = {}
  const valueAt = (at: number): { readonly value: number; readonly series: ISeriesApi<'Custom', Time> } | null => {
    for (const { key } of lines) {
      const own = series.get(key)
      const value = bucketAt(values[key] ?? [], at)
      if (own && value) return { value: value.last, series: own }
    }
    return null
  }
  const markStepped = () => {
    const place = stepped === null ? null : valueAt(stepped)
    if (place && stepped !== null) chart.setCrosshairPosition(place.value, chartTime(stepped), place.series)
  }
  const onRange = (range: LogicalRange | null) => {
    askForOlder(range)
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
  chart.timeScale().subscribeVisibleLogicalRangeChange(onRange)
  chart.subscribeCrosshairMove(onCrosshair)
  applyTheme()

  return {
    draw(picture) {
      const isFirst = times.length === 0 && picture.times.length > 0
      times = picture.times
      values = picture.values
      for (const { key } of lines) {
        const own = picture.values[key] ?? []
        let next = 0
        series.get(key)?.setData(
          times.map((at) => {
            const value = own[next]
            if (value?.at !== at) return whitespace(at)
            next++
            return { ...value, time: chartTime(at) }
          }),
        )
      }
      shades.set(picture.shades)
      marks.set(picture.marks)
      if (isFirst) {
        const points = Math.min(bucketsAtStart, times.length)
        const barSpacing = Math.max(0.5, (chart.timeScale().width() || 1_000) / (points + 8))
        chart.timeScale().applyOptions({ barSpacing })
        chart.timeScale().scrollToRealTime()
      }
      askForOlder(chart.timeScale().getVisibleLogicalRange())
    },
    applyTheme,
    markedTime: () => hovered ?? stepped,
    showsLatest: () => chart.timeScale().scrollPosition() > -1,
    step(steps) {
      const last = times.length - 1
      const from = stepped ?? hovered
      const at = from === null ? last : times.indexOf(from)
      const index = Math.max(0, Math.min(last, (at < 0 ? last : at) + steps))
      const time = times[index]
      if (time === undefined) return
      stepped = time
      hovered = null
      const scale = chart.timeScale()
      const range = scale.getVisibleLogicalRange()
      const beyond = !range ? 0 : Math.min(0, index - range.from) + Math.max(0, index - range.to)
      if (beyond !== 0) scale.scrollToPosition(scale.scrollPosition() + beyond, false)
      if (valueAt(time) === null) chart.clearCrosshairPosition()
      markStepped()
      options.onMove()
    },
    zoom(factor) {
      const { barSpacing } = chart.timeScale().options()
      chart.timeScale().applyOptions({ barSpacing: Math.max(0.5, Math.min(60, barSpacing * factor)) })
    },
    toLatest() {
      stepped = null
      chart.clearCrosshairPosition()
      chart.timeScale().scrollToRealTime()
    },
    destroy() {
      chart.timeScale().unsubscribeVisibleLogicalRangeChange(onRange)
      chart.unsubscribeCrosshairMove(onCrosshair)
      for (const primitive of [shades, marks]) first(0)?.detachPrimitive(primitive)
      chart.remove()
    },
  }
}
