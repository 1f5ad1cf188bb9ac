/** Alerts as rows: written once, acknowledged once. */
import type { Database } from 'better-sqlite3'
import type { AcknowledgeRequest, AlertFilter } from '../../shared/alert-rules.ts'
import { Alert, type EpochMs } from '../../shared/domain/index.ts'
import type { StoredAlertPage } from './alert-contract.ts'
import { StorageError } from './error.ts'

const fields = 'id, at, severity, rule, rule_id AS ruleId, subject, message, acknowledged_at AS acknowledgedAt'
/** As `asksToBeSeen` has it; the partial index of the table has the same words. */
const waiting = "acknowledged_at IS NULL AND (severity <> 'info' OR rule_id IS NOT NULL)"

export function createAlertWriter(database: Database) {
  const insert = database.prepare<[Alert]>(
    `INSERT INTO alerts (id, at, severity, rule, rule_id, subject, message, acknowledged_at)
     VALUES (@id, @at, @severity, @rule, @ruleId, @subject, @message, @acknowledgedAt) ON CONFLICT (id) DO NOTHING`,
  )
  const acknowledgeOne = database.prepare<[EpochMs, number]>(
    `UPDATE alerts SET acknowledged_at = ? WHERE id = ? AND ${waiting}`,
  )
  const acknowledgeAll = database.prepare<[EpochMs, number]>(
    `UPDATE alerts SET acknowledged_at = ? WHERE id <= ? AND ${waiting}`,
  )
  return {
    /** One transaction; returns the rows that were new. */
    save: database.transaction((alerts: readonly Alert[]) =>
      alerts.reduce((rows, alert) => rows + insert.run(alert).changes, 0),
    ).immediate,
    /** Returns the rows changed. */
    acknowledge: database.transaction((request: AcknowledgeRequest, at: EpochMs) =>
      'ids' in request
        ? request.ids.reduce((rows, id) => rows + acknowledgeOne.run(at, id).changes, 0)
        : acknowledgeAll.run(at, request.upTo).changes,
    ).immediate,
  }
}

interface PageParameters extends Omit<AlertFilter, 'unacknowledged' | 'text'> {
  readonly before: number
  readonly limit: number
  /** of LIKE */
  readonly pattern: string | null
}

export function createAlertReader(database: Database) {
  const sql = (condition: string) =>
    `SELECT ${fields} FROM alerts
     WHERE id < @before AND (@severity IS NULL OR severity = @severity) AND (@rule IS NULL OR rule = @rule)
       AND (@ruleId IS NULL OR rule_id = @ruleId)
       AND (@pattern IS NULL OR subject LIKE @pattern ESCAPE '\\' OR message LIKE @pattern ESCAPE '\\') ${condition}
     ORDER BY id DESC LIMIT @limit`
  const all = database.prepare<[PageParameters]>(sql(''))
  const unacknowledged = database.prepare<[PageParameters]>(sql(`AND ${waiting}`))
  const count = database.prepare<[], number>(`SELECT count(*) FROM alerts WHERE ${waiting}`).pluck()
  const newest = database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM alerts').pluck()

  return {
    /** Newest first. A cursor is the id before which the page begins. */
    page(
      { unacknowledged: isWaiting, text, ...filter }: AlertFilter,
      cursor: string | null,
      limit: number,
    ): StoredAlertPage {
      const before = cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor)
      if (!Number.isSafeInteger(before)) {
        throw new StorageError('other', `cursor: "${cursor}" is not where a page of alerts ended`)
      }
      const pattern = text === null ? null : `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
      const rows = (isWaiting ? unacknowledged : all)
        .all({ ...filter, before, limit, pattern })
        .map((row) => Alert.parse(row))
      return { rows, next: rows.length < limit ? null : String(rows.at(-1)?.id) }
    },
    /** What is stored of the count at the top, and the highest id; 0 where there is none. */
    state: () => ({ unacknowledged: count.get() ?? 0, lastId: newest.get() ?? 0 }),
  }
}
