/** The two private sockets: the WebSocket API with its user data subscription (spot), and a listen key's stream (futures). */
import { z } from 'zod'
import type { SimAccount, SimAccountEvent, SimApiKey } from '../../account/contract.ts'
import type { Peer, VenueConnection, VenueReply, VenueRequest } from '../../venue.ts'
import { spotWeightLimit } from './exchange-info.ts'
import type { WeightLimiter } from './limiter.ts'
import type { ListenKeys } from './listen-keys.ts'
import { keepManners, perpetualManners, spotManners } from './manners.ts'
import { missing, Refusal } from './parameters.ts'
import { badSignature, checkTime, isSignature, knownKey } from './private-auth.ts'
import { futuresFrames, spotFrames } from './private-frames.ts'

const Request = z.object({
  id: z.union([z.int(), z.string().regex(/^[A-Za-z0-9-_]{1,36}$/), z.null()]),
  method: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
})
type Request = z.infer<typeof Request>

const subscriptionExists = new Refusal(-2035, 'User Data Stream subscription already active.')
const noSubscription = new Refusal(-2036, 'User Data Stream subscription not active.')

/**
 * `/ws-api/v3` (web-socket-api.md): ping, time, and the user data subscription by signature. Of a subscription that the exchange ends
 * (key revoked, or the simulator's wish) `eventStreamTerminated` tells; that a revoked key ends it so is not documented.
 */
