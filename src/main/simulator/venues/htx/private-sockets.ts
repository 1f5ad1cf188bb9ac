/** HTX's private sockets: spot's `/ws/v2`, plain text, and the swap's V5 notifications, gzip. */
import { z } from 'zod'
import { sumAmounts } from '../../../../shared/amount.ts'
import type { SimAccount, SimAccountEvent, SimApiKey, SimBalance } from '../../account/contract.ts'
import type { Peer, VenueConnection, VenueRequest } from '../../venue.ts'
import { type Row, zipped } from './frames.ts'
import { authenticateLogin } from './private-auth.ts'
import type { PrivateRows } from './private-rows.ts'

const spotPingMs = 20_000
const swapPingMs = 5_000
const mostUnanswered = 3

const SpotRequest = z.object({
  action: z.string(),
  ch: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
})
const SwapRequest = z.looseObject({ op: z.string(), cid: z.string().optional(), topic: z.string().optional() })

/** What both have in common: a login, subscriptions, the account's events. */
interface Session {
  key: SimApiKey | null
  readonly topics: Set<string>
}

function follow(
  account: SimAccount,
  peer: Peer,
  session: Session,
  onEvent: (event: SimAccountEvent) => void,
): () => void {
  return account.onEvent((event) => {
    if (session.key === null) return
    if (event.kind !== 'key_revoked') onEvent(event)
    else if (event.key === session.key.key) peer.close(1000, 'api key was deleted')
  })
}

/** Pings until nobody answers. */
function heartbeat(peer: Peer, everyMs: number, ping: () => void): () => void {
  let unanswered = 0
  peer.every(everyMs, () => {
    if (unanswered >= mostUnanswered) return peer.close(1003, 'ping check expired')
    unanswered++
    ping()
  })
  return () => {
    unanswered = 0
  }
}

export function openSpotPrivate(
  peer: Peer,
  request: VenueRequest,
  account: SimAccount,
  rows: PrivateRows,
): VenueConnection {
  const session: Session = { key: null, topics: new Set() }
  const send = (frame: Row) => peer.send(JSON.stringify(frame))
  const push = (ch: string, data: Row) => peer.sendPrivate(JSON.stringify({ action: 'push', ch, data }))
  const heard = heartbeat(peer, spotPingMs, () => send({ action: 'ping', data: { ts: account.now() } }))

  const balanceTopic = 'accounts.update#2'
  function sendBalances(balances: readonly SimBalance[], changeType: string | null): void {
    if (!session.topics.has(balanceTopic)) return
    for (const balance of balances)
      if (balance.wallet === 'spot') push(balanceTopic, rows.balancePush(balance, changeType))
  }

  const stop = follow(account, peer, session, (event) => {
    if (event.kind === 'transfer') {
      const { kind } = event.transfer
      sendBalances(event.balances, kind === 'deposit' ? 'deposit' : kind === 'withdrawal' ? 'withdraw' : 'other')
    }
    if (event.kind !== 'order' || event.order.instrument.kind !== 'spot') return
    const { order, fill, balances } = event
    const data = rows.orderPush(order, fill)
    if (session.topics.has('orders#*')) push(`orders#${data.symbol}`, data)
    if (fill !== null && session.topics.has('trade.clearing#*#0'))
      push(`trade.clearing#${data.symbol}#0`, rows.clearing(fill))
    const changeType = fill !== null ? 'order.match' : order.status === 'NEW' ? 'order.place' : 'order.cancel'
    sendBalances(balances, changeType)
  })

  function subscribe(ch: string): void {
    const isKnown = ch === balanceTopic || ch === 'orders#*' || ch === 'trade.clearing#*#0'
    if (session.key === null || !isKnown) {
      const refusal =
        session.key === null ? { code: 2002, message: 'invalid.auth.state' } : { code: 2001, message: 'invalid.ch' }
      send({ action: 'sub', ch, ...refusal })
      return
    }
    session.topics.add(ch)
    send({ action: 'sub', code: 200, ch, data: {} })
    if (ch === balanceTopic) sendBalances(account.balances('spot'), null)
  }

  return {
    onMessage(text) {
      const parsed = SpotRequest.safeParse(jsonOf(text))
      if (!parsed.success) return send({ action: '', code: 2001, ch: '', message: 'invalid.json' })
      const { action, ch = '', params = {} } = parsed.data
      if (action === 'pong') return heard()
      if (action === 'sub') return subscribe(ch)
      if (action === 'unsub') {
        session.topics.delete(ch)
        return send({ action, code: 200, ch, data: {} })
      }
      if (action !== 'req' || ch !== 'auth') return send({ action, code: 2001, ch, message: 'invalid.action' })
      session.key = authenticateLogin(account, request, params, {
        signed: ['accessKey', 'signatureMethod', 'signatureVersion', 'timestamp'],
        ...{ key: 'accessKey', time: 'timestamp', signature: 'signature' },
      })
      return session.key === null
        ? send({ action: 'req', code: 2002, ch: 'auth', message: 'auth.fail' })
        : send({ action: 'req', code: 200, ch: 'auth', data: {} })
    },
    onClose: stop,
  }
}

