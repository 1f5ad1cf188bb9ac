/** What Coinbase's public frames say. */
import * as coinbase from '../../../src/main/exchanges/coinbase/schemas.ts'
import {
  best,
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
  type Told,
  type Values,
} from './readers.ts'

/** A quote is of the book as it stands after a frame, which a whole one alone tells. */
function coinbaseFrame(_feed: string, frame: Json): Expected | null {
  if (frame.type === 'match' || frame.type === 'last_match') {
    const values = {
      tradeId: String(frame.trade_id),
      price: exact(frame.price),
      quantity: exact(frame.size),
      side: frame.side === 'buy' ? 'SELL' : 'BUY',
      exchangeAt: Math.floor(microsecondsOf(frame.time) / 1_000),
    }
    return {
      fitsSchema: fits(coinbase.MatchFrame, frame),
      told: [{ kind: 'trade', name: frame.product_id, values: same(values) }],
    }
  }
  const micros = microsecondsOf(frame.timestamp)
  const exchangeAt = Math.floor(micros / 1_000)
  const events = listOf(frame.events).map(objectOf)
  if (frame.channel === 'l2_data') {
    const told = events.flatMap(({ product_id: name, type, updates }): readonly Told[] => {
      const rows = listOf(updates).map(objectOf)
      const of = (side: string) =>
        rows.filter((row) => row.side === side).map((row) => [exact(row.price_level), exact(row.new_quantity)] as const)
      const [bids, asks] = [of('bid'), of('offer')]
      const id = micros - Date.UTC(2020, 0, 1) * 1_000
      const isSnapshot = type === 'snapshot'
      const depth = { firstId: id, lastId: id, isSnapshot, bids, asks, exchangeAt }
      return [
        { kind: 'depth', name, values: same(depth) },
        ...(isSnapshot
          ? [{ kind: 'book_ticker', name, values: same({ ...quoteOf(bids, asks), exchangeAt }) } as const]
          : []),
      ]
    })
    return { fitsSchema: fits(coinbase.DepthFrame, frame), told }
  }
  if (frame.channel !== 'candles') return null
  const rows = events.flatMap(({ candles }) => listOf(candles).map(objectOf))
  const told = rows.map(({ product_id: name, start, open, high, low, close, volume }): Told => {
    const [openTime, prices] = [exact(start) * 1_000, { open, high, low, close, volume }]
    const numbers = Object.fromEntries(Object.entries(prices).map(([field, value]) => [field, exact(value)]))
    const more = { period: '5m', openTime, quoteVolume: null, isClosed: false, exchangeAt }
    return { kind: 'kline', name, values: same({ ...numbers, ...more }) }
  })
  return { fitsSchema: fits(coinbase.CandlesFrame, frame), told }
}

/** Which of two levels with one price counts in a whole book nobody says. */
function quoteOf(bids: Levels, asks: Levels): Values {
  const isClear = [bids, asks].every((side) => new Set(side.map(([price]) => price)).size === side.length)
  return isClear ? best(bids, asks) : {}
}

export const expected: Expectation = { read: fromJson(coinbaseFrame) }
