/**
 * What is wrong with the database, and the ways out that are offered: the newest verified backup, a salvage of what can be read, a fresh
 * file. Nothing is chosen for the trader, and nothing is ever deleted.
 */
import { existsSync, rmSync } from 'node:fs'
import type { Progress } from '../shared/contract.ts'
import type { Backup, DatabaseStatus, SalvageReport } from '../shared/data.ts'
import type { EpochMs } from '../shared/domain/index.ts'
import type { BackupDesk } from './data-contract.ts'
import { messageOf } from './errors.ts'
import { CallError } from './handlers.ts'
import type { MarketDatabase } from './market-database.ts'
import type { StorageProblem } from './storage/contract.ts'
import { salvageDatabase } from './storage/copy.ts'
import { noteReplacement, restoringOf } from './storage/restore.ts'

export interface DatabaseDeskOptions {
  readonly database: () => MarketDatabase
  readonly backups: () => BackupDesk
  readonly mode: () => 'demo' | 'live'
  readonly onProgress: (progress: Progress) => void
  readonly onChanged: (status: DatabaseStatus) => void
}

const states: Partial<Record<StorageProblem, DatabaseStatus['state']>> = {
  corrupt: 'damaged',
  locked: 'locked',
  readonly: 'readonly',
  full: 'full',
  newer: 'newer',
  other: 'other',
}

/** What progress calls it. */
const salvageId = 'salvage'

export class DatabaseDesk {
  private readonly options: DatabaseDeskOptions
  private told = ''
  private salvaging: AbortController | null = null

  constructor(options: DatabaseDeskOptions) {
    this.options = options
  }

  async status(): Promise<DatabaseStatus> {
    const { database } = this.options
    const { file, trouble } = database()
    const state = stateOf(trouble?.kind)
    const setAside = this.setAside()
    const newestBackup = await this.newestBackup()
    const damaged = state === 'damaged' ? file : setAside
    return {
      state,
      words: trouble?.message ?? null,
      file,
      setAside,
      lost: damaged === null ? null : lostWords(newestBackup, Date.now()),
      newestBackup,
      canSalvage: damaged !== null,
    }
  }

  /** Call about once a second: tells the doors of a change. */
  async sweep(): Promise<void> {
    const { trouble, file } = this.options.database()
    const now = JSON.stringify([stateOf(trouble?.kind), trouble?.message, this.setAside(), file])
    if (now === this.told) return
    const isFirst = this.told === ''
    this.told = now
    const status = await this.status()
    if (!isFirst || status.state !== 'ok' || status.setAside !== null) this.options.onChanged(status)
  }

  /**
   * Reads what can be read into a fresh database beside the one in use, which goes on meanwhile. Rejects with a CallError; then nothing
   * was changed.
   */
  async prepareSalvage(): Promise<SalvageReport> {
    const { database, mode, onProgress } = this.options
    const { file, trouble } = database()
    const damaged = stateOf(trouble?.kind) === 'damaged' ? file : this.setAside()
    if (damaged === null)
      throw new CallError('unavailable', `${file} is not known to be damaged: there is nothing to salvage`)
    const target = restoringOf(file)
    const tell = (state: Progress['state'], share: number, detail: string | null) =>
      onProgress({
        ...{ id: salvageId, title: 'Salvage', done: Math.round(share * 100), total: 100 },
        ...{ state, canCancel: true, detail },
      })
    const controller = new AbortController()
    const { signal } = controller
    this.salvaging = controller
    tell('running', 0, null)
    try {
      const backup = await this.newestBackup()
      const choice = { backup: backup?.file ?? null, mode: mode(), now: Date.now() }
      const report = await salvageDatabase(damaged, target, choice, {
        signal,
        onProgress: (share) => tell('running', Math.min(share, 0.99), null),
      })
      if (report.tables.every(({ rows, table }) => rows === 0 || table === 'meta')) {
        rmSync(target, { force: true })
        throw new CallError('unavailable', `no row of ${damaged} could be read: restore a backup, or begin a new one`)
      }
      noteReplacement(file, 'the database was damaged; what could be read of it was salvaged')
      tell('finished', 1, null)
      return report
    } catch (error) {
      tell(signal.aborted ? 'cancelled' : 'failed', 0, messageOf(error))
      if (error instanceof CallError) throw error
      if (signal.aborted) throw new CallError('unavailable', 'the salvage was cancelled: nothing was changed')
      throw new CallError('unavailable', `${damaged} was not salvaged: ${messageOf(error)}`)
    } finally {
      this.salvaging = null
    }
  }

