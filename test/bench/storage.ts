/**
 * Snapshot batches through the storage worker beside raw better-sqlite3 in this process, alternating in one run; bytes per row
 * on disk and in the WAL; candles; accounts. `node test/bench/storage.ts [--json]`.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Sqlite from 'better-sqlite3'
import type { KlineRow, SnapshotBatch, Storage } from '../../src/main/storage/contract.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import { type Instrument, periodMs, periods } from '../../src/shared/domain/index.ts'
import { benchAccountStorage } from './account-storage.ts'
import { formatTable, median, type Table } from './table.ts'

const start = 1_700_000_000_000

/** The same numbers in every run (Lehmer's generator). */
function random(): () => number {
  let state = 48_271
  return () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
}

const instrumentsOf = (count: number): Instrument[] =>
  Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    key: `binance:C${index}_USDT`,
    exchange: 'binance',
    symbol: `C${index}_USDT`,
    kind: 'spot',
    base: `C${index}`,
    quote: 'USDT',
    nativeName: `C${index}USDT`,
    tickSize: 0.01,
    lotSize: 0.001,
    minimumQuantity: null,
    minimumNotional: 5,
    contractSize: 1,
    status: 'trading',
  }))

/** Prices and quantities with as many digits as real ones have, new in every batch. */
function snapshotOf(count: number, time: number, next: () => number): SnapshotBatch {
  const column = (digits: number) =>
    Float64Array.from({ length: count }, () => Math.round(next() * 10 ** (digits + 3)) / 10 ** digits)
  return {
    time,
    instrumentIds: Uint32Array.from({ length: count }, (_, index) => index + 1),
    bidPrice: column(4),
    bidQuantity: column(5),
    askPrice: column(4),
    askQuantity: column(5),
  }
}

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN
const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits))

/** What a program writes first: one prepared statement, one row at a time, in a transaction; the same table without references. */
function rawWriter(file: string): { save: (batch: SnapshotBatch) => void; close: () => void } {
  const database = new Sqlite(file)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.exec(`CREATE TABLE book_tickers (time INTEGER NOT NULL, instrument_id INTEGER NOT NULL, bid_price REAL,
    bid_quantity REAL, ask_price REAL, ask_quantity REAL, PRIMARY KEY (time, instrument_id)) STRICT, WITHOUT ROWID`)
  const insert = database.prepare('INSERT INTO book_tickers VALUES (?, ?, ?, ?, ?, ?)')
  const save = database.transaction((batch: SnapshotBatch) => {
    const { time, instrumentIds, bidPrice, bidQuantity, askPrice, askQuantity } = batch
    for (let row = 0; row < instrumentIds.length; row++) {
      insert.run(time, instrumentIds[row], bidPrice[row], bidQuantity[row], askPrice[row], askQuantity[row])
    }
  })
  return { save, close: () => database.close() }
}

const targets: Readonly<Record<number, number>> = { 400: 1.5, 2000: 6 }

async function snapshotBatches(folder: string, count: number, rounds: number): Promise<Table['rows'][number]> {
  const next = random()
  const storage = await openStorage({ file: join(folder, `storage-${count}.db`) })
  await storage.saveInstruments(instrumentsOf(count))
  const raw = rawWriter(join(folder, `raw-${count}.db`))
  const times = { raw: [] as number[], worker: [] as number[], roundTrip: [] as number[] }
  const warmUp = 20
  for (let round = 0; round < rounds + warmUp; round++) {
    const batch = snapshotOf(count, start + round * 1_000, next)
    let from = performance.now()
    raw.save(batch)
    const rawMs = performance.now() - from
    from = performance.now()
    const { writeMs } = await storage.saveSnapshot(batch)
    const roundTripMs = performance.now() - from
    if (round < warmUp) continue
    times.raw.push(rawMs)
    times.worker.push(writeMs)
    times.roundTrip.push(roundTripMs)
  }
  raw.close()
  await storage.close()
  return {
    instruments: count,
    'raw ms': rounded(median(times.raw)),
    'worker ms': rounded(median(times.worker)),
    'worker / raw': rounded(median(times.worker) / median(times.raw), 2),
    'worker p99 ms': rounded(quantile(times.worker, 0.99)),
    'round trip ms': rounded(median(times.roundTrip)),
    'target ms': targets[count] ?? '',
  }
}

const walBytes = (storage: Storage): number => statSync(`${storage.file}-wal`).size

