/** Rows older than their table's retention go, a step at a time. */
import type { Database } from 'better-sqlite3'
import type { PrunableTable } from '../../../shared/data.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'
import { frameMs } from '../cold/chunk.ts'
import type { PruneReport, UpkeepStorage } from '../upkeep-contract.ts'

type RowTable = Exclude<PrunableTable, 'book_tickers'>

/**
 * The oldest rows that may go, by id.
 * - An order goes once it has ended and nothing has changed in it since; a transfer once it is no longer pending.
 * - The newest row of a balance and of a funding rate is what holds now: it stays.
 */
const oldest: Readonly<Record<RowTable, string>> = {
  klines: 'SELECT rowid FROM klines WHERE open_time < @before ORDER BY open_time LIMIT @limit',
  trades: 'SELECT id FROM trades WHERE time < @before ORDER BY time LIMIT @limit',
  opportunities: 'SELECT id FROM opportunities WHERE opened_at < @before ORDER BY opened_at LIMIT @limit',
  orders: `SELECT id FROM orders WHERE placed_at < @before AND updated_at < @before
    AND status NOT IN ('NEW', 'PARTIALLY_FILLED') ORDER BY placed_at LIMIT @limit`,
  fills: 'SELECT id FROM fills WHERE at < @before ORDER BY at LIMIT @limit',
  balances: `SELECT id FROM balances b WHERE received_at < @before AND EXISTS (SELECT 1 FROM balances newer
    WHERE newer.account = b.account AND newer.wallet = b.wallet AND newer.asset = b.asset AND newer.id > b.id) ORDER BY id LIMIT @limit`,
  transfers: `SELECT id FROM transfers WHERE created_at < @before AND coalesce(updated_at, created_at) < @before
    AND status <> 'pending' ORDER BY created_at LIMIT @limit`,
  funding_payments: 'SELECT id FROM funding_payments WHERE at < @before ORDER BY at LIMIT @limit',
  funding_rates: `SELECT id FROM funding_rates r WHERE received_at < @before AND EXISTS (SELECT 1 FROM funding_rates newer
    WHERE newer.exchange = r.exchange AND newer.symbol = r.symbol AND newer.id > r.id) ORDER BY id LIMIT @limit`,
}

const events: Readonly<Partial<Record<RowTable, string>>> = {
  orders: 'DELETE FROM order_events WHERE order_row IN (SELECT value FROM json_each(?))',
  transfers: 'DELETE FROM transfer_events WHERE transfer_row IN (SELECT value FROM json_each(?))',
}

export function createPrune(database: Database): (request: Parameters<UpkeepStorage['prune']>[0]) => PruneReport {
  const pruneQuotes = createQuotePrune(database)

  /** Prepared when first asked: most tables keep their rows for ever. */
  const pruneRows = database.transaction((table: RowTable, before: EpochMs, limit: number): PruneReport => {
    const ids = database.prepare<[object], number>(oldest[table]).pluck().all({ before, limit })
    const list = JSON.stringify(ids)
    const removeEvents = events[table]
    if (removeEvents !== undefined) database.prepare<[string]>(removeEvents).run(list)
    const { changes } = database
      .prepare<[string]>(`DELETE FROM ${table} WHERE rowid IN (SELECT value FROM json_each(?))`)
      .run(list)
    return { rows: changes, done: ids.length < limit }
  })

  return ({ table, before, limit }) =>
    table === 'book_tickers' ? pruneQuotes.immediate(before, limit) : pruneRows.immediate(table, before, limit)
}

/** Whole chunks first, then hot rows, each from the oldest on. A frame that reaches beyond `before` waits until all of it is older. */
function createQuotePrune(database: Database) {
  const oldestFrame = database
    .prepare<[EpochMs], [EpochMs | null, number]>(
      `SELECT frame_time, total(row_count) FROM book_ticker_chunks
       WHERE frame_time = (SELECT min(frame_time) FROM book_ticker_chunks) AND frame_time <= ?`,
    )
    .raw()
  const removeFrame = database.prepare<[EpochMs]>('DELETE FROM book_ticker_chunks WHERE frame_time = ?')
  const timeAfter = database
    .prepare<[EpochMs, number], EpochMs>('SELECT time FROM book_tickers WHERE time < ? ORDER BY time LIMIT 1 OFFSET ?')
    .pluck()
  const removeHot = database.prepare<[EpochMs]>('DELETE FROM book_tickers WHERE time < ?')

  return database.transaction((before: EpochMs, limit: number): PruneReport => {
    let rows = 0
    while (rows < limit) {
      const [frameTime, rowCount] = oldestFrame.get(before - frameMs) ?? [null, 0]
      if (frameTime === null) break
      removeFrame.run(frameTime)
      rows += rowCount
    }
    if (rows >= limit) return { rows, done: false }
    // Up to the time of the first row that is too many: rows of one time go together.
    const cut = timeAfter.get(before, limit - rows)
    return { rows: rows + removeHot.run(cut === undefined ? before : cut + 1).changes, done: cut === undefined }
  })
}
