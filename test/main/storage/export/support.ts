import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Database } from 'better-sqlite3'
import Sqlite from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { type ExportPlan, type ExportSummary, startExport } from '../../../../src/main/storage/export/index.ts'
import { runExport } from '../../../../src/main/storage/export/job.ts'
import { openStorage } from '../../../../src/main/storage/index.ts'
import type { ExportRequest } from '../../../../src/shared/data.ts'
import { instruments } from '../support.ts'

/** Noon of a day, on the grid of every period but 1d: 2023-11-15T12:00:00Z. */
export const noon = 1_700_049_600_000

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'crossbook-export-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A database of ours with the three instruments of support.ts, filled by plain SQL. */
export async function filled(fill: (database: Database) => void, where = folder()): Promise<string> {
  const file = join(where, 'crossbook.db')
  const storage = await openStorage({ file })
  await storage.saveInstruments(instruments)
  await storage.setMeta('mode', 'live')
  await storage.close()
  change(file, fill)
  return file
}

export function change(file: string, fill: (database: Database) => void): void {
  const database = new Sqlite(file)
  database.transaction(fill)(database)
  database.close()
}

export const request = (more: Partial<ExportRequest>): ExportRequest => ({
  what: 'book_tickers',
  exchanges: [],
  symbols: [],
  period: null,
  from: null,
  to: null,
  format: 'csv',
  ...more,
})

const plan = (database: string, out: string, more: Partial<ExportRequest>, overwrite: boolean): ExportPlan => ({
  request: request(more),
  database,
  nativeBinding: null,
  out,
  overwrite,
})

/** In a thread of its own, as the program does it. */
export const exportedByThread = (
  database: string,
  out: string,
  more: Partial<ExportRequest>,
  overwrite = false,
): Promise<ExportSummary> => startExport(plan(database, out, more, overwrite), () => undefined).done

/** The same work in this thread, which is quicker to start. */
export const exported = (
  database: string,
  out: string,
  more: Partial<ExportRequest>,
  overwrite = false,
): Promise<ExportSummary> =>
  runExport(plan(database, out, more, overwrite), {
    onStarted: () => undefined,
    onProgress: () => undefined,
    isCancelled: () => false,
  })

/** One row of quotes a second of each instrument given, from `from` on. Absent sides where the price would be 0. */
export function insertQuotes(database: Database, ids: readonly number[], from: number, seconds: number): void {
  const insert = database.prepare('INSERT INTO book_tickers VALUES (?, ?, ?, ?, ?, ?)')
  for (let second = 0; second < seconds; second++) {
    for (const id of ids) {
      const bid = 100 * id + second / 100
      insert.run(
        from + second * 1_000,
        id,
        second % 7 === 3 ? null : bid,
        1 / 3 + second,
        bid + 0.25,
        0.000_000_12 * (second + 1),
      )
    }
  }
}

/** RFC 4180, strictly: throws where the text is not. Null is an empty field without quotes. */
export function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = []
  let at = 0
  while (at < text.length) {
    const row: (string | null)[] = []
    for (;;) {
      if (text[at] === '"') {
        let value = ''
        for (at++; ; at++) {
          if (at >= text.length) throw new Error('a quoted field does not end')
          if (text[at] !== '"') value += text[at]
          else if (text[at + 1] === '"') {
            value += '"'
            at++
          } else break
        }
        at++
        row.push(value)
      } else {
        const [plain = ''] = /^[^,\r\n"]*/.exec(text.slice(at, at + 100_000)) ?? []
        at += plain.length
        row.push(plain === '' ? null : plain)
      }
      if (text[at] === ',') at++
      else if (text.startsWith('\r\n', at)) {
        at += 2
        break
      } else throw new Error(`neither a comma nor a line's end at ${at}: ${text.slice(at, at + 20)}`)
    }
    rows.push(row)
  }
  return rows
}

/** Objects by the header's names. */
export function csvRecords(text: string): Record<string, string | null>[] {
  const [header = [], ...rows] = parseCsv(text)
  return rows.map((row) => {
    if (row.length !== header.length) throw new Error(`a row has ${row.length} fields, the header ${header.length}`)
    return Object.fromEntries(row.map((value, index) => [header[index] ?? '', value]))
  })
}

export const jsonRecords = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

/** What DuckDB answers, as JSON-like values; `$` in the SQL is the file. */
export async function duck(file: string, sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const reader = await connection.runAndReadAll(sql.replaceAll('$', `'${file}'`))
    return reader.getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
