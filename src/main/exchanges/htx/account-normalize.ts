/**
 * Balances, orders, fills and transfers of HTX's spot account (of its swap account: account-swap.ts) in Crossbook's words; REST rows and pushes of one state give equal results but
 * for what only one of them tells.
 * Docs: spot "Account", "Trading", "Wallet" · fixture htx/rest_documented.json, htx/ws_private.ndjson
 */

import { Amount, addAmounts, amountText, isZeroAmount, subtractAmounts } from '../../../shared/amount.ts'
import {
  type Balance,
  type EpochMs,
  type Fill,
  type Instrument,
  isFinalStatus,
  type Order,
  type OrderStatus,
  type Transfer,
  type TransferStatus,
} from '../../../shared/domain/index.ts'
import type { Parsed } from '../../net/rest.ts'
import type { WithRaw } from '../account-contract.ts'
import { type AccountContext, ofInstrument, type Reading, readList, withRaw } from '../account-rows.ts'
import { positiveOrNull, RowFields, textOrNull } from '../row-fields.ts'
import { checked, foreign, good, type RowReading } from '../rows.ts'
import {
  BalancePush,
  BalanceReply,
  ClearingPush,
  OrderPush,
  SpotBalanceRow,
  SpotFillRow,
  SpotOrderRow,
  TransferRow,
} from './account-schemas.ts'
import type { MarketBuys } from './market-buys.ts'

// Balances

/** Of these two the balance is made; `lock` and `bank` are of loans and not this account's to spend. */
const parts: ReadonlyMap<string, 'free' | 'locked'> = new Map([
  ['trade', 'free'],
  ['frozen', 'locked'],
])

/**
 * In      {"data":{"id":100009,"type":"spot","list":[{"currency":"usdt","type":"trade","balance":"91.85"},{"currency":"usdt",
 *         "type":"frozen","balance":"5.16"}]}}
 * Out     a balance for every currency that is not zero; the row carries no time
 */
export function readSpotBalances({ account }: AccountContext, body: unknown, receivedAt: EpochMs): Parsed<Balance[]> {
  const reply = BalanceReply.safeParse(body)
  if (!reply.success) return { ok: false, problem: 'balances: data.list: no list' }
  const rows = readList('balances', reply.data.data.list, (json) =>
    checked(SpotBalanceRow, json, ({ currency, type, balance }) => {
      const part = parts.get(type)
      const fields = new RowFields()
      const amount = fields.decimal('balance', balance)
      return fields.problem ?? (part === undefined ? foreign : good({ currency, part, amount }))
    }),
  )
  if (!rows.ok) return rows
  const held = new Map<string, { free: string; locked: string }>()
  for (const { currency, part, amount } of rows.value) {
    const known = held.get(currency) ?? { free: '0', locked: '0' }
    known[part] = addAmounts(known[part], amount)
    held.set(currency, known)
  }
  const balances = [...held]
    .filter(([, { free, locked }]) => !isZeroAmount(free) || !isZeroAmount(locked))
    .map(
      ([currency, { free, locked }]): Balance => ({
        ...{ account, exchange: 'htx', wallet: 'spot', asset: currency.toUpperCase(), free, locked },
        ...{ total: addAmounts(free, locked), exchangeAt: null, receivedAt },
      }),
    )
  return { ...rows, value: balances }
}

/** What a push of `accounts.update#2` tells beside the balance. */
export interface BalanceChange {
  readonly balance: Balance
  readonly accountId: string
  readonly changeType: string | null
}

/**
 * In      {"currency":"btc","accountId":123456,"balance":"23.111","available":"20.286","changeType":"order.match","accountType":"trade",
 *         "changeTime":1568601800000}
 * Out     `balance` is the total, `available` what is free; of other accounts than `trade` nothing
 */
export const readBalancePush = (
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): RowReading<BalanceChange> =>
  checked(BalancePush, json, (row) => {
    if (row.accountType !== 'trade') return foreign
    const fields = new RowFields()
    const [total, free] = [fields.decimal('balance', row.balance), fields.decimal('available', row.available)]
    const balance: Balance = {
      ...{ account, exchange: 'htx', wallet: 'spot', asset: row.currency.toUpperCase() },
      ...{ free, locked: subtractAmounts(total, free), total, receivedAt },
      exchangeAt: fields.timeOrNull('changeTime', row.changeTime),
    }
    return fields.problem ?? good({ balance, accountId: String(row.accountId), changeType: textOrNull(row.changeType) })
  })

