import type { Database } from 'better-sqlite3'
import { Transfer } from '../../../shared/domain/index.ts'
import * as columns from './columns.ts'
import { mergeTransfer, transferSupersedes } from './precedence.ts'

/** Upserts one transfer and keeps each new status as an event; returns 1 where anything was written. Call inside a transaction. */
export function createTransferWriter(database: Database): (transfer: Transfer, raw: string) => number {
  const stored = database.prepare<[object], { readonly rowId: number }>(
    `SELECT id AS rowId, ${columns.transferColumns.fields} FROM transfers
     WHERE account = @account AND kind = @kind AND transfer_id = @transferId`,
  )
  const insert = database.prepare<[object]>(
    `INSERT INTO transfers (${columns.transferColumns.list}, raw) VALUES (${columns.transferColumns.values}, @raw)`,
  )
  const update = database.prepare<[object]>(
    `UPDATE transfers SET ${columns.transferColumns.assignments}, raw = @raw WHERE id = @rowId`,
  )
  const statuses = database
    .prepare<[number], string>('SELECT status FROM transfer_events WHERE transfer_row = ? ORDER BY id')
    .pluck()
  const insertEvent = database.prepare<[object]>(
    `INSERT INTO transfer_events (transfer_row, ${columns.transferEventColumns.list})
     VALUES (@rowId, ${columns.transferEventColumns.values})`,
  )
  return (transfer, raw) => {
    const row = stored.get(transfer)
    if (row === undefined) {
      const { lastInsertRowid } = insert.run({ ...transfer, raw })
      insertEvent.run({ ...transfer, rowId: lastInsertRowid })
      return 1
    }
    const { rowId } = row
    const known = Transfer.parse(row)
    const holds = transferSupersedes(known, transfer)
    const merged = mergeTransfer(known, transfer)
    const changes = holds && !isSameTransfer(known, merged)
    if (changes) update.run({ ...merged, raw, rowId })
    const seen = statuses.all(rowId)
    const isNew = holds
      ? seen.at(-1) !== transfer.status && known.status !== transfer.status
      : !seen.includes(transfer.status)
    if (isNew) insertEvent.run({ ...transfer, rowId })
    return changes || isNew ? 1 : 0
  }
}

/** Apart from when it was received. */
const isSameTransfer = (a: Transfer, b: Transfer): boolean =>
  JSON.stringify(Object.values(Transfer.parse({ ...a, receivedAt: 0 }))) ===
  JSON.stringify(Object.values(Transfer.parse({ ...b, receivedAt: 0 })))
