/** Deposits and withdrawals, moves between wallets and funding payments: from the lists of movements and of ledger entries. */

import { Amount, amountText } from '../../../shared/amount.ts'
import type { EpochMs, FundingPayment, Transfer, TransferStatus, Wallet } from '../../../shared/domain/index.ts'
import type { WithRaw } from '../account-contract.ts'
import type { Reading } from '../account-rows.ts'
import { bad, foreign, good, type RowReading } from '../rows.ts'
import { type AccountContext, walletOf } from './account-normalize.ts'
import { Fields, ledgerColumns, movementColumns, Row } from './account-schemas.ts'
import { find, isPaper } from './symbols.ts'

/** Categories of ledger entries (docs: ledgers, "category"). */
export const categories = { derivativesFunding: 29, transfer: 51 } as const

const statuses: Readonly<Record<string, TransferStatus>> = {
  COMPLETED: 'completed',
  CANCELED: 'cancelled',
  ERROR: 'failed',
  FAILURE: 'failed',
  PENDING: 'pending',
  'PENDING APPROVAL': 'pending',
  'PENDING REVIEW': 'pending',
  'PENDING CANCELLATION': 'pending',
  SENDING: 'pending',
  'USER APPROVED': 'pending',
  PROCESSING: 'pending',
  UNCONFIRMED: 'pending',
}

/**
 * In      [13293039,"ETH","ETHEREUM",null,null,1574175052000,1574181326000,null,null,"CANCELED",null,null,-0.24,-0.00135,null,null,
 *         "0x38110e0Fc932CB2BE",null,null,null,"0x523ec8945500",null]
 * Out     a deposit where AMOUNT is above 0, else a withdrawal. That a withdrawal's AMOUNT leaves its fee out is not documented
 */
export function readMovement(
  { account, assetOf }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> {
  const row = Row.safeParse(json)
  if (!row.success) return bad('movement', json)
  const fields = new Fields(row.data, movementColumns)
  const code = fields.text('currency')
  if (isPaper(code)) return foreign
  const asset = assetOf(code)
  const amount = new Amount(fields.decimal('amount'))
  const fee = new Amount(fields.decimalOrNull('fees') ?? '0').abs()
  const words = fields.text('status')
  const status = Object.hasOwn(statuses, words) ? statuses[words] : undefined
  const transfer: Transfer = {
    account,
    exchange: 'bitfinex',
    transferId: fields.id('id'),
    kind: amount.isNegative() ? 'withdrawal' : 'deposit',
    asset,
    amount: amountText(amount.abs()),
    fee: fee.isZero() ? null : amountText(fee),
    feeAsset: fee.isZero() ? null : asset,
    network: fields.textOrNull('network'),
    address: fields.textOrNull('address'),
    transactionId: fields.textOrNull('transactionId'),
    fromWallet: null,
    toWallet: null,
    status: status ?? 'pending',
    exchangeStatus: words,
    createdAt: fields.time('startedAt'),
    updatedAt: fields.time('updatedAt'),
    receivedAt,
  }
  if (fields.problem !== null) return fields.problem
  return status === undefined
    ? bad('status', words, 'an unknown word')
    : good({ row: transfer, raw: JSON.stringify(json) })
}

/** How the words of entries call the wallets. */
const walletWords: ReadonlyMap<string, Wallet> = new Map([
  ['exchange', 'spot'],
  ['trading', 'futures'],
  ['margin', 'futures'],
  ['deposit', 'funding'],
  ['funding', 'funding'],
])

/**
 * In      [15400001,"UST","margin",1574175052000,null,50,150.5,null,"Transfer of 50.0 UST from wallet Exchange to Trading on wallet margin"]
 * Out     an internal transfer for what arrived; what left is the same move. From where, the words say, which are not documented.
 *         Between a user's accounts ("… to Exchange SA(one->other) on wallet exchange") it is a deposit, or a withdrawal: the other side
 *         stands in the other account
 */
export function readMove(
  { account, assetOf }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> {
  const row = Row.safeParse(json)
  if (!row.success) return bad('ledger', json)
  const fields = new Fields(row.data, ledgerColumns)
  const amount = new Amount(fields.decimal('amount'))
  const code = fields.text('currency')
  if (fields.problem !== null) return fields.problem
  const words = fields.textOrNull('description') ?? ''
  const isOwn = !/\bSA\s?\(/.test(words)
  if (amount.isZero() || (isOwn && amount.isNegative()) || isPaper(code)) return foreign
  const [, from = ''] = /\bfrom (?:wallet )?(\w+)/i.exec(words) ?? []
  const [, on = ''] = /\bon wallet (\w+)/i.exec(words) ?? []
  const at = fields.time('at')
  const transfer: Transfer = {
    account,
    exchange: 'bitfinex',
    transferId: fields.id('id'),
    kind: isOwn ? 'internal' : amount.isNegative() ? 'withdrawal' : 'deposit',
    asset: assetOf(code),
    amount: amountText(amount.abs()),
    ...{ fee: null, feeAsset: null, network: null, address: null, transactionId: null },
    fromWallet: isOwn ? (walletWords.get(from.toLowerCase()) ?? null) : null,
    toWallet: isOwn ? (walletOf(fields.value('wallet')) ?? walletOf(on)) : null,
    status: 'completed',
    exchangeStatus: 'ledger',
    createdAt: at,
    updatedAt: at,
    receivedAt,
  }
  return fields.problem ?? good({ row: transfer, raw: JSON.stringify(json) })
}

/**
 * In      [16500001,"USTF0","margin",1574175052000,null,-0.0123,150.48,null,"… BTCF0:USTF0 …"]
 * Out     a payment; its contract is read out of the words, which are not documented: an entry that names none is a problem
 */
export function readFundingEvent(
  { account, lookup, assetOf }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<FundingPayment> {
  const row = Row.safeParse(json)
  if (!row.success) return bad('ledger', json)
  const fields = new Fields(row.data, ledgerColumns)
  const [pair] =
    /\b[A-Z0-9]+F0:[A-Z0-9]+F0\b/.exec(fields.textOrNull('description')?.replace(/\bt(?=[A-Z0-9]+F0:)/, '') ?? '') ?? []
  if (pair === undefined) return bad('description', fields.value('description'), 'names no contract')
  if (isPaper(pair)) return foreign
  const instrument = find(lookup, `t${pair}`)
  if (instrument === undefined) return { kind: 'unlisted', name: `t${pair}` }
  const payment: FundingPayment = {
    account,
    exchange: 'bitfinex',
    symbol: instrument.symbol,
    paymentId: fields.id('id'),
    asset: assetOf(fields.text('currency')),
    amount: fields.decimal('amount'),
    at: fields.time('at'),
    receivedAt,
  }
  return fields.problem ?? good(payment)
}
