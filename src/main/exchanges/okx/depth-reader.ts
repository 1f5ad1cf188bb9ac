/**
 * Order book changes read from their bytes, channel `books`; `depth.ts` reads any frame and documents them. The documents show
 * `prevSeqId` before `seqId`; both orders are taken. Fixtures okx/documented.ndjson, okx/ws_public.ndjson (of 2022, without ids).
 */
import type { EpochMs } from '../../../shared/domain/index.ts'
import { DepthReading } from '../depth-reading.ts'
import { type Declared, layout } from '../layout.ts'
import { type FindInstrument, instrument, integer, levels, oneOf } from '../layout-slots.ts'

/** Behind price and size of a level: the deprecated "0" and the number of orders. */
const furtherTexts = 2

export function readDepth(find: FindInstrument): Declared {
  const depth = new DepthReading()
  const instId = instrument(find)
  const [ts, prevSeqId, seqId] = [integer(), integer(), integer()]
  const asks = levels(depth.asks, instId, furtherTexts)
  const bids = levels(depth.bids, instId, furtherTexts)
  const action = oneOf(layout`snapshot`, layout`update`)
  const ids = oneOf(
    layout`"checksum":${integer()},"prevSeqId":${prevSeqId},"seqId":${seqId}`,
    layout`"checksum":${integer()},"seqId":${seqId},"prevSeqId":${prevSeqId}`,
  )
  const frame = layout`{"arg":{"channel":"books","instId":"${instId}"},"action":"${action}","data":[{"asks":${asks},"bids":${bids},"ts":"${ts}",${ids}}]}`
  const become = (receivedAt: EpochMs) => {
    const isSnapshot = action.chosen === 0
    const previousId = isSnapshot ? null : prevSeqId.value
    return depth.update(instId.instrument, isSnapshot, seqId.value, seqId.value, previousId, ts.value, receivedAt)
  }
  return { frame, become }
}
