/** The part of storage that keeps the file small: cold chunks, retention, free space. Every call is one short step. */
import type { PrunableTable, StorageReport } from '../../shared/data.ts'
import type { EpochMs } from '../../shared/domain/index.ts'

export interface RollUpReport {
  /** Rows moved, and the bytes of the chunks made of them. */
  readonly rows: number
  readonly bytes: number
  /** True: nothing older than `before` is left hot but for frames that were stepped over. */
  readonly done: boolean
  readonly ms: number
  /** Frames that stay hot from now on, since they cannot be packed (a damaged chunk is in the way): each is told once. */
  readonly steppedOver: readonly { readonly frameTime: EpochMs; readonly problem: string }[]
}

export interface PruneReport {
  readonly rows: number
  readonly done: boolean
  /** Ledgers that begin later now, having taken in what went. */
  readonly moved: readonly MovedOpening[]
  /** Accounts of which rows from some time on stay although they are older than `before`. */
  readonly held: readonly HeldAccount[]
}

export interface MovedOpening {
  readonly account: string
  readonly at: EpochMs
}

/** From `since` on: a fill there has not told its fee or profit yet, or a transfer is pending. */
export interface HeldAccount {
  readonly account: string
  readonly since: EpochMs
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
  /**
   * Removes at most about `limit` rows older than `before`; of book_tickers hot and cold ones. What the next start or a later word of the
   * exchange needs stays (docs/database.md). Fills, transfers and funding payments go into their account's opening in the same
   * transaction, so that its ledger adds up to the same.
   */
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
  /** Hot rows that a roll-up up to `before` has to move, roughly. */
  backlog(before: EpochMs): Promise<number>
  /** Rows of the table that are older than `before`, roughly; those that stay anyway included. */
  pastTime(table: PrunableTable, before: EpochMs): Promise<number>
  report(): Promise<StoredReport>
}
