/**
 * The private lists of one account. Each call is a POST whose body is the query; pages are turned by time, since lists have no cursor.
 * Docs: https://docs.bitfinex.com/reference/rest-auth-orders-history, -trades, -movements, -ledgers
 */

import { decimalTextOf } from '../../../shared/amount.ts'
import type {
  AccountFees,
  EpochMs,
  Fill,
  FundingPayment,
  Instrument,
  KeyPermissions,
  Order,
  Position,
  Transfer,
} from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { AccountConnector, Ask, Credentials, Page, TimeRange, WithRaw } from '../account-contract.ts'
import { type Reading, readList } from '../account-rows.ts'
import {
  type AccountContext,
  isEmptyBalance,
  joinWallets,
  readOrder,
  readPosition,
  readTrade,
  readWallet,
} from './account-normalize.ts'
import {
  ledgerColumns,
  movementColumns,
  orderColumns,
  PermissionRow,
  Rows,
  Summary,
  tradeColumns,
} from './account-schemas.ts'
import { categories, readFundingEvent, readMove, readMovement } from './account-transfers.ts'
import { privateRestOrigin } from './endpoints.ts'
import { type Nonces, pathOf, type ReadingPath, signRequest } from './signing.ts'

type Lists = Omit<AccountConnector, 'asksPerSymbol' | 'wallets' | 'streams' | 'assetNetworks'>

const poolOf: Readonly<Record<ReadingPath, string>> = {
  wallets: 'wallets',
  orders: 'orders',
  'orders/hist': 'order-history',
  'trades/hist': 'trades',
  'movements/hist': 'movements',
  'ledgers/hist': 'ledgers',
  positions: 'positions',
  permissions: 'permissions',
  summary: 'summary',
}

/** Rows of a page, as many as the list allows. */
const mostRows = { 'orders/hist': 2_500, 'trades/hist': 2_500, 'movements/hist': 1_000, 'ledgers/hist': 2_500 } as const
type PagedPath = keyof typeof mostRows

/** Its history goes by when an order was made, and reaches two weeks back: one that ended within a range was made at most so long before. */
const longestRestMs = 14 * 86_400_000

interface RawPage<T> {
  readonly rows: readonly T[]
  /** Rows of the reply, good or not. */
  readonly count: number
  /** Times of them all. */
  readonly times: readonly EpochMs[]
}

type ReadRow<T> = (json: unknown, receivedAt: EpochMs) => Reading<T>

