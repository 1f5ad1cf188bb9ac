/** What no row of Crossbook's can be. SQLite keeps no checksums: a changed byte inside a number is a row as good as any to it. */
import type { Database } from 'better-sqlite3'
import { decodeChunk, frameMs, quoteColumns } from '../cold/chunk.ts'
import { StorageError } from '../error.ts'
import type { StoredTableForm } from './schema.ts'

/** No exchange is older (2008), and no time of a row lies further ahead than this. */
const earliestMs = 1_200_000_000_000
const aheadMs = 400 * 86_400_000

const times = /(^|_)(at|time)$/
const oneOf = (column: string, values: readonly string[]) => `${column} IN (${values.map((one) => `'${one}'`).join()})`

/** By table, what holds of every row. */
const rules: Readonly<Record<string, readonly string[]>> = {
  instruments: [oneOf('kind', ['spot', 'perpetual']), 'contract_size > 0'],
  klines: [
    oneOf('period', ['1m', '5m', '15m', '1h', '1d']),
    'open_time % 60000 = 0',
    'low > 0 AND low <= min(open, close) AND high >= max(open, close)',
    'volume >= 0',
    'quote_volume >= 0',
    'is_closed IN (0, 1)',
  ],
  book_tickers: ['bid_price > 0', 'ask_price > 0', 'bid_quantity >= 0', 'ask_quantity >= 0', 'time % 1000 = 0'],
  book_ticker_chunks: [`frame_time % ${frameMs} = 0`, 'row_count > 0'],
  depth_chunks: ['to_time > from_time', 'column_ms > 0', 'column_count > 0', 'bucket_size > 0'],
  exchange_hours: ['hour % 3600000 = 0', 'since >= hour'],
  trades: ['price > 0', 'quantity >= 0', oneOf('side', ['BUY', 'SELL'])],
  orders: [oneOf('side', ['BUY', 'SELL'])],
  fills: [oneOf('side', ['BUY', 'SELL'])],
}
/** Text that is an amount. */
const amounts = new Set(
  ['price', 'stop_price', 'quantity', 'quote_quantity', 'filled_quantity', 'average_price', 'fee', 'realised_pnl']
    .concat(['free', 'locked', 'total', 'entry_price', 'mark_price', 'unrealised_pnl', 'liquidation_price', 'amount'])
    .concat(['rate']),
)

/** Removes rows that cannot be; returns how many went. */
export function removeImpossible(database: Database, { name, columns }: StoredTableForm, now: number): number {
  const conditions = [
    ...(rules[name] ?? []),
    ...columns
      .filter((column) => column.type === 'INTEGER' && times.test(column.name))
      .map((column) => `${column.name} BETWEEN ${earliestMs} AND ${now + aheadMs}`),
    ...columns
      .filter((column) => column.type === 'TEXT' && amounts.has(column.name))
      .map((column) => `${column.name} NOT GLOB '*[^0-9.eE+-]*' AND ${column.name} GLOB '*[0-9]*'`),
  ]
  if (conditions.length === 0) return 0
  // A condition on an absent value is null, and says nothing.
  const broken = conditions.map((condition) => `NOT coalesce((${condition}), 1)`).join(' OR ')
  return database.prepare(`DELETE FROM "${name}" WHERE ${broken}`).run().changes
}

/** Removes chunks whose own checksum is wrong. */
export function removeBrokenChunks(database: Database): number {
  const chunks = database.prepare<
    [],
    { rowid: number; instrumentId: number; frameTime: number; rowCount: number; format: number; data: Buffer }
  >(
    `SELECT rowid, instrument_id AS instrumentId, frame_time AS frameTime, row_count AS rowCount, format, data
     FROM book_ticker_chunks`,
  )
  const broken: number[] = []
  for (const { rowid, ...chunk } of chunks.iterate()) {
    try {
      decodeChunk(chunk, quoteColumns(Math.min(Math.max(0, chunk.rowCount), frameMs)), 0)
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      broken.push(rowid)
    }
  }
  const remove = database.prepare('DELETE FROM book_ticker_chunks WHERE rowid = ?')
  for (const rowid of broken) remove.run(rowid)
  return broken.length
}
