/** Gate's frames to events. Sources: the stream documents named in endpoints.ts; fixtures gate/ws_spot.ndjson and ws_documented.ndjson. */
import { multiplyDecimal, parseDecimal, scaleOf } from '../../../shared/decimal.ts'
import {
  type EpochMs,
  type Instrument,
  type Kline,
  type Period,
  periodMs,
  periods,
  type RejectReason,
  type Trade,
} from '../../../shared/domain/index.ts'
import type { Control } from '../../net/feed.ts'
import type { InstrumentLookup, Normalized, Normalizer } from '../contract.ts'
import { createDepthNormalizer } from './depth.ts'
import { createTickerNormalizer } from './funding-rates.ts'
import {
  OldSpotCandle,
  PerpetualBookTicker,
  PerpetualCandles,
  PerpetualTrades,
  problemOf,
  SpotBookTicker,
  SpotCandle,
  SpotTrade,
  SystemNotice,
} from './schemas.ts'
import { normalizeReply, perpetualFeed } from './subscribe.ts'

type Instruments = ReadonlyMap<string, Instrument>
type Frame = Readonly<Record<string, unknown>>

const rejected = (reason: RejectReason, detail: string): Normalized => ({ kind: 'rejected', reason, detail })
const control = (value: Control): Normalized => ({ kind: 'control', control: value })
export const ignored = control({ type: 'ignored' })

const isFrame = (value: unknown): value is Frame => typeof value === 'object' && value !== null

/**
 * One normalizer per connection; what candles without a closed flag ask it to remember (`topics`) dies with it.
 *
 * In      text frames {"time","time_ms"?,"channel","event","result"}; spot and perpetual share symbol names, `feed` tells them apart
 * Out     the events of book_ticker, trades, candlesticks and (futures) tickers; the depth of obu; acks, refusals, pongs and the upgrade notice as controls
 * Rejects json · schema · unknownInstrument · unknownChannel (a push nobody reads: spot tickers carry no sizes, order books
 *         of another depth; or a candle period that is not ours) · value (a price, size or time that no market has)
 */
export function createNormalizer(feed: string, lookup: InstrumentLookup, topics: CandleTopics = new Map()): Normalizer {
  return feed === perpetualFeed ? perpetualNormalizer(lookup, topics) : spotNormalizer(lookup, topics)
}

function spotNormalizer(lookup: InstrumentLookup, topics: CandleTopics): Normalizer {
  const normalizeDepth = createDepthNormalizer(lookup.spot)
  return reader((channel, frame, receivedAt) => {
    switch (channel) {
      case 'spot.book_ticker':
        return normalizeSpotBookTicker(frame.result, receivedAt, lookup.spot)
      case 'spot.trades':
        return normalizeSpotTrade(frame.result, receivedAt, lookup.spot)
      case 'spot.candlesticks':
        return normalizeSpotCandle(frame, receivedAt, lookup.spot, topics)
      case 'spot.obu':
        return normalizeDepth(frame.result, receivedAt)
      default:
        return rejected('unknownChannel', channel)
    }
  })
}

function perpetualNormalizer(lookup: InstrumentLookup, topics: CandleTopics): Normalizer {
  const normalizeTickers = createTickerNormalizer(lookup.perpetual)
  const normalizeDepth = createDepthNormalizer(lookup.perpetual)
  return reader((channel, frame, receivedAt) => {
    switch (channel) {
      case 'futures.book_ticker':
        return normalizePerpetualBookTicker(frame.result, receivedAt, lookup.perpetual)
      case 'futures.trades':
        return normalizePerpetualTrades(frame.result, receivedAt, lookup.perpetual)
      case 'futures.candlesticks':
        return normalizePerpetualCandles(frame, receivedAt, lookup.perpetual, topics)
      case 'futures.tickers':
        return normalizeTickers(frame.result, sentAt(frame), receivedAt)
      case 'futures.obu':
        return normalizeDepth(frame.result, receivedAt)
      case 'futures.system':
        return normalizeSystemNotice(frame)
      default:
        return rejected('unknownChannel', channel)
    }
  })
}

