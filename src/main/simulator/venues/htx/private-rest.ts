/** HTX's signed endpoints, read only: spot of v1 and v2, swaps of V5. Lists are newest first. */
import { sumAmounts } from '../../../../shared/amount.ts'
import { type EpochMs, type MarketKind, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey, SimOrder } from '../../account/contract.ts'
import type { SimInstrument, VenueReply, VenueRequest } from '../../venue.ts'
import type { Frames, Row } from './frames.ts'
import { authenticate } from './private-auth.ts'
import { isOpen, type PrivateRows, spotAccountId } from './private-rows.ts'
import { spotError, spotOrigin, swapError, type Windows } from './rest.ts'

const longestWindowMs = 48 * periodMs['1h']
/** Of orders that were cancelled without a fill. */
const unfilledKeptMs = 2 * periodMs['1h']
const spotOrdersKeptMs = 180 * periodMs['1d']
const spotFillsKeptMs = 120 * periodMs['1d']
const swapKeptMs = 90 * periodMs['1d']

const spotReads = { limit: 50, windowMs: 2_000 }
const swapReads = { limit: 72, windowMs: 3_000 }

interface Listed {
  readonly at: EpochMs
  row(): Row
}

export function createPrivateRest(
  account: SimAccount,
  frames: Frames,
  rows: PrivateRows,
  windows: Windows,
): (request: VenueRequest) => VenueReply | null {
  const ok = (data: unknown): VenueReply => ({ status: 200, body: { status: 'ok', data } })
  const okV2 = (data: unknown): VenueReply => ({ status: 200, body: { code: 200, data } })
  const okV5 = (data: unknown): VenueReply => ({
    status: 200,
    body: { code: 200, message: 'Success', data, ts: account.now() },
  })
  const invalid = (message: string) => spotError('invalid-parameter', message, account.now())
  const wrong = (message: string): VenueReply => ({ status: 200, body: { code: 1030, message, ts: account.now() } })

  const isOfSubAccount = ({ lacks }: SimApiKey): boolean => lacks?.includes('parent') === true
  const refused = (code: number): VenueReply => ({ status: 200, body: { code, message: 'forbidden' } })

  /** Those of a window, newest first and at most `most`; null where the window is none, is too long, or ends after now. */
  function within(
    query: URLSearchParams,
    names: readonly [from: string, to: string],
    listed: readonly Listed[],
    most: number,
    keptMs: number,
  ): readonly Row[] | null {
    const now = account.now()
    const [to, from] = [Number(query.get(names[1]) ?? now), Number(query.get(names[0]) ?? now - longestWindowMs)]
    if (!(from <= to) || to > now || to - from > longestWindowMs) return null
    return listed
      .filter(({ at }) => at >= from && at <= to && at >= now - keptMs)
      .sort((a, b) => a.at - b.at)
      .slice(-most)
      .reverse()
      .map((one) => one.row())
  }

  const isGone = (order: SimOrder): boolean =>
    !isOpen(order) &&
    order.status !== 'FILLED' &&
    order.filledQuantity === '0' &&
    order.updatedAt < account.now() - unfilledKeptMs

  const named = (
    kind: MarketKind,
    query: URLSearchParams,
    answer: (instrument: SimInstrument) => VenueReply,
  ): VenueReply => {
    const instrument = frames.find(kind, query.get(kind === 'spot' ? 'symbol' : 'contract_code') ?? '')
    if (instrument !== undefined) return answer(instrument)
    return kind === 'spot'
      ? invalid('invalid symbol')
      : swapError(1013, 'This contract symbol doesnt exist.', account.now())
  }

  const lastFill = (order: SimOrder) =>
    account.fills(order.instrument.kind).findLast((fill) => fill.order.id === order.id) ?? null
  const sizeOf = (query: URLSearchParams, name: string, usual: number, most: number): number =>
    Math.min(most, Math.max(1, Number(query.get(name) ?? usual) || usual))

  const ordersOf = (instrument: SimInstrument, row: (order: SimOrder) => Row): Listed[] =>
    account
      .orders(instrument.kind)
      .filter((order) => order.instrument === instrument && !isGone(order))
      .map((order) => ({ at: order.createdAt, row: () => row(order) }))
  const fillsOf = (kind: MarketKind, instrument: SimInstrument): Listed[] =>
    account
      .fills(kind)
      .filter((fill) => fill.instrument === instrument)
      .map((fill) => ({ at: fill.at, row: () => (kind === 'spot' ? rows.spotFill(fill) : rows.swapFill(fill)) }))

  type Answer = (query: URLSearchParams, key: SimApiKey) => VenueReply
  const spot: Readonly<Record<string, Answer>> = {
    '/v1/account/accounts': () => ok([{ id: spotAccountId, type: 'spot', subtype: '', state: 'working' }]),
    [`/v1/account/accounts/${spotAccountId}/balance`]: () =>
      ok({
        ...{ id: spotAccountId, type: 'spot', state: 'working' },
        list: rows.spotBalances(account.balances('spot')),
      }),
    '/v1/order/openOrders': (query) =>
      ok(
        account
          .openOrders('spot')
          .slice(-sizeOf(query, 'size', 100, 500))
          .reverse()
          .map((order) => rows.spotOrder(order, 'filled')),
      ),
    '/v1/order/orders': (query) =>
      named('spot', query, (instrument) => {
        if (!query.has('states')) return invalid('states')
        const states = (query.get('states') ?? '').split(',')
        const listed = ordersOf(instrument, (order) => rows.spotOrder(order, 'field'))
        const size = sizeOf(query, 'size', 100, 100)
        const told = within(query, ['start-time', 'end-time'], listed, size, spotOrdersKeptMs)
        return told === null
          ? invalid('invalid time range')
          : ok(told.filter(({ state }) => states.includes(String(state))))
      }),
    '/v1/order/matchresults': (query) =>
      named('spot', query, (instrument) => {
        const size = sizeOf(query, 'size', 100, 500)
        const told = within(query, ['start-time', 'end-time'], fillsOf('spot', instrument), size, spotFillsKeptMs)
        return told === null ? invalid('invalid time range') : ok(told)
      }),
    '/v1/query/deposit-withdraw': (query, key) => {
      if (query.get('type') === 'withdraw' && isOfSubAccount(key)) return refused(403)
      const kind = query.get('type') === 'withdraw' ? 'withdrawal' : 'deposit'
      const from = query.get('from')
      const isNext = query.get('direct') === 'next'
      const listed = account
        .transfers(kind)
        .filter(({ id }) => !from || (isNext ? Number(id) <= Number(from) : Number(id) >= Number(from)))
      const ordered = isNext ? listed.toReversed() : listed
      return ok(ordered.slice(0, sizeOf(query, 'size', 100, 500)).map(rows.transfer))
    },
    '/v2/user/uid': () => okV2(Number(account.userId)),
    '/v2/user/api-key': (query, key) => {
      if (isOfSubAccount(key)) return refused(1002)
      if (query.get('uid') !== account.userId)
        return { status: 200, body: { code: 2002, message: 'invalid field value in "uid"' } }
      const words = ['readOnly', ...(key.canTrade ? ['trade'] : []), ...(key.canWithdraw ? ['withdraw'] : [])]
      const validDays = key.ipAddresses.length > 0 ? -1 : 90
      const ipAddresses = key.ipAddresses.join(',')
      const row = { accessKey: key.key, note: 'simulator', permission: words.join(','), ipAddresses, validDays }
      return okV2([{ ...row, status: 'normal', createTime: 1615191243000, updateTime: 1615191243000 }])
    },
    '/v2/reference/transact-fee-rate': (query) => {
      const symbols = (query.get('symbols') ?? '').split(',')
      if (symbols.length > 10 || symbols.some((symbol) => frames.find('spot', symbol) === undefined))
        return { status: 200, body: { code: 2002, message: 'invalid field value in "symbols"' } }
      const { maker, taker } = account.rules.fees.spot
      const rates = { makerFeeRate: maker, takerFeeRate: taker, actualMakerRate: maker, actualTakerRate: taker }
      return okV2(symbols.map((symbol) => ({ symbol, ...rates })))
    },
  }

  const swap: Readonly<Record<string, Answer>> = {
    '/v5/account/balance': () => {
      const unrealised = sumAmounts(account.positions().map(({ unrealisedPnl }) => unrealisedPnl))
      const details = account
        .balances('futures')
        .map((balance) => rows.swapDetail(balance, balance.asset === 'USDT' ? unrealised : '0'))
      return okV5({ state: 'normal', equity: sumAmounts(details.map(({ equity }) => String(equity))), details })
    },
    '/v5/trade/order/opens': (query) =>
      okV5(
        account
          .openOrders('perpetual')
          .slice(-sizeOf(query, 'limit', 10, 100))
          .reverse()
          .map((order) => rows.swapOrder(order, lastFill(order))),
      ),
    '/v5/trade/order': (query) => {
      const order = account.order(query.get('order_id') ?? '')
      const isKnown = order?.instrument.kind === 'perpetual' && !isGone(order)
      return order && isKnown
        ? okV5(rows.swapOrder(order, lastFill(order)))
        : swapError(1017, 'Order doesnt exist.', account.now())
    },
    '/v5/trade/order/history': (query) =>
      named('perpetual', query, (instrument) => {
        const mode = query.get('margin_mode')
        if (mode !== 'cross' && mode !== 'isolated') return wrong('margin_mode is required')
        const listed = ordersOf(instrument, (order) => rows.swapOrder(order, lastFill(order))).filter(
          ({ row }) => row().margin_mode === mode,
        )
        const told = within(query, ['start_time', 'end_time'], listed, sizeOf(query, 'limit', 10, 100), swapKeptMs)
        return told === null
          ? wrong('invalid time range')
          : okV5(told.filter(({ state }) => state !== 'new' && state !== 'partially_filled'))
      }),
    '/v5/trade/order/details': (query) =>
      named('perpetual', query, (instrument) => {
        const listed = fillsOf('perpetual', instrument)
        const told = within(query, ['start_time', 'end_time'], listed, sizeOf(query, 'limit', 10, 100), swapKeptMs)
        return told === null ? wrong('invalid time range') : okV5(told)
      }),
    '/v5/trade/position/opens': () => okV5(account.positions().map(rows.position)),
    '/v5/account/bills': (query) => {
      const listed = [
        ...account.funding().map((payment) => ({ at: payment.at, row: () => rows.funding(payment) })),
        ...account
          .transfers('internal')
          .map((transfer) => ({ at: transfer.createdAt, row: () => rows.move(transfer) })),
      ]
      const told = within(query, ['start_time', 'end_time'], listed, sizeOf(query, 'limit', 10, 100), swapKeptMs)
      return told === null ? wrong('invalid time range') : okV5(told)
    },
  }

  const orderPath = /^\/v1\/order\/orders\/(\d+)$/
  function find({ origin, path }: VenueRequest): Answer | undefined {
    const isSpot = origin === spotOrigin
    const endpoints = isSpot ? spot : swap
    if (Object.hasOwn(endpoints, path)) return endpoints[path]
    const id = isSpot ? orderPath.exec(path)?.[1] : undefined
    if (id === undefined) return undefined
    return () => {
      const order = account.order(id)
      const isKnown = order?.instrument.kind === 'spot' && !isGone(order)
      return order && isKnown
        ? ok(rows.spotOrder(order, 'field'))
        : spotError('base-record-invalid', 'record invalid', account.now())
    }
  }

  return (request) => {
    const answer = find(request)
    if (answer === undefined || request.method !== 'GET') return null
    const isSpot = request.origin === spotOrigin
    const key = authenticate(account, request)
    if ('status' in key) return key
    if (!isSpot && key.lacks?.includes('contracts'))
      return swapError(
        1220,
        'You don’t have access permission as you have not opened contracts trading.',
        account.now(),
      )
    const { limit, windowMs } = isSpot ? spotReads : swapReads
    const who = isSpot ? `user ${request.path.replace(orderPath, '/order')}` : 'user V5'
    const now = account.now()
    const left = windows.take(who, limit, windowMs, now)
    if (left < 0)
      return isSpot
        ? spotError('rate-too-many-requests', 'request limit', now)
        : swapError(1032, 'The number of access exceeded the limit.', now)
    const reply = answer(request.query, key)
    if (!isSpot) return reply
    const headers = {
      'x-hb-ratelimit-requests-remain': String(left),
      'x-hb-ratelimit-requests-expire': String(windowMs - (now % windowMs)),
    }
    return { ...reply, headers }
  }
}
