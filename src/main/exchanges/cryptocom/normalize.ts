/**
 * Crypto.com's frames to domain values. Prices and sizes are text, sizes base asset in spot and perpetual markets alike (a contract is
 * one of the base asset: others are not listed here).
 * Docs: #websocket-subscriptions of the v1 documents, at each channel · fixture documented/CRYPTOCOM.ndjson
 */

import { parseDecimal } from '../../../shared/decimal.ts'
import {
  type Candle,
  type EpochMs,
  type Instrument,
  type Kline,
  type MarketEvent,
  type Period,
  periodMs,
  periods,
  type RejectReason,
  type Side,
} from '../../../shared/domain/index.ts'
import type { Control } from '../../net/feed.ts'
import { CandleCloses } from '../candle-closes.ts'
import { isCandle } from '../candles.ts'
import type { InstrumentLookup, Normalized, Normalizer } from '../contract.ts'
import { createDepthNormalizer } from './depth.ts'
import { isPassing } from './dialect.ts'
import { numberOf, timeOf } from './fields.ts'
import { fundingRateOf } from './funding-rates.ts'
import { type CandleRow, CandlesPush, Frame, TickerPush, TradesPush, ValuationsPush } from './schemas.ts'
import { timeframes } from './subscribe.ts'

type Rejected = Extract<Normalized, { kind: 'rejected' }>
export const rejected = (reason: RejectReason, detail: string): Rejected => ({
  kind: 'rejected',
  reason,
  detail: detail.length > 300 ? `${detail.slice(0, 300)}…` : detail,
})

/** What a channel's result tells, or why it cannot be read. */
type Told = readonly MarketEvent[] | Rejected
type Read = (result: unknown, receivedAt: EpochMs, lookup: InstrumentLookup) => Told

/** Spot markets are `BTC_USDT`, perpetuals `BTCUSD-PERP`: the names of all perpetuals end so, and of nothing else. */
export const find = (lookup: InstrumentLookup, name: string): Instrument | undefined =>
  name.endsWith('-PERP') ? lookup.perpetual.get(name) : lookup.spot.get(name)

/** A connection's normalizer. It remembers the newest candle of each series: a push does not say that the one before it is closed. */
export function createNormalizer(_feed: string, lookup: InstrumentLookup): Normalizer {
  const normalizeBook = createDepthNormalizer((name) => find(lookup, name))
  const readers: ReadonlyMap<string, Read> = new Map<string, Read>([
    ['ticker', readTicker],
    ['trade', readTrades],
    ['candlestick', createCandleReader()],
    ['funding', readFunding],
  ])
  return (data, _isBinary, receivedAt) => {
    const text = data.toString()
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return rejected('json', text)
    }
    const parsed = Frame.safeParse(json)
    if (!parsed.success) return rejected('schema', `${parsed.error.issues[0]?.message}: ${text}`)
    const frame = parsed.data
    const { result } = frame
    if (result === undefined) return normalizeAnswer(frame, text)
    if (result.channel === 'book' || result.channel === 'book.update')
      return normalizeBook(result, result.channel === 'book', receivedAt)
    const read = readers.get(result.channel)
    if (read === undefined) return rejected('unknownChannel', result.channel)
    const told = read(result, receivedAt, lookup)
    if (!isTold(told)) return told
    const control = ackOf(frame)
    return control === null ? { kind: 'events', events: told } : { kind: 'events', events: told, control }
  }
}

const isTold = (told: Told): told is readonly MarketEvent[] => Array.isArray(told)

/** Ids of requests; -1 is that of a push, and of answers to requests that could not be read. */
const requestOf = (id: Frame['id']): number | null => {
  const number = id === undefined ? Number.NaN : numberOf(id)
  return Number.isSafeInteger(number) && number >= 0 ? number : null
}

/** All channels but books have no acknowledgement of their own: the first data come with the request's id. null: these are later ones. */
export function ackOf({ id, result }: Frame): Control | null {
  const request = requestOf(id)
  return request === null || result === undefined ? null : { type: 'ack', id: request, wires: [result.subscription] }
}

