/** Another database in the place of the present one: a backup, what could be salvaged, a new one. The market stops for it, for a moment. */
import type { SalvageReport } from '../shared/data.ts'
import type { AlertLog } from './alerts.ts'
import { prepareRestore } from './backups.ts'
import { databaseFile, setDatabaseAside } from './data-folder.ts'
import { type DatabaseDesk, salvageWords } from './database-desk.ts'
import { CallError } from './handlers.ts'
import type { MarketRun } from './market-run.ts'
import { finishRestore, noteReplacement } from './storage/restore.ts'

export interface DatabaseReplacementOptions {
  readonly dryRun: boolean
  readonly folder: () => string
  readonly run: () => MarketRun
  readonly desk: DatabaseDesk
  readonly alerts: AlertLog
  /** Stops the market, does the work, and starts the market again whatever came of it. */
  readonly whileStopped: (work: () => void) => Promise<void>
}

interface Replaced {
  /** Where the file that was there is kept; null: there was none. */
  readonly setAside: string | null
}

/** One at a time. Each rejects with a CallError; then what was there is there still. */
export class DatabaseReplacement {
  private readonly options: DatabaseReplacementOptions
  private isBusy = false

  constructor(options: DatabaseReplacementOptions) {
    this.options = options
  }

  /** Checked and copied while the market runs. */
  restore(id: string): Promise<Replaced> {
    return this.exclusively(async () => {
      const { run, folder, alerts } = this.options
      const backup = run().data.backups.find(id)
      const file = databaseFile(folder())
      const at = new Date(backup.at).toISOString()
      await prepareRestore(backup, file, run().mode)
      noteReplacement(file, `the backup of ${at} was restored`)
      const replacedAt = new Date()
      const setAside = await this.replace(() => finishRestore(file, replacedAt.getTime()))
      const message = `The database is what it was at ${at}; what was recorded from then to ${replacedAt.toISOString()} is not in it`
      alerts.raiseStorage(setAside === null ? message : `${message}, and is kept as ${setAside}`, 'info')
      return { setAside }
    })
  }

  /** What can be read of a damaged database takes its place. */
  salvage(): Promise<Replaced & { readonly report: SalvageReport }> {
    return this.exclusively(async () => {
      const { folder, desk, alerts } = this.options
      const file = databaseFile(folder())
      const report = await desk.prepareSalvage()
      const setAside = await this.replace(() => finishRestore(file, Date.now(), 'before-salvage'))
      const kept = setAside === null ? '' : `; what was there is kept as ${setAside}`
      alerts.raiseStorage(`${salvageWords(report)}${kept}`, 'warning')
      return { setAside, report }
    })
  }

  /** An empty one; only where the present one is damaged. */
  beginAnew(): Promise<Replaced> {
    return this.exclusively(async () => {
      const { folder, desk, alerts } = this.options
      desk.assertDamaged()
      const where = folder()
      const setAside = await this.replace(() => setDatabaseAside(where, 'damaged', new Date()))
      alerts.raiseStorage(`A new database was begun; the damaged one is kept as ${setAside}`, 'warning')
      return { setAside }
    })
  }

  private async exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.options.dryRun) throw new CallError('unavailable', 'dry run: nothing is written, so nothing is restored')
    if (this.isBusy) throw new CallError('unavailable', 'the database is being restored or salvaged: wait for it')
    this.isBusy = true
    try {
      return await work()
    } finally {
      this.isBusy = false
    }
  }

  private async replace(work: () => string | null): Promise<string | null> {
    const outcome: { setAside: string | null; failure: unknown } = { setAside: null, failure: null }
    await this.options.whileStopped(() => {
      try {
        outcome.setAside = work()
      } catch (error) {
        outcome.failure = error
      }
    })
    if (outcome.failure !== null) throw outcome.failure
    return outcome.setAside
  }
}
