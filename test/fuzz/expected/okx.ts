/** What OKX's public frames say. */
import type { z } from 'zod'
import * as okx from '../../../src/main/exchanges/okx/schemas.ts'
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

const periods: Readonly<Record<string, string>> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '1H': '1h',
  '1Dutc': '1d',
}

function okxFrame(_feed: string, frame: Json): Expected | null {
  const arg = objectOf(frame.arg)
  const { channel } = arg
  if (typeof channel !== 'string') return null
  const isSwap = typeof arg.instId === 'string' && arg.instId.endsWith('-SWAP')
  const each = (schema: z.ZodType, kind: Told['kind'], values: (row: unknown, factor: number) => Values): Expected => ({
    fitsSchema: fits(schema, frame),
    told: listOf(frame.data).map((row) => ({
      kind,
      name: kind === 'funding_rate' ? objectOf(row).instId : arg.instId,
      values: (contractSize) => values(row, isSwap ? contractSize : 1),
    })),
  })
  const best = (level: unknown) => listOf(listOf(level)[0])
  if (channel === 'bbo-tbt') {
    return each(okx.BboFrame, 'book_ticker', (row, factor) => {
      const { bids, asks, ts } = objectOf(row)
      const [bid, ask] = [best(bids), best(asks)]
      return { ...side('bid', bid[0], bid[1], factor), ...side('ask', ask[0], ask[1], factor), exchangeAt: exact(ts) }
    })
  }
  if (channel === 'tickers') {
    return each(okx.TickerFrame, 'book_ticker', (row, factor) => {
      const { bidPx, bidSz, askPx, askSz, ts } = objectOf(row)
      return { ...side('bid', bidPx, bidSz, factor), ...side('ask', askPx, askSz, factor), exchangeAt: exact(ts) }
    })
  }
  if (channel === 'trades') {
    return each(okx.TradesFrame, 'trade', (row, factor) => {
      const { tradeId, px, sz, side: taker, ts } = objectOf(row)
      const word = taker === 'buy' ? 'BUY' : taker === 'sell' ? 'SELL' : Number.NaN
      return { tradeId, price: exact(px), quantity: exact(sz, factor), side: word, exchangeAt: exact(ts) }
    })
  }
  if (channel === 'books') {
    return each(okx.BooksFrame, 'depth', (row, factor) => {
      const { bids, asks, ts, seqId, prevSeqId } = objectOf(row)
      const isSnapshot = frame.action === 'snapshot'
      return {
        isSnapshot,
        firstId: seqId,
        lastId: seqId,
        previousId: isSnapshot ? null : prevSeqId,
        bids: levels(bids, factor),
        asks: levels(asks, factor),
        exchangeAt: exact(ts),
      }
    })
  }
  if (channel === 'funding-rate') {
    return each(okx.FundingRateFrame, 'funding_rate', (row) => {
      const { fundingRate, fundingTime, nextFundingTime, ts } = objectOf(row)
      const [due, following] = [exact(fundingTime), exact(nextFundingTime)]
      return {
        rate: exact(fundingRate),
        nextFundingAt: due,
        intervalHours: following > due ? (following - due) / 3_600_000 : null,
        markPrice: null,
        exchangeAt: ts === undefined || ts === '' ? null : exact(ts) || null,
      }
    })
  }
  if (!channel.startsWith('candle')) return null
  return each(okx.CandleFrame, 'kline', (row) => {
    const columns = listOf(row)
    return {
      period: periods[channel.slice('candle'.length)] ?? Number.NaN,
      openTime: exact(columns[0]),
      open: exact(columns[1]),
      high: exact(columns[2]),
      low: exact(columns[3]),
      close: exact(columns[4]),
      volume: exact(columns[isSwap ? 6 : 5]),
      quoteVolume: exact(columns[isSwap ? 7 : 6]),
      isClosed: columns[8] === '1',
      exchangeAt: null,
    }
  })
}

export const expected: Expectation = { read: fromJson(okxFrame) }
