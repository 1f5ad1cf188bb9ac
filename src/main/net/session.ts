import type { SocketStatus } from '../../shared/domain/index.ts'
import type { Random } from './backoff.ts'
import { ConnectPacer } from './connect-pacer.ts'
import type { FeedConnection } from './connection.ts'
import type { ConnectionLife, FeedRules } from './feed.ts'
import { FeedAddress } from './feed-address.ts'
import type { FeedCallbacks } from './feed-callbacks.ts'
import { Lane, type LaneHost } from './lane.ts'
import { type OriginMap, swapOrigin } from './origins.ts'
import type { RestResult } from './rest.ts'
import { type SessionTiming, usualTiming } from './session-timing.ts'
import type { Fault } from './trouble.ts'
import type { NetworkEvent } from './watch.ts'

export interface FeedSessionOptions {
  readonly rules: FeedRules
  readonly callbacks: FeedCallbacks
  readonly origins?: OriginMap
  /** For feeds whose exchange gives the address of each connection; instead of the rules' `url`, which then only says which host it is. */
  readonly obtainAddress?: () => Promise<RestResult<string>>
  /** What kept the newest address from being given; null: nothing that is known. */
  readonly addressFault?: () => Fault | null
  /** Shared with other sessions to the same hosts, and with it the network; its own where none is given. */
  readonly pacer?: ConnectPacer
  /** Maintenance that its calendar has for now. */
  readonly announced?: () => Fault | null
  readonly timing?: Partial<SessionTiming>
  readonly random?: Random
  /** The wall clock, by which a sleep of the machine is noticed; Date.now unless a test says otherwise. */
  readonly wallNow?: () => number
}

/**
 * A feed as it should be: `want` declares the topics, and sockets are opened, subscribed, kept alive, replaced and closed until
 * reality matches. Knows no exchange: FeedRules say what is particular. One timer (the tick) drives it; frames go straight from
 * the socket to the owner, with nothing queued in between.
 */
export class FeedSession {
  private readonly rules: FeedRules
  private readonly callbacks: FeedCallbacks
  private readonly timing: SessionTiming
  private readonly wallNow: () => number
  private readonly pacer: ConnectPacer
  private readonly host: LaneHost
  private readonly url: string
  private readonly address: FeedAddress | null
  private readonly addressFault: () => Fault | null
  private readonly lanes: Lane[] = []
  /** Sockets that exist, those already replaced and closing included. */
  private readonly connections = new Set<FeedConnection>()
  private wanted: ReadonlySet<string> = new Set()
  private running = false
  private timer: NodeJS.Timeout | null = null
  private waking: NodeJS.Immediate | null = null
  private lastTickAt = 0
  private laneNumber = 0
  /** Of lanes that are no more. */
  private earlierReconnects = 0
  private requestId = 0
  private generation = 0
  private stopped: Promise<void> | null = null
  private whenEmpty: (() => void) | null = null
  private unsubscribe: (() => void)[] = []

  constructor(options: FeedSessionOptions) {
    this.rules = options.rules
    this.callbacks = options.callbacks
    this.timing = { ...usualTiming, ...options.timing }
    this.wallNow = options.wallNow ?? Date.now
    this.pacer = options.pacer ?? new ConnectPacer()
    const { obtainAddress, random = Math.random, origins = {} } = options
    this.addressFault = options.addressFault ?? (() => null)
    this.url = swapOrigin(options.rules.url, origins)
    this.address =
      obtainAddress === undefined
        ? null
        : new FeedAddress({
            obtain: async () => {
              const reply = await obtainAddress()
              return reply.ok ? { ...reply, value: swapOrigin(reply.value, origins) } : reply
            },
            rules: this.timing,
            random,
            onChange: () => this.addressChanged(),
          })
    this.host = {
      rules: options.rules,
      timing: this.timing,
      random,
      pacer: this.pacer,
      announced: options.announced ?? (() => null),
      callbacks: options.callbacks,
      nextRequestId: () => ++this.requestId,
      nextGeneration: () => ++this.generation,
      onConnection: (connection) => this.connections.add(connection),
      onConnectionEnd: (connection) => {
        this.connections.delete(connection)
        if (this.connections.size === 0) this.whenEmpty?.()
      },
    }
  }

  start(): void {
    if (this.running || this.stopped !== null) return
    this.running = true
    this.lastTickAt = this.wallNow()
    this.timer = setInterval(() => this.tick(), this.timing.tickMs)
    const { watch } = this.pacer.network
    this.unsubscribe.push(this.pacer.onDoubt((now) => this.doubt(now)))
    if (watch !== null) this.unsubscribe.push(watch.on((event) => this.heed(event)))
    this.arrange()
  }

  /** The topics wanted from now on; the difference to before is all that is touched. */
  want(wires: ReadonlySet<string>): void {
    this.wanted = new Set(wires)
    if (this.running) this.arrange()
  }

  /** Wanted wires that the exchange will not serve, and its words. They are asked for again now and then. */
  refusals(): ReadonlyMap<string, string> {
    const all = new Map<string, string>()
    for (const lane of this.lanes) {
      for (const [wire, refusal] of lane.refusals ?? []) all.set(wire, refusal.message)
    }
    return all
  }

  /** Of the connection that carries this wire; null where none is open. */
  lifeOf(wire: string): ConnectionLife | null {
    return this.lanes.find((lane) => lane.wires.has(wire))?.life(performance.now()) ?? null
  }

  /** Since the newest sign of life of any of its sockets, ms; null where none is open. */
  get silentMs(): number | null {
    const now = performance.now()
    const lives = this.lanes.flatMap((lane) => lane.life(now) ?? [])
    return lives.length === 0 ? null : Math.min(...lives.map(({ silentMs }) => silentMs))
  }

