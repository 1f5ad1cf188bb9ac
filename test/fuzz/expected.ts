/**
 * What a public frame says, read anew and without haste: for each channel where each number of an event stands in the frame, and the schema
 * that the frame must fit. Knows nothing of the connectors but their schemas, and of MEXC's binary frames the definitions.
 */
import { Decimal } from 'decimal.js'
import type { z } from 'zod'
import * as binance from '../../src/main/exchanges/binance/schemas.ts'
import * as gate from '../../src/main/exchanges/gate/schemas.ts'
import { pushToJson } from '../../src/main/exchanges/mexc/protobuf.ts'
import { DepthPush } from '../../src/main/exchanges/mexc/schemas.ts'
import * as okx from '../../src/main/exchanges/okx/schemas.ts'
import type { ExchangeId, MarketKind } from '../../src/shared/domain/index.ts'
import { withoutBrokenTexts } from './protobuf-mutations.ts'

type Json = Readonly<Record<string, unknown>>
/** Fields of an event by name; a list is a side of a book. `undefined`: any value is right. */
export type Values = Readonly<Record<string, unknown>>

export interface Told {
  readonly kind: 'book_ticker' | 'trade' | 'kline' | 'funding_rate' | 'depth'
  /** The exchange's name of the instrument. */
  readonly name: unknown
  /** `contractSize` of the instrument that the name stands for. */
  values(contractSize: number): Values
}

export interface Expected {
  readonly fitsSchema: boolean
  readonly told: readonly Told[]
}

const decimalText = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/
/** Beyond that many digits exact arithmetic takes long and says nothing new. */
const exactDigits = 60

/** The number that stands there, as text or as a number; NaN where none does. */
export function exact(value: unknown, factor = 1): number {
  if (typeof value !== 'number' && (typeof value !== 'string' || !decimalText.test(value))) return Number.NaN
  const isLong = String(value).length > exactDigits
  return factor === 1 || isLong ? Number(value) * factor : new Decimal(value).times(factor).toNumber()
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const objectOf = (value: unknown): Json => (isObject(value) ? value : {})
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const fits = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success
const periodNames: Readonly<Record<string, string>> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '1h': '1h',
  '1d': '1d',
  '1H': '1h',
  '1Dutc': '1d',
  Min1: '1m',
  Min5: '5m',
  Min15: '15m',
  Min60: '1h',
  Day1: '1d',
}

/** A side of the book: nothing where nobody quotes. */
function side(name: 'bid' | 'ask', price: unknown, quantity: unknown, factor = 1): Values {
  const [exactPrice, exactQuantity] = [exact(price), exact(quantity, factor)]
  const isEmpty =
    [price, quantity].some((value) => value === undefined || value === '') || exactPrice === 0 || exactQuantity === 0
  return {
    [`${name}Price`]: isEmpty ? null : exactPrice,
    [`${name}Quantity`]: isEmpty ? null : exactQuantity,
  }
}
const sides = (of: Json, factor = 1): Values => ({
  ...side('bid', of.b, of.B, factor),
  ...side('ask', of.a, of.A, factor),
})
const levels = (rows: unknown, factor = 1): readonly (readonly [number, number])[] =>
  listOf(rows).map((row) => {
    const [price, quantity] = listOf(row)
    return [exact(price), exact(quantity, factor)]
  })
const same = (values: Values) => (): Values => values

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
    period: k.i === period ? periodNames[period] : Number.NaN,
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

