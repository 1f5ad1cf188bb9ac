/** Quotes as they were recorded: rows of book_tickers. */
import type { Database } from 'better-sqlite3'
import type { EpochMs } from '../../../shared/domain/index.ts'
import { columnNames, noQuotes, type Quotes } from './order.ts'

export type HotRow = readonly [
  time: EpochMs,
  instrumentId: number,
  bidPrice: number | null,
  bidQuantity: number | null,
  askPrice: number | null,
  askQuantity: number | null,
]

/** As a last id: larger than any. */
export const allInstruments = 2 ** 53
/** Fetched at once: many enough to be quick, few enough that they are gone from memory before the next come. */
const sliceMs = 72_000
/** Up to so many instruments their rows are sought, those of more are picked out of all. */
const fewInstruments = 4
/** Counted one by one; more are estimated from samples. */
const countedRows = 1_000_000
const samples = 32
const sampleMs = 10_000

const among = 'instrument_id IN (SELECT value FROM json_each(@ids))'

interface Slice {
  readonly from: EpochMs
  readonly to: EpochMs
}

interface FilteredSlice extends Slice {
  /** JSON array of instrument ids. */
  readonly ids: string
}

export function createHotReader(database: Database) {
  const sql = (condition: string) =>
    `SELECT time, instrument_id, bid_price, bid_quantity, ask_price, ask_quantity
     FROM book_tickers WHERE time >= @from AND time < @to ${condition} ORDER BY time, instrument_id`
  const all = database.prepare<[Slice], HotRow>(sql('')).raw()
  const some = database.prepare<[FilteredSlice], HotRow>(sql(`AND ${among}`)).raw()
  // From second to second by the key: of 120 instruments a pair takes two fifths of the time that looking at every row does.
  const few = database
    .prepare<[FilteredSlice], HotRow>(
      `WITH RECURSIVE seconds (second) AS (
         SELECT min(time) FROM book_tickers WHERE time >= @from AND time < @to
         UNION ALL
         SELECT (SELECT min(time) FROM book_tickers WHERE time > second AND time < @to) FROM seconds WHERE second IS NOT NULL)
       SELECT time, instrument_id, bid_price, bid_quantity, ask_price, ask_quantity
       FROM seconds CROSS JOIN book_tickers ON time = second AND ${among} ORDER BY time, instrument_id`,
    )
    .raw()
  const upTo = database
    .prepare<[Slice & { readonly lastId: number }], HotRow>(sql('AND instrument_id <= @lastId'))
    .raw()
  const firstTime = database
    .prepare<[EpochMs], EpochMs>('SELECT time FROM book_tickers WHERE time >= ? ORDER BY time LIMIT 1')
    .pluck()
  const edge = (direction: 'ASC' | 'DESC') => ({
    all: database.prepare<[], EpochMs>(`SELECT time FROM book_tickers ORDER BY time ${direction} LIMIT 1`).pluck(),
    some: database
      .prepare<[{ readonly ids: string }], EpochMs>(
        `SELECT time FROM book_tickers WHERE ${among} ORDER BY time ${direction} LIMIT 1`,
      )
      .pluck(),
  })
  const first = edge('ASC')
  const last = edge('DESC')
  const counted = database
    .prepare<[Slice & { readonly limit: number }], number>(
      'SELECT count(*) FROM (SELECT 1 FROM book_tickers WHERE time >= @from AND time < @to LIMIT @limit)',
    )
    .pluck()
  const countedAmong = database
    .prepare<[FilteredSlice], number>(
      `SELECT count(*) FROM book_tickers WHERE time >= @from AND time < @to AND ${among}`,
    )
    .pluck()

  const bounds = (instrumentIds: readonly number[] | null): readonly EpochMs[] => {
    const ids = JSON.stringify(instrumentIds)
    const found = [first, last].map((statements) =>
      instrumentIds ? statements.some.get({ ids }) : statements.all.get(),
    )
    return found.filter((time) => time !== undefined)
  }

  return {
    bounds,

    /** Time of the first row at or after `from`; null: there is none. */
    firstTime: (from: EpochMs): EpochMs | null => firstTime.get(from) ?? null,

    /** from <= time < to, in order. */
    rows(instrumentIds: readonly number[] | null, from: EpochMs, to: EpochMs): Quotes {
      const ids = JSON.stringify(instrumentIds)
      if (instrumentIds === null) return sliced(from, to, (slice) => all.all(slice))
      const statement = instrumentIds.length <= fewInstruments ? few : some
      return sliced(from, to, (slice) => statement.all({ ...slice, ids }))
    },

    /** The same of the instruments up to and including `lastId`, slice by slice. */
    *slicesUpTo(lastId: number, from: EpochMs, to: EpochMs): Generator<readonly HotRow[]> {
      for (let start = from; start < to; start += sliceMs) {
        const slice = { from: start, to: Math.min(start + sliceMs, to) }
        yield lastId === allInstruments ? all.all(slice) : upTo.all({ ...slice, lastId })
      }
    },

    count({ instrumentIds, from, to }: Slice & { readonly instrumentIds: readonly number[] | null }) {
      const edges = bounds(null)
      const range = { from: Math.max(from, Math.min(...edges)), to: Math.min(to, Math.max(...edges) + 1) }
      if (edges.length === 0 || range.from >= range.to) return { rows: 0, isExact: true }
      const ids = JSON.stringify(instrumentIds)
      const rows = counted.get({ ...range, limit: countedRows }) ?? 0
      if (rows < countedRows)
        return { rows: instrumentIds ? (countedAmong.get({ ...range, ids }) ?? 0) : rows, isExact: true }
      let sampled = 0
      const distance = (range.to - range.from) / samples
      for (let i = 0; i < samples; i++) {
        const start = Math.floor(range.from + i * distance)
        const sample = { from: start, to: start + sampleMs }
        sampled += (instrumentIds ? countedAmong.get({ ...sample, ids }) : counted.get({ ...sample, limit: -1 })) ?? 0
      }
      return { rows: Math.round((sampled / (samples * sampleMs)) * (range.to - range.from)), isExact: false }
    },
  }
}

