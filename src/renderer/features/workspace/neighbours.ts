/** Which part of the desk lies beside a pane, and where a pane goes that is moved by keys. Pure: the docking component does it. */
import type { DeskPart, DeskTabs } from '../../../shared/layouts.ts'
import type { Direction } from '../../stores/desk.ts'

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

interface Place {
  readonly tabs: DeskTabs
  readonly box: Box
  /** What it stands in; null: it is the whole desk. */
  readonly parent: DeskPart | null
}

const desk: Box = { left: 0, right: 1, top: 0, bottom: 1 }
/** Shares are rounded; edges this far apart touch, of the whole. */
const touching = 0.005

const opposite = {
  left: 'right',
  right: 'left',
  up: 'down',
  down: 'up',
} as const satisfies Record<Direction, Direction>

function placesIn(part: DeskPart, box: Box = desk, parent: DeskPart | null = null): readonly Place[] {
  if (part.kind === 'tabs') return [{ tabs: part, box, parent }]
  const { kind, parts } = part
  const sum = parts.reduce((total, { share }) => total + share, 0)
  let before = 0
  return parts.flatMap((child) => {
    const from = before / sum
    before += child.share
    return placesIn(child, sliceOf(box, kind, from, before / sum), part)
  })
}

function sliceOf(box: Box, axis: 'row' | 'column', from: number, to: number): Box {
  const { left, right, top, bottom } = box
  const [width, height] = [right - left, bottom - top]
  return axis === 'row'
    ? { ...box, left: left + from * width, right: left + to * width }
    : { ...box, top: top + from * height, bottom: top + to * height }
}

/** How far `to` lies from the edge of `from` that looks in this direction. */
function gap(from: Box, to: Box, direction: Direction): number {
  switch (direction) {
    case 'left':
      return from.left - to.right
    case 'right':
      return to.left - from.right
    case 'up':
      return from.top - to.bottom
    case 'down':
      return to.top - from.bottom
  }
}

/** The length of the edge that two boxes share, if they touch in this direction. */
const sharedEdge = (a: Box, b: Box, direction: Direction): number =>
  direction === 'left' || direction === 'right'
    ? Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
    : Math.min(a.right, b.right) - Math.max(a.left, b.left)

function beside(places: readonly Place[], own: Place, direction: Direction): Place | null {
  const lengthTo = ({ box }: Place) => sharedEdge(own.box, box, direction)
  const near = places.filter(
    (place) => place !== own && Math.abs(gap(own.box, place.box, direction)) < touching && lengthTo(place) > touching,
  )
  return near.reduce<Place | null>(
    (best, place) => (best === null || lengthTo(place) > lengthTo(best) + touching ? place : best),
    null,
  )
}

/** The tabs beside those of a pane: what touches them there the most. null: that is the edge of the desk. */
export function neighbourOf(root: DeskPart, id: string, direction: Direction): DeskTabs | null {
  const places = placesIn(root)
  const own = places.find(({ tabs }) => tabs.panes.includes(id))
  return own === undefined ? null : (beside(places, own, direction)?.tabs ?? null)
}

/** Where a pane goes: to a side of the tabs in which `shown` is in front, or to that edge of the whole desk. */
export type Move =
  | { readonly to: 'beside'; readonly shown: string; readonly side: Direction }
  | { readonly to: 'edge'; readonly side: Direction }

/**
 * One step: out of its tabs; past a neighbour of the same row or column; into the near side of another one; out to the edge of
 * the desk. So that repeated steps walk over all of it. null: it cannot go further.
 */
export function moveOf(root: DeskPart, id: string, direction: Direction): Move | null {
  const places = placesIn(root)
  const own = places.find(({ tabs }) => tabs.panes.includes(id))
  if (own === undefined) return null
  if (own.tabs.panes.length > 1) return { to: 'beside', shown: own.tabs.shown, side: direction }
  const next = beside(places, own, direction)
  if (next !== null)
    return {
      to: 'beside',
      shown: next.tabs.shown,
      side: next.parent === own.parent ? direction : opposite[direction],
    }
  const across = direction === 'left' || direction === 'right' ? 'row' : 'column'
  const isWholeEdge = own.parent === null || (own.parent === root && root.kind === across)
  return isWholeEdge ? null : { to: 'edge', side: direction }
}
