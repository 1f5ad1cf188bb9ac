/**
 * MEXC's private rows and pushes to Crossbook's. REST and stream meet in one reader for orders and one for fills, so that the same
 * state gives the same row whichever way it came. Source: documentation, "Spot Account/Trade" and "Websocket
 * User Data Streams"; fixtures rest_private.json and ws_documented.jsonl.
 */
import { Amount, addAmounts, amountText, decimalTextOf, isZeroAmount } from '../../../shared/amount.ts'
import type { Balance, EpochMs, Fill, Instrument, Order, OrderStatus } from '../../../shared/domain/index.ts'
import { bad, good, type RowReading } from '../rows.ts'
import type { AccountPush, BalanceRow, DealPush, OrderPush, OrderRow, TradeRow } from './account-schemas.ts'

/** For whom a row is read, and when it came (epoch ms). */
export interface Reading {
  readonly account: string
  readonly receivedAt: EpochMs
}

type Side = Order['side']

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === ''
/** undefined: something stands there that is no amount. */
export const amountOf = (value: unknown): string | null | undefined =>
  isAbsent(value) ? null : (decimalTextOf(value) ?? undefined)
export const isNegative = (text: string): boolean => text.startsWith('-') && !isZeroAmount(text)
/** 0 says that there is none: of prices and of the quantities of orders. */
const positiveOrNull = (text: string | null): string | null => (text === null || isZeroAmount(text) ? null : text)

/** The first of these that is no amount, or a negative one, as a rejected row; null when all are well. */
function wrongAmount(fields: Readonly<Record<string, unknown>>): RowReading<never> | null {
  for (const [name, value] of Object.entries(fields)) {
    const text = amountOf(value)
    if (text === undefined || (text !== null && isNegative(text))) return bad(name, value, 'no amount')
  }
  return null
}

