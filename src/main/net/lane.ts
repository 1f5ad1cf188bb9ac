import type { ConnectionState, DownCause, SocketStatus } from '../../shared/domain/index.ts'
import { fullJitter, type Random, Retry } from './backoff.ts'
import type { ConnectPacer } from './connect-pacer.ts'
import { FeedConnection, loginRefused } from './connection.ts'
import type { ConnectionLife, FeedRules } from './feed.ts'
import type { FeedCallbacks } from './feed-callbacks.ts'
import { rotationLeadMs, type SessionTiming } from './session-timing.ts'
import type { SocketEnd } from './socket.ts'
import type { Refusal } from './subscriptions.ts'
import { causeOf, type Fault, isPassing } from './trouble.ts'

/** Maintenance that was announced is believed for so long, ms. */
const announcedForMs = 600_000

/** How a connection was lost. */
interface Loss {
  readonly reason: string
  readonly fault: Fault
  /** Where something is known to explain it better than the fault. */
  readonly cause?: DownCause
  /** Nobody ended it: it may have been dead since its last sign of life. */
  readonly isMute?: true
  readonly retryAfterMs: number | null
}

export interface LaneHost {
  readonly rules: FeedRules
  readonly timing: SessionTiming
  readonly random: Random
  readonly pacer: ConnectPacer
  readonly callbacks: FeedCallbacks
  announced(): Fault | null
  nextRequestId(): number
  nextGeneration(): number
  /** A connection was made; `onConnectionEnd` follows once, however it ends. */
  onConnection(connection: FeedConnection): void
  onConnectionEnd(connection: FeedConnection): void
}

/**
 * A share of a feed's wires that fits on one socket, and the socket that carries them: its reconnects, its rotation (then there
 * are two for a while), its state. `now` is performance.now().
 */
export class Lane {
  readonly name: string
  private readonly host: LaneHost
  /** Of refusals. */
  private readonly retry: Retry
  /** Connections cut and attempts without an answer, in a row. */
  private cuts = 0
  /** Waits for its host to answer anybody, since then. */
  private waitingSince: number | null = null
  /** When its last open connection was lost. */
  private lostAt = 0
  private saidCause: DownCause | null = null
  /** The server's words about a close to come, and when it said them. */
  private announced: { readonly message: string; readonly at: number } | null = null
  private wanted: ReadonlySet<string> = new Set()
  private current: FeedConnection | null = null
  /** Opened ahead of the current one's end, to take over from it. */
  private standby: FeedConnection | null = null
  private overlapUntil: number | null = null
  private dueAt: number | null = 0
  private rotateAt: number | null = null
  private state: ConnectionState = 'connecting'
  private reason: string | null = 'not connected yet'
  private since = Date.now()
  private reconnects = 0
  private everOpened = false
  private readonly up = new Set<string>()
  private readonly saidSubscribed = new WeakSet<FeedConnection>()
  private saidDown = false

  constructor(name: string, host: LaneHost) {
    this.name = name
    this.host = host
    this.retry = new Retry(host.timing, host.random)
  }

  get wires(): ReadonlySet<string> {
    return this.wanted
  }

  get refusals(): ReadonlyMap<string, { readonly message: string }> | undefined {
    return this.current?.subscriptions.refusals
  }

  resubscribe(wire: string): boolean {
    return this.current?.resubscribe(wire) ?? false
  }

  /** Whether that connection is one of its two. */
  carries(generation: number): boolean {
    return this.current?.generation === generation || this.standby?.generation === generation
  }

  retryRefused(now: number): void {
    this.current?.retryRefused(now)
  }

  want(wires: ReadonlySet<string>): void {
    this.wanted = wires
    for (const wire of this.up) if (!wires.has(wire)) this.up.delete(wire)
    this.current?.want(wires)
    this.standby?.want(wires)
    if (this.current?.isOpen === true) this.settle(this.current)
  }

  /** `connect` for a lane that is down, `rotate` for one whose connection must be replaced, null when nothing is due. */
  due(now: number): 'connect' | 'rotate' | null {
    if (this.current === null) {
      if (this.dueAt === null) return null
      const { pacer, rules } = this.host
      const isAnswering = this.waitingSince !== null && pacer.isProvenSince(rules.url, this.waitingSince)
      return isAnswering || this.dueAt <= now ? 'connect' : null
    }
    return this.standby === null && this.rotateAt !== null && this.rotateAt <= now ? 'rotate' : null
  }

