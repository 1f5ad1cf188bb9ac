/**
 * The two private sockets: trading (`account`, `orders`, `positions`, `balance_and_position`) and the funding wallet's
 * transfers, which OKX keeps on the business socket behind a login of its own.
 * Docs: https://www.okx.com/docs-v5/en/#overview-websocket-login, #trading-account-websocket,
 * #order-book-trading-trade-ws-order-channel, #funding-account-websocket · fixture okx/ws_private.ndjson
 */

import { isZeroAmount } from '../../../shared/amount.ts'
import { type EpochMs, type Position, positionKey, type RejectReason } from '../../../shared/domain/index.ts'
import type { Control, FeedRules, WireRequest } from '../../net/feed.ts'
import type {
  AccountEvent,
  AccountNormalized,
  AccountNormalizer,
  Credentials,
  PrivateStream,
} from '../account-contract.ts'
import { hint, mapped, type Poll, positionEvents, readPush } from '../account-pushes.ts'
import type { AccountContext, Reading } from '../account-rows.ts'
import { textOrNull } from '../row-fields.ts'
import { checked } from '../rows.ts'
import {
  joinPositions,
  type PositionPart,
  readOrderPush,
  readPosition,
  readTradingBalance,
} from './account-normalize.ts'
import { BalanceRow, OccasionRow, PrivateEvent, PrivatePush, SubAccountRow } from './account-schemas.ts'
import { readDeposit, readWithdrawal } from './account-transfers.ts'
import { urls } from './endpoints.ts'
import { isClockError, rejectionOf } from './failures.ts'
import { passingErrors } from './normalize.ts'
import { loginText } from './signing.ts'
import { manners } from './subscribe.ts'

/** Only what changes, not everything every 5 s besides: each push of a position with a new mark price would be a row to keep. */
const onEventsOnly = '{"updateInterval":"0"}'

/** What is subscribed, by channel. Orders of all kinds come on one subscription, margin orders on spot instruments included. */
const argsOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  account: { channel: 'account', extraParams: onEventsOnly },
  orders: { channel: 'orders', instType: 'ANY' },
  positions: { channel: 'positions', instType: 'SWAP', extraParams: onEventsOnly },
  balance_and_position: { channel: 'balance_and_position' },
  'deposit-info': { channel: 'deposit-info' },
  'withdrawal-info': { channel: 'withdrawal-info' },
}

export function privateStreams(context: AccountContext, credentials: Credentials): readonly PrivateStream[] {
  const stream = (id: string, url: string, wires: readonly string[]): PrivateStream => ({
    id,
    wires,
    ticket: null,
    rules: (_ticket, now) => rulesOf(id, url, credentials, now),
    createNormalizer: () => createAccountNormalizer(context),
  })
  return [
    stream('private', urls.privateStream, ['account', 'orders', 'positions', 'balance_and_position']),
    stream('transfers', urls.businessStream, ['deposit-info', 'withdrawal-info']),
  ]
}

/** 480 logins, subscribes and unsubscribes an hour and connection: a connection needs two. */
const rulesOf = (id: string, url: string, credentials: Credentials, now: () => EpochMs): FeedRules => ({
  ...manners,
  id,
  url,
  topicsPerSocket: 20,
  login: () => loginText(credentials, now()),
  subscribe: (wires, nextId) => request('subscribe', wires, nextId()),
  unsubscribe: (wires, nextId) => request('unsubscribe', wires, nextId()),
})

const request = (op: 'subscribe' | 'unsubscribe', wires: readonly string[], id: number): readonly WireRequest[] => [
  { id, wires, text: JSON.stringify({ id: String(id), op, args: wires.map((wire) => argsOf[wire]) }) },
]

const control = (what: Control): AccountNormalized => ({ kind: 'control', control: what })
const rejected = (reason: RejectReason, detail: string): AccountNormalized => ({ kind: 'rejected', reason, detail })

/** What one element of a push's `data` tells. */
type ReadElement = (json: unknown, receivedAt: EpochMs) => Reading<readonly AccountEvent[]>

/**
 * Remembers the connection's positions by OKX's id, for a cross and an isolated one in one swap are shown as one. Details of
 * rejected frames quote nothing of a frame: OKX repeats requests in its complaints, and the login holds the key.
 */
export function createAccountNormalizer(context: AccountContext): AccountNormalizer {
  const readers = readersOf(context)
  return (data, _isBinary, receivedAt) => {
    const text = data.toString()
    if (text === 'pong') return control({ type: 'pong' })
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return rejected('json', `${data.length} bytes that are no JSON`)
    }
    if (typeof json === 'object' && json !== null && 'event' in json) return normalizeEvent(json)
    const push = PrivatePush.safeParse(json)
    if (!push.success) return rejected('schema', push.error.message)
    const { channel } = push.data.arg
    const read = readers.get(channel)
    if (read === undefined) return rejected('unknownChannel', channel)
    return readPush(channel, push.data.data, (element) => read(element, receivedAt), pollOf[channel] ?? null)
  }
}

/** What REST tells of the same, for a push of which a part could not be read. */
const pollOf: Readonly<Record<string, Poll>> = {
  account: 'balances',
  orders: 'orders',
  positions: 'positions',
  'deposit-info': 'transfers',
  'withdrawal-info': 'transfers',
}

const row = <T>(value: T): { readonly kind: 'row'; readonly value: T } => ({ kind: 'row', value })

