/** What order books held over time: prices in buckets, times in columns. */
import { z } from 'zod'

const float64 = z.custom<Float64Array>((value) => value instanceof Float64Array)
const uint8 = z.custom<Uint8Array>((value) => value instanceof Uint8Array)

/** Columns of one reply, at most. */
export const maxDepthColumns = 720
/** Markets that one reply adds up, at most. */
export const maxDepthInstruments = 24

/** What stood in the books of these markets of one symbol, added up; columns of `columnMs`, the first begins at `from`. */
export const DepthHistoryRequest = z.strictObject({
  /** Keys: `binance:BTC_USDT`. */
  instruments: z.array(z.string().min(1).max(80)).min(1).max(maxDepthInstruments),
  /** Epoch ms, a multiple of `columnMs`. */
  from: z.number().int().min(0),
  columns: z.number().int().min(1).max(maxDepthColumns),
  columnMs: z.number().int().min(1_000).max(3_600_000),
})
export type DepthHistoryRequest = Readonly<z.infer<typeof DepthHistoryRequest>>

/** Consecutive columns whose prices are put into the same buckets. */
export const DepthSegment = z.object({
  firstColumn: z.number().int(),
  columns: z.number().int(),
  /** Quote asset. */
  bucketSize: z.number(),
  /** The lowest row holds the prices from `lowBucket * bucketSize` up to the next multiple. */
  lowBucket: z.number().int(),
  rows: z.number().int(),
  /** Of its first cell in `sizes` (in cells) and `known`; then column by column, each from its lowest row up. */
  offset: z.number().int(),
})
export type DepthSegment = Readonly<z.infer<typeof DepthSegment>>

export const DepthHistoryColumns = z.object({
  /** Epoch ms of the first column. */
  from: z.number(),
  columnMs: z.number(),
  /** Columns in which no book was live are in no segment. */
  segments: z.array(DepthSegment),
  /** By cell a code of two bytes, the lower one first (`sizeOfCode`): what stood there on the mean of the moments that were sampled. */
  sizes: uint8,
  /** By cell: of how many books the part there is known. Where that is fewer than are live, at least so much stood there. */
  known: uint8,
  /** By column: how many of the books were live and believed at some moment that was sampled, and how many were set aside as outliers. */
  live: uint8,
  setAside: uint8,
  /** By column: highest bid and lowest ask at the first moment of each book that was sampled; NaN where none was live. */
  bestBid: float64,
  bestAsk: float64,
  /** Stored parts of the range that are damaged, or were written by a newer Crossbook: holes. */
  unreadable: z.number().int(),
})
export type DepthHistoryColumns = Readonly<z.infer<typeof DepthHistoryColumns>>

/** What is sampled, and how far back it is kept. */
export const DepthHistoryStatus = z.object({
  /** One sample of each book in so many ms; 0: nothing is sampled. */
  columnMs: z.number(),
  /** Books sampled, and those left out because there are too many. */
  books: z.number().int(),
  leftOut: z.number().int(),
  /** Time of the oldest stored sample; null: none is stored yet. */
  oldest: z.number().nullable(),
})
export type DepthHistoryStatus = Readonly<z.infer<typeof DepthHistoryStatus>>

/** Sizes as 16 bits: a 256th of an octave a step (0.27 %), from 2^-96 to beyond 2^159. 0 is nothing. */
export const stepsPerOctave = 256
export const smallestOctave = -96
const largestCode = 65_535

export function codeOfSize(size: number): number {
  if (!(size > 0)) return 0
  const code = 1 + Math.round((Math.log2(size) - smallestOctave) * stepsPerOctave)
  return Math.min(largestCode, Math.max(1, code))
}

export const sizeOfCode = (code: number): number =>
  code === 0 ? 0 : 2 ** ((code - 1) / stepsPerOctave + smallestOctave)

/** Of `DepthHistoryColumns.sizes`. */
export const codeAt = (sizes: Uint8Array, cell: number): number =>
  (sizes[cell * 2] ?? 0) | ((sizes[cell * 2 + 1] ?? 0) << 8)
