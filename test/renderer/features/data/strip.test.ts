import { describe, expect, it } from 'vitest'
import type { Wholeness } from '../../../../src/renderer/features/data/health/day.ts'
import { stripPaths } from '../../../../src/renderer/features/data/health/strip.ts'

describe('stripPaths', () => {
  it('gives every wholeness a form of its own', () => {
    const forms = (['none', 'whole', 'slight', 'part', 'most'] as const).map((wholeness) =>
      JSON.stringify(stripPaths([wholeness])),
    )
    expect(new Set(forms).size).toBe(5)
    expect(stripPaths(['part'])).toEqual({ idle: '', held: '', warning: 'M0 10H1.000V20H0z', frame: '', floor: '' })
  })

  it('keeps days apart while there is room, and runs those that are alike into one when there is not', () => {
    const month = stripPaths(Array.from({ length: 30 }, (): Wholeness => 'whole'))
    expect(month.held.match(/M/g)).toHaveLength(30)
    const year = stripPaths(Array.from({ length: 365 }, (_, day): Wholeness => (day === 100 ? 'most' : 'whole')))
    expect(year.held).toBe('M0 0H100.000V20H0zM101 0H365.000V20H101z')
    expect(year.floor).toBe('M100 16H101.000V20H100z')
  })

  it('draws nothing of no days', () => {
    expect(Object.values(stripPaths([])).join('')).toBe('')
  })
})
