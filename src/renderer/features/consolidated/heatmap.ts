/** Draws the heatmap on a canvas: tiles as images a pixel per cell, scaled; holes hatched, never filled in. Knows no React. */
import { codeAt, type DepthHistoryColumns, sizeOfCode } from '../../../shared/depth-history.ts'
import { decimalsOf, formatPrice } from '../../format/number.ts'
import { formatClock } from '../../format/time.ts'
import { tokenColor } from '../../theme.ts'
import { type HeatRange, heatRange, heatTable } from './heatScale.ts'
import { columnMsFor, type HeatTiles, type Tile } from './heatTiles.ts'
import type { HeatView } from './heatView.ts'

export const priceAxisWidth = 76
const timeAxisHeight = 20
/** Above the picture: where fewer books than all were live. */
const stripHeight = 5
const hatchPixels = 7

/** What stands under the pointer. */
export interface HeatPoint {
  readonly at: number
  readonly columnMs: number
  /** null: not read yet. */
  readonly live: number | null
  readonly setAside: number
  readonly bestBid: number
  readonly bestAsk: number
  /** null: the pointer is on no bucket that is known. */
  readonly bucket: { readonly low: number; readonly high: number; readonly size: number; readonly known: number } | null
}

/** What a picture told of itself. */
export interface HeatPicture {
  readonly range: HeatRange | null
  /** Where the middle of the newest column is; NaN where none is known. */
  readonly market: number
  readonly isReading: boolean
  readonly problem: string | null
  readonly unreadable: number
}

interface Image {
  readonly version: number
  readonly key: string
  readonly canvases: readonly OffscreenCanvas[]
}

export class Heatmap {
  private readonly canvas: HTMLCanvasElement
  private readonly books: number
  private images = new WeakMap<Tile, Image>()
  private range: HeatRange | null = null
  private table: Uint32Array | null = null
  private lastMarket = Number.NaN

  /** `books`: how many are added up where all are live. */
  constructor(canvas: HTMLCanvasElement, books: number) {
    this.canvas = canvas
    this.books = books
  }

  /** Colours are other now. */
  forgetColors(): void {
    this.images = new WeakMap()
    this.table = null
  }

  draw(tiles: HeatTiles, view: HeatView, sampleMs: number, now: number): HeatPicture {
    const { canvas } = this
    const context = canvas.getContext('2d')
    const width = canvas.clientWidth
    const height = canvas.clientHeight
    if (context === null || width <= priceAxisWidth || height <= timeAxisHeight) return this.nothing()
    const ratio = window.devicePixelRatio
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const frame = this.frameOf(view, now)
    const columnMs = columnMsFor(view.spanMs / frame.width, sampleMs)
    const shown = tiles.within(frame.from, frame.to, columnMs, now)
    this.measure(shown, frame.from, frame.to)
    context.fillStyle = tokenColor('panel')
    context.fillRect(0, 0, width, height)
    context.save()
    context.beginPath()
    context.rect(0, 0, frame.width, frame.height)
    context.clip()
    for (const tile of shown) if (tile.columns !== null) this.drawTile(context, tile, tile.columns, frame)
    for (const tile of shown) if (tile.columns !== null) this.drawHoles(context, tile.columns, frame, now)
    for (const side of ['bestBid', 'bestAsk'] as const) this.drawBest(context, shown, frame, side)
    context.restore()
    drawAxes(context, frame, width, height)
    return {
      range: this.range,
      market: this.lastMarket,
      isReading: shown.some(({ columns, problem }) => columns === null && problem === null),
      problem: shown.find(({ problem }) => problem !== null)?.problem ?? null,
      unreadable: shown.reduce((sum, { columns }) => sum + (columns?.unreadable ?? 0), 0),
    }
  }

  /** `x` and `y` in pixels of the canvas; null: outside of the picture. */
  pointAt(tiles: HeatTiles, view: HeatView, sampleMs: number, now: number, x: number, y: number): HeatPoint | null {
    const frame = this.frameOf(view, now)
    if (x < 0 || x >= frame.width || y < 0 || y >= frame.height) return null
    const at = frame.timeOf(x)
    const columnMs = columnMsFor(view.spanMs / frame.width, sampleMs)
    const [tile] = tiles.within(at, at + 1, columnMs, now)
    const begin = Math.floor(at / columnMs) * columnMs
    const empty = { at: begin, columnMs, setAside: 0, bestBid: Number.NaN, bestAsk: Number.NaN, bucket: null }
    if (tile === undefined || tile.columns === null) return { ...empty, live: null }
    const { columns } = tile
    const column = Math.floor((at - tile.from) / columnMs)
    return {
      ...empty,
      live: columns.live[column] ?? 0,
      setAside: columns.setAside[column] ?? 0,
      bestBid: columns.bestBid[column] ?? Number.NaN,
      bestAsk: columns.bestAsk[column] ?? Number.NaN,
      bucket: bucketAt(columns, column, frame.priceOf(y)),
    }
  }

