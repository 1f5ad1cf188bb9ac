/**
 * KuCoin frames to domain values. Spot numbers are text in base asset; futures sizes are JSON numbers that count lots, which are
 * multiplied out. Times are ms, s or ns by channel. Each function names its samples: D = fixtures/documented/KUCOIN.ndjson,
 * R = fixtures/recordings/KUCOIN.ndjson.
 */

import { multiplyDecimal, parseDecimal, type Scale, scaleOf } from '../../../shared/decimal.ts'
import {
  type Candle,
  type EpochMs,
  type Instrument,
  type Kline,
  type MarketEvent,
  type Period,
  periodMs,
  type Side,
} from '../../../shared/domain/index.ts'
import { CandleCloses } from '../candle-closes.ts'
import { isCandle } from '../candles.ts'
import type { InstrumentLookup, Normalized, Normalizer } from '../contract.ts'
import { createDepthNormalizer } from './depth.ts'
import { msOfNanoseconds } from './nanoseconds.ts'
import { CandlePush, Execution, Frame, Level1, Match, problemOf, type TextCandle, Ticker, TickerV2 } from './schemas.ts'
import { periodOfType, perpetualFeed } from './subscribe.ts'

/** `name` is what stands behind the topic's colon: the symbol, of candles with their type. */
type Read = (name: string, data: unknown, receivedAt: EpochMs) => Normalized

export type Rejected = Extract<Normalized, { kind: 'rejected' }>
export const rejected = (reason: Rejected['reason'], detail: string): Rejected => ({
  kind: 'rejected',
  reason,
  detail: detail.slice(0, 300),
})

/** A connection's normalizer; it remembers the newest candle of each series. */
export function createNormalizer(feed: string, lookup: InstrumentLookup): Normalizer {
  const instruments = feed === perpetualFeed ? lookup.perpetual : lookup.spot
  const readers = feed === perpetualFeed ? perpetualReaders(instruments) : spotReaders(instruments)
  return (bytes, _isBinary, receivedAt) => {
    const frame = frameOf(bytes)
    if ('kind' in frame) return frame
    if (frame.type !== 'message') return readReply(frame)
    const { topic = '', data } = frame
    const colon = topic.indexOf(':')
    const read = readers.get(topic.slice(0, Math.max(0, colon)))
    // `/market/ticker:all` names the symbol in `subject`.
    const name = topic.endsWith(':all') ? (frame.subject ?? '') : topic.slice(colon + 1)
    return read === undefined ? rejected('unknownChannel', topic) : read(name, data, receivedAt)
  }
}

type Instruments = ReadonlyMap<string, Instrument>

const spotReaders = (instruments: Instruments): ReadonlyMap<string, Read> =>
  new Map([
    ['/spotMarket/level1', known(instruments, normalizeLevel1)],
    ['/market/ticker', known(instruments, normalizeTicker)],
    ['/market/match', known(instruments, normalizeMatch)],
    ['/market/candles', candlesOf(instruments)],
    ['/spotMarket/level2Depth50', createDepthNormalizer(instruments)],
  ])

const perpetualReaders = (instruments: Instruments): ReadonlyMap<string, Read> =>
  new Map([
    ['/contractMarket/tickerV2', known(instruments, normalizeTickerV2)],
    ['/contractMarket/execution', known(instruments, normalizeExecution)],
    ['/contractMarket/limitCandle', candlesOf(instruments)],
    ['/contractMarket/level2Depth50', createDepthNormalizer(instruments)],
  ])

function known(
  instruments: Instruments,
  read: (data: unknown, instrument: Instrument, receivedAt: EpochMs) => Normalized,
): Read {
  return (name, data, receivedAt) => {
    const instrument = instruments.get(name)
    return instrument === undefined ? rejected('unknownInstrument', name) : read(data, instrument, receivedAt)
  }
}

// ---------------------------------------------------------------- frames

type Housekeeping = Exclude<Normalized, { kind: 'events' | 'depth' }>

export function frameOf(bytes: Buffer): Frame | Rejected {
  const text = bytes.toString()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return rejected('json', text)
  }
  const frame = Frame.safeParse(json)
  return frame.success ? frame.data : rejected('schema', `${problemOf(frame.error)}: ${text}`)
}

/**
 * Welcome  the connection is ready: what the feed's `login` waited for
 * Ack      by the request's id alone; a symbol that does not exist is acknowledged too, and stays silent
 * Error    of a request by its id: refused, but for a rate limit, after which the ack time-out asks again. Without one (`ping timeout`,
 *          `token is expired`) it says why the socket is about to be closed
 */
