/** Funding rates over time, as they were told. */
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import type { RatesQuestion, StoredRates } from '../history-contract.ts'

const Row = z.object({
  at: z.number(),
  rate: z.string(),
  nextFundingAt: z.number().nullable(),
  intervalHours: z.number().nullable(),
  id: z.number(),
})
/** A slice of work; of a symbol one row a minute is stored at most. */
const sliceRows = 2_000

export function createRatesReader(database: Database): (question: RatesQuestion) => Generator<void, StoredRates> {
  // Rows are appended as they come, so that ids are in the order of time: the newest first, until a whole slice is too old. (Some rows that
  // are older than those after them were told while this machine's clock was behind.)
  const older = database.prepare<[string, string, number, number], object>(
    `SELECT id, received_at AS at, rate, next_funding_at AS nextFundingAt, interval_hours AS intervalHours
     FROM funding_rates INDEXED BY funding_rates_by_symbol
     WHERE exchange = ? AND symbol = ? AND id < ? ORDER BY id DESC LIMIT ?`,
  )
  const oldest = database
    .prepare<[string, string], number>(
      `SELECT received_at FROM funding_rates INDEXED BY funding_rates_by_symbol
       WHERE exchange = ? AND symbol = ? ORDER BY id LIMIT 1`,
    )
    .pluck()
  return function* ({ exchange, symbol, from, to }) {
    const rows: z.infer<typeof Row>[] = []
    /** Told before and not paid yet when the range begins. */
    let standing: z.infer<typeof Row> | null = null
    let before = Number.MAX_SAFE_INTEGER
    for (;;) {
      const page = older.all(exchange, symbol, before, sliceRows).map((row) => Row.parse(row))
      const last = page.at(-1)
      for (const row of page) {
        if (row.at >= from && row.at < to) rows.push(row)
        else if (row.at < from && row.at > (standing?.at ?? 0)) standing = row
      }
      if (last === undefined || page.length < sliceRows || page.every(({ at }) => at < from)) break
      before = last.id
      yield
    }
    if (standing !== null && (standing.nextFundingAt ?? Number.POSITIVE_INFINITY) > from) rows.push(standing)
    return {
      rows: rows.sort((a, b) => a.at - b.at || a.id - b.id).map(({ id: _id, ...row }) => row),
      oldest: oldest.get(exchange, symbol) ?? null,
    }
  }
}
