/** Shapes at moments and prices of a chart: what was bought and sold. Side by shape and colour, size by quantity. */
import type {
  IPrimitivePaneRenderer,
  ISeriesApi,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  SeriesType,
  Time,
} from 'lightweight-charts'
import type { ToX } from './shades.ts'

export interface Mark {
  readonly id: string
  readonly at: number
  /** null: at the lower edge. */
  readonly price: number | null
  readonly shape: 'up' | 'down' | 'circle' | 'ring'
  /** A colour token. */
  readonly color: string
  /** Half the width, pixels. */
  readonly size: number
}

/** Above the lower edge, pixels, for marks without a price. */
const edgeDistance = 10
/** Around the pointer within which a mark counts as pointed at, pixels. */
const reach = 9
const outline = 1

/** Attach it to the series by whose scale its prices are meant. */
export class Marks implements ISeriesPrimitive<Time> {
  private readonly toX: ToX
  private series: ISeriesApi<SeriesType, Time> | null = null
  private requestUpdate: (() => void) | null = null
  private list: readonly Mark[] = []
  private colorOf: (token: string) => string = () => ''
  private height = 0

  constructor(toX: ToX) {
    this.toX = toX
  }

  attached({ series, requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.series = series
    this.requestUpdate = requestUpdate
  }
  detached(): void {
    this.series = null
    this.requestUpdate = null
  }
  set(list: readonly Mark[]): void {
    this.list = list
    this.requestUpdate?.()
  }
  /** `colorOf` a token; asked for each mark drawn, so let it remember. */
  setColors(colorOf: (token: string) => string): void {
    this.colorOf = colorOf
    this.requestUpdate?.()
  }
  paneViews() {
    return [{ zOrder: () => 'top' as const, renderer: () => ({ draw: this.draw }) }]
  }

  /** Those pointed at, nearest first. */
  at(x: number, y: number): readonly Mark[] {
    const found: { readonly mark: Mark; readonly distance: number }[] = []
    for (const mark of this.list) {
      const place = this.placeOf(mark)
      if (place === null) continue
      const distance = Math.hypot(place.x - x, place.y - y)
      if (distance <= Math.max(reach, mark.size + 2)) found.push({ mark, distance })
    }
    return found.sort((a, b) => a.distance - b.distance).map(({ mark }) => mark)
  }

  private placeOf({ at, price }: Mark): { readonly x: number; readonly y: number } | null {
    const x = this.toX(at)
    const y = price === null ? this.height - edgeDistance : (this.series?.priceToCoordinate(price) ?? null)
    return x === null || y === null ? null : { x, y }
  }

  private readonly draw = (...[target]: Parameters<IPrimitivePaneRenderer['draw']>): void => {
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      this.height = height
      context.lineWidth = outline
      context.strokeStyle = this.colorOf('panel')
      for (const mark of this.list) {
        const place = this.placeOf(mark)
        if (place === null || place.x < -mark.size || place.x > width + mark.size) continue
        context.fillStyle = this.colorOf(mark.color)
        drawShape(context, mark, place.x, place.y)
      }
    })
  }
}

function drawShape(context: CanvasRenderingContext2D, { shape, size }: Mark, x: number, y: number): void {
  context.beginPath()
  if (shape === 'circle' || shape === 'ring') context.arc(x, y, size, 0, 2 * Math.PI)
  else {
    const tip = shape === 'up' ? -size : size
    context.moveTo(x, y + tip)
    context.lineTo(x - size, y - tip)
    context.lineTo(x + size, y - tip)
    context.closePath()
  }
  if (shape === 'ring') {
    const outlined = context.strokeStyle
    context.strokeStyle = context.fillStyle
    context.stroke()
    context.strokeStyle = outlined
    return
  }
  context.fill()
  context.stroke()
}
