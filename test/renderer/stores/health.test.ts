import { afterEach, expect, it, vi } from 'vitest'
import { Calendar } from '../../../src/main/storage/continuity/calendar.ts'
import { daysBetween } from '../../../src/renderer/features/data/health/day.ts'
import { dayMiddle, formatDay, zoneOffsetMinutes } from '../../../src/renderer/format/time.ts'
import { createHealthStore, firstDay } from '../../../src/renderer/stores/health.ts'
import type { CrossbookApi } from '../../../src/shared/contract.ts'
import type { ContinuityReport, ContinuityRequest } from '../../../src/shared/data.ts'

const now = new Date(2026, 10, 21, 14, 30).getTime()

afterEach(() => {
  vi.unstubAllEnvs()
})

function fakeApi() {
  const asked: { request: ContinuityRequest; answer: (report: ContinuityReport | string) => void }[] = []
  const api = {
    call: (_name: string, request: ContinuityRequest) =>
      new Promise((resolve) => {
        asked.push({
          request,
          answer: (report) =>
            resolve(
              typeof report === 'string'
                ? { ok: false, code: 'unavailable', message: report }
                : { ok: true, value: report },
            ),
        })
      }),
    on: () => () => undefined,
  } as unknown as CrossbookApi
  return { api, asked }
}
const reportOf = ({ kind, period, from, to }: ContinuityRequest): ContinuityReport => ({
  kind,
  period,
  from,
  to,
  series: [],
})

it('asks for whole days of this time zone, today included, and a period of candles only', async () => {
  const { api, asked } = fakeApi()
  const store = createHealthStore(api, () => now)
  store.getState().ask({ days: 7 })
  expect(asked[0]?.request).toMatchObject({
    kind: 'book_ticker',
    period: null,
    from: new Date(2026, 10, 15).getTime(),
    to: now,
    utcOffsetMinutes: 0 - new Date(now).getTimezoneOffset(),
  })
  store.getState().ask({ kind: 'kline', period: '1h' })
  expect(asked[1]?.request).toMatchObject({ kind: 'kline', period: '1h' })
  expect(firstDay(now, 1, zoneOffsetMinutes(now))).toBe(new Date(2026, 10, 21).getTime())
})

it.each([
  ['Europe/Berlin', Date.UTC(2026, 10, 22, 11, 30), 60],
  ['Europe/Berlin', Date.UTC(2026, 3, 2, 22, 30), 120],
  ['America/New_York', Date.UTC(2026, 10, 22, 3), -300],
])(
  'in %s every day that is asked for is a day of the report, also those before clocks were changed',
  async (zone, at, offset) => {
    vi.stubEnv('TZ', zone)
    const { api, asked } = fakeApi()
    const store = createHealthStore(api, () => at)
    store.getState().ask({ days: 90 })
    const [question] = asked
    if (!question) throw new Error('nothing was asked')
    const { from, to, utcOffsetMinutes } = question.request
    expect(utcOffsetMinutes).toBe(offset)
    // The hub's own division of the range (storage/continuity/calendar.ts).
    const calendar = new Calendar(utcOffsetMinutes, 1_000)
    const { days } = calendar.series(1, from, to)
    question.answer(reportOf(question.request))
    await new Promise((resolve) => setTimeout(resolve, 0))
    const { offsetMinutes } = store.getState()
    const shown = daysBetween(from, to, offsetMinutes)
    expect(shown).toEqual(days.map((day) => day.at))
    expect(shown).toHaveLength(90)
    expect(days[0]?.expected).toBe(86_400)
    // Named by the calendar: ninety dates, one after the other, up to today.
    const names = shown.map((day) => formatDay(dayMiddle(day)))
    expect(names.at(-1)).toBe(formatDay(at))
    expect(new Set(names).size).toBe(90)
  },
)

it('takes the answer to the newest question only, and keeps the last report when a reading fails', async () => {
  const { api, asked } = fakeApi()
  const store = createHealthStore(api, () => now)
  store.getState().ask({ kind: 'trade' })
  store.getState().ask({ kind: 'order_book' })
  const [first, second] = asked
  if (!first || !second) throw new Error('two questions were asked')
  second.answer(reportOf(second.request))
  await Promise.resolve()
  first.answer(reportOf(first.request))
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(store.getState()).toMatchObject({ report: { kind: 'order_book' }, problem: null, isLoading: false })
  void store.getState().load()
  asked[2]?.answer('the database is locked')
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(store.getState()).toMatchObject({ report: { kind: 'order_book' }, problem: 'the database is locked' })
})
