/** Stretches of time shaded over the whole height of a chart, each kind told apart by its pattern too. */
import type { IPrimitivePaneRenderer, ISeriesPrimitive, SeriesAttachedParameter, Time } from 'lightweight-charts'
import { withAlpha } from './seriesData.ts'

export interface Shade {
  readonly from: number
  readonly to: number
  /** `plain` a wash of colour · `hatched` slanting lines, for what was rejected */
  readonly pattern: 'plain' | 'hatched'
}

/** Where a moment stands on a chart, pixels from its left edge; null: nowhere. */
export type ToX = (at: number) => number | null

/** Also of a moment something must be seen. */
const leastWidth = 2
const hatchDistance = 6
const washAlpha = 0.22
const edgeAlpha = 0.7
const hatchAlpha = 0.5

/** Attach it to a series of the pane. */
export class Shades implements ISeriesPrimitive<Time> {
  private readonly toX: ToX
  private requestUpdate: (() => void) | null = null
  private list: readonly Shade[] = []
  private colors: Readonly<Record<Shade['pattern'], string>> = { plain: '', hatched: '' }

  constructor(toX: ToX) {
    this.toX = toX
  }

  attached({ requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.requestUpdate = requestUpdate
  }
  detached(): void {
    this.requestUpdate = null
  }
  set(list: readonly Shade[]): void {
    this.list = list
    this.requestUpdate?.()
  }
  setColors(colors: Readonly<Record<Shade['pattern'], string>>): void {
    this.colors = colors
    this.requestUpdate?.()
  }
  paneViews() {
    return [{ zOrder: () => 'bottom' as const, renderer: () => ({ draw: this.draw }) }]
  }

  private readonly draw = (...[target]: Parameters<IPrimitivePaneRenderer['draw']>): void => {
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      for (const { from, to, pattern } of this.list) {
        const left = this.toX(from)
        const end = this.toX(to)
        if (left === null || end === null) continue
        const right = Math.max(left + leastWidth, end)
        if (right < 0 || left > width) continue
        const color = this.colors[pattern]
        context.save()
        context.beginPath()
        context.rect(left, 0, right - left, height)
        context.clip()
        if (pattern === 'plain') {
          context.fillStyle = withAlpha(color, washAlpha)
          context.fillRect(left, 0, right - left, height)
        } else hatch(context, Math.max(0, left), Math.min(width, right), height, withAlpha(color, hatchAlpha))
        context.fillStyle = withAlpha(color, edgeAlpha)
        context.fillRect(left, height - leastWidth, right - left, leastWidth)
        context.restore()
      }
    })
  }
}

/** Lines that stand at the same places wherever the stretch begins. */
function hatch(context: CanvasRenderingContext2D, left: number, right: number, height: number, color: string): void {
  context.strokeStyle = color
  context.lineWidth = 1
  context.beginPath()
  for (let x = Math.floor((left - height) / hatchDistance) * hatchDistance; x < right; x += hatchDistance) {
    context.moveTo(x, height)
    context.lineTo(x + height, 0)
  }
  context.stroke()
}
