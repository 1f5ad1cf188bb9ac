/** Reading replies whose numbers are text: a field that is wrong names itself. */
import type { Parsed } from '../../net/rest.ts'
import { Envelope, ListResult, RowsResult } from './schemas.ts'

/** `result` of a reply that succeeded. */
export function resultOf(body: unknown): Parsed<unknown> {
  const envelope = Envelope.safeParse(body)
  if (!envelope.success) return { ok: false, problem: envelope.error.message }
  const { retCode, retMsg = '', result } = envelope.data
  return retCode === 0 ? { ok: true, value: result } : { ok: false, problem: `retCode ${retCode} ${retMsg}` }
}

/** A page of a list, and the cursor of the one behind it; null: there is none. */
export interface ReplyPage {
  readonly rows: readonly unknown[]
  readonly next: string | null
}

/** Most lists stand in `list`, those of deposits, withdrawals and coins in `rows`. */
export function pageOf(body: unknown): Parsed<ReplyPage> {
  const result = resultOf(body)
  if (!result.ok) return result
  const list = ListResult.safeParse(result.value)
  if (list.success) return { ok: true, value: { rows: list.data.list, next: list.data.nextPageCursor || null } }
  const rows = RowsResult.safeParse(result.value)
  return rows.success
    ? { ok: true, value: { rows: rows.data.rows ?? [], next: rows.data.nextPageCursor || null } }
    : { ok: false, problem: `result has no list: ${list.error.message}` }
}
