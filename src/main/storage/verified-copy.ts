/**
 * A verified copy of the database, taken while it is written to: the copy is of one moment, opened again, checked by SQLite, and its
 * rows counted and compared with the original's at that moment. Runs in whatever thread calls it; see copy-worker.ts.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { type DatabaseOptions, openForReading } from './database.ts'
import { StorageError, storageErrorOf } from './error.ts'
import { assertKnown, versionOf } from './migrate.ts'

export interface CopyReport {
  readonly bytes: number
  readonly schemaVersion: number
  /** What `meta` says: demo or live; null where it says nothing. */
  readonly mode: string | null
  /** By table. */
  readonly rows: Readonly<Record<string, number>>
}

/** Where a copy is written until it is complete. */
export const partialCopy = (target: string): string => `${target}.partial`

/** A step of this many pages (4 kB each) keeps the thread deaf for a few milliseconds. */
const pagesAStep = 500

/**
 * Writes the copy to `target`, complete and verified or not at all. Throws a StorageError: `full`, `corrupt` when the copy is not what
 * the original is, `stopped` when `isCancelled` said so.
 */
export async function copyVerified(
  source: Pick<DatabaseOptions, 'file' | 'busyTimeoutMs' | 'nativeBinding'>,
  target: string,
  onProgress: (donePages: number, totalPages: number) => void,
  isCancelled: () => boolean,
): Promise<CopyReport> {
  const partial = partialCopy(target)
  removeWithWal(partial)
  try {
    const original = openForReading({ ...source, maximumBytes: null })
    let expected: Readonly<Record<string, number>>
    try {
      // One moment for the count and for every page: without a transaction of its own the copy would begin anew at each write.
      original.exec('BEGIN')
      expected = countRows(original)
      await original.backup(partial, {
        progress: ({ totalPages, remainingPages }) => {
          if (isCancelled()) throw new StorageError('stopped', 'the copy was cancelled')
          onProgress(totalPages - remainingPages, totalPages)
          return pagesAStep
        },
      })
    } finally {
      original.close()
    }
    const report = verify(partial, source.nativeBinding, { alone: true })
    for (const [table, rows] of Object.entries(expected)) {
      if (report.rows[table] !== rows) {
        throw new StorageError(
          'corrupt',
          `the copy has ${report.rows[table] ?? 0} rows of ${table}, the original ${rows}`,
        )
      }
    }
    const descriptor = openSync(partial, 'r+')
    fsyncSync(descriptor)
    closeSync(descriptor)
    renameSync(partial, target)
    return report
  } catch (error) {
    removeWithWal(partial)
    throw storageErrorOf(error, partial)
  }
}

/**
 * Opens a copy, lets SQLite check every page of it, and counts its rows. `alone`: it is ours alone, made one file
 * without a WAL, and told to have been closed.
 * Throws a StorageError.
 */
export function verify(file: string, nativeBinding: string | null, { alone }: { readonly alone: boolean }): CopyReport {
  const binding = nativeBinding === null ? {} : { nativeBinding }
  try {
    const database = new SqliteDatabase(file, { readonly: !alone, fileMustExist: true, ...binding })
    try {
      if (alone) database.pragma('journal_mode = DELETE')
      assertKnown(database, file)
      // The original is in use; nobody has this one open.
      if (alone) database.exec("UPDATE meta SET value = '1' WHERE key = 'clean_close'")
      const [damage] = database.prepare<[], string>('PRAGMA integrity_check(3)').pluck().all()
      if (damage !== 'ok') throw new StorageError('corrupt', `${file} is damaged (${damage ?? 'unknown'})`)
      const schemaVersion = versionOf(database)
      if (schemaVersion === 0) throw new StorageError('other', `${file} is an empty database`)
      const mode = database.prepare<[], string>("SELECT value FROM meta WHERE key = 'mode'").pluck().get() ?? null
      return { bytes: statSync(file).size, schemaVersion, mode, rows: countRows(database) }
    } finally {
      database.close()
    }
  } catch (error) {
    throw storageErrorOf(error, file)
  }
}

function countRows(database: Database): Record<string, number> {
  const tables = database
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all()
  return Object.fromEntries(
    tables.map((table) => [table, database.prepare<[], number>(`SELECT count(*) FROM "${table}"`).pluck().get() ?? 0]),
  )
}

function removeWithWal(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true })
}
