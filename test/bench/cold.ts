/**
 * Cold quotes: packing and unpacking beside JSON and raw doubles, the roll-up of a backlog, reading hot and cold, and how long snapshots
 * wait meanwhile. `node test/bench/cold.ts [--json]`.
 */
import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as zlib from 'node:zlib'
import Sqlite, { type Database } from 'better-sqlite3'
import {
  chunkFormat,
  decodeChunk,
  encodeChunk,
  frameMs,
  type QuoteColumns,
  quoteColumns,
} from '../../src/main/storage/cold/chunk.ts'
import { createQuoteReader } from '../../src/main/storage/cold/quotes.ts'
import type { SnapshotBatch } from '../../src/main/storage/contract.ts'
import { openForWriting } from '../../src/main/storage/database.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import { createUpkeepReader } from '../../src/main/storage/upkeep/reader.ts'
import { createRollUp } from '../../src/main/storage/upkeep/roll-up.ts'
import type { Instrument } from '../../src/shared/domain/index.ts'
import { formatTable, median, type Table } from './table.ts'

export const instruments = 40
const secondsInFrame = 720
const start = 1_700_000_000_000 - (1_700_000_000_000 % frameMs)
const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits))
export const bytesPerYear = (bytesPerRow: number): number => instruments * 365 * 86_400 * bytesPerRow

