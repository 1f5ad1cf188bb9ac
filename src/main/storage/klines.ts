import type { Database } from 'better-sqlite3'
import type { KlineColumns } from '../../shared/columns.ts'
import { type EpochMs, type Period, periods } from '../../shared/domain/index.ts'
import type { KlineRow } from './contract.ts'
import { MultiRowInsert } from './multi-row.ts'

/** Candles of any series as columns, so that they cross the thread boundary without being copied as objects. */
export interface KlineBatch {
  readonly instrumentId: Uint32Array
  /** Index into `periods`. */
  readonly period: Uint8Array
  readonly openTime: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
  /** NaN where unknown. */
  readonly quoteVolume: Float64Array
  /** 1 or 0. */
  readonly isClosed: Uint8Array
}

export const toKlineBatch = (rows: readonly KlineRow[]): KlineBatch => ({
  instrumentId: Uint32Array.from(rows, (row) => row.instrumentId),
  period: Uint8Array.from(rows, (row) => periods.indexOf(row.period)),
  openTime: Float64Array.from(rows, (row) => row.openTime),
  open: Float64Array.from(rows, (row) => row.open),
  high: Float64Array.from(rows, (row) => row.high),
  low: Float64Array.from(rows, (row) => row.low),
  close: Float64Array.from(rows, (row) => row.close),
  volume: Float64Array.from(rows, (row) => row.volume),
  quoteVolume: Float64Array.from(rows, (row) => row.quoteVolume ?? Number.NaN),
  isClosed: Uint8Array.from(rows, (row) => (row.isClosed ? 1 : 0)),
})

const head =
  'INSERT INTO klines (instrument_id, period, open_time, open, high, low, close, volume, quote_volume, is_closed)'

/** An unchanged candle, as a backfill brings many, is left alone: writing it again would only wear the disk. */
const upsert = `ON CONFLICT (instrument_id, period, open_time) DO UPDATE SET
  open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
  volume = excluded.volume, quote_volume = excluded.quote_volume, is_closed = excluded.is_closed
WHERE excluded.is_closed >= klines.is_closed
  AND (klines.open, klines.high, klines.low, klines.close, klines.volume, klines.quote_volume, klines.is_closed)
    IS NOT (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume, excluded.quote_volume, excluded.is_closed)`

/** Saves candles in one transaction; returns the rows inserted or changed. */
export function createKlineWriter(database: Database): (batch: KlineBatch) => number {
  const insert = new MultiRowInsert(database, head, 10, upsert)
  return database.transaction((batch: KlineBatch) =>
    insert.run(batch.openTime.length, (values, at, row) => {
      values[at] = batch.instrumentId[row] ?? null
      values[at + 1] = periods[batch.period[row] ?? -1] ?? null
      values[at + 2] = batch.openTime[row] ?? null
      values[at + 3] = batch.open[row] ?? null
      values[at + 4] = batch.high[row] ?? null
      values[at + 5] = batch.low[row] ?? null
      values[at + 6] = batch.close[row] ?? null
      values[at + 7] = batch.volume[row] ?? null
      values[at + 8] = batch.quoteVolume[row] ?? null
      values[at + 9] = batch.isClosed[row] ?? null
    }),
  ).immediate
}

export interface KlineRange {
  readonly instrumentId: number
  readonly period: Period
  /** Only candles that open before this, epoch ms; null: all. */
  readonly before: EpochMs | null
  readonly limit: number
}

type StoredCandle = [
  openTime: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
  isClosed: number,
]

/** Rows ascending. */
const toKlineColumns = (instrumentId: number, period: Period, rows: readonly StoredCandle[]): KlineColumns => ({
  instrumentId,
  period,
  openTime: Float64Array.from(rows, (row) => row[0]),
  open: Float64Array.from(rows, (row) => row[1]),
  high: Float64Array.from(rows, (row) => row[2]),
  low: Float64Array.from(rows, (row) => row[3]),
  close: Float64Array.from(rows, (row) => row[4]),
  volume: Float64Array.from(rows, (row) => row[5]),
  isClosed: Uint8Array.from(rows, (row) => row[6]),
})

export function createKlineReader(database: Database) {
  const between = database
    .prepare<[number, string, number, number], StoredCandle>(
      `SELECT open_time, open, high, low, close, volume, is_closed FROM klines
       WHERE instrument_id = ? AND period = ? AND open_time >= ? AND open_time < ? ORDER BY open_time`,
    )
    .raw()
  const newest = database
    .prepare<[number, string, number, number], StoredCandle>(
      `SELECT open_time, open, high, low, close, volume, is_closed FROM klines
       WHERE instrument_id = ? AND period = ? AND open_time < ? ORDER BY open_time DESC LIMIT ?`,
    )
    .raw()
  const newestClosed = database
    .prepare<[number, string], number>(
      `SELECT open_time FROM klines WHERE instrument_id = ? AND period = ? AND is_closed = 1
       ORDER BY open_time DESC LIMIT 1`,
    )
    .pluck()
  return {
    /** The newest `limit` of them, ascending. */
    list({ instrumentId, period, before, limit }: KlineRange): KlineColumns {
      const rows = newest.all(instrumentId, period, before ?? Number.MAX_SAFE_INTEGER, limit).reverse()
      return toKlineColumns(instrumentId, period, rows)
    },
    /** from <= openTime < to, ascending. */
    range: ({
      instrumentId,
      period,
      from,
      to,
    }: {
      readonly instrumentId: number
      readonly period: Period
      readonly from: EpochMs
      readonly to: EpochMs
    }): KlineColumns => toKlineColumns(instrumentId, period, between.all(instrumentId, period, from, to)),
    newestClosed: (instrumentId: number, period: Period): EpochMs | null =>
      newestClosed.get(instrumentId, period) ?? null,
  }
}
