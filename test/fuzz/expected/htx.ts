/** What HTX's public frames say. */
import type { z } from 'zod'
import * as htx from '../../../src/main/exchanges/htx/schemas.ts'
import { parseExactJson } from '../../../src/main/net/exact-json.ts'
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
  sides,
  type Told,
} from './readers.ts'

const periods: Readonly<Record<string, string>> = {
  '1min': '1m',
  '5min': '5m',
  '15min': '15m',
  '60min': '1h',
}

/** HTX: a swap's sizes are contracts, and its trades and candles count both sides. Whole books of spot come by `rep`, once they are asked for. */
function htxFrame(feed: string, frame: Json): Expected | null {
  if (feed === 'perpetual-funding') return htxFunding(frame)
  const { ch, ts } = frame
  if (typeof ch !== 'string') return null
  const isSwap = feed === 'perpetual'
  const [, name, channel, detail = ''] = ch.split('.')
  const tick = objectOf(frame.tick)
  const factorOf = (contractSize: number) => (isSwap ? contractSize : 1)
  const one = (schema: z.ZodType, kind: Told['kind'], values: Told['values']): Expected => ({
    fitsSchema: fits(schema, frame),
    told: [{ kind, name, values }],
  })
  switch (channel) {
    case 'bbo': {
      const [bid, ask] = [listOf(tick.bid), listOf(tick.ask)]
      const best = isSwap
        ? { b: bid[0] ?? '', B: bid[1] ?? '', a: ask[0] ?? '', A: ask[1] ?? '' }
        : { b: tick.bid ?? '', B: tick.bidSize ?? '', a: tick.ask ?? '', A: tick.askSize ?? '' }
      return one(isSwap ? htx.SwapBestFrame : htx.SpotBestFrame, 'book_ticker', (size) => ({
        ...sides(best, factorOf(size)),
        exchangeAt: ts,
      }))
    }
    case 'trade':
      return {
        fitsSchema: fits(htx.TradeFrame, frame),
        told: listOf(tick.data)
          .map(objectOf)
          .map((row) => ({
            kind: 'trade',
            name,
            values: (size) => ({
              tradeId: String(row.tradeId ?? row.id),
              price: exact(row.price),
              quantity: isSwap ? exact(row.amount, size) / 2 : exact(row.amount),
              side: row.direction === 'buy' ? 'BUY' : 'SELL',
              exchangeAt: row.ts,
            }),
          })),
      }
    case 'kline':
      return one(
        htx.CandleFrame,
        'kline',
        same({
          period: periods[detail] ?? Number.NaN,
          openTime: exact(tick.id) * 1_000,
          open: exact(tick.open),
          high: exact(tick.high),
          low: exact(tick.low),
          close: exact(tick.close),
          volume: isSwap ? exact(tick.amount, 0.5) : exact(tick.amount),
          quoteVolume: isSwap
            ? tick.trade_turnover === undefined
              ? null
              : exact(tick.trade_turnover, 0.5)
            : exact(tick.vol),
          isClosed: undefined,
          exchangeAt: ts,
        }),
      )
    case 'mbp':
      return one(htx.SpotDepthFrame, 'depth', () => ({
        isSnapshot: false,
        firstId: tick.seqNum,
        lastId: tick.seqNum,
        previousId: tick.prevSeqNum,
        bids: levels(tick.bids),
        asks: levels(tick.asks),
        exchangeAt: ts,
      }))
    case 'depth':
      return one(htx.SwapDepthFrame, 'depth', (size) => ({
        isSnapshot: tick.event === 'snapshot',
        firstId: tick.mrid,
        lastId: tick.mrid,
        // the frame before says it
        previousId: undefined,
        bids: levels(tick.bids, size),
        asks: levels(tick.asks, size),
        exchangeAt: ts,
      }))
    default:
      return null
  }
}

function htxFunding({ op, ts, data }: Json): Expected | null {
  if (op !== 'notify') return null
  const rows = listOf(data)
  return {
    fitsSchema: rows.every((row) => fits(htx.FundingNotice, row)),
    told: rows.map(objectOf).map((row) => ({
      kind: 'funding_rate',
      name: row.contract_code,
      values: same({
        rate: exact(row.funding_rate),
        nextFundingAt: exact(row.settlement_time),
        intervalHours: null,
        markPrice: null,
        exchangeAt: ts === undefined ? null : exact(ts),
      }),
    })),
  }
}

export const expected: Expectation = { read: fromJson(htxFrame, parseExactJson) }
