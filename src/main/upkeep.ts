/**
 * Keeps the database small, in the background: old quotes are compressed, rows past their time go, the space they leave is given back to
 * the disk. All of it in short steps with pauses, so that no snapshot waits for more than one of them.
 */
import type { Progress } from '../shared/contract.ts'
import { prunableTables, type StorageReport } from '../shared/data.ts'
import type { Alert, EpochMs } from '../shared/domain/index.ts'
import type { Settings } from '../shared/settings.ts'
import type { Upkeep } from './data-contract.ts'
import { type DiskSpace, DiskWatch } from './disk.ts'
import type { Logger } from './log.ts'
import type { Storage } from './storage/contract.ts'
import { StorageError } from './storage/index.ts'
import type { StoredReport } from './storage/upkeep-contract.ts'

export interface UpkeepOptions {
  readonly storage: Pick<Storage, 'file' | 'upkeep'>
  /** Asked anew at every run. */
  readonly settings: () => Pick<Settings, 'storage'>
  /** The disk it lies on is watched. */
  readonly dataDir: string
  readonly logger: Logger
  readonly onAlert: (alert: Pick<Alert, 'severity' | 'rule' | 'subject' | 'message'>) => void
  readonly onProgress: (progress: Progress) => void
  readonly now?: () => EpochMs
  readonly readDisk?: (folder: string) => Promise<DiskSpace>
}

type Entry = StorageReport['upkeep'][number]
type Task = 'compression' | 'retention' | 'free space'

const firstAfterMs = 20_000
const everyMs = 600_000
const hourMs = 3_600_000
const dayMs = 86_400_000
const rowsAtOnce = 5_000
const pagesAtOnce = 1_000
/** Left in the file by the background runs: the next hours of recording need it again. */
const spareBytes = 32e6
/** A file that cannot give pages back in steps is written anew only while that takes less than the snapshots that may wait: 120 s. */
const largestVacuumBytes = 2e9

export function createUpkeep(options: UpkeepOptions): Upkeep {
  return new BackgroundUpkeep(options)
}

class BackgroundUpkeep implements Upkeep {
  private readonly options: UpkeepOptions
  private readonly disk: DiskWatch
  private readonly now: () => EpochMs
  private readonly entries = new Map<Task, Entry>()
  private timer: NodeJS.Timeout | null = null
  private lastRun: Promise<void> = Promise.resolve()
  private stopped = false
  private prunedAt = 0

  constructor(options: UpkeepOptions) {
    const { dataDir, settings, onAlert, logger, readDisk } = options
    this.options = options
    this.now = options.now ?? Date.now
    this.disk = new DiskWatch({
      folder: dataDir,
      warnBelowFreeBytes: () => settings().storage.warnBelowFreeGigabytes * 1e9,
      onAlert,
      logger,
      now: this.now,
      ...(readDisk ? { read: readDisk } : {}),
    })
  }

  start(): void {
    this.disk.start()
    this.schedule(firstAfterMs)
  }

  /** A run under way ends after the step it is in. */
  async stop(): Promise<void> {
    this.stopped = true
    this.disk.stop()
    if (this.timer) clearTimeout(this.timer)
    await this.lastRun
  }

  async runNow(): Promise<void> {
    const problem = await this.enqueue(() => this.run(true))
    if (problem) throw problem
  }

  async report(): Promise<StorageReport> {
    const { storage, settings } = this.options
    const { retentionDays } = settings().storage
    const [stored] = await Promise.all([storage.upkeep.report(), this.disk.look()])
    return {
      file: storage.file,
      ...stored,
      tables: stored.tables.map((table) => ({ ...table, retentionDays: retentionDays[table.table] })),
      disk: this.disk.space,
      diskWarning: this.disk.warning,
      upkeep: [...this.entries.values()].sort((a, b) => b.at - a.at),
    }
  }

  private schedule(ms: number): void {
    if (this.stopped) return
    this.timer = setTimeout(() => {
      void this.enqueue(() => this.run(false)).then(() => this.schedule(everyMs))
    }, ms)
    this.timer.unref()
  }

  /** One run at a time. */
  private enqueue<T>(run: () => Promise<T>): Promise<T> {
    const next = this.lastRun.then(run)
    this.lastRun = next.then(
      () => undefined,
      () => undefined,
    )
    return next
  }

  /** @returns what went wrong first */
  private async run(isAsked: boolean): Promise<StorageError | null> {
    const problems = [await this.attempt('compression', () => this.compress())]
    if (isAsked || this.now() - this.prunedAt >= hourMs) {
      problems.push(await this.attempt('retention', () => this.prune()))
    }
    problems.push(await this.attempt('free space', () => this.giveBack(isAsked)))
    return problems.find((problem) => problem !== null) ?? null
  }

