/**
 * Balances, orders, fills and positions of Bybit in Crossbook's words; transfers stand in account-transfers.ts. REST rows and stream
 * rows of one state give equal results but for `receivedAt`, and a fill's profit, which the stream alone tells.
 * Docs: https://bybit-exchange.github.io/docs/v5/enum · fixtures bybit/rest_private.json, bybit/ws_private.ndjson
 */

import { isZeroAmount, negateAmount, subtractAmounts, sumAmounts } from '../../../shared/amount.ts'
import type {
  Balance,
  EpochMs,
  Fill,
  Instrument,
  MarketKind,
  Order,
  OrderStatus,
  Position,
} from '../../../shared/domain/index.ts'
import type { WithRaw } from '../account-contract.ts'
import { type AccountContext, ofInstrument, type Reading } from '../account-rows.ts'
import { RowFields, textOrNull } from '../row-fields.ts'
import { checked, foreign, good, type RowReading } from '../rows.ts'
import { CoinRow, ExecutionRow, FundingRow, OrderRow, PositionRow } from './account-schemas.ts'

/**
 * In      {"coin":"USDT","walletBalance":"1000","locked":"100","totalOrderIM":"20","totalPositionIM":"30","spotBorrow":"0",...}
 * Out     the unified account's balance: total = walletBalance without what was borrowed (a loan is no holding; `equity` holds
 *         unrealised profit besides), locked = locked by spot orders + margin of orders and positions, free = the rest
 * Empty   margins '' in portfolio mode: then what is free is not told per coin, and neither is what is locked
 */
export const readUnifiedBalance = (
  { account }: AccountContext,
  json: unknown,
  exchangeAt: EpochMs | null,
  receivedAt: EpochMs,
): RowReading<Balance> =>
  checked(CoinRow, json, (row) => {
    const fields = new RowFields()
    const borrowed = fields.decimalOrNull('spotBorrow', row.spotBorrow) ?? '0'
    const total = subtractAmounts(fields.decimal('walletBalance', row.walletBalance), borrowed)
    const margins = [
      fields.decimalOrNull('totalOrderIM', row.totalOrderIM),
      fields.decimalOrNull('totalPositionIM', row.totalPositionIM),
    ].filter((margin) => margin !== null)
    const locked = margins.length < 2 ? null : sumAmounts([fields.decimal('locked', row.locked), ...margins])
    const balance: Balance = {
      account,
      exchange: 'bybit',
      wallet: 'unified',
      asset: row.coin,
      free: locked === null ? null : subtractAmounts(total, locked),
      locked,
      total,
      exchangeAt,
      receivedAt,
    }
    return fields.problem ?? good(balance)
  })

/** In {"coin":"USDC","transferBalance":"0","walletBalance":"0","bonus":""}; what cannot be moved is locked. The row carries no time. */
export const readFundingBalance = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<Balance> =>
  checked(FundingRow, json, (row) => {
    const fields = new RowFields()
    const total = fields.decimal('walletBalance', row.walletBalance)
    const free = fields.decimal('transferBalance', row.transferBalance)
    const balance: Balance = {
      account,
      exchange: 'bybit',
      wallet: 'funding',
      asset: row.coin,
      free,
      locked: subtractAmounts(total, free),
      total,
      exchangeAt: null,
      receivedAt,
    }
    return fields.problem ?? good(balance)
  })

export const isEmptyBalance = ({ free, locked, total }: Balance): boolean =>
  [free ?? '0', locked ?? '0', total].every(isZeroAmount)

const sides = { Buy: 'BUY', Sell: 'SELL' } as const

const statuses: Readonly<Record<string, OrderStatus>> = {
  Created: 'NEW',
  New: 'NEW',
  Active: 'NEW',
  Untriggered: 'NEW',
  Triggered: 'NEW',
  PartiallyFilled: 'PARTIALLY_FILLED',
  Filled: 'FILLED',
  Cancelled: 'CANCELED',
  PartiallyFilledCanceled: 'CANCELED',
  Deactivated: 'CANCELED',
  Rejected: 'REJECTED',
}

/** What these words stand for; others are Bybit's own in capitals. */
const timesInForce: ReadonlyMap<string, string> = new Map([['PostOnly', 'POST_ONLY']])

const isNone = (text: string | undefined): boolean => text === undefined || text === '' || text === 'UNKNOWN'

