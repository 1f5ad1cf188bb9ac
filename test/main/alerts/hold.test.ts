import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Hold, type Observed } from '../../../src/main/alerts/hold.ts'

type Step = readonly [at: number, observed: Observed | 'tick']

/** Times at which it fires. */
function firings(holdMs: number, coolDownMs: number, steps: readonly Step[]): number[] {
  const hold = new Hold({ holdMs, coolDownMs })
  return steps.flatMap(([at, observed]) =>
    (observed === 'tick' ? hold.tick(at) : hold.observe(observed, at)) ? [at] : [],
  )
}

describe('a hold', () => {
  it('fires at once where nothing must hold, and once for each time the condition begins', () => {
    const steps: Step[] = [
      [0, 'holds'],
      [1, 'holds'],
      [2, 'clear'],
      [3, 'holds'],
    ]
    expect(firings(0, 0, steps)).toEqual([0, 3])
  })

  it('fires when it held for long enough, without any news', () => {
    expect(
      firings(1_000, 0, [
        [0, 'holds'],
        [900, 'holds'],
        [999, 'tick'],
        [1_000, 'tick'],
        [1_100, 'tick'],
      ]),
    ).toEqual([1_000])
    expect(
      firings(1_000, 0, [
        [0, 'holds'],
        [900, 'clear'],
        [901, 'holds'],
        [1_900, 'tick'],
        [1_901, 'tick'],
      ]),
    ).toEqual([1_901])
  })

  it('is silent while it cools, and fires at the end of that where the condition still holds', () => {
    const steps: Step[] = [
      [0, 'holds'],
      [1, 'clear'],
      [2, 'holds'],
      [3, 'clear'],
      [4, 'holds'],
      [9, 'tick'],
      [10, 'tick'],
    ]
    expect(firings(0, 10, steps)).toEqual([0, 10])
  })

  it('stands still while nothing is known: what was held before counts, what was not known does not', () => {
    const steps: Step[] = [
      [0, 'holds'],
      [600, 'unknown'],
      [5_000, 'tick'],
      [6_000, 'holds'],
      [6_399, 'tick'],
      [6_400, 'tick'],
    ]
    expect(firings(1_000, 0, steps)).toEqual([6_400])
  })

  it('does not fire again for a condition that was only out of sight', () => {
    expect(
      firings(0, 0, [
        [0, 'holds'],
        [1, 'unknown'],
        [2, 'holds'],
        [3, 'clear'],
        [4, 'holds'],
      ]),
    ).toEqual([0, 4])
  })

  it('says how it stands', () => {
    const hold = new Hold({ holdMs: 1_000, coolDownMs: 5_000 })
    const states = [hold.state(0)]
    hold.observe('holds', 0)
    states.push(hold.state(500))
    hold.observe('unknown', 600)
    states.push(hold.state(700))
    hold.observe('holds', 700)
    hold.tick(1_100)
    states.push(hold.state(1_100))
    hold.observe('clear', 1_200)
    states.push(hold.state(1_200), hold.state(6_100))
    expect(states).toEqual(['quiet', 'holding', 'waiting', 'fired', 'cooling', 'quiet'])
    expect(hold.isIdle(6_100)).toBe(true)
  })

  it('is not held up by a clock that was set back', () => {
    expect(
      firings(1_000, 0, [
        [10_000, 'holds'],
        [500, 'tick'],
        [1_499, 'tick'],
        [1_500, 'tick'],
      ]),
    ).toEqual([1_500])
    expect(
      firings(0, 1_000, [
        [10_000, 'holds'],
        [0, 'clear'],
        [1, 'holds'],
        [1_001, 'tick'],
      ]),
    ).toEqual([10_000, 1_001])
  })

  it('fires when it says that it is due, and never before', () => {
    const observed = fc.constantFrom<Observed>('holds', 'clear', 'unknown')
    const walk = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), observed), { maxLength: 30 })
    fc.assert(
      fc.property(
        walk,
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        (steps, holdMs, coolDownMs) => {
          const [byDue, byTick] = [new Hold({ holdMs, coolDownMs }), new Hold({ holdMs, coolDownMs })]
          const [jumped, walked]: [number[], number[]] = [[], []]
          let at = 0
          for (const [pause, next] of steps) {
            for (let t = at + 1; t <= at + pause; t++) if (byTick.tick(t)) walked.push(t)
            const due = byDue.dueAt()
            if (due !== null && due > at && due <= at + pause && byDue.tick(due)) jumped.push(due)
            at += pause
            if (byTick.observe(next, at)) walked.push(at)
            if (byDue.observe(next, at)) jumped.push(at)
          }
          expect(jumped).toEqual(walked)
        },
      ),
      { numRuns: 200 },
    )
  })
})
