/** Two databases of the same time beside each other: row by row, what is equal, what differs, what only one of them holds. */
import type { Database } from 'better-sqlite3'
import type { EpochMs, ExchangeId, Instrument } from '../shared/domain/index.ts'
import { createQuoteReader, type QuoteFrame } from './storage/cold/quotes.ts'

/**
 * Rows of one subject. `samples`: the first few that differ, in words. `notRebuilt`: instruments of which rows are stored of the time of
 * their exchange's frames and nothing was rebuilt, so that none of their rows is counted.
 */
export interface Difference {
  readonly equal: number
  readonly different: number
  readonly onlyStored: number
  readonly onlyRebuilt: number
  readonly samples: readonly string[]
  readonly notRebuilt: readonly string[]
}

/** When something happened first and last. */
export interface Bounds {
  readonly first: EpochMs
  readonly last: EpochMs
}

/**
 * Each instrument for the time of which both hold something: a quote from before the frames is not known. One of which nothing was rebuilt
 * is named; of candles none is, since history closes them too.
 */
export interface Comparison {
  readonly quotes: Difference
  readonly klines: Difference
  readonly trades: Difference
}

const shownSamples = 20
const quoteColumns = ['bidPrice', 'bidQuantity', 'askPrice', 'askQuantity'] as const

class Counter {
  private readonly counts = { equal: 0, different: 0, onlyStored: 0, onlyRebuilt: 0 }
  private readonly samples: string[] = []

  add(outcome: 'equal' | 'different' | 'onlyStored' | 'onlyRebuilt', words: () => string): void {
    this.counts[outcome]++
    if (outcome !== 'equal' && this.samples.length < shownSamples) this.samples.push(words())
  }

  result(notRebuilt: readonly string[] = []): Difference {
    return { ...this.counts, samples: this.samples, notRebuilt }
  }
}

export function compareDatabases(
  stored: Database,
  rebuilt: Database,
  instruments: readonly Instrument[],
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
  frames: ReadonlyMap<ExchangeId, Bounds>,
): Comparison {
  const nameOf = new Map(instruments.map(({ id, key }) => [id, key]))
  const range = { from, to }
  const notRebuilt: NotRebuilt = (ours, theirs) =>
    instruments
      .filter(({ id, exchange }) => {
        const [rows, when] = [ours.get(id), frames.get(exchange)]
        return rows && when && !theirs.has(id) && rows.first <= when.last && rows.last >= when.first
      })
      .map(({ key }) => key)
  return {
    quotes: compareQuotes(stored, rebuilt, nameOf, range, notRebuilt),
    klines: compareRows(stored, rebuilt, nameOf, klineSubject, range, () => []),
    trades: compareRows(stored, rebuilt, nameOf, tradeSubject, range, notRebuilt),
  }
}

type BoundsById = ReadonlyMap<number, Bounds>
/** The names of those that only the first holds. */
type NotRebuilt = (ours: BoundsById, theirs: BoundsById) => readonly string[]

const iso = (time: EpochMs): string => new Date(time).toISOString()

function compareQuotes(
  stored: Database,
  rebuilt: Database,
  nameOf: ReadonlyMap<number, string>,
  range: { readonly from: EpochMs; readonly to: EpochMs },
  notRebuilt: NotRebuilt,
): Difference {
  const counter = new Counter()
  const [ours, others] = [boundsOf(stored, range), boundsOf(rebuilt, range)]
  const bounds = commonTime(ours, others)
  const instrumentIds = [...bounds.keys()]
  const missing = notRebuilt(ours, others)
  if (instrumentIds.length === 0) return counter.result(missing)
  const theirs = createQuoteReader(rebuilt).frames({ ...range, instrumentIds })
  let other = theirs.next()
  const tell = (id: number, time: EpochMs, words: string) => `${iso(time)} ${nameOf.get(id) ?? id}: ${words}`
  const onlyRebuilt = (frame: QuoteFrame, row: number) => {
    const id = frame.instrumentIds[row] ?? 0
    const time = frame.time[row] ?? 0
    if (isOutside(bounds.get(id), time)) return
    counter.add('onlyRebuilt', () => tell(id, time, `rebuilt ${numbersOf(frame, row)}, not stored`))
  }
  const wholeFrame = (frame: QuoteFrame) => {
    for (let row = 0; row < frame.length; row++) onlyRebuilt(frame, row)
  }
  for (const frame of createQuoteReader(stored).frames({ ...range, instrumentIds })) {
    while (!other.done && other.value.frameTime < frame.frameTime) {
      wholeFrame(other.value)
      other = theirs.next()
    }
    const match = !other.done && other.value.frameTime === frame.frameTime ? other.value : null
    if (match !== null) other = theirs.next()
    const rows = new Map<string, number>()
    for (let row = 0; row < (match?.length ?? 0); row++)
      rows.set(`${match?.time[row]} ${match?.instrumentIds[row]}`, row)
    for (let row = 0; row < frame.length; row++) {
      const id = frame.instrumentIds[row] ?? 0
      const time = frame.time[row] ?? 0
      const key = `${time} ${id}`
      const found = rows.get(key)
      rows.delete(key)
      if (isOutside(bounds.get(id), time)) continue
      if (match === null || found === undefined)
        counter.add('onlyStored', () => tell(id, time, `stored ${numbersOf(frame, row)}, not rebuilt`))
      else {
        const isEqual = quoteColumns.every((name) => Object.is(frame[name][row], match[name][found]))
        const words = () => tell(id, time, `stored ${numbersOf(frame, row)}, rebuilt ${numbersOf(match, found)}`)
        counter.add(isEqual ? 'equal' : 'different', words)
      }
    }
    if (match !== null) for (const row of rows.values()) onlyRebuilt(match, row)
  }
  for (; !other.done; other = theirs.next()) wholeFrame(other.value)
  return counter.result(missing)
}