/** An order in REST's words, whichever way it came. */
interface OrderWords {
  readonly id: string
  readonly clientOrderId: string | null | undefined
  readonly side: Side
  readonly type: string
  readonly status: string
  readonly price: unknown
  readonly stopPrice: unknown
  readonly quantity: unknown
  readonly quoteQuantity: unknown
  readonly filledQuantity: unknown
  readonly filledQuote: unknown
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

/** Time in force is part of the type here; of a plain LIMIT nothing is told. */
const orderTypes: ReadonlyMap<string, readonly [type: string, timeInForce: string]> = new Map(
  Object.entries({
    LIMIT_MAKER: ['LIMIT', 'POST_ONLY'],
    IMMEDIATE_OR_CANCEL: ['LIMIT', 'IOC'],
    FILL_OR_KILL: ['LIMIT', 'FOK'],
  }),
)

const orderStatuses: ReadonlyMap<string, OrderStatus> = new Map(
  Object.entries({
    NEW: 'NEW',
    PARTIALLY_FILLED: 'PARTIALLY_FILLED',
    FILLED: 'FILLED',
    CANCELED: 'CANCELED',
    // What an IOC or FOK order could not fill ends like this as well.
    PARTIALLY_CANCELED: 'CANCELED',
  }),
)

function readOrder(words: OrderWords, instrument: Instrument, { account, receivedAt }: Reading): RowReading<Order> {
  const { price, stopPrice, quantity, quoteQuantity, filledQuantity, filledQuote } = words
  const wrong = wrongAmount({ price, stopPrice, quantity, quoteQuantity, filledQuantity, filledQuote })
  if (wrong) return wrong
  const status = orderStatuses.get(words.status)
  if (!status) return bad('status', words.status, 'an unknown status')
  const [type, timeInForce] = orderTypes.get(words.type) ?? [words.type, null]
  const limit = type === 'MARKET' ? null : positiveOrNull(amountOf(price) ?? null)
  if (type === 'LIMIT' && limit === null) return bad('price', price, 'a limit order without a price')
  // A market buy may be given in quote asset; a quantity beside it would be what was filled.
  const inQuote = type === 'MARKET' ? positiveOrNull(amountOf(quoteQuantity) ?? null) : null
  const filled = amountOf(filledQuantity) ?? '0'
  return good({
    account,
    exchange: 'mexc',
    symbol: instrument.symbol,
    exchangeOrderId: words.id,
    clientOrderId: words.clientOrderId || null,
    side: words.side,
    type,
    timeInForce,
    price: limit,
    stopPrice: positiveOrNull(amountOf(stopPrice) ?? null),
    quantity: inQuote === null ? positiveOrNull(amountOf(quantity) ?? null) : null,
    quoteQuantity: inQuote,
    filledQuantity: filled,
    averagePrice: averagePrice(amountOf(filledQuote) ?? null, filled),
    status,
    exchangeStatus: words.status,
    reduceOnly: null,
    createdAt: words.createdAt,
    updatedAt: words.updatedAt,
    receivedAt,
  })
}

/** REST tells no average; so that it is the same from both, that of pushes is not read but worked out as well. */
function averagePrice(quote: string | null, base: string): string | null {
  if (quote === null || isZeroAmount(quote) || isZeroAmount(base)) return null
  return amountText(new Amount(quote).dividedBy(base).toSignificantDigits(20))
}

/**
 * A row of GET /api/v3/openOrders, /allOrders or /order.
 *
 * In      {"symbol":"LTCBTC","orderId":"C02__443776347957968896088","price":"0.1","origQty":"1.0","executedQty":"0.0",…}
 * Out     one order; `updateTime` is null for some that never changed: then the time it was made
 * Rejects an amount that is none, an unknown status, a limit order without a price
 */
export const readOrderRow = (row: OrderRow, instrument: Instrument, reading: Reading): RowReading<Order> =>
  readOrder(
    {
      id: row.orderId,
      clientOrderId: row.clientOrderId,
      side: row.side,
      type: row.type,
      status: row.status,
      price: row.price,
      stopPrice: row.stopPrice,
      quantity: row.origQty,
      quoteQuantity: row.origQuoteOrderQty,
      filledQuantity: row.executedQty,
      filledQuote: row.cummulativeQuoteQty,
      createdAt: row.time,
      updatedAt: row.updateTime ?? row.time,
    },
    instrument,
    reading,
  )

const sides: Readonly<Record<number, Side | undefined>> = { 1: 'BUY', 2: 'SELL' }
/** REST's words for the stream's numbers. */
const pushedTypes: Readonly<Record<number, string | undefined>> = {
  1: 'LIMIT',
  2: 'LIMIT_MAKER',
  3: 'IMMEDIATE_OR_CANCEL',
  4: 'FILL_OR_KILL',
  5: 'MARKET',
  100: 'STOP_LIMIT',
}
const pushedStatuses: Readonly<Record<number, string | undefined>> = {
  1: 'NEW',
  2: 'FILLED',
  3: 'PARTIALLY_FILLED',
  4: 'CANCELED',
  5: 'PARTIALLY_CANCELED',
}

/**
 * A push of `spot@private.orders.v3.api.pb`; the symbol stands in the wrapper only, and so does the time of the change.
 *
 * In      {"id":"C02__505979017439002624115","price":"3.5121","quantity":"1","orderType":5,"tradeType":2,"status":2,…}
 * Out     one order, as REST would tell it
 * Rejects as `readOrderRow`, and an unknown side; an unknown type keeps its number
 */
export function readOrderPush(push: OrderPush, instrument: Instrument, reading: Reading): RowReading<Order> {
  const { privateOrders: body } = push
  const side = sides[body.tradeType]
  if (!side) return bad('tradeType', body.tradeType, 'an unknown side')
  return readOrder(
    {
      id: body.id,
      clientOrderId: body.clientId,
      side,
      type: pushedTypes[body.orderType] ?? `TYPE_${body.orderType}`,
      status: pushedStatuses[body.status] ?? String(body.status),
      price: body.price,
      stopPrice: body.triggerPrice,
      quantity: body.quantity,
      quoteQuantity: body.amount,
      filledQuantity: body.cumulativeQuantity,
      filledQuote: body.cumulativeAmount,
      createdAt: Number(body.createTime),
      updatedAt: Number(push.createTime ?? push.sendTime ?? body.createTime),
    },
    instrument,
    reading,
  )
}

interface FillWords {
  readonly tradeId: string
  readonly orderId: string
  readonly side: Side
  readonly price: unknown
  readonly quantity: unknown
  readonly fee: unknown
  readonly feeAsset: string | null | undefined
  readonly isMaker: boolean
  readonly at: EpochMs
}

function readFill(words: FillWords, instrument: Instrument, { account, receivedAt }: Reading): RowReading<Fill> {
  const price = amountOf(words.price)
  const quantity = amountOf(words.quantity)
  const fee = amountOf(words.fee)
  if (!price || isNegative(price)) return bad('price', words.price, 'no price')
  if (!quantity || isZeroAmount(quantity) || isNegative(quantity)) return bad('quantity', words.quantity, 'no quantity')
  if (fee === undefined) return bad('fee', words.fee, 'no amount')
  return good({
    account,
    exchange: 'mexc',
    symbol: instrument.symbol,
    tradeId: words.tradeId,
    exchangeOrderId: words.orderId,
    side: words.side,
    price,
    quantity,
    fee,
    feeAsset: words.feeAsset || null,
    liquidity: words.isMaker ? 'maker' : 'taker',
    realisedPnl: null,
    at: words.at,
    receivedAt,
  })
}

/**
 * A row of GET /api/v3/myTrades.
 *
 * In      {"symbol":"BNBBTC","id":"fad2…","orderId":"bb41…","price":"4.00000100","qty":"12.00000000","commission":"10.1",…}
 * Out     one fill; commission positive = paid
 * Rejects a price, quantity or fee that is none
 */
export const readTradeRow = (row: TradeRow, instrument: Instrument, reading: Reading): RowReading<Fill> =>
  readFill(
    {
      tradeId: row.id,
      orderId: row.orderId,
      side: row.isBuyer ? 'BUY' : 'SELL',
      price: row.price,
      quantity: row.qty,
      fee: row.commission,
      feeAsset: row.commissionAsset,
      isMaker: row.isMaker,
      at: row.time,
    },
    instrument,
    reading,
  )

/**
 * A push of `spot@private.deals.v3.api.pb`; an absent `isMaker` is false.
 *
 * In      {"price":"3.6962","quantity":"1","amount":"3.6962","tradeType":2,"tradeId":"505979017439002624X1",…}
 * Out     one fill, as REST would tell it
 * Rejects as `readTradeRow`, and an unknown side
 */
export function readDealPush(push: DealPush, instrument: Instrument, reading: Reading): RowReading<Fill> {
  const { privateDeals: body } = push
  const side = sides[body.tradeType]
  if (!side) return bad('tradeType', body.tradeType, 'an unknown side')
  return readFill(
    {
      tradeId: body.tradeId,
      orderId: body.orderId,
      side,
      price: body.price,
      quantity: body.quantity,
      fee: body.feeAmount,
      feeAsset: body.feeCurrency,
      isMaker: body.isMaker ?? false,
      at: Number(body.time),
    },
    instrument,
    reading,
  )
}

function readBalance(
  asset: string,
  amounts: { readonly free: unknown; readonly locked: unknown },
  exchangeAt: EpochMs | null,
  { account, receivedAt }: Reading,
): RowReading<Balance> {
  const free = amountOf(amounts.free)
  const locked = amountOf(amounts.locked)
  if (!free) return bad('free', amounts.free, 'no amount')
  if (!locked) return bad('locked', amounts.locked, 'no amount')
  const total = addAmounts(free, locked)
  return good({ account, exchange: 'mexc', wallet: 'spot', asset, free, locked, total, exchangeAt, receivedAt })
}

/** A row of GET /api/v3/account: `{"asset":"USDT","free":"1111078","locked":"33"}`; the reply tells no time. */
export const readBalanceRow = (row: BalanceRow, reading: Reading): RowReading<Balance> =>
  readBalance(row.asset, { free: row.free, locked: row.locked }, null, reading)

/**
 * A push of `spot@private.account.v3.api.pb`, one asset each: `balanceAmount` is what is available after the change, `frozenAmount`
 * what is locked.
 */
export const readAccountPush = ({ privateAccount: body }: AccountPush, reading: Reading): RowReading<Balance> =>
  readBalance(body.vcoinName, { free: body.balanceAmount, locked: body.frozenAmount }, Number(body.time), reading)
