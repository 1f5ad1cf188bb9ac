/**
 * The private REST lists of one account; account-paging.ts turns their pages.
 * Docs: https://bybit-exchange.github.io/docs/v5/order/open-order, /v5/order/order-list, /v5/order/execution, /v5/position
 */

import type {
  Balance,
  EpochMs,
  Fill,
  FundingPayment,
  Instrument,
  MarketKind,
  Order,
  Position,
  Transfer,
} from '../../../shared/domain/index.ts'
import type { PassedOver, RestCall, Sign } from '../../net/rest.ts'
import type { AccountConnector, Ask, Credentials, Page, TimeRange, WithRaw } from '../account-contract.ts'
import { collect, onceEach } from '../account-pages.ts'
import { type AccountContext, readList } from '../account-rows.ts'
import { withPassedOver } from '../rows.ts'
import {
  isEmptyBalance,
  readExecution,
  readFundingBalance,
  readOrder,
  readPosition,
  readUnifiedBalance,
} from './account-normalize.ts'
import { between, createPaging, type List, piecesOf, type Query } from './account-paging.ts'
import { FundingResult, WalletRow } from './account-schemas.ts'
import {
  readDeposit,
  readFunding,
  readInternalDeposit,
  readTradeProfit,
  readWalletMove,
  readWithdrawal,
  type TradeProfit,
} from './account-transfers.ts'
import { categories, urls } from './endpoints.ts'
import { pageOf, resultOf } from './fields.ts'
import { signRequests } from './signing.ts'

const dayMs = 86_400_000
/** The longest range of orders, executions, the transaction log and moves between wallets; of deposits and withdrawals. */
const weekMs = 7 * dayMs
const monthMs = 30 * dayMs
/** Orders, executions and the transaction log reach back two years, a day of slack; of transfers nobody says how long they are kept. */
const keptMs = 729 * dayMs
/** Order lists filter by creation: an order that changed within a range was created at most so long before it. */
const longestRestMs = 7 * dayMs
/** The most rows of a page of fills handed on. */
const fillsAtOnce = 100

const kinds = ['spot', 'perpetual'] as const
/** Open orders and positions of linear contracts are answered for one settlement asset at a time. */
const settleCoins = ['USDT', 'USDC'] as const

type Lists = Omit<AccountConnector, 'asksPerSymbol' | 'wallets' | 'streams' | 'permissions'> & { readonly sign: Sign }

