import { describe, expect, it } from 'vitest'
import { CandleCloses } from '../../../src/main/exchanges/candle-closes.ts'
import type { Kline, Period } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'

const bitcoin = instrument('htx', 'spot', 'BTC', 'USDT', 'btcusdt')
const ether = instrument('htx', 'spot', 'ETH', 'USDT', 'ethusdt')
const minute = 60_000
const candle = (at: number, volume: number, more: Partial<Kline> = {}): Kline => ({
  ...{ kind: 'kline', instrument: bitcoin, period: '1m', openTime: at * minute, isClosed: false },
  ...{ open: 1, high: 2, low: 1, close: 2, volume, quoteVolume: null },
  ...{ exchangeAt: at * minute + volume, receivedAt: at * minute + volume + 1 },
  ...more,
})

describe('candles without a closed flag', () => {
  it('are closed once a later one comes, with the values told last and the times of what closed them', () => {
    const closes = new CandleCloses()
    expect(closes.take(candle(10, 1))).toEqual([candle(10, 1)])
    expect(closes.take(candle(10, 5))).toEqual([candle(10, 5)])
    const { exchangeAt, receivedAt } = candle(11, 2)
    expect(closes.take(candle(11, 2))).toEqual([
      { ...candle(10, 5), isClosed: true, exchangeAt, receivedAt },
      candle(11, 2),
    ])
  })

  it('are corrected by a late push, closed itself', () => {
    const closes = new CandleCloses()
    closes.take(candle(10, 1))
    closes.take(candle(11, 1))
    expect(closes.take(candle(10, 3))).toEqual([candle(10, 3, { isClosed: true })])
    expect(closes.take(candle(11, 2))).toEqual([candle(11, 2)])
  })

  it('are not put back to less by a push that was overtaken by the next candle', () => {
    const closes = new CandleCloses()
    closes.take(candle(10, 5))
    closes.take(candle(11, 1))
    expect(closes.take(candle(10, 4))).toEqual([])
    expect(closes.take(candle(10, 6))).toEqual([candle(10, 6, { isClosed: true })])
    expect(closes.take(candle(10, 5))).toEqual([])
  })

  it('keep the fuller of two that came in the wrong order', () => {
    const closes = new CandleCloses()
    closes.take(candle(10, 5))
    expect(closes.take(candle(10, 4))).toEqual([])
    expect(closes.take(candle(11, 1))[0]).toMatchObject({ openTime: 10 * minute, volume: 5, isClosed: true })
  })

  it.each<[string, Partial<Kline>]>([
    ['instrument', { instrument: ether }],
    ['period', { period: '5m' satisfies Period }],
  ])('are closed by one of the same %s only', (_what, other) => {
    const closes = new CandleCloses()
    closes.take(candle(10, 5))
    expect(closes.take(candle(15, 1, other))).toEqual([candle(15, 1, other)])
  })

  it('stay open where something may be missing between', () => {
    const closes = new CandleCloses()
    closes.take(candle(10, 5))
    closes.forget()
    expect(closes.take(candle(12, 1))).toEqual([candle(12, 1)])
  })
})
