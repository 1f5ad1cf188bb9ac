/** One account as the exchange's own books have it, as Crossbook shows it, as its bus told it, and as its database has it: in the same words. */
import Database from 'better-sqlite3'
import type { AccountSession } from '../../src/main/account/session.ts'
import type { AccountBusEvent } from '../../src/main/bus/index.ts'
import type { SimAccountControl, SimOrder, SimTransfer, SimWallet } from '../../src/main/simulator/account/contract.ts'
import type { AccountStorage } from '../../src/main/storage/account-contract.ts'
import { Amount, amountText, isZeroAmount } from '../../src/shared/amount.ts'
import {
  type Balance,
  type ExchangeId,
  type Fill,
  type FundingPayment,
  fillKey,
  isFinalStatus,
  type Order,
  type OrderStatus,
  orderKey,
  type Position,
  type Transfer,
  transferKey,
  type Wallet,
} from '../../src/shared/domain/index.ts'

/** Sorted lines. */
export interface Books {
  readonly balances: readonly string[]
  readonly positions: readonly string[]
}
export interface History {
  readonly orders: readonly string[]
  readonly fills: readonly string[]
  readonly transfers: readonly string[]
  readonly payments: readonly string[]
}

const plain = (amount: string | null): string => (amount === null ? '?' : amountText(new Amount(amount)))
const kinds = ['spot', 'perpetual'] as const

/** How an exchange calls an order's end, where it has no word of its own for it. */
const words: Readonly<Record<ExchangeId, Readonly<Partial<Record<OrderStatus, OrderStatus>>>>> = {
  binance: {},
  okx: { REJECTED: 'EXPIRED' },
  gate: { REJECTED: 'CANCELED' },
  mexc: { REJECTED: 'CANCELED', EXPIRED: 'CANCELED' },
  bybit: { EXPIRED: 'CANCELED' },
  coinbase: {},
  kraken: { REJECTED: 'CANCELED' },
  kucoin: { REJECTED: 'CANCELED', EXPIRED: 'CANCELED' },
  htx: { REJECTED: 'CANCELED', EXPIRED: 'CANCELED' },
  bitfinex: { EXPIRED: 'CANCELED' },
  cryptocom: {},
}
export const statusAt = (exchange: ExchangeId, status: OrderStatus): OrderStatus => words[exchange]?.[status] ?? status

/** One wallet for spot and perpetuals there. */
export const unified: ReadonlySet<ExchangeId> = new Set(['okx', 'bybit', 'cryptocom'])
const walletAt = (exchange: ExchangeId, wallet: SimWallet): Wallet =>
  unified.has(exchange) && wallet === 'spot' ? 'unified' : wallet

/** Spot wallets tell what is free and locked; elsewhere that moves with mark prices. */
const balanceLine = ({
  wallet,
  asset,
  total,
  free,
  locked,
}: Pick<Balance, 'wallet' | 'asset' | 'total' | 'free' | 'locked'>) =>
  `${wallet} ${asset} ${plain(total)}${wallet === 'spot' ? ` ${plain(free)} ${plain(locked)}` : ''}`
const positionLine = ({ symbol, quantity }: Pick<Position, 'symbol' | 'quantity'>) => `${symbol} ${plain(quantity)}`
const orderLine = ({
  symbol,
  exchangeOrderId,
  status,
  filledQuantity,
}: Pick<Order, 'symbol' | 'exchangeOrderId' | 'status' | 'filledQuantity'>) =>
  `${symbol} ${exchangeOrderId} ${status} ${plain(filledQuantity)}`
const fillLine = (
  fill: Pick<Fill, 'symbol' | 'tradeId' | 'exchangeOrderId' | 'side' | 'quantity' | 'price' | 'fee' | 'feeAsset'>,
) =>
  `${fill.symbol} ${fill.tradeId} ${fill.exchangeOrderId} ${fill.side} ${plain(fill.quantity)} at ${plain(fill.price)} for ${plain(fill.fee)} ${fill.feeAsset}`
/** MEXC and KuCoin number no deposits: the id is made of other fields, and each is told once all the same. */
const numbersNoDeposits: ReadonlySet<ExchangeId> = new Set(['mexc', 'kucoin'])
const transferLine = ({
  exchange,
  kind,
  transferId,
  asset,
  amount,
  status,
}: Pick<Transfer, 'exchange' | 'kind' | 'transferId' | 'asset' | 'amount' | 'status'>) =>
  `${kind} ${kind === 'deposit' && numbersNoDeposits.has(exchange) ? '' : transferId} ${asset} ${plain(amount)} ${status}`
const paymentLine = ({ symbol, asset, amount }: Pick<FundingPayment, 'symbol' | 'asset' | 'amount'>) =>
  `${symbol} ${plain(amount)} ${asset}`

// ---------------------------------------------------------------- the exchange's

const orderOf = (account: SimAccountControl, { instrument, id, status, filledQuantity }: SimOrder) => ({
  symbol: instrument.symbol,
  exchangeOrderId: id,
  status: statusAt(account.exchange, status),
  filledQuantity,
})

