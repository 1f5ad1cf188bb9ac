/**
 * Bitfinex's WebSocket manners: events are objects, data are arrays under a channel's number; flags add a sequence number, a time and
 * checksums; every channel has a heartbeat. Public and private sockets speak alike; what a login opens stands in private-socket.ts.
 */
import { z } from 'zod'
import { openTimeOf } from '../../../../shared/domain/index.ts'
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
import { exactJson } from './exact-numbers.ts'
import { type BookRow, bookRows, candleRow, quoteRows, statusRow, tickerRow, tradeRow } from './frames.ts'
import type { Names } from './names.ts'
import { periodOf } from './rest.ts'
import { ToldBook } from './told-book.ts'

/** The socket that takes logins. */
export const privateStream = 'wss://api.bitfinex.com'

const flags = { timestamp: 32_768, sequence: 65_536, checksum: 131_072 } as const
/** The page on public channels says 30, another 25. */
const channelsPerSocket = 30
const connectionsPerMinute = 20
const heartbeatSeconds = 15
/** A socket without a channel is closed after so long. */
const idleSeconds = 60
const checksumMs = 2_500
const statusSeconds = 10
const snapshotTrades = 30
const snapshotCandles = 30
const firstChannel = 10_000

const Request = z.looseObject({
  event: z.string(),
  channel: z.string().optional(),
  symbol: z.string().optional(),
  key: z.string().optional(),
  prec: z.string().optional(),
  freq: z.string().optional(),
  len: z.union([z.string(), z.number()]).optional(),
  subId: z.union([z.string(), z.number()]).optional(),
  chanId: z.number().optional(),
  cid: z.number().optional(),
  flags: z.number().optional(),
})
type Request = z.infer<typeof Request>

/** An error's code and words. */
type Refusal = readonly [code: number, message: string]

interface Open {
  readonly id: number
  /** What may not be subscribed twice. */
  readonly name: string
  readonly book: ToldBook | null
  readonly everySecond: ((seconds: number) => void) | null
  seconds: number
}

/** What a private session adds to a socket: its own events, and frames on channel 0. */
export interface LoginSession {
  /** False: the event is none of its own. */
  onEvent(event: string, request: unknown): boolean
  onFrame(frame: readonly unknown[]): void
  everySecond(seconds: number): void
  readonly isOpen: boolean
  close(): void
}
export interface SessionHost {
  readonly peer: Peer
  readonly address: string
  /** On channel 0, with sequence and time as the socket was asked for. */
  push(payload: readonly unknown[]): void
}

export function createSockets(
  market: SimMarket,
  account: SimAccount,
  names: Names,
  limits: number,
  login: (host: SessionHost) => LoginSession,
): (peer: Peer, request: VenueRequest) => VenueConnection | VenueReply {
  const attempts = new Map<string, number[]>()
  let channelNumber = firstChannel
  return (peer, { path, address, origin }) => {
    if (path !== '/ws/2') return { status: 404, body: '' }
    const now = market.now()
    // Those refused do not count, or one who keeps trying would never come in.
    const recent = (attempts.get(address) ?? []).filter((at) => at > now - 60_000 && at <= now)
    if (recent.length >= connectionsPerMinute * limits) return { status: 429, body: '' }
    attempts.set(address, [...recent, now])
    const isPrivate = origin === privateStream
    return new Connection(peer, address, market, account, names, () => ++channelNumber, isPrivate ? login : null)
  }
}

class Connection implements VenueConnection {
  private readonly peer: Peer
  private readonly market: SimMarket
  private readonly account: SimAccount
  private readonly names: Names
  private readonly nextChannel: () => number
  private readonly session: LoginSession | null
  private readonly channels = new Map<number, Open>()
  /** Executions whose second telling is due. */
  private updates: { readonly id: number; readonly row: readonly unknown[] }[] = []
  private flags = 0
  private sequence = 0
  private idle = 0
  private seconds = 0

  constructor(
    peer: Peer,
    address: string,
    market: SimMarket,
    account: SimAccount,
    names: Names,
    nextChannel: () => number,
    login: ((host: SessionHost) => LoginSession) | null,
  ) {
    this.peer = peer
    this.market = market
    this.account = account
    this.names = names
    this.nextChannel = nextChannel
    this.session = login?.({ peer, address, push: (payload) => peer.sendPrivate(this.framed(0, payload)) }) ?? null
    this.say({ event: 'info', version: 2, serverId: 'a6f2c6bd-0000-4000-8000-000000000001', platform: { status: 1 } })
    peer.every(1_000, () => this.everySecond())
    peer.every(checksumMs, () => this.sendChecksums())
  }

