/** Full books: changes of spot with a snapshot that is asked for over the same socket; of swaps a stream that begins with one. */
import type { EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { Normalized } from '../contract.ts'
import type { BookRules } from '../depth.ts'
import { createDepthReader, type TextLevel } from '../depth-levels.ts'
import {
  type Level,
  type Numeric,
  type SpotDepth,
  SpotDepthFrame,
  SpotSnapshotFrame,
  SwapDepthFrame,
} from './schemas.ts'
import { bookLevels, snapshotRequest } from './subscribe.ts'
import { type Frame, rejected } from './wire.ts'

const ignored: Normalized = { kind: 'control', control: { type: 'ignored' } }

/** Changes kept while a snapshot is on its way; at ten a second far more than it takes. The oldest go first. */
const mostWaiting = 200
/** A snapshot that was refused, or is older than what waits, is asked for again, so many times; then the stream is left to begin anew. */
const mostRequests = 4

const textOf = ([price, size]: Level): TextLevel => [String(price), String(size)]

/** What one connection knows of a spot book whose snapshot has not come. */
interface Waiting {
  readonly changes: SpotDepth[]
  requests: number
}

/**
 * Spot, `market.$symbol.mbp.150` on its own socket. Changes that come before the snapshot are laid over it, so that what leaves here is a
 * stream that begins with a whole book.
 */
export class SpotDepthNormalizer {
  private readonly find: (symbol: string) => Instrument | undefined
  private readonly read = createDepthReader()
  /** By wire. */
  private readonly waiting = new Map<string, Waiting>()

  constructor(find: (symbol: string) => Instrument | undefined) {
    this.find = find
  }

  /** Its subscription was acknowledged: its book begins anew. Returns what is sent for the whole of it. */
  begin(wire: string): string | undefined {
    if (!isSpotBook(wire) || this.find(symbolOf(wire)) === undefined) return undefined
    this.waiting.set(wire, { changes: [], requests: 1 })
    return snapshotRequest(wire)
  }

  forget(wire: string): void {
    this.waiting.delete(wire)
  }

  /**
   * In      {"ch":"market.btcusdt.mbp.150","ts":1583472025885,"tick":{"seqNum":104998984994,"prevSeqNum":104998984977,
   *         "bids":[[9058.27,0]],"asks":[[9084.27,0.2],[9095.24,0]]}}
   * Out     one depth, sizes absolute and 0 where the level is gone; previousId = prevSeqNum; exchangeAt = ts
   * Empty   a side that is left out did not change
   * Rejects schema · unknownInstrument · value (see createDepthReader)
   * Source  spot "Market By Price (incremental update)"; fixture htx/documented.ndjson
   */
  change(json: Frame, receivedAt: EpochMs): Normalized {
    const parsed = SpotDepthFrame.safeParse(json)
    if (!parsed.success) return rejected('schema', parsed.error.issues[0]?.message ?? 'no depth')
    const { ch, ts, tick } = parsed.data
    const instrument = this.find(symbolOf(ch))
    if (instrument === undefined) return rejected('unknownInstrument', symbolOf(ch))
    const waiting = this.waiting.get(ch)
    if (waiting !== undefined) {
      if (waiting.changes.length === mostWaiting) waiting.changes.shift()
      waiting.changes.push(tick)
      return ignored
    }
    return this.read({
      instrument,
      isSnapshot: false,
      // What it begins with is not told; that it follows on prevSeqNum is.
      firstId: tick.seqNum,
      lastId: tick.seqNum,
      previousId: tick.prevSeqNum,
      bids: (tick.bids ?? []).map(textOf),
      asks: (tick.asks ?? []).map(textOf),
      exchangeAt: ts,
      receivedAt,
    })
  }

  /**
   * In      {"id":"2","rep":"market.btcusdt.mbp.150","status":"ok","ts":1494903858000,"data":{"seqNum":104998984980,
   *         "bids":[[9058.1,0.5]],"asks":[[9084.3,1]]}}
   * Out     one depth that is a snapshot: the whole book with the changes that came meanwhile
   * Again   a snapshot before which a change of those that wait has left a hole: asked for again
   */
  snapshot(json: Frame, receivedAt: EpochMs): Normalized {
    const parsed = SpotSnapshotFrame.safeParse(json)
    if (!parsed.success) return rejected('schema', parsed.error.issues[0]?.message ?? 'no snapshot')
    const { rep, ts, data } = parsed.data
    const instrument = this.find(symbolOf(rep))
    if (instrument === undefined) return rejected('unknownInstrument', symbolOf(rep))
    const waiting = this.waiting.get(rep)
    // One that was asked for before it was unsubscribed.
    if (waiting === undefined) return ignored
    const bids = sideOf(data.bids)
    const asks = sideOf(data.asks)
    let { seqNum } = data
    for (const change of waiting.changes) {
      if (change.seqNum <= seqNum) continue
      if (change.prevSeqNum === undefined || change.prevSeqNum > seqNum)
        return this.again(rep, waiting, `seqNum ${seqNum} is older than the changes that came`)
      lay(change.bids ?? [], bids)
      lay(change.asks ?? [], asks)
      seqNum = change.seqNum
    }
    const depth = this.read({
      instrument,
      isSnapshot: true,
      firstId: seqNum,
      lastId: seqNum,
      previousId: null,
      bids: levelsOf(bids, -1),
      asks: levelsOf(asks, 1),
      exchangeAt: ts ?? null,
      receivedAt,
    })
    if (depth.kind === 'depth') this.waiting.delete(rep)
    return depth
  }

  /** Request `id` came too soon after another: networks bunch what they were late with. null: it is no request for a book. */
  tooSoon(id: Numeric | null | undefined): Normalized | null {
    if (typeof id !== 'string' || !isSpotBook(id)) return null
    const waiting = this.waiting.get(id)
    return waiting === undefined ? ignored : this.again(id, waiting, 'too many requests')
  }

  private again(wire: string, waiting: Waiting, why: string): Normalized {
    if (waiting.requests >= mostRequests)
      return rejected('value', `${wire}: its snapshot was asked for ${mostRequests} times: ${why}`)
    waiting.requests++
    return { kind: 'control', control: { type: 'ack', id: null, wires: [], next: snapshotRequest(wire) } }
  }
}

type Side = Map<number, Level>
const sideOf = (levels: readonly Level[]): Side => new Map(levels.map((level) => [Number(level[0]), level]))

/** Sizes are absolute; a level of 0 stays, since a snapshot may hold it as well as not. */
function lay(changes: readonly Level[], side: Side): void {
  for (const level of changes) side.set(Number(level[0]), level)
}

/** Best first, without levels that are gone; those that fell out of the window are told no more. */
const levelsOf = (side: Side, direction: 1 | -1): TextLevel[] =>
  [...side]
    .filter(([, level]) => Number(level[1]) !== 0)
    .sort(([a], [b]) => direction * (a - b))
    .slice(0, bookLevels)
    .map(([, level]) => textOf(level))

/** `market.btcusdt.mbp.150` */
const symbolOf = (wire: string): string => wire.split('.')[1] ?? ''
const isSpotBook = (wire: string): boolean => wire.endsWith(`.mbp.${bookLevels}`)

/** The message of a swap's book that was read last. */
interface Told {
  readonly version: number
  readonly id: number
}

/**
 * Swaps, `market.$contract.depth.size_150.high_freq` with `data_type` incremental. `version` counts the messages of one subscription;
 * `mrid` names the state of the book itself, on every connection the same, so that it is the id here, and the version tells which id comes
 * before.
 *
 * In      {"ch":"market.BTC-USDT.depth.size_150.high_freq","ts":1790134831873,"tick":{"asks":[],"bids":[[86853.4,2],[86848.5,0]],
 *         "event":"update","mrid":100129125618998,"ts":1790134831871,"version":1789895280798}}
 * Out     one depth; sizes are contracts, multiplied out; previousId -1 where a version is missing; exchangeAt = ts
 * Rejects schema · unknownInstrument · value (see createDepthReader)
 * Source  USDT-M "Incremental market depth"; fixture htx/documented.ndjson
 */
export function createSwapDepthNormalizer(
  find: (contractCode: string) => Instrument | undefined,
): (json: Frame, receivedAt: EpochMs) => Normalized {
  const read = createDepthReader()
  const newest = new Map<number, Told>()
  return (json, receivedAt) => {
    const parsed = SwapDepthFrame.safeParse(json)
    if (!parsed.success) return rejected('schema', parsed.error.issues[0]?.message ?? 'no depth')
    const { ch, ts, tick } = parsed.data
    const instrument = find(symbolOf(ch))
    if (instrument === undefined) return rejected('unknownInstrument', symbolOf(ch))
    const { event, version, mrid } = tick
    const isSnapshot = event === 'snapshot'
    const before = newest.get(instrument.id)
    // It came already.
    if (!isSnapshot && before !== undefined && version <= before.version) return ignored
    const depth = read({
      instrument,
      isSnapshot,
      firstId: mrid,
      lastId: mrid,
      previousId: isSnapshot ? null : before?.version === version - 1 ? before.id : -1,
      bids: (tick.bids ?? []).map(textOf),
      asks: (tick.asks ?? []).map(textOf),
      exchangeAt: ts,
      receivedAt,
    })
    if (depth.kind === 'depth') newest.set(instrument.id, { version, id: mrid })
    return depth
  }
}

/**
 * Spot: sizes are absolute, so that changes which began before what the book knows lead on from it as well as those that begin at it.
 * Source: "Market By Price (incremental update)", steps 3 and 4
 */
export const spotBookRules: BookRules = {
  snapshot: null,
  follows({ isSnapshot, lastId, previousId }, known) {
    if (isSnapshot) return 'next'
    if (lastId <= known) return 'old'
    return previousId !== null && previousId <= known ? 'next' : 'gap'
  },
  levels: bookLevels,
  intervalMs: 100,
}

/** Swaps: each message follows on the one before it, also one that changed nothing. */
export const swapBookRules: BookRules = {
  snapshot: null,
  follows({ isSnapshot, lastId, previousId }, known) {
    if (isSnapshot || previousId === known) return 'next'
    return lastId === known ? 'old' : 'gap'
  },
  levels: bookLevels,
  intervalMs: 30,
}
