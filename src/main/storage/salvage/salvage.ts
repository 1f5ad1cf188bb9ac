/**
 * What can be read of a damaged database, in a fresh one. The damaged file is only read, and page by page (pages.ts, cells.ts): what does
 * not add up is left out, row by row compared with its index entries and with a verified backup where there is one, and told. A changed
 * byte inside a number that nothing else repeats cannot be noticed: SQLite keeps no checksums. Runs in whatever thread calls it.
 */
import { existsSync, renameSync, rmSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import type { SalvageReport } from '../../../shared/data.ts'
import type { DownloadedList } from '../account-contract.ts'
import { downloadKey } from '../accounts/downloads.ts'
import { closeCleanly, openForWriting } from '../database.ts'
import { StorageError, storageErrorOf } from '../error.ts'
import { verify } from '../verified-copy.ts'
import type { Cell, Value } from './cells.ts'
import { correctFromBackup, fillFromBackup, IndexWitness, isOfSameLife } from './compare.ts'
import { noteQuoteGaps } from './gaps.ts'
import { PageFile } from './pages.ts'
import { fitsTable, formsOf, migrationsOf, rootsOf, type StoredTableForm } from './schema.ts'
import { removeBrokenChunks, removeImpossible } from './soundness.ts'
import { type LostRange, type Tree, walkTrees } from './walk.ts'

export interface SalvageOptions {
  /** Damaged; nobody may write to it meanwhile. */
  readonly file: string
  /** Where the salvaged database goes, complete and verified or not at all. */
  readonly target: string
  /** A verified backup to compare with and to fill holes from; null: there is none. */
  readonly backup: string | null
  readonly mode: 'demo' | 'live'
  readonly now: number
  readonly busyTimeoutMs: number
  readonly nativeBinding: string | null
}

type Columns = (string | number | bigint | Buffer | null)[]

class TableLoad {
  readonly form: StoredTableForm
  readonly lost: LostRange[] = []
  readonly problems: string[] = []
  isRootKnown = true
  doubtful = 0
  refused = 0
  fromBackup = 0
  private readonly insert: (values: Columns) => number

  constructor(database: Database, form: StoredTableForm) {
    this.form = form
    const { name, columns, hasRowid } = form
    const names = columns.map((column) => `"${column.name}"`)
    // Tables whose key is not the rowid keep it too: their index entries name it.
    const withRowid = hasRowid && !columns.some((column) => column.isRowid)
    const all = withRowid ? ['rowid', ...names] : names
    const statement = database.prepare(
      `INSERT OR IGNORE INTO "${name}" (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})`,
    )
    this.insert = (values) => statement.run(...values).changes
  }

  /** Its first rows are among what was lost. */
  get isBeginningLost(): boolean {
    return !this.isRootKnown || this.lost.some(({ after }) => after === null)
  }

  get isWhole(): boolean {
    return this.isRootKnown && this.lost.length + this.doubtful + this.refused === 0
  }

  add({ rowid, values }: Cell): void {
    const { columns, hasRowid } = this.form
    const row = columns.map((column, at) => (column.isRowid ? rowid : (values[at] ?? null)))
    try {
      const added = this.insert(hasRowid && !columns.some((column) => column.isRowid) ? [rowid, ...row] : row)
      if (added === 0) this.refused++
    } catch (error) {
      if (!(error instanceof Error && /^SQLITE_(CONSTRAINT|MISMATCH)/.test(String(Reflect.get(error, 'code')))))
        throw error
      this.refused++
    }
  }
}

/** What is not complete yet. */
export const partialSalvage = (target: string): string => `${target}.partial`

/** Throws a StorageError, or what `onProgress` throws as one; then there is no `target`. */
export function salvage(options: SalvageOptions, onProgress: (done: number, total: number) => void): SalvageReport {
  const { file, target, backup, nativeBinding, busyTimeoutMs } = options
  const partial = partialSalvage(target)
  removeWithWal(partial)
  try {
    const source = new PageFile(file)
    try {
      const steps = migrationsOf(source.header.schemaVersion)
      const { database } = openForWriting({ file: partial, nativeBinding, busyTimeoutMs, maximumBytes: null }, steps)
      try {
        database.pragma('foreign_keys = OFF')
        // Nothing of it counts until it is complete.
        database.pragma('synchronous = OFF')
        const isComparable = backup !== null && versionOfFile(backup, nativeBinding) === steps.at(-1)?.version
        if (isComparable) database.prepare('ATTACH ? AS backup').run(backup)
        const report = load(source, database, options, isComparable, onProgress)
        if (isComparable) database.exec('DETACH backup')
        database.pragma('synchronous = FULL')
        closeCleanly(database, partial)
        verify(partial, nativeBinding, { alone: true })
        renameSync(partial, target)
        return report
      } finally {
        if (database.open) database.close()
      }
    } finally {
      source.close()
    }
  } catch (error) {
    removeWithWal(partial)
    throw storageErrorOf(error, partial)
  }
}

function load(
  source: PageFile,
  database: Database,
  { mode, now, file }: SalvageOptions,
  hasBackup: boolean,
  onProgress: (done: number, total: number) => void,
): SalvageReport {
  const steps = migrationsOf(source.header.schemaVersion)
  const { tables: forms, roots: fresh } = formsOf(steps, null)
  const roots = rootsOf(source, fresh)
  database.exec('BEGIN')
  // Its own are the fresh file's.
  database.exec('DELETE FROM meta')
  const loads = forms.map((form) => new TableLoad(database, form))
  const witnesses = loads.flatMap(({ form }) =>
    form.indexes.map((index) => ({ form, witness: new IndexWitness(database, form, index) })),
  )
  const trees: Tree[] = [
    ...loads.flatMap((table): Tree[] => {
      const root = roots.get(table.form.name)
      if (root === undefined) {
        table.isRootKnown = false
        table.problems.push('where it begins is not known')
        return []
      }
      return [
        {
          root,
          isTable: table.form.hasRowid,
          fits: fitsTable(table.form),
          onCells: (cells) => {
            for (const cell of cells) table.add(cell)
          },
          onLost: (range, problem) => {
            table.lost.push(range)
            table.problems.push(problem)
          },
        },
      ]
    }),
    ...witnesses.flatMap(({ witness }): Tree[] => {
      const root = roots.get(witness.index.name)
      if (root === undefined) {
        witness.isWhole = false
        return []
      }
      return [
        {
          root,
          isTable: false,
          fits: witness.fits,
          onCells: (cells) => witness.add(cells),
          onLost: () => {
            witness.isWhole = false
          },
        },
      ]
    }),
  ]
  const { unclaimed } = walkTrees(source, trees, (done) => onProgress(done, source.pageCount))
  if (unclaimed > 0) for (const { witness } of witnesses) witness.isWhole = false
  const instruments = forms.find(({ name }) => name === 'instruments')
  const compared = hasBackup && instruments !== undefined && isOfSameLife(database, instruments)
  weigh(database, loads, witnesses, compared, now)
  forgetDownloads(database, loads)
  database.prepare("INSERT INTO meta (key, value) VALUES ('mode', ?) ON CONFLICT DO NOTHING").run(mode)
  noteQuoteGaps(database, loads.find(({ form }) => form.name === 'book_tickers')?.lost ?? [])
  database.exec('COMMIT')
  return {
    file,
    tables: loads.map((table) => reportOf(database, table)),
    unreadPages: unclaimed,
    comparedWithBackup: compared,
  }
}

/** Leaves out what cannot be, takes from the backup what it holds otherwise or alone, and what then refers to nothing goes too. */
function weigh(
  database: Database,
  loads: readonly TableLoad[],
  witnesses: readonly { readonly form: StoredTableForm; readonly witness: IndexWitness }[],
  hasBackup: boolean,
  now: number,
): void {
  for (const table of loads) {
    const { form } = table
    if (hasBackup) table.fromBackup += correctFromBackup(database, form, table.isBeginningLost)
    const own = witnesses.filter((one) => one.form === form)
    const contradicted = new Set(own.flatMap(({ witness }) => [...witness.contradicted()]))
    const remove = form.hasRowid ? database.prepare(`DELETE FROM "${form.name}" WHERE rowid = ?`) : null
    for (const rowid of contradicted) table.doubtful += remove?.run(rowid).changes ?? 0
    table.doubtful += removeImpossible(database, form, now)
    if (form.name === 'book_ticker_chunks') table.doubtful += removeBrokenChunks(database)
    if (hasBackup) table.fromBackup += fillFromBackup(database, form, table.isBeginningLost)
    for (const { witness } of own) witness.close()
  }
  removeOrphans(database, loads)
}

/** A number that names no instrument could be given to another one later. */
function removeOrphans(database: Database, loads: readonly TableLoad[]): void {
  const orphans = database
    .prepare<[], { table: string; rowid: number | null }>('SELECT "table", rowid FROM pragma_foreign_key_check')
    .all()
  for (const table of loads) {
    const { name, hasRowid } = table.form
    const rows = orphans.filter((orphan) => orphan.table === name)
    if (rows.length === 0) continue
    const remove = hasRowid
      ? database.prepare(`DELETE FROM "${name}" WHERE rowid = ?`)
      : database.prepare(`DELETE FROM "${name}" WHERE instrument_id NOT IN (SELECT id FROM instruments)`)
    if (hasRowid) for (const { rowid } of rows) table.doubtful += remove.run(rowid).changes
    else table.doubtful += remove.run().changes
  }
}

const downloadedLists: Readonly<Record<string, DownloadedList>> = {
  orders: 'orders',
  fills: 'fills',
  transfers: 'transfers',
  funding_payments: 'funding',
}

/** A list of an account of which rows are gone was not downloaded: the next start asks for all of it that the exchange still tells. */
function forgetDownloads(database: Database, loads: readonly TableLoad[]): void {
  const forget = database.prepare<[string]>("UPDATE meta SET value = '0' WHERE key GLOB ?")
  for (const { form, isWhole } of loads) {
    const list = downloadedLists[form.name]
    if (list !== undefined && !isWhole) forget.run(downloadKey({ account: '*', list }))
  }
}

function reportOf(database: Database, table: TableLoad): SalvageReport['tables'][number] {
  const { form, lost, doubtful, refused, fromBackup, problems } = table
  return {
    table: form.name,
    rows: database.prepare<[], number>(`SELECT count(*) FROM "${form.name}"`).pluck().get() ?? 0,
    lostPages: lost.length,
    ranges: lost.map(({ after, upTo }) => ({ after: textOf(after), upTo: textOf(upTo) })),
    doubtfulRows: doubtful + refused,
    fromBackup,
    problems: [...new Set(problems)],
  }
}

const textOf = (value: Value): string | null => (value === null ? null : String(value))

function versionOfFile(file: string, nativeBinding: string | null): number | null {
  if (!existsSync(file)) return null
  try {
    return verify(file, nativeBinding, { alone: false }).schemaVersion
  } catch (error) {
    // Then there is nothing to compare with, which the report says.
    if (error instanceof StorageError) return null
    throw error
  }
}

function removeWithWal(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true })
}
