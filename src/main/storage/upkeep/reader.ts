import { statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import type { PrunableTable } from '../../../shared/data.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'
import { frameMs, frameOf } from '../cold/chunk.ts'
import { createHotReader } from '../cold/hot-rows.ts'
import { createQuoteReader } from '../cold/quotes.ts'
import type { Handlers } from '../jobs.ts'
import type { StoredReport } from '../upkeep-contract.ts'
import type { UpkeepReadJobs } from './jobs.ts'

/** The tables but book_tickers: the expression that orders their rows by time as their retention does, quickly. */
const times: Readonly<
  Record<Exclude<PrunableTable, 'book_tickers'>, { readonly time: string; readonly order: string }>
> = {
  klines: { time: 'open_time', order: 'open_time' },
  trades: { time: 'time', order: 'time' },
  opportunities: { time: 'opened_at', order: 'opened_at' },
  orders: { time: 'placed_at', order: 'placed_at' },
  fills: { time: 'at', order: 'at' },
  // Without an index by time; rows are appended as they come.
  balances: { time: 'received_at', order: 'id' },
  transfers: { time: 'created_at', order: 'created_at' },
  funding_payments: { time: 'at', order: 'at' },
  funding_rates: { time: 'received_at', order: 'id' },
  equity_samples: { time: 'time', order: 'time' },
  depth_chunks: { time: 'from_time', order: 'from_time' },
  exchange_hours: { time: 'hour', order: 'hour' },
  alerts: { time: 'at', order: 'id' },
}

/** Up to this file size every page is looked at to tell the bytes of each table: some 50 ms. */
const measuredBytes = 64 * 1_024 * 1_024
/** Up to this many rows they are counted one by one. */
const countedRows = 200_000
/** Of rows past their time. */
const mostPastTime = 5_000_000
/** docs/database.md: what a row needs in a larger file, with its indexes. */
const bytesPerRow: Readonly<Partial<Record<PrunableTable, number>>> = { book_tickers: 57, klines: 116, fills: 850 }

export function createUpkeepReader(database: Database, file: string): Handlers<UpkeepReadJobs> {
  const quotes = createQuoteReader(database)
  const hot = createHotReader(database)
  const numberOf = (pragma: string): number => Number(database.pragma(pragma, { simple: true }))
  const single = (sql: string) => database.prepare<[], number | null>(sql).pluck()
  const cold = database
    .prepare<[], [number, number, number, number | null]>(
      `SELECT count(*), total(row_count), total(bytes), max(frame_time)
       FROM book_ticker_chunks INDEXED BY book_ticker_chunks_by_instrument`,
    )
    .raw()
  const tables = Object.entries(times).map(([table, { time, order }]) => ({
    table: table as keyof typeof times,
    ids: database
      .prepare<[], [number | null, number | null]>(
        `SELECT (SELECT min(rowid) FROM ${table}), (SELECT max(rowid) FROM ${table})`,
      )
      .raw(),
    count: single(`SELECT count(*) FROM ${table}`),
    oldest: single(`SELECT ${time} FROM ${table} ORDER BY ${order} LIMIT 1`),
    newest: single(`SELECT ${time} FROM ${table} ORDER BY ${order} DESC LIMIT 1`),
  }))
  const measured = database
    .prepare<[], [string, number]>(
      `SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
       WHERE d.aggregate = TRUE GROUP BY s.tbl_name`,
    )
    .raw()

  return {
    backlog: (before) => hot.count({ instrumentIds: null, from: 0, to: frameOf(before) }).rows,

    pastTime: ({ table, before }) => {
      if (table === 'book_tickers') return quotes.count({ instrumentIds: null, from: 0, to: before }).rows
      const { time } = times[table]
      const older = `SELECT count(*) FROM (SELECT 1 FROM ${table} WHERE ${time} < ? LIMIT ${mostPastTime})`
      return database.prepare<[EpochMs], number>(older).pluck().get(before) ?? 0
    },

    report: database.transaction((): StoredReport => {
      const bytes = sizeOf(file)
      const [chunks, coldRows, coldBytes, newestFrame] = cold.get() ?? [0, 0, 0, null]
      const sizes = bytes <= measuredBytes ? new Map(measured.all()) : null
      const quoteRange = quotes.bounds(null)
      const quoteRows = quotes.count({ instrumentIds: null, from: 0, to: Number.MAX_SAFE_INTEGER }).rows
      const bytesOf = (table: PrunableTable, rows: number): number | null => {
        const perRow = bytesPerRow[table]
        return sizes ? (sizes.get(table) ?? 0) : perRow === undefined ? null : rows * perRow
      }
      return {
        bytes,
        walBytes: sizeOf(`${file}-wal`),
        reusableBytes: numberOf('freelist_count') * numberOf('page_size'),
        cold: {
          chunks,
          rows: coldRows,
          bytes: coldBytes,
          newest: newestFrame === null ? null : newestFrame + frameMs,
        },
        tables: [
          {
            table: 'book_tickers',
            rows: quoteRows,
            bytes: sizes
              ? (sizes.get('book_tickers') ?? 0) + (sizes.get('book_ticker_chunks') ?? 0)
              : coldBytes + (bytesOf('book_tickers', Math.max(0, quoteRows - coldRows)) ?? 0),
            oldest: quoteRange?.first ?? null,
            newest: quoteRange?.last ?? null,
          },
          ...tables.map(({ table, ids, count, oldest, newest }) => {
            const [first, last] = ids.get() ?? [null, null]
            // Rows go from the oldest on, so that ids are dense.
            const upperBound = first === null || last === null ? 0 : last - first + 1
            const rows = upperBound > countedRows ? upperBound : (count.get() ?? 0)
            return {
              table,
              rows,
              bytes: bytesOf(table, rows),
              oldest: oldest.get() ?? null,
              newest: newest.get() ?? null,
            }
          }),
        ],
      }
    }),
  }
}

/** 0 where there is no such file. */
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0
