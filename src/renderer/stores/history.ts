/** Lists of what happened, filtered as the trader asks: pages come filtered from the hub, and pushes are held to the same filter. */
import type { CrossbookApi, Reply } from '../../shared/contract.ts'
import { type Fill, fillKey, type Order, orderKey, type Transfer, transferKey } from '../../shared/domain/index.ts'
import type { FillFilter, OrderFilter, TransferFilter } from '../../shared/portfolio.ts'
import { createListStore, type ListStore, type Page } from './list.ts'
import { newestFillFirst, newestOrderFirst, newestTransferFirst } from './orders.ts'

const pageSize = 300

interface Common {
  readonly account: string | null
  readonly exchange: string | null
  readonly text: string | null
  readonly from: number | null
  readonly to: number | null
}

/** As the hub filters. `searched`: what `text` is looked for in. */
function accepts(
  filter: Common,
  row: { readonly account: string; readonly exchange: string },
  at: number,
  searched: readonly (string | null)[],
): boolean {
  const { account, exchange, text, from, to } = filter
  return (
    (account === null || row.account === account) &&
    (exchange === null || row.exchange === exchange) &&
    (from === null || at >= from) &&
    (to === null || at < to) &&
    (text === null || searched.some((one) => one?.toLowerCase().includes(text.toLowerCase())))
  )
}

export const acceptsOrder = (filter: OrderFilter, order: Order): boolean =>
  accepts(filter, order, order.createdAt ?? order.updatedAt, [
    order.symbol,
    order.exchangeOrderId,
    order.clientOrderId,
  ]) &&
  (filter.side === null || order.side === filter.side) &&
  (filter.statuses === null || filter.statuses.includes(order.status))

export const acceptsFill = (filter: FillFilter, fill: Fill): boolean =>
  accepts(filter, fill, fill.at, [fill.symbol, fill.tradeId, fill.exchangeOrderId]) &&
  (filter.side === null || fill.side === filter.side)

const acceptsTransfer = (filter: TransferFilter, transfer: Transfer): boolean =>
  accepts(filter, transfer, transfer.createdAt, [
    transfer.asset,
    transfer.transferId,
    transfer.transactionId,
    transfer.address,
    transfer.network,
  ]) &&
  (filter.kind === null || transfer.kind === filter.kind) &&
  (filter.status === null || transfer.status === filter.status)

/** A list that a screen keeps for as long as its filter stands. */
export interface History<T> {
  readonly store: ListStore<T>
  /** One page by itself, `limit` rows at most: for files, which hold all that passes the filter. */
  readPage(cursor: string | null, limit: number): Promise<Reply<Page<T>>>
  /** Joins the hub's pushes to the list; the returned function ends it. */
  follow(): () => void
}

export function createOrderHistory(api: CrossbookApi, filter: OrderFilter): History<Order> {
  const readPage = (cursor: string | null, limit: number) => api.call('orders.list', { filter, cursor, limit })
  const store = createListStore<Order>({
    read: (cursor) => readPage(cursor, pageSize),
    keyOf: orderKey,
    compare: newestOrderFirst,
    accepts: (order) => acceptsOrder(filter, order),
  })
  return { store, readPage, follow: () => api.on('order.changed', (order) => store.getState().change([order])) }
}

export function createFillHistory(api: CrossbookApi, filter: FillFilter): History<Fill> {
  const readPage = (cursor: string | null, limit: number) => api.call('fills.list', { filter, cursor, limit })
  const store = createListStore<Fill>({
    read: (cursor) => readPage(cursor, pageSize),
    keyOf: fillKey,
    compare: newestFillFirst,
    accepts: (fill) => acceptsFill(filter, fill),
  })
  const take = (fill: Fill) => store.getState().change([fill])
  const follow = () => {
    const ends = [api.on('fill.added', take), api.on('fill.completed', take)]
    return () => {
      for (const end of ends) end()
    }
  }
  return { store, readPage, follow }
}

export function createTransferHistory(api: CrossbookApi, filter: TransferFilter): History<Transfer> {
  const readPage = (cursor: string | null, limit: number) => api.call('transfers.list', { filter, cursor, limit })
  const store = createListStore<Transfer>({
    read: (cursor) => readPage(cursor, pageSize),
    keyOf: transferKey,
    compare: newestTransferFirst,
    accepts: (transfer) => acceptsTransfer(filter, transfer),
  })
  return { store, readPage, follow: () => api.on('transfer.changed', (row) => store.getState().change([row])) }
}

const filePage = 1_000

/**
 * Every row that passes a list's filter, newest first. `onCount` hears how many there are so far and ends the reading by
 * answering false, which gives null.
 */
export async function readEveryPage<T>(
  readPage: History<T>['readPage'],
  onCount: (count: number) => boolean,
): Promise<Reply<readonly T[] | null>> {
  const rows: T[] = []
  let cursor: string | null = null
  do {
    const reply: Reply<Page<T>> = await readPage(cursor, filePage)
    if (!reply.ok) return reply
    for (const row of reply.value.rows) rows.push(row)
    if (!onCount(rows.length)) return { ok: true, value: null }
    cursor = reply.value.next
  } while (cursor !== null)
  return { ok: true, value: rows }
}
