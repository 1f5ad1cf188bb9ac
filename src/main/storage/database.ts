/** Opening the file: set aside what is no database, refuse what is not ours, check after a crash, migrate. */
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { damagedText, isUnreadable, StorageError, storageErrorOf } from './error.ts'
import { assertKnown, type Migration, migrate } from './migrate.ts'

export interface DatabaseOptions {
  readonly file: string
  /** How long a statement waits for another program's lock, ms. */
  readonly busyTimeoutMs: number
  /** Path of a better-sqlite3 binary other than the package's own; null: that one. */
  readonly nativeBinding: string | null
  /** The file may not grow beyond this; writes then fail as on a full disk. null: no limit. */
  readonly maximumBytes: number | null
}

export interface OpenedDatabase {
  readonly database: Database
  /** What the trader must be told loudly. */
  readonly notices: readonly string[]
  /** What lay there could not be read as a database and has this name now; null: it could. */
  readonly setAside: string | null
  /** Versions the file was brought through just now; empty when it was up to date. */
  readonly migrated: readonly number[]
  /** True when the last program that wrote the file did not close it. */
  readonly wasUnclean: boolean
}

/**
 * The better-sqlite3 binary that the environment names (CROSSBOOK_SQLITE_BINDING), null for the package's own. Throws a
 * StorageError where that one would take the whole process down: it needs Node-API 10.
 */
export function nativeBindingOf(environment: NodeJS.ProcessEnv): string | null {
  const binding = environment.CROSSBOOK_SQLITE_BINDING
  if (binding !== undefined && binding !== '') return binding
  if (Number(process.versions.napi) >= 10) return null
  throw new StorageError('other', 'the database needs Node 22.14 or newer: run `npm ci`, which brings Node 24')
}

/** Above this the check after a crash leaves out book_tickers, by far the largest table, so that the start stays quick. */
const wholeCheckBytes = 256 * 1024 * 1024
const smallTables = [
  ...['meta', 'instruments', 'klines', 'opportunities', 'accounts', 'orders', 'order_events', 'fills', 'balances'],
  ...[
    'daily_balances',
    'ledger_openings',
    'positions',
    'transfers',
    'transfer_events',
    'funding_payments',
    'funding_rates',
    'equity_samples',
    'alerts',
    'exchange_hours',
    'drift',
    'gaps',
  ],
] as const

/**
 * Opens the file for writing, making it where there is none. Throws a StorageError; a newer or foreign file stays untouched.
 * Only a file that cannot be opened as a database at all is set aside, and a fresh one begun.
 */
