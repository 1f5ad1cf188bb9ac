/** REST snapshots against what the streams led to. Pure: who asks, waits and applies stands in snapshots.ts. */
import { isSameAmount } from '../../shared/amount.ts'
import {
  type Balance,
  balanceKey,
  type EpochMs,
  type Order,
  orderKey,
  type Position,
  positionKey,
} from '../../shared/domain/index.ts'
import { compareOrderStates } from '../../shared/order-state.ts'
import type { AccountConnector } from '../exchanges/account-contract.ts'
import type { PassedOver } from '../net/rest.ts'
import type { NewestTable } from './book.ts'
import type { Difference } from './drifts.ts'
import type { OrderTable } from './orders.ts'

/** What comparing one snapshot gave. `take` holds the rows to be applied, absent ones as zero. */
export interface Comparison<Row> {
  readonly take: readonly Row[]
  readonly differences: readonly Difference[]
  /** Items that were compared and agree. */
  readonly agreed: ReadonlySet<string>
  /** Items that a stream touched too close to the snapshot: they say nothing about each other. */
  readonly waiting: ReadonlySet<string>
}

export interface Snapshot<Row> {
  readonly rows: readonly Row[]
  readonly passedOver: PassedOver | undefined
  /** Rows that a stream touched at or after this (by the clock that nobody sets) are not comparable. */
  readonly quietSince: number
  readonly receivedAt: EpochMs
}

export const balanceItem = ({ wallet, asset }: Balance): string => `${wallet} ${asset}`
const positionItem = ({ symbol, side }: Position): string => (side === 'BOTH' ? symbol : `${symbol} ${side}`)
export const orderItem = ({ symbol, exchangeOrderId }: Order): string => `${symbol} ${exchangeOrderId}`

/** Those that the key sees, and what streams do not tell of them. */
type ToldWallets = Pick<AccountConnector, 'wallets' | 'untoldWallets' | 'totalsOnlyWallets'>

/** Whether a row that the snapshot lacks may be taken for zero: not where rows could not be read and might be this one. */
export function mayBeZero(passedOver: PassedOver | undefined, name: string): boolean {
  if (passedOver === undefined || passedOver.count === 0) return true
  return passedOver.names.length >= passedOver.count && !passedOver.names.includes(name)
}

/**
 * The total of every balance, and of spot wallets what is free and locked too; elsewhere free moves with mark prices, of which no
 * stream tells. What no stream tells of a wallet is news when it changes, not a difference.
 */
export function compareBalances(
  table: NewestTable<Balance>,
  snapshot: Snapshot<Balance>,
  { wallets, untoldWallets: untold = ['funding'], totalsOnlyWallets = [] }: ToldWallets,
): Comparison<Balance> {
  const told = new Set(snapshot.rows.map(balanceKey))
  const { receivedAt } = snapshot
  const gone = table
    .rows()
    .filter(
      (row) => wallets.includes(row.wallet) && !told.has(balanceKey(row)) && mayBeZero(snapshot.passedOver, row.asset),
    )
    .map((row) => ({ ...row, total: '0', free: '0', locked: '0', exchangeAt: null, receivedAt }))
  return compareRows(table, snapshot, gone, balanceKey, balanceItem, (known, row) =>
    untold.includes(row.wallet) ? null : differenceOfBalances(known, row, totalsOnlyWallets.includes(row.wallet)),
  )
}

function differenceOfBalances(known: Balance | undefined, told: Balance, totalOnly: boolean): Difference | null {
  const fields = told.wallet === 'spot' && !totalOnly ? (['total', 'free', 'locked'] as const) : (['total'] as const)
  for (const field of fields) {
    const expected = known === undefined ? '0' : known[field]
    const got = told[field]
    if (expected === null || got === null || isSameAmount(expected, got)) continue
    return { subject: 'balance', item: balanceItem(told), field, expected, got }
  }
  return null
}

/**
 * Quantities; entry prices are rounded differently by streams and answers. `areUntold`: no stream tells them, so nothing is a difference.
 * `nativeNameOf` a symbol, by which the exchange names its rows; null: it is not listed any more, so that a row of an unlisted one may be it.
 */
