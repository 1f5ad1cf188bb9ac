/**
 * KuCoin's rows of an account to domain rows: REST and stream rows of one thing say the same state alike. Sizes of futures count lots,
 * multiplied out exactly. A word that is not documented is a problem of its row: no state is guessed.
 */

import type { z } from 'zod'
import { Amount, amountText, decimalTextOf, isZeroAmount, subtractAmounts } from '../../../shared/amount.ts'
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
import { baseQuantity, ofInstrument, type Reading } from '../account-rows.ts'
import type { InstrumentLookup } from '../contract.ts'
import { RowFields, type Told } from '../row-fields.ts'
import { checked, foreign, good, type RowReading } from '../rows.ts'
import {
  AccountRow,
  BalancePush,
  FuturesFill,
  FuturesOrder,
  FuturesOrderPush,
  type Overview,
  PositionRow,
  SpotFill,
  SpotOrder,
  SpotOrderPush,
  type WalletPush,
} from './account-schemas.ts'
import { msOfNanoseconds } from './nanoseconds.ts'

/** What every row needs beside itself. */
export interface Reader {
  readonly account: string
  readonly lookup: InstrumentLookup
  readonly receivedAt: EpochMs
}

export class KucoinFields extends RowFields {
  nanoseconds(field: string, value: Told): EpochMs {
    const at = msOfNanoseconds(value ?? '')
    return at > 0 ? at : this.fail(field, value, 'no time in nanoseconds', 0)
  }
}

/** As `ofInstrument`, of rows whose every field is read through `fields`. */
export const ofSymbol = <S extends z.ZodType, T>(
  schema: S,
  json: unknown,
  instruments: ReadonlyMap<string, Instrument>,
  read: (row: z.output<S>, instrument: Instrument, fields: KucoinFields) => T,
): Reading<T> =>
  ofInstrument(schema, json, 'symbol', instruments, (row, instrument) => {
    const fields = new KucoinFields()
    const value = read(row, instrument, fields)
    return fields.problem ?? good(value)
  })

const sides = { buy: 'BUY', sell: 'SELL' } as const
const liquidityOf = (word: string | null | undefined): Fill['liquidity'] =>
  word === 'maker' || word === 'taker' ? word : null
const timeInForceOf = (word: string | null | undefined, postOnly: boolean | null | undefined): string | null =>
  postOnly === true ? 'POST_ONLY' : word ? word.toUpperCase() : null

const averageDigits = 16
const averageOf = (quote: string | null, base: string): string | null =>
  quote === null || isZeroAmount(quote) || isZeroAmount(base)
    ? null
    : amountText(new Amount(quote).div(base).toSignificantDigits(averageDigits))

// ---------------------------------------------------------------- orders

type State = Pick<Order, 'status' | 'exchangeStatus'>

/** An order that still stands; KuCoin has no word for it that both sides use. */
const standing = (filled: string): State => ({
  status: isZeroAmount(filled) ? 'NEW' : 'PARTIALLY_FILLED',
  exchangeStatus: 'open',
})
const ended = (status: Extract<OrderStatus, 'FILLED' | 'CANCELED'>): State => ({
  status,
  exchangeStatus: status === 'FILLED' ? 'filled' : 'canceled',
})

/** `cancelExist`: some of it was cancelled, so that it ended unfilled. Rejections and expiries are cancellations too. */
const stateOf = (isActive: boolean, isCanceled: boolean, filled: string): State =>
  isActive ? standing(filled) : ended(isCanceled ? 'CANCELED' : 'FILLED')

/** Row of /hf/orders. A market order in quote asset has funds and no size. */
export const readSpotOrder = (json: unknown, { account, lookup, receivedAt }: Reader): Reading<Order> =>
  ofSymbol(SpotOrder, json, lookup.spot, (row, { symbol }, fields): Order => {
    const filledQuantity = fields.decimal('dealSize', row.dealSize)
    const quantity = fields.decimalUnlessZero('size', row.size)
    const isMarket = row.type === 'market'
    const createdAt = fields.time('createdAt', row.createdAt)
    return {
      ...{ account, exchange: 'kucoin', symbol, exchangeOrderId: row.id, clientOrderId: row.clientOid || null },
      side: fields.word('side', row.side, sides, 'BUY'),
      type: row.type.toUpperCase(),
      timeInForce: timeInForceOf(row.timeInForce, row.postOnly),
      price: isMarket ? null : fields.decimalUnlessZero('price', row.price),
      stopPrice: null,
      quantity,
      quoteQuantity: quantity === null ? fields.decimalUnlessZero('funds', row.funds) : null,
      filledQuantity,
      averagePrice: averageOf(fields.decimalUnlessZero('dealFunds', row.dealFunds), filledQuantity),
      ...stateOf(row.active, row.cancelExist, filledQuantity),
      reduceOnly: null,
      createdAt,
      updatedAt: fields.timeOrNull('lastUpdatedAt', row.lastUpdatedAt) ?? createdAt,
      receivedAt,
    }
  })

