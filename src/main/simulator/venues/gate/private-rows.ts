/** The account's spot side and its transfers in Gate's own words: rows of REST replies and of pushes, which write the same differently. */
import { Amount, amountText } from '../../../../shared/amount.ts'
import type { TransferStatus } from '../../../../shared/domain/index.ts'
import type { SimBalance, SimFill, SimOrder, SimTransfer } from '../../account/contract.ts'
import type { SimMarket } from '../../venue.ts'
import { nativeName, seconds } from './format.ts'

const averageDecimals = 12

export const averageOf = ({ filledQuantity, filledQuote }: SimOrder): string =>
  filledQuantity === '0'
    ? '0'
    : amountText(new Amount(filledQuote).dividedBy(filledQuantity).toDecimalPlaces(averageDecimals))

/** Gate's users begin their ids with `t-`. */
export const textOf = ({ clientOrderId }: SimOrder): string =>
  clientOrderId.startsWith('t-') ? clientOrderId : `t-${clientOrderId}`

export const timeInForce = { GTC: 'gtc', IOC: 'ioc', FOK: 'fok', POST_ONLY: 'poc' } as const

/**
 * Why it ended. Gate has no rejected orders in its lists (placing them fails); one that was accepted and then thrown out stands as
 * cancelled.
 */
export function endingOf({ status, timeInForce: force }: SimOrder): string {
  if (status === 'FILLED') return 'filled'
  if (status !== 'EXPIRED') return 'cancelled'
  return force === 'GTC' ? 'stp' : timeInForce[force]
}

export const isOpen = ({ status }: SimOrder): boolean => status === 'NEW' || status === 'PARTIALLY_FILLED'

/** Market buys of spot are given in quote asset: what they were worth when first shown, remembered since it must not change. */
export type QuotedAmounts = Map<string, string>
/** Older ones are shown as what they cost. */
const mostQuoted = 10_000

function spotAmounts(order: SimOrder, market: SimMarket, quoted: QuotedAmounts): { amount: string; left: string } {
  const { instrument, quantity, filledQuantity, filledQuote } = order
  if (order.type !== 'MARKET' || order.side !== 'BUY') {
    return { amount: quantity, left: amountText(new Amount(quantity).minus(filledQuantity)) }
  }
  const known = quoted.get(order.id)
  const price = market.quote(instrument).askPrice.toFixed(instrument.priceDecimals)
  const amount =
    known ??
    (order.status === 'FILLED' ? filledQuote : amountText(new Amount(quantity).times(price).toDecimalPlaces(8)))
  quoted.set(order.id, amount)
  const [oldest] = quoted.keys()
  if (quoted.size > mostQuoted && oldest !== undefined) quoted.delete(oldest)
  return { amount, left: amountText(Amount.max(0, new Amount(amount).minus(filledQuote))) }
}

export function spotOrder(order: SimOrder, market: SimMarket, quoted: QuotedAmounts, form: 'rest' | 'stream'): object {
  const { createdAt, updatedAt } = order
  const ms = (at: number): string | number => (form === 'rest' ? at : String(at))
  const said = isOpen(order) ? 'open' : order.status === 'FILLED' ? 'closed' : 'cancelled'
  const isNew = order.status === 'NEW' && createdAt === updatedAt
  const event = isNew ? 'put' : isOpen(order) ? 'update' : 'finish'
  return {
    id: order.id,
    text: textOf(order),
    create_time: String(seconds(createdAt)),
    update_time: String(seconds(updatedAt)),
    create_time_ms: ms(createdAt),
    update_time_ms: ms(updatedAt),
    ...(form === 'rest' ? { status: said } : {}),
    currency_pair: nativeName(order.instrument),
    type: order.type.toLowerCase(),
    account: 'spot',
    side: order.side.toLowerCase(),
    ...spotAmounts(order, market, quoted),
    price: order.price ?? '0',
    time_in_force: timeInForce[order.timeInForce],
    iceberg: '0',
    filled_amount: order.filledQuantity,
    fill_price: order.filledQuote,
    filled_total: order.filledQuote,
    avg_deal_price: averageOf(order),
    fee: order.fee,
    fee_currency: order.feeAsset,
    point_fee: '0',
    gt_fee: '0',
    gt_discount: false,
    rebated_fee: '0',
    rebated_fee_currency: order.instrument.quote,
    stp_id: 0,
    stp_act: '-',
    finish_as: isOpen(order) ? 'open' : endingOf(order),
    amend_text: '-',
    ...(form === 'stream' ? { event, biz_info: '-' } : {}),
  }
}

export function spotFill(fill: SimFill, form: 'rest' | 'stream'): object {
  const shared = {
    order_id: fill.order.id,
    currency_pair: nativeName(fill.instrument),
    create_time_ms: `${fill.at}.${String(fill.number % 1_000_000).padStart(6, '0')}`,
    side: fill.side.toLowerCase(),
    role: fill.isMaker ? 'maker' : 'taker',
    amount: fill.quantity,
    price: fill.price,
    fee: fill.fee,
    fee_currency: fill.feeAsset,
    point_fee: '0',
    gt_fee: '0',
    text: textOf(fill.order),
  }
  return form === 'rest'
    ? {
        id: fill.tradeId,
        create_time: String(seconds(fill.at)),
        ...shared,
        amend_text: '-',
        sequence_id: String(fill.number),
      }
    : { id: Number(fill.tradeId), create_time: seconds(fill.at), ...shared, id_market: Number(fill.tradeId) }
}

export const spotBalance = ({ asset, free, locked }: SimBalance, number: number): object => ({
  currency: asset,
  available: free,
  locked,
  update_id: number,
})

/** A push of spot.balances; `before` is the balance as last told. */
export function spotBalanceChange(
  balance: SimBalance,
  before: SimBalance | undefined,
  user: string,
  type: string,
  at: number,
): object {
  const { asset, free, locked, total } = balance
  return {
    timestamp: String(seconds(at)),
    timestamp_ms: String(at),
    user,
    currency: asset,
    change: amountText(new Amount(total).minus(before?.total ?? '0')),
    total,
    available: free,
    freeze: locked,
    freeze_change: amountText(new Amount(locked).minus(before?.locked ?? '0')),
    change_type: type,
  }
}

const transferStatuses: Readonly<Record<TransferStatus, string>> = {
  pending: 'PEND',
  completed: 'DONE',
  failed: 'FAIL',
  cancelled: 'CANCEL',
  refunded: 'CANCEL',
}

export function walletRecord(transfer: SimTransfer): object {
  const { id, asset, network, address, amount, transactionId, createdAt, updatedAt, status, fee } = transfer
  const shared = {
    id,
    currency: asset,
    chain: network,
    address,
    amount,
    txid: transactionId,
    timestamp: String(seconds(createdAt)),
    status: transferStatuses[status],
    memo: '',
  }
  if (transfer.kind === 'deposit') return shared
  const left = amountText(new Amount(amount).plus(fee))
  const more = { withdraw_order_id: '', block_number: '', type: '' }
  return { ...shared, amount: left, timestamp2: String(seconds(updatedAt)), fee, ...more }
}
