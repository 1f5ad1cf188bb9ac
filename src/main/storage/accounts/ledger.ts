import type { Database } from 'better-sqlite3'
import { isZeroAmount } from '../../../shared/amount.ts'
import type { EpochMs, Fill, Transfer } from '../../../shared/domain/index.ts'
import { assetsOf } from '../../pnl/assets.ts'
import { asProduct, productText, unitsOf } from '../../pnl/scaled.ts'
import type { LedgerSums } from '../account-contract.ts'
import { createKeyWalk } from './key-walk.ts'
import { transferTime } from './transfer-time.ts'

type LedgerFill = Pick<Fill, 'side' | 'price' | 'quantity' | 'fee' | 'feeAsset' | 'realisedPnl'>
type LedgerTransfer = Pick<Transfer, 'kind' | 'asset' | 'amount' | 'fee' | 'feeAsset' | 'fromWallet' | 'toWallet'>

/** since < t <= until */
export interface LedgerRange {
  readonly account: string
  readonly since: EpochMs
  readonly until?: EpochMs
}

/** Products (pnl/scaled.ts). */
interface Sums {
  trades: bigint
  fees: bigint
  transfers: bigint
  funding: bigint
  untoldFills: number
  bookings: number
}

/**
 * What changed an account's balances since a time, by asset and signed. Spot fills count with both legs; perpetuals with the
 * profit that the exchange tells. Transfers count once completed, by when they moved the balance; moves between two wallets
 * of the account cancel out. What the exchange did not tell (a perpetual's profit, a fee) is not made up: its fills are counted.
 */
export function createLedgerReader(database: Database) {
  const symbolKeys = createKeyWalk(database, 'fills', ['account', 'symbol'])
  const fillsAfter = database.prepare<[string, string, number, number], LedgerFill>(
    `SELECT side, price, quantity, fee, fee_asset AS feeAsset, realised_pnl AS realisedPnl
     FROM fills INDEXED BY fills_by_symbol WHERE account = ? AND symbol = ? AND at > ? AND at <= ?`,
  )
  const transfersAfter = database.prepare<[string, number, number], LedgerTransfer>(
    `SELECT kind, asset, amount, fee, fee_asset AS feeAsset, from_wallet AS fromWallet, to_wallet AS toWallet
     FROM transfers WHERE account = ? AND status = 'completed'
       AND ${transferTime} > ? AND ${transferTime} <= ?`,
  )
  const fundingAfter = database.prepare<[string, number, number], { readonly asset: string; readonly amount: string }>(
    'SELECT asset, amount FROM funding_payments WHERE account = ? AND at > ? AND at <= ?',
  )

  return ({ account, since, until = Number.MAX_SAFE_INTEGER }: LedgerRange): readonly LedgerSums[] => {
    const assets = new Map<string, Sums>()
    const sumsOf = (asset: string): Sums => {
      const known = assets.get(asset)
      if (known) return known
      const made = { trades: 0n, fees: 0n, transfers: 0n, funding: 0n, untoldFills: 0, bookings: 0 }
      assets.set(asset, made)
      return made
    }

    for (const [, symbol = ''] of symbolKeys(account)) {
      const { base, quote, isPerpetual } = assetsOf(symbol)
      for (const { side, price, quantity, fee, feeAsset, realisedPnl } of fillsAfter.iterate(
        account,
        symbol,
        since,
        until,
      )) {
        const isFeeTold = fee !== null && (feeAsset !== null || isZeroAmount(fee))
        // A fee that is not told may have been taken from either side of a spot trade.
        if (!isFeeTold || (isPerpetual && realisedPnl === null))
          for (const asset of isPerpetual ? [quote] : [base, quote]) sumsOf(asset).untoldFills++
        if (fee !== null && feeAsset !== null) {
          sumsOf(feeAsset).fees -= asProduct(unitsOf(fee))
          sumsOf(feeAsset).bookings++
        }
        if (isPerpetual) {
          if (realisedPnl !== null) sumsOf(quote).trades += asProduct(unitsOf(realisedPnl))
          continue
        }
        const units = unitsOf(quantity)
        const paid = units * unitsOf(price)
        sumsOf(base).trades += asProduct(side === 'BUY' ? units : -units)
        sumsOf(quote).trades += side === 'BUY' ? -paid : paid
        sumsOf(quote).bookings++
      }
    }

    for (const { kind, asset, amount, fee, feeAsset, fromWallet, toWallet } of transfersAfter.all(
      account,
      since,
      until,
    )) {
      const moved = asProduct(unitsOf(amount))
      if (kind === 'deposit') sumsOf(asset).transfers += moved
      if (kind === 'withdrawal') sumsOf(asset).transfers -= moved
      if (kind === 'internal' && fromWallet === null && toWallet !== null) sumsOf(asset).transfers += moved
      if (kind === 'internal' && fromWallet !== null && toWallet === null) sumsOf(asset).transfers -= moved
      if (kind === 'withdrawal' && fee !== null) sumsOf(feeAsset ?? asset).fees -= asProduct(unitsOf(fee))
    }
    for (const { asset, amount } of fundingAfter.all(account, since, until))
      sumsOf(asset).funding += asProduct(unitsOf(amount))

    return [...assets]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([asset, { trades, fees, transfers, funding, untoldFills, bookings }]) => ({
        asset,
        trades: productText(trades),
        fees: productText(fees),
        transfers: productText(transfers),
        funding: productText(funding),
        untoldFills,
        bookings,
      }))
  }
}
