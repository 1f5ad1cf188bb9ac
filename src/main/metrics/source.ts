import type { ApiStatus, RedisStatus } from '../../shared/bots.ts'
import type { RecorderStatus } from '../../shared/contract.ts'
import type { AccountStatus, EpochMs, ExchangeId, ExchangeStatus, Truth } from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { SessionMeasurements } from '../exchanges/session.ts'
import type { BookMeasurements } from '../market/books/keeper.ts'
import type { RecorderMeasurements } from '../recorder.ts'
import type { StorageMeasurements } from '../storage/write-measurements.ts'

/** What metrics read of the program, at each scrape and not before. Every function answers at once and never throws. */
export interface MetricsSource {
  readonly version: string
  readonly door: 'desktop' | 'headless'
  readonly startedAt: EpochMs
  /** Gaps and alerts are counted as they happen. */
  readonly bus: Bus
  mode(): 'demo' | 'live'
  /** Of the exchanges that are switched on. */
  connections(): readonly ExchangeStatus[]
  sessions(): readonly SessionMeasurements[]
  /** One per exchange that keeps order books. */
  books(): readonly BookMeasurements[]
  accounts(): readonly AccountStatus[]
  recorder(): { readonly status: RecorderStatus; readonly measurements: RecorderMeasurements }
  /** null: nothing is recorded. */
  storage(): StorageMeasurements | null
  /** Full path; its folder's disk is measured too. null: there is none. */
  databaseFile(): string | null
  market(): {
    /** Pairs of instruments whose spread is computed. */
    readonly spreadPairs: number
    /** Opportunities open now. */
    readonly opportunities: number
    /** How many of each exchange's watched instruments have a quote of that truth. */
    readonly quotes: ReadonlyMap<ExchangeId, Readonly<Record<Truth, number>>>
    /** Downloads, exports and other long work under way. */
    readonly longWork: number
  }
  /** Windows and browser tabs, and those of them that do not read fast enough and get no state. */
  clients(): { readonly connected: number; readonly behind: number }
  redis(): RedisStatus
  api(): ApiStatus
}
