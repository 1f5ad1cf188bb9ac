/**
 * The database of one market's run: opened for the demo or for real data, never both in one file; what cannot be opened or saved
 * now is tried again; what storage has to say is told. Without a database the market goes on, unrecorded.
 */
import { join } from 'node:path'
import type { Instrument } from '../shared/domain/index.ts'
import type { AlertLog } from './alerts.ts'
import { DataFolderError, databaseFile, setDatabaseAside } from './data-folder.ts'
import { messageOf } from './errors.ts'
import type { Logger } from './log.ts'
import { nothingRecordedBefore, type RecordedBefore, recordedBefore } from './recorder/recorded-before.ts'
import type { Storage, StorageProblem } from './storage/contract.ts'
import { openStorage, StorageError } from './storage/index.ts'
import { settleRestore } from './storage/restore.ts'
import { version } from './version.ts'

export interface MarketDatabaseOptions {
  readonly dataDir: string
  readonly mode: 'demo' | 'live'
  readonly alerts: AlertLog
  readonly logger: Logger
  /**
   * The file that could not be opened can be by now. Ids of instruments come from it, so recording cannot begin in the middle:
   * the market is to start anew.
   */
  readonly onRecovered: () => void
  /** How long a file that cannot be opened is left alone; outlives a run, so that one that opens and fails again is not asked ever faster. */
  readonly pause: ReopenPause
}

/** Epoch ms. */
const programStartedAt = Date.now() - Math.round(process.uptime() * 1_000)
const retryMs = 10_000
const longestRetryMs = 60_000
/** Problems that may pass by themselves. */
const passing: readonly StorageError['kind'][] = ['full', 'locked', 'readonly']

/** Doubles from 10 s to 1 min with each attempt, and is reset by a file that opened and lasted. */
export class ReopenPause {
  private ms = retryMs
  private openedAt: number | null = null

  next(): number {
    if (this.openedAt !== null && performance.now() - this.openedAt > longestRetryMs) this.ms = retryMs
    this.openedAt = null
    const { ms } = this
    this.ms = Math.min(2 * ms, longestRetryMs)
    return ms
  }

  opened(): void {
    this.openedAt = performance.now()
  }
}

export class MarketDatabase {
  /** null: nothing is recorded, and `problem` says why. */
  storage: Storage | null = null
  problem: string | null = null
  /** Why the file could not be opened; null where it was. */
  private openTrouble: StorageProblem | null = null
  /** The data folder, or its `demo` folder when that one holds real data. */
  folder: string
  instruments: readonly Instrument[] = []
  lastOpportunityId = 0
  before: RecordedBefore = nothingRecordedBefore
  private readonly options: MarketDatabaseOptions
  private readonly timers = new Set<NodeJS.Timeout>()
  /** Instruments that storage does not know yet, by id. */
  private readonly unsaved = new Map<number, Instrument>()
  /** How many of storage's notices were told. */
  private noticesTold = 0
  private closed = false

  private constructor(options: MarketDatabaseOptions) {
    this.options = options
    this.folder = options.dataDir
  }

  /** Never rejects for what can go wrong with files: then `storage` is null. */
  static async open(options: MarketDatabaseOptions): Promise<MarketDatabase> {
    const database = new MarketDatabase(options)
    await database.open()
    return database
  }

  /** A dry run's. */
  static none(options: MarketDatabaseOptions, problem: string | null): MarketDatabase {
    const database = new MarketDatabase(options)
    database.problem = problem
    return database
  }

  /** Until an instrument is stored, storage refuses every row that names it: a save that failed is tried again. */
  async saveInstruments(changed: readonly Instrument[]): Promise<void> {
    for (const instrument of changed) this.unsaved.set(instrument.id, instrument)
    if (!this.storage || this.unsaved.size === 0) return
    const saving = [...this.unsaved.values()]
    try {
      await this.storage.saveInstruments(saving)
      for (const instrument of saving) {
        if (this.unsaved.get(instrument.id) === instrument) this.unsaved.delete(instrument.id)
      }
    } catch (error) {
      if (this.closed) return
      this.options.alerts.raiseStorage(messageOf(error))
      this.later(() => this.saveInstruments([]))
    }
  }

