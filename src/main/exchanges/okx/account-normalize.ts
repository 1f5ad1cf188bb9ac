/**
 * Balances, orders, fills and positions of OKX in Crossbook's words; transfers stand in account-transfers.ts. REST rows and
 * stream rows of one state give equal results but for `receivedAt`.
 * Docs: https://www.okx.com/docs-v5/en/#trading-account, #order-book-trading-trade · fixtures okx/rest_private.ndjson,
 * okx/ws_private.ndjson
 */

import { Amount, addAmounts, amountText, isZeroAmount, negateAmount } from '../../../shared/amount.ts'
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
import type { WithRaw } from '../account-contract.ts'
import { type AccountContext, baseQuantity, ofInstrument, type Reading, withRaw } from '../account-rows.ts'
import type { InstrumentLookup } from '../contract.ts'
import { RowFields, textOrNull } from '../row-fields.ts'
import { checked, good, type RowReading } from '../rows.ts'
import { BalanceDetail, FillRow, FundingBalanceRow, OrderPushRow, OrderRow, PositionRow } from './account-schemas.ts'
import { find } from './normalize.ts'

/** Spot and perpetual instruments by their names, which tell the one from the other. */
export const named = (lookup: InstrumentLookup) => ({ get: (name: string) => find(lookup, name) })

/**
 * In      {"ccy":"USDT","eq":"2900","cashBal":"2900","availBal":"2900","availEq":"2900","frozenBal":"0",...,"uTime":"..."}
 * Out     the trading account's balance: total = cashBal (`eq` holds unrealised profit too), free = availBal, locked = frozenBal
 * Empty   availBal '' in some account modes: availEq stands in
 */
export const readTradingBalance = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<Balance> =>
  checked(BalanceDetail, json, (row) => {
    const fields = new RowFields()
    const free = fields.decimalOrNull('availBal', row.availBal) ?? fields.decimalOrNull('availEq', row.availEq)
    const balance: Balance = {
      ...balanceOf(account, 'unified', row.ccy, receivedAt),
      free,
      locked: fields.decimalOrNull('frozenBal', row.frozenBal),
      total: fields.decimal('cashBal', row.cashBal),
      exchangeAt: fields.timeOrNull('uTime', row.uTime),
    }
    return fields.problem ?? good(balance)
  })

/** In {"ccy":"USDT","bal":"37.11827078","availBal":"37.11827078","frozenBal":"0"}; the row carries no time. */
export const readFundingBalance = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<Balance> =>
  checked(FundingBalanceRow, json, (row) => {
    const fields = new RowFields()
    const balance: Balance = {
      ...balanceOf(account, 'funding', row.ccy, receivedAt),
      free: fields.decimal('availBal', row.availBal),
      locked: fields.decimal('frozenBal', row.frozenBal),
      total: fields.decimal('bal', row.bal),
      exchangeAt: null,
    }
    return fields.problem ?? good(balance)
  })

const balanceOf = (account: string, wallet: Wallet, asset: string, receivedAt: EpochMs) =>
  ({ account, exchange: 'okx', wallet, asset, receivedAt }) as const

export const isEmptyBalance = ({ free, locked, total }: Balance): boolean =>
  [free ?? '0', locked ?? '0', total].every(isZeroAmount)

const sides = { buy: 'BUY', sell: 'SELL' } as const

const statuses: Readonly<Record<string, OrderStatus>> = {
  live: 'NEW',
  partially_filled: 'PARTIALLY_FILLED',
  filled: 'FILLED',
  canceled: 'CANCELED',
  mmp_canceled: 'CANCELED',
}

/** `ordType` carries both. A type that OKX may add stands for itself, in capitals. */
const types: Readonly<Record<string, Pick<Order, 'type' | 'timeInForce'>>> = {
  market: { type: 'MARKET', timeInForce: null },
  optimal_limit_ioc: { type: 'MARKET', timeInForce: 'IOC' },
  limit: { type: 'LIMIT', timeInForce: 'GTC' },
  post_only: { type: 'LIMIT', timeInForce: 'POST_ONLY' },
  mmp_and_post_only: { type: 'LIMIT', timeInForce: 'POST_ONLY' },
  fok: { type: 'LIMIT', timeInForce: 'FOK' },
  op_fok: { type: 'LIMIT', timeInForce: 'FOK' },
  ioc: { type: 'LIMIT', timeInForce: 'IOC' },
  mmp: { type: 'LIMIT', timeInForce: 'MMP' },
  elp: { type: 'LIMIT', timeInForce: 'ELP' },
  rpi: { type: 'LIMIT', timeInForce: 'RPI' },
}
const typeOf = (ordType: string) =>
  (Object.hasOwn(types, ordType) ? types[ordType] : undefined) ?? { type: ordType.toUpperCase(), timeInForce: null }

