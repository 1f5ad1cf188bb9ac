/**
 * Balances, orders, fills, positions and bills of HTX's USDT-M account (V5) in Crossbook's words. Sizes are contracts.
 * Docs: USDT-M "Account", "Order", "Positions" (V5) · fixture htx/rest_documented.json. Of bills no sample was seen: their fields and the
 * numbers of their types are those that clients of V5 read.
 */

import { Amount, amountText, negateAmount, subtractAmounts } from '../../../shared/amount.ts'
import type {
  Balance,
  EpochMs,
  Fill,
  FundingPayment,
  Instrument,
  Order,
  OrderStatus,
  Position,
  Transfer,
} from '../../../shared/domain/index.ts'
import type { WithRaw } from '../account-contract.ts'
import { type AccountContext, baseQuantity, ofInstrument, type Reading, withRaw } from '../account-rows.ts'
import { positiveOrNull, RowFields, textOrNull } from '../row-fields.ts'
import { checked, foreign, good, type RowReading } from '../rows.ts'
import { BillRow, PositionRow, SwapBalanceDetail, SwapFillRow, SwapOrderRow, SwapTradePush } from './account-schemas.ts'

/**
 * In      {"currency":"USDT","equity":"174.21","available":"174.21","profit_unreal":"0","updated_time":1770293270932,...}
 * Out     total = equity without the unrealised profit that is in it; what is locked is not told
 */
export const readSwapBalance = ({ account }: AccountContext, json: unknown, receivedAt: EpochMs): RowReading<Balance> =>
  checked(SwapBalanceDetail, json, (row) => {
    const fields = new RowFields()
    const [equity, unreal] = [fields.decimal('equity', row.equity), fields.decimal('profit_unreal', row.profit_unreal)]
    const balance: Balance = {
      ...{ account, exchange: 'htx', wallet: 'futures', asset: row.currency.toUpperCase() },
      ...{ free: fields.decimalOrNull('available', row.available), locked: null },
      total: subtractAmounts(equity, unreal),
      exchangeAt: fields.timeOrNull('updated_time', row.updated_time),
      receivedAt,
    }
    return fields.problem ?? good(balance)
  })

const sides = { buy: 'BUY', sell: 'SELL' } as const

const statuses: Readonly<Record<string, OrderStatus>> = {
  new: 'NEW',
  active: 'NEW',
  partially_filled: 'PARTIALLY_FILLED',
  filled: 'FILLED',
  canceled: 'CANCELED',
  partially_canceled: 'CANCELED',
  rejected: 'REJECTED',
}

/**
 * In      {"order_id":"1512509978516443136","contract_code":"LTC-USDT","side":"buy","type":"limit","price":"30","volume":"1","state":"new",
 *         "time_in_force":"gtc","reduce_only":false,"trade_avg_price":"0","trade_volume":"0","created_time":"1780652079954",
 *         "updated_time":"1780652079954"}
 * Out     one order, of lists and of the stream alike. A row without times (the documents show such) is passed over
 */
export const readSwapOrder = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Order>> =>
  ofInstrument(SwapOrderRow, json, 'contract_code', lookup.perpetual, (row, instrument) => {
    const fields = new RowFields()
    const isMarket = row.type === 'market'
    const force = textOrNull(row.time_in_force)?.toUpperCase() ?? null
    const filled = fields.decimalOrNull('trade_volume', row.trade_volume) ?? '0'
    const reason = textOrNull(row.cancel_reason)
    const order: Order = {
      ...{ account, exchange: 'htx', symbol: instrument.symbol, exchangeOrderId: String(row.order_id) },
      clientOrderId: textOrNull(row.client_order_id),
      side: fields.word('side', row.side, sides, 'BUY'),
      type: isMarket ? 'MARKET' : row.type === 'post_only' ? 'LIMIT' : row.type.toUpperCase(),
      timeInForce: isMarket ? null : row.type === 'post_only' ? 'POST_ONLY' : force,
      price: isMarket ? null : positiveOrNull(fields.decimalOrNull('price', row.price)),
      stopPrice: null,
      quantity: baseQuantity(instrument, fields.decimal('volume', row.volume)),
      quoteQuantity: null,
      filledQuantity: baseQuantity(instrument, filled),
      averagePrice: positiveOrNull(fields.decimalOrNull('trade_avg_price', row.trade_avg_price)),
      status: fields.word('state', row.state, statuses, 'NEW'),
      exchangeStatus: reason === null ? row.state : `${row.state} (${reason})`,
      reduceOnly: row.reduce_only ?? null,
      createdAt: fields.timeOrNull('created_time', row.created_time),
      updatedAt: fields.time('updated_time', textOrTime(row.updated_time) ?? row.created_time),
      receivedAt,
    }
    return fields.problem ?? withRaw(good(order), json)
  })

