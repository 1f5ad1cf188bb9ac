import { parseDecimal } from '../../../shared/decimal.ts'
import {
  type BookTicker,
  type Candle,
  type EpochMs,
  type Instrument,
  type Kline,
  type MarketEvent,
  type Period,
  periodMs,
  periods,
  type RejectReason,
  type Trade,
} from '../../../shared/domain/index.ts'
import { isCandle } from '../candles.ts'
import type { InstrumentLookup, Normalized, Normalizer } from '../contract.ts'
import { createDepthNormalizer } from './depth.ts'
import { fundingRateOf } from './funding-rates.ts'
import {
  AggregateTrade,
  AnswerFrame,
  FlatErrorFrame,
  KlineEvent,
  MarkPriceUpdate,
  NestedErrorFrame,
  PerpetualBookTicker,
  problemOf,
  SingleTrade,
  SpotBookTicker,
} from './schemas.ts'

type Instruments = ReadonlyMap<string, Instrument>

const ignored: Normalized = { kind: 'control', control: { type: 'ignored' } }
const rejected = (reason: RejectReason, detail: string): Normalized => ({ kind: 'rejected', reason, detail })
export const one = (event: MarketEvent): Normalized => ({ kind: 'events', events: [event] })

const mismatch = (stream: string, issues: Parameters<typeof problemOf>[0]): Normalized =>
  rejected('schema', `${stream}: ${problemOf(issues)}`)

/** As `parseDecimal`, for a side of the book, where an empty text means that nobody quotes. */
const quoted = (text: string): number => (text === '' ? 0 : parseDecimal(text))

const isAmount = (value: number): boolean => value >= 0 && value < Number.POSITIVE_INFINITY
const isPrice = (value: number): boolean => value > 0 && value < Number.POSITIVE_INFINITY

/**
 * Best bid and ask from their four numbers.
 *
 * Empty  A side nobody quotes has quantity 0: null in both fields. Evidence: `GET /api/v3/ticker/bookTicker` answers
 *        `"bidPrice":"0.00000000","bidQty":"0.00000000"` for a symbol without bids. No recorded stream frame shows one, but
 *        the stream carries the same fields; an empty text is taken alike. A field that is missing is another matter:
 *        the format changed, so the schema rejects it.
 * Null   where a number is none, is negative, or a quantity stands without a price.
 */
export function bookTicker(
  instrument: Instrument,
  bidPrice: number,
  bidQuantity: number,
  askPrice: number,
  askQuantity: number,
  exchangeAt: EpochMs | null,
  receivedAt: EpochMs,
): BookTicker | null {
  if (!isAmount(bidPrice) || !isAmount(bidQuantity) || !isAmount(askPrice) || !isAmount(askQuantity)) return null
  if ((bidPrice === 0 && bidQuantity > 0) || (askPrice === 0 && askQuantity > 0)) return null
  if (exchangeAt !== null && !(exchangeAt > 0)) return null
  const hasBid = bidQuantity > 0
  const hasAsk = askQuantity > 0
  return {
    kind: 'book_ticker',
    instrument,
    bidPrice: hasBid ? bidPrice : null,
    bidQuantity: hasBid ? bidQuantity : null,
    askPrice: hasAsk ? askPrice : null,
    askQuantity: hasAsk ? askQuantity : null,
    exchangeAt,
    receivedAt,
  }
}

const impossibleQuote = (stream: string, data: { b: string; B: string; a: string; A: string }): Normalized =>
  rejected('value', `${stream}: bid ${data.b} x ${data.B}, ask ${data.a} x ${data.A}`)

/**
 * In      {"stream":"nknusdt@bookTicker","data":{"u":499869768,"s":"NKNUSDT","b":"0.35210000","B":"672.00000000",...}}
 * Out     one book_ticker; quantities in base asset; `exchangeAt` null, since spot sends no time with it
 * Source  web-socket-streams.md, "Individual Symbol Book Ticker Streams"; fixture binance/ws_spot.ndjson
 */
