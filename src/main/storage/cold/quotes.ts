/** Snapshot rows of the file, hot (book_tickers) and cold (book_ticker_chunks) as one. */
import type { Database } from 'better-sqlite3'
import type { EpochMs } from '../../../shared/domain/index.ts'
import { type DamagedChunk, frameMs, frameOf } from './chunk.ts'
import { createColdReader } from './chunks.ts'
import { createHotReader } from './hot-rows.ts'
import { merged, type Quotes } from './order.ts'

/**
 * Snapshot rows of one frame of 720 s (UTC-aligned), hot and cold as one, ascending by time, then instrument. Absent is NaN. Columns may be
 * longer than `length`.
 */
export interface QuoteFrame {
  readonly frameTime: EpochMs
  readonly length: number
  readonly time: Float64Array
  readonly instrumentIds: Uint32Array
  readonly bidPrice: Float64Array
  readonly bidQuantity: Float64Array
  readonly askPrice: Float64Array
  readonly askQuantity: Float64Array
}

export interface QuoteRange {
  /** null: all */
  readonly instrumentIds: readonly number[] | null
  readonly from: EpochMs
  /** exclusive */
  readonly to: EpochMs
}

export interface QuoteReader {
  /**
   * Frames that hold something, ascending. Each is read inside one read transaction, so that a roll-up meanwhile neither hides nor
   * doubles a row; nothing is held open between two frames. A damaged chunk never gives a row: it is told to `onDamage` before its
   * frame comes, or thrown as a StorageError where that is not given.
   */
  frames(range: QuoteRange, onDamage?: (damaged: DamagedChunk) => void): Generator<QuoteFrame>
  /** Times of the first and the last row, of a damaged chunk those of its frame; null: there are none. */
  bounds(instrumentIds: readonly number[] | null): { readonly first: EpochMs; readonly last: EpochMs } | null
  /** Quick also for 10^8 rows: beyond about a million hot rows, and for chunks cut by the range, it is an estimate. */
  count(range: QuoteRange): { readonly rows: number; readonly isExact: boolean }
}

export function createQuoteReader(database: Database): QuoteReader {
  const hot = createHotReader(database)
  const cold = createColdReader(database)

  const nextFrame = (from: EpochMs): EpochMs | null => {
    const hotTime = hot.firstTime(from)
    const coldFrame = cold.firstFrame(frameOf(from))
    if (hotTime === null) return coldFrame
    return coldFrame === null ? frameOf(hotTime) : Math.min(coldFrame, frameOf(hotTime))
  }

  const readFrame = database.transaction(
    (
      frameTime: EpochMs,
      { instrumentIds, from, to }: QuoteRange,
      onDamage: (damaged: DamagedChunk) => void,
    ): Quotes => {
      const first = Math.max(from, frameTime)
      const end = Math.min(to, frameTime + frameMs)
      return merged(
        cut(cold.frame(frameTime, instrumentIds, onDamage), first, end),
        hot.rows(instrumentIds, first, end),
      )
    },
  )

  return {
    *frames(range, onDamage = refuse) {
      let at = Math.max(0, range.from)
      for (;;) {
        const frameTime = nextFrame(at)
        if (frameTime === null || frameTime >= range.to) return
        const quotes = readFrame(frameTime, range, onDamage)
        if (quotes.length > 0) yield { frameTime, ...quotes }
        at = frameTime + frameMs
      }
    },

    bounds: database.transaction((instrumentIds: readonly number[] | null) => {
      const times = [...hot.bounds(instrumentIds), ...cold.bounds(instrumentIds)]
      if (times.length === 0) return null
      return { first: Math.min(...times), last: Math.max(...times) }
    }),

    count: database.transaction((range: QuoteRange) => {
      const hotCount = hot.count(range)
      const coldCount = cold.count(range)
      return { rows: hotCount.rows + coldCount.rows, isExact: hotCount.isExact && coldCount.isExact }
    }),
  }
}

function refuse({ problem }: DamagedChunk): never {
  throw problem
}

/** Time of the newest row of each instrument that has any, hot or cold. One pass over the hot rows at most; a seek each in the cold ones. */
export function newestByInstrument(database: Database): Map<number, EpochMs> {
  const newest = new Map<number, EpochMs>()
  database.transaction(() => {
    const unseen = database
      .prepare<[number, string], [EpochMs, number]>(
        `SELECT time, instrument_id FROM book_tickers
         WHERE time <= ? AND instrument_id NOT IN (SELECT value FROM json_each(?)) ORDER BY time DESC LIMIT 1`,
      )
      .raw()
    let before = Number.MAX_SAFE_INTEGER
    for (;;) {
      const row = unseen.get(before, JSON.stringify([...newest.keys()]))
      if (row === undefined) break
      newest.set(row[1], row[0])
      before = row[0]
    }
    const cold = createColdReader(database)
    for (const id of cold.instruments()) {
      const last = cold.bounds([id])[1]
      if (last !== undefined) newest.set(id, Math.max(last, newest.get(id) ?? last))
    }
  })()
  return newest
}

/** Rows with from <= time < to of quotes that stand in order. */
function cut(quotes: Quotes, from: EpochMs, to: EpochMs): Quotes {
  const { time, length } = quotes
  let first = 0
  let end = length
  while (first < end && (time[first] ?? 0) < from) first++
  while (end > first && (time[end - 1] ?? 0) >= to) end--
  if (first === 0) return { ...quotes, length: end }
  return {
    length: end - first,
    instrumentIds: quotes.instrumentIds.subarray(first, end),
    time: time.subarray(first, end),
    bidPrice: quotes.bidPrice.subarray(first, end),
    bidQuantity: quotes.bidQuantity.subarray(first, end),
    askPrice: quotes.askPrice.subarray(first, end),
    askQuantity: quotes.askQuantity.subarray(first, end),
  }
}
