/**
 * Kraken's public frames to domain values. Numbers are JSON numbers, which JSON.parse reads as the float64 nearest to their text;
 * quantities are base asset.
 * Docs: https://docs.kraken.com/api/docs/websocket-v2/ticker, /trade, /ohlc · fixture kraken/ws_documented.ndjson
 */

import {
  type EpochMs,
  type Instrument,
  type Kline,
  type MarketEvent,
  type Period,
  periodMs,
  periods,
  type Side,
} from '../../../shared/domain/index.ts'
import { CandleCloses } from '../candle-closes.ts'
import { isCandle } from '../candles.ts'
import type { InstrumentLookup, Normalized, Normalizer } from '../contract.ts'
import { millisecondsOf } from '../instants.ts'
import { createDepthNormalizer } from './depth.ts'
import { AnswerFrame, CandleFrame, type CandleRow, TickerFrame, type TickerRow, TradeFrame } from './schemas.ts'
import { intervals, wireOfAnswer, wireOfRefusal } from './subscribe.ts'

type Rejected = Extract<Normalized, { kind: 'rejected' }>
const rejected = (reason: Rejected['reason'], detail: string): Rejected => ({ kind: 'rejected', reason, detail })
const pong: Normalized = { kind: 'control', control: { type: 'pong' } }
const ignored: Normalized = { kind: 'control', control: { type: 'ignored' } }
const eventsOrNothing = (events: readonly MarketEvent[]): Normalized =>
  events.length === 0 ? ignored : { kind: 'events', events }

type Find = ReadonlyMap<string, Instrument>

/** A connection's normalizer: it remembers the newest candle of each series. */
export function createNormalizer(lookup: InstrumentLookup): Normalizer {
  const find = lookup.spot
  const closes = new CandleCloses()
  const normalizeDepth = createDepthNormalizer(find)
  return (data, _isBinary, receivedAt) => {
    const text = data.toString()
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return rejected('json', text.slice(0, 200))
    }
    if (typeof json !== 'object' || json === null) return rejected('schema', text.slice(0, 200))
    if ('channel' in json && !('method' in json)) {
      switch (json.channel) {
        case 'ticker':
          return normalizeTicker(json, receivedAt, find)
        case 'book':
          return normalizeDepth(json, receivedAt)
        case 'trade':
          return normalizeTrades(json, receivedAt, find)
        case 'ohlc':
          return normalizeCandles(json, receivedAt, find, closes)
        case 'heartbeat':
        case 'status':
          return ignored
        default:
          return rejected('unknownChannel', String(json.channel).slice(0, 100))
      }
    }
    return 'method' in json ? normalizeAnswer(json) : rejected('schema', `no channel, no method: ${text.slice(0, 200)}`)
  }
}

/**
 * In      {"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":83744.2,"bid_qty":0.56251979,"ask":83744.3,
 *         "ask_qty":0.00044780,…,"timestamp":"2026-09-25T17:48:26.844359Z"}]}
 * Out     one book_ticker a row; exchangeAt = timestamp, null where it is absent
 * Empty   a price and a quantity of 0 together say that nobody quotes the side (how Kraken tells it is not documented): null
 */
function normalizeTicker(json: unknown, receivedAt: EpochMs, find: Find): Normalized {
  const frame = TickerFrame.safeParse(json)
  if (!frame.success) return rejected('schema', messageOf(frame.error))
  const events: MarketEvent[] = []
  for (const row of frame.data.data) {
    const { symbol, bid, bid_qty, ask, ask_qty, timestamp } = row
    const instrument = find.get(symbol)
    if (!instrument) return rejected('unknownInstrument', symbol.slice(0, 100))
    const exchangeAt = timestamp === undefined ? null : millisecondsOf(timestamp)
    if (!isQuoted(bid, bid_qty) || !isQuoted(ask, ask_qty) || Number.isNaN(exchangeAt))
      return rejected('value', tickerWords(row))
    const hasBid = bid > 0
    const hasAsk = ask > 0
    events.push({
      kind: 'book_ticker',
      instrument,
      bidPrice: hasBid ? bid : null,
      bidQuantity: hasBid ? bid_qty : null,
      askPrice: hasAsk ? ask : null,
      askQuantity: hasAsk ? ask_qty : null,
      exchangeAt,
      receivedAt,
    })
  }
  return eventsOrNothing(events)
}

const isAbove0 = (value: number): boolean => value > 0 && value < Number.POSITIVE_INFINITY
const isQuoted = (price: number, quantity: number): boolean =>
  (isAbove0(price) && isAbove0(quantity)) || (price === 0 && quantity === 0)
const tickerWords = ({ symbol, bid, bid_qty, ask, ask_qty, timestamp }: TickerRow): string =>
  `${symbol} bid ${bid} bid_qty ${bid_qty} ask ${ask} ask_qty ${ask_qty} timestamp ${timestamp}`

/**
 * In      {"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":83744.3,"qty":0.00044780,
 *         "ord_type":"limit","trade_id":109116693,"timestamp":"2026-09-25T17:48:26.844359Z"}]}
 * Out     one trade a row, in order; side is the taker's; tradeId grows by one with each trade of a market
 */
