/**
 * HTX's market sockets: `/ws` and `/feed` of spot, `/linear-swap-ws`, and the swap's notification socket as far as it is public. Every frame
 * to the client is gzip, acks and pings too.
 */
import { z } from 'zod'
import { type MarketKind, openTimeOf } from '../../../../shared/domain/index.ts'
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
import { type Frames, type Interval, intervals, openOf, type Row, zipped } from './frames.ts'
import type { PrivateRows } from './private-rows.ts'
import { openSpotPrivate, openSwapPrivate } from './private-sockets.ts'

const pingMs = 5_000
/** A client that leaves so many pings unanswered is closed. */
const mostUnanswered = 4
const subscriptionsPerSecond = 40
/** Between two requests for something whole. */
const requestIntervalMs = 100
const bookLevels = 150
const changesMs = 100
const swapChangesMs = 30

type PublicSocket = 'market' | 'feed' | 'swap'
type Socket = PublicSocket | 'notification' | 'spotPrivate' | 'swapPrivate'
const sockets: Readonly<Record<string, Socket>> = {
  'wss://api.huobi.pro/ws': 'market',
  'wss://api.huobi.pro/feed': 'feed',
  'wss://api.hbdm.com/linear-swap-ws': 'swap',
  'wss://api.hbdm.com/linear-swap-notification': 'notification',
  'wss://api.huobi.pro/ws/v2': 'spotPrivate',
  'wss://api.hbdm.com/ws/v5/notification': 'swapPrivate',
}

const Id = z.union([z.string(), z.number()]).optional()
const Request = z.object({
  sub: z.string().optional(),
  unsub: z.string().optional(),
  req: z.string().optional(),
  pong: z.number().optional(),
  data_type: z.string().optional(),
  id: Id,
})
const Operation = z.object({
  op: z.string(),
  cid: z.string().optional(),
  topic: z.string().optional(),
})

