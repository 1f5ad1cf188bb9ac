/**
 * Orders and fills of a Gate account: the same readers for REST rows and stream rows, so that both tell of one state alike. What
 * is held, moved and paid is read in account-holdings.ts. Sources: API V4 "Spot", "Futures"; stream documents "spot.orders",
 * "spot.usertrades", "futures.orders", "futures.usertrades"; fixtures gate/account_rest.json and account_ws.ndjson.
 */
import type { z } from 'zod'
import {
  Amount,
  amountText,
  decimalTextOf,
  isZeroAmount,
  multiplyAmounts,
  subtractAmounts,
} from '../../../shared/amount.ts'
import type { EpochMs, Fill, Instrument, Order, OrderStatus, RejectReason } from '../../../shared/domain/index.ts'
import type { InstrumentLookup } from '../contract.ts'
import { checked, good } from '../rows.ts'
import { FuturesFill, FuturesOrder, SpotFill, SpotOrder } from './account-schemas.ts'

/** What every row needs beside itself. */
export interface Reader {
  readonly account: string
  readonly lookup: InstrumentLookup
  readonly receivedAt: EpochMs
}

export type Reading<T> =
  | { readonly kind: 'row'; readonly value: T }
  | { readonly kind: 'bad'; readonly reason: RejectReason; readonly problem: string }

export const goodRow = <T>(value: T): Reading<T> => ({ kind: 'row', value })
export const badRow = (reason: RejectReason, problem: string): Reading<never> => ({ kind: 'bad', reason, problem })

/** Checks a row and reads on. */
export function readRow<S extends z.ZodType, T>(
  schema: S,
  json: unknown,
  then: (row: z.output<S>) => Reading<T>,
): Reading<T> {
  const reading = checked(schema, json, good)
  if (reading.kind === 'row') return then(reading.value)
  return badRow('schema', reading.kind === 'bad' ? reading.problem : 'not one of ours')
}

// Values

type Told = string | number | null | undefined

/** Decimal text of a field that its schema found to be a number; null where it is absent. */
export const amountOf = (value: Told): string | null => decimalTextOf(value)

/** As `amountOf`, for required fields. */
export function requiredAmount(value: string | number): string {
  const text = decimalTextOf(value)
  if (text === null) throw new TypeError('the schema let through what is no number')
  return text
}

/** null too where Gate writes 0 for "none": prices, averages, times. */
export function unlessZero(value: Told): string | null {
  const text = amountOf(value)
  return text === null || isZeroAmount(text) ? null : text
}

/** Below it a time is in seconds (until the year 5138), above it in milliseconds (since 1973): streams mix the two. */
const leastMs = 100_000_000_000

/** The last time that a Date can be, epoch ms. */
const latestMs = 8_640_000_000_000_000

/** Epoch ms, rounded down, of seconds or milliseconds with or without a fraction; the first that is told. null too where it is no time. */
export function timeOf(...values: readonly Told[]): EpochMs | null {
  for (const value of values) {
    const text = unlessZero(value)
    if (text === null) continue
    const time = new Amount(text)
    const ms = (time.lessThan(leastMs) ? time.times(1000) : time).floor()
    return ms.isNegative() || ms.greaterThan(latestMs) ? null : ms.toNumber()
  }
  return null
}

/** Signed contracts to base asset, exactly: 3 contracts of 0.0001 BTC are 0.0003. */
export const baseAmount = (contracts: string | number, { contractSize }: Instrument): string =>
  multiplyAmounts(requiredAmount(contracts), requiredAmount(contractSize))

export const absolute = (amount: string): string => amountText(new Amount(amount).abs())
const isNegative = (amount: string): boolean => amount.startsWith('-') && !isZeroAmount(amount)

/** A user's own ids begin with `t-`; anything else names the source (`apiv4`, `web`). */
const clientIdOf = (text: string | null | undefined): string | null => (text?.startsWith('t-') ? text : null)