export function createLists(context: AccountContext, credentials: Credentials, nonces: Nonces): Lists {
  const call = <T>(path: ReadingPath, query: object, parse: RestCall<T>['parse']): RestCall<T> => ({
    method: 'POST',
    url: `${privateRestOrigin}${pathOf(path)}`,
    query: [],
    pool: poolOf[path],
    weight: 1,
    sign: signRequest(credentials, nonces, JSON.stringify(query)),
    exactIntegers: true,
    parse,
  })
  const listCall = <T>(path: ReadingPath, query: object, read: ReadRow<T>): RestCall<readonly T[]> =>
    call(path, query, (body) => {
      const rows = Rows.safeParse(body)
      const receivedAt = Date.now()
      return rows.success
        ? readList(path, rows.data, (json) => read(json, receivedAt))
        : { ok: false, problem: `${path}: no list` }
    })

  const pageCall = <T>(path: PagedPath, query: object, column: number, read: ReadRow<T>): RestCall<RawPage<T>> => {
    const { parse, ...rest } = listCall(path, { ...query, limit: mostRows[path] }, read)
    return {
      ...rest,
      parse(body) {
        const parsed = parse(body)
        if (!parsed.ok) return parsed
        const rows: readonly unknown[] = Array.isArray(body) ? body : []
        const times = rows.flatMap((row) => {
          const at: unknown = Array.isArray(row) ? row[column] : null
          return typeof at === 'number' ? [at] : []
        })
        return { ...parsed, value: { rows: parsed.value, count: rows.length, times } }
      },
    }
  }

  /**
   * Newest first: the next page ends where this one did, which repeats rows of that moment; each is given once. `column` is the time that
   * the list goes by.
   */
  async function* pagesBack<T>(
    ask: Ask,
    path: PagedPath,
    query: object,
    { from, to }: TimeRange,
    column: number,
    read: ReadRow<T>,
    idOf: (row: T) => string,
  ): AsyncGenerator<Page<T>> {
    const known = new Set<string>()
    for (let end = to; ; ) {
      const result = await ask(pageCall(path, { ...query, start: Math.max(0, from), end }, column, read))
      if (!result.ok) {
        yield result
        return
      }
      const { rows, count, times } = result.value
      const fresh = rows.filter((row) => !known.has(idOf(row)))
      for (const row of fresh) known.add(idOf(row))
      yield { ...result, value: fresh }
      if (count < mostRows[path] || times.length === 0) return
      end = Math.min(Math.min(...times), end - 1)
    }
  }

  async function balances(ask: Ask): ReturnType<AccountConnector['balances']> {
    const result = await ask(listCall('wallets', {}, (json, receivedAt) => readWallet(context, json, receivedAt)))
    if (!result.ok) return result
    return { ...result, value: joinWallets(result.value).filter((balance) => !isEmptyBalance(balance)) }
  }

  const orderCall = (path: 'orders' | 'orders/hist', query: object) =>
    listCall(path, query, (json, receivedAt) => readOrder(context, json, receivedAt, path === 'orders/hist'))

  /** Among the open ones, else among those that ended. */
  async function order(
    ask: Ask,
    _instrument: Instrument,
    exchangeOrderId: string,
  ): ReturnType<AccountConnector['order']> {
    const query = { id: [Number(exchangeOrderId)] }
    for (const path of ['orders', 'orders/hist'] as const) {
      const result = await ask(orderCall(path, query))
      if (!result.ok) return result
      const found = result.value.find(({ row }) => row.exchangeOrderId === exchangeOrderId)
      if (found !== undefined) return { ok: true, value: found }
    }
    return { ok: true, value: null }
  }

  async function* orderHistory(ask: Ask, range: TimeRange): AsyncGenerator<Page<WithRaw<Order>>> {
    const wider = { from: range.from - longestRestMs, to: range.to }
    const read: ReadRow<WithRaw<Order>> = (json, receivedAt) => readOrder(context, json, receivedAt, true)
    const idOf = ({ row }: WithRaw<Order>) => row.exchangeOrderId
    for await (const page of pagesBack(ask, 'orders/hist', {}, wider, orderColumns.createdAt, read, idOf)) {
      if (!page.ok) yield page
      else {
        const value = page.value.filter(({ row }) => row.updatedAt >= range.from && row.updatedAt <= range.to)
        yield { ...page, value }
      }
    }
  }

  /** Oldest first, so that an interrupted download goes on where it stopped; a full page is followed by one from its last moment on. */
  async function* fills(
    ask: Ask,
    from: EpochMs,
    cursors: Parameters<AccountConnector['fills']>[2],
  ): AsyncGenerator<Page<WithRaw<Fill>>> {
    const knownUntil = new Map(cursors.map(({ instrument, at }) => [instrument.symbol, at ?? 0]))
    const known = new Set<string>()
    const read: ReadRow<WithRaw<Fill>> = (json, receivedAt) => readTrade(context, json, receivedAt)
    for (let start = Math.max(0, from); ; ) {
      const result = await ask(pageCall('trades/hist', { start, sort: 1 }, tradeColumns.at, read))
      if (!result.ok) {
        yield result
        return
      }
      const { rows, count, times } = result.value
      const value = rows.filter(({ row }) => {
        const id = `${row.symbol} ${row.tradeId}`
        const isNew = row.at >= from && row.at >= (knownUntil.get(row.symbol) ?? 0) && !known.has(id)
        known.add(id)
        return isNew
      })
      if (value.length > 0 || result.passedOver !== undefined) yield { ...result, value }
      if (count < mostRows['trades/hist'] || times.length === 0) return
      start = Math.max(Math.max(...times), start + 1)
    }
  }

  const positions = (ask: Ask): ReturnType<AccountConnector['positions']> =>
    ask(listCall<Position>('positions', {}, (json, receivedAt) => readPosition(context, json, receivedAt)))

  async function* transfers(ask: Ask, range: TimeRange): AsyncGenerator<Page<WithRaw<Transfer>>> {
    const idOf = ({ row }: WithRaw<Transfer>) => `${row.kind} ${row.transferId}`
    const moved: ReadRow<WithRaw<Transfer>> = (json, receivedAt) => readMovement(context, json, receivedAt)
    const between: ReadRow<WithRaw<Transfer>> = (json, receivedAt) => readMove(context, json, receivedAt)
    const category = { category: categories.transfer }
    const sources = [
      pagesBack(ask, 'movements/hist', {}, range, movementColumns.updatedAt, moved, idOf),
      pagesBack(ask, 'ledgers/hist', category, range, ledgerColumns.at, between, idOf),
    ]
    for (const source of sources) {
      for await (const page of source) {
        yield page
        if (!page.ok) return
      }
    }
  }

  const fundingPayments = (ask: Ask, range: TimeRange): AsyncIterable<Page<FundingPayment>> =>
    pagesBack<FundingPayment>(
      ask,
      'ledgers/hist',
      { category: categories.derivativesFunding },
      range,
      ledgerColumns.at,
      (json, receivedAt) => readFundingEvent(context, json, receivedAt),
      ({ paymentId }) => paymentId,
    )

  const inTurn = createTurns()
  return {
    permissions: (ask) => inTurn(ask)(call('permissions', {}, readPermissions)),
    balances: (ask) => balances(inTurn(ask)),
    openOrders: (ask) => inTurn(ask)(orderCall('orders', {})),
    order: (ask, instrument, id) => order(inTurn(ask), instrument, id),
    orderHistory: (ask, range) => orderHistory(inTurn(ask), range),
    fills: (ask, from, cursors) => fills(inTurn(ask), from, cursors),
    positions: (ask) => positions(inTurn(ask)),
    transfers: (ask, range) => transfers(inTurn(ask), range),
    fundingPayments: (ask, range) => fundingPayments(inTurn(ask), range),
    fees: (ask, symbols) => inTurn(ask)(call('summary', {}, (body) => readFees(context.account, body, symbols))),
  }
}

