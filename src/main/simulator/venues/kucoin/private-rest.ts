/** KuCoin's REST of an account, of both hosts; only what can be read, and the calls for tokens. */
import type { EpochMs, MarketKind } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey, SimFill, SimOrder } from '../../account/contract.ts'
import type { SimInstrument, VenueReply } from '../../venue.ts'
import { type Frames, nativeName } from './frames.ts'
import type { Pool } from './limiter.ts'
import * as rows from './private-rows.ts'
import { failed, ok, okText, unknownSymbol, wholeNumber, wrong } from './replies.ts'
import { tokenReply } from './rest.ts'
import type { Tokens } from './tokens.ts'

export interface PrivateEndpoint {
  readonly method: 'GET' | 'POST'
  readonly pool: Pool
  readonly weight: number
  /** `tail`: what stands behind the endpoint's path, an order's id. */
  answer(query: URLSearchParams, key: SimApiKey, tail: string): VenueReply
}

const dayMs = 86_400_000
const weekMs = 7 * dayMs
const mostById = 100

/** Rows of a list by number, JSON text or values that become it. */
const listed = (items: readonly unknown[]): string =>
  `[${items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(',')}]`

interface Window {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** `startAt` and `endAt`, both included; a reply where they are no times or too far apart. */
function windowOf(query: URLSearchParams, now: EpochMs, longestMs: number): Window | VenueReply {
  const [startAt, endAt] = [wholeNumber(query, 'startAt'), wholeNumber(query, 'endAt')]
  if (Number.isNaN(startAt)) return wrong('startAt')
  if (Number.isNaN(endAt)) return wrong('endAt')
  const to = endAt ?? (startAt === null ? now : startAt + longestMs)
  const from = startAt ?? to - longestMs
  return to - from > longestMs || from > to ? wrong('The time range is too long') : { from, to }
}
const isReply = (window: Window | VenueReply): window is VenueReply => 'status' in window

/** By number, newest first; `lastId` names the last one of the reply before. */
function pageById<T>(
  query: URLSearchParams,
  all: readonly T[],
  numberOf: (row: T) => number,
): { readonly page: readonly T[]; readonly lastId: number | null } | VenueReply {
  const [limit, lastId] = [wholeNumber(query, 'limit') ?? 20, wholeNumber(query, 'lastId')]
  if (!(limit >= 1 && limit <= mostById)) return wrong('limit')
  if (Number.isNaN(lastId)) return wrong('lastId')
  const older = all.filter((row) => lastId === null || numberOf(row) < lastId)
  const page = older.sort((a, b) => numberOf(b) - numberOf(a)).slice(0, limit)
  const last = page.at(-1)
  return { page, lastId: last === undefined ? null : numberOf(last) }
}

/** Pages from 1 on, newest first. */
function numbered<T>(query: URLSearchParams, newestFirst: readonly T[], most: number, render: (row: T) => unknown) {
  const [currentPage, pageSize] = [wholeNumber(query, 'currentPage') ?? 1, wholeNumber(query, 'pageSize') ?? 50]
  if (!(currentPage >= 1)) return wrong('currentPage')
  if (!(pageSize >= 1 && pageSize <= most)) return wrong('pageSize')
  const totalPage = Math.ceil(newestFirst.length / pageSize)
  const items = newestFirst.slice((currentPage - 1) * pageSize, currentPage * pageSize).map(render)
  const head = JSON.stringify({ currentPage, pageSize, totalNum: newestFirst.length, totalPage })
  return okText(`${head.slice(0, -1)},"items":${listed(items)}}`)
}

/** Newest first, at most `maxCount`; `offset` names the last row of the reply before. */
function byOffset<T>(
  query: URLSearchParams,
  newestFirst: readonly T[],
  idOf: (row: T) => number,
  render: (row: T) => string,
) {
  const [offset, maxCount] = [wholeNumber(query, 'offset'), wholeNumber(query, 'maxCount') ?? 50]
  if (Number.isNaN(offset)) return wrong('offset')
  if (!(maxCount >= 1 && maxCount <= mostById)) return wrong('maxCount')
  const older = newestFirst.filter((row) => offset === null || idOf(row) < offset)
  return okText(`{"dataList":${listed(older.slice(0, maxCount).map(render))},"hasMore":${older.length > maxCount}}`)
}

const isOpen = ({ status }: SimOrder) => status === 'NEW' || status === 'PARTIALLY_FILLED'
const newestFirst = <T extends { readonly number: number }>(list: readonly T[]) =>
  [...list].sort((a, b) => b.number - a.number)

/** By path, of one host. */
export function privateEndpoints(
  kind: MarketKind,
  account: SimAccount,
  frames: Frames,
  tokens: Tokens,
): ReadonlyMap<string, PrivateEndpoint> {
  const get = (pool: Pool, weight: number, answer: PrivateEndpoint['answer']): PrivateEndpoint => ({
    ...{ method: 'GET', pool, weight, answer },
  })
  const token: PrivateEndpoint = {
    ...{ method: 'POST', pool: kind === 'spot' ? 'spot' : 'futures', weight: 10 },
    answer: (_query, key) => tokenReply(kind, tokens.make(kind, key.key)),
  }
  const apiKey = get('management', 20, (_query, key) => ok(apiKeyRow(key)))
  const ofSymbol =
    (answer: (instrument: SimInstrument, query: URLSearchParams) => VenueReply): PrivateEndpoint['answer'] =>
    (query) => {
      const name = query.get('symbol')
      if (!name) return wrong('symbol')
      const instrument = frames.find(kind, name)
      return instrument === undefined ? unknownSymbol : answer(instrument, query)
    }
  const ofWindow =
    (longestMs: number, answer: (window: Window, query: URLSearchParams) => VenueReply): PrivateEndpoint['answer'] =>
    (query) => {
      const window = windowOf(query, account.now(), longestMs)
      return isReply(window) ? window : answer(window, query)
    }
  const within = ({ from, to }: Window, at: EpochMs) => at >= from && at <= to

  const spot: readonly (readonly [string, PrivateEndpoint])[] = [
    ['/api/v1/user/api-key', apiKey],
    [
      '/api/v1/accounts',
      get('management', 5, () =>
        ok([...account.balances('funding'), ...account.balances('spot')].map(rows.accountRow)),
      ),
    ],
    [
      '/api/v1/hf/orders/active/symbols',
      get('spot', 2, () =>
        ok({ symbols: [...new Set(account.openOrders('spot').map(({ instrument }) => nativeName(instrument)))] }),
      ),
    ],
    [
      '/api/v1/hf/orders/active',
      get(
        'spot',
        2,
        ofSymbol((one) =>
          ok(newestFirst(account.openOrders('spot').filter((order) => order.instrument === one)).map(rows.spotOrder)),
        ),
      ),
    ],
    ['/api/v1/hf/orders/done', get('spot', 2, ofSymbol(doneSpotOrders))],
    ['/api/v1/hf/orders/', get('spot', 2, (_query, _key, tail) => orderOf(tail, (order) => ok(rows.spotOrder(order))))],
    ['/api/v1/hf/fills', get('spot', 2, ofSymbol(spotFills))],
    ['/api/v1/trade-fees', get('spot', 3, spotFees)],
    [
      '/api/v1/deposits',
      get(
        'management',
        5,
        ofWindow(weekMs, (window, query) =>
          numbered(
            query,
            newestFirst(account.transfers('deposit')).filter(({ createdAt }) => within(window, createdAt)),
            500,
            rows.walletRecord,
          ),
        ),
      ),
    ],
    [
      '/api/v1/withdrawals',
      get(
        'management',
        20,
        ofWindow(weekMs, (window, query) =>
          numbered(
            query,
            newestFirst(account.transfers('withdrawal')).filter(({ createdAt }) => within(window, createdAt)),
            500,
            rows.walletRecord,
          ),
        ),
      ),
    ],
    [
      '/api/v1/accounts/ledgers',
      get(
        'management',
        2,
        ofWindow(dayMs, (window, query) =>
          numbered(
            query,
            newestFirst(account.ledger('funding')).filter(({ at }) => within(window, at)),
            500,
            rows.ledgerRow,
          ),
        ),
      ),
    ],
    ['/api/v1/hf/accounts/ledgers', get('spot', 2, ofWindow(dayMs, spotLedger))],
    ['/api/v1/bullet-private', token],
  ]
  const futures: readonly (readonly [string, PrivateEndpoint])[] = [
    ['/api/v1/user/api-key', apiKey],
    [
      '/api/v1/account-overview',
      get('futures', 5, (query) => okText(rows.overview(account, query.get('currency') ?? 'XBT'))),
    ],
    ['/api/v1/positions', get('futures', 2, () => okText(listed(account.positions().map(rows.position))))],
    ['/api/v1/orders', get('futures', 2, futuresOrders)],
    [
      '/api/v1/orders/',
      get('futures', 5, (_query, _key, tail) => orderOf(tail, (order) => okText(rows.futuresOrder(order)))),
    ],
    [
      '/api/v1/fills',
      get(
        'futures',
        5,
        ofWindow(weekMs, (window, query) =>
          numbered(
            query,
            newestFirst(account.fills('perpetual')).filter(({ at }) => within(window, at)),
            1_000,
            rows.futuresFill,
          ),
        ),
      ),
    ],
    [
      '/api/v1/transaction-history',
      get(
        'futures',
        2,
        ofWindow(dayMs, (window, query) =>
          byOffset(
            query,
            newestFirst(account.ledger('futures')).filter(({ at }) => within(window, at)),
            ({ number }) => number,
            rows.transaction,
          ),
        ),
      ),
    ],
    ['/api/v1/funding-history', get('futures', 5, ofSymbol(fundingHistory))],
    [
      '/api/v1/trade-fees',
      get(
        'futures',
        3,
        ofSymbol((instrument) => ok(feeRow(instrument))),
      ),
    ],
    ['/api/v1/bullet-private', token],
  ]
  return new Map(kind === 'spot' ? spot : futures)

  function orderOf(id: string, answer: (order: SimOrder) => VenueReply): VenueReply {
    const order = account.order(id)
    return order?.instrument.kind === kind ? answer(order) : failed(400, '400100', 'order does not exist')
  }

  function doneSpotOrders(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const window = windowOf(query, account.now(), weekMs)
    if (isReply(window)) return window
    const done = account
      .orders('spot')
      .filter((order) => order.instrument === instrument && !isOpen(order) && within(window, order.updatedAt))
    const found = pageById(query, done, ({ revision }) => revision)
    if (!('page' in found)) return found
    return ok({ lastId: found.lastId, items: found.page.map(rows.spotOrder) })
  }

  function spotFills(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const window = windowOf(query, account.now(), weekMs)
    if (isReply(window)) return window
    const ours = account.fills('spot').filter((fill) => fill.instrument === instrument && within(window, fill.at))
    const found = pageById<SimFill>(query, ours, ({ number }) => number)
    if (!('page' in found)) return found
    return okText(`{"items":${listed(found.page.map(rows.spotFill))},"lastId":${found.lastId}}`)
  }

  /** A bare list; its ids lead on. */
  function spotLedger(window: Window, query: URLSearchParams): VenueReply {
    const lastId = query.get('lastId')
    const wanted = new URLSearchParams(query)
    if (lastId) wanted.set('lastId', String(Number(lastId) - 354_689_988_000_000))
    const isWanted = query.get('bizType') === 'TRANSFER' ? rows.isMove : () => true
    const entries = account.ledger('spot').filter((entry) => within(window, entry.at) && isWanted(entry))
    const found = pageById(wanted, entries, ({ number }) => number)
    return 'page' in found ? ok(found.page.map(rows.ledgerRow)) : found
  }

  function futuresOrders(query: URLSearchParams): VenueReply {
    if (query.get('status') === 'active')
      return numbered(query, newestFirst(account.openOrders('perpetual')), 1_000, rows.futuresOrder)
    const window = windowOf(query, account.now(), weekMs)
    if (isReply(window)) return window
    const done = account.orders('perpetual').filter((order) => !isOpen(order) && within(window, order.updatedAt))
    return numbered(query, newestFirst(done), 1_000, rows.futuresOrder)
  }

  function fundingHistory(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const [startAt, endAt] = [wholeNumber(query, 'startAt') ?? 0, wholeNumber(query, 'endAt') ?? account.now()]
    if (Number.isNaN(startAt)) return wrong('startAt')
    if (Number.isNaN(endAt)) return wrong('endAt')
    const paid = account
      .funding()
      .filter((one) => one.instrument === instrument && one.at >= startAt && one.at <= endAt)
    return byOffset(query, newestFirst(paid), ({ number }) => 1_472_387_374_000_000 + number, rows.funding)
  }

  function feeRow(instrument: SimInstrument) {
    const { maker, taker } = account.rules.fees[instrument.kind]
    return { symbol: nativeName(instrument), takerFeeRate: taker, makerFeeRate: maker }
  }

  function spotFees(query: URLSearchParams): VenueReply {
    const names = query.get('symbols')?.split(',') ?? []
    if (names.length === 0 || names.length > 10) return wrong('symbols')
    const found = names.map((name) => frames.find('spot', name))
    const known = found.filter((instrument) => instrument !== undefined)
    return known.length < found.length ? unknownSymbol : ok(known.map(feeRow))
  }
}

function apiKeyRow({ key, canTrade, canWithdraw, ipAddresses }: SimApiKey) {
  const permission = ['General', ...(canTrade ? ['Spot', 'Futures'] : []), ...(canWithdraw ? ['Transfer'] : [])].join(
    ',',
  )
  return {
    ...{ remark: 'crossbook', apiKey: key, apiVersion: 3, permission, ipWhitelist: ipAddresses.join(',') },
    ...{ createdAt: 1_728_443_843_000, uid: 165_111_215, isMaster: true },
  }
}
