/**
 * Order book changes read from their bytes: `spot.obu` and `futures.obu`, whole books (`full`) and changes, which may have no levels;
 * `depth.ts` reads any frame and documents them. Two orders of keys: the documents show spot frames with `time_ms` and `event`
 * behind `result`, futures frames with all before it (fixture gate/ws_documented.ndjson).
 */
import type { EpochMs } from '../../../shared/domain/index.ts'
import { DepthReading } from '../depth-reading.ts'
import { type Declared, layout } from '../layout.ts'
import { type FindInstrument, instrument, integer, levels, oneOf, optional, unread } from '../layout-slots.ts'

export const readSpotDepth = (find: FindInstrument): Declared => readDepth('spot.obu', find)

export const readPerpetualDepth = (find: FindInstrument): Declared => readDepth('futures.obu', find)

function readDepth(channel: 'spot.obu' | 'futures.obu', find: FindInstrument): Declared {
  const depth = new DepthReading()
  const symbol = instrument(find)
  const [t, U, u] = [integer(), integer(), integer()]
  const name = layout`"s":"ob.${symbol}.400"`
  const sides = layout`,"b":${levels(depth.bids, symbol)},"a":${levels(depth.asks, symbol)}`
  // Only a change may have none.
  const book = oneOf(layout`"full":true,${name},"u":${u}${sides}`, layout`${name},"U":${U},"u":${u}${optional(sides)}`)
  const result = layout`"result":{"t":${t},${book}}`
  const milliseconds = optional(layout`"time_ms":${unread()},`)
  const order = oneOf(
    layout`"time":${unread()},${milliseconds}"channel":"${channel}","event":"update",${result}`,
    layout`"channel":"${channel}",${result},"time_ms":${unread()},"event":"update"`,
  )
  const become = (receivedAt: EpochMs) => {
    const isSnapshot = book.chosen === 0
    const firstId = isSnapshot ? u.value : U.value
    return depth.update(symbol.instrument, isSnapshot, firstId, u.value, null, t.value, receivedAt)
  }
  return { frame: layout`{${order}}`, become }
}
