import { z } from 'zod'
import type { Peer, SimInstrument, SimMarket, VenueConnection } from '../../venue.ts'
import { readChannel } from './channels.ts'
import { PrivateChannels } from './private-channels.ts'

const subscriptionsPerConnection = 30
const messagesPerSecond = 100
const unsubscribedLimitSeconds = 30
const quietLimitSeconds = 60
const lifetimeSeconds = 24 * 60 * 60

const Request = z.object({
  method: z.string(),
  params: z.array(z.string()).optional(),
  id: z.number().int().optional(),
})

/**
 * One socket: JSON requests and answers as text, pushes as binary protobuf. It is closed after 24 h, after 30 s without a
 * subscription, after 60 s without any data in either direction, and for more than 100 messages a second. `own`: the private channels
 * of the listen key in its address; null without one.
 */
export function createConnection(
  market: SimMarket,
  instruments: ReadonlyMap<string, SimInstrument>,
  peer: Peer,
  own: PrivateChannels | null,
): VenueConnection {
  // Counted in seconds of the simulator rather than read from the venue's clock, which a fault may set.
  let age = 0
  let unsubscribed = 0
  let quiet = 0
  let messages = 0

  peer.every(1_000, () => {
    age += 1
    quiet += 1
    messages = 0
    unsubscribed = peer.subscriptions.size + (own?.subscriptions.size ?? 0) === 0 ? unsubscribed + 1 : 0
    // The real one says nothing at all or a plain goodbye; the reasons are for whoever watches the simulator.
    if (age >= lifetimeSeconds) peer.close(1000, 'connection is valid for 24 hours')
    else if (unsubscribed >= unsubscribedLimitSeconds) peer.close(1000, 'not subscribed within 30 seconds')
    else if (quiet >= quietLimitSeconds) peer.close(1000, 'no data for 60 seconds')
  })

  if (own)
    own.onPush = () => {
      quiet = 0
    }

  const answer = (id: number, msg: string, code = 0): void => peer.send(JSON.stringify({ id, code, msg }))

  /** What begins a channel; null for one that is not served. */
  function starter(name: string): (() => void) | null {
    if (PrivateChannels.has(name)) return own?.mayOpen() ? () => own.subscribe(name) : null
    const channel = readChannel(name, market, instruments)
    if (!channel) return null
    const encode: typeof channel.encode = (event) => {
      quiet = 0
      return channel.encode(event)
    }
    return () => peer.subscribe(name, channel.topic, encode, channel.throttleMs)
  }

  function subscribe(id: number, names: readonly string[]): void {
    const accepted: string[] = []
    const refused: string[] = []
    const taken = new Set([...peer.subscriptions, ...(own?.subscriptions ?? [])])
    const starts: (() => void)[] = []
    for (const name of new Set(names)) {
      const start = starter(name)
      if (!start || (!taken.has(name) && taken.size >= subscriptionsPerConnection)) {
        refused.push(name)
        continue
      }
      taken.add(name)
      accepted.push(name)
      starts.push(start)
    }
    if (accepted.length > 0) answer(id, accepted.join(','))
    // What more than 30 are answered is not documented beyond their being refused; clients report this same text.
    if (refused.length > 0) answer(id, `Not Subscribed successfully! [${refused.join(',')}].  Reason： Blocked! `)
    for (const start of starts) start()
  }

  function unsubscribe(id: number, names: readonly string[]): void {
    for (const name of names) {
      peer.unsubscribe(name)
      own?.unsubscribe(name)
    }
    answer(id, names.join(','))
  }

  return {
    onMessage(text) {
      quiet = 0
      messages += 1
      if (messages > messagesPerSecond) return peer.close(1008, 'too many messages')
      const request = Request.safeParse(readJson(text))
      // Not documented; ours is any code but 0.
      if (!request.success) return answer(0, 'Invalid request', 400)
      const { method, params = [], id = 0 } = request.data
      if (method === 'PING') answer(0, 'PONG')
      else if (method === 'SUBSCRIPTION') subscribe(id, params)
      else if (method === 'UNSUBSCRIPTION') unsubscribe(id, params)
      else answer(id, 'Invalid method', 400)
    },
    onClose: () => own?.close(),
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
