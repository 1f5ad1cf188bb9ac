import { describe, expect, it } from 'vitest'
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

it('days go by the calendar of this machine, also over a change of the clock', () => {
  const from = new Date(2026, 2, 28).getTime()
  const to = new Date(2026, 2, 30, 12).getTime()
  expect(daysBetween(from, to).map((at) => new Date(at).getDate())).toEqual([28, 29, 30])
})