export function createSockets(
  market: SimMarket,
  frames: Frames,
  limits: number,
  account: SimAccount,
  rows: PrivateRows,
): (peer: Peer, request: VenueRequest) => VenueConnection | VenueReply {
  return (peer, request) => {
    const socket = sockets[`${request.origin}${request.path}`]
    if (socket === undefined) return { status: 404, body: '' }
    switch (socket) {
      case 'notification':
        return openNotification(peer, market, frames)
      case 'spotPrivate':
        return openSpotPrivate(peer, request, account, rows)
      case 'swapPrivate':
        return openSwapPrivate(peer, request, account, rows)
      default:
        return open(peer, socket)
    }
  }

  function open(peer: Peer, socket: PublicSocket): VenueConnection {
    const send = (frame: Row) => peer.send(zipped(frame))
    const recent: number[] = []
    let requestedAt = Number.NEGATIVE_INFINITY
    const kind: MarketKind = socket === 'swap' ? 'perpetual' : 'spot'
    const heard = heartbeat(peer, market, (ping) => send({ ping }))

    const refuse = (id: z.infer<typeof Id>, code: string, message: string) =>
      send({ status: 'error', ts: market.now(), id: id ?? '', 'err-code': code, 'err-msg': message })

    /** One more within this second; false: one too many. */
    function maySubscribe(): boolean {
      const now = market.now()
      while ((recent[0] ?? now) <= now - 1_000) recent.shift()
      recent.push(now)
      return recent.length <= subscriptionsPerSecond * limits
    }

    /** False: too soon after the one before, which counts whether it was answered or refused. */
    function mayRequest(): boolean {
      const before = requestedAt
      requestedAt = market.now()
      return requestedAt - before >= requestIntervalMs / limits
    }

    function subscribe(topic: string, id: z.infer<typeof Id>, isIncremental: boolean): void {
      const [, name = '', channel, ...detail] = topic.split('.')
      const instrument = frames.find(kind, kind === 'perpetual' ? name.toUpperCase() : name)
      const start = instrument && startOf(socket, channel, detail.join('.'), isIncremental)
      if (!topic.startsWith('market.') || !instrument || !start) {
        refuse(id, 'bad-request', `invalid topic ${topic}`)
        return
      }
      send({ id, status: 'ok', subbed: topic, ts: market.now() })
      start(peer, topic, instrument)
    }

    function answer(topic: string, id: z.infer<typeof Id>): void {
      const [, name = '', channel, levels] = topic.split('.')
      const instrument = frames.find('spot', name)
      if (socket !== 'feed' || channel !== 'mbp' || levels !== String(bookLevels) || !instrument) {
        refuse(id, 'bad-request', `invalid topic ${topic}`)
        return
      }
      const book = market.book(instrument)
      const data = { seqNum: book.updateId, ...frames.levels(book, bookLevels) }
      send({ id, rep: topic, status: 'ok', ts: market.now(), data })
    }

    return {
      onMessage(text) {
        const parsed = Request.safeParse(jsonOf(text))
        if (!parsed.success) return refuse('', 'bad-request', 'not json, is not json string')
        const { sub, unsub, req, pong, data_type, id } = parsed.data
        if (pong !== undefined) return heard()
        if (sub !== undefined) {
          if (!maySubscribe()) return refuse(id, 'too-many-request', 'sub limit')
          return subscribe(sub, id, data_type === 'incremental')
        }
        if (req !== undefined) {
          if (!mayRequest()) return refuse(id, 'too-many-request', 'req limit')
          return answer(req, id)
        }
        if (unsub === undefined) return
        if (!peer.subscriptions.has(unsub)) return refuse(id, 'bad-request', `unsub with not subbed topic ${unsub}`)
        peer.unsubscribe(unsub)
        send({ id, status: 'ok', unsubbed: unsub, ts: market.now() })
      },
    }
  }

  type Start = (peer: Peer, topic: string, instrument: SimInstrument) => void

  /** What a topic begins with and how it goes on; undefined: the socket has no such topic. */
  function startOf(
    socket: PublicSocket,
    channel: string | undefined,
    detail: string,
    isIncremental: boolean,
  ): Start | undefined {
    if (socket === 'feed') return channel === 'mbp' && detail === String(bookLevels) ? spotChanges : undefined
    if (channel === 'bbo' && detail === '') return best
    if (channel === 'trade' && detail === 'detail') return trades
    const interval = channel === 'kline' ? intervals.get(detail) : undefined
    if (interval !== undefined) return (...of) => candles(interval, ...of)
    if (socket !== 'swap' || channel !== 'depth' || detail !== `size_${bookLevels}.high_freq`) return undefined
    return isIncremental ? swapChanges : undefined
  }

  function best(peer: Peer, topic: string, instrument: SimInstrument): void {
    peer.send(zipped(frames.best(market.quote(instrument))))
    peer.subscribe(topic, { channel: 'book_ticker', instrument }, (event) =>
      zipped(frames.best(of(event, 'book_ticker').quote)),
    )
  }

  /** The newest trade first. */
  function trades(peer: Peer, topic: string, instrument: SimInstrument): void {
    for (const trade of market.trades(instrument, 1)) peer.send(zipped(frames.trade(trade)))
    peer.subscribe(topic, { channel: 'trade', instrument }, (event) => zipped(frames.trade(of(event, 'trade').trade)))
  }

  function candles(interval: Interval, peer: Peer, topic: string, instrument: SimInstrument): void {
    const newest = () => frames.candles(instrument, interval, openOf(interval, market.now()), market.now()).at(-1)
    const push = (tick: Row) => zipped({ ch: topic, ts: market.now(), tick })
    const first = newest()
    if (first !== undefined) peer.send(push(frames.candle(first)))
    const isPlain = interval.offsetMs === 0
    peer.subscribe(topic, { channel: 'kline', instrument, period: interval.period }, (event) => {
      const { kline } = of(event, 'kline')
      return push(frames.candle(isPlain ? kline : (newest() ?? kline)))
    })
  }

  function spotChanges(peer: Peer, topic: string, instrument: SimInstrument): void {
    const book = { channel: 'order_book', instrument, levels: bookLevels, snapshotFirst: false } as const
    peer.subscribe(
      topic,
      { ...book, heartbeatMs: null },
      (event) => {
        const { depth } = of(event, 'order_book')
        const tick = { seqNum: depth.updateId, prevSeqNum: depth.previousId, ...frames.levels(depth, all) }
        return zipped({ ch: topic, ts: depth.at, tick })
      },
      changesMs,
    )
  }

  /** Versions count the messages of this subscription, from a number of its own. */
  function swapChanges(peer: Peer, topic: string, instrument: SimInstrument): void {
    let version = openTimeOf(market.now(), '1m')
    const book = { channel: 'order_book', instrument, levels: bookLevels, snapshotFirst: true } as const
    peer.subscribe(
      topic,
      { ...book, heartbeatMs: null },
      (event) => {
        const { depth } = of(event, 'order_book')
        const mrid = depth.updateId
        version++
        const tick = {
          ...frames.levels(depth, all),
          ...{ ch: topic, event: depth.isSnapshot ? 'snapshot' : 'update', id: mrid, mrid, ts: depth.at, version },
        }
        return zipped({ ch: topic, ts: depth.at, tick })
      },
      swapChangesMs,
    )
  }
}

