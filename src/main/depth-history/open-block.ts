import type { EpochMs } from '../../shared/domain/index.ts'
import type { DepthBlock } from '../storage/depth-contract.ts'

/** Buckets of one column: half of them below the middle price, half above. */
export const windowBuckets = 128

/** A block while columns are still added to it. */
export class OpenBlock {
  readonly instrumentId: number
  readonly fromTime: EpochMs
  /** The first time that no longer belongs to it. */
  readonly endTime: EpochMs
  readonly bucketSize: number
  private readonly columnMs: number
  private readonly live: Uint8Array
  private readonly bestBid: Float64Array
  private readonly bestAsk: Float64Array
  private readonly low: Int32Array
  private readonly known: Uint16Array
  private readonly codes: Uint16Array
  /** Columns up to the last that was written. */
  private length = 0

  constructor(instrumentId: number, fromTime: EpochMs, endTime: EpochMs, columnMs: number, bucketSize: number) {
    const columns = Math.ceil((endTime - fromTime) / columnMs)
    this.instrumentId = instrumentId
    this.fromTime = fromTime
    this.endTime = endTime
    this.columnMs = columnMs
    this.bucketSize = bucketSize
    this.live = new Uint8Array(columns)
    this.bestBid = new Float64Array(columns).fill(Number.NaN)
    this.bestAsk = new Float64Array(columns).fill(Number.NaN)
    this.low = new Int32Array(columns)
    this.known = new Uint16Array(columns)
    this.codes = new Uint16Array(columns * windowBuckets)
  }

  /** One sample: `codes` of the first `known` buckets from `low` on. */
  add(time: EpochMs, bestBid: number, bestAsk: number, low: number, known: number, codes: Uint16Array): void {
    const place = (time - this.fromTime) / this.columnMs
    if (!(place >= 0 && place < this.live.length))
      throw new Error(`a sample of ${time} does not belong into the block of ${this.fromTime}`)
    this.live[place] = 1
    this.bestBid[place] = bestBid
    this.bestAsk[place] = bestAsk
    this.low[place] = low
    this.known[place] = known
    this.codes.set(known === codes.length ? codes : codes.subarray(0, known), place * windowBuckets)
    this.length = Math.max(this.length, place + 1)
  }

  /** The columns that it holds now and that begin before `before`, in arrays of their own; null: none. */
  copy(before: EpochMs = Number.POSITIVE_INFINITY): DepthBlock | null {
    const { instrumentId, fromTime, columnMs, bucketSize } = this
    const length = Math.min(this.length, (before - fromTime) / columnMs)
    if (length <= 0) return null
    return {
      ...{ instrumentId, fromTime, columnMs, bucketSize },
      live: this.live.slice(0, length),
      bestBid: this.bestBid.slice(0, length),
      bestAsk: this.bestAsk.slice(0, length),
      low: this.low.slice(0, length),
      known: this.known.slice(0, length),
      height: windowBuckets,
      codes: this.codes.slice(0, length * windowBuckets),
    }
  }
}
