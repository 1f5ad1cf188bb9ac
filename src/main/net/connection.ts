import { randomBytes } from 'node:crypto'
import type { ConnectionLife, Control, FeedRules } from './feed.ts'
import { FrameRate } from './frame-rate.ts'
import { directNetwork, type Network } from './network.ts'
import { Pacer, Spacing } from './pacer.ts'
import type { SessionTiming } from './session-timing.ts'
import { FeedSocket, type SocketEnd } from './socket.ts'
import { type Refusal, Subscriptions } from './subscriptions.ts'

/** The largest frame taken; a full instrument list over WebSocket stays below a tenth of it. */
const largestFrameBytes = 16 * 1024 * 1024

/** How the reason begins by which a lane knows that an exchange will not have us. */
export const loginRefused = 'login refused: '

export interface ConnectionEvents {
  /** Reads a frame and returns what it holds for the session. */
  onFrame(data: Buffer, isBinary: boolean, receivedAt: number, arrivedAt: number | null): Control | null
  onOpen(): void
  /** Something was acknowledged or refused. */
  onAnswer(refusals: readonly Refusal[]): void
  /** The server said that it will close. */
  onClosing(message: string): void
  onClose(end: SocketEnd): void
}

/**
 * One socket of a feed from connect to close: subscribes what is wanted of it, keeps the heartbeat, measures. It judges nothing:
 * its lane decides what silence or an end means. Driven by `tick`; `now` is performance.now(), so that a corrected wall clock
 * moves nothing.
 */
export class FeedConnection {
  readonly generation: number
  /** Its own, for the log: generations begin anew with the program and belong to a feed. */
  readonly id = randomBytes(3).toString('hex')
  readonly startedAt: number
  readonly subscriptions: Subscriptions
  private readonly rules: FeedRules
  private readonly timing: SessionTiming
  private readonly events: ConnectionEvents
  private readonly socket: FeedSocket
  private readonly pacer: Pacer
  private readonly requestSpacing: Spacing
  private readonly followUpSpacing: Spacing
  /** What acks asked to send, in their order. Each text once, which bounds them by the topics. */
  private readonly followUps = new Set<string>()
  /** Fires when a spacing is over; ticks are too far apart for that. */
  private spacingTimer: NodeJS.Timeout | null = null
  private readonly rate = new FrameRate()
  private frames = 0
  private lastFrame: number | null = null
  /** Protocol pings and pongs: life, but no frames to count. */
  private beats = 0
  private lifeSeen = 0
  private lifeAt: number
  private tickedAt: number
  private openedAt: number | null = null
  /** Since it settled nothing keeps it from asking. */
  private isSettled = false
  /** Nothing is subscribed before; set at once where the feed asks for no login. */
  private isLoggedIn: boolean
  private loginRefused: string | null = null
  private heartbeatAt = 0
  /** When the question was sent that the next pong answers. */
  private askedAt: number | null = null
  private roundTripMs: number | null = null
  /** Life must show until then, or the connection counts as lost. */
  private probeUntil: number | null = null
  private probedFor = ''
  /** What is read may be from before the probe: an answer alone clears it. */
  private mustAnswer = false
  /** It has answered since it was probed. */
  private hasAnswered = false

  constructor(
    generation: number,
    url: string,
    rules: FeedRules,
    timing: SessionTiming,
    nextId: () => number,
    now: number,
    events: ConnectionEvents,
    network: Network = directNetwork,
    handshakeTimeoutMs = timing.handshakeTimeoutMs,
  ) {
    this.generation = generation
    this.startedAt = now
    this.lifeAt = now
    this.tickedAt = now
    this.rules = rules
    this.timing = timing
    this.events = events
    this.isLoggedIn = rules.login === undefined
    this.subscriptions = new Subscriptions(rules, nextId)
    this.pacer = new Pacer(rules.sendsPerSecond)
    this.requestSpacing = new Spacing(rules.spacingMs ?? 0)
    this.followUpSpacing = new Spacing(rules.spacingMs ?? 0)
    this.socket = new FeedSocket(
      url,
      {
        headers: rules.headers ?? {},
        handshakeTimeoutMs,
        network,
        maxPayloadBytes: largestFrameBytes,
      },
      {
        onOpen: () => this.opened(),
        onFrame: (data, isBinary, receivedAt, arrivedAt) => {
          this.frames++
          this.lastFrame = receivedAt
          const control = events.onFrame(data, isBinary, receivedAt, arrivedAt)
          if (control !== null) this.act(control)
        },
        onPing: () => {
          this.beats++
          this.pacer.note(performance.now())
        },
        onPong: () => {
          this.beats++
          this.hasAnswered = true
          if (rules.heartbeat === null) this.answered()
        },
        onClose: (end) => events.onClose(end),
      },
    )
  }

