/**
 * Bybit frames and replies to domain values. Numbers are text; quantities of spot and linear contracts alike count base asset.
 * Docs: https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook, .../trade, .../kline · fixture documented/BYBIT.ndjson
 */
import { parseDecimal } from '../../../shared/decimal.ts'
import type {
  BookTicker,
  Candle,
  EpochMs,
  Instrument,
  Kline,
  Period,
  Side,
  Trade,
} from '../../../shared/domain/index.ts'
import { isCandle } from '../candles.ts'
import type { InstrumentLookup, Normalized, Normalizer } from '../contract.ts'
import { createDepthNormalizer } from './depth.ts'
import { AnswerFrame, BookFrame, KlineFrame, type KlineRow, type Level, TopicFrame, TradeFrame } from './schemas.ts'
import { bestPrefix, bookPrefix, klinePrefix, periodsByInterval, tradePrefix } from './subscribe.ts'

type Instruments = InstrumentLookup['spot']

const rejected = (reason: Extract<Normalized, { kind: 'rejected' }>['reason'], detail: string): Normalized => ({
  kind: 'rejected',
  reason,
  detail,
})

/** The instruments of a feed: spot and linear share their names. */
export const instrumentsOf = (feed: string, lookup: InstrumentLookup): Instruments =>
  feed === 'spot' ? lookup.spot : lookup.perpetual

/** A connection's normalizer. Nothing needs remembering: every frame that is read here stands for itself. */
export function createNormalizer(feed: string, lookup: InstrumentLookup): Normalizer {
  const instruments = instrumentsOf(feed, lookup)
  const normalizeBook = createDepthNormalizer(instruments)
  return (data, _isBinary, receivedAt) => {
    const text = data.toString()
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return rejected('json', text.slice(0, 200))
    }
    if (typeof json !== 'object' || json === null) return rejected('schema', text.slice(0, 200))
    if (!('topic' in json)) return normalizeAnswer(json)
    const frame = TopicFrame.safeParse(json)
    if (!frame.success) return rejected('schema', `topic: ${frame.error.issues[0]?.message}`)
    const { topic } = frame.data
    if (topic.startsWith(bestPrefix)) return normalizeBookTicker(json, receivedAt, instruments)
    if (topic.startsWith(bookPrefix)) return normalizeBook(json, receivedAt)
    if (topic.startsWith(tradePrefix)) return normalizeTrades(json, receivedAt, instruments)
    if (topic.startsWith(klinePrefix)) return normalizeKlines(topic, json, receivedAt, instruments)
    return rejected('unknownChannel', topic)
  }
}

/**
 * In      {"topic":"orderbook.1.BTCUSDT","ts":1672304484978,"type":"snapshot","data":{"s":"BTCUSDT","b":[["16493.50","0.006"]],
 *         "a":[["16611.00","0.029"]],"u":18521288,"seq":7961638724},"cts":1672304484976}
 * Out     one book_ticker; exchangeAt = ts. After 3 s without a change Bybit sends the same again, with a `ts` of its own
 * Empty   [] is a side nobody quotes: null
 * Rejects a delta: of level 1 there are snapshots only, and half a message would make a wrong quote
 */
function normalizeBookTicker(json: unknown, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const frame = BookFrame.safeParse(json)
  if (!frame.success) return rejected('schema', frame.error.message)
  const { type, ts, data } = frame.data
  const instrument = instruments.get(data.s)
  if (!instrument) return rejected('unknownInstrument', data.s)
  if (type !== 'snapshot') return rejected('schema', `${data.s} type: ${type}: level 1 comes whole`)
  const event = bookTickerOf(instrument, data.b[0], data.a[0], ts, receivedAt)
  return event === null
    ? rejected('value', `${data.s} b ${data.b[0]} a ${data.a[0]} ts ${ts}`)
    : { kind: 'events', events: [event] }
}

const bookTickerOf = (
  instrument: Instrument,
  bid: Level | undefined,
  ask: Level | undefined,
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): BookTicker | null =>
  bookTicker(
    instrument,
    bid ? parseDecimal(bid[0]) : null,
    bid ? parseDecimal(bid[1]) : null,
    ask ? parseDecimal(ask[0]) : null,
    ask ? parseDecimal(ask[1]) : null,
    exchangeAt,
    receivedAt,
  )

/** null where a number is none: a NaN is not greater than 0, so that one comparison refuses it and what is no price. */
export function bookTicker(
  instrument: Instrument,
  bidPrice: number | null,
  bidQuantity: number | null,
  askPrice: number | null,
  askQuantity: number | null,
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): BookTicker | null {
  if (
    (bidPrice !== null && !(bidPrice > 0)) ||
    (askPrice !== null && !(askPrice > 0)) ||
    (bidQuantity !== null && !(bidQuantity > 0)) ||
    (askQuantity !== null && !(askQuantity > 0)) ||
    !(exchangeAt > 0)
  )
    return null
  return { kind: 'book_ticker', instrument, bidPrice, bidQuantity, askPrice, askQuantity, exchangeAt, receivedAt }
}

/**
 * In      {"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{"T":1672304486865,"s":"BTCUSDT","S":"Buy",
 *         "v":"0.001","p":"16578.50","L":"PlusTick","i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false,...}]}
 * Out     one trade per element, in order; side is the taker's. `snapshot` means nothing here: old trades are never sent
 */