function okxFrame(frame: Json): Expected | null {
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
        exchangeAt: ts === undefined || ts === '' ? null : exact(ts),
      }
    })
  }
  if (!channel.startsWith('candle')) return null
  return each(okx.CandleFrame, 'kline', (row) => {
    const columns = listOf(row)
    return {
      period: periodNames[channel.slice('candle'.length)] ?? Number.NaN,
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

function gateFrame(feed: string, frame: Json): Expected | null {
  const { channel, event, result } = frame
  if (typeof channel !== 'string' || event !== 'update') return null
  const isSpot = feed === 'spot'
  const r = objectOf(result)
  const sentAt = typeof frame.time_ms === 'number' ? frame.time_ms : exact(frame.time) * 1_000
  const factorOf = (contractSize: number) => (isSpot ? 1 : contractSize)
  const named = (n: unknown) => (typeof n === 'string' ? n.slice(n.indexOf('_') + 1) : n)
  switch (channel.slice(channel.indexOf('.') + 1)) {
    case 'book_ticker':
      return {
        fitsSchema: fits(isSpot ? gate.SpotBookTicker : gate.PerpetualBookTicker, result),
        told: [
          { kind: 'book_ticker', name: r.s, values: (size) => ({ ...sides(r, factorOf(size)), exchangeAt: r.t }) },
        ],
      }
    case 'trades': {
      if (isSpot) {
        const values = {
          tradeId: String(r.id),
          price: exact(r.price),
          quantity: exact(r.amount),
          side: r.side === 'buy' ? 'BUY' : 'SELL',
          exchangeAt: Math.floor(exact(r.create_time_ms)),
        }
        return {
          fitsSchema: fits(gate.SpotTrade, result),
          told: [{ kind: 'trade', name: r.currency_pair, values: same(values) }],
        }
      }
      return {
        fitsSchema: fits(gate.PerpetualTrades, result),
        told: listOf(result)
          .map(objectOf)
          .filter(({ is_internal }) => is_internal !== true)
          .map((row) => ({
            kind: 'trade',
            name: row.contract,
            values: (size) => ({
              tradeId: String(row.id),
              price: exact(row.price),
              quantity: Math.abs(exact(row.size, size)),
              side: exact(row.size) > 0 ? 'BUY' : 'SELL',
              exchangeAt: Math.floor(exact(row.create_time_ms)),
            }),
          })),
      }
    }
    case 'candlesticks': {
      const rows = (isSpot ? [result] : listOf(result)).map(objectOf)
      const schema = !isSpot ? gate.PerpetualCandles : r.a === undefined ? gate.OldSpotCandle : gate.SpotCandle
      return {
        fitsSchema: fits(schema, result),
        told: rows.map((row) => ({
          kind: 'kline',
          name: named(row.n),
          values: (size) => {
            const quoteVolume = isSpot ? exact(row.v) : null
            const base = isSpot
              ? row.a === undefined
                ? exact(row.v) === 0
                  ? 0
                  : Number((exact(row.v) / exact(row.h)).toPrecision(15))
                : exact(row.a)
              : exact(row.v, size)
            return {
              period: periodNames[String(row.n).slice(0, String(row.n).indexOf('_'))] ?? Number.NaN,
              openTime: exact(row.t) * 1_000,
              open: exact(row.o),
              high: exact(row.h),
              low: exact(row.l),
              close: exact(row.c),
              volume: base,
              quoteVolume,
              // without a flag the next candle closes it, which may stand in the same frame
              isClosed: row.w === undefined ? undefined : row.w,
              exchangeAt: sentAt,
            }
          },
        })),
      }
    }
    case 'obu': {
      const parts = /^ob\.(.+)\.\d+$/.exec(String(r.s))
      const isSnapshot = r.full === true
      return {
        fitsSchema: fits(isSnapshot ? gate.WholeBook : gate.BookChanges, result),
        told: [
          {
            kind: 'depth',
            name: parts?.[1],
            values: (size) => ({
              isSnapshot,
              firstId: isSnapshot ? r.u : r.U,
              lastId: r.u,
              previousId: null,
              bids: levels(r.b, factorOf(size)),
              asks: levels(r.a, factorOf(size)),
              exchangeAt: r.t,
            }),
          },
        ],
      }
    }
    case 'tickers':
      return { fitsSchema: fits(gate.PerpetualTickers, result), told: gateRates(listOf(result).map(objectOf), sentAt) }
    default:
      return null
  }
}

/** What a row leaves out stands as the row before it of the same contract told it. */
function gateRates(rows: readonly Json[], sentAt: number): readonly Told[] {
  return rows.map((row, at) => {
    const earlier = rows.slice(0, at + 1).filter(({ contract }) => contract === row.contract)
    const newest = (key: string) =>
      earlier.map((one) => one[key]).findLast((value) => value !== undefined && value !== null)
    const rate = earlier.map(({ funding_rate }) => funding_rate).findLast((value) => Boolean(value))
    const [next, interval] = [newest('funding_next_apply'), newest('funding_interval')]
    return {
      kind: 'funding_rate',
      name: row.contract,
      values: same({
        rate: exact(rate),
        nextFundingAt: next ? exact(next) * 1_000 : null,
        intervalHours: interval ? exact(interval) / 3_600 : null,
        markPrice: exact(newest('mark_price')) || null,
        exchangeAt: row.t ?? (Number.isNaN(sentAt) ? null : sentAt),
      }),
    }
  })
}

function mexcPush(push: Json): Expected | null {
  const time = exact(push.createTime) || exact(push.sendTime) || null
  const of = (
    kind: Told['kind'],
    rows: readonly Json[],
    values: (row: Json) => Values,
    fitsSchema = true,
  ): Expected => ({
    fitsSchema,
    told: rows.map((row) => ({ kind, name: push.symbol, values: same(values(row)) })),
  })
  const quote = (row: Json): Values => ({
    ...side('bid', row.bidPrice, row.bidQuantity),
    ...side('ask', row.askPrice, row.askQuantity),
    exchangeAt: time,
  })
  const found: Expected[] = []
  if (isObject(push.publicAggreBookTicker)) found.push(of('book_ticker', [push.publicAggreBookTicker], quote))
  if (isObject(push.publicBookTickerBatch))
    found.push(of('book_ticker', listOf(push.publicBookTickerBatch.items).map(objectOf), quote))
  if (isObject(push.publicAggreDeals)) {
    found.push(
      of('trade', listOf(push.publicAggreDeals.deals).map(objectOf), (deal) => ({
        tradeId: deal.tradeId === undefined || deal.tradeId === '' ? null : deal.tradeId,
        price: exact(deal.price),
        quantity: exact(deal.quantity),
        side: deal.tradeType === 1 ? 'BUY' : deal.tradeType === 2 ? 'SELL' : Number.NaN,
        exchangeAt: exact(deal.time) || null,
      })),
    )
  }
  if (isObject(push.publicSpotKline)) {
    found.push(
      of('kline', [push.publicSpotKline], (k) => ({
        period: periodNames[String(k.interval)] ?? Number.NaN,
        openTime: exact(k.windowStart) * 1_000,
        open: exact(k.openingPrice),
        high: exact(k.highestPrice),
        low: exact(k.lowestPrice),
        close: exact(k.closingPrice),
        volume: exact(k.volume),
        quoteVolume: k.amount === undefined || k.amount === '' ? null : exact(k.amount),
        isClosed: false,
        exchangeAt: time,
      })),
    )
  }
  if (isObject(push.publicAggreDepths)) {
    const pairs = (rows: unknown) =>
      listOf(rows)
        .map(objectOf)
        .map(({ price, quantity }) => [exact(price), exact(quantity)] as const)
    found.push(
      of(
        'depth',
        [push.publicAggreDepths],
        (depth) => ({
          isSnapshot: false,
          firstId: exact(depth.fromVersion),
          lastId: exact(depth.toVersion),
          previousId: null,
          bids: pairs(depth.bids),
          asks: pairs(depth.asks),
          exchangeAt: exact(push.sendTime) || null,
        }),
        fits(DepthPush, push),
      ),
    )
  }
  return found.length === 0
    ? null
    : { fitsSchema: found.some(({ fitsSchema }) => fitsSchema), told: found.flatMap(({ told }) => told) }
}

/** null: nothing that events can be made of. */
export function expectedOf(exchange: ExchangeId, feed: string, data: Buffer, isBinary: boolean): Expected | null {
  if (exchange === 'mexc') {
    // texts that nobody reads need not be texts: the decoder would refuse them
    const mended = isBinary ? withoutBrokenTexts(data) : null
    const push = isBinary ? (pushToJson(data) ?? (mended === null ? null : pushToJson(mended))) : null
    return push === null ? null : mexcPush(push)
  }
  let frame: unknown
  try {
    frame = JSON.parse(data.toString())
  } catch {
    // no JSON: nothing may be made of it
    return null
  }
  if (!isObject(frame)) return null
  if (exchange === 'binance') return binanceFrame(feed, frame)
  return exchange === 'okx' ? okxFrame(frame) : gateFrame(feed, frame)
}

/** Which market a feed's names belong to; null where the name itself says it. */
export const marketOf = (exchange: ExchangeId, feed: string): MarketKind | null =>
  exchange === 'okx' ? null : feed.startsWith('perpetual') ? 'perpetual' : 'spot'
