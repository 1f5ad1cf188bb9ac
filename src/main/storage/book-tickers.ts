import type { Database } from 'better-sqlite3'
import type { SnapshotBatch } from './contract.ts'
import { MultiRowInsert } from './multi-row.ts'

const head = 'INSERT INTO book_tickers (time, instrument_id, bid_price, bid_quantity, ask_price, ask_quantity)'

/** Saves one second's quotes in one transaction; rows already stored for that second stand. Returns the rows inserted. */
export function createSnapshotWriter(database: Database): (batch: SnapshotBatch) => number {
  const insert = new MultiRowInsert(database, head, 6, 'ON CONFLICT (time, instrument_id) DO NOTHING')
  return database.transaction((batch: SnapshotBatch) => {
    const { time, instrumentIds, bidPrice, bidQuantity, askPrice, askQuantity } = batch
    return insert.run(instrumentIds.length, (values, at, row) => {
      values[at] = time
      values[at + 1] = instrumentIds[row] ?? null
      values[at + 2] = bidPrice[row] ?? null
      values[at + 3] = bidQuantity[row] ?? null
      values[at + 4] = askPrice[row] ?? null
      values[at + 5] = askQuantity[row] ?? null
    })
  }).immediate
}
