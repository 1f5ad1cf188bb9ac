/**
 * A series of the chart library that shows a value over time without hiding anything: a line through the last value of each bucket, and
 * over each bucket an upright bar from its lowest to its highest, so that a spike of one second stays visible in an hour. Where a bucket
 * is missing the line ends and begins anew.
 */
import {
  type CustomData,
  type CustomSeriesOptions,
  type CustomSeriesPricePlotValues,
  type CustomSeriesWhitespaceData,
  customSeriesDefaultOptions,
  type ICustomSeriesPaneRenderer,
  type ICustomSeriesPaneView,
  type PaneRendererCustomData,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts'

export interface RangePoint extends CustomData<Time> {
  readonly time: UTCTimestamp
  readonly minimum: number
  readonly maximum: number
  readonly last: number
  /** False: not to be joined with the point before, though they stand side by side. */
  readonly isJoined?: boolean
}

export type RangeStyle = 'line' | 'steps' | 'dots'
export type Stroke = 'solid' | 'dashed' | 'dotted'

export interface RangeSeriesOptions extends CustomSeriesOptions {
  /** Of the bars. */
  readonly rangeColor: string
  readonly strokeWidth: number
  readonly stroke: Stroke
  /** `steps`: a value holds until the next. `dots`: values stand for themselves. */
  readonly style: RangeStyle
}

/** Lengths of dashes and the room between them, pixels. */
export const dashes: Readonly<Record<Stroke, readonly number[]>> = { solid: [], dashed: [5, 3], dotted: [2, 2] }
const dotRadius = 2.5

/** What is drawn of a list of buckets: stretches that are joined by a line. */
export function stretches<T extends { readonly time: number; readonly originalData: Pick<RangePoint, 'isJoined'> }>(
  bars: readonly T[],
): readonly (readonly T[])[] {
  const all: T[][] = []
  let before: T | null = null
  for (const bar of bars) {
    const isNext = before !== null && bar.time - before.time === 1 && bar.originalData.isJoined !== false
    const current = all.at(-1)
    if (isNext && current) current.push(bar)
    else all.push([bar])
    before = bar
  }
  return all
}

/**
 * The visible ones of `bars` and one more on each side, to where the line leads. The library works out places only of the visible ones (from,
 * not to): where the others lay when they were last seen is not where they are.
 */
export function nearVisible<T extends { readonly time: number; readonly x: number }>(
  bars: readonly T[],
  range: { readonly from: number; readonly to: number },
  barSpacing: number,
): readonly T[] {
  const visible = bars.slice(range.from, range.to)
  const [first] = visible
  if (first === undefined) return []
  const placed = (bar: T | undefined): readonly T[] =>
    bar === undefined ? [] : [{ ...bar, x: first.x + (bar.time - first.time) * barSpacing }]
  return [...placed(bars[range.from - 1]), ...visible, ...placed(bars[range.to])]
}

type Bars = PaneRendererCustomData<Time, RangePoint>

class RangeRenderer implements ICustomSeriesPaneRenderer {
  private data: Bars | null = null
  private options: RangeSeriesOptions | null = null

  update(data: Bars, options: RangeSeriesOptions): void {
    this.data = data
    this.options = options
  }

  readonly draw: ICustomSeriesPaneRenderer['draw'] = (target, toY) => {
    target.useMediaCoordinateSpace(({ context }) => this.drawOn(context, (value) => toY(value) ?? Number.NaN))
  }

  private drawOn(context: CanvasRenderingContext2D, y: (value: number) => number): void {
    const { data, options } = this
    const range = data?.visibleRange
    if (!data || !options || !range) return
    const bars = nearVisible(data.bars, range, data.barSpacing)
    context.lineJoin = 'round'
    context.fillStyle = options.rangeColor
    const width = Math.max(1, data.barSpacing - 1)
    for (const { x, originalData } of bars) {
      const top = y(originalData.maximum)
      const height = y(originalData.minimum) - top
      if (height >= 1) context.fillRect(x - width / 2, top, width, height)
    }
    context.strokeStyle = options.color
    context.fillStyle = options.color
    context.lineWidth = options.strokeWidth
    context.setLineDash([...dashes[options.stroke]])
    if (options.style === 'dots') for (const { x, originalData } of bars) dot(context, x, y(originalData.last))
    else
      for (const stretch of stretches(bars))
        drawStretch(context, stretch, y, options, options.style === 'steps' ? data.barSpacing / 2 : 0)
  }
}

/** `half` a bucket's width where a value holds over all of it, else 0. */
function drawStretch(
  context: CanvasRenderingContext2D,
  stretch: Bars['bars'],
  y: (value: number) => number,
  { strokeWidth }: RangeSeriesOptions,
  half: number,
): void {
  const [first] = stretch
  // A line of one point would not be seen.
  if (stretch.length === 1 && first && half === 0) {
    dot(context, first.x, y(first.originalData.last), strokeWidth)
    return
  }
  context.beginPath()
  for (const { x, originalData } of stretch) {
    context.lineTo(x - half, y(originalData.last))
    if (half > 0) context.lineTo(x + half, y(originalData.last))
  }
  context.stroke()
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius = dotRadius): void {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fill()
}

export class RangeSeries implements ICustomSeriesPaneView<Time, RangePoint, RangeSeriesOptions> {
  private readonly drawn = new RangeRenderer()

  renderer(): ICustomSeriesPaneRenderer {
    return this.drawn
  }
  update(data: Bars, options: RangeSeriesOptions): void {
    this.drawn.update(data, options)
  }
  priceValueBuilder({ minimum, maximum, last }: RangePoint): CustomSeriesPricePlotValues {
    return [minimum, maximum, last]
  }
  isWhitespace(data: RangePoint | CustomSeriesWhitespaceData<Time>): data is CustomSeriesWhitespaceData<Time> {
    return !('last' in data)
  }
  defaultOptions(): RangeSeriesOptions {
    return {
      ...customSeriesDefaultOptions,
      rangeColor: 'transparent',
      strokeWidth: 1.5,
      stroke: 'solid',
      style: 'line',
    }
  }
}
