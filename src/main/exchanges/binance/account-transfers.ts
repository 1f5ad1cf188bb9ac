/** Deposits, withdrawals and the futures ledger (`income`) to rows. */
import { negateAmount } from '../../../shared/amount.ts'
import type { EpochMs, FundingPayment, Transfer, TransferStatus } from '../../../shared/domain/index.ts'
import type { Parsed } from '../../net/rest.ts'
import type { WithRaw } from '../account-contract.ts'
import { bad, checked, good, type RowReading } from '../rows.ts'
import { type Entry, type PageBody, readPage } from './account-lists.ts'
import { plain, type RowContext, rawOf } from './account-normalize.ts'
import { Deposit, Income, Withdrawal } from './account-schemas.ts'

const depositStatuses: ReadonlyMap<number, readonly [TransferStatus, string]> = new Map([
  [0, ['pending', 'pending']],
  // in the account, and not yet free to be withdrawn
  [6, ['completed', 'credited, cannot be withdrawn yet']],
  [7, ['failed', 'wrong deposit']],
  [8, ['pending', "waiting for the owner's confirmation"]],
  [1, ['completed', 'success']],
  [2, ['failed', 'rejected']],
])
const withdrawalStatuses: ReadonlyMap<number, readonly [TransferStatus, string]> = new Map([
  [0, ['pending', 'email sent']],
  [1, ['cancelled', 'cancelled']],
  [2, ['pending', 'awaiting approval']],
  [3, ['failed', 'rejected']],
  [4, ['pending', 'processing']],
  [5, ['failed', 'failure']],
  [6, ['completed', 'completed']],
])

const textOrNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text)

export const readDepositPage = (
  body: unknown,
  { account, receivedAt }: RowContext,
): Parsed<PageBody<WithRaw<Transfer>>> =>
  readPage('deposits', body, 'id', (json) =>
    checked(Deposit, json, (row) => {
      const status = depositStatuses.get(row.status)
      if (status === undefined) return bad('status', row.status, 'unknown')
      const transfer: Transfer = {
        account,
        exchange: 'binance',
        transferId: row.id,
        kind: 'deposit',
        asset: row.coin,
        amount: plain(row.amount),
        fee: null,
        feeAsset: null,
        network: textOrNull(row.network),
        address: textOrNull(row.address),
        transactionId: textOrNull(row.txId),
        fromWallet: null,
        toWallet: null,
        status: status[0],
        exchangeStatus: `${row.status} ${status[1]}`,
        createdAt: row.insertTime,
        updatedAt: row.completeTime || null,
        receivedAt,
      }
      return good({ id: row.id, at: row.insertTime, row: { row: transfer, raw: rawOf(json) } })
    }),
  )

/** `2019-10-12 11:12:02`, UTC; null where it is none. */
function utcTime(text: string | undefined): EpochMs | null {
  if (text === undefined || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return null
  const at = Date.parse(`${text.replace(' ', 'T')}Z`)
  return Number.isNaN(at) ? null : at
}

export const readWithdrawalPage = (
  body: unknown,
  { account, receivedAt }: RowContext,
): Parsed<PageBody<WithRaw<Transfer>>> =>
  readPage('withdrawals', body, 'id', (json) =>
    checked(Withdrawal, json, (row) => {
      const status = withdrawalStatuses.get(row.status)
      if (status === undefined) return bad('status', row.status, 'unknown')
      const createdAt = utcTime(row.applyTime)
      if (createdAt === null) return bad('applyTime', row.applyTime, 'no time')
      const transfer: Transfer = {
        account,
        exchange: 'binance',
        transferId: row.id,
        kind: 'withdrawal',
        asset: row.coin,
        amount: plain(row.amount),
        fee: plain(row.transactionFee),
        feeAsset: row.coin,
        network: textOrNull(row.network),
        address: textOrNull(row.address),
        transactionId: textOrNull(row.txId),
        fromWallet: null,
        toWallet: null,
        status: status[0],
        exchangeStatus: `${row.status} ${status[1]}`,
        createdAt,
        updatedAt: utcTime(row.completeTime),
        receivedAt,
      }
      return good({ id: row.id, at: createdAt, row: { row: transfer, raw: rawOf(json) } })
    }),
  )

/**
 * What tells one income from another, instead of `tranId`, which was not read exactly when the first of them were stored; two of
 * one type, contract, asset and amount within one millisecond do not happen: the two sides of a hedged position pay and receive.
 */
const incomeId = ({ time, incomeType, symbol, asset, income }: Income): string =>
  [time, incomeType, symbol, asset, income].filter((part) => part !== '').join(':')

/**
 * Moves between the futures wallet and another. The futures ledger does not name the other: of a TRANSFER it is taken to be spot,
 * where nearly all come from and go to; where it was another (margin, funding), reconciliation of the spot balance shows the
 * difference. Of the rest it is none that is watched: another user, a strategy, or the asset that was converted.
 */
export const readMovePage = (body: unknown, { account, receivedAt }: RowContext): Parsed<PageBody<WithRaw<Transfer>>> =>
  readPage('income', body, 'time', (json) =>
    checked(Income, json, (row) => {
      const id = incomeId(row)
      const isOut = row.income.startsWith('-')
      const other = row.incomeType === 'TRANSFER' ? 'spot' : null
      const transfer: Transfer = {
        account,
        exchange: 'binance',
        transferId: id,
        kind: 'internal',
        asset: row.asset,
        amount: isOut ? negateAmount(row.income) : plain(row.income),
        fee: null,
        feeAsset: null,
        network: null,
        address: null,
        transactionId: null,
        fromWallet: isOut ? 'futures' : other,
        toWallet: isOut ? other : 'futures',
        status: 'completed',
        exchangeStatus: row.incomeType,
        createdAt: row.time,
        updatedAt: row.time,
        receivedAt,
      }
      return good({ id, at: row.time, row: { row: transfer, raw: rawOf(json) } })
    }),
  )

/** Positive: received, as the exchange has it. */
export function readFundingPage(
  body: unknown,
  { account, lookup, receivedAt }: RowContext,
): Parsed<PageBody<FundingPayment>> {
  return readPage<FundingPayment>('income', body, 'symbol', (json) =>
    checked(Income, json, (row): RowReading<Entry<FundingPayment>> => {
      const id = incomeId(row)
      const instrument = lookup.perpetual.get(row.symbol)
      if (instrument === undefined) return good({ id, at: row.time, row: { unlisted: row.symbol } })
      const payment: FundingPayment = {
        account,
        exchange: 'binance',
        symbol: instrument.symbol,
        paymentId: id,
        asset: row.asset,
        amount: plain(row.income),
        at: row.time,
        receivedAt,
      }
      return good({ id, at: row.time, row: payment })
    }),
  )
}
