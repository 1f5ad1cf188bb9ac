/**
 * The subscribed streams read from their bytes, for frames as Binance nearly always sends them; `normalize.ts` reads any frame, says
 * what is wrong with one, and documents each. Both make their events by the same functions.
 */
import type { Instrument } from '../../../shared/domain/index.ts'
import type { InstrumentLookup } from '../contract.ts'
import { Names } from '../names.ts'
import { boolean, compileShape, decimal, ending, type Field, integer, optional, type Reader, text } from '../scan.ts'
import { bookTicker, channelOf, klineOf, one, periodOfChannel, trade } from './normalize.ts'

type Instruments = ReadonlyMap<string, Instrument>

export function createReaders(feed: string, lookup: InstrumentLookup): readonly Reader[] {
  const names = new Names()
  return feed === 'spot'
    ? [
        readSpotBookTicker(lookup.spot, names),
        readTrade('@trade', 't', lookup.spot, names),
        readTrade('@aggTrade', 'a', lookup.spot, names),
        readKline(lookup.spot, names),
      ]
    : [
        readPerpetualBookTicker(lookup.perpetual, names),
        readTrade('@aggTrade', 'a', lookup.perpetual, names),
        readKline(lookup.perpetual, names),
      ]
}

/** 1 or absent: USD-M. What is COIN-M's is left to the normalizer to ignore. */
const isForeign = (st: Field): boolean => st.isPresent && st.value !== 1

function readSpotBookTicker(instruments: Instruments, names: Names): Reader {
  const s = text()
  const [b, B, a, A] = [decimal(), decimal(), decimal(), decimal()]
  const read = compileShape({ stream: ending('@bookTicker'), data: { s, b, B, a, A } })
  return (data, receivedAt) => {
    if (!read(data)) return null
    const instrument = instruments.get(names.find(data, s))
    if (instrument === undefined) return null
    const event = bookTicker(instrument, b.value, B.value, a.value, A.value, null, receivedAt)
    return event && one(event)
  }
}

function readPerpetualBookTicker(instruments: Instruments, names: Names): Reader {
  const s = text()
  const [b, B, a, A] = [decimal(), decimal(), decimal(), decimal()]
  const T = integer()
  const st = optional(integer())
  const read = compileShape({ stream: ending('@bookTicker'), data: { s, b, B, a, A, T, st } })
  return (data, receivedAt) => {
    if (!read(data) || isForeign(st)) return null
    const instrument = instruments.get(names.find(data, s))
    if (instrument === undefined) return null
    const event = bookTicker(instrument, b.value, B.value, a.value, A.value, T.value, receivedAt)
    return event && one(event)
  }
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