function spotBookTicker(stream: string, payload: unknown, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const parsed = SpotBookTicker.safeParse(payload)
  if (!parsed.success) return mismatch(stream, parsed.error.issues)
  const data = parsed.data
  const instrument = instruments.get(data.s)
  if (instrument === undefined) return rejected('unknownInstrument', data.s)
  const event = bookTicker(instrument, quoted(data.b), quoted(data.B), quoted(data.a), quoted(data.A), null, receivedAt)
  return event === null ? impossibleQuote(stream, data) : one(event)
}

/**
 * In      {"stream":"sushiusdt@bookTicker","data":{"e":"bookTicker","u":600859600576,"s":"SUSHIUSDT","b":"7.6110","B":"2",
 *         "a":"7.6120","A":"297","T":1626992741012,"E":1626992741017}}, since 2026 with "ps" and "st"
 * Out     one book_ticker; `exchangeAt` = `T`, when the book changed; the contract multiplier is 1, so sizes are base asset
 * Source  USD-M documentation, "Individual Symbol Book Ticker Streams"; fixture binance/ws_perpetual.ndjson
 */
function perpetualBookTicker(
  stream: string,
  payload: unknown,
  receivedAt: EpochMs,
  instruments: Instruments,
): Normalized {
  const parsed = PerpetualBookTicker.safeParse(payload)
  if (!parsed.success) return mismatch(stream, parsed.error.issues)
  const data = parsed.data
  if (data.st !== undefined && data.st !== 1) return ignored
  const instrument = instruments.get(data.s)
  if (instrument === undefined) return rejected('unknownInstrument', data.s)
  const event = bookTicker(
    instrument,
    quoted(data.b),
    quoted(data.B),
    quoted(data.a),
    quoted(data.A),
    data.T,
    receivedAt,
  )
  return event === null ? impossibleQuote(stream, data) : one(event)
}

/** Null where price or quantity is none. */
export function trade(
  instrument: Instrument,
  tradeId: number,
  price: number,
  quantity: number,
  isBuyerMaker: boolean,
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): Trade | null {
  if (!isPrice(price) || !isPrice(quantity) || !(exchangeAt > 0)) return null
  // where the buyer was the maker, the taker sold
  const side = isBuyerMaker ? 'SELL' : 'BUY'
  return { kind: 'trade', instrument, tradeId: String(tradeId), price, quantity, side, exchangeAt, receivedAt }
}

function normalizeTrade(
  stream: string,
  data: { s: string; p: string; q: string; T: EpochMs; m: boolean },
  tradeId: number,
  receivedAt: EpochMs,
  instruments: Instruments,
): Normalized {
  const instrument = instruments.get(data.s)
  if (instrument === undefined) return rejected('unknownInstrument', data.s)
  const event = trade(instrument, tradeId, parseDecimal(data.p), parseDecimal(data.q), data.m, data.T, receivedAt)
  return event === null ? rejected('value', `${stream}: ${data.q} at ${data.p}, time ${data.T}`) : one(event)
}

/**
 * In      {"stream":"bnbbtc@trade","data":{"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100",
 *         "T":1672515782136,"m":true,"M":true}}
 * Out     one trade; `exchangeAt` = `T`, the trade's time
 * Source  web-socket-streams.md, "Trade Streams" (the recordings hold none)
 */
function singleTrade(stream: string, payload: unknown, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const parsed = SingleTrade.safeParse(payload)
  if (!parsed.success) return mismatch(stream, parsed.error.issues)
  return normalizeTrade(stream, parsed.data, parsed.data.t, receivedAt, instruments)
}

/**
 * In      {"stream":"ctkusdt@aggTrade","data":{"e":"aggTrade","E":1626992741575,"a":16599292,"s":"CTKUSDT","p":"1.01100",
 *         "q":"10","f":23961322,"l":23961322,"T":1626992741421,"m":false}}, since 2026 with "nq" and "st"
 * Out     one trade; `tradeId` is the aggregate's id `a`
 * Source  USD-M documentation, "Aggregate Trade Streams"; fixtures binance/ws_perpetual.ndjson, ws_spot.ndjson
 */
