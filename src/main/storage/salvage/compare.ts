/** Salvaged rows beside what else is known of them: their index entries, and the same rows in a verified backup. */
import type { Database } from 'better-sqlite3'
import type { Cell } from './cells.ts'
import type { StoredIndex, StoredTableForm } from './schema.ts'

const quoted = (name: string): string => `"${name}"`

/** Takes an index's entries, and then tells the rowids of rows that say otherwise, or that no entry names though all could be read. */
export class IndexWitness {
  readonly index: StoredIndex
  isWhole = true
  private readonly database: Database
  private readonly table: string
  private readonly columns: readonly { readonly name: string; readonly at: number }[]
  private readonly insert: (values: readonly unknown[]) => void

  constructor(database: Database, { name: table }: StoredTableForm, index: StoredIndex) {
    this.database = database
    this.table = table
    this.index = index
    this.columns = index.columns.flatMap((name, at) => (name === null ? [] : [{ name, at }]))
    const names = this.columns.map(({ at }) => `, c${at}`).join('')
    database.exec(`CREATE TEMP TABLE ${this.name} (row INTEGER PRIMARY KEY${names})`)
    const statement = database.prepare(
      `INSERT OR IGNORE INTO ${this.name} VALUES (?${', ?'.repeat(this.columns.length)})`,
    )
    this.insert = (values) => {
      statement.run(...values)
    }
  }

  readonly fits = ({ rowid, values }: Cell): boolean =>
    rowid === null && values.length === this.index.columns.length + 1 && typeof values.at(-1) === 'number'

  add(cells: readonly Cell[]): void {
    for (const { values } of cells) this.insert([values.at(-1), ...this.columns.map(({ at }) => values[at])])
  }

  contradicted(): readonly number[] {
    const differs = this.columns.map(({ name, at }) => `t.${quoted(name)} IS NOT e.c${at}`).join(' OR ')
    const unnamed = this.isWhole && !this.index.isPartial ? 'e.row IS NULL OR ' : 'e.row IS NOT NULL AND '
    return this.database
      .prepare<[], number>(
        `SELECT t.rowid FROM ${quoted(this.table)} t LEFT JOIN ${this.name} e ON e.row = t.rowid
         WHERE ${unnamed}(${differs === '' ? '0' : differs})`,
      )
      .pluck()
      .all()
  }

  close(): void {
    this.database.exec(`DROP TABLE ${this.name}`)
  }

  private get name(): string {
    return quoted(`temp_${this.index.name}`)
  }
}

const final = (row: string) => `${row}.status IN ('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED')`

/** What a backup may say of a table: of which rows (`t` the salvaged one, `b` the backup's) it may correct, and which missing ones bring. */
interface Correction {
  /** Rows that are in both and never change. */
  readonly same: string
  /** Rows that may be brought back. */
  readonly lasting: string
  /**
   * Their time; retention removes the oldest first, so none older than the oldest salvaged one comes back, unless the table's beginning
   * itself was lost. null: no retention.
   */
  readonly time: string | null
  /** Old rows move to another table, so that also then none of those comes back. */
  readonly moves?: boolean
}

const always = { same: '1', lasting: '1' }
/** Tables that are not named are state: what the backup says of them is out of date. */
const corrections: Readonly<Record<string, Correction>> = {
  instruments: { same: '(t.exchange, t.symbol) IS NOT (b.exchange, b.symbol)', lasting: '1', time: null },
  klines: { same: 't.is_closed = 1 AND b.is_closed = 1', lasting: 'b.is_closed = 1', time: 'open_time' },
  book_tickers: { ...always, time: 'time', moves: true },
  book_ticker_chunks: { ...always, time: 'frame_time' },
  trades: { ...always, time: 'received_at' },
  opportunities: {
    same: 't.closed_at IS NOT NULL AND b.closed_at IS NOT NULL',
    ...{ lasting: 'b.closed_at IS NOT NULL', time: 'opened_at' },
  },
  orders: { same: `${final('t')} AND ${final('b')}`, lasting: final('b'), time: 'first_at' },
  order_events: { ...always, time: 'received_at' },
  // Fee and profit may be told later.
  fills: {
    same:
      '(t.account, t.symbol, t.trade_id, t.exchange_order_id, t.side, t.price, t.quantity, t.at, t.received_at, t.raw) IS NOT ' +
      '(b.account, b.symbol, b.trade_id, b.exchange_order_id, b.side, b.price, b.quantity, b.at, b.received_at, b.raw) ' +
      'OR (b.fee IS NOT NULL AND b.realised_pnl IS t.realised_pnl)',
    ...{ lasting: '1', time: 'at' },
  },
  balances: { ...always, time: 'received_at' },
  daily_balances: { ...always, time: 'received_at' },
  ledger_openings: { same: 't.at = b.at', lasting: '0', time: null },
  positions: { ...always, time: 'received_at' },
  transfers: {
    same: "t.status <> 'pending' AND b.status = t.status",
    ...{ lasting: "b.status <> 'pending'", time: 'created_at' },
  },
  transfer_events: { ...always, time: 'received_at' },
  funding_payments: { ...always, time: 'at' },
  funding_rates: { ...always, time: 'received_at' },
  equity_samples: { ...always, time: 'time' },
  depth_chunks: { ...always, time: 'from_time' },
  exchange_hours: { same: 't.observed_minutes = b.observed_minutes', lasting: '1', time: 'hour' },
  alerts: { same: 't.acknowledged_at IS b.acknowledged_at', lasting: '1', time: 'at' },
  drift: {
    same: 't.resolved_at IS NOT NULL AND b.resolved_at IS NOT NULL',
    ...{ lasting: 'b.resolved_at IS NOT NULL', time: 'found_at' },
  },
  gaps: {
    same: 't.filled_at IS b.filled_at AND t.to_time IS b.to_time',
    lasting: 'b.to_time IS NOT NULL',
    time: 'from_time',
  },
}