  get isOpen(): boolean {
    return this.openedAt !== null
  }

  get frameCount(): number {
    return this.frames
  }

  /** epoch ms */
  get lastFrameAt(): number | null {
    return this.lastFrame
  }

  get latencyMs(): number | null {
    return this.roundTripMs
  }

  framesPerSecond(now: number): number {
    return this.rate.perSecond(now, this.frames)
  }

  /** Since the last sign of life, as the ticks saw it. */
  silentMs(now: number): number {
    return now - this.lifeAt
  }

  life(now: number): ConnectionLife {
    return { silentMs: this.silentMs(now), heartbeatMs: this.heartbeatMs }
  }

  /** Since it opened; 0 before. */
  ageMs(now: number): number {
    return now - (this.openedAt ?? now)
  }

  /** Open, and every wanted wire has its answer. */
  get isReady(): boolean {
    return this.openedAt !== null && this.subscriptions.settled
  }

  /** It was asked for a sign of life, and has given none so far. */
  get owesAnswer(): boolean {
    return this.probeUntil !== null && !this.hasShownLife
  }

  want(wires: ReadonlySet<string>): void {
    this.subscriptions.want(wires)
    this.pump(performance.now())
  }

  /** Unsubscribes a wire and subscribes it again; false where it is not subscribed. */
  resubscribe(wire: string): boolean {
    if (this.rules.subscribedByUrl === true || !this.subscriptions.again(wire)) return false
    this.pump(performance.now())
    return true
  }

  retryRefused(now: number): void {
    this.subscriptions.retryRefused(now, now)
    this.pump(now)
  }

  /** Why the connection must be replaced, or null. */
  lost(now: number): string | null {
    if (this.openedAt === null) return null
    if (this.loginRefused !== null) return `${loginRefused}${this.loginRefused}`
    const loginMs = this.rules.ackTimeoutMs + (this.rules.settleMs ?? 0)
    if (!this.isLoggedIn && this.ageMs(now) > loginMs)
      return `no answer to the login for ${this.rules.ackTimeoutMs / 1_000} s`
    if (this.probeUntil !== null && now > this.probeUntil) return `no answer ${this.probedFor}`
    const limit = this.rules.silenceMs
    return this.silentMs(now) > limit ? `nothing came for ${limit / 1_000} s` : null
  }

  tick(now: number): void {
    // While this process stood still it read no answer either: what came lies unread behind this very tick.
    const stoodMs = now - this.tickedAt - this.timing.tickMs
    this.tickedAt = now
    if (this.probeUntil !== null && stoodMs > 0) this.probeUntil += stoodMs
    if (this.hasShownLife) this.probeUntil = null
    const life = this.frames + this.beats
    if (life !== this.lifeSeen) {
      this.lifeSeen = life
      this.lifeAt = now
    }
    this.rate.sample(now, this.frames)
    if (this.openedAt === null) return
    const refusals = this.subscriptions.expire(now)
    if (refusals.length > 0) this.events.onAnswer(refusals)
    this.subscriptions.retryRefused(now - this.timing.refusedRetryMs, now)
    if (now - this.heartbeatAt >= this.heartbeatMs) this.beat(now)
    this.settle(now)
    this.pump(now)
  }

  /** What came until now says nothing about after a pause of the machine. */
  discountLife(): void {
    this.lifeSeen = this.frames + this.beats
  }

  /** Asks for a sign of life at once. `why` in words: `after a pause of this machine`. `mustAnswer`: what else comes may be old. */
  probe(now: number, why: string, mustAnswer = false): void {
    if (this.openedAt === null || this.probeUntil !== null) return
    this.probedFor = why
    this.mustAnswer = mustAnswer
    this.hasAnswered = false
    this.discountLife()
    this.probeUntil = now + this.timing.wakeProbeMs
    this.beat(now)
    if (this.rules.heartbeat !== null) this.socket.ping()
  }