  /** `url`: its origin already swapped. */
  connect(now: number, url: string): void {
    const { host } = this
    this.explain()
    const generation = host.nextGeneration()
    host.callbacks.onSocket(generation, this.current?.generation ?? null)
    const connection: FeedConnection = new FeedConnection(
      generation,
      url,
      host.rules,
      host.timing,
      () => host.nextRequestId(),
      now,
      {
        onFrame: (data, isBinary, receivedAt, arrivedAt) =>
          host.callbacks.onFrame(generation, data, isBinary, receivedAt, arrivedAt),
        onOpen: () => {
          const afterMs = performance.now() - connection.startedAt
          host.callbacks.onStep?.({ step: 'opened', ...this.named(connection), afterMs })
          host.pacer.proven(host.rules.url, performance.now())
          if (connection === this.current) this.opened(connection)
        },
        onAnswer: (refusals) => this.answered(connection, refusals),
        onClosing: (message) => {
          if (connection !== this.current || this.standby !== null) return
          host.callbacks.onNotice(
            `${this.name}: the server will close the connection (${message})`,
            this.nameOf(connection),
          )
          this.rotateAt = performance.now()
          this.announced = { message, at: this.rotateAt }
        },
        onClose: (end) => {
          const openMs = connection.ageMs(performance.now())
          const { code, reason } = end
          const frames = connection.frameCount
          host.callbacks.onStep?.({ step: 'closed', ...this.named(connection), code, reason, openMs, frames })
          this.ended(connection, end)
          host.callbacks.onEnd(generation, connection.isOpen || !isPassing(end.fault))
          host.onConnectionEnd(connection)
        },
      },
      host.pacer.network,
      host.pacer.isShaky(host.rules.url) ? host.timing.shakyHandshakeMs : host.timing.handshakeTimeoutMs,
    )
    host.onConnection(connection)
    const replaces = this.current === null ? null : this.nameOf(this.current)
    host.callbacks.onStep?.({ step: 'opening', ...this.named(connection), replaces })
    connection.want(this.wanted)
    if (this.current === null) {
      this.current = connection
      this.dueAt = null
      this.waitingSince = null
      this.enter('connecting', 'opening')
    } else {
      this.standby = connection
      this.overlapUntil = null
      this.rotateAt = null
    }
  }

  /** Why it has not begun to connect: what keeps it from that explains a connection that was merely cut, too. */
  explainWait(reason: string, fault: Fault | null): void {
    if (this.current !== null || this.state === 'stopped') return
    this.enter('waiting', reason)
    if (fault !== null) this.explainBy(fault)
  }

  tick(now: number): void {
    const { current, standby } = this
    current?.tick(now)
    standby?.tick(now)
    if (standby !== null && standby === this.standby) {
      const problem = standby.lost(now)
      const overdue = standby.isOpen && now - standby.startedAt > this.host.timing.rotationBoundMs
      const isOver = this.overlapUntil !== null && this.overlapUntil <= now
      if (problem !== null) this.drop(standby, lossOf(problem), now)
      else if ((overdue || isOver) && current?.owesAnswer !== true) this.takeOver(now)
    }
    if (current !== null && current === this.current) {
      const problem = current.lost(now)
      if (problem !== null) {
        this.drop(current, lossOf(problem), now)
        if (this.state === 'waiting') this.enter('silent', problem)
      }
    }
  }

  /** A pause was noticed; `wake` follows when what came meanwhile has been read. */
  pauseNoticed(): void {
    this.current?.discountLife()
    this.standby?.discountLife()
  }

  /** The machine slept, or this process stood still, for `pauseMs`: what cannot have survived is replaced, the rest must answer. */
  wake(now: number, pauseMs: number): void {
    this.retry.reset()
    this.cuts = 0
    for (const connection of [this.standby, this.current]) {
      if (connection === null) continue
      connection.tick(now)
      const quiet = connection.silentMs(now) > 0
      const isLong = pauseMs > this.host.rules.silenceMs
      if (connection.isOpen && !(quiet && (isLong || connection.lost(now) !== null))) {
        // After a long one what comes may have lain unread since before it.
        connection.probe(now, 'after a pause of this machine', isLong)
      } else this.drop(connection, lossOf(`this machine paused for ${Math.round(pauseMs / 1_000)} s`, 'sleep'), now)
    }
    if (this.current === null) this.dueAt = now
  }