// Orders

const sides = { buy: 'BUY', sell: 'SELL' } as const

/** Behind the side of `buy-limit-maker`; a kind that HTX may add stands for itself, in capitals. */
const types: Readonly<Record<string, Pick<Order, 'type' | 'timeInForce'>>> = {
  market: { type: 'MARKET', timeInForce: null },
  limit: { type: 'LIMIT', timeInForce: 'GTC' },
  ioc: { type: 'LIMIT', timeInForce: 'IOC' },
  'limit-maker': { type: 'LIMIT', timeInForce: 'POST_ONLY' },
  'limit-fok': { type: 'LIMIT', timeInForce: 'FOK' },
}

function kindOf(fields: RowFields, type: string) {
  const cut = type.indexOf('-')
  const side = fields.word('type', type.slice(0, Math.max(0, cut)), sides, 'BUY')
  const kind = type.slice(cut + 1)
  const known = Object.hasOwn(types, kind) ? types[kind] : undefined
  return { side, ...(known ?? { type: kind.toUpperCase().replaceAll('-', '_'), timeInForce: null }) }
}

/** `canceling` is still open. */
function statusOf(fields: RowFields, state: string, filled: string): OrderStatus {
  const open = isZeroAmount(filled) ? 'NEW' : 'PARTIALLY_FILLED'
  const statuses: Readonly<Record<string, OrderStatus>> = {
    created: open,
    'pre-submitted': open,
    submitted: open,
    canceling: open,
    'partial-filled': 'PARTIALLY_FILLED',
    filled: 'FILLED',
    canceled: 'CANCELED',
    'partial-canceled': 'CANCELED',
    rejected: 'REJECTED',
  }
  return fields.word('state', state, statuses, 'NEW')
}

/**
 * In      {"id":38477101630,"symbol":"ethusdt","type":"sell-limit","amount":"0.01","price":"400.0","filled-amount":"0.0",
 *         "filled-cash-amount":"0.0","state":"submitted","created-at":1561597491963,"client-order-id":""}; the other lists call the filled
 *         ones `field-amount` and `field-cash-amount`
 * Out     one order. `amount` of a market buy is quote asset. An open order tells no time but its creation's
 */
function spotOrder(account: string, row: SpotOrderRow, { symbol }: Instrument, receivedAt: EpochMs): RowReading<Order> {
  const fields = new RowFields()
  const { side, type, timeInForce } = kindOf(fields, row.type)
  const amount = fields.decimal('amount', row.amount)
  const filledQuantity = fields.decimal('field-amount', row['field-amount'] ?? row['filled-amount'])
  const spent = fields.decimal('field-cash-amount', row['field-cash-amount'] ?? row['filled-cash-amount'])
  const isQuoted = type === 'MARKET' && side === 'BUY'
  const [createdAt, finishedAt, canceledAt] = [row['created-at'], row['finished-at'] ?? 0, row['canceled-at'] ?? 0]
  const order: Order = {
    ...{ account, exchange: 'htx', symbol, exchangeOrderId: String(row.id) },
    ...{ clientOrderId: textOrNull(row['client-order-id']), side, type, timeInForce },
    price: type === 'MARKET' ? null : positiveOrNull(fields.decimalOrNull('price', row.price)),
    stopPrice: positiveOrNull(fields.decimalOrNull('stop-price', row['stop-price'])),
    quantity: isQuoted ? null : amount,
    quoteQuantity: isQuoted ? amount : null,
    filledQuantity,
    averagePrice: averageOf(spent, filledQuantity),
    status: statusOf(fields, row.state, filledQuantity),
    exchangeStatus: row.state,
    reduceOnly: null,
    createdAt: fields.time('created-at', createdAt),
    updatedAt: Math.max(createdAt, finishedAt, canceledAt),
    receivedAt,
  }
  return fields.problem ?? good(order)
}

const averageDigits = 24
const averageOf = (spent: string, filled: string): string | null =>
  isZeroAmount(filled) || isZeroAmount(spent)
    ? null
    : amountText(new Amount(spent).dividedBy(filled).toSignificantDigits(averageDigits))

export const readSpotOrder = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Order>> =>
  ofInstrument(SpotOrderRow, json, 'symbol', lookup.spot, (row, instrument) =>
    withRaw(spotOrder(account, row, instrument, receivedAt), json),
  )

