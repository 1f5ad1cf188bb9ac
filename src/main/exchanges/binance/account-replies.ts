/** Replies of the private REST endpoints to rows: permissions, balances, orders, fills, positions. */
import { addAmounts, decimalTextOf, isZeroAmount } from '../../../shared/amount.ts'
import type {
  Balance,
  EpochMs,
  Fill,
  Instrument,
  KeyPermissions,
  Order,
  Position,
} from '../../../shared/domain/index.ts'
import type { Parsed } from '../../net/rest.ts'
import type { WithRaw } from '../account-contract.ts'
import { bad, checked, foreign, good, type RowReading } from '../rows.ts'
import { type AccountRow, type Entry, readList, readPage, unlisted, unreadable } from './account-lists.ts'
import {
  averageAsTold,
  averageOfQuote,
  balanceOf,
  fillOf,
  orderOf,
  plain,
  positionOf,
  type RowContext,
  rawOf,
  statusOf,
  statusWords,
} from './account-normalize.ts'
import {
  ApiRestrictions,
  FuturesBalance,
  FuturesFill,
  FuturesOrder,
  PositionRisk,
  SpotAccountBody,
  SpotBalance,
  SpotFill,
  SpotOrder,
  SymbolConfig,
} from './account-schemas.ts'

// Key

/** Of account, not of key, would be `canTrade` in `/api/v3/account`. What else a key may do is told in words. */
export function readPermissions(body: unknown): Parsed<KeyPermissions> {
  const parsed = ApiRestrictions.safeParse(body)
  if (!parsed.success) return unreadable('apiRestrictions', parsed.error.issues)
  const may = parsed.data
  const canTrade =
    may.enableSpotAndMarginTrading ||
    may.enableFutures === true ||
    may.enableMargin === true ||
    may.enableVanillaOptions === true ||
    may.enableFixApiTrade === true ||
    may.enablePortfolioMarginTrading === true
  const moves = may.enableInternalTransfer === true || may.permitsUniversalTransfer === true
  return {
    ok: true,
    value: {
      canRead: may.enableReading,
      canTrade,
      canWithdraw: may.enableWithdrawals,
      ipRestricted: may.ipRestrict,
      ipAddresses: [],
      expiresAt: null,
      notes: [
        ...(may.ipRestrict ? ['bound to IP addresses, which Binance does not tell'] : []),
        ...(moves ? ["may move funds between the owner's own accounts"] : []),
      ],
    },
  }
}

// Spot

/** `updateTime` is the account's, as `u` of the stream is: when any of its balances last changed. */
export function readSpotBalances(body: unknown, context: RowContext): Parsed<readonly Balance[]> {
  const parsed = SpotAccountBody.safeParse(body)
  if (!parsed.success) return unreadable('account', parsed.error.issues)
  const { updateTime, balances } = parsed.data
  return readList('account', balances, 'asset', (json) =>
    checked(SpotBalance, json, ({ asset, free, locked }) => {
      const total = addAmounts(free, locked)
      if (isZeroAmount(total)) return foreign
      const amounts = { free: plain(free), locked: plain(locked), total }
      return good(balanceOf('spot', asset, amounts, updateTime > 0 ? updateTime : null, context))
    }),
  )
}

const spotOrder = (json: unknown, context: RowContext): AccountRow<WithRaw<Order>> => {
  const parsed = SpotOrder.safeParse(json)
  if (!parsed.success) return checked(SpotOrder, json, () => foreign)
  const row = parsed.data
  const instrument = context.lookup.spot.get(row.symbol)
  if (instrument === undefined) return unlisted(row.symbol)
  const status = statusOf(row.status)
  if (status === undefined) return bad('status', row.status, 'unknown')
  const parts = {
    id: row.orderId,
    clientId: row.clientOrderId,
    side: row.side,
    type: row.type,
    timeInForce: row.timeInForce,
    price: row.price,
    stopPrice: row.stopPrice,
    quantity: row.origQty,
    quoteQuantity: row.origQuoteOrderQty,
    filled: row.executedQty,
    averagePrice: averageOfQuote(row.cummulativeQuoteQty, row.executedQty),
    status,
    exchangeStatus: statusWords(row.status, row.expiryReason),
    reduceOnly: null,
    createdAt: row.time,
    updatedAt: row.updateTime,
  }
  return good({ row: orderOf(instrument, parts, context), raw: rawOf(json) })
}

const spotFill = (json: unknown, context: RowContext): AccountRow<WithRaw<Fill>> => {
  const parsed = SpotFill.safeParse(json)
  if (!parsed.success) return checked(SpotFill, json, () => foreign)
  const row = parsed.data
  const instrument = context.lookup.spot.get(row.symbol)
  if (instrument === undefined) return unlisted(row.symbol)
  const parts = {
    tradeId: row.id,
    orderId: row.orderId,
    side: row.isBuyer ? 'BUY' : 'SELL',
    price: row.price,
    quantity: row.qty,
    fee: row.commission,
    feeAsset: row.commissionAsset,
    isMaker: row.isMaker,
    realisedPnl: null,
    at: row.time,
  } as const
  return good({ row: fillOf(instrument, parts, context), raw: rawOf(json) })
}

// Futures

/**
 * `balance` is the wallet's, without unrealised profit; `availableBalance` counts that in, so that what is locked is no difference
 * of the two and stays unknown.
 */
export function readFuturesBalances(body: unknown, context: RowContext): Parsed<readonly Balance[]> {
  return readList('futures balance', body, 'asset', (json) =>
    checked(FuturesBalance, json, ({ asset, balance, availableBalance, updateTime }) => {
      if (isZeroAmount(plain(balance))) return foreign
      const amounts = { free: plain(availableBalance), locked: null, total: plain(balance) }
      return good(balanceOf('futures', asset, amounts, updateTime > 0 ? updateTime : null, context))
    }),
  )
}

