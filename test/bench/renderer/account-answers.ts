/** The contract's calls about accounts, answered by the made-up ones, and what happens on them while the page is open. */
import type { CallName } from '../../../src/shared/contract.ts'
import { type AccountStatus, type ExchangeId, isFinalStatus, type Order } from '../../../src/shared/domain/index.ts'
import type { PnlReport } from '../../../src/shared/pnl.ts'
import { accounts, drifts, keyStore, portfolio, type Scene } from './accounts.ts'
import { createActivity, eventsOf, filterFills, filterOrders, filterTransfers, paged, pnlReport } from './activity.ts'
import type { FakeApi } from './api.ts'
import { createRandom } from './market.ts'

export interface AccountOptions {
  readonly scene: Scene
  readonly fills: number
  /** What asking an exchange takes, ms. */
  readonly delayMs: number
  /** Every order book is live; else each exchange's is in another state. */
  readonly areBooksLive: boolean
  /** The database is damaged. */
  readonly isDamaged: boolean
}

const scenes = ['usual', 'none', 'demo', 'locked', 'loading', 'failing'] as const
export const sceneOf = (name: string | null): Scene => scenes.find((scene) => scene === name) ?? 'usual'

const startedAt = Date.now()
const later = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms))

type AccountCall = Extract<
  CallName,
  `${'accounts' | 'portfolio' | 'orders' | 'fills' | 'positions' | 'transfers' | 'fundingPayments' | 'fundingRates' | 'pnl' | 'drifts'}.${string}`
>
type Answers = { readonly [name in AccountCall]: (request: never) => unknown }
interface Key {
  readonly exchange: ExchangeId
  readonly key: string
}

let shared: ReturnType<typeof createActivity> | null = null
const activityOf = (options: AccountOptions) => (shared ??= createActivity(startedAt, options.fills))

