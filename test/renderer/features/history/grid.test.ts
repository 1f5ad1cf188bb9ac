import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stretches } from '../../../../src/renderer/features/chart/rangeSeries.ts'
import { indexOfTime } from '../../../../src/renderer/features/chart/timeScaleX.ts'
import { bucketAt, gridTimes, replaced } from '../../../../src/renderer/features/history/bucketGrid.ts'
import { bucketTimeText, stepText } from '../../../../src/renderer/features/history/bucketText.ts'

const row = (at: number, value = at) => ({ at, value })

describe('buckets on a chart', () => {
  it('have an empty one for each that is missing, and only some of a very long hole', () => {
    expect(gridTimes([0, 10, 40], 10)).toEqual([0, 10, 20, 30, 40])
    expect(gridTimes([0, 10_000_000], 10)).toHaveLength(402)
    expect(gridTimes([], 10)).toEqual([])
  })

  it('are found by their start alone', () => {
    const rows = [0, 10, 40].map((at) => row(at))
    expect([0, 10, 20, 40, 50].map((at) => bucketAt(rows, at)?.at ?? null)).toEqual([0, 10, null, 40, null])
  })

  it('are taken from the newer reading, where that says nothing too', () => {
    const known = [0, 10, 20, 30].map((at) => row(at))
    expect(replaced(known, [row(20, -1)], 10, 30)).toEqual([row(0), row(20, -1), row(30)])
    expect(replaced(known, [row(30, 3), row(40)], 30, Infinity)).toEqual([
      row(0),
      row(10),
      row(20),
      row(30, 3),
      row(40),
    ])
  })

  it('reach half a bucket to each side of their place', () => {
    const times = [100, 110, 120, 200]
    expect([100, 105, 110, 129, 150, 199, 200, 210, 90].map((at) => indexOfTime(times, 10, at))).toEqual([
      // Between 130 and 200 nothing stands on the chart.
      ...[-0.5, 0, 0.5, 2.4, 2.5, 2.5, 2.5, 3.5, -1.5],
    ])
    expect(indexOfTime([], 10, 5)).toBeNaN()
  })

  it('stand in the order of time, whatever is missing', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(times, fc.integer({ min: -50, max: 6_000 }), fc.integer({ min: 0, max: 500 }), (list, at, later) => {
        const grid = gridTimes(
          list.sort((a, b) => a - b).map((index) => index * 10),
          10,
        )
        expect(indexOfTime(grid, 10, at)).toBeLessThanOrEqual(indexOfTime(grid, 10, at + later))
      }),
      { numRuns: 60 },
    )
  })

  it('are joined only where they stand side by side and nothing parts them', () => {
    const bars = [
      { time: 0, originalData: {} },
      { time: 1, originalData: {} },
      { time: 3, originalData: {} },
      { time: 4, originalData: { isJoined: false } },
      { time: 5, originalData: { isJoined: true } },
    ]
    expect(stretches(bars).map((stretch) => stretch.map(({ time }) => time))).toEqual([[0, 1], [3], [4, 5]])
  })

  it('are told in words', () => {
    expect([1_000, 10_000, 300_000, 14_400_000, 86_400_000].map(stepText)).toEqual([
      '1 s',
      '10 s',
      '5 min',
      '4 h',
      '1 day',
    ])
    const at = Date.UTC(2026, 10, 21, 14, 5, 9)
    expect([bucketTimeText(at, 1_000).length, bucketTimeText(at, 60_000).length]).toEqual([19, 16])
  })
})
