/**
 * Orders, fills, positions and balances out of Binance's own fields. Streams (`account-events.ts`) and REST (`account-replies.ts`)
 * make their rows here, so that both tell of one state alike.
 */
import { Amount, amountText, decimalTextOf, isZeroAmount, negateAmount } from '../../../shared/amount.ts'
import type {
  Balance,
  EpochMs,
  Fill,
  Instrument,
  Order,
  OrderStatus,
  Position,
  Wallet,
} from '../../../shared/domain/index.ts'
import type { InstrumentLookup } from '../contract.ts'

/** Whose rows they are, and when they came. */
export interface RowContext {
  readonly account: string
  readonly lookup: InstrumentLookup
  readonly receivedAt: EpochMs
}

/** Of text that a schema has checked: an exponent is written out. */
export function plain(text: string): string {
  const written = decimalTextOf(text)
  if (written === null) throw new TypeError('the schema let through what is no number')
  return written
}
/** Where 0 stands for none: prices, triggers, quantities not given. */
const orNull = (text: string | undefined): string | null =>
  text === undefined || isZeroAmount(plain(text)) ? null : plain(text)

/** Spot and futures in one: no word means two things. Source: enums.md; USD-M documentation, "Common Definition". */
const statuses: ReadonlyMap<string, OrderStatus> = new Map([
  ['NEW', 'NEW'],
  // a leg of an order list that waits for the other
  ['PENDING_NEW', 'NEW'],
  // liquidation and deleveraging orders of older futures
  ['NEW_INSURANCE', 'NEW'],
  ['NEW_ADL', 'NEW'],
  ['PARTIALLY_FILLED', 'PARTIALLY_FILLED'],
  ['FILLED', 'FILLED'],
  ['CANCELED', 'CANCELED'],
  ['PENDING_CANCEL', 'CANCELED'],
  ['REJECTED', 'REJECTED'],
  ['EXPIRED', 'EXPIRED'],
  // self-trade prevention
  ['EXPIRED_IN_MATCH', 'EXPIRED'],
])
export const statusOf = (word: string): OrderStatus | undefined => statuses.get(word)

/** An order's fields before they are unified; `'0'` amounts stand for none where that can be. */
export interface OrderParts {
  readonly id: number | string
  readonly clientId: string
  readonly side: 'BUY' | 'SELL'
  readonly type: string
  readonly timeInForce: string
  readonly price: string
  readonly stopPrice: string | undefined
  readonly quantity: string
  readonly quoteQuantity: string | undefined
  readonly filled: string
  readonly averagePrice: string | null
  readonly status: OrderStatus
  readonly exchangeStatus: string
  readonly reduceOnly: boolean | null
  readonly createdAt: EpochMs | null
  readonly updatedAt: EpochMs
}

/** Post-only is a type on spot and a time in force on futures. */
const unifiedType = (type: string): string => (type === 'LIMIT_MAKER' ? 'LIMIT' : type)
const unifiedTimeInForce = (type: string, timeInForce: string): string | null => {
  if (type === 'LIMIT_MAKER' || timeInForce === 'GTX') return 'POST_ONLY'
  return timeInForce === '' ? null : timeInForce
}

export function orderOf(instrument: Instrument, parts: OrderParts, { account, receivedAt }: RowContext): Order {
  return {
    account,
    exchange: 'binance',
    symbol: instrument.symbol,
    exchangeOrderId: String(parts.id),
    clientOrderId: parts.clientId === '' ? null : parts.clientId,
    side: parts.side,
    type: unifiedType(parts.type),
    timeInForce: unifiedTimeInForce(parts.type, parts.timeInForce),
    price: parts.type === 'MARKET' ? null : orNull(parts.price),
    stopPrice: orNull(parts.stopPrice),
    quantity: orNull(parts.quantity),
    quoteQuantity: orNull(parts.quoteQuantity),
    filledQuantity: plain(parts.filled),
    averagePrice: parts.averagePrice,
    status: parts.status,
    exchangeStatus: parts.exchangeStatus,
    reduceOnly: parts.reduceOnly,
    createdAt: parts.createdAt,
    updatedAt: parts.updatedAt,
    receivedAt,
  }
}

/** More digits than any price has; only a quotient is rounded. */
const averageDigits = 24

