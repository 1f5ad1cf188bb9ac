/** Bybit's private REST under /v5, read only: lists newest first, paged by cursor, with the windows and limits as documented. */
import { isZeroAmount } from '../../../../shared/amount.ts'
import type { EpochMs, MarketKind } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey, SimFill, SimFunding, SimOrder, SimTransfer } from '../../account/contract.ts'
import type { SimAssets } from '../../assets.ts'
import { coinRows } from './assets.ts'
import type { Category, Frames } from './frames.ts'
import type { PrivateRows } from './private-rows.ts'
import { type Answer, answered, limitIn, type Row, refused, timeIn, wrong } from './replies.ts'

const dayMs = 86_400_000
const weekMs = 7 * dayMs
const monthMs = 30 * dayMs
/** Of orders that ended without a fill. */
const unfilledKeptMs = dayMs
const keptMs = 730 * dayMs
/** Orders that ended which the list of live ones still knows. */
const mostRecentOrders = 500

export interface PrivateEndpoint {
  /** Requests of one user in a window. */
  readonly limit: number
  /** 1 s unless said otherwise. */
  readonly windowMs?: number
  answer(query: URLSearchParams, key: SimApiKey): Answer
}

/** A thing to list, when it was, and its row, made only for what is shown. */
interface Listed {
  readonly id: string
  readonly at: EpochMs
  row(): Row
}

