/** Snapshot rows that grew cold move from book_tickers into book_ticker_chunks. */
import type { Database } from 'better-sqlite3'
import type { EpochMs } from '../../../shared/domain/index.ts'
import {
  chunkFormat,
  decodeChunk,
  encodeChunk,
  frameMs,
  frameOf,
  type QuoteColumns,
  quoteColumns,
} from '../cold/chunk.ts'
import { allInstruments, createHotReader } from '../cold/hot-rows.ts'
import { columnNames, merged, noQuotes, type Quotes } from '../cold/order.ts'
import { StorageError } from '../error.ts'
import type { RollUpReport, UpkeepStorage } from '../upkeep-contract.ts'
import { SeriesOfFrame } from './series.ts'

type ChunkRow = readonly [rowCount: number, format: number, data: Uint8Array]

/** A frame of more instruments moves in parts of about this many, so that a snapshot never waits long. */
const instrumentsAtOnce = 80

export function createRollUp(database: Database): (request: Parameters<UpkeepStorage['rollUp']>[0]) => RollUpReport {
  const hot = createHotReader(database)
  const idsAt = database
    .prepare<[EpochMs, number], number>(
      'SELECT instrument_id FROM book_tickers WHERE time = ? ORDER BY instrument_id LIMIT ?',
    )
    .pluck()
  const chunkOf = database
    .prepare<[EpochMs, number], ChunkRow>(
      'SELECT row_count, format, data FROM book_ticker_chunks WHERE frame_time = ? AND instrument_id = ?',
    )
    .raw()
  const save = database.prepare<[EpochMs, number, number, number, Uint8Array]>(
    `INSERT INTO book_ticker_chunks (frame_time, instrument_id, row_count, format, data) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (frame_time, instrument_id)
     DO UPDATE SET row_count = excluded.row_count, format = excluded.format, data = excluded.data`,
  )
  const remove = database.prepare<[EpochMs, EpochMs]>('DELETE FROM book_tickers WHERE time >= ? AND time < ?')
  const removeUpTo = database.prepare<[EpochMs, EpochMs, number]>(
    'DELETE FROM book_tickers WHERE time >= ? AND time < ? AND instrument_id <= ?',
  )
  const frame = new SeriesOfFrame()
  /** Frames that cannot be packed; they are tried again by the next run of the program. */
  const blocked = new Set<EpochMs>()
  let decoded = quoteColumns(720)

  /** Rows of the instrument that are cold already, as they stand. */
  const coldRows = (frameTime: EpochMs, instrumentId: number): Quotes => {
    const row = chunkOf.get(frameTime, instrumentId)
    if (row === undefined) return noQuotes(0)
    const [rowCount, format, data] = row
    const quotes = { ...noQuotes(Math.max(0, Math.min(rowCount, frameMs))), length: rowCount }
    decodeChunk({ instrumentId, frameTime, rowCount, format, data }, quotes, 0)
    quotes.instrumentIds.fill(instrumentId)
    return quotes
  }

  /** @returns bytes of the chunk */
  const pack = (frameTime: EpochMs, instrumentId: number, columns: QuoteColumns, rowCount: number): number => {
    const data = encodeChunk(frameTime, columns, 0, rowCount)
    if (decoded.time.length < rowCount) decoded = quoteColumns(rowCount)
    decodeChunk({ instrumentId, frameTime, rowCount, format: chunkFormat, data }, decoded, 0)
    if (!isSame(columns, decoded, rowCount)) {
      throw new StorageError(
        'other',
        `the quotes of instrument ${instrumentId} from ${new Date(frameTime).toISOString()} could not be compressed ` +
          'without loss: they were left as they are',
      )
    }
    save.run(frameTime, instrumentId, rowCount, chunkFormat, data)
    return data.length
  }

  /** Time of the oldest hot row that can move; null where its frame does not end at or before `before`. */
  const firstMovable = (before: EpochMs): EpochMs | null => {
    let first = hot.firstTime(0)
    while (first !== null && blocked.has(frameOf(first))) first = hot.firstTime(frameOf(first) + frameMs)
    return first === null || frameOf(first) + frameMs > before ? null : first
  }

  /** The frame of that row, or a part of it. */
  const move = database.transaction((first: EpochMs): { readonly rows: number; readonly bytes: number } => {
    const frameTime = frameOf(first)
    const end = frameTime + frameMs
    const ids = idsAt.all(first, instrumentsAtOnce + 1)
    const lastId = ids.length > instrumentsAtOnce ? (ids[instrumentsAtOnce - 1] ?? allInstruments) : allInstruments
    frame.clear()
    for (const rows of hot.slicesUpTo(lastId, first, end)) frame.add(rows)
    let bytes = 0
    for (const quotes of frame.series()) {
      const [instrumentId = 0] = quotes.instrumentIds
      const both = merged(coldRows(frameTime, instrumentId), quotes)
      bytes += pack(frameTime, instrumentId, both, both.length)
    }
    const { changes } = lastId === allInstruments ? remove.run(first, end) : removeUpTo.run(first, end, lastId)
    if (changes !== frame.rows) {
      throw new StorageError(
        'other',
        `${frame.rows} quotes were compressed, but ${changes} would go: nothing was changed`,
      )
    }
    return { rows: changes, bytes }
  })

  return ({ before, maximumFrames }) => {
    const start = performance.now()
    let rows = 0
    let bytes = 0
    let done = false
    const steppedOver: { frameTime: EpochMs; problem: string }[] = []
    for (let steps = 0; steps < maximumFrames && !done; steps++) {
      const first = firstMovable(before)
      if (first === null) {
        done = true
        break
      }
      try {
        const moved = move.immediate(first)
        rows += moved.rows
        bytes += moved.bytes
      } catch (error) {
        // What SQLite itself refuses (a full disk) is no matter of this frame.
        if (!(error instanceof StorageError)) throw error
        blocked.add(frameOf(first))
        steppedOver.push({ frameTime: frameOf(first), problem: error.message })
      }
    }
    return { rows, bytes, done, ms: performance.now() - start, steppedOver }
  }
}

/** Bit by bit; where bits differ, value by value, since a NaN has many forms. */
const isSameColumn = (a: Float64Array, b: Float64Array, count: number): boolean => {
  if (bytesOf(a, count).equals(bytesOf(b, count))) return true
  for (let i = 0; i < count; i++) if (!Object.is(a[i], b[i])) return false
  return true
}

const bytesOf = (column: Float64Array, count: number): Buffer =>
  Buffer.from(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT)

const isSame = (a: QuoteColumns, b: QuoteColumns, count: number): boolean =>
  columnNames.every((name) => isSameColumn(a[name], b[name], count))
