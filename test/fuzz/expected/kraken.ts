/** What Kraken's public frames of WebSocket v2 say: JSON numbers, base asset, times as text. */
import type { z } from 'zod'
import * as kraken from '../../../src/main/exchanges/kraken/schemas.ts'
import {
  type Expectation,
  type Expected,
  exact,
  fits,
  fromJson,
  type Json,
  type Levels,
  listOf,
  microsecondsOf,
  objectOf,
  same,
  side,
  type Told,
  type Values,
} from './readers.ts'

const minutes: Readonly<Record<number, string>> = { 1: '1m', 5: '5m', 15: '15m', 60: '1h', 1440: '1d' }

const millisecondsOf = (text: unknown): number => Math.floor(microsecondsOf(text) / 1_000)
const millisecondsOrNull = (text: unknown): number | null => (text === undefined ? null : millisecondsOf(text))

function krakenFrame(_feed: string, frame: Json): Expected | null {
  const { channel, type, timestamp, data } = frame
  // whatever names a method is an answer
  if ('method' in frame) return null
  const rows = listOf(data).map(objectOf)
  const each = (schema: z.ZodType, kind: Told['kind'], values: (row: Json) => Values): Expected => ({
    fitsSchema: fits(schema, frame),
    told: rows.map((row) => ({ kind, name: row.symbol, values: same(values(row)) })),
  })
  switch (channel) {
    case 'ticker':
      return each(kraken.TickerFrame, 'book_ticker', (row) => ({
        ...side('bid', row.bid, row.bid_qty),
        ...side('ask', row.ask, row.ask_qty),
        exchangeAt: millisecondsOrNull(row.timestamp),
      }))
    case 'trade':
      return each(kraken.TradeFrame, 'trade', (row) => ({
        tradeId: String(row.trade_id),
        price: exact(row.price),
        quantity: exact(row.qty),
        side: row.side === 'buy' ? 'BUY' : row.side === 'sell' ? 'SELL' : Number.NaN,
        exchangeAt: millisecondsOf(row.timestamp),
      }))
    case 'ohlc':
      return each(kraken.CandleFrame, 'kline', (row) => ({
        period: minutes[Number(row.interval)] ?? Number.NaN,
        openTime: millisecondsOf(row.interval_begin),
        open: exact(row.open),
        high: exact(row.high),
        low: exact(row.low),
        close: exact(row.close),
        volume: exact(row.volume),
        quoteVolume: null,
        // without a flag the next candle closes it, which may stand in the same frame
        isClosed: rows.length === 1 ? false : undefined,
        exchangeAt: millisecondsOrNull(timestamp),
      }))
    case 'book':
      return each(kraken.BookFrame, 'depth', ({ bids, asks, checksum, timestamp: at }) => {
        const isSnapshot = type === 'snapshot'
        // whole books need no time
        const id = isSnapshot && at === undefined ? 0 : microsecondsOf(at)
        return {
          ...{ isSnapshot, firstId: id, lastId: id, previousId: null },
          ...{ bids: levelsOf(bids), asks: levelsOf(asks), checksum },
          exchangeAt: isSnapshot ? millisecondsOrNull(at) : millisecondsOf(at),
        }
      })
    default:
      return null
  }
}

const levelsOf = (rows: unknown): Levels =>
  listOf(rows)
    .map(objectOf)
    .map(({ price, qty }) => [exact(price), exact(qty)])

export const expected: Expectation = { read: fromJson(krakenFrame) }
