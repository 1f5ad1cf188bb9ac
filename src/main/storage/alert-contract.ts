/** The part of storage that keeps alerts. */
import type { AcknowledgeRequest, AlertFilter } from '../../shared/alert-rules.ts'
import type { Alert, EpochMs } from '../../shared/domain/index.ts'
import type { WriteReport } from './contract.ts'
import type { Job } from './jobs.ts'

export interface StoredAlertPage {
  readonly rows: readonly Alert[]
  readonly next: string | null
}

/** How many ask to be acknowledged and are not, and the highest id ever stored; 0 where there is none. */
export interface StoredAlertState {
  readonly unacknowledged: number
  readonly lastId: number
}

export interface AlertStorage {
  /** One transaction; never dropped. One already stored is left alone. */
  save(alerts: readonly Alert[]): Promise<WriteReport>
  /** Of those that ask for it and are not yet; `rows` of the report are those changed. */
  acknowledge(request: AcknowledgeRequest, at: EpochMs): Promise<WriteReport>
  /** Newest first. A cursor that is not a page's `next` rejects with a StorageError. */
  list(filter: AlertFilter, cursor: string | null, limit: number): Promise<StoredAlertPage>
  state(): Promise<StoredAlertState>
}

export type AlertWriteJobs = {
  saveAlerts: Job<readonly Alert[], WriteReport>
  acknowledgeAlerts: Job<{ readonly request: AcknowledgeRequest; readonly at: EpochMs }, WriteReport>
}

export type AlertReadJobs = {
  alerts: Job<{ readonly filter: AlertFilter; readonly cursor: string | null; readonly limit: number }, StoredAlertPage>
  alertState: Job<null, StoredAlertState>
}