  private nothing(): HeatPicture {
    return { range: this.range, market: this.lastMarket, isReading: false, problem: null, unreadable: 0 }
  }

  private frameOf(view: HeatView, now: number): Frame {
    const width = Math.max(1, this.canvas.clientWidth - priceAxisWidth)
    const height = Math.max(1, this.canvas.clientHeight - timeAxisHeight)
    return new Frame(view, now, width, height, view.price ?? this.lastMarket)
  }

  /** Colours by what is in sight, and where the market is. */
  private measure(shown: readonly Tile[], from: number, to: number): void {
    const counts = new Uint32Array(65_536)
    for (const { columns } of shown) {
      if (columns === null) continue
      const { sizes, known } = columns
      for (let cell = 0; cell < known.length; cell++) {
        if ((known[cell] as number) > 0) {
          const code = (sizes[cell * 2] as number) | ((sizes[cell * 2 + 1] as number) << 8)
          counts[code] = (counts[code] as number) + 1
        }
      }
      for (let column = columns.live.length - 1; column >= 0; column--) {
        const at = columns.from + column * columns.columnMs
        const middle = ((columns.bestBid[column] ?? Number.NaN) + (columns.bestAsk[column] ?? Number.NaN)) / 2
        if (Number.isNaN(middle) || at < from || at > to) continue
        this.lastMarket = middle
        break
      }
    }
    const range = heatRange(counts)
    if (range === null || (range.low === this.range?.low && range.high === this.range.high)) return
    this.range = range
    this.table = null
  }

  private drawTile(context: CanvasRenderingContext2D, tile: Tile, columns: DepthHistoryColumns, frame: Frame): void {
    if (this.range === null) return
    this.table ??= heatTable(this.range, document.documentElement.dataset.theme === 'light')
    const key = `${this.range.low} ${this.range.high}`
    let image = this.images.get(tile)
    if (image === undefined || image.version !== tile.version || image.key !== key) {
      image = { version: tile.version, key, canvases: imagesOf(columns, this.table) }
      this.images.set(tile, image)
    }
    context.imageSmoothingEnabled = false
    columns.segments.forEach((segment, i) => {
      const picture = image.canvases[i]
      if (picture === undefined || segment.rows === 0) return
      const left = frame.xOf(columns.from + segment.firstColumn * columns.columnMs)
      const right = frame.xOf(columns.from + (segment.firstColumn + segment.columns) * columns.columnMs)
      const top = frame.yOf((segment.lowBucket + segment.rows) * segment.bucketSize)
      const bottom = frame.yOf(segment.lowBucket * segment.bucketSize)
      context.drawImage(picture, left, top, right - left, bottom - top)
    })
  }

  private drawHoles(context: CanvasRenderingContext2D, columns: DepthHistoryColumns, frame: Frame, now: number): void {
    const { live, from, columnMs } = columns
    const warn = tokenColor('warn')
    for (let column = 0; column < live.length; ) {
      const count = live[column] ?? 0
      let end = column + 1
      while (end < live.length && live[end] === count) end++
      const begin = from + column * columnMs
      // The column under way may have no sample yet.
      const left = Math.max(0, frame.xOf(begin))
      const right = Math.min(frame.width, frame.xOf(Math.min(from + end * columnMs, now - columnMs)))
      if (right > left) {
        if (count === 0) hatch(context, left, right, frame.height)
        else if (count < this.books) {
          context.fillStyle = warn
          context.globalAlpha = 0.35 + 0.65 * (1 - count / this.books)
          context.fillRect(left, 0, right - left, stripHeight)
          context.globalAlpha = 1
        }
      }
      column = end
    }
  }

  private drawBest(
    context: CanvasRenderingContext2D,
    shown: readonly Tile[],
    frame: Frame,
    side: 'bestBid' | 'bestAsk',
  ): void {
    const path = new Path2D()
    let isOpen = false
    for (const { columns } of shown) {
      if (columns === null) {
        isOpen = false
        continue
      }
      columns[side].forEach((price, column) => {
        if (Number.isNaN(price)) {
          isOpen = false
          return
        }
        const x = frame.xOf(columns.from + column * columns.columnMs)
        const y = frame.yOf(price)
        if (isOpen) path.lineTo(x, y)
        else path.moveTo(x, y)
        path.lineTo(frame.xOf(columns.from + (column + 1) * columns.columnMs), y)
        isOpen = true
      })
    }
    // On every colour below a line is seen by its dark seam.
    context.strokeStyle = 'rgb(0 0 0 / 0.75)'
    context.lineWidth = 3
    context.stroke(path)
    context.strokeStyle = '#ffffff'
    context.lineWidth = 1.25
    if (side === 'bestAsk') context.setLineDash([5, 2])
    context.stroke(path)
    context.setLineDash([])
    context.lineWidth = 1
  }
}

/** From times and prices to pixels and back. */
class Frame {
  readonly width: number
  readonly height: number
  readonly from: number
  readonly to: number
  readonly low: number
  readonly high: number