  /** The network is another: what is open must answer, what was about to open begins anew, and nothing waits. */
  networkChanged(now: number, why: string): void {
    this.retry.reset()
    this.cuts = 0
    for (const connection of [this.standby, this.current]) {
      if (connection === null) continue
      if (connection.isOpen) connection.probe(now, why)
      else this.drop(connection, lossOf(`begun anew ${why}`, 'network'), now)
    }
    if (this.current === null) this.dueAt = now
  }

  /** A sibling was lost: those that have been quiet since the last tick must answer. */
  doubt(now: number): void {
    for (const connection of [this.standby, this.current]) {
      if (connection?.isOpen === true && connection.silentMs(now) > 0)
        connection.probe(now, 'when asked for a sign of life')
    }
  }

  /** The standby takes over now, if `generation` is one: its owner cannot keep more back. */
  takeOverNow(generation: number): void {
    if (this.standby?.generation !== generation) return
    const now = performance.now()
    const { current } = this
    // Nobody waits for its answer any more, so that it counts as mute.
    if (current?.owesAnswer === true && this.hasHole(current, now)) {
      this.goDown([...this.wanted], 'no answer before its replacement had to take over', current)
    }
    this.takeOver(now)
  }

  stop(reason: string): void {
    this.goDown([...this.up], reason, this.current)
    this.dueAt = null
    this.rotateAt = null
    const leaving = [this.current, this.standby]
    this.current = null
    this.standby = null
    for (const connection of leaving) connection?.close()
    this.enter('stopped', reason)
  }

  /** Of the connection that counts; null while it is not open. */
  life(now: number): ConnectionLife | null {
    return this.current?.isOpen === true ? this.current.life(now) : null
  }

  status(now: number): SocketStatus {
    const { current } = this
    const waitMs = current === null && this.dueAt !== null ? Math.max(0, this.dueAt - now) : null
    return {
      name: this.name,
      feed: this.host.rules.id,
      state: this.state,
      reason: this.reason,
      since: this.since,
      nextAttemptAt: waitMs === null ? null : Math.round(Date.now() + waitMs),
      topics: this.wanted.size,
      acknowledged: current?.subscriptions.acknowledged ?? 0,
      latencyMs: current?.latencyMs ?? null,
      messagesPerSecond: current?.framesPerSecond(now) ?? 0,
      lastFrameAt: current?.lastFrameAt ?? null,
      reconnects: this.reconnects,
    }
  }

  private opened(connection: FeedConnection): void {
    if (this.everOpened) this.reconnects++
    this.everOpened = true
    this.planRotation(connection)
    this.settle(connection)
  }

  private answered(connection: FeedConnection, refusals: readonly Refusal[]): void {
    if (connection === this.current) {
      for (const refusal of refusals) {
        this.host.callbacks.onRefused(refusal, this.nameOf(connection))
        if (this.up.has(refusal.wire)) this.goDown([refusal.wire], refusal.message, connection)
      }
      this.settle(connection)
    } else if (connection === this.standby && connection.isReady) {
      this.saySubscribed(connection)
      if (this.overlapUntil !== null) return
      const now = performance.now()
      this.overlapUntil = now + this.host.timing.overlapMs
      // Of one that is mute, silence would tell only when the other has long taken over, and nobody would know of the hole.
      this.current?.probe(now, 'before its replacement took over')
    }
  }

  /** Live when every wire of the current connection has its answer, connecting until then. */
  private settle(connection: FeedConnection): void {
    if (!connection.isReady) {
      this.enter('connecting', 'subscribing')
      return
    }
    this.enter('live', null)
    this.saySubscribed(connection)
    const fresh: string[] = []
    for (const wire of this.wanted) {
      if (this.up.has(wire) || !connection.subscriptions.isAcknowledged(wire)) continue
      this.up.add(wire)
      fresh.push(wire)
    }
    this.saidDown = false
    this.saidCause = null
    this.host.callbacks.onFault?.(null)
    if (fresh.length > 0) this.host.callbacks.onUp(fresh, this.nameOf(connection))
  }