function aggregateTrade(stream: string, payload: unknown, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const parsed = AggregateTrade.safeParse(payload)
  if (!parsed.success) return mismatch(stream, parsed.error.issues)
  const data = parsed.data
  if (data.st !== undefined && data.st !== 1) return ignored
  return normalizeTrade(stream, data, data.a, receivedAt, instruments)
}

/**
 * In      {"stream":"ctkusdt@kline_1m","data":{"e":"kline","E":1626992741424,"s":"CTKUSDT","k":{"t":1626992700000,...,"v":"3917",
 *         "x":false,"q":"3957.89900",...}}}
 * Out     one kline; `volume` base asset (`v`), `quoteVolume` quote asset (`q`), closed (`x`), `exchangeAt` = `E`
 * Rejects value: a price that is none, or one outside low and high, or an open time off the UTC grid
 * Source  web-socket-streams.md, "Kline/Candlestick Streams for UTC"; fixtures binance/ws_spot.ndjson, ws_perpetual.ndjson
 */
function kline(
  stream: string,
  payload: unknown,
  period: Period,
  receivedAt: EpochMs,
  instruments: Instruments,
): Normalized {
  const parsed = KlineEvent.safeParse(payload)
  if (!parsed.success) return mismatch(stream, parsed.error.issues)
  const data = parsed.data
  if (data.st !== undefined && data.st !== 1) return ignored
  const instrument = instruments.get(data.s)
  if (instrument === undefined) return rejected('unknownInstrument', data.s)
  const k = data.k
  if (k.i !== period) return rejected('schema', `${stream}: interval ${k.i}`)
  const candle: Candle = {
    openTime: k.t,
    open: parseDecimal(k.o),
    high: parseDecimal(k.h),
    low: parseDecimal(k.l),
    close: parseDecimal(k.c),
    volume: parseDecimal(k.v),
    quoteVolume: parseDecimal(k.q),
  }
  const event = klineOf(instrument, period, candle, k.x, data.E, receivedAt)
  if (event === null)
    return rejected('value', `${stream}: t ${k.t} o ${k.o} h ${k.h} l ${k.l} c ${k.c} v ${k.v} q ${k.q} time ${data.E}`)
  return one(event)
}

const isFundingStream = (stream: string): boolean => /^[^@!]+@markPrice(@1s)?$/.test(stream)

/**
 * In      {"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1789465500000,"s":"BTCUSDT","p":"76888.10000000",
 *         "r":"0.00008900","T":1789488000000,"st":1}}
 * Out     one funding_rate; `r` is the current, predicted rate, due at `T`; how many hours apart the payments are is not told
 * Source  USD-M documentation, "Mark Price Stream"
 */
function fundingRate(stream: string, payload: unknown, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const parsed = MarkPriceUpdate.safeParse(payload)
  if (!parsed.success) return mismatch(stream, parsed.error.issues)
  const data = parsed.data
  if (data.st !== undefined && data.st !== 1) return ignored
  const instrument = instruments.get(data.s)
  if (instrument === undefined) return rejected('unknownInstrument', data.s)
  const rate = fundingRateOf(instrument, data.r, data.T, data.p, data.E, receivedAt)
  return rate === null
    ? rejected('value', `${stream}: rate ${data.r} time ${data.E}`)
    : one({ kind: 'funding_rate', rate })
}

/** Null where the numbers are no candle, or it opens off the UTC grid. */
export function klineOf(
  instrument: Instrument,
  period: Period,
  candle: Candle,
  isClosed: boolean,
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): Kline | null {
  const { openTime, open, high, low, close, volume, quoteVolume } = candle
  if (!isCandle(open, high, low, close, volume, quoteVolume ?? 0)) return null
  if (openTime < 0 || openTime % periodMs[period] !== 0 || !(exchangeAt > 0)) return null
  return {
    kind: 'kline',
    instrument,
    period,
    openTime,
    open,
    high,
    low,
    close,
    volume,
    quoteVolume,
    isClosed,
    exchangeAt,
    receivedAt,
  }
}

export const channelOf = (stream: string): string => stream.slice(stream.indexOf('@') + 1)

/** By the channel, which is the part of a stream's name after the first `@`. */
export const periodOfChannel: ReadonlyMap<string, Period> = new Map(
  periods.map((period) => [`kline_${period}`, period]),
)

