/** What keys open: Advanced Trade's reading endpoints and the app's transactions, from the simulated account. */
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey, SimFill, SimOrder } from '../../account/contract.ts'
import type { SimInstrument, VenueReply } from '../../venue.ts'
import { uuidOf } from './account-rules.ts'
import { productOf } from './format.ts'
import { fillRow, orderRow, transactionRow, walletIdOf, walletRow } from './private-rows.ts'
import { failed, ok } from './rest.ts'

const usualRows = 49
const mostRows = 250
const invalid = (what: string) => failed(400, 'INVALID_ARGUMENT', `${what} argument is invalid`)

interface PageOf<T> {
  readonly rows: readonly T[]
  readonly end: { readonly has_next: boolean; readonly cursor: string }
}

export function createPrivateEndpoint(
  account: SimAccount,
  instruments: ReadonlyMap<string, SimInstrument>,
): (path: string, query: URLSearchParams, key: SimApiKey) => VenueReply | null {
  const fillsOf = (order: SimOrder): number => account.fills('spot').filter((fill) => fill.order.id === order.id).length
  const rowOf = (order: SimOrder): unknown => orderRow(order, fillsOf(order))

  function orders(query: URLSearchParams): VenueReply {
    const statuses = query.getAll('order_status')
    if (statuses.length > 1 && statuses.includes('OPEN')) return invalid('order_status')
    const from = time(query.get('start_date'))
    const to = time(query.get('end_date'))
    if (Number.isNaN(from) || Number.isNaN(to)) return invalid('start_date')
    const chosen = account.orders('spot').filter((order) => {
      const isOpen = order.status === 'NEW' || order.status === 'PARTIALLY_FILLED'
      const isWanted =
        statuses.length === 0 ||
        statuses.some((status) => (status === 'OPEN' ? isOpen : status === wordOf(order.status)))
      return isWanted && order.createdAt >= (from ?? 0) && order.createdAt <= (to ?? Number.POSITIVE_INFINITY)
    })
    const page = pageOf(chosen.toReversed(), query)
    if (page === null) return invalid('cursor')
    return ok({ orders: page.rows.map(rowOf), sequence: '0', ...page.end })
  }

  function order(id: string): VenueReply {
    const found = account.order(id)
    return found ? ok({ order: rowOf(found) }) : failed(404, 'NOT_FOUND', `order with this orderID was not found`)
  }

  function fills(query: URLSearchParams): VenueReply {
    const products = query.getAll('product_ids')
    if (products.some((name) => !instruments.has(name))) return invalid('product_ids')
    const ids = query.getAll('order_ids')
    const from = time(query.get('start_sequence_timestamp'))
    const to = time(query.get('end_sequence_timestamp'))
    if (Number.isNaN(from) || Number.isNaN(to)) return invalid('start_sequence_timestamp')
    const isWanted = ({ instrument, order: { id }, at }: SimFill): boolean =>
      (products.length === 0 || products.includes(productOf(instrument))) &&
      (ids.length === 0 || ids.includes(id)) &&
      at >= (from ?? 0) &&
      at <= (to ?? Number.POSITIVE_INFINITY)
    const page = pageOf(account.fills('spot').filter(isWanted).toReversed(), query)
    // This list tells no `has_next`: an empty cursor ends it.
    return page === null ? invalid('cursor') : ok({ fills: page.rows.map(fillRow), cursor: page.end.cursor })
  }

  function accounts(query: URLSearchParams): VenueReply {
    const page = pageOf(account.balances('spot'), query)
    if (page === null) return invalid('cursor')
    return ok({ accounts: page.rows.map(walletRow), ...page.end, size: page.rows.length })
  }

  /** Newest first; of one wallet. */
  function transactions(wallet: string, query: URLSearchParams): VenueReply {
    const held = account.balances('spot').find(({ asset }) => walletIdOf(asset) === wallet)
    if (!held) return { status: 404, body: { errors: [{ id: 'not_found', message: 'Not found' }] } }
    const all = [...account.transfers('deposit'), ...account.transfers('withdrawal')]
      .filter(({ asset }) => asset === held.asset)
      .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1))
    const after = query.get('starting_after')
    const begin = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
    const rows = all.slice(begin, begin + rowsOf(query.get('limit'), 25, 100))
    const hasMore = begin + rows.length < all.length
    const next = hasMore ? (rows.at(-1)?.id ?? null) : null
    return ok({
      // As documented: other replies name the id as well.
      pagination: {
        order: 'desc',
        next_uri: next === null ? '' : `/v2/accounts/${wallet}/transactions?starting_after=${next}`,
      },
      data: rows.map(transactionRow),
    })
  }

  function permissions({ canTrade, canWithdraw }: SimApiKey): VenueReply {
    return ok({
      can_view: true,
      can_trade: canTrade,
      can_transfer: canWithdraw,
      can_receive: canWithdraw,
      portfolio_uuid: uuidOf('coinbase portfolio'),
      portfolio_type: 'DEFAULT',
    })
  }

  function summary(): VenueReply {
    const { maker, taker } = account.rules.fees.spot
    const tier = { pricing_tier: 'Intro 1', usd_from: '0', usd_to: '1000', aop_from: '', aop_to: '' }
    return ok({
      total_volume: 0,
      total_fees: 0,
      fee_tier: { ...tier, taker_fee_rate: taker, maker_fee_rate: maker },
      margin_rate: null,
      advanced_trade_only_volume: 0,
      advanced_trade_only_fees: 0,
    })
  }

  return (path, query, key) => {
    if (key.lacks?.includes('view')) return failed(403, 'PERMISSION_DENIED', 'Missing required scopes')
    const wallet = /^\/v2\/accounts\/([^/]+)\/transactions$/.exec(path)?.[1]
    if (wallet !== undefined) return transactions(wallet, query)
    switch (path) {
      case '/api/v3/brokerage/key_permissions':
        return permissions(key)
      case '/api/v3/brokerage/accounts':
        return accounts(query)
      case '/api/v3/brokerage/orders/historical/batch':
        return orders(query)
      case '/api/v3/brokerage/orders/historical/fills':
        return fills(query)
      case '/api/v3/brokerage/transaction_summary':
        return summary()
    }
    const id = /^\/api\/v3\/brokerage\/orders\/historical\/([^/]+)$/.exec(path)?.[1]
    return id === undefined ? null : order(decodeURIComponent(id))
  }
}

/** The cursor is the place where the next page begins. null: it is none. */
function pageOf<T>(all: readonly T[], query: URLSearchParams): PageOf<T> | null {
  const cursor = query.get('cursor') ?? ''
  if (cursor !== '' && !/^\d{1,9}$/.test(cursor)) return null
  const begin = Number(cursor)
  const rows = all.slice(begin, begin + rowsOf(query.get('limit'), usualRows, mostRows))
  const hasNext = begin + rows.length < all.length
  return { rows, end: { has_next: hasNext, cursor: hasNext ? String(begin + rows.length) : '' } }
}

const rowsOf = (text: string | null, usual: number, most: number): number =>
  text !== null && /^[1-9]\d{0,5}$/.test(text) ? Math.min(Number(text), most) : usual

/** null: not given; NaN: no time. */
const time = (text: string | null): EpochMs | null => (text === null ? null : Date.parse(text))

const wordOf = (status: SimOrder['status']): string =>
  status === 'CANCELED' ? 'CANCELLED' : status === 'REJECTED' ? 'FAILED' : status
