/**
 * The subscribed channels read from their bytes, for frames as Gate nearly always sends them: one element in an array. `normalize.ts` reads any frame, says what is wrong with one, and documents each. Both make their
 * events by the same functions and know the same candles.
 */
import { exactProduct, scaleOf } from '../../../shared/decimal.ts'
import type { EpochMs, Instrument, Kline, MarketEvent, Trade } from '../../../shared/domain/index.ts'
import type { InstrumentLookup, Normalized } from '../contract.ts'
import { type Declared, type Layout, layout, readLayouts } from '../layout.ts'
import type { FindInstrument } from '../layout-slots.ts'
import * as slot from '../layout-slots.ts'
import { fieldIs, Names } from '../names.ts'
import {
  boolean,
  compileShape,
  decimal,
  decimalOrInteger,
  exactly,
  type Field,
  integer,
  literal,
  optional,
  type Reader,
  text,
  wholePart,
} from '../scan.ts'
import { readPerpetualDepth, readSpotDepth } from './depth-reader.ts'
import {
  baseVolumeAt,
  bookTicker,
  type CandleTopic,
  type CandleTopics,
  ignored,
  isPossibleCandle,
  isPossibleTrade,
  newCandleTopic,
  withClosed,
} from './normalize.ts'
import { perpetualFeed } from './subscribe.ts'

export function createReaders(feed: string, lookup: InstrumentLookup, topics: CandleTopics): readonly Reader[] {
  const names = new Names()
  const instruments = feed === perpetualFeed ? lookup.perpetual : lookup.spot
  const find: FindInstrument = (name) => instruments.get(name)
  return feed === perpetualFeed
    ? [
        readLayouts(readPerpetualBookTicker(find), readPerpetualDepth(find)),
        readPerpetualTrade(lookup, names),
        readPerpetualCandle(lookup, names, topics),
      ]
    : [
        readLayouts(readSpotBookTicker(find), readSpotDepth(find)),
        readSpotTrade(lookup, names),
        readSpotCandle(lookup, names, topics),
      ]
}

const update = () => literal('update')
const eventsOf = (events: readonly MarketEvent[]): Normalized => ({ kind: 'events', events })
const unlessRejected = (normalized: Normalized): Normalized | null =>
  normalized.kind === 'rejected' ? null : normalized

/** Contracts to base asset; NaN where the digits are too many. */
const quantityOf = ({ digits, places }: Field, { contractSize }: Instrument): number =>
  exactProduct(digits, places, scaleOf(contractSize))

/** Frames of 2021 have no `time_ms`. */
const envelope = (channel: string, result: Layout): Layout =>
  layout`{"time":${slot.unread()},${slot.optional(layout`"time_ms":${slot.unread()},`)}"channel":"${channel}","event":"update","result":${result}}`

function readSpotBookTicker(find: FindInstrument): Declared {
  const s = slot.instrument(find)
  const t = slot.integer()
  const [b, B, a, A] = [slot.decimal(), slot.decimal(), slot.decimal(), slot.decimal()]
  const result = layout`{"t":${t},"u":${slot.unread()},"s":"${s}","b":"${b}","B":"${B}","a":"${a}","A":"${A}"}`
  const frame = envelope('spot.book_ticker', result)
  const become = (receivedAt: EpochMs) => {
    if (s.instrument === null) return null
    return unlessRejected(bookTicker(s.instrument, t.value, b.value, B.value, a.value, A.value, receivedAt))
  }
  return { frame, become }
}

/** Sizes are contracts: text, or an integer from a server that does not honour X-Gate-Size-Decimal. */
function readPerpetualBookTicker(find: FindInstrument): Declared {
  const s = slot.instrument(find)
  const t = slot.integer()
  const [b, B, a, A] = [slot.decimal(), slot.decimal(), slot.decimal(), slot.decimal()]
  const [wholeB, wholeA] = [slot.integer(), slot.integer()]
  const bidSize = slot.oneOf(layout`"${B}"`, layout`${wholeB}`)
  const askSize = slot.oneOf(layout`"${A}"`, layout`${wholeA}`)
  const sides = layout`"b":"${b}","B":${bidSize},"a":"${a}","A":${askSize}`
  const frame = envelope('futures.book_ticker', layout`{"t":${t},"u":${slot.unread()},"s":"${s}",${sides}}`)
  const become = (receivedAt: EpochMs) => {
    if (s.instrument === null) return null
    const bidQuantity = s.baseOf(bidSize.chosen === 0 ? B : wholeB)
    const askQuantity = s.baseOf(askSize.chosen === 0 ? A : wholeA)
    return unlessRejected(bookTicker(s.instrument, t.value, b.value, bidQuantity, a.value, askQuantity, receivedAt))
  }
  return { frame, become }
}