export function booksOf(account: SimAccountControl): Books {
  const balances = account.rules.wallets
    .flatMap((wallet) => account.balances(wallet))
    .filter((balance) => !isZeroAmount(balance.total))
    .map((balance) => balanceLine({ ...balance, wallet: walletAt(account.exchange, balance.wallet) }))
  const positions = account
    .positions()
    .map(({ instrument, quantity }) => positionLine({ symbol: instrument.symbol, quantity }))
  return { balances: balances.sort(), positions: positions.sort() }
}

export const openOrdersOf = (account: SimAccountControl): readonly string[] =>
  kinds
    .flatMap((kind) => account.openOrders(kind))
    .map((order) => orderLine(orderOf(account, order)))
    .sort()

export function historyOf(account: SimAccountControl): History {
  const transferOf = ({ kind, id, asset, amount, status }: SimTransfer) =>
    transferLine({ exchange: account.exchange, kind, transferId: id, asset, amount, status })
  return {
    orders: kinds
      .flatMap((kind) => account.orders(kind))
      .map((order) => orderLine(orderOf(account, order)))
      .sort(),
    fills: kinds
      .flatMap((kind) => account.fills(kind))
      .map((fill) => fillLine({ ...fill, symbol: fill.instrument.symbol, exchangeOrderId: fill.order.id }))
      .sort(),
    transfers: (['deposit', 'withdrawal'] as const)
      .flatMap((kind) => account.transfers(kind))
      .map(transferOf)
      .sort(),
    payments: account
      .funding()
      .map(({ instrument, amount, asset }) => paymentLine({ symbol: instrument.symbol, amount, asset }))
      .sort(),
  }
}

/** Per asset over all wallets. */
export function totalsOf(account: SimAccountControl): ReadonlyMap<string, string> {
  const totals = new Map<string, Amount>()
  for (const { asset, total } of account.rules.wallets.flatMap((wallet) => account.balances(wallet)))
    totals.set(asset, (totals.get(asset) ?? new Amount(0)).plus(total))
  return new Map([...totals].map(([asset, total]) => [asset, amountText(total)]))
}

// ---------------------------------------------------------------- Crossbook's

export const booksOn = (session: AccountSession): Books => ({
  balances: session.balances().map(balanceLine).sort(),
  positions: session.positions().map(positionLine).sort(),
})

export const openOrdersOn = (session: AccountSession): readonly string[] => session.openOrders().map(orderLine).sort()

/**
 * What one account's events led to, taken in one by one; and what no event may say: a state that the exchange's books do not have,
 * an end that is undone, the same news twice.
 */
export class BusHistory {
  readonly broken: string[] = []
  private readonly account: string
  private readonly truth: SimAccountControl
  private readonly orders = new Map<string, Order>()
  private readonly fills = new Map<string, Fill>()
  private readonly transfers = new Map<string, Transfer>()
  private readonly payments: string[] = []
  private readonly paid = new Set<string>()

  constructor(account: string, truth: SimAccountControl) {
    this.account = account
    this.truth = truth
  }

  take(event: AccountBusEvent): void {
    if (event.kind === 'order_update' && event.order.account === this.account) this.order(event.order)
    if (event.kind === 'fill' && event.fill.account === this.account) this.fill(event.fill)
    if (event.kind === 'transfer' && event.transfer.account === this.account) {
      const { transfer } = event
      const before = this.transfers.get(transferKey(transfer))
      if (before && before.status !== 'pending' && transfer.status === 'pending')
        this.broken.push(`an ended transfer is pending again: ${transferLine(transfer)}`)
      this.transfers.set(transferKey(transfer), transfer)
    }
    if (event.kind === 'funding_payment' && event.payment.account === this.account) {
      const { payment } = event
      const key = `${payment.symbol} ${payment.paymentId}`
      if (this.paid.has(key)) this.broken.push(`told twice: funding ${key}`)
      this.paid.add(key)
      this.payments.push(paymentLine(payment))
    }
  }

  history(): History {
    return {
      orders: [...this.orders.values()].map(orderLine).sort(),
      fills: [...this.fills.values()].map(fillLine).sort(),
      transfers: [...this.transfers.values()]
        .filter(({ kind }) => kind !== 'internal')
        .map(transferLine)
        .sort(),
      payments: this.payments.toSorted(),
    }
  }

  private order(order: Order): void {
    const known = this.truth.order(order.exchangeOrderId)
    const before = this.orders.get(orderKey(order))
    this.orders.set(orderKey(order), order)
    const line = orderLine(order)
    if (known === undefined) this.broken.push(`no such order at the exchange: ${line}`)
    else if (isFinalStatus(order.status) && statusAt(this.truth.exchange, known.status) !== order.status)
      this.broken.push(`ended without the exchange's word (${known.status}): ${line}`)
    else if (new Amount(order.filledQuantity).greaterThan(known.filledQuantity))
      this.broken.push(`more filled than at the exchange (${known.filledQuantity}): ${line}`)
    if (before === undefined) return
    if (isFinalStatus(before.status)) this.broken.push(`told after its end (${before.status}): ${line}`)
    if (orderLine(before) === line && before.price === order.price) this.broken.push(`told twice: ${line}`)
  }

