/**
 * Keeps the database small, in the background: old quotes are compressed, rows past their time go, the space they leave is given back to
 * the disk. All of it in short steps with pauses, so that no snapshot waits for more than one of them.
 */
import type { Progress } from '../shared/contract.ts'
import { type PrunableTable, prunableTables, type StorageReport } from '../shared/data.ts'
import type { Alert, EpochMs } from '../shared/domain/index.ts'
import type { Settings } from '../shared/settings.ts'
import type { Upkeep } from './data-contract.ts'
import { type DiskSpace, DiskWatch } from './disk.ts'
import { messageOf } from './errors.ts'
import { sizeText } from './files.ts'
import type { Logger } from './log.ts'
import type { Storage } from './storage/contract.ts'
import { StorageError } from './storage/index.ts'
import type { PruneReport, StoredReport } from './storage/upkeep-contract.ts'

export interface UpkeepOptions {
  readonly storage: Pick<Storage, 'file' | 'upkeep'>
  /** Asked anew at every run. */
  readonly settings: () => Pick<Settings, 'storage'>
  /** The disk it lies on is watched. */
  readonly dataDir: string
  readonly logger: Logger
  readonly onAlert: (alert: Pick<Alert, 'severity' | 'rule' | 'subject' | 'message'>) => void
  readonly onProgress: (progress: Progress) => void
  /** An account's ledger begins later now: retention removed what happened up to `at`. */
  readonly onOpeningMoved?: (account: string, at: EpochMs) => void
  /** How far this machine's clock is behind those of exchanges, ms; null: none has told yet. Absent: it is believed. */
  readonly clockOffsetMs?: () => number | null
  readonly now?: () => EpochMs
  readonly readDisk?: (folder: string) => Promise<DiskSpace>
}

type Entry = StorageReport['upkeep'][number]
type Task = 'compression' | 'retention' | 'free space'

