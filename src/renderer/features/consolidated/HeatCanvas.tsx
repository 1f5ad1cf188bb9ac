import { type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import type { Instrument } from '../../../shared/domain/index.ts'
import { formatSymbol } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { themeEvent } from '../../theme.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { Heatmap, type HeatPicture, type HeatPoint, priceAxisWidth } from './heatmap.ts'
import { HeatTiles } from './heatTiles.ts'
import { type HeatView, panPrice, panTime, zoomPrice, zoomTime } from './heatView.ts'

const t = textsOf('consolidated')

export interface HeatCanvasHandle {
  /** Where the pointer is, 0 left to 1 right; null: not over the picture. */
  pointerShare(): number | null
}

interface HeatCanvasProps {
  readonly ref: Ref<HeatCanvasHandle>
  readonly instruments: readonly Instrument[]
  readonly sampleMs: number
  readonly view: HeatView
  onView(change: (view: HeatView) => HeatView): void
  onPoint(point: HeatPoint | null): void
  onPicture(picture: HeatPicture): void
}

/** While nothing happens the picture moves along with the time so often. */
const idleDrawMs = 1_000
/** A drag leaves the price alone until it goes so far up or down. */
const liftPixels = 12
/** What a notch of the wheel zooms by. */
const wheelFactor = 1.15

/** The picture itself: drawn once per frame at most, and only when something changed. */
export function HeatCanvas({ ref, instruments, sampleMs, view, onView, onPoint, onPicture }: HeatCanvasProps) {
  const { api } = useStores()
  const canvas = useRef<HTMLCanvasElement>(null)
  const acrossLine = useRef<HTMLDivElement>(null)
  const downLine = useRef<HTMLDivElement>(null)
  const market = useRef(Number.NaN)
  const pointer = useRef<{ readonly x: number; readonly y: number } | null>(null)
  const current = useRef({ view, onView, onPoint, onPicture })
  current.current = { view, onView, onPoint, onPicture }
  const request = useRef<() => void>(() => undefined)
  useImperativeHandle(ref, () => ({
    pointerShare: () => {
      const width = (canvas.current?.clientWidth ?? 0) - priceAxisWidth
      return pointer.current === null || width <= 0 ? null : Math.min(1, pointer.current.x / width)
    },
  }))

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const map = new Heatmap(element, instruments.length)
    let frame: number | null = null
    let told: HeatPicture | null = null
    const ask = () => {
      frame ??= requestAnimationFrame(draw)
    }
    const tiles = new HeatTiles(
      api,
      instruments.map(({ key }) => key),
      sampleMs,
      ask,
    )
    function draw(): void {
      frame = null
      const now = Date.now()
      const { view: shown } = current.current
      const before = told?.market
      const picture = map.draw(tiles, shown, sampleMs, now)
      // The first picture tells where the market is, the second one is of that place.
      if (Number.isNaN(before ?? Number.NaN) && !Number.isNaN(picture.market)) map.draw(tiles, shown, sampleMs, now)
      if (told === null || isOther(told, picture)) {
        told = picture
        current.current.onPicture(picture)
      }
      market.current = picture.market
      const at = pointer.current
      place(acrossLine.current, at === null ? null : `translateY(${at.y}px)`)
      place(downLine.current, at === null ? null : `translateX(${at.x}px)`)
      if (at !== null) current.current.onPoint(map.pointAt(tiles, shown, sampleMs, now, at.x, at.y))
    }
    const onTheme = () => {
      map.forgetColors()
      ask()
    }
    const observer = new ResizeObserver(ask)
    observer.observe(element)
    window.addEventListener(themeEvent, onTheme)
    const timer = setInterval(ask, idleDrawMs)
    request.current = ask
    ask()
    return () => {
      tiles.close()
      observer.disconnect()
      window.removeEventListener(themeEvent, onTheme)
      clearInterval(timer)
      if (frame !== null) cancelAnimationFrame(frame)
    }
  }, [api, instruments, sampleMs])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view is what is to be drawn
  useEffect(() => request.current(), [view])

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    let dragged: { readonly x: number; readonly y: number; readonly startY: number } | null = null
    const size = () => ({ width: element.clientWidth - priceAxisWidth, height: element.clientHeight })
    const onMove = (event: PointerEvent) => {
      const at = { x: event.offsetX, y: event.offsetY }
      pointer.current = at
      if (dragged !== null) {
        const { width, height } = size()
        const [dx, dy] = [at.x - dragged.x, at.y - dragged.y]
        const isLifted = Math.abs(at.y - dragged.startY) > liftPixels
        dragged = { ...at, startY: isLifted ? Number.NEGATIVE_INFINITY : dragged.startY }
        current.current.onView((now) => {
          const moved = dx === 0 ? now : panTime(now, -dx / width, Date.now())
          const goes = isLifted && dy !== 0 && !Number.isNaN(market.current)
          return goes ? panPrice(moved, dy / height, market.current) : moved
        })
      }
      request.current()
    }
    const onDown = (event: PointerEvent) => {
      if (event.button !== 0) return
      dragged = { x: event.offsetX, y: event.offsetY, startY: event.offsetY }
      element.setPointerCapture(event.pointerId)
    }
    const onUp = () => {
      dragged = null
    }
    const onLeave = () => {
      pointer.current = null
      current.current.onPoint(null)
      request.current()
    }
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      const factor = event.deltaY + event.deltaX > 0 ? wheelFactor : 1 / wheelFactor
      const share = Math.min(1, event.offsetX / size().width)
      current.current.onView((now) =>
        event.shiftKey ? zoomPrice(now, factor) : zoomTime(now, factor, now.end === null ? 1 : share, Date.now()),
      )
    }
    element.addEventListener('pointermove', onMove)
    element.addEventListener('pointerdown', onDown)
    element.addEventListener('pointerup', onUp)
    element.addEventListener('pointercancel', onUp)
    element.addEventListener('pointerleave', onLeave)
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => {
      element.removeEventListener('pointermove', onMove)
      element.removeEventListener('pointerdown', onDown)
      element.removeEventListener('pointerup', onUp)
      element.removeEventListener('pointercancel', onUp)
      element.removeEventListener('pointerleave', onLeave)
      element.removeEventListener('wheel', onWheel)
    }
  }, [])

  const [first] = instruments
  return (
    <div className="relative min-h-0 flex-1">
      <canvas
        ref={canvas}
        role="img"
        aria-label={t('heat.picture', { symbol: first === undefined ? '' : formatSymbol(first.symbol) })}
        className="absolute inset-0 h-full w-full cursor-crosshair"
        data-testid="heatmap"
      />
      <div
        ref={acrossLine}
        hidden
        aria-hidden="true"
        className="pointer-events-none absolute inset-x-0 top-0 border-t border-dashed border-strong"
      />
      <div
        ref={downLine}
        hidden
        aria-hidden="true"
        className="pointer-events-none absolute inset-y-0 left-0 border-l border-dashed border-strong"
      />
    </div>
  )
}

const isOther = (a: HeatPicture, b: HeatPicture): boolean =>
  a.range !== b.range ||
  !Object.is(a.market, b.market) ||
  a.isReading !== b.isReading ||
  a.problem !== b.problem ||
  a.unreadable !== b.unreadable

/** null: it is not there. */
function place(line: HTMLElement | null, transform: string | null): void {
  if (line === null) return
  line.hidden = transform === null
  if (transform !== null) line.style.transform = transform
}
