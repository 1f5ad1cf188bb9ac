import type { EpochMs, RejectReason, SocketStatus } from '../../shared/domain/index.ts'
import { messageOf } from '../errors.ts'
import type { AccountEvent, AccountNormalizer, Ask, PrivateStream } from '../exchanges/account-contract.ts'
import type { Logger } from '../log.ts'
import { passingWaitMs, type Random, Retry, type RetryRules } from '../net/backoff.ts'
import type { ConnectPacer } from '../net/connect-pacer.ts'
import { logStep } from '../net/connection-log.ts'
import type { Control } from '../net/feed.ts'
import type { FeedCallbacks } from '../net/feed-callbacks.ts'
import type { OriginMap } from '../net/origins.ts'
import type { RestFailure } from '../net/rest.ts'
import { FeedSession } from '../net/session.ts'
import type { SessionTiming } from '../net/session-timing.ts'

/** A ticket whose sockets fail so often in a row is taken for a bad one. */
const failuresToRenew = 3
const extendRetryMs = 15_000
const clockEveryMs = 60_000
/** A stream in doubt has its ticket looked at this often. */
const doubtEveryMs = 30_000
/** Obtaining tickets; a refused stream is tried again as when the circuit is open. */
export interface TicketRetry extends RetryRules {
  /** What ends younger than this counts as failed. */
  readonly stableMs: number
}

export const usualTicketRetry: TicketRetry = {
  baseMs: 1_000,
  capMs: 60_000,
  failuresToOpen: 6,
  openMs: 120_000,
  openCapMs: 900_000,
  stableMs: 60_000,
}

export interface AccountStreamOptions {
  readonly stream: PrivateStream
  readonly ask: Ask
  /** The exchange's clock. */
  readonly now: () => EpochMs
  /** Never rejects. */
  readonly measureClock: () => Promise<unknown>
  readonly origins: OriginMap
  readonly pacer: ConnectPacer
  readonly logger: Logger
  readonly sessionTiming: Partial<SessionTiming>
  readonly ticketRetry: TicketRetry
  readonly random: Random
  readonly onEvents: (events: readonly AccountEvent[], receivedAt: EpochMs) => void
  /** All of it flows. `downSince` (this machine's clock): it had flowed before, and what happened since then was missed. */
  readonly onUp: (downSince: EpochMs | null) => void
  readonly onDown: (reason: string) => void
  readonly onRejectedKey: (code: string | null, message: string) => void
  readonly onRejectedFrame: (
    reason: RejectReason,
    detail: string,
    frame: Buffer,
    isBinary: boolean,
    receivedAt: EpochMs,
  ) => void
  readonly onStatus: () => void
}

/** One ticket's sockets. */
interface Link {
  readonly session: FeedSession
  readonly ticket: string | null
  readonly normalizers: Map<number, AccountNormalizer>
  readonly up: Set<string>
  readonly openedAt: EpochMs
  /** Sockets that ended in a row without all wires having been acknowledged. */
  failures: number
  /** Its ticket is no longer good: what it still brings is welcome, and proves nothing. */
  isDead: boolean
}

/**
 * One private stream through all its tickets: obtains one, opens its sockets, keeps it good, and takes another before or after it
 * ends. The old sockets stay until the new ones flow, so that what comes twice must be known by its receiver (it is: book.ts).
 */
export class AccountStream {
  private readonly options: AccountStreamOptions
  private readonly retry: Retry
  private readonly links: Link[] = []
  private readonly tickets = new Set<string>()
  private timer: NodeJS.Timeout | null = null
  private extendTimer: NodeJS.Timeout | null = null
  /** Since when the newest ticket is known to be good. */
  private goodSince: EpochMs = 0
  /** When it was last doubted, by the clock that nobody sets. */
  private doubtedAt = Number.NEGATIVE_INFINITY
  private renewing = false
  private phase: 'idle' | 'running' | 'stopped' = 'idle'
  private up = false
  private everUp = false
  private downSince: EpochMs | null = null
  /** By the clock that nobody sets: the machine's is what may be wrong. */
  private clockNotBefore = Number.NEGATIVE_INFINITY
  /** Why there is no socket, and when the next attempt comes. */
  private waiting: { readonly reason: string; readonly since: EpochMs; readonly nextAt: EpochMs | null }
  private readonly ending = new Set<Promise<void>>()
  private unwatch: (() => void) | null = null

  constructor(options: AccountStreamOptions) {
    this.options = options
    this.retry = new Retry(options.ticketRetry, options.random)
    this.waiting = { reason: 'not connected yet', since: Date.now(), nextAt: null }
  }

  get isLive(): boolean {
    return this.up
  }

  /** Flowed at least once. */
  get wasLive(): boolean {
    return this.everUp
  }

