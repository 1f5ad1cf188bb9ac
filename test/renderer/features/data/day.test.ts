import { describe, expect, it, vi } from 'vitest'
import { backtestDay } from '../../../../src/renderer/features/alerts/BacktestBox.tsx'
import { dayWords } from '../../../../src/renderer/features/data/health/DayStrip.tsx'
import { daysBetween, shareText, wholenessOf } from '../../../../src/renderer/features/data/health/day.ts'

describe('a day', () => {
  it.each([
    [undefined, 'none'],
    [{ expected: 0, missing: 0 }, 'none'],
    [{ expected: 86_400, missing: 0 }, 'whole'],
    [{ expected: 86_400, missing: 1 }, 'slight'],
    [{ expected: 86_400, missing: 864 }, 'part'],
    [{ expected: 86_400, missing: 43_200 }, 'most'],
  ])('%j is %s', (day, wholeness) => expect(wholenessOf(day)).toBe(wholeness))

  it('is never said to be whole while something is missing', () =>
    expect([1, 0.99999, 0.5, 0, null].map(shareText)).toEqual(['100 %', '99.99 %', '50.00 %', '0.00 %', '–']))

  it('says in words what is missing and why', () => {
    const at = new Date(2026, 10, 21).getTime()
    const causes = [{ cause: 'sleep' as const, missing: 60, detail: '' }]
    expect(dayWords(at, { at, expected: 86_400, held: 86_340, missing: 60, causes }, 'seconds')).toBe(
      'Sat 21 Nov: 99.93 %, 60 of 86,400 seconds missing (Computer slept 60)',
    )
  })
})

it('days of a report are as far from UTC as it was asked for, also over a change of the clock', () => {
  const from = Date.UTC(2026, 2, 27, 23)
  const to = Date.UTC(2026, 2, 30, 10)
  expect(daysBetween(from, to, 60)).toEqual([27, 28, 29].map((day) => Date.UTC(2026, 2, day, 23)))
  expect(daysBetween(from + 1, from + 2, 60)).toEqual([from])
})

it('a day is named by the date that it has most of, whatever the clock was then', () => {
  vi.stubEnv('TZ', 'America/New_York')
  // A day of winter as a report of summer counts it: it begins an hour before midnight.
  const day = { at: Date.UTC(2026, 0, 10, 4), expected: 86_400, held: 86_400, missing: 0, causes: [] }
  expect(dayWords(day.at, day, 'seconds')).toContain('Sat 10 Jan')
  expect(backtestDay(day.at, 3)).toBe('2026-01-10: 3')
  vi.unstubAllEnvs()
})