/**
 * Numbers mean the same in both only if one grew out of the other: else the backup is of a database that was begun anew meanwhile.
 * Asked of `instruments`, whose ids everything else refers to, and of each table before its rows are compared.
 */
export function isOfSameLife(database: Database, table: StoredTableForm): boolean {
  const [common = 0, equal = 0] =
    database
      .prepare<[], [number, number | null]>(
        `SELECT count(*), sum(${equalColumns(table)}) FROM main.${quoted(table.name)} t
         JOIN backup.${quoted(table.name)} b ON ${sameKey(table)}`,
      )
      .raw()
      .get() ?? []
  return common === 0 || (equal ?? 0) * 2 >= common
}

/**
 * `backup` is attached. Rows that it holds otherwise, though they never change, become what it says, and rows that it alone holds come
 * back; returns how many. `isBeginningLost`: what is left does not tell how far back the table went.
 */
export function correctFromBackup(database: Database, table: StoredTableForm, isBeginningLost: boolean): number {
  const correction = corrections[table.name]
  if (correction === undefined || !isOfSameLife(database, table)) return 0
  const names = table.columns.map(({ name }) => quoted(name)).join(', ')
  const rows = table.columns.map(({ name }) => `b.${quoted(name)}`).join(', ')
  const insert = `INTO main.${quoted(table.name)} (${names}) SELECT ${rows}`
  const changed = database
    .prepare(
      `INSERT OR REPLACE ${insert} FROM main.${quoted(table.name)} t
       JOIN backup.${quoted(table.name)} b ON ${sameKey(table)}
       WHERE (${correction.same}) AND NOT (${equalColumns(table)})`,
    )
    .run().changes
  return changed + bringBack(database, table, insert, correction, isBeginningLost)
}

/** Rows that only the backup has; also asked again once rows that cannot be believed are gone. */
export function fillFromBackup(database: Database, table: StoredTableForm, isBeginningLost: boolean): number {
  const correction = corrections[table.name]
  if (correction === undefined || !isOfSameLife(database, table)) return 0
  const names = table.columns.map(({ name }) => quoted(name)).join(', ')
  const rows = table.columns.map(({ name }) => `b.${quoted(name)}`).join(', ')
  const insert = `INTO main.${quoted(table.name)} (${names}) SELECT ${rows}`
  return bringBack(database, table, insert, correction, isBeginningLost)
}

function bringBack(
  database: Database,
  { name }: StoredTableForm,
  insert: string,
  { lasting, time, moves = false }: Correction,
  isBeginningLost: boolean,
): number {
  const isBounded = time !== null && (moves || !isBeginningLost)
  const kept = !isBounded ? '' : ` AND b.${quoted(time)} >= (SELECT min(${quoted(time)}) FROM main.${quoted(name)})`
  return database.prepare(`INSERT OR IGNORE ${insert} FROM backup.${quoted(name)} b WHERE (${lasting})${kept}`).run()
    .changes
}

const sameKey = ({ key }: StoredTableForm): string =>
  key.map((name) => `b.${quoted(name)} = t.${quoted(name)}`).join(' AND ')
const equalColumns = ({ columns }: StoredTableForm): string =>
  columns.map(({ name }) => `t.${quoted(name)} IS b.${quoted(name)}`).join(' AND ')
