import { describe, expect, it } from 'vitest'
import { fromDockview, toDockview } from '../../../../src/renderer/features/workspace/arrangement.ts'
import { looksSame } from '../../../../src/renderer/stores/desk.ts'
import { noTarget, presets } from '../../../../src/renderer/stores/presets.ts'
import { type Desk, type DeskPart, presetNames } from '../../../../src/shared/layouts.ts'

const room = { width: 1_200, height: 800 }
const title = (id: string) => id.toUpperCase()
const tabs = (share: number, ...panes: string[]): DeskPart => ({ kind: 'tabs', share, panes, shown: panes[0] ?? '' })
const deskOf = (root: DeskPart | null, ...ids: string[]): Desk => ({
  panes: ids.map((id) => ({ id, kind: 'chart', link: null, own: noTarget, period: '1m' as const })),
  root,
  windows: [],
})
const roundTrip = (desk: Desk) => fromDockview(toDockview(desk, room, title))

describe('an arrangement', () => {
  it.each(presetNames)('of the preset %s comes back from the docking library’s form', (name) => {
    expect(looksSame(roundTrip(presets[name]), presets[name].root)).toBe(true)
  })

  it('has sizes in pixels along the way in which it is split', () => {
    const root: DeskPart = {
      kind: 'row',
      share: 1,
      parts: [tabs(0.25, 'a'), { kind: 'column', share: 0.75, parts: [tabs(0.5, 'b', 'c'), tabs(0.5, 'd')] }],
    }
    const { grid, panels, activeGroup } = toDockview(deskOf(root, 'a', 'b', 'c', 'd'), room, title)
    expect(grid).toMatchObject({
      orientation: 'HORIZONTAL',
      root: {
        type: 'branch',
        size: 800,
        data: [
          { type: 'leaf', size: 300, data: { views: ['a'], activeView: 'a' } },
          { type: 'branch', size: 900, data: [{ size: 400, data: { views: ['b', 'c'] } }, { size: 400 }] },
        ],
      },
    })
    expect(panels.c).toMatchObject({ id: 'c', title: 'C' })
    expect(activeGroup).toBe('group-1')
  })

  it('of rows within rows becomes one row', () => {
    const inner: DeskPart = { kind: 'row', share: 0.5, parts: [tabs(0.5, 'b'), tabs(0.5, 'c')] }
    const root: DeskPart = { kind: 'row', share: 1, parts: [tabs(0.5, 'a'), inner] }
    expect(roundTrip(deskOf(root, 'a', 'b', 'c'))).toEqual({
      kind: 'row',
      share: 1,
      parts: [tabs(0.5, 'a'), tabs(0.25, 'b'), tabs(0.25, 'c')],
    })
  })

  it('of one part, and of none, is one too', () => {
    expect(roundTrip(deskOf(tabs(1, 'a', 'b'), 'a', 'b'))).toEqual(tabs(1, 'a', 'b'))
    expect(roundTrip(deskOf(null))).toBeNull()
    expect(roundTrip(deskOf({ kind: 'column', share: 1, parts: [tabs(1, 'a')] }, 'a'))).toEqual(tabs(1, 'a'))
  })

  it('leaves out panes in windows of their own', () => {
    const desk = { ...deskOf(tabs(1, 'a'), 'a', 'b'), windows: ['b'] }
    expect(Object.keys(toDockview(desk, room, title).panels)).toEqual(['a'])
  })
})
