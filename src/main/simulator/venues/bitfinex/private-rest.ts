/** Bitfinex's private REST, as far as it reads: POST, the query as JSON in the body, rows newest first. */
import { z } from 'zod'
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey, SimOrder } from '../../account/contract.ts'
import type { VenueReply, VenueRequest } from '../../venue.ts'
import { type Gatekeeper, scopesOf } from './auth.ts'
import { exactJson } from './exact-numbers.ts'
import {
  categoryOf,
  ledgerRow,
  movementRow,
  orderRow,
  positionRow,
  type Row,
  tradeRow,
  walletRow,
} from './private-rows.ts'
import { failed } from './rest.ts'

const Query = z.object({
  start: z.number().int().nonnegative().optional(),
  end: z.number().int().nonnegative().optional(),
  limit: z.number().int().positive().optional(),
  sort: z.union([z.literal(1), z.literal(-1)]).optional(),
  category: z.number().int().optional(),
  id: z.array(z.number()).optional(),
})
type Query = z.infer<typeof Query>

/** A thing to list and when it was. */
interface Listed {
  readonly at: EpochMs
  row(): Row
}

export interface PrivateEndpoint {
  readonly id: string
  /** Requests a minute. */
  readonly limit: number
  readonly path: RegExp
  /** The scope that a key must be able to read. */
  readonly scope: string
  answer(query: Query, key: SimApiKey): unknown
}

const kinds = ['spot', 'perpetual'] as const
/** Orders that ended longer ago are not told unless a start is given. */
const orderMemoryMs = 14 * 86_400_000

/** Those within start and end, newest first unless sorted otherwise; at most the limit, more than `most` is wrong. */
function page(
  { start = 0, end = Number.MAX_SAFE_INTEGER, limit = 25, sort = -1 }: Query,
  most: number,
  all: readonly Listed[],
): unknown {
  if (limit > most) return null
  const found = all.filter(({ at }) => at >= start && at <= end).toSorted((a, b) => sort * (a.at - b.at))
  return found.slice(0, limit).map((one) => one.row())
}

export function createPrivateEndpoints(account: SimAccount): readonly PrivateEndpoint[] {
  const wallets = account.rules.wallets
  const orderPage = (query: Query, orders: readonly SimOrder[]): readonly SimOrder[] =>
    query.id === undefined ? orders : orders.filter(({ id }) => query.id?.includes(Number(id)))
  const list = (id: string, path: string, scope: string, answer: PrivateEndpoint['answer']): PrivateEndpoint => ({
    id,
    limit: 45,
    path: new RegExp(`^/auth/r/${path}$`),
    scope,
    answer,
  })
  return [
    list('wallets', 'wallets', 'wallets', () =>
      wallets.flatMap((wallet) => account.balances(wallet)).map((balance) => walletRow(balance)),
    ),
    list('orders', 'orders', 'orders', (query) =>
      orderPage(
        query,
        kinds.flatMap((kind) => account.openOrders(kind)),
      ).map(orderRow),
    ),
    list('orders-hist', 'orders/hist', 'orders', (query) => {
      const ended = kinds
        .flatMap((kind) => account.orders(kind))
        .filter(({ status }) => status !== 'NEW' && status !== 'PARTIALLY_FILLED')
      const since = { start: account.now() - orderMemoryMs, ...query }
      const rows = orderPage(query, ended).map((order) => ({ at: order.createdAt, row: () => orderRow(order) }))
      return page(since, 2_500, rows)
    }),
    list('trades', 'trades/hist', 'orders', (query) => {
      const fills = kinds.flatMap((kind) => account.fills(kind))
      return page(
        query,
        2_500,
        fills.map((fill) => ({ at: fill.at, row: () => tradeRow(fill) })),
      )
    }),
    list('movements', 'movements/hist', 'history', (query) => {
      const moved = (['deposit', 'withdrawal'] as const).flatMap((kind) => account.transfers(kind))
      return page(
        query,
        1_000,
        moved.map((one) => ({ at: one.updatedAt, row: () => movementRow(one) })),
      )
    }),
    list('ledgers', 'ledgers/hist', 'history', (query) => {
      const entries = wallets
        .flatMap((wallet) => account.ledger(wallet))
        .filter((entry) => query.category === undefined || categoryOf(entry) === query.category)
      return page(
        query,
        2_500,
        entries.map((entry) => ({ at: entry.at, row: () => ledgerRow(entry) })),
      )
    }),
    list('positions', 'positions', 'positions', () => account.positions().map(positionRow)),
    list('permissions', 'permissions', 'account', (_query, key) => scopesOf(key)),
    list('summary', 'summary', 'account', () => {
      const { spot, perpetual } = account.rules.fees
      const [maker, taker] = [Number(spot.maker), Number(spot.taker)]
      const makers = [maker, maker, maker, null, null, Number(perpetual.maker)]
      const takers = [taker, taker, taker, null, null, Number(perpetual.taker)]
      return [null, null, null, null, [makers, takers], null, null, null, null, { leo_lev: 0, leo_amount_avg: '0.0' }]
    }),
  ]
}

const refuse = (code: number, message: string): VenueReply => failed(code, message)

export function answerPrivately(
  { answer, scope }: PrivateEndpoint,
  request: VenueRequest,
  gatekeeper: Gatekeeper,
): VenueReply {
  const checked = gatekeeper.checkRequest(request)
  if (!checked.ok) return refuse(checked.code, checked.message)
  const { key } = checked
  // Permissions are told to everybody.
  if (scope !== 'account' && !scopesOf(key).some(([name, read]) => name === scope && read === 1))
    return refuse(10_001, `permission: invalid`)
  const query = Query.safeParse(readJson(request.body))
  if (!query.success) return refuse(10_020, `${String(query.error.issues[0]?.path[0] ?? 'body')}: invalid`)
  const body = answer(query.data, key)
  if (body === null) return refuse(10_020, 'limit: invalid')
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: exactJson(body) }
}

function readJson(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body)
  } catch {
    return null
  }
}
