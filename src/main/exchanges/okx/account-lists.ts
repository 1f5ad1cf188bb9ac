/**
 * The private REST lists of one account; account-paging.ts turns their pages. Ranges are asked for a little wider than wanted,
 * since it is not documented which of their ends count.
 * Docs: https://www.okx.com/docs-v5/en/ at each endpoint
 */

import type {
  Balance,
  EpochMs,
  Fill,
  FundingPayment,
  Instrument,
  Order,
  Position,
  Transfer,
} from '../../../shared/domain/index.ts'
import { positionKey } from '../../../shared/domain/index.ts'
import type { PassedOver, RestCall, Sign } from '../../net/rest.ts'
import type { AccountConnector, Ask, Credentials, Page, TimeRange, WithRaw } from '../account-contract.ts'
import { collect, onceEach } from '../account-pages.ts'
import { type AccountContext, readList } from '../account-rows.ts'
import { withPassedOver } from '../rows.ts'
import {
  isEmptyBalance,
  joinPositions,
  readFill,
  readFundingBalance,
  readOrder,
  readPosition,
  readTradingBalance,
} from './account-normalize.ts'
import { createPaging, type List, pageSize, type Query, type ReadRow, timeText } from './account-paging.ts'
import { BalanceRow } from './account-schemas.ts'
import {
  readDeposit,
  readFundingFee,
  readMoveBetweenAccounts,
  readWalletMove,
  readWithdrawal,
} from './account-transfers.ts'
import { urls } from './endpoints.ts'
import { rowsOf } from './fields.ts'
import { signRequests } from './signing.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
/** orders-history and bills reach back so far; their archives (and fills-history) three months. An hour of slack. */
const recentMs = 7 * dayMs - hourMs
const keptMs = 92 * dayMs
/** Fills are downloaded in pieces of this length, so that they can be handed on oldest first. */
const fillWindowMs = 7 * dayMs
/** Order lists filter by creation: an order that changed within a range was created at most so long before it. */
const longestRestMs = 7 * dayMs

/** Spot books take margin orders too, which OKX lists as a type of their own. */
const instrumentTypes = ['SPOT', 'MARGIN', 'SWAP'] as const

type Lists = Omit<AccountConnector, 'asksPerSymbol' | 'wallets' | 'streams' | 'permissions'> & { readonly sign: Sign }