  /** Ends the work that progress is told of under this id. */
  cancel(id: string): void {
    if (id === salvageId) this.salvaging?.abort()
  }

  /** Throws a CallError where the database is in order: what is in it is not to be put away by mistake. */
  assertDamaged(): void {
    const { file, trouble } = this.options.database()
    if (stateOf(trouble?.kind) === 'damaged') return
    throw new CallError('unavailable', `${file} is not damaged: it is not put away`)
  }

  private setAside(): string | null {
    const aside = this.options.database().storage?.setAside ?? null
    return aside !== null && existsSync(aside) ? aside : null
  }

  private async newestBackup(): Promise<Backup | null> {
    const { backups, mode } = this.options
    try {
      return newestVerified(await backups().list(), mode(), Date.now())
    } catch (error) {
      // A folder that cannot be read has no backup to offer; its own list says why.
      if (error instanceof CallError) return null
      throw error
    }
  }
}

/**
 * Newest first is how they are listed. One of the future is of a clock that was ahead, and says nothing about how new it is: it counts
 * where there is no other.
 */
export function newestVerified(backups: readonly Backup[], mode: 'demo' | 'live', now: EpochMs): Backup | null {
  const verified = backups.filter((backup) => backup.state === 'verified' && backup.mode === mode)
  return verified.find(({ at }) => at <= now) ?? verified[0] ?? null
}

const stateOf = (kind: StorageProblem | undefined): DatabaseStatus['state'] =>
  kind === undefined ? 'ok' : (states[kind] ?? 'ok')

export function lostWords(backup: Backup | null, now: EpochMs): string {
  if (backup === null) {
    return 'There is no verified backup. A salvage reads what can be read; the rest is lost'
  }
  if (backup.at > now) {
    return (
      `The only verified backup says it is of ${new Date(backup.at).toISOString()}, which is yet to come: the clock was wrong when it ` +
      'was made, or is wrong now. What restoring it loses is not known. A salvage keeps what of that can be read'
    )
  }
  const hours = (now - backup.at) / 3_600_000
  const since =
    hours < 1
      ? `${Math.max(1, Math.round(hours * 60))} min`
      : hours < 48
        ? `${hours.toFixed(1)} h`
        : `${Math.round(hours / 24)} days`
  return (
    `The newest verified backup is of ${new Date(backup.at).toISOString()}: restoring it loses the ${since} recorded since. ` +
    'A salvage keeps what of that can be read'
  )
}

/** One line of what a salvage brought, for an alert. */
export function salvageWords({ tables, unreadPages, comparedWithBackup }: SalvageReport): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const harmed = tables.filter(({ lostPages, doubtfulRows, fromBackup }) => lostPages + doubtfulRows + fromBackup > 0)
  const losses = harmed.map(({ table, lostPages, ranges, doubtfulRows, fromBackup }) => {
    const between = ranges.map((range) => rangeWords(table, range)).join(', ')
    return [
      `${table}:`,
      lostPages === 0 ? '' : `${lostPages} pages unreadable (${between})`,
      doubtfulRows === 0 ? '' : `${doubtfulRows} rows left out as doubtful`,
      fromBackup === 0 ? '' : `${fromBackup} rows from the backup`,
    ]
      .filter((part) => part !== '')
      .join(' ')
  })
  const unread = unreadPages === 0 ? [] : [`${unreadPages} pages of unknown tables`]
  const compared = comparedWithBackup
    ? ''
    : '. There was no backup to compare with, so that a changed number may have gone unnoticed'
  const lost = [...losses, ...unread]
  return `${rows} rows were salvaged; ${lost.length === 0 ? 'nothing is known to be lost' : lost.join('; ')}${compared}`
}

function rangeWords(
  table: string,
  { after, upTo }: { readonly after: string | null; readonly upTo: string | null },
): string {
  const shown = (value: string | null, open: string) =>
    value === null ? open : table === 'book_tickers' ? new Date(Number(value)).toISOString() : `row ${value}`
  return `from ${shown(after, 'the first row')} to ${shown(upTo, 'the last row')}`
}
