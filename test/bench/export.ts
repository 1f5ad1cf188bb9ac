/**
 * Exports of hot and cold snapshot rows beside the floor: the sqlite3 shell writing the same rows as CSV, and better-sqlite3 only reading
 * them. Each export runs in a process of its own, so that its memory can be told. `CROSSBOOK_BENCH_ROWS=10000000 npm run bench export`.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import SqliteDatabase from 'better-sqlite3'
import { startExport } from '../../src/main/storage/export/index.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import type { ExportFormat, ExportRequest } from '../../src/shared/data.ts'
import { type ExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'
import { formatTable, median, type Table } from './table.ts'

const start = 1_699_999_200_000
const instrumentCount = 40
const formats: readonly ExportFormat[] = ['csv', 'jsonl', 'parquet']
const targets: Readonly<Partial<Record<ExportFormat, number>>> = { csv: 300_000, parquet: 600_000 }
const rounds = 3

/** The same numbers in every run (Lehmer's generator). */
function random(): () => number {
  let state = 48_271
  return () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/** Quotes that move by a few ticks a second, as real ones do, with as many digits. */
async function fill(file: string, rows: number): Promise<void> {
  const storage = await openStorage({ file })
  await storage.saveInstruments(
    Array.from({ length: instrumentCount }, (_, index) => {
      const exchange: ExchangeId = exchangeIds[index % exchangeIds.length] ?? 'binance'
      const base = `C${Math.floor(index / exchangeIds.length)}`
      return {
        id: index + 1,
        key: `${exchange}:${base}_USDT`,
        exchange,
        symbol: `${base}_USDT`,
        kind: 'spot' as const,
        base,
        quote: 'USDT',
        nativeName: `${base}USDT`,
        tickSize: 0.01,
        lotSize: 0.001,
        minimumQuantity: null,
        minimumNotional: 5,
        contractSize: 1,
        status: 'trading' as const,
      }
    }),
  )
  await storage.close()
  const database = new SqliteDatabase(file)
  database.pragma('synchronous = OFF')
  const insert = database.prepare(
    'INSERT INTO book_tickers (time, instrument_id, bid_price, bid_quantity, ask_price, ask_quantity) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const next = random()
  const ticks = Array.from({ length: instrumentCount }, (_, index) => 10_000 * (index + 1))
  database.transaction(() => {
    for (let row = 0; row < rows; row++) {
      const index = row % instrumentCount
      const tick = (ticks[index] ?? 0) + Math.floor(next() * 5) - 2
      ticks[index] = tick
      const time = start + Math.floor(row / instrumentCount) * 1_000
      insert.run(
        time,
        index + 1,
        tick / 100,
        Math.round(next() * 1e7) / 1e5,
        (tick + 1) / 100,
        Math.round(next() * 1e7) / 1e5,
      )
    }
  })()
  database.close()
}

interface Measured {
  readonly ms: number
  readonly rssMegabytes: number | null
  readonly bytes: number
}

/** Peak resident memory of this process, all threads: the kernel's own count. */
const peakMegabytes = (): number | null => {
  if (process.platform !== 'linux') return null
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1_000)
}

/** One export in this process, told as one line of JSON. */
async function exportOnce(database: string, format: ExportFormat, out: string): Promise<void> {
  const all = { exchanges: [], symbols: [], period: null, from: null, to: null }
  const request: ExportRequest = { what: 'book_tickers', ...all, format }
  const from = performance.now()
  const { bytes } = await startExport({ request, database, nativeBinding: null, out, overwrite: true }, () => undefined)
    .done
  const measured: Measured = { ms: performance.now() - from, rssMegabytes: peakMegabytes(), bytes }
  process.stdout.write(JSON.stringify(measured))
}

function exportInProcess(database: string, format: ExportFormat, out: string): Measured {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [import.meta.filename, 'once', database, format, out],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`the export failed: ${stderr}`)
  return JSON.parse(stdout)
}

