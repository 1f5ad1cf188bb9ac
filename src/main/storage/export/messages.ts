/** What an exporting thread is given and what it tells. */
import type { ExportEstimate, ExportRequest } from '../../../shared/data.ts'

export interface ExportPlan {
  readonly request: ExportRequest
  /** The database to read. */
  readonly database: string
  /** Path of a better-sqlite3 binary other than the package's own; null: that one. */
  readonly nativeBinding: string | null
  /** Absolute path; null: standard output. */
  readonly out: string | null
  readonly overwrite: boolean
}

export interface ExportThreadData {
  readonly plan: ExportPlan
  readonly job: 'export' | 'estimate'
  /** One number: 1 means cancel. A thread that works without pause hears no message. */
  readonly cancel: Int32Array<SharedArrayBuffer>
}

export interface ExportProgress {
  /** Of a copy of the whole database: its pages. */
  readonly rows: number
  readonly totalRows: number
  readonly bytes: number
}

export interface ExportSummary {
  readonly rows: number
  readonly bytes: number
  /** null: this subject has no rhythm. */
  readonly expectedRows: number | null
  readonly gaps: number | null
}

export type ExportEstimateOfFile = Omit<ExportEstimate, 'freeBytes'>

/** `request` it cannot be right · `cancelled` · `pipe` nobody reads standard output any more · `failed` the disk or the database */
export type ExportFailure = 'request' | 'cancelled' | 'pipe' | 'failed'

export type ExportMessage =
  | { readonly kind: 'started'; readonly totalRows: number }
  | { readonly kind: 'progress'; readonly progress: ExportProgress }
  | { readonly kind: 'finished'; readonly summary: ExportSummary }
  | { readonly kind: 'estimated'; readonly estimate: ExportEstimateOfFile }
  | { readonly kind: 'failed'; readonly failure: ExportFailure; readonly message: string }