export function createApiConnection(
  peer: Peer,
  account: SimAccount,
  limiter: WeightLimiter,
  { address, query }: VenueRequest,
): VenueConnection {
  const { isTooMany, onPong } = keepManners(peer, spotManners, () => account.now())
  const showsLimits = query.get('returnRateLimits') !== 'false'
  /** One account is all there is, so one subscription at a time; ids count up over the connection. */
  let subscription: { readonly id: number; readonly stop: () => void } | null = null
  let subscriptions = 0
  let used = 0

  const reply = (id: Request['id'], status: number, rest: object): void => {
    const limit = {
      rateLimitType: 'REQUEST_WEIGHT',
      interval: 'MINUTE',
      intervalNum: 1,
      limit: spotWeightLimit,
      count: used,
    }
    peer.send(JSON.stringify({ id, status, ...rest, ...(showsLimits ? { rateLimits: [limit] } : {}) }))
  }
  const refuse = (id: Request['id'], { code, msg, status }: Refusal): void =>
    reply(id, status, { error: { code, msg } })

  /** False: refused, and answered. */
  function charge(id: Request['id'], weight: number): boolean {
    const charged = limiter.charge(address, weight, account.now())
    used = charged.used
    if (charged.refusal === null) return true
    const { status, body, headers } = charged.refusal
    const serverTime = account.now()
    const data = { serverTime, retryAfter: serverTime + Number(headers?.['Retry-After'] ?? 0) * 1_000 }
    reply(id, status, { error: { ...(typeof body === 'object' ? body : {}), data } })
    return false
  }

  const push = (id: number, event: object): void => peer.sendPrivate(JSON.stringify({ subscriptionId: id, event }))

  function end(): void {
    if (subscription === null) return
    const { id, stop } = subscription
    stop()
    subscription = null
    push(id, { e: 'eventStreamTerminated', E: account.now() })
  }

  /** Whose it is: sorted, joined, not encoded is what was signed, everything but the signature. */
  function signerOf(params: Request['params']): SimApiKey | Refusal {
    const { signature, ...signed } = params
    const known = knownKey(account, signed.apiKey, address)
    if (known instanceof Refusal) return known
    const textOf = (name: string): string | null => (signed[name] === undefined ? null : String(signed[name]))
    if (typeof signature !== 'string') return missing('signature')
    const late = checkTime(textOf('timestamp'), textOf('recvWindow'), account.now())
    if (late !== null) return late
    const text = Object.keys(signed)
      .sort()
      .map((name) => `${name}=${signed[name]}`)
      .join('&')
    return isSignature(known.secret, text, signature) ? known : badSignature
  }

  function subscribe(id: Request['id'], params: Request['params']): void {
    const signer = signerOf(params)
    if (signer instanceof Refusal || subscription !== null) {
      refuse(id, signer instanceof Refusal ? signer : subscriptionExists)
      return
    }
    const own = subscriptions
    subscriptions += 1
    const onEvent = (event: SimAccountEvent): void => {
      if (event.kind === 'listen_keys_expired' || (event.kind === 'key_revoked' && event.key === signer.key)) end()
      else for (const frame of spotFrames(event)) push(own, frame)
    }
    reply(id, 200, { result: { subscriptionId: own } })
    subscription = { id: own, stop: account.onEvent(onEvent) }
  }

  charge(null, 2)
  return {
    onMessage(text) {
      if (isTooMany()) return
      const request = Request.safeParse(parse(text))
      if (!request.success) return refuse(null, new Refusal(-1135, 'Invalid JSON Request'))
      const { id, method, params } = request.data
      switch (method) {
        case 'ping':
          return charge(id, 1) ? reply(id, 200, { result: {} }) : undefined
        case 'time':
          return charge(id, 1) ? reply(id, 200, { result: { serverTime: account.now() } }) : undefined
        case 'userDataStream.subscribe.signature':
          return charge(id, 2) ? subscribe(id, params) : undefined
        case 'session.subscriptions': {
          const active = subscription === null ? [] : [{ subscriptionId: subscription.id }]
          return charge(id, 2) ? reply(id, 200, { result: active }) : undefined
        }
        case 'userDataStream.unsubscribe': {
          if (!charge(id, 2)) return
          const named = params.subscriptionId
          if (named !== undefined && named !== subscription?.id) return refuse(id, noSubscription)
          reply(id, 200, { result: {} })
          return end()
        }
        default:
          return refuse(id, new Refusal(-1000, `Unknown method: ${method.slice(0, 60)}`))
      }
    },
    onPong,
    onClose: () => subscription?.stop(),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** How often an expired listen key is noticed. */
const expiryCheckMs = 1_000

/**
 * `/private/ws?listenKey=<key>[&events=A/B]`, `/private/ws/<key>`, and `/private/stream?listenKey=<key>`, whose frames are wrapped. Any key
 * opens; one that is not good stays silent. When a good one ends, a last frame says so and the socket stays open.
 */
export function createListenConnection(
  peer: Peer,
  account: SimAccount,
  listenKeys: ListenKeys,
  { path, query }: VenueRequest,
): VenueConnection | VenueReply {
  const { isTooMany, onPong } = keepManners(peer, perpetualManners, () => account.now())
  const listenKey = query.get('listenKey') ?? /^\/private\/ws\/(.+)$/.exec(path)?.[1] ?? ''
  const wanted = query.get('events')?.split('/')
  const isWrapped = path.startsWith('/private/stream')
  let stop: (() => void) | null = null

  const push = (frame: Readonly<Record<string, unknown>>): void =>
    peer.sendPrivate(JSON.stringify(isWrapped ? { stream: listenKey, data: frame } : frame))
  function endWhenExpired(): void {
    if (stop === null || listenKeys.isGood(listenKey)) return
    stop()
    stop = null
    push({ e: 'listenKeyExpired', E: account.now(), listenKey })
  }

  if (listenKeys.isGood(listenKey))
    stop = account.onEvent((event) => {
      endWhenExpired()
      if (stop === null) return
      for (const frame of futuresFrames(event))
        if (wanted === undefined || wanted.includes(String(frame.e))) push(frame)
    })
  peer.every(expiryCheckMs, endWhenExpired)
  return {
    onMessage(text) {
      if (isTooMany()) return
      // it may ask for its subscriptions; nothing else makes a difference here
      const id = z.object({ id: z.int() }).safeParse(parse(text)).data?.id
      if (id !== undefined) peer.send(JSON.stringify({ result: null, id }))
    },
    onPong,
    onClose: () => stop?.(),
  }
}
