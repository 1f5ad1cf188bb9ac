/**
 * Fast cells. React lays out rows; their numbers, which change ten times a second, are written straight into the cells in one
 * pass per animation frame. A row registers its paint function while mounted; whoever has new data asks for a pass.
 */
export interface Painter {
  /** Runs `paint` with every pass, and once at the next; the returned function ends it. */
  add(paint: Paint): () => void
  request(): void
  /** Passes come only between start and stop. */
  start(): void
  stop(): void
}

/** `now` is epoch ms, the same for all cells of a pass. */
export type Paint = (now: number) => void

/** Ages and flashes change without new data, so a pass comes at least this often. */
const idlePassMs = 250

export function createPainter(): Painter {
  const paints = new Set<Paint>()
  let frame: number | null = null
  let timer: ReturnType<typeof setInterval> | null = null
  const pass = () => {
    frame = null
    const now = Date.now()
    for (const paint of paints) paint(now)
  }
  const request = () => {
    if (timer !== null) frame ??= requestAnimationFrame(pass)
  }
  return {
    add(paint) {
      paints.add(paint)
      request()
      return () => {
        paints.delete(paint)
      }
    },
    request,
    start() {
      timer ??= setInterval(request, idlePassMs)
      request()
    },
    stop() {
      if (timer !== null) clearInterval(timer)
      timer = null
      if (frame !== null) cancelAnimationFrame(frame)
      frame = null
    },
  }
}

/** Writes text only where it differs: an equal write would still cost layout. */
export function writeText(cell: Element, text: string): void {
  const node = cell.firstChild
  if (node instanceof Text) {
    if (node.data !== text) node.data = text
  } else cell.textContent = text
}

/** Sets an attribute, or removes it for null, only where it differs. */
export function writeAttribute(cell: Element, name: string, value: string | null): void {
  if (cell.getAttribute(name) === value) return
  if (value === null) cell.removeAttribute(name)
  else cell.setAttribute(name, value)
}