/** `LIMIT`, `MARKET`; a conditional order by its condition too: `TAKEPROFIT_MARKET`. */
const typeOf = ({ orderType, stopOrderType = '' }: OrderRow): string => {
  const type = orderType.toUpperCase()
  return isNone(stopOrderType) ? type : `${stopOrderType.toUpperCase()}_${type}`
}

/** Why it ended, where Bybit says: `Cancelled (CancelByUser)`, `Rejected (EC_PostOnlyWillTakeLiquidity)`. */
function wordsOf({ orderStatus, cancelType, rejectReason }: OrderRow): string {
  const reason = [
    rejectReason === 'EC_NoError' || isNone(rejectReason) ? undefined : rejectReason,
    isNone(cancelType) ? undefined : cancelType,
  ].find((words) => words !== undefined)
  return reason === undefined ? orderStatus : `${orderStatus} (${reason})`
}

/**
 * In      {"orderId":"fd4300ae-...","orderLinkId":"test-000005","symbol":"ETHUSDT","price":"1600.00","qty":"0.10","side":"Buy",
 *         "orderStatus":"New","cancelType":"UNKNOWN","rejectReason":"EC_NoError","avgPrice":"0","cumExecQty":"0.00","timeInForce":"GTC",
 *         "orderType":"Limit","stopOrderType":"UNKNOWN","triggerPrice":"0.00","reduceOnly":false,"createdTime":"1684738540559",...}
 * Note    `qty` of a spot market order counts quote asset where marketUnit says so; where it says nothing, Bybit's default is quote
 *         asset for buys and base asset for sells. What ends an IOC or FOK order is `Cancelled` too: Bybit knows no expiry
 */
