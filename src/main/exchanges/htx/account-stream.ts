/**
 * The private sockets: spot's `/ws/v2`, text frames of `action`, and the swap's V5 notifications, gzip frames of `op`.
 * Docs: spot "Websocket Account and Order", USDT-M "WebSocket" (V5) · fixture htx/ws_private.ndjson. Details of rejected frames quote nothing
 * of a frame but names and numbers: the login holds the key.
 */

import type { EpochMs, Fill, RejectReason } from '../../../shared/domain/index.ts'
import type { Control, FeedRules, WireRequest } from '../../net/feed.ts'
import type {
  AccountEvent,
  AccountNormalized,
  AccountNormalizer,
  Credentials,
  PrivateStream,
  WithRaw,
} from '../account-contract.ts'
import { fillEvents, hint, mapped, type Poll, readPush } from '../account-pushes.ts'
import type { AccountContext, Reading } from '../account-rows.ts'
import { readBalancePush, readClearing, readOrderPush } from './account-normalize.ts'
import { SpotFrame, SpotPing, SwapAccount } from './account-schemas.ts'
import { readSwapBalance, readSwapOrder, readSwapTrade } from './account-swap.ts'
import { spotStreamOrigin, swapStreamOrigin, urls } from './endpoints.ts'
import { MarketBuys } from './market-buys.ts'
import { OpFrame } from './schemas.ts'
import { spotLogin, swapLogin } from './signing.ts'
import { readFrame } from './wire.ts'

const balanceWire = 'accounts.update#2'
const spotWires = [balanceWire, 'orders#*', 'trade.clearing#*#0'] as const
/** Of V5, for every contract. `trade` tells fills without their fees, which REST knows; of `positions`, undocumented, only that REST has news. */
const swapWires = ['orders', 'trade', 'account', 'positions'] as const

const manners = {
  topicsPerSocket: 20,
  sendsPerSecond: 20,
  connectIntervalMs: 500,
  heartbeat: null,
  lifetimeMs: null,
  ackTimeoutMs: 10_000,
} satisfies Partial<FeedRules>

/** `spotAccountId`: null while it is not known; then balances of any account of type `trade` are taken for it. */
export function privateStreams(
  context: AccountContext,
  credentials: Credentials,
  spotAccountId: () => string | null,
): readonly PrivateStream[] {
  const logins = { spot: new Logins(), futures: new Logins() }
  const hostOf = (origin: string) => new URL(origin).host
  const pathOf = (url: string) => new URL(url).pathname
  return [
    {
      id: 'spot',
      wires: spotWires,
      ticket: null,
      rules: (_ticket, now) => ({
        ...{ ...manners, id: 'spot', url: urls.spotPrivateStream },
        // It pings every 20 s, and closes after 60 s without an answer.
        silenceMs: 45_000,
        login: () => spotLogin(credentials, hostOf(spotStreamOrigin), pathOf(urls.spotPrivateStream), now()),
        subscribe: spotRequests('sub'),
        unsubscribe: spotRequests('unsub'),
      }),
      createNormalizer: () => createSpotNormalizer(context, spotAccountId, logins.spot),
    },
    {
      id: 'futures',
      wires: swapWires,
      ticket: null,
      rules: (_ticket, now) => ({
        ...{ ...manners, id: 'futures', url: urls.swapPrivateStream },
        // It pings every 5 s.
        silenceMs: 20_000,
        login: () => swapLogin(credentials, hostOf(swapStreamOrigin), pathOf(urls.swapPrivateStream), now()),
        subscribe: swapRequests('sub'),
        unsubscribe: swapRequests('unsub'),
      }),
      createNormalizer: () => createSwapNormalizer(context, logins.futures),
    },
  ]
}

const spotRequests =
  (action: 'sub' | 'unsub'): FeedRules['subscribe'] =>
  (wires, nextId) =>
    wires.map((wire): WireRequest => ({ id: nextId(), wires: [wire], text: JSON.stringify({ action, ch: wire }) }))

const swapRequests =
  (op: 'sub' | 'unsub'): FeedRules['subscribe'] =>
  (wires, nextId) =>
    wires.map((topic): WireRequest => {
      const id = nextId()
      const of = topic === 'account' ? {} : { contract_code: '*' }
      return { id, wires: [topic], text: JSON.stringify({ op, cid: String(id), topic, ...of }) }
    })

