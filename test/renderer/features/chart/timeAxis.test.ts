import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  candleTimeText,
  clockOf,
  tickText,
  tickWeight,
  zoneText,
} from '../../../../src/renderer/features/chart/timeAxis.ts'

const minute = 60_000
const hour = 60 * minute

describe('the time axis in New York', () => {
  const zoneBefore = process.env.TZ
  beforeAll(() => {
    process.env.TZ = 'America/New_York'
  })
  afterAll(() => {
    if (zoneBefore === undefined) delete process.env.TZ
    else process.env.TZ = zoneBefore
  })

  it('writes candles in local time, days in UTC', () => {
    const midnight = Date.UTC(2026, 10, 21)
    expect([
      `${candleTimeText(midnight, clockOf('1h'))} ${zoneText(clockOf('1h'), midnight)}`,
      `${candleTimeText(midnight, clockOf('1d'))} ${zoneText(clockOf('1d'), midnight)}`,
    ]).toEqual(['2026-11-20 19:00 UTC−5', '2026-11-21 UTC'])
  })

  it('begins days, months and years at local midnight', () => {
    const weight = (at: number) => tickWeight(at - hour, at, 'local')
    const times = [Date.UTC(2026, 10, 21), Date.UTC(2026, 10, 21, 5), Date.UTC(2026, 11, 1, 5), Date.UTC(2027, 0, 1, 5)]
    expect(times.map((at) => tickText(at, weight(at), 'local'))).toEqual(['19:00', 'Nov 21', 'Dec', '2027'])
  })

  it('weighs the turns of the day like the library', () => {
    const five = Date.UTC(2026, 10, 21, 5)
    const at = (minutes: number) => tickWeight(five + (minutes - 1) * minute, five + minutes * minute, 'local')
    expect([1, 5, 30, 60, 180, 360, 720].map(at)).toEqual([20, 21, 22, 30, 31, 32, 33])
  })

  it('goes through the hour that comes twice without a jump', () => {
    // 2026-11-01 01:59 EDT is followed by 01:00 EST.
    const turn = Date.UTC(2026, 10, 1, 6)
    expect([
      candleTimeText(turn - minute, 'local'),
      zoneText('local', turn - minute),
      candleTimeText(turn, 'local'),
      zoneText('local', turn),
      tickWeight(turn - minute, turn, 'local'),
    ]).toEqual(['2026-11-01 01:59', 'UTC−4', '2026-11-01 01:00', 'UTC−5', 22])
  })

  it('counts days of UTC for daily candles', () => {
    const first = Date.UTC(2026, 10, 1)
    const weight = tickWeight(first - 24 * hour, first, 'UTC')
    expect([
      tickText(first, weight, 'UTC'),
      tickText(first + 24 * hour, tickWeight(first, first + 24 * hour, 'UTC'), 'UTC'),
    ]).toEqual(['Nov', 'Nov 2'])
  })
})

describe('the time axis in another language', () => {
  it('names months and days as that language does', async () => {
    vi.resetModules()
    const { speak } = await import('../../../../src/renderer/i18n.ts')
    await speak('de')
    const german = await import('../../../../src/renderer/features/chart/timeAxis.ts')
    const first = Date.UTC(2026, 11, 1)
    const texts = [first, first + 24 * hour].map((at) =>
      german.tickText(at, german.tickWeight(at - 24 * hour, at, 'UTC'), 'UTC'),
    )
    expect(texts).toEqual(['Dez', '2. Dez.'])
  })
})
