/** What KuCoin's public frames say. */
import type { z } from 'zod'
import * as kucoin from '../../../src/main/exchanges/kucoin/schemas.ts'
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
  side,
  type Told,
  type Values,
} from './readers.ts'

/** Of nanoseconds of this century or some around it; a JSON number has lost some hundred of them. */
const msOfNs = (value: unknown): number => {
  if (!/^\d{18,20}$/.test(String(value))) return Number.NaN
  if (typeof value === 'number') return Math.floor((value + 1_000) / 1_000_000)
  return typeof value === 'string' ? Number(BigInt(value) / 1_000_000n) : Number.NaN
}

const kucoinPeriods: Readonly<Record<string, string>> = {
  '1min': '1m',
  '5min': '5m',
  '15min': '15m',
  '1hour': '1h',
  '1day': '1d',
}

function kucoinFrame(feed: string, frame: Json): Expected | null {
  const { topic, type, subject } = frame
  if (typeof topic !== 'string' || type !== 'message') return null
  const [channel, name] = [topic.slice(0, topic.indexOf(':')), topic.slice(topic.indexOf(':') + 1)]
  const d = objectOf(frame.data)
  const one = (schema: z.ZodType, kind: Told['kind'], values: (factor: number) => Values, named: unknown = name) => ({
    fitsSchema: fits(schema, frame.data),
    told: [{ kind, name: named, values: (size: number) => values(feed === 'perpetual' ? size : 1) }],
  })
  const taker = d.side === 'buy' ? 'BUY' : d.side === 'sell' ? 'SELL' : Number.NaN
  switch (channel) {
    case '/spotMarket/level1': {
      const [bid, ask] = [listOf(d.bids), listOf(d.asks)]
      const quote = { ...side('bid', bid[0], bid[1]), ...side('ask', ask[0], ask[1]), exchangeAt: d.timestamp }
      return one(kucoin.Level1, 'book_ticker', () => quote)
    }
    case '/market/ticker': {
      // null is a side that nobody quotes, as '' is
      const best = {
        ...side('bid', d.bestBid ?? '', d.bestBidSize),
        ...side('ask', d.bestAsk ?? '', d.bestAskSize),
      }
      return one(kucoin.Ticker, 'book_ticker', () => ({ ...best, exchangeAt: d.time }), name === 'all' ? subject : name)
    }
    case '/contractMarket/tickerV2':
      return one(kucoin.TickerV2, 'book_ticker', (factor) => ({
        ...side('bid', d.bestBidPrice ?? '', d.bestBidSize, factor),
        ...side('ask', d.bestAskPrice ?? '', d.bestAskSize, factor),
        exchangeAt: msOfNs(d.ts),
      }))
    case '/market/match':
    case '/contractMarket/execution': {
      const isSpot = channel === '/market/match'
      return one(isSpot ? kucoin.Match : kucoin.Execution, 'trade', (factor) => ({
        ...{ tradeId: d.tradeId, price: exact(d.price), quantity: exact(d.size, factor), side: taker },
        exchangeAt: msOfNs(isSpot ? d.time : d.ts),
      }))
    }
    case '/spotMarket/level2Depth50':
    case '/contractMarket/level2Depth50':
      return one(feed === 'perpetual' ? kucoin.FuturesDepth : kucoin.SpotDepth, 'depth', (factor) => ({
        ...{ isSnapshot: true, firstId: d.timestamp, lastId: d.timestamp, previousId: null },
        ...{ bids: levels(d.bids, factor), asks: levels(d.asks, factor), exchangeAt: d.timestamp },
      }))
    case '/market/candles':
    case '/contractMarket/limitCandle': {
      const split = name.lastIndexOf('_')
      const columns = listOf(d.candles)
      const isPerpetual = feed === 'perpetual'
      const at = isPerpetual ? exact(d.time) : msOfNs(d.time)
      return one(
        kucoin.CandlePush,
        'kline',
        (factor) => ({
          period: kucoinPeriods[name.slice(split + 1)] ?? Number.NaN,
          openTime: exact(columns[0]) * 1_000,
          ...{ open: exact(columns[1]), close: exact(columns[2]), high: exact(columns[3]), low: exact(columns[4]) },
          volume: exact(columns[isPerpetual ? 6 : 5], factor),
          quoteVolume: exact(columns[isPerpetual ? 5 : 6]),
          isClosed: false,
          exchangeAt: at > 0 ? at : null,
        }),
        name.slice(0, split),
      )
    }
    default:
      return null
  }
}

export const expected: Expectation = { read: fromJson(kucoinFrame) }