function readSpotTrade(lookup: InstrumentLookup, names: Names): Reader {
  const [currency_pair, side] = [text(), text()]
  const id = integer()
  const create_time_ms = wholePart()
  const [amount, price] = [decimal(), decimal()]
  const result = { id, create_time_ms, side, currency_pair, amount, price }
  const read = compileShape({ channel: literal('spot.trades'), event: update(), result })
  return (data, receivedAt) => {
    if (!read(data)) return null
    const instrument = lookup.spot.get(names.find(data, currency_pair))
    const isBuy = fieldIs(data, side, 'buy')
    if (!instrument || (!isBuy && !fieldIs(data, side, 'sell'))) return null
    const event: Trade = {
      kind: 'trade',
      instrument,
      tradeId: String(id.value),
      price: price.value,
      quantity: amount.value,
      side: isBuy ? 'BUY' : 'SELL',
      exchangeAt: create_time_ms.value,
      receivedAt,
    }
    return isPossibleTrade(event) ? eventsOf([event]) : null
  }
}

function readPerpetualTrade(lookup: InstrumentLookup, names: Names): Reader {
  const contract = text()
  const [id, create_time_ms] = [integer(), integer()]
  const [size, price] = [decimalOrInteger(), decimal()]
  const is_internal = optional(boolean())
  const result = exactly({ id, create_time_ms, contract, size, price, is_internal })
  const read = compileShape({ channel: literal('futures.trades'), event: update(), result })
  return (data, receivedAt) => {
    if (!read(data) || (is_internal.isPresent && is_internal.value === 1)) return null
    const instrument = lookup.perpetual.get(names.find(data, contract))
    if (!instrument) return null
    const quantity = quantityOf(size, instrument)
    const event: Trade = {
      kind: 'trade',
      instrument,
      tradeId: String(id.value),
      price: price.value,
      quantity: Math.abs(quantity),
      side: quantity > 0 ? 'BUY' : 'SELL',
      exchangeAt: create_time_ms.value,
      receivedAt,
    }
    return isPossibleTrade(event) ? eventsOf([event]) : null
  }
}

function readSpotCandle(lookup: InstrumentLookup, names: Names, topics: CandleTopics): Reader {
  const n = text()
  const [time, time_ms] = [optional(integer()), optional(integer())]
  const [t, o, h, l, c, v, a] = [decimal(), decimal(), decimal(), decimal(), decimal(), decimal(), optional(decimal())]
  const w = optional(boolean())
  const read = compileShape({
    time,
    time_ms,
    channel: literal('spot.candlesticks'),
    event: update(),
    result: { t, n, o, h, l, c, v, a, w },
  })
  return (data, receivedAt) => {
    if (!read(data)) return null
    const name = names.find(data, n)
    const topic = topics.get(name) ?? newCandleTopic(name, lookup.spot, topics)
    const instrument = topic && lookup.spot.get(topic.nativeName)
    // without base volume (2021) it can be told from the price only where there was one
    if (!instrument || (!a.isPresent && h.value !== l.value)) return null
    const event: Kline = {
      kind: 'kline',
      instrument,
      period: topic.period,
      openTime: t.value * 1000,
      open: o.value,
      high: h.value,
      low: l.value,
      close: c.value,
      volume: a.isPresent ? a.value : baseVolumeAt(h.value, v.value),
      quoteVolume: v.value,
      isClosed: w.isPresent && w.value === 1,
      exchangeAt: sentAt(time_ms, time),
      receivedAt,
    }
    if (!isPossibleCandle(event, topic)) return null
    return w.isPresent ? eventsOf([event]) : closing(event, topic)
  }
}

function readPerpetualCandle(lookup: InstrumentLookup, names: Names, topics: CandleTopics): Reader {
  const n = text()
  const [time, time_ms, t] = [optional(integer()), optional(integer()), integer()]
  const [o, h, l, c, v] = [decimal(), decimal(), decimal(), decimal(), decimalOrInteger()]
  const w = optional(boolean())
  const read = compileShape({
    time,
    time_ms,
    channel: literal('futures.candlesticks'),
    event: update(),
    result: exactly({ t, n, o, h, l, c, v, w }),
  })
  return (data, receivedAt) => {
    if (!read(data)) return null
    const name = names.find(data, n)
    const topic = topics.get(name) ?? newCandleTopic(name, lookup.perpetual, topics)
    const instrument = topic && lookup.perpetual.get(topic.nativeName)
    if (!instrument) return null
    const event: Kline = {
      kind: 'kline',
      instrument,
      period: topic.period,
      openTime: t.value * 1000,
      open: o.value,
      high: h.value,
      low: l.value,
      close: c.value,
      volume: quantityOf(v, instrument),
      quoteVolume: null,
      isClosed: w.isPresent && w.value === 1,
      exchangeAt: sentAt(time_ms, time),
      receivedAt,
    }
    if (!isPossibleCandle(event, topic)) return null
    return w.isPresent ? eventsOf([event]) : closing(event, topic)
  }
}

/** Epoch ms; NaN where the frame does not tell. */
const sentAt = (timeMs: Field, time: Field): EpochMs =>
  timeMs.isPresent ? timeMs.value : time.isPresent ? time.value * 1000 : Number.NaN

/** Candles without the flag are closed by the next one. */
function closing(event: Kline, topic: CandleTopic): Normalized {
  const events = withClosed(event, topic)
  return events.length === 0 ? ignored : eventsOf(events)
}