  private fill(fill: Fill): void {
    const before = this.fills.get(fillKey(fill))
    this.fills.set(fillKey(fill), fill)
    if (before === undefined) return
    const isCompleted =
      (before.fee === null && fill.fee !== null) || (before.realisedPnl === null && fill.realisedPnl !== null)
    if (!isCompleted) this.broken.push(`told twice: ${fillLine(fill)}`)
  }
}

// ---------------------------------------------------------------- the database's

interface FillRow {
  readonly symbol: string
  readonly tradeId: string
  readonly exchangeOrderId: string
  readonly side: Fill['side']
  readonly quantity: string
  readonly price: string
  readonly fee: string | null
  readonly feeAsset: string | null
}

/** Everything of one account. `unresolved`: drifts without an end. `checked`: what SQLite says of the file. */
export function storedIn(file: string, account: string) {
  const database = new Database(file, { readonly: true, fileMustExist: true })
  const rows = <T>(sql: string): T[] => database.prepare<[string], T>(sql).all(account)
  try {
    const history: History = {
      orders: rows<Parameters<typeof orderLine>[0]>(
        'SELECT symbol, exchange_order_id AS exchangeOrderId, status, filled_quantity AS filledQuantity FROM orders WHERE account = ?',
      )
        .map(orderLine)
        .sort(),
      fills: rows<FillRow>(
        `SELECT symbol, trade_id AS tradeId, exchange_order_id AS exchangeOrderId, side, quantity, price, fee, fee_asset AS feeAsset
         FROM fills WHERE account = ?`,
      )
        .map(fillLine)
        .sort(),
      transfers: rows<Parameters<typeof transferLine>[0]>(
        "SELECT exchange, kind, transfer_id AS transferId, asset, amount, status FROM transfers WHERE account = ? AND kind <> 'internal'",
      )
        .map(transferLine)
        .sort(),
      payments: rows<Parameters<typeof paymentLine>[0]>(
        'SELECT symbol, asset, amount FROM funding_payments WHERE account = ?',
      )
        .map(paymentLine)
        .sort(),
    }
    const books: Books = {
      balances: rows<Parameters<typeof balanceLine>[0]>(
        `SELECT wallet, asset, total, free, locked FROM balances WHERE id IN (
           SELECT max(id) FROM balances WHERE account = ? GROUP BY wallet, asset)`,
      )
        .filter(({ total }) => !isZeroAmount(total))
        .map(balanceLine)
        .sort(),
      positions: rows<Parameters<typeof positionLine>[0]>(
        'SELECT symbol, quantity FROM positions WHERE id IN (SELECT max(id) FROM positions WHERE account = ? GROUP BY symbol, side)',
      )
        .filter(({ quantity }) => !isZeroAmount(quantity))
        .map(positionLine)
        .sort(),
    }
    const endings = rows<{ line: string; endings: number }>(
      `SELECT o.exchange_order_id AS line, count(*) AS endings FROM order_events e JOIN orders o ON o.id = e.order_row
       WHERE o.account = ? AND e.status NOT IN ('NEW', 'PARTIALLY_FILLED') GROUP BY o.id HAVING count(*) > 1`,
    )
    const unresolved = rows<{ subject: string; item: string }>(
      'SELECT subject, item, field, expected, got FROM drift WHERE account = ? AND resolved_at IS NULL',
    )
    return { history, books, endedTwice: endings.map(({ line }) => line), unresolved }
  } finally {
    database.close()
  }
}

/** What is left of each asset when the stored history is taken from its balance; empty: everything is explained. */
export async function unexplainedIn(
  storage: AccountStorage,
  account: string,
  totals: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const { opening } = await storage.memory(account, 0)
  if (opening === null) return ['the ledger is not open']
  const sums = new Map((await storage.ledger(account, opening.at)).map((one) => [one.asset, one]))
  const opened = new Map(opening.totals.map(({ asset, total }) => [asset, total]))
  const assets = new Set([...totals.keys(), ...sums.keys(), ...opened.keys()])
  return [...assets].flatMap((asset) => {
    const sum = sums.get(asset)
    if (sum !== undefined && sum.untoldFills > 0) return []
    const changes = sum === undefined ? [] : [sum.trades, sum.fees, sum.transfers, sum.funding]
    const expected = changes.reduce((total, change) => total.plus(change), new Amount(opened.get(asset) ?? '0'))
    const difference = new Amount(totals.get(asset) ?? '0').minus(expected)
    return difference.isZero() ? [] : [`${asset}: ${amountText(difference)} of ${totals.get(asset)}`]
  })
}
