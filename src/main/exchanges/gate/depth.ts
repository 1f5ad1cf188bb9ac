/** Full books of `spot.obu` and `futures.obu`: the stream brings the whole and then its changes. */
import type { EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { Normalized } from '../contract.ts'
import type { BookRules } from '../depth.ts'
import { createDepthReader } from '../depth-levels.ts'
import { BookChanges, problemOf, WholeBook } from './schemas.ts'
import { nameOfBook } from './subscribe.ts'

/**
 * `result` of an update.
 *
 * In      {"t":1777275365213,"full":true,"s":"ob.XRP_USDT.400","u":9649549324,"b":[["1.414","1397.899"]],"a":[["1.415","17344.926"]]}
 *         {"t":1789455580280,"s":"ob.BTC_USDT.400","U":125033675975,"u":125033676003,"b":[["77222.9","648"]],"a":[["77235.2","0"]]}
 * Out     one depth; `full` is a snapshot, its ids both u. Sizes of futures are contracts, multiplied out; "0" deletes; exchangeAt = t
 * Empty   either side may be left out of changes where nothing changed there, unless the frame has a key that nobody knows
 * Silence an unknown symbol of obu is acknowledged all the same, and nothing ever comes
 * Rejects schema · unknownChannel (a book of another depth) · unknownInstrument · value (see createDepthReader)
 * Source  stream documents, "Order Book V2"; fixture gate/ws_documented.ndjson
 */
export function createDepthNormalizer(
  instruments: ReadonlyMap<string, Instrument>,
): (result: unknown, receivedAt: EpochMs) => Normalized {
  const read = createDepthReader()
  return (result, receivedAt) => {
    const isSnapshot = typeof result === 'object' && result !== null && 'full' in result && result.full === true
    const parsed = isSnapshot ? WholeBook.safeParse(result) : BookChanges.safeParse(result)
    if (!parsed.success) return { kind: 'rejected', reason: 'schema', detail: problemOf(parsed.error) }
    const { t: exchangeAt, s, u: lastId, b, a } = parsed.data
    const name = nameOfBook(s)
    if (name === undefined) return { kind: 'rejected', reason: 'unknownChannel', detail: `obu ${s.slice(0, 100)}` }
    const instrument = instruments.get(name)
    if (!instrument) return { kind: 'rejected', reason: 'unknownInstrument', detail: name }
    const firstId = 'U' in parsed.data ? parsed.data.U : lastId
    const [bids, asks] = [b ?? [], a ?? []]
    return read({ instrument, isSnapshot, firstId, lastId, previousId: null, bids, asks, exchangeAt, receivedAt })
  }
}

/** Each message begins with the change after the last one known; a whole book may come at any time and replaces it. */
export const bookRules: BookRules = {
  snapshot: null,
  follows({ isSnapshot, firstId, lastId }, known) {
    if (isSnapshot || firstId === known + 1) return 'next'
    return lastId <= known ? 'old' : 'gap'
  },
  levels: 400,
  intervalMs: 100,
}
