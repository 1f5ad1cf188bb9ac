/** Wallets, orders, fills and transfers of the account in Coinbase's words. */
import { Amount, addAmounts, amountText, isZeroAmount, subtractAmounts } from '../../../../shared/amount.ts'
import type { OrderStatus, TransferStatus } from '../../../../shared/domain/index.ts'
import type { SimBalance, SimFill, SimOrder, SimTransfer } from '../../account/contract.ts'
import { uuidOf } from './account-rules.ts'
import { isoTime, microTime, productOf } from './format.ts'

const fiat: ReadonlySet<string> = new Set(['USD', 'EUR', 'GBP'])
export const walletIdOf = (asset: string): string => uuidOf(`coinbase wallet ${asset}`)

export const walletRow = ({ asset, free, locked, updatedAt }: SimBalance): unknown => ({
  uuid: walletIdOf(asset),
  name: `${asset} Wallet`,
  currency: asset,
  available_balance: { value: free, currency: asset },
  default: true,
  active: true,
  created_at: '2021-05-31T09:59:59Z',
  updated_at: isoTime(updatedAt),
  deleted_at: null,
  type: fiat.has(asset) ? 'ACCOUNT_TYPE_FIAT' : 'ACCOUNT_TYPE_CRYPTO',
  ready: true,
  hold: { value: locked, currency: asset },
  retail_portfolio_id: uuidOf('coinbase portfolio'),
})

const statuses: Readonly<Record<OrderStatus, string>> = {
  NEW: 'OPEN',
  PARTIALLY_FILLED: 'OPEN',
  FILLED: 'FILLED',
  CANCELED: 'CANCELLED',
  EXPIRED: 'EXPIRED',
  REJECTED: 'FAILED',
}
const timesInForce = {
  GTC: 'GOOD_UNTIL_CANCELLED',
  POST_ONLY: 'GOOD_UNTIL_CANCELLED',
  IOC: 'IMMEDIATE_OR_CANCEL',
  FOK: 'FILL_OR_KILL',
} as const

const averageOf = ({ filledQuantity, filledQuote }: SimOrder): string =>
  isZeroAmount(filledQuantity)
    ? '0'
    : amountText(new Amount(filledQuote).dividedBy(filledQuantity).toSignificantDigits(20))

function configurationOf({ type, timeInForce, quantity, price }: SimOrder): unknown {
  const base_size = quantity
  if (type === 'MARKET') return { market_market_ioc: { base_size } }
  const limit_price = price ?? '0'
  if (timeInForce === 'IOC') return { sor_limit_ioc: { base_size, limit_price } }
  if (timeInForce === 'FOK') return { limit_limit_fok: { base_size, limit_price } }
  return { limit_limit_gtc: { base_size, limit_price, post_only: timeInForce === 'POST_ONLY' } }
}

const completion = ({ filledQuantity, quantity }: SimOrder): string =>
  new Amount(filledQuantity).dividedBy(quantity).times(100).toFixed(2)

export const orderRow = (order: SimOrder, fills: number): unknown => ({
  order_id: order.id,
  product_id: productOf(order.instrument),
  user_id: uuidOf('coinbase user'),
  order_configuration: configurationOf(order),
  side: order.side,
  client_order_id: order.clientOrderId,
  status: statuses[order.status],
  time_in_force: order.type === 'MARKET' ? 'IMMEDIATE_OR_CANCEL' : timesInForce[order.timeInForce],
  created_time: microTime(order.createdAt),
  completion_percentage: completion(order),
  filled_size: order.filledQuantity,
  average_filled_price: averageOf(order),
  fee: '',
  number_of_fills: String(fills),
  filled_value: order.filledQuote,
  pending_cancel: false,
  size_in_quote: false,
  total_fees: order.fee,
  size_inclusive_of_fees: false,
  total_value_after_fees: addAmounts(order.filledQuote, order.fee),
  trigger_status: 'INVALID_ORDER_TYPE',
  order_type: order.type,
  reject_reason: 'REJECT_REASON_UNSPECIFIED',
  settled: order.status === 'FILLED',
  product_type: 'SPOT',
  reject_message: '',
  cancel_message: order.status === 'CANCELED' ? 'User requested cancel' : '',
  order_placement_source: 'RETAIL_ADVANCED',
  outstanding_hold_amount: '0',
  is_liquidation: false,
  last_fill_time: fills === 0 ? null : microTime(order.updatedAt),
  last_update_time: microTime(order.updatedAt),
})

