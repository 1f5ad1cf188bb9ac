/** The tables and indexes of a version of the file, and where a damaged file keeps them. */
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { type Migration, migrate } from '../migrate.ts'
import { migrations } from '../migrations/index.ts'
import { type Cell, readPage, type Value } from './cells.ts'
import type { PageFile } from './pages.ts'

export interface StoredColumn {
  readonly name: string
  readonly type: string
  readonly isNullable: boolean
  /** The rowid under another name: stored as NULL. */
  readonly isRowid: boolean
}

export interface StoredIndex {
  readonly name: string
  /** By position in an entry; null: an expression or a generated column. The rowid follows as the last one. */
  readonly columns: readonly (string | null)[]
  readonly isPartial: boolean
}

export interface StoredTableForm {
  readonly name: string
  readonly hasRowid: boolean
  /** In the order in which a row stores them. */
  readonly columns: readonly StoredColumn[]
  readonly key: readonly string[]
  readonly indexes: readonly StoredIndex[]
}

/** Migrations that make a file of this version; all of them where it is not known. */
export function migrationsOf(version: number | null): readonly Migration[] {
  const newest = migrations.at(-1)?.version ?? 0
  const wanted = version === null || version < 1 || version > newest ? newest : version
  return migrations.filter((migration) => migration.version <= wanted)
}

/** Tables as the migrations make them, and the root pages that a file begun with them has. */
export function formsOf(
  steps: readonly Migration[],
  nativeBinding: string | null,
): { tables: StoredTableForm[]; roots: Map<string, number> } {
  const database = new SqliteDatabase(':memory:', nativeBinding === null ? {} : { nativeBinding })
  try {
    database.pragma('auto_vacuum = INCREMENTAL')
    migrate(database, ':memory:', steps)
    const roots = new Map(
      database.prepare<[], [string, number]>('SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0').raw().all(),
    )
    const names = database
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all()
    return { tables: names.map((name) => formOf(database, name)), roots }
  } finally {
    database.close()
  }
}

interface ColumnRow {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly pk: number
  readonly hidden: number
}

function formOf(database: Database, table: string): StoredTableForm {
  const all = database.prepare<[], ColumnRow>(`SELECT * FROM pragma_table_xinfo('${table}')`).all()
  const stored = all.filter(({ hidden }) => hidden === 0)
  const key = stored.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
  const hasRowid =
    database.prepare<[string], number>('SELECT wr FROM pragma_table_list WHERE name = ?').pluck().get(table) === 0
  const [only] = key
  const isRowid = (column: ColumnRow) => hasRowid && key.length === 1 && column === only && column.type === 'INTEGER'
  // Tables without rowids store their key first.
  const ordered = hasRowid ? stored : [...key, ...stored.filter((column) => !key.includes(column))]
  const indexes = database
    .prepare<[], { name: string; partial: number }>(`SELECT name, partial FROM pragma_index_list('${table}')`)
    .all()
    .map(({ name, partial }) => ({
      name,
      isPartial: partial === 1,
      columns: database
        .prepare<[], string | null>(`SELECT name FROM pragma_index_info('${name}')`)
        .pluck()
        .all()
        .map((column) => (stored.some((one) => one.name === column) ? column : null)),
    }))
  return {
    name: table,
    hasRowid,
    columns: ordered.map((column) => ({
      name: column.name,
      type: column.type,
      isNullable: column.notnull === 0 && (column.pk === 0 || isRowid(column)),
      isRowid: isRowid(column),
    })),
    key: key.map(({ name }) => name),
    indexes: hasRowid ? indexes : [],
  }
}

/** sqlite_schema: type, name, table, root page, SQL. */
const schemaColumns = 5

/** Root pages by name, as the damaged file's own schema says; those of a fresh file for what is unreadable there. */
export function rootsOf(file: PageFile, fresh: ReadonlyMap<string, number>): Map<string, number> {
  const roots = new Map<string, number>()
  const seen = new Set<number>()
  const visit = (page: number) => {
    if (seen.has(page)) return
    seen.add(page)
    const read = readPage(file, page)
    if (typeof read === 'string') return
    for (const { values } of read.cells) {
      const [, name, , root] = values
      const isRoot = values.length === schemaColumns && typeof name === 'string' && typeof root === 'number' && root > 0
      if (isRoot && fresh.has(name)) roots.set(name, root)
    }
    for (const child of read.children) visit(child)
  }
  visit(1)
  const taken = new Set(roots.values())
  for (const [name, root] of fresh) if (!roots.has(name) && !taken.has(root)) roots.set(name, root)
  return roots
}

const typeOf = (value: Value): string => {
  if (typeof value === 'string') return 'TEXT'
  if (Buffer.isBuffer(value)) return 'BLOB'
  return 'number'
}

/** Whether a stored row can be one of the table: number and types of its columns. */
export function fitsTable({ hasRowid, columns }: StoredTableForm): (cell: Cell) => boolean {
  return ({ rowid, values }) =>
    (rowid !== null) === hasRowid &&
    values.length === columns.length &&
    columns.every(({ type, isNullable, isRowid }, index) => {
      const value = values[index] ?? null
      if (isRowid) return value === null
      if (value === null) return isNullable
      if (type === 'INTEGER') return typeof value === 'bigint' || Number.isInteger(value)
      return type === 'REAL' ? typeof value === 'number' : typeOf(value) === type
    })
}
