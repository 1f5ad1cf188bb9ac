/**
 * HTX frames to events. Three things decide the numbers: sizes of swaps are contracts, its trades and candles count both sides, and ids of
 * swap trades are beyond 2^53.
 * Docs: spot "Websocket Market Data", USDT-M "WebSocket Market Data" · fixtures htx/documented.ndjson, recordings/HUOBI.ndjson
 */

import { multiplyDecimal, scaleOf } from '../../../shared/decimal.ts'
import type { EpochMs, Instrument, MarketEvent, Period, Side } from '../../../shared/domain/index.ts'
import { periodMs } from '../../../shared/domain/index.ts'
import { CandleCloses } from '../candle-closes.ts'
import type { InstrumentLookup, Normalized, Normalizer } from '../contract.ts'
import { numberOf, oneSided, readCandle } from './candles.ts'
import { createSwapDepthNormalizer, SpotDepthNormalizer } from './depth.ts'
import { normalizeFunding } from './funding-rates.ts'
import {
  AnswerFrame,
  CandleFrame,
  isLevel,
  type Level,
  type Numeric,
  OpFrame,
  SpotBestFrame,
  SwapBestFrame,
  TradeFrame,
} from './schemas.ts'
import { spotBookFeed, spotFeed, swapFundingFeed } from './subscribe.ts'
import { type Frame, readFrame, rejected } from './wire.ts'

/** Errors that asking again may help against: the ack time-out asks again. */
const passingError = 'too-many-request'

type Instruments = ReadonlyMap<string, Instrument>
type ReadPush = (ch: string, frame: Frame, receivedAt: EpochMs) => Normalized

/** A connection's normalizer; what it remembers of candles and books dies with it. */
export function createNormalizer(feed: string, lookup: InstrumentLookup): Normalizer {
  if (feed === swapFundingFeed) return reading((frame, receivedAt) => normalizeOp(frame, receivedAt, lookup))
  const isSpot = feed === spotFeed || feed === spotBookFeed
  const spotBooks = new SpotDepthNormalizer((symbol) => lookup.spot.get(symbol))
  const readPush = pushReader(isSpot ? lookup.spot : lookup.perpetual, isSpot, spotBooks)
  return reading((frame, receivedAt) => {
    if (typeof frame.ping === 'number') return pong(frame.ping)
    if (typeof frame.ch === 'string') return readPush(frame.ch, frame, receivedAt)
    if (typeof frame.rep === 'string' && frame.status === 'ok') return spotBooks.snapshot(frame, receivedAt)
    return normalizeAnswer(frame, spotBooks)
  })
}

const reading =
  (read: (frame: Frame, receivedAt: EpochMs) => Normalized): Normalizer =>
  (data, isBinary, receivedAt) => {
    const told = readFrame(data, isBinary)
    return 'frame' in told ? read(told.frame, receivedAt) : told
  }

const pong = (ping: number): Normalized => ({
  kind: 'control',
  control: { type: 'ping', answer: JSON.stringify({ pong: ping }) },
})

/** `market.btcusdt.kline.1min`: symbols hold no point. */
const symbolOf = (ch: string): string => ch.split('.')[1] ?? ''

function pushReader(instruments: Instruments, isSpot: boolean, spotBooks: SpotDepthNormalizer): ReadPush {
  const closes = new CandleCloses()
  const swapBooks = createSwapDepthNormalizer((code) => instruments.get(code))
  return (ch, frame, receivedAt) => {
    const [market, symbol = '', channel, detail] = ch.split('.')
    if (market !== 'market') return rejected('unknownChannel', ch)
    switch (channel) {
      case 'bbo':
        return isSpot
          ? normalizeSpotBest(frame, receivedAt, instruments)
          : normalizeSwapBest(frame, receivedAt, instruments)
      case 'trade':
        return normalizeTrades(frame, receivedAt, instruments)
      case 'kline': {
        const period = detail === undefined ? undefined : periodOf.get(detail)
        if (period === undefined) return rejected('unknownChannel', ch)
        return normalizeCandle(frame, period, receivedAt, instruments.get(symbol), closes)
      }
      case 'mbp':
        return isSpot && detail === '150' ? spotBooks.change(frame, receivedAt) : rejected('unknownChannel', ch)
      case 'depth':
        // `step0` and the like are whole books that nobody asked for.
        return !isSpot && detail === 'size_150' ? swapBooks(frame, receivedAt) : rejected('unknownChannel', ch)
      default:
        return rejected('unknownChannel', ch)
    }
  }
}

const periodOf: ReadonlyMap<string, Period> = new Map([
  ['1min', '1m'],
  ['5min', '5m'],
  ['15min', '15m'],
  ['60min', '1h'],
])

