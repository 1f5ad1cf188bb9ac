/**
 * Backups of the database: made by hand and on a schedule, each verified before it counts, listed with what is in them. What lies in
 * the folder is the truth: a file whose description is missing is listed as not verified.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Progress } from '../shared/contract.ts'
import { Backup } from '../shared/data.ts'
import type { Alert } from '../shared/domain/index.ts'
import type { Settings } from '../shared/settings.ts'
import type { BackupDesk } from './data-contract.ts'
import { codeOf, messageOf } from './errors.ts'
import { freeBytesOf, replaceFile, sizeOf, sizeText } from './files.ts'
import { CallError } from './handlers.ts'
import type { Logger } from './log.ts'
import { copyDatabase } from './storage/copy.ts'
import { StorageError } from './storage/error.ts'
import { restoringOf } from './storage/restore.ts'

export interface BackupOptions {
  /** The database in use; null: nothing is recorded, and `problem` says why. */
  readonly database: () => { readonly file: string; readonly mode: 'demo' | 'live' } | null
  readonly problem: () => string | null
  /** Asked anew each time: it is a setting. */
  readonly folder: () => string
  readonly settings: () => Settings['backup']
  readonly logger: Logger
  readonly onAlert: (alert: Pick<Alert, 'severity' | 'rule' | 'subject' | 'message'>) => void
  readonly onProgress: (progress: Progress) => void
  readonly onChanged: (backups: readonly Backup[]) => void
  readonly now?: () => number
}

const hourMs = 3_600_000
const checkEveryMs = 60_000
/** The first scheduled one waits until the start is over. */
const firstAfterMs = 120_000
/** A failed one is tried again after this. */
const retryMs = hourMs
const name = /^crossbook-(demo|live)-\d{8}T\d{6}(\d{3})?-(manual|scheduled|restore)\.db$/
/** What a backup leaves that was cut short by a crash. */
const leftoverName =
  /^crossbook-(demo|live)-\d{8}T\d{6}(\d{3})?-(manual|scheduled|restore)\.db\.partial(-journal|-wal|-shm)?$/
/** One not written to for so long is nobody's: another program's may be under way, and is not written to while it is checked. */
const abandonedMs = 6 * hourMs
const migrationName = /^crossbook\.db\.before-v\d+\.bak$/
/** What a description holds; the rest is read from the file itself. */
const Description = z.object({
  at: z.number(),
  bytes: z.number(),
  schemaVersion: z.number().int(),
  rows: z.record(z.string(), z.number().int()),
})

export class Backups implements BackupDesk {
  private readonly options: BackupOptions
  private readonly now: () => number
  private timer: NodeJS.Timeout | null = null
  private startedAt = 0
  private failedAt: number | null = null
  private running: { readonly controller: AbortController; readonly work: Promise<Backup> } | null = null

  constructor(options: BackupOptions) {
    this.options = options
    this.now = options.now ?? Date.now
  }

  get folder(): string {
    return this.options.folder()
  }