  start(): void {
    if (this.phase !== 'idle') return
    this.phase = 'running'
    const { watch } = this.options.pacer.network
    this.unwatch = watch?.onPause(() => this.extendIfDue()) ?? null
    this.renew()
  }

  /** Closes everything and begins anew later: the exchange refused it, and the account as a whole goes on. */
  suspend(reason: string): void {
    if (this.phase !== 'running') return
    this.forgive(this.links.at(-1))
    this.drop(reason)
    const { delayMs } = this.retry.fail()
    this.wait(reason, Math.max(delayMs, this.options.ticketRetry.capMs))
  }

  /**
   * Something happened that it should have told of: exchanges may fall silent without a word when a ticket ends, while the socket
   * lives on. Asks whether its ticket is still good, where there is one to ask about.
   */
  doubt(): void {
    const now = performance.now()
    if (!this.up || this.extendTimer === null || now - this.doubtedAt < doubtEveryMs) return
    this.doubtedAt = now
    clearTimeout(this.extendTimer)
    this.extendTimer = null
    void this.extend(this.goodSince)
  }

  async stop(): Promise<void> {
    this.phase = 'stopped'
    this.unwatch?.()
    this.drop('switched off')
    await Promise.all(this.ending)
  }

  status(): SocketStatus[] {
    const sockets = this.links.flatMap((link) => link.session.status())
    if (sockets.length > 0)
      return sockets.map((socket) => ({ ...socket, reason: socket.reason === null ? null : this.clean(socket.reason) }))
    const { reason, since, nextAt } = this.waiting
    const isStopped = this.phase === 'stopped'
    return [
      {
        name: `${this.options.stream.id}#1`,
        feed: this.options.stream.id,
        state: isStopped ? 'stopped' : nextAt === null ? 'connecting' : 'waiting',
        reason: isStopped ? 'switched off' : reason,
        since,
        nextAttemptAt: nextAt,
        topics: this.options.stream.wires.length,
        acknowledged: 0,
        latencyMs: null,
        messagesPerSecond: 0,
        lastFrameAt: null,
        reconnects: 0,
      },
    ]
  }

  /** Wires that the exchange will not serve, in words. */
  refusals(): string[] {
    return this.links.flatMap((link) =>
      [...link.session.refusals()].map(([wire, message]) => this.clean(`${wire}: refused (${message})`)),
    )
  }

  private drop(reason: string): void {
    if (this.timer !== null) clearTimeout(this.timer)
    if (this.extendTimer !== null) clearTimeout(this.extendTimer)
    this.timer = null
    this.extendTimer = null
    for (const link of this.links.splice(0)) this.end(link)
    this.goDown(reason, Date.now())
  }

  private end(link: Link): void {
    const ended: Promise<void> = link.session.stop().then(() => {
      this.ending.delete(ended)
    })
    this.ending.add(ended)
  }

  /** Another ticket, where the stream needs one, and its sockets. One at a time. */
  private renew(): void {
    if (this.renewing || this.phase !== 'running') return
    const { ticket } = this.options.stream
    if (ticket === null) {
      this.open(null)
      return
    }
    this.renewing = true
    this.waiting = { reason: 'obtaining access', since: Date.now(), nextAt: null }
    this.options.onStatus()
    void this.obtain().finally(() => {
      this.renewing = false
    })
  }

  private async obtain(): Promise<void> {
    const { stream, ask } = this.options
    if (stream.ticket === null) return
    let reply: Awaited<ReturnType<typeof stream.ticket.obtain>>
    try {
      reply = await stream.ticket.obtain(ask)
    } catch (error) {
      reply = { ok: false, failure: thrown(error) }
    }
    if (this.phase !== 'running') return
    if (reply.ok) {
      this.tickets.add(reply.value)
      this.open(reply.value)
      return
    }
    const { failure } = reply
    if (failure.kind === 'cancelled') return
    const isPassing = failure.kind === 'network' || failure.kind === 'unavailable'
    const { ticketRetry, random } = this.options
    const delayMs = isPassing ? passingWaitMs(ticketRetry, random) : this.retry.fail().delayMs
    const isRefused = failure.kind === 'rejectedKey' || failure.kind === 'forbidden'
    this.wait(
      `no access: ${failure.message}`,
      Math.max(delayMs, failure.retryAfterMs ?? 0, isRefused ? this.options.ticketRetry.capMs : 0),
    )
    if (failure.kind === 'rejectedKey') this.options.onRejectedKey(failure.code, failure.message)
  }

