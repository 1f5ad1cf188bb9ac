/** Which seconds of quotes are stored, without reading the quotes. */
import type { Database } from 'better-sqlite3'
import type { EpochMs } from '../../../shared/domain/index.ts'
import { decodeTimes, frameMs, frameOf } from '../cold/chunk.ts'
import { StorageError } from '../error.ts'
import { Spans } from './spans.ts'

const secondMs = 1_000
const rowsOfWholeFrame = frameMs / secondMs
/** Rows of the hot table read between two pauses: of 80 instruments a quarter of an hour. */
const hotSliceMs = 900_000
/** Frames of one instrument between two pauses. */
const framesAtOnce = 2_000

const secondOf = (time: EpochMs): EpochMs => time - (time % secondMs)

export interface StoredSeconds {
  readonly spans: Spans
  /** Rows are stored earlier than the range, and later. */
  before: boolean
  after: boolean
}

/** A chunk that cannot be read: its frame holds nothing. */
export type OnDamage = (instrumentId: number, from: EpochMs, to: EpochMs, detail: string) => void

/**
 * Stored seconds of from <= t < to by instrument. Yields often, with nothing held open meanwhile. Hot rows come first: what a roll-up
 * moves while this reads is seen twice and not missed.
 */
export function* storedSeconds(
  database: Database,
  ids: readonly number[],
  from: EpochMs,
  to: EpochMs,
  onDamage: OnDamage,
): Generator<void, ReadonlyMap<number, StoredSeconds>> {
  const seconds = new Map<number, StoredSeconds>()
  for (const id of ids) seconds.set(id, { spans: new Spans(), before: false, after: false })
  yield* readHot(database, seconds, from, to)
  yield* readCold(database, seconds, from, to, onDamage)
  for (const stored of seconds.values()) {
    const [first, last] = [stored.spans.list[0], stored.spans.list.at(-1)]
    stored.before ||= first !== undefined && first.from < from
    stored.after ||= last !== undefined && last.to > to
  }
  yield* lookBeyond(database, seconds, from, to)
  return seconds
}

/** The instruments of each second as one text, in the order of the key: mostly the same as a second ago. */
function* readHot(
  database: Database,
  seconds: ReadonlyMap<number, StoredSeconds>,
  from: EpochMs,
  to: EpochMs,
): Generator<void, void> {
  const edges = hotEdges(database)
  if (edges === null) return
  const bySecond = database
    .prepare<[EpochMs, EpochMs], [time: EpochMs, ids: string]>(
      'SELECT time, group_concat(instrument_id) FROM book_tickers WHERE time >= ? AND time < ? GROUP BY time',
    )
    .raw()
  const end = Math.min(to, edges.last + 1)
  let ids = ''
  /** Of the seconds begun <= t < until, all with a row of each of `ids`. */
  let begun = 0
  let until = 0
  const settle = (): void => {
    if (until === begun) return
    for (const id of ids.split(',')) seconds.get(Number(id))?.spans.add(begun, until)
  }
  for (let at = Math.max(from, edges.first); at < end; at += hotSliceMs) {
    for (const [time, some] of bySecond.all(at, Math.min(end, at + hotSliceMs))) {
      const second = secondOf(time)
      if (second !== until || some !== ids) {
        settle()
        ids = some
        begun = second
      }
      until = second + secondMs
    }
    yield
  }
  settle()
}

