/**
 * Balances, orders, fills and transfers of Kraken in Crossbook's words. REST rows and stream rows of one state give equal results, as far as
 * both tell.
 * Docs: https://docs.kraken.com/api/docs/rest-api/get-open-orders and its neighbours · fixtures kraken/rest_private.json, ws_private.ndjson
 */

import { isZeroAmount, subtractAmounts, sumAmounts } from '../../../shared/amount.ts'
import type {
  Balance,
  EpochMs,
  Fill,
  Order,
  OrderStatus,
  Transfer,
  TransferStatus,
} from '../../../shared/domain/index.ts'
import type { WithRaw } from '../account-contract.ts'
import type { Reading } from '../account-rows.ts'
import { checked, foreign, good, type RowReading } from '../rows.ts'
import type { AccountNames } from './account-names.ts'
import { type AccountContext, KrakenFields } from './account-rows.ts'
import { BalanceRow, type ExecutionRow, OrderRow, TradeHistoryRow, TransferRow } from './account-schemas.ts'

/** A row of a map by id. */
export type Entry = readonly [id: string, json: unknown]

/**
 * In      "XXBT": {"balance":"1.5000000000","hold_trade":"0.0000000000"}
 * Out     total = balance, locked = hold_trade, free = balance + credit - credit_used - hold_trade; zero ones are left out
 */
export const readBalance = (
  { account }: AccountContext,
  names: AccountNames,
  [id, json]: Entry,
  receivedAt: EpochMs,
): RowReading<Balance> =>
  checked(BalanceRow, json, (row) => {
    const fields = new KrakenFields()
    const total = fields.decimal('balance', row.balance)
    const locked = fields.decimal('hold_trade', row.hold_trade)
    const credit = fields.decimal('credit', row.credit ?? '0')
    const used = fields.decimal('credit_used', row.credit_used ?? '0')
    if (fields.problem !== null) return fields.problem
    const free = subtractAmounts(sumAmounts([total, credit]), sumAmounts([used, locked]))
    if ([total, locked, free].every(isZeroAmount)) return foreign
    const asset = names.assetOf(id)
    return good({
      ...{ account, exchange: 'kraken', wallet: 'spot', asset },
      ...{ free, locked, total, exchangeAt: null, receivedAt },
    })
  })

const sides = { buy: 'BUY', sell: 'SELL' } as const

/** The other types are Kraken's own words, in capitals: STOP_LOSS_LIMIT. */
const typeOf = (word: string): string => word.toUpperCase().replaceAll('-', '_')

/** Their `descr.price` is the limit, or 0. */
const plainTypes: ReadonlySet<string> = new Set(['limit', 'market', 'iceberg'])

const restStatuses: Readonly<Record<string, OrderStatus>> = {
  pending: 'NEW',
  open: 'NEW',
  closed: 'FILLED',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
}

/**
 * In      "OQCLML-BW3P3-BUCMWZ": {"status":"open","opentm":1688666559.8974,"descr":{"pair":"XBTUSD","type":"buy","ordertype":"limit",
 *         "price":"30010.0","price2":"0",…},"vol":"1.25000000","vol_exec":"0.37500000","price":"30010.0","oflags":"fciq",…}
 * Out     one order; `price` is the average of its fills; of stops `descr.price` is the trigger and `price2` the limit. updatedAt is when it
 *         ended, of open ones when it began: no time of change is told. `viqc` counts `vol` in quote asset
 */
export function readOrder(
  { account }: AccountContext,
  names: AccountNames,
  [id, json]: Entry,
  receivedAt: EpochMs,
): Reading<WithRaw<Order>> {
  const parsed = OrderRow.safeParse(json)
  const instrument = parsed.success ? names.instrumentOf(parsed.data.descr.pair) : undefined
  if (parsed.success && instrument === undefined) return { kind: 'unlisted', name: parsed.data.descr.pair }
  return checked(OrderRow, json, (row) => {
    if (instrument === undefined) return foreign
    const fields = new KrakenFields()
    const { descr } = row
    const flags = new Set(row.oflags.split(','))
    const filled = fields.decimal('vol_exec', row.vol_exec)
    const quantity = fields.decimal('vol', row.vol)
    const isFilled = !isZeroAmount(filled)
    const told = fields.word('status', row.status, restStatuses, 'NEW')
    const status = told === 'NEW' && isFilled ? 'PARTIALLY_FILLED' : told
    const isPlain = plainTypes.has(descr.ordertype)
    const createdAt = fields.seconds('opentm', row.opentm)
    const order: Order = {
      ...{ account, exchange: 'kraken', symbol: instrument.symbol, exchangeOrderId: id },
      clientOrderId: row.cl_ord_id || null,
      side: fields.word('descr.type', descr.type, sides, 'BUY'),
      type: typeOf(descr.ordertype),
      timeInForce: flags.has('post') ? 'POST_ONLY' : null,
      price: priceOf(isPlain ? descr.price : descr.price2),
      stopPrice: isPlain ? null : priceOf(descr.price),
      quantity: flags.has('viqc') ? null : quantity,
      quoteQuantity: flags.has('viqc') ? quantity : null,
      filledQuantity: filled,
      averagePrice: isFilled ? fields.decimalUnlessZero('price', row.price) : null,
      status,
      exchangeStatus: row.reason ? `${row.status}: ${row.reason}` : row.status,
      reduceOnly: null,
      createdAt,
      updatedAt: row.closetm === undefined ? createdAt : fields.seconds('closetm', row.closetm),
      receivedAt,
    }
    return fields.problem ?? good({ row: order, raw: JSON.stringify({ [id]: json }) })
  })
}

