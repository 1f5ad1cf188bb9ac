/**
 * KuCoin's WebSocket manners: a token opens a socket, whose first word is a welcome; acks and errors by the request's id; symbols that do
 * not exist are acknowledged and stay silent; only frames of the client keep it open.
 */
import { z } from 'zod'
import type { MarketKind } from '../../../../shared/domain/index.ts'
import type { Peer, VenueConnection } from '../../venue.ts'
import type { OpenChannel } from './channels.ts'
import type { Token } from './tokens.ts'

const mostSymbols = 100
/** Of spot; futures have no such limit. */
const mostTopics = 400
const messagesPerWindow = 100
const windowSeconds = 10
/** Since the client's last frame. */
const idleSeconds = 60

const Request = z.object({
  id: z.union([z.string(), z.number()]),
  type: z.string(),
  topic: z.string().optional(),
  privateChannel: z.boolean().optional(),
  response: z.boolean().optional(),
})

/** The account's channels on one socket; without a private token there are none. */
export interface PrivateChannels {
  /** False: there is no such channel here. */
  subscribe(topic: string): boolean
  unsubscribe(topic: string): void
  close(): void
}

export interface ConnectionOptions {
  readonly peer: Peer
  readonly kind: MarketKind
  readonly connectId: string
  readonly open: OpenChannel
  readonly own: PrivateChannels | null
  /** Undefined when it is no longer good. */
  readonly token: () => Token | undefined
  /** Runs when it is declared no good before its time. */
  readonly onTokenEnd: (run: () => void) => () => void
}

export function createConnection({ peer, kind, connectId, open, own, ...more }: ConnectionOptions): VenueConnection {
  let idle = 0
  let seconds = 0
  let messages = 0
  const silent = new Set<string>()
  const fail = (id: string | number | undefined, code: number, data: string): void =>
    peer.send(JSON.stringify({ ...(id === undefined ? {} : { id: String(id) }), type: 'error', code, data }))

  const expire = (): void => {
    fail(undefined, 401, 'token is expired')
    peer.close(1000, 'Bye')
  }
  const unwatch = more.onTokenEnd(expire)

  peer.send(JSON.stringify({ id: connectId, type: 'welcome' }))
  peer.every(1_000, () => {
    idle += 1
    seconds += 1
    if (seconds % windowSeconds === 0) messages = 0
    if (more.token() === undefined) expire()
    else if (idle >= idleSeconds) {
      fail(undefined, 400, 'ping timeout')
      peer.close(1000, 'Bye')
    }
  })

  /** Why a request is refused; null: it is not. */
  function change(type: string, topic: string, isPrivate: boolean): readonly [code: number, data: string] | null {
    if (isPrivate) {
      if (own === null) return [403, 'access is denied']
      if (type === 'unsubscribe') own.unsubscribe(topic)
      else if (!own.subscribe(topic)) return [404, `topic ${topic} is not found`]
      return null
    }
    const colon = topic.indexOf(':')
    if (colon < 0) return [404, `topic ${topic} is not found`]
    const prefix = topic.slice(0, colon)
    const names = topic.slice(colon + 1).split(',')
    if (names.length > mostSymbols) return [400, `topic :${topic.slice(0, 60)} is invalid`]
    const taken = new Set([...peer.subscriptions, ...silent, ...names.map((name) => `${prefix}:${name}`)])
    if (type === 'subscribe' && kind === 'spot' && taken.size > mostTopics)
      return [509, 'exceed max subscription count limitation of 400 per session']
    for (const name of names) {
      const key = `${prefix}:${name}`
      const channel = open(prefix, name)
      if (channel === 'unknownTopic') return [404, `topic ${topic} is not found`]
      if (type === 'unsubscribe') {
        peer.unsubscribe(key)
        silent.delete(key)
      } else if (channel === 'unknownSymbol') silent.add(key)
      else peer.subscribe(key, channel.topic, channel.encode, channel.throttleMs)
    }
    return null
  }

  return {
    onMessage(text) {
      idle = 0
      messages += 1
      const request = Request.safeParse(readJson(text))
      // What a client hears that sends too much is not documented; the code is what clients report.
      if (messages > messagesPerWindow) return fail(request.data?.id, 509, 'exceed max permits per second')
      if (!request.success) return fail(undefined, 400, 'type is not supported')
      const { id, type, topic = '', privateChannel = false, response = false } = request.data
      if (type === 'ping') {
        peer.send(JSON.stringify({ id: String(id), type: 'pong' }))
        return
      }
      if (type !== 'subscribe' && type !== 'unsubscribe') return fail(id, 415, 'type is not supported')
      const refusal = change(type, topic, privateChannel)
      if (refusal !== null) return fail(id, ...refusal)
      if (response) peer.send(JSON.stringify({ id: String(id), type: 'ack' }))
    },
    onClose() {
      unwatch()
      own?.close()
    },
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON is no request either: the schema says so for both.
    return null
  }
}
