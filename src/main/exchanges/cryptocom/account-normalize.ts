/**
 * Balances, orders, fills, positions and transfers of Crypto.com in Crossbook's words. REST rows and stream rows of one state give equal
 * results but for `receivedAt`.
 * Docs: #private-user-balance, #private-get-open-orders, #private-get-trades, #private-get-positions · fixtures cryptocom/rest_private.json
 */

import { Amount, addAmounts, amountText, isZeroAmount, negateAmount, subtractAmounts } from '../../../shared/amount.ts'
import type {
  Balance,
  EpochMs,
  Fill,
  FundingPayment,
  Order,
  OrderStatus,
  Position,
  Transfer,
  TransferStatus,
} from '../../../shared/domain/index.ts'
import type { WithRaw } from '../account-contract.ts'
import { type AccountContext, ofInstrument, type Reading, withRawOf } from '../account-rows.ts'
import type { InstrumentLookup } from '../contract.ts'
import { RowFields, textOrNull } from '../row-fields.ts'
import { bad, checked, foreign, good, type RowReading } from '../rows.ts'
import {
  type BalanceRow,
  DepositRow,
  FillRow,
  FundingRow,
  OrderRow,
  PositionBalance,
  PositionRow,
  WithdrawalRow,
} from './account-schemas.ts'
import { find } from './normalize.ts'

/** Spot and perpetual instruments by their names, which tell the one from the other. */
const named = (lookup: InstrumentLookup) => ({ get: (name: string) => find(lookup, name) })

/**
 * In      {"instrument_name":"CRO","quantity":"24422.72427884","reserved_qty":"0.00000000","max_withdrawal_balance":"...",...}
 * Out     total = quantity, which is below 0 of what is borrowed; locked = reserved_qty; the row carries no time
 */
export const readBalance = ({ account }: AccountContext, json: unknown, receivedAt: EpochMs): RowReading<Balance> =>
  checked(PositionBalance, json, (row) => {
    const fields = new RowFields()
    const total = fields.decimal('quantity', row.quantity)
    const locked = fields.decimalOrNull('reserved_qty', row.reserved_qty)
    const balance: Balance = {
      account,
      exchange: 'cryptocom',
      wallet: 'unified',
      asset: row.instrument_name,
      free: locked === null ? null : subtractAmounts(total, locked),
      locked,
      total,
      exchangeAt: null,
      receivedAt,
    }
    return fields.problem ?? good(balance)
  })

/**
 * Every asset of the wallet. What an isolated position holds is not in the wallet's own quantities: it is added to its asset, locked.
 *
 * In      {"position_balances":[...],"isolated_positions":[{"isolation_id":"19848526","position_balances":[{"instrument_name":"USD",
 *          "quantity":"8.9632670590686",...}],...}],...}
 * Rejects the whole where a part of an isolated position cannot be read: its asset's total would be too low
 */
export function readBalances(
  context: AccountContext,
  { position_balances: own, isolated_positions: isolated }: BalanceRow,
  receivedAt: EpochMs,
): readonly RowReading<Balance>[] {
  const readings = own.map((json) => readBalance(context, json, receivedAt))
  for (const json of (isolated ?? []).flatMap(({ position_balances }) => position_balances)) {
    const reading = readBalance(context, json, receivedAt)
    if (reading.kind !== 'row') return [reading]
    const { asset, total } = reading.value
    const at = readings.findIndex((one) => one.kind === 'row' && one.value.asset === asset)
    const beside = readings[at]
    if (beside?.kind !== 'row') readings.push(good({ ...reading.value, free: '0', locked: total }))
    else readings[at] = good(withLocked(beside.value, total))
  }
  return readings
}

const withLocked = (balance: Balance, amount: string): Balance => ({
  ...balance,
  locked: balance.locked === null ? null : addAmounts(balance.locked, amount),
  total: addAmounts(balance.total, amount),
})

