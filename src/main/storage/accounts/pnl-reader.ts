import type { Database } from 'better-sqlite3'
import type { PnlReport } from '../../../shared/contract.ts'
import { computePnl, type PnlFill, type PnlPayment } from '../../pnl.ts'
import type { PnlRequest } from './jobs.ts'
import { createKeyWalk } from './key-walk.ts'

type FillRow = [
  account: string,
  exchange: PnlFill['exchange'],
  symbol: string,
  side: PnlFill['side'],
  price: string,
  quantity: string,
  fee: string | null,
  feeAsset: string | null,
  realisedPnl: string | null,
  at: number,
]

/** Streams stored fills through computePnl; of two fills in one millisecond the one with the smaller trade number comes first. */
export function createPnlReader(database: Database): (request: PnlRequest) => PnlReport {
  const accountKeys = createKeyWalk(database, 'fills', ['account'])
  const fills = database
    .prepare<[string], FillRow>(
      `SELECT account, exchange, symbol, side, price, quantity, fee, fee_asset, realised_pnl, at
       FROM fills INDEXED BY fills_by_symbol WHERE account = ?
       ORDER BY symbol, at, length(trade_id), trade_id`,
    )
    .raw()
  const payments = database.prepare<[string | null, string | null], PnlPayment>(
    `SELECT account, exchange, symbol, asset, amount, at FROM funding_payments
     WHERE ? IS NULL OR account = ? ORDER BY at, id`,
  )
  function* fillsOf(accounts: readonly string[]): Iterable<PnlFill> {
    for (const asked of accounts) {
      for (const row of fills.iterate(asked)) {
        const [account, exchange, symbol, side, price, quantity, fee, feeAsset, realisedPnl, at] = row
        yield { account, exchange, symbol, side, price, quantity, fee, feeAsset, realisedPnl, at }
      }
    }
  }
  return ({ account, ...options }) => {
    const accounts = account === null ? accountKeys().map(([id = '']) => id) : [account]
    return computePnl(fillsOf(accounts), payments.iterate(account, account), options)
  }
}
