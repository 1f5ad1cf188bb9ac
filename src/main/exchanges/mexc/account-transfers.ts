/** MEXC's deposits, withdrawals and moves between wallets. Source: documentation, "Wallet Endpoints"; fixture rest_private.json. */
import { subtractAmounts } from '../../../shared/amount.ts'
import type { Transfer, TransferStatus } from '../../../shared/domain/index.ts'
import { bad, good, type RowReading } from '../rows.ts'
import { amountOf, isNegative, type Reading } from './account-normalize.ts'
import type { DepositRow, MoveRow, WithdrawalRow } from './account-schemas.ts'

type StatusWords = readonly [status: TransferStatus, word: string] | undefined

const depositStatuses: ReadonlyMap<string, StatusWords> = new Map(
  Object.entries({
    1: ['pending', 'SMALL'],
    2: ['pending', 'TIME_DELAY'],
    3: ['pending', 'LARGE_DELAY'],
    4: ['pending', 'PENDING'],
    5: ['completed', 'SUCCESS'],
    6: ['pending', 'AUDITING'],
    7: ['failed', 'REJECTED'],
    8: ['refunded', 'REFUND'],
    9: ['pending', 'PRE_SUCCESS'],
    10: ['failed', 'INVALID'],
    11: ['pending', 'RESTRICTED'],
    12: ['completed', 'COMPLETED'],
  }),
)

const withdrawalStatuses: ReadonlyMap<string, StatusWords> = new Map(
  Object.entries({
    1: ['pending', 'APPLY'],
    2: ['pending', 'AUDITING'],
    3: ['pending', 'WAIT'],
    4: ['pending', 'PROCESSING'],
    5: ['pending', 'WAIT_PACKAGING'],
    6: ['pending', 'WAIT_CONFIRM'],
    7: ['completed', 'SUCCESS'],
    8: ['failed', 'FAILED'],
    9: ['cancelled', 'CANCEL'],
    10: ['pending', 'MANUAL'],
  }),
)

/** `USDT-TRX` is USDT that goes over Tron, which balances and markets call USDT: clients cut there too. */
const assetOf = (coin: string): string => coin.split('-', 1)[0] || coin

/**
 * A row of GET /api/v3/capital/deposit/hisrec.
 *
 * In      {"amount":"50000","coin":"EOS","network":"EOS","status":5,"txId":"01391d1c…","insertTime":1659513342000,…}
 * Out     one transfer; its id is made of coin, txId and insertTime, since it has none
 * Rejects an amount that is none, an unknown status
 */
export function readDepositRow(row: DepositRow, { account, receivedAt }: Reading): RowReading<Transfer> {
  const amount = amountOf(row.amount)
  const status = depositStatuses.get(String(row.status))
  if (!amount || isNegative(amount)) return bad('amount', row.amount, 'no amount')
  if (!status) return bad('status', row.status, 'an unknown status')
  return good({
    account,
    exchange: 'mexc',
    transferId: `${row.coin} ${row.txId ?? ''} ${row.insertTime}`,
    kind: 'deposit',
    asset: assetOf(row.coin),
    amount,
    fee: null,
    feeAsset: null,
    network: row.network || null,
    address: row.address || null,
    transactionId: row.txId || null,
    fromWallet: null,
    toWallet: null,
    status: status[0],
    exchangeStatus: status[1],
    createdAt: row.insertTime,
    updatedAt: null,
    receivedAt,
  })
}

/**
 * A row of GET /api/v3/capital/withdraw/history.
 *
 * In      {"id":"bb17…","coin":"EOS","amount":"10","transactionFee":"0","status":3,"applyTime":1665300874000,…}
 * Out     one transfer. MEXC's amount includes the fee (its documentation is silent; clients that compared say so), ours does not
 * Rejects an amount or fee that is none, a fee above the amount, an unknown status
 */
export function readWithdrawalRow(row: WithdrawalRow, { account, receivedAt }: Reading): RowReading<Transfer> {
  const gross = amountOf(row.amount)
  const fee = amountOf(row.transactionFee)
  const status = withdrawalStatuses.get(String(row.status))
  if (!gross || isNegative(gross)) return bad('amount', row.amount, 'no amount')
  if (fee === undefined || (fee !== null && isNegative(fee)))
    return bad('transactionFee', row.transactionFee, 'no amount')
  if (!status) return bad('status', row.status, 'an unknown status')
  const amount = fee === null ? gross : subtractAmounts(gross, fee)
  if (isNegative(amount)) return bad('transactionFee', row.transactionFee, 'more than the amount')
  return good({
    account,
    exchange: 'mexc',
    transferId: row.id,
    kind: 'withdrawal',
    asset: assetOf(row.coin),
    amount,
    fee,
    feeAsset: fee === null ? null : assetOf(row.coin),
    network: row.network || null,
    address: row.address || null,
    transactionId: row.txId || row.transHash || null,
    fromWallet: null,
    toWallet: null,
    status: status[0],
    exchangeStatus: status[1],
    createdAt: row.applyTime,
    updatedAt: row.updateTime ?? null,
    receivedAt,
  })
}

/** Only SUCCESS is documented; the others are what MEXC calls the states of moves elsewhere. */
const moveStatuses: ReadonlyMap<string, TransferStatus> = new Map([
  ['SUCCESS', 'completed'],
  ['FAILED', 'failed'],
  ['WAIT', 'pending'],
])

/**
 * A row of GET /api/v3/capital/transfer.
 *
 * In      {"tranId":"11945860693","asset":"BTC","amount":"0.1","fromAccountType":"SPOT","toAccountType":"FUTURE","status":"SUCCESS",…}
 * Out     one transfer between the spot wallet and one that is not watched: null
 * Rejects an amount that is none, an unknown status, a move past the spot wallet
 */
export function readMoveRow(row: MoveRow, { account, receivedAt }: Reading): RowReading<Transfer> {
  const amount = amountOf(row.amount)
  const status = moveStatuses.get(row.status)
  const [isOut, isIn] = [row.fromAccountType === 'SPOT', row.toAccountType === 'SPOT']
  if (!amount || isNegative(amount)) return bad('amount', row.amount, 'no amount')
  if (!status) return bad('status', row.status, 'an unknown status')
  if (isOut === isIn) return bad('toAccountType', row.toAccountType, 'not to or from the spot wallet')
  return good({
    account,
    exchange: 'mexc',
    transferId: row.tranId,
    kind: 'internal',
    asset: row.asset,
    amount,
    fee: null,
    feeAsset: null,
    network: null,
    address: null,
    transactionId: null,
    fromWallet: isOut ? 'spot' : null,
    toWallet: isIn ? 'spot' : null,
    status,
    exchangeStatus: row.status,
    createdAt: row.timestamp,
    updatedAt: null,
    receivedAt,
  })
}