const timesInForce: ReadonlyMap<string, string> = new Map(
  Object.entries({ gtc: 'GTC', ioc: 'IOC', fok: 'FOK', poc: 'POST_ONLY' }),
)
const timeInForceOf = (word: string | null | undefined): string | null =>
  word ? (timesInForce.get(word) ?? word.toUpperCase()) : null

const liquidityOf = (role: string | null | undefined): Fill['liquidity'] =>
  role === 'maker' || role === 'taker' ? role : null

// Orders

/** Orders of a unified account that borrow before they are placed, or repay once filled, say so in their type: `market_borrow_repay`. */
const spotTypeOf = (type: string): string => type.replace(/^(limit|market)_.+$/, '$1').toUpperCase()

/** How Gate says that it does not know why an order ended; its `status` then tells no more than whether it was cancelled. */
const untoldEndings: ReadonlySet<string> = new Set(['unknown', '-'])

const spotEndings: ReadonlyMap<string, OrderStatus> = new Map(
  Object.entries({
    filled: 'FILLED',
    cancelled: 'CANCELED',
    liquidate_cancelled: 'CANCELED',
    small: 'CANCELED',
    depth_not_enough: 'CANCELED',
    trader_not_enough: 'CANCELED',
    price_protect_cancelled: 'CANCELED',
    ioc: 'EXPIRED',
    fok: 'EXPIRED',
    poc: 'EXPIRED',
    stp: 'EXPIRED',
  }),
)

/**
 * A spot order.
 *
 * In      REST rows have `status`; stream rows have `event` (put, update, finish) instead; both say in `finish_as` how it ended
 * Out     a market buy is given in quote asset: `quantity` is null and `quoteQuantity` its amount. `exchangeStatus` is `open`, or
 *         finish_as: the one word that both sides have
 * Rejects unknownInstrument; value (an ending that Gate does not document: no state is guessed; no time)
 */
export function readSpotOrder(json: unknown, { account, lookup, receivedAt }: Reader): Reading<Order> {
  return readRow(SpotOrder, json, (row) => {
    const instrument = lookup.spot.get(row.currency_pair)
    if (!instrument) return badRow('unknownInstrument', row.currency_pair)
    const createdAt = timeOf(row.create_time_ms, row.create_time)
    const updatedAt = timeOf(row.update_time_ms, row.update_time) ?? createdAt
    if (updatedAt === null) return badRow('value', `order ${row.id}: no time`)
    const type = spotTypeOf(row.type)
    const isQuoted = type === 'MARKET' && row.side === 'buy'
    const amount = requiredAmount(row.amount)
    const filled = amountOf(row.filled_amount) ?? (isQuoted ? null : subtractAmounts(amount, requiredAmount(row.left)))
    if (filled === null) return badRow('value', `order ${row.id}: a market buy without filled_amount`)
    const state = spotState(row, filled)
    if (state === null) {
      const said = `${row.status ?? row.event ?? 'no status'} / ${row.finish_as ?? 'no finish_as'}`
      return badRow('value', `order ${row.id}: unknown state ${said}`)
    }
    return goodRow({
      account,
      exchange: 'gate',
      symbol: instrument.symbol,
      exchangeOrderId: String(row.id),
      clientOrderId: clientIdOf(row.text),
      side: row.side === 'buy' ? 'BUY' : 'SELL',
      type,
      timeInForce: timeInForceOf(row.time_in_force),
      price: type === 'MARKET' ? null : unlessZero(row.price),
      stopPrice: null,
      quantity: isQuoted ? null : amount,
      quoteQuantity: isQuoted ? amount : null,
      filledQuantity: filled,
      averagePrice: unlessZero(row.avg_deal_price),
      ...state,
      reduceOnly: null,
      createdAt,
      updatedAt,
      receivedAt,
    })
  })
}

