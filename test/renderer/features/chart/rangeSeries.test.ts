import { expect, it } from 'vitest'
import { nearVisible } from '../../../../src/renderer/features/chart/rangeSeries.ts'

it('places the bars beside the visible ones by these, not where they were last seen', () => {
  // Indexes 2 and 3 are visible; 0 was never drawn, the places of 1 and 5 are of before the chart was scrolled. 4 is a hole.
  const bars = [
    { time: 0, x: Number.NaN },
    { time: 1, x: 859 },
    { time: 2, x: 95 },
    { time: 3, x: 286 },
    { time: 5, x: 40 },
  ]
  expect(nearVisible(bars, { from: 2, to: 4 }, 191).map(({ time, x }) => [time, x])).toEqual([
    [1, -96],
    [2, 95],
    [3, 286],
    [5, 668],
  ])
  expect(nearVisible(bars, { from: 0, to: 1 }, 10).map(({ time }) => time)).toEqual([0, 1])
  expect(nearVisible([], { from: 0, to: 0 }, 10)).toEqual([])
})
