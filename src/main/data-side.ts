/**
 * What looks after the stored data of one market's run: exports, backups, and the upkeep of the file. The hub makes one with each
 * market and stops it before the database closes.
 */
import { join } from 'node:path'
import type { Progress } from '../shared/contract.ts'
import type { EpochMs } from '../shared/domain/index.ts'
import type { Settings } from '../shared/settings.ts'
import type { AlertLog } from './alerts.ts'
import { Backups } from './backups.ts'
import type { Broadcaster } from './broadcaster.ts'
import type { ExportDesk, Upkeep } from './data-contract.ts'
import { createExportDesk } from './exports.ts'
import type { Logger } from './log.ts'
import type { Storage } from './storage/contract.ts'
import { createUpkeep } from './upkeep.ts'

export interface DataSideOptions {
  /** The data folder itself, also where the database lies in its `demo` folder. */
  readonly dataDir: string
  readonly mode: 'demo' | 'live'
  /** null: nothing is recorded, and `problem` says why. */
  readonly storage: Storage | null
  readonly problem: string | null
  readonly settings: () => Settings
  readonly alerts: AlertLog
  readonly logger: Logger
  readonly tell: Broadcaster['tell']
  readonly onProgress: (progress: Progress) => void
  /** An account's ledger begins later now: retention removed what happened up to `at`. */
  readonly onOpeningMoved: (account: string, at: EpochMs) => void
  /** As of Upkeep. */
  readonly clockOffsetMs: () => number | null
}

export class DataSide {
  readonly exports: ExportDesk | null
  readonly upkeep: Upkeep | null
  readonly backups: Backups
  private readonly options: DataSideOptions

  constructor(options: DataSideOptions) {
    this.options = options
    const { dataDir, mode, storage, problem, settings, alerts, logger, tell, onProgress } = options
    const { onOpeningMoved, clockOffsetMs } = options
    const raise: AlertLog['raise'] = (finding) => alerts.raise(finding)
    this.exports =
      storage === null
        ? null
        : createExportDesk({
            database: storage.file,
            folder: () => settings().exports.folder ?? join(dataDir, 'exports'),
            logger,
            onChange: (job) => tell('exports.changed', job),
          })
    this.upkeep =
      storage === null
        ? null
        : createUpkeep({
            storage,
            settings,
            dataDir,
            logger,
            onAlert: raise,
            onProgress,
            onOpeningMoved,
            clockOffsetMs,
          })
    this.backups = new Backups({
      database: () => (storage === null ? null : { file: storage.file, mode }),
      problem: () => problem,
      folder: () => settings().backup.folder ?? join(dataDir, 'backups'),
      settings: () => settings().backup,
      logger,
      onAlert: raise,
      onProgress,
      onChanged: (backups) => tell('backups.changed', [...backups]),
    })
  }

  start(): void {
    if (this.options.storage === null) return
    this.backups.start()
    this.upkeep?.start()
  }

  /** Nothing reads or copies the database afterwards. */
  async stop(): Promise<void> {
    await Promise.all([this.exports?.stop(), this.upkeep?.stop(), this.backups.stop()])
  }

  /** A piece of long work of this side, by the id of its progress; nothing where it is another's. */
  cancel(id: string): void {
    this.backups.cancel(id)
    this.upkeep?.cancel(id)
  }
}
