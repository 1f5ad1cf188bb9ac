/**
 * The subscribed streams read from their bytes, for frames as Binance nearly always sends them; `normalize.ts` reads any frame, says
 * what is wrong with one, and documents each. Both make their events by the same functions.
 */
import type { EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { InstrumentLookup } from '../contract.ts'
import { type Declared, layout, readLayouts } from '../layout.ts'
import type { FindInstrument } from '../layout-slots.ts'
import * as slot from '../layout-slots.ts'
import { Names } from '../names.ts'
import { boolean, compileShape, decimal, ending, type Field, integer, optional, type Reader, text } from '../scan.ts'
import { readPerpetualDepth, readSpotDepth } from './depth-reader.ts'
import { bookTicker, channelOf, klineOf, one, periodOfChannel, trade } from './normalize.ts'

type Instruments = ReadonlyMap<string, Instrument>

export function createReaders(feed: string, lookup: InstrumentLookup): readonly Reader[] {
  const names = new Names()
  const instruments = feed === 'spot' ? lookup.spot : lookup.perpetual
  const find: FindInstrument = (name) => instruments.get(name)
  return feed === 'spot'
    ? [
        readLayouts(readSpotBookTicker(find), readSpotDepth(find)),
        readTrade('@trade', 't', lookup.spot, names),
        readTrade('@aggTrade', 'a', lookup.spot, names),
        readKline(lookup.spot, names),
      ]
    : [
        readLayouts(readPerpetualBookTicker(find), readPerpetualDepth(find)),
        readTrade('@aggTrade', 'a', lookup.perpetual, names),
        readKline(lookup.perpetual, names),
      ]
}

/** 1 or absent: USD-M. What is COIN-M's is left to the normalizer to ignore. */
const isForeign = (st: Field): boolean => st.isPresent && st.value !== 1

function readSpotBookTicker(find: FindInstrument): Declared {
  const symbol = slot.instrument(find)
  const [b, B, a, A] = [slot.decimal(), slot.decimal(), slot.decimal(), slot.decimal()]
  const quote = layout`"b":"${b}","B":"${B}","a":"${a}","A":"${A}"`
  const frame = layout`{"stream":"${slot.name()}@bookTicker","data":{"u":${slot.unread()},"s":"${symbol}",${quote}}}`
  const become = (receivedAt: EpochMs) => {
    if (symbol.instrument === null) return null
    const event = bookTicker(symbol.instrument, b.value, B.value, a.value, A.value, null, receivedAt)
    return event && one(event)
  }
  return { frame, become }
}

/** `ps` and `st` came in 2026. */
function readPerpetualBookTicker(find: FindInstrument): Declared {
  const symbol = slot.instrument(find)
  const [b, B, a, A] = [slot.decimal(), slot.decimal(), slot.decimal(), slot.decimal()]
  const T = slot.integer()
  const quote = layout`"b":"${b}","B":"${B}","a":"${a}","A":"${A}"`
  const ps = slot.optional(layout`,"ps":"${slot.text()}"`)
  const st = slot.optional(layout`,"st":1`)
  const data = layout`"u":${slot.unread()},"s":"${symbol}"${ps},${quote},"T":${T},"E":${slot.unread()}${st}`
  const frame = layout`{"stream":"${slot.name()}@bookTicker","data":{"e":"bookTicker",${data}}}`
  const become = (receivedAt: EpochMs) => {
    if (symbol.instrument === null) return null
    const event = bookTicker(symbol.instrument, b.value, B.value, a.value, A.value, T.value, receivedAt)
    return event && one(event)
  }
  return { frame, become }
}

/** Single and aggregate trades differ in the stream's name and in the key of the id. */
function readTrade(stream: '@trade' | '@aggTrade', idKey: 't' | 'a', instruments: Instruments, names: Names): Reader {
  const s = text()
  const [id, T] = [integer(), integer()]
  const [p, q] = [decimal(), decimal()]
  const m = boolean()
  const st = optional(integer())
  const read = compileShape({ stream: ending(stream), data: { s, [idKey]: id, p, q, T, m, st } })
  return (data, receivedAt) => {
    if (!read(data) || isForeign(st)) return null
    const instrument = instruments.get(names.find(data, s))
    if (instrument === undefined) return null
    const event = trade(instrument, id.value, p.value, q.value, m.value === 1, T.value, receivedAt)
    return event && one(event)
  }
}

function readKline(instruments: Instruments, names: Names): Reader {
  const [stream, s, i] = [text(), text(), text()]
  const [E, t] = [integer(), integer()]
  const [o, h, l, c, v, q] = [decimal(), decimal(), decimal(), decimal(), decimal(), decimal()]
  const x = boolean()
  const st = optional(integer())
  const read = compileShape({ stream, data: { E, s, k: { t, i, o, h, l, c, v, q, x }, st } })
  return (data, receivedAt) => {
    if (!read(data) || isForeign(st)) return null
    const period = periodOfChannel.get(channelOf(names.find(data, stream)))
    if (period === undefined || names.find(data, i) !== period) return null
    const instrument = instruments.get(names.find(data, s))
    if (instrument === undefined) return null
    const candle = {
      openTime: t.value,
      open: o.value,
      high: h.value,
      low: l.value,
      close: c.value,
      volume: v.value,
      quoteVolume: q.value,
    }
    const event = klineOf(instrument, period, candle, x.value === 1, E.value, receivedAt)
    return event && one(event)
  }
}