export function createLists(context: AccountContext, credentials: Credentials): Lists {
  const signWith = signRequests(credentials)
  /** OKX's clock as of the last request; 0 before the first. */
  let now: EpochMs = 0
  const sign: Sign = (request) => {
    now = request.now
    return signWith(request)
  }

  const { listCall, pagesOf } = createPaging(sign)

  const orders = (url: string, pool: string): List<WithRaw<Order>> => ({
    url,
    pool,
    cursor: 'ordId',
    read: (json, receivedAt) => readOrder(context, json, receivedAt),
  })
  const fillList: List<WithRaw<Fill>> = {
    url: urls.fills,
    pool: 'fills',
    cursor: 'billId',
    read: (json, receivedAt) => readFill(context, json, receivedAt),
  }

  async function balances(ask: Ask): ReturnType<AccountConnector['balances']> {
    const tradingCall: RestCall<readonly Balance[]> = {
      url: urls.accountBalance,
      query: [],
      pool: 'account-balance',
      weight: 1,
      sign,
      parse(body) {
        const receivedAt = Date.now()
        const rows = rowsOf(body)
        if (!rows.ok) return rows
        const row = BalanceRow.safeParse(rows.value[0])
        if (!row.success) return { ok: false, problem: `account/balance: ${row.error.message}` }
        return readList('account/balance', row.data.details, (json) => readTradingBalance(context, json, receivedAt))
      },
    }
    const fundingCall = listCall(urls.assetBalances, 'asset-balances', [], (json, receivedAt) =>
      readFundingBalance(context, json, receivedAt),
    )
    const [unified, funding] = await Promise.all([ask(tradingCall), ask(fundingCall)])
    if (!unified.ok) return unified
    if (!funding.ok) return funding
    const value = [...unified.value, ...funding.value].filter((balance) => !isEmptyBalance(balance))
    return withPassedOver(value, [unified.passedOver, funding.passedOver])
  }

  async function openOrders(ask: Ask): ReturnType<AccountConnector['openOrders']> {
    return collect(pagesOf(ask, orders(urls.openOrders, 'open-orders'), []))
  }

  /** 51603: no such order, which is also what OKX says two hours after an order was cancelled unfilled. */
  async function order(
    ask: Ask,
    instrument: Instrument,
    exchangeOrderId: string,
  ): ReturnType<AccountConnector['order']> {
    const query: Query = [
      ['instId', instrument.nativeName],
      ['ordId', exchangeOrderId],
    ]
    const result = await ask(
      listCall(urls.order, 'order', query, (json, receivedAt) => readOrder(context, json, receivedAt)),
    )
    if (result.ok) return { ...result, value: result.value[0] ?? null }
    return result.failure.code === '51603' ? { ok: true, value: null } : result
  }

  async function* orderHistory(ask: Ask, { from, to }: TimeRange): AsyncGenerator<Page<WithRaw<Order>>> {
    const known = new Set<string>()
    const idOf = ({ row }: WithRaw<Order>) => row.exchangeOrderId
    const isWanted = ({ row }: WithRaw<Order>) => row.updatedAt >= from && row.updatedAt <= to
    const begin = ['begin', timeText(from - longestRestMs)] as const
    for (const isArchive of [false, true]) {
      // Now that something was asked, the time is known.
      if (isArchive && from > now - recentMs) return
      const list = isArchive ? orders(urls.orderArchive, 'order-archive') : orders(urls.orderHistory, 'order-history')
      const end = isArchive ? [['end', String(Math.min(to, now - recentMs))] as const] : []
      for (const instType of instrumentTypes) {
        const pages = pagesOf(ask, list, [['instType', instType], begin, ...end])
        for await (const page of onceEach(pages, idOf, isWanted, known)) {
          yield page
          if (!page.ok) return
        }
      }
    }
  }

  /**
   * OKX pages from the newest fill back. A piece of time is handed on when all of it is there, oldest fill first: a download that
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
    let begin = from
    do {
      begin = Math.max(begin, now - keptMs)
      const end = begin + fillWindowMs
      const piece: WithRaw<Fill>[] = []
      const passedOver: (PassedOver | undefined)[] = []
      for (const instType of instrumentTypes) {
        const query: Query = [
          ['instType', instType],
          ['begin', timeText(begin - 1)],
          ['end', String(end + 1)],
        ]
        for await (const page of onceEach(pagesOf(ask, fillList, query), idOf, isWanted, known)) {
          if (!page.ok) {
            yield page
            return
          }
          for (const fill of page.value) piece.push(fill)
          passedOver.push(page.passedOver)
        }
      }
      // Pages came newest first; sorting is stable, so fills of one millisecond stay in OKX's order.
      piece.reverse().sort((a, b) => a.row.at - b.row.at)
      for (let start = 0; start < piece.length || start === 0; start += pageSize) {
        const rows = piece.slice(start, start + pageSize)
        const page = withPassedOver(rows, start === 0 ? passedOver : [])
        if (rows.length > 0 || page.passedOver !== undefined) yield page
      }
      begin = end
    } while (begin <= now)
  }

  async function positions(ask: Ask): ReturnType<AccountConnector['positions']> {
    const call = listCall(urls.accountPositions, 'account-positions', [['instType', 'SWAP']], (json, receivedAt) =>
      readPosition(context, json, receivedAt),
    )
    const result = await ask(call)
    if (!result.ok) return result
    const byKey = new Map<string, Position>()
    for (const { position } of result.value) {
      const key = positionKey(position)
      const other = byKey.get(key)
      byKey.set(key, other ? joinPositions(other, position) : position)
    }
    const value = [...byKey.values()].filter(({ quantity }) => quantity !== '0')
    return { ...result, value }
  }

  /** Bills of one type within a range; the archive is asked where the range began before the recent ones. */
  async function* bills<T>(
    ask: Ask,
    type: '1' | '8',
    { from, to }: TimeRange,
    read: ReadRow<T>,
  ): AsyncGenerator<Page<T>> {
    const query: Query = [
      ['type', type],
      ['begin', timeText(from - 1)],
      ['end', String(to + 1)],
    ]
    const recent: List<T> = { url: urls.bills, pool: 'bills', cursor: 'billId', read }
    for await (const page of pagesOf(ask, recent, query)) {
      yield page
      if (!page.ok) return
    }
    if (from <= now - recentMs) yield* pagesOf(ask, { ...recent, url: urls.billsArchive, pool: 'bills-archive' }, query)
  }

  async function* transfers(ask: Ask, range: TimeRange): AsyncGenerator<Page<WithRaw<Transfer>>> {
    const isWanted = ({ row }: WithRaw<Transfer>) => row.createdAt >= range.from && row.createdAt <= range.to
    const idOf = ({ row }: WithRaw<Transfer>) => `${row.kind} ${row.transferId}`
    const known = new Set<string>()
    const before: Query = [['before', timeText(range.from - 1)]]
    const after = String(range.to + 1)
    const deposits: List<WithRaw<Transfer>> = {
      url: urls.deposits,
      pool: 'deposits',
      cursor: 'ts',
      read: (json, receivedAt) => readDeposit(context, json, receivedAt),
    }
    const withdrawals: List<WithRaw<Transfer>> = {
      url: urls.withdrawals,
      pool: 'withdrawals',
      cursor: 'ts',
      read: (json, receivedAt) => readWithdrawal(context, json, receivedAt),
    }
    const betweenAccounts: List<WithRaw<Transfer>> = {
      url: urls.assetBills,
      pool: 'asset-bills',
      cursor: 'ts',
      read: (json, receivedAt) => readMoveBetweenAccounts(context, json, receivedAt),
    }
    const sources = [
      pagesOf(ask, deposits, before, after),
      pagesOf(ask, withdrawals, before, after),
      pagesOf(ask, betweenAccounts, before, after),
      bills(ask, '1', range, (json, receivedAt) => readWalletMove(context, json, receivedAt)),
    ]
    for (const source of sources) {
      for await (const page of onceEach(source, idOf, isWanted, known)) {
        yield page
        if (!page.ok) return
      }
    }
  }

  function fundingPayments(ask: Ask, range: TimeRange): AsyncIterable<Page<FundingPayment>> {
    const pages = bills(ask, '8', range, (json, receivedAt) => readFundingFee(context, json, receivedAt))
    const isWanted = ({ at }: FundingPayment) => at >= range.from && at <= range.to
    return onceEach(pages, ({ paymentId }) => paymentId, isWanted)
  }

  return { sign, balances, openOrders, order, orderHistory, fills, positions, transfers, fundingPayments }
}