  /** Asks again at once for what was refused: its reason has gone. */
  retryRefused(): void {
    const now = performance.now()
    for (const lane of this.lanes) lane.retryRefused(now)
  }

  status(): SocketStatus[] {
    const now = performance.now()
    return this.lanes.map((lane) => lane.status(now))
  }

  /** Since the start, over all sockets there ever were: only grows. */
  get reconnects(): number {
    const now = performance.now()
    return this.lanes.reduce((sum, lane) => sum + lane.status(now).reconnects, this.earlierReconnects)
  }

  /** Has a wire's stream begin anew, for what it begins with; false where it does not flow now. */
  resubscribe(wire: string): boolean {
    return this.lanes.some((lane) => lane.wires.has(wire) && lane.resubscribe(wire))
  }

  /** What that connection carries, or will. */
  wiresOf(generation: number): ReadonlySet<string> {
    return this.lanes.find((lane) => lane.carries(generation))?.wires ?? new Set()
  }

  /** Ends the overlap of a rotation at once, for an owner that cannot keep more of the new connection's frames back. */
  takeOverNow(generation: number): void {
    for (const lane of this.lanes) lane.takeOverNow(generation)
  }

  /** For good: says down for what was up, closes every socket, and resolves when none is left (a second at most). */
  stop(): Promise<void> {
    this.stopped ??= this.close()
    return this.stopped
  }

  private async close(): Promise<void> {
    this.running = false
    if (this.timer !== null) clearInterval(this.timer)
    if (this.waking !== null) clearImmediate(this.waking)
    this.timer = null
    this.waking = null
    for (const leave of this.unsubscribe.splice(0)) leave()
    for (const lane of this.lanes) lane.stop('switched off')
    if (this.connections.size === 0) return
    await new Promise<void>((resolve) => {
      this.whenEmpty = resolve
    })
  }

  /** Wires to lanes: what is gone leaves its lane, what is new fills the first that has room. */
  private arrange(): void {
    const shares = this.lanes.map((lane) => new Set([...lane.wires].filter((wire) => this.wanted.has(wire))))
    const placed = new Set(shares.flatMap((share) => [...share]))
    let place = 0
    for (const wire of this.wanted) {
      if (placed.has(wire)) continue
      while ((shares[place]?.size ?? 0) >= this.rules.topicsPerSocket) place++
      const share = shares[place] ?? new Set<string>()
      share.add(wire)
      shares[place] = share
    }
    const emptied: Lane[] = []
    shares.forEach((share, i) => {
      const lane = this.lanes[i] ?? this.addLane()
      if (share.size === 0) emptied.push(lane)
      else if (share.size !== lane.wires.size || [...share].some((wire) => !lane.wires.has(wire))) lane.want(share)
    })
    for (const lane of emptied) {
      this.lanes.splice(this.lanes.indexOf(lane), 1)
      this.earlierReconnects += lane.status(performance.now()).reconnects
      lane.stop('nothing wanted')
    }
    this.connectDue(performance.now())
  }

  private addLane(): Lane {
    const lane = new Lane(`${this.rules.id}#${++this.laneNumber}`, this.host)
    this.lanes.push(lane)
    return lane
  }

  private tick(): void {
    const wall = this.wallNow()
    const lateMs = wall - this.lastTickAt - this.timing.tickMs
    this.lastTickAt = wall
    // A watch tells a sleep from a clock that was set.
    if (lateMs > this.timing.lateTickMs && this.pacer.network.watch === null) {
      this.paused(lateMs)
      return
    }
    if (this.waking !== null) return
    const now = performance.now()
    for (const lane of this.lanes) lane.tick(now)
    this.connectDue(now)
  }

  private heed(event: NetworkEvent): void {
    if (event.kind === 'sleep') {
      this.paused(event.ms)
      return
    }
    const now = performance.now()
    if (event.kind === 'clock') {
      // Sockets do not mind a clock that was set; but a virtual machine that stood still learns of it by its clock alone.
      if (event.ms > 0) this.doubt(now)
      return
    }
    this.pacer.forgive()
    this.address?.forget()
    const why = event.kind === 'network' ? 'after the network changed' : 'when asked for a sign of life'
    for (const lane of this.lanes) lane.networkChanged(now, why)
    this.connectDue(now)
    this.callbacks.onStatus()
  }

  private paused(pauseMs: number): void {
    // What came meanwhile lies unread behind this timer: it is read first, so that a live socket is not taken for a dead one.
    for (const lane of this.lanes) lane.pauseNoticed()
    this.waking ??= setImmediate(() => this.wake(pauseMs))
  }

  private doubt(now: number): void {
    for (const lane of this.lanes) lane.doubt(now)
  }

  private wake(pauseMs: number): void {
    this.waking = null
    const now = performance.now()
    this.pacer.forgive()
    this.address?.forget()
    for (const lane of this.lanes) lane.wake(now, pauseMs)
    this.connectDue(now)
    this.callbacks.onStatus()
  }

  private addressChanged(): void {
    if (!this.running) return
    const problem = this.address?.problem ?? null
    if (problem === null) this.connectDue(performance.now())
    else for (const lane of this.lanes) lane.explainWait(problem, this.addressFault())
  }

  /** Opens what is due, what is down before what only rotates, never faster than the feed allows. */
  private connectDue(now: number): void {
    for (const kind of ['connect', 'rotate'] as const) {
      for (const lane of this.lanes) {
        if (lane.due(now) !== kind) continue
        if (this.address?.isReady(now) === false) return
        if (!this.pacer.take(this.rules.url, this.rules.connectIntervalMs, now)) return
        lane.connect(now, this.address?.take() ?? this.url)
      }
    }
  }
}
