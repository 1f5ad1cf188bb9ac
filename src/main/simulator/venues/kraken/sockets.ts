/** Kraken's public WebSocket v2: one answer for each symbol, heartbeats when nothing else is said, pings by text. */
import { z } from 'zod'
import { openTimeOf, periodMs } from '../../../../shared/domain/index.ts'
import type { Peer, SimEvent, SimInstrument, SimMarket, VenueConnection } from '../../venue.ts'
import { symbolOf, timeText } from './format.ts'
import { type Frames, periodsByInterval } from './frames.ts'
import { ToldBook } from './told-book.ts'

const Params = z.looseObject({
  channel: z.string(),
  symbol: z.array(z.string()).optional(),
  snapshot: z.boolean().optional(),
  depth: z.number().optional(),
  interval: z.number().optional(),
  event_trigger: z.enum(['bbo', 'trades']).optional(),
})
export type Params = z.infer<typeof Params>
export const Request = z.object({ method: z.string(), req_id: z.number().int().optional(), params: Params.optional() })
export type Request = z.infer<typeof Request>

const depths: ReadonlySet<number> = new Set([10, 25, 100, 500, 1_000])
const snapshotTrades = 50
/** How many candles a snapshot brings is not documented. */
const snapshotCandles = 10
const heartbeatMs = 1_000
/** Without a subscription and without a word of the client's. */
const idleMs = 60_000

const privateChannels: ReadonlySet<string> = new Set(['executions', 'balances'])

/** Speaks with one client: what both hosts have in common. */
export class Talk {
  readonly peer: Peer
  private readonly market: SimMarket
  private saidAt = 0
  private heardAt: number
  private readonly hasSubscription: () => boolean

  constructor(peer: Peer, market: SimMarket, connection: number, hasSubscription: () => boolean) {
    this.peer = peer
    this.market = market
    this.heardAt = market.now()
    this.hasSubscription = hasSubscription
    // Ids beyond 2^53, as Kraken's are.
    const id = 18_125_794_168_470_749_000n + BigInt(connection)
    this.say(
      `{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2","connection_id":${id},"upcoming_maintenance":[],"emergency":[]}]}`,
    )
    peer.every(heartbeatMs, () => this.beat())
  }

  say(frame: string): void {
    this.peer.send(this.saying(frame))
  }

  /** Notes that something is said just now. */
  saying(frame: string): string {
    this.saidAt = this.market.now()
    return frame
  }

  /** Reads a request; null: answered already, with pong or an error. */
  hear(text: string): Request | null {
    this.heardAt = this.market.now()
    const parsed = Request.safeParse(parseJson(text))
    if (!parsed.success) {
      this.refuse({ method: 'subscribe' }, 'Malformed request')
      return null
    }
    const { method, req_id } = parsed.data
    if (method === 'ping') {
      this.say(JSON.stringify({ method: 'pong', ...(req_id === undefined ? {} : { req_id }), ...this.times() }))
      return null
    }
    if ((method !== 'subscribe' && method !== 'unsubscribe') || parsed.data.params === undefined) {
      this.refuse(parsed.data, 'Unsupported method')
      return null
    }
    return parsed.data
  }

  acknowledge({ method, req_id }: Request, result: Readonly<Record<string, unknown>>): void {
    this.say(
      JSON.stringify({ method, ...(req_id === undefined ? {} : { req_id }), result, success: true, ...this.times() }),
    )
  }

  refuse({ method, req_id }: Request, error: string, more: Readonly<Record<string, unknown>> = {}): void {
    const id = req_id === undefined ? {} : { req_id }
    this.say(JSON.stringify({ error, method, ...id, success: false, ...more, ...this.times() }))
  }

  private times(): { readonly time_in: string; readonly time_out: string } {
    const now = timeText(this.market.now())
    return { time_in: now, time_out: now }
  }

  private beat(): void {
    const now = this.market.now()
    if (this.hasSubscription()) {
      if (now - this.saidAt >= heartbeatMs) this.say('{"channel":"heartbeat"}')
    } else if (now - this.heardAt >= idleMs) this.peer.close(1000, '')
  }
}