export function readReply({ type, id, code, data }: Frame): Housekeeping {
  const request = id !== undefined && /^\d{1,9}$/.test(id) ? Number(id) : null
  switch (type) {
    case 'welcome':
      return { kind: 'control', control: { type: 'loggedIn' } }
    case 'pong':
      return { kind: 'control', control: { type: 'pong' } }
    case 'ack':
      return request === null
        ? rejected('schema', `ack of ${id}`)
        : { kind: 'control', control: { type: 'ack', id: request, wires: null } }
    case 'error': {
      const message = `${code ?? ''} ${typeof data === 'string' ? data : JSON.stringify(data)}`.trim()
      if (request === null || code === tooManyCode) return rejected('value', `error ${message}`)
      return { kind: 'control', control: { type: 'refused', id: request, wires: null, message } }
    }
    default:
      return rejected('unknownChannel', `type ${type}`)
  }
}

const tooManyCode = 509

// ---------------------------------------------------------------- quotes

/**
 * In      {"asks":["68145.8","0.51987471"],"bids":["68145.7","1.29267802"],"timestamp":1729816058766} (D)
 * Out     one book_ticker, a full replacement; exchangeAt = timestamp
 * Empty   [] is a side nobody quotes: null
 */
function normalizeLevel1(data: unknown, instrument: Instrument, receivedAt: EpochMs): Normalized {
  const parsed = Level1.safeParse(data)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { bids, asks, timestamp } = parsed.data
  return bookTicker(instrument, bids, asks, timestamp, receivedAt)
}

/** In {"bestAsk":"2667.61","bestAskSize":"10.5900853","bestBid":"2667.6","bestBidSize":"0.8915","time":1790984011673,…} (D, R) */
function normalizeTicker(data: unknown, instrument: Instrument, receivedAt: EpochMs): Normalized {
  const parsed = Ticker.safeParse(data)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { bestBid, bestBidSize, bestAsk, bestAskSize, time } = parsed.data
  return bookTicker(instrument, sideOf(bestBid, bestBidSize), sideOf(bestAsk, bestAskSize), time, receivedAt)
}

/** In {"bestBidSize":5044,"bestBidPrice":"86454.5","bestAskPrice":"86454.6","bestAskSize":73,"ts":1740641976241000000,…} (D); lots, ns */
function normalizeTickerV2(data: unknown, instrument: Instrument, receivedAt: EpochMs): Normalized {
  const parsed = TickerV2.safeParse(data)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { bestBidPrice, bestBidSize, bestAskPrice, bestAskSize, ts } = parsed.data
  const [bid, ask] = [sideOf(bestBidPrice, bestBidSize), sideOf(bestAskPrice, bestAskSize)]
  return bookTicker(instrument, bid, ask, msOfNanoseconds(ts), receivedAt)
}

/** [] where a price is '' or absent. */
const sideOf = (price: string | null | undefined, size: string | number | null | undefined): readonly string[] =>
  price ? [price, String(size)] : []

/** Each side [] or [price, size]; anything else is rejected. */
function bookTicker(
  instrument: Instrument,
  bid: readonly string[],
  ask: readonly string[],
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): Normalized {
  const scale = scaleOfSizes(instrument)
  const bidPrice = bid.length === 0 ? null : parseDecimal(bid[0] ?? '')
  const bidQuantity = bid.length === 0 ? null : multiplyDecimal(bid[1] ?? '', scale)
  const askPrice = ask.length === 0 ? null : parseDecimal(ask[0] ?? '')
  const askQuantity = ask.length === 0 ? null : multiplyDecimal(ask[1] ?? '', scale)
  return (
    quoted(instrument, bidPrice, bidQuantity, askPrice, askQuantity, exchangeAt, receivedAt) ??
    rejected('value', `${instrument.nativeName} bid ${bid} ask ${ask} at ${exchangeAt}`)
  )
}

/** One book_ticker; null where a number is none: a NaN is not greater than 0. */
export function quoted(
  instrument: Instrument,
  bidPrice: number | null,
  bidQuantity: number | null,
  askPrice: number | null,
  askQuantity: number | null,
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): Normalized | null {
  if (!isQuote(bidPrice) || !isQuote(bidQuantity) || !isQuote(askPrice) || !isQuote(askQuantity) || !(exchangeAt > 0))
    return null
  return {
    kind: 'events',
    events: [{ kind: 'book_ticker', instrument, bidPrice, bidQuantity, askPrice, askQuantity, exchangeAt, receivedAt }],
  }
}

const isQuote = (value: number | null): boolean => value === null || value > 0

const one: Scale = { units: 1, places: 0 }
/** From sizes to base asset: futures count lots of `contractSize` base asset each. */
export const scaleOfSizes = ({ kind, contractSize }: Instrument): Scale =>
  kind === 'perpetual' ? scaleOf(contractSize) : one

// ---------------------------------------------------------------- trades

const sides: ReadonlyMap<string, Side> = new Map([
  ['buy', 'BUY'],
  ['sell', 'SELL'],
])