function sliced(from: EpochMs, to: EpochMs, fetch: (slice: Slice) => readonly HotRow[]): Quotes {
  let quotes = noQuotes(0)
  for (let start = from; start < to; start += sliceMs) {
    const rows = fetch({ from: start, to: Math.min(start + sliceMs, to) })
    if (rows.length > 0) quotes = appended(quotes, rows, (to - start) / sliceMs)
  }
  return quotes
}

/** `slices`: how many more are to come, this one included; room is made for them at once. */
function appended(quotes: Quotes, rows: readonly HotRow[], slices: number): Quotes {
  const length = quotes.length + rows.length
  const room = quotes.length + Math.ceil(rows.length * slices * 1.05)
  const into = quotes.time.length >= length ? quotes : withRoom(quotes, Math.max(length, room))
  const { time, instrumentIds, bidPrice, bidQuantity, askPrice, askQuantity } = into
  let at = quotes.length
  for (const row of rows) {
    time[at] = row[0]
    instrumentIds[at] = row[1]
    bidPrice[at] = row[2] ?? Number.NaN
    bidQuantity[at] = row[3] ?? Number.NaN
    askPrice[at] = row[4] ?? Number.NaN
    askQuantity[at] = row[5] ?? Number.NaN
    at++
  }
  return { ...into, length }
}

function withRoom(quotes: Quotes, capacity: number): Quotes {
  const into = { ...noQuotes(capacity), length: quotes.length }
  into.instrumentIds.set(quotes.instrumentIds.subarray(0, quotes.length))
  for (const name of columnNames) into[name].set(quotes[name].subarray(0, quotes.length))
  return into
}
