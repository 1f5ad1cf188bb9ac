import { describe, expect, it } from 'vitest'
import { moveOf, neighbourOf } from '../../../../src/renderer/features/workspace/neighbours.ts'
import type { Direction } from '../../../../src/renderer/stores/desk.ts'
import type { DeskPart } from '../../../../src/shared/layouts.ts'

const directions = ['left', 'right', 'up', 'down'] as const satisfies readonly Direction[]
const tabs = (share: number, ...panes: string[]): DeskPart => ({ kind: 'tabs', share, panes, shown: panes[0] ?? '' })
const row = (share: number, ...parts: DeskPart[]): DeskPart => ({ kind: 'row', share, parts })
const column = (share: number, ...parts: DeskPart[]): DeskPart => ({ kind: 'column', share, parts })

const beside = (shown: string, side: Direction) => ({ to: 'beside', shown, side })
const edge = (side: Direction) => ({ to: 'edge', side })

describe('the neighbour of a pane', () => {
  // a a d
  // b c d
  const desk = row(1, column(0.7, tabs(0.6, 'a', 'a2'), row(0.4, tabs(0.3, 'b'), tabs(0.7, 'c'))), tabs(0.3, 'd'))
  const around = (id: string) => directions.map((direction) => neighbourOf(desk, id, direction)?.shown ?? null)

  it('is what touches it there the most, and none at the edge of the desk', () => {
    expect({ a: around('a2'), b: around('b'), c: around('c'), d: around('d') }).toEqual({
      a: [null, 'd', null, 'c'],
      b: [null, 'c', 'a', null],
      c: ['b', 'd', 'a', null],
      d: ['a', null, null, null],
    })
  })

  it('is the first of those that touch it alike, also where shares were rounded', () => {
    const thirds = column(1, row(0.333, tabs(0.5, 'a'), tabs(0.5, 'b')), tabs(0.667, 'c'))
    expect(neighbourOf(thirds, 'c', 'up')?.shown).toBe('a')
  })

  it('is none of what stands only at a corner, nor of a pane that is not there', () => {
    const corners = row(1, column(0.5, tabs(0.5, 'a'), tabs(0.5, 'b')), column(0.5, tabs(0.5, 'c'), tabs(0.5, 'd')))
    expect(neighbourOf(corners, 'a', 'right')?.shown).toBe('c')
    expect(neighbourOf(corners, 'd', 'left')?.shown).toBe('b')
    expect(neighbourOf(corners, 'x', 'left')).toBeNull()
  })
})

describe('a pane that is moved', () => {
  it('leaves its tabs first', () => {
    const desk = row(1, tabs(0.5, 'a'), tabs(0.5, 'b', 'c'))
    expect(moveOf(desk, 'c', 'left')).toEqual(beside('b', 'left'))
    expect(moveOf(desk, 'b', 'down')).toEqual(beside('b', 'down'))
    expect(moveOf(tabs(1, 'a', 'b'), 'a', 'up')).toEqual(beside('a', 'up'))
  })

  it('goes past a neighbour of its row or column', () => {
    const desk = row(1, tabs(0.3, 'a'), tabs(0.3, 'b', 'c'), tabs(0.4, 'd'))
    expect(moveOf(desk, 'd', 'left')).toEqual(beside('b', 'left'))
    expect(moveOf(desk, 'a', 'right')).toEqual(beside('b', 'right'))
    expect(moveOf(column(1, tabs(0.3, 'a'), tabs(0.7, 'b')), 'a', 'down')).toEqual(beside('b', 'down'))
  })

  it('goes into the near side of any other', () => {
    const desk = row(1, column(0.6, tabs(0.3, 'a'), tabs(0.7, 'b')), tabs(0.4, 'c'))
    expect(moveOf(desk, 'c', 'left')).toEqual(beside('b', 'right'))
    expect(moveOf(desk, 'a', 'right')).toEqual(beside('c', 'left'))
  })

  it('goes out to the edge of the desk, and no further', () => {
    const desk = row(1, column(0.6, tabs(0.3, 'a'), row(0.7, tabs(0.5, 'b'), tabs(0.5, 'd'))), tabs(0.4, 'c'))
    expect(moveOf(desk, 'a', 'left')).toEqual(edge('left'))
    expect(moveOf(desk, 'b', 'left')).toEqual(edge('left'))
    expect(moveOf(desk, 'c', 'up')).toEqual(edge('up'))
    expect(moveOf(desk, 'c', 'right')).toBeNull()
    expect(moveOf(tabs(1, 'a'), 'a', 'left')).toBeNull()
    expect(moveOf(desk, 'x', 'left')).toBeNull()
  })

  it('walks over the whole desk by steps in one direction', () => {
    // What the docking component makes of each step, from the right to the left.
    const desks = [
      row(1, column(0.6, tabs(0.5, 'a'), tabs(0.5, 'b')), tabs(0.2, 'c'), tabs(0.2, 'p')),
      row(1, column(0.6, tabs(0.5, 'a'), tabs(0.5, 'b')), tabs(0.2, 'p'), tabs(0.2, 'c')),
      row(1, column(0.6, row(0.5, tabs(0.5, 'a'), tabs(0.5, 'p')), tabs(0.5, 'b')), tabs(0.4, 'c')),
      row(1, column(0.6, row(0.5, tabs(0.5, 'p'), tabs(0.5, 'a')), tabs(0.5, 'b')), tabs(0.4, 'c')),
      row(1, tabs(0.2, 'p'), column(0.5, tabs(0.5, 'a'), tabs(0.5, 'b')), tabs(0.3, 'c')),
    ]
    expect(desks.map((desk) => moveOf(desk, 'p', 'left'))).toEqual([
      beside('c', 'left'),
      beside('a', 'right'),
      beside('a', 'left'),
      edge('left'),
      null,
    ])
  })
})