export function comparePositions(
  table: NewestTable<Position>,
  snapshot: Snapshot<Position>,
  areUntold: boolean,
  nativeNameOf: (symbol: string) => string | null,
): Comparison<Position> {
  const told = new Set(snapshot.rows.map(positionKey))
  const { receivedAt } = snapshot
  const isGone = ({ symbol }: Position) => {
    const name = nativeNameOf(symbol)
    return name === null ? (snapshot.passedOver?.count ?? 0) === 0 : mayBeZero(snapshot.passedOver, name)
  }
  const none = { quantity: '0', unrealisedPnl: null, liquidationPrice: null, exchangeAt: null, receivedAt }
  const gone = table
    .rows()
    .filter((row) => !told.has(positionKey(row)) && isGone(row))
    .map((row) => ({ ...row, ...none }))
  return compareRows(table, snapshot, gone, positionKey, positionItem, (known, position) => {
    const expected = known?.quantity ?? '0'
    if (areUntold || isSameAmount(expected, position.quantity)) return null
    return { subject: 'position', item: positionItem(position), field: 'quantity', expected, got: position.quantity }
  })
}

function compareRows<Row extends { exchangeAt: EpochMs | null; receivedAt: EpochMs }>(
  table: NewestTable<Row>,
  snapshot: Snapshot<Row>,
  gone: readonly Row[],
  keyOf: (row: Row) => string,
  itemOf: (row: Row) => string,
  differenceOf: (known: Row | undefined, told: Row) => Difference | null,
): Comparison<Row> {
  const take: Row[] = []
  const differences: Difference[] = []
  const agreed = new Set<string>()
  const waiting = new Set<string>()
  for (const row of [...snapshot.rows, ...gone]) {
    const key = keyOf(row)
    if (table.touchedSince(key, snapshot.quietSince)) {
      waiting.add(itemOf(row))
      continue
    }
    take.push(row)
    const difference = differenceOf(table.get(key), row)
    if (difference === null) agreed.add(itemOf(row))
    else differences.push(difference)
  }
  return { take, differences, agreed, waiting }
}

/** What differs between an order as it is known and what the exchange says of it; null: it says nothing later. */
export function differenceOfOrders(known: Order | undefined, told: Order): Difference | null {
  const item = orderItem(told)
  if (known === undefined) return { subject: 'order', item, field: 'status', expected: null, got: told.status }
  if (compareOrderStates(known, told) <= 0) return null
  if (known.status !== told.status)
    return { subject: 'order', item, field: 'status', expected: known.status, got: told.status }
  if (!isSameAmount(known.filledQuantity, told.filledQuantity)) {
    const [expected, got] = [known.filledQuantity, told.filledQuantity]
    return { subject: 'order', item, field: 'filledQuantity', expected, got }
  }
  if (known.price === told.price || known.price === null || told.price === null) return null
  if (isSameAmount(known.price, told.price)) return null
  return { subject: 'order', item, field: 'price', expected: known.price, got: told.price }
}

export interface OrderComparison {
  /** The exchange's word where it says more. */
  readonly take: readonly Order[]
  readonly differences: readonly Difference[]
  /** Open as far as is known, and not in the exchange's list: each is to be asked for by itself. */
  readonly missing: readonly Order[]
  /** Items listed as they are known. */
  readonly agreed: ReadonlySet<string>
  readonly waiting: ReadonlySet<string>
}

export function compareOpenOrders(table: OrderTable, snapshot: Snapshot<Order>): OrderComparison {
  const take: Order[] = []
  const differences: Difference[] = []
  const agreed = new Set<string>()
  const waiting = new Set<string>()
  const told = new Set<string>()
  for (const order of snapshot.rows) {
    const key = orderKey(order)
    told.add(key)
    take.push(order)
    if (table.touchedSince(key, snapshot.quietSince)) {
      waiting.add(orderItem(order))
      continue
    }
    // One that has ended meanwhile: the answer is older than that.
    if (table.hasEnded(key)) continue
    const difference = differenceOfOrders(table.get(key), order)
    if (difference === null) agreed.add(orderItem(order))
    else differences.push(difference)
  }
  const missing: Order[] = []
  for (const order of table.open()) {
    const key = orderKey(order)
    if (told.has(key)) continue
    if (table.touchedSince(key, snapshot.quietSince)) waiting.add(orderItem(order))
    else missing.push(order)
  }
  return { take, differences, missing, agreed, waiting }
}