/** Row of /orders of futures. */
export const readFuturesOrder = (json: unknown, { account, lookup, receivedAt }: Reader): Reading<Order> =>
  ofSymbol(FuturesOrder, json, lookup.perpetual, (row, instrument, fields): Order => {
    const filledQuantity = baseQuantity(instrument, fields.decimal('filledSize', row.filledSize ?? row.dealSize))
    const createdAt = fields.time('createdAt', row.createdAt)
    const times = [row.updatedAt, row.endAt].map((time) => fields.timeOrNull('updatedAt', time) ?? createdAt)
    return {
      ...{ account, exchange: 'kucoin', symbol: instrument.symbol, exchangeOrderId: row.id },
      clientOrderId: row.clientOid || null,
      side: fields.word('side', row.side, sides, 'BUY'),
      type: row.type.toUpperCase(),
      timeInForce: timeInForceOf(row.timeInForce, row.postOnly),
      price: row.type.startsWith('market') ? null : fields.decimalUnlessZero('price', row.price),
      stopPrice: fields.decimalUnlessZero('stopPrice', row.stopPrice),
      quantity: baseQuantity(instrument, fields.decimal('size', row.size)),
      quoteQuantity: null,
      filledQuantity,
      averagePrice: fields.decimalUnlessZero('avgDealPrice', row.avgDealPrice),
      ...stateOf(row.isActive, row.cancelExist, filledQuantity),
      reduceOnly: row.reduceOnly ?? null,
      createdAt,
      updatedAt: Math.max(...times),
      receivedAt,
    }
  })

export interface OrderChange {
  readonly order: Order
  /** What the change is about; null: nothing was filled by it. */
  readonly fill: Fill | null
}

/** What a change's `type` leaves of the order. A `match` that leaves nothing fills it; `update` cuts its size. */
function stateAfter(type: string, filled: string, remaining: string | null, fields: KucoinFields): State {
  switch (type) {
    case 'received':
    case 'open':
    case 'update':
      return standing(filled)
    case 'match':
      return remaining === null || !isZeroAmount(remaining) ? standing(filled) : ended('FILLED')
    case 'filled':
      return ended('FILLED')
    case 'canceled':
      return ended('CANCELED')
    default:
      return fields.fail('type', type, 'an unknown word', standing(filled))
  }
}

type Change = Pick<SpotOrderPush, 'tradeId' | 'matchPrice' | 'matchSize' | 'liquidity' | 'type'>

/** Pushes tell no fee: that REST knows. */
function fillOf(row: Change, order: Order, toBase: (size: string) => string, fields: KucoinFields): Fill | null {
  if (row.type !== 'match') return null
  const { account, symbol, exchangeOrderId, side, updatedAt: at, receivedAt } = order
  return {
    ...{ account, exchange: 'kucoin', symbol, exchangeOrderId, side },
    tradeId: row.tradeId || fields.fail('tradeId', row.tradeId, 'a match without its id', ''),
    price: fields.decimal('matchPrice', row.matchPrice),
    quantity: toBase(fields.decimal('matchSize', row.matchSize)),
    ...{ fee: null, feeAsset: null, realisedPnl: null, liquidity: liquidityOf(row.liquidity), at, receivedAt },
  }
}

/**
 * `/spotMarket/tradeOrdersV2`. The remaining size of an order in quote asset is not one of base asset: then `filled` ends it. Of an order that
 * was only `received` nothing is filled, and KuCoin leaves it out.
 */