function spotState(
  { status, event, finish_as }: SpotOrder,
  filled: string,
): Pick<Order, 'status' | 'exchangeStatus'> | null {
  const said = status ?? event
  if (said === 'open' || said === 'put' || said === 'update') {
    return { status: isZeroAmount(filled) ? 'NEW' : 'PARTIALLY_FILLED', exchangeStatus: 'open' }
  }
  if (said !== 'closed' && said !== 'cancelled' && said !== 'finish') return null
  const ending = finish_as ? spotEndings.get(finish_as) : undefined
  if (ending !== undefined) return { status: ending, exchangeStatus: finish_as ?? said }
  if (finish_as && !untoldEndings.has(finish_as)) return null
  // Rows of before finish_as came, too.
  if (said === 'closed') return { status: 'FILLED', exchangeStatus: said }
  return said === 'cancelled' ? { status: 'CANCELED', exchangeStatus: said } : null
}

const futuresEndings: ReadonlyMap<string, OrderStatus | 'byLeft'> = new Map(
  Object.entries({
    filled: 'FILLED',
    cancelled: 'CANCELED',
    reduce_only: 'CANCELED',
    reduce_out: 'CANCELED',
    position_closed: 'CANCELED',
    position_close: 'CANCELED',
    ioc: 'EXPIRED',
    fok: 'EXPIRED',
    poc: 'EXPIRED',
    stp: 'EXPIRED',
    liquidated: 'byLeft',
    auto_deleveraged: 'byLeft',
    auto_deleveraging: 'byLeft',
  }),
)

/**
 * A futures order; sizes in contracts, the sign of `size` is the side.
 *
 * Out     price 0 is a market order. `exchangeStatus` is `open`, or finish_as once finished (streams say `_new` and `_update` there
 *         while it is open, REST nothing). `updatedAt` is the latest of the row's times: streams write update_time in ms
 * Rejects unknownInstrument; value (size 0: a close-all order whose side and quantity are not told; an undocumented ending; no time)
 */
export function readFuturesOrder(json: unknown, { account, lookup, receivedAt }: Reader): Reading<Order> {
  return readRow(FuturesOrder, json, (row) => {
    const instrument = lookup.perpetual.get(row.contract)
    if (!instrument) return badRow('unknownInstrument', row.contract)
    const createdAt = timeOf(row.create_time_ms, row.create_time)
    const times = [createdAt, timeOf(row.update_time), timeOf(row.finish_time_ms, row.finish_time)]
    const updatedAt = Math.max(...times.map((time) => time ?? 0))
    if (updatedAt === 0) return badRow('value', `order ${row.id}: no time`)
    const size = requiredAmount(row.size)
    if (isZeroAmount(size)) return badRow('value', `order ${row.id}: size 0 tells no side`)
    const left = absolute(requiredAmount(row.left))
    const state = futuresState(row, subtractAmounts(absolute(size), left), left)
    if (state === null) {
      return badRow('value', `order ${row.id}: unknown state ${row.status} / ${row.finish_as ?? 'no finish_as'}`)
    }
    const price = unlessZero(row.price)
    return goodRow({
      account,
      exchange: 'gate',
      symbol: instrument.symbol,
      exchangeOrderId: String(row.id),
      clientOrderId: clientIdOf(row.text),
      side: isNegative(size) ? 'SELL' : 'BUY',
      type: price === null ? 'MARKET' : 'LIMIT',
      timeInForce: timeInForceOf(row.tif),
      price,
      stopPrice: null,
      quantity: baseAmount(absolute(size), instrument),
      quoteQuantity: null,
      filledQuantity: baseAmount(subtractAmounts(absolute(size), left), instrument),
      averagePrice: unlessZero(row.fill_price),
      ...state,
      reduceOnly: row.is_reduce_only ?? null,
      createdAt,
      updatedAt,
      receivedAt,
    })
  })
}

