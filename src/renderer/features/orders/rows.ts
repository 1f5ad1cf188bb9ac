/** Open orders as the screen lists them: filtered, grouped, in order. Pure. */
import { isZeroAmount, multiplyAmounts, subtractAmounts, sumAmounts } from '../../../shared/amount.ts'
import { type Order, orderKey, truthCode } from '../../../shared/domain/index.ts'
import { percentOf } from '../../format/amount.ts'
import { matchesSymbol, splitSymbol } from '../../format/names.ts'
import type { QuoteTable } from '../../stores/quotes.ts'
import type { FilterForm } from '../../ui/filter-form.ts'
import { type Column, sortRows, type TableSort } from '../../ui/table.ts'

export const groupings = ['symbol', 'account', 'flat'] as const
export type Grouping = (typeof groupings)[number]

/** One row of the screen: an order, or what a group of them has in common. */
export interface OrderLine {
  readonly key: string
  /** null: a group. */
  readonly order: Order | null
  readonly orders: readonly Order[]
  /** null where the group's differ. */
  readonly symbol: string | null
  readonly account: string | null
  readonly exchange: string | null
  /** What is still to be filled, at the order's price, in `quote`; of a group the sum. null: not known, or of several quote assets. */
  readonly openValue: string | null
  /** Orders of a group that `openValue` leaves out, since their price or quantity is not told. */
  readonly withoutValue: number
  readonly quote: string | null
  /** Percent by which the price is above the market; of a group that of the nearest one. */
  readonly distance: number | null
  /** Of a group that of the oldest. */
  readonly createdAt: number | null
}

/** What is still to be filled, in the quote asset. */
export function openValueOf({ price, quantity, filledQuantity }: Order): string | null {
  if (price === null || quantity === null) return null
  return multiplyAmounts(subtractAmounts(quantity, filledQuantity), price)
}

/** The filled part in percent, as decimal text; null where the order does not tell how much it is for. */
export function filledPercent({ quantity, quoteQuantity, filledQuantity, averagePrice }: Order): string | null {
  if (quantity !== null) return percentOf(filledQuantity, quantity)
  if (quoteQuantity === null) return null
  if (isZeroAmount(filledQuantity)) return '0'
  return averagePrice === null ? null : percentOf(multiplyAmounts(filledQuantity, averagePrice), quoteQuantity)
}

/**
 * Percent by which an order's price (that of its trigger, where it has no other) is above the middle of the market; null where
 * the instrument is not watched, has no live quote, or the order has no price.
 */
export function distancePercent(
  { exchange, symbol, price, stopPrice }: Order,
  table: QuoteTable,
  isLinked: boolean,
): number | null {
  const slot = table.slotOfKey(`${exchange}:${symbol}`)
  const own = price ?? stopPrice
  if (slot < 0 || own === null) return null
  const { bidPrice, askPrice } = table.columns
  const middle = ((bidPrice[slot] ?? Number.NaN) + (askPrice[slot] ?? Number.NaN)) / 2
  if (!(middle > 0) || !isLinked || table.truth[slot] !== truthCode.live) return null
  return ((Number(own) - middle) / middle) * 100
}

const common = <V>(values: readonly V[]): V | null => {
  const [first] = values
  return first !== undefined && values.every((value) => value === first) ? first : null
}

type DistanceOf = (order: Order) => number | null

const lineOf = (order: Order, distanceOf: DistanceOf): OrderLine => ({
  key: orderKey(order),
  order,
  orders: [order],
  symbol: order.symbol,
  account: order.account,
  exchange: order.exchange,
  openValue: openValueOf(order),
  withoutValue: 0,
  quote: splitSymbol(order.symbol).quote,
  distance: distanceOf(order),
  createdAt: order.createdAt,
})

function groupLine(key: string, orders: readonly Order[], distanceOf: DistanceOf): OrderLine {
  const quote = common(orders.map(({ symbol }) => splitSymbol(symbol).quote))
  const values = orders.map(openValueOf).filter((value) => value !== null)
  const distances = orders.map(distanceOf).filter((distance) => distance !== null)
  const times = orders.map(({ createdAt }) => createdAt).filter((at) => at !== null)
  return {
    key: `group ${key}`,
    order: null,
    orders,
    symbol: common(orders.map(({ symbol }) => symbol)),
    account: common(orders.map(({ account }) => account)),
    exchange: common(orders.map(({ exchange }) => exchange)),
    openValue: quote === null || values.length === 0 ? null : sumAmounts(values),
    withoutValue: orders.length - values.length,
    quote,
    distance: distances.reduce<number | null>(
      (nearest, one) => (nearest === null || Math.abs(one) < Math.abs(nearest) ? one : nearest),
      null,
    ),
    createdAt: times.length === 0 ? null : Math.min(...times),
  }
}

/** Orders that pass the filters; text is looked for in symbols, ids and the account's name. */
export function filterOrders(
  orders: readonly Order[],
  { text, account, exchange, side }: FilterForm,
  labelOf: (account: string) => string,
): readonly Order[] {
  const wanted = text.trim().toLowerCase()
  return orders.filter(
    (order) =>
      (account === '' || order.account === account) &&
      (exchange === '' || order.exchange === exchange) &&
      (side === '' || order.side === side) &&
      (wanted === '' ||
        matchesSymbol(order.symbol, wanted) ||
        [order.exchangeOrderId, order.clientOrderId, labelOf(order.account)].some((one) =>
          one?.toLowerCase().includes(wanted),
        )),
  )
}

interface LineOptions {
  readonly grouping: Grouping
  readonly isOpen: (key: string) => boolean
  readonly distanceOf: DistanceOf
  readonly columns: readonly Column<OrderLine>[]
  readonly sort: TableSort
}

/** Lines in order: groups, each followed by its orders where it is open; without a grouping every order by itself. */
export function orderLines(orders: readonly Order[], options: LineOptions): readonly OrderLine[] {
  const { grouping, isOpen, distanceOf, columns, sort } = options
  const lines = (rows: readonly Order[]) =>
    sortRows(
      rows.map((order) => lineOf(order, distanceOf)),
      columns,
      sort,
    )
  if (grouping === 'flat') return lines(orders)
  const groups = new Map<string, Order[]>()
  for (const order of orders) {
    const members = groups.get(order[grouping])
    if (members) members.push(order)
    else groups.set(order[grouping], [order])
  }
  const heads = sortRows(
    [...groups].map(([key, members]) => groupLine(key, members, distanceOf)),
    columns,
    sort,
  )
  return heads.flatMap((head) => (isOpen(head.key) ? [head, ...lines(head.orders)] : [head]))
}
