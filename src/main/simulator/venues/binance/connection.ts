/** One stream socket: what it subscribes to, what it answers, and when it is cut (web-socket-streams.md). */
import { z } from 'zod'
import { Period } from '../../../../shared/domain/index.ts'
import type { Peer, SimEvent, SimMarket, SimTopic, VenueConnection } from '../../venue.ts'
import { payload, type TradeForm } from './events.ts'
import type { Listing } from './listing.ts'

export interface StreamRules {
  readonly market: SimMarket
  readonly listing: Listing
  /** Channels that speak here; any other is acknowledged and silent. */
  readonly channels: readonly ('bookTicker' | 'trade' | 'aggTrade' | 'kline')[]
  /** Messages and pongs a second before the socket is cut. */
  readonly messagesPerSecond: number
  readonly pingEveryMs: number
  /** Pings in a row that may stay unanswered. */
  readonly unansweredPings: number
}

export const spotRules = { messagesPerSecond: 5, pingEveryMs: 20_000, unansweredPings: 3 } as const
/** Every 3 minutes, and 10 minutes for the answer. */
export const perpetualRules = { messagesPerSecond: 10, pingEveryMs: 180_000, unansweredPings: 4 } as const

const lifetimeMs = 24 * 60 * 60_000
const streamsPerSocket = 1_024
/** The code is not documented; RFC 6455's for a broken policy. */
const policyViolation = 1008

