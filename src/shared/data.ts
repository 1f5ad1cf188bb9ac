/** What the contract says about the trader's stored data: exports, history on demand, what lies on the disk, backups. */
import { z } from 'zod'
import { ExchangeId, GapCause, Period } from './domain/index.ts'

export const exportSubjects = [
  'book_tickers',
  'klines',
  'trades',
  'orders',
  'fills',
  'balances',
  'transfers',
  /** payments of funding to and from the trader's positions */
  'funding',
  'funding_rates',
  'opportunities',
] as const
export const ExportSubject = z.enum(exportSubjects)
export type ExportSubject = z.infer<typeof ExportSubject>

/** `sqlite` copies the whole database: subject and filters do not apply. */
export const exportFormats = ['csv', 'jsonl', 'parquet', 'sqlite'] as const
export const ExportFormat = z.enum(exportFormats)
export type ExportFormat = z.infer<typeof ExportFormat>

export const ExportRequest = z.strictObject({
  what: ExportSubject,
  /** Empty: all. */
  exchanges: z.array(ExchangeId).max(50),
  /** `BTC_USDT`; of opportunities their symbol, of balances and transfers their asset. Empty: all. */
  symbols: z.array(z.string().min(1).max(60)).max(500),
  /** Of klines; null: all of them. */
  period: Period.nullable(),
  /** from <= t < to, epoch ms; null: from the first, to the last row at the start. */
  from: z.number().nullable(),
  to: z.number().nullable(),
  format: ExportFormat,
})
export type ExportRequest = z.infer<typeof ExportRequest>

export const ExportEstimate = z.object({
  rows: z.number().int(),
  /** Of the file, roughly. */
  bytes: z.number(),
  /** Times of the first and the last row; null: there are none. */
  first: z.number().nullable(),
  last: z.number().nullable(),
  /** False: `rows` is an estimate too. */
  isExact: z.boolean(),
  /** Bytes free where the file would go; null: not known. */
  freeBytes: z.number().nullable(),
})
export type ExportEstimate = Readonly<z.infer<typeof ExportEstimate>>

export const ExportJob = z.object({
  id: z.string(),
  request: ExportRequest,
  /** Full path. */
  file: z.string(),
  /** The continuity beside it, full path; null where it is inside the file (Parquet) or does not apply. */
  gapsFile: z.string().nullable(),
  state: z.enum(['running', 'finished', 'failed', 'cancelled']),
  /** Written so far; of a copy of the whole database its pages. */
  rows: z.number().int(),
  /** Expected in all; an estimate while it runs. */
  totalRows: z.number().int(),
  /** Written so far. */
  bytes: z.number(),
  /** Rows that an unbroken recording would have held in the range; null: this subject has no rhythm. */
  expectedRows: z.number().int().nullable(),
  gaps: z.number().int().nullable(),
  startedAt: z.number(),
  finishedAt: z.number().nullable(),
  /** In words, when failed. */
  problem: z.string().nullable(),
})
export type ExportJob = Readonly<z.infer<typeof ExportJob>>

/** How whole one series is in a range: an export carries one of each. */
export const Continuity = z.object({
  instrument: z.string(),
  /** of klines, else null */
  period: Period.nullable(),
  from: z.number(),
  to: z.number(),
  expectedRows: z.number().int(),
  heldRows: z.number().int(),
  gaps: z.array(
    z.object({
      from: z.number(),
      to: z.number(),
      missingRows: z.number().int(),
      cause: GapCause,
      detail: z.string(),
    }),
  ),
})
export type Continuity = Readonly<z.infer<typeof Continuity>>

/** What the calendar of continuity asks: days of the time zone that is `utcOffsetMinutes` east of UTC. */
export const ContinuityRequest = z.strictObject({
  /** Keys; null: every watched one. */
  instruments: z.array(z.string().min(1).max(80)).max(500).nullable(),
  kind: z.enum(['book_ticker', 'kline', 'trade', 'order_book']),
  /** of klines, else null */
  period: Period.nullable(),
  /** from <= t < to, epoch ms; at most 400 days. */
  from: z.number().int().min(0),
  to: z.number().int().min(0),
  utcOffsetMinutes: z.number().int().min(-900).max(900),
})
export type ContinuityRequest = z.infer<typeof ContinuityRequest>

