import { describe, expect, it } from 'vitest'
import { closesIn, staleReason } from '../../../../src/renderer/features/chart/chartNotice.ts'
import type { ExchangeStatus } from '../../../../src/shared/domain/index.ts'
import { minute, noon } from './support.ts'

const live: ExchangeStatus = {
  exchange: 'okx',
  state: 'live',
  reason: null,
  instruments: 500,
  watched: 10,
  clockOffsetMs: 0,
  restLatencyMs: 20,
  messagesPerSecond: 100,
  reconnects: 0,
  frames: 1_000,
  rejected: [],
  budgets: [],
  sockets: [],
  trouble: null,
  notes: [],
}
const situation = {
  exchange: 'okx',
  period: '1m',
  watchedPeriods: ['1m', '1h'],
  isLinked: true,
  status: live,
  newest: noon,
  now: noon + 70_000,
} as const

describe('staleReason', () => {
  it.each([
    ['while all is well', {}, null],
    ['before the status is known', { status: null }, null],
    ['without a link', { isLinked: false }, 'Not connected to Crossbook: nothing here moves'],
    [
      'while the exchange is down',
      { status: { ...live, state: 'waiting' as const, reason: 'closed by the exchange' } },
      'OKX is down, waiting to retry (closed by the exchange): the newest candle is not of now',
    ],
    [
      'for a period that is not received',
      { period: '5m' as const },
      '5m candles are not received live (settings, periods): this is history',
    ],
    ['when no candle came for two periods', { now: noon + 2 * minute + 5_001 }, 'OKX has sent no newer candle'],
    ['without any candle', { newest: null }, null],
  ])('answers %s', (_situation, more, expected) => {
    expect(staleReason({ ...situation, ...more })).toBe(expected)
  })
})

describe('closesIn', () => {
  it('counts down to the end of the period, never below 0', () => {
    expect([
      closesIn(noon, '1m', noon + 37_200),
      closesIn(noon, '5m', noon + 55_000),
      closesIn(noon, '1d', noon + 30 * minute),
      closesIn(noon, '1m', noon + 61_000),
    ]).toEqual(['0:23', '4:05', '23 h 30 min', '0:00'])
  })
})
