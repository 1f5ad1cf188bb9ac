/** The cumulative depth of both sides, on a canvas. */
import type { ConsolidatedBook, ConsolidatedSide } from '../../../shared/consolidated.ts'
import { decimalsOf, formatPrice, formatQuantity } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { tokenColor } from '../../theme.ts'

const t = textsOf('consolidated')

/** The picture reaches so far from the reference price, percent; buckets beyond are not drawn. */
const reachPercent = 1
const axisHeight = 18
/** Above the curves, for the greatest total in words, px. */
const headroom = 20
const font = '11px'

export interface DepthChart {
  /** Draws if there is something new to draw. */
  paint(): void
  /** Colours are other now. */
  applyTheme(): void
  destroy(): void
}

interface Colors {
  readonly up: string
  readonly down: string
  readonly muted: string
  readonly strong: string
  readonly line: string
  readonly panel: string
  readonly family: string
}

const readColors = (): Colors => ({
  up: tokenColor('up'),
  down: tokenColor('down'),
  muted: tokenColor('muted'),
  strong: tokenColor('strong'),
  line: tokenColor('line'),
  panel: tokenColor('panel'),
  family: getComputedStyle(document.body).fontFamily,
})

/** @param onReadout what stands under the pointer, in words; null: nothing */
export function createDepthChart(
  canvas: HTMLCanvasElement,
  read: () => ConsolidatedBook | null,
  base: string,
  onReadout: (text: string | null) => void,
): DepthChart {
  const context = canvas.getContext('2d')
  let colors = readColors()
  let drawn: ConsolidatedBook | null = null
  let pointerX: number | null = null
  let isDirty = true
  let width = 0
  let height = 0

  const resize = () => {
    const ratio = window.devicePixelRatio
    width = canvas.clientWidth
    height = canvas.clientHeight
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
    context?.setTransform(ratio, 0, 0, ratio, 0, 0)
    isDirty = true
  }
  const observer = new ResizeObserver(resize)
  observer.observe(canvas)
  const onMove = (event: PointerEvent) => {
    pointerX = event.offsetX
    isDirty = true
  }
  const onLeave = () => {
    pointerX = null
    isDirty = true
    onReadout(null)
  }
  canvas.addEventListener('pointermove', onMove)
  canvas.addEventListener('pointerleave', onLeave)

  function draw(book: ConsolidatedBook | null): void {
    if (context === null || width === 0) return
    context.clearRect(0, 0, width, height)
    context.font = `${font} ${colors.family}`
    if (book === null || Number.isNaN(book.reference)) return
    const { reference } = book
    const from = reference * (1 - reachPercent / 100)
    const to = reference * (1 + reachPercent / 100)
    const xOf = (price: number) => ((price - from) / (to - from)) * width
    const deepest = Math.max(totalTo(book.bids, from, true), totalTo(book.asks, to, false))
    const plot = height - axisHeight
    const yOf = (total: number) => plot - (deepest > 0 ? total / deepest : 0) * (plot - headroom)
    drawSide(book.bids, xOf, yOf, colors.up, plot, true)
    drawSide(book.asks, xOf, yOf, colors.down, plot, false)
    drawAxis(book, from, to, xOf, plot)
    context.strokeStyle = colors.muted
    context.setLineDash([2, 3])
    line(xOf(reference), 0, xOf(reference), plot)
    context.setLineDash([])
    context.fillStyle = colors.muted
    context.textAlign = 'left'
    context.fillText(formatQuantity(deepest), 4, 12)
    if (pointerX !== null) drawPointer(book, pointerX, from, to, plot)
  }

  function drawSide(
    side: ConsolidatedSide,
    xOf: (price: number) => number,
    yOf: (total: number) => number,
    color: string,
    plot: number,
    isBids: boolean,
  ): void {
    if (context === null || side.price.length === 0) return
    const edge = (i: number) => xOf(side.price[i] ?? Number.NaN)
    const path = new Path2D()
    path.moveTo(edge(0), plot)
    let wholeX = edge(0)
    for (let i = 0; i < side.price.length; i++) {
      const y = yOf(side.total[i] ?? 0)
      path.lineTo(edge(i), y)
      const next = i + 1 < side.price.length ? edge(i + 1) : edge(i)
      path.lineTo(next, y)
      if (i < side.wholeBuckets) wholeX = next
      if (isBids ? next < 0 : next > width) break
    }
    const last = Math.max(0, Math.min(width, isBids ? 0 : width))
    const area = new Path2D(path)
    area.lineTo(last, yOf(side.total.at(-1) ?? 0))
    area.lineTo(last, plot)
    context.save()
    context.beginPath()
    // What is known in part only is drawn without its area: it is a least, not a sum.
    context.rect(isBids ? wholeX : 0, 0, isBids ? width : wholeX, plot)
    context.clip()
    context.globalAlpha = 0.22
    context.fillStyle = color
    context.fill(area)
    context.restore()
    context.strokeStyle = color
    context.lineWidth = 1.5
    context.stroke(path)
    context.lineWidth = 1
  }

  function drawAxis(
    book: ConsolidatedBook,
    from: number,
    to: number,
    xOf: (price: number) => number,
    plot: number,
  ): void {
    if (context === null) return
    context.strokeStyle = colors.line
    line(0, plot + 0.5, width, plot + 0.5)
    context.fillStyle = colors.muted
    for (const share of [0.125, 0.375, 0.625, 0.875]) {
      const price = from + (to - from) * share
      const rounded = Math.round(price / book.bucketSize) * book.bucketSize
      context.textAlign = 'center'
      context.fillText(
        formatPrice(Number(rounded.toPrecision(12)), decimalsOf(book.bucketSize)),
        xOf(rounded),
        height - 5,
      )
    }
  }

  function drawPointer(book: ConsolidatedBook, x: number, from: number, to: number, plot: number): void {
    if (context === null) return
    const price = from + ((to - from) * x) / width
    const isBids = price < book.reference
    const side = isBids ? book.bids : book.asks
    const total = totalTo(side, price, isBids)
    context.strokeStyle = colors.strong
    line(x, 0, x, plot)
    const rounded = Number(price.toPrecision(7))
    const distance = Math.abs(price / book.reference - 1) * 100
    const isWhole = isKnownTo(side, price, isBids)
    const values = {
      price: formatPrice(rounded, null),
      distance: distance.toFixed(2),
      total: `${isWhole ? '' : '≥ '}${formatQuantity(total)}`,
      base,
    }
    onReadout(isBids ? t('depth.bids', values) : t('depth.asks', values))
  }

  function line(x1: number, y1: number, x2: number, y2: number): void {
    if (context === null) return
    context.beginPath()
    context.moveTo(x1, y1)
    context.lineTo(x2, y2)
    context.stroke()
  }

  return {
    paint() {
      const book = read()
      if (book === drawn && !isDirty) return
      drawn = book
      isDirty = false
      draw(book)
    },
    applyTheme() {
      colors = readColors()
      isDirty = true
    },
    destroy() {
      observer.disconnect()
      canvas.removeEventListener('pointermove', onMove)
      canvas.removeEventListener('pointerleave', onLeave)
    },
  }
}

/** Base asset up to a price, of whole buckets. */
function totalTo(side: ConsolidatedSide, price: number, isBids: boolean): number {
  let total = 0
  for (let i = 0; i < side.price.length; i++) {
    const at = side.price[i] ?? Number.NaN
    if (isBids ? at < price : at > price) break
    total = side.total[i] ?? 0
  }
  return total
}

function isKnownTo(side: ConsolidatedSide, price: number, isBids: boolean): boolean {
  const last = side.price[side.wholeBuckets - 1]
  return last !== undefined && (isBids ? price >= last : price <= last)
}
