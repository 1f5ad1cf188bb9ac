/** One client's socket as venues see it: subscriptions, conflation, faults and the bound on what waits for a slow reader. */
import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { EpochMs, ExchangeId } from '../../shared/domain/index.ts'
import { type FaultBoard, type FrameSide, type FrameSubject, garble } from './fault-board.ts'
import { reshape } from './reshape.ts'
import type { Scheduler, Subscription } from './scheduler.ts'
import type { Peer, SimEvent, SimTopic, VenueConnection } from './venue.ts'

/** Bytes that wait: above the first, quotes and open candles are withheld; above the second the client is closed. */
const withholdAbove = 1024 * 1024
const closeAbove = 16 * 1024 * 1024
/** A client that does not answer a close is cut after this. */
const closeWaitMs = 2_000
/** A frame held back by a reorder goes out alone when no other follows. */
const holdMs = 500
const shownErrors = 10

type Frame = string | Buffer

interface Repeated {
  readonly intervalMs: number
  readonly run: () => void
  next: EpochMs
}

/** What waits on one side; each side keeps its own order. */
interface Lane {
  readonly side: FrameSide
  readonly delayed: { readonly due: EpochMs; readonly send: () => void }[]
  held: { readonly frame: Frame; readonly since: EpochMs } | null
}
const laneOf = (side: FrameSide): Lane => ({ side, delayed: [], held: null })

/** Counts of the whole simulator. */
export interface Counters {
  quotes: number
  depths: number
  trades: number
  klines: number
  replies: number
  private: number
  requests: number
  withheld: number
  slowClients: number
  venueErrors: number
}

/** The first few are shown on stderr, all are counted. */
export function reportVenueError(counters: Counters, error: unknown): void {
  counters.venueErrors += 1
  if (counters.venueErrors <= shownErrors) process.emitWarning(error instanceof Error ? error : String(error))
}

export interface PeerHost {
  readonly exchange: ExchangeId
  readonly origin: string
  readonly scheduler: Scheduler
  readonly faults: FaultBoard
  readonly counters: Counters
}

export class SocketPeer implements Peer {
  readonly host: PeerHost
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #repeated: Repeated[] = []
  readonly #public = laneOf('public')
  readonly #private = laneOf('private')
  /** What the venue says before the upgrade is through. */
  #early: (() => void)[] = []
  #socket: WebSocket | null = null
  #stream: Socket | null = null
  #corked = false
  #closing = false
  #cutAt: EpochMs | null = null

  constructor(host: PeerHost) {
    this.host = host
  }

