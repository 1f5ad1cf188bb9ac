/** Full books of `orderbook.200`: the stream brings the whole and then its changes. */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { InstrumentLookup, Normalized } from '../contract.ts'
import type { BookRules } from '../depth.ts'
import { createDepthReader } from '../depth-levels.ts'
import { BookFrame } from './schemas.ts'
import { bookLevels } from './subscribe.ts'

/** After a restart of the service the ids begin here, with a whole book. */
export const firstIdOfService = 1

/**
 * In      {"topic":"orderbook.200.BTCUSDT","type":"delta","ts":1687940967466,"data":{"s":"BTCUSDT","b":[["30247.20","30.028"]],
 *         "a":[["30248.70","0"]],"u":177400507,"seq":66544703342},"cts":1687940967464}
 * Out     one depth; a snapshot where `type` says so or the id is 1. One id names a message: first and last are `u`. "0" deletes; sizes
 *         are base asset; exchangeAt = ts, when Bybit made the message (`cts`, the matching engine's, is older where nothing changed)
 * Not     `seq`, which is common to all depths and has holes
 * Rejects schema · unknownInstrument · value (see createDepthReader)
 * Source  V5 documentation, "Orderbook"; fixture documented/BYBIT.ndjson
 */
export function createDepthNormalizer(
  instruments: InstrumentLookup['spot'],
): (json: unknown, receivedAt: EpochMs) => Normalized {
  const read = createDepthReader()
  return (json, receivedAt) => {
    const frame = BookFrame.safeParse(json)
    if (!frame.success) {
      const [issue] = frame.error.issues
      return { kind: 'rejected', reason: 'schema', detail: `${issue?.path.map(String).join('.')}: ${issue?.message}` }
    }
    const { type, ts, data } = frame.data
    const instrument = instruments.get(data.s)
    if (!instrument) return { kind: 'rejected', reason: 'unknownInstrument', detail: data.s }
    return read({
      instrument,
      isSnapshot: type === 'snapshot' || data.u === firstIdOfService,
      firstId: data.u,
      lastId: data.u,
      previousId: null,
      bids: data.b,
      asks: data.a,
      exchangeAt: ts,
      receivedAt,
    })
  }
}

/** So many messages back one may be that came twice; one further back belongs to a count begun anew whose beginning was lost. */
const mostRepeated = 16

/**
 * Ids of a topic rise by one with each message; a snapshot, first or later, begins anew. Bybit promises the row without holes of the ids
 * that REST shares with the deepest topic, and nothing of the others: should there be holes, the book is begun anew rather than doubted.
 */
export const bookRules: BookRules = {
  snapshot: null,
  follows({ isSnapshot, lastId }, known) {
    if (isSnapshot || lastId === known + 1) return 'next'
    return lastId <= known && lastId > known - mostRepeated ? 'old' : 'gap'
  },
  levels: bookLevels,
  intervalMs: 100,
}
