import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { absent } from '../../../src/renderer/format/number.ts'
import {
  dayStart,
  formatAge,
  formatClock,
  formatCountdown,
  formatDateTime,
  formatDay,
  formatDuration,
  formatMilliseconds,
  formatWeekday,
  formatWhen,
  formatZone,
  lastMidnight,
  setTimeZone,
  zoneName,
  zoneOffsetMinutes,
} from '../../../src/renderer/format/time.ts'

// Local times are built from local parts, so the tests hold in every zone.
const at = new Date(2026, 10, 21, 14, 5, 9).getTime()

it('writes clock and date in the zone of the machine', () =>
  expect([formatClock(at), formatDateTime(at), formatClock(null)]).toEqual(['14:05:09', '2026-11-21 14:05:09', absent]))

it('leaves the date out on the same day only', () => {
  const nextMinute = new Date(2026, 10, 21, 23, 59).getTime()
  const nextDay = new Date(2026, 10, 22, 0, 1).getTime()
  expect([formatWhen(at, nextMinute), formatWhen(at, nextDay)]).toEqual(['14:05:09', '11-21 14:05:09'])
})

it('writes the year of what was in another one', () => {
  const now = new Date(2027, 0, 1, 2).getTime()
  expect(
    [at, new Date(2026, 11, 31, 23, 59, 59).getTime(), new Date(2027, 0, 1).getTime()].map((one) =>
      formatWhen(one, now),
    ),
  ).toEqual(['2026-11-21 14:05', '2026-12-31 23:59', '00:00:00'])
})

it('names the zone as people do', () =>
  expect([formatZone(0), formatZone(-120), formatZone(210), formatZone(-345)]).toEqual([
    'UTC',
    'UTC+2',
    'UTC−3:30',
    'UTC+5:45',
  ]))

it('writes ages shorter the older they are', () =>
  expect(
    [-50, 0, 340, 9_949, 9_960, 99_400, 99_600, 240_000, 7_200_000, 200_000_000, Number.NaN].map(formatAge),
  ).toEqual(['0.0s', '0.0s', '0.3s', '9.9s', '10s', '99s', '2m', '4m', '2h', '2d', absent]))

it('writes durations', () =>
  expect([340, 4_210, 59_960, 185_000, 7_440_000, null].map(formatDuration)).toEqual([
    '340 ms',
    '4.2 s',
    '1 min 00 s',
    '3 min 05 s',
    '2 h 04 min',
    absent,
  ]))

it('writes measured milliseconds', () =>
  expect([0.42, 38.2, 1_240, -4.2, null].map(formatMilliseconds)).toEqual([
    '0.4 ms',
    '38 ms',
    '1,240 ms',
    '−4.2 ms',
    absent,
  ]))

it('counts down in hours only where there are any, and never below 0', () =>
  expect([formatCountdown(27_864_000), formatCountdown(249_000), formatCountdown(-5), formatCountdown(null)]).toEqual([
    '7:44:24',
    '4:09',
    '0:00',
    absent,
  ]))

it('finds the last midnight of the machine', () =>
  expect([lastMidnight(at), lastMidnight(new Date(2026, 10, 21).getTime())]).toEqual([
    new Date(2026, 10, 21).getTime(),
    new Date(2026, 10, 21).getTime(),
  ]))

describe('in UTC', () => {
  beforeEach(() => setTimeZone('utc'))
  afterEach(() => setTimeZone('local'))
  const noon = Date.UTC(2026, 10, 21, 12, 5, 9)

  it('writes every time by the clock of UTC, whatever the zone of the machine', () =>
    expect([formatClock(noon), formatDateTime(noon), formatDay(noon), formatWeekday(noon), zoneName(noon)]).toEqual([
      '12:05:09',
      '2026-11-21 12:05:09',
      '2026-11-21',
      'Sat 21 Nov',
      'UTC',
    ]))

  it('counts days from midnight to midnight of UTC', () =>
    expect([
      lastMidnight(noon),
      dayStart(2026, 11, 31),
      zoneOffsetMinutes(noon),
      formatWhen(Date.UTC(2026, 10, 21), noon),
      formatWhen(Date.UTC(2026, 10, 20, 23, 59, 59), noon),
    ]).toEqual([Date.UTC(2026, 10, 21), Date.UTC(2026, 11, 1), 0, '00:00:00', '11-20 23:59:59']))
})

it('names the zone of the machine, and how far it is from UTC', () =>
  expect([zoneName(at), zoneOffsetMinutes(at)]).toEqual([
    formatZone(new Date(at).getTimezoneOffset()),
    0 - new Date(at).getTimezoneOffset(),
  ]))