export const readSpotOrderPush = (json: unknown, { account, lookup, receivedAt }: Reader): Reading<OrderChange> =>
  ofSymbol(SpotOrderPush, json, lookup.spot, (row, { symbol }, fields) => {
    const isUntold = row.type === 'received' && !row.filledSize
    const filledQuantity = isUntold ? '0' : fields.decimal('filledSize', row.filledSize)
    const quantity = fields.decimalUnlessZero('originSize', row.originSize)
    const remaining = quantity === null || !row.remainSize ? null : fields.decimal('remainSize', row.remainSize)
    const order: Order = {
      ...{ account, exchange: 'kucoin', symbol, exchangeOrderId: row.orderId, clientOrderId: row.clientOid || null },
      side: fields.word('side', row.side, sides, 'BUY'),
      type: row.orderType.toUpperCase(),
      timeInForce: null,
      price: row.orderType === 'market' ? null : fields.decimalUnlessZero('price', row.price),
      stopPrice: null,
      quantity,
      quoteQuantity: quantity === null ? fields.decimalUnlessZero('originFunds', row.originFunds) : null,
      ...{ filledQuantity, averagePrice: null, ...stateAfter(row.type, filledQuantity, remaining, fields) },
      reduceOnly: null,
      createdAt: fields.timeOrNull('orderTime', row.orderTime),
      updatedAt: fields.nanoseconds('ts', row.ts),
      receivedAt,
    }
    return { order, fill: fillOf(row, order, (size) => size, fields) }
  })

/** `/contractMarket/tradeOrders`; older messages do not tell the order's type. */
export const readFuturesOrderPush = (json: unknown, { account, lookup, receivedAt }: Reader): Reading<OrderChange> =>
  ofSymbol(FuturesOrderPush, json, lookup.perpetual, (row, instrument, fields) => {
    const toBase = (lots: string) => baseQuantity(instrument, lots)
    const filledQuantity = toBase(fields.decimal('filledSize', row.filledSize))
    const price = fields.decimalUnlessZero('price', row.price)
    const remaining = row.remainSize ? fields.decimal('remainSize', row.remainSize) : null
    const order: Order = {
      ...{ account, exchange: 'kucoin', symbol: instrument.symbol, exchangeOrderId: row.orderId },
      clientOrderId: row.clientOid || null,
      side: fields.word('side', row.side, sides, 'BUY'),
      type: (row.orderType ?? (price === null ? 'market' : 'limit')).toUpperCase(),
      timeInForce: null,
      price: row.orderType === 'market' ? null : price,
      stopPrice: null,
      quantity: toBase(fields.decimal('size', row.size)),
      quoteQuantity: null,
      ...{ filledQuantity, averagePrice: null, ...stateAfter(row.type, filledQuantity, remaining, fields) },
      reduceOnly: null,
      createdAt: row.orderTime ? fields.nanoseconds('orderTime', row.orderTime) : null,
      updatedAt: fields.nanoseconds('ts', row.ts),
      receivedAt,
    }
    return { order, fill: fillOf(row, order, toBase, fields) }
  })

// ---------------------------------------------------------------- fills

/** Row of /hf/fills. */
export const readSpotFill = (json: unknown, { account, lookup, receivedAt }: Reader): Reading<Fill> =>
  ofSymbol(SpotFill, json, lookup.spot, (row, { symbol }, fields): Fill => {
    const fee = row.fee === null || row.fee === undefined ? null : fields.decimal('fee', row.fee)
    return {
      ...{ account, exchange: 'kucoin', symbol, tradeId: String(row.tradeId), exchangeOrderId: row.orderId },
      side: fields.word('side', row.side, sides, 'BUY'),
      price: fields.decimal('price', row.price),
      quantity: fields.decimal('size', row.size),
      ...{ fee, feeAsset: fee === null ? null : row.feeCurrency || null, liquidity: liquidityOf(row.liquidity) },
      ...{ realisedPnl: null, at: fields.time('createdAt', row.createdAt), receivedAt },
    }
  })

/** Row of /fills of futures: a trade's profit is told nowhere, only that of whole positions. */
export const readFuturesFill = (json: unknown, { account, lookup, receivedAt }: Reader): Reading<Fill> =>
  ofSymbol(FuturesFill, json, lookup.perpetual, (row, instrument, fields): Fill => {
    const fee = row.fee === null || row.fee === undefined ? null : fields.decimal('fee', row.fee)
    return {
      ...{ account, exchange: 'kucoin', symbol: instrument.symbol, tradeId: String(row.tradeId) },
      exchangeOrderId: row.orderId,
      side: fields.word('side', row.side, sides, 'BUY'),
      price: fields.decimal('price', row.price),
      quantity: baseQuantity(instrument, fields.decimal('size', row.size)),
      ...{ fee, feeAsset: fee === null ? null : row.feeCurrency || instrument.quote },
      ...{ liquidity: liquidityOf(row.liquidity), realisedPnl: null },
      ...{ at: fields.nanoseconds('tradeTime', row.tradeTime), receivedAt },
    }
  })

// ---------------------------------------------------------------- holdings