const textOrTime = <T>(value: T): T | null => (value === '' || value === 0 ? null : value)

/**
 * In      {"id":"1513834754679549965","contract_code":"BTC-USDT","order_id":"…","trade_id":"152022944","side":"sell","role":"TAKER",
 *         "trade_price":"62688.2","trade_volume":"2","trade_fee":"0.07522584","fee_currency":"USDT","profit":"-0.3656",
 *         "created_time":"1780967931197"}
 * Out     one fill; trade_fee is positive where it was paid (that of an order is negative), and told in USDT whatever it was taken in:
 *         fee_currency names that, one or several ("USDT,HTX")
 * Source  USDT-M "Get Execution Details" (V5): "Total trading fees in USDT"
 */
export const readSwapFill = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Fill>> =>
  ofInstrument(SwapFillRow, json, 'contract_code', lookup.perpetual, (row, instrument) => {
    const fields = new RowFields()
    const fill: Fill = {
      ...swapTrade({ account, instrument, fields, receivedAt }, row, row.side, 'side'),
      fee: fields.decimal('trade_fee', row.trade_fee),
      feeAsset: instrument.quote,
      realisedPnl: fields.decimalOrNull('profit', row.profit),
    }
    return fields.problem ?? withRaw(good(fill), json)
  })

/**
 * In      {"direction":"buy","id":"100121555172810-1519705786942156810-1","contract_code":"BTC-USDT","order_id":"1519705786942156810",
 *         "trade_id":"155233460","trade_volume":"1","trade_price":"61629","role":"taker","created_time":"1782367694375"}
 * Out     the same fill as far as the push tells it: no fee and no profit, which REST is asked for
 */
export const readSwapTrade = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Fill>> =>
  ofInstrument(SwapTradePush, json, 'contract_code', lookup.perpetual, (row, instrument) => {
    const fields = new RowFields()
    const told = swapTrade({ account, instrument, fields, receivedAt }, row, row.direction, 'direction')
    return fields.problem ?? withRaw(good({ ...told, fee: null, feeAsset: null, realisedPnl: null }), json)
  })

interface SwapTradeOf {
  readonly account: string
  readonly instrument: Instrument
  readonly fields: RowFields
  readonly receivedAt: EpochMs
}

/** What both of them tell. */
function swapTrade(
  { account, instrument, fields, receivedAt }: SwapTradeOf,
  row: SwapFillRow | SwapTradePush,
  side: string,
  sideField: 'side' | 'direction',
): Omit<Fill, 'fee' | 'feeAsset' | 'realisedPnl'> {
  const role = row.role?.toLowerCase()
  return {
    ...{ account, exchange: 'htx', symbol: instrument.symbol, tradeId: String(row.trade_id) },
    exchangeOrderId: String(row.order_id),
    side: fields.word(sideField, side, sides, 'BUY'),
    price: fields.decimal('trade_price', row.trade_price),
    quantity: baseQuantity(instrument, fields.decimal('trade_volume', row.trade_volume)),
    liquidity: role === 'maker' || role === 'taker' ? role : null,
    at: fields.time('created_time', row.created_time),
    receivedAt,
  }
}

