/** Full order books of `book.{instrument}.50`: the stream brings the whole and then its changes. */
import type { EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { Normalized } from '../contract.ts'
import type { BookRules } from '../depth.ts'
import { createDepthReader } from '../depth-levels.ts'
import { numberOf, timeOf } from './fields.ts'
import { BookChangePush, BookPush } from './schemas.ts'
import { bookIntervalMs, bookLevels } from './subscribe.ts'

/**
 * `result` of channels `book` and `book.update`.
 *
 * In      {"instrument_name":"ETHUSD-PERP","channel":"book","depth":50,"data":[{"asks":[["2749.62","0.2008","2"]],"bids":[...],
 *           "t":1790114273395,"tt":1790114273346,"u":375554806244928,"cs":-1183713967}]}
 *         {...,"channel":"book.update","data":[{"update":{"asks":[["2750.20","0","0"]],"bids":[]},"t":...,"u":375554807336512,
 *           "pu":375554807297984,"cs":1522984915}]}
 * Out     one depth; its ids are both u, previousId = pu; a size of 0 deletes; exchangeAt = t, when it was published
 * Empty   without any change a message comes about every 5 s, which names itself as the one before
 * Note    `cs` is a checksum that is documented nowhere and of no known layout: not read
 * Rejects schema (no ids, more rows than one) · unknownInstrument · value (see createDepthReader)
 * Source  "book.{instrument_name}.{depth}"; fixture documented/CRYPTOCOM.ndjson
 */
export function createDepthNormalizer(
  find: (name: string) => Instrument | undefined,
): (result: unknown, isSnapshot: boolean, receivedAt: EpochMs) => Normalized {
  const read = createDepthReader()
  return (result, isSnapshot, receivedAt) => {
    const parsed = isSnapshot ? BookPush.safeParse(result) : BookChangePush.safeParse(result)
    if (!parsed.success)
      return { kind: 'rejected', reason: 'schema', detail: parsed.error.issues[0]?.message ?? 'no book' }
    const { instrument_name: name, data } = parsed.data
    const instrument = find(name)
    if (!instrument) return { kind: 'rejected', reason: 'unknownInstrument', detail: name }
    const [row] = data
    const { bids, asks } = 'update' in row ? row.update : row
    const id = numberOf(row.u)
    return read({
      instrument,
      isSnapshot,
      firstId: id,
      lastId: id,
      previousId: 'pu' in row ? numberOf(row.pu) : null,
      bids,
      asks,
      exchangeAt: timeOf(row.t),
      receivedAt,
    })
  }
}

/**
 * Each message names the one before it, and ids leap, so that nothing but that name tells whether one was lost. Only the very message
 * that was applied last is old: should the ids ever begin anew lower, taking lower ones for old would hide all that follows.
 */
export const bookRules: BookRules = {
  snapshot: null,
  follows({ isSnapshot, lastId, previousId }, known) {
    if (isSnapshot || previousId === known) return 'next'
    return lastId === known ? 'old' : 'gap'
  },
  levels: bookLevels,
  intervalMs: bookIntervalMs,
}
