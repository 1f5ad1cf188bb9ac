/** MEXC's signed endpoints, from the simulated account. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'
import type { SimAssets } from '../../assets.ts'
import type { SimInstrument, VenueReply, VenueRequest } from '../../venue.ts'
import { coinRows } from './assets.ts'
import { nativeName } from './format.ts'
import type { ListenKeys } from './listen-keys.ts'
import { balanceRow, depositRow, moveRow, orderRow, tradeRow, withdrawalRow } from './private-rows.ts'
import { combination, illegal, ofSymbol, ok, readLimit, readTime, refuse } from './rest.ts'

interface PrivateEndpoint {
  readonly weight: number
  readonly permission: string
  answer(query: URLSearchParams, key: SimApiKey): VenueReply
}

const dayMs = 24 * 60 * 60_000
const usualRecvWindowMs = 5_000
const longestRecvWindowMs = 60_000
/** How far ahead of the exchange a time stamp may be. */
const aheadMs = 1_000

/** By method and path: `GET /api/v3/account`. */
export type PrivateEndpoints = ReadonlyMap<string, PrivateEndpoint>

const badSignature = refuse(700002, 'Signature for this request is not valid.')
const badListenKey = refuse(-1125, 'This listenKey does not exist.')

/**
 * Who sends this request: the API key, if everything about the request is in order, else MEXC's refusal. Which of several faults is
 * told first is not documented; ours goes from the key to the signature to the time.
 */
function authenticate(request: VenueRequest, params: URLSearchParams, account: SimAccount): SimApiKey | VenueReply {
  const { headers, rawQuery, body, address } = request
  const header = headers['x-mexc-apikey']
  if (typeof header !== 'string' || header === '') return refuse(400, 'api key required')
  if (!/^mx0[A-Za-z0-9]*$/.test(header)) return refuse(700001, 'API-key format invalid.')
  const signature = params.get('signature')
  if (!signature) return badSignature
  const key = account.key(header)
  if (!key) return refuse(10072, 'Invalid access key')
  if (key.ipAddresses.length > 0 && !key.ipAddresses.includes(address.replace(/^::ffff:/, '')))
    return refuse(700006, 'IP not in the whitelist.')
  // Query and body are joined without anything in between.
  const expected = createHmac('sha256', key.secret)
    .update(unsigned(rawQuery) + unsigned(body))
    .digest('hex')
  if (signature.length !== expected.length || !timingSafeEqual(Buffer.from(signature), Buffer.from(expected)))
    return badSignature
  const timestamp = readTime(params, 'timestamp')
  if (timestamp === null) return refuse(700004, "Param 'timestamp' must be sent, but it was empty/null")
  const recvWindow = readTime(params, 'recvWindow') ?? usualRecvWindowMs
  if (Number.isNaN(timestamp) || Number.isNaN(recvWindow)) return illegal
  if (recvWindow > longestRecvWindowMs) return refuse(700005, 'recvWindow must be less than 60000.')
  const now = account.now()
  return timestamp < now + aheadMs && now - timestamp <= recvWindow
    ? key
    : refuse(700003, 'Timestamp for this request is outside of the recvWindow.')
}

const unsigned = (text: string): string =>
  text
    .split('&')
    .filter((pair) => !pair.startsWith('signature='))
    .join('&')

export function answerPrivate(endpoint: PrivateEndpoint, request: VenueRequest, account: SimAccount): VenueReply {
  const params = new URLSearchParams(request.rawQuery)
  for (const [name, value] of new URLSearchParams(request.body)) params.append(name, value)
  const key = authenticate(request, params, account)
  if ('status' in key) return key
  if (key.lacks?.includes(endpoint.permission)) return refuse(700007, 'No permission to access the endpoint.')
  return endpoint.answer(params, key)
}