  start(): void {
    this.startedAt = this.now()
    this.timer ??= setInterval(() => this.check(), checkEveryMs)
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer)
    this.timer = null
    this.running?.controller.abort()
    await this.idle()
  }

  cancel(id: string): void {
    if (id === 'backup') this.running?.controller.abort()
  }

  async list(): Promise<readonly Backup[]> {
    return this.read()
  }

  /** One at a time: a second one asked for meanwhile is the same one. Rejects with a CallError. */
  create(reason: Backup['reason']): Promise<Backup> {
    if (this.running) return this.running.work
    const database = this.options.database()
    if (!database) {
      const why = this.options.problem() ?? 'the database is not open'
      return Promise.reject(new CallError('unavailable', `there is nothing to back up: ${why}`))
    }
    const controller = new AbortController()
    const work = this.copy(database, reason, controller.signal).finally(() => {
      this.running = null
    })
    this.running = { controller, work }
    return work
  }

  async remove(id: string): Promise<void> {
    const found = this.find(id)
    rmSync(found.file, { force: true })
    rmSync(descriptionOf(found.file), { force: true })
    this.changed()
  }

  /** Throws a CallError where there is none of that name. */
  find(id: string): Backup {
    const found = this.read().find((backup) => backup.id === id)
    if (found) return found
    throw new CallError('badRequest', `there is no backup "${id}" in ${this.folder}`)
  }

  private async copy(
    { file, mode }: { readonly file: string; readonly mode: 'demo' | 'live' },
    reason: Backup['reason'],
    signal: AbortSignal,
  ): Promise<Backup> {
    const { logger, onProgress, onAlert } = this.options
    const at = this.now()
    const stamp = new Date(at).toISOString().replace(/[-:.Z]/g, '')
    const { folder } = this
    const id = `crossbook-${mode}-${stamp}-${reason}.db`
    const target = join(folder, id)
    const tell = (state: Progress['state'], share: number, detail: string | null) =>
      onProgress({
        ...{ id: 'backup', title: 'Backup', done: Math.round(share * 100), total: 100 },
        ...{ state, canCancel: true, detail },
      })
    tell('running', 0, null)
    try {
      mkdirSync(folder, { recursive: true })
      this.removeLeftovers()
      assertRoom(file, folder)
      const report = await copyDatabase(file, target, { signal, onProgress: (share) => tell('running', share, null) })
      const { bytes, schemaVersion, rows } = report
      replaceFile(descriptionOf(target), JSON.stringify({ at, bytes, schemaVersion, rows }))
      this.failedAt = null
      logger.info({ file: target, bytes }, 'backup made and verified')
      tell('finished', 1, target)
      this.prune()
      this.changed()
      return describe(target)
    } catch (error) {
      const message = messageOf(error)
      tell(signal.aborted ? 'cancelled' : 'failed', 0, message)
      if (signal.aborted) throw new CallError('unavailable', 'the backup was cancelled')
      this.failedAt = this.now()
      onAlert({ severity: 'error', rule: 'backup', subject: 'backup', message: `No backup was made: ${message}` })
      throw error instanceof CallError ? error : new CallError('unavailable', `no backup was made: ${message}`)
    }
  }

  /** Resolves when no backup is being made. */
  async idle(): Promise<void> {
    await this.running?.work.catch(() => undefined)
  }

  /** Makes a scheduled one when it is due. */
  check(): void {
    const { everyHours } = this.options.settings()
    const database = this.options.database()
    if (everyHours === 0 || this.running || !database) return
    const now = this.now()
    // A start in the future was told by a clock that has been set back since.
    if (now >= this.startedAt && now - this.startedAt < firstAfterMs) return
    if (this.failedAt !== null && now - this.failedAt < retryMs && now >= this.failedAt) return
    // A backup of the future is of a clock that was wrong: it says nothing about how old the newest is.
    const newest = this.verified(database.mode).find(({ at }) => at <= now)
    if (newest && now - newest.at < everyHours * hourMs) return
    this.create('scheduled').catch((error: unknown) =>
      this.options.logger.debug({ err: error }, 'the scheduled backup failed'),
    )
  }

  /**
   * Scheduled ones beyond the number that is kept go, oldest first; those made by hand stay. Those of the future are of a clock that was
   * wrong: they go before others, or they would outlive each new one.
   */
  private prune(): void {
    const { keep } = this.options.settings()
    const mode = this.options.database()?.mode
    if (mode === undefined) return
    const now = this.now()
    const scheduled = this.verified(mode).filter(({ reason }) => reason === 'scheduled')
    const ordered = [...scheduled.filter(({ at }) => at <= now), ...scheduled.filter(({ at }) => at > now)]
    for (const { file } of ordered.slice(keep)) {
      rmSync(file, { force: true })
      rmSync(descriptionOf(file), { force: true })
    }
  }

  private removeLeftovers(): void {
    for (const file of listFolder(this.folder, leftoverName)) {
      const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: Number.NaN }
      if (Date.now() - mtimeMs < abandonedMs) continue
      rmSync(file, { force: true })
      this.options.logger.info({ file }, 'removed what an interrupted backup had left')
    }
  }

  private verified(mode: 'demo' | 'live'): readonly Backup[] {
    return this.read().filter((backup) => backup.state === 'verified' && backup.mode === mode)
  }

  private changed(): void {
    this.options.onChanged(this.read())
  }

  /** Newest first. */
  private read(): Backup[] {
    const database = this.options.database()
    const beside = database === null ? [] : listFolder(dirname(database.file), migrationName)
    return [...listFolder(this.folder, name), ...beside].map(describe).sort((a, b) => b.at - a.at)
  }
}