/** The same numbers in every run (Lehmer's generator). */
function random(): () => number {
  let state = 48_271
  return () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/**
 * Quotes as recorded ones are: a price walks by ticks (and stands still in a third of the seconds), the spread is one tick mostly, and a quantity
 * has four to six digits and is new in two of three seconds.
 */
export function market(): () => SnapshotBatch {
  const next = random()
  const books = Array.from({ length: instruments }, (_, index) => ({
    ticks: 10_000 + Math.floor(next() * 5_000_000),
    perUnit: 10 ** (1 + (index % 5)),
    quantities: [1, 1],
    perQuantity: 10 ** (index % 6),
    spread: 1,
  }))
  let second = -1
  return () => {
    second++
    const column = () => new Float64Array(instruments)
    const batch = {
      time: start + second * 1_000,
      instrumentIds: Uint32Array.from({ length: instruments }, (_, index) => index + 1),
      bidPrice: column(),
      bidQuantity: column(),
      askPrice: column(),
      askQuantity: column(),
    }
    books.forEach((book, index) => {
      if (next() > 0.33) book.ticks += Math.round((next() - 0.5) * 8)
      if (next() > 0.9) book.spread = 1 + Math.floor(next() * 3)
      book.quantities = book.quantities.map((before) =>
        next() > 0.33 ? Math.floor(1 + next() ** 3 * 300_000) : before,
      )
      batch.bidPrice[index] = book.ticks / book.perUnit
      batch.askPrice[index] = (book.ticks + book.spread) / book.perUnit
      batch.bidQuantity[index] = (book.quantities[0] ?? 1) / book.perQuantity
      batch.askQuantity[index] = (book.quantities[1] ?? 1) / book.perQuantity
    })
    return batch
  }
}

export const instrumentsOf = (): Instrument[] =>
  Array.from({ length: instruments }, (_, index) => ({
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

/** ns a row of the best of some rounds. */
function perRow(rows: number, work: () => void, rounds = 7): number {
  const times = Array.from({ length: rounds }, () => {
    const from = performance.now()
    work()
    return performance.now() - from
  })
  return rounded((median(times) / rows) * 1e6, 0)
}

function frameOfMarket(): readonly QuoteColumns[] {
  const next = market()
  const frames = Array.from({ length: instruments }, () => quoteColumns(secondsInFrame))
  for (let second = 0; second < secondsInFrame; second++) {
    const { time, bidPrice, bidQuantity, askPrice, askQuantity } = next()
    frames.forEach((columns, index) => {
      columns.time[second] = time
      columns.bidPrice[second] = bidPrice[index] ?? Number.NaN
      columns.bidQuantity[second] = bidQuantity[index] ?? Number.NaN
      columns.askPrice[second] = askPrice[index] ?? Number.NaN
      columns.askQuantity[second] = askQuantity[index] ?? Number.NaN
    })
  }
  return frames
}

function codecs(): Table {
  const frames = frameOfMarket()
  const rows = instruments * secondsInFrame
  const into = quoteColumns(secondsInFrame)
  const jsonOf = (columns: QuoteColumns): string =>
    JSON.stringify(
      Array.from(columns.time, (time, i) => [
        time,
        columns.bidPrice[i],
        columns.bidQuantity[i],
        columns.askPrice[i],
        columns.askQuantity[i],
      ]),
    )
  const rawOf = (columns: QuoteColumns): Buffer =>
    Buffer.concat(Object.values(columns).map((column: Float64Array) => Buffer.from(column.buffer)))
  const chunks = frames.map((columns) => encodeChunk(start, columns, 0, secondsInFrame))
  const texts = frames.map(jsonOf)
  const raws = frames.map((columns) => zlib.gzipSync(rawOf(columns)))
  const sizeOf = (packed: readonly { readonly length: number }[]): number =>
    rounded(packed.reduce((sum, { length }) => sum + length, 0) / rows, 2)
  const read = (): void => {
    for (const data of chunks) {
      decodeChunk({ instrumentId: 1, frameTime: start, rowCount: secondsInFrame, format: chunkFormat, data }, into, 0)
    }
  }
  return {
    title: `One frame of ${instruments} instruments, packed and unpacked`,
    rows: [
      {
        what: 'chunks',
        'pack ns/row': perRow(rows, () =>
          frames.forEach((columns) => void encodeChunk(start, columns, 0, secondsInFrame)),
        ),
        'unpack ns/row': perRow(rows, read),
        'bytes/row': sizeOf(chunks),
      },
      {
        what: 'JSON',
        'pack ns/row': perRow(rows, () => frames.forEach((columns) => void jsonOf(columns))),
        'unpack ns/row': perRow(rows, () => texts.forEach((text) => void JSON.parse(text))),
        'bytes/row': sizeOf(texts),
      },
      {
        what: 'doubles, gzip',
        'pack ns/row': perRow(rows, () => frames.forEach((columns) => void zlib.gzipSync(rawOf(columns))), 3),
        'unpack ns/row': perRow(rows, () => raws.forEach((raw) => void zlib.gunzipSync(raw))),
        'bytes/row': sizeOf(raws),
      },
    ],
  }
}

/** Fills a storage with `frames` frames of hot rows; returns how the next second's batch is made. */
async function recorded(file: string, frames: number): Promise<() => SnapshotBatch> {
  const storage = await openStorage({ file })
  await storage.saveInstruments(instrumentsOf())
  const next = market()
  for (let second = 0; second < frames * secondsInFrame; second++) await storage.saveSnapshot(next())
  await storage.close()
  return next
}

const frameOfRows = instruments * secondsInFrame

function reads(database: Database): { readonly rows: number; readonly ms: number } {
  const reader = createQuoteReader(database)
  const from = performance.now()
  let rows = 0
  for (const { length } of reader.frames({ instrumentIds: null, from: 0, to: Number.MAX_SAFE_INTEGER })) rows += length
  return { rows, ms: performance.now() - from }
}

const median3 = (work: () => { readonly rows: number; readonly ms: number }): number => {
  const results = [work(), work(), work()]
  return Math.round((results[0]?.rows ?? 0) / (median(results.map(({ ms }) => ms)) / 1_000))
}

/** Rows a second of the clock and of the processor, which on a busy machine tells more. */
function inThisProcess(file: string, frames: number, step: (database: Database, frame: number) => void) {
  const copy = `${file}.copy`
  copyFileSync(file, copy)
  const { database } = openForWriting({ file: copy, busyTimeoutMs: 1_000, nativeBinding: null, maximumBytes: null })
  const cpu = process.cpuUsage()
  const from = performance.now()
  for (let frame = 0; frame < frames; frame++) step(database, frame)
  const seconds = (performance.now() - from) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  database.close()
  rmSync(copy)
  const rows = frames * frameOfRows
  return { clock: Math.round(rows / seconds), processor: Math.round(rows / ((user + system) / 1e6)) }
}

/** The least that any roll-up must do: fetch the rows, delete them. */
function fetchAndDelete(database: Database, frame: number): void {
  const first = start + frame * frameMs
  database.transaction(() => {
    database
      .prepare(
        'SELECT time, instrument_id, bid_price, bid_quantity, ask_price, ask_quantity FROM book_tickers WHERE time >= ? AND time < ?',
      )
      .raw()
      .all(first, first + frameMs)
    database.prepare('DELETE FROM book_tickers WHERE time >= ? AND time < ?').run(first, first + frameMs)
  })()
}

async function rollUp(folder: string): Promise<Table[]> {
  const frames = 40
  const file = join(folder, 'roll-up.db')
  const next = await recorded(file, frames)
  const hotBytes = statSync(file).size / (frames * frameOfRows)
  const floor = inThisProcess(file, frames / 2, fetchAndDelete)
  let roll: ReturnType<typeof createRollUp> | null = null
  const own = inThisProcess(file, frames / 2, (database) => {
    roll ??= createRollUp(database)
    roll({ before: start + frames * frameMs, maximumFrames: 1 })
  })
  const plain = new Sqlite(file, { readonly: true })
  const raw = plain.prepare(
    'SELECT time, instrument_id, bid_price, bid_quantity, ask_price, ask_quantity FROM book_tickers ORDER BY time, instrument_id',
  )
  const rawRead = median3(() => {
    const from = performance.now()
    let rows = 0
    for (const row of raw.raw().iterate()) if (row) rows++
    return { rows, ms: performance.now() - from }
  })
  const hotRead = median3(() => reads(plain))
  const storage = await openStorage({ file })
  const steps: number[] = []
  let rows = 0
  let bytes = 0
  let total = 0
  const before = start + frames * frameMs
  // The first half alone, then with a recorder beside it.
  const step = async () => {
    const from = performance.now()
    const report = await storage.upkeep.rollUp({ before, maximumFrames: 1 })
    total += performance.now() - from
    if (report.rows > 0) steps.push(report.ms)
    rows += report.rows
    bytes += report.bytes
    return report.done
  }
  for (let frame = 0; frame < frames / 2; frame++) await step()
  const rate = Math.round(rows / (total / 1_000))
  const waits: number[] = []
  let done = false
  const record = async () => {
    while (!done) {
      const from = performance.now()
      await storage.saveSnapshot(next())
      waits.push(performance.now() - from)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const recording = record()
  while (!done) done = await step()
  await recording
  await storage.close()
  const coldRead = median3(() => reads(plain))
  const report = createUpkeepReader(plain, file)
  const from = performance.now()
  const { cold } = report.report(null)
  const reportMs = performance.now() - from
  plain.close()
  // Chunks with their rows' keys and what is left of a page beside them.
  const compact = new Sqlite(file)
  compact.exec('VACUUM')
  const pages = compact
    .prepare<[], number>("SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND name LIKE '%book_ticker_chunks%'")
    .pluck()
    .get()
  compact.close()
  const perColdRow = (pages ?? 0) / cold.rows
  return [
    {
      title: `Roll-up of ${frames} frames of ${instruments} instruments (${(frames * frameOfRows).toLocaleString('en-US')} rows)`,
      rows: [
        { what: 'fetched and deleted by raw better-sqlite3, rows a second', value: floor.clock, target: '' },
        { what: '  of processor time', value: floor.processor, target: '' },
        { what: 'rolled up in this process, rows a second', value: own.clock, target: '>= 1,000,000' },
        { what: '  of processor time', value: own.processor, target: '' },
        { what: 'rolled up through the storage worker, rows a second', value: rate, target: '' },
        { what: 'a step of one frame, worker ms (median)', value: rounded(median(steps)), target: '~ 30' },
        { what: 'a step of one frame, worker ms (longest)', value: rounded(Math.max(...steps)), target: '' },
        { what: 'snapshot beside it, round trip ms (median)', value: rounded(median(waits)), target: '' },
        { what: 'snapshot beside it, round trip ms (longest)', value: rounded(Math.max(...waits)), target: '' },
        { what: 'storage report, ms', value: rounded(reportMs), target: '' },
      ],
    },
    {
      title: 'Bytes a row',
      rows: [
        { what: 'hot, with its page', value: rounded(hotBytes, 2), target: '' },
        { what: 'cold, the chunk', value: rounded(bytes / rows, 2), target: '<= 8' },
        { what: 'cold, with its key, index and pages', value: rounded(perColdRow, 2), target: '<= 8' },
        {
          what: `a year of ${instruments} instruments, GB`,
          value: rounded(bytesPerYear(perColdRow) / 1e9, 2),
          target: '< 10',
        },
      ],
    },
    {
      title: 'Reading all of it, rows a second (medians of 3)',
      rows: [
        { what: 'raw better-sqlite3 from hot rows, iterate', value: rawRead },
        { what: 'frames from hot rows', value: hotRead },
        { what: 'frames from cold chunks', value: coldRead },
      ],
    },
  ]
}

export async function benchCold(): Promise<Table[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-'))
  try {
    return [codecs(), ...(await rollUp(folder))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const tables = await benchCold()
  console.log(process.argv.includes('--json') ? JSON.stringify(tables, null, 2) : tables.map(formatTable).join('\n\n'))
}
