/**
 * Deposits and withdrawals (of the funding wallet), moves between the two wallets and funding fees (from the trading account's
 * bills), and moves between accounts of one owner (from the funding wallet's bills).
 * Docs: https://www.okx.com/docs-v5/en/#funding-account-rest-api-get-deposit-history, #trading-account-rest-api-get-bills-details
 */

import { Amount, amountText, isZeroAmount } from '../../../shared/amount.ts'
import type { EpochMs, FundingPayment, Transfer, TransferStatus, Wallet } from '../../../shared/domain/index.ts'
import type { WithRaw } from '../account-contract.ts'
import { type AccountContext, ofInstrument, type Reading, withRawOf } from '../account-rows.ts'
import { RowFields, textOrNull } from '../row-fields.ts'
import { checked, foreign, good, type RowReading } from '../rows.ts'
import { named } from './account-normalize.ts'
import { BillRow, DepositRow, FundingBillRow, WithdrawalRow } from './account-schemas.ts'

interface State {
  readonly status: TransferStatus
  readonly words: string
}
const state = (status: TransferStatus, words: string): State => ({ status, words })

/** Credited counts as completed: the balance has it, though it cannot be withdrawn yet. */
const depositStates: Readonly<Record<string, State>> = {
  '0': state('pending', 'waiting for confirmation'),
  '1': state('completed', 'credited'),
  '2': state('completed', 'successful'),
  '8': state('pending', 'suspended'),
  '11': state('failed', 'address on the blacklist'),
  '12': state('pending', 'frozen'),
  '13': state('pending', 'intercepted for a sub-account'),
  '14': state('pending', 'over the KYC limit'),
  '17': state('pending', 'waiting for travel rule'),
}

const withdrawalStates: Readonly<Record<string, State>> = {
  '-3': state('pending', 'cancelling'),
  '-2': state('cancelled', 'cancelled'),
  '-1': state('failed', 'failed'),
  '0': state('pending', 'waiting for withdrawal'),
  '1': state('pending', 'broadcasting'),
  '2': state('completed', 'successful'),
  '4': state('pending', 'waiting for manual review'),
  '5': state('pending', 'waiting for manual review'),
  '6': state('pending', 'waiting for manual review'),
  '7': state('pending', 'approved'),
  '8': state('pending', 'waiting for manual review'),
  '9': state('pending', 'waiting for manual review'),
  '10': state('pending', 'waiting for transfer'),
  '12': state('pending', 'waiting for manual review'),
  '15': state('pending', 'waiting for validation'),
  '16': state('pending', 'held for up to 24 h by law'),
  '17': state('pending', 'waiting for travel rule'),
  '19': state('pending', 'waiting for the hot wallet'),
}

const unknownState: State = { status: 'pending', words: '' }

/** `USDT-TRC20` of USDT is TRC20; '' for transfers within OKX. */
function networkOf(chain: string | undefined, asset: string): string | null {
  const name = textOrNull(chain)
  return name?.startsWith(`${asset}-`) ? name.slice(asset.length + 1) : name
}

/** In {"amt":"1","ccy":"USDT","chain":"USDT-TRC20","depId":"88165462","state":"2","to":"TKrx...","ts":"...","txId":"..."} */
export const readDeposit = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(DepositRow, json, (row) => {
    const fields = new RowFields()
    const { status, words } = fields.word('state', row.state, depositStates, unknownState)
    return withRawOf(fields, json, {
      account,
      exchange: 'okx',
      transferId: row.depId,
      kind: 'deposit',
      asset: row.ccy,
      amount: fields.decimal('amt', row.amt),
      fee: null,
      feeAsset: null,
      network: networkOf(row.chain, row.ccy),
      address: textOrNull(row.to),
      transactionId: textOrNull(row.txId),
      fromWallet: null,
      toWallet: null,
      status,
      exchangeStatus: `${row.state} (${words})`,
      createdAt: fields.time('ts', row.ts),
      updatedAt: null,
      receivedAt,
    })
  })

/**
 * In      {"ccy":"ETH","chain":"ETH-Ethereum","amt":"0.094","ts":"...","to":"0x...","txId":"0x...","fee":"0.01","feeCcy":"ETH",
 *         "state":"2","wdId":"4703879",...}
 * Out     `amt` is what left without the fee; a fee with its unit in it ("0.01000000eth") is read without
 */