export function accountAnswers(options: AccountOptions, currency: () => string, push: FakeApi['push']): Answers {
  const isEmpty = options.scene === 'none' || options.scene === 'locked'
  const activity = activityOf(options)
  let extra: readonly AccountStatus[] = []
  let removed: readonly string[] = []
  let labels: Readonly<Record<string, string>> = {}
  const list = () =>
    [...(isEmpty ? [] : accounts(Date.now())), ...extra]
      .filter(({ id }) => !removed.includes(id))
      .map((account) => ({ ...account, label: labels[account.id] ?? account.label }))
  const some = <T>(rows: readonly T[]): readonly T[] => (isEmpty ? [] : rows)
  const changed = () => {
    push('accounts.changed', list())
    return null
  }
  /** Keys whose text says so can withdraw, trade, or are refused. */
  const test = ({ key }: Key) => ({
    ok: !key.includes('bad'),
    problem: key.includes('bad')
      ? 'Binance answered -2015: the key, its IP allow-list or its permissions are not valid. Check that your address is on the list.'
      : null,
    permissions: key.includes('bad')
      ? null
      : {
          canRead: true,
          canTrade: key.includes('trade'),
          canWithdraw: key.includes('withdraw'),
          ipRestricted: true,
          ipAddresses: ['203.0.113.7'],
          expiresAt: Date.now() + 80 * 86_400_000,
          notes: [],
        },
  })
  return {
    'accounts.list': list,
    'accounts.keyStore': () => keyStore(options.scene),
    'accounts.testKey': (key: Key) => later(options.delayMs, test(key)),
    'accounts.add': async (request: Key & { readonly label: string }) => {
      const first = accounts(Date.now())[0]
      await later(options.delayMs, null)
      if (!first) return null
      const account: AccountStatus = {
        ...first,
        id: `${request.exchange}-${extra.length + 2}`,
        exchange: request.exchange,
        label: request.label,
        state: 'connecting',
        reason: 'Reading balances, orders and fills for the first time',
        permissions: test(request).permissions,
      }
      extra = [...extra, account]
      changed()
      return account
    },
    'accounts.rename': ({ id, label }: { id: string; label: string }) => {
      labels = { ...labels, [id]: label }
      return changed()
    },
    'accounts.remove': ({ id }: { id: string }) => {
      removed = [...removed, id]
      return changed()
    },
    'accounts.restart': () => later(options.delayMs, null),
    'accounts.refresh': () => later(options.delayMs * 3, null),
    'portfolio.get': () => {
      const all = portfolio(currency(), 0, Date.now())
      return isEmpty
        ? { ...all, rows: [], total: '0', missingPrices: [], stalePrices: [], changeSinceMidnight: null }
        : all
    },
    'orders.open': () => some(activity.orders.filter(({ status }) => !isFinalStatus(status))),
    'orders.list': (request: { filter: object; cursor: string | null; limit: number }) =>
      paged(some(filterOrders(activity.orders, request.filter)), request),
    'orders.events': ({ exchangeOrderId }: { exchangeOrderId: string }) => {
      const order = activity.orders.find((other) => other.exchangeOrderId === exchangeOrderId)
      return order ? eventsOf(order) : []
    },
    'fills.list': (request: { filter: object; cursor: string | null; limit: number }) =>
      paged(some(filterFills(activity.fills, request.filter)), request),
    'positions.list': () => some(activity.positions),
    'transfers.list': (request: { filter: object; cursor: string | null; limit: number }) =>
      paged(some(filterTransfers(activity.transfers, request.filter)), request),
    'fundingPayments.list': (request: { cursor: string | null; limit: number; account: string | null }) =>
      paged(
        some(activity.payments.filter(({ account }) => request.account === null || account === request.account)),
        request,
      ),
    'fundingRates.list': () => activity.rates(Date.now()),
    'pnl.report': (request: { method: PnlReport['method']; account: string | null; from: number | null }) =>
      isEmpty
        ? { method: request.method, days: [], symbols: [], feesElsewhere: [], firstFillAt: null, notes: [] }
        : pnlReport(activity, request.method, request.account, request.from, startedAt),
    'drifts.list': () => some(drifts(startedAt)),
  }
}

/** State once a second, and orders and fills as often as asked: an open order fills a little more, until it is done. */
export function liveAccounts(
  options: AccountOptions,
  eventsPerSecond: number,
  push: FakeApi['push'],
  currency: () => string,
): void {
  if (options.scene !== 'usual' && options.scene !== 'demo') return
  const activity = activityOf(options)
  const random = createRandom(3)
  let beat = 0
  setInterval(() => {
    beat++
    push('portfolio.update', portfolio(currency(), beat, Date.now()))
    push('fundingRates.update', activity.rates(Date.now()))
    push(
      'positions.update',
      activity.positions.flatMap((position) =>
        position.quantity === '0' ? [] : { ...position, receivedAt: Date.now() },
      ),
    )
  }, 1_000)
  if (eventsPerSecond <= 0) return
  setInterval(() => {
    const open = activity.orders.filter(({ status }) => !isFinalStatus(status))
    const at = Math.floor(random() * open.length)
    const order = open[at]
    const now = Date.now()
    if (!order || open.length < 12) return
    const quantity = order.quantity ?? '0'
    const isDone = random() < 0.1
    const next: Order = {
      ...order,
      status: isDone ? 'FILLED' : 'PARTIALLY_FILLED',
      exchangeStatus: isDone ? 'FILLED' : 'PARTIALLY_FILLED',
      filledQuantity: isDone ? quantity : (Number(quantity) * (0.1 + random() * 0.85)).toFixed(6),
      averagePrice: order.price,
      updatedAt: now,
      receivedAt: now,
    }
    activity.orders[activity.orders.indexOf(order)] = next
    const fill = activity.fillOf(now, order)
    activity.fills.unshift(fill)
    push('order.changed', next)
    push('fill.added', fill)
  }, 1_000 / eventsPerSecond)
}