export function openPublic(
  market: SimMarket,
  frames: Frames,
  bySymbol: ReadonlyMap<string, SimInstrument>,
  peer: Peer,
  connection: number,
): VenueConnection {
  const talk = new Talk(peer, market, connection, () => peer.subscriptions.size > 0)

  function start(key: string, instrument: SimInstrument, params: Params): void {
    const { channel, snapshot } = params
    const sendLater = (topic: Parameters<Peer['subscribe']>[1], encode: (event: SimEvent) => string) =>
      peer.subscribe(key, topic, (event) => talk.saying(encode(event)))
    if (channel === 'ticker') {
      if (snapshot ?? true) talk.say(frames.ticker(market.quote(instrument), true))
      sendLater({ channel: 'book_ticker', instrument }, (event) => frames.ticker(only('book_ticker', event).quote))
    } else if (channel === 'trade') {
      if (snapshot ?? false) talk.say(frames.trades(market.trades(instrument, snapshotTrades), true))
      sendLater({ channel: 'trade', instrument }, (event) => frames.trades([only('trade', event).trade]))
    } else if (channel === 'book') {
      const levels = params.depth ?? 10
      const told = new ToldBook(levels)
      const topic = { channel: 'order_book', instrument, levels, snapshotFirst: true, heartbeatMs: null } as const
      sendLater(topic, (event) => {
        const { depth } = only('order_book', event)
        return frames.book(depth, told.apply(depth))
      })
    } else {
      const period = periodsByInterval.get(params.interval ?? 1)
      if (period === undefined) return
      const now = market.now()
      const from = openTimeOf(now, period) - (snapshotCandles - 1) * periodMs[period]
      if (snapshot ?? true) talk.say(frames.candles(market.klines(instrument, period, from, now), true))
      sendLater({ channel: 'kline', instrument, period }, (event) => frames.candles([only('kline', event).kline]))
    }
  }

  /** A connection has one interval of a market's candles: as clients met it, no document says so. */
  const hasCandles = (instrument: SimInstrument): boolean =>
    [...periodsByInterval.keys()].some((interval) =>
      peer.subscriptions.has(keyOf({ channel: 'ohlc', interval }, instrument)),
    )

  /** What is wrong with a request whatever its symbols; the words for depths and intervals are not documented. */
  function problemOf({ channel, depth, interval }: Params): string | null {
    if (privateChannels.has(channel))
      return 'Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com'
    if (!['ticker', 'trade', 'book', 'ohlc'].includes(channel)) return `Channel ${channel} is not supported`
    if (channel === 'book' && !depths.has(depth ?? 10)) return 'Subscription depth not supported'
    return channel === 'ohlc' && !periodsByInterval.has(interval ?? 1)
      ? 'Subscription ohlc interval not supported'
      : null
  }

  return {
    onMessage(text) {
      const request = talk.hear(text)
      if (request?.params === undefined) return
      const { method, params } = request
      const problem = problemOf(params)
      if (problem !== null) return talk.refuse(request, problem)
      if (params.symbol === undefined || params.symbol.length === 0) return talk.refuse(request, 'Symbol(s) not found')
      for (const symbol of params.symbol) {
        const instrument = bySymbol.get(symbol)
        if (instrument === undefined) {
          talk.refuse(request, `Currency pair not supported ${symbol}`, { symbol })
          continue
        }
        const key = keyOf(params, instrument)
        const isThere = peer.subscriptions.has(key)
        const { channel } = params
        const distinct = distinctOf(params)
        if (method === 'unsubscribe') {
          if (isThere) talk.acknowledge(request, { channel, ...distinct, symbol })
          // Neither this word is documented nor that of streams other than candles below.
          else talk.refuse(request, 'Subscription Not Found', { symbol })
          peer.unsubscribe(key)
        } else if (channel === 'ohlc' && hasCandles(instrument))
          talk.refuse(request, 'Already subscribed to one ohlc interval on this symbol', { symbol })
        else if (isThere) talk.refuse(request, 'Already subscribed', { symbol })
        else {
          const snapshot = params.snapshot ?? channel !== 'trade'
          talk.acknowledge(request, { channel, ...distinct, snapshot, symbol })
          start(key, instrument, params)
        }
      }
    },
  }
}

/** What distinguishes two streams of one channel and symbol. */
function distinctOf({ channel, depth, interval, event_trigger }: Params): Readonly<Record<string, string | number>> {
  if (channel === 'book') return { depth: depth ?? 10 }
  if (channel === 'ohlc') return { interval: interval ?? 1 }
  return channel === 'ticker' ? { event_trigger: event_trigger ?? 'trades' } : {}
}
const keyOf = (params: Params, instrument: SimInstrument): string =>
  [params.channel, ...Object.values(distinctOf(params)), symbolOf(instrument)].join(' ')

function only<C extends SimEvent['channel']>(channel: C, event: SimEvent): Extract<SimEvent, { channel: C }> {
  if (!isOf(channel, event)) throw new Error(`not a ${channel}: ${event.channel}`)
  return event
}
const isOf = <C extends SimEvent['channel']>(channel: C, event: SimEvent): event is Extract<SimEvent, { channel: C }> =>
  event.channel === channel

/** undefined where the text is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