/** Quote asset spent over base asset filled. null: nothing is filled, or spot says -1 for "not available". */
export function averageOfQuote(quote: string, filled: string): string | null {
  const [spent, bought] = [new Amount(quote), new Amount(filled)]
  if (bought.isZero() || spent.isNegative()) return null
  return amountText(spent.div(bought).toSignificantDigits(averageDigits))
}

/** An average price as the exchange tells it; REST pads it with zeros where the stream does not. */
export const averageAsTold = (price: string): string | null =>
  isZeroAmount(plain(price)) ? null : amountText(new Amount(price))

/** Its status, and why it ended where the exchange says: `EXPIRED (UNFILLED_IOC_QUANTITY_EXPIRED)`. */
export const statusWords = (status: string, reason: string | null | undefined): string =>
  reason === null || reason === undefined || reason === '' || reason === 'NONE' ? status : `${status} (${reason})`

export interface FillParts {
  readonly tradeId: number | string
  readonly orderId: number | string
  readonly side: 'BUY' | 'SELL'
  readonly price: string
  readonly quantity: string
  /** As sent; absent where the message does not tell. */
  readonly fee: string | null | undefined
  readonly feeAsset: string | null | undefined
  readonly isMaker: boolean
  readonly realisedPnl: string | null
  readonly at: EpochMs
}

export function fillOf(instrument: Instrument, parts: FillParts, { account, receivedAt }: RowContext): Fill {
  const { fee, feeAsset, isMaker, realisedPnl } = parts
  return {
    account,
    exchange: 'binance',
    symbol: instrument.symbol,
    tradeId: String(parts.tradeId),
    exchangeOrderId: String(parts.orderId),
    side: parts.side,
    price: plain(parts.price),
    quantity: plain(parts.quantity),
    fee: fee === null || fee === undefined ? null : paid(plain(fee), isMaker),
    feeAsset: feeAsset ?? null,
    liquidity: isMaker ? 'maker' : 'taker',
    realisedPnl: realisedPnl === null ? null : plain(realisedPnl),
    at: parts.at,
    receivedAt,
  }
}

/**
 * Positive is paid. The futures documentation shows a taker's commission negative, production sends it positive: takers get no
 * rebate, so theirs is paid either way; a maker's negative one is a rebate.
 */
const paid = (fee: string, isMaker: boolean): string => (!isMaker && fee.startsWith('-') ? negateAmount(fee) : fee)

export function balanceOf(
  wallet: Wallet,
  asset: string,
  amounts: { readonly free: string | null; readonly locked: string | null; readonly total: string },
  exchangeAt: EpochMs | null,
  { account, receivedAt }: RowContext,
): Balance {
  return { account, exchange: 'binance', wallet, asset, ...amounts, exchangeAt, receivedAt }
}

export interface PositionParts {
  readonly side: 'BOTH' | 'LONG' | 'SHORT'
  readonly quantity: string
  readonly entryPrice: string
  readonly markPrice: string | undefined
  readonly unrealisedPnl: string
  readonly liquidationPrice: string | undefined
  readonly leverage: string | null
  readonly marginMode: 'cross' | 'isolated' | null
  readonly settleAsset: string
  readonly exchangeAt: EpochMs
}

/** Quantities are base asset, negative for short in every mode. A liquidation price of 0: there is none. */
export function positionOf(
  instrument: Instrument,
  parts: PositionParts,
  { account, receivedAt }: RowContext,
): Position {
  const isClosed = isZeroAmount(plain(parts.quantity))
  return {
    account,
    exchange: 'binance',
    symbol: instrument.symbol,
    side: parts.side,
    quantity: isClosed ? '0' : plain(parts.quantity),
    entryPrice: orNull(parts.entryPrice),
    markPrice: orNull(parts.markPrice),
    unrealisedPnl: plain(parts.unrealisedPnl),
    liquidationPrice: orNull(parts.liquidationPrice),
    leverage: parts.leverage,
    marginMode: parts.marginMode,
    settleAsset: parts.settleAsset,
    exchangeAt: parts.exchangeAt,
    receivedAt,
  }
}

/** JSON of the exchange's own object; whole numbers above 2^53 are text in it. */
export const rawOf = (row: unknown): string => JSON.stringify(row)