export function createPrivateRest(
  account: SimAccount,
  frames: Frames,
  rows: PrivateRows,
  assets: SimAssets,
): Readonly<Record<string, PrivateEndpoint>> {
  /** Category, and the instruments that a query narrows a list to. */
  function narrowed(
    query: URLSearchParams,
    answer: (kind: MarketKind, category: Category, fits: (name: string, quote: string) => boolean) => Answer,
  ): Answer {
    const category = query.get('category')
    if (category === 'inverse' || category === 'option') return answered({ category, list: [], nextPageCursor: '' })
    if (category !== 'spot' && category !== 'linear') return wrong('category invalid')
    const [symbol, settleCoin, baseCoin] = [query.get('symbol'), query.get('settleCoin'), query.get('baseCoin')]
    if (symbol && !frames.find(category, symbol)) return wrong(`symbol invalid ${symbol}`)
    return answer(category === 'spot' ? 'spot' : 'perpetual', category, (name, quote) => {
      if (symbol) return name === symbol
      return (!settleCoin || quote === settleCoin) && (!baseCoin || name.startsWith(baseCoin))
    })
  }

  /** `cursor` names the last row of the page before; every page with rows has one. */
  function paged(
    query: URLSearchParams,
    listed: readonly Listed[],
    standard: number,
    most: number,
    name = 'list',
  ): Answer {
    const limit = limitIn(query, standard, most)
    if (limit === null) return wrong('limit invalid')
    const newest = [...listed].reverse().sort((a, b) => b.at - a.at)
    const cursor = query.get('cursor')
    const last = cursor ? newest.findIndex(({ id }) => cursorOf(id) === cursor) : -1
    if (cursor && last < 0) return wrong('cursor invalid')
    const page = newest.slice(last + 1, last + 1 + limit)
    const end = page.at(-1)
    return answered({ nextPageCursor: end ? cursorOf(end.id) : '', [name]: page.map((one) => one.row()) })
  }

  /** A range of at most `longestMs`; where an end is missing, so much up to the other, or up to now. */
  function within(query: URLSearchParams, longestMs: number, answer: (from: EpochMs, to: EpochMs) => Answer): Answer {
    const [start, end] = [timeIn(query, 'startTime'), timeIn(query, 'endTime')]
    if (start === null || end === null) return wrong('time invalid')
    const to = end ?? (start === undefined ? account.now() : start + longestMs)
    const from = start ?? to - longestMs
    return to - from > longestMs || to < from ? wrong('The time range cannot exceed the limit') : answer(from, to)
  }

  const orderOf = (order: SimOrder): Listed => ({ id: order.id, at: order.createdAt, row: () => rows.order(order) })

  function liveOrders(query: URLSearchParams): Answer {
    return narrowed(query, (kind, category, fits) => {
      const [orderId, orderLinkId] = [query.get('orderId'), query.get('orderLinkId')]
      const isNamed = Boolean(orderId || orderLinkId)
      if (
        category === 'linear' &&
        !query.get('symbol') &&
        !query.get('settleCoin') &&
        !query.get('baseCoin') &&
        !isNamed
      )
        return wrong('symbol or settleCoin or baseCoin is required')
      const ended = account
        .orders(kind)
        .filter((order) => !rows.isOpen(order))
        .slice(-mostRecentOrders)
      const shown = [...account.openOrders(kind), ...(isNamed || query.get('openOnly') === '1' ? ended : [])].filter(
        (order) =>
          (orderId ? order.id === orderId : !orderLinkId || order.clientOrderId === orderLinkId) &&
          fits(frames.nameOf(order.instrument), order.instrument.quote),
      )
      return paged(query, shown.map(orderOf), 20, 50)
    })
  }

  const isGone = (order: SimOrder): boolean =>
    isZeroAmount(order.filledQuantity) && order.updatedAt < account.now() - unfilledKeptMs

  /** By the time of their creation; one that is named is found whenever it was made. */
  const pastOrders = (query: URLSearchParams): Answer =>
    narrowed(query, (kind, _category, fits) => {
      const orderId = query.get('orderId')
      const shown = account
        .orders(kind)
        .filter((order) => !rows.isOpen(order) && !isGone(order) && order.createdAt >= account.now() - keptMs)
        .filter(({ instrument }) => fits(frames.nameOf(instrument), instrument.quote))
      if (orderId) return paged(query, shown.filter(({ id }) => id === orderId).map(orderOf), 20, 50)
      return within(query, weekMs, (from, to) =>
        paged(query, shown.filter(({ createdAt }) => createdAt >= from && createdAt <= to).map(orderOf), 20, 50),
      )
    })

  const executions = (query: URLSearchParams): Answer =>
    narrowed(query, (kind, _category, fits) =>
      within(query, weekMs, (from, to) => {
        const orderId = query.get('orderId')
        const fills = account.fills(kind).filter(({ order }) => !orderId || order.id === orderId)
        const payments = kind === 'perpetual' && !orderId ? account.funding() : []
        const type = query.get('execType')
        const listed = [
          ...fills.map((fill) => ({ of: fill, type: 'Trade', id: fill.tradeId, row: () => rows.execution(fill) })),
          ...payments.map((one) => ({ of: one, type: 'Funding', id: one.id, row: () => rows.fundingExecution(one) })),
        ]
        return paged(
          query,
          listed
            .filter(({ of, type: ofType }) => of.at >= from && of.at <= to && (!type || type === ofType))
            .filter(({ of }) => fits(frames.nameOf(of.instrument), of.instrument.quote))
            .map(({ of, id, row }) => ({ id, at: of.at, row })),
          50,
          100,
        )
      }),
    )

  /** Of linear contracts: trades and funding, each with the balance after it. */
  function transactionLog(query: URLSearchParams): Answer {
    const category = query.get('category')
    if (category !== 'linear') return answered({ nextPageCursor: '', list: [] })
    return within(query, weekMs, (from, to) => {
      const totals = new Map<SimFill | SimFunding, string>()
      for (const { fill, funding, total } of account.ledger('spot')) {
        const cause = fill ?? funding
        if (cause) totals.set(cause, total)
      }
      const type = query.get('type')
      // A payment of 0 stands here too, but in no ledger.
      const listed = [...account.fills('perpetual'), ...account.funding()]
        .filter(({ at }) => at >= from && at <= to)
        .map((of) => ({
          id: 'tradeId' in of ? of.tradeId : of.id,
          at: of.at,
          row: () => rows.logRow(of, totals.get(of) ?? ''),
        }))
      return paged(
        query,
        listed.filter((one) => !type || one.row().type === type),
        20,
        50,
      )
    })
  }

  const transferList = (
    query: URLSearchParams,
    kind: SimTransfer['kind'],
    longestMs: number,
    row: (transfer: SimTransfer) => Row,
    name: 'rows' | 'list',
    isOnChain: boolean | null = null,
  ): Answer =>
    within(query, longestMs, (from, to) => {
      const coin = query.get('coin')
      // By the second.
      const [first, last] = [Math.floor(from / 1_000) * 1_000, Math.floor(to / 1_000) * 1_000 + 999]
      const shown = account
        .transfers(kind)
        .filter(({ asset, createdAt }) => (!coin || asset === coin) && createdAt >= first && createdAt <= last)
        .filter(({ network }) => isOnChain === null || isOnChain === (network !== ''))
      return paged(
        query,
        shown.map((transfer) => ({ id: transfer.id, at: transfer.createdAt, row: () => row(transfer) })),
        20,
        50,
        name,
      )
    })

  /** A key may lack the permission to read what it asks for. */
  const permitted =
    (permission: string, answer: (query: URLSearchParams, key: SimApiKey) => Answer) =>
    (query: URLSearchParams, key: SimApiKey): Answer =>
      key.lacks?.includes(permission)
        ? refused(10005, 'Permission denied, please check your API key permissions.')
        : answer(query, key)

  return {
    '/v5/user/query-api': { limit: 10, answer: (_query, key) => answered(rows.key(key)) },
    '/v5/account/wallet-balance': {
      limit: 50,
      answer: permitted('Wallet', (query) => {
        if (query.get('accountType') !== 'UNIFIED') return wrong('accountType only support UNIFIED')
        const coins = query.get('coin')?.split(',')
        const held = account
          .balances('spot')
          .filter(({ asset, total }) => !isZeroAmount(total) && (coins === undefined || coins.includes(asset)))
        return answered({ list: [rows.wallet(held)] })
      }),
    },
    '/v5/asset/transfer/query-account-coins-balance': {
      limit: 5,
      answer: permitted('Wallet', (query) => {
        const accountType = query.get('accountType')
        if (accountType !== 'FUND') return wrong('accountType invalid')
        const balance = account.balances('funding').map(({ asset, free, total }) => ({
          ...{ coin: asset, transferBalance: free, walletBalance: total, bonus: '' },
        }))
        return answered({ memberId: account.userId, accountType, balance })
      }),
    },
    '/v5/account/fee-rate': {
      limit: 5,
      answer: (query) =>
        narrowed(query, (kind, category, fits) => {
          const { maker, taker } = account.rules.fees[kind]
          const list = frames
            .listed(category)
            .filter((one) => fits(frames.nameOf(one), one.quote))
            .map((one) => ({ symbol: frames.nameOf(one), takerFeeRate: taker, makerFeeRate: maker }))
          return answered({ ...(category === 'spot' ? { category } : {}), list })
        }),
    },
    '/v5/account/transaction-log': { limit: 25, answer: transactionLog },
    '/v5/order/realtime': { limit: 50, answer: permitted('Order', liveOrders) },
    '/v5/order/history': { limit: 50, answer: permitted('Order', pastOrders) },
    '/v5/execution/list': { limit: 50, answer: permitted('Order', executions) },
    '/v5/position/list': {
      limit: 50,
      answer: (query) =>
        narrowed(query, (_kind, category, fits) => {
          if (category === 'spot') return wrong('category invalid')
          if (!query.get('symbol') && !query.get('settleCoin')) return wrong('symbol or settleCoin is required')
          const listed = account
            .positions()
            .filter(({ instrument }) => fits(frames.nameOf(instrument), instrument.quote))
            .map((one) => ({ id: frames.nameOf(one.instrument), at: 0, row: () => rows.position(one, 'avgPrice') }))
          return paged(query, listed, 20, 200)
        }),
    },
    '/v5/asset/deposit/query-record': {
      limit: 100,
      windowMs: 60_000,
      answer: (query) => transferList(query, 'deposit', monthMs, rows.deposit, 'rows', true),
    },
    '/v5/asset/deposit/query-internal-record': {
      limit: 60,
      windowMs: 60_000,
      answer: (query) => transferList(query, 'deposit', monthMs, rows.internalDeposit, 'rows', false),
    },
    '/v5/asset/withdraw/query-record': {
      limit: 300,
      windowMs: 60_000,
      // Told to the master account's keys only.
      answer: permitted('Master', (query) => transferList(query, 'withdrawal', monthMs, rows.withdrawal, 'rows')),
    },
    '/v5/asset/transfer/query-inter-transfer-list': {
      limit: 60,
      windowMs: 60_000,
      answer: (query) => transferList(query, 'internal', weekMs, rows.walletMove, 'list'),
    },
    '/v5/asset/coin/query-info': {
      limit: 5,
      answer: (query) => answered({ rows: coinRows(assets, query.get('coin') || null, account.now()) }),
    },
  }
}

/** Percent-encoded in the reply, as Bybit's are: whoever sends it back encodes it once more. */
const cursorOf = (id: string): string => encodeURIComponent(`page_args=${id}&`)
