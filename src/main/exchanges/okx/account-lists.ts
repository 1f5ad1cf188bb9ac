/**
 * The private REST lists with OKX's paging: newest first, at most 100 rows, `after` = rows older than an id (or, for deposits and
 * withdrawals, a time). Ranges are asked for a little wider than wanted, since it is not documented which of their ends count.
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
import { joinPassedOver } from '../rows.ts'
import {
  type AccountContext,
  isEmptyBalance,
  joinPositions,
  readFill,
  readFundingBalance,
  readOrder,
  readPosition,
  readTradingBalance,
} from './account-normalize.ts'
import { type Reading, readList } from './account-rows.ts'
import { BalanceRow } from './account-schemas.ts'
import { readDeposit, readFundingFee, readWalletMove, readWithdrawal } from './account-transfers.ts'
import { urls } from './endpoints.ts'
import { rowsOf } from './fields.ts'
import { signRequests } from './signing.ts'

const pageSize = 100
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

type Query = RestCall<unknown>['query']
type ReadRow<T> = (json: unknown, receivedAt: EpochMs) => Reading<T>

interface List<T> {
  readonly url: string
  readonly pool: string
  readonly read: ReadRow<T>
  /** The field that `after` is compared with. */
  readonly cursor: 'ordId' | 'billId' | 'ts'
}

interface RawPage<T> {
  readonly rows: readonly T[]
  /** Rows of the reply, good or not. */
  readonly count: number
  /** Cursor of the last one. */
  readonly last: string | null
}

type Lists = Omit<AccountConnector, 'wallets' | 'streams' | 'permissions'> & { readonly sign: Sign }

export function createLists(context: AccountContext, credentials: Credentials): Lists {
  const signWith = signRequests(credentials)
  /** OKX's clock as of the last request; 0 before the first. */
  let now: EpochMs = 0
  const sign: Sign = (request) => {
    now = request.now
    return signWith(request)
  }

  /** A reply whose rows are read one by one. */
  const listCall = <T>(url: string, pool: string, query: Query, read: ReadRow<T>): RestCall<readonly T[]> => ({
    url,
    query,
    pool,
    weight: 1,
    sign,
    parse(body) {
      const receivedAt = Date.now()
      const rows = rowsOf(body)
      return rows.ok ? readList(pool, rows.value, (json) => read(json, receivedAt)) : rows
    },
  })

  const pageCall = <T>({ url, pool, read, cursor }: List<T>, query: Query): RestCall<RawPage<T>> => {
    const { parse, ...call } = listCall(url, pool, [...query, ['limit', String(pageSize)]], read)
    return {
      ...call,
      parse(body) {
        const rows = rowsOf(body)
        if (!rows.ok) return rows
        const parsed = parse(body)
        if (!parsed.ok) return parsed
        const last = fieldOf(rows.value.at(-1), cursor)
        return { ...parsed, value: { rows: parsed.value, count: rows.value.length, last } }
      },
    }
  }

  /** Every page, newest rows first. Rows with one time stand on two pages where a page ends between them, so some come twice. */
  async function* pagesOf<T>(ask: Ask, list: List<T>, query: Query, from?: string): AsyncGenerator<Page<T>> {
    for (let after = from; ; ) {
      const result = await ask(pageCall(list, after === undefined ? query : [...query, ['after', after]]))
      if (!result.ok) {
        yield result
        return
      }
      const { rows, count, last } = result.value
      yield { ...result, value: rows }
      if (count < pageSize || last === null) return
      // `after` a time is exclusive: rows of the same millisecond would be lost behind it.
      const next = list.cursor === 'ts' ? String(Number(last) + 1) : last
      after = next === after ? last : next
    }
  }

  /** Pages without the rows that came before or that `isWanted` refuses. */
  async function* onceEach<T>(
    pages: AsyncIterable<Page<T>>,
    known: Set<string>,
    idOf: (row: T) => string,
    isWanted: (row: T) => boolean,
  ): AsyncGenerator<Page<T>> {
    for await (const page of pages) {
      if (!page.ok) {
        yield page
        return
      }
      const rows = page.value.filter((row) => {
        const isNew = isWanted(row) && !known.has(idOf(row))
        if (isNew) known.add(idOf(row))
        return isNew
      })
      if (rows.length > 0 || page.passedOver !== undefined) yield { ...page, value: rows }
    }
  }

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
    const begin = ['begin', String(from - longestRestMs)] as const
    for (const isArchive of [false, true]) {
      // Now that something was asked, the time is known.
      if (isArchive && from > now - recentMs) return
      const list = isArchive ? orders(urls.orderArchive, 'order-archive') : orders(urls.orderHistory, 'order-history')
      const end = isArchive ? [['end', String(Math.min(to, now - recentMs))] as const] : []
      for (const instType of instrumentTypes) {
        const pages = pagesOf(ask, list, [['instType', instType], begin, ...end])
        for await (const page of onceEach(pages, known, idOf, isWanted)) {
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
          ['begin', String(begin - 1)],
          ['end', String(end + 1)],
        ]
        for await (const page of onceEach(pagesOf(ask, fillList, query), known, idOf, isWanted)) {
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
      ['begin', String(from - 1)],
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
    const before: Query = [['before', String(range.from - 1)]]
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
    const sources = [
      pagesOf(ask, deposits, before, after),
      pagesOf(ask, withdrawals, before, after),
      bills(ask, '1', range, (json, receivedAt) => readWalletMove(context, json, receivedAt)),
    ]
    for (const source of sources) {
      for await (const page of onceEach(source, known, idOf, isWanted)) {
        yield page
        if (!page.ok) return
      }
    }
  }

  function fundingPayments(ask: Ask, range: TimeRange): AsyncIterable<Page<FundingPayment>> {
    const pages = bills(ask, '8', range, (json, receivedAt) => readFundingFee(context, json, receivedAt))
    const isWanted = ({ at }: FundingPayment) => at >= range.from && at <= range.to
    return onceEach(pages, new Set(), ({ paymentId }) => paymentId, isWanted)
  }

  return { sign, balances, openOrders, order, orderHistory, fills, positions, transfers, fundingPayments }
}

/** All pages as one. */
async function collect<T>(pages: AsyncIterable<Page<T>>): Promise<Page<T>> {
  const rows: T[] = []
  const passedOver: (PassedOver | undefined)[] = []
  for await (const page of pages) {
    if (!page.ok) return page
    for (const row of page.value) rows.push(row)
    passedOver.push(page.passedOver)
  }
  return withPassedOver(rows, passedOver)
}

function withPassedOver<T>(
  value: readonly T[],
  parts: readonly (PassedOver | undefined)[],
): Extract<Page<T>, { ok: true }> {
  const passedOver = joinPassedOver(parts)
  return passedOver === null ? { ok: true, value } : { ok: true, value, passedOver }
}

function fieldOf(row: unknown, field: List<unknown>['cursor']): string | null {
  if (typeof row !== 'object' || row === null || !(field in row)) return null
  const value: unknown = Object.getOwnPropertyDescriptor(row, field)?.value
  return typeof value === 'string' && value !== '' ? value : null
}
