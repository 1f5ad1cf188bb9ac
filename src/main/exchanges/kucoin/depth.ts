/**
 * Order books as the best 50 levels a side, whole with every message. The channels that tell changes are not used: what they change can
 * only be asked for whole with a key (spot; 100 levels without), or they send a frame for each single level (futures).
 */
import type { EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { Normalized } from '../contract.ts'
import type { BookRules } from '../depth.ts'
import { createDepthReader, type TextLevel } from '../depth-levels.ts'
import { FuturesDepth, problemOf, SpotDepth } from './schemas.ts'

/**
 * In      {"asks":[["95964.3","0.08168874"]],"bids":[["95964.2","1.35483359"]],"timestamp":1733124805073} (spot)
 *         {"sequence":1736604716188,"asks":[["2749.69",44]],"bids":[["2749.68",241]],"timestamp":1790114460610,"ts":…} (futures, lots)
 * Out     one depth, always a snapshot. Spot sends no sequence, so that the ids of both are the time
 * Rejects unknownInstrument · schema · value (see createDepthReader)
 * Source  "Orderbook - Level50" of spot and futures; fixture documented/KUCOIN.ndjson
 */
export function createDepthNormalizer(
  instruments: ReadonlyMap<string, Instrument>,
): (name: string, data: unknown, receivedAt: EpochMs) => Normalized {
  const read = createDepthReader()
  return (name, data, receivedAt) => {
    const instrument = instruments.get(name)
    if (instrument === undefined) return { kind: 'rejected', reason: 'unknownInstrument', detail: name }
    const isSpot = instrument.kind === 'spot'
    const parsed = isSpot ? SpotDepth.safeParse(data) : FuturesDepth.safeParse(data)
    if (!parsed.success) return { kind: 'rejected', reason: 'schema', detail: problemOf(parsed.error) }
    const { bids, asks, timestamp } = parsed.data
    const sides = { bids: bids.map(textLevel), asks: asks.map(textLevel) }
    const ids = { firstId: timestamp, lastId: timestamp, previousId: null }
    return read({ instrument, isSnapshot: true, ...ids, ...sides, exchangeAt: timestamp, receivedAt })
  }
}

const textLevel = ([price, size]: readonly [string, string | number, ...unknown[]]): TextLevel => [price, String(size)]

/** Messages of two servers may cross by so much; one from further back says that the exchange's clock was set. */
const mostBackMs = 10_000

/** Nothing is missing where one message is lost: the next holds all of it. What counts is that no older one replaces a newer. */
export const bookRules: BookRules = {
  snapshot: null,
  isAlwaysWhole: true,
  follows({ lastId }, known) {
    if (lastId >= known) return 'next'
    return known - lastId <= mostBackMs ? 'old' : 'gap'
  },
  levels: 50,
  intervalMs: 100,
}
