/**
 * OKX frames and replies to domain values. Two things decide every number here: numbers are text, and swap sizes count contracts,
 * which are multiplied out into base asset.
 * Docs: https://www.okx.com/docs-v5/en/#order-book-trading-market-data · fixtures okx/ws_public.ndjson, okx/documented.ndjson
 */
import { multiplyDecimal, parseDecimal, type Scale, scaleOf } from '../../../shared/decimal.ts'
import type {
  BookTicker,
  Candle,
  EpochMs,
  Instrument,
  Kline,
  MarketEvent,
  Period,
  Side,
  Trade,
} from '../../../shared/domain/index.ts'
import { isCandle } from '../candles.ts'
import type { HistoryCandle, InstrumentLookup, Normalized, Normalizer } from '../contract.ts'
import { createDepthNormalizer } from './depth.ts'
import { fundingRateOf } from './funding-rates.ts'
import {
  BboFrame,
  CandleFrame,
  type CandleRow,
  EventFrame,
  FundingRateFrame,
  type Level,
  TickerFrame,
  TradesFrame,
} from './schemas.ts'
import { bars, wireOf } from './subscribe.ts'

type Read = (json: unknown, receivedAt: EpochMs, lookup: InstrumentLookup) => Normalized

const pong: Normalized = { kind: 'control', control: { type: 'pong' } }
const ignored: Normalized = { kind: 'control', control: { type: 'ignored' } }

type Rejected = Extract<Normalized, { kind: 'rejected' }>
const rejected = (reason: Rejected['reason'], detail: string): Rejected => ({ kind: 'rejected', reason, detail })

/** Channels that are read beside `books`. Others that OKX has (`books5`, `mark-price`) are not subscribed to and rejected as unknownChannel. */
const readers: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['bbo-tbt', normalizeBookTicker],
  ['tickers', normalizeTicker],
  ['trades', normalizeTrades],
  ['funding-rate', normalizeFundingRate],
  ['candle1m', candlesOf('1m')],
  ['candle5m', candlesOf('5m')],
  ['candle15m', candlesOf('15m')],
  ['candle1H', candlesOf('1h')],
  ['candle1Dutc', candlesOf('1d')],
])

/** A connection's normalizer. Nothing needs remembering: every OKX frame that is read here stands for itself. */
export function createNormalizer(_feed: string, lookup: InstrumentLookup): Normalizer {
  const normalizeBooks = createDepthNormalizer((instId) => find(lookup, instId))
  return (data, _isBinary, receivedAt) => {
    const text = data.toString()
    // The only frame that is no JSON: the answer to our text ping.
    if (text === 'pong') return pong
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return rejected('json', text.slice(0, 200))
    }
    if (typeof json !== 'object' || json === null) return rejected('schema', text.slice(0, 200))
    if ('event' in json) return normalizeEvent(json)
    const arg = 'arg' in json ? json.arg : undefined
    if (typeof arg !== 'object' || arg === null || !('channel' in arg) || typeof arg.channel !== 'string')
      return rejected('schema', `neither event nor arg.channel: ${text.slice(0, 200)}`)
    if (arg.channel === 'books') return normalizeBooks(json, receivedAt)
    const read = readers.get(arg.channel)
    return read ? read(json, receivedAt, lookup) : rejected('unknownChannel', arg.channel)
  }
}

/**
 * In      {"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{"asks":[["36232.2","1.8826134","0","17"]],"bids":[...],
 *         "ts":"1651826598363","checksum":0,"seqId":363996337}]}
 * Out     one book_ticker per element; exchangeAt = ts
 * Empty   an empty array is a side nobody quotes: null
 */
function normalizeBookTicker(json: unknown, receivedAt: EpochMs, lookup: InstrumentLookup): Normalized {
  const frame = BboFrame.safeParse(json)
  if (!frame.success) return rejected('schema', frame.error.message)
  const { arg, data } = frame.data
  const instrument = find(lookup, arg.instId)
  if (!instrument) return rejected('unknownInstrument', arg.instId)
  const events: MarketEvent[] = []
  for (const { bids, asks, ts } of data) {
    const event = bookTickerOf(instrument, bids[0], asks[0], ts, receivedAt)
    if (event.kind === 'rejected') return event
    events.push(event)
  }
  return { kind: 'events', events }
}

/**
 * In      {"arg":{"channel":"tickers",...},"data":[{"askPx":"30228.7","askSz":"1.55896972","bidPx":"30228.6",...,"ts":"..."}]}
 * Out     one book_ticker per element. Its ts is the ticker's, at most one frame per 100 ms.
 * Empty   '' as price: nobody quotes that side
 */