const futuresOrder = (json: unknown, context: RowContext): AccountRow<WithRaw<Order>> => {
  const parsed = FuturesOrder.safeParse(json)
  if (!parsed.success) return checked(FuturesOrder, json, () => foreign)
  const row = parsed.data
  const instrument = context.lookup.perpetual.get(row.symbol)
  if (instrument === undefined) return unlisted(row.symbol)
  const status = statusOf(row.status)
  if (status === undefined) return bad('status', row.status, 'unknown')
  const parts = {
    id: row.orderId,
    clientId: row.clientOrderId,
    side: row.side,
    type: row.type,
    timeInForce: row.timeInForce,
    price: row.price,
    stopPrice: row.stopPrice,
    quantity: row.origQty,
    quoteQuantity: undefined,
    filled: row.executedQty,
    averagePrice: averageAsTold(row.avgPrice),
    status,
    exchangeStatus: row.status,
    reduceOnly: row.reduceOnly,
    createdAt: row.time,
    updatedAt: row.updateTime,
  }
  return good({ row: orderOf(instrument, parts, context), raw: rawOf(json) })
}

const futuresFill = (json: unknown, context: RowContext): AccountRow<WithRaw<Fill>> => {
  const parsed = FuturesFill.safeParse(json)
  if (!parsed.success) return checked(FuturesFill, json, () => foreign)
  const row = parsed.data
  const instrument = context.lookup.perpetual.get(row.symbol)
  if (instrument === undefined) return unlisted(row.symbol)
  const parts = {
    tradeId: row.id,
    orderId: row.orderId,
    side: row.side,
    price: row.price,
    quantity: row.qty,
    fee: row.commission,
    feeAsset: row.commissionAsset,
    isMaker: row.maker,
    realisedPnl: row.realizedPnl,
    at: row.time,
  }
  return good({ row: fillOf(instrument, parts, context), raw: rawOf(json) })
}

/** Leverage and margin mode by symbol. */
export type Configs = ReadonlyMap<string, { readonly leverage: string; readonly marginMode: 'cross' | 'isolated' }>
export function readConfigs(body: unknown): Parsed<Configs> {
  const parsed = readList('symbolConfig', body, 'symbol', (json) =>
    checked(SymbolConfig, json, ({ symbol, marginType, leverage }) => {
      const text = decimalTextOf(leverage)
      if (text === null) return bad('leverage', leverage, 'no number')
      return good([symbol, { leverage: text, marginMode: marginType === 'ISOLATED' ? 'isolated' : 'cross' }] as const)
    }),
  )
  return parsed.ok ? { ok: true, value: new Map(parsed.value) } : parsed
}

/** `positionRisk` lists symbols with orders and no position, too. */
export function readPositions(body: unknown, configs: Configs, context: RowContext): Parsed<readonly Position[]> {
  return readList('positionRisk', body, 'symbol', (json) => {
    const parsed = PositionRisk.safeParse(json)
    if (!parsed.success) return checked(PositionRisk, json, () => foreign)
    const row = parsed.data
    if (isZeroAmount(plain(row.positionAmt))) return foreign
    const instrument = context.lookup.perpetual.get(row.symbol)
    if (instrument === undefined) return unlisted(row.symbol)
    const config = configs.get(row.symbol)
    const parts = {
      side: row.positionSide,
      quantity: row.positionAmt,
      entryPrice: row.entryPrice,
      markPrice: row.markPrice,
      unrealisedPnl: row.unRealizedProfit,
      liquidationPrice: row.liquidationPrice,
      leverage: config?.leverage ?? null,
      marginMode: config?.marginMode ?? null,
      settleAsset: row.marginAsset,
      exchangeAt: row.updateTime,
    }
    return good(positionOf(instrument, parts, context))
  })
}

// Lists of one symbol, and lists that come in pages

const kinds = {
  spot: { order: spotOrder, fill: spotFill },
  perpetual: { order: futuresOrder, fill: futuresFill },
} as const
const ofKind = (instrument: Pick<Instrument, 'kind'>) => kinds[instrument.kind]

export const readOpenOrders = (kind: Instrument['kind'], body: unknown, context: RowContext) =>
  readList('openOrders', body, 'symbol', (json) => kinds[kind].order(json, context))

export function readOrder(instrument: Instrument, body: unknown, context: RowContext): Parsed<WithRaw<Order>> {
  const reading = ofKind(instrument).order(body, context)
  if (reading.kind === 'row') return { ok: true, value: reading.value }
  return { ok: false, problem: `order: ${reading.kind === 'bad' ? reading.problem : 'not of a listed instrument'}` }
}

/** `at` is when the order was made, by which the exchange pages. */
export const readOrderPage = (instrument: Instrument, body: unknown, context: RowContext) =>
  readPage('allOrders', body, 'orderId', (json) =>
    entryOf(ofKind(instrument).order(json, context), ({ row }) => [
      row.exchangeOrderId,
      row.createdAt ?? row.updatedAt,
    ]),
  )

export const readFillPage = (instrument: Instrument, body: unknown, context: RowContext) =>
  readPage('trades', body, 'id', (json) =>
    entryOf(ofKind(instrument).fill(json, context), ({ row }) => [row.tradeId, row.at]),
  )

/** Asked for by symbol, so that no other can stand there. */
function entryOf<T>(reading: AccountRow<T>, place: (row: T) => readonly [string, EpochMs]): RowReading<Entry<T>> {
  if (reading.kind === 'unlisted') return bad('symbol', reading.name, 'not the one asked for')
  if (reading.kind !== 'row') return reading
  const [id, at] = place(reading.value)
  return good({ id, at, row: reading.value })
}