/** A frame with a row for each of its seconds is believed; only of others are the times read. */
function* readCold(
  database: Database,
  seconds: ReadonlyMap<number, StoredSeconds>,
  from: EpochMs,
  to: EpochMs,
  onDamage: OnDamage,
): Generator<void, void> {
  const frames = database
    .prepare<[number, EpochMs, EpochMs], [frameTime: EpochMs, rowCount: number]>(
      `SELECT frame_time, row_count FROM book_ticker_chunks INDEXED BY book_ticker_chunks_by_instrument
       WHERE instrument_id = ? AND frame_time >= ? AND frame_time < ? ORDER BY frame_time LIMIT ${framesAtOnce}`,
    )
    .raw()
  const chunk = database
    .prepare<[EpochMs, number], [format: number, rowCount: number, data: Uint8Array]>(
      'SELECT format, row_count, data FROM book_ticker_chunks WHERE frame_time = ? AND instrument_id = ?',
    )
    .raw()
  const exists = (condition: string) =>
    database
      .prepare<[number, EpochMs], 1>(
        `SELECT 1 FROM book_ticker_chunks WHERE instrument_id = ? AND frame_time ${condition} LIMIT 1`,
      )
      .pluck()
  const earlier = exists('< ?')
  const later = exists('>= ?')
  const decode = (instrumentId: number, frameTime: EpochMs, spans: Spans): void => {
    const row = chunk.get(frameTime, instrumentId)
    if (row === undefined) return
    const [format, rowCount, data] = row
    try {
      for (const time of decodeTimes({ instrumentId, frameTime, rowCount, format, data })) {
        spans.add(secondOf(time), secondOf(time) + secondMs)
      }
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      onDamage(instrumentId, frameTime, frameTime + frameMs, error.message)
    }
  }
  for (const [id, stored] of seconds) {
    stored.before ||= earlier.get(id, frameOf(from)) !== undefined
    stored.after ||= later.get(id, Math.ceil(to / frameMs) * frameMs) !== undefined
    const cold = new Spans()
    for (let at = frameOf(from); at < to; ) {
      const page = frames.all(id, at, to)
      let decoded = 0
      for (const [frameTime, rowCount] of page) {
        if (rowCount === rowsOfWholeFrame) cold.add(frameTime, frameTime + frameMs)
        else {
          decode(id, frameTime, cold)
          if (++decoded % decodedAtOnce === 0) yield
        }
      }
      yield
      const last = page.at(-1)
      if (last === undefined || page.length < framesAtOnce) break
      at = last[0] + frameMs
    }
    stored.spans.join(cold)
  }
}

/** Chunks whose times are read between two pauses. */
const decodedAtOnce = 100

/** Hot rows outside of the range, of instruments of which it is not known yet. */
function* lookBeyond(
  database: Database,
  seconds: ReadonlyMap<number, StoredSeconds>,
  from: EpochMs,
  to: EpochMs,
): Generator<void, void> {
  const edges = hotEdges(database)
  if (edges === null) return
  const among = database
    .prepare<[EpochMs, EpochMs, string], number>(
      `SELECT DISTINCT instrument_id FROM book_tickers
       WHERE time >= ? AND time < ? AND instrument_id IN (SELECT value FROM json_each(?))`,
    )
    .pluck()
  const look = (side: 'before' | 'after', sliceFrom: EpochMs, sliceTo: EpochMs): boolean => {
    const unknown = [...seconds].flatMap(([id, stored]) => (stored[side] ? [] : [id]))
    if (unknown.length === 0) return false
    for (const id of among.all(sliceFrom, sliceTo, JSON.stringify(unknown))) {
      const stored = seconds.get(id)
      if (stored) stored[side] = true
    }
    return true
  }
  // Nearest first: what is recorded all the time is found at once.
  for (let end = Math.min(from, edges.last + 1); end > edges.first; end -= hotSliceMs) {
    if (!look('before', end - hotSliceMs, end)) break
    yield
  }
  for (let start = Math.max(to, edges.first); start <= edges.last; start += hotSliceMs) {
    if (!look('after', start, start + hotSliceMs)) break
    yield
  }
}

function hotEdges(database: Database): { readonly first: EpochMs; readonly last: EpochMs } | null {
  const [first = null, last = null] =
    database
      .prepare<[], [EpochMs | null, EpochMs | null]>(
        'SELECT (SELECT min(time) FROM book_tickers), (SELECT max(time) FROM book_tickers)',
      )
      .raw()
      .get() ?? []
  return first === null || last === null ? null : { first, last }
}