/**
 * In      {"ch":"market.btcusdt.bbo","ts":1630994555540,"tick":{"seqId":137005210233,"ask":52665.02,"askSize":1.502181,
 *         "bid":52665.01,"bidSize":0.178567,"quoteTime":1630994555539,"symbol":"btcusdt"}}
 * Out     one book_ticker; exchangeAt = ts
 * Empty   a side that is null, absent or 0 is one nobody quotes
 */
function normalizeSpotBest(frame: Frame, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const parsed = SpotBestFrame.safeParse(frame)
  if (!parsed.success) return rejected('schema', parsed.error.issues[0]?.message ?? 'no bbo')
  const { ch, ts, tick } = parsed.data
  const instrument = instruments.get(symbolOf(ch))
  if (instrument === undefined) return rejected('unknownInstrument', symbolOf(ch))
  const { bid, bidSize, ask, askSize } = tick
  return bookTicker(instrument, [bid ?? 0, bidSize ?? 0], [ask ?? 0, askSize ?? 0], ts, receivedAt)
}

/**
 * In      {"ch":"market.BTC-USDT.bbo","ts":1790134831587,"tick":{"mrid":100129125618683,"bid":[86859.8,6172],"ask":[86859.9,817],
 *         "ts":1790134831586,"version":100129125618683,...}}
 * Out     one book_ticker; sizes are contracts, multiplied out; exchangeAt = ts
 * Empty   null or [] is a side nobody quotes
 */
function normalizeSwapBest(frame: Frame, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const parsed = SwapBestFrame.safeParse(frame)
  if (!parsed.success) return rejected('schema', parsed.error.issues[0]?.message ?? 'no bbo')
  const { ch, ts, tick } = parsed.data
  const instrument = instruments.get(symbolOf(ch))
  if (instrument === undefined) return rejected('unknownInstrument', symbolOf(ch))
  return bookTicker(instrument, pairOf(tick.bid), pairOf(tick.ask), ts, receivedAt)
}

const nobody = [0, 0] as const
const pairOf = (side: Level | readonly [] | null): readonly [price: Numeric, size: Numeric] =>
  isLevel(side) ? [side[0], side[1]] : nobody

const quantityOf = (size: Numeric, { contractSize }: Instrument): number =>
  multiplyDecimal(String(size), scaleOf(contractSize))

