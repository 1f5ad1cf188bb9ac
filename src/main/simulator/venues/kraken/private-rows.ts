/** The account in Kraken's words: rows of REST replies, whose amounts are text, and of executions, whose amounts are JSON numbers. */
import { Amount, amountText, isZeroAmount } from '../../../../shared/amount.ts'
import { isFinalStatus, type TransferStatus } from '../../../../shared/domain/index.ts'
import type { SimBalance, SimFill, SimOrder, SimTransfer } from '../../account/contract.ts'
import { assetId, pairAltname, pairKey, symbolOf, timeText } from './format.ts'

type Json = string | boolean | null | NumberText | readonly Json[] | { readonly [key: string]: Json | undefined }

/** A number as the digits that are sent. */
class NumberText {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
}
export const number = (digits: string | number): NumberText => new NumberText(String(digits))

/** JSON in which numbers keep their digits. */
export function write(value: Json): string {
  if (value instanceof NumberText) return value.digits
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [`${JSON.stringify(key)}:${write(member)}`],
  )
  return `{${members.join(',')}}`
}

export const balanceRow = ({ total, locked }: SimBalance) => ({ balance: total, hold_trade: locked })

const sideOf = ({ side }: { readonly side: 'BUY' | 'SELL' }) => (side === 'BUY' ? 'buy' : 'sell')
const averageOf = ({ filledQuantity, filledQuote }: SimOrder): string =>
  isZeroAmount(filledQuantity) ? '0' : amountText(new Amount(filledQuote).div(filledQuantity).toDecimalPlaces(8))

/** There is no word for orders that were refused: Kraken makes none of them. */
const restStatuses = {
  NEW: 'open',
  PARTIALLY_FILLED: 'open',
  FILLED: 'closed',
  CANCELED: 'canceled',
  REJECTED: 'canceled',
  EXPIRED: 'expired',
} as const

export function orderRow(order: SimOrder) {
  const { instrument, type, price, quantity, status, createdAt, updatedAt } = order
  const word = type === 'LIMIT' ? 'limit' : 'market'
  const what = `${sideOf(order)} ${quantity} ${pairAltname(instrument)} @ ${word}${price === null ? '' : ` ${price}`}`
  const isOver = isFinalStatus(status)
  return {
    refid: null,
    userref: 0,
    cl_ord_id: order.clientOrderId || null,
    status: restStatuses[status],
    ...(isOver && status !== 'FILLED' ? { reason: status === 'EXPIRED' ? 'Order expired' : 'User requested' } : {}),
    opentm: createdAt / 1_000,
    starttm: 0,
    expiretm: 0,
    ...(isOver ? { closetm: updatedAt / 1_000 } : {}),
    descr: {
      pair: pairAltname(instrument),
      type: sideOf(order),
      ordertype: word,
      price: price ?? '0',
      price2: '0',
      leverage: 'none',
      order: what,
      close: '',
    },
    vol: quantity,
    vol_exec: order.filledQuantity,
    cost: order.filledQuote,
    fee: order.fee,
    price: averageOf(order),
    stopprice: '0.00000',
    limitprice: '0.00000',
    misc: '',
    oflags: order.timeInForce === 'POST_ONLY' ? 'fciq,post' : 'fciq',
  }
}

export const fillRow = (fill: SimFill) => ({
  ordertxid: fill.order.id,
  postxid: 'TKH2SE-M7IF5-CFI7LT',
  pair: pairKey(fill.instrument),
  time: fill.at / 1_000,
  type: sideOf(fill),
  ordertype: fill.order.type === 'LIMIT' ? 'limit' : 'market',
  price: fill.price,
  cost: fill.quoteQuantity,
  fee: fill.fee,
  vol: fill.quantity,
  margin: '0.00000',
  misc: '',
  trade_id: fill.number,
  maker: fill.isMaker,
})

const transferStatuses: Readonly<Record<TransferStatus, readonly [status: string, property: string | null]>> = {
  pending: ['Pending', null],
  completed: ['Success', null],
  failed: ['Failure', null],
  cancelled: ['Failure', 'canceled'],
  refunded: ['Failure', 'return'],
}

export function transferRow(transfer: SimTransfer) {
  const [status, property] = transferStatuses[transfer.status]
  return {
    method: transfer.network,
    ...(transfer.kind === 'withdrawal' ? { network: transfer.network, key: 'mine' } : {}),
    aclass: 'currency',
    asset: assetId(transfer.asset),
    refid: transfer.id,
    txid: transfer.transactionId,
    info: transfer.address,
    amount: transfer.amount,
    fee: transfer.fee,
    time: Math.floor(transfer.createdAt / 1_000),
    status,
    ...(property === null ? {} : { 'status-prop': property }),
  }
}

const streamStatuses = {
  NEW: 'new',
  PARTIALLY_FILLED: 'partially_filled',
  FILLED: 'filled',
  CANCELED: 'canceled',
  REJECTED: 'canceled',
  EXPIRED: 'expired',
} as const

/** Everything of an order, as its first execution and the snapshot have it. */
export const wholeExecution = (order: SimOrder, execType: 'pending_new' | 'status'): Json => ({
  order_id: order.id,
  cl_ord_id: order.clientOrderId || undefined,
  symbol: symbolOf(order.instrument),
  order_qty: number(order.quantity),
  cum_qty: number(order.filledQuantity),
  cum_cost: number(order.filledQuote),
  avg_price: number(averageOf(order)),
  time_in_force: order.timeInForce === 'POST_ONLY' ? 'GTC' : order.timeInForce,
  post_only: order.timeInForce === 'POST_ONLY' ? true : undefined,
  exec_type: execType,
  side: sideOf(order),
  order_type: order.type === 'LIMIT' ? 'limit' : 'market',
  limit_price: order.price === null ? undefined : number(order.price),
  stop_price: number('0.0'),
  order_status: execType === 'pending_new' ? 'pending_new' : streamStatuses[order.status],
  timestamp: timeText(execType === 'pending_new' ? order.createdAt : order.updatedAt),
})

/** What follows on an order names little of it. */
export const sparseExecution = (order: SimOrder): Json => ({
  timestamp: timeText(order.updatedAt),
  order_status: streamStatuses[order.status],
  exec_type: streamStatuses[order.status],
  order_id: order.id,
  ...(order.status === 'CANCELED' || order.status === 'REJECTED' ? { reason: 'User requested' } : {}),
})

/** A fill leaves its order partially filled; that it was the last, another execution says. */
export const tradeExecution = ({ order, ...fill }: SimFill): Json => ({
  order_id: order.id,
  exec_id: fill.tradeId,
  exec_type: 'trade',
  trade_id: number(fill.number),
  symbol: symbolOf(fill.instrument),
  side: sideOf(fill),
  last_qty: number(fill.quantity),
  last_price: number(fill.price),
  liquidity_ind: fill.isMaker ? 'm' : 't',
  cost: number(fill.quoteQuantity),
  order_type: order.type === 'LIMIT' ? 'limit' : 'market',
  timestamp: timeText(fill.at),
  order_status: 'partially_filled',
  cum_qty: number(order.filledQuantity),
  cum_cost: number(order.filledQuote),
  avg_price: number(averageOf(order)),
  fee_usd_equiv: number(fill.fee),
  fees: [{ asset: fill.feeAsset, qty: number(fill.fee) }],
})
