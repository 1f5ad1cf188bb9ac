/** The desk's own arrangement, as the docking library wants it and back. Pure. */
import type { SerializedDockview } from 'dockview-react'
import type { Desk, DeskPart } from '../../../shared/layouts.ts'

type Grid = SerializedDockview['grid']
type GridNode = Grid['root']
type Axis = 'row' | 'column'

/** The one component of all panes: which one it is, the desk knows by the id. */
export const paneComponent = 'pane'
/** Shares are told apart to this, so that a pixel more or less is no other desk. */
const shareSteps = 1_000

const across = (axis: Axis): Axis => (axis === 'row' ? 'column' : 'row')

/** With splits that alternate, as the library wants them: a row within a row is the same row. */
function flatten(part: DeskPart, share = part.share): DeskPart {
  if (part.kind === 'tabs') return { ...part, share }
  const sum = part.parts.reduce((total, child) => total + child.share, 0)
  const parts = part.parts.flatMap((child) => {
    const flat = flatten(child, child.share / sum)
    if (flat.kind !== part.kind) return [flat]
    return flat.parts.map((inner) => ({ ...inner, share: inner.share * flat.share }))
  })
  const [only] = parts
  return parts.length === 1 && only ? { ...only, share } : { kind: part.kind, share, parts }
}

interface Room {
  readonly width: number
  readonly height: number
}

const lengthOf = (axis: Axis, room: Room): number => (axis === 'row' ? room.width : room.height)

/** `axis`: the way in which this node's parent places it. */
function nodeOf(part: DeskPart, axis: Axis, room: Room, groupId: () => string): GridNode {
  const size = lengthOf(axis, room)
  if (part.kind === 'tabs')
    return { type: 'leaf', size, data: { id: groupId(), views: [...part.panes], activeView: part.shown } }
  const inner = (share: number): Room =>
    part.kind === 'row' ? { ...room, width: room.width * share } : { ...room, height: room.height * share }
  return {
    type: 'branch',
    size,
    data: part.parts.map((child) => nodeOf(child, part.kind === 'row' ? 'row' : 'column', inner(child.share), groupId)),
  }
}

/** For `DockviewApi.fromJSON`, in a room of this size, pixels. */
export function toDockview(desk: Desk, room: Room, titleOf: (id: string) => string): SerializedDockview {
  let groups = 0
  const groupId = () => `group-${++groups}`
  const root = desk.root === null ? null : flatten(desk.root, 1)
  const axis: Axis = root === null || root.kind === 'tabs' ? 'row' : root.kind
  const placed = root === null ? [] : [root]
  const node: GridNode =
    root !== null && root.kind !== 'tabs'
      ? nodeOf(root, across(axis), room, groupId)
      : { type: 'branch', size: room.height, data: placed.map((part) => nodeOf(part, axis, room, groupId)) }
  const panes = desk.panes.filter(({ id }) => !desk.windows.includes(id))
  return {
    grid: {
      root: node,
      width: room.width,
      height: room.height,
      // The library's enum, whose values these are.
      orientation: (axis === 'row' ? 'HORIZONTAL' : 'VERTICAL') as Grid['orientation'],
    },
    panels: Object.fromEntries(
      panes.map(({ id }) => [id, { id, contentComponent: paneComponent, title: titleOf(id) }]),
    ),
    ...(groups > 0 ? { activeGroup: 'group-1' } : {}),
  }
}

function partOf(node: GridNode, axis: Axis, share: number): DeskPart | null {
  if (node.type === 'leaf') {
    const { data } = node
    if (Array.isArray(data) || data.views.length === 0) return null
    const [first = ''] = data.views
    const shown = data.activeView !== undefined && data.views.includes(data.activeView) ? data.activeView : first
    return { kind: 'tabs', share, panes: [...data.views], shown }
  }
  const children = Array.isArray(node.data) ? node.data : []
  const sum = children.reduce((total, child) => total + (child.size ?? 0), 0)
  const shareOf = (size = 0) => {
    const exact = sum > 0 ? size / sum : 1 / children.length
    return Math.max(1, Math.round(exact * shareSteps)) / shareSteps
  }
  const parts = children.flatMap((child) => partOf(child, across(axis), shareOf(child.size)) ?? [])
  const [only] = parts
  if (only === undefined) return null
  return parts.length === 1 ? { ...only, share } : { kind: axis, share, parts }
}

/** Of what `DockviewApi.toJSON` says; null: nothing stands there. */
export function fromDockview({ grid }: Pick<SerializedDockview, 'grid'>): DeskPart | null {
  const axis: Axis = grid.orientation === ('HORIZONTAL' as Grid['orientation']) ? 'row' : 'column'
  return partOf(grid.root, axis, 1)
}
