/** Full books of `books`: the stream brings the whole and then its changes. */
import { parseDecimal } from '../../../shared/decimal.ts'
import type { EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { Normalized } from '../contract.ts'
import type { BookRules } from '../depth.ts'
import { createDepthReader } from '../depth-levels.ts'
import { BooksFrame } from './schemas.ts'

/**
 * In      {"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["30243.5","1.2112","0","4"]],"bids":[],
 *         "ts":"1597026383185","checksum":0,"prevSeqId":123456,"seqId":123457}]}
 * Out     one depth; a snapshot where `action` says so. One id names a message: first and last are seqId. previousId = prevSeqId, of a
 *         snapshot (where it is -1) null. Sizes of swaps are contracts, multiplied out; "0" deletes; exchangeAt = ts
 * Not     `checksum`: fixed at 0 since June 2026, so it is not validated; ids alone tell that nothing is missing
 * Rejects schema (no ids, as before 2023; more rows than one) · unknownInstrument · value (see createDepthReader)
 * Source  "Order book channel"; fixture okx/ws_public.ndjson (recorded in 2022, still without ids)
 */
export function createDepthNormalizer(
  find: (instId: string) => Instrument | undefined,
): (json: unknown, receivedAt: EpochMs) => Normalized {
  const read = createDepthReader()
  return (json, receivedAt) => {
    const frame = BooksFrame.safeParse(json)
    if (!frame.success)
      return { kind: 'rejected', reason: 'schema', detail: frame.error.issues[0]?.message ?? 'no books' }
    const { arg, action, data } = frame.data
    const instrument = find(arg.instId)
    if (!instrument) return { kind: 'rejected', reason: 'unknownInstrument', detail: arg.instId }
    const [{ bids, asks, ts, prevSeqId, seqId }] = data
    const isSnapshot = action === 'snapshot'
    return read({
      instrument,
      isSnapshot,
      firstId: seqId,
      lastId: seqId,
      previousId: isSnapshot ? null : prevSeqId,
      bids,
      asks,
      exchangeAt: parseDecimal(ts),
      receivedAt,
    })
  }
}

/**
 * Each message names the one before it. A book without changes is told so about once a minute, by a message that names itself as the
 * one before; maintenance begins the ids anew, by one whose id is below the one before. That an id is lower than what the book knows
 * therefore does not make a message old: after a lost beginning anew all of them would seem so. Only the very one that was
 * applied last is.
 */
export const bookRules: BookRules = {
  snapshot: null,
  follows({ isSnapshot, lastId, previousId }, known) {
    if (isSnapshot || previousId === known) return 'next'
    return lastId === known ? 'old' : 'gap'
  },
  levels: 400,
  intervalMs: 100,
}