/** null: there is no sqlite3 shell here. */
function shell(database: string, sql: string, out: string): Measured | null {
  const descriptor = openSync(out, 'w')
  const from = performance.now()
  const { status, error } = spawnSync('sqlite3', ['-readonly', '-csv', '-header', database, sql], {
    stdio: ['ignore', descriptor, 'inherit'],
  })
  const ms = performance.now() - from
  closeSync(descriptor)
  if (error !== undefined || status !== 0) return null
  return { ms, rssMegabytes: null, bytes: statSync(out).size }
}

function readOnly(database: string): Measured {
  const connection = new SqliteDatabase(database, { readonly: true })
  const page = connection
    .prepare('SELECT * FROM book_tickers WHERE time >= ? AND time < ? ORDER BY time, instrument_id')
    .raw()
  const from = performance.now()
  let rows = 0
  for (let at = start; ; at += 720_000) {
    const found = page.all(at, at + 720_000).length
    if (found === 0) break
    rows += found
  }
  const ms = performance.now() - from
  connection.close()
  if (rows === 0) throw new Error('nothing was read')
  return { ms, rssMegabytes: null, bytes: 0 }
}

function row(what: string, rows: number, runs: readonly Measured[], target?: number): Table['rows'][number] {
  const peaks = runs.flatMap(({ rssMegabytes }) => rssMegabytes ?? [])
  return {
    what,
    'rows a second': Math.round((rows / median(runs.map(({ ms }) => ms))) * 1_000),
    target: target ?? '',
    'bytes a row': runs[0] === undefined || runs[0].bytes === 0 ? '' : Number((runs[0].bytes / rows).toFixed(1)),
    'peak RSS MB': peaks.length === 0 ? '' : Math.max(...peaks),
  }
}

/** Every row moves into chunks, as a day later in the program. */
async function makeCold(file: string, rows: number): Promise<void> {
  const storage = await openStorage({ file })
  const before = start + Math.ceil(rows / instrumentCount) * 1_000 + 720_000
  try {
    for (;;) {
      const { done } = await storage.upkeep.rollUp({ before, maximumFrames: 20 })
      if (done) return
    }
  } finally {
    await storage.close()
  }
}

export async function benchExport(): Promise<Table[]> {
  const rows = Number(process.env.CROSSBOOK_BENCH_ROWS ?? 1_000_000)
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-'))
  const file = join(folder, 'crossbook.db')
  const out = (format: string): string => join(folder, `out.${format}`)
  const repeated = rows > 2_000_000 ? 1 : rounds
  const times = <T>(run: () => T): T[] => Array.from({ length: repeated }, run)
  try {
    await fill(file, rows)
    const view =
      'SELECT time, time_ms, exchange, symbol, bid_price, bid_quantity, ask_price, ask_quantity FROM v_book_tickers'
    const viewRuns = times(() => shell(file, view, out('shell'))).flatMap((run) => run ?? [])
    const tableRuns = times(() => shell(file, 'SELECT * FROM book_tickers', out('shell'))).flatMap((run) => run ?? [])
    const floor = [
      ...(viewRuns.length > 0 ? [row('floor: sqlite3 -csv, the view', rows, viewRuns)] : []),
      ...(tableRuns.length > 0 ? [row('floor: sqlite3 -csv, the bare table', rows, tableRuns)] : []),
      row(
        'floor: better-sqlite3, only reading',
        rows,
        times(() => readOnly(file)),
      ),
    ]
    rmSync(out('shell'), { force: true })
    const exports = (kind: string) =>
      formats.map((format) => {
        const runs = times(() => exportInProcess(file, format, out(format)))
        rmSync(out(format), { force: true })
        return row(`${kind} rows as ${format}`, rows, runs, targets[format])
      })
    const hot = exports('hot')
    await makeCold(file, rows)
    return [
      {
        title: `Export of ${rows.toLocaleString('en-US')} snapshot rows of ${instrumentCount} instruments (target: RSS under 300 MB)`,
        rows: [...floor, ...hot, ...exports('cold')],
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [job, database = '', format = '', out = ''] = process.argv.slice(2)
  const known = formats.find((one) => one === format)
  if (job === 'once' && known !== undefined) await exportOnce(database, known, out)
  else for (const table of await benchExport()) console.log(formatTable(table))
}
