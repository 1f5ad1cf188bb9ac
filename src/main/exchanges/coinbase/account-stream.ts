/**
 * The user's socket: orders in their cumulative state, without fills and balances, which REST is asked for whenever an order moved.
 * Docs: https://docs.cdp.coinbase.com/advanced-trade/docs/ws-channels "User channel" · fixture coinbase/ws_user.ndjson
 */

import type { EpochMs, RejectReason } from '../../../shared/domain/index.ts'
import type { Control, FeedRules } from '../../net/feed.ts'
import type { AccountEvent, AccountNormalized, AccountNormalizer, PrivateStream } from '../account-contract.ts'
import { hint } from '../account-pushes.ts'
import type { AccountContext } from '../account-rows.ts'
import { millisecondsOf } from '../instants.ts'
import { readStreamOrder } from './account-normalize.ts'
import { UserFrame } from './account-schemas.ts'
import { urls } from './endpoints.ts'
import { ErrorFrame, Numbered, SubscriptionsFrame } from './schemas.ts'
import type { Signer } from './signing.ts'
import { manners } from './subscribe.ts'

const wire = 'user'

/** Tokens that were refused one after another, over all connections of the stream. */
interface Refusals {
  count: number
}

export function userStream(context: AccountContext, { streamToken }: Signer): PrivateStream {
  const refusals: Refusals = { count: 0 }
  const rules: PrivateStream['rules'] = (_ticket, now): FeedRules => {
    const request = (type: 'subscribe' | 'unsubscribe', channel: string) =>
      JSON.stringify({ type, channel, jwt: streamToken(now()) })
    return {
      ...manners,
      id: 'user',
      url: urls.userStream,
      topicsPerSocket: 1,
      login: () => request('subscribe', 'heartbeats'),
      subscribe: (wires, nextId) => [{ id: nextId(), wires, text: request('subscribe', wire) }],
      unsubscribe: (wires, nextId) => [{ id: nextId(), wires, text: request('unsubscribe', wire) }],
    }
  }
  return {
    ...{ id: 'user', wires: [wire], ticket: null, rules },
    createNormalizer: () => createUserNormalizer(context, refusals),
  }
}

const control = (what: Control): AccountNormalized => ({ kind: 'control', control: what })
const rejected = (reason: RejectReason, detail: string): AccountNormalized => ({ kind: 'rejected', reason, detail })

/** Details of rejected frames quote nothing of a frame: an error may repeat a request, which holds a token. */
function createUserNormalizer(context: AccountContext, refusals: Refusals): AccountNormalizer {
  let last: number | null = null
  const sizes = new Map<string, string | null>()
  return (data, _isBinary, receivedAt) => {
    let json: unknown
    try {
      json = JSON.parse(data.toString())
    } catch {
      return rejected('json', `${data.length} bytes that are no JSON`)
    }
    if (typeof json === 'object' && json !== null && 'type' in json && json.type === 'error')
      return refused(json, refusals)
    const numbered = Numbered.safeParse(json)
    if (!numbered.success) return rejected('schema', 'no channel with a sequence_num')
    const { channel, sequence_num: number } = numbered.data
    // A frame that comes twice tells nothing new; a hole is as good as a frame that could not be read.
    if (last !== null && number <= last) return control({ type: 'ignored' })
    const missing = last === null ? 0 : number - last - 1
    const hole: Refusal | null =
      missing === 0 ? null : { reason: 'value', detail: `sequence_num: ${missing} frames are missing before ${number}` }
    last = number
    switch (channel) {
      case 'user':
        return normalizeOrders(context, json, sizes, receivedAt, hole)
      case 'heartbeats':
        return hole === null ? control({ type: 'ignored' }) : { kind: 'rejected', ...hole }
      case 'subscriptions': {
        refusals.count = 0
        const answer = normalizeSubscriptions(json)
        return hole !== null && answer.kind === 'control'
          ? { kind: 'events', events: [], control: answer.control, rejected: hole }
          : answer
      }
      default:
        return rejected('unknownChannel', channel.slice(0, 100))
    }
  }
}

interface Refusal {
  readonly reason: RejectReason
  readonly detail: string
}

/** The heartbeats come first and alone: from then on the socket takes the token of the orders. */
function normalizeSubscriptions(json: unknown): AccountNormalized {
  const frame = SubscriptionsFrame.safeParse(json)
  if (!frame.success) return rejected('schema', 'subscriptions of another form')
  const isSubscribed = frame.data.events.some(({ subscriptions }) => Object.hasOwn(subscriptions, wire))
  return control(isSubscribed ? { type: 'ack', id: null, wires: [wire] } : { type: 'loggedIn' })
}

/**
 * A snapshot lists every open order, in frames of fifty; an update those that moved. Orders that ended otherwise than filled without
 * having been open here, and rows that cannot be read, REST tells.
 */
function normalizeOrders(
  context: AccountContext,
  json: unknown,
  sizes: Map<string, string | null>,
  receivedAt: EpochMs,
  hole: Refusal | null,
): AccountNormalized {
  const frame = UserFrame.safeParse(json)
  if (!frame.success) return rejected('schema', 'a user frame of another form')
  const at = millisecondsOf(frame.data.timestamp)
  if (Number.isNaN(at)) return rejected('value', 'user: timestamp: no time')
  const events: AccountEvent[] = []
  let needsOrders = false
  let hasMoved = false
  let refusal = hole
  for (const { type, orders = [] } of frame.data.events)
    for (const row of orders) {
      hasMoved ||= type === 'update'
      const reading = readStreamOrder(context, row, sizes, at, receivedAt)
      if (reading.kind === 'row') events.push({ kind: 'order', order: reading.value.row, raw: reading.value.raw })
      else if (reading.kind === 'foreign') needsOrders = true
      else if (reading.kind === 'unlisted') refusal ??= { reason: 'unknownInstrument', detail: reading.name }
      else {
        needsOrders = true
        refusal ??= { reason: 'value', detail: `user ${reading.problem}` }
      }
    }
  if (needsOrders) events.push(hint('orders'))
  if (hasMoved) events.push(hint('fills'), hint('balances'))
  if (refusal === null) return { kind: 'events', events }
  return events.length === 0 ? { kind: 'rejected', ...refusal } : { kind: 'events', events, rejected: refusal }
}

/**
 * {"type":"error","message":"authentication failure"}: all that is said of a token that is not accepted, whether for its key or for its time.
 * The first time the clock is measured and another is sent; when that one is refused as well, it is the key. Other errors name no
 * request, so that the subscription runs into its time-out.
 */
function refused(json: object, refusals: Refusals): AccountNormalized {
  const { message = '' } = ErrorFrame.safeParse(json).data ?? {}
  if (!/authentication failure|invalid token|unauthorized/i.test(message))
    return rejected('value', 'error on the socket')
  refusals.count += 1
  if (refusals.count === 1)
    return { kind: 'clock', control: { type: 'loginRefused', message: 'the token was not accepted' } }
  const words = 'key rejected: check the key name, the private key and its IP allow-list'
  return { kind: 'rejectedKey', code: null, message: words, control: { type: 'loginRefused', message: words } }
}
