/**
 * Deposits, withdrawals and moves within Coinbase, from the transactions of each wallet (the app's API).
 * Docs: https://docs.cdp.coinbase.com/coinbase-app/docs/api-transactions · fixture coinbase/rest_private.json
 */

import { Amount, amountText, decimalTextOf, isZeroAmount, subtractAmounts } from '../../../shared/amount.ts'
import type { EpochMs, Transfer, TransferKind, TransferStatus } from '../../../shared/domain/index.ts'
import type { WithRaw } from '../account-contract.ts'
import { type AccountContext, withRaw } from '../account-rows.ts'
import { millisecondsOf } from '../instants.ts'
import { bad, checked, foreign, good, type RowReading } from '../rows.ts'
import { TransactionRow } from './account-schemas.ts'

/** What the fills tell. */
const fillType = 'advanced_trade_fill'

/** Rewards, interest and what the simple app bought, sold and converted are none of these. */
const kinds: ReadonlyMap<string, 'outside' | 'internal'> = new Map([
  ['send', 'outside'],
  // Until it had a word of its own, what came was a `send` too.
  ['receive', 'outside'],
  ['fiat_deposit', 'outside'],
  ['fiat_withdrawal', 'outside'],
  ['transfer', 'internal'],
  ['pro_deposit', 'internal'],
  ['pro_withdrawal', 'internal'],
  ['exchange_deposit', 'internal'],
  ['exchange_withdrawal', 'internal'],
  ['intx_deposit', 'internal'],
  ['intx_withdrawal', 'internal'],
  ['vault_withdrawal', 'internal'],
])

const statuses: ReadonlyMap<string, TransferStatus> = new Map([
  ['pending', 'pending'],
  ['waiting_for_clearing', 'pending'],
  ['waiting_for_signature', 'pending'],
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['expired', 'failed'],
  ['canceled', 'cancelled'],
])

/** A transaction since `since` that moves money and is neither a transfer nor a fill: what it is; null: it is none of that kind. */
export function unkeptTransaction(json: unknown, since: EpochMs): string | null {
  const { data: row } = TransactionRow.safeParse(json)
  if (row === undefined || row.type === fillType || kinds.has(row.type) || isZero(row.amount.amount)) return null
  const status = statuses.get(row.status)
  if (status === 'failed' || status === 'cancelled' || millisecondsOf(row.created_at) < since) return null
  return `a transaction of type ${row.type.slice(0, 100)}`
}

const isZero = (text: string): boolean => {
  const amount = decimalTextOf(text)
  return amount !== null && isZeroAmount(amount)
}

/** When it was begun; null: it does not tell. */
export function timeOfTransaction(json: unknown): EpochMs | null {
  const { data: row } = TransactionRow.safeParse(json)
  const at = row === undefined ? Number.NaN : millisecondsOf(row.created_at)
  return Number.isNaN(at) ? null : at
}

/**
 * In      {"id":"57ffb4ae-…","type":"send","status":"completed","amount":{"amount":"-0.001","currency":"BTC"},"created_at":"…",
 *         "network":{"hash":"463397c8…","network_name":"bitcoin","transaction_fee":{"amount":"0.00005","currency":"BTC"}},"to":{"address":"…"}}
 * Out     one transfer: below 0 it left, above 0 it came. The amount is what the wallet changed by, so that a withdrawal's fee is part of
 *         it and taken off here: the documented -0.00133 with a fee of 0.00033 sent 0.001
 * Rejects an unknown status, amounts or times that are none, a fee above the amount
 */
export const readTransaction = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(TransactionRow, json, (row) => {
    const place = kinds.get(row.type)
    if (place === undefined) return foreign
    const change = decimalTextOf(row.amount.amount)
    if (change === null || isZeroAmount(change)) return bad('amount.amount', row.amount.amount, 'no amount')
    const status = statuses.get(row.status)
    if (status === undefined) return bad('status', row.status, 'an unknown status')
    const createdAt = millisecondsOf(row.created_at)
    if (Number.isNaN(createdAt)) return bad('created_at', row.created_at, 'no time')
    const updatedAt = row.updated_at ? millisecondsOf(row.updated_at) : Number.NaN
    const isOut = change.startsWith('-')
    const told = row.network?.transaction_fee
    const fee = isOut && place === 'outside' && told ? decimalTextOf(told.amount) : null
    if (isOut && told && place === 'outside' && (fee === null || told.currency !== row.amount.currency))
      return bad('network.transaction_fee', told, 'no amount of the same asset')
    const whole = amountText(new Amount(change).abs())
    const amount = fee === null ? whole : subtractAmounts(whole, fee)
    if (amount.startsWith('-')) return bad('network.transaction_fee', told, 'more than the amount')
    const kind: TransferKind = place === 'internal' ? 'internal' : isOut ? 'withdrawal' : 'deposit'
    return withRaw(
      good<Transfer>({
        ...{ account, exchange: 'coinbase', transferId: row.id, kind, asset: row.amount.currency, amount },
        ...{ fee, feeAsset: fee === null ? null : row.amount.currency },
        ...{ network: row.network?.network_name || null, address: row.to?.address || null },
        transactionId: row.network?.hash || null,
        fromWallet: kind === 'internal' && isOut ? 'spot' : null,
        toWallet: kind === 'internal' && !isOut ? 'spot' : null,
        ...{ status, exchangeStatus: row.status, createdAt },
        updatedAt: Number.isNaN(updatedAt) ? null : updatedAt,
        receivedAt,
      }),
      json,
    )
  })