  private wait(reason: string, delayMs: number): void {
    if (this.phase !== 'running') return
    if (this.timer !== null) clearTimeout(this.timer)
    this.waiting = { reason: this.clean(reason), since: Date.now(), nextAt: Math.round(Date.now() + delayMs) }
    this.options.logger.warn({ stream: this.options.stream.id, reason: this.waiting.reason }, 'a private stream waits')
    this.timer = setTimeout(() => {
      this.timer = null
      this.renew()
    }, delayMs)
    this.options.onStatus()
  }

  private open(ticket: string | null): void {
    const { stream, now, origins, pacer, sessionTiming, random, logger } = this.options
    const callbacks: FeedCallbacks = {
      onSocket: (generation) => void link.normalizers.set(generation, stream.createNormalizer()),
      onFrame: (generation, data, isBinary, receivedAt) => this.read(link, generation, data, isBinary, receivedAt),
      onTakeover: () => {},
      onEnd: (generation, hadAnswer) => {
        link.normalizers.delete(generation)
        // A host that does not answer says nothing about the ticket.
        if (hadAnswer) this.ended(link)
      },
      onUp: (wires) => {
        for (const wire of wires) link.up.add(wire)
        this.settle(link)
      },
      onDown: (wires, reason) => {
        for (const wire of wires) link.up.delete(wire)
        if (!this.links.some(isUp(stream))) this.goDown(reason, Date.now())
      },
      onRefused: ({ wire, message }, connection) =>
        logger.warn(
          {
            connection: `account/${connection}`,
            stream: stream.id,
            wire: this.clean(wire),
            message: this.clean(message),
          },
          'a topic was refused',
        ),
      onNotice: (text, connection) =>
        logger.info({ connection: `account/${connection}`, stream: stream.id }, this.clean(text)),
      onStep: (step) => logStep(logger, 'account', step, (text) => this.clean(text)),
      onStatus: () => this.options.onStatus(),
    }
    const session = new FeedSession({
      rules: stream.rules(ticket, now),
      callbacks,
      origins,
      pacer,
      timing: sessionTiming,
      random,
    })
    const link: Link = {
      session,
      ticket,
      normalizers: new Map(),
      up: new Set(),
      openedAt: Date.now(),
      failures: 0,
      isDead: false,
    }
    this.links.push(link)
    session.start()
    session.want(new Set(stream.wires))
    this.planExtension(stream.ticket?.extendEveryMs ?? 0)
  }

  private settle(link: Link): void {
    if (!isUp(this.options.stream)(link)) return
    link.failures = 0
    // What came before has been replaced by it.
    const place = this.links.indexOf(link)
    for (const old of this.links.splice(0, place)) {
      if (old.ticket !== null && old.ticket !== link.ticket) this.tickets.delete(old.ticket)
      this.end(old)
    }
    if (this.up) return
    this.up = true
    this.everUp = true
    const { downSince } = this
    this.downSince = null
    this.options.logger.info({ stream: this.options.stream.id }, 'a private stream flows')
    this.options.onUp(downSince)
    this.options.onStatus()
  }

  private goDown(reason: string, since: EpochMs): void {
    if (!this.up) return
    this.up = false
    this.downSince = since
    this.options.logger[this.phase === 'running' ? 'warn' : 'debug'](
      { stream: this.options.stream.id, reason: this.clean(reason) },
      'a private stream is down',
    )
    this.options.onDown(this.clean(reason))
    this.options.onStatus()
  }

  /** A socket ended. Where a ticket is behind it, failing again and again means that the ticket is bad. */
  private ended(link: Link): void {
    if (this.phase !== 'running' || !this.links.includes(link) || isUp(this.options.stream)(link)) return
    link.failures++
    if (link.ticket === null || link.failures < failuresToRenew || this.renewing || this.timer !== null) return
    link.failures = 0
    link.isDead = true
    this.forgive(link)
    this.wait('its sockets do not open: another access is asked for', this.retry.fail().delayMs)
  }

  private expire(link: Link, reason: string, since: EpochMs): void {
    if (link.isDead || !this.links.includes(link)) return
    link.isDead = true
    if (!this.links.some(isUp(this.options.stream))) this.goDown(reason, since)
    this.options.logger.info({ stream: this.options.stream.id, reason: this.clean(reason) }, 'access is renewed')
    this.forgive(link)
    const isFirst = this.retry.failures === 0
    const { delayMs } = this.retry.fail()
    if (!isFirst) this.wait(reason, this.options.ticketRetry.baseMs + delayMs)
    else if (this.timer === null) this.renew()
    if (link.ticket !== null) return
    // Without a ticket there is nothing to keep good: the old socket makes room at once.
    this.links.splice(this.links.indexOf(link), 1)
    this.end(link)
  }

  /** A link that lived long was no failure, and what failed before it is over. */
  private forgive(link: Link | undefined): void {
    if (link !== undefined && Date.now() - link.openedAt >= this.options.ticketRetry.stableMs) this.retry.reset()
  }

