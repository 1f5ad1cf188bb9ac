import type { Database } from 'better-sqlite3'
import { backUpBefore } from './backup.ts'
import { StorageError } from './error.ts'
import { migrations as allMigrations } from './migrations/index.ts'

/** One step of the file's form, forward only: brings `user_version` from `version - 1` to `version`. */
export interface Migration {
  readonly version: number
  readonly purpose: string
  /** Runs inside a transaction. */
  readonly up: (database: Database) => void
}

/** Written into every file of ours (PRAGMA application_id): the bytes of "CBok". */
export const applicationId = 0x43426f6b

export const versionOf = (database: Database): number => Number(database.pragma('user_version', { simple: true }))

/**
 * Refuses a file that is not ours to change: one of a newer Crossbook, or one that another program made.
 * Only reads. Throws a StorageError.
 */
export function assertKnown(database: Database, file: string, migrations: readonly Migration[] = allMigrations): void {
  const version = versionOf(database)
  const newest = migrations.at(-1)?.version ?? 0
  const tables = database.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() ?? 0
  if (tables > 0 && database.pragma('application_id', { simple: true }) !== applicationId) {
    throw new StorageError(
      'other',
      `${file} is another program's database: give Crossbook a folder of its own (--data)`,
    )
  }
  if (version > newest) {
    throw new StorageError(
      'newer',
      `${file} was written by a newer Crossbook (version ${version} of the file, this one knows ${newest}): ` +
        'install that Crossbook, or use another folder (--data); the file was left as it is',
    )
  }
}

/**
 * Brings the file to the newest version, each migration in a transaction of its own. A file that holds something is backed up
 * beside itself first; without a backup there is no migration.
 * @returns the versions it went through, empty when the file is up to date
 */
export function migrate(
  database: Database,
  file: string,
  migrations: readonly Migration[] = allMigrations,
): readonly number[] {
  const from = versionOf(database)
  const pending = migrations.filter(({ version }) => version > from)
  const [first] = pending
  if (first === undefined) return []
  if (from > 0) backUpBefore(database, file, first.version)
  for (const { version, up } of pending) {
    database
      .transaction(() => {
        up(database)
        database.pragma(`application_id = ${applicationId}`)
        database.pragma(`user_version = ${version}`)
      })
      .immediate()
  }
  return pending.map(({ version }) => version)
}