/** Bytes to JSON, and pushes to `normalizeUpdate`; everything else is housekeeping. */
function reader(normalizeUpdate: (channel: string, frame: Frame, receivedAt: EpochMs) => Normalized): Normalizer {
  return (data, _isBinary, receivedAt) => {
    let frame: unknown
    try {
      frame = JSON.parse(data.toString())
    } catch (error) {
      return rejected('json', error instanceof Error ? error.message : 'not JSON')
    }
    if (!isFrame(frame)) return rejected('schema', 'no object')
    const { channel, event } = frame
    if (typeof channel !== 'string') return rejected('schema', 'channel: no text')
    return event === 'update' ? normalizeUpdate(channel, frame, receivedAt) : normalizeHousekeeping(channel, frame)
  }
}

// Numbers

/** Decimal text (or a JSON number) to float64; NaN where it is neither. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' ? parseDecimal(value) : Number.NaN
}

/** `1619093543708.2642` rounded down; NaN where it is no plain decimal. */
function wholeMsOf(text: string): EpochMs {
  const point = text.indexOf('.')
  if (point < 0) return parseDecimal(text)
  // what stands behind the point may move it
  return /^\d+$/.test(text.slice(point + 1)) ? parseDecimal(text.slice(0, point)) : Number.NaN
}

const isPositive = (value: number): boolean => value > 0 && value < Number.POSITIVE_INFINITY
const isAmount = (value: number): boolean => value >= 0 && value < Number.POSITIVE_INFINITY

/** Contracts (text or a JSON number) to base asset, rounded once: 3 contracts of 0.0001 BTC are 0.0003. */
export function baseQuantity(contracts: unknown, contractSize: number): number {
  if (typeof contracts !== 'string' && typeof contracts !== 'number') return Number.NaN
  return multiplyDecimal(String(contracts), scaleOf(contractSize))
}

// Book tickers

/**
 * spot.book_ticker; every frame replaces the last.
 *
 * In      {"t":1606293275123,"u":48733182,"s":"BTC_USDT","b":"19177.79","B":"0.0003341504","a":"19179.38","A":"0.09"}
 * Out     sizes are base asset already; exchangeAt = t, epoch ms
 * Empty   a side with no price or no size ("" or "0") is null, never a price of 0
 */
function normalizeSpotBookTicker(result: unknown, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const parsed = SpotBookTicker.safeParse(result)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { t, s, b, B, a, A } = parsed.data
  const instrument = instruments.get(s)
  if (!instrument) return rejected('unknownInstrument', s)
  return bookTicker(instrument, t, sideNumber(b), sideNumber(B), sideNumber(a), sideNumber(A), receivedAt)
}

/** futures.book_ticker: as spot, but sizes are contracts: integers, or text with X-Gate-Size-Decimal. */
function normalizePerpetualBookTicker(result: unknown, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const parsed = PerpetualBookTicker.safeParse(result)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { t, s, b, B, a, A } = parsed.data
  const instrument = instruments.get(s)
  if (!instrument) return rejected('unknownInstrument', s)
  const bidQuantity = B === '' ? 0 : baseQuantity(B, instrument.contractSize)
  const askQuantity = A === '' ? 0 : baseQuantity(A, instrument.contractSize)
  return bookTicker(instrument, t, sideNumber(b), bidQuantity, sideNumber(a), askQuantity, receivedAt)
}

/** '' stands for nobody there, as 0 does. */
const sideNumber = (value: unknown): number => (value === '' ? 0 : numberOf(value))

