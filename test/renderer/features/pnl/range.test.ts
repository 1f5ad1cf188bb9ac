import { describe, expect, it } from 'vitest'
import { dayBegin, dayText, spanOf, utcOffsetMinutes } from '../../../../src/renderer/features/pnl/range.ts'

const at = Date.parse('2026-11-21T23:30:00Z')
const dayMs = 86_400_000
const none = { fromDay: '', toDay: '' }

describe('days of a report', () => {
  it('begin at midnight of the zone asked for', () => {
    expect(dayText(at, 0)).toBe('2026-11-21')
    expect(dayText(at, 60)).toBe('2026-11-22')
    expect(dayText(at, -330)).toBe('2026-11-21')
    expect(dayBegin('2026-11-22', 60)).toBe(Date.parse('2026-11-21T23:00:00Z'))
    expect(dayBegin('2026-11-22', -300, 1)).toBe(Date.parse('2026-11-23T05:00:00Z'))
  })
  it.each(['', '2026-13-41', '21.11.2026'])('are none for %j', (day) => expect(dayBegin(day, 0)).toBeNull())
})

describe('the span of a report', () => {
  const today = dayBegin(dayText(at, utcOffsetMinutes(at)), utcOffsetMinutes(at)) ?? Number.NaN
  it('of seven days is today and the six before it', () => {
    expect(spanOf('7d', none, at)).toEqual({ from: today - 6 * dayMs, to: null })
  })
  it('of everything is open on both sides', () => expect(spanOf('all', none, at)).toEqual({ from: null, to: null }))
  it('of own days holds both of them', () => {
    const day = dayText(at, utcOffsetMinutes(at))
    expect(spanOf('own', { fromDay: day, toDay: day }, at)).toEqual({ from: today, to: today + dayMs })
    expect(spanOf('own', { fromDay: day, toDay: '' }, at)).toEqual({ from: today, to: null })
  })
})