async function bytesPerRow(folder: string, count: number): Promise<Table['rows'][number]> {
  const next = random()
  const file = join(folder, `bytes-${count}.db`)
  const opened = await openStorage({ file })
  await opened.saveInstruments(instrumentsOf(count))
  await opened.close()
  const storage = await openStorage({ file })
  let batch = 0
  const save = () => storage.saveSnapshot(snapshotOf(count, start + batch++ * 1_000, next))
  // Fewer pages than an automatic checkpoint waits for, so that the WAL only grows.
  const batches = 8_000 / count
  await save()
  const before = walBytes(storage)
  while (batch <= batches) await save()
  const wal = (walBytes(storage) - before) / (batches * count)
  while (batch * count < 200_000) await save()
  await storage.close()
  const database = new Sqlite(file, { readonly: true })
  const [rows = 0, bytes = 0] = database
    .prepare<[], [number, number]>(
      "SELECT (SELECT count(*) FROM book_tickers), (SELECT sum(pgsize) FROM dbstat WHERE name = 'book_tickers')",
    )
    .raw()
    .get() ?? [0, 0]
  database.close()
  return {
    instruments: count,
    rows,
    'bytes a row on disk': rounded(bytes / rows, 1),
    'target on disk': 60,
    'WAL bytes a row': rounded(wal, 0),
    'target WAL': count === 400 ? 200 : '',
  }
}

/** 80 instruments in every period: a backfill of 500 candles each, then a second's worth of open candles, then a chart's read. */
async function candles(folder: string): Promise<Table['rows']> {
  const next = random()
  const count = 80
  const file = join(folder, 'klines.db')
  const storage = await openStorage({ file })
  await storage.saveInstruments(instrumentsOf(count))
  const day = start - (start % periodMs['1d'])
  const candle = (instrumentId: number, period: KlineRow['period'], openTime: number, isClosed: boolean): KlineRow => {
    const [open, high, low, close, volume] = Array.from({ length: 5 }, () => Math.round(next() * 1e7) / 1e4)
    return {
      instrumentId,
      period,
      openTime,
      open: open ?? 0,
      high: high ?? 0,
      low: low ?? 0,
      close: close ?? 0,
      volume: volume ?? 0,
      quoteVolume: Math.round(next() * 1e9) / 1e4,
      isClosed,
    }
  }
  const series = periods.flatMap((period) => Array.from({ length: count }, (_, index) => ({ id: index + 1, period })))
  const history = series.map(({ id, period }) =>
    Array.from({ length: 500 }, (_, index) => candle(id, period, day - (500 - index) * periodMs[period], true)),
  )
  let from = performance.now()
  for (const rows of history) await storage.saveKlines(rows)
  const backfillMs = performance.now() - from
  const open = (second: number) =>
    series.map(({ id, period }) => {
      const now = day + second * 1_000
      return candle(id, period, now - (now % periodMs[period]), false)
    })
  await storage.saveKlines(open(0))
  await storage.close()
  const again = await openStorage({ file })
  await again.saveKlines(open(1))
  const before = walBytes(again)
  const seconds = 40
  const writes: number[] = []
  for (let second = 2; second < 2 + seconds; second++) writes.push((await again.saveKlines(open(second))).writeMs)
  const wal = (walBytes(again) - before) / seconds
  const reads: number[] = []
  for (let id = 1; id <= 40; id++) {
    from = performance.now()
    await again.klines(id, '1m', null, 500)
    reads.push(performance.now() - from)
  }
  await again.close()
  const rows = series.length * 500
  return [
    { what: 'backfill, rows a second', value: Math.round((rows / backfillMs) * 1_000) },
    { what: 'bytes a candle on disk, with its indexes', value: rounded(statSync(file).size / rows, 1) },
    { what: '400 open candles in one batch, worker ms', value: rounded(median(writes)) },
    { what: '400 open candles a second, WAL bytes a row', value: rounded(wal / series.length, 0) },
    { what: 'the newest 500 of one series, round trip ms', value: rounded(median(reads)) },
  ]
}

export async function benchStorage(): Promise<Table[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-'))
  try {
    return [
      {
        title: 'Snapshot batch in one transaction (medians; raw: better-sqlite3 in this process, row by row)',
        rows: [
          await snapshotBatches(folder, 40, 300),
          await snapshotBatches(folder, 400, 300),
          await snapshotBatches(folder, 2_000, 100),
        ],
      },
      {
        title: 'Bytes per stored snapshot row',
        rows: [await bytesPerRow(folder, 40), await bytesPerRow(folder, 400), await bytesPerRow(folder, 2_000)],
      },
      { title: 'Candles, 80 instruments in 5 periods', rows: await candles(folder) },
      ...(await benchAccountStorage(folder)),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const tables = await benchStorage()
  console.log(process.argv.includes('--json') ? JSON.stringify(tables, null, 2) : tables.map(formatTable).join('\n\n'))
}