/** Milliseconds lost to one cause. */
const CauseShare = z.object({ cause: GapCause, missing: z.number(), detail: z.string() })

/**
 * One day of one series. Rows of what is stored by the second or the candle; of trades and order books, which have no rhythm, the unit
 * is the second, and `held` is what no gap covers.
 */
export const ContinuityDay = z.object({
  /** Start of the day, epoch ms. */
  at: z.number(),
  expected: z.number().int(),
  held: z.number().int(),
  missing: z.number().int(),
  /** Most first; adds up to `missing`. */
  causes: z.array(CauseShare),
})
export type ContinuityDay = Readonly<z.infer<typeof ContinuityDay>>

export const ContinuityReport = z.object({
  kind: ContinuityRequest.shape.kind,
  period: Period.nullable(),
  from: z.number(),
  to: z.number(),
  series: z.array(
    z.object({
      instrument: z.string(),
      expected: z.number().int(),
      held: z.number().int(),
      missing: z.number().int(),
      /** Ascending; days on which nothing was expected are left out. */
      days: z.array(ContinuityDay),
    }),
  ),
})
export type ContinuityReport = Readonly<z.infer<typeof ContinuityReport>>

/** The ring of raw frames on disk. */
export const RawFramesStatus = z.object({
  enabled: z.boolean(),
  folder: z.string(),
  bytes: z.number(),
  files: z.number().int(),
  oldest: z.number().nullable(),
  newest: z.number().nullable(),
  /** Of this run: frames written, and frames dropped because the disk did not keep up. */
  frames: z.number().int(),
  dropped: z.number().int(),
  /** In words, why nothing is written; null: all is well, or it is switched off. */
  problem: z.string().nullable(),
})
export type RawFramesStatus = Readonly<z.infer<typeof RawFramesStatus>>

/** Tables whose old rows may be removed. */
export const prunableTables = [
  'book_tickers',
  'klines',
  'trades',
  'opportunities',
  'orders',
  'fills',
  'balances',
  'transfers',
  'funding_payments',
  'funding_rates',
  'equity_samples',
  'alerts',
  'depth_chunks',
  'exchange_hours',
] as const
export const PrunableTable = z.enum(prunableTables)
export type PrunableTable = z.infer<typeof PrunableTable>

export const StoredTable = z.object({
  table: PrunableTable,
  /** An estimate for large tables. */
  rows: z.number().int(),
  bytes: z.number().nullable(),
  oldest: z.number().nullable(),
  newest: z.number().nullable(),
  /** Days that rows are kept; null: for ever. */
  retentionDays: z.number().nullable(),
})
export type StoredTable = Readonly<z.infer<typeof StoredTable>>

export const StorageReport = z.object({
  file: z.string(),
  bytes: z.number(),
  walBytes: z.number(),
  /** Inside the file, left by rows that went. */
  reusableBytes: z.number(),
  /** Of the disk it lies on; null: not known. */
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }).nullable(),
  /** In words, when the disk is or soon will be short; null: all is well. */
  diskWarning: z.string().nullable(),
  tables: z.array(StoredTable),
  cold: z.object({
    rows: z.number().int(),
    bytes: z.number(),
    chunks: z.number().int(),
    /** Snapshots older than this lie in chunks; null: none yet. */
    newest: z.number().nullable(),
  }),
  /** In words, what upkeep (roll-up, retention, backup) did last or could not do. */
  upkeep: z.array(z.object({ what: z.string(), at: z.number(), detail: z.string(), isProblem: z.boolean() })),
})
export type StorageReport = Readonly<z.infer<typeof StorageReport>>

