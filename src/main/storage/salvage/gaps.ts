/** Snapshot rows that a damaged page took with it, as gaps of cause `storage`. */
import type { Database } from 'better-sqlite3'
import type { LostRange } from './walk.ts'

const secondMs = 1_000
/** Which instruments were recorded about then is read from the rows this near, ms. */
const aroundMs = 5_000

interface Row {
  readonly time: number
  readonly id: number
}

/** `lost`: ranges of times between which nothing of `book_tickers` could be read. */
export function noteQuoteGaps(database: Database, lost: readonly LostRange[]): void {
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'gaps'").get() === undefined) return
  const near = database.prepare<[number, number], Row>(
    'SELECT time, instrument_id AS id FROM book_tickers WHERE time BETWEEN ? AND ? ORDER BY time',
  )
  const insert = database.prepare<[number, number, number]>(
    `INSERT INTO gaps (instrument_id, kind, period, from_time, to_time, cause, detail, filled_at, why_not_filled)
     VALUES (?, 'book_ticker', NULL, ?, ?, 'storage', 'the rows could not be read from the damaged database', NULL,
             'nobody hands out quotes of the past')`,
  )
  for (const { after, upTo } of lost) {
    if (typeof after !== 'number' || typeof upTo !== 'number') continue
    const times = new Map<number, number[]>()
    for (const { time, id } of near.iterate(after - aroundMs, upTo + aroundMs)) {
      const own = times.get(id)
      if (own) own.push(time)
      else times.set(id, [time])
    }
    for (const [id, own] of times) {
      own.forEach((time, index) => {
        const next = own[index + 1]
        const isHole = next !== undefined && next - time > secondMs
        if (isHole && next > after && time < upTo) insert.run(id, time + secondMs, next)
      })
    }
  }
}
