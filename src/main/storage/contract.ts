/** What the rest of the program asks of storage. One worker thread writes; every write is one transaction. */

import type { KlineColumns } from '../../shared/columns.ts'
import type { EpochMs, Instrument, Opportunity, Period } from '../../shared/domain/index.ts'
import type { AccountStorage } from './account-contract.ts'
import type { AlertStorage } from './alert-contract.ts'
import type { ContinuityQuestion, StoredContinuity } from './continuity-contract.ts'
import type { DepthStorage } from './depth-contract.ts'
import type { ExchangeHourStorage } from './exchange-hours.ts'
import type { HistoryStorage } from './history-contract.ts'
import type { MarketRowStorage } from './market-contract.ts'
import type { UpkeepStorage } from './upkeep-contract.ts'
import type { StorageMeasurements } from './write-measurements.ts'

/** One second's newest quotes, columns of equal length; absent is NaN and is stored as NULL. The buffers are transferred. */
export interface SnapshotBatch {
  /** The full second, epoch ms. */
  readonly time: EpochMs
  readonly instrumentIds: Uint32Array
  readonly bidPrice: Float64Array
  readonly bidQuantity: Float64Array
  readonly askPrice: Float64Array
  readonly askQuantity: Float64Array
}

export interface KlineRow {
  readonly instrumentId: number
  readonly period: Period
  readonly openTime: EpochMs
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly quoteVolume: number | null
  readonly isClosed: boolean
}

export interface WriteReport {
  /** Rows inserted or changed; what was already stored with the same values is left alone and not counted. */
  readonly rows: number
  /** Time inside the worker, ms. */
  readonly writeMs: number
}

/**
 * A failed call rejects with a StorageError (error.ts) whose `kind` says what the caller can do.
 * `overloaded`: the disk does not keep up, so this snapshot was dropped before it was written. `stopped`: the storage worker
 * ended unexpectedly (it is started again after a growing pause) or the storage was closed. `refused`: a row of an account breaks
 * the table's rules, so trying again is of no use.
 */
export type StorageProblem =
  | 'full'
  | 'locked'
  | 'corrupt'
  | 'readonly'
  | 'newer'
  | 'overloaded'
  | 'stopped'
  | 'refused'
  | 'other'

/** Writes are queued and done one at a time, in order; reads have a connection of their own and see every finished write. */
export interface Storage {
  readonly file: string
  /** What the trader must be told loudly, in words: a damaged file set aside, a worker that ended. Grows while it runs. */
  readonly notices: readonly string[]
  /**
   * What the last write failed of; null once one went through. `corrupt`, which a read may find too, stays: a damaged file is not written
   * to any more.
   */
  readonly trouble: { readonly kind: StorageProblem; readonly message: string } | null
  /** A file that was no database and was set aside when this one was begun; null: there was none. */
  readonly setAside: string | null
  /** When it was opened: the program that wrote the file last had not closed it. */
  readonly wasUnclean: boolean
  /** The trader's own accounts. */
  readonly accounts: AccountStorage
  readonly alerts: AlertStorage
  readonly marketRows: MarketRowStorage
  readonly upkeep: UpkeepStorage
  readonly depth: DepthStorage
  readonly exchangeHours: ExchangeHourStorage
  /** What charts draw of the past. */
  readonly history: HistoryStorage
  /** Rows expected, held and missing by day, with causes. Other reads are answered meanwhile; a signal ends it. */
  continuity(question: ContinuityQuestion, signal?: AbortSignal): Promise<StoredContinuity>
  instruments(): Promise<readonly Instrument[]>
  /** Upsert by id. */
  saveInstruments(instruments: readonly Instrument[]): Promise<WriteReport>
  /**
   * Rows already stored for that second and instrument stand: the first one wins. When more snapshots wait than the queue's
   * limit, the oldest waiting one is dropped and its call rejects with `overloaded`; nothing else is ever dropped.
   */
  saveSnapshot(batch: SnapshotBatch): Promise<WriteReport>
  /**
   * Upsert by (instrument, period, open time). A closed candle is never overwritten by an open one; a closed one corrects it.
   */
  saveKlines(rows: readonly KlineRow[]): Promise<WriteReport>
  /** Upsert by id. */
  saveOpportunity(opportunity: Opportunity): Promise<WriteReport>
  /** openTime < before (null: all), the newest `limit`, ascending. */
  klines(instrumentId: number, period: Period, before: EpochMs | null, limit: number): Promise<KlineColumns>
  /** Open time of the newest stored closed candle; null when there is none. */
  newestClosedKline(instrumentId: number, period: Period): Promise<EpochMs | null>
  /** Closed ones that opened before `before` (null: all), newest first. */
  opportunities(before: EpochMs | null, limit: number): Promise<readonly Opportunity[]>
  /** Of one direction of a pair, those that lived at some time of from <= t < to, newest first. */
  opportunitiesOf(buy: string, sell: string, from: EpochMs, to: EpochMs, limit: number): Promise<readonly Opportunity[]>
  /** Highest opportunity id so far; 0 when there is none. */
  lastOpportunityId(): Promise<number>
  meta(key: string): Promise<string | null>
  setMeta(key: string, value: string): Promise<void>
  /** How writing went since the file was opened. */
  measurements(): StorageMeasurements
  /** Size on disk of the database and its WAL, bytes. */
  bytes(): Promise<number>
  /** Finishes queued writes, checkpoints the WAL, closes the file, ends the workers. Never rejects; safe to call twice. */
  close(): Promise<void>
}
