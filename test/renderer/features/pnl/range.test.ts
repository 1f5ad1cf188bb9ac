import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { spanOf } from '../../../../src/renderer/features/pnl/range.ts'
import { setTimeZone, zoneOfDays } from '../../../../src/renderer/format/time.ts'

const at = Date.parse('2026-11-02T03:30:00Z')
const none = { fromDay: '', toDay: '' }
const spanText = (...asked: Parameters<typeof spanOf>) => {
  const { from, to } = spanOf(...asked)
  return [from, to].map((time) => (time === null ? null : new Date(time).toISOString().slice(0, 16)))
}

// There the clocks were put back on 1 November.
beforeEach(() => vi.stubEnv('TZ', 'America/New_York'))
afterEach(() => {
  vi.unstubAllEnvs()
  setTimeZone('local')
})

describe('the span of a report', () => {
  it('of seven days is today and the six before it, by the clocks of each day', () => {
    expect(spanText('7d', none, at)).toEqual(['2026-10-26T04:00', null])
    setTimeZone('utc')
    expect(spanText('7d', none, at)).toEqual(['2026-10-27T00:00', null])
  })

  it('of thirty days reaches into the month before', () => {
    expect(spanText('30d', none, at)).toEqual(['2026-10-03T04:00', null])
  })

  it('of everything is open on both sides', () => expect(spanText('all', none, at)).toEqual([null, null]))

  it('of own days holds both of them, though one may have 25 hours', () => {
    const day = '2026-11-01'
    expect(spanText('own', { fromDay: day, toDay: day }, at)).toEqual(['2026-11-01T04:00', '2026-11-02T05:00'])
    expect(spanText('own', { fromDay: day, toDay: '' }, at)).toEqual(['2026-11-01T04:00', null])
    setTimeZone('utc')
    expect(spanText('own', { fromDay: day, toDay: day }, at)).toEqual(['2026-11-01T00:00', '2026-11-02T00:00'])
  })

  it.each(['', '2026-13-41', '21.11.2026'])('is open where its day is %j', (day) => {
    expect(spanText('own', { fromDay: day, toDay: day }, at)).toEqual([null, null])
  })
})

it('parts days by the zone in force, by its name', () => {
  expect(zoneOfDays(at)).toBe('America/New_York')
  setTimeZone('utc')
  expect(zoneOfDays(at)).toBe('UTC')
})