const methods = ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY'] as const
const Request = z.object({ method: z.unknown(), params: z.unknown(), id: z.unknown() }).partial()
/** int64, up to 36 letters and digits (a UUID fits with its hyphens), or null. */
const Id = z.union([z.int(), z.string().regex(/^[A-Za-z0-9-_]{1,36}$/), z.null()])
type Id = z.infer<typeof Id>
const StreamNames = z.array(z.string().regex(/^[^\s/"]+$/))

/** `{"code":2,"msg":"Invalid request: ..."}`, flat as documented. */
const problem = (code: number, msg: string): string => JSON.stringify({ code, msg })

export function createConnection(
  peer: Peer,
  rules: StreamRules,
  streams: readonly string[],
  isCombinedAtFirst: boolean,
): VenueConnection {
  let isCombined = isCombinedAtFirst
  /** In the order asked for, the silent ones included. */
  const subscribed = new Set<string>()
  const arrivals: number[] = []
  let unanswered: string[] = []

  const answer = (result: unknown, id: Id): void => peer.send(JSON.stringify({ result, id }))

  function subscribe(stream: string): void {
    subscribed.add(stream)
    const wanted = topicOf(stream, rules)
    if (wanted === null) return
    const { topic, form } = wanted
    const start = `{"stream":${JSON.stringify(stream)},"data":`
    peer.subscribe(stream, topic, (event: SimEvent) =>
      isCombined ? `${start}${payload(event, form)}}` : payload(event, form),
    )
  }

  function unsubscribe(stream: string): void {
    subscribed.delete(stream)
    peer.unsubscribe(stream)
  }

  /** True when the message was one too many and the socket is being cut. */
  function isTooMany(): boolean {
    const now = rules.market.now()
    arrivals.push(now)
    while ((arrivals[0] ?? now) <= now - 1_000) arrivals.shift()
    if (arrivals.length <= rules.messagesPerSecond) return false
    peer.close(policyViolation, 'Too many requests')
    return true
  }

  function change(method: 'SUBSCRIBE' | 'UNSUBSCRIBE', params: unknown, id: Id): void {
    const names = StreamNames.safeParse(params)
    // nested, as it has been seen for this one
    if (!names.success) {
      peer.send(JSON.stringify({ error: { code: 2, msg: 'Invalid request: invalid stream' }, id }))
      return
    }
    for (const stream of names.data) method === 'SUBSCRIBE' ? subscribe(stream) : unsubscribe(stream)
    if (subscribed.size > streamsPerSocket) peer.close(policyViolation, 'Too many streams')
    else answer(null, id)
  }

  function property(method: 'SET_PROPERTY' | 'GET_PROPERTY', params: unknown, id: Id): void {
    const [name, value, ...more] = Array.isArray(params) ? params : []
    if (typeof name !== 'string') peer.send(problem(2, 'Invalid request: property name must be a string'))
    else if (more.length > 0 || (method === 'GET_PROPERTY' && value !== undefined))
      peer.send(problem(2, 'Invalid request: too many parameters'))
    else if (name !== 'combined') peer.send(JSON.stringify({ code: 0, msg: 'Unknown property', id }))
    else if (method === 'GET_PROPERTY') answer(isCombined, id)
    else if (typeof value !== 'boolean') peer.send(problem(1, 'Invalid value type: expected Boolean'))
    else {
      isCombined = value
      answer(null, id)
    }
  }

  for (const stream of streams) subscribe(stream)
  peer.every(rules.pingEveryMs, () => {
    if (unanswered.length >= rules.unansweredPings) {
      peer.close(policyViolation, 'Pong timeout')
      return
    }
    const sent = String(rules.market.now())
    unanswered.push(sent)
    peer.ping(sent)
  })
  // a close frame without a reason, as at any end of a connection; the code is not documented
  peer.every(lifetimeMs, () => peer.close(1001, ''))

  return {
    onMessage(text) {
      if (isTooMany()) return
      const message = parse(text)
      if (message === null) {
        peer.send(problem(3, 'Invalid JSON: expected value at line 1 column 1'))
        return
      }
      const request = Request.safeParse(message)
      const method = request.success ? request.data.method : undefined
      if (!request.success || method === undefined) {
        peer.send(problem(2, `Invalid request: missing field \`method\` at line 1 column ${text.length}`))
        return
      }
      const known = methods.find((candidate) => candidate === method)
      if (known === undefined) {
        const list = methods.map((candidate) => `\`${candidate}\``).join(', ')
        peer.send(
          problem(
            2,
            `Invalid request: unknown variant \`${String(method)}\`, expected one of ${list} at line 1 column 28`,
          ),
        )
        return
      }
      const id = Id.safeParse(request.data.id)
      if (!id.success) peer.send(problem(2, 'Invalid request: request ID must be an unsigned integer'))
      else if (known === 'SUBSCRIBE' || known === 'UNSUBSCRIBE') change(known, request.data.params, id.data)
      else if (known === 'LIST_SUBSCRIPTIONS') answer([...subscribed], id.data)
      else property(known, request.data.params, id.data)
    },
    onPong(answered) {
      if (isTooMany()) return
      // one pong answers its ping and those before; an unsolicited one answers none
      const at = unanswered.indexOf(answered)
      if (at >= 0) unanswered = unanswered.slice(at + 1)
    },
  }
}

/** null where the text is no JSON; a JSON null reads as an empty object, which has no method either. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return null
  }
}

/**
 * `btcusdt@kline_1m`; null for one that is well-formed and silent: an unknown symbol, an upper-case name, a channel of another
 * path, a channel or interval that is not simulated.
 */
function topicOf(stream: string, { listing, channels }: StreamRules): { topic: SimTopic; form: TradeForm } | null {
  const [symbol = '', name = '', ...more] = stream.split('@')
  const instrument = listing.byStreamName.get(symbol)
  const channel = channels.find((candidate) => candidate === name.split('_')[0])
  if (instrument === undefined || channel === undefined || more.length > 0) return null
  if (channel === 'kline') {
    const period = Period.safeParse(name.slice('kline_'.length))
    return period.success ? { topic: { channel: 'kline', instrument, period: period.data }, form: 'trade' } : null
  }
  if (channel !== name) return null
  if (channel === 'bookTicker') return { topic: { channel: 'book_ticker', instrument }, form: 'trade' }
  return { topic: { channel: 'trade', instrument }, form: channel }
}
