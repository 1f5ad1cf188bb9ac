/** The private REST calls of one account, all GETs, and how their pages are followed. */

import { decimalTextOf } from '../../../shared/amount.ts'
import type { AccountFees, EpochMs, Fill, KeyPermissions, Order, Transfer } from '../../../shared/domain/index.ts'
import type { RestCall, RestResult, Sign } from '../../net/rest.ts'
import type { AccountConnector, Ask, Page, TimeRange, WithRaw } from '../account-contract.ts'
import { collect } from '../account-pages.ts'
import { type AccountContext, type Reading, readList } from '../account-rows.ts'
import { bad, checked, good } from '../rows.ts'
import { joinBalances, readFill, readOrder, readWallet } from './account-normalize.ts'
import {
  AccountsReply,
  FillsReply,
  KeyPermissionsReply,
  OrderReply,
  OrdersReply,
  PageEnd,
  TransactionSummaryReply,
  TransactionsReply,
  WalletRow,
} from './account-schemas.ts'
import { readTransaction, timeOfTransaction, unkeptTransaction } from './account-transfers.ts'
import { urls } from './endpoints.ts'

const dayMs = 86_400_000
/** The most rows of one call. */
const pageRows = { accounts: 250, orders: 100, fills: 100, transactions: 100 } as const
/** Fills are downloaded in pieces of this length, so that they can be handed on oldest first. */
const fillWindowMs = 7 * dayMs
/** Orders are found by when they were made: one that changed within a range was made at most so long before it, or `order` tells. */
const longestRestMs = 30 * dayMs

type Query = RestCall<unknown>['query']
interface PageOf<T> {
  readonly rows: readonly T[]
  /** null: it is the last. */
  readonly next: string | null
}

type Lists = Pick<
  AccountConnector,
  'permissions' | 'balances' | 'openOrders' | 'order' | 'orderHistory' | 'fills' | 'transfers' | 'fees'
>

