/** OKX's WebSocket manners: text ping, one ack per arg, errors that name no arg, channels that belong to one socket only. */
import { z } from 'zod'
import { openTimeOf } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import { RecentCounts } from '../../request-counts.ts'
import type {
  Peer,
  SimEvent,
  SimInstrument,
  SimMarket,
  SimQuote,
  VenueConnection,
  VenueReply,
  VenueRequest,
} from '../../venue.ts'
import { checkLogin } from './auth.ts'
import { type Frames, periodsByBar, type Row } from './frames.ts'
import type { PrivateRows } from './private-rows.ts'
import { openPrivateSession, type PrivateSession, privateChannels, transferChannels } from './private-socket.ts'

type Socket = 'public' | 'business' | 'private'
const paths: Readonly<Record<string, Socket>> = {
  '/ws/v5/public': 'public',
  '/ws/v5/business': 'business',
  '/ws/v5/private': 'private',
}

const connectionsPerSecond = 3
const requestsPerHour = 480
const argsBytes = 65_536
/** `books` tells so many levels a side, and after so long without a change that there was none. */
const bookLevels = 400
const bookHeartbeatMs = 60_000
/** A connection without traffic, or without a subscription, is closed after this long. */
const idleSeconds = 30

const Id = z.string().regex(/^[0-9A-Za-z]{1,32}$/)
const Arg = z.object({
  channel: z.string(),
  instId: z.string().optional(),
  instType: z.string().optional(),
  extraParams: z.string().optional(),
})
type Arg = z.infer<typeof Arg>
const Named = z.object({ id: Id })
const Request = z.object({ id: Id.optional(), op: z.string(), args: z.array(z.unknown()).min(1) })
/** Where a channel lives and what it begins to send; `start` null: an ack and nothing more until something changes. */
interface Channel {
  readonly socket: Socket
  /** The channel is about one instrument of these kinds; null: it is not about an instrument. */
  readonly kinds: readonly SimInstrument['kind'][] | null
  readonly start: ((connection: Connection, key: string, arg: Row, instrument: SimInstrument) => void) | null
  /** It tells of the account of whoever has logged in. */
  readonly isPrivate?: true
}

/** What a channel needs of the connection it is subscribed on. */
interface Connection {
  readonly peer: Peer
  push(arg: Row, rows: readonly unknown[], action?: 'snapshot' | 'update'): string
  /** Sends now and then every so many seconds until unsubscribed. */
  repeat(key: string, seconds: number, send: () => void): void
}

const both = ['spot', 'perpetual'] as const
/** Connections that may subscribe to one private channel of an account. */
const connectionsPerChannel = 30

