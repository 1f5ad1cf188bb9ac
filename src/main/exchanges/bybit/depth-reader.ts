/**
 * Order book changes read from their bytes, topic `orderbook.200`; `depth.ts` reads any frame and documents them. Spot writes `ts` before
 * `type`, linear behind it; both orders are taken. Fixture documented/BYBIT.ndjson.
 */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { InstrumentLookup } from '../contract.ts'
import { DepthReading } from '../depth-reading.ts'
import { type Declared, layout } from '../layout.ts'
import { instrument, integer, levels, oneOf, text, unread } from '../layout-slots.ts'
import { firstIdOfService } from './depth.ts'
import { bookPrefix } from './subscribe.ts'

export function readDepth(instruments: InstrumentLookup['spot']): Declared {
  const depth = new DepthReading()
  const symbol = instrument((name) => instruments.get(name))
  const [ts, u] = [integer(), integer()]
  const head = oneOf(
    layout`"type":"delta","ts":${ts}`,
    layout`"ts":${ts},"type":"delta"`,
    layout`"type":"snapshot","ts":${ts}`,
    layout`"ts":${ts},"type":"snapshot"`,
  )
  const firstSnapshot = 2
  const sides = layout`"b":${levels(depth.bids, symbol)},"a":${levels(depth.asks, symbol)}`
  const frame = layout`{"topic":"${bookPrefix}${text()}",${head},"data":{"s":"${symbol}",${sides},"u":${u},"seq":${unread()}},"cts":${unread()}}`
  const become = (receivedAt: EpochMs) => {
    const id = u.value
    const isSnapshot = head.chosen >= firstSnapshot || id === firstIdOfService
    return depth.update(symbol.instrument, isSnapshot, id, id, null, ts.value, receivedAt)
  }
  return { frame, become }
}
