/**
 * The private socket: `executions` (orders and fills) and `balances`, each subscribed with a token that REST gives.
 * Docs: https://docs.kraken.com/api/docs/guides/spot-ws-auth, /websocket-v2/executions, /balances · fixture kraken/ws_private.ndjson
 */

import { decimalTextOf } from '../../../shared/amount.ts'
import type { Balance, EpochMs, RejectReason } from '../../../shared/domain/index.ts'
import { parseExactJson } from '../../net/exact-json.ts'
import type { Control, FeedRules, WireRequest } from '../../net/feed.ts'
import type { RestCall } from '../../net/rest.ts'
import type { AccountEvent, AccountNormalized, AccountNormalizer, Ask, PrivateStream } from '../account-contract.ts'
import { hint } from '../account-pushes.ts'
import { millisecondsOf } from '../instants.ts'
import { fillOfExecution, orderOfExecution } from './account-normalize.ts'
import type { AccountContext } from './account-rows.ts'
import { ExecutionRow, LedgerRow, PrivateAnswer, PrivatePush, WalletsRow } from './account-schemas.ts'
import { urls } from './endpoints.ts'
import { heartbeat } from './subscribe.ts'

const wires = ['executions', 'balances'] as const

/** What each is subscribed with: open orders come first; fills of before, history brings. */
const paramsOf: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  executions: { snap_orders: true, snap_trades: false },
  balances: { snapshot: true },
}

/** `obtainToken`: good for 15 minutes to subscribe with, and then for as long as the connection lives. */
export const privateStream = (
  context: AccountContext,
  obtainToken: RestCall<string>,
  inTurn: (ask: Ask) => Ask,
): PrivateStream => ({
  id: 'private',
  wires,
  ticket: { obtain: (ask) => inTurn(ask)(obtainToken), extend: null, extendEveryMs: 0 },
  rules: (ticket) => rulesOf(ticket ?? ''),
  createNormalizer: () => createAccountNormalizer(context),
})

const rulesOf = (token: string): FeedRules => ({
  id: 'private',
  url: urls.privateStream,
  topicsPerSocket: 10,
  sendsPerSecond: 5,
  connectIntervalMs: 1_000,
  heartbeat,
  silenceMs: 10_000,
  lifetimeMs: null,
  ackTimeoutMs: 10_000,
  subscribe: (named, nextId) => requests('subscribe', named, token, nextId),
  unsubscribe: (named, nextId) => requests('unsubscribe', named, token, nextId),
})

const requests = (
  method: 'subscribe' | 'unsubscribe',
  named: readonly string[],
  token: string,
  nextId: () => number,
): readonly WireRequest[] =>
  named.map((channel) => {
    const id = nextId()
    const more = method === 'subscribe' ? paramsOf[channel] : {}
    return { id, wires: [channel], text: JSON.stringify({ method, params: { channel, token, ...more }, req_id: id }) }
  })

const control = (what: Control): AccountNormalized => ({ kind: 'control', control: what })
const rejected = (reason: RejectReason, detail: string): AccountNormalized => ({ kind: 'rejected', reason, detail })

interface Refusal {
  readonly reason: RejectReason
  readonly detail: string
}

/** What REST tells of the same, for a push that could not be read or never came. */
const pollsOf: Readonly<Record<string, readonly AccountEvent[]>> = {
  executions: [hint('orders'), hint('fills')],
  balances: [hint('balances')],
}

/** What of an execution is its order's: a fill that tells no fee must not be given that of the one before. */
const ofOrder = ({ exec_id, last_qty, last_price, liquidity_ind, fees, reason, ...row }: ExecutionRow): ExecutionRow =>
  row

/** An order as its executions told it so far. */
interface Known {
  readonly row: ExecutionRow
  readonly createdAt: EpochMs | null
}

/**
 * Remembers the connection's open orders, since what follows on an order names little of it, and the number of each channel's newest message.
 * Details of rejected frames quote nothing of a frame.
 */