const control = (what: Control): AccountNormalized => ({ kind: 'control', control: what })
const rejected = (reason: RejectReason, detail: string): AccountNormalized => ({ kind: 'rejected', reason, detail })

/** What a push could not tell, REST is asked for. */
function told<T>(
  reading: Reading<T>,
  topic: string,
  poll: Poll,
  then: (value: T) => readonly AccountEvent[],
): AccountNormalized {
  switch (reading.kind) {
    case 'row':
      return { kind: 'events', events: then(reading.value) }
    case 'foreign':
      return control({ type: 'ignored' })
    case 'unlisted':
      return rejected('unknownInstrument', reading.name)
    case 'bad': {
      const refusal = { reason: 'value', detail: `${topic} ${reading.problem}` } as const
      return { kind: 'events', events: [hint(poll)], rejected: refusal }
    }
  }
}

/** This address is not on the key's list; the other codes say less. */
const wrongAddress = 2000

/**
 * HTX refuses a login in the same words for a wrong key, a wrong signature and a wrong time stamp. So the first refusal has the clock
 * measured and the login tried again; where that is refused, too, it is the key. Of one stream, over all its connections.
 */
class Logins {
  private refusals = 0

  accepted(): AccountNormalized {
    this.refusals = 0
    return control({ type: 'loggedIn' })
  }

  refused(code: number): AccountNormalized {
    this.refusals++
    if (this.refusals === 1 && code !== wrongAddress) {
      const message = `login refused (${code}): the clocks of this machine and of HTX may differ`
      return { kind: 'clock', control: { type: 'loginRefused', message } }
    }
    const what = code === wrongAddress ? 'the IP allow-list' : 'the key, the secret and the IP allow-list'
    const message = `key rejected (${code}): check ${what}`
    return { kind: 'rejectedKey', code: String(code), message, control: { type: 'loginRefused', message } }
  }
}

// Spot

function createSpotNormalizer(
  context: AccountContext,
  spotAccountId: () => string | null,
  logins: Logins,
): AccountNormalizer {
  const buys = new MarketBuys()
  return (data, isBinary, receivedAt) => {
    const read = readFrame(data, isBinary)
    if (!('frame' in read)) return rejected(read.reason, `${data.length} bytes that are no JSON object`)
    const parsed = SpotFrame.safeParse(read.frame)
    if (!parsed.success) return rejected('schema', `action: ${parsed.error.issues[0]?.message}`)
    const { action, ch = '', code, data: told } = parsed.data
    switch (action) {
      case 'ping': {
        const ping = SpotPing.safeParse(told)
        if (!ping.success) return rejected('schema', 'ping: data.ts: no number')
        return control({ type: 'ping', answer: JSON.stringify({ action: 'pong', data: { ts: ping.data.ts } }) })
      }
      case 'push':
        return spotPush(context, ch, told, receivedAt, spotAccountId(), buys)
      case 'req':
        if (ch !== 'auth') return rejected('unknownChannel', ch)
        // {"action":"req","code":2002,"ch":"auth","message":"auth.fail"}
        return code === 200 ? logins.accepted() : logins.refused(code ?? 0)
      case 'sub':
      case 'unsub': {
        if (code === 200) return control({ type: 'ack', id: null, wires: [ch] })
        const message = `${code} ${parsed.data.message ?? ''}`
        return code === 4000 || code === 500 || code === 429
          ? rejected('value', `${action} ${message}`)
          : control({ type: 'refused', id: null, wires: [ch], message })
      }
      default:
        return rejected('unknownChannel', `action ${action}`)
    }
  }
}

/** By orders (placed, matched, refunded, …) balances change without more to it; what else moved them, REST tells. */
const isByOrders = (changeType: string): boolean => changeType.startsWith('order.')