/**
 * Copies a backup beside `file`, which may be in use, and verifies the copy. Rejects with a CallError; then there is no copy.
 */
export async function prepareRestore(backup: Backup, file: string, mode: 'demo' | 'live'): Promise<void> {
  const restoring = restoringOf(file)
  try {
    mkdirSync(dirname(file), { recursive: true })
    // A copy of the copy, verified like any other: the backup itself stays as it is.
    const report = await copyDatabase(backup.file, restoring)
    if (report.mode !== null && report.mode !== mode) {
      throw new CallError('badRequest', `${backup.id} holds ${report.mode} data, and this is the ${mode} database`)
    }
  } catch (error) {
    rmSync(restoring, { force: true })
    if (error instanceof CallError) throw error
    throw new CallError('unavailable', `${backup.id} was not restored: ${whyNotRestored(error)}`)
  }
}

/** Of a backup, storage's own advice would be about the wrong file: it speaks of the copy, and of the database in use. */
function whyNotRestored(error: unknown): string {
  if (!(error instanceof StorageError)) return messageOf(error)
  switch (error.kind) {
    case 'corrupt':
      return 'it is damaged, or no database at all. Nothing was changed: choose another one'
    case 'newer':
      return 'a newer Crossbook made it. Nothing was changed: install that first'
    default:
      return error.message
  }
}

function describe(file: string): Backup {
  const id = file.slice(dirname(file).length + 1)
  const { size, mtimeMs } = statSync(file)
  const [, mode = null, , reason = 'migration'] = name.exec(id) ?? []
  const known = {
    ...{ id, file, bytes: size },
    mode: Backup.shape.mode.parse(mode),
    reason: Backup.shape.reason.parse(reason),
  }
  const description = readDescription(file)
  if (typeof description === 'string') {
    const unverified = { ...known, at: Math.round(mtimeMs), state: 'unverified', problem: description } as const
    return { ...unverified, schemaVersion: null, rows: {} }
  }
  const { at, bytes, schemaVersion, rows } = description
  if (bytes !== size) {
    const problem = `it has ${size} bytes, and had ${bytes} when it was verified`
    return { ...known, at, state: 'failed', problem, schemaVersion, rows }
  }
  return { ...known, at, state: 'verified', problem: null, schemaVersion, rows }
}

/** A copy that fills the disk would stop the recording. */
function assertRoom(file: string, folder: string): void {
  const needed = sizeOf(file) + sizeOf(`${file}-wal`)
  const free = freeBytesOf(folder)
  // As much again stays free for what is being recorded.
  const spare = Math.min(needed, 1_000_000_000)
  if (free < needed + spare) {
    throw new StorageError(
      'full',
      `${folder} has ${sizeText(free)} free, and a copy of ${sizeText(needed)} needs ${sizeText(needed + spare)}: ` +
        'make room, or choose another folder (Data > Backups)',
    )
  }
}

/** In words, why there is none. */
function readDescription(file: string): z.infer<typeof Description> | string {
  let text: string
  try {
    text = readFileSync(descriptionOf(file), 'utf8')
  } catch {
    return migrationName.test(file.slice(dirname(file).length + 1))
      ? 'made before the file was brought up to date; it is verified when it is restored'
      : 'it was never verified'
  }
  try {
    return Description.parse(JSON.parse(text))
  } catch {
    return 'what was noted when it was verified cannot be read'
  }
}

const descriptionOf = (file: string): string => `${file}.json`

function listFolder(folder: string, names: RegExp): string[] {
  try {
    return readdirSync(folder)
      .filter((entry) => names.test(entry))
      .map((entry) => join(folder, entry))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw new CallError('unavailable', `the folder ${folder} cannot be read: ${String(error)}`)
  }
}
