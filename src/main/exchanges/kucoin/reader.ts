/**
 * The busiest channels of spot read from their bytes: best quotes and books of 50 levels, which are 3 kB ten times a second each.
 * `normalize.ts` and `depth.ts` read any frame, say what is wrong with one, and document them. Fixture documented/KUCOIN.ndjson.
 */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { InstrumentLookup } from '../contract.ts'
import { DepthReading } from '../depth-reading.ts'
import { type Declared, layout, readLayouts } from '../layout.ts'
import { decimal, type FindInstrument, instrument, integer, levels } from '../layout-slots.ts'
import type { Reader } from '../scan.ts'
import { quoted } from './normalize.ts'
import { channels, spotFeed } from './subscribe.ts'

/** Futures write sizes as numbers of lots: the slow way reads them. */
export function createReaders(feed: string, lookup: InstrumentLookup): readonly Reader[] {
  if (feed !== spotFeed) return []
  const find: FindInstrument = (name) => lookup.spot.get(name)
  return [readLayouts(readBookTicker(find), readDepth(find))]
}

/** Where nobody quotes a side the slow way reads the frame. */
function readBookTicker(find: FindInstrument): Declared {
  const symbol = instrument(find)
  const [bidPrice, bidSize, askPrice, askSize] = [decimal(), decimal(), decimal(), decimal()]
  const timestamp = integer()
  const sides = layout`"asks":["${askPrice}","${askSize}"],"bids":["${bidPrice}","${bidSize}"]`
  const frame = layout`{"topic":"${channels.spot.book_ticker}:${symbol}","type":"message","subject":"level1","data":{${sides},"timestamp":${timestamp}}}`
  const become = (receivedAt: EpochMs) =>
    symbol.instrument === null
      ? null
      : quoted(
          symbol.instrument,
          bidPrice.value,
          bidSize.value,
          askPrice.value,
          askSize.value,
          timestamp.value,
          receivedAt,
        )
  return { frame, become }
}

function readDepth(find: FindInstrument): Declared {
  const depth = new DepthReading()
  const symbol = instrument(find)
  const timestamp = integer()
  const sides = layout`"asks":${levels(depth.asks, symbol)},"bids":${levels(depth.bids, symbol)}`
  const frame = layout`{"topic":"${channels.spot.order_book}:${symbol}","type":"message","subject":"level2","data":{${sides},"timestamp":${timestamp}}}`
  const become = (receivedAt: EpochMs) => {
    const at = timestamp.value
    return depth.update(symbol.instrument, true, at, at, null, at, receivedAt)
  }
  return { frame, become }
}