function bookTicker(
  instrument: Instrument,
  bid: readonly [Numeric, Numeric],
  ask: readonly [Numeric, Numeric],
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): Normalized {
  const [bidPrice, askPrice] = [numberOf(bid[0]), numberOf(ask[0])]
  const [bidQuantity, askQuantity] = [quantityOf(bid[1], instrument), quantityOf(ask[1], instrument)]
  // A NaN passes no comparison.
  if (!(bidPrice >= 0 && askPrice >= 0 && bidQuantity >= 0 && askQuantity >= 0 && exchangeAt > 0))
    return rejected('value', `${instrument.nativeName} bbo: bid ${bid} ask ${ask} ts ${exchangeAt}`)
  const [hasBid, hasAsk] = [bidPrice > 0 && bidQuantity > 0, askPrice > 0 && askQuantity > 0]
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

/**
 * In      spot {"tick":{"data":[{"id":1931506477151671992419320033,"ts":1788335110452,"tradeId":103627913547,"amount":1.8E-4,
 *         "price":77523.25,"direction":"sell"}]}}; swap the same without tradeId, `amount` in contracts of both sides
 * Out     one trade per row, in the order sent; side is the taker's. Spot `amount` is base asset. Of a swap's `amount` half was traded:
 *         2 is one contract
 * Note    the trade before the subscription is sent first, so that it may come twice: its id tells
 * Source  spot "Trade Detail", USDT-M "Subscribe trade detail data"; fixtures recordings/HUOBI.ndjson, htx/documented.ndjson
 */
function normalizeTrades(frame: Frame, receivedAt: EpochMs, instruments: Instruments): Normalized {
  const parsed = TradeFrame.safeParse(frame)
  if (!parsed.success) return rejected('schema', parsed.error.issues[0]?.message ?? 'no trades')
  const { ch, tick } = parsed.data
  const instrument = instruments.get(symbolOf(ch))
  if (instrument === undefined) return rejected('unknownInstrument', symbolOf(ch))
  const isSwap = instrument.kind === 'perpetual'
  const events: MarketEvent[] = []
  for (const { id, tradeId, ts, amount, price: paid, direction } of tick.data) {
    const side: Side | null = direction === 'buy' ? 'BUY' : direction === 'sell' ? 'SELL' : null
    const price = numberOf(paid)
    const quantity = isSwap ? oneSided(quantityOf(amount, instrument)) : numberOf(amount)
    const name = idText(tradeId ?? id)
    if (side === null || name === null || !(price > 0) || !(quantity > 0) || !(ts > 0))
      return rejected('value', `${ch}: id ${id} price ${paid} amount ${amount} direction ${direction} ts ${ts}`)
    events.push({ kind: 'trade', instrument, tradeId: name, price, quantity, side, exchangeAt: ts, receivedAt })
  }
  return { kind: 'events', events }
}

/** null: no id, or one that was rounded. */
const idText = (id: Numeric): string | null => {
  if (typeof id === 'number') return Number.isSafeInteger(id) ? String(id) : null
  return /^\d{1,40}$/.test(id) ? id : null
}

/** See candles.ts; one kline, or two where the one before is closed by it. `ts` is the frame's. */
function normalizeCandle(
  frame: Frame,
  period: Period,
  receivedAt: EpochMs,
  instrument: Instrument | undefined,
  closes: CandleCloses,
): Normalized {
  const parsed = CandleFrame.safeParse(frame)
  if (!parsed.success) return rejected('schema', parsed.error.issues[0]?.message ?? 'no candle')
  const { ch, ts, tick } = parsed.data
  if (instrument === undefined) return rejected('unknownInstrument', symbolOf(ch))
  const candle = readCandle(tick, instrument)
  if (candle === null || candle.openTime % periodMs[period] !== 0 || !(ts > 0))
    return rejected('value', `${ch}: ${JSON.stringify(tick).slice(0, 200)} ts ${ts}`)
  const events = closes.take({
    ...{ kind: 'kline', instrument, period, ...candle },
    ...{ isClosed: false, exchangeAt: ts, receivedAt },
  })
  return events.length === 0 ? ignored : { kind: 'events', events }
}

const ignored: Normalized = { kind: 'control', control: { type: 'ignored' } }

const requestId = (id: Numeric | null | undefined): number | null =>
  id !== null && id !== undefined && /^\d{1,15}$/.test(String(id)) ? Number(id) : null

/**
 * {"id":"id1","status":"ok","subbed":"market.btcusdt.bbo","ts":…}, the same with `unsubbed`, or {"status":"error","err-code":"bad-request",
 * "err-msg":"invalid topic …","id":"2",…}, after which the socket stays open. An error names no topic, its id does.
 */
function normalizeAnswer(frame: Frame, spotBooks: SpotDepthNormalizer): Normalized {
  const parsed = AnswerFrame.safeParse(frame)
  if (!parsed.success) return rejected('schema', `neither ch nor an answer: ${JSON.stringify(frame).slice(0, 200)}`)
  const { status, subbed, unsubbed, 'err-code': code = '', 'err-msg': said = '' } = parsed.data
  const id = requestId(parsed.data.id)
  if (status === 'ok' && subbed !== undefined) {
    const next = spotBooks.begin(subbed)
    const control = { type: 'ack', id, wires: [subbed], ...(next === undefined ? {} : { next }) } as const
    return { kind: 'control', control }
  }
  if (status === 'ok' && unsubbed !== undefined) {
    spotBooks.forget(unsubbed)
    return { kind: 'control', control: { type: 'ack', id, wires: [unsubbed] } }
  }
  const message = `${code} ${said}`
  const again = code === passingError ? spotBooks.tooSoon(parsed.data.id) : null
  if (again !== null) return again
  if (id === null || code === passingError) return rejected('value', `${status} ${message}`)
  return { kind: 'control', control: { type: 'refused', id, wires: null, message } }
}

/** The swap's notification socket, which needs no login for what is public: {"op":"ping","ts":"1645202800015"}, acks with `err-code`, pushes. */
function normalizeOp(json: Frame, receivedAt: EpochMs, lookup: InstrumentLookup): Normalized {
  const parsed = OpFrame.safeParse(json)
  if (!parsed.success) return rejected('schema', `op: ${parsed.error.issues[0]?.message}`)
  const frame = parsed.data
  const { op, cid, topic, ts, 'err-code': code = 0 } = frame
  switch (op) {
    case 'ping':
      return { kind: 'control', control: { type: 'ping', answer: JSON.stringify({ op: 'pong', ts }) } }
    case 'sub':
    case 'unsub': {
      const id = requestId(cid)
      if (code !== 0) {
        const message = `${code} ${frame['err-msg'] ?? ''}`
        return id === null
          ? rejected('value', `${op} ${message}`)
          : { kind: 'control', control: { type: 'refused', id, wires: null, message } }
      }
      return {
        kind: 'control',
        control: { type: 'ack', id, wires: id === null && topic !== undefined ? [topic] : null },
      }
    }
    case 'notify':
      return topic?.endsWith('.funding_rate') === true
        ? normalizeFunding(frame, receivedAt, lookup)
        : rejected('unknownChannel', topic ?? 'notify without topic')
    case 'close':
    case 'error':
      return rejected('value', `${op} ${code} ${frame['err-msg'] ?? ''}`)
    default:
      return rejected('unknownChannel', `op ${op}`)
  }
}
