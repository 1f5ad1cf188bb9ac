/** Orders, fills and transfers of the account in MEXC's words: the same state in REST rows and in pushes. */
import {
  Amount,
  addAmounts,
  amountText,
  isZeroAmount,
  multiplyAmounts,
  subtractAmounts,
} from '../../../../shared/amount.ts'
import type { TransferStatus } from '../../../../shared/domain/index.ts'
import type { Push } from '../../../exchanges/mexc/protobuf.ts'
import type { SimBalance, SimFill, SimOrder, SimTransfer } from '../../account/contract.ts'
import { nativeName } from './format.ts'

const limitTypes = { GTC: 'LIMIT', IOC: 'IMMEDIATE_OR_CANCEL', FOK: 'FILL_OR_KILL', POST_ONLY: 'LIMIT_MAKER' } as const
const typeNumbers = { LIMIT: 1, LIMIT_MAKER: 2, IMMEDIATE_OR_CANCEL: 3, FILL_OR_KILL: 4, MARKET: 5 } as const
const statusNumbers = { NEW: 1, FILLED: 2, PARTIALLY_FILLED: 3, CANCELED: 4, PARTIALLY_CANCELED: 5 } as const

const typeOf = ({ type, timeInForce }: SimOrder) => (type === 'MARKET' ? 'MARKET' : limitTypes[timeInForce])

/** MEXC knows neither REJECTED nor EXPIRED: what ends unfilled is cancelled, what ends half-way partially so. */
function statusOf({ status, filledQuantity }: SimOrder): keyof typeof statusNumbers {
  if (status === 'NEW' || status === 'PARTIALLY_FILLED' || status === 'FILLED') return status
  return isZeroAmount(filledQuantity) ? 'CANCELED' : 'PARTIALLY_CANCELED'
}

export function orderRow(order: SimOrder): unknown {
  return {
    symbol: nativeName(order.instrument),
    orderId: order.id,
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    price: order.price ?? '0',
    origQty: order.quantity,
    executedQty: order.filledQuantity,
    cummulativeQuoteQty: order.filledQuote,
    status: statusOf(order),
    timeInForce: null,
    type: typeOf(order),
    side: order.side,
    stopPrice: null,
    icebergQty: null,
    time: order.createdAt,
    // Null until something happened to it, as clients report.
    updateTime: order.updatedAt === order.createdAt ? null : order.updatedAt,
    isWorking: true,
    origQuoteOrderQty: '0',
  }
}

const tradeType = (side: 'BUY' | 'SELL'): number => (side === 'BUY' ? 1 : 2)

/** `fill`: the match that this push tells of, if it is one. Empty texts are left out, as protobuf does. */
export function orderPush(channel: string, order: SimOrder, fill: SimFill | null): Push {
  const { filledQuantity, filledQuote, quantity, price, clientOrderId } = order
  const average = isZeroAmount(filledQuantity)
    ? '0'
    : amountText(new Amount(filledQuote).div(filledQuantity).toDecimalPlaces(8))
  const amount = price === null ? '0' : multiplyAmounts(price, quantity)
  return {
    channel,
    symbol: nativeName(order.instrument),
    sendTime: order.updatedAt,
    privateOrders: {
      id: order.id,
      ...(clientOrderId === '' ? {} : { clientId: clientOrderId }),
      // Market orders show the price they were protected by: here the one they got.
      price: price ?? average,
      quantity,
      amount,
      avgPrice: average,
      orderType: typeNumbers[typeOf(order)],
      tradeType: tradeType(order.side),
      ...(fill?.isMaker ? { isMaker: true } : {}),
      remainAmount: isZeroAmount(amount) ? '0' : subtractAmounts(amount, multiplyAmounts(price ?? '0', filledQuantity)),
      remainQuantity: subtractAmounts(quantity, filledQuantity),
      ...(fill ? { lastDealQuantity: fill.quantity } : {}),
      cumulativeQuantity: filledQuantity,
      cumulativeAmount: filledQuote,
      status: statusNumbers[statusOf(order)],
      createTime: order.createdAt,
    },
  }
}

