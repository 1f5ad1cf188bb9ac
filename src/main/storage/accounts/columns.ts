/** How the domain's names become columns: `exchangeOrderId` is `exchange_order_id`. */

const columnOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export interface Columns {
  /** `a_b, c` */
  readonly list: string
  /** `@aB, @c`: bound from an object with the domain's names. */
  readonly values: string
  /** `a_b AS aB, c`: read into an object with the domain's names. */
  readonly fields: string
  /** `a_b = @aB, c = @c` */
  readonly assignments: string
}

const columnsOf = (...names: readonly string[]): Columns => ({
  list: names.map(columnOf).join(', '),
  values: names.map((name) => `@${name}`).join(', '),
  fields: names.map((name) => `${columnOf(name)} AS ${name}`).join(', '),
  assignments: names.map((name) => `${columnOf(name)} = @${name}`).join(', '),
})

const balance = [
  'account',
  'exchange',
  'wallet',
  'asset',
  'free',
  'locked',
  'total',
  'exchangeAt',
  'receivedAt',
] as const

export const balanceColumns = columnsOf(...balance)
export const dailyBalanceColumns = columnsOf('day', ...balance)
export const orderColumns = columnsOf(
  ...['account', 'exchange', 'symbol', 'exchangeOrderId', 'clientOrderId', 'side', 'type', 'timeInForce', 'price'],
  ...['stopPrice', 'quantity', 'quoteQuantity', 'filledQuantity', 'averagePrice', 'status', 'exchangeStatus'],
  ...['reduceOnly', 'createdAt', 'updatedAt', 'receivedAt'],
)
export const orderEventColumns = columnsOf(
  ...['status', 'exchangeStatus', 'filledQuantity', 'price', 'updatedAt', 'receivedAt', 'source'],
)
export const fillColumns = columnsOf(
  ...['account', 'exchange', 'symbol', 'tradeId', 'exchangeOrderId', 'side', 'price', 'quantity', 'fee', 'feeAsset'],
  ...['liquidity', 'realisedPnl', 'at', 'receivedAt'],
)
export const positionColumns = columnsOf(
  ...['account', 'exchange', 'symbol', 'side', 'quantity', 'entryPrice', 'markPrice', 'unrealisedPnl'],
  ...['liquidationPrice', 'leverage', 'marginMode', 'settleAsset', 'exchangeAt', 'receivedAt'],
)
export const transferColumns = columnsOf(
  ...['account', 'exchange', 'transferId', 'kind', 'asset', 'amount', 'fee', 'feeAsset', 'network', 'address'],
  ...['transactionId', 'fromWallet', 'toWallet', 'status', 'exchangeStatus', 'createdAt', 'updatedAt', 'receivedAt'],
)
export const transferEventColumns = columnsOf('status', 'exchangeStatus', 'updatedAt', 'receivedAt')
export const fundingPaymentColumns = columnsOf(
  ...['account', 'exchange', 'symbol', 'paymentId', 'asset', 'amount', 'at', 'receivedAt'],
)
export const fundingRateColumns = columnsOf(
  ...['exchange', 'symbol', 'rate', 'nextFundingAt', 'intervalHours', 'markPrice', 'exchangeAt', 'receivedAt'],
)
export const driftColumns = columnsOf(
  ...['id', 'account', 'subject', 'item', 'field', 'expected', 'got', 'since', 'foundAt', 'resolvedAt', 'resolution'],
)