/**
 * Whatever has no result.
 *
 * In      {"id":1790114291578,"method":"public/heartbeat","code":0}, which is answered with its own id
 *         {"id":1,"method":"subscribe","code":0,"channel":"book.BTC_USDT.50"}   {"id":2,"method":"unsubscribe","code":0}
 *         {"id":11,"method":"subscribe","code":40003,"channel":"book.NOPEUSD-PERP.50","message":"Unknown symbol"}
 */
export function normalizeAnswer(frame: Frame, text: string): Exclude<Normalized, { kind: 'events' | 'depth' }> {
  const { method, channel } = frame
  const id = requestOf(frame.id)
  if (method === 'public/heartbeat') {
    return id === null
      ? rejected('value', `heartbeat id ${frame.id}`)
      : { kind: 'control', control: { type: 'ping', answer: `{"id":${id},"method":"public/respond-heartbeat"}` } }
  }
  if (method !== 'subscribe' && method !== 'unsubscribe') return rejected('unknownChannel', text)
  const code = String(frame.code ?? 0)
  const wires = channel === undefined ? null : [channel]
  if (code === '0') {
    return id === null && wires === null
      ? rejected('schema', `${method} of nothing: ${text}`)
      : { kind: 'control', control: { type: 'ack', id, wires } }
  }
  const message = `${code} ${frame.message ?? ''}`.trim()
  // What may pass is asked for again once no acknowledgement came.
  if (isPassing(code) || (id === null && wires === null)) return rejected('value', `error ${message}`)
  return { kind: 'control', control: { type: 'refused', id, wires, message } }
}

/**
 * In      {"instrument_name":"ETHUSD-PERP","subscription":"ticker.ETHUSD-PERP","channel":"ticker","data":[{"b":"2335.10","bs":"5.4000",
 *          "k":"2335.16","ks":"1.9970","i":"ETHUSD-PERP","t":1726069647560,...}]}
 * Out     one book_ticker a row; b is the best bid, k the best ask; exchangeAt = t
 * Empty   null: nobody quotes that side
 */
function readTicker(result: unknown, receivedAt: EpochMs, lookup: InstrumentLookup): Told {
  const push = TickerPush.safeParse(result)
  if (!push.success) return rejected('schema', push.error.message)
  const { instrument_name: name, data } = push.data
  const instrument = find(lookup, name)
  if (!instrument) return rejected('unknownInstrument', name)
  const events: MarketEvent[] = []
  for (const { b, bs, k, ks, t } of data) {
    const bidPrice = b === null ? null : parseDecimal(b)
    const bidQuantity = b === null ? null : parseDecimal(bs ?? '')
    const askPrice = k === null ? null : parseDecimal(k)
    const askQuantity = k === null ? null : parseDecimal(ks ?? '')
    const exchangeAt = timeOf(t)
    const numbers = [bidPrice, bidQuantity, askPrice, askQuantity, exchangeAt]
    // A NaN passes no comparison.
    if (!numbers.every((number) => number === null || number > 0))
      return rejected('value', `${name} ticker b ${b} bs ${bs} k ${k} ks ${ks} t ${t}`)
    events.push({
      kind: 'book_ticker',
      instrument,
      bidPrice,
      bidQuantity,
      askPrice,
      askQuantity,
      exchangeAt,
      receivedAt,
    })
  }
  return events
}

const sides: Readonly<Record<string, Side>> = { BUY: 'BUY', SELL: 'SELL' }

/**
 * In      {"channel":"trade","data":[{"d":"1788335095880381802","t":1788335095880,"p":"77558.92","q":"0.00004","s":"SELL",...}, ...]}
 * Out     one trade a row, oldest first: the exchange sends the newest first; s is the taker's side
 * Note    the first push has up to 50 trades, which may have been seen before a reconnect: d tells
 */
function readTrades(result: unknown, receivedAt: EpochMs, lookup: InstrumentLookup): Told {
  const push = TradesPush.safeParse(result)
  if (!push.success) return rejected('schema', push.error.message)
  const { instrument_name: name, data } = push.data
  const instrument = find(lookup, name)
  if (!instrument) return rejected('unknownInstrument', name)
  const events: MarketEvent[] = []
  for (const { d: tradeId, t, p, q, s } of data.toReversed()) {
    const [price, quantity, exchangeAt, side] = [parseDecimal(p), parseDecimal(q), timeOf(t), sides[s.toUpperCase()]]
    if (!(price > 0) || !(quantity > 0) || !(exchangeAt > 0) || side === undefined || tradeId === '')
      return rejected('value', `${name} trade ${tradeId} p ${p} q ${q} s ${s} t ${t}`)
    events.push({ kind: 'trade', instrument, tradeId, price, quantity, side, exchangeAt, receivedAt })
  }
  return events
}

