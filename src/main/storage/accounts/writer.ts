import Sqlite, { type Database } from 'better-sqlite3'
import { messageOf } from '../../errors.ts'
import type { AccountBatch } from '../account-contract.ts'
import { StorageError } from '../error.ts'
import { createEquityWriter } from '../history/equity.ts'
import { createMetaWriter } from '../meta.ts'
import * as columns from './columns.ts'
import { saveDownload } from './downloads.ts'
import { createOrderWriter } from './order-writer.ts'
import { createBalanceWriter, createDailyBalanceWriter, createFundingRateWriter } from './state-writer.ts'
import { createTransferWriter } from './transfer-writer.ts'

/**
 * Saves a batch in one transaction; returns the rows inserted or changed (an order or a transfer with its event counts as one).
 * Throws a StorageError `refused` where a row breaks the table's rules.
 */
export function createAccountWriter(database: Database): (batch: AccountBatch) => number {
  const insert = (table: string, { list, values }: columns.Columns, conflict = '') =>
    database.prepare<[object]>(`INSERT INTO ${table} (${list}) VALUES (${values}) ${conflict}`)

  const account = database.prepare<[object]>(
    `INSERT INTO accounts (id, exchange, label) VALUES (@id, @exchange, @label)
     ON CONFLICT (id) DO UPDATE SET exchange = excluded.exchange, label = excluded.label
     WHERE (accounts.exchange, accounts.label) IS NOT (excluded.exchange, excluded.label)`,
  )
  const opening = database.prepare<[object]>(
    'INSERT INTO ledger_openings (account, at, totals) VALUES (@account, @at, @totals) ON CONFLICT DO NOTHING',
  )
  const setMeta = createMetaWriter(database)
  // The payload that told more is the one kept.
  const fill = database.prepare<[object]>(
    `INSERT INTO fills (${columns.fillColumns.list}, raw) VALUES (${columns.fillColumns.values}, @raw)
     ON CONFLICT (account, symbol, trade_id, exchange_order_id) DO UPDATE SET
       fee = coalesce(fills.fee, excluded.fee),
       fee_asset = CASE WHEN fills.fee IS NULL THEN excluded.fee_asset ELSE coalesce(fills.fee_asset, excluded.fee_asset) END,
       realised_pnl = coalesce(fills.realised_pnl, excluded.realised_pnl),
       liquidity = coalesce(fills.liquidity, excluded.liquidity),
       raw = excluded.raw
     WHERE (fills.fee IS NULL AND excluded.fee IS NOT NULL)
       OR (fills.fee_asset IS NULL AND excluded.fee_asset IS NOT NULL)
       OR (fills.realised_pnl IS NULL AND excluded.realised_pnl IS NOT NULL)
       OR (fills.liquidity IS NULL AND excluded.liquidity IS NOT NULL)`,
  )
  const position = insert('positions', columns.positionColumns)
  const fundingPayment = insert('funding_payments', columns.fundingPaymentColumns, 'ON CONFLICT DO NOTHING')
  const drift = database.prepare<[object]>(
    `INSERT INTO drift (${columns.driftColumns.list}) VALUES (${columns.driftColumns.values})
     ON CONFLICT (id) DO UPDATE SET ${columns.driftColumns.assignments}`,
  )
  const saveBalance = createBalanceWriter(database)
  const saveDailyBalance = createDailyBalanceWriter(database)
  const saveOrder = createOrderWriter(database)
  const saveTransfer = createTransferWriter(database)
  const saveFundingRate = createFundingRateWriter(database)
  const saveEquity = createEquityWriter(database)

  const save = database.transaction((batch: AccountBatch) => {
    let rows = 0
    for (const row of batch.accounts ?? []) rows += account.run(row).changes
    for (const balance of batch.balances ?? []) rows += saveBalance(balance)
    for (const { day, balance } of batch.dailyBalances ?? []) rows += saveDailyBalance(day, balance)
    for (const { account: id, at, totals } of batch.openings ?? []) {
      const byAsset = Object.fromEntries(totals.map(({ asset, total }) => [asset, total]))
      rows += opening.run({ account: id, at, totals: JSON.stringify(byAsset) }).changes
    }
    for (const { order, raw, source } of batch.orders ?? []) rows += saveOrder(order, raw, source)
    for (const { fill: row, raw } of batch.fills ?? []) rows += fill.run({ ...row, raw }).changes
    for (const row of batch.positions ?? []) rows += position.run(row).changes
    for (const { transfer, raw } of batch.transfers ?? []) rows += saveTransfer(transfer, raw)
    for (const row of batch.fundingPayments ?? []) rows += fundingPayment.run(row).changes
    for (const rate of batch.fundingRates ?? []) rows += saveFundingRate(rate)
    for (const row of batch.drifts ?? []) rows += drift.run(row).changes
    rows += saveEquity(batch.equity ?? [])
    for (const mark of batch.downloads ?? []) saveDownload(setMeta, mark)
    return rows
  }).immediate
  return (batch) => {
    try {
      return save(batch)
    } catch (error) {
      if (!isRefusal(error)) throw error
      throw new StorageError('refused', messageOf(error))
    }
  }
}

/** Of the row, not of the file: a broken constraint, a wrong type, a value that cannot be bound or understood. */
const isRefusal = (error: unknown): boolean =>
  !(error instanceof Sqlite.SqliteError) || /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(error.code)