/** "0" stands for none; an offset such as "+5%" is no price. */
const priceOf = (text: string): string | null => (/^\d+(\.\d+)?$/.test(text) && !isZeroAmount(text) ? text : null)

/**
 * In      "THVRQM-33VKH-UCI7BS": {"ordertxid":"OQCLML-BW3P3-BUCMWZ","pair":"XXBTZUSD","time":1688667796.8802,"type":"buy",
 *         "price":"30010.00000","fee":"0.00000","vol":"0.02000000","maker":true,…}
 * Out     one fill; the fee is told in quote asset, whichever it was taken in
 */
export function readFill(
  { account }: AccountContext,
  names: AccountNames,
  [id, json]: Entry,
  receivedAt: EpochMs,
): Reading<WithRaw<Fill>> {
  const parsed = TradeHistoryRow.safeParse(json)
  const instrument = parsed.success ? names.instrumentOf(parsed.data.pair) : undefined
  if (parsed.success && instrument === undefined) return { kind: 'unlisted', name: parsed.data.pair }
  return checked(TradeHistoryRow, json, (row) => {
    if (instrument === undefined) return foreign
    const fields = new KrakenFields()
    const fill: Fill = {
      ...{ account, exchange: 'kraken', symbol: instrument.symbol, tradeId: id, exchangeOrderId: row.ordertxid },
      side: fields.word('type', row.type, sides, 'BUY'),
      price: fields.decimal('price', row.price),
      quantity: fields.decimal('vol', row.vol),
      fee: fields.decimal('fee', row.fee),
      feeAsset: instrument.quote,
      liquidity: row.maker === undefined ? null : row.maker ? 'maker' : 'taker',
      realisedPnl: null,
      at: fields.seconds('time', row.time),
      receivedAt,
    }
    return fields.problem ?? good({ row: fill, raw: JSON.stringify({ [id]: json }) })
  })
}

const transferStatuses: Readonly<Record<string, TransferStatus>> = {
  Initial: 'pending',
  Pending: 'pending',
  EarlyConfirmed: 'pending',
  Settled: 'pending',
  Success: 'completed',
  Failure: 'failed',
}
/** `status-prop` refines the status. */
const properties: Readonly<Record<string, TransferStatus>> = {
  canceled: 'cancelled',
  return: 'refunded',
  onhold: 'pending',
}

/**
 * In      {"method":"Ether (Hex)","asset":"XETH","refid":"Q2CANKL-LBFVEE-U4Y2WQ","txid":"0x57fd…","info":"0x615f…",
 *         "amount":"7.9999257900","fee":"0.0000000000","time":1529223212,"status":"Success"}
 * Out     one transfer; `info` is the address. That the amount of a deposit holds its fee and that of a withdrawal does not is taken from
 *         the ledger's way of booking; the documents do not say
 */