  get file(): string {
    return databaseFile(this.folder)
  }

  /** What is wrong with the file or its disk now; null: nothing is known to be. */
  get trouble(): { readonly kind: StorageProblem; readonly message: string } | null {
    if (this.openTrouble !== null && this.problem !== null) return { kind: this.openTrouble, message: this.problem }
    return this.storage?.trouble ?? null
  }

  /** Call about once a second: says aloud what storage has noted meanwhile. */
  tellNotices(): void {
    const notices = this.storage?.notices ?? []
    for (const message of notices.slice(this.noticesTold)) this.options.alerts.raiseStorage(message)
    this.noticesTold = notices.length
  }

  async close(): Promise<void> {
    this.closed = true
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
    await this.storage?.close()
    this.storage = null
  }

  private async open(): Promise<void> {
    const { alerts } = this.options
    let storage: Storage | null = null
    try {
      storage = await this.openFor(this.options.mode)
      this.instruments = await storage.instruments()
      this.lastOpportunityId = await storage.lastOpportunityId()
      this.before = await recordedBefore(storage, version, programStartedAt)
      this.storage = storage
      this.options.pause.opened()
      this.tellNotices()
      if (storage.wasUnclean) this.tellCrash()
    } catch (error) {
      // A broken disk must not hide the market: quotes go on, unrecorded, and every screen says so.
      await storage?.close()
      if (!(error instanceof StorageError || error instanceof DataFolderError)) throw error
      this.problem = error.message
      this.openTrouble = error instanceof StorageError ? error.kind : 'other'
      alerts.raiseStorage(`Nothing is recorded: ${error.message}`)
      if (error instanceof StorageError && passing.includes(error.kind)) this.tryLater()
    }
  }

  /** What was lost by an end that was none: said once, with the file found sound. */
  private tellCrash(): void {
    const { newestSnapshots } = this.before
    if (newestSnapshots.size === 0) return
    let newest = 0
    for (const time of newestSnapshots.values()) newest = Math.max(newest, time)
    const now = Date.now()
    const missing = Math.max(0, Math.floor((now - newest) / 1_000))
    this.options.alerts.raiseStorage(
      `Crossbook did not end cleanly. The database is sound; no quotes are recorded from ${new Date(newest + 1_000).toISOString()} to ` +
        `${new Date(now).toISOString()}: ${missing} rows of each of up to ${newestSnapshots.size} instruments. Candles are fetched, and ` +
        'orders and fills asked for again',
      'warning',
    )
  }

  /** Demo rows and real ones never share a file. */
  private async openFor(mode: 'demo' | 'live'): Promise<Storage> {
    const { alerts, dataDir, logger } = this.options
    const settled = settleRestore(databaseFile(this.folder), Date.now())
    if (settled !== null) alerts.raiseStorage(settled, 'warning')
    let storage = await openStorage({ file: databaseFile(this.folder), logger })
    try {
      const recorded = await storage.meta('mode')
      if (recorded !== null && recorded !== mode) {
        await storage.close()
        if (mode === 'demo') this.folder = join(dataDir, 'demo')
        else {
          const aside = setDatabaseAside(this.folder, 'demo', new Date())
          alerts.raiseStorage(`The demo's data was set aside as ${aside}`, 'info')
        }
        storage = await openStorage({ file: databaseFile(this.folder), logger })
      }
      await storage.setMeta('mode', mode)
      return storage
    } catch (error) {
      await storage.close()
      throw error
    }
  }

  private async tryAgain(): Promise<void> {
    const { logger, onRecovered } = this.options
    try {
      const storage = await openStorage({ file: databaseFile(this.folder), logger })
      await storage.close()
    } catch (error) {
      logger.debug({ err: error }, 'the database cannot be opened yet')
      this.tryLater()
      return
    }
    if (!this.closed) onRecovered()
  }

  private tryLater(): void {
    this.later(() => this.tryAgain(), this.options.pause.next())
  }

  private later(run: () => Promise<void>, ms = retryMs): void {
    if (this.closed) return
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      void run()
    }, ms)
    this.timers.add(timer)
  }
}
