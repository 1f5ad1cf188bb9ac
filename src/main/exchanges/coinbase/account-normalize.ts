/**
 * Coinbase's private rows to Crossbook's. Sizes are base asset unless a row says quote.
 * Docs: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api · fixtures coinbase/rest_private.json, ws_user.ndjson
 */

import { Amount, addAmounts, amountText, decimalTextOf, isZeroAmount } from '../../../shared/amount.ts'
import type { Balance, EpochMs, Fill, Instrument, Order, OrderStatus } from '../../../shared/domain/index.ts'
import type { WithRaw } from '../account-contract.ts'
import { type AccountContext, ofInstrument, type Reading, withRaw } from '../account-rows.ts'
import { millisecondsOf } from '../instants.ts'
import { bad, checked, foreign, good, type RowReading } from '../rows.ts'
import { FillRow, OrderConfiguration, OrderRow, StreamOrderRow, WalletRow } from './account-schemas.ts'

const isAbsent = (text: string | null | undefined): text is null | undefined | '' =>
  text === undefined || text === null || text === ''

/** Plain decimal text of 0 or more; null: absent; undefined: something else stands there. */
function amountOf(text: string | null | undefined): string | null | undefined {
  if (isAbsent(text)) return null
  const amount = decimalTextOf(text)
  return amount === null || (amount.startsWith('-') && !isZeroAmount(amount)) ? undefined : amount
}

/** 0 says that there is none: of prices and sizes of orders. */
const positiveOrNull = (amount: string | null | undefined): string | null =>
  isAbsent(amount) || isZeroAmount(amount) ? null : amount

const timeOrNull = (text: string | null | undefined): EpochMs | null => {
  const at = isAbsent(text) ? Number.NaN : millisecondsOf(text)
  return Number.isNaN(at) ? null : at
}

const sideOf = (side: string): Order['side'] | null => (side === 'BUY' || side === 'SELL' ? side : null)

/** Wallets for trading; a vault is locked away, and futures have a margin account of their own. */
const walletTypes: ReadonlySet<string> = new Set(['ACCOUNT_TYPE_CRYPTO', 'ACCOUNT_TYPE_FIAT'])

/**
 * In      {"uuid":"8bfc20d7-…","currency":"BTC","available_balance":{"value":"1.23456789","currency":"BTC"},
 *         "hold":{"value":"0.00500000","currency":"BTC"},"type":"ACCOUNT_TYPE_CRYPTO",…}
 * Out     one balance; total = available + hold. `updated_at` is of the wallet's description, so that no time is told
 */
export const readWallet = ({ account }: AccountContext, json: unknown, receivedAt: EpochMs): RowReading<Balance> =>
  checked(WalletRow, json, (row: WalletRow) => {
    if (!walletTypes.has(row.type)) return foreign
    const free = decimalTextOf(row.available_balance.value)
    const locked = amountOf(row.hold.value)
    if (free === null) return bad('available_balance.value', row.available_balance.value, 'no amount')
    if (locked === undefined || locked === null) return bad('hold.value', row.hold.value, 'no amount')
    return good({
      ...{ account, exchange: 'coinbase', wallet: 'spot', asset: row.currency, free, locked },
      ...{ total: addAmounts(free, locked), exchangeAt: null, receivedAt },
    })
  })

/** Two wallets of one asset are one balance. */
export function joinBalances(balances: readonly Balance[]): readonly Balance[] {
  const byAsset = new Map<string, Balance>()
  for (const balance of balances) {
    const known = byAsset.get(balance.asset)
    byAsset.set(balance.asset, known === undefined ? balance : sumOf(known, balance))
  }
  return [...byAsset.values()].filter(({ total, locked }) => !isZeroAmount(total) || !isZeroAmount(locked ?? '0'))
}