/**
 * OKX has one word for orders that did not fill. One that the trader did not cancel (`cancelSource` other than '1', or an order
 * that was never meant to rest) has EXPIRED, as other exchanges call it.
 */
function statusOf(fields: RowFields, { state, cancelSource, ordType }: OrderRow): OrderStatus {
  const status = fields.word('state', state, statuses, 'NEW')
  if (status !== 'CANCELED') return status
  const { type, timeInForce } = typeOf(ordType)
  const endsItself = type === 'MARKET' || timeInForce === 'IOC' || timeInForce === 'FOK'
  const byTrader = cancelSource === '1' || (textOrNull(cancelSource) === null && !endsItself)
  return byTrader ? 'CANCELED' : 'EXPIRED'
}

/**
 * In      {"accFillSz":"0","avgPx":"","cTime":"1618235248028","instId":"BTC-USDT","ordId":"...","ordType":"limit","px":"59200",
 *         "side":"buy","state":"live","sz":"1","tgtCcy":"",...}
 * Out     one order; swap sizes multiplied out of contracts
 * Note    `sz` of a spot market order counts quote asset where tgtCcy says so; where it says nothing, OKX's default is quote asset
 *         for buys and base asset for sells
 */
function orderOf(row: OrderRow, instrument: Instrument, account: string, receivedAt: EpochMs): RowReading<Order> {
  const fields = new RowFields()
  const { type, timeInForce } = typeOf(row.ordType)
  const isMarket = type === 'MARKET'
  const size = fields.decimal('sz', row.sz)
  const filled = fields.decimal('accFillSz', row.accFillSz === '' ? '0' : row.accFillSz)
  const unit = textOrNull(row.tgtCcy) ?? (row.side === 'buy' ? 'quote_ccy' : 'base_ccy')
  const isQuoted = row.ordType === 'market' && instrument.kind === 'spot' && unit === 'quote_ccy'
  const averagePrice = fields.decimalOrNull('avgPx', row.avgPx)
  const cause = textOrNull(row.cancelSource)
  const order: Order = {
    account,
    exchange: 'okx',
    symbol: instrument.symbol,
    exchangeOrderId: row.ordId,
    clientOrderId: textOrNull(row.clOrdId),
    side: fields.word('side', row.side, sides, 'BUY'),
    type,
    timeInForce,
    price: isMarket ? null : fields.decimalOrNull('px', row.px),
    stopPrice: null,
    quantity: isQuoted ? null : baseQuantity(instrument, size),
    quoteQuantity: isQuoted ? size : null,
    filledQuantity: baseQuantity(instrument, filled),
    averagePrice: averagePrice === null || isZeroAmount(averagePrice) ? null : averagePrice,
    status: statusOf(fields, row),
    exchangeStatus: cause === null ? row.state : `${row.state} (cancelSource ${cause})`,
    reduceOnly: row.reduceOnly === 'true' ? true : row.reduceOnly === 'false' ? false : null,
    createdAt: fields.timeOrNull('cTime', row.cTime),
    updatedAt: fields.time('uTime', row.uTime),
    receivedAt,
  }
  return fields.problem ?? good(order)
}

/** An order of any REST list. */
export const readOrder = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Order>> =>
  ofInstrument(OrderRow, json, 'instId', named(lookup), (row, instrument) =>
    withRaw(orderOf(row, instrument, account, receivedAt), json),
  )

export interface OrderPush {
  readonly order: Order
  readonly fill: Fill | null
  readonly raw: string
}

/**
 * An element of channel `orders`: the order's state and, where it is about one, the fill. A fill is told by a trade id and a size;
 * OKX repeats neither in later messages that are about something else, and a repeated fill is the same fill by its ids.
 */
export const readOrderPush = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<OrderPush> =>
  ofInstrument(OrderPushRow, json, 'instId', named(lookup), (row, instrument): RowReading<OrderPush> => {
    const order = orderOf(row, instrument, account, receivedAt)
    if (order.kind !== 'row') return order
    const raw = JSON.stringify(json)
    const isFill = row.tradeId !== '' && row.fillSz !== '' && !isZeroAmount(row.fillSz)
    if (!isFill) return good({ order: order.value, fill: null, raw })
    const { fillFee: fee, fillFeeCcy: feeCcy, fillTime } = row
    const fill = fillOf({ ...row, fee, feeCcy }, fillTime, instrument, account, receivedAt)
    return fill.kind === 'row' ? good({ order: order.value, fill: fill.value, raw }) : fill
  })

type FillFields = Omit<FillRow, 'billId' | 'ts' | 'fillTime'>