const firstAfterMs = 20_000
const everyMs = 600_000
const hourMs = 3_600_000
const dayMs = 86_400_000
/** Of the tasks that may take long; a screen can cancel them. */
const progressIds = { compression: 'upkeep:compression', retention: 'upkeep:retention', space: 'upkeep:space' } as const
const rowsAtOnce = 5_000
const pagesAtOnce = 1_000
/** Left in the file by the background runs: the next hours of recording need it again. */
const spareBytes = 32e6
/** A clock that is further off than this tells nothing of how old a row is. */
const mostClockOffMs = hourMs
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
  /** The run under way ends after the step it is in. */
  private cancelled = false
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

  cancel(id: string): void {
    if (Object.values(progressIds).some((known) => known === id)) this.cancelled = true
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
    const next = this.lastRun.then(() => {
      this.cancelled = false
      return run()
    })
    this.lastRun = next.then(
      () => undefined,
      () => undefined,
    )
    return next
  }

  /** @returns what went wrong first */
  private async run(isAsked: boolean): Promise<StorageError | null> {
    const problems = [await this.attempt('compression', () => this.compress())]
    if (isAsked || (this.now() - this.prunedAt >= hourMs && this.options.clockOffsetMs?.() !== null)) {
      problems.push(await this.attempt('retention', () => this.prune()))
    }
    problems.push(await this.attempt('free space', () => this.giveBack(isAsked)))
    return problems.find((problem) => problem !== null) ?? null
  }

  private get isEnding(): boolean {
    return this.stopped || this.cancelled
  }

  /** A task tells in words what it did, null where there was nothing to do. A problem is told once, until the task succeeds again. */
  private async attempt(task: Task, work: () => Promise<string | null>): Promise<StorageError | null> {
    if (this.isEnding) return null
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
    const { storage, settings } = this.options
    const before = this.now() - settings().storage.coldAfterHours * hourMs
    const progress = this.progress('compression', 'Compressing older quotes')
    let rows = 0
    let bytes = 0
    try {
      for (let done = false; !done && !this.isEnding; ) {
        const step = await storage.upkeep.rollUp({ before, maximumFrames: 1 })
        rows += step.rows
        bytes += step.bytes
        done = step.done
        for (const { frameTime, problem } of step.steppedOver) this.steppedOver(frameTime, problem)
        // One frame is every run's work; only a backlog is worth a line.
        if (!done && rows > 0 && !progress.isShown) progress.show(rows + (await storage.upkeep.backlog(before)))
        progress.tell(rows)
        if (!done) await pause(step.ms)
      }
    } catch (error) {
      progress.end('failed')
      throw error
    }
    progress.end(this.isEnding ? 'cancelled' : 'finished')
    return rows === 0 ? null : `${count(rows, 'quote')} compressed, ${(bytes / rows).toFixed(1)} bytes each`
  }

  private steppedOver(frameTime: EpochMs, problem: string): void {
    const { logger, onAlert } = this.options
    const message = `The quotes of ${new Date(frameTime).toISOString()} and the 12 minutes after stay uncompressed: ${problem}`
    logger.error({ frameTime }, message)
    onAlert({ severity: 'warning', rule: 'storage', subject: 'upkeep', message })
  }

  /** Rejects where this machine's clock is wrong by days: set a year ahead, it would make everything old. */
  private async prune(): Promise<string | null> {
    const { settings, clockOffsetMs } = this.options
    const offset = clockOffsetMs?.() ?? 0
    if (Math.abs(offset) > mostClockOffMs) {
      const off = `${(Math.abs(offset) / hourMs).toFixed(1)} hours ${offset > 0 ? 'behind' : 'ahead of'}`
      throw new StorageError('other', `this machine's clock is ${off} the exchanges', so nothing is removed by its age`)
    }
    const { retentionDays } = settings().storage
    const removed: string[] = []
    const staying: string[] = []
    const progress = this.progress('retention', 'Removing what is past its time')
    try {
      for (const table of prunableTables) {
        const days = retentionDays[table]
        if (days === null || this.isEnding) continue
        const { rows, held } = await this.pruneTable(table, this.now() - days * dayMs, progress)
        if (rows > 0) removed.push(`${count(rows, 'row')} of ${table} older than ${count(days, 'day')}`)
        staying.push(...held)
      }
    } catch (error) {
      progress.end('failed')
      throw error
    }
    progress.end(this.isEnding ? 'cancelled' : 'finished')
    if (!this.isEnding) this.prunedAt = this.now()
    const told = [...(removed.length === 0 ? [] : [`${removed.join(', ')} removed`]), ...staying]
    return told.length === 0 ? null : told.join('; ')
  }

  private async pruneTable(
    table: PrunableTable,
    before: EpochMs,
    progress: LongWork,
  ): Promise<{ readonly rows: number; readonly held: readonly string[] }> {
    const { storage, onOpeningMoved } = this.options
    let rows = 0
    let held: PruneReport['held'] = []
    for (let done = false; !done && !this.isEnding; ) {
      const startedAt = performance.now()
      const step = await storage.upkeep.prune({ table, before, limit: rowsAtOnce })
      for (const { account, at } of step.moved) onOpeningMoved?.(account, at)
      rows += step.rows
      held = step.held
      done = step.done
      progress.tell(progress.done + step.rows, table)
      if (!done) {
        if (!progress.isShown) progress.show(progress.done + (await this.pastTime()))
        await pause(performance.now() - startedAt)
      }
    }
    const since = (at: EpochMs) => new Date(at).toISOString()
    return {
      rows,
      held: held.map(
        (one) =>
          `${table} of ${one.account} since ${since(one.since)} stay: a fill or transfer of then is not settled yet`,
      ),
    }
  }

  private async giveBack(isAsked: boolean): Promise<string | null> {
    const { storage } = this.options
    const { isIncremental, freePages } = await storage.upkeep.returnFreeSpace(0)
    if (freePages === 0) return null
    const stored = await storage.upkeep.report()
    if (!isIncremental) return isAsked ? this.rewrite(stored) : null
    const pageBytes = stored.reusableBytes / freePages
    const spare = isAsked ? 0 : Math.ceil(spareBytes / pageBytes)
    const progress = this.progress('space', 'Giving space back to the disk')
    let freed = 0
    let left = freePages
    try {
      while (left > spare && !this.isEnding) {
        const startedAt = performance.now()
        const step = await storage.upkeep.returnFreeSpace(Math.min(pagesAtOnce, left - spare))
        if (step.freedPages <= 0) break
        freed += step.freedPages
        left = step.freePages
        progress.tell(freed)
        if (left > spare && !progress.isShown) progress.show(freed + left - spare)
        await pause(performance.now() - startedAt)
      }
    } catch (error) {
      progress.end('failed')
      throw error
    }
    progress.end(this.isEnding ? 'cancelled' : 'finished')
    return freed === 0 ? null : `${sizeText(freed * pageBytes)} given back to the disk`
  }

  /** Rows of all tables that retention has still to remove, roughly. */
  private async pastTime(): Promise<number> {
    const { storage, settings } = this.options
    const { retentionDays } = settings().storage
    const counts = prunableTables.map((table) => {
      const days = retentionDays[table]
      return days === null ? 0 : storage.upkeep.pastTime(table, this.now() - days * dayMs)
    })
    return (await Promise.all(counts)).reduce((sum, rows) => sum + rows, 0)
  }

  private progress(task: keyof typeof progressIds, title: string): LongWork {
    return new LongWork(progressIds[task], title, this.options.onProgress)
  }

  /** Of a file that was begun before version 3: written anew, it is small, and can give space back in steps from then on. */
  private async rewrite({ bytes, reusableBytes }: StoredReport): Promise<string> {
    const held = bytes - reusableBytes
    if (held > largestVacuumBytes) {
      return (
        `${sizeText(reusableBytes)} inside the file are free and will be used again. To give them back, quit Crossbook and run ` +
        '`sqlite3 crossbook.db "PRAGMA auto_vacuum = INCREMENTAL; VACUUM"`: while recording it would take too long'
      )
    }
    await this.disk.look()
    const needed = held * 2 + 100e6
    const free = this.disk.space?.freeBytes ?? 0
    if (free < needed) {
      throw new StorageError(
        'full',
        `to write the database anew ${sizeText(needed)} must be free on the disk, ${sizeText(free)} are`,
      )
    }
    await this.options.storage.upkeep.returnFreeSpace('vacuum')
    return `the file was written anew: ${sizeText(reusableBytes)} given back to the disk`
  }
}

/** As long as the step took: half of the writer's time stays free. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(5, ms)))

const count = (number: number, word: string): string =>
  `${number.toLocaleString('en-US')} ${word}${number === 1 ? '' : 's'}`

/** A piece of work that is shown once it turns out to be long, and only then. */
class LongWork {
  done = 0
  private readonly id: string
  private readonly title: string
  private readonly onProgress: (progress: Progress) => void
  private total: number | null = null
  private detail: string | null = null

  constructor(id: string, title: string, onProgress: (progress: Progress) => void) {
    this.id = id
    this.title = title
    this.onProgress = onProgress
  }

  get isShown(): boolean {
    return this.total !== null
  }

  /** `total` as it is expected. */
  show(total: number): void {
    this.total = total
    this.publish('running')
  }

  tell(done: number, detail: string | null = null): void {
    this.done = done
    this.detail = detail
    this.publish('running')
  }

  end(state: 'finished' | 'failed' | 'cancelled'): void {
    if (state === 'finished' && this.total !== null) this.total = this.done
    this.publish(state)
  }

  private publish(state: Progress['state']): void {
    const { id, title, done, total, detail } = this
    if (total !== null)
      this.onProgress({ id, title, done, total: Math.max(total, done), state, canCancel: true, detail })
  }
}