/** KuCoin's accounts as wallets; those of margin and others are not read. */
const walletOf: ReadonlyMap<string, Wallet> = new Map([
  ['main', 'funding'],
  ['trade', 'spot'],
  ['trade_hf', 'spot'],
])
export const walletNamed = (type: string): Wallet | undefined => walletOf.get(type.toLowerCase())

type BalanceParts = Pick<Balance, 'wallet' | 'asset' | 'free' | 'locked' | 'total' | 'exchangeAt'>
const balanceOf = (parts: BalanceParts, { account, receivedAt }: Reader): Balance => ({
  ...{ account, exchange: 'kucoin', ...parts, receivedAt },
})

/** Row of /accounts. */
export const readAccount = (json: unknown, reader: Reader): Reading<Balance> =>
  checked(AccountRow, json, (row) => {
    const wallet = walletNamed(row.type)
    if (wallet === undefined) return foreign
    const fields = new KucoinFields()
    const parts = {
      free: fields.decimal('available', row.available),
      locked: fields.decimal('holds', row.holds),
      total: fields.decimal('balance', row.balance),
    }
    return fields.problem ?? good(balanceOf({ wallet, asset: row.currency, ...parts, exchangeAt: null }, reader))
  })

/** /account-overview and `/contractAccount/wallet`. What is free may count open profit: then what is locked is not told. */
export function readFuturesBalance(
  row: z.infer<typeof Overview> | z.infer<typeof WalletPush>,
  reader: Reader,
): RowReading<Balance> {
  const fields = new KucoinFields()
  const isPush = 'walletBalance' in row
  const total = isPush
    ? fields.decimal('walletBalance', row.walletBalance)
    : fields.decimal('marginBalance', row.marginBalance)
  const free = fields.decimal('availableBalance', row.availableBalance)
  const exchangeAt = isPush ? fields.timeOrNull('timestamp', row.timestamp) : null
  const locked = subtractAmounts(total, free)
  const parts = { asset: row.currency, free, locked: locked.startsWith('-') ? null : locked, total, exchangeAt }
  return fields.problem ?? good(balanceOf({ wallet: 'futures', ...parts }, reader))
}

/** `/account/balance`; the event's prefix names the account: `main.deposit`, `trade.hold`, `trade_hf.setted`, `margin.…`. */
export const readBalancePush = (
  json: unknown,
  reader: Reader,
): Reading<{ readonly balance: Balance; readonly event: string }> =>
  checked(BalancePush, json, (row) => {
    const [account = '', event = ''] = row.relationEvent.split('.')
    const wallet = walletNamed(account)
    if (wallet === undefined) return foreign
    const fields = new KucoinFields()
    const parts = {
      free: fields.decimal('available', row.available),
      locked: fields.decimal('hold', row.hold),
      total: fields.decimal('total', row.total),
      exchangeAt: fields.timeOrNull('time', row.time),
    }
    return fields.problem ?? good({ balance: balanceOf({ wallet, asset: row.currency, ...parts }, reader), event })
  })

const positionSides = { BOTH: 'BOTH', LONG: 'LONG', SHORT: 'SHORT' } as const

/** Row of /positions, and of pushes; null where it tells of a mark price alone. Prices of 0 are absent ones. */
export const readPosition = (json: unknown, { account, lookup, receivedAt }: Reader): Reading<Position | null> =>
  ofSymbol(PositionRow, json, lookup.perpetual, (row, instrument, fields): Position | null => {
    if (row.currentQty === null || row.currentQty === undefined) return null
    const isCross = row.marginMode ? row.marginMode === 'CROSS' : row.crossMode
    return {
      ...{ account, exchange: 'kucoin', symbol: instrument.symbol },
      side: fields.word('positionSide', row.positionSide || 'BOTH', positionSides, 'BOTH'),
      quantity: baseQuantity(instrument, fields.decimal('currentQty', row.currentQty)),
      entryPrice: fields.decimalUnlessZero('avgEntryPrice', row.avgEntryPrice),
      markPrice: fields.decimalUnlessZero('markPrice', row.markPrice),
      unrealisedPnl: decimalTextOf(row.unrealisedPnl),
      liquidationPrice: fields.decimalUnlessZero('liquidationPrice', row.liquidationPrice),
      leverage: fields.decimalUnlessZero('leverage', row.leverage ?? row.realLeverage),
      marginMode: isCross === null || isCross === undefined ? null : isCross ? 'cross' : 'isolated',
      settleAsset: row.settleCurrency || instrument.quote,
      exchangeAt: fields.timeOrNull('currentTimestamp', row.currentTimestamp),
      receivedAt,
    }
  })
