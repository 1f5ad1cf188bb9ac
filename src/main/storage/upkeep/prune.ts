/** Rows older than their table's retention go, a step at a time. */
import type { Database } from 'better-sqlite3'
import type { PrunableTable } from '../../../shared/data.ts'
import { type EpochMs, periodMs, periods } from '../../../shared/domain/index.ts'
import { createOpeningMover, type LedgerTable, ledgerTime, type OpeningMoves } from '../accounts/opening.ts'
import { removedUntilKey } from '../accounts/removed.ts'
import { frameMs } from '../cold/chunk.ts'
import type { PruneReport, UpkeepStorage } from '../upkeep-contract.ts'

type RowTable = Exclude<PrunableTable, 'book_tickers'>
type AppendedTable = 'balances' | 'funding_rates' | 'alerts'

const ledgerTables: readonly LedgerTable[] = ['fills', 'transfers', 'funding_payments']

/** SQL: how long a candle lasts, ms. */
const candleMs = `CASE period ${periods.map((period) => `WHEN '${period}' THEN ${periodMs[period]}`).join(' ')} ELSE 0 END`

/** Of an account that has a ledger a row goes once the opening has taken it in. */
const takenIn = (table: LedgerTable): string =>
  `coalesce(${ledgerTime[table]} <= (SELECT o.at FROM ledger_openings o WHERE o.account = ${table}.account), TRUE)`

/** The oldest rows that may go, by id. What holds at `before` stays, however old its row is: a candle that was under way. */
const oldest: Readonly<Record<Exclude<RowTable, AppendedTable>, string>> = {
  klines: `SELECT rowid FROM klines WHERE open_time < @before AND open_time + ${candleMs} <= @before
    ORDER BY open_time LIMIT @limit`,
  trades: 'SELECT id FROM trades WHERE time < @before ORDER BY time LIMIT @limit',
  // The next one's id follows the newest.
  opportunities: `SELECT id FROM opportunities WHERE opened_at < @before AND coalesce(closed_at, best_at) < @before
    AND id < (SELECT max(id) FROM opportunities) ORDER BY opened_at LIMIT @limit`,
  orders: `SELECT id FROM orders WHERE placed_at < @before AND updated_at < @before
    AND status NOT IN ('NEW', 'PARTIALLY_FILLED') ORDER BY placed_at LIMIT @limit`,
  fills: `SELECT id FROM fills WHERE at < @before AND ${takenIn('fills')} ORDER BY at LIMIT @limit`,
  transfers: `SELECT id FROM transfers WHERE created_at < @before AND coalesce(updated_at, created_at) < @before
    AND status <> 'pending' AND ${takenIn('transfers')} ORDER BY created_at LIMIT @limit`,
  funding_payments: `SELECT id FROM funding_payments WHERE at < @before AND ${takenIn('funding_payments')} ORDER BY at LIMIT @limit`,
  equity_samples: 'SELECT id FROM equity_samples WHERE time < @before ORDER BY time LIMIT @limit',
  depth_chunks:
    'SELECT rowid FROM depth_chunks WHERE from_time < @before AND to_time <= @before ORDER BY from_time LIMIT @limit',
  exchange_hours: 'SELECT rowid FROM exchange_hours WHERE hour < @before ORDER BY hour LIMIT @limit',
}

/**
 * Tables without an index by time: rows are appended as they come, so that those older than a time lie at the beginning. SQL of a row's
 * time, and of what it is the state of: only changes are stored, so the last one before the time stays. null: of nothing.
 */
const appended: Readonly<Record<AppendedTable, { readonly time: string; readonly stateOf: string }>> = {
  balances: { time: 'received_at', stateOf: 'account || char(10) || wallet || char(10) || asset' },
  funding_rates: { time: 'received_at', stateOf: 'exchange || char(10) || symbol' },
  alerts: { time: 'at', stateOf: 'NULL' },
}

/** So many rows in a row that are not old yet end the search: a clock that was set forward for a while may have written some. */
const patience = 20_000