  private takeOver(now: number): void {
    const { current: old, standby: fresh } = this
    if (fresh === null) return
    this.current = fresh
    this.standby = null
    this.overlapUntil = null
    if (old !== null) {
      old.close()
      this.host.callbacks.onTakeover(fresh.generation, old.generation)
      this.host.callbacks.onNotice(`${this.name}: a new connection has taken over`, this.nameOf(fresh))
    }
    if (!fresh.isOpen) {
      this.enter('connecting', 'opening')
      return
    }
    this.planRotation(fresh, now)
    const missing = [...this.up].filter((wire) => !fresh.subscriptions.isAcknowledged(wire))
    this.goDown(missing, 'the new connection has not acknowledged it', fresh)
    this.settle(fresh)
  }

  /** Its end as the socket reports it. Those we closed ourselves are no longer ours by then. */
  private ended(connection: FeedConnection, end: SocketEnd): void {
    if (connection === this.standby) this.standbyLost(connection, end, performance.now())
    if (connection === this.current) this.currentLost(end, performance.now())
  }

  private drop(connection: FeedConnection, loss: Loss, now: number): void {
    connection.terminate()
    if (connection === this.standby) this.standbyLost(connection, loss, now)
    if (connection === this.current) this.currentLost(loss, now)
  }

  private standbyLost(lost: FeedConnection, loss: Loss, now: number): void {
    this.standby = null
    this.overlapUntil = null
    this.rotateAt = now + this.waitAfter(lost, loss, now).delayMs
  }

  /** How long to leave it alone: by the circuit for what refuses us, at a steady pace for what does not answer. */
  private waitAfter(lost: FeedConnection | null, loss: Loss, now: number): { delayMs: number; open: boolean } {
    const { pacer, rules, timing, random } = this.host
    const { fault } = loss
    const askedMs = loss.retryAfterMs ?? 0
    const ageMs = lost?.ageMs(now) ?? 0
    const isOpen = lost?.isOpen === true
    if (ageMs >= timing.stableMs) {
      this.retry.reset()
      this.cuts = 0
    }
    if (isOpen) pacer.doubt(now)
    const isUnwanted = isOpen && ageMs < timing.unwantedMs && loss.cause === undefined && fault.kind === 'disconnect'
    if (!isPassing(fault) || isUnwanted) {
      const decision = this.retry.fail()
      const delayMs = Math.max(decision.delayMs, askedMs)
      if (!isOpen && (fault.kind === 'blocked' || fault.kind === 'rate_limited')) {
        pacer.hold(rules.url, now + delayMs, fault.kind === 'blocked')
      }
      return { delayMs, open: decision.open }
    }
    if (askedMs > 0) pacer.hold(rules.url, now + askedMs, false)
    this.waitingSince = now
    this.cuts++
    const paceMs = isOpen ? fullJitter(timing, this.cuts, random) : pacer.failed(rules.url, timing, fault, now)
    return { delayMs: Math.max(paceMs, askedMs), open: false }
  }

  /** What ends, or does not answer, when its calendar said that it would, or soon after the server said so, is maintenance. */
  private announcedOr(loss: Loss, now: number): Loss {
    const { announced } = this
    const { kind } = loss.fault
    const planned =
      loss.cause === undefined && (kind === 'disconnect' || kind === 'outage') ? this.host.announced() : null
    if (planned !== null) return { ...loss, fault: planned, reason: `${planned.words} (${loss.reason})` }
    if (announced === null || now - announced.at > announcedForMs || (kind !== 'disconnect' && kind !== 'outage'))
      return loss
    const words = `it said before that it would close: ${announced.message}`
    return { ...loss, fault: { kind: 'maintenance', words, until: null }, reason: `${words} (${loss.reason})` }
  }

  private causeOf(loss: Loss): DownCause {
    if (loss.cause !== undefined) return loss.cause
    const cause = causeOf(loss.fault)
    return cause === 'disconnect' ? (this.host.pacer.network.watch?.recentCause() ?? cause) : cause
  }

