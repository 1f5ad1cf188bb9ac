/** The part of storage that keeps the file small: cold chunks, retention, free space. Every call is one short step. */
import type { PrunableTable, StorageReport } from '../../shared/data.ts'
import type { EpochMs } from '../../shared/domain/index.ts'

export interface RollUpReport {
  /** Rows moved, and the bytes of the chunks made of them. */
  readonly rows: number
  readonly bytes: number
  /** True: nothing older than `before` is left hot. */
  readonly done: boolean
  readonly ms: number
}

export interface PruneReport {
  readonly rows: number
  readonly done: boolean
}

export interface FreeSpaceReport {
  readonly freedPages: number
  /** Still in the file. */
  readonly freePages: number
  /** True: the file can give pages back step by step. */
  readonly isIncremental: boolean
}

/** What storage knows of its own file; the rest of a StorageReport is the hub's. */
export type StoredReport = Pick<StorageReport, 'bytes' | 'walBytes' | 'reusableBytes' | 'cold'> & {
  readonly tables: readonly Omit<StorageReport['tables'][number], 'retentionDays'>[]
}

export interface UpkeepStorage {
  /**
   * Moves whole frames of snapshot rows that end at or before `before` into chunks, oldest first, at most `maximumFrames` of them, each in
   * a transaction of its own: encoded, decoded again and compared, written, and only then deleted. A frame of more than 80
   * instruments goes in parts, each of which counts as a frame.
   */
  rollUp(request: { readonly before: EpochMs; readonly maximumFrames: number }): Promise<RollUpReport>
  /** Removes at most about `limit` rows older than `before`; of book_tickers hot and cold ones. Orders still open stay. */
  prune(request: {
    readonly table: PrunableTable
    readonly before: EpochMs
    readonly limit: number
  }): Promise<PruneReport>
  /**
   * Gives at most `pages` free pages back to the disk. A file begun before version 3 cannot (`isIncremental` false) until `vacuum` has
   * written all of it anew, which holds up every other write meanwhile and needs twice its size on the disk.
   */
  returnFreeSpace(pages: number | 'vacuum'): Promise<FreeSpaceReport>
  report(): Promise<StoredReport>
}