  get subscriptions(): ReadonlySet<string> {
    return new Set(this.#subscriptions.keys())
  }

  /** What it is sent. */
  get topics(): readonly SimTopic[] {
    return [...this.#subscriptions.values()].map(({ topic }) => topic)
  }

  /** The upgrade is through: what waited goes out, and the client is heard. */
  attach(socket: WebSocket, stream: Socket, connection: VenueConnection): void {
    this.#socket = socket
    this.#stream = stream
    socket.on('message', (data: Buffer) => this.#guard(() => connection.onMessage(data.toString('utf8'))))
    socket.on('pong', (data: Buffer) => this.#guard(() => connection.onPong?.(data.toString('utf8'))))
    socket.on('ping', (data: Buffer) => this.#pass((open) => open.pong(data)))
    // A broken frame of the client: ws closes the socket with the fitting code, which is all there is to do.
    socket.on('error', () => socket.close())
    socket.on('close', () => {
      this.abandon()
      this.#guard(() => connection.onClose?.())
    })
    this.host.scheduler.addPeer(this)
    const early = this.#early
    this.#early = []
    for (const run of early) run()
  }

  send(frame: Frame): void {
    this.host.counters.replies += 1
    this.#offer(this.#public, frame, null)
  }

  sendPrivate(frame: Frame): void {
    this.host.counters.private += 1
    this.#offer(this.#private, frame, null)
  }

  /** False when a state, as a quote is one, would be withheld, which is counted, or the socket is gone. */
  canTakeState(): boolean {
    const socket = this.#openSocket()
    if (!socket || socket.bufferedAmount <= withholdAbove) return socket !== null
    this.host.counters.withheld += 1
    return false
  }

  #openSocket(): WebSocket | null {
    return this.#socket && !this.#closing && this.#socket.readyState === WebSocket.OPEN ? this.#socket : null
  }

  /** Sends an event of a subscription; false when it was withheld or the socket is gone. `isState`: a later one makes up for it. */
  deliver(subscription: Subscription, event: SimEvent, isState: boolean): boolean {
    if (isState ? !this.canTakeState() : !this.#openSocket()) return false
    const frame = this.#guard(() => subscription.encode(event))
    if (frame === null) return false
    const { channel, instrument } = subscription.topic
    this.#offer(this.#public, frame, { channel, symbol: instrument.symbol })
    return true
  }

  close(code: number, reason: string): void {
    if (this.#closing) return
    if (!this.#socket) {
      this.#early.push(() => this.close(code, reason))
      return
    }
    this.#closing = true
    this.#cutAt = this.host.scheduler.now + closeWaitMs
    const mayBeSent =
      (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code < 5000)
    if (mayBeSent) this.#socket.close(code, reason)
    else this.#socket.terminate()
  }

  /** Gone without a close frame. */
  cut(): void {
    this.#socket?.terminate()
  }

  subscribe(key: string, topic: SimTopic, encode: (event: SimEvent) => Frame, throttleMs = 0): void {
    this.unsubscribe(key)
    const subscription: Subscription = { peer: this, topic, encode, throttleMs, sentAt: 0, waiting: null, told: null }
    this.#subscriptions.set(key, subscription)
    this.host.scheduler.subscribe(subscription)
  }

  unsubscribe(key: string): void {
    const subscription = this.#subscriptions.get(key)
    if (!subscription) return
    this.#subscriptions.delete(key)
    this.host.scheduler.unsubscribe(subscription)
  }

  /** It is sent nothing of that market any more, whatever it asked for. */
  forget(symbol: string): void {
    for (const [key, { topic }] of this.#subscriptions) if (topic.instrument.symbol === symbol) this.unsubscribe(key)
  }

  ping(payload: string): void {
    this.#pass((socket) => socket.ping(payload))
  }

  every(intervalMs: number, run: () => void): void {
    this.#repeated.push({ intervalMs, run, next: this.host.scheduler.now + intervalMs })
  }

  /** The socket is gone, or never came to be: nothing is sent any more. */
  abandon(): void {
    this.#closing = true
    for (const subscription of this.#subscriptions.values()) this.host.scheduler.unsubscribe(subscription)
    this.#subscriptions.clear()
    this.#repeated.length = 0
    for (const lane of [this.#public, this.#private]) {
      lane.delayed.length = 0
      lane.held = null
    }
    this.host.scheduler.removePeer(this)
  }

  /** Called by the scheduler at each step. */
  step(now: EpochMs): void {
    for (const repeated of this.#repeated) {
      if (now < repeated.next) continue
      repeated.next = Math.max(repeated.next + repeated.intervalMs, now)
      this.#guard(repeated.run)
    }
    for (const lane of [this.#public, this.#private]) {
      if (lane.held && now - lane.held.since > holdMs) this.#releaseHeld(lane)
      while (lane.delayed[0] && lane.delayed[0].due <= now) lane.delayed.shift()?.send()
    }
    if (this.#cutAt !== null && now >= this.#cutAt) this.cut()
  }

  /** The end of a step: everything written in it leaves in one go. */
  uncork(): void {
    this.#corked = false
    this.#stream?.uncork()
  }

  /** A venue that throws has a bug: its client is closed, the others go on. Null when it threw. */
  #guard<T>(run: () => T): T | null {
    try {
      return run()
    } catch (error) {
      reportVenueError(this.host.counters, error)
      this.close(1011, 'internal error')
      return null
    }
  }

  /** A control frame: it can be lost or late, nothing else. */
  #pass(write: (socket: WebSocket) => void): void {
    if (!this.#socket) {
      this.#early.push(() => this.#pass(write))
      return
    }
    const { faults, exchange, origin } = this.host
    const run = (): void => {
      if (this.#socket?.readyState === WebSocket.OPEN) write(this.#socket)
    }
    if (faults.isQuiet && this.#public.delayed.length === 0) {
      run()
      return
    }
    const fate = faults.fateOfFrame(exchange, origin)
    if (!fate.lost) this.#later(this.#public, fate.delayMs, run)
  }

  /** `about`: what the frame tells of; null for a venue's own words and pushes of accounts. */
  #offer(lane: Lane, frame: Frame, about: FrameSubject | null): void {
    if (!this.#socket) {
      this.#early.push(() => this.#offer(lane, frame, about))
      return
    }
    const { faults, exchange, origin } = this.host
    if (faults.isQuiet && lane.held === null && lane.delayed.length === 0) {
      this.#write(frame)
      return
    }
    const fate = faults.fateOfFrame(exchange, origin, lane.side, about)
    if (fate.lost) return
    const shaped = fate.reshaped === null ? frame : reshape(frame, fate.reshaped)
    const sent = fate.malformed ? garble(shaped) : shaped
    if (fate.swapped && lane.held === null) {
      lane.held = { frame: sent, since: this.host.scheduler.now }
      return
    }
    for (let copy = 0; copy < fate.copies; copy++) this.#later(lane, fate.delayMs, () => this.#write(sent))
    this.#releaseHeld(lane)
  }

  #releaseHeld(lane: Lane): void {
    if (lane.held === null) return
    const { frame } = lane.held
    lane.held = null
    this.#later(lane, 0, () => this.#write(frame))
  }

  /** At once, or behind what is delayed already: a latency keeps the order. */
  #later({ delayed }: Lane, delayMs: number, send: () => void): void {
    const newest = delayed.at(-1)
    if (delayMs === 0 && !newest) send()
    else delayed.push({ due: Math.max(this.host.scheduler.now + delayMs, newest?.due ?? 0), send })
  }

  #write(frame: Frame): void {
    const socket = this.#socket
    if (!socket || socket.readyState !== WebSocket.OPEN) return
    if (socket.bufferedAmount > closeAbove) {
      this.host.counters.slowClients += 1
      this.close(1008, 'slow consumer')
      return
    }
    if (this.host.scheduler.isStepping && !this.#corked) {
      this.#corked = true
      this.#stream?.cork()
      this.host.scheduler.uncorkLater(this)
    }
    socket.send(frame, { binary: typeof frame !== 'string' })
  }
}
