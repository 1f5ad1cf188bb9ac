/** A calendar strip as shapes: a handful of paths for any number of days. Pure. */
import type { Wholeness } from './day.ts'

/** Height of a strip in its own units; a day is one unit wide. */
export const stripHeight = 20

/** Above so many days a pixel between them is too much of each: neighbours that are alike run into one. */
const mostSeparateDays = 120
/** A gap of about one pixel in a strip of usual width, in days. */
const gapPerDay = 1 / 900

/** What is drawn: `whole` and `slight` fill the day, `slight` under a line, `part` the lower half, `most` a frame with a floor. */
export interface StripPaths {
  readonly idle: string
  readonly held: string
  readonly warning: string
  readonly frame: string
  readonly floor: string
}

interface Box {
  readonly path: keyof StripPaths
  readonly top: number
  readonly bottom: number
}

/** Form tells what colour tells: full, full under a line, half, hollow, a thin line. */
const boxes: Readonly<Record<Wholeness, readonly Box[]>> = {
  none: [{ path: 'idle', top: 9, bottom: 11 }],
  whole: [{ path: 'held', top: 0, bottom: 20 }],
  slight: [
    { path: 'warning', top: 2, bottom: 4 },
    { path: 'held', top: 5, bottom: 20 },
  ],
  part: [{ path: 'warning', top: 10, bottom: 20 }],
  most: [
    { path: 'frame', top: 0.5, bottom: 19.5 },
    { path: 'floor', top: 16, bottom: 20 },
  ],
}

/** `days` oldest first. */
export function stripPaths(days: readonly Wholeness[]): StripPaths {
  const isSeparate = days.length <= mostSeparateDays
  const gap = isSeparate && days.length > 1 ? days.length * gapPerDay : 0
  const paths = { idle: '', held: '', warning: '', frame: '', floor: '' }
  for (let from = 0; from < days.length; ) {
    const wholeness = days[from] ?? 'none'
    let to = from + 1
    while (!isSeparate && to < days.length && days[to] === wholeness) to++
    const right = (to - gap).toFixed(3)
    for (const { path, top, bottom } of boxes[wholeness]) paths[path] += `M${from} ${top}H${right}V${bottom}H${from}z`
    from = to
  }
  return paths
}
