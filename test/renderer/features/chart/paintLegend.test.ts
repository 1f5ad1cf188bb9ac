import { describe, expect, it } from 'vitest'
import { createCandleFeed } from '../../../../src/renderer/features/chart/candleFeed.ts'
import { legendTexts, lineTexts } from '../../../../src/renderer/features/chart/paintLegend.ts'
import type { CrossbookApi } from '../../../../src/shared/contract.ts'
import { instrument } from '../../../support/instruments.ts'
import { candle, columnsOf, noon } from './support.ts'

const api: CrossbookApi = {
  call: async () => ({ ok: false, code: 'unavailable', message: 'nobody there' }),
  on: () => () => {},
}
const feed = createCandleFeed(api, instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT', { id: 1 }), '1d')
const line = createCandleFeed(api, instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT', { id: 2, tickSize: 0.1 }), '1d')
const subject = {
  feed,
  decimals: 2,
  lines: [line],
  isPercent: false,
  markedTime: null,
  leftTime: noon,
  exchangeNow: noon + 3_600_000,
}

describe('the legend', () => {
  it('says all of a closed candle', () => {
    expect(legendTexts(candle(0, { close: 98.5, volume: 1_234.5 }), subject)).toEqual({
      time: '2026-11-21 UTC',
      open: '100.00',
      high: '102.00',
      low: '99.00',
      close: '98.50',
      change: '▼ −1.50 %',
      volume: '1,234.5 BTC',
      state: 'closed',
    })
  })

  it('says of an open candle when it closes', () => {
    const texts = legendTexts(candle(0, { isClosed: false }), subject)
    expect([texts.change, texts.state]).toEqual(['▲ +1.00 %', 'open, closes in 23 h 0 min'])
  })

  it('shows dashes where there is no candle or no volume', () => {
    expect(legendTexts(null, subject)).toEqual({
      time: '',
      open: '–',
      high: '–',
      low: '–',
      close: '–',
      change: '–',
      volume: '– BTC',
      state: '',
    })
    expect(legendTexts(candle(0, { volume: Number.NaN }), subject).volume).toBe('– BTC')
  })

  it('compares a line at the same candle, and dashes where it has none', () => {
    line.push(columnsOf([candle(0, { close: 101 }), candle(1, { close: 102.01 })], 2, '1d'))
    const percents = { ...subject, isPercent: true }
    expect([
      lineTexts(candle(1, { close: 100 }), line, subject),
      lineTexts(candle(1, { close: 100 }), line, percents),
      lineTexts(candle(2), line, subject),
    ]).toEqual([
      { close: '102.01', difference: '+2.010 %', percent: '' },
      { close: '102.01', difference: '+2.010 %', percent: '+1.00 %' },
      { close: '–', difference: '–', percent: '' },
    ])
  })
})