export const isEmptyBalance = ({ locked, total }: Balance): boolean =>
  isZeroAmount(total) && isZeroAmount(locked ?? '0')

const sides = { BUY: 'BUY', SELL: 'SELL' } as const

const statuses: Readonly<Record<string, OrderStatus>> = {
  NEW: 'NEW',
  PENDING: 'NEW',
  ACTIVE: 'NEW',
  FILLED: 'FILLED',
  CANCELED: 'CANCELED',
  REJECTED: 'REJECTED',
  EXPIRED: 'EXPIRED',
}

const timesInForce: ReadonlyMap<string, string> = new Map([
  ['GOOD_TILL_CANCEL', 'GTC'],
  ['IMMEDIATE_OR_CANCEL', 'IOC'],
  ['FILL_OR_KILL', 'FOK'],
])
const postOnly: ReadonlySet<string> = new Set(['POST_ONLY', 'SMART_POST_ONLY'])

function timeInForceOf({ time_in_force: word, exec_inst: instructions }: OrderRow): string | null {
  if (instructions?.some((one) => postOnly.has(one))) return 'POST_ONLY'
  const told = textOrNull(word)
  return told === null ? null : (timesInForce.get(told) ?? told)
}

/**
 * In      {"order_id":"19848525","client_oid":"1613571154900","order_type":"LIMIT","time_in_force":"GOOD_TILL_CANCEL","side":"BUY",
 *          "exec_inst":[],"quantity":"0.0100","limit_price":"50000.0","avg_price":"0.0","cumulative_quantity":"0.0000","status":"ACTIVE",
 *          "instrument_name":"BTCUSD-PERP","create_time":1613575617173,"update_time":1613575617173,...}
 * Out     one order; ACTIVE is partially filled once something is; a `reason` of its end stands in exchangeStatus
 * Empty   prices of 0 are none; a market buy by notional has no quantity, and its `notional` is not told again
 */
export const readOrder = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Order>> =>
  ofInstrument(OrderRow, json, 'instrument_name', named(lookup), (row, instrument) => {
    const fields = new RowFields()
    const filledQuantity = fields.decimal('cumulative_quantity', row.cumulative_quantity)
    const status = fields.word('status', row.status, statuses, 'NEW')
    const reason = row.reason === undefined || row.reason === null ? '' : String(row.reason)
    const isMarket = row.order_type === 'MARKET'
    const order: Order = {
      account,
      exchange: 'cryptocom',
      symbol: instrument.symbol,
      exchangeOrderId: String(row.order_id),
      clientOrderId: textOrNull(row.client_oid),
      side: fields.word('side', row.side, sides, 'BUY'),
      type: row.order_type,
      timeInForce: timeInForceOf(row),
      price: isMarket ? null : fields.decimalUnlessZero('limit_price', row.limit_price),
      stopPrice: fields.decimalUnlessZero('ref_price', row.ref_price),
      quantity: fields.decimalUnlessZero('quantity', row.quantity),
      quoteQuantity: null,
      filledQuantity,
      averagePrice: fields.decimalUnlessZero('avg_price', row.avg_price),
      status: status === 'NEW' && !isZeroAmount(filledQuantity) ? 'PARTIALLY_FILLED' : status,
      exchangeStatus: reason === '' || reason === '0' ? row.status : `${row.status} (reason ${reason})`,
      reduceOnly: null,
      createdAt: fields.timeOrNull('create_time', row.create_time),
      updatedAt: fields.time('update_time', row.update_time),
      receivedAt,
    }
    return withRawOf(fields, json, order)
  })

const roles: ReadonlyMap<string, Fill['liquidity']> = new Map([
  ['MAKER', 'maker'],
  ['TAKER', 'taker'],
])

