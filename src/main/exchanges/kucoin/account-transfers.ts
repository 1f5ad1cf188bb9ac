/** Deposits, withdrawals, moves between KuCoin's accounts, and funding to domain rows. */

import { Amount, amountText } from '../../../shared/amount.ts'
import type { FundingPayment, Transfer, TransferStatus, Wallet } from '../../../shared/domain/index.ts'
import type { Reading } from '../account-rows.ts'
import { checked, foreign, good, type RowReading } from '../rows.ts'
import { KucoinFields, ofSymbol, type Reader, walletNamed } from './account-normalize.ts'
import { FundingRow, LedgerRow, TransactionRow, WalletRecord } from './account-schemas.ts'

const statuses: Readonly<Record<string, TransferStatus>> = {
  PROCESSING: 'pending',
  WALLET_PROCESSING: 'pending',
  REVIEW: 'pending',
  SUCCESS: 'completed',
  FAILURE: 'failed',
}

/** Row of /deposits or /withdrawals. Deposits have no id: theirs is made of what does not change; the chain's id may come later. */
export const readWalletRecord = (
  kind: 'deposit' | 'withdrawal',
  json: unknown,
  { account, receivedAt }: Reader,
): Reading<Transfer> =>
  checked(WalletRecord, json, (row) => {
    const fields = new KucoinFields()
    const fee = row.fee === null || row.fee === undefined ? null : fields.decimal('fee', row.fee)
    const amount = fields.decimal('amount', row.amount)
    const transfer: Transfer = {
      ...{ account, exchange: 'kucoin', kind, asset: row.currency },
      transferId: row.id || [row.createdAt, row.currency, amount, row.address ?? ''].join(' '),
      amount,
      ...{ fee, feeAsset: fee === null ? null : row.currency },
      ...{ network: row.chain || null, address: row.address || null, transactionId: row.walletTxId || null },
      ...{ fromWallet: null, toWallet: null },
      status: fields.word('status', row.status, statuses, 'pending'),
      exchangeStatus: row.status,
      createdAt: fields.time('createdAt', row.createdAt),
      updatedAt: fields.timeOrNull('updatedAt', row.updatedAt),
      receivedAt,
    }
    return fields.problem ?? good(transfer)
  })

type Move = Pick<Transfer, 'transferId' | 'asset' | 'amount' | 'exchangeStatus' | 'createdAt'> & {
  readonly wallet: Wallet
  readonly isOut: boolean
}

/** Each account's ledger tells its own side of a move: the two sides are two transfers, from here to outside and from outside to there. */
const moveOf = ({ wallet, isOut, createdAt, ...move }: Move, { account, receivedAt }: Reader): Transfer => ({
  ...{ account, exchange: 'kucoin', kind: 'internal', ...move, fee: null, feeAsset: null },
  ...{ network: null, address: null, transactionId: null },
  ...{ fromWallet: isOut ? wallet : null, toWallet: isOut ? null : wallet },
  ...{ status: 'completed', createdAt, updatedAt: createdAt, receivedAt },
})

const absolute = (amount: string): string => amountText(new Amount(amount).abs())

/** Row of /accounts/ledgers or /hf/accounts/ledgers; all but moves between accounts (of sub-accounts too) is foreign. */
export const readLedgerMove = (json: unknown, reader: Reader): Reading<Transfer> =>
  checked(LedgerRow, json, (row): RowReading<Transfer> => {
    const wallet = walletNamed(row.accountType)
    if (wallet === undefined || !/transfer/i.test(row.bizType)) return foreign
    const fields = new KucoinFields()
    const move: Move = {
      transferId: `${row.accountType} ${row.id}`,
      asset: row.currency,
      amount: absolute(fields.decimal('amount', row.amount)),
      exchangeStatus: row.bizType,
      createdAt: fields.time('createdAt', row.createdAt),
      wallet,
      isOut: fields.word('direction', row.direction, directions, false),
    }
    return fields.problem ?? good(moveOf(move, reader))
  })

const directions: Readonly<Record<string, boolean>> = { in: false, out: true }

/** Row of /transaction-history of futures; all but moves is foreign. Only completed ones moved anything. */
export const readFuturesMove = (json: unknown, reader: Reader): Reading<Transfer> =>
  checked(TransactionRow, json, (row): RowReading<Transfer> => {
    const isOut = /^transferout$/i.test(row.type)
    if ((!isOut && !/^transferin$/i.test(row.type)) || (row.status && row.status !== 'Completed')) return foreign
    const fields = new KucoinFields()
    const move: Move = {
      transferId: `CONTRACT ${row.offset}`,
      asset: row.currency,
      amount: absolute(fields.decimal('amount', row.amount)),
      exchangeStatus: row.type,
      createdAt: fields.time('time', row.time),
      wallet: 'futures',
      isOut,
    }
    return fields.problem ?? good(moveOf(move, reader))
  })

/** Row of /funding-history: `funding` is negative when we paid. */
export const readFunding = (json: unknown, { account, lookup, receivedAt }: Reader): Reading<FundingPayment> =>
  ofSymbol(
    FundingRow,
    json,
    lookup.perpetual,
    (row, { symbol }, fields): FundingPayment => ({
      ...{ account, exchange: 'kucoin', symbol, paymentId: String(row.id), asset: row.settleCurrency },
      amount: fields.decimal('funding', row.funding),
      at: fields.time('timePoint', row.timePoint),
      receivedAt,
    }),
  )