/**
 * In      {"price":"67523","side":"buy","size":"0.003","time":"1729843222921000000","tradeId":"11067996711960577",…} (D, R)
 * Out     one trade; side is the taker's; time in ns
 */
function normalizeMatch(data: unknown, instrument: Instrument, receivedAt: EpochMs): Normalized {
  const parsed = Match.safeParse(data)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { tradeId, price, size, side, time } = parsed.data
  return tradeOf(instrument, tradeId, price, size, side, msOfNanoseconds(time), receivedAt)
}

/** In {"side":"buy","size":2,"price":"90503.9","tradeId":"1794100537695","ts":1731898619520000000,…} (D); lots, ns */
function normalizeExecution(data: unknown, instrument: Instrument, receivedAt: EpochMs): Normalized {
  const parsed = Execution.safeParse(data)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { tradeId, price, size, side, ts } = parsed.data
  return tradeOf(instrument, tradeId, price, String(size), side, msOfNanoseconds(ts), receivedAt)
}

function tradeOf(
  instrument: Instrument,
  tradeId: string,
  priceText: string,
  size: string,
  taker: string,
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): Normalized {
  const price = parseDecimal(priceText)
  const quantity = multiplyDecimal(size, scaleOfSizes(instrument))
  const side = sides.get(taker)
  if (!(price > 0) || !(quantity > 0) || !(exchangeAt > 0) || side === undefined) {
    const told = `price ${priceText} size ${size} side ${taker} time ${exchangeAt}`
    return rejected('value', `${instrument.nativeName} trade ${tradeId} ${told}`)
  }
  const event: MarketEvent = { kind: 'trade', instrument, tradeId, price, quantity, side, exchangeAt, receivedAt }
  return { kind: 'events', events: [event] }
}

// ---------------------------------------------------------------- candles

/**
 * Candles carry no closed flag: see CandleCloses. Without trades nothing comes.
 *
 * In      {"symbol":"BTC-USDT","candles":["1729839600","67644.9","67437.6","67724.8","67243.8","44.88321441","3027558.991928447"],
 *         "time":1729842192785164840} on /market/candles:BTC-USDT_1hour (D, R): time in ns
 *         {"symbol":"XBTUSDTM","candles":["1790993280","84568.3","84556.7","84568.3","84544.2","1080991.7836","12785"],
 *         "time":1790993360463} on /contractMarket/limitCandle:XBTUSDTM_1min (D): time in ms, and the volumes the other way round
 * Out     one kline, or two; columns see readCandle
 */
function candlesOf(instruments: Instruments): Read {
  const closes = new CandleCloses()
  return (name, data, receivedAt) => {
    const split = name.lastIndexOf('_')
    const period = periodOfType.get(name.slice(split + 1))
    if (split < 0 || period === undefined) return rejected('unknownChannel', `candles of ${name}`)
    const instrument = instruments.get(name.slice(0, split))
    if (instrument === undefined) return rejected('unknownInstrument', name)
    const parsed = CandlePush.safeParse(data)
    if (!parsed.success) return rejected('schema', problemOf(parsed.error))
    const { candles, time } = parsed.data
    const candle = readCandle(candles, instrument, period)
    if (candle === null) return rejected('value', `${name} candle ${candles}`)
    const exchangeAt = instrument.kind === 'perpetual' ? time : msOfNanoseconds(time)
    const kline: Kline = {
      ...{ kind: 'kline', instrument, period, ...candle },
      ...{ isClosed: false, exchangeAt: exchangeAt > 0 ? exchangeAt : null, receivedAt },
    }
    return { kind: 'events', events: closes.take(kline) }
  }
}

/**
 * [start s, open, close, high, low, then of spot base and quote volume; of futures quote volume and lots]. Null when a number is none, or
 * the start is not one of the period's.
 */
export function readCandle(row: TextCandle, instrument: Instrument, period: Period): Candle | null {
  const [start, open, close, high, low, fifth, sixth] = row
  const isPerpetual = instrument.kind === 'perpetual'
  return soundCandle(
    {
      openTime: parseDecimal(start) * 1_000,
      open: parseDecimal(open),
      high: parseDecimal(high),
      low: parseDecimal(low),
      close: parseDecimal(close),
      volume: isPerpetual ? multiplyDecimal(sixth, scaleOfSizes(instrument)) : parseDecimal(fifth),
      quoteVolume: parseDecimal(isPerpetual ? fifth : sixth),
    },
    period,
  )
}

export function soundCandle(candle: Candle, period: Period): Candle | null {
  const { openTime, open, high, low, close, volume, quoteVolume } = candle
  const isOnGrid = openTime > 0 && openTime % periodMs[period] === 0
  return isOnGrid && quoteVolume !== null && isCandle(open, high, low, close, volume, quoteVolume) ? candle : null
}