const all = Number.POSITIVE_INFINITY

type EventOf<Channel extends SimEvent['channel']> = Extract<SimEvent, { readonly channel: Channel }>
function of<Channel extends SimEvent['channel']>(event: SimEvent, channel: Channel): EventOf<Channel> {
  if (!isOf(event, channel)) throw new TypeError(`an event of ${event.channel} on another topic`)
  return event
}
const isOf = <Channel extends SimEvent['channel']>(event: SimEvent, channel: Channel): event is EventOf<Channel> =>
  event.channel === channel

/** Pings until the socket closes, which it does when nobody answers. The returned function is called for every answer. */
function heartbeat(peer: Peer, market: SimMarket, ping: (at: number) => void): () => void {
  let unanswered = 0
  peer.every(pingMs, () => {
    if (unanswered >= mostUnanswered) {
      peer.close(1003, 'ping check expired')
      return
    }
    unanswered++
    ping(market.now())
  })
  return () => {
    unanswered = 0
  }
}

/** `op` and its words; times are text. Topics of accounts want a login there, which V5 has at another address. */
function openNotification(peer: Peer, market: SimMarket, frames: Frames): VenueConnection {
  const send = (frame: Row) => peer.send(zipped(frame))
  const followed = new Map<string, SimInstrument>()
  const heard = heartbeat(peer, market, (at) => send({ op: 'ping', ts: String(at) }))
  const push = (topic: string, instrument: SimInstrument) =>
    send({ op: 'notify', topic, ts: market.now(), data: [frames.fundingNotice(instrument)] })
  peer.every(60_000, () => {
    for (const [topic, instrument] of followed) push(topic, instrument)
  })

  return {
    onMessage(text) {
      const parsed = Operation.safeParse(jsonOf(text))
      if (!parsed.success)
        return send({ op: 'error', 'err-code': 2040, 'err-msg': 'invalid request', ts: market.now() })
      const { op, cid, topic = '' } = parsed.data
      if (op === 'pong') return heard()
      if (op !== 'sub' && op !== 'unsub')
        return send({ op, cid, 'err-code': 2010, 'err-msg': 'invalid op', ts: market.now() })
      const code = /^public\.(.+)\.funding_rate$/i.exec(topic)?.[1]
      const instrument = code === undefined ? undefined : frames.find('perpetual', code.toUpperCase())
      const answer = { op, cid, topic, ts: market.now() }
      if (code === undefined) return send({ ...answer, 'err-code': 2002, 'err-msg': 'Authentication required.' })
      if (instrument === undefined) return send({ ...answer, 'err-code': 2011, 'err-msg': "Contract doesn't exist." })
      send({ ...answer, 'err-code': 0 })
      if (op === 'unsub') followed.delete(topic)
      else {
        followed.set(topic, instrument)
        push(topic, instrument)
      }
    },
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
