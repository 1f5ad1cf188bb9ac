/**
 * The subscribed channels read from their bytes, for frames as Bybit nearly always sends them: one element of `data`, one level a side.
 * `normalize.ts` reads any frame, says what is wrong with one, and documents each. Both make their events by the same functions.
 */
import type { EpochMs, MarketEvent } from '../../../shared/domain/index.ts'
import type { InstrumentLookup, Normalized } from '../contract.ts'
import { type Declared, layout, readLayouts } from '../layout.ts'
import * as slot from '../layout-slots.ts'
import { fieldIs, Names, textOf } from '../names.ts'
import { boolean, compileShape, decimal, exactly, integer, type Reader, text } from '../scan.ts'
import { readDepth } from './depth-reader.ts'
import { bookTicker, instrumentsOf, kline, klineTopicOf, trade } from './normalize.ts'
import { bestPrefix, tradePrefix } from './subscribe.ts'

type Instruments = InstrumentLookup['spot']

export function createReaders(feed: string, lookup: InstrumentLookup): readonly Reader[] {
  const names = new Names()
  const instruments = instrumentsOf(feed, lookup)
  return [
    readLayouts(readBookTicker(instruments), readDepth(instruments)),
    readTrade(instruments, names),
    readKline(instruments, names),
  ]
}

/** `ts` stands before `type` in frames of level 1; where it is the other way round the slow way reads them. */
function readBookTicker(instruments: Instruments): Declared {
  const symbol = slot.instrument((name) => instruments.get(name))
  const [bidPrice, bidSize, askPrice, askSize] = [slot.decimal(), slot.decimal(), slot.decimal(), slot.decimal()]
  const ts = slot.integer()
  const sides = layout`"b":[["${bidPrice}","${bidSize}"]],"a":[["${askPrice}","${askSize}"]]`
  const ids = layout`"u":${slot.unread()},"seq":${slot.unread()}},"cts":${slot.unread()}}`
  const frame = layout`{"topic":"${bestPrefix}${slot.text()}","ts":${ts},"type":"snapshot","data":{"s":"${symbol}",${sides},${ids}`
  const become = (receivedAt: EpochMs) =>
    symbol.instrument === null
      ? null
      : one(
          bookTicker(
            symbol.instrument,
            bidPrice.value,
            bidSize.value,
            askPrice.value,
            askSize.value,
            ts.value,
            receivedAt,
          ),
        )
  return { frame, become }
}

function readTrade(instruments: Instruments, names: Names): Reader {
  const [topic, s, S, i] = [text(), text(), text(), text()]
  const [p, v, T] = [decimal(), decimal(), integer()]
  const read = compileShape({ topic, data: exactly({ T, s, S, v, p, i }) })
  return (data, receivedAt) => {
    if (!read(data) || !names.find(data, topic).startsWith(tradePrefix)) return null
    const instrument = instruments.get(names.find(data, s))
    if (!instrument) return null
    const taker = fieldIs(data, S, 'Buy') ? 'BUY' : fieldIs(data, S, 'Sell') ? 'SELL' : null
    return one(trade(instrument, textOf(data, i), p.value, v.value, taker, T.value, receivedAt))
  }
}

function readKline(instruments: Instruments, names: Names): Reader {
  const topic = text()
  const [start, ts, confirm] = [integer(), integer(), boolean()]
  const [open, high, low, close, volume, turnover] = [decimal(), decimal(), decimal(), decimal(), decimal(), decimal()]
  const read = compileShape({
    topic,
    ts,
    data: exactly({ start, open, close, high, low, volume, turnover, confirm }),
  })
  return (data, receivedAt) => {
    if (!read(data)) return null
    const named = klineTopicOf(names.find(data, topic))
    const instrument = named && instruments.get(named.symbol)
    if (!named || !instrument) return null
    const candle = {
      openTime: start.value,
      open: open.value,
      high: high.value,
      low: low.value,
      close: close.value,
      volume: volume.value,
      quoteVolume: turnover.value,
    }
    return one(kline(instrument, named.period, candle, confirm.value === 1, ts.value, receivedAt))
  }
}

const one = (event: MarketEvent | null): Normalized | null => event && { kind: 'events', events: [event] }
