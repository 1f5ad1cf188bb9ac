/** Full books: changes as protobuf pushes, the whole by REST, and the rules by which one follows on the other. */
import type { EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { Normalized } from '../contract.ts'
import type { BookRules } from '../depth.ts'
import { createDepthReader, readSnapshot, type TextLevel } from '../depth-levels.ts'
import { call } from './calls.ts'
import { depthLevels } from './endpoints.ts'
import { DepthPush, DepthReply } from './schemas.ts'

/**
 * A push as `pushToJson` gives it.
 *
 * In      {"channel":"spot@public.aggre.depth.v3.api.pb@100ms@BTCUSDT","symbol":"BTCUSDT","sendTime":"1754741322152",
 *         "publicAggreDepths":{"asks":[{"price":"117145.49","quantity":"0"}],"bids":[{"price":"117053.41","quantity":"1.86837271"}],
 *         "eventType":"…","fromVersion":"43296363236","toVersion":"43296363255"}}
 * Out     one depth, never a snapshot; quantities in base asset, as they are now, 0 where the level is gone; exchangeAt = sendTime
 * Rejects schema · unknownInstrument · value (a version that is no integer below 2^53; else see createDepthReader)
 * Source  "Diff.Depth Stream"; fixture mexc/ws_documented.jsonl (aggreDepth)
 */
export function createDepthNormalizer(
  instruments: ReadonlyMap<string, Instrument>,
): (json: unknown, receivedAt: EpochMs) => Normalized {
  const read = createDepthReader()
  return (json, receivedAt) => {
    const parsed = DepthPush.safeParse(json)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      return { kind: 'rejected', reason: 'schema', detail: `depth: ${issue?.path.join('.')}: ${issue?.message}` }
    }
    const { symbol, sendTime, publicAggreDepths: depth } = parsed.data
    const instrument = instruments.get(symbol)
    if (!instrument) return { kind: 'rejected', reason: 'unknownInstrument', detail: symbol.slice(0, 100) }
    const { fromVersion, toVersion } = depth
    const [firstId, lastId] = [versionOf(fromVersion), versionOf(toVersion)]
    if (firstId === null || lastId === null) {
      const versions = `${fromVersion.slice(0, 30)} to ${toVersion.slice(0, 30)}`
      return { kind: 'rejected', reason: 'value', detail: `${symbol} depth: versions ${versions}: no safe integers` }
    }
    return read({
      instrument,
      isSnapshot: false,
      firstId,
      lastId,
      previousId: null,
      bids: (depth.bids ?? []).map(levelOf),
      asks: (depth.asks ?? []).map(levelOf),
      exchangeAt: Number(sendTime ?? 0) || null,
      receivedAt,
    })
  }
}

const levelOf = ({ price, quantity }: { readonly price: string; readonly quantity: string }): TextLevel => [
  price,
  quantity,
]

/** Versions are decimal text, so far of 11 digits; beyond 2^53 they could not be told apart: null. */
const versionOf = (text: string): number | null =>
  /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null

/**
 * GET /api/v3/depth, then each push begins with the version after the last one known; the first may begin before. A reply may be
 * some hundred milliseconds behind the stream: then the first is a gap, and the call is made again.
 * Source: "How to properly maintain a local copy of the order book"
 */
export const bookRules: BookRules = {
  snapshot: (instrument) =>
    call(
      'depth',
      [
        ['symbol', instrument.nativeName],
        ['limit', String(depthLevels)],
      ],
      (body) =>
        readSnapshot(DepthReply, body, instrument, ({ lastUpdateId, bids, asks, timestamp }) => ({
          lastId: lastUpdateId,
          bids,
          asks,
          exchangeAt: timestamp ?? null,
        })),
    ),
  follows({ firstId, lastId }, known, isFirst) {
    if (lastId <= known) return 'old'
    return firstId === known + 1 || (isFirst && firstId <= known) ? 'next' : 'gap'
  },
  levels: null,
  intervalMs: 100,
}