  constructor(view: HeatView, now: number, width: number, height: number, price: number) {
    this.width = width
    this.height = height
    this.to = view.end ?? now
    this.from = this.to - view.spanMs
    this.low = price * (1 - view.priceShare / 2)
    this.high = price * (1 + view.priceShare / 2)
  }

  xOf(at: number): number {
    return ((at - this.from) / (this.to - this.from)) * this.width
  }

  timeOf(x: number): number {
    return this.from + (x / this.width) * (this.to - this.from)
  }

  yOf(price: number): number {
    return ((this.high - price) / (this.high - this.low)) * this.height
  }

  priceOf(y: number): number {
    return this.high - (y / this.height) * (this.high - this.low)
  }
}

function imagesOf(columns: DepthHistoryColumns, table: Uint32Array): readonly OffscreenCanvas[] {
  const { sizes, known } = columns
  return columns.segments.map((segment) => {
    const { rows, offset } = segment
    const picture = new OffscreenCanvas(Math.max(1, segment.columns), Math.max(1, rows))
    const context = picture.getContext('2d')
    if (context === null || rows === 0) return picture
    const data = context.createImageData(segment.columns, rows)
    const pixels = new Uint32Array(data.data.buffer)
    for (let column = 0; column < segment.columns; column++) {
      for (let row = 0; row < rows; row++) {
        const cell = offset + column * rows + row
        // What nobody knows stays see-through.
        if (known[cell] === 0) continue
        const code = (sizes[cell * 2] as number) | ((sizes[cell * 2 + 1] as number) << 8)
        pixels[(rows - 1 - row) * segment.columns + column] = table[code] as number
      }
    }
    context.putImageData(data, 0, 0)
    return picture
  })
}

function bucketAt(columns: DepthHistoryColumns, column: number, price: number): HeatPoint['bucket'] {
  const segment = columns.segments.find((one) => column >= one.firstColumn && column < one.firstColumn + one.columns)
  if (segment === undefined) return null
  const row = Math.floor(price / segment.bucketSize) - segment.lowBucket
  if (row < 0 || row >= segment.rows) return null
  const cell = segment.offset + (column - segment.firstColumn) * segment.rows + row
  const known = columns.known[cell] ?? 0
  if (known === 0) return null
  const low = (segment.lowBucket + row) * segment.bucketSize
  return { low, high: low + segment.bucketSize, size: sizeOfCode(codeAt(columns.sizes, cell)), known }
}

function hatch(context: CanvasRenderingContext2D, left: number, right: number, height: number): void {
  context.save()
  context.beginPath()
  context.rect(left, 0, right - left, height)
  context.clip()
  context.fillStyle = tokenColor('base')
  context.fillRect(left, 0, right - left, height)
  context.strokeStyle = tokenColor('faint')
  context.globalAlpha = 0.5
  context.beginPath()
  // On lines of the whole picture, so that neighbouring holes go on in one another.
  for (let x = Math.floor((left - height) / hatchPixels) * hatchPixels; x < right; x += hatchPixels) {
    context.moveTo(x, height)
    context.lineTo(x + height, 0)
  }
  context.stroke()
  context.restore()
}

/** Steps of time between two labels, ms. */
const timeSteps = [10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400].map((seconds) => seconds * 1_000)
const labelPixels = 90
const priceLabelPixels = 44

function drawAxes(context: CanvasRenderingContext2D, frame: Frame, width: number, height: number): void {
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`
  context.strokeStyle = tokenColor('line')
  context.fillStyle = tokenColor('muted')
  context.beginPath()
  context.moveTo(frame.width + 0.5, 0)
  context.lineTo(frame.width + 0.5, frame.height)
  context.moveTo(0, frame.height + 0.5)
  context.lineTo(width, frame.height + 0.5)
  context.stroke()
  const spanMs = frame.to - frame.from
  const stepMs = timeSteps.find((step) => (step / spanMs) * frame.width >= labelPixels) ?? spanMs
  context.textAlign = 'center'
  for (let at = Math.ceil(frame.from / stepMs) * stepMs; at < frame.to; at += stepMs) {
    const x = frame.xOf(at)
    if (x < labelPixels / 3 || x > frame.width - labelPixels / 3) continue
    const text = formatClock(at)
    context.fillText(stepMs < 60_000 ? text : text.slice(0, -3), x, height - 6)
  }
  if (Number.isNaN(frame.low)) return
  const rough = ((frame.high - frame.low) / frame.height) * priceLabelPixels
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5].find((one) => one * magnitude >= rough) ?? 10) * magnitude
  const decimals = decimalsOf(Number(step.toPrecision(1)))
  context.textAlign = 'left'
  for (let i = Math.ceil(frame.low / step); i * step < frame.high; i++) {
    const y = frame.yOf(i * step)
    if (y < 8 || y > frame.height - 4) continue
    context.fillText(formatPrice(Number((i * step).toPrecision(12)), decimals), frame.width + 6, y + 4)
  }
}