function normalizeTrades(json: unknown, receivedAt: EpochMs, find: Find): Normalized {
  const frame = TradeFrame.safeParse(json)
  if (!frame.success) return rejected('schema', messageOf(frame.error))
  const events: MarketEvent[] = []
  for (const { symbol, side: taker, price, qty, trade_id, timestamp } of frame.data.data) {
    const instrument = find.get(symbol)
    if (!instrument) return rejected('unknownInstrument', symbol.slice(0, 100))
    const side: Side | null = taker === 'buy' ? 'BUY' : taker === 'sell' ? 'SELL' : null
    const exchangeAt = millisecondsOf(timestamp)
    const isSound = isAbove0(price) && isAbove0(qty) && Number.isSafeInteger(trade_id) && trade_id >= 0
    if (!isSound || side === null || !(exchangeAt > 0)) {
      const words = `price ${price} qty ${qty} side ${taker} timestamp ${timestamp}`
      return rejected('value', `${symbol} trade ${trade_id} ${words.slice(0, 200)}`)
    }
    events.push({
      kind: 'trade',
      instrument,
      tradeId: String(trade_id),
      price,
      quantity: qty,
      side,
      exchangeAt,
      receivedAt,
    })
  }
  return eventsOrNothing(events)
}

/**
 * Candles, pushed with every trade. No flag tells when one is closed: see CandleCloses.
 *
 * In      {"channel":"ohlc","type":"update","timestamp":"2026-09-25T17:48:26.844359566Z","data":[{"symbol":"BTC/USD","open":83729.5,
 *         "high":83745.2,"low":83729.4,"close":83744.3,"trades":33,"volume":0.21155628,"vwap":83736.4,
 *         "interval_begin":"2026-09-25T17:48:00.000000000Z","interval":1,"timestamp":"2026-09-25T17:49:00.000000Z"}]}
 * Out     klines; openTime = interval_begin; volume = base asset; quoteVolume null: Kraken tells only the mean price, rounded;
 *         exchangeAt = the frame's timestamp (a row's is the end of its interval)
 */
function normalizeCandles(json: unknown, receivedAt: EpochMs, find: Find, closes: CandleCloses): Normalized {
  const frame = CandleFrame.safeParse(json)
  if (!frame.success) return rejected('schema', messageOf(frame.error))
  const { timestamp, data } = frame.data
  const exchangeAt = timestamp === undefined ? null : millisecondsOf(timestamp)
  if (Number.isNaN(exchangeAt)) return rejected('value', `candle timestamp ${String(timestamp).slice(0, 40)}`)
  const events: Kline[] = []
  for (const row of data) {
    const instrument = find.get(row.symbol)
    if (!instrument) return rejected('unknownInstrument', row.symbol.slice(0, 100))
    const candle = readCandle(row, instrument, exchangeAt, receivedAt)
    if (candle === null) return rejected('value', `candle ${JSON.stringify(row).slice(0, 300)}`)
    events.push(...closes.take(candle))
  }
  return eventsOrNothing(events)
}

const periodOf: ReadonlyMap<number, Period> = new Map(periods.map((period) => [intervals[period], period]))

/** null where a number is none, or the interval not one that is subscribed to. */
function readCandle(
  { interval, interval_begin, open, high, low, close, volume }: CandleRow,
  instrument: Instrument,
  exchangeAt: EpochMs | null,
  receivedAt: EpochMs,
): Kline | null {
  const period = periodOf.get(interval)
  const openTime = millisecondsOf(interval_begin)
  if (period === undefined || !(openTime > 0) || openTime % periodMs[period] !== 0) return null
  if (!isCandle(open, high, low, close, volume, 0)) return null
  const prices = { open, high, low, close }
  return {
    kind: 'kline',
    instrument,
    period,
    openTime,
    ...prices,
    volume,
    quoteVolume: null,
    isClosed: false,
    exchangeAt,
    receivedAt,
  }
}

/** After which asking again may help, which the ack's time-out does. `Rate limit for snapshot requests exceeded`, `Exceeded msg rate`. */
const isPassing = (error: string): boolean => /\brate\b|internal|unavailable/i.test(error)

/**
 * Every symbol of a request is answered by itself, with the request's id.
 *
 * In      {"method":"subscribe","req_id":79,"result":{"channel":"book","depth":10,"snapshot":true,"symbol":"BTC/USDT"},"success":true,…}
 *         {"error":"Currency pair not supported XBT/USD","method":"subscribe","success":false,"symbol":"XBT/USD",…}
 *         {"method":"pong","req_id":101,…}
 * Out     ack, refused or pong
 * Rejects value (an error that may pass, or that names no request) · unknownChannel (a method nobody asked for)
 */
function normalizeAnswer(json: unknown): Normalized {
  const frame = AnswerFrame.safeParse(json)
  if (!frame.success) return rejected('schema', messageOf(frame.error))
  const { method, req_id: id = null, success, error, symbol, result } = frame.data
  if (method === 'pong') return pong
  if (method !== 'subscribe' && method !== 'unsubscribe') return rejected('unknownChannel', `method ${method}`)
  if (success === true) {
    if (result?.symbol === undefined) return rejected('schema', `${method} without result.symbol`)
    const wires = [wireOfAnswer(result.channel, result.symbol, result.interval)]
    return { kind: 'control', control: { type: 'ack', id, wires } }
  }
  const message = (error ?? 'refused without a word').slice(0, 200)
  if (id === null || isPassing(message)) return rejected('value', `${method}: ${message}`)
  const wire = symbol === undefined ? null : wireOfRefusal(id, symbol)
  // It flows already, and was asked for again because an answer was lost.
  if (/already subscribed/i.test(message) && wire !== null)
    return { kind: 'control', control: { type: 'ack', id, wires: [wire] } }
  return { kind: 'control', control: { type: 'refused', id, wires: wire === null ? null : [wire], message } }
}

const messageOf = (error: { readonly issues: readonly { readonly message: string }[] }): string =>
  error.issues[0]?.message ?? 'another shape'
