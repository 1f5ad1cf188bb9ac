import type { Database } from 'better-sqlite3'
import { Drift, OrderEvent } from '../../../shared/domain/index.ts'
import type { Handlers } from '../jobs.ts'
import * as columns from './columns.ts'
import type { AccountReadJobs } from './jobs.ts'
import { createLedgerReader } from './ledger.ts'
import { createListReader } from './lists.ts'
import { createMemoryReader } from './memory.ts'
import { createPnlReader } from './pnl-reader.ts'

/** Resolved drifts that a list shows. */
const resolvedDrifts = 500

export function createAccountReader(database: Database): Handlers<AccountReadJobs> {
  const { memory, ranAt, absentAt, balancesAt } = createMemoryReader(database)
  const orderEvents = database.prepare<[object], object>(
    `SELECT ${columns.orderEventColumns.fields} FROM order_events
     WHERE order_row = (SELECT id FROM orders
       WHERE account = @account AND symbol = @symbol AND exchange_order_id = @exchangeOrderId)
     ORDER BY updated_at, id`,
  )
  const drifts = (condition: string) =>
    database.prepare<[string | null, string | null, number], object>(
      `SELECT ${columns.driftColumns.fields} FROM drift
       WHERE ${condition} AND (? IS NULL OR account = ?) ORDER BY id DESC LIMIT ?`,
    )
  const openDrifts = drifts('resolved_at IS NULL')
  const closedDrifts = drifts('resolved_at IS NOT NULL')
  const lastDriftId = database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM drift').pluck()
  return {
    ...createListReader(database),
    accountMemory: memory,
    ledger: createLedgerReader(database),
    pnl: createPnlReader(database),
    ranAt,
    absentAt,
    balancesAt,
    orderEvents: (key) => orderEvents.all(key).map((row) => OrderEvent.parse(row)),
    drifts: ({ account, withResolved }) =>
      [
        ...openDrifts.all(account, account, -1),
        ...(withResolved ? closedDrifts.all(account, account, resolvedDrifts) : []),
      ]
        .map((row) => Drift.parse(row))
        .sort((a, b) => b.id - a.id),
    lastDriftId: () => lastDriftId.get() ?? 0,
  }
}