function createChannels(market: SimMarket, frames: Frames): ReadonlyMap<string, Channel> {
  const channels = new Map<string, Channel>()
  const quoteOf = (event: SimEvent) => {
    if (event.channel !== 'book_ticker') throw new Error(`not a quote: ${event.channel}`)
    return event.quote
  }
  /** Whole tops of books: the one as it stands, then again with the quotes. */
  const top = (throttleMs: number, row: (quote: SimQuote) => Row): Channel => ({
    socket: 'public',
    kinds: both,
    start({ peer, push }, key, arg, instrument) {
      const encode = (event: SimEvent) => push(arg, [row(quoteOf(event))])
      peer.send(encode({ channel: 'book_ticker', quote: market.quote(instrument) }))
      peer.subscribe(key, { channel: 'book_ticker', instrument }, encode, throttleMs)
    },
  })
  /** The newest trade first, then each. */
  const trades = (socket: Socket): Channel => ({
    socket,
    kinds: both,
    start({ peer, push }, key, arg, instrument) {
      const newest = market.trades(instrument, 1)
      if (newest.length > 0) peer.send(push(arg, newest.map(frames.trade)))
      peer.subscribe(key, { channel: 'trade', instrument }, (event) => {
        if (event.channel !== 'trade') throw new Error(`not a trade: ${event.channel}`)
        return push(arg, [frames.trade(event.trade)])
      })
    },
  })
  const bestRow = (quote: SimQuote): Row => ({
    ...frames.best(quote),
    ts: String(quote.at),
    checksum: 0,
    seqId: quote.updateId,
  })
  channels.set('bbo-tbt', top(10, bestRow))
  const fiveRow = ({ instrument }: SimQuote): Row => {
    const book = market.book(instrument)
    const instId = frames.instId(instrument)
    return { ...frames.book(book, 5), ts: String(book.at), instId, seqId: book.updateId }
  }
  channels.set('books5', top(100, fiveRow))
  channels.set('books', {
    socket: 'public',
    kinds: both,
    start({ peer, push }, key, arg, instrument) {
      const topic = { channel: 'order_book', instrument, levels: bookLevels, snapshotFirst: true } as const
      const encode = (event: SimEvent) => {
        if (event.channel !== 'order_book') throw new Error(`not a book: ${event.channel}`)
        const { depth } = event
        const { isSnapshot, previousId, updateId, at } = depth
        const ids = { checksum: 0, prevSeqId: isSnapshot ? -1 : previousId, seqId: updateId }
        const row = { ...frames.book(depth, Number.POSITIVE_INFINITY), ts: String(at), ...ids }
        return push(arg, [row], isSnapshot ? 'snapshot' : 'update')
      }
      peer.subscribe(key, { ...topic, heartbeatMs: bookHeartbeatMs }, encode, 100)
    },
  })
  channels.set('tickers', {
    socket: 'public',
    kinds: both,
    start({ peer, push }, key, arg, instrument) {
      const encode = (event: SimEvent) => push(arg, [frames.ticker(quoteOf(event))])
      peer.send(encode({ channel: 'book_ticker', quote: market.quote(instrument) }))
      peer.subscribe(key, { channel: 'book_ticker', instrument }, encode, 100)
    },
  })
  channels.set('trades', trades('public'))
  channels.set('trades-all', trades('business'))
  channels.set('funding-rate', {
    socket: 'public',
    kinds: ['perpetual'],
    start({ peer, push, repeat }, key, arg, instrument) {
      repeat(key, 60, () => peer.send(push(arg, [frames.fundingRate(instrument)])))
    },
  })
  channels.set('mark-price', {
    socket: 'public',
    kinds: both,
    start({ peer, push, repeat }, key, arg, instrument) {
      repeat(key, 10, () => peer.send(push(arg, [frames.markPrice(instrument)])))
    },
  })
  for (const name of ['instruments', 'status']) channels.set(name, { socket: 'public', kinds: null, start: null })
  for (const name of privateChannels)
    channels.set(name, { socket: 'private', kinds: null, start: null, isPrivate: true })
  for (const name of transferChannels)
    channels.set(name, { socket: 'business', kinds: null, start: null, isPrivate: true })
  for (const [bar, period] of periodsByBar)
    channels.set(`candle${bar}`, {
      socket: 'business',
      kinds: both,
      start({ peer, push }, key, arg, instrument) {
        const now = market.now()
        const newest = market.klines(instrument, period, openTimeOf(now, period), now)
        if (newest.length > 0) peer.send(push(arg, newest.map(frames.candle)))
        peer.subscribe(key, { channel: 'kline', instrument, period }, (event) => {
          if (event.channel !== 'kline') throw new Error(`not a kline: ${event.channel}`)
          return push(arg, [frames.candle(event.kline)])
        })
      },
    })
  return channels
}

