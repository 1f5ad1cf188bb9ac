/** Quotes that grew cold: rows of book_ticker_chunks. */
import type { Database } from 'better-sqlite3'
import type { EpochMs } from '../../../shared/domain/index.ts'
import { StorageError } from '../error.ts'
import { type DamagedChunk, decodeChunk, frameMs, frameOf } from './chunk.ts'
import { interleaved, noQuotes, type Quotes } from './order.ts'

type ChunkRow = readonly [instrumentId: number, rowCount: number, format: number, data: Uint8Array]

const columns = 'instrument_id, row_count, format, data'

export function createColdReader(database: Database) {
  const all = database
    .prepare<[EpochMs], ChunkRow>(
      `SELECT ${columns} FROM book_ticker_chunks WHERE frame_time = ? ORDER BY instrument_id`,
    )
    .raw()
  const one = database
    .prepare<[EpochMs, number], ChunkRow>(
      `SELECT ${columns} FROM book_ticker_chunks WHERE frame_time = ? AND instrument_id = ?`,
    )
    .raw()
  const firstFrame = database
    .prepare<[EpochMs], EpochMs | null>('SELECT min(frame_time) FROM book_ticker_chunks WHERE frame_time >= ?')
    .pluck()
  const lastFrame = database.prepare<[], EpochMs | null>('SELECT max(frame_time) FROM book_ticker_chunks').pluck()
  const edgesOf = database
    .prepare<[{ readonly id: number }], [EpochMs | null, EpochMs | null]>(
      `SELECT (SELECT min(frame_time) FROM book_ticker_chunks WHERE instrument_id = @id),
              (SELECT max(frame_time) FROM book_ticker_chunks WHERE instrument_id = @id)`,
    )
    .raw()
  const nextInstrument = database
    .prepare<[number], number | null>('SELECT min(instrument_id) FROM book_ticker_chunks WHERE instrument_id > ?')
    .pluck()
  const rowsOf = database
    .prepare<[number, EpochMs, EpochMs], number>(
      'SELECT total(row_count) FROM book_ticker_chunks WHERE instrument_id = ? AND frame_time >= ? AND frame_time < ?',
    )
    .pluck()

  const instruments = (): readonly number[] => {
    const ids: number[] = []
    for (let id = nextInstrument.get(-1) ?? null; id !== null; id = nextInstrument.get(id) ?? null) ids.push(id)
    return ids
  }

  /** In order. A damaged chunk is told of and passed over. */
  const frame = (
    frameTime: EpochMs,
    instrumentIds: readonly number[] | null,
    onDamage: (damaged: DamagedChunk) => void,
  ): Quotes => {
    const rows =
      instrumentIds === null
        ? all.all(frameTime)
        : [...new Set(instrumentIds)].sort((a, b) => a - b).flatMap((id) => one.all(frameTime, id))
    return rows.length === 0 ? noQuotes(0) : interleaved(frameTime, unpacked(frameTime, rows, onDamage))
  }

  const timesOf = (frameTime: EpochMs | null | undefined, ids: readonly number[] | null): readonly EpochMs[] => {
    if (frameTime === null || frameTime === undefined) return []
    let isDamaged = false
    const { time, length } = frame(frameTime, ids, () => {
      isDamaged = true
    })
    // Of a damaged chunk only the frame is known, to the second.
    if (isDamaged) return [frameTime, frameTime + frameMs - 1_000]
    return [...time.subarray(0, 1), ...time.subarray(length - 1, length)]
  }

  return {
    frame,
    instruments,

    /** The first frame at or after `from` that has a chunk; null: there is none. */
    firstFrame: (from: EpochMs): EpochMs | null => firstFrame.get(from) ?? null,

    /** Times of the first and the last row, ascending; empty where there are none. */
    bounds(instrumentIds: readonly number[] | null): readonly EpochMs[] {
      const edges: readonly (readonly EpochMs[])[] =
        instrumentIds === null
          ? [timesOf(firstFrame.get(0), null), timesOf(lastFrame.get(), null)]
          : instrumentIds.flatMap((id) => (edgesOf.get({ id }) ?? []).map((edge) => timesOf(edge, [id])))
      const times = edges.flat()
      return times.length === 0 ? [] : [Math.min(...times), Math.max(...times)]
    },

    /** Chunks that the range cuts count by the part inside it. */
    count({
      instrumentIds,
      from,
      to,
    }: {
      readonly instrumentIds: readonly number[] | null
      readonly from: EpochMs
      readonly to: EpochMs
    }): { readonly rows: number; readonly isExact: boolean } {
      if (from >= to) return { rows: 0, isExact: true }
      const end = Math.min(to, (lastFrame.get() ?? 0) + frameMs)
      const start = Math.max(from, firstFrame.get(0) ?? 0)
      if (start >= end) return { rows: 0, isExact: true }
      const ids = instrumentIds ?? instruments()
      const inside = (first: EpochMs, last: EpochMs): number =>
        ids.reduce((sum, id) => sum + (rowsOf.get(id, first, last) ?? 0), 0)
      const startCut = (start - frameOf(start)) / frameMs
      const endCut = (frameOf(end - 1) + frameMs - end) / frameMs
      const cutAtStart = startCut === 0 ? 0 : startCut * inside(frameOf(start), frameOf(start) + 1)
      const cutAtEnd = endCut === 0 ? 0 : endCut * inside(frameOf(end - 1), frameOf(end - 1) + 1)
      const rows = inside(frameOf(start), end) - cutAtStart - cutAtEnd
      return { rows: Math.max(0, Math.round(rows)), isExact: cutAtStart === 0 && cutAtEnd === 0 }
    },
  }
}

/** Instrument by instrument, as the chunks come. */
function unpacked(frameTime: EpochMs, rows: readonly ChunkRow[], onDamage: (damaged: DamagedChunk) => void): Quotes {
  // What a chunk claims is believed only once it is unpacked.
  const claimed = (rowCount: number): number => Math.max(0, Math.min(rowCount, frameMs))
  const quotes = noQuotes(rows.reduce((sum, [, rowCount]) => sum + claimed(rowCount), 0))
  let length = 0
  for (const [instrumentId, rowCount, format, data] of rows) {
    try {
      decodeChunk({ instrumentId, frameTime, rowCount, format, data }, quotes, length)
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      onDamage({ instrumentId, frameTime, problem: error })
      continue
    }
    quotes.instrumentIds.fill(instrumentId, length, length + rowCount)
    length += rowCount
  }
  return { ...quotes, length }
}