export const readOrder = (
  { account, lookup }: AccountContext,
  kind: MarketKind,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Order>> =>
  ofInstrument(OrderRow, json, 'symbol', lookup[kind], (row, instrument) => {
    const fields = new RowFields()
    const isMarket = row.orderType === 'Market'
    const size = fields.decimal('qty', row.qty)
    const unit = textOrNull(row.marketUnit) ?? (row.side === 'Buy' ? 'quoteCoin' : 'baseCoin')
    const isQuoted = isMarket && kind === 'spot' && unit === 'quoteCoin'
    const order: Order = {
      account,
      exchange: 'bybit',
      symbol: instrument.symbol,
      exchangeOrderId: row.orderId,
      clientOrderId: textOrNull(row.orderLinkId),
      side: fields.word('side', row.side, sides, 'BUY'),
      type: typeOf(row),
      timeInForce: timesInForce.get(row.timeInForce) ?? (textOrNull(row.timeInForce)?.toUpperCase() || null),
      price: isMarket ? null : fields.decimalOrNull('price', row.price),
      stopPrice: fields.decimalUnlessZero('triggerPrice', row.triggerPrice),
      quantity: isQuoted ? null : size,
      quoteQuantity: isQuoted ? size : null,
      filledQuantity: fields.decimalOrNull('cumExecQty', row.cumExecQty) ?? '0',
      averagePrice: fields.decimalUnlessZero('avgPrice', row.avgPrice),
      status: fields.word('orderStatus', row.orderStatus, statuses, 'NEW'),
      exchangeStatus: wordsOf(row),
      reduceOnly: kind === 'perpetual' ? (row.reduceOnly ?? null) : null,
      createdAt: fields.timeOrNull('createdTime', row.createdTime),
      updatedAt: fields.time('updatedTime', row.updatedTime),
      receivedAt,
    }
    return fields.problem ?? good({ row: order, raw: JSON.stringify(json) })
  })

/** Executions at a price: by the market, and those by which Bybit closes or moves a position. */
const fillTypes: ReadonlySet<string> = new Set([
  'Trade',
  'AdlTrade',
  'BustTrade',
  'Delivery',
  'BlockTrade',
  'MovePosition',
])
/** Of these the transaction log tells, or they are none of ours. */
const otherTypes: ReadonlySet<string> = new Set([
  'Funding',
  'Settle',
  'FutureSpread',
  // Of contracts on stocks; until August 2026 one word for all of them.
  'CorporateAction',
  'ForwardSplitSettle',
  'ReverseSplitSettle',
  'Dividend',
])
const executionTypes: Readonly<Record<string, 'fill' | 'other'>> = Object.fromEntries([
  ...[...fillTypes].map((type) => [type, 'fill']),
  ...[...otherTypes].map((type) => [type, 'other']),
])

/**
 * Whether the profit that Bybit names of a fill is all that it realised. Of perpetuals in USDC it is not: they settle their profit every
 * eight hours, and a fill that closes one brings what came since then.
 */
export const isProfitWhole = ({ kind, quote }: Instrument): boolean => kind === 'perpetual' && quote !== 'USDC'

/**
 * In      {"symbol":"BTCUSDT","orderId":"9aac161b-...","execId":"0ab1bdf7-...","execType":"Trade","side":"Sell","execPrice":"95900.1",
 *         "execQty":"0.5","execFee":"26.3725275","feeCurrency":"USDT","isMaker":false,"execPnl":"0.05","execTime":"1746270400353",...}
 * Out     one fill; a fee above 0 was paid. A perpetual's fee without a currency is in what it settles in. Of what it realised:
 *         `isProfitWhole`
 * Foreign funding and settlements, which no trade brought about
 */
export const readExecution = (
  { account, lookup }: AccountContext,
  kind: MarketKind,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Fill>> =>
  ofInstrument(ExecutionRow, json, 'symbol', lookup[kind], (row, instrument) => {
    const fields = new RowFields()
    if (fields.word('execType', row.execType, executionTypes, 'fill') === 'other') return foreign
    const fee = fields.decimalOrNull('execFee', row.execFee)
    const fill: Fill = {
      account,
      exchange: 'bybit',
      symbol: instrument.symbol,
      tradeId: row.execId,
      exchangeOrderId: row.orderId,
      side: fields.word('side', row.side, sides, 'BUY'),
      price: fields.decimal('execPrice', row.execPrice),
      quantity: fields.decimal('execQty', row.execQty),
      fee,
      feeAsset: fee === null ? null : feeAssetOf(row, instrument),
      liquidity: row.isMaker === undefined ? null : row.isMaker ? 'maker' : 'taker',
      realisedPnl: isProfitWhole(instrument) ? fields.decimalOrNull('execPnl', row.execPnl) : null,
      at: fields.time('execTime', row.execTime),
      receivedAt,
    }
    return fields.problem ?? good({ row: fill, raw: JSON.stringify(json) })
  })

/** Of spot the documents promise the currency; without it the fee may be in either asset, and is not guessed. */
const feeAssetOf = ({ feeCurrency }: ExecutionRow, { kind, quote }: Instrument): string | null =>
  textOrNull(feeCurrency) ?? (kind === 'perpetual' ? quote : null)

/** One-way mode, and the two sides of hedge mode. */
const positionSides: Readonly<Record<string, Position['side']>> = { '0': 'BOTH', '1': 'LONG', '2': 'SHORT' }
/** '' of a position that is closed. */
const signs: Readonly<Record<string, 1 | -1>> = { Buy: 1, Sell: -1, '': 1 }

/**
 * In      {"positionIdx":0,"symbol":"BTCUSDT","side":"Sell","size":"0.3","avgPrice":"27464.5","leverage":"10","markPrice":"28224.50",
 *         "liqPrice":"","unrealisedPnl":"-0.00029413","updatedTime":"1697673600012",...}; streams call avgPrice entryPrice
 * Out     one position; `size` is never negative, `side` tells the direction
 * Not     the margin mode, which belongs to the whole account (`tradeMode` is always 0)
 */
export const readPosition = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<Position> =>
  ofInstrument(PositionRow, json, 'symbol', lookup.perpetual, (row, instrument) => {
    const fields = new RowFields()
    const size = fields.decimal('size', row.size === '' ? '0' : row.size)
    const sign = fields.word('side', row.side, signs, 1)
    const position: Position = {
      account,
      exchange: 'bybit',
      symbol: instrument.symbol,
      side: fields.word('positionIdx', String(row.positionIdx), positionSides, 'BOTH'),
      quantity: isZeroAmount(size) ? '0' : sign < 0 ? negateAmount(size) : size,
      entryPrice: fields.decimalUnlessZero('avgPrice', row.avgPrice ?? row.entryPrice),
      markPrice: fields.decimalUnlessZero('markPrice', row.markPrice),
      unrealisedPnl: fields.decimalOrNull('unrealisedPnl', row.unrealisedPnl),
      liquidationPrice: fields.decimalUnlessZero('liqPrice', row.liqPrice),
      leverage: fields.decimalUnlessZero('leverage', row.leverage),
      marginMode: null,
      settleAsset: instrument.quote,
      exchangeAt: fields.timeOrNull('updatedTime', row.updatedTime),
      receivedAt,
    }
    return fields.problem ?? good(position)
  })