/**
 * In      {"traded_quantity":"0.0500","traded_price":"51278.5","fees":"-1.025570","order_id":"19708564","trade_id":"38554669",
 *          "taker_side":"MAKER","side":"BUY","instrument_name":"BTCUSD-PERP","fee_instrument_name":"USD","create_time":1613570791060,...}
 * Out     one fill; `fees` are changes of the balance, the other way round than Crossbook's; what a perpetual's fill realised is not told
 */
export const readFill = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Fill>> =>
  ofInstrument(FillRow, json, 'instrument_name', named(lookup), (row, instrument) => {
    const fields = new RowFields()
    const fees = fields.decimalOrNull('fees', row.fees)
    const fill: Fill = {
      account,
      exchange: 'cryptocom',
      symbol: instrument.symbol,
      tradeId: String(row.trade_id),
      exchangeOrderId: String(row.order_id),
      side: fields.word('side', row.side, sides, 'BUY'),
      price: fields.decimal('traded_price', row.traded_price),
      quantity: fields.decimal('traded_quantity', row.traded_quantity),
      fee: fees === null ? null : negateAmount(fees),
      feeAsset: textOrNull(row.fee_instrument_name),
      liquidity: roles.get(row.taker_side ?? '') ?? null,
      realisedPnl: null,
      at: fields.time('create_time', row.create_time),
      receivedAt,
    }
    return withRawOf(fields, json, fill)
  })

/** The position of the whole wallet in a market, or one that is isolated: PositionParts makes one of them. */
export interface PositionPart {
  /** '' of the wallet's own. */
  readonly isolationId: string
  /** What it cost to open, with the sign of its quantity; null where that is not told. */
  readonly cost: string | null
  readonly position: Position
}

/** A price worked out from a cost keeps so many digits. */
const priceDigits = 12

/**
 * In      {"quantity":"-0.1984","cost":"-10159.573500","open_position_pnl":"-497.743736","open_pos_cost":"-10159.352200",
 *          "update_timestamp_ms":1613552240770,"instrument_name":"BTCUSD-PERP","type":"PERPETUAL_SWAP",...}, with isolation_id where isolated
 * Out     one position; its entry price is open_pos_cost over quantity; mark and liquidation price and leverage are not told
 */
export const readPosition = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<PositionPart> =>
  ofInstrument(PositionRow, json, 'instrument_name', named(lookup), (row, instrument) => {
    const fields = new RowFields()
    const quantity = fields.decimal('quantity', row.quantity)
    const cost = fields.decimalOrNull('open_pos_cost', row.open_pos_cost)
    const position: Position = {
      account,
      exchange: 'cryptocom',
      symbol: instrument.symbol,
      side: 'BOTH',
      quantity,
      entryPrice: entryPriceOf(cost, quantity),
      markPrice: null,
      unrealisedPnl: fields.decimalOrNull('open_position_pnl', row.open_position_pnl),
      liquidationPrice: null,
      leverage: null,
      marginMode: null,
      settleAsset: instrument.quote,
      exchangeAt: fields.timeOrNull('update_timestamp_ms', row.update_timestamp_ms),
      receivedAt,
    }
    return fields.problem ?? good({ isolationId: String(row.isolation_id ?? ''), cost, position })
  })

export const entryPriceOf = (cost: string | null, quantity: string): string | null =>
  cost === null || isZeroAmount(cost) || isZeroAmount(quantity)
    ? null
    : amountText(new Amount(cost).div(new Amount(quantity)).abs().toSignificantDigits(priceDigits))

interface State {
  readonly status: TransferStatus
  readonly words: string
}
const state = (status: TransferStatus, words: string): State => ({ status, words })
const unknownState = state('pending', '')

const depositStates: Readonly<Record<string, State>> = {
  '0': state('pending', 'not arrived'),
  '1': state('completed', 'arrived'),
  '2': state('failed', 'failed'),
  '3': state('pending', 'pending'),
}

