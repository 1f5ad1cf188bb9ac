/** One stream socket: what it subscribes to, what it answers, and when it is cut (web-socket-streams.md). */
import { z } from 'zod'
import { type MarketKind, Period } from '../../../../shared/domain/index.ts'
import type { Peer, SimEvent, SimMarket, SimTopic, VenueConnection } from '../../venue.ts'
import { payload, type TradeForm } from './events.ts'
import type { Listing } from './listing.ts'
import { keepManners, policyViolation, type SocketManners } from './manners.ts'
import { type MarkPrices, streamMarkPrices } from './mark-price.ts'

export interface StreamRules {
  readonly market: SimMarket
  readonly listing: Listing
  /** Channels that speak here; any other is acknowledged and silent. */
  readonly channels: readonly ('bookTicker' | 'trade' | 'aggTrade' | 'kline' | 'depth')[]
  /** Where mark price streams speak, too. */
  readonly markPrices?: MarkPrices
  readonly manners: SocketManners
}

const streamsPerSocket = 1_024

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
  const { isTooMany, onPong } = keepManners(peer, rules.manners, () => rules.market.now())

  const answer = (result: unknown, id: Id): void => peer.send(JSON.stringify({ result, id }))

  if (rules.markPrices !== undefined)
    streamMarkPrices(peer, rules.markPrices, subscribed, (stream, text) =>
      isCombined ? `{"stream":${JSON.stringify(stream)},"data":${text}}` : text,
    )

  function subscribe(stream: string): void {
    subscribed.add(stream)
    const wanted = topicOf(stream, rules)
    if (wanted === null) return
    const { topic, form, throttleMs } = wanted
    const start = `{"stream":${JSON.stringify(stream)},"data":`
    const encode = (event: SimEvent): string => (isCombined ? `${start}${payload(event, form)}}` : payload(event, form))
    peer.subscribe(stream, topic, encode, throttleMs)
  }

  function unsubscribe(stream: string): void {
    subscribed.delete(stream)
    peer.unsubscribe(stream)
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
    onPong,
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
 * path, a channel, interval or speed that is not simulated.
 */
function topicOf(stream: string, { listing, channels }: StreamRules): Wanted | null {
  const [symbol = '', name = '', speed, ...more] = stream.split('@')
  const instrument = listing.byStreamName.get(symbol)
  const channel = channels.find((candidate) => candidate === name.split('_')[0])
  if (instrument === undefined || channel === undefined || more.length > 0) return null
  const wanted = { form: 'trade', throttleMs: 0 } as const
  if (channel === 'depth') {
    const throttleMs = name === channel ? depthSpeeds[listing.kind][speed ?? ''] : undefined
    if (throttleMs === undefined) return null
    const whole = { levels: null, snapshotFirst: false, heartbeatMs: null }
    return { ...wanted, topic: { channel: 'order_book', instrument, ...whole }, throttleMs }
  }
  if (speed !== undefined) return null
  if (channel === 'kline') {
    const period = Period.safeParse(name.slice('kline_'.length))
    return period.success ? { ...wanted, topic: { channel: 'kline', instrument, period: period.data } } : null
  }
  if (channel !== name) return null
  if (channel === 'bookTicker') return { ...wanted, topic: { channel: 'book_ticker', instrument } }
  return { ...wanted, topic: { channel: 'trade', instrument }, form: channel }
}

interface Wanted {
  readonly topic: SimTopic
  readonly form: TradeForm
  readonly throttleMs: number
}

/** Of diff depth, ms by what stands after the second `@`; the simulated books change every 100 ms. */
const depthSpeeds: Readonly<Record<MarketKind, Readonly<Record<string, number | undefined>>>> = {
  spot: { '': 1_000, '100ms': 100 },
  perpetual: { '': 250, '100ms': 100, '500ms': 500 },
}