export function createPrivateEndpoints(
  account: SimAccount,
  instruments: ReadonlyMap<string, SimInstrument>,
  listenKeys: ListenKeys,
  assets: SimAssets,
): PrivateEndpoints {
  const symbolOf = (answer: (instrument: SimInstrument, query: URLSearchParams) => VenueReply) =>
    ofSymbol(instruments, answer)
  const isOf = (instrument: SimInstrument) => (thing: { readonly instrument: SimInstrument }) =>
    nativeName(thing.instrument) === nativeName(instrument)

  function allOrders(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const window = readWindow(query, account.now(), { usualMs: dayMs, spanMs: 7 * dayMs, reachMs: 7 * dayMs })
    const limit = readLimit(query, 500, 1_000)
    if ('status' in window) return window
    if (limit === null) return illegal
    const orders = account.orders('spot').filter(isOf(instrument))
    return ok(newestOf(orders, ({ createdAt }) => createdAt, window, limit).map(orderRow))
  }

  function myTrades(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const reachMs = 30 * dayMs
    const window = readWindow(query, account.now(), { usualMs: reachMs, spanMs: Number.POSITIVE_INFINITY, reachMs })
    const limit = readLimit(query, 100, 100)
    if ('status' in window) return window
    if (limit === null) return illegal
    const orderId = query.get('orderId')
    const fills = account
      .fills('spot')
      .filter(isOf(instrument))
      .filter(({ order }) => !orderId || order.id === orderId)
    return ok(newestOf(fills, ({ at }) => at, window, limit).map(tradeRow))
  }

  function order(_instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const id = query.get('orderId')
    const clientId = query.get('origClientOrderId')
    if (!id && !clientId)
      return refuse(700004, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null")
    const found = id
      ? account.order(id)
      : account.orders('spot').find(({ clientOrderId }) => clientOrderId !== '' && clientOrderId === clientId)
    return found && isOf(_instrument)(found) ? ok(orderRow(found)) : refuse(-2011, 'Unknown order sent.')
  }

  function transfersOf(kind: 'deposit' | 'withdrawal'): PrivateEndpoint['answer'] {
    const render = kind === 'deposit' ? depositRow : withdrawalRow
    return (query) => {
      const window = readWindow(query, account.now(), { usualMs: 7 * dayMs, spanMs: 7 * dayMs, reachMs: 90 * dayMs })
      const limit = readLimit(query, 1_000, 1_000)
      if ('status' in window) return window
      if (limit === null) return illegal
      const coin = query.get('coin')
      const chosen = account.transfers(kind).filter(({ asset }) => !coin || asset === coin)
      return ok(newestOf(chosen, ({ createdAt }) => createdAt, window, limit).map(render))
    }
  }

  /** A page of one way, newest first. A date out of reach, and one ahead of now, is refused: reported by clients, and chosen. */
  function moves(query: URLSearchParams): VenueReply {
    const now = account.now()
    const types = [query.get('fromAccountType'), query.get('toAccountType')]
    if (types.toSorted().join(' ') !== 'FUTURES SPOT') return refuse(700004, "Param 'fromAccountType' must be sent")
    const reachMs = 90 * dayMs
    const window = readWindow(query, now, { usualMs: 7 * dayMs, spanMs: reachMs, reachMs })
    if ('status' in window) return window
    if (window.to > now + aheadMs || (readTime(query, 'startTime') ?? now) < now - reachMs)
      return refuse(33333, 'date is incorrect')
    const [page, size] = [Number(query.get('page') ?? 1), Math.min(Number(query.get('size') ?? 10), 100)]
    const rows = account
      .transfers('internal')
      .filter(({ createdAt }) => createdAt >= window.from && createdAt <= window.to)
      .map(moveRow)
      .filter(({ fromAccountType, toAccountType }) => fromAccountType === types[0] && toAccountType === types[1])
      .toReversed()
    return ok([{ rows: rows.slice((page - 1) * size, page * size), total: rows.length }])
  }

  function createListenKey(_query: URLSearchParams, key: SimApiKey): VenueReply {
    const listenKey = listenKeys.create(key.key)
    // What the sixty-first is told is not documented.
    return listenKey === null ? refuse(400, 'too many listenKeys') : ok({ listenKey })
  }

  const onListenKey =
    (act: (listenKey: string) => boolean): PrivateEndpoint['answer'] =>
    (query) => {
      const listenKey = query.get('listenKey') ?? ''
      return act(listenKey) ? ok({ listenKey }) : badListenKey
    }

  const read = 'SPOT_ACCOUNT_READ'
  const endpoint = (weight: number, permission: string, answer: PrivateEndpoint['answer']): PrivateEndpoint => ({
    weight,
    permission,
    answer,
  })
  return new Map([
    ['GET /api/v3/account', endpoint(10, read, () => ok(accountBody(account)))],
    [
      'GET /api/v3/openOrders',
      endpoint(
        3,
        'SPOT_DEAL_READ',
        symbolOf((instrument) => ok(account.openOrders('spot').filter(isOf(instrument)).toReversed().map(orderRow))),
      ),
    ],
    ['GET /api/v3/allOrders', endpoint(10, 'SPOT_DEAL_READ', symbolOf(allOrders))],
    ['GET /api/v3/order', endpoint(2, 'SPOT_DEAL_READ', symbolOf(order))],
    ['GET /api/v3/myTrades', endpoint(10, read, symbolOf(myTrades))],
    ['GET /api/v3/capital/deposit/hisrec', endpoint(1, 'SPOT_WITHDRAW_READ', transfersOf('deposit'))],
    ['GET /api/v3/capital/withdraw/history', endpoint(1, 'SPOT_WITHDRAW_READ', transfersOf('withdrawal'))],
    ['GET /api/v3/capital/transfer', endpoint(1, 'SPOT_TRANSFER_READ', moves)],
    [
      'GET /api/v3/capital/config/getall',
      endpoint(10, 'SPOT_WITHDRAW_READ', () => ok(coinRows(assets, account.now()))),
    ],
    [
      'GET /api/v3/tradeFee',
      endpoint(
        20,
        read,
        symbolOf(() => {
          const { maker, taker } = account.rules.fees.spot
          return ok({
            data: { makerCommission: Number(maker), takerCommission: Number(taker) },
            code: 0,
            msg: 'success',
            timestamp: account.now(),
          })
        }),
      ),
    ],
    [
      'GET /api/v3/selfSymbols',
      endpoint(1, read, (_query, { canTrade }) =>
        ok({ code: 200, data: canTrade ? [...instruments.keys()] : [], msg: null }),
      ),
    ],
    ['GET /api/v3/kyc/status', endpoint(1, read, () => ok({ status: '1' }))],
    ['POST /api/v3/userDataStream', endpoint(1, read, createListenKey)],
    [
      'PUT /api/v3/userDataStream',
      endpoint(
        1,
        read,
        onListenKey((key) => listenKeys.extend(key)),
      ),
    ],
    [
      'DELETE /api/v3/userDataStream',
      endpoint(
        1,
        read,
        onListenKey((key) => listenKeys.delete(key)),
      ),
    ],
    ['GET /api/v3/userDataStream', endpoint(1, read, () => ok({ listenKey: listenKeys.list() }))],
  ])
}

const accountBody = (account: SimAccount): unknown => ({
  canTrade: true,
  canWithdraw: true,
  canDeposit: true,
  updateTime: null,
  accountType: 'SPOT',
  balances: account.balances('spot').map(balanceRow),
  permissions: ['SPOT'],
})

interface Window {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Without bounds the last `usualMs`; more than `spanMs` between them is refused, what is older than `reachMs` is not shown. */
function readWindow(
  query: URLSearchParams,
  now: EpochMs,
  { usualMs, spanMs, reachMs }: { readonly usualMs: number; readonly spanMs: number; readonly reachMs: number },
): Window | VenueReply {
  const start = readTime(query, 'startTime')
  const end = readTime(query, 'endTime')
  if (Number.isNaN(start) || Number.isNaN(end)) return illegal
  const to = end ?? now
  const from = start ?? to - usualMs
  if (from > to || to - from > spanMs) return combination
  return { from: Math.max(from, now - reachMs), to }
}

/** Newest first, and of too many the newest: not documented. */
const newestOf = <T>(things: readonly T[], timeOf: (thing: T) => EpochMs, { from, to }: Window, limit: number): T[] =>
  things
    .filter((thing) => timeOf(thing) >= from && timeOf(thing) <= to)
    .slice(-limit)
    .toReversed()