export const Backup = z.object({
  /** Name of its file. */
  id: z.string(),
  file: z.string(),
  at: z.number(),
  bytes: z.number(),
  reason: z.enum(['manual', 'scheduled', 'migration', 'restore']),
  /** Only a verified one counts: opened, integrity-checked, rows counted and equal to the original's. */
  state: z.enum(['verified', 'unverified', 'failed']),
  /** In words, when not verified. */
  problem: z.string().nullable(),
  schemaVersion: z.number().int().nullable(),
  mode: z.enum(['demo', 'live']).nullable(),
  rows: z.record(z.string(), z.number().int()),
})
export type Backup = Readonly<z.infer<typeof Backup>>

/** What was read of a damaged database into a fresh one, and what was not. */
export const SalvageReport = z.object({
  /** The damaged file. */
  file: z.string(),
  tables: z.array(
    z.object({
      table: z.string(),
      /** In the fresh database. */
      rows: z.number().int(),
      /** Pages of the table that could not be read. */
      lostPages: z.number().int(),
      /** Of each of those: rowid, or of snapshots the time (epoch ms), of the rows around it; null: not known. */
      ranges: z.array(z.object({ after: z.string().nullable(), upTo: z.string().nullable() })),
      /** Rows that could be read but not believed, and were left out. */
      doubtfulRows: z.number().int(),
      /** Rows taken from the newest verified backup, since here they were missing or otherwise. */
      fromBackup: z.number().int(),
      /** In words, what was wrong with the pages. */
      problems: z.array(z.string()),
    }),
  ),
  /** Pages of which not even the table is known. */
  unreadPages: z.number().int(),
  /** False: there was no verified backup of this form, and a changed number could go unnoticed. */
  comparedWithBackup: z.boolean(),
})
export type SalvageReport = Readonly<z.infer<typeof SalvageReport>>

/**
 * How the database is. `damaged` its pages are not what they were · `locked` another program keeps it · `readonly` it cannot be written ·
 * `full` the disk is · `newer` a newer Crossbook made it · `other` the words say what.
 */
export const DatabaseStatus = z.object({
  state: z.enum(['ok', 'damaged', 'locked', 'readonly', 'full', 'newer', 'other']),
  /** In words, what is wrong and what to do; null when all is well. */
  words: z.string().nullable(),
  file: z.string(),
  /** A damaged file that lies beside the one in use, which was begun in its place; null: there is none. */
  setAside: z.string().nullable(),
  /** In words, what is known to be lost; null: nothing. */
  lost: z.string().nullable(),
  newestBackup: Backup.nullable(),
  /** There is a damaged file, the one in use or the one set aside, of which rows may be read. */
  canSalvage: z.boolean(),
})
export type DatabaseStatus = Readonly<z.infer<typeof DatabaseStatus>>

export const HistoryRequest = z.strictObject({
  /** `binance:BTC_USDT` */
  instrument: z.string().min(1).max(80),
  period: Period,
  /** Candles with from <= openTime < to, epoch ms. */
  from: z.number().int().min(0),
  to: z.number().int().min(0),
})
export type HistoryRequest = z.infer<typeof HistoryRequest>

/**
 * `unknown_symbol` no exchange lists the instrument · `before_listing` the whole range lies before the exchange's first candle ·
 * `bad_range` from is not before to, the range lies in the future, or it is too long · `outage` the exchange could not be asked or failed ·
 * `not_running` the exchange is switched off · `storage` the database failed · `cancelled`
 */
export const HistoryErrorCode = z.enum([
  'unknown_symbol',
  'before_listing',
  'bad_range',
  'outage',
  'not_running',
  'storage',
  'cancelled',
])
export type HistoryErrorCode = z.infer<typeof HistoryErrorCode>

/** The end of a history request, whichever it was. */
export const HistoryResult = z.object({
  candles: z.number().int(),
  /** Of those, how many the exchange had to be asked for. */
  fetched: z.number().int(),
  /** Candles the exchange itself does not have: from <= openTime < to. */
  missing: z.array(z.object({ from: z.number(), to: z.number(), reason: z.string() })),
  error: z.object({ code: HistoryErrorCode, message: z.string() }).nullable(),
})
export type HistoryResult = Readonly<z.infer<typeof HistoryResult>>