const sumOf = (a: Balance, b: Balance): Balance => ({
  ...a,
  free: addAmounts(a.free ?? '0', b.free ?? '0'),
  locked: addAmounts(a.locked ?? '0', b.locked ?? '0'),
  total: addAmounts(a.total, b.total),
})

const timesInForce: ReadonlyMap<string, string> = new Map([
  ['GOOD_UNTIL_CANCELLED', 'GTC'],
  ['GOOD_UNTIL_DATE_TIME', 'GTD'],
  ['IMMEDIATE_OR_CANCEL', 'IOC'],
  ['FILL_OR_KILL', 'FOK'],
])

const timeInForceOf = (word: string | undefined, isPostOnly: boolean): string | null => {
  if (isPostOnly) return 'POST_ONLY'
  return isAbsent(word) || word === 'UNKNOWN_TIME_IN_FORCE' ? null : (timesInForce.get(word) ?? word)
}

const finalStatuses: ReadonlyMap<string, OrderStatus> = new Map([
  ['FILLED', 'FILLED'],
  ['CANCELLED', 'CANCELED'],
  ['EXPIRED', 'EXPIRED'],
  ['FAILED', 'REJECTED'],
])
/** What is to be changed or cancelled is still in the market. */
const liveStatuses: ReadonlySet<string> = new Set(['PENDING', 'QUEUED', 'OPEN', 'EDIT_QUEUED', 'CANCEL_QUEUED'])

function statusOf(word: string, filled: string): OrderStatus | null {
  if (liveStatuses.has(word)) return isZeroAmount(filled) ? 'NEW' : 'PARTIALLY_FILLED'
  return finalStatuses.get(word) ?? null
}

/** Price and size, wherever the kind of order keeps them. */
interface Terms {
  readonly price: string | null
  readonly stopPrice: string | null
  readonly quantity: string | null
  readonly quoteQuantity: string | null
  readonly isPostOnly: boolean
}

function termsOf({ order_configuration: configuration }: OrderRow): RowReading<Terms> {
  const [kind, content] = Object.entries(configuration)[0] ?? ['order_configuration', undefined]
  return checked(OrderConfiguration, content, (row): RowReading<Terms> => {
    const { base_size, quote_size, limit_price, stop_price, stop_trigger_price, post_only = false } = row
    const fields = { base_size, quote_size, limit_price, stop_price, stop_trigger_price }
    for (const [name, text] of Object.entries(fields))
      if (amountOf(text) === undefined) return bad(`${kind}.${name}`, text, 'no amount')
    return good({
      price: positiveOrNull(amountOf(limit_price)),
      stopPrice: positiveOrNull(amountOf(stop_price)) ?? positiveOrNull(amountOf(stop_trigger_price)),
      quantity: positiveOrNull(amountOf(base_size)),
      quoteQuantity: positiveOrNull(amountOf(quote_size)),
      isPostOnly: post_only,
    })
  })
}

/**
 * A row of GET /orders/historical/batch or /orders/historical/{id}.
 *
 * In      {"order_id":"…","product_id":"BTC-USD","side":"BUY","status":"OPEN","order_type":"LIMIT","time_in_force":"GOOD_UNTIL_CANCELLED",
 *         "order_configuration":{"limit_limit_gtc":{"base_size":"0.001","limit_price":"10000.00","post_only":false}},"filled_size":"0",…}
 * Out     one order; updatedAt is the last of update, fill and creation that is told
 * Rejects an amount that is none, an unknown side or status, a time of creation that is none
 */