export const readTransfer = (
  { account }: AccountContext,
  names: AccountNames,
  kind: 'deposit' | 'withdrawal',
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(TransferRow, json, (row) => {
    const fields = new KrakenFields()
    const property = row['status-prop']
    const fee = row.fee === undefined || row.fee === null ? null : fields.decimal('fee', row.fee)
    const told = fields.decimal('amount', row.amount)
    const asset = names.assetOf(row.asset)
    const transfer: Transfer = {
      ...{ account, exchange: 'kraken', transferId: row.refid, kind, asset },
      amount: kind === 'deposit' && fee !== null && !isZeroAmount(fee) ? subtractAmounts(told, fee) : told,
      fee,
      feeAsset: fee === null ? null : asset,
      network: row.network || row.method || null,
      address: row.info || null,
      transactionId: row.txid || null,
      fromWallet: null,
      toWallet: null,
      status:
        (property !== undefined && Object.hasOwn(properties, property) ? properties[property] : undefined) ??
        fields.word('status', row.status, transferStatuses, 'pending'),
      exchangeStatus: property === undefined ? row.status : `${row.status} (${property})`,
      createdAt: fields.seconds('time', row.time),
      updatedAt: null,
      receivedAt,
    }
    return fields.problem ?? good({ row: transfer, raw: JSON.stringify(json) })
  })

const streamStatuses: Readonly<Record<string, OrderStatus>> = {
  pending_new: 'NEW',
  new: 'NEW',
  partially_filled: 'PARTIALLY_FILLED',
  filled: 'FILLED',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
}

/**
 * The order of everything that its executions told so far, as `row`; createdAt is known of those whose beginning was seen.
 *
 * In      {"order_id":"OK4GJX-KSTLS-7DZZO5","symbol":"BTC/USD","order_qty":0.005,"exec_type":"pending_new","side":"sell",
 *         "order_type":"limit","limit_price":26500.0,"stop_price":0.0,"order_status":"pending_new","timestamp":"…",…}
 */
export function orderOfExecution(
  { account, instruments }: AccountContext,
  row: ExecutionRow,
  createdAt: EpochMs | null,
  receivedAt: EpochMs,
): Reading<Order> {
  const { symbol = '' } = row
  const instrument = instruments.get(symbol)
  if (instrument === undefined) return { kind: 'unlisted', name: symbol.slice(0, 100) }
  const fields = new KrakenFields()
  const quoteQuantity = fields.decimalUnlessZero('cash_order_qty', row.cash_order_qty)
  const filled = fields.decimal('cum_qty', row.cum_qty ?? 0)
  const order: Order = {
    ...{ account, exchange: 'kraken', symbol: instrument.symbol, exchangeOrderId: row.order_id },
    clientOrderId: row.cl_ord_id || null,
    side: fields.word('side', row.side, sides, 'BUY'),
    type: typeOf(row.order_type ?? ''),
    timeInForce: row.post_only ? 'POST_ONLY' : (row.time_in_force ?? null),
    price: fields.decimalUnlessZero('limit_price', row.limit_price),
    stopPrice: fields.decimalUnlessZero('stop_price', row.stop_price),
    quantity: fields.decimalUnlessZero('order_qty', row.order_qty),
    quoteQuantity,
    filledQuantity: filled,
    averagePrice: isZeroAmount(filled) ? null : fields.decimalUnlessZero('avg_price', row.avg_price),
    status: fields.word('order_status', row.order_status, streamStatuses, 'NEW'),
    exchangeStatus: row.reason ? `${row.order_status}: ${row.reason}` : (row.order_status ?? ''),
    reduceOnly: row.reduce_only ?? null,
    createdAt,
    updatedAt: fields.instant('timestamp', row.timestamp),
    receivedAt,
  }
  return fields.problem ?? good(order)
}

/**
 * In      {"exec_type":"trade","exec_id":"TGBB7L-HT5LX-J3BZ4A","order_id":"…","symbol":"BTC/USD","side":"sell","last_qty":0.005,
 *         "last_price":26599.9,"liquidity_ind":"t","fees":[{"asset":"USD","qty":0.3458}],"timestamp":"…",…}
 * Out     one fill; fees in several assets are told as none: history tells them in quote asset
 */
export function fillOfExecution(
  { account, instruments }: AccountContext,
  row: ExecutionRow,
  receivedAt: EpochMs,
): Reading<Fill> {
  const { symbol = '', exec_id: tradeId = '', fees = [] } = row
  const instrument = instruments.get(symbol)
  if (instrument === undefined) return { kind: 'unlisted', name: symbol.slice(0, 100) }
  const fields = new KrakenFields()
  const [fee, ...more] = fees
  const isOne = fee !== undefined && more.length === 0
  const fill: Fill = {
    ...{ account, exchange: 'kraken', symbol: instrument.symbol, tradeId, exchangeOrderId: row.order_id },
    side: fields.word('side', row.side, sides, 'BUY'),
    price: fields.decimal('last_price', row.last_price),
    quantity: fields.decimal('last_qty', row.last_qty),
    fee: isOne ? fields.decimal('fees.0.qty', fee.qty) : null,
    feeAsset: isOne ? fee.asset : null,
    liquidity: row.liquidity_ind === 'm' ? 'maker' : row.liquidity_ind === 't' ? 'taker' : null,
    realisedPnl: null,
    at: fields.instant('timestamp', row.timestamp),
    receivedAt,
  }
  if (tradeId === '') return { kind: 'bad', problem: 'exec_id: absent' }
  return fields.problem ?? good(fill)
}