  close(): void {
    this.socket.close()
  }

  terminate(): void {
    this.socket.terminate()
  }

  /** What a probe asks for, since it did. */
  private get hasShownLife(): boolean {
    return this.frames + this.beats !== this.lifeSeen && (!this.mustAnswer || this.hasAnswered)
  }

  private get heartbeatMs(): number {
    return this.rules.heartbeat?.everyMs ?? this.timing.pingEveryMs
  }

  private opened(): void {
    const now = performance.now()
    this.openedAt = now
    this.lifeAt = now
    this.settle(now)
    // The first question goes out with the first subscriptions, so that a latency is known early.
    this.beat(now)
    this.events.onOpen()
    this.pump(now)
  }

  /** Logs in once the server may be asked; the tick comes back to it until then. */
  private settle(now: number): void {
    if (this.isSettled || this.ageMs(now) < (this.rules.settleMs ?? 0)) return
    this.isSettled = true
    if (this.rules.login !== undefined) this.sendNow(this.rules.login(Date.now()), now)
  }

  private act(control: Control): void {
    const now = performance.now()
    switch (control.type) {
      case 'ack':
        if (this.subscriptions.acknowledge(control.id, control.wires, control.handle)) this.events.onAnswer([])
        if (control.next !== undefined) this.followUps.add(control.next)
        break
      case 'refused':
        this.events.onAnswer(this.subscriptions.refuse(control.id, control.wires, control.message, now))
        break
      case 'pong':
        this.hasAnswered = true
        this.answered()
        break
      case 'ping':
        this.sendNow(control.answer, now)
        break
      case 'closing':
        this.events.onClosing(control.message)
        break
      case 'loggedIn':
        this.isLoggedIn = true
        break
      case 'loginRefused':
        this.loginRefused = control.message
        break
      case 'ignored':
        return
    }
    this.pump(now)
  }

  private beat(now: number): void {
    this.heartbeatAt = now
    // Answers come in order: the next one is that to the oldest question.
    this.askedAt ??= now
    if (this.rules.heartbeat === null) {
      this.pacer.note(now)
      this.socket.ping()
    } else this.sendNow(this.rules.heartbeat.text(Date.now()), now)
  }

  private answered(): void {
    if (this.askedAt === null) return
    this.roundTripMs = performance.now() - this.askedAt
    this.askedAt = null
  }

  private sendNow(text: string, now: number): void {
    this.pacer.note(now)
    this.socket.send(text)
  }

  private pump(now: number): void {
    if (this.openedAt === null || !this.isSettled || !this.isLoggedIn) return
    if (this.rules.subscribedByUrl === true) {
      if (this.subscriptions.grantAll()) this.events.onAnswer([])
      return
    }
    while (this.pacer.hasRoom(now)) {
      const text = this.takeFollowUp(now) ?? this.takeRequest(now)
      if (text === null) break
      this.sendNow(text, now)
    }
    this.wakeAfterSpacing(now)
  }

  private takeFollowUp(now: number): string | null {
    const [text] = this.followUps
    if (text === undefined || this.followUpSpacing.waitMs(now) > 0) return null
    this.followUps.delete(text)
    this.followUpSpacing.note(now)
    return text
  }

  private takeRequest(now: number): string | null {
    if (this.requestSpacing.waitMs(now) > 0) return null
    const request = this.subscriptions.take(now, Date.now())
    if (request === null) return null
    this.requestSpacing.note(now)
    return request.text
  }

  /** Where it is room within the second that is missing, the next tick comes back to it. */
  private wakeAfterSpacing(now: number): void {
    if (this.spacingTimer !== null) clearTimeout(this.spacingTimer)
    this.spacingTimer = null
    const followUpMs = this.followUps.size > 0 ? this.followUpSpacing.waitMs(now) : 0
    const waits = [followUpMs, this.requestSpacing.waitMs(now)].filter((waitMs) => waitMs > 0)
    if (waits.length === 0 || !this.socket.isOpen) return
    this.spacingTimer = setTimeout(() => this.pump(performance.now()), Math.ceil(Math.min(...waits)))
  }
}