export function createLists(context: AccountContext, signWith: Sign): Lists {
  /** Coinbase's clock as of the last request; 0 before the first. */
  let now: EpochMs = 0
  const sign: Sign = (request) => {
    now = request.now
    return signWith(request)
  }
  /** One that ends later has no end: the clock may be wrong without a token being refused, and what is newest would be left out. */
  const isPast = ({ to }: TimeRange): boolean => to < now
  const call = <T>(url: string, query: Query, parse: RestCall<T>['parse'], pool = 'private'): RestCall<T> => ({
    ...{ url, query, pool, weight: 1, sign, parse },
  })

  /** One page of Advanced Trade: `rowsOf` finds the rows in a reply. */
  function pageCall<T>(
    url: string,
    query: Query,
    rowsOf: (body: unknown) => readonly unknown[] | null,
    read: (json: unknown, receivedAt: EpochMs) => Reading<T>,
  ): RestCall<PageOf<T>> {
    return call(url, query, (body) => {
      const json = rowsOf(body)
      const end = PageEnd.safeParse(body)
      if (json === null || !end.success) return { ok: false, problem: `${url}: no list` }
      const receivedAt = Date.now()
      const rows = readList(url, json, (row) => read(row, receivedAt))
      if (!rows.ok) return rows
      const { cursor = '', has_next = cursor !== '' } = end.data
      return { ...rows, value: { rows: rows.value, next: has_next && cursor !== '' ? cursor : null } }
    })
  }

  async function* pagesOf<T>(ask: Ask, of: (cursor: Query) => RestCall<PageOf<T>>): AsyncGenerator<Page<T>> {
    let cursor: string | null = null
    do {
      const reply: RestResult<PageOf<T>> = await ask(of(cursor === null ? [] : [['cursor', cursor]]))
      if (!reply.ok) return yield reply
      yield { ...reply, value: reply.value.rows }
      // One that names itself would never end.
      cursor = reply.value.next === cursor ? null : reply.value.next
    } while (cursor !== null)
  }

  const accountsOf = <T>(ask: Ask, read: (json: unknown, receivedAt: EpochMs) => Reading<T>) =>
    pagesOf(ask, (cursor) =>
      pageCall(
        urls.accounts,
        [['limit', String(pageRows.accounts)], ...cursor],
        (body) => AccountsReply.safeParse(body).data?.accounts ?? null,
        read,
      ),
    )

  const ordersOf = (ask: Ask, query: Query) =>
    pagesOf(ask, (cursor) =>
      pageCall(
        urls.orders,
        [...query, ['product_type', 'SPOT'], ['limit', String(pageRows.orders)], ...cursor],
        (body) => OrdersReply.safeParse(body).data?.orders ?? null,
        (json, receivedAt): Reading<WithRaw<Order>> => readOrder(context, json, receivedAt),
      ),
    )

  async function* orderHistory(ask: Ask, range: TimeRange): AsyncGenerator<Page<WithRaw<Order>>> {
    const query = [
      ['start_date', new Date(Math.max(0, range.from - longestRestMs)).toISOString()],
      ...(isPast(range) ? [['end_date', new Date(range.to).toISOString()] as const] : []),
    ] as const
    for await (const page of ordersOf(ask, query))
      yield page.ok ? { ...page, value: page.value.filter(({ row }) => row.updatedAt >= range.from) } : page
  }

  /** Ascending over all products; those that have a cursor go on from it. */
  async function* fills(
    ask: Ask,
    from: EpochMs,
    cursors: Parameters<AccountConnector['fills']>[2],
  ): AsyncGenerator<Page<WithRaw<Fill>>> {
    const knownUntil = new Map(cursors.map(({ instrument, at }) => [instrument.symbol, at ?? 0]))
    let begin = from
    do {
      const end = begin + fillWindowMs
      const query = [
        ['start_sequence_timestamp', new Date(begin).toISOString()],
        ['end_sequence_timestamp', new Date(end).toISOString()],
        ['limit', String(pageRows.fills)],
      ] as const
      const pages = pagesOf(ask, (cursor) =>
        pageCall(
          urls.fills,
          [...query, ...cursor],
          (body) => FillsReply.safeParse(body).data?.fills ?? null,
          (json, receivedAt): Reading<WithRaw<Fill>> => readFill(context, json, receivedAt),
        ),
      )
      const piece = await collect(pages)
      if (!piece.ok) return yield piece
      const wanted = piece.value.filter(({ row }) => row.at >= from && row.at >= (knownUntil.get(row.symbol) ?? 0))
      yield { ...piece, value: wanted.reverse().sort((a, b) => a.row.at - b.row.at) }
      begin = end
    } while (begin <= now)
  }

  /** Every wallet, whatever it holds: what came may have left. Newest first, until before the range. */
  async function* transfers(ask: Ask, range: TimeRange): AsyncGenerator<Page<WithRaw<Transfer>>> {
    const wallets = await collect(
      accountsOf(ask, (json) => checked(WalletRow, json, ({ uuid }) => (uuid === '' ? bad('uuid', uuid) : good(uuid)))),
    )
    if (!wallets.ok) return yield wallets
    // One that may not be asked keeps nothing of the others back.
    let refused: RestResult<never> | null = null
    for (const wallet of wallets.value) {
      let after: string | null = null
      do {
        const reply: RestResult<TransactionsPage> = await ask(transactionsCall(wallet, range.from, after))
        if (!reply.ok) {
          if (reply.failure.kind !== 'invalid') return yield reply
          refused ??= reply
          break
        }
        const { rows, next, oldest }: TransactionsPage = reply.value
        yield {
          ...reply,
          value: rows.filter(({ row }) => row.createdAt >= range.from && (!isPast(range) || row.createdAt <= range.to)),
        }
        after = next === after || oldest < range.from ? null : next
      } while (after !== null)
    }
    if (refused !== null) yield refused
  }

  interface TransactionsPage extends PageOf<WithRaw<Transfer>> {
    /** Of all rows that could be read, transfers or not. */
    readonly oldest: EpochMs
  }

  const transactionsCall = (wallet: string, since: EpochMs, after: string | null): RestCall<TransactionsPage> =>
    call(
      urls.transactionsOf(wallet),
      [['limit', String(pageRows.transactions)], ...(after === null ? [] : [['starting_after', after] as const])],
      (body) => {
        const reply = TransactionsReply.safeParse(body)
        if (!reply.success) return { ok: false, problem: 'transactions: no list' }
        const receivedAt = Date.now()
        const { data } = reply.data
        const rows = readList('transactions', data, (json) => {
          const what = unkeptTransaction(json, since)
          return what === null ? readTransaction(context, json, receivedAt) : { kind: 'unkept', what }
        })
        if (!rows.ok) return rows
        const oldest = Math.min(Number.POSITIVE_INFINITY, ...data.flatMap((json) => timeOfTransaction(json) ?? []))
        return { ...rows, value: { rows: rows.value, next: nextOf(reply.data), oldest } }
      },
      'app',
    )

  return {
    permissions: (ask) => ask(call(urls.keyPermissions, [], readPermissions)),
    balances: async (ask) => {
      const all = await collect(accountsOf(ask, (json, receivedAt) => readWallet(context, json, receivedAt)))
      return all.ok ? { ...all, value: joinBalances(all.value) } : all
    },
    // OPEN stands alone: it cannot be asked for together with the short-lived PENDING and QUEUED, which the stream tells.
    openOrders: (ask) => collect(ordersOf(ask, [['order_status', 'OPEN']])),
    order: async (ask, _instrument, exchangeOrderId) => {
      const reply: RestResult<WithRaw<Order> | null> = await ask(
        call(urls.orderOf(exchangeOrderId), [], (body) => {
          const order = OrderReply.safeParse(body)
          if (!order.success) return { ok: false, problem: 'order: none in the reply' }
          const reading = readOrder(context, order.data.order, Date.now())
          if (reading.kind === 'row') return { ok: true, value: reading.value }
          return {
            ok: false,
            problem: `order: ${reading.kind === 'bad' ? reading.problem : 'of a product not listed'}`,
          }
        }),
      )
      return !reply.ok && reply.failure.code === 'NOT_FOUND' ? { ok: true, value: null } : reply
    },
    orderHistory,
    fills,
    transfers,
    fees: async (ask) => {
      const reply = await ask(
        call(urls.transactionSummary, [['product_type', 'SPOT']], (body) => readFees(context, body)),
      )
      return reply.ok ? { ...reply, value: [reply.value] } : reply
    },
  }
}