export const readOrder = (context: AccountContext, json: unknown, receivedAt: EpochMs): Reading<WithRaw<Order>> =>
  ofInstrument(OrderRow, json, 'product_id', context.lookup.spot, (row, instrument) => {
    const terms = termsOf(row)
    if (terms.kind !== 'row') return terms
    const { isPostOnly, ...sizes } = terms.value
    const createdAt = timeOrNull(row.created_time)
    if (createdAt === null) return bad('created_time', row.created_time, 'no time')
    const isMarket = row.order_type === 'MARKET'
    const cancelled = row.cancel_message || row.reject_reason
    const words: OrderWords = {
      ...{ id: row.order_id, clientOrderId: row.client_order_id, side: row.side, type: row.order_type },
      ...{ status: row.status, filled: row.filled_size, average: row.average_filled_price },
      ...{ ...sizes, price: isMarket ? null : sizes.price },
      timeInForce: timeInForceOf(row.time_in_force, isPostOnly),
      why: isAbsent(cancelled) || cancelled === 'REJECT_REASON_UNSPECIFIED' ? '' : cancelled,
      createdAt,
      updatedAt: Math.max(createdAt, timeOrNull(row.last_update_time) ?? 0, timeOrNull(row.last_fill_time) ?? 0),
    }
    return withRaw(orderOf(words, instrument, context, receivedAt), json)
  })

/**
 * A row of the channel `user`. Of an order that ended otherwise than filled it does not tell the size (what `leaves_quantity` is then is not
 * documented): `sizes` remembers those of open orders, and REST is asked for one that is not among them.
 *
 * In      {"order_id":"YYY","client_order_id":"XXX","product_id":"BTC-USD","order_side":"BUY","order_type":"Limit","status":"OPEN",
 *         "cumulative_quantity":"0.01","leaves_quantity":"0","avg_price":"50000","limit_price":"50000",…}
 * Out     one order; quantity = cumulative + leaves of limit orders, null of market orders, which may count in quote asset; updatedAt = the
 *         frame's time
 */
export const readStreamOrder = (
  context: AccountContext,
  json: unknown,
  sizes: Map<string, string | null>,
  at: EpochMs,
  receivedAt: EpochMs,
): Reading<WithRaw<Order>> =>
  ofInstrument(StreamOrderRow, json, 'product_id', context.lookup.spot, (row, instrument) => {
    const type = row.order_type.toUpperCase().replaceAll(' ', '_')
    const isMarket = type === 'MARKET'
    const isCut = finalStatuses.has(row.status) && row.status !== 'FILLED'
    const size = sizes.get(row.order_id)
    if (isCut && size === undefined) return foreign
    const done = amountOf(row.cumulative_quantity)
    const left = amountOf(row.leaves_quantity)
    const limit = amountOf(row.limit_price)
    const stop = amountOf(row.stop_price)
    if (done === undefined || done === null) return bad('cumulative_quantity', row.cumulative_quantity, 'no amount')
    if (left === undefined || left === null) return bad('leaves_quantity', row.leaves_quantity, 'no amount')
    if (limit === undefined) return bad('limit_price', row.limit_price, 'no amount')
    if (stop === undefined) return bad('stop_price', row.stop_price, 'no amount')
    const whole = isMarket ? null : positiveOrNull(addAmounts(done, left))
    const quantity = isCut ? (size ?? null) : whole
    if (finalStatuses.has(row.status)) sizes.delete(row.order_id)
    else sizes.set(row.order_id, whole)
    const words: OrderWords = {
      ...{ id: row.order_id, clientOrderId: row.client_order_id, side: row.order_side, type },
      ...{ status: row.status, filled: done, average: row.avg_price },
      why: isCut ? (row.cancel_reason ?? '') : '',
      price: isMarket ? null : positiveOrNull(limit),
      stopPrice: positiveOrNull(stop),
      quantity,
      quoteQuantity: null,
      timeInForce: timeInForceOf(row.time_in_force, String(row.post_only) === 'true'),
      createdAt: timeOrNull(row.creation_time),
      updatedAt: at,
    }
    return withRaw(orderOf(words, instrument, context, receivedAt), json)
  })

interface OrderWords extends Omit<Terms, 'isPostOnly'> {
  readonly id: string
  readonly clientOrderId: string | undefined
  readonly side: string
  readonly type: string
  readonly status: string
  readonly filled: string
  readonly average: string
  readonly timeInForce: string | null
  /** Why it ended, where that is told. */
  readonly why: string
  readonly createdAt: EpochMs | null
  readonly updatedAt: EpochMs
}

