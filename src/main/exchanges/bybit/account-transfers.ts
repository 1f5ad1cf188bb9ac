/**
 * Deposits, withdrawals, moves between the two wallets, and what the unified account's transaction log tells of funding and profits.
 * Docs: https://bybit-exchange.github.io/docs/v5/asset/deposit/deposit-record, .../internal-deposit-record, /v5/asset/withdraw/withdraw-record,
 * /v5/asset/transfer/inter-transfer-list, /v5/account/transaction-log · fixture bybit/rest_private.json
 */

import type { EpochMs, FundingPayment, Transfer, TransferStatus, Wallet } from '../../../shared/domain/index.ts'
import type { WithRaw } from '../account-contract.ts'
import { type AccountContext, ofInstrument, type Reading, withRawOf } from '../account-rows.ts'
import { RowFields, textOrNull } from '../row-fields.ts'
import { bad, checked, foreign, good, type RowReading } from '../rows.ts'
import { isProfitWhole } from './account-normalize.ts'
import { DepositRow, InternalDepositRow, LogRow, WalletMoveRow, WithdrawalRow } from './account-schemas.ts'

interface State {
  readonly status: TransferStatus
  readonly words: string
}
const state = (status: TransferStatus, words: string): State => ({ status, words })

/** What was rolled back after it had been credited counts as failed: the balance lost it again. */
const depositStates: Readonly<Record<string, State>> = {
  '0': state('pending', 'unknown'),
  '1': state('pending', 'to be confirmed'),
  '2': state('pending', 'processing'),
  '3': state('completed', 'success'),
  '4': state('failed', 'failed'),
  '7': state('pending', 'rollback under way'),
  '70011': state('failed', 'rolled back'),
  '70012': state('completed', 'success, kept after a rollback'),
  '70013': state('pending', 'rollback under review'),
  '10011': state('pending', 'to be credited to the funding wallet'),
  '10012': state('completed', 'credited to the funding wallet'),
}
const unknownState: State = { status: 'pending', words: '' }

/**
 * In      {"coin":"USDT","chain":"TRX","amount":"999.0496","txID":"04bf...","status":3,"toAddress":"TDGY...","depositFee":"",
 *         "successAt":"1742728163000","txIndex":"0","id":"160237231",...}
 * Out     the only time there is is successAt; one that has none yet is not told before it has
 */
export const readDeposit = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(DepositRow, json, (row) => {
    const fields = new RowFields()
    const { status, words } = fields.word('status', String(row.status), depositStates, unknownState)
    const createdAt = fields.timeOrNull('successAt', row.successAt)
    if (createdAt === null && status === 'pending') return foreign
    const transferId = textOrNull(row.id) ?? (textOrNull(row.txID) && `${row.txID}:${row.txIndex ?? ''}`)
    if (transferId === null) return bad('id', row.id, 'neither id nor txID')
    const fee = fields.decimalUnlessZero('depositFee', row.depositFee)
    return withRawOf(fields, json, {
      account,
      exchange: 'bybit',
      transferId,
      kind: 'deposit',
      asset: row.coin,
      amount: fields.decimal('amount', row.amount),
      fee,
      feeAsset: fee === null ? null : row.coin,
      network: textOrNull(row.chain),
      address: textOrNull(row.toAddress),
      transactionId: textOrNull(row.txID),
      fromWallet: null,
      toWallet: null,
      status,
      exchangeStatus: `${row.status} (${words})`,
      createdAt: createdAt ?? fields.time('successAt', row.successAt),
      updatedAt: null,
      receivedAt,
    })
  })

const internalDepositStates: Readonly<Record<string, State>> = {
  '1': state('pending', 'processing'),
  '2': state('completed', 'success'),
  '3': state('failed', 'failed'),
}

const seconds = /^\d{10}$/

/**
 * In      {"id":"1103","amount":"0.1","type":1,"coin":"ETH","address":"xxxxx***@gmail.com","status":2,"createdTime":"1705393280",
 *         "txID":"77c37e5c-..."}
 * Out     a deposit; its ids count apart from those of the chains' deposits. The sample's time counts seconds, which the documents do not
 *         say: milliseconds are taken too
 */
export const readInternalDeposit = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(InternalDepositRow, json, (row) => {
    const fields = new RowFields()
    const { status, words } = fields.word('status', String(row.status), internalDepositStates, unknownState)
    const createdAt = seconds.test(row.createdTime) ? `${row.createdTime}000` : row.createdTime
    return withRawOf(fields, json, {
      account,
      exchange: 'bybit',
      transferId: `internal:${row.id}`,
      kind: 'deposit',
      asset: row.coin,
      amount: fields.decimal('amount', row.amount),
      fee: null,
      feeAsset: null,
      network: null,
      address: textOrNull(row.address),
      transactionId: textOrNull(row.txID),
      fromWallet: null,
      toWallet: null,
      status,
      exchangeStatus: `${row.status} (${words})`,
      createdAt: fields.time('createdTime', createdAt),
      updatedAt: null,
      receivedAt,
    })
  })

