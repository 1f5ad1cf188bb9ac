/** What an export reads: one source per subject, all of them in short reads with nothing held open between two batches. */
import type { Database } from 'better-sqlite3'
import type { ExportRequest } from '../../../shared/data.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { SeriesGap, SeriesTotals } from '../continuity/holes.ts'
import type { Batch, Column } from './columns.ts'
import { klineSource } from './kline-source.ts'
import { quoteSource } from './quote-source.ts'
import { accountTables, marketTables } from './subjects.ts'
import { tableSource } from './table-source.ts'

/** What there is, before anything is read. */
export interface Extents {
  readonly rows: number
  readonly isExact: boolean
  /** Times of the first and the last row in the range; null: there are none. */
  readonly first: EpochMs | null
  readonly last: EpochMs | null
}

export interface ContinuityTotals {
  readonly expectedRows: number
  readonly gaps: number
  readonly series: readonly SeriesTotals[]
}

export interface Source {
  readonly columns: readonly Column[]
  readonly extents: Extents
  /** Once; some are empty. Rows stored after the source was made and later than its last row are not among them. */
  batches(): Generator<Batch>
  /** After the last batch; null: this subject has no rhythm, and `onGap` was never called. */
  continuity(): ContinuityTotals | null
}

export interface SourceOptions {
  readonly database: Database
  readonly request: ExportRequest
  /** Called while `batches` runs and by `continuity`. */
  readonly onGap: (gap: SeriesGap) => void
}

/** Throws a RequestError where the request cannot be right. */
export function openSource(options: SourceOptions): Source {
  const { what } = options.request
  if (what === 'book_tickers') return quoteSource(options)
  if (what === 'klines') return klineSource(options)
  return tableSource(options, { ...accountTables, ...marketTables }[what])
}