  onMessage(text: string): void {
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      // What is no JSON is not answered.
      return
    }
    if (Array.isArray(json)) {
      this.session?.onFrame(json)
      return
    }
    const request = Request.safeParse(json)
    if (!request.success) return
    const { event } = request.data
    if (this.session?.onEvent(event, json)) return
    if (event === 'ping') this.say({ event: 'pong', ts: this.market.now(), cid: request.data.cid })
    else if (event === 'conf') this.configure(request.data)
    else if (event === 'subscribe') this.subscribe(request.data)
    else if (event === 'unsubscribe') this.unsubscribe(request.data)
    else this.say({ event: 'error', msg: `event: invalid (${event})`, code: 10_000 })
  }

  onClose(): void {
    this.session?.close()
  }

  private say(event: object): void {
    this.peer.send(JSON.stringify(event))
  }

  private framed(id: number, payload: readonly unknown[], at = this.market.now()): string {
    const { flags: asked } = this
    const sequence = (asked & flags.sequence) === 0 ? [] : [++this.sequence]
    const time = (asked & flags.timestamp) === 0 ? [] : [at]
    return exactJson([id, ...payload, ...sequence, ...time])
  }

  private configure({ flags: asked = 0 }: Request): void {
    this.flags = asked
    this.say({ event: 'conf', status: 'OK', flags: asked })
  }

  // ---------------------------------------------------------------- subscriptions

  private subscribe(request: Request): void {
    const { event: _, ...fields } = request
    const refusal = this.refusalOf(request)
    const symbol =
      request.symbol ??
      request.key
        ?.split(':')
        .slice(request.channel === 'candles' ? 2 : 1)
        .join(':')
    const pair = request.symbol === undefined ? {} : { pair: request.symbol.replace(/^t/, '') }
    const name = nameOf(request)
    const open = [...this.channels.values()].find((one) => one.name === name)
    if (refusal !== null) {
      const [code, msg] = refusal
      this.say({ ...fields, event: 'error', msg, code, ...pair })
      return
    }
    if (open !== undefined) {
      this.say({ ...fields, event: 'error', msg: 'subscribe: dup', code: 10_301, chanId: open.id, ...pair })
      return
    }
    const instrument = this.names.find(symbol ?? '')
    // The status of a key that is none is not answered at all.
    if (instrument === undefined) return
    const id = this.nextChannel()
    const book = request.channel === 'book' ? new ToldBook() : null
    this.say({ event: 'subscribed', ...fields, chanId: id, ...pair })
    this.channels.set(id, { id, name, book, everySecond: this.start(id, request, instrument, book), seconds: 0 })
  }

  private refusalOf({ channel, symbol = '', key = '', prec = 'P0', len = '25' }: Request): Refusal | null {
    if (!['ticker', 'book', 'trades', 'candles', 'status'].includes(channel ?? '')) return [10_300, 'channel: unknown']
    const isKnown = (name: string) => this.names.find(name) !== undefined
    const parts = key.split(':')
    if (channel === 'candles') {
      if (periodOf(parts[1] ?? '') === undefined || !isKnown(parts.slice(2).join(':'))) return [10_300, 'key: invalid']
    } else if (channel !== 'status' && !isKnown(symbol)) return [10_300, 'symbol: invalid']
    if (channel === 'book' && prec !== 'P0') return [10_300, 'precision: invalid']
    if (channel === 'book' && !['1', '25', '100', '250'].includes(String(len))) return [10_300, 'length: invalid']
    return this.channels.size >= channelsPerSocket ? [10_305, 'subscribe: limit'] : null
  }

  private unsubscribe({ chanId = 0 }: Request): void {
    if (!this.channels.delete(chanId)) {
      this.say({ event: 'error', msg: 'unsubscribe: invalid', code: 10_400, chanId })
      return
    }
    this.peer.unsubscribe(String(chanId))
    this.say({ event: 'unsubscribed', status: 'OK', chanId })
  }

  /** Begins to send; what it answers runs once a second. */
  private start(
    id: number,
    { channel, key = '', len = '25' }: Request,
    instrument: SimInstrument,
    book: ToldBook | null,
  ): Open['everySecond'] {
    const { market, peer } = this
    const send = (payload: readonly unknown[]): void => peer.send(this.framed(id, payload))
    if (channel === 'book' && book !== null) {
      this.startBook(id, instrument, Number(len), book)
      return null
    }
    if (channel === 'trades') {
      send([market.trades(instrument, snapshotTrades).map(tradeRow).reverse()])
      peer.subscribe(String(id), { channel: 'trade', instrument }, (event) => {
        if (event.channel !== 'trade') throw new Error(`not a trade: ${event.channel}`)
        const row = tradeRow(event.trade)
        this.updates.push({ id, row })
        return this.framed(id, ['te', row])
      })
      return null
    }
    if (channel === 'candles') {
      const period = periodOf(key.split(':')[1] ?? '')
      if (period === undefined) throw new Error(`no period: ${key}`)
      const now = market.now()
      const from = openTimeOf(now, period) - snapshotCandles * 86_400_000
      const newest = market.klines(instrument, period, Math.max(from, instrument.listedAt), now).slice(-snapshotCandles)
      send([
        newest
          .filter(({ trades }) => trades > 0)
          .map(candleRow)
          .reverse(),
      ])
      peer.subscribe(String(id), { channel: 'kline', instrument, period }, (event) => {
        if (event.channel !== 'kline') throw new Error(`not a candle: ${event.channel}`)
        // Candles without a trade are not told of.
        return this.framed(id, event.kline.trades > 0 ? [candleRow(event.kline)] : ['hb'])
      })
      return null
    }
    const tell = (): void =>
      send([channel === 'status' ? statusRow(market, this.account, instrument) : tickerRow(market, instrument)])
    tell()
    const every = channel === 'status' ? statusSeconds : heartbeatSeconds
    return (seconds) => {
      if (seconds % every === 0) tell()
    }
  }

  /** The book of one level comes with every quote, the others with the changes of the whole book; a frame for each level. */
  private startBook(id: number, instrument: SimInstrument, levels: number, book: ToldBook): void {
    const { market, peer } = this
    const rowsOf = (rows: readonly BookRow[], at: number): string => {
      book.tell(rows)
      // Deletions first, so that levels seldom cross on the way.
      const inOrder = [...rows].sort(([, a], [, b]) => Math.sign(a) - Math.sign(b))
      const frames = inOrder.map((row) => this.framed(id, [row], at))
      for (const frame of frames.slice(0, -1)) peer.send(frame)
      return frames.at(-1) ?? this.framed(id, ['hb'], at)
    }
    if (levels === 1) {
      const quote = market.quote(instrument)
      const rows = quoteRows(quote)
      book.tell(rows)
      peer.send(this.framed(id, [rows], quote.at))
      peer.subscribe(String(id), { channel: 'book_ticker', instrument }, (event) => {
        if (event.channel !== 'book_ticker') throw new Error(`not a quote: ${event.channel}`)
        return rowsOf(book.leadTo(quoteRows(event.quote)), event.quote.at)
      })
      return
    }
    const topic = { channel: 'order_book', instrument, levels, snapshotFirst: true, heartbeatMs: null } as const
    const encode = (event: SimEvent): string => {
      if (event.channel !== 'order_book') throw new Error(`not a book: ${event.channel}`)
      const rows = bookRows(event.depth)
      if (!event.depth.isSnapshot) return rowsOf(rows, event.depth.at)
      book.tell(rows)
      return this.framed(id, [rows], event.depth.at)
    }
    peer.subscribe(String(id), topic, encode, 100)
  }

  // ---------------------------------------------------------------- time

  private everySecond(): void {
    this.seconds += 1
    const updates = this.updates
    this.updates = []
    for (const { id, row } of updates) if (this.channels.has(id)) this.peer.send(this.framed(id, ['tu', row]))
    for (const channel of this.channels.values()) {
      channel.seconds += 1
      channel.everySecond?.(channel.seconds)
      if (channel.seconds % heartbeatSeconds === 0) this.peer.send(this.framed(channel.id, ['hb']))
    }
    this.session?.everySecond(this.seconds)
    this.idle = this.channels.size === 0 && this.session?.isOpen !== true ? this.idle + 1 : 0
    if (this.idle >= idleSeconds) this.peer.close(1006, '')
  }

  private sendChecksums(): void {
    if ((this.flags & flags.checksum) === 0) return
    for (const { id, book } of this.channels.values()) {
      // Of a market that is gone nothing is told.
      const checksum = this.peer.subscriptions.has(String(id)) ? (book?.checksum() ?? null) : null
      if (checksum !== null) this.peer.send(this.framed(id, ['cs', checksum]))
    }
  }
}

/** A book of another length, or a candle of another period, is another channel. */
const nameOf = ({ channel, symbol, key, prec = 'P0', freq = 'F0', len = '25' }: Request): string =>
  channel === 'book' ? `book ${symbol} ${prec} ${freq} ${len}` : `${channel} ${symbol ?? key}`