function normalizeTrades(json: unknown, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const frame = TradeFrame.safeParse(json)
  if (!frame.success) return rejected('schema', frame.error.message)
  const events: Trade[] = []
  for (const { T, s, S, v, p, i } of frame.data.data) {
    const instrument = instruments.get(s)
    if (!instrument) return rejected('unknownInstrument', s)
    const event = trade(instrument, i, parseDecimal(p), parseDecimal(v), sideOf(S), T, receivedAt)
    if (event === null) return rejected('value', `${s} trade ${i} p ${p} v ${v} S ${S} T ${T}`)
    events.push(event)
  }
  return { kind: 'events', events }
}

const sideOf = (side: string): Side | null => (side === 'Buy' ? 'BUY' : side === 'Sell' ? 'SELL' : null)

/** null where a number or the side is none. */
export function trade(
  instrument: Instrument,
  tradeId: string,
  price: number,
  quantity: number,
  side: Side | null,
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): Trade | null {
  if (!(price > 0) || !(quantity > 0) || !(exchangeAt > 0) || side === null || tradeId === '') return null
  return { kind: 'trade', instrument, tradeId, price, quantity, side, exchangeAt, receivedAt }
}

/** Period and instrument of `kline.5.BTCUSDT`; null: not such a topic. */
export function klineTopicOf(topic: string): { readonly period: Period; readonly symbol: string } | null {
  if (!topic.startsWith(klinePrefix)) return null
  const point = topic.indexOf('.', klinePrefix.length)
  const period = point < 0 ? undefined : periodsByInterval.get(topic.slice(klinePrefix.length, point))
  return period === undefined ? null : { period, symbol: topic.slice(point + 1) }
}

/**
 * In      {"topic":"kline.5.BTCUSDT","data":[{"start":1672324800000,"end":1672325099999,"interval":"5","open":"16649.5",
 *         "close":"16677","high":"16677","low":"16608","volume":"2.081","turnover":"34666.4005","confirm":false,
 *         "timestamp":1672324988882}],"ts":1672324988882,"type":"snapshot"}
 * Out     one kline per element; volume is base asset, turnover quote asset; isClosed from `confirm`; exchangeAt = ts
 */
function normalizeKlines(topic: string, json: unknown, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const named = klineTopicOf(topic)
  if (named === null) return rejected('unknownChannel', topic)
  const frame = KlineFrame.safeParse(json)
  if (!frame.success) return rejected('schema', frame.error.message)
  const instrument = instruments.get(named.symbol)
  if (!instrument) return rejected('unknownInstrument', named.symbol)
  const { ts, data } = frame.data
  const events: Kline[] = []
  for (const row of data) {
    const event = kline(instrument, named.period, candleOf(row), row.confirm, ts, receivedAt)
    if (event === null) return rejected('value', `${topic} ${JSON.stringify(row)} ts ${ts}`)
    events.push(event)
  }
  return { kind: 'events', events }
}

const candleOf = ({ start, open, high, low, close, volume, turnover }: KlineRow): Candle => ({
  openTime: start,
  open: parseDecimal(open),
  high: parseDecimal(high),
  low: parseDecimal(low),
  close: parseDecimal(close),
  volume: parseDecimal(volume),
  quoteVolume: parseDecimal(turnover),
})

/** null where a number is none. */
export function kline(
  instrument: Instrument,
  period: Period,
  candle: Candle,
  isClosed: boolean,
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): Kline | null {
  if (!isSound(candle) || !(exchangeAt > 0)) return null
  const { openTime, open, high, low, close, volume, quoteVolume } = candle
  const prices = { openTime, open, high, low, close, volume, quoteVolume }
  return { kind: 'kline', instrument, period, ...prices, isClosed, exchangeAt, receivedAt }
}

export const isSound = ({ openTime, open, high, low, close, volume, quoteVolume }: Candle): boolean =>
  openTime > 0 && quoteVolume !== null && isCandle(open, high, low, close, volume, quoteVolume)

/**
 * In      {"success":true,"ret_msg":"subscribe","conn_id":"2324d924-...","req_id":"10001","op":"subscribe"} ("" as ret_msg on linear)
 *         {"success":false,"ret_msg":"error:handler not found,topic:kline.1.FOOUSDT","conn_id":"...","req_id":"7","op":"subscribe"}
 *         {"success":true,"ret_msg":"pong","conn_id":"0970e817-...","op":"ping"}
 * Out     one ack for a whole request. One wrong topic fails a request; whether its others are served nobody documents, so that the
 *         whole request counts as refused, and is asked again in halves. A topic that was served already is
 */
function normalizeAnswer(json: object): Normalized {
  const parsed = AnswerFrame.safeParse(json)
  if (!parsed.success) return rejected('schema', `neither topic nor op: ${parsed.error.message}`)
  const { op, success, ret_msg: message = '', req_id: requestId } = parsed.data
  if (message === 'pong' || op === 'pong') return { kind: 'control', control: { type: 'pong' } }
  if (op !== 'subscribe' && op !== 'unsubscribe') return rejected('unknownChannel', `op ${op} ${message}`)
  const id = requestId !== undefined && /^\d{1,15}$/.test(requestId) ? Number(requestId) : null
  const [, served] = /already subscribed,\s*topic:([^\s,]+)/.exec(message) ?? []
  if (served !== undefined) return { kind: 'control', control: { type: 'ack', id: null, wires: [served] } }
  if (id === null) return rejected('value', `${op} without req_id: ${message}`)
  return success === true
    ? { kind: 'control', control: { type: 'ack', id, wires: null } }
    : { kind: 'control', control: { type: 'refused', id, wires: null, message } }
}