function futuresState(
  { status, finish_as }: FuturesOrder,
  filled: string,
  left: string,
): Pick<Order, 'status' | 'exchangeStatus'> | null {
  if (status === 'open') {
    return { status: isZeroAmount(filled) ? 'NEW' : 'PARTIALLY_FILLED', exchangeStatus: 'open' }
  }
  const ending = finish_as ? futuresEndings.get(finish_as) : undefined
  if (ending === undefined) return null
  const byLeft = isZeroAmount(left) ? 'FILLED' : 'CANCELED'
  return { status: ending === 'byLeft' ? byLeft : ending, exchangeStatus: finish_as ?? status }
}

// Fills

type Fee = Pick<Fill, 'fee' | 'feeAsset'>

/**
 * Positive is paid. With the GT discount or points `fee` is 0 and the amount stands in gt_fee or point_fee: then the fee is in GT,
 * or in points (`POINT`), which are no coin.
 */
function feeOf(fee: Told, asset: string | null, gtFee: Told, pointFee: Told): Fee {
  const plain = amountOf(fee)
  if (plain !== null && !isZeroAmount(plain)) return { fee: plain, feeAsset: asset }
  const gt = unlessZero(gtFee)
  if (gt !== null) return { fee: gt, feeAsset: 'GT' }
  const points = unlessZero(pointFee)
  if (points !== null) return { fee: points, feeAsset: 'POINT' }
  return { fee: plain, feeAsset: plain === null ? null : asset }
}

/** A spot trade of ours. Rejects unknownInstrument; value (no time). */
export function readSpotFill(json: unknown, { account, lookup, receivedAt }: Reader): Reading<Fill> {
  return readRow(SpotFill, json, (row) => {
    const instrument = lookup.spot.get(row.currency_pair)
    if (!instrument) return badRow('unknownInstrument', row.currency_pair)
    const at = timeOf(row.create_time_ms, row.create_time)
    if (at === null) return badRow('value', `trade ${row.id}: no time`)
    return goodRow({
      account,
      exchange: 'gate',
      symbol: instrument.symbol,
      tradeId: String(row.id),
      exchangeOrderId: String(row.order_id),
      side: row.side === 'buy' ? 'BUY' : 'SELL',
      price: requiredAmount(row.price),
      quantity: requiredAmount(row.amount),
      ...feeOf(row.fee, row.fee_currency || null, row.gt_fee, row.point_fee),
      liquidity: liquidityOf(row.role),
      realisedPnl: null,
      at,
      receivedAt,
    })
  })
}

/**
 * A futures trade of ours: signed contracts; REST calls its id trade_id, streams id. Its realised profit is not told with it, but in
 * the account book: `fills` in account.ts joins the two.
 */
export function readFuturesFill(json: unknown, { account, lookup, receivedAt }: Reader): Reading<Fill> {
  return readRow(FuturesFill, json, (row) => {
    const instrument = lookup.perpetual.get(row.contract)
    if (!instrument) return badRow('unknownInstrument', row.contract)
    const tradeId = row.trade_id ?? row.id ?? null
    if (tradeId === null) return badRow('schema', `trade of order ${row.order_id}: no id`)
    const at = timeOf(row.create_time_ms, row.create_time)
    if (at === null) return badRow('value', `trade ${tradeId}: no time`)
    const quantity = baseAmount(row.size, instrument)
    if (isZeroAmount(quantity)) return badRow('value', `trade ${tradeId}: size 0 tells no side`)
    return goodRow({
      account,
      exchange: 'gate',
      symbol: instrument.symbol,
      tradeId: String(tradeId),
      exchangeOrderId: String(row.order_id),
      side: isNegative(quantity) ? 'SELL' : 'BUY',
      price: requiredAmount(row.price),
      quantity: absolute(quantity),
      ...feeOf(row.fee, instrument.quote, null, row.point_fee),
      liquidity: liquidityOf(row.role),
      realisedPnl: null,
      at,
      receivedAt,
    })
  })
}
