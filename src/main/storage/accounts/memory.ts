import type { Database } from 'better-sqlite3'
import { isZeroAmount } from '../../../shared/amount.ts'
import { Balance, Drift, type EpochMs, fillKey, Position, Transfer } from '../../../shared/domain/index.ts'
import type { AccountMemory } from '../account-contract.ts'
import { createQuoteReader } from '../cold/quotes.ts'
import * as columns from './columns.ts'
import { createDownloadsReader, createPastSymbolsReader } from './downloads.ts'
import { createKeyWalk } from './key-walk.ts'
import { createLedgerReader } from './ledger.ts'
import { createOpeningReader, isUntold } from './opening.ts'
import { orderOf } from './order-writer.ts'

/** A snapshot this near to a moment shows that Crossbook ran then, ms. */
const aroundMs = 300_000

export function createMemoryReader(database: Database) {
  const balanceKeys = createKeyWalk(database, 'balances', ['account', 'wallet', 'asset'])
  const positionKeys = createKeyWalk(database, 'positions', ['account', 'symbol', 'side'])
  const fillSymbols = createKeyWalk(database, 'fills', ['account', 'symbol'])
  const orderSymbols = createKeyWalk(database, 'orders', ['account', 'symbol'])

  const newestBalance = database.prepare<string[], object>(
    `SELECT ${columns.balanceColumns.fields} FROM balances INDEXED BY balances_by_key
     WHERE account = ? AND wallet = ? AND asset = ? ORDER BY id DESC LIMIT 1`,
  )
  const quotes = createQuoteReader(database)
  const accounts = createKeyWalk(database, 'balances', ['account'])
  const newestSample = database
    .prepare<[string, number], EpochMs>(
      'SELECT time FROM equity_samples WHERE account = ? AND time <= ? ORDER BY time DESC LIMIT 1',
    )
    .pluck()
  const balanceAt = database.prepare<[...string[], number], object>(
    `SELECT ${columns.balanceColumns.fields} FROM balances INDEXED BY balances_by_time
     WHERE account = ? AND wallet = ? AND asset = ? AND received_at <= ? ORDER BY received_at DESC, id DESC LIMIT 1`,
  )
  const openOrders = database.prepare<[string], object>(
    `SELECT ${columns.orderColumns.fields} FROM orders INDEXED BY orders_open
     WHERE account = ? AND status IN ('NEW', 'PARTIALLY_FILLED') ORDER BY id`,
  )
  const newestPosition = database.prepare<string[], object>(
    `SELECT ${columns.positionColumns.fields} FROM positions
     WHERE account = ? AND symbol = ? AND side = ? ORDER BY id DESC LIMIT 1`,
  )
  const newestFill = database.prepare<[string, string], { symbol: string; tradeId: string; at: EpochMs }>(
    `SELECT symbol, trade_id AS tradeId, at FROM fills INDEXED BY fills_by_symbol
     WHERE account = ? AND symbol = ? ORDER BY at DESC, length(trade_id) DESC, trade_id DESC LIMIT 1`,
  )
  const fillsSince = database
    .prepare<[string, string, number], [tradeId: string, exchangeOrderId: string]>(
      `SELECT trade_id, exchange_order_id FROM fills INDEXED BY fills_by_symbol
       WHERE account = ? AND symbol = ? AND at >= ? ORDER BY at`,
    )
    .raw()
  const untoldSince = database.prepare<
    [string, string, number],
    { readonly tradeId: string; readonly exchangeOrderId: string; readonly fee: number; readonly profit: number }
  >(
    `SELECT trade_id AS tradeId, exchange_order_id AS exchangeOrderId,
            fee IS NOT NULL AND (fee_asset IS NOT NULL OR CAST(fee AS REAL) = 0) AS fee, realised_pnl IS NOT NULL AS profit
     FROM fills INDEXED BY fills_by_symbol WHERE account = ? AND symbol = ? AND at >= ? AND ${isUntold} ORDER BY at`,
  )
  const transfers = database.prepare<[string, number], object>(
    `SELECT ${columns.transferColumns.fields} FROM transfers
     WHERE account = ? AND (status = 'pending' OR coalesce(updated_at, created_at) >= ?) ORDER BY created_at, id`,
  )
  const newestTransferAt = database
    .prepare<[string], number | null>('SELECT max(created_at) FROM transfers WHERE account = ?')
    .pluck()
  const newestFundingAt = database
    .prepare<[string], number | null>('SELECT max(at) FROM funding_payments WHERE account = ?')
    .pluck()
  const openDrifts = database.prepare<[string], object>(
    `SELECT ${columns.driftColumns.fields} FROM drift WHERE account = ? AND resolved_at IS NULL ORDER BY id`,
  )

  const parsed = <T>(row: object | undefined, parse: (row: object) => T): readonly T[] =>
    row === undefined ? [] : [parse(row)]

  const openingOf = createOpeningReader(database)
  const downloadsOf = createDownloadsReader(database)
  const pastSymbolsOf = createPastSymbolsReader(database)
  const ledgerSums = createLedgerReader(database)

  /** In one read: an opening and its sums belong together (retention moves both). */
  const memory = database.transaction((account: string, since: EpochMs): AccountMemory => {
    const opening = openingOf(account)
    const symbols = fillSymbols(account).map(([, symbol = '']) => symbol)
    const orderOnly = orderSymbols(account).map(([, symbol = '']) => symbol)
    return {
      balances: balanceKeys(account).flatMap((key) => parsed(newestBalance.get(...key), (row) => Balance.parse(row))),
      openOrders: openOrders.all(account).map(orderOf),
      positions: positionKeys(account)
        .flatMap((key) => parsed(newestPosition.get(...key), (row) => Position.parse(row)))
        .filter(({ quantity }) => !isZeroAmount(quantity)),
      newestFills: symbols.flatMap((symbol) => newestFill.get(account, symbol) ?? []),
      fillKeys: symbols.flatMap((symbol) =>
        fillsSince
          .all(account, symbol, since)
          .map(([tradeId, exchangeOrderId]) => fillKey({ account, symbol, tradeId, exchangeOrderId })),
      ),
      untoldFills: symbols.flatMap((symbol) =>
        untoldSince.all(account, symbol, since).map(({ fee, profit, ...ids }) => ({
          key: fillKey({ account, symbol, ...ids }),
          fee: fee === 1,
          profit: profit === 1,
        })),
      ),
      transfers: transfers.all(account, since).map((row) => Transfer.parse(row)),
      newestTransferAt: newestTransferAt.get(account) ?? null,
      newestFundingAt: newestFundingAt.get(account) ?? null,
      downloads: downloadsOf(account),
      pastSymbols: pastSymbolsOf(account),
      openDrifts: openDrifts.all(account).map((row) => Drift.parse(row)),
      symbols: [...new Set([...symbols, ...orderOnly])].sort(),
      opening,
      ledgerSums: opening === null ? [] : ledgerSums({ account, since: opening.at }),
    }
  })

  return {
    memory: ({ account, since }: { readonly account: string; readonly since: EpochMs }): AccountMemory =>
      memory(account, since),
    ranAt: (at: EpochMs): boolean => {
      const range = { instrumentIds: null, from: at - aroundMs, to: at + aroundMs + 1 }
      return !(quotes.frames(range, () => undefined).next().done ?? false)
    },
    absentAt: (at: EpochMs): readonly string[] =>
      accounts().flatMap(([account = '']) => {
        const newest = newestSample.get(account, at + aroundMs)
        return newest !== undefined && newest < at - aroundMs ? [account] : []
      }),
    balancesAt: (at: EpochMs): readonly Balance[] =>
      balanceKeys().flatMap((key) => parsed(balanceAt.get(...key, at), (row) => Balance.parse(row))),
  }
}
