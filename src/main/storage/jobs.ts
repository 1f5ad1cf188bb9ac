/** What the storage threads are asked and what they answer: one table of jobs for the writer, one for the reader. */
import type { KlineColumns } from '../../shared/columns.ts'
import type { EpochMs, Instrument, Opportunity, Period } from '../../shared/domain/index.ts'
import type { AccountBatch } from './account-contract.ts'
import type { AccountReadJobs } from './accounts/jobs.ts'
import type { AlertReadJobs, AlertWriteJobs } from './alert-contract.ts'
import type { ContinuityReadJobs } from './continuity/jobs.ts'
import type { SnapshotBatch, StorageProblem, WriteReport } from './contract.ts'
import type { DatabaseOptions, OpenedDatabase } from './database.ts'
import type { DepthReadJobs, DepthWriteJobs } from './depth/jobs.ts'
import type { ExchangeHourReadJobs, ExchangeHourWriteJobs } from './exchange-hours.ts'
import type { HistoryReadJobs } from './history/jobs.ts'
import type { KlineBatch, KlineRange } from './klines.ts'
import type { MarketRowReadJobs, MarketRowWriteJobs } from './market-rows/jobs.ts'
import type { UpkeepReadJobs, UpkeepWriteJobs } from './upkeep/jobs.ts'

export interface Job<Request, Reply> {
  readonly request: Request
  readonly reply: Reply
}
export type Jobs = Readonly<Record<string, Job<unknown, unknown>>>

export type WriteJobs = MarketRowWriteJobs &
  AlertWriteJobs &
  DepthWriteJobs &
  ExchangeHourWriteJobs &
  UpkeepWriteJobs & {
    /** Comes first: opens, checks and migrates the file. */
    open: Job<null, Omit<OpenedDatabase, 'database'>>
    saveInstruments: Job<readonly Instrument[], WriteReport>
    saveSnapshot: Job<SnapshotBatch, WriteReport>
    saveKlines: Job<KlineBatch, WriteReport>
    saveOpportunity: Job<Opportunity, WriteReport>
    saveAccounts: Job<AccountBatch, WriteReport>
    setMeta: Job<{ readonly key: string; readonly value: string }, null>
    /** Comes last. `damaged`: the file is not to be marked as closed cleanly. */
    close: Job<'damaged' | null, null>
  }

export type ReadJobs = AccountReadJobs &
  AlertReadJobs &
  MarketRowReadJobs &
  ContinuityReadJobs &
  DepthReadJobs &
  ExchangeHourReadJobs &
  HistoryReadJobs &
  UpkeepReadJobs & {
    instruments: Job<null, readonly Instrument[]>
    klines: Job<KlineRange, KlineColumns>
    newestClosedKline: Job<{ readonly instrumentId: number; readonly period: Period }, EpochMs | null>
    opportunities: Job<{ readonly before: EpochMs | null; readonly limit: number }, readonly Opportunity[]>
    opportunitiesOf: Job<
      {
        readonly buy: string
        readonly sell: string
        readonly from: EpochMs
        readonly to: EpochMs
        readonly limit: number
      },
      readonly Opportunity[]
    >
    lastOpportunityId: Job<null, number>
    meta: Job<string, string | null>
    close: Job<'damaged' | null, null>
  }

export type Handlers<J extends Jobs> = { readonly [K in keyof J]: (request: J[K]['request']) => J[K]['reply'] }

/** To a thread. */
export type JobMessage<J extends Jobs, K extends keyof J = keyof J> = {
  readonly [N in K]: { readonly id: number; readonly job: N; readonly request: J[N]['request'] }
}[K]

/** From a thread. Error classes do not survive the way, so a failure travels as its kind and message. */
export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | {
      readonly id: number
      readonly ok: false
      readonly kind: StorageProblem
      readonly message: string
      readonly isFileDamaged: boolean
    }

/** `workerData` of a storage thread. */
export interface WorkerOptions extends DatabaseOptions {
  readonly role: 'writer' | 'reader'
}

/** The buffers of a message's typed arrays, which are handed over instead of being copied. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((column: unknown) =>
    ArrayBuffer.isView(column) && column.buffer instanceof ArrayBuffer ? [column.buffer] : [],
  )
}