  /** Once a minute at most: a time stamp that is refused after that is asked for again as everything refused is. */
  private async correctClock(link: Link): Promise<void> {
    if (performance.now() < this.clockNotBefore) return
    this.clockNotBefore = performance.now() + clockEveryMs
    await this.options.measureClock()
    if (this.links.includes(link)) link.session.retryRefused()
  }

  private planExtension(delayMs: number, goodSince: EpochMs = Date.now()): void {
    if (this.extendTimer !== null) clearTimeout(this.extendTimer)
    this.extendTimer = null
    this.goodSince = goodSince
    const ticket = this.options.stream.ticket
    if (ticket === null || ticket.extend === null || delayMs <= 0) return
    this.extendTimer = setTimeout(() => void this.extend(goodSince), delayMs)
  }

  /** Timers stand still while the machine sleeps, tickets do not: a ticket that has ended is often told by silence alone. */
  private extendIfDue(): void {
    if (this.extendTimer === null) return
    const { goodSince } = this
    const extendEveryMs = this.options.stream.ticket?.extendEveryMs ?? 0
    const ageMs = Date.now() - goodSince
    if (ageMs >= 0 && ageMs < extendEveryMs) {
      this.planExtension(extendEveryMs - ageMs, goodSince)
      return
    }
    clearTimeout(this.extendTimer)
    this.extendTimer = null
    void this.extend(goodSince)
  }

  private async extend(goodSince: EpochMs): Promise<void> {
    const { stream, ask, onRejectedKey, logger } = this.options
    const link = this.links.at(-1)
    const rules = stream.ticket
    if (link === undefined || link.ticket === null || !rules?.extend) return
    let failure: RestFailure | null = null
    try {
      const reply = await rules.extend(ask, link.ticket)
      failure = reply.ok ? null : reply.failure
    } catch (error) {
      failure = thrown(error)
    }
    if (this.phase !== 'running' || this.links.at(-1) !== link || link.isDead) return
    if (failure === null) {
      this.planExtension(rules.extendEveryMs)
      return
    }
    logger.warn({ stream: stream.id, problem: failure.kind, code: failure.code }, 'access could not be extended')
    if (failure.kind === 'invalid') this.expire(link, 'the access it was opened with has ended', goodSince)
    else this.planExtension(Math.min(extendRetryMs, rules.extendEveryMs), goodSince)
    if (failure.kind === 'rejectedKey') onRejectedKey(failure.code, failure.message)
  }

  private read(link: Link, generation: number, data: Buffer, isBinary: boolean, receivedAt: EpochMs): Control | null {
    const normalize = link.normalizers.get(generation)
    if (normalize === undefined) return null
    try {
      const normalized = normalize(data, isBinary, receivedAt)
      switch (normalized.kind) {
        case 'control':
          return normalized.control
        case 'events':
          this.options.onEvents(normalized.events, receivedAt)
          if (normalized.rejected !== undefined) {
            const { reason, detail } = normalized.rejected
            this.reject(reason, detail, data, isBinary, receivedAt)
          }
          return normalized.control ?? null
        case 'expired':
          this.expire(link, normalized.reason, receivedAt)
          return normalized.control ?? null
        case 'clock':
          void this.correctClock(link)
          return normalized.control
        case 'rejectedKey':
          this.options.onRejectedKey(normalized.code, this.clean(normalized.message))
          return normalized.control ?? null
        case 'rejected':
          this.reject(normalized.reason, normalized.detail, data, isBinary, receivedAt)
          return null
      }
    } catch (error) {
      // A bug, but one frame's: the stream goes on, and the sample says what to mend.
      this.reject('schema', `reading it threw ${String(error)}`, data, isBinary, receivedAt)
      return null
    }
  }

  private reject(reason: RejectReason, detail: string, data: Buffer, isBinary: boolean, receivedAt: EpochMs): void {
    const frame = isBinary || this.tickets.size === 0 ? data : Buffer.from(this.clean(data.toString('utf8')))
    this.options.onRejectedFrame(reason, this.clean(detail), frame, isBinary, receivedAt)
  }

  /** Without tickets: whoever holds one can read the account. */
  private clean(text: string): string {
    let clean = text
    for (const ticket of this.tickets) if (ticket.length >= 8) clean = clean.replaceAll(ticket, '***')
    return clean
  }
}

const isUp =
  (stream: PrivateStream) =>
  (link: Link): boolean =>
    !link.isDead && stream.wires.every((wire) => link.up.has(wire))

const thrown = (error: unknown): RestFailure => ({
  kind: 'unreadable',
  code: null,
  message: messageOf(error),
  retryAfterMs: null,
})