export function openSwapPrivate(
  peer: Peer,
  request: VenueRequest,
  account: SimAccount,
  rows: PrivateRows,
): VenueConnection {
  const session: Session = { key: null, topics: new Set() }
  const send = (frame: Row) => peer.send(zipped(frame))
  const notify = (topic: string, contract_code: string, data: unknown, event?: string) => {
    if (!session.topics.has(topic)) return
    const head = { op: 'notify', topic, contract_code, ts: account.now(), uid: account.userId }
    peer.sendPrivate(zipped({ ...head, ...(event === undefined ? {} : { event }), data }))
  }
  const heard = heartbeat(peer, swapPingMs, () => send({ op: 'ping', ts: String(account.now()) }))
  let version = 0

  function sendAccount(event: string): void {
    const unrealised = sumAmounts(account.positions().map(({ unrealisedPnl }) => unrealisedPnl))
    const details = account
      .balances('futures')
      .map((balance) => rows.swapDetail(balance, balance.asset === 'USDT' ? unrealised : '0'))
    version++
    notify('account', '', { state: 'normal', equity: '0', details, version }, event)
  }
  const sendPositions = (event: string) => notify('positions', '*', account.positions().map(rows.position), event)

  const stop = follow(account, peer, session, (event) => {
    const touches = 'balances' in event && event.balances.some(({ wallet }) => wallet === 'futures')
    if (event.kind === 'order' && event.order.instrument.kind === 'perpetual') {
      const row = rows.swapOrder(event.order, event.fill)
      const code = String(row.contract_code)
      notify('orders', code, row)
      if (event.fill !== null) {
        notify('trade', code, [rows.swapTrade(event.fill)])
        sendPositions('order.match')
      }
      sendAccount(event.fill === null ? 'order' : 'order.match')
    } else if (event.kind === 'transfer' && touches) sendAccount('contract.transfer')
    else if (event.kind === 'funding') {
      sendAccount('settlement')
      sendPositions('settlement')
    }
  })

  return {
    onMessage(text) {
      const parsed = SwapRequest.safeParse(jsonOf(text))
      if (!parsed.success)
        return send({ op: 'error', 'err-code': 2040, 'err-msg': 'invalid request', ts: account.now() })
      const { op, cid, topic = '' } = parsed.data
      const answer = { op, cid, topic, ts: account.now() }
      switch (op) {
        case 'pong':
          return heard()
        case 'auth': {
          session.key = authenticateLogin(account, request, parsed.data, {
            signed: ['AccessKeyId', 'SignatureMethod', 'SignatureVersion', 'Timestamp'],
            ...{ key: 'AccessKeyId', time: 'Timestamp', signature: 'Signature' },
          })
          const ts = account.now()
          return session.key === null
            ? send({ op, type: 'api', 'err-code': 2003, 'err-msg': 'Authentication failed.', ts })
            : send({ op, type: 'api', 'err-code': 0, ts, data: { 'user-id': account.userId } })
        }
        case 'sub': {
          if (session.key === null) return send({ ...answer, 'err-code': 2002, 'err-msg': 'Authentication required.' })
          if (!['orders', 'trade', 'account', 'positions'].includes(topic))
            return send({ ...answer, 'err-code': 2011, 'err-msg': 'Invalid topic.' })
          session.topics.add(topic)
          send({ ...answer, 'err-code': 0 })
          if (topic === 'account') sendAccount('snapshot')
          if (topic === 'positions') sendPositions('snapshot')
          return
        }
        case 'unsub':
          session.topics.delete(topic)
          return send({ ...answer, 'err-code': 0 })
        default:
          return send({ ...answer, 'err-code': 2010, 'err-msg': 'invalid op' })
      }
    },
    onClose: stop,
  }
}

/** undefined where the text is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