export function bookTicker(
  instrument: Instrument,
  exchangeAt: EpochMs,
  bidPrice: number,
  bidQuantity: number,
  askPrice: number,
  askQuantity: number,
  receivedAt: EpochMs,
): Normalized {
  if (
    !(
      isAmount(bidPrice) &&
      isAmount(bidQuantity) &&
      isAmount(askPrice) &&
      isAmount(askQuantity) &&
      isPositive(exchangeAt)
    )
  ) {
    const values = `t ${exchangeAt} bid ${bidPrice} x ${bidQuantity} ask ${askPrice} x ${askQuantity}`
    return rejected('value', `${instrument.nativeName} ${values}`)
  }
  const hasBid = bidPrice > 0 && bidQuantity > 0
  const hasAsk = askPrice > 0 && askQuantity > 0
  return {
    kind: 'events',
    events: [
      {
        kind: 'book_ticker',
        instrument,
        bidPrice: hasBid ? bidPrice : null,
        bidQuantity: hasBid ? bidQuantity : null,
        askPrice: hasAsk ? askPrice : null,
        askQuantity: hasAsk ? askQuantity : null,
        exchangeAt,
        receivedAt,
      },
    ],
  }
}

// Trades

/**
 * spot.trades: one trade a frame.
 *
 * In      {"id":816995772,"create_time":1619093543,"create_time_ms":"1619093543708.2642","side":"sell",
 *          "currency_pair":"DIS_USDT","amount":"0.2010000000","price":"121.5800000000"}
 * Out     side is the taker's; exchangeAt = create_time_ms rounded down to whole ms
 */
function normalizeSpotTrade(result: unknown, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const parsed = SpotTrade.safeParse(result)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { id, create_time_ms, side, currency_pair, amount, price } = parsed.data
  const instrument = instruments.get(currency_pair)
  if (!instrument) return rejected('unknownInstrument', currency_pair)
  const event: Trade = {
    kind: 'trade',
    instrument,
    tradeId: String(id),
    price: numberOf(price),
    quantity: numberOf(amount),
    side: side === 'buy' ? 'BUY' : 'SELL',
    exchangeAt: wholeMsOf(create_time_ms),
    receivedAt,
  }
  return isPossibleTrade(event) ? { kind: 'events', events: [event] } : impossibleTrade(event)
}

/**
 * futures.trades: several trades a frame.
 *
 * In      [{"size":-108,"id":27753479,"create_time":1789456337,"create_time_ms":1789456337021,"price":"77175.1",
 *          "contract":"BTC_USDT","is_internal":false}]
 * Out     the sign of size is the taker's side, its amount the contracts; internal trades (insurance fund, auto-deleveraging)
 *         never stood in the public market and are left out
 */
function normalizePerpetualTrades(result: unknown, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const parsed = PerpetualTrades.safeParse(result)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const events: Trade[] = []
  for (const { id, create_time_ms, contract, size, price, is_internal } of parsed.data) {
    if (is_internal) continue
    const instrument = instruments.get(contract)
    if (!instrument) return rejected('unknownInstrument', contract)
    const quantity = baseQuantity(size, instrument.contractSize)
    const event: Trade = {
      kind: 'trade',
      instrument,
      tradeId: String(id),
      price: numberOf(price),
      quantity: Math.abs(quantity),
      side: quantity > 0 ? 'BUY' : 'SELL',
      exchangeAt: Math.floor(create_time_ms),
      receivedAt,
    }
    if (!isPossibleTrade(event)) return impossibleTrade(event)
    events.push(event)
  }
  return events.length === 0 ? ignored : { kind: 'events', events }
}

export const isPossibleTrade = ({ price, quantity, exchangeAt }: Trade): boolean =>
  isPositive(price) && isPositive(quantity) && exchangeAt !== null && isPositive(exchangeAt)

const impossibleTrade = ({ instrument, tradeId, price, quantity, exchangeAt }: Trade): Normalized =>
  rejected('value', `${instrument.nativeName} trade ${tradeId}: ${quantity} at ${price}, time ${exchangeAt}`)

// Candles

/** What the connection knows of one `n`; `newest` is kept for candles without a closed flag only. */
export interface CandleTopic {
  readonly nativeName: string
  readonly period: Period
  readonly lengthMs: number
  newest: Kline | null
}
/** By `n`. A connection's own: its readers and its normalizer share it. */
export type CandleTopics = Map<string, CandleTopic>

