/** What the hub's calls ask of the parts that look after stored data. */
import type { KlineColumns } from '../shared/columns.ts'
import type {
  Backup,
  ExportEstimate,
  ExportJob,
  ExportRequest,
  HistoryRequest,
  HistoryResult,
  StorageReport,
} from '../shared/data.ts'

/** Exports under way and done in this run. Methods throw a CallError for what the user can put right. */
export interface ExportDesk {
  readonly folder: string
  estimate(request: ExportRequest): Promise<ExportEstimate>
  start(request: ExportRequest & { readonly fileName: string | null; readonly overwrite: boolean }): Promise<ExportJob>
  cancel(id: string): void
  /** Newest first. */
  list(): readonly ExportJob[]
  /** Cancels what runs, removes what is half written; resolves when nothing is left. */
  stop(): Promise<void>
}

export interface BackupDesk {
  readonly folder: string
  /** Newest first; what lies in the folder, however it came there. */
  list(): Promise<readonly Backup[]>
  create(reason: Backup['reason']): Promise<Backup>
  remove(id: string): Promise<void>
  /** Starts the schedule. */
  start(): void
  stop(): Promise<void>
}

/** A part of a history request's answer. */
export type HistoryPart =
  | { readonly kind: 'chunk'; readonly klines: KlineColumns; readonly done: number; readonly total: number }
  | { readonly kind: 'complete'; readonly result: HistoryResult }

export interface HistoryService {
  /**
   * Chunks ascending, then exactly one `complete`, also after a failure or a cancelled signal: never throws. Requests for overlapping
   * ranges share their downloads.
   */
  stream(request: HistoryRequest, signal?: AbortSignal): AsyncIterable<HistoryPart>
}

/** Roll-up, retention, free space and the watch over the disk. */
export interface Upkeep {
  start(): void
  stop(): Promise<void>
  /** All of it now; resolves when done or cancelled. Rejects with a StorageError. */
  runNow(): Promise<void>
  /** Ends the run under way after the step it is in, where the progress is one of upkeep's; what was done stays done. */
  cancel(id: string): void
  report(): Promise<StorageReport>
}