  /** A task tells in words what it did, null where there was nothing to do. A problem is told once, until the task succeeds again. */
  private async attempt(task: Task, work: () => Promise<string | null>): Promise<StorageError | null> {
    if (this.stopped) return null
    const { logger, onAlert } = this.options
    const before = this.entries.get(task)
    try {
      const detail = await work()
      if (before?.isProblem) {
        onAlert({
          severity: 'info',
          rule: 'storage',
          subject: 'upkeep',
          message: `Upkeep of the database (${task}) works again`,
        })
      }
      if (detail !== null || !before || before.isProblem) {
        this.entries.set(task, { what: task, at: this.now(), detail: detail ?? 'nothing to do', isProblem: false })
      }
      if (detail !== null) logger.info({ task }, `upkeep of the database: ${detail}`)
      return null
    } catch (error) {
      if (this.stopped) return null
      const problem = error instanceof StorageError ? error : new StorageError('other', messageOf(error))
      this.entries.set(task, { what: task, at: this.now(), detail: problem.message, isProblem: true })
      if (before?.isProblem !== true || before.detail !== problem.message) {
        logger.error({ err: error, task }, 'upkeep of the database failed')
        onAlert({
          severity: 'warning',
          rule: 'storage',
          subject: 'upkeep',
          message: `Upkeep of the database (${task}) failed, it is tried again: ${problem.message}`,
        })
      }
      return problem
    }
  }

  private async compress(): Promise<string | null> {
    const { storage, settings, onProgress } = this.options
    const before = this.now() - settings().storage.coldAfterHours * hourMs
    const progress = { id: 'compression', title: 'Compressing older quotes', canCancel: false, detail: null }
    let rows = 0
    let bytes = 0
    let total: number | null = null
    const tell = (state: Progress['state']): void => {
      if (total !== null) onProgress({ ...progress, state, done: rows, total: Math.max(total, rows) })
    }
    try {
      for (let done = false; !done && !this.stopped; ) {
        const step = await storage.upkeep.rollUp({ before, maximumFrames: 1 })
        rows += step.rows
        bytes += step.bytes
        done = step.done
        // One frame is every run's work; only a backlog is worth a line.
        if (!done && total === null && rows > 0) total = hotRows(await storage.upkeep.report()) + rows
        tell('running')
        if (!done) await pause(step.ms)
      }
    } catch (error) {
      tell('failed')
      throw error
    }
    total = total === null ? null : rows
    tell('finished')
    return rows === 0 ? null : `${count(rows, 'quote')} compressed, ${(bytes / rows).toFixed(1)} bytes each`
  }

  private async prune(): Promise<string | null> {
    const { storage, settings } = this.options
    const { retentionDays } = settings().storage
    const removed: string[] = []
    for (const table of prunableTables) {
      const days = retentionDays[table]
      if (days === null) continue
      const before = this.now() - days * dayMs
      let rows = 0
      for (let done = false; !done && !this.stopped; ) {
        const startedAt = performance.now()
        const step = await storage.upkeep.prune({ table, before, limit: rowsAtOnce })
        rows += step.rows
        done = step.done
        if (!done) await pause(performance.now() - startedAt)
      }
      if (rows > 0) removed.push(`${count(rows, 'row')} of ${table} older than ${count(days, 'day')}`)
    }
    this.prunedAt = this.now()
    return removed.length === 0 ? null : `${removed.join(', ')} removed`
  }

  private async giveBack(isAsked: boolean): Promise<string | null> {
    const { storage } = this.options
    const { isIncremental, freePages } = await storage.upkeep.returnFreeSpace(0)
    if (freePages === 0) return null
    const stored = await storage.upkeep.report()
    if (!isIncremental) return isAsked ? this.rewrite(stored) : null
    const pageBytes = stored.reusableBytes / freePages
    const spare = isAsked ? 0 : Math.ceil(spareBytes / pageBytes)
    let freed = 0
    let left = freePages
    while (left > spare && !this.stopped) {
      const startedAt = performance.now()
      const step = await storage.upkeep.returnFreeSpace(Math.min(pagesAtOnce, left - spare))
      if (step.freedPages <= 0) break
      freed += step.freedPages
      left = step.freePages
      await pause(performance.now() - startedAt)
    }
    return freed === 0 ? null : `${megabytes(freed * pageBytes)} given back to the disk`
  }

  /** Of a file that was begun before version 3: written anew, it is small, and can give space back in steps from then on. */
  private async rewrite({ bytes, reusableBytes }: StoredReport): Promise<string> {
    const held = bytes - reusableBytes
    if (held > largestVacuumBytes) {
      return (
        `${megabytes(reusableBytes)} inside the file are free and will be used again. To give them back, quit Crossbook and run ` +
        '`sqlite3 crossbook.db "PRAGMA auto_vacuum = INCREMENTAL; VACUUM"`: while recording it would take too long'
      )
    }
    await this.disk.look()
    const needed = held * 2 + 100e6
    const free = this.disk.space?.freeBytes ?? 0
    if (free < needed) {
      throw new StorageError(
        'full',
        `to write the database anew ${megabytes(needed)} must be free on the disk, ${megabytes(free)} are`,
      )
    }
    await this.options.storage.upkeep.returnFreeSpace('vacuum')
    return `the file was written anew: ${megabytes(reusableBytes)} given back to the disk`
  }
}

/** As long as the step took: half of the writer's time stays free. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(5, ms)))

const hotRows = ({ tables, cold }: StoredReport): number =>
  Math.max(0, (tables.find(({ table }) => table === 'book_tickers')?.rows ?? 0) - cold.rows)

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const count = (number: number, word: string): string =>
  `${number.toLocaleString('en-US')} ${word}${number === 1 ? '' : 's'}`

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