/**
 * In      {"eventType":"trade","symbol":"ltcusdt","orderId":509835753860328,"type":"sell-market","orderStatus":"filled","orderSize":"0.0385",
 *         "tradePrice":"130.01","tradeVolume":"0.0385","execAmt":"0.0385","tradeTime":1648714741525,...}
 * Out     the order as it is; execAmt is all that was filled (0 where a creation tells none), but of a market buy all that was spent: what it
 *         bought is added up of its trades. Its average price is not told
 * Not     trigger orders before they are orders (no orderId)
 */
export const readOrderPush = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
  buys: MarketBuys,
): Reading<WithRaw<Order>> =>
  ofInstrument(OrderPush, json, 'symbol', lookup.spot, (row, { symbol }) => {
    if (row.orderId === undefined || row.type === undefined) return foreign
    const fields = new RowFields()
    const { side, type, timeInForce } = kindOf(fields, row.type)
    const isQuoted = type === 'MARKET' && side === 'BUY'
    const filledQuantity = isQuoted
      ? boughtBy(String(row.orderId), row, fields, buys)
      : (fields.decimalOrNull('execAmt', row.execAmt) ?? '0')
    const at = row.tradeTime ?? row.lastActTime ?? row.orderCreateTime
    const order: Order = {
      ...{ account, exchange: 'htx', symbol, exchangeOrderId: String(row.orderId) },
      ...{ clientOrderId: textOrNull(row.clientOrderId), side, type, timeInForce },
      price: type === 'MARKET' ? null : positiveOrNull(fields.decimalOrNull('orderPrice', row.orderPrice)),
      stopPrice: null,
      quantity: isQuoted ? null : fields.decimalOrNull('orderSize', row.orderSize),
      quoteQuantity: fields.decimalOrNull('orderValue', row.orderValue),
      ...{ filledQuantity, averagePrice: null },
      status: statusOf(fields, row.orderStatus, filledQuantity),
      exchangeStatus: row.orderStatus,
      reduceOnly: null,
      createdAt: fields.timeOrNull('orderCreateTime', row.orderCreateTime),
      updatedAt: fields.time('tradeTime', at),
      receivedAt,
    }
    if (isFinalStatus(order.status)) buys.forget(order.exchangeOrderId)
    return fields.problem ?? withRaw(good(order), json)
  })

function boughtBy(id: string, row: OrderPush, fields: RowFields, buys: MarketBuys): string {
  const spent = fields.decimalOrNull('execAmt', row.execAmt) ?? '0'
  const trade =
    row.eventType === 'trade'
      ? {
          price: fields.decimal('tradePrice', row.tradePrice),
          quantity: fields.decimal('tradeVolume', row.tradeVolume),
        }
      : null
  const bought = buys.boughtBy(id, trade, spent)
  return bought ?? fields.fail('execAmt', row.execAmt, 'spent, which is more than the trades that were told', '0')
}

// Fills

/** What was paid in points or in HTX's coin stands in another field than the fee in the market's own asset, which is then 0. */
const feeOf = (fee: string, asset: string | null, deducted: string | null, coin: string | null) =>
  deducted !== null && !isZeroAmount(deducted) && isZeroAmount(fee) && coin !== null
    ? { fee: deducted, feeAsset: coin.toUpperCase() }
    : { fee, feeAsset: asset === null ? null : asset.toUpperCase() }

/**
 * In      {"id":313288753120940,"symbol":"polyusdt","order-id":345487249132375,"trade-id":1085,"price":"0.338","filled-amount":"147.92",
 *         "filled-fees":"0","fee-currency":"poly","filled-points":"0.1","fee-deduct-currency":"hbpoint","role":"taker","type":"buy-market",
 *         "created-at":1629443051839}
 * Out     one fill; filled-fees is positive where it was paid
 */