export function createAccountNormalizer(context: AccountContext): AccountNormalizer {
  const orders = new Map<string, Known>()
  const sequences = new Map<string, number>()

  /** Rows that say too little by themselves are joined with what is known of their order. */
  function readExecution(json: unknown, receivedAt: EpochMs): readonly AccountEvent[] | Refusal {
    const parsed = ExecutionRow.safeParse(json)
    if (!parsed.success) return { reason: 'schema', detail: `executions: ${parsed.error.issues[0]?.path.join('.')}` }
    const news = parsed.data
    const id = news.order_id
    const known = orders.get(id)
    const row: ExecutionRow = { ...known?.row, ...news }
    // Of an order from before this connection that its snapshot did not hold.
    if (row.symbol === undefined) return pollsOf.executions ?? []
    const bornAt = news.exec_type === 'pending_new' ? millisecondsOf(news.timestamp) : Number.NaN
    const createdAt = known?.createdAt ?? (Number.isNaN(bornAt) ? null : bornAt)
    const order = orderOfExecution(context, row, createdAt, receivedAt)
    if (order.kind === 'unlisted') return { reason: 'unknownInstrument', detail: order.name }
    if (order.kind !== 'row') return { reason: 'value', detail: order.kind === 'bad' ? order.problem : 'executions' }
    const raw = JSON.stringify(json)
    const events: AccountEvent[] = [{ kind: 'order', order: order.value, raw }]
    if (news.exec_type === 'trade') {
      const fill = fillOfExecution(context, row, receivedAt)
      if (fill.kind !== 'row') return { reason: 'value', detail: fill.kind === 'bad' ? fill.problem : 'executions' }
      events.push({ kind: 'fill', fill: fill.value, raw })
    }
    const isOver = ['FILLED', 'CANCELED', 'EXPIRED'].includes(order.value.status)
    if (isOver) orders.delete(id)
    else orders.set(id, { row: ofOrder(row), createdAt })
    return events
  }

  /** Numbers begin with 1, with every subscription anew, and grow by one: after a hole REST is asked, and what is no newer came already. */
  function placeOf(channel: string, sequence: number | undefined): 'next' | 'behind a hole' | 'old' {
    if (sequence === undefined) return 'next'
    const before = sequences.get(channel) ?? 0
    if (sequence <= before && sequence !== 1) return 'old'
    sequences.set(channel, sequence)
    return sequence === 1 || sequence === before + 1 ? 'next' : 'behind a hole'
  }

  function readPush(channel: string, data: readonly unknown[], receivedAt: EpochMs): AccountNormalized {
    const events: AccountEvent[] = []
    let refusal: Refusal | null = null
    for (const json of data) {
      const result =
        channel === 'executions' ? readExecution(json, receivedAt) : readBalances(context, json, receivedAt)
      if ('reason' in result) refusal ??= result
      else events.push(...result)
    }
    // What an order holds of a balance is told nowhere here.
    if (channel === 'executions' && events.length > 0) events.push(hint('balances'))
    if (refusal === null) return { kind: 'events', events }
    if (refusal.reason !== 'unknownInstrument') events.push(...(pollsOf[channel] ?? []))
    return events.length === 0 ? { kind: 'rejected', ...refusal } : { kind: 'events', events, rejected: refusal }
  }

  return (data, _isBinary, receivedAt) => {
    let json: unknown
    try {
      json = parseExactJson(data.toString())
    } catch {
      return rejected('json', `${data.length} bytes that are no JSON`)
    }
    if (typeof json === 'object' && json !== null && 'method' in json) return normalizeAnswer(json)
    const push = PrivatePush.safeParse(json)
    if (!push.success) return rejected('schema', `push: ${push.error.issues[0]?.path.join('.')}`)
    const { channel, sequence, data: rows } = push.data
    if (channel === 'heartbeat' || channel === 'status') return control({ type: 'ignored' })
    if (!wires.some((wire) => wire === channel)) return rejected('unknownChannel', channel.slice(0, 100))
    if (rows === undefined) return rejected('schema', `${channel}: no data`)
    const place = placeOf(channel, sequence)
    if (place === 'old') return control({ type: 'ignored' })
    // How far orders have come may have been told by what is missing.
    if (place === 'behind a hole' && channel === 'executions') orders.clear()
    const result = readPush(channel, rows, receivedAt)
    if (place === 'next') return result
    // What was missed nobody has told: as good as a message that could not be read.
    const hole: Refusal = { reason: 'value', detail: `${channel}: sequence: messages are missing before ${sequence}` }
    const events = result.kind === 'events' ? result.events : []
    return { kind: 'events', events: [...events, ...(pollsOf[channel] ?? [])], rejected: hole }
  }
}