function orderOf(
  words: OrderWords,
  instrument: Instrument,
  { account }: AccountContext,
  receivedAt: EpochMs,
): RowReading<Order> {
  const side = sideOf(words.side)
  if (side === null) return bad('side', words.side, 'an unknown word')
  const filled = amountOf(words.filled)
  if (filled === undefined || filled === null) return bad('filled_size', words.filled, 'no amount')
  const average = amountOf(words.average)
  if (average === undefined) return bad('average_filled_price', words.average, 'no amount')
  const status = statusOf(words.status, filled)
  if (status === null) return bad('status', words.status, 'an unknown status')
  const { id, clientOrderId, type, timeInForce, price, stopPrice, quantity, quoteQuantity, createdAt, updatedAt } =
    words
  return good({
    ...{ account, exchange: 'coinbase', symbol: instrument.symbol, exchangeOrderId: id },
    ...{ clientOrderId: clientOrderId || null, side, type, timeInForce, price, stopPrice, quantity, quoteQuantity },
    ...{ filledQuantity: filled, averagePrice: isZeroAmount(filled) ? null : positiveOrNull(average), status },
    exchangeStatus: words.why === '' ? words.status : `${words.status}: ${words.why}`,
    ...{ reduceOnly: null, createdAt, updatedAt, receivedAt },
  })
}

const liquidities: ReadonlyMap<string, Fill['liquidity']> = new Map([
  ['MAKER', 'maker'],
  ['TAKER', 'taker'],
  ['UNKNOWN_LIQUIDITY_INDICATOR', null],
])

/**
 * In      {"trade_id":"1111-11111-111111","order_id":"0000-000000-000000","trade_time":"2024-01-15T10:30:00Z","trade_type":"FILL",
 *         "price":"45123.45","size":"0.005","commission":"1.14","product_id":"BTC-USD","liquidity_indicator":"MAKER","size_in_quote":false,
 *         "side":"BUY",…}
 * Out     one fill; a size in quote asset is divided by the price (20 digits); the commission is in quote asset
 * Rejects REVERSAL, CORRECTION and SYNTHETIC, of which nothing says what they undo; an unknown side or liquidity; amounts that are none
 */
export const readFill = (context: AccountContext, json: unknown, receivedAt: EpochMs): Reading<WithRaw<Fill>> =>
  ofInstrument(FillRow, json, 'product_id', context.lookup.spot, (row, instrument) => {
    if (row.trade_type !== 'FILL') return bad('trade_type', row.trade_type, 'a trade that is none')
    const side = sideOf(row.side)
    const price = positiveOrNull(amountOf(row.price))
    const size = positiveOrNull(amountOf(row.size))
    const fee = decimalTextOf(row.commission)
    const liquidity = liquidities.get(row.liquidity_indicator)
    const at = timeOrNull(row.trade_time)
    if (side === null) return bad('side', row.side, 'an unknown word')
    if (price === null) return bad('price', row.price, 'no price')
    if (size === null) return bad('size', row.size, 'no size')
    if (fee === null) return bad('commission', row.commission, 'no amount')
    if (liquidity === undefined) return bad('liquidity_indicator', row.liquidity_indicator, 'an unknown word')
    if (at === null) return bad('trade_time', row.trade_time, 'no time')
    const quantity = row.size_in_quote ? amountText(new Amount(size).dividedBy(price).toSignificantDigits(20)) : size
    return withRaw(
      good({
        ...{ account: context.account, exchange: 'coinbase', symbol: instrument.symbol, tradeId: row.trade_id },
        ...{ exchangeOrderId: row.order_id, side, price, quantity, fee, feeAsset: instrument.quote, liquidity },
        ...{ realisedPnl: null, at, receivedAt },
      }),
      json,
    )
  })