const streamTypes = { LIMIT: 'Limit', MARKET: 'Market' } as const

export const streamOrderRow = (order: SimOrder, fills: number): unknown => ({
  avg_price: averageOf(order),
  cancel_reason: order.status === 'CANCELED' ? 'User requested cancel' : '',
  client_order_id: order.clientOrderId,
  completion_percentage: completion(order),
  contract_expiry_type: 'UNKNOWN_CONTRACT_EXPIRY_TYPE',
  cumulative_quantity: order.filledQuantity,
  filled_value: order.filledQuote,
  leaves_quantity: subtractAmounts(order.quantity, order.filledQuantity),
  limit_price: order.price ?? '0',
  number_of_fills: String(fills),
  order_id: order.id,
  order_side: order.side,
  order_type: streamTypes[order.type],
  outstanding_hold_amount: '0',
  post_only: String(order.timeInForce === 'POST_ONLY'),
  product_id: productOf(order.instrument),
  product_type: 'SPOT',
  reject_reason: '',
  retail_portfolio_id: uuidOf('coinbase portfolio'),
  status: statuses[order.status],
  stop_price: '',
  time_in_force: order.type === 'MARKET' ? 'IMMEDIATE_OR_CANCEL' : timesInForce[order.timeInForce],
  total_fees: order.fee,
  total_value_after_fees: addAmounts(order.filledQuote, order.fee),
  trigger_status: 'INVALID_ORDER_TYPE',
  creation_time: microTime(order.createdAt),
  end_time: '0001-01-01T00:00:00Z',
  start_time: '0001-01-01T00:00:00Z',
})

export const fillRow = (fill: SimFill): unknown => ({
  entry_id: uuidOf(`coinbase entry ${fill.number}`),
  trade_id: fill.tradeId,
  order_id: fill.order.id,
  trade_time: microTime(fill.at),
  trade_type: 'FILL',
  price: fill.price,
  size: fill.quantity,
  commission: fill.fee,
  product_id: productOf(fill.instrument),
  sequence_timestamp: microTime(fill.at),
  liquidity_indicator: fill.isMaker ? 'MAKER' : 'TAKER',
  size_in_quote: false,
  user_id: uuidOf('coinbase user'),
  side: fill.side,
  retail_portfolio_id: uuidOf('coinbase portfolio'),
})

const transferStatuses: Readonly<Record<TransferStatus, string>> = {
  pending: 'pending',
  completed: 'completed',
  failed: 'failed',
  refunded: 'failed',
  cancelled: 'canceled',
}

/** What the wallet changes by: of a withdrawal the fee as well. */
export function transactionRow(transfer: SimTransfer): unknown {
  const { id, kind, asset, amount, fee, network, address, transactionId, status, createdAt, updatedAt } = transfer
  const change = kind === 'deposit' ? amount : `-${addAmounts(amount, fee)}`
  return {
    id,
    type: kind === 'deposit' ? 'receive' : 'send',
    status: transferStatuses[status],
    amount: { amount: change, currency: asset },
    native_amount: { amount: '0', currency: 'USD' },
    created_at: isoTime(createdAt),
    updated_at: isoTime(updatedAt),
    network: {
      status: status === 'completed' ? 'confirmed' : 'unconfirmed',
      hash: transactionId,
      network_name: network,
      ...(kind === 'withdrawal' ? { transaction_fee: { amount: fee, currency: asset } } : {}),
    },
    ...(kind === 'withdrawal' ? { to: { resource: 'address', address } } : {}),
    resource: 'transaction',
  }
}
