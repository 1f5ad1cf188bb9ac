/** The part of storage that keeps what order books held over time. */
import type { DepthHistoryColumns } from '../../shared/depth-history.ts'
import type { EpochMs } from '../../shared/domain/index.ts'
import type { WriteReport } from './contract.ts'

/** Samples of one order book, taken at even steps, in price buckets of one size. Buffers are transferred when it is saved. */
export interface DepthBlock {
  readonly instrumentId: number
  /** Time of the first column: a multiple of `columnMs`. A sample is taken at some moment of its column. */
  readonly fromTime: EpochMs
  readonly columnMs: number
  readonly bucketSize: number
  /** By column: 1 where the book was live; where it was not, what stands in the others means nothing. */
  readonly live: Uint8Array
  readonly bestBid: Float64Array
  readonly bestAsk: Float64Array
  /** By column: the first bucket that is known, and how many from there on are. */
  readonly low: Int32Array
  readonly known: Uint16Array
  /** `height` cells a column, of which the first `known` mean something: `coarseCodeOf` of both sides' size. */
  readonly height: number
  readonly codes: Uint16Array
}

/** Columns of `columnMs` from `from` on, of these instruments added up. */
export interface DepthQuestion {
  readonly instrumentIds: readonly number[]
  readonly from: EpochMs
  readonly columns: number
  readonly columnMs: number
  /** What is not stored yet. */
  readonly open: readonly DepthBlock[]
}

export interface DepthStorage {
  /** One transaction. A block of the same instrument and time takes the place of the one before, unless it ends sooner. */
  save(block: DepthBlock): Promise<WriteReport>
  /** Blocks that are damaged are holes. */
  columns(question: DepthQuestion): Promise<DepthHistoryColumns>
  /** Time of the oldest sample; null: there is none. */
  oldest(): Promise<EpochMs | null>
}