function normalizeTicker(json: unknown, receivedAt: EpochMs, lookup: InstrumentLookup): Normalized {
  const frame = TickerFrame.safeParse(json)
  if (!frame.success) return rejected('schema', frame.error.message)
  const { arg, data } = frame.data
  const instrument = find(lookup, arg.instId)
  if (!instrument) return rejected('unknownInstrument', arg.instId)
  const events: MarketEvent[] = []
  for (const { bidPx, bidSz, askPx, askSz, ts } of data) {
    const bid: Level | undefined = bidPx === '' ? undefined : [bidPx, bidSz]
    const ask: Level | undefined = askPx === '' ? undefined : [askPx, askSz]
    const event = bookTickerOf(instrument, bid, ask, ts, receivedAt)
    if (event.kind === 'rejected') return event
    events.push(event)
  }
  return { kind: 'events', events }
}

function bookTickerOf(
  instrument: Instrument,
  bid: Level | undefined,
  ask: Level | undefined,
  ts: string,
  receivedAt: EpochMs,
): BookTicker | Rejected {
  const scale = sizeScaleOf(instrument)
  const event = bookTicker(
    instrument,
    bid ? parseDecimal(bid[0]) : null,
    bid ? multiplyDecimal(bid[1], scale) : null,
    ask ? parseDecimal(ask[0]) : null,
    ask ? multiplyDecimal(ask[1], scale) : null,
    parseDecimal(ts),
    receivedAt,
  )
  return event ?? rejected('value', `${instrument.nativeName} bid ${bid} ask ${ask} ts ${ts}`)
}

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
 * In      {"arg":{"channel":"trades",...},"data":[{"tradeId":"338476307","px":"30236","sz":"0.0002","side":"buy","ts":"..."}]}
 * Out     one trade per element, in order; side is the taker's
 * Note    on subscribing OKX first sends the newest trade, which may have been seen before a reconnect: tradeId tells
 */
function normalizeTrades(json: unknown, receivedAt: EpochMs, lookup: InstrumentLookup): Normalized {
  const frame = TradesFrame.safeParse(json)
  if (!frame.success) return rejected('schema', frame.error.message)
  const { arg, data } = frame.data
  const instrument = find(lookup, arg.instId)
  if (!instrument) return rejected('unknownInstrument', arg.instId)
  const scale = sizeScaleOf(instrument)
  const events: MarketEvent[] = []
  for (const { tradeId, px, sz, side: taker, ts } of data) {
    const side: Side | null = taker === 'buy' ? 'BUY' : taker === 'sell' ? 'SELL' : null
    const event = trade(
      instrument,
      tradeId,
      parseDecimal(px),
      multiplyDecimal(sz, scale),
      side,
      parseDecimal(ts),
      receivedAt,
    )
    if (event === null)
      return rejected('value', `${arg.instId} trade ${tradeId} px ${px} sz ${sz} side ${taker} ts ${ts}`)
    events.push(event)
  }
  return { kind: 'events', events }
}

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
  if (!(price > 0) || !(quantity > 0) || !(exchangeAt > 0) || side === null) return null
  return { kind: 'trade', instrument, tradeId, price, quantity, side, exchangeAt, receivedAt }
}

/**
 * In      {"arg":{"channel":"candle1m",...},"data":[["1629993600000","42500","48199.9","41006.1","41006.1","3587.41","166741046.2",
 *         "166741046.2","0"]]}; columns see readCandle
 * Out     one kline per row; isClosed from `confirm`; exchangeAt null, for the frame carries no time of its own
 */
function candlesOf(period: Period): Read {
  return (json, receivedAt, lookup) => {
    const frame = CandleFrame.safeParse(json)
    if (!frame.success) return rejected('schema', frame.error.message)
    const { arg, data } = frame.data
    const instrument = find(lookup, arg.instId)
    if (!instrument) return rejected('unknownInstrument', arg.instId)
    const events: MarketEvent[] = []
    for (const row of data) {
      const candle = readCandle(row, instrument)
      if (!candle) return rejected('value', `${arg.instId} candle${bars[period]} ${row}`)
      events.push(klineOf(instrument, period, candle, candle.isClosed, receivedAt))
    }
    return { kind: 'events', events }
  }
}

/**
 * In      {"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"fundingRate":"0.0001875391284828",...}]}; fields see
 *         funding-rates.ts
 * Out     one funding_rate per element
 */