export function createSockets(
  market: SimMarket,
  frames: Frames,
  account: SimAccount,
  rows: PrivateRows,
): (peer: Peer, request: VenueRequest) => VenueConnection | VenueReply {
  const channels = createChannels(market, frames)
  /** Connections on each private channel. */
  const subscribers = new Map<string, number>()
  const attempts = new RecentCounts(1_000)
  let connections = 0

  return (peer, request) => {
    const socket = request.origin.startsWith('ws') ? paths[request.path] : undefined
    if (!socket) return { status: 404, body: '' }
    if (attempts.add(request.address, market.now()) > connectionsPerSecond) return { status: 429, body: '' }
    connections += 1
    const connId = (0xa4d3_0000 + connections).toString(16)
    return open(peer, socket, connId, request.address)
  }

  function open(peer: Peer, socket: Socket, connId: string, address: string): VenueConnection {
    const repeats = new Map<string, { readonly every: number; left: number; readonly send: () => void }>()
    /** Subscriptions that only wait for a change. */
    const waiting = new Set<string>()
    let requests: number[] = []
    let quietSeconds = 0
    let emptySeconds = 0
    let session: PrivateSession | null = null
    const privately = new Set<string>()

    const reply = (id: string | undefined, fields: Row) =>
      peer.send(JSON.stringify({ ...(id === undefined ? {} : { id }), ...fields, connId }))
    const refuse = (id: string | undefined, code: string, msg: string) => reply(id, { event: 'error', code, msg })
    const connection: Connection = {
      peer,
      push(arg, rows, action) {
        quietSeconds = 0
        return JSON.stringify({ arg, action, data: rows })
      },
      repeat(key, seconds, send) {
        repeats.set(key, { every: seconds, left: seconds, send })
        send()
      },
    }

    peer.every(1_000, () => {
      for (const repeat of repeats.values()) {
        repeat.left -= 1
        if (repeat.left > 0) continue
        repeat.left = repeat.every
        repeat.send()
      }
      session?.tick()
      const isEmpty = peer.subscriptions.size + repeats.size + waiting.size === 0
      emptySeconds = isEmpty ? emptySeconds + 1 : 0
      quietSeconds += 1
      if (quietSeconds >= idleSeconds || emptySeconds >= idleSeconds) peer.close(4004, 'No data received in 30s.')
    })

    function subscribe(id: string | undefined, arg: Arg): void {
      const refusal = refusalOf(arg)
      if (refusal) {
        refuse(id, ...refusal)
        return
      }
      const echoed: Row = { ...arg }
      reply(id, { event: 'subscribe', arg: echoed })
      const channel = channels.get(arg.channel)
      if (channel?.isPrivate) {
        subscribePrivately(arg)
        return
      }
      const instrument = arg.instId === undefined ? undefined : frames.find(arg.instId)
      if (channel?.start && instrument) channel.start(connection, keyOf(arg), echoed, instrument)
      else waiting.add(keyOf(arg))
    }

    /** Every such subscription is told how many connections share the channel; one too many ends at once. */
    function subscribePrivately(arg: Arg): void {
      const { channel } = arg
      const count = (subscribers.get(channel) ?? 0) + (privately.has(channel) ? 0 : 1)
      const connCount = String(count)
      if (count > connectionsPerChannel) {
        reply(undefined, { event: 'channel-conn-count-error', channel, connCount })
        return
      }
      subscribers.set(channel, count)
      privately.add(channel)
      waiting.add(keyOf(arg))
      reply(undefined, { event: 'channel-conn-count', channel, connCount })
      session?.subscribe(arg)
    }

    function leave(channel: string): void {
      if (privately.delete(channel)) subscribers.set(channel, (subscribers.get(channel) ?? 1) - 1)
      session?.unsubscribe(channel)
    }

    function unsubscribe(id: string | undefined, arg: Arg): void {
      const key = keyOf(arg)
      peer.unsubscribe(key)
      repeats.delete(key)
      waiting.delete(key)
      leave(arg.channel)
      reply(id, { event: 'unsubscribe', arg: { ...arg } })
    }

    function refusalOf(arg: Arg): readonly [code: string, msg: string] | null {
      const channel = channels.get(arg.channel)
      if (channel && channel.socket !== socket) {
        if (channel.socket === 'business')
          return ['64001', "This channel has been migrated to the '/business' URL. Please subscribe using the new URL."]
        if (channel.socket === 'public' && socket === 'business')
          return ['64002', 'This channel is not supported by "/business" URL. Please use "/public" URL.']
      }
      const instrument = arg.instId === undefined ? undefined : frames.find(arg.instId)
      const fits = channel?.kinds ? instrument !== undefined && channel.kinds.includes(instrument.kind) : true
      if (!channel || channel.socket !== socket || !fits) {
        const subject = arg.instId === undefined ? '' : `,instId:${arg.instId}`
        return [
          '60018',
          `Wrong URL or channel:${arg.channel}${subject} doesn't exist. Please use the correct URL, channel and parameters referring to API document.`,
        ]
      }
      if (channel.isPrivate && session === null) return ['60011', 'Please log in.']
      if (arg.channel === 'fills')
        return ['64003', "Your trading fee tier doesn't meet the requirement to access this channel"]
      const needsType = arg.channel === 'orders' || arg.channel === 'positions'
      return needsType && arg.instType === undefined ? ['60027', 'Parameter instType can not be empty.'] : null
    }

    function login(id: string | undefined, json: unknown): void {
      if (socket === 'public') {
        refuse(id, '60008', 'Login is not supported by this URL.')
        return
      }
      if (session) {
        refuse(id, '60010', 'Already logged in')
        return
      }
      const checked = checkLogin(account, json, address)
      if (!checked.ok) {
        refuse(id, checked.code, checked.msg)
        return
      }
      session = openPrivateSession({
        account,
        rows,
        key: checked.key,
        push(frame) {
          quietSeconds = 0
          peer.sendPrivate(JSON.stringify(frame))
        },
        onRevoked: () => peer.close(4007, 'API key has been updated or deleted. Please reconnect.'),
      })
      reply(id, { event: 'login', code: '0', msg: '' })
    }

    return {
      onMessage(text) {
        quietSeconds = 0
        if (text === 'ping') return peer.send('pong')
        const json = parseJson(text)
        const request = Request.safeParse(json)
        if (!request.success) return refuse(Named.safeParse(json).data?.id, '60012', `Invalid request: ${text}`)
        const { id, op, args } = request.data
        const now = market.now()
        requests = requests.filter((at) => at > now - 3_600_000)
        requests.push(now)
        if (requests.length > requestsPerHour) return refuse(id, '60014', 'Requests too frequent.')
        if (op === 'login') return login(id, args[0])
        if (op !== 'subscribe' && op !== 'unsubscribe') return refuse(id, '60019', `Invalid op: ${op}`)
        if (Buffer.byteLength(JSON.stringify(args)) > argsBytes)
          return refuse(id, '60012', 'Invalid request: args over 64 KB')
        for (const json of args) {
          const arg = Arg.safeParse(json)
          if (!arg.success) refuse(id, '60013', `Invalid args: ${JSON.stringify(json)}`)
          else if (op === 'subscribe') subscribe(id, arg.data)
          else unsubscribe(id, arg.data)
        }
      },
      onClose() {
        for (const channel of privately) leave(channel)
        session?.close()
      },
    }
  }
}

const keyOf = ({ channel, instId, instType }: Arg): string => [channel, instType, instId].filter(Boolean).join(':')

/** undefined where the text is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