const events: Readonly<Partial<Record<RowTable, string>>> = {
  orders: 'DELETE FROM order_events WHERE order_row IN (SELECT value FROM json_each(?))',
  transfers: 'DELETE FROM transfer_events WHERE transfer_row IN (SELECT value FROM json_each(?))',
}

const noMoves: OpeningMoves = { moved: [], held: [], done: true }

export function createPrune(database: Database): (request: Parameters<UpkeepStorage['prune']>[0]) => PruneReport {
  const pruneQuotes = createQuotePrune(database)
  const openings = createOpeningMover(database)

  /** Statements are prepared when first asked: most tables keep their rows for ever. */
  const pruneRows = database.transaction((table: RowTable, before: EpochMs, limit: number): PruneReport => {
    const ledgerTable = ledgerTables.find((one) => one === table)
    if (ledgerTable !== undefined || table === 'balances') openings.keep(before)
    const moves = ledgerTable === undefined ? noMoves : openings.move(ledgerTable, before, limit)
    const ids = isAppended(table)
      ? oldestAppended(database, table, before, limit)
      : database.prepare<[object], number>(oldest[table]).pluck().all({ before, limit })
    const list = JSON.stringify(ids)
    if (ledgerTable === 'fills' || ledgerTable === 'funding_payments') noteRemoved(database, ledgerTable, list)
    const removeEvents = events[table]
    if (removeEvents !== undefined) database.prepare<[string]>(removeEvents).run(list)
    const { changes } = database
      .prepare<[string]>(`DELETE FROM ${table} WHERE rowid IN (SELECT value FROM json_each(?))`)
      .run(list)
    const { moved, held } = moves
    return { rows: changes, done: ids.length < limit && moves.done, moved, held }
  })

  return ({ table, before, limit }) =>
    table === 'book_tickers' ? pruneQuotes.immediate(before, limit) : pruneRows.immediate(table, before, limit)
}

const isAppended = (table: RowTable): table is AppendedTable => table in appended

function oldestAppended(database: Database, table: AppendedTable, before: EpochMs, limit: number): number[] {
  const { time, stateOf } = appended[table]
  const rows = database
    .prepare<[], [id: number, at: EpochMs, state: string | null]>(
      `SELECT id, ${time}, ${stateOf} FROM ${table} ORDER BY id`,
    )
    .raw()
  const ids: number[] = []
  const held = new Map<string, { readonly id: number; readonly at: EpochMs }>()
  let younger = 0
  for (const [id, at, state] of rows.iterate()) {
    if (at >= before) {
      if (++younger === patience) break
      continue
    }
    younger = 0
    const last = state === null ? { id, at } : held.get(state)
    if (last !== undefined && at < last.at) continue
    if (state !== null) held.set(state, { id, at })
    if (last !== undefined && ids.push(last.id) === limit) break
  }
  return ids
}

/** Profit and loss must say that something is missing, and from when. */
function noteRemoved(database: Database, table: 'fills' | 'funding_payments', ids: string): void {
  const newest = database
    .prepare<[string], [account: string, at: EpochMs]>(
      `SELECT account, max(at) FROM ${table} WHERE id IN (SELECT value FROM json_each(?)) GROUP BY account`,
    )
    .raw()
  const save = database.prepare<[string, string]>(
    `INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key)
     DO UPDATE SET value = excluded.value WHERE CAST(excluded.value AS INTEGER) > CAST(meta.value AS INTEGER)`,
  )
  for (const [account, at] of newest.all(ids)) save.run(removedUntilKey(table, account), String(at))
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
    if (rows >= limit) return { rows, done: false, moved: [], held: [] }
    // Up to the time of the first row that is too many: rows of one time go together.
    const cut = timeAfter.get(before, limit - rows)
    const { changes } = removeHot.run(cut === undefined ? before : cut + 1)
    return { rows: rows + changes, done: cut === undefined, moved: [], held: [] }
  })
}
