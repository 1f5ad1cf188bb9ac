import type { Database } from 'better-sqlite3'
import { Order, OrderEvent } from '../../../shared/domain/index.ts'
import { joinOrderStates } from '../../../shared/order-state.ts'
import * as columns from './columns.ts'
import { isNewOrderState, supersedes } from './precedence.ts'

const toSql = (order: Order) => ({ ...order, reduceOnly: order.reduceOnly === null ? null : Number(order.reduceOnly) })

/** An order as SQLite gives it: 0 or 1 for a boolean. */
export function orderOf(row: object): Order {
  const reduceOnly = 'reduceOnly' in row && row.reduceOnly !== null ? row.reduceOnly === 1 : null
  return Order.parse({ ...row, reduceOnly })
}

interface StoredKey {
  readonly rowId: number
}

/** Upserts one order and keeps each new state as an event; returns 1 where anything was written. Call inside a transaction. */
export function createOrderWriter(
  database: Database,
): (order: Order, raw: string, source: OrderEvent['source']) => number {
  const stored = database.prepare<[object], StoredKey>(
    `SELECT id AS rowId, ${columns.orderColumns.fields} FROM orders
     WHERE account = @account AND symbol = @symbol AND exchange_order_id = @exchangeOrderId`,
  )
  const insert = database.prepare<[object]>(
    `INSERT INTO orders (${columns.orderColumns.list}, first_at, raw)
     VALUES (${columns.orderColumns.values}, @updatedAt, @raw)`,
  )
  const update = database.prepare<[object]>(
    `UPDATE orders SET ${columns.orderColumns.assignments}, raw = @raw WHERE id = @rowId`,
  )
  const events = database.prepare<[number]>(
    `SELECT ${columns.orderEventColumns.fields} FROM order_events WHERE order_row = ? ORDER BY id`,
  )
  const insertEvent = database.prepare<[object]>(
    `INSERT INTO order_events (order_row, ${columns.orderEventColumns.list})
     VALUES (@rowId, ${columns.orderEventColumns.values})`,
  )
  return (order, raw, source) => {
    const row = stored.get(order)
    if (row === undefined) {
      const { lastInsertRowid } = insert.run({ ...toSql(order), raw })
      insertEvent.run({ ...order, reduceOnly: null, source, rowId: lastInsertRowid })
      return 1
    }
    const { rowId } = row
    const known = orderOf(row)
    const holds = supersedes(known, order)
    const merged = joinOrderStates(known, order)
    const changes = holds && !isSameOrder(known, merged)
    if (changes) update.run({ ...toSql(merged), raw, rowId })
    const seen = events.all(rowId).map((event) => OrderEvent.parse(event))
    const isNew = isNewOrderState(seen, order, !holds)
    if (isNew) insertEvent.run({ ...order, reduceOnly: null, source, rowId })
    return changes || isNew ? 1 : 0
  }
}

/** Apart from when it was received. */
const isSameOrder = (a: Order, b: Order): boolean =>
  JSON.stringify(Object.values(Order.parse({ ...a, receivedAt: 0 }))) ===
  JSON.stringify(Object.values(Order.parse({ ...b, receivedAt: 0 })))
