/**
 * Order book changes read from their bytes, in the two forms that Binance sends them; `depth.ts` reads any frame and documents them.
 * Recorded: fixtures binance/ws_spot.ndjson and ws_perpetual.ndjson; `ps` and `st`: USD-M documentation, 2026.
 */
import type { EpochMs } from '../../../shared/domain/index.ts'
import { DepthReading } from '../depth-reading.ts'
import { type Declared, layout } from '../layout.ts'
import { type FindInstrument, instrument, integer, levels, optional, text, unread } from '../layout-slots.ts'

export function readSpotDepth(find: FindInstrument): Declared {
  const depth = new DepthReading()
  const symbol = instrument(find)
  const [E, U, u] = [integer(), integer(), integer()]
  const [b, a] = [levels(depth.bids, symbol), levels(depth.asks, symbol)]
  const frame = layout`{"stream":"${text()}@depth@100ms","data":{"e":"depthUpdate","E":${E},"s":"${symbol}","U":${U},"u":${u},"b":${b},"a":${a}}}`
  const become = (receivedAt: EpochMs) =>
    depth.update(symbol.instrument, false, U.value, u.value, null, E.value, receivedAt)
  return { frame, become }
}

/** `st` 1: USD-M; what is COIN-M's is left to the normalizer to ignore. */
export function readPerpetualDepth(find: FindInstrument): Declared {
  const depth = new DepthReading()
  const symbol = instrument(find)
  const [T, U, u, pu] = [integer(), integer(), integer(), integer()]
  const [b, a] = [levels(depth.bids, symbol), levels(depth.asks, symbol)]
  const ps = optional(layout`,"ps":"${text()}"`)
  const st = optional(layout`,"st":1`)
  const frame = layout`{"stream":"${text()}@depth@100ms","data":{"e":"depthUpdate","E":${unread()},"T":${T},"s":"${symbol}"${ps},"U":${U},"u":${u},"pu":${pu},"b":${b},"a":${a}${st}}}`
  const become = (receivedAt: EpochMs) =>
    depth.update(symbol.instrument, false, U.value, u.value, pu.value, T.value, receivedAt)
  return { frame, become }
}