/** Fees are negative where they are charged, positive where they are a rebate: the other way round than Crossbook's. */
function fillOf(
  row: FillFields,
  time: string,
  instrument: Instrument,
  account: string,
  receivedAt: EpochMs,
): RowReading<Fill> {
  const fields = new RowFields()
  const fee = fields.decimalOrNull('fee', row.fee)
  const fill: Fill = {
    account,
    exchange: 'okx',
    symbol: instrument.symbol,
    tradeId: row.tradeId,
    exchangeOrderId: row.ordId,
    side: fields.word('side', row.side, sides, 'BUY'),
    price: fields.decimal('fillPx', row.fillPx),
    quantity: baseQuantity(instrument, fields.decimal('fillSz', row.fillSz)),
    fee: fee === null ? null : negateAmount(fee),
    feeAsset: textOrNull(row.feeCcy),
    liquidity: row.execType === 'M' ? 'maker' : row.execType === 'T' ? 'taker' : null,
    realisedPnl: instrument.kind === 'perpetual' ? fields.decimalOrNull('fillPnl', row.fillPnl) : null,
    at: fields.time('fillTime', time),
    receivedAt,
  }
  return fields.problem ?? good(fill)
}

/**
 * In      {"side":"buy","fillSz":"0.007533","fillPx":"2654.98","fee":"-0.000007533","feeCcy":"ETH","ordId":"...","execType":"T",
 *         "tradeId":"107601752","ts":"1621927314985","fillTime":"1621927314983",...}
 * Out     one fill; `at` is the time of the trade, or of its row where that is not told
 */
export const readFill = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Fill>> =>
  ofInstrument(FillRow, json, 'instId', named(lookup), (row, instrument) =>
    withRaw(fillOf(row, textOrNull(row.fillTime) ?? row.ts, instrument, account, receivedAt), json),
  )

const positionSides = { net: 'BOTH', long: 'LONG', short: 'SHORT' } as const

/** One position of one margin mode, by OKX's id of it. */
export interface PositionPart {
  readonly posId: string
  readonly position: Position
}

/**
 * In      {"instId":"BTC-USDT-SWAP","posId":"...","posSide":"net","pos":"-10","avgPx":"3320","markPx":"...","upl":"...","liqPx":"",
 *         "lever":"10","mgnMode":"cross","uTime":"..."}
 * Out     `pos` counts contracts, signed in net mode; short positions of the hedge mode come positive and turn negative here
 */
export const readPosition = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<PositionPart> =>
  ofInstrument(PositionRow, json, 'instId', named(lookup), (row, instrument) => {
    const fields = new RowFields()
    const side = fields.word('posSide', row.posSide, positionSides, 'BOTH')
    const contracts = new Amount(fields.decimal('pos', row.pos === '' ? '0' : row.pos))
    const signed = side === 'SHORT' ? contracts.abs().negated() : contracts
    const position: Position = {
      account,
      exchange: 'okx',
      symbol: instrument.symbol,
      side,
      quantity: baseQuantity(instrument, amountText(signed)),
      entryPrice: fields.decimalOrNull('avgPx', row.avgPx),
      markPrice: fields.decimalOrNull('markPx', row.markPx),
      unrealisedPnl: fields.decimalOrNull('upl', row.upl),
      liquidationPrice: fields.decimalOrNull('liqPx', row.liqPx),
      leverage: fields.decimalOrNull('lever', row.lever),
      marginMode: row.mgnMode === 'cross' || row.mgnMode === 'isolated' ? row.mgnMode : null,
      settleAsset: instrument.quote,
      exchangeAt: fields.timeOrNull('uTime', textOrNull(row.uTime) ?? row.uTIme),
      receivedAt,
    }
    return fields.problem ?? good({ posId: row.posId, position })
  })

/**
 * OKX keeps a cross and an isolated position in one swap apart; Crossbook shows one per symbol and side: quantities and profits
 * add up, and what differs is not told.
 */
export function joinPositions(first: Position, second: Position): Position {
  if (isZeroAmount(first.quantity)) return second
  if (isZeroAmount(second.quantity)) return first
  const same = <T>(a: T, b: T): T | null => (a === b ? a : null)
  return {
    ...second,
    quantity: addAmounts(first.quantity, second.quantity),
    entryPrice: same(first.entryPrice, second.entryPrice),
    unrealisedPnl:
      first.unrealisedPnl === null || second.unrealisedPnl === null
        ? null
        : addAmounts(first.unrealisedPnl, second.unrealisedPnl),
    liquidationPrice: same(first.liquidationPrice, second.liquidationPrice),
    leverage: same(first.leverage, second.leverage),
    marginMode: same(first.marginMode, second.marginMode),
    exchangeAt: Math.max(first.exchangeAt ?? 0, second.exchangeAt ?? 0) || null,
  }
}