/** Bybit writes these in mixed case. */
const withdrawalStates: Readonly<Record<string, TransferStatus>> = {
  securitycheck: 'pending',
  pending: 'pending',
  moreinformationrequired: 'pending',
  blockchainconfirmed: 'completed',
  success: 'completed',
  cancelbyuser: 'cancelled',
  reject: 'failed',
  fail: 'failed',
}

/**
 * In      {"coin":"USDC","chain":"ETH","amount":"41.43008","txID":"0x3d7b...","status":"success","toAddress":"0xE3De...",
 *         "withdrawFee":"5","createTime":"1742738305000","updateTime":"1742738340000","withdrawId":"131629076","withdrawType":0,...}
 * Out     `amount` is what left without the fee, which is in the same coin
 */
export const readWithdrawal = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(WithdrawalRow, json, (row) => {
    const fields = new RowFields()
    const fee = fields.decimalOrNull('withdrawFee', row.withdrawFee)
    return withRawOf(fields, json, {
      account,
      exchange: 'bybit',
      transferId: row.withdrawId,
      kind: 'withdrawal',
      asset: row.coin,
      amount: fields.decimal('amount', row.amount),
      fee,
      feeAsset: fee === null ? null : row.coin,
      network: textOrNull(row.chain),
      address: textOrNull(row.toAddress),
      transactionId: textOrNull(row.txID),
      fromWallet: null,
      toWallet: null,
      status: fields.word('status', row.status.toLowerCase(), withdrawalStates, 'pending'),
      exchangeStatus: row.status,
      createdAt: fields.time('createTime', row.createTime),
      updatedAt: fields.timeOrNull('updateTime', row.updateTime),
      receivedAt,
    })
  })

/** Whatever else an account has (earning, bots, copy trading) is outside of what is watched. */
const walletsByType: ReadonlyMap<string, Wallet> = new Map([
  ['UNIFIED', 'unified'],
  ['FUND', 'funding'],
])
const moveStates: Readonly<Record<string, TransferStatus>> = {
  SUCCESS: 'completed',
  PENDING: 'pending',
  FAILED: 'failed',
}

/**
 * In      {"transferId":"selfTransfer_a1091cc7-...","coin":"USDT","amount":"5000","fromAccountType":"FUND","toAccountType":"UNIFIED",
 *         "timestamp":"1667283263000","status":"SUCCESS"}
 * Foreign moves between two wallets of which neither is watched
 */
export const readWalletMove = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(WalletMoveRow, json, (row) => {
    const fromWallet = walletsByType.get(row.fromAccountType) ?? null
    const toWallet = walletsByType.get(row.toAccountType) ?? null
    if (fromWallet === null && toWallet === null) return foreign
    const fields = new RowFields()
    return withRawOf(fields, json, {
      account,
      exchange: 'bybit',
      transferId: row.transferId,
      kind: 'internal',
      asset: row.coin,
      amount: fields.decimal('amount', row.amount),
      fee: null,
      feeAsset: null,
      network: null,
      address: null,
      transactionId: null,
      fromWallet,
      toWallet,
      status: fields.word('status', row.status, moveStates, 'pending'),
      exchangeStatus: row.status,
      createdAt: fields.time('timestamp', row.timestamp),
      updatedAt: null,
      receivedAt,
    })
  })

/**
 * A settlement of funding (type SETTLEMENT).
 *
 * In      {"id":"592324_XRPUSDT_161440249321","symbol":"XRPUSDT","funding":"-0.003676","cashFlow":"0","change":"-0.003676",
 *         "transactionTime":"1672128000000","type":"SETTLEMENT","currency":"USDT","tradeId":"534c0003-...",...}
 * Out     one payment, positive where received, as here (executions write it the other way round). The documents show one `id` on
 *         two rows, so that `tradeId` names the payment
 * Note    USDC contracts settle their profit in the same row (`cashFlow`), which is no funding
 */
export const readFunding = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<FundingPayment> =>
  ofInstrument(LogRow, json, 'symbol', lookup.perpetual, (row, instrument) => {
    if (row.type !== 'SETTLEMENT') return foreign
    const fields = new RowFields()
    const payment: FundingPayment = {
      account,
      exchange: 'bybit',
      symbol: instrument.symbol,
      paymentId: textOrNull(row.tradeId) ?? row.id,
      asset: row.currency,
      amount: fields.decimal('funding', row.funding),
      at: fields.time('transactionTime', row.transactionTime),
      receivedAt,
    }
    return fields.problem ?? good(payment)
  })

/** The profit that a trade realised, which executions by REST do not tell. */
export interface TradeProfit {
  readonly tradeId: string
  readonly symbol: string
  readonly profit: string
}

/** `cashFlow` of a trade is what closing (part of) a position brought, fees not deducted. Foreign where that is not the whole profit. */
export const readTradeProfit = ({ lookup }: AccountContext, json: unknown): Reading<TradeProfit> =>
  ofInstrument(LogRow, json, 'symbol', lookup.perpetual, (row, instrument) => {
    if (row.type === 'SETTLEMENT' || row.tradeId === '' || !isProfitWhole(instrument)) return foreign
    const fields = new RowFields()
    const profit = fields.decimal('cashFlow', row.cashFlow)
    return fields.problem ?? good({ tradeId: row.tradeId, symbol: instrument.symbol, profit })
  })