  private currentLost(given: Loss, now: number): void {
    const lost = this.current
    const loss = this.announcedOr(given, now)
    const { standby } = this
    const { reason } = loss
    const cause = this.causeOf(loss)
    if (standby !== null) {
      // A standby that was ready by then carries on without a hole; one that is not leaves the wires down until it is.
      if (!standby.isReady || (loss.isMute === true && this.hasHole(lost, now)))
        this.goDown([...this.wanted], reason, lost, cause)
      if (standby.isOpen) this.reconnects++
      this.takeOver(now)
      return
    }
    this.current = null
    this.rotateAt = null
    if (lost?.isOpen === true) this.lostAt = now
    const decision = this.waitAfter(lost, loss, now)
    const reconnectMs = decision.delayMs
    this.dueAt = now + reconnectMs
    this.host.callbacks.onFault?.(loss.fault)
    if (lost !== null) {
      const circuitOpen = decision.open
      this.host.callbacks.onStep?.({ step: 'lost', ...this.named(lost), reason, reconnectMs, circuitOpen })
    }
    this.enter(decision.open ? 'open_circuit' : 'waiting', reason)
    // Said for every connection that may have brought something, and once for a row of attempts that never opened.
    const isExplained = this.saidCause === 'disconnect' && cause !== 'disconnect'
    if (lost?.isOpen === true || !this.saidDown || isExplained) this.goDown([...this.wanted], reason, lost, cause)
  }

  /** For a mute one: since before the standby was ready, so that what was sent between the two came over neither. */
  private hasHole(lost: FeedConnection | null, now: number): boolean {
    if (lost === null) return false
    const readyAt = this.overlapUntil === null ? now : this.overlapUntil - this.host.timing.overlapMs
    return now - lost.silentMs(now) < readyAt
  }

  /** While it waited for its turn, another's attempt at the host may have told what a connection that was merely cut had to do with. */
  private explain(): void {
    const { pacer, rules } = this.host
    const fault = pacer.faultSince(rules.url, this.lostAt)
    if (fault !== null) this.explainBy(fault)
  }

  private explainBy(fault: Fault): void {
    if (!this.saidDown || this.saidCause !== 'disconnect') return
    const cause = causeOf(fault)
    if (cause !== 'disconnect') this.goDown([...this.wanted], fault.words, null, cause)
  }

  private goDown(
    wires: readonly string[],
    reason: string,
    by: FeedConnection | null,
    cause: DownCause = 'disconnect',
  ): void {
    if (wires.length === 0) return
    if (wires.length === this.wanted.size) {
      this.saidDown = true
      this.saidCause = cause
    }
    for (const wire of wires) this.up.delete(wire)
    const heardAt = by?.isOpen === true ? Date.now() - Math.round(by.silentMs(performance.now())) : null
    this.host.callbacks.onDown(wires, reason, by === null ? null : this.nameOf(by), cause, heardAt)
  }

  private nameOf(connection: FeedConnection): string {
    return `${this.name}/${connection.id}`
  }

  private named(connection: FeedConnection): { readonly connection: string; readonly generation: number } {
    return { connection: this.nameOf(connection), generation: connection.generation }
  }

  private saySubscribed(connection: FeedConnection): void {
    if (this.saidSubscribed.has(connection)) return
    this.saidSubscribed.add(connection)
    const afterMs = performance.now() - connection.startedAt
    const { acknowledged: topics, refusals } = connection.subscriptions
    const said = { topics, refused: refusals.size, afterMs }
    this.host.callbacks.onStep?.({ step: 'subscribed', ...this.named(connection), ...said })
  }

  private planRotation(connection: FeedConnection, now = performance.now()): void {
    const { lifetimeMs } = this.host.rules
    if (lifetimeMs === null) return
    this.rotateAt = now - connection.ageMs(now) + lifetimeMs - rotationLeadMs(lifetimeMs, this.host.random)
  }

  private enter(state: ConnectionState, reason: string | null): void {
    if (state === this.state && reason === this.reason) return
    if (state !== this.state) this.since = Date.now()
    this.state = state
    this.reason = reason
    this.host.callbacks.onStatus()
  }
}

/** A loss that we declare. */
function lossOf(reason: string, cause?: DownCause): Loss {
  const isRefused = reason.startsWith(loginRefused)
  const fault: Fault = { kind: isRefused ? 'refused' : 'disconnect', words: reason, until: null }
  return { reason, fault, isMute: true, retryAfterMs: null, ...(cause === undefined ? {} : { cause }) }
}