/** One call at a time: of two under way the later nonce may arrive first, and then the other is refused. */
function createTurns(): (ask: Ask) => Ask {
  let last: Promise<unknown> = Promise.resolve()
  return (ask) => (call) => {
    const answer = last.then(() => ask(call))
    last = answer.catch(() => undefined)
    return answer
  }
}

/** Scopes that Crossbook reads, and those that let a key do more than watch. */
const needed = ['wallets', 'orders', 'history', 'positions', 'account'] as const
const trading: ReadonlySet<string> = new Set(['orders', 'positions', 'funding'])
const withdrawing: ReadonlySet<string> = new Set(['withdraw', 'ui_withdraw'])

/** In [["account",1,0],["orders",1,0],["withdraw",0,0],…]: what each scope may read and write. Addresses are not told. */
function readPermissions(body: unknown): Parsed<KeyPermissions> {
  const rows = Rows.safeParse(body)
  const scopes = (rows.data ?? []).flatMap((row) => {
    const scope = PermissionRow.safeParse(row)
    return scope.success ? [scope.data] : []
  })
  if (scopes.length === 0) return { ok: false, problem: 'permissions: no list of scopes' }
  const isRead = (name: string) => scopes.some(([scope, read]) => scope === name && read === 1)
  const writes = (names: ReadonlySet<string>) => scopes.some(([scope, , write]) => names.has(scope) && write === 1)
  const missing = needed.filter((name) => !isRead(name))
  const moves = scopes.some(([scope, , write]) => scope === 'wallets' && write === 1)
  return {
    ok: true,
    value: {
      canRead: isRead('wallets'),
      canTrade: writes(trading),
      canWithdraw: writes(withdrawing),
      ipRestricted: null,
      ipAddresses: [],
      expiresAt: null,
      notes: [
        ...missing.map((name) => `the key may not read "${name}"`),
        ...(moves ? ['the key may move money between wallets'] : []),
      ],
    },
  }
}

const fiat: ReadonlySet<string> = new Set(['USD', 'EUR', 'GBP', 'JPY', 'TRY', 'CHF', 'CNH', 'MXN'])
const stable: ReadonlySet<string> = new Set(['USDT', 'USDC', 'EURT', 'XAUT', 'MIM', 'DAI'])
const place = { maker: 0, crypto: 0, stable: 1, fiat: 2, derivatives: 5 } as const

/**
 * In      [null,null,null,null,[[0.001,0.001,0.001,null,null,0.0002],[0.002,0.002,0.002,null,null,0.00075]],…]
 * Out     rates of spot by what a pair is quoted in, the dearest for all and each symbol's own where they differ; of derivatives one. That
 *         of makers is called a rebate and was told as 0.0002 when 0.02 % was the fee of the lowest tier: it is taken for what is paid
 */
function readFees(account: string, body: unknown, symbols: readonly Instrument[]): Parsed<readonly AccountFees[]> {
  const summary = Summary.safeParse(body)
  if (!summary.success) return { ok: false, problem: `summary: ${summary.error.issues[0]?.message}` }
  const [makers, takers] = summary.data[4]
  const maker = decimalTextOf(makers[place.maker])
  const [crypto, steady, money] = [place.crypto, place.stable, place.fiat].map((at) => decimalTextOf(takers[at]))
  const [derivativeMaker, derivative] = [
    decimalTextOf(makers[place.derivatives]),
    decimalTextOf(takers[place.derivatives]),
  ]
  if (!maker || !crypto || !steady || !money)
    return { ok: false, problem: `summary: ${JSON.stringify(summary.data[4])}` }
  const common = { account, exchange: 'bitfinex', receivedAt: Date.now() } as const
  const takerOf = (quote: string): string => (fiat.has(quote) ? money : stable.has(quote) ? steady : crypto)
  const dearest = [crypto, steady, money].reduce((a, b) => (Number(a) >= Number(b) ? a : b))
  const fees: AccountFees[] = [{ ...common, kind: 'spot', symbol: null, maker, taker: dearest }]
  for (const { kind, symbol, quote } of symbols) {
    if (kind !== 'spot' || takerOf(quote) === dearest) continue
    fees.push({ ...common, kind, symbol, maker, taker: takerOf(quote) })
  }
  if (derivativeMaker !== null && derivative !== null)
    fees.push({ ...common, kind: 'perpetual', symbol: null, maker: derivativeMaker, taker: derivative })
  return { ok: true, value: fees }
}
