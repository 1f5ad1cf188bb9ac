/**
 * The subscribed channels read from their bytes, for frames as OKX nearly always sends them: one element of `data`, one level a
 * side. `normalize.ts` reads any frame, says what is wrong with one, and documents each. Both make their events by the same
 * functions.
 */
import { exactProduct } from '../../../shared/decimal.ts'
import { type EpochMs, type MarketEvent, type Period, periods } from '../../../shared/domain/index.ts'
import type { InstrumentLookup, Normalized } from '../contract.ts'
import { type Declared, layout, readLayouts } from '../layout.ts'
import type { FindInstrument } from '../layout-slots.ts'
import * as slot from '../layout-slots.ts'
import { fieldIs, Names, textOf } from '../names.ts'
import { absent, beginning, compileShape, decimal, exactly, literal, type Reader, text } from '../scan.ts'
import { readDepth } from './depth-reader.ts'
import { bookTicker, find, isSound, klineOf, sizeScaleOf, trade } from './normalize.ts'
import { bars } from './subscribe.ts'

export function createReaders(feed: string, lookup: InstrumentLookup): readonly Reader[] {
  const names = new Names()
  const found: FindInstrument = (name) => find(lookup, name)
  return feed === 'business'
    ? [readCandle(lookup, names)]
    : [readLayouts(readBookTicker(found), readDepth(found)), readTrade(lookup, names), readTicker(lookup, names)]
}

/** Behind price and size of a level: the deprecated "0" and the number of orders. Documented with and without the ids. */
function readBookTicker(found: FindInstrument): Declared {
  const instId = slot.instrument(found)
  const [bidPx, bidSz, askPx, askSz] = [slot.decimal(), slot.decimal(), slot.decimal(), slot.decimal()]
  const ts = slot.integer()
  const further = layout`"${slot.text()}","${slot.text()}"`
  const sides = layout`"asks":[["${askPx}","${askSz}",${further}]],"bids":[["${bidPx}","${bidSz}",${further}]]`
  const checksum = slot.optional(layout`,"checksum":${slot.integer()}`)
  const seqId = slot.optional(layout`,"seqId":${slot.unread()}`)
  const row = layout`{${sides},"ts":"${ts}"${checksum}${seqId}}`
  const frame = layout`{"arg":{"channel":"bbo-tbt","instId":"${instId}"},"data":[${row}]}`
  const become = (receivedAt: EpochMs) => {
    if (instId.instrument === null) return null
    const scale = sizeScaleOf(instId.instrument)
    const bidQuantity = exactProduct(bidSz.digits, bidSz.places, scale)
    const askQuantity = exactProduct(askSz.digits, askSz.places, scale)
    return one(bookTicker(instId.instrument, bidPx.value, bidQuantity, askPx.value, askQuantity, ts.value, receivedAt))
  }
  return { frame, become }
}

function readTicker(lookup: InstrumentLookup, names: Names): Reader {
  const instId = text()
  const [bidPx, bidSz, askPx, askSz, ts] = [decimal(), decimal(), decimal(), decimal(), decimal()]
  const read = compileShape({
    arg: { channel: literal('tickers'), instId },
    event: absent(),
    data: exactly({ askPx, askSz, bidPx, bidSz, ts }),
  })
  return (data, receivedAt) => {
    if (!read(data)) return null
    const instrument = find(lookup, names.find(data, instId))
    if (!instrument) return null
    const scale = sizeScaleOf(instrument)
    const bidQuantity = exactProduct(bidSz.digits, bidSz.places, scale)
    const askQuantity = exactProduct(askSz.digits, askSz.places, scale)
    return one(bookTicker(instrument, bidPx.value, bidQuantity, askPx.value, askQuantity, ts.value, receivedAt))
  }
}

function readTrade(lookup: InstrumentLookup, names: Names): Reader {
  const [instId, tradeId, side] = [text(), text(), text()]
  const [px, sz, ts] = [decimal(), decimal(), decimal()]
  const read = compileShape({
    arg: { channel: literal('trades'), instId },
    event: absent(),
    data: exactly({ tradeId, px, sz, side, ts }),
  })
  return (data, receivedAt) => {
    if (!read(data)) return null
    const instrument = find(lookup, names.find(data, instId))
    if (!instrument) return null
    const quantity = exactProduct(sz.digits, sz.places, sizeScaleOf(instrument))
    const taker = fieldIs(data, side, 'buy') ? 'BUY' : fieldIs(data, side, 'sell') ? 'SELL' : null
    return one(trade(instrument, textOf(data, tradeId), px.value, quantity, taker, ts.value, receivedAt))
  }
}

const periodOfChannel: ReadonlyMap<string, Period> = new Map(periods.map((period) => [`candle${bars[period]}`, period]))

function readCandle(lookup: InstrumentLookup, names: Names): Reader {
  const [channel, instId, confirm] = [text(), text(), text()]
  const [ts, o, h, l, c] = [decimal(), decimal(), decimal(), decimal(), decimal()]
  const [vol, volCcy, volCcyQuote] = [decimal(), decimal(), decimal()]
  const read = compileShape({
    arg: { channel, instId },
    event: absent(),
    data: exactly(beginning(ts, o, h, l, c, vol, volCcy, volCcyQuote, confirm)),
  })
  return (data, receivedAt) => {
    if (!read(data)) return null
    const period = periodOfChannel.get(names.find(data, channel))
    const instrument = find(lookup, names.find(data, instId))
    const isClosed = fieldIs(data, confirm, '1')
    if (period === undefined || !instrument || (!isClosed && !fieldIs(data, confirm, '0'))) return null
    const isSwap = instrument.kind === 'perpetual'
    const candle = {
      openTime: ts.value,
      open: o.value,
      high: h.value,
      low: l.value,
      close: c.value,
      volume: isSwap ? volCcy.value : vol.value,
      quoteVolume: isSwap ? volCcyQuote.value : volCcy.value,
    }
    return isSound(candle) ? one(klineOf(instrument, period, candle, isClosed, receivedAt)) : null
  }
}

const one = (event: MarketEvent | null): Normalized | null => event && { kind: 'events', events: [event] }
