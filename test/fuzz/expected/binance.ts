/** What Binance's public frames say. */
import type { z } from 'zod'
import * as binance from '../../../src/main/exchanges/binance/schemas.ts'
import {
  type Expectation,
  type Expected,
  exact,
  fits,
  fromJson,
  type Json,
  levels,
  objectOf,
  same,
  sides,
  type Told,
  type Values,
} from './readers.ts'

const periods: Readonly<Record<string, string>> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '1h': '1h',
  '1d': '1d',
}

function binanceFrame(feed: string, frame: Json): Expected | null {
  const { stream, data } = frame
  if (typeof stream !== 'string') return null
  const d = objectOf(data)
  const isSpot = feed === 'spot'
  const channel = stream.slice(stream.indexOf('@') + 1)
  const one = (schema: z.ZodObject, kind: Told['kind'], values: Values): Expected => ({
    fitsSchema: fits(schema, data) && (!('st' in schema.shape) || d.st === undefined || d.st === 1),
    told: [{ kind, name: d.s, values: same(values) }],
  })
  const trade = (id: unknown): Values => ({
    tradeId: String(id),
    price: exact(d.p),
    quantity: exact(d.q),
    side: d.m === true ? 'SELL' : 'BUY',
    exchangeAt: d.T,
  })
  if (channel === 'bookTicker') {
    return isSpot
      ? one(binance.SpotBookTicker, 'book_ticker', { ...sides(d), exchangeAt: null })
      : one(binance.PerpetualBookTicker, 'book_ticker', { ...sides(d), exchangeAt: d.T })
  }
  if (channel === 'aggTrade') return one(binance.AggregateTrade, 'trade', trade(d.a))
  if (channel === 'trade') return one(binance.SingleTrade, 'trade', trade(d.t))
  if (channel.startsWith('depth')) {
    return one(isSpot ? binance.SpotDepth : binance.PerpetualDepth, 'depth', {
      isSnapshot: false,
      firstId: d.U,
      lastId: d.u,
      previousId: isSpot ? null : d.pu,
      bids: levels(d.b),
      asks: levels(d.a),
      exchangeAt: isSpot ? d.E : d.T,
    })
  }
  if (channel.startsWith('markPrice')) {
    return one(binance.MarkPriceUpdate, 'funding_rate', {
      rate: exact(d.r),
      nextFundingAt: Number(d.T) > 0 ? d.T : null,
      intervalHours: null,
      markPrice: exact(d.p) || null,
      exchangeAt: d.E,
    })
  }
  if (!channel.startsWith('kline_')) return null
  const k = objectOf(d.k)
  const period = channel.slice('kline_'.length)
  return one(binance.KlineEvent, 'kline', {
    period: k.i === period ? periods[period] : Number.NaN,
    openTime: k.t,
    open: exact(k.o),
    high: exact(k.h),
    low: exact(k.l),
    close: exact(k.c),
    volume: exact(k.v),
    quoteVolume: exact(k.q),
    isClosed: k.x,
    exchangeAt: d.E,
  })
}

export const expected: Expectation = { read: fromJson(binanceFrame) }