export const readWithdrawal = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(WithdrawalRow, json, (row) => {
    const fields = new RowFields()
    const { status, words } = fields.word('state', row.state, withdrawalStates, unknownState)
    const [, feeText = row.fee, feeUnit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z][A-Za-z0-9]*)$/.exec(row.fee ?? '') ?? []
    const fee = fields.decimalOrNull('fee', feeText)
    return withRawOf(fields, json, {
      account,
      exchange: 'okx',
      transferId: row.wdId,
      kind: 'withdrawal',
      asset: row.ccy,
      amount: fields.decimal('amt', row.amt),
      fee,
      feeAsset: fee === null ? null : (textOrNull(row.feeCcy) ?? (feeUnit === '' ? row.ccy : feeUnit.toUpperCase())),
      network: networkOf(row.chain, row.ccy),
      address: textOrNull(row.to),
      transactionId: textOrNull(row.txId),
      fromWallet: null,
      toWallet: null,
      status,
      exchangeStatus: `${row.state} (${words})`,
      createdAt: fields.time('ts', row.ts),
      updatedAt: null,
      receivedAt,
    })
  })

/** Codes of `from` and `to`. Whoever else sent or got it is outside of this account. */
const walletOfCode: ReadonlyMap<string, Wallet> = new Map([['6', 'funding']])

/**
 * A move into or out of the trading account (bill type 1).
 *
 * In      {"billId":"...","ccy":"USDT","balChg":"100","from":"6","to":"18","subType":"11","ts":"...","type":"1",...}
 * Out     the sign of balChg tells the direction; the other side is the funding wallet (6), or unknown
 */
export const readWalletMove = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(BillRow, json, (row) => {
    if (row.type !== '1') return foreign
    const fields = new RowFields()
    const change = new Amount(fields.decimal('balChg', row.balChg))
    const isIn = change.isPositive()
    const other = walletOfCode.get((isIn ? row.from : row.to) ?? '') ?? null
    return withRawOf(fields, json, {
      account,
      exchange: 'okx',
      transferId: row.billId,
      kind: 'internal',
      asset: row.ccy,
      amount: amountText(change.abs()),
      fee: null,
      feeAsset: null,
      network: null,
      address: null,
      transactionId: null,
      fromWallet: isIn ? other : 'unified',
      toWallet: isIn ? 'unified' : other,
      status: 'completed',
      exchangeStatus: `bill type 1, subType ${row.subType}`,
      createdAt: fields.time('ts', row.ts),
      updatedAt: null,
      receivedAt,
    })
  })

/** Of the funding wallet, by bill type: 20 and 21 are told to main accounts, 22 and 23 to sub-accounts, 361 when a sub-account is closed. */
const movesBetweenAccounts: ReadonlyMap<string, 'out' | 'in'> = new Map([
  ['20', 'out'],
  ['21', 'in'],
  ['22', 'out'],
  ['23', 'in'],
  ['361', 'in'],
])

/**
 * A move between the funding wallets of a main account and its sub-accounts; moves to and from the own trading account are told by its
 * bills.
 *
 * In      {"billId":"12344","ccy":"BTC","clientId":"","balChg":"2","bal":"12","type":"21","ts":"1597026383085","notes":""}
 * Out     the other account is outside; these bills have ids of their own, which `asset` keeps apart from the trading account's
 * Source  V5 documentation, "Asset bills details"
 */
export const readMoveBetweenAccounts = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(FundingBillRow, json, (row) => {
    const direction = movesBetweenAccounts.get(row.type)
    if (direction === undefined) return foreign
    const fields = new RowFields()
    return withRawOf(fields, json, {
      account,
      exchange: 'okx',
      transferId: `asset ${row.billId}`,
      kind: 'internal',
      asset: row.ccy,
      amount: amountText(new Amount(fields.decimal('balChg', row.balChg)).abs()),
      fee: null,
      feeAsset: null,
      network: null,
      address: null,
      transactionId: null,
      fromWallet: direction === 'out' ? 'funding' : null,
      toWallet: direction === 'in' ? 'funding' : null,
      status: 'completed',
      exchangeStatus: `asset bill type ${row.type}`,
      createdAt: fields.time('ts', row.ts),
      updatedAt: null,
      receivedAt,
    })
  })

/**
 * A funding fee (bill type 8, subType 173 paid, 174 received).
 *
 * In      {"balChg":"0.0219338232210000","billId":"...","ccy":"USDT","instId":"BTC-USDT-SWAP","pnl":"0.0219338232210000",
 *         "subType":"174","ts":"1695033476167","type":"8",...}
 * Out     one payment, positive where received
 * Note    funding of an isolated position comes out of its margin: balChg is 0 and `pnl` tells the amount
 */
export const readFundingFee = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<FundingPayment> =>
  ofInstrument(BillRow, json, 'instId', named(lookup), (row, instrument) => {
    if (row.type !== '8') return foreign
    const fields = new RowFields()
    const change = fields.decimal('balChg', row.balChg)
    const payment: FundingPayment = {
      account,
      exchange: 'okx',
      symbol: instrument.symbol,
      paymentId: row.billId,
      asset: row.ccy,
      amount: isZeroAmount(change) ? (fields.decimalOrNull('pnl', row.pnl) ?? change) : change,
      at: fields.time('ts', row.ts),
      receivedAt,
    }
    return fields.problem ?? good(payment)
  })