/**
 * spot.candlesticks: one candle a frame, about every 2 s while there are trades.
 *
 * In      {"t":"1606292580","v":"2362.32035","c":"19128.1","h":"19128.1","l":"19128.1","o":"19128.1","n":"1m_BTC_USDT",
 *          "a":"3.8283","w":true}
 * Out     v is quote volume, a base volume, w closed; exchangeAt = the frame's time_ms, or its time in whole seconds
 * Old     frames of 2021 have neither a nor w. v is quote volume there too: trade 816995772 of the recording, 0.201 at 121.58,
 *         makes v 24.43758. So base volume is v / price where the candle knew one price only (that also holds for v "0");
 *         where it knew several it cannot be told and the frame is rejected as `schema`. Closing: see `withClosed`.
 */
function normalizeSpotCandle(
  frame: Frame,
  receivedAt: EpochMs,
  instruments: Instruments,
  topics: CandleTopics,
): Normalized {
  const isOld = isFrame(frame.result) && frame.result.a === undefined
  const parsed = isOld ? OldSpotCandle.safeParse(frame.result) : SpotCandle.safeParse(frame.result)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { t, n, o, h, l, c, v, a, w } = parsed.data
  const topic = topics.get(n) ?? newCandleTopic(n, instruments, topics)
  if (!topic) return rejected('unknownChannel', `spot.candlesticks ${n}`)
  const instrument = instruments.get(topic.nativeName)
  if (!instrument) return rejected('unknownInstrument', topic.nativeName)
  if (a === undefined && numberOf(h) !== numberOf(l)) {
    topic.newest = null
    return rejected('schema', `a: no base volume in ${n}`)
  }
  const high = numberOf(h)
  const quoteVolume = numberOf(v)
  const event: Kline = {
    kind: 'kline',
    instrument,
    period: topic.period,
    openTime: numberOf(t) * 1000,
    open: numberOf(o),
    high,
    low: numberOf(l),
    close: numberOf(c),
    volume: a === undefined ? baseVolumeAt(high, quoteVolume) : numberOf(a),
    quoteVolume,
    isClosed: w === true,
    exchangeAt: sentAt(frame),
    receivedAt,
  }
  if (!isPossibleCandle(event, topic)) return impossibleCandle(event)
  const events = w === undefined ? withClosed(event, topic) : [event]
  return events.length === 0 ? ignored : { kind: 'events', events }
}

/** All of it was traded at one price. */
export const baseVolumeAt = (price: number, quoteVolume: number): number =>
  quoteVolume === 0 ? 0 : Number((quoteVolume / price).toPrecision(15))

/**
 * futures.candlesticks: an array of candles, about every second.
 *
 * In      {"time":1684930165,"time_ms":1684930165934,…,"result":[{"t":1684930140,"v":0,"c":"0.1701","h":"0.1701","l":"0.1701",
 *          "o":"0.1701","n":"1m_FRONT_USDT"}]}
 * Out     volume = v contracts x contract size, as in the REST history, whether or not newer frames add `a`; quote volume is not
 *         told; closed by `w` where it is there, else by `withClosed`
 */
function normalizePerpetualCandles(
  frame: Frame,
  receivedAt: EpochMs,
  instruments: Instruments,
  topics: CandleTopics,
): Normalized {
  const parsed = PerpetualCandles.safeParse(frame.result)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const exchangeAt = sentAt(frame)
  const events: Kline[] = []
  for (const { t, n, o, h, l, c, v, w } of parsed.data) {
    const topic = topics.get(n) ?? newCandleTopic(n, instruments, topics)
    if (!topic) return rejected('unknownChannel', `futures.candlesticks ${n}`)
    const instrument = instruments.get(topic.nativeName)
    if (!instrument) return rejected('unknownInstrument', topic.nativeName)
    const event: Kline = {
      kind: 'kline',
      instrument,
      period: topic.period,
      openTime: t * 1000,
      open: numberOf(o),
      high: numberOf(h),
      low: numberOf(l),
      close: numberOf(c),
      volume: baseQuantity(v, instrument.contractSize),
      quoteVolume: null,
      isClosed: w === true,
      exchangeAt,
      receivedAt,
    }
    if (!isPossibleCandle(event, topic)) return impossibleCandle(event)
    if (w !== undefined) events.push(event)
    else for (const known of withClosed(event, topic)) events.push(known)
  }
  return events.length === 0 ? ignored : { kind: 'events', events }
}