const positionSides = { both: 'BOTH', long: 'LONG', short: 'SHORT' } as const

/**
 * In      {"contract_code":"ETH-USDT","position_side":"both","direction":"buy","margin_mode":"cross","open_avg_price":"1672.36","volume":"10",
 *         "mark_price":"1197.58","liquidation_price":"-6615323.17","lever_rate":5,"profit_unreal":"-47.478","updated_time":1740451087505}
 * Out     `direction` tells the sign; a liquidation price below 0 is none
 */
export const readPosition = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<Position> =>
  ofInstrument(PositionRow, json, 'contract_code', lookup.perpetual, (row, instrument) => {
    const fields = new RowFields()
    const direction = fields.word('direction', row.direction, sides, 'BUY')
    const held = baseQuantity(instrument, fields.decimal('volume', row.volume))
    const position: Position = {
      ...{ account, exchange: 'htx', symbol: instrument.symbol },
      side: fields.word('position_side', row.position_side, positionSides, 'BOTH'),
      quantity: direction === 'SELL' ? negateAmount(held) : held,
      entryPrice: fields.decimalOrNull('open_avg_price', row.open_avg_price),
      markPrice: fields.decimalOrNull('mark_price', row.mark_price),
      unrealisedPnl: fields.decimalOrNull('profit_unreal', row.profit_unreal),
      liquidationPrice: positiveOrNull(fields.decimalOrNull('liquidation_price', row.liquidation_price)),
      leverage: fields.decimalOrNull('lever_rate', row.lever_rate),
      marginMode: row.margin_mode === 'cross' || row.margin_mode === 'isolated' ? row.margin_mode : null,
      settleAsset: instrument.quote,
      exchangeAt: fields.timeOrNull('updated_time', row.updated_time),
      receivedAt,
    }
    return fields.problem ?? good(position)
  })

/** Types of bills that are moves between the spot and the swap account, and funding. */
const moveTypes: ReadonlyMap<string, 'in' | 'out'> = new Map([
  ['14', 'in'],
  ['15', 'out'],
])
const fundingTypes: ReadonlyMap<string, 'received' | 'paid'> = new Map([
  ['30', 'received'],
  ['31', 'paid'],
])

const absolute = (amount: string): string => amountText(new Amount(amount).abs())

/** The sign of `amount` is not documented, its type is: so that what was paid is never shown as received. */
export const readFunding = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<FundingPayment> => {
  const type: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'type') : undefined
  const way = fundingTypes.get(String(type))
  if (way === undefined) return foreign
  return ofInstrument(BillRow, json, 'contract_code', lookup.perpetual, (row, { symbol }) => {
    const fields = new RowFields()
    const amount = absolute(fields.decimal('amount', row.amount))
    const payment: FundingPayment = {
      ...{ account, exchange: 'htx', symbol, paymentId: String(row.id), asset: row.currency.toUpperCase() },
      amount: way === 'paid' ? negateAmount(amount) : amount,
      at: fields.time('created_time', row.created_time),
      receivedAt,
    }
    return fields.problem ?? good(payment)
  })
}

export const readMove = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(BillRow, json, (row) => {
    const way = moveTypes.get(String(row.type))
    if (way === undefined) return foreign
    const fields = new RowFields()
    const transfer: Transfer = {
      ...{ account, exchange: 'htx', transferId: String(row.id), kind: 'internal', asset: row.currency.toUpperCase() },
      amount: absolute(fields.decimal('amount', row.amount)),
      ...{ fee: null, feeAsset: null, network: null, address: null, transactionId: null },
      ...(way === 'in'
        ? ({ fromWallet: 'spot', toWallet: 'futures' } as const)
        : ({ fromWallet: 'futures', toWallet: 'spot' } as const)),
      status: 'completed',
      exchangeStatus: `bill type ${row.type}`,
      createdAt: fields.time('created_time', row.created_time),
      updatedAt: null,
      receivedAt,
    }
    return fields.problem ?? withRaw(good(transfer), json)
  })
