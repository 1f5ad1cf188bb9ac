/** What Bybit's public frames say. Quantities are base asset in both markets, whose names are the same. */
import type { z } from 'zod'
import * as bybit from '../../../src/main/exchanges/bybit/schemas.ts'
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

const periods: Readonly<Record<string, string>> = { 1: '1m', 5: '5m', 15: '15m', 60: '1h', D: '1d' }

function bybitFrame(_feed: string, frame: Json): Expected | null {
  const { topic, ts } = frame
  if (typeof topic !== 'string') return null
  const [channel, detail = '', ...name] = topic.split('.')
  const rows = listOf(frame.data).map(objectOf)
  const each = (
    schema: z.ZodType,
    kind: Told['kind'],
    nameOf: (row: Json) => unknown,
    values: (row: Json) => Values,
  ) => ({
    fitsSchema: fits(schema, frame),
    told: rows.map((row) => ({ kind, name: nameOf(row), values: same(values(row)) })),
  })
  switch (channel) {
    case 'orderbook':
      return bookOf(detail, frame)
    case 'publicTrade':
      return each(
        bybit.TradeFrame,
        'trade',
        ({ s }) => s,
        ({ i, p, v, S, T }) => ({
          tradeId: i,
          price: exact(p),
          quantity: exact(v),
          side: S === 'Buy' ? 'BUY' : S === 'Sell' ? 'SELL' : Number.NaN,
          exchangeAt: T,
        }),
      )
    case 'kline':
      return each(
        bybit.KlineFrame,
        'kline',
        () => name.join('.'),
        (row) => ({
          period: periods[detail] ?? Number.NaN,
          openTime: row.start,
          open: exact(row.open),
          high: exact(row.high),
          low: exact(row.low),
          close: exact(row.close),
          volume: exact(row.volume),
          quoteVolume: exact(row.turnover),
          isClosed: row.confirm,
          exchangeAt: ts,
        }),
      )
    default:
      return null
  }
}

/** One level is a quote, which always comes whole; the number of levels of a book makes no difference to its form. */
function bookOf(depth: string, frame: Json): Expected {
  const { type, ts } = frame
  const { s: name, b, a, u } = objectOf(frame.data)
  const fitsSchema = fits(bybit.BookFrame, frame)
  if (depth !== '1') {
    const ids = { firstId: u, lastId: u, previousId: null }
    // an id of 1 begins anew after the service did
    const values = {
      isSnapshot: type === 'snapshot' || u === 1,
      ...ids,
      bids: levels(b),
      asks: levels(a),
      exchangeAt: ts,
    }
    return { fitsSchema, told: [{ kind: 'depth', name, values: same(values) }] }
  }
  const [bid, ask] = [listOf(listOf(b)[0]), listOf(listOf(a)[0])]
  const values = { ...side('bid', bid[0], bid[1]), ...side('ask', ask[0], ask[1]), exchangeAt: ts }
  return {
    fitsSchema: fitsSchema && type === 'snapshot',
    told: [{ kind: 'book_ticker', name, values: same(values) }],
  }
}

export const expected: Expectation = { read: fromJson(bybitFrame) }