/**
 * For candles without a closed flag: when the next one opens, the last state seen of the one before is final, and goes out as
 * closed with it. Only a later candle on the same connection says so; the clock never does. A late frame of an older candle
 * would reopen what was closed and is dropped.
 */
export function withClosed(event: Kline, topic: CandleTopic): readonly Kline[] {
  const { newest } = topic
  if (newest && event.openTime < newest.openTime) return []
  topic.newest = event
  if (!newest || event.openTime === newest.openTime) return [event]
  return [{ ...newest, isClosed: true, exchangeAt: event.exchangeAt, receivedAt: event.receivedAt }, event]
}

/** `1m_BTC_USDT`; undefined where the period is none of ours. */
export function newCandleTopic(name: string, instruments: Instruments, topics: CandleTopics): CandleTopic | undefined {
  const end = name.indexOf('_')
  const periodName = name.slice(0, end)
  const period = periods.find((ours) => ours === periodName)
  if (!period) return undefined
  const topic: CandleTopic = { nativeName: name.slice(end + 1), period, lengthMs: periodMs[period], newest: null }
  // Only listed names are remembered, so that no stream of strange ones can grow the memory.
  if (instruments.has(topic.nativeName)) topics.set(name, topic)
  return topic
}

/** When the frame was sent, epoch ms; NaN where it does not tell. Frames of 2021 tell whole seconds only. */
function sentAt({ time_ms, time }: Frame): EpochMs {
  if (typeof time_ms === 'number') return time_ms
  return typeof time === 'number' ? time * 1000 : Number.NaN
}

export function isPossibleCandle(event: Kline, { lengthMs }: CandleTopic): boolean {
  const { openTime, open, high, low, close, volume, quoteVolume, exchangeAt } = event
  return (
    isPositive(openTime) &&
    Math.floor(openTime / lengthMs) * lengthMs === openTime &&
    isPositive(low) &&
    isPositive(high) &&
    open >= low &&
    open <= high &&
    close >= low &&
    close <= high &&
    isAmount(volume) &&
    (quoteVolume === null || isAmount(quoteVolume)) &&
    exchangeAt !== null &&
    isPositive(exchangeAt)
  )
}

function impossibleCandle(event: Kline): Normalized {
  const { instrument, period, openTime, open, high, low, close, volume, quoteVolume, exchangeAt } = event
  const values = `t ${openTime} o ${open} h ${high} l ${low} c ${close} volume ${volume} quote ${quoteVolume} time ${exchangeAt}`
  return rejected('value', `${instrument.nativeName} ${period} ${values}`)
}

// Housekeeping

function normalizeHousekeeping(channel: string, frame: Frame): Normalized {
  if (channel === 'spot.pong' || channel === 'futures.pong') return control({ type: 'pong' })
  if (frame.event !== 'subscribe' && frame.event !== 'unsubscribe' && !frame.error) {
    return rejected('unknownChannel', `${channel} ${typeof frame.event === 'string' ? frame.event : 'without event'}`)
  }
  return normalizeReply(frame)
}

/** Before an upgrade: {"channel":"futures.system","event":"update","result":{"type":"upgrade","msg":"..."}}; reconnect. */
function normalizeSystemNotice(frame: Frame): Normalized {
  const parsed = SystemNotice.safeParse(frame)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { type, msg } = parsed.data.result
  return type === 'upgrade' ? control({ type: 'closing', message: msg ?? type }) : ignored
}
