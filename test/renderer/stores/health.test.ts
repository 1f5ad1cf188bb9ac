import { expect, it } from 'vitest'
import { createHealthStore, firstDay } from '../../../src/renderer/stores/health.ts'
import type { CrossbookApi } from '../../../src/shared/contract.ts'
import type { ContinuityReport, ContinuityRequest } from '../../../src/shared/data.ts'

const now = new Date(2026, 10, 21, 14, 30).getTime()

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
  expect(firstDay(now, 1)).toBe(new Date(2026, 10, 21).getTime())
})

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
