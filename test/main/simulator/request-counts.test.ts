import { describe, expect, it } from 'vitest'
import { RecentCounts, WindowCounts } from '../../../src/main/simulator/request-counts.ts'

describe('counts in windows of the clock', () => {
  it('add up within a window, and begin anew with the next one', () => {
    const counts = new WindowCounts()
    expect([10_100, 10_999, 11_000, 11_001].map((now) => counts.add('a', 1_000, now))).toEqual([1, 2, 1, 2])
  })

  it('are of each caller apart, by weight', () => {
    const counts = new WindowCounts()
    const used = [counts.add('a', 1_000, 5, 20), counts.add('b', 1_000, 6), counts.add('a', 1_000, 7, 5)]
    expect(used).toEqual([20, 1, 25])
  })

  it('know windows of different lengths', () => {
    const counts = new WindowCounts()
    const times = [2_500, 3_500, 4_000]
    expect(times.map((now) => [counts.add('short', 1_000, now), counts.add('long', 2_000, now)])).toEqual([
      [1, 1],
      [1, 2],
      [1, 1],
    ])
  })
})

describe('counts of what was lately', () => {
  it('slide, and hold this time too', () => {
    const counts = new RecentCounts(1_000)
    expect([0, 400, 999, 1_000, 1_399, 1_400, 5_000].map((now) => counts.add('a', now))).toEqual([1, 2, 3, 3, 4, 4, 1])
  })

  it('are of each caller apart, and forget times that a clock set back has not reached', () => {
    const counts = new RecentCounts(1_000)
    expect([counts.add('a', 900), counts.add('b', 900), counts.add('a', 500)]).toEqual([1, 1, 1])
  })
})
