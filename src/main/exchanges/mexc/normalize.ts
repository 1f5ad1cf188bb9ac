/**
 * MEXC's frames to events. Text frames are JSON answers, binary frames protobuf pushes (`protobuf.ts`).
 * Source: documentation, "Websocket Market Streams"; fixtures in test/fixtures/mexc.
 */

import {
  type BookTicker,
  type EpochMs,
  type Instrument,
  type Kline,
  type MarketEvent,
  type Period,
  periodMs,
  periods,
  type RejectReason,
  type Side,
  type Trade,
} from '../../../shared/domain/index.ts'
import { CandleCloses } from '../candle-closes.ts'
import { isCandle } from '../candles.ts'
import type { Normalized, Normalizer } from '../contract.ts'
import { createDepthNormalizer } from './depth.ts'
import { streamIntervals } from './endpoints.ts'
import { pushToJson } from './protobuf.ts'
import { type BookTickerBody, type DealsBody, type KlineBody, readPush } from './reader.ts'
import { Answer, PushName } from './schemas.ts'

/** Made anew for each connection: it remembers the newest candle of each symbol and interval. */
export function createNormalizer(spot: ReadonlyMap<string, Instrument>): Normalizer {
  const closes = new CandleCloses()
  const normalizeDepth = createDepthNormalizer(spot)
  /** What `readPush` leaves to the general decoder. */
  const normalizeOther = (data: Buffer, receivedAt: EpochMs): Normalized => {
    const json = pushToJson(data)
    return json !== null && 'publicAggreDepths' in json
      ? normalizeDepth(json, receivedAt)
      : normalizeUnknown(json, data)
  }
  return (data, isBinary, receivedAt) => {
    if (!isBinary) return normalizeAnswer(data)
    const push = readPush(data)
    if (push === null) return rejected('schema', `not a push: ${data.toString('hex')}`)
    const { body } = push
    if (body === null) return normalizeOther(data, receivedAt)
    if (body.type === 'kline' && !periodOf.has(body.interval)) return normalizeUnknown(pushToJson(data), data)
    const instrument = spot.get(push.symbol)
    if (!instrument) return rejected('unknownInstrument', push.symbol)
    // Pushes carry one of the two times, createTime (the data's) or sendTime (the frame's).
    const time = push.createTime || push.sendTime
    const events = isTime(time) ? normalizeBody(body, instrument, time || null, receivedAt, closes) : null
    if (events === null) return rejected('value', JSON.stringify(pushToJson(data)))
    return events.length === 0 ? { kind: 'control', control: { type: 'ignored' } } : { kind: 'events', events }
  }
}

/** null: well-formed, but a value is impossible. */
function normalizeBody(
  body: BookTickerBody | DealsBody | KlineBody,
  instrument: Instrument,
  exchangeAt: EpochMs | null,
  receivedAt: EpochMs,
  closes: CandleCloses,
): readonly MarketEvent[] | null {
  if (body.type === 'bookTicker') return normalizeBookTicker(body, instrument, exchangeAt, receivedAt)
  if (body.type === 'deals') return normalizeDeals(body, instrument, receivedAt)
  return normalizeKline(body, instrument, exchangeAt, receivedAt, closes)
}

/** A push nobody asked for, or bytes that look like one. */
function normalizeUnknown(json: unknown, data: Buffer): Normalized {
  const name = PushName.safeParse(json)
  return name.success
    ? rejected('unknownChannel', name.data.channel)
    : rejected('schema', `no channel: ${data.toString('hex')}`)
}

/**
 * Best bid and offer; every push is a full replacement.
 *
 * In      {"bidPrice":"93387.28","bidQuantity":"3.73485","askPrice":"93387.29","askQuantity":"7.669875"}
 * Out     one book_ticker; price = quote asset per base asset, quantity = base asset
 * Empty   a side nobody quotes is absent; a quantity of "0" says the same. Both fields become null, never 0
 * Rejects value (no decimal, a quantity without a price)
 * Source  section "Individual Symbol Book Ticker Streams"; fixture ws_documented.jsonl (bookTicker)
 */
export function normalizeBookTicker(
  { bidPrice, bidQuantity, askPrice, askQuantity }: Omit<BookTickerBody, 'type'>,
  instrument: Instrument,
  exchangeAt: EpochMs | null,
  receivedAt: EpochMs,
): readonly BookTicker[] | null {
  if (!isSide(bidPrice, bidQuantity) || !isSide(askPrice, askQuantity)) return null
  const hasBid = bidQuantity > 0
  const hasAsk = askQuantity > 0
  return [
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
  ]
}