export function openForWriting(options: DatabaseOptions, migrations?: readonly Migration[]): OpenedDatabase {
  const { file } = options
  const notices: string[] = []
  let aside: string | null = null
  try {
    mkdirSync(dirname(file), { recursive: true })
    let database: Database
    try {
      database = connect(options)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      aside = setAside(file, new Date())
      notices.push(`${file} could not be read as a database: it was kept as ${aside} and a fresh one was begun`)
      database = connect(options)
    }
    try {
      return { database, notices, setAside: aside, ...prepare(database, options, migrations) }
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    throw storageErrorOf(error, file)
  }
}

/**
 * Pages that a reading connection keeps, KiB. The system keeps them, too, so reading with the 16 MB that the library would keep takes as
 * long; but those are filled at once by the first long look, and never given back.
 */
const readingCacheKib = 1_000
/** The library would keep 16 MB, and fill them within an hour; what falls out the system keeps, as above. */
const writingCacheKib = 8_000

/** A connection that cannot write; the writer's must be open. Throws a StorageError. */
export function openForReading({ file, busyTimeoutMs, nativeBinding }: DatabaseOptions): Database {
  try {
    const database = new SqliteDatabase(file, {
      readonly: true,
      timeout: busyTimeoutMs,
      ...bindingOption(nativeBinding),
    })
    database.pragma(`cache_size = -${readingCacheKib}`)
    return database
  } catch (error) {
    throw storageErrorOf(error, file)
  }
}

/**
 * The mark of a clean end, the WAL written back, the file closed. Throws a StorageError, the file being closed all the same.
 * `isDamaged`: no mark, so that the next opening checks the file.
 */
export function closeCleanly(database: Database, file: string, isDamaged = false): void {
  try {
    if (isDamaged) return
    setCleanClose(database, true)
    database.pragma('wal_checkpoint(TRUNCATE)')
  } catch (error) {
    throw storageErrorOf(error, file)
  } finally {
    database.close()
  }
}

/** SQLite's own complaints about the file, first ones first; empty when it is sound. */
export function damagesOf(database: Database, bytes: number): readonly string[] {
  const checks =
    bytes <= wholeCheckBytes ? ['quick_check(5)'] : smallTablesOf(database).map((table) => `quick_check(${table})`)
  return checks.flatMap((check) =>
    database
      .prepare<[], string>(`PRAGMA ${check}`)
      .pluck()
      .all()
      .filter((line) => line !== 'ok'),
  )
}

/** Those that a file of its version has: after a crash it is checked before it is brought up to date. */
function smallTablesOf(database: Database): readonly string[] {
  const there = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  return smallTables.filter((table) => there.includes(table))
}

const bindingOption = (nativeBinding: string | null) => (nativeBinding === null ? {} : { nativeBinding })

/** Reads the schema, so that a file that is no database fails here. */
function connect({ file, busyTimeoutMs, nativeBinding }: DatabaseOptions): Database {
  const database = new SqliteDatabase(file, { timeout: busyTimeoutMs, ...bindingOption(nativeBinding) })
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function prepare(
  database: Database,
  { file, maximumBytes }: DatabaseOptions,
  migrations?: readonly Migration[],
): Omit<OpenedDatabase, 'database' | 'notices' | 'setAside'> {
  assertKnown(database, file, migrations)
  // Free pages can then be given back to the disk (upkeep/free-space.ts). It has an effect only before the first page is written, and
  // later it would still write to the file, which may be damaged.
  if (database.pragma('page_count', { simple: true }) === 0) database.pragma('auto_vacuum = INCREMENTAL')
  database.pragma('journal_mode = WAL')
  // With the WAL, NORMAL loses nothing at a crash of the program; at a power failure the last commits, never the file.
  database.pragma('synchronous = NORMAL')
  database.pragma('foreign_keys = ON')
  database.pragma('wal_autocheckpoint = 1000')
  // After a long reader or a large transaction the WAL shrinks back to this.
  database.pragma('journal_size_limit = 16777216')
  if (maximumBytes !== null) {
    const pageSize = Number(database.pragma('page_size', { simple: true }))
    database.pragma(`max_page_count = ${Math.floor(maximumBytes / pageSize)}`)
  }
  const wasUnclean = closedCleanly(database) === false
  if (wasUnclean) {
    const [damage] = damagesOf(database, statSync(file).size)
    if (damage !== undefined) {
      throw new StorageError('corrupt', damagedText(file, damage))
    }
  }
  const migrated = migrate(database, file, migrations)
  database.pragma(`cache_size = -${writingCacheKib}`)
  // Also shows at once whether the file can be written at all.
  setCleanClose(database, false)
  return { migrated, wasUnclean }
}

/** null: nobody has written the mark yet. */
function closedCleanly(database: Database): boolean | null {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get() !== undefined
  if (!known) return null
  const mark = database.prepare<[], string>("SELECT value FROM meta WHERE key = 'clean_close'").pluck().get()
  return mark === undefined ? null : mark === '1'
}

function setCleanClose(database: Database, clean: boolean): void {
  database
    .prepare("INSERT INTO meta (key, value) VALUES ('clean_close', ?) ON CONFLICT DO UPDATE SET value = excluded.value")
    .run(clean ? '1' : '0')
}

/** Moves the file and its WAL away; returns the new name. */
function setAside(file: string, now: Date): string {
  const aside = `${file}.corrupt-${now.toISOString().replace(/[-:.]/g, '')}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${aside}${suffix}`)
  }
  return aside
}