const withdrawalStates: Readonly<Record<string, State>> = {
  '0': state('pending', 'pending'),
  '1': state('pending', 'processing'),
  '2': state('failed', 'rejected'),
  '3': state('pending', 'payment in progress'),
  '4': state('failed', 'payment failed'),
  '5': state('completed', 'completed'),
  '6': state('cancelled', 'cancelled'),
}

/** In {"currency":"XRP","fee":"1.0","create_time":1607063412000,"id":"2220","update_time":...,"amount":"100","address":"2N...?123","status":"1"} */
export const readDeposit = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(DepositRow, json, (row) => {
    const fields = new RowFields()
    return transfer(fields, json, row, depositStates, receivedAt, {
      account,
      kind: 'deposit',
      network: null,
      transactionId: null,
    })
  })

/**
 * In      a deposit's fields, "txid":"" and "network_id":null
 * Out     `amount` as told: that the fee comes on top of it is not documented
 */
export const readWithdrawal = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(WithdrawalRow, json, (row) => {
    const fields = new RowFields()
    const [network, transactionId] = [textOrNull(row.network_id), textOrNull(row.txid)]
    return transfer(fields, json, row, withdrawalStates, receivedAt, {
      account,
      kind: 'withdrawal',
      network,
      transactionId,
    })
  })

/** The address carries its tag behind a `?`. */
function transfer(
  fields: RowFields,
  json: unknown,
  row: typeof DepositRow._output,
  states: Readonly<Record<string, State>>,
  receivedAt: EpochMs,
  own: Pick<Transfer, 'account' | 'kind' | 'network' | 'transactionId'>,
): RowReading<WithRaw<Transfer>> {
  const { status, words } = fields.word('status', String(row.status), states, unknownState)
  const fee = fields.decimalOrNull('fee', row.fee)
  const value: Transfer = {
    ...own,
    exchange: 'cryptocom',
    transferId: String(row.id),
    asset: row.currency,
    amount: fields.decimal('amount', row.amount),
    fee,
    feeAsset: fee === null ? null : row.currency,
    address: textOrNull(row.address),
    fromWallet: null,
    toWallet: null,
    status,
    exchangeStatus: `${row.status} (${words})`,
    createdAt: fields.time('create_time', row.create_time),
    updatedAt: fields.timeOrNull('update_time', row.update_time),
    receivedAt,
  }
  return withRawOf(fields, json, value)
}

/**
 * A row of the journal of type FUNDING.
 *
 * In      {"journal_type":"FUNDING","journal_id":"186959","transaction_cost":"0.000000","realized_pnl":"-0.007800",
 *          "event_timestamp_ms":1613638800001,"instrument_name":"BTCUSD-PERP",...}
 * Out     one payment, positive where received: realized_pnl, as the documents show it of other rows that move money without a trade.
 *         They show one journal_id on a wallet's row and an isolated position's, so that the latter's id belongs to the payment's
 * Rejects a row whose profit is 0 while its cost is not: which sign a cost has is not documented
 */
export const readFunding = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<FundingPayment> =>
  ofInstrument(FundingRow, json, 'instrument_name', named(lookup), (row, instrument) => {
    if (row.journal_type !== 'FUNDING') return foreign
    const fields = new RowFields()
    const amount = fields.decimal('realized_pnl', row.realized_pnl)
    const cost = fields.decimalOrNull('transaction_cost', row.transaction_cost) ?? '0'
    if (isZeroAmount(amount) && !isZeroAmount(cost))
      return bad('realized_pnl', row.realized_pnl, `with a cost of ${cost}`)
    const payment: FundingPayment = {
      account,
      exchange: 'cryptocom',
      symbol: instrument.symbol,
      paymentId: row.isolation_id ? `${row.journal_id}:${row.isolation_id}` : String(row.journal_id),
      asset: instrument.quote,
      amount,
      at: fields.time('event_timestamp_ms', row.event_timestamp_ms),
      receivedAt,
    }
    return fields.problem ?? good(payment)
  })
