/** Full books: changes by stream, the whole by REST, and the rules by which one follows on the other. */
import type { EpochMs, MarketKind } from '../../../shared/domain/index.ts'
import type { InstrumentLookup, Normalized } from '../contract.ts'
import type { BookRules } from '../depth.ts'
import { createDepthReader, readSnapshot } from '../depth-levels.ts'
import { depthLevels, perpetualDepthWeight, perpetualRest, spotDepthWeight, spotRest } from './endpoints.ts'
import { PerpetualDepth, PerpetualDepthBody, problemOf, SpotDepth, SpotDepthBody } from './schemas.ts'

/** What a stream wraps as `data`, of the stream of that name. */
type ReadPayload = (stream: string, payload: unknown, receivedAt: EpochMs) => Normalized

const rejected = (reason: 'schema' | 'unknownInstrument', detail: string): Normalized => ({
  kind: 'rejected',
  reason,
  detail,
})

export const createDepthNormalizer = (feed: string, lookup: InstrumentLookup): ReadPayload =>
  feed === 'spot' ? spotDepth(lookup.spot) : perpetualDepth(lookup.perpetual)

/**
 * In      {"stream":"nknusdt@depth@100ms","data":{"e":"depthUpdate","E":1633998513366,"s":"NKNUSDT","U":499869765,"u":499869767,
 *         "b":[["0.35120000","6567.00000000"]],"a":[["0.35340000","0.00000000"]]}}
 * Out     one depth, never a snapshot; quantities in base asset, as they are now, 0 where the level is gone; exchangeAt = E
 * Rejects schema · unknownInstrument · value (see createDepthReader)
 * Source  web-socket-streams.md, "Diff. Depth Stream"; fixture binance/ws_spot.ndjson
 */
function spotDepth(instruments: InstrumentLookup['spot']): ReadPayload {
  const read = createDepthReader()
  return (stream, payload, receivedAt) => {
    const parsed = SpotDepth.safeParse(payload)
    if (!parsed.success) return rejected('schema', `${stream}: ${problemOf(parsed.error.issues)}`)
    const { E: exchangeAt, s, U: firstId, u: lastId, b: bids, a: asks } = parsed.data
    const instrument = instruments.get(s)
    if (instrument === undefined) return rejected('unknownInstrument', s)
    return read({
      instrument,
      isSnapshot: false,
      firstId,
      lastId,
      previousId: null,
      bids,
      asks,
      exchangeAt,
      receivedAt,
    })
  }
}

/**
 * In      {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1789465500123,"T":1789465500120,"s":"BTCUSDT",
 *         "U":11563389053377,"u":11563389081061,"pu":11563389052953,"b":[["76888.00","6.760"]],"a":[["76888.10","3.064"]],"st":1}}
 * Out     one depth, never a snapshot; ids count the changes of all contracts; previousId = pu; exchangeAt = T, when the book
 *         changed; the contract multiplier is 1. What is COIN-M's (`st` 2) is ignored
 * Rejects schema · unknownInstrument · value (see createDepthReader)
 * Source  USD-M documentation, "Diff. Book Depth Streams"; fixture binance/ws_perpetual.ndjson
 */
function perpetualDepth(instruments: InstrumentLookup['perpetual']): ReadPayload {
  const read = createDepthReader()
  return (stream, payload, receivedAt) => {
    const parsed = PerpetualDepth.safeParse(payload)
    if (!parsed.success) return rejected('schema', `${stream}: ${problemOf(parsed.error.issues)}`)
    const { T: exchangeAt, s, U: firstId, u: lastId, pu: previousId, b: bids, a: asks, st } = parsed.data
    if (st !== undefined && st !== 1) return { kind: 'control', control: { type: 'ignored' } }
    const instrument = instruments.get(s)
    if (instrument === undefined) return rejected('unknownInstrument', s)
    return read({ instrument, isSnapshot: false, firstId, lastId, previousId, bids, asks, exchangeAt, receivedAt })
  }
}

/**
 * Spot: GET /api/v3/depth, then each message begins at the latest with the change after the last one known. Quantities are absolute,
 * so that one which begins earlier does no harm.
 * Source: web-socket-streams.md, "How to manage a local order book correctly"
 */
const spotRules: BookRules = {
  snapshot: (instrument) => ({
    url: `${spotRest}/api/v3/depth`,
    query: [
      ['symbol', instrument.nativeName],
      ['limit', String(depthLevels)],
    ],
    pool: 'spot',
    weight: spotDepthWeight,
    parse: (body) =>
      readSnapshot(SpotDepthBody, body, instrument, ({ lastUpdateId, bids, asks }) => ({
        lastId: lastUpdateId,
        bids,
        asks,
        exchangeAt: null,
      })),
  }),
  follows({ firstId, lastId }, known) {
    if (lastId <= known) return 'old'
    return firstId <= known + 1 ? 'next' : 'gap'
  },
  levels: null,
  intervalMs: 100,
}

/**
 * Futures: GET /fapi/v1/depth, then each message names the one before it, since ids count the changes of all contracts: `U` is not
 * the last `u` + 1. The first after the snapshot spans its id, or (seen live, not documented) names it as the one before.
 * Source: USD-M documentation, "How to manage a local order book correctly"
 */
const perpetualRules: BookRules = {
  snapshot: (instrument) => ({
    url: `${perpetualRest}/fapi/v1/depth`,
    query: [
      ['symbol', instrument.nativeName],
      ['limit', String(depthLevels)],
    ],
    pool: 'perpetual',
    weight: perpetualDepthWeight,
    parse: (body) =>
      readSnapshot(PerpetualDepthBody, body, instrument, ({ lastUpdateId, T, bids, asks }) => ({
        lastId: lastUpdateId,
        bids,
        asks,
        exchangeAt: T,
      })),
  }),
  follows({ firstId, lastId, previousId }, known, isFirst) {
    if (previousId === known) return 'next'
    if (isFirst && firstId <= known && lastId >= known) return 'next'
    return lastId <= known ? 'old' : 'gap'
  },
  levels: null,
  intervalMs: 100,
}

export const bookRules = (kind: MarketKind): BookRules => (kind === 'spot' ? spotRules : perpetualRules)