const periodOf: ReadonlyMap<string, Period> = new Map(periods.map((period) => [timeframes[period], period]))

/**
 * Candles. Nothing says that one is closed: see CandleCloses.
 *
 * In      {"instrument_name":"BTC_USDT","subscription":"candlestick.1m.BTC_USDT","channel":"candlestick","depth":300,"interval":"1m",
 *          "data":[{"o":"51140.5","h":"51699.0","l":"49212.0","c":"51313.5","v":"867.9432","t":1612224000000}]}
 * Out     one kline, or two; quoteVolume null, for it is not told; exchangeAt null, for the frame carries no time of its own
 * Note    the first push is history, of which the newest two are read; the others REST tells
 */
function createCandleReader(): Read {
  const closes = new CandleCloses()
  return (result, receivedAt, lookup) => {
    const push = CandlesPush.safeParse(result)
    if (!push.success) return rejected('schema', push.error.message)
    const { instrument_name: name, data } = push.data
    const instrument = find(lookup, name)
    if (!instrument) return rejected('unknownInstrument', name)
    const interval = hasInterval(result) ? result.interval : ''
    const period = periodOf.get(interval)
    if (period === undefined) return rejected('unknownChannel', `candlestick ${interval}`)
    const candles: Candle[] = []
    for (const row of newestRows(data)) {
      const candle = readCandle(row)
      if (candle === null || candle.openTime % periodMs[period] !== 0)
        return rejected('value', `${name} candlestick ${interval} ${JSON.stringify(row)}`)
      candles.push(candle)
    }
    return candles.flatMap((candle) => closes.take(klineOf(instrument, period, candle, receivedAt)))
  }
}

const hasInterval = (result: unknown): result is { readonly interval: string } =>
  typeof result === 'object' && result !== null && 'interval' in result && typeof result.interval === 'string'

/** The last two by time, ascending. */
const newestRows = (rows: readonly CandleRow[]): readonly CandleRow[] =>
  rows.length === 1 ? rows : rows.toSorted((a, b) => numberOf(a.t) - numberOf(b.t)).slice(-2)

/** One candle of a stream or of history; null where a number is none. */
export function readCandle(row: CandleRow): Candle | null {
  const candle: Candle = {
    openTime: timeOf(row.t),
    open: parseDecimal(row.o),
    high: parseDecimal(row.h),
    low: parseDecimal(row.l),
    close: parseDecimal(row.c),
    volume: parseDecimal(row.v),
    quoteVolume: null,
  }
  const { openTime, open, high, low, close, volume } = candle
  return openTime > 0 && isCandle(open, high, low, close, volume, 0) ? candle : null
}

const klineOf = (instrument: Instrument, period: Period, candle: Candle, receivedAt: EpochMs): Kline => ({
  ...{ kind: 'kline', instrument, period, ...candle },
  ...{ isClosed: false, exchangeAt: null, receivedAt },
})

/**
 * In      {"instrument_name":"BTCUSD-PERP","subscription":"funding.BTCUSD-PERP","channel":"funding","data":[{"v":"0.000012","t":...}]}
 * Out     one funding_rate a row; see funding-rates.ts
 */
function readFunding(result: unknown, receivedAt: EpochMs, lookup: InstrumentLookup): Told {
  const push = ValuationsPush.safeParse(result)
  if (!push.success) return rejected('schema', push.error.message)
  const { instrument_name: name, data } = push.data
  const instrument = find(lookup, name)
  if (!instrument) return rejected('unknownInstrument', name)
  const events: MarketEvent[] = []
  for (const row of data) {
    const reading = fundingRateOf(row, instrument, receivedAt)
    if (reading.kind === 'bad') return rejected('value', `${name} ${reading.problem}`)
    if (reading.kind === 'row') events.push({ kind: 'funding_rate', rate: reading.value })
  }
  return events
}
