/**
 * Crypto.com's WebSocket manners: heartbeats that must be answered with their id, limits by calendar second, an acknowledgement of their own
 * for books only, while other channels answer with their first data.
 */
import { z } from 'zod'
import { openTimeOf, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import type {
  Peer,
  SimEvent,
  SimInstrument,
  SimMarket,
  VenueConnection,
  VenueReply,
  VenueRequest,
} from '../../venue.ts'
import { check, Signed } from './auth.ts'
import { type Frames, periodsByTimeframe, type Row } from './frames.ts'
import type { PrivateRows } from './private-rows.ts'
import { isUserChannel, openUserSession, type UserSession } from './user-session.ts'

type Socket = 'market' | 'user'
const paths: Readonly<Record<string, Socket>> = { '/exchange/v1/market': 'market', '/exchange/v1/user': 'user' }

const requestsPerSecond: Readonly<Record<Socket, number>> = { market: 100, user: 150 }
const mostChannels = 400
const heartbeatMs = 30_000
/** So many without an answer, and the socket is closed. */
const mostUnanswered = 3
const pingMs = 5_000
const tickerMs = 500
const wholeBookMs = 500
const fundingMs = 60_000
const emptyBookMs = 5_000
const oldTrades = 50
const oldCandles = 300

const Request = z.object({
  id: z.number().int().optional(),
  method: z.string(),
  params: z
    .object({
      channels: z.array(z.string()).optional(),
      book_subscription_type: z.string().optional(),
      book_update_frequency: z.number().optional(),
    })
    .optional(),
})
type Request = z.infer<typeof Request>

/** What of a channel keeps it from being subscribed to; 40003 in all cases. */
type Start = { readonly refusal: string } | (() => void)

export function createSockets(
  market: SimMarket,
  frames: Frames,
  account: SimAccount,
  rows: PrivateRows,
  limits: number,
): (peer: Peer, request: VenueRequest) => VenueConnection | VenueReply {
  return (peer, { origin, path, address }) => {
    const socket = origin.startsWith('ws') ? paths[path] : undefined
    return socket === undefined ? { status: 404, body: '' } : open(peer, socket, address)
  }

  function open(peer: Peer, socket: Socket, address: string): VenueConnection {
    const openedAt = market.now()
    let second = Math.floor(openedAt / 1_000)
    // Of the second that is under way what is left of it counts.
    let left = (requestsPerSecond[socket] * limits * (1_000 - (openedAt % 1_000))) / 1_000
    let unanswered = 0
    let session: UserSession | null = null
    /** What comes again and again, by channel. */
    const repeats = new Map<string, { readonly everyMs: number; leftMs: number; readonly send: () => void }>()

    const answer = (fields: Row) => peer.send(JSON.stringify(fields))
    const refuse = (id: number, method: string, message: string, channel?: string, code = 40_003) =>
      answer({ id, method, code, ...(channel === undefined ? {} : { channel }), message })

    peer.every(heartbeatMs, () => {
      if (unanswered >= mostUnanswered - 1) {
        peer.close(1000, '')
        return
      }
      unanswered += 1
      answer({ id: market.now(), method: 'public/heartbeat', code: 0 })
    })
    peer.every(pingMs, () => peer.ping(''))
    peer.every(wholeBookMs, () => {
      for (const repeat of repeats.values()) {
        repeat.leftMs -= wholeBookMs
        if (repeat.leftMs > 0) continue
        repeat.leftMs = repeat.everyMs
        repeat.send()
      }
    })

    /** A push; the first of a channel carries the id of its request. */
    const pushText = (id: number, channel: string, subscription: string, name: string, data: unknown, more: Row = {}) =>
      JSON.stringify({
        id,
        method: 'subscribe',
        code: 0,
        result: { instrument_name: name, subscription, channel, ...more, data },
      })

    /** Sends the first data under the request's id and lets the later ones come. */
    function startBook(id: number, wire: string, instrument: SimInstrument, request: Request, depth: number): Start {
      const { book_subscription_type: type = 'SNAPSHOT', book_update_frequency: frequency } = request.params ?? {}
      const name = frames.nameOf(instrument)
      const push = (channel: string, row: Row) => pushText(-1, channel, wire, name, [row], { depth })
      if (type === 'SNAPSHOT') {
        if (depth !== 10 && depth !== 50 && depth !== 150) return { refusal: 'Invalid depth' }
        return () => {
          answer({ id, method: 'subscribe', code: 0, channel: wire })
          const send = () => {
            const book = market.book(instrument)
            peer.send(push('book', { ...frames.book(book, depth), ...idsOf(book) }))
          }
          repeats.set(wire, { everyMs: wholeBookMs, leftMs: wholeBookMs, send })
          send()
        }
      }
      if (type !== 'SNAPSHOT_AND_UPDATE') return { refusal: 'Invalid book_subscription_type' }
      if (depth !== 10 && depth !== 50) return { refusal: 'Unsupported depth/interval combination' }
      if (frequency !== 10 && frequency !== 100) return { refusal: 'Unsupported depth/interval combination' }
      return () => {
        answer({ id, method: 'subscribe', code: 0, channel: wire })
        const topic = {
          channel: 'order_book',
          instrument,
          levels: depth,
          snapshotFirst: true,
          heartbeatMs: emptyBookMs,
        } as const
        const encode = (event: SimEvent) => {
          if (event.channel !== 'order_book') throw new Error(`not a book: ${event.channel}`)
          const { depth: told } = event
          const sides = frames.book(told, Number.POSITIVE_INFINITY)
          return told.isSnapshot
            ? push('book', { ...sides, ...idsOf(told) })
            : push('book.update', { update: sides, ...idsOf(told), pu: told.previousId })
        }
        peer.subscribe(wire, topic, encode, frequency)
      }
    }

    /** t is when it was published, tt when the book changed; cs is a checksum that nobody knows how to make. */
    const idsOf = ({ at, updateId }: { readonly at: number; readonly updateId: number }): Row => ({
      t: market.now(),
      tt: at,
      u: updateId,
      cs: (updateId * 2_654_435_761) | 0,
    })

    function starterOf(id: number, wire: string, request: Request): Start {
      const parts = wire.split('.')
      const [kind = '', second = '', third = ''] = parts
      const instrument = frames.find(kind === 'candlestick' ? third : second)
      if (!['ticker', 'trade', 'candlestick', 'book', 'funding', 'mark'].includes(kind))
        return { refusal: 'Unrecognized channel' }
      if (instrument === undefined) return { refusal: 'Unknown symbol' }
      const name = frames.nameOf(instrument)
      const push = (first: number, data: unknown, more: Row = {}) => pushText(first, kind, wire, name, data, more)
      switch (kind) {
        case 'ticker':
          return () => {
            peer.send(push(id, [frames.ticker(market.quote(instrument), market.now(), true)]))
            const encode = (event: SimEvent) => {
              if (event.channel !== 'book_ticker') throw new Error(`not a quote: ${event.channel}`)
              return push(-1, [frames.ticker(event.quote, event.quote.at, true)])
            }
            peer.subscribe(wire, { channel: 'book_ticker', instrument }, encode, tickerMs)
          }
        case 'trade':
          return () => {
            const newest = market.trades(instrument, oldTrades).map((trade) => frames.trade(trade, false))
            peer.send(push(id, newest.toReversed()))
            peer.subscribe(wire, { channel: 'trade', instrument }, (event) => {
              if (event.channel !== 'trade') throw new Error(`not a trade: ${event.channel}`)
              return push(-1, [frames.trade(event.trade, false)])
            })
          }
        case 'candlestick': {
          const period = periodsByTimeframe.get(second)
          if (!period) return { refusal: 'Unrecognized channel' }
          const more = { depth: oldCandles, interval: second }
          return () => {
            const last = openTimeOf(market.now(), period)
            const old = market.klines(instrument, period, last - (oldCandles - 1) * periodMs[period], last)
            peer.send(push(id, old.map(frames.candle), more))
            peer.subscribe(wire, { channel: 'kline', instrument, period }, (event) => {
              if (event.channel !== 'kline') throw new Error(`not a kline: ${event.channel}`)
              return push(-1, [frames.candle(event.kline)], more)
            })
          }
        }
        case 'funding':
        case 'mark': {
          if (instrument.kind !== 'perpetual') return { refusal: 'Unsupported instrument' }
          const row = kind === 'funding' ? frames.fundingRate : frames.markPrice
          const everyMs = kind === 'funding' ? fundingMs : wholeBookMs * 2
          return () => {
            peer.send(push(id, [row(instrument)]))
            repeats.set(wire, { everyMs, leftMs: everyMs, send: () => peer.send(push(-1, [row(instrument)])) })
          }
        }
        default:
          return startBook(id, wire, instrument, request, Number(third))
      }
    }

    function subscribe(id: number, request: Request): void {
      for (const wire of request.params?.channels ?? []) {
        if (peer.subscriptions.size + repeats.size >= mostChannels) {
          refuse(id, 'subscribe', 'Maximum subscriptions exceeded', undefined, 40_107)
          return
        }
        if (isUserChannel(wire) !== (socket === 'user')) refuse(id, 'subscribe', 'Unrecognized channel', wire)
        else if (socket === 'user') {
          if (session) session.subscribe(id, wire)
          else refuse(id, 'subscribe', 'UNAUTHORIZED', wire, 40_101)
        } else {
          const start = starterOf(id, wire, request)
          if (typeof start === 'function') start()
          else refuse(id, 'subscribe', start.refusal, wire)
        }
      }
    }

    function login(json: unknown): void {
      const request = Signed.safeParse(json)
      if (!request.success) {
        refuse(-1, 'public/auth', 'INVALID_REQUEST')
        return
      }
      const { id, method } = request.data
      const checked = check(account, request.data, address)
      if (!checked.ok) {
        answer({ id, method, code: checked.code, message: checked.message })
        return
      }
      const { key } = checked
      session ??= openUserSession({ account, rows, key, peer, onRevoked: () => peer.close(1000, '') })
      answer({ id, method, code: 0 })
    }

    /** The last of a calendar second's requests are refused. */
    function isOverLimit(): boolean {
      const now = Math.floor(market.now() / 1_000)
      if (now !== second) {
        second = now
        left = requestsPerSecond[socket] * limits
      }
      left -= 1
      return left < 0
    }

    return {
      onMessage(text) {
        let json: unknown
        try {
          json = JSON.parse(text)
        } catch {
          // Nothing answers what is no JSON.
          return
        }
        const request = Request.safeParse(json)
        if (!request.success) {
          answer({ id: -1, method: 'ERROR', code: 40_003, message: 'Invalid request', original: text })
          return
        }
        const { id = -1, method, params } = request.data
        if (method === 'public/respond-heartbeat') {
          unanswered = 0
          return
        }
        if (isOverLimit()) {
          refuse(id, method, 'TOO_MANY_REQUESTS', undefined, 42_901)
          return
        }
        if (method === 'public/auth' && socket === 'user') login(json)
        else if (method === 'subscribe') subscribe(id, request.data)
        else if (method === 'unsubscribe') {
          for (const wire of params?.channels ?? []) {
            peer.unsubscribe(wire)
            repeats.delete(wire)
            session?.unsubscribe(wire)
          }
          answer({ id, method, code: 0 })
        } else refuse(id, method, 'No such method', undefined, 40_002)
      },
      onClose: () => session?.close(),
    }
  }
}
