/** One flipped byte in a database, and what a salvage may and may not do about it. */
import { closeSync, copyFileSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'

export interface Flip {
  readonly at: number
  readonly mask: number
}

/** Mulberry32: the same flips for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

export const flipOf = (random: () => number, bytes: number): Flip => ({
  at: Math.floor(random() * bytes),
  mask: 1 + Math.floor(random() * 255),
})

/** `original` with one byte changed. */
export function flipped(original: string, target: string, { at, mask }: Flip): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${target}${suffix}`, { force: true })
  copyFileSync(original, target)
  const descriptor = openSync(target, 'r+')
  const byte = Buffer.alloc(1)
  readSync(descriptor, byte, 0, 1, at)
  byte[0] = (byte[0] ?? 0) ^ mask
  writeSync(descriptor, byte, 0, 1, at)
  closeSync(descriptor)
}

export type Rows = ReadonlyMap<string, ReadonlySet<string>>

/** Every table's rows, each as one text; what a start of the program writes into `meta` apart. */
export function rowsOf(file: string): Rows {
  const database = new Sqlite(file, { readonly: true })
  try {
    return new Map(
      tablesOf(database).map((table) => [
        table,
        new Set(
          database
            .prepare<[], unknown[]>(`SELECT * FROM "${table}"`)
            .raw()
            .all()
            .map((row) =>
              JSON.stringify(row.map((value) => (Buffer.isBuffer(value) ? value.toString('base64') : value))),
            ),
        ),
      ]),
    )
  } finally {
    database.close()
  }
}

const tablesOf = (database: Database): string[] =>
  database
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'meta'",
    )
    .pluck()
    .all()

/** What lies on a page of the sound file. */
export interface PageUse {
  /** Table or index; null: no tree's (pointer map, free). */
  readonly tree: string | null
  readonly table: string | null
  readonly kind: 'leaf' | 'internal' | 'overflow' | 'none'
  readonly cells: number
}

/** By page, as SQLite's own dbstat sees it. */
export function pageUses(file: string): ReadonlyMap<number, PageUse> {
  const database = new Sqlite(file, { readonly: true })
  try {
    const tables = new Map(
      database.prepare<[], [string, string]>('SELECT name, tbl_name FROM sqlite_schema').raw().all(),
    )
    return new Map(
      database
        .prepare<[], { name: string; pageno: number; pagetype: PageUse['kind']; ncell: number }>(
          'SELECT name, pageno, pagetype, ncell FROM dbstat',
        )
        .all()
        .map(({ name, pageno, pagetype, ncell }) => [
          pageno,
          { tree: name, table: tables.get(name) ?? null, kind: pagetype, cells: ncell },
        ]),
    )
  } finally {
    database.close()
  }
}

export interface Difference {
  readonly table: string
  readonly missing: number
  /** Rows that the original does not have. */
  readonly foreign: readonly string[]
}

/** Tables that are not the same; gaps that a salvage adds itself are none. */
export function differences(original: Rows, salvaged: Rows): Difference[] {
  return [...original].flatMap(([table, rows]) => {
    const now = salvaged.get(table) ?? new Set()
    const missing = [...rows].filter((row) => !now.has(row)).length
    const foreign = [...now].filter((row) => !rows.has(row) && !row.includes('from the damaged database'))
    return missing === 0 && foreign.length === 0 ? [] : [{ table, missing, foreign }]
  })
}