/**
 * In      {"asset":"BTC","balance":0.005,"wallet_type":"spot","wallet_id":"main","type":"trade","amount":-0.005,"fee":0.0,
 *         "timestamp":"…",…}, or of the snapshot {"asset":"BTC","balance":1.2,"wallets":[{"type":"spot","id":"main","balance":1.2}]}
 * Out     the total of the spot wallet; what of it is free REST tells. Earn and other wallets are not shown from here
 */
function readBalances(
  { account }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): readonly AccountEvent[] | Refusal {
  const balanceOf = (asset: string, told: unknown, exchangeAt: EpochMs | null): readonly AccountEvent[] | Refusal => {
    const total = decimalTextOf(told)
    if (total === null) return { reason: 'value', detail: `balances ${asset}: no decimal number` }
    const balance: Balance = {
      ...{ account, exchange: 'kraken', wallet: 'spot', asset },
      ...{ free: null, locked: null, total, exchangeAt, receivedAt },
    }
    return [{ kind: 'balance', balance }]
  }
  const snapshot = WalletsRow.safeParse(json)
  if (snapshot.success) {
    const { asset, wallets } = snapshot.data
    const spot = wallets.find(({ type }) => type === 'spot')
    return spot === undefined ? [] : balanceOf(asset, spot.balance, null)
  }
  const update = LedgerRow.safeParse(json)
  if (!update.success) return { reason: 'schema', detail: `balances: ${update.error.issues[0]?.path.join('.')}` }
  const { asset, balance, type, wallet_type, timestamp } = update.data
  const moves = type === 'deposit' || type === 'withdrawal' ? [hint('transfers')] : []
  if (wallet_type !== 'spot') return moves
  const at = timestamp === undefined ? Number.NaN : millisecondsOf(timestamp)
  const told = balanceOf(asset, balance, Number.isNaN(at) ? null : at)
  return 'reason' in told ? told : [...told, ...moves]
}

/**
 * In      {"method":"subscribe","result":{"channel":"executions","maxratecount":125,…},"success":true,"req_id":1,…}
 *         {"channel":"executions","error":"ESession:Invalid session","method":"subscribe","status":"error","success":false,…}
 */
function normalizeAnswer(json: unknown): AccountNormalized {
  const parsed = PrivateAnswer.safeParse(json)
  if (!parsed.success) return rejected('schema', 'an answer of another shape')
  const { method, req_id: id = null, success, error = '', channel, result } = parsed.data
  if (method === 'pong') return control({ type: 'pong' })
  if (method !== 'subscribe' && method !== 'unsubscribe') return rejected('unknownChannel', `method ${method}`)
  const name = result?.channel ?? channel
  const named = name === undefined ? null : [name]
  if (success === true)
    return id === null && named === null
      ? rejected('schema', `${method} of nothing`)
      : control({ type: 'ack', id, wires: named })
  const message = error.slice(0, 100)
  const refusal: Control = { type: 'refused', id, wires: named, message }
  if (message.startsWith('ESession:'))
    return { kind: 'expired', reason: `the token is no longer good (${message})`, control: refusal }
  if (message === 'EGeneral:Permission denied' || message.startsWith('EAPI:Invalid'))
    return { kind: 'rejectedKey', code: message, message: `the key may not listen (${message})`, control: refusal }
  if (/already subscribed/i.test(message)) return control({ type: 'ack', id, wires: named })
  return id === null && named === null ? rejected('value', `${method}: ${message}`) : control(refusal)
}
