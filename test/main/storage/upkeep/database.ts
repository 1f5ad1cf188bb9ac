import type { Database } from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { Quotes } from '../../../../src/main/storage/cold/order.ts'
import { openForWriting } from '../../../../src/main/storage/database.ts'
import { createInstrumentWriter } from '../../../../src/main/storage/instruments.ts'
import { instrument } from '../../../support/instruments.ts'
import { temporaryFile } from '../support.ts'

/** A fresh file of the newest version with `count` instruments, ids from 1, on a connection of the test's own. */
export function openFresh(count: number, file = temporaryFile()): Database {
  const { database } = openForWriting({ file, busyTimeoutMs: 1_000, nativeBinding: null, maximumBytes: null })
  onTestFinished(() => {
    database.close()
  })
  createInstrumentWriter(database)(
    Array.from({ length: count }, (_, index) =>
      instrument('binance', 'spot', `C${index}`, 'USDT', `C${index}USDT`, { id: index + 1 }),
    ),
  )
  return database
}

/** time, instrument, bid price and quantity, ask price and quantity */
export type Row = readonly [number, number, number | null, number | null, number | null, number | null]

export const insertRows = (database: Database, rows: readonly Row[]): void => {
  const insert = database.prepare<(number | null)[]>(
    `INSERT INTO book_tickers (time, instrument_id, bid_price, bid_quantity, ask_price, ask_quantity)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  database.transaction(() => {
    for (const row of rows) insert.run(...row)
  })()
}

const nullable = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value

export const rowsOf = (quotes: Quotes): Row[] =>
  Array.from(
    { length: quotes.length },
    (_, i): Row => [
      quotes.time[i] ?? Number.NaN,
      quotes.instrumentIds[i] ?? Number.NaN,
      nullable(quotes.bidPrice[i]),
      nullable(quotes.bidQuantity[i]),
      nullable(quotes.askPrice[i]),
      nullable(quotes.askQuantity[i]),
    ],
  )

/** In the order of book_tickers. */
export const inOrder = (rows: readonly Row[]): Row[] => [...rows].sort((a, b) => a[0] - b[0] || a[1] - b[1])

export const counts = (database: Database) => ({
  hot: database.prepare('SELECT count(*) FROM book_tickers').pluck().get(),
  cold: database.prepare('SELECT total(row_count) FROM book_ticker_chunks').pluck().get(),
})