/** A level, or none; a quantity without a price is neither, nor is NaN. */
const isSide = (price: number, quantity: number): boolean =>
  quantity >= 0 && (price > 0 || (price === 0 && quantity === 0))

/**
 * Trades, several a push, in the order sent.
 *
 * In      [{"price":"93220.00","quantity":"0.04438243","tradeType":2,"time":"1736409765051","tradeId":"…"}]
 * Out     a trade each; side = the taker's, time = the trade's own; tradeId null where MEXC sends none
 * Rejects value (price or quantity no positive decimal, tradeType neither 1 nor 2): the whole push, so that it is counted
 * Source  section "Trade Streams"; fixture ws_documented.jsonl (deals)
 */
function normalizeDeals({ deals }: DealsBody, instrument: Instrument, receivedAt: EpochMs): readonly Trade[] | null {
  const trades: Trade[] = []
  for (const { price, quantity, tradeType, time, tradeId } of deals) {
    const side = sides[tradeType]
    if (!(price > 0) || !(quantity > 0) || !side || !isTime(time)) return null
    trades.push({
      kind: 'trade',
      instrument,
      tradeId: tradeId === '' ? null : tradeId,
      price,
      quantity,
      side,
      exchangeAt: time || null,
      receivedAt,
    })
  }
  return trades
}

const sides: Readonly<Record<number, Side | undefined>> = { 1: 'BUY', 2: 'SELL' }

/**
 * Candles. A push carries no closed flag: see CandleCloses.
 *
 * In      {"interval":"Min1","windowStart":"1754737920","openingPrice":"117317.31","closingPrice":"117325.26",
 *         "highestPrice":"117341","lowestPrice":"117317.3","volume":"3.12599854","amount":"366804.43"}
 * Out     one kline, or two; openTime = windowStart in ms; volume = base asset, quoteVolume = amount = quote asset
 * Rejects value (no decimal, a start that is no multiple of the interval)
 * Source  section "K-line Streams"; fixture ws_documented.jsonl (kline)
 */
function normalizeKline(
  body: KlineBody,
  instrument: Instrument,
  exchangeAt: EpochMs | null,
  receivedAt: EpochMs,
  closes: CandleCloses,
): readonly Kline[] | null {
  const { interval, open, high, low, close, volume, amount: quoteVolume } = body
  const openTime = body.windowStart * 1_000
  const period = periodOf.get(interval)
  if (!period || !(openTime > 0) || !isTime(openTime) || openTime % periodMs[period] !== 0) return null
  if (!isCandle(open, high, low, close, volume, quoteVolume ?? 0)) return null

  const prices = { open, high, low, close, volume, quoteVolume }
  const times = { openTime, isClosed: false, exchangeAt, receivedAt }
  return closes.take({ kind: 'kline', instrument, period, ...prices, ...times })
}

const periodOf: ReadonlyMap<string, Period> = new Map(periods.map((period) => [streamIntervals[period], period]))

/**
 * Answers to our requests. Success echoes the channels, comma-joined; failure has code 0 as well and only another text:
 * `Not Subscribed successfully! [<channels>].  Reason： Blocked! ` (a full-width colon). In a text that tells of both, the failure
 * is what is read: the accepted channels are asked for again and accepted again.
 */
export function normalizeAnswer(data: Buffer): Exclude<Normalized, { kind: 'events' }> {
  const text = data.toString()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return rejected('json', text)
  }
  const answer = Answer.safeParse(json)
  if (!answer.success) return rejected('schema', text)
  const { code, msg } = answer.data
  if (code === 0 && msg === 'PONG') return { kind: 'control', control: { type: 'pong' } }
  const id = answer.data.id ?? null
  const failureAt = msg.indexOf('Not Subscribed')
  const wires = msg.slice(Math.max(0, failureAt)).match(channelName)
  if (code !== 0 || failureAt >= 0)
    return { kind: 'control', control: { type: 'refused', id, wires, message: excerpt(msg.trim()) } }
  return wires === null ? rejected('schema', text) : { kind: 'control', control: { type: 'ack', id, wires } }
}

const channelName = /spot@[^\s,[\]]+/g

export function rejected(reason: RejectReason, detail: string): Extract<Normalized, { kind: 'rejected' }> {
  return { kind: 'rejected', reason, detail: excerpt(detail) }
}

/** What a log line or screen can bear of a text that may be anything. */
const excerpt = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text)

/** The range of a Date, 0 (protobuf's word for absent) included. */
const isTime = (time: number): boolean => time >= 0 && time <= 8_640_000_000_000_000