/** The id that the next page begins after; null: this is the last. */
function nextOf({ pagination }: TransactionsReply): string | null {
  const { next_starting_after: id, next_uri: address } = pagination ?? {}
  return id || new URLSearchParams(address?.split('?')[1]).get('starting_after') || null
}

/** {"can_view":true,"can_trade":false,"can_transfer":false,"portfolio_uuid":"…","portfolio_type":"DEFAULT"} */
const readPermissions: RestCall<KeyPermissions>['parse'] = (body) => {
  const reply = KeyPermissionsReply.safeParse(body)
  if (!reply.success) return { ok: false, problem: `key_permissions: ${reply.error.message}` }
  const { can_view, can_trade, can_transfer } = reply.data
  return {
    ok: true,
    value: {
      ...{ canRead: can_view, canTrade: can_trade, canWithdraw: can_transfer },
      ...{ ipRestricted: null, ipAddresses: [], expiresAt: null },
      notes: [
        'Coinbase does not tell a key its IP allow-list, and shows each key one portfolio only',
        'products that are another name of a book, such as BTC-USDC of BTC-USD, are not listed: orders and fills in them are named, not shown',
      ],
    },
  }
}

/** {"fee_tier":{"pricing_tier":"Intro 1","taker_fee_rate":"0.012","maker_fee_rate":"0.006",…},…} */
function readFees({ account }: AccountContext, body: unknown): ReturnType<RestCall<AccountFees>['parse']> {
  const reply = TransactionSummaryReply.safeParse(body)
  if (!reply.success) return { ok: false, problem: 'transaction_summary: no fee_tier' }
  const { maker_fee_rate, taker_fee_rate } = reply.data.fee_tier
  const [maker, taker] = [decimalTextOf(maker_fee_rate), decimalTextOf(taker_fee_rate)]
  if (maker === null || taker === null)
    return { ok: false, problem: `fee_tier: maker ${maker_fee_rate} taker ${taker_fee_rate}: no rates` }
  const value: AccountFees = {
    ...{ account, exchange: 'coinbase', kind: 'spot', symbol: null, maker, taker },
    receivedAt: Date.now(),
  }
  return { ok: true, value }
}
