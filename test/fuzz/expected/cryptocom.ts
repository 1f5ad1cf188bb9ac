/** What Crypto.com's public frames say: decimal text, base asset in both markets; times and ids as numbers or text. */
import type { z } from 'zod'
import * as cryptocom from '../../../src/main/exchanges/cryptocom/schemas.ts'
import {
  type Expectation,
  type Expected,
  exact,
  fits,
  fromJson,
  type Json,
  levels,
  listOf,
  objectOf,
  same,
  side,
  type Told,
  type Values,
} from './readers.ts'

const periods: Readonly<Record<string, string>> = { '1m': '1m', '5m': '5m', '15m': '15m', '1h': '1h', '1D': '1d' }
const hourMs = 3_600_000

function cryptocomFrame(_feed: string, frame: Json): Expected | null {
  const result = objectOf(frame.result)
  const rows = listOf(result.data).map(objectOf)
  const each = (schema: z.ZodType, kind: Told['kind'], values: (row: Json) => Values): Expected => ({
    fitsSchema: fits(cryptocom.Frame, frame) && fits(schema, result),
    told: rows.map((row) => ({ kind, name: result.instrument_name, values: same(values(row)) })),
  })
  switch (result.channel) {
    case 'ticker':
      // null is a side that nobody quotes
      return each(cryptocom.TickerPush, 'book_ticker', ({ b, bs, k, ks, t }) => ({
        ...side('bid', b ?? '', bs ?? (b === null ? '' : Number.NaN)),
        ...side('ask', k ?? '', ks ?? (k === null ? '' : Number.NaN)),
        exchangeAt: exact(t),
      }))
    case 'trade':
      return each(cryptocom.TradesPush, 'trade', ({ d, p, q, s, t }) => {
        const word = String(s).toUpperCase()
        const taker = word === 'BUY' || word === 'SELL' ? word : Number.NaN
        return { tradeId: d, price: exact(p), quantity: exact(q), side: taker, exchangeAt: exact(t) }
      })
    case 'candlestick':
      return each(cryptocom.CandlesPush, 'kline', (row) => ({
        period: periods[String(result.interval)] ?? Number.NaN,
        openTime: exact(row.t),
        open: exact(row.o),
        high: exact(row.h),
        low: exact(row.l),
        close: exact(row.c),
        volume: exact(row.v),
        quoteVolume: null,
        // without a flag the next candle closes it, which may stand in the same frame
        isClosed: rows.length === 1 ? false : undefined,
        exchangeAt: null,
      }))
    case 'funding':
      return each(cryptocom.ValuationsPush, 'funding_rate', ({ v, t }) => ({
        rate: exact(v),
        nextFundingAt: exact(t) - (exact(t) % hourMs) + hourMs,
        intervalHours: 1,
        markPrice: null,
        exchangeAt: exact(t),
      }))
    case 'book':
      return each(cryptocom.BookPush, 'depth', (row) => depthOf(row, row, true))
    case 'book.update':
      return each(cryptocom.BookChangePush, 'depth', (row) => depthOf(row, objectOf(row.update), false))
    default:
      return null
  }
}

function depthOf({ u, pu, t }: Json, { bids, asks }: Json, isSnapshot: boolean): Values {
  // of a whole book nobody asks what was before it
  const ids = { firstId: exact(u), lastId: exact(u), previousId: isSnapshot ? undefined : exact(pu) }
  return { isSnapshot, ...ids, bids: levels(bids), asks: levels(asks), exchangeAt: exact(t) }
}

export const expected: Expectation = { read: fromJson(cryptocomFrame) }