const isOutside = (bounds: Bounds | undefined, time: EpochMs): boolean =>
  bounds === undefined || time < bounds.first || time > bounds.last

/** First and last snapshot of each instrument in the range. */
function boundsOf(database: Database, range: { readonly from: EpochMs; readonly to: EpochMs }): BoundsById {
  const bounds = new Map<number, { first: EpochMs; last: EpochMs }>()
  for (const { length, time, instrumentIds } of createQuoteReader(database).frames({ ...range, instrumentIds: null })) {
    for (let row = 0; row < length; row++) {
      const id = instrumentIds[row] ?? 0
      const at = time[row] ?? 0
      const known = bounds.get(id)
      if (known === undefined) bounds.set(id, { first: at, last: at })
      else known.last = at
    }
  }
  return bounds
}

/** From the later beginning to the earlier end, of what both know. */
function commonTime(a: BoundsById, b: BoundsById): BoundsById {
  const common = new Map<number, Bounds>()
  for (const [id, { first, last }] of a) {
    const other = b.get(id)
    if (other !== undefined) common.set(id, { first: Math.max(first, other.first), last: Math.min(last, other.last) })
  }
  return common
}

const numbersOf = (frame: QuoteFrame, row: number): string =>
  `${frame.bidPrice[row]} x ${frame.bidQuantity[row]} | ${frame.askPrice[row]} x ${frame.askQuantity[row]}`

interface Subject {
  /** `key` names a row, `value` is what must be equal; bound to from and to. */
  readonly sql: string
}

const klineSubject: Subject = {
  sql: `SELECT instrument_id AS instrument, period || ' ' || open_time AS key, open_time AS time,
      json_array(open, high, low, close, volume, quote_volume) AS value FROM klines
    WHERE is_closed = 1 AND open_time >= ? AND open_time < ? ORDER BY 1, 2`,
}
const tradeSubject: Subject = {
  sql: `SELECT instrument_id AS instrument, trade_id AS key, time, json_array(price, quantity, side, time) AS value FROM trades
    WHERE trade_id IS NOT NULL AND time >= ? AND time < ? ORDER BY 1, 2`,
}

interface Row {
  readonly instrument: number
  readonly key: string
  readonly time: number
  readonly value: string
}

/** Of an instrument only the time counts of which both hold rows. */
function compareRows(
  stored: Database,
  rebuilt: Database,
  nameOf: ReadonlyMap<number, string>,
  { sql }: Subject,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
  notRebuilt: NotRebuilt,
): Difference {
  const counter = new Counter()
  const found = new Map<string, Row>()
  const rowsOf = (database: Database) => database.prepare<[number, number], Row>(sql).iterate(from, to)
  const extent = (database: Database): BoundsById => {
    const bounds = new Map<number, Bounds>()
    for (const { instrument, time } of rowsOf(database)) {
      const { first, last } = bounds.get(instrument) ?? { first: time, last: time }
      bounds.set(instrument, { first: Math.min(first, time), last: Math.max(last, time) })
    }
    return bounds
  }
  const [ours, others] = [extent(stored), extent(rebuilt)]
  const bounds = commonTime(ours, others)
  for (const row of rowsOf(rebuilt)) {
    if (!isOutside(bounds.get(row.instrument), row.time)) found.set(`${row.instrument} ${row.key}`, row)
  }
  const words = (row: Row, told: string) => `${iso(row.time)} ${nameOf.get(row.instrument) ?? row.instrument}: ${told}`
  for (const row of rowsOf(stored)) {
    const key = `${row.instrument} ${row.key}`
    const other = found.get(key)
    found.delete(key)
    if (isOutside(bounds.get(row.instrument), row.time)) continue
    if (other === undefined) counter.add('onlyStored', () => words(row, `stored ${row.value}, not rebuilt`))
    else {
      const outcome = other.value === row.value ? 'equal' : 'different'
      counter.add(outcome, () => words(row, `stored ${row.value}, rebuilt ${other.value}`))
    }
  }
  for (const row of found.values()) counter.add('onlyRebuilt', () => words(row, `rebuilt ${row.value}, not stored`))
  return counter.result(notRebuilt(ours, others))
}