/** Channels in the exchange's documentation, of either product, that Crossbook does not subscribe to; other speeds of depth too. */
const documented =
  /^(?:depth|rpiDepth|trade$|kline_|continuousKline_|markPrice|forceOrder|arr|ticker|miniTicker|avgPrice|compositeIndex|referencePrice|blockTrade)/
/** Streams of the whole market carry no symbol. */
const documentedAlone = new Set(['!bookTicker', '!contractInfo', 'tradingSession'])

function unusedChannel(stream: string, channel: string): Normalized {
  const isDocumented = documented.test(channel) || documentedAlone.has(stream)
  return rejected(
    'unknownChannel',
    `${isDocumented ? 'documented, not subscribed' : 'unknown'}: ${stream.slice(0, 100)}`,
  )
}

/** Answers to requests, errors, and what comes unwrapped. */
function housekeeping(frame: unknown): Normalized {
  const answer = AnswerFrame.safeParse(frame)
  if (answer.success && 'result' in answer.data) {
    const { result, id } = answer.data
    if (result !== null || typeof id !== 'number') return ignored
    return { kind: 'control', control: { type: 'ack', id, wires: null } }
  }
  const nested = NestedErrorFrame.safeParse(frame)
  const error = nested.success ? { ...nested.data.error, id: nested.data.id } : FlatErrorFrame.safeParse(frame).data
  if (error !== undefined) {
    const id = typeof error.id === 'number' ? error.id : null
    return { kind: 'control', control: { type: 'refused', id, wires: null, message: `${error.code}: ${error.msg}` } }
  }
  if (typeof frame === 'object' && frame !== null && 'e' in frame && typeof frame.e === 'string')
    return frame.e === 'serverShutdown' ? closing : rejected('unknownChannel', `unwrapped: ${frame.e.slice(0, 100)}`)
  return rejected('schema', 'neither an event, nor an answer, nor an error')
}

const closing: Normalized = { kind: 'control', control: { type: 'closing', message: 'serverShutdown' } }

/**
 * Reads the combined streams (`/stream`): `{"stream":"<name>","data":{...}}`, and the answers to requests.
 * The stream's name picks the schema, since a spot book ticker carries no type of its own.
 */
export function createNormalizer(feed: string, lookup: InstrumentLookup): Normalizer {
  const isSpot = feed === 'spot'
  const instruments = isSpot ? lookup.spot : lookup.perpetual
  const readBookTicker = isSpot ? spotBookTicker : perpetualBookTicker
  const readDepth = createDepthNormalizer(feed, lookup)

  return (data, isBinary, receivedAt) => {
    // binary frames are SBE, which another host serves on request
    if (isBinary) return rejected('json', 'binary frame')
    let frame: unknown
    try {
      // UTF-8, since symbols may be Chinese; toString without an argument takes Node's short way there
      frame = JSON.parse(data.toString())
    } catch {
      return rejected('json', data.toString('utf8', 0, 100))
    }
    if (typeof frame !== 'object' || frame === null || !('stream' in frame) || !('data' in frame))
      return housekeeping(frame)
    const { stream, data: payload } = frame
    if (typeof stream !== 'string') return rejected('schema', 'stream is no text')
    // endsWith is the cheapest question to ask of most frames; the exact comparison of a cut-out text costs more
    if (stream.endsWith('@bookTicker')) return readBookTicker(stream, payload, receivedAt, instruments)
    if (stream.endsWith('@depth@100ms')) return readDepth(stream, payload, receivedAt)
    if (stream.endsWith('@aggTrade')) return aggregateTrade(stream, payload, receivedAt, instruments)
    if (isSpot && stream.endsWith('@trade')) return singleTrade(stream, payload, receivedAt, instruments)
    if (stream === '!serverShutdown') return closing
    if (!isSpot && isFundingStream(stream)) return fundingRate(stream, payload, receivedAt, instruments)
    const channel = channelOf(stream)
    const period = periodOfChannel.get(channel)
    return period === undefined
      ? unusedChannel(stream, channel)
      : kline(stream, payload, period, receivedAt, instruments)
  }
}
