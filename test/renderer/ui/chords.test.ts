import { describe, expect, it } from 'vitest'
import { createChords, strokeOf } from '../../../src/renderer/ui/chords.ts'

function withDesk() {
  const done: string[] = []
  const chords = createChords()
  const end = chords.add({ first: 'd', seconds: { m: () => done.push('m'), '?': () => done.push('?') } })
  return { chords, done, end }
}

describe('a key of several strokes', () => {
  it('acts on the second, once', () => {
    const { chords, done } = withDesk()
    expect([chords.take('m', 0), chords.take('d', 10), chords.take('m', 500), chords.take('m', 600)]).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(done).toEqual(['m'])
  })

  it('waits for Shift, but not for ever', () => {
    const { chords, done } = withDesk()
    chords.take('d', 0)
    expect([chords.take('Shift', 100), chords.take('?', 200)]).toEqual([false, true])
    chords.take('d', 1_000)
    expect(chords.take('m', 9_000)).toBe(false)
    expect(done).toEqual(['?'])
  })

  it('leaves other keys to others, and forgets what has ended', () => {
    const { chords, done, end } = withDesk()
    chords.take('d', 0)
    expect(chords.take('z', 100)).toBe(false)
    chords.take('d', 200)
    end()
    expect([chords.take('m', 300), chords.take('d', 400)]).toEqual([false, false])
    expect(done).toEqual([])
  })

  it('waits once more where another stroke may follow', () => {
    const done: string[] = []
    const chords = createChords()
    const end = chords.add({ first: 'd', seconds: { t: { ArrowLeft: () => done.push('tabs') } } })
    const take = (at: number, ...strokes: readonly string[]) => strokes.map((stroke) => chords.take(stroke, at))
    expect(take(0, 'd', 't', 'ArrowLeft', 'ArrowLeft')).toEqual([true, true, true, false])
    expect(take(1_000, 'd', 't', 'x', 'ArrowLeft')).toEqual([true, true, false, false])
    expect(take(2_000, 'd', 't')).toEqual([true, true])
    end()
    expect(take(2_100, 'ArrowLeft')).toEqual([false])
    expect(done).toEqual(['tabs'])
  })

  it('tells arrows with Shift from those without', () => {
    expect(strokeOf({ key: 'ArrowLeft', shiftKey: true })).toBe('Shift ArrowLeft')
    expect([strokeOf({ key: 'ArrowLeft', shiftKey: false }), strokeOf({ key: '?', shiftKey: true })]).toEqual([
      'ArrowLeft',
      '?',
    ])
  })
})