function spotPush(
  context: AccountContext,
  ch: string,
  json: unknown,
  receivedAt: EpochMs,
  accountId: string | null,
  buys: MarketBuys,
): AccountNormalized {
  if (ch === balanceWire)
    return told(readBalancePush(context, json, receivedAt), ch, 'balances', (change) => {
      if (accountId !== null && change.accountId !== accountId) return []
      const events: AccountEvent[] = [{ kind: 'balance', balance: change.balance }]
      const isMove = change.changeType !== null && !isByOrders(change.changeType)
      return isMove ? [...events, hint('transfers'), hint('balances')] : events
    })
  if (ch.startsWith('orders#'))
    return told(readOrderPush(context, json, receivedAt, buys), 'orders', 'orders', ({ row, raw }) => [
      { kind: 'order', order: row, raw },
    ])
  if (ch.startsWith('trade.clearing#'))
    return told(readClearing(context, json, receivedAt), 'trade.clearing', 'fills', ({ row, raw }) => [
      { kind: 'fill', fill: row, raw },
    ])
  return rejected('unknownChannel', ch)
}

// Swaps

function createSwapNormalizer(context: AccountContext, logins: Logins): AccountNormalizer {
  return (data, isBinary, receivedAt) => {
    const read = readFrame(data, isBinary)
    if (!('frame' in read)) return rejected(read.reason, `${data.length} bytes that are no gzip of a JSON object`)
    const parsed = OpFrame.safeParse(read.frame)
    if (!parsed.success) return rejected('schema', `op: ${parsed.error.issues[0]?.message}`)
    const { op, cid, topic = '', ts, 'err-code': code = 0, 'err-msg': said } = parsed.data
    switch (op) {
      case 'ping':
        return control({ type: 'ping', answer: JSON.stringify({ op: 'pong', ts }) })
      case 'auth':
        return code === 0 ? logins.accepted() : logins.refused(code)
      case 'sub':
      case 'unsub': {
        const id = cid !== null && cid !== undefined && /^\d{1,15}$/.test(cid) ? Number(cid) : null
        return code === 0
          ? control({ type: 'ack', id, wires: [topic] })
          : control({ type: 'refused', id, wires: id === null ? [topic] : null, message: `${code} ${said ?? ''}` })
      }
      case 'notify':
        return swapPush(context, topic, parsed.data, receivedAt)
      default:
        return rejected('unknownChannel', `op ${op}`)
    }
  }
}

function swapPush(
  context: AccountContext,
  topic: string,
  { data: json, event }: OpFrame,
  receivedAt: EpochMs,
): AccountNormalized {
  switch (topic) {
    case 'orders':
      return told(readSwapOrder(context, json, receivedAt), topic, 'orders', ({ row, raw }) => [
        { kind: 'order', order: row, raw },
      ])
    case 'trade': {
      if (!Array.isArray(json))
        return { kind: 'events', events: [hint('fills'), hint('positions')], rejected: noTrades }
      const events = (fill: WithRaw<Fill>) => [...fillEvents(fill), hint('positions')]
      return readPush(topic, json, (row) => mapped(readSwapTrade(context, row, receivedAt), events), 'fills')
    }
    case 'positions':
      return { kind: 'events', events: [hint('positions')] }
    case 'account':
      return swapAccount(context, json, event ?? '', receivedAt)
    default:
      return rejected('unknownChannel', topic)
  }
}

/** Details of every currency, or of those that changed: absolute either way. `event` says why; its words are those of the older topics. */
function swapAccount(context: AccountContext, json: unknown, event: string, receivedAt: EpochMs): AccountNormalized {
  const parsed = SwapAccount.safeParse(json)
  if (!parsed.success) return { kind: 'events', events: [hint('balances')], rejected: noDetails }
  const events: AccountEvent[] = []
  let refusal: { readonly reason: RejectReason; readonly detail: string } | null = null
  for (const detail of parsed.data.details) {
    const reading = readSwapBalance(context, detail, receivedAt)
    if (reading.kind === 'row') events.push({ kind: 'balance', balance: reading.value })
    if (reading.kind === 'bad') refusal ??= { reason: 'value', detail: `account ${reading.problem}` }
  }
  if (refusal !== null) return { kind: 'events', events: [...events, hint('balances')], rejected: refusal }
  if (event.includes('transfer')) events.push(hint('transfers'), hint('balances'))
  if (event.includes('settlement') || event.includes('funding')) events.push(hint('funding'))
  return { kind: 'events', events }
}
const noTrades = { reason: 'schema', detail: 'trade: data: no list' } as const
const noDetails = { reason: 'schema', detail: 'account: details: no list' } as const