function readersOf(context: AccountContext): ReadonlyMap<string, ReadElement> {
  const positions = new Map<string, Map<string, Position>>()
  return new Map<string, ReadElement>([
    ['account', (json, receivedAt) => readAccount(context, json, receivedAt)],
    [
      'orders',
      (json, receivedAt) => {
        const reading = readOrderPush(context, json, receivedAt)
        if (reading.kind !== 'row') return reading
        const { order, fill, raw } = reading.value
        const change: AccountEvent = { kind: 'order', order, raw }
        return row(fill === null ? [change] : [change, { kind: 'fill', fill, raw }])
      },
    ],
    [
      'positions',
      (json, receivedAt) => {
        const reading = readPosition(context, json, receivedAt)
        return mapped(reading, (position) => positionEvents(together(positions, position)))
      },
    ],
    ['balance_and_position', readOccasion],
    ['deposit-info', transferReader((json, receivedAt) => readDeposit(context, json, receivedAt))],
    ['withdrawal-info', transferReader((json, receivedAt) => readWithdrawal(context, json, receivedAt))],
  ])
}

/** `event_update` holds the currencies that changed, `snapshot` all of them, perhaps over several pages: absolute either way. */
function readAccount(context: AccountContext, json: unknown, receivedAt: EpochMs): Reading<readonly AccountEvent[]> {
  return checked(BalanceRow, json, ({ details }) => {
    const events: AccountEvent[] = []
    for (const detail of details) {
      const reading = readTradingBalance(context, detail, receivedAt)
      if (reading.kind === 'bad') return reading
      if (reading.kind === 'row') events.push({ kind: 'balance', balance: reading.value })
    }
    return row(events)
  })
}

/** The position of its symbol and side, every part of it that is open joined. */
function together(positions: Map<string, Map<string, Position>>, { posId, position }: PositionPart): Position {
  const key = positionKey(position)
  const parts = positions.get(key) ?? new Map<string, Position>()
  positions.set(key, parts)
  parts.delete(posId)
  const joined = [...parts.values()].reduce(joinPositions, position)
  if (!isZeroAmount(position.quantity)) parts.set(posId, position)
  return joined
}

/** The only channel that says why balances moved; what it says of them, `account` says better. */
const readOccasion: ReadElement = (json) =>
  checked(OccasionRow, json, ({ eventType }) => {
    if (eventType === 'transferred') return row([hint('transfers'), hint('balances')])
    return row(eventType === 'funding_fee' ? [hint('funding')] : [])
  })

/**
 * The funding wallet has no stream of its own: its balances are asked for. A main account hears of its sub-accounts' transfers too, and a
 * sub-account's own bear its name as well: whether one with a name is this account's REST tells, which lists no others.
 */
const transferReader =
  (read: (json: unknown, receivedAt: EpochMs) => ReturnType<typeof readDeposit>): ReadElement =>
  (json, receivedAt) => {
    if (textOrNull(SubAccountRow.safeParse(json).data?.subAcct) !== null)
      return row([hint('transfers'), hint('balances')])
    const reading = read(json, receivedAt)
    if (reading.kind !== 'row') return reading
    return row([{ kind: 'transfer', transfer: reading.value.row, raw: reading.value.raw }, hint('balances')])
  }

/**
 * In      {"event":"login","code":"0","msg":"","connId":"a4d3ae55"}
 *         {"id":"1512","event":"subscribe","arg":{"channel":"orders","instType":"ANY"},"connId":"a4d3ae55"}
 *         {"event":"error","code":"60009","msg":"Login failed.","connId":"a4d3ae55"}
 *         {"event":"channel-conn-count-error","channel":"orders","connCount":"30","connId":"a4d3ae55"}
 */
function normalizeEvent(json: object): AccountNormalized {
  const parsed = PrivateEvent.safeParse(json)
  if (!parsed.success) return rejected('schema', parsed.error.message)
  const { event, id, arg, channel, code = '' } = parsed.data
  const number = id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : null
  // A message that quotes a request is left out: the request may be the login.
  const said = /[{"]/.test(parsed.data.msg ?? '') ? code : `${code} ${parsed.data.msg ?? ''}`.trim()
  switch (event) {
    case 'login':
      return code === '0' ? control({ type: 'loggedIn' }) : refusedLogin(code, said)
    case 'subscribe':
    case 'unsubscribe':
      return arg
        ? control({ type: 'ack', id: number, wires: [arg.channel] })
        : rejected('schema', `${event} without arg`)
    case 'error':
      if (rejectionOf(code) !== null || isClockError(code)) return refusedLogin(code, said)
      // Every request but the login has an id.
      if (number === null) return control({ type: 'loginRefused', message: said })
      if (passingErrors.has(code)) return rejected('value', `error ${said}`)
      return control({ type: 'refused', id: number, wires: null, message: said })
    case 'notice':
      // 64008: the connection closes in 60 s for an upgrade.
      return code === '64008'
        ? control({ type: 'closing', message: said })
        : rejected('unknownChannel', `notice ${code}`)
    case 'channel-conn-count':
      return control({ type: 'ignored' })
    case 'channel-conn-count-error':
      return channel === undefined
        ? rejected('schema', `${event} without channel`)
        : control({
            type: 'refused',
            id: null,
            wires: [channel],
            message: `too many connections subscribe to ${channel}`,
          })
    default:
      return rejected('unknownChannel', `event ${event}`)
  }
}

function refusedLogin(code: string, said: string): AccountNormalized {
  const message = rejectionOf(code)
  if (message !== null) return { kind: 'rejectedKey', code, message, control: { type: 'loginRefused', message } }
  if (!isClockError(code)) return control({ type: 'loginRefused', message: `login refused (${said})` })
  const clock = `time stamp refused: this machine's clock and OKX's differ (${said})`
  return { kind: 'clock', control: { type: 'loginRefused', message: clock } }
}