/** `isSubAccount`: as far as the key told it, which withdraws nothing and is not told of withdrawals. */
export function createLists(context: AccountContext, credentials: Credentials, isSubAccount: () => boolean): Lists {
  const signWith = signRequests(credentials)
  /** Bybit's clock as of the last request; 0 before the first. */
  let now: EpochMs = 0
  const sign: Sign = (request) => {
    now = request.now
    return signWith(request)
  }
  const { pagesOf } = createPaging(sign)
  /** What of a range Bybit keeps, by its clock, or by ours before the first request. */
  const kept = ({ from, to }: TimeRange): TimeRange => ({ from: Math.max(from, (now || Date.now()) - keptMs), to })

  const orders = (url: string, pool: string, kind: MarketKind): List<WithRaw<Order>> => ({
    url,
    pool,
    limit: 50,
    read: (json, receivedAt) => readOrder(context, kind, json, receivedAt),
  })
  const liveOrders = (kind: MarketKind) => orders(urls.openOrders, 'order/realtime', kind)
  const pastOrders = (kind: MarketKind) => orders(urls.orderHistory, 'order/history', kind)
  const executions = (kind: MarketKind): List<WithRaw<Fill>> => ({
    url: urls.executions,
    pool: 'execution/list',
    limit: 100,
    read: (json, receivedAt) => readExecution(context, kind, json, receivedAt),
  })
  const log = <T>(read: List<T>['read']): List<T> => ({
    url: urls.transactionLog,
    pool: 'account/transaction-log',
    limit: 50,
    read,
  })

  async function balances(ask: Ask): ReturnType<AccountConnector['balances']> {
    const unifiedCall: RestCall<readonly Balance[]> = {
      url: urls.walletBalance,
      query: [['accountType', 'UNIFIED']],
      pool: 'account/wallet-balance',
      weight: 1,
      sign,
      parse(body) {
        const receivedAt = Date.now()
        const page = pageOf(body)
        if (!page.ok) return page
        const wallet = WalletRow.safeParse(page.value.rows[0])
        if (!wallet.success) return { ok: false, problem: `account/wallet-balance: ${wallet.error.message}` }
        return readList('account/wallet-balance', wallet.data.coin, (json) =>
          readUnifiedBalance(context, json, null, receivedAt),
        )
      },
    }
    const fundingCall: RestCall<readonly Balance[]> = {
      url: urls.fundingBalance,
      query: [['accountType', 'FUND']],
      pool: 'asset/coins-balance',
      weight: 1,
      sign,
      parse(body) {
        const receivedAt = Date.now()
        const result = resultOf(body)
        if (!result.ok) return result
        const wallet = FundingResult.safeParse(result.value)
        if (!wallet.success) return { ok: false, problem: `asset/coins-balance: ${wallet.error.message}` }
        return readList('asset/coins-balance', wallet.data.balance ?? [], (json) =>
          readFundingBalance(context, json, receivedAt),
        )
      },
    }
    const [unified, funding] = await Promise.all([ask(unifiedCall), ask(fundingCall)])
    if (!unified.ok) return unified
    if (!funding.ok) return funding
    const value = [...unified.value, ...funding.value].filter((balance) => !isEmptyBalance(balance))
    return withPassedOver(value, [unified.passedOver, funding.passedOver])
  }

  async function openOrders(ask: Ask): ReturnType<AccountConnector['openOrders']> {
    const linear = settleCoins.map((coin) =>
      pagesOf(ask, liveOrders('perpetual'), [
        ['category', 'linear'],
        ['settleCoin', coin],
      ]),
    )
    return collect(pagesOf(ask, liveOrders('spot'), [['category', 'spot']]), ...linear)
  }

  /** The live list knows the newest 500 that ended, too, the history those with fills for two years and the others for a day. */
  async function order(
    ask: Ask,
    { kind, nativeName }: Instrument,
    exchangeOrderId: string,
  ): ReturnType<AccountConnector['order']> {
    const query: Query = [
      ['category', categories[kind]],
      ['symbol', nativeName],
      ['orderId', exchangeOrderId],
    ]
    for (const list of [liveOrders(kind), pastOrders(kind)]) {
      const found = await collect(pagesOf(ask, list, query))
      if (!found.ok) return found
      const [newest] = found.value
      if (newest !== undefined) return { ...found, value: newest }
    }
    return { ok: true, value: null }
  }

  async function* orderHistory(ask: Ask, { from, to }: TimeRange): AsyncGenerator<Page<WithRaw<Order>>> {
    const known = new Set<string>()
    const idOf = ({ row }: WithRaw<Order>) => `${row.symbol} ${row.exchangeOrderId}`
    const isWanted = ({ row }: WithRaw<Order>) => row.updatedAt >= from && row.updatedAt <= to
    for (const piece of piecesOf(kept({ from: from - longestRestMs, to }), weekMs)) {
      for (const kind of kinds) {
        const pages = pagesOf(ask, pastOrders(kind), [['category', categories[kind]], ...between(piece)])
        for await (const page of onceEach(pages, idOf, isWanted, known)) {
          yield page
          if (!page.ok) return
        }
      }
    }
  }

  /** What trades realised, by their ids: executions do not tell it, and without it a perpetual's fill cannot be accounted for. */
  async function profitsOf(ask: Ask, piece: TimeRange): Promise<Page<TradeProfit>> {
    const list = log((json) => readTradeProfit(context, json))
    return collect(pagesOf(ask, list, [['accountType', 'UNIFIED'], ['category', 'linear'], ...between(piece)]))
  }

  /**
   * Bybit pages from the newest fill back. A piece of time is handed on when all of it is there, oldest fill first: a download that
   * is cut off then goes on behind the newest fill it has brought, and leaves no hole.
   */
  async function* fills(
    ask: Ask,
    from: EpochMs,
    cursors: Parameters<AccountConnector['fills']>[2],
  ): AsyncGenerator<Page<WithRaw<Fill>>> {
    const knownUntil = new Map(cursors.map(({ instrument, at }) => [instrument.symbol, at ?? 0]))
    const known = new Set<string>()
    const idOf = ({ row }: WithRaw<Fill>) => `${row.symbol} ${row.tradeId} ${row.exchangeOrderId}`
    const isWanted = ({ row }: WithRaw<Fill>) => row.at >= from && row.at >= (knownUntil.get(row.symbol) ?? 0)
    let { from: begin } = kept({ from, to: from })
    do {
      const piece: TimeRange = { from: begin, to: begin + weekMs - 1 }
      const lists = kinds.map((kind) =>
        onceEach(
          pagesOf(ask, executions(kind), [['category', categories[kind]], ...between(piece)]),
          idOf,
          isWanted,
          known,
        ),
      )
      const found = await collect(...lists)
      if (!found.ok) {
        yield found
        return
      }
      const isComplete = found.value.every(({ row }) => !row.symbol.endsWith('_PERP'))
      const profits = isComplete ? withPassedOver<readonly TradeProfit[]>([], []) : await profitsOf(ask, piece)
      if (!profits.ok) {
        yield profits
        return
      }
      // Pages came newest first; sorting is stable, so fills of one millisecond stay in Bybit's order.
      const rows = withProfits(found.value, profits.value).reverse()
      rows.sort((a, b) => a.row.at - b.row.at)
      yield* inPages(rows, found.passedOver)
      begin = piece.to + 1
    } while (begin <= now)
  }

  async function positions(ask: Ask): ReturnType<AccountConnector['positions']> {
    const list: List<Position> = {
      url: urls.positions,
      pool: 'position/list',
      limit: 200,
      read: (json, receivedAt) => readPosition(context, json, receivedAt),
    }
    const found = await collect(
      ...settleCoins.map((coin) =>
        pagesOf(ask, list, [
          ['category', 'linear'],
          ['settleCoin', coin],
        ]),
      ),
    )
    return found.ok ? { ...found, value: found.value.filter(({ quantity }) => quantity !== '0') } : found
  }

  /** Ends of a range of deposits, withdrawals and moves count by the second. */
  async function* transfers(ask: Ask, range: TimeRange): AsyncGenerator<Page<WithRaw<Transfer>>> {
    const known = new Set<string>()
    const idOf = ({ row }: WithRaw<Transfer>) => `${row.kind} ${row.transferId}`
    const isWanted = ({ row }: WithRaw<Transfer>) => row.createdAt >= range.from && row.createdAt <= range.to
    const whole = kept({ from: range.from - 1_000, to: range.to + 1_000 })
    const lists: readonly (readonly [list: List<WithRaw<Transfer>>, lengthMs: number, query: Query])[] = [
      [
        {
          url: urls.deposits,
          pool: 'asset/deposits',
          limit: 50,
          read: (json, receivedAt) => readDeposit(context, json, receivedAt),
        },
        monthMs,
        [],
      ],
      [
        {
          url: urls.internalDeposits,
          pool: 'asset/internal-deposits',
          limit: 50,
          read: (json, receivedAt) => readInternalDeposit(context, json, receivedAt),
        },
        monthMs,
        [],
      ],
      [
        {
          url: urls.walletMoves,
          pool: 'asset/transfers',
          limit: 50,
          read: (json, receivedAt) => readWalletMove(context, json, receivedAt),
        },
        weekMs,
        [],
      ],
      [
        {
          url: urls.withdrawals,
          pool: 'asset/withdrawals',
          limit: 50,
          read: (json, receivedAt) => readWithdrawal(context, json, receivedAt),
        },
        monthMs,
        // On chain and within Bybit.
        [['withdrawType', '2']],
      ],
    ]
    for (const [list, lengthMs, query] of lists) {
      if (list.url === urls.withdrawals && isSubAccount()) continue
      // A range ends a second early, lest a piece is a second longer than allowed.
      for (const piece of piecesOf(whole, lengthMs - 1_000)) {
        for await (const page of onceEach(pagesOf(ask, list, [...query, ...between(piece)]), idOf, isWanted, known)) {
          yield page
          if (!page.ok) return
        }
      }
    }
  }

  async function* fundingPayments(ask: Ask, range: TimeRange): AsyncGenerator<Page<FundingPayment>> {
    const known = new Set<string>()
    const idOf = ({ symbol, paymentId }: FundingPayment) => `${symbol} ${paymentId}`
    const isWanted = ({ at }: FundingPayment) => at >= range.from && at <= range.to
    const list = log((json, receivedAt) => readFunding(context, json, receivedAt))
    const query: Query = [
      ['accountType', 'UNIFIED'],
      ['category', 'linear'],
      ['type', 'SETTLEMENT'],
    ]
    for (const piece of piecesOf(kept(range), weekMs)) {
      for await (const page of onceEach(pagesOf(ask, list, [...query, ...between(piece)]), idOf, isWanted, known)) {
        yield page
        if (!page.ok) return
      }
    }
  }

  return { sign, balances, openOrders, order, orderHistory, fills, positions, transfers, fundingPayments }
}

/** A fill of a perpetual that the log does not tell (yet) keeps its profit unknown. */
function withProfits(fills: readonly WithRaw<Fill>[], profits: readonly TradeProfit[]): WithRaw<Fill>[] {
  const byTrade = new Map(profits.map(({ symbol, tradeId, profit }) => [`${symbol} ${tradeId}`, profit]))
  return fills.map((fill) => {
    const realisedPnl = fill.row.realisedPnl ?? byTrade.get(`${fill.row.symbol} ${fill.row.tradeId}`) ?? null
    return { ...fill, row: { ...fill.row, realisedPnl } }
  })
}

function* inPages<T>(rows: readonly T[], passedOver: PassedOver | undefined): Generator<Page<T>> {
  for (let start = 0; start < rows.length || start === 0; start += fillsAtOnce) {
    const page = withPassedOver(rows.slice(start, start + fillsAtOnce), start === 0 ? [passedOver] : [])
    if (page.value.length > 0 || page.passedOver !== undefined) yield page
  }
}