export const readSpotFill = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Fill>> =>
  ofInstrument(SpotFillRow, json, 'symbol', lookup.spot, (row, { symbol }) => {
    const fields = new RowFields()
    const { fee, feeAsset } = feeOf(
      fields.decimal('filled-fees', row['filled-fees']),
      textOrNull(row['fee-currency']),
      fields.decimalOrNull('filled-points', row['filled-points']),
      textOrNull(row['fee-deduct-currency']),
    )
    const fill: Fill = {
      ...{ account, exchange: 'htx', symbol, tradeId: String(row['trade-id']) },
      exchangeOrderId: String(row['order-id']),
      side: kindOf(fields, row.type).side,
      price: fields.decimal('price', row.price),
      quantity: fields.decimal('filled-amount', row['filled-amount']),
      ...{ fee, feeAsset },
      liquidity: row.role === 'maker' || row.role === 'taker' ? row.role : null,
      realisedPnl: null,
      at: fields.time('created-at', row['created-at']),
      receivedAt,
    }
    return fields.problem ?? withRaw(good(fill), json)
  })

/** A push of `trade.clearing#*#0`; cancellations, which come with `#1` alone, are no fills. */
export const readClearing = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Fill>> =>
  ofInstrument(ClearingPush, json, 'symbol', lookup.spot, (row, { symbol }) => {
    if (row.eventType !== 'trade') return foreign
    const fields = new RowFields()
    const { fee, feeAsset } = feeOf(
      fields.decimal('transactFee', row.transactFee),
      textOrNull(row.feeCurrency),
      fields.decimalOrNull('feeDeduct', row.feeDeduct),
      textOrNull(row.feeDeductType),
    )
    const { aggressor } = row
    const fill: Fill = {
      ...{ account, exchange: 'htx', symbol, tradeId: String(row.tradeId), exchangeOrderId: String(row.orderId) },
      side: fields.word('orderSide', row.orderSide, sides, 'BUY'),
      price: fields.decimal('tradePrice', row.tradePrice),
      quantity: fields.decimal('tradeVolume', row.tradeVolume),
      ...{ fee, feeAsset },
      liquidity: aggressor === true ? 'taker' : aggressor === false ? 'maker' : null,
      realisedPnl: null,
      at: fields.time('tradeTime', row.tradeTime),
      receivedAt,
    }
    return fields.problem ?? withRaw(good(fill), json)
  })

// Deposits and withdrawals

/** `confirmed` deposits are credited, though they cannot be withdrawn yet. */
const depositStates: Readonly<Record<string, TransferStatus>> = {
  unknown: 'failed',
  confirming: 'pending',
  confirmed: 'completed',
  safe: 'completed',
  orphan: 'failed',
}
const withdrawalStates: Readonly<Record<string, TransferStatus>> = {
  verifying: 'pending',
  failed: 'failed',
  submitted: 'pending',
  reexamine: 'pending',
  pass: 'pending',
  'pre-transfer': 'pending',
  'wallet-transfer': 'pending',
  confirmed: 'completed',
  canceled: 'cancelled',
  repealed: 'cancelled',
  reject: 'failed',
  'wallet-reject': 'failed',
  'confirm-error': 'failed',
}

/**
 * In      {"id":75115912,"type":"deposit","currency":"usdt","chain":"trc20usdt","tx-hash":"a2e2…","amount":2849,"address":"TRFT…","fee":0,
 *         "state":"safe","created-at":1621843808662,"updated-at":1621843857137}
 * Out     one transfer; `amount` is what arrived, or left without the fee
 */
export const readTransfer = (
  { account }: AccountContext,
  kind: 'deposit' | 'withdrawal',
  json: unknown,
  receivedAt: EpochMs,
): RowReading<WithRaw<Transfer>> =>
  checked(TransferRow, json, (row) => {
    const fields = new RowFields()
    const asset = row.currency.toUpperCase()
    const fee = kind === 'deposit' ? null : fields.decimalOrNull('fee', row.fee)
    const states = kind === 'deposit' ? depositStates : withdrawalStates
    const transfer: Transfer = {
      ...{ account, exchange: 'htx', transferId: String(row.id), kind, asset },
      amount: fields.decimal('amount', row.amount),
      ...{ fee, feeAsset: fee === null ? null : asset },
      ...{
        network: textOrNull(row.chain),
        address: textOrNull(row.address),
        transactionId: textOrNull(row['tx-hash']),
      },
      ...{ fromWallet: null, toWallet: null },
      status: fields.word('state', row.state, states, 'pending'),
      exchangeStatus: row.state,
      createdAt: fields.time('created-at', row['created-at']),
      updatedAt: fields.timeOrNull('updated-at', row['updated-at']),
      receivedAt,
    }
    return fields.problem ?? withRaw(good(transfer), json)
  })