export function tradeRow(fill: SimFill): unknown {
  return {
    symbol: nativeName(fill.instrument),
    id: fill.tradeId,
    orderId: fill.order.id,
    orderListId: -1,
    price: fill.price,
    qty: fill.quantity,
    quoteQty: fill.quoteQuantity,
    commission: fill.fee,
    commissionAsset: fill.feeAsset,
    time: fill.at,
    isBuyer: fill.side === 'BUY',
    isMaker: fill.isMaker,
    isBestMatch: true,
    isSelfTrade: false,
    clientOrderId: fill.order.clientOrderId || null,
  }
}

export const dealPush = (channel: string, fill: SimFill): Push => ({
  channel,
  symbol: nativeName(fill.instrument),
  sendTime: fill.at,
  privateDeals: {
    price: fill.price,
    quantity: fill.quantity,
    amount: fill.quoteQuantity,
    tradeType: tradeType(fill.side),
    ...(fill.isMaker ? { isMaker: true } : {}),
    tradeId: fill.tradeId,
    ...(fill.order.clientOrderId === '' ? {} : { clientOrderId: fill.order.clientOrderId }),
    orderId: fill.order.id,
    feeAmount: fill.fee,
    feeCurrency: fill.feeAsset,
    time: fill.at,
  },
})

export const balanceRow = ({ asset, free, locked }: SimBalance): unknown => ({ asset, free, locked, available: free })

/** `before`: what the last push, or the beginning, told. */
export const accountPush = (
  channel: string,
  { asset, free, locked, updatedAt }: SimBalance,
  before: { readonly free: string; readonly locked: string },
  type: string,
): Push => ({
  channel,
  createTime: updatedAt,
  sendTime: updatedAt,
  privateAccount: {
    vcoinName: asset,
    balanceAmount: free,
    balanceAmountChange: subtractAmounts(free, before.free),
    frozenAmount: locked,
    frozenAmountChange: subtractAmounts(locked, before.locked),
    type,
    time: updatedAt,
  },
})

const depositStatuses: Readonly<Record<TransferStatus, number>> = {
  pending: 4,
  completed: 5,
  failed: 7,
  refunded: 8,
  cancelled: 10,
}
const withdrawalStatuses: Readonly<Record<TransferStatus, number>> = {
  pending: 2,
  completed: 7,
  failed: 8,
  refunded: 8,
  cancelled: 9,
}

/** `USDT-TRX` of what comes over a chain that is not its own. */
const coinOf = ({ asset, network }: SimTransfer): string =>
  network === '' || network === asset ? asset : `${asset}-${network}`

export const depositRow = (transfer: SimTransfer): unknown => ({
  amount: transfer.amount,
  coin: coinOf(transfer),
  network: transfer.network,
  status: depositStatuses[transfer.status],
  address: transfer.address,
  txId: transfer.transactionId,
  insertTime: transfer.createdAt,
  unlockConfirm: '10',
  confirmTimes: transfer.status === 'pending' ? '3' : '10',
  memo: null,
})

/** The amount includes the fee. */
export const withdrawalRow = (transfer: SimTransfer): unknown => ({
  id: transfer.id,
  txId: null,
  coin: coinOf(transfer),
  network: transfer.network,
  address: transfer.address,
  amount: addAmounts(transfer.amount, transfer.fee),
  transferType: 0,
  status: withdrawalStatuses[transfer.status],
  transactionFee: transfer.fee,
  confirmNo: null,
  applyTime: transfer.createdAt,
  remark: '',
  memo: null,
  transHash: transfer.transactionId || null,
  updateTime: transfer.updatedAt,
})

const accountType = (wallet: SimTransfer['fromWallet']): string => (wallet === 'spot' ? 'SPOT' : 'FUTURES')

export const moveRow = (transfer: SimTransfer) => ({
  tranId: transfer.id,
  clientTranId: null,
  asset: transfer.asset,
  amount: transfer.amount,
  fromAccountType: accountType(transfer.fromWallet),
  toAccountType: accountType(transfer.toWallet),
  fromSymbol: accountType(transfer.fromWallet),
  toSymbol: accountType(transfer.toWallet),
  status: 'SUCCESS',
  timestamp: transfer.createdAt,
})