function normalizeFundingRate(json: unknown, receivedAt: EpochMs, lookup: InstrumentLookup): Normalized {
  const frame = FundingRateFrame.safeParse(json)
  if (!frame.success) return rejected('schema', frame.error.message)
  const events: MarketEvent[] = []
  for (const row of frame.data.data) {
    const instrument = find(lookup, row.instId)
    if (!instrument) return rejected('unknownInstrument', row.instId)
    const reading = fundingRateOf(row, instrument, receivedAt)
    if (reading.kind === 'bad') return rejected('value', `${row.instId} ${reading.problem}`)
    if (reading.kind === 'row') events.push({ kind: 'funding_rate', rate: reading.value })
  }
  return { kind: 'events', events }
}

export function klineOf(
  instrument: Instrument,
  period: Period,
  candle: Candle,
  isClosed: boolean,
  receivedAt: EpochMs,
): Kline {
  const { openTime, open, high, low, close, volume, quoteVolume } = candle
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
    exchangeAt: null,
    receivedAt,
  }
}

/**
 * One candle of a stream or of history; null when a number is none. The volumes change columns with the market:
 * spot `vol` base and `volCcy` quote; swap `vol` contracts, `volCcy` base, `volCcyQuote` quote.
 */
export function readCandle(row: CandleRow, instrument: Instrument): (HistoryCandle & { isClosed: boolean }) | null {
  const isSwap = instrument.kind === 'perpetual'
  const isClosed = row[8] === '1'
  if (!isClosed && row[8] !== '0') return null
  const candle: Candle = {
    openTime: parseDecimal(row[0]),
    open: parseDecimal(row[1]),
    high: parseDecimal(row[2]),
    low: parseDecimal(row[3]),
    close: parseDecimal(row[4]),
    volume: parseDecimal(isSwap ? row[6] : row[5]),
    quoteVolume: parseDecimal(isSwap ? row[7] : row[6]),
  }
  return isSound(candle) ? { ...candle, isClosed } : null
}

export const isSound = ({ openTime, open, high, low, close, volume, quoteVolume }: Candle): boolean =>
  openTime > 0 && quoteVolume !== null && isCandle(open, high, low, close, volume, quoteVolume)

/** Errors after which asking again may help: too frequent, internal, subscription failed. The ack time-out asks again. */
export const passingErrors: ReadonlySet<string> = new Set(['60014', '63999', '64004', '64007'])

/**
 * `subscribe` and `unsubscribe` come once per arg with the request's id. `error` names no arg: the wire is read out of the message
 * where it stands there ("channel:trades,instId:FOO-USDT doesn't exist"), else the whole request counts as refused.
 */
function normalizeEvent(json: object): Normalized {
  const parsed = EventFrame.safeParse(json)
  if (!parsed.success) return rejected('schema', parsed.error.message)
  const { event, id, arg, code = '', msg = '' } = parsed.data
  const request = id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : null
  switch (event) {
    case 'subscribe':
    case 'unsubscribe': {
      if (!arg) return rejected('schema', `${event} without arg`)
      const wire = arg.instId === undefined ? arg.channel : wireOf(arg.channel, arg.instId)
      return { kind: 'control', control: { type: 'ack', id: request, wires: [wire] } }
    }
    case 'error': {
      const message = `${code} ${msg}`
      const named = /channel:\s*([\w-]+),\s*instId:\s*([^\s,]+)/.exec(msg)
      const wires = named?.[1] && named[2] ? [wireOf(named[1], named[2])] : null
      if (passingErrors.has(code) || (request === null && wires === null)) return rejected('value', `error ${message}`)
      return { kind: 'control', control: { type: 'refused', id: request, wires, message } }
    }
    case 'notice':
      // 64008: the connection closes in 60 s for an upgrade.
      return code === '64008'
        ? { kind: 'control', control: { type: 'closing', message: msg } }
        : rejected('unknownChannel', `notice ${code} ${msg}`)
    case 'channel-conn-count':
    case 'login':
      return ignored
    default:
      return rejected('unknownChannel', `event ${event}`)
  }
}

/** The names of all swaps end so, and of nothing else; one look-up instead of two shows in the busiest channel. */
export const find = (lookup: InstrumentLookup, instId: string): Instrument | undefined =>
  instId.endsWith('-SWAP') ? lookup.perpetual.get(instId) : lookup.spot.get(instId)

const one: Scale = { units: 1, places: 0 }

/** From sizes to base asset: swaps are quoted in contracts of `contractSize` base asset each. */
export const sizeScaleOf = (instrument: Instrument): Scale =>
  instrument.kind === 'perpetual' ? scaleOf(instrument.contractSize) : one
