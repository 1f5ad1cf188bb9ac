import { expect, it } from 'vitest'
import type { ExchangeHour } from '../../../src/shared/market-health.ts'
import { openPlain, openTemporary } from './support.ts'

const hour = 1_699_999_200_000

const exchangeHour = (more: Partial<ExchangeHour> = {}): ExchangeHour => ({
  exchange: 'okx',
  hour,
  since: hour,
  observedMinutes: 10,
  liveMinutes: 9,
  messages: 500_000,
  rejected: 1,
  reconnects: 2,
  gaps: 1,
  resyncs: 4,
  delayCounts: [0, 98, 0, 0, 2],
  clockOffsetMs: -3.5,
  clockMinutes: 10,
  ...more,
})

it('keeps the hours of exchanges, the newest word of each run', async () => {
  const storage = await openTemporary()
  await storage.exchangeHours.save([
    exchangeHour(),
    exchangeHour({ exchange: 'gate', clockOffsetMs: null, messages: 0 }),
  ])
  const newer = exchangeHour({ observedMinutes: 15, delayCounts: [] })
  const laterRun = exchangeHour({ since: hour + 1_800_000, messages: 7 })
  await storage.exchangeHours.save([newer, laterRun])
  expect(await storage.exchangeHours.list(hour)).toEqual([
    exchangeHour({ exchange: 'gate', clockOffsetMs: null, messages: 0 }),
    newer,
    laterRun,
  ])
  expect(await storage.exchangeHours.list(hour + 1)).toEqual([])
  const view =
    'SELECT exchange, gaps_per_million, delay_p50_ms, delay_p99_ms FROM v_exchange_hours ORDER BY since_time_ms, exchange'
  expect(openPlain(storage.file).prepare(view).raw().all()).toEqual([
    ['gate', null, 2 ** 0.25, 2],
    ['okx', 2, null, null],
    ['okx', 1e6 / 7, 2 ** 0.25, 2],
  ])
})
