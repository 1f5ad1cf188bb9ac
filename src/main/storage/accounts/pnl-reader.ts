import type { Database } from 'better-sqlite3'
import { ExchangeId } from '../../../shared/domain/index.ts'
import type { PnlReport } from '../../../shared/pnl.ts'
import { computePnl, type PnlFill, type PnlPayment } from '../../pnl.ts'
import type { PnlRequest } from './jobs.ts'
import { createKeyWalk } from './key-walk.ts'
import { createRemovalNotes } from './removed.ts'

type FillRow = [
  isBuy: number,
  price: string,
  quantity: string,
  fee: string | null,
  feeAsset: string | null,
  realisedPnl: string | null,
  at: number,
]

/**
 * Streams stored fills, symbol by symbol, through computePnl; of two fills in one millisecond the one with the smaller trade number
 * comes first. Every column costs about 15 ms over 100,000 fills, so it reads no more than it needs.
 */
export function createPnlReader(database: Database): (request: PnlRequest) => PnlReport {
  const symbolKeys = createKeyWalk(database, 'fills', ['account', 'symbol'])
  const exchangeOf = database
    .prepare<[string, string], string>('SELECT exchange FROM fills WHERE account = ? AND symbol = ? LIMIT 1')
    .pluck()
  const fills = database
    .prepare<[string, string], FillRow>(
      `SELECT side = 'BUY', price, quantity, fee, fee_asset, realised_pnl, at
       FROM fills INDEXED BY fills_by_symbol WHERE account = ? AND symbol = ?
       ORDER BY at, length(trade_id), trade_id`,
    )
    .raw()
  const payments = database.prepare<[string | null, string | null], PnlPayment>(
    `SELECT account, exchange, symbol, asset, amount, at FROM funding_payments
     WHERE ? IS NULL OR account = ? ORDER BY at, id`,
  )
  function* fillsOf(asked: string | null): Iterable<PnlFill> {
    for (const [account = '', symbol = ''] of asked === null ? symbolKeys() : symbolKeys(asked)) {
      const exchange = ExchangeId.parse(exchangeOf.get(account, symbol))
      for (const [isBuy, price, quantity, fee, feeAsset, realisedPnl, at] of fills.all(account, symbol)) {
        const side = isBuy === 1 ? 'BUY' : 'SELL'
        yield { account, exchange, symbol, side, price, quantity, fee, feeAsset, realisedPnl, at }
      }
    }
  }
  const removalNotes = createRemovalNotes(database)
  return ({ account, ...options }) => {
    const report = computePnl(fillsOf(account), payments.iterate(account, account), options)
    return { ...report, notes: [...removalNotes(account), ...report.notes] }
  }
}
