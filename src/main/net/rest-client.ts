import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, errors } from 'undici'
import type { EpochMs, RateLimitBudget } from '../../shared/domain/index.ts'
import { type BackoffRules, fullJitter, type Random } from './backoff.ts'
import { type BucketCounts, Buckets, networkBoundsMs } from './buckets.ts'
import type { ClockProbe } from './clock.ts'
import { parseExactJson } from './exact-json.ts'
import { directNetwork, type Network } from './network.ts'
import { OriginDoor } from './origin-door.ts'
import { type OriginMap, swapOrigin } from './origins.ts'
import type { Grant, PoolMeasurements, Priority, RateLimiter } from './rate-limit.ts'
import type { ReplyHead, RestCall, RestDialect, RestFailure, RestResult } from './rest.ts'
import {
  failureOfStatus,
  largestBodyBytes,
  parseJson,
  readBody,
  readText,
  transportFailure,
  unreadable,
} from './rest-reply.ts'
import { retryAfterMs } from './retry-after.ts'
import { type Fault, faultOfAnswer, faultOfError } from './trouble.ts'
import { veiled } from './veil.ts'
import { connectorOf } from './ways.ts'

export interface RestTiming {
  readonly connectTimeoutMs: number
  /** From the request to the reply's head. */
  readonly headersTimeoutMs: number
  /** The same while the sockets' word is that nobody may be there; not of history, which takes its time. */
  readonly doubtfulHeadersTimeoutMs: number
  /** Between two pieces of the body. */
  readonly bodyTimeoutMs: number
  /** One attempt as a whole. */
  readonly attemptTimeoutMs: number
  readonly backoff: BackoffRules
  /** Attempts in all, the first included. */
  readonly attempts: number
  /** A reply that asks to wait longer than this ends the call; its pool stays blocked all the same. */
  readonly longestWaitMs: number
  /** The pool rests so long after a ban that names no end. */
  readonly banMs: number
}

const usualTiming: RestTiming = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 15_000,
  doubtfulHeadersTimeoutMs: 5_000,
  bodyTimeoutMs: 15_000,
  attemptTimeoutMs: 60_000,
  backoff: { baseMs: 500, capMs: 10_000 },
  attempts: 4,
  longestWaitMs: 120_000,
  banMs: 120_000,
}

/** To one origin at a time; history downloads run side by side. */
const connectionsPerOrigin = 8

/** Of attempts at an origin that did not answer the one before. */
const shakyTimeoutMs = 4_000
/** Every so many attempts in a row may take as long as ever: it may be slow, not dead. */
const patientEvery = 4
/** The longest pace of attempts at an origin that does not answer. */
const longestPaceMs = 3_000
/** Calls that wait for their head look up so often whether that is still worth while. */
const doubtEveryMs = 250
/** What was under way when the network changed may end on the old connections for so long. */
const lastWordsMs = 2_000

/** What the exchange's sockets say of it: none has brought anything lately, or it does not answer attempts to connect. */
export type SocketDoubt = 'silent' | 'down'

export interface RestClientOptions {
  readonly dialect: RestDialect
  readonly limiter: RateLimiter
  /** The way out, and the watch over it; straight and unwatched where none is given. */
  readonly network?: Network
  readonly origins?: OriginMap
  readonly timing?: Partial<RestTiming>
  /** null, or not given: nothing speaks against it. */
  readonly doubt?: () => SocketDoubt | null
  readonly random?: Random
  /** The exchange's clock, for time stamps of signed calls and the times in replies; this machine's unless said otherwise. */
  readonly now?: () => EpochMs
  /** After every attempt that was sent, or given up before. */
  readonly onAttempt?: (attempt: RestAttempt) => void
}

/** `ok`, or why it failed. */
export type RestOutcome = 'ok' | RestFailure['kind']

/** One attempt for the log: neither query nor headers, which hold signatures and keys. */
export interface RestAttempt {
  /** `9f31c2-17`; the attempts of one call share it. */
  readonly request: string
  readonly attempt: number
  /** `GET /api/v3/klines` */
  readonly endpoint: string
  readonly pool: string
  readonly weight: number
  /** For room in its pool, ms. */
  readonly waitedMs: number
  /** From sending to the end of the body, ms; null: nothing was sent. */
  readonly durationMs: number | null
  /** HTTP; null: no answer. */
  readonly status: number | null
  readonly outcome: RestOutcome
}

/** Since the start. */
export interface RestMeasurements {
  readonly attempts: ReadonlyMap<RestOutcome, number>
  /** From the request to the reply's head, ms. */
  readonly latencyMs: BucketCounts
  readonly pools: readonly PoolMeasurements[]
}

export interface CallOptions {
  readonly signal?: AbortSignal
  /** `interactive` unless said otherwise. */
  readonly priority?: Priority
}

interface Attempt<T> {
  readonly result: RestResult<T>
  readonly status: number | null
  readonly waitedMs: number
  readonly durationMs: number | null
  /** This machine's clock, epoch ms. */
  readonly sentAt: number
  /** When the reply's head came. */
  readonly receivedAt: number
}

/**
 * Carries out the requests of one exchange: waits for room in their pool, swaps origins, bounds time and size, retries what another
 * try may mend (network, unavailable, rateLimited) and obeys Retry-After. What goes wrong out there is a value; only a bug throws.
 */
export class RestClient {
  private readonly dialect: RestDialect
  private readonly limiter: RateLimiter
  private readonly origins: OriginMap
  private readonly timing: RestTiming
  private readonly random: Random
  private readonly now: () => EpochMs
  private readonly network: Network
  private readonly doubt: () => SocketDoubt | null
  private agent: Agent
  private readonly door: OriginDoor
  private readonly faults = new Map<string, Fault>()
  /** Hosts that ban this address, until when (epoch ms), and how long that was from when they said so (ms). */
  private readonly bans = new Map<string, { readonly until: EpochMs; readonly ms: number }>()
  private readonly unwatch: () => void
  private readonly closing = new AbortController()
  private lastLatencyMs: number | null = null
  private readonly onAttempt: (attempt: RestAttempt) => void
  private readonly clientId = randomBytes(3).toString('hex')
  private calls = 0
  private readonly outcomes = new Map<RestOutcome, number>()
  private readonly latency = new Buckets(networkBoundsMs)

  constructor(options: RestClientOptions) {
    this.dialect = options.dialect
    this.limiter = options.limiter
    this.origins = options.origins ?? {}
    this.timing = { ...usualTiming, ...options.timing }
    this.random = options.random ?? Math.random
    this.now = options.now ?? Date.now
    this.onAttempt = options.onAttempt ?? (() => undefined)
    this.network = options.network ?? directNetwork
    this.doubt = options.doubt ?? (() => null)
    const { baseMs, capMs } = this.timing.backoff
    this.door = new OriginDoor({ baseMs, capMs: Math.min(capMs, longestPaceMs) }, this.random)
    this.agent = this.createAgent()
    this.unwatch =
      this.network.watch?.on(({ kind }) => {
        if (kind !== 'clock') this.renew()
      }) ?? (() => undefined)
  }

  /** What kept the newest attempt at one of its origins from an answer, or what it was refused with; null: all are well, or untried. */
  get fault(): Fault | null {
    for (const fault of this.faults.values()) return fault
    return null
  }

  /** The same, of the origin that a call goes to. `url`: the documented one. */
  faultAt(url: string): Fault | null {
    return this.faults.get(new URL(swapOrigin(url, this.origins)).origin) ?? null
  }

  /** From request to the reply's head in the last answered attempt, ms; null before the first. */
  get latencyMs(): number | null {
    return this.lastLatencyMs
  }

  budgets(): RateLimitBudget[] {
    return this.limiter.budgets()
  }

  measurements(): RestMeasurements {
    return { attempts: this.outcomes, latencyMs: this.latency.read(), pools: this.limiter.measurements() }
  }

  /** For a call that another program makes from this address: waits behind everything of ours. An unknown pool throws. */
  reserve(pool: string, weight: number, signal?: AbortSignal): Promise<Grant> {
    return this.limiter.acquire(pool, weight, 'history', signal)
  }

  /** A parser that throws is a bug and rejects; everything else resolves. */
  async call<T>(call: RestCall<T>, options: CallOptions = {}): Promise<RestResult<T>> {
    const request = this.nextRequest()
    for (let failures = 1; ; failures++) {
      const { result } = await this.attempt(call, options, request, failures)
      if (result.ok || failures >= this.timing.attempts) return result
      const { kind, retryAfterMs: asked } = result.failure
      if (kind === 'rateLimited') {
        // The pool is blocked until the time told: the next attempt waits in its queue.
        if ((asked ?? 0) > this.timing.longestWaitMs) return result
      } else if (kind === 'network' || kind === 'unavailable') {
        // An origin that does not answer is paced for all its calls alike.
        const ownMs = kind === 'network' ? 0 : fullJitter(this.timing.backoff, failures, this.random)
        const waitMs = Math.max(asked ?? 0, ownMs)
        if (waitMs > this.timing.longestWaitMs) return result
        if (!(await this.pause(waitMs, options.signal))) return { ok: false, failure: cancelled }
      } else return result
    }
  }

  /** One attempt at asking for the time, with this machine's clock at both ends of it. */
  async probeClock(call: RestCall<number>): Promise<ClockProbe> {
    const { result, sentAt, receivedAt } = await this.attempt(call, {}, this.nextRequest(), 1)
    return result.ok ? { ok: true, sentAt, receivedAt, serverAt: result.value } : result
  }

  /** Cancels what is under way or waiting, and leaves no connection or timer behind. */
  async close(): Promise<void> {
    this.closing.abort()
    this.unwatch()
    this.door.open()
    this.limiter.close()
    await this.agent.destroy()
  }

  private nextRequest(): string {
    return `${this.clientId}-${++this.calls}`
  }

  private async attempt<T>(
    call: RestCall<T>,
    options: CallOptions,
    request: string,
    attempt: number,
  ): Promise<Attempt<T>> {
    const done = await this.send(call, options)
    const { result, waitedMs, durationMs, status } = done
    const outcome = result.ok ? 'ok' : result.failure.kind
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1)
    const { pool, weight } = call
    const endpoint = `${call.method ?? 'GET'} ${pathOf(call.url).replace(/[?#].*$/, '')}`
    this.onAttempt({ request, attempt, endpoint, pool, weight, waitedMs, durationMs, status, outcome })
    return done
  }

  private async send<T>(call: RestCall<T>, options: CallOptions): Promise<Attempt<T>> {
    const askedAt = performance.now()
    let grantedAt = askedAt
    let isSent = false
    const failed = (failure: RestFailure): Attempt<T> => ({
      result: { ok: false, failure },
      sentAt: 0,
      receivedAt: 0,
      status: null,
      waitedMs: grantedAt - askedAt,
      durationMs: isSent ? performance.now() - grantedAt : null,
    })
    if (this.closing.signal.aborted) return failed(cancelled)
    const grant = await this.limiter.acquire(call.pool, call.weight, options.priority ?? 'interactive', options.signal)
    grantedAt = performance.now()
    if (grant.state === 'cancelled') return failed(cancelled)
    const bannedUntil = grant.state === 'banned' ? grant.until : this.banOf(call)
    if (bannedUntil !== null) {
      const message = `the exchange has banned this address until ${new Date(bannedUntil).toISOString()}`
      return failed({ kind: 'banned', code: null, message, retryAfterMs: Math.max(0, bannedUntil - Date.now()) })
    }
    const { origin, host } = new URL(swapOrigin(call.url, this.origins))
    const admission = await this.door.enter(origin)
    if (!admission.isAdmitted) return failed(admission.failure)
    const isGone = () => this.closing.signal.aborted || options.signal?.aborted === true
    if (isGone()) {
      admission.settle(cancelled)
      return failed(cancelled)
    }
    const deadline = AbortSignal.timeout(this.timing.attemptTimeoutMs)
    const head = this.watchHead(origin, options.priority)
    const signals = [
      this.closing.signal,
      deadline,
      head.signal,
      ...(options.signal === undefined ? [] : [options.signal]),
    ]
    // Of the wall clock, which may have been set, or have gone on through a sleep, since the program started.
    const sentAt = Date.now()
    const begunAt = performance.now()
    let receivedAt = sentAt
    let replyHead: ReplyHead
    let text: string
    try {
      const signedAt = this.now()
      const { path, headers, body } = this.prepare(call, signedAt)
      isSent = true
      const isTrial = this.door.isClosed(origin) && !this.door.isPatient(origin, patientEvery)
      const reply = await this.agent.request({
        origin,
        path,
        method: call.method ?? 'GET',
        headers: { accept: 'application/json', 'accept-encoding': 'gzip', ...headers },
        body,
        signal: AbortSignal.any(signals),
        ...(isTrial ? { headersTimeout: Math.min(shakyTimeoutMs, this.timing.headersTimeoutMs) } : {}),
      })
      head.stop()
      receivedAt = sentAt + (performance.now() - begunAt)
      this.lastLatencyMs = receivedAt - sentAt
      this.latency.observe(receivedAt - sentAt)
      replyHead = { status: reply.statusCode, headers: reply.headers, ...(call.sign ? { signedAt } : {}) }
      text = await readText(reply)
    } catch (error) {
      head.stop()
      const gone = isGone()
      const seconds = this.timing.attemptTimeoutMs / 1_000
      const failure = gone
        ? cancelled
        : transportFailure(error, deadline.aborted ? `no answer within ${seconds} s` : null)
      if (failure.kind === 'network') this.faults.set(origin, faultOfError(error, host))
      admission.settle(failure.kind === 'network' || gone ? failure : null)
      return failed(failure)
    }
    const result = this.judge(call, origin, host, replyHead, text)
    admission.settle(!result.ok && result.failure.kind === 'network' ? result.failure : null)
    const durationMs = performance.now() - grantedAt
    const waitedMs = grantedAt - askedAt
    return { result, sentAt, receivedAt, status: replyHead.status, waitedMs, durationMs }
  }

  /** Gives up an attempt whose reply has not begun, once the sockets say that none may come; `stop` when it has. */
  private watchHead(origin: string, priority: Priority = 'interactive'): { signal: AbortSignal; stop(): void } {
    const gaveUp = new AbortController()
    if (priority === 'history') return { signal: gaveUp.signal, stop: () => undefined }
    const begunAt = performance.now()
    const timer = setInterval(
      () => {
        if (performance.now() - begunAt < this.timing.doubtfulHeadersTimeoutMs) return
        const doubt = this.doubt()
        // Silent sockets may be those of a quiet market: now and then the call may take as long as ever.
        if (doubt === null || (doubt === 'silent' && this.door.isPatient(origin, patientEvery))) return
        gaveUp.abort(new errors.HeadersTimeoutError())
      },
      Math.min(doubtEveryMs, this.timing.doubtfulHeadersTimeoutMs),
    )
    return { signal: gaveUp.signal, stop: () => clearInterval(timer) }
  }

  /**
   * Address and headers as they go out now, signed where the call asks for it. The query goes out to the letter, apart from the
   * address: as part of a URL some of its characters would be written otherwise (' as %27), and no signature would match.
   */
  private prepare(
    call: RestCall<unknown>,
    now: EpochMs,
  ): {
    path: string
    headers: Readonly<Record<string, string>>
    body: string | null
  } {
    const { method = 'GET', query } = call
    const plain = queryStringOf(query)
    const path = pathOf(call.url)
    const signed = call.sign?.({ method, path, query, queryString: plain, now })
    const queryString = signed?.queryString ?? plain
    const { pathname } = new URL(swapOrigin(call.url, this.origins))
    return {
      path: queryString === '' ? pathname : `${pathname}?${queryString}`,
      headers: { ...call.headers, ...signed?.headers },
      body: signed?.body ?? null,
    }
  }

  private createAgent(): Agent {
    const connectTimeoutMs = () =>
      this.network.watch?.isShaky === true || this.fault !== null
        ? Math.min(shakyTimeoutMs, this.timing.connectTimeoutMs)
        : this.timing.connectTimeoutMs
    return new Agent({
      connections: connectionsPerOrigin,
      connect: connectorOf(this.network, connectTimeoutMs),
      headersTimeout: this.timing.headersTimeoutMs,
      bodyTimeout: this.timing.bodyTimeoutMs,
      keepAliveTimeout: 30_000,
      maxResponseSize: largestBodyBytes,
    })
  }

  /** The network is another: kept connections lead nowhere, and nobody waits for the pace of before. */
  private renew(): void {
    const old = this.agent
    this.agent = this.createAgent()
    this.door.open()
    setTimeout(() => void old.destroy(), lastWordsMs).unref()
  }

  /** Reads the answer, or what came in its place, and remembers what is wrong with the origin. */
  private judge<T>(call: RestCall<T>, origin: string, host: string, head: ReplyHead, text: string): RestResult<T> {
    const isPrivate = call.sign !== undefined
    const plain = faultOfAnswer({ ...head, body: isPrivate ? veiled(text) : text, host })
    if (plain?.kind === 'captive_portal') {
      this.faults.set(origin, plain)
      return { ok: false, failure: { kind: 'network', code: null, message: plain.words, retryAfterMs: null } }
    }
    const read = this.read(call, head, text)
    const result =
      read.ok || !isPrivate ? read : { ...read, failure: { ...read.failure, message: veiled(read.failure.message) } }
    const fault = result.ok ? null : this.faultOf(result.failure, plain, head, text)
    if (fault === null) this.faults.delete(origin)
    else this.faults.set(origin, fault)
    return result
  }

  private faultOf(
    { kind, message, retryAfterMs: waitMs }: RestFailure,
    plain: Fault | null,
    head: ReplyHead,
    text: string,
  ): Fault | null {
    const maintenance = this.dialect.maintenance?.(head, text) ?? null
    if (maintenance !== null) return { kind: 'maintenance', ...maintenance }
    const until = waitMs === null ? null : Date.now() + waitMs
    if (kind === 'denied') return plain ?? { kind: 'blocked', words: message, until }
    if (kind === 'banned' || kind === 'rateLimited')
      return { kind: 'rate_limited', words: `it asks to wait: ${message}`, until }
    if (kind === 'unavailable') return plain ?? { kind: 'outage', words: `it answers with errors: ${message}`, until }
    return null
  }

  private read<T>(call: RestCall<T>, head: ReplyHead, text: string): RestResult<T> {
    const now = Date.now()
    // What a reply names as times is told by the exchange's clock.
    const exchangeNow = this.now()
    const usage = this.dialect.usage(call, head)
    if (usage !== null) {
      const { resetAt } = usage
      this.limiter.sync(call.pool, resetAt === undefined ? usage : { ...usage, resetAt: resetAt - exchangeNow + now })
    }
    const json = parseJson(text, call.exactIntegers ? parseExactJson : JSON.parse)
    const said = this.dialect.failure(head, json.ok ? json.value : text, exchangeNow) ?? failureOfStatus(head, text)
    if (said !== null) {
      const asked = said.retryAfterMs ?? retryAfterMs(head.headers['retry-after'], exchangeNow)
      const failure = { ...said, retryAfterMs: asked }
      this.obey(call, failure, now)
      return { ok: false, failure }
    }
    if (!json.ok) return unreadable(`the reply is no JSON: ${json.problem}`)
    const parsed = readBody(call, json.value, head)
    return parsed.ok ? parsed : unreadable(parsed.problem)
  }

  /** A limit concerns the whole pool, not only the call that met it, and a ban whatever is asked of that host. */
  private obey(call: RestCall<unknown>, failure: RestFailure, now: number): void {
    if (failure.kind === 'banned') {
      const ms = failure.retryAfterMs ?? this.timing.banMs
      this.bans.set(hostOf(call), { until: now + ms, ms })
      this.banOf(call)
    }
    if (failure.kind === 'rateLimited') {
      const refillMs = Math.min(Math.max(this.limiter.refillMs(call.pool), 1_000), 60_000)
      this.limiter.block(call.pool, now + (failure.retryAfterMs ?? refillMs), false)
    }
  }

  /** Until when its host answers nobody here, and its pool asks nothing meanwhile; null: it may be asked. */
  private banOf(call: RestCall<unknown>): EpochMs | null {
    const host = hostOf(call)
    const ban = this.bans.get(host)
    const now = Date.now()
    if (ban === undefined || ban.until <= now) return null
    // This machine's clock was set back: no ban lasts longer than was said.
    const until = Math.min(ban.until, now + ban.ms)
    this.bans.set(host, { ...ban, until })
    this.limiter.block(call.pool, until, true)
    return until
  }

  /** False: the call was cancelled meanwhile. */
  private async pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    const gone = AbortSignal.any(signal === undefined ? [this.closing.signal] : [this.closing.signal, signal])
    try {
      await delay(ms, undefined, { signal: gone })
      return true
    } catch (error) {
      if (gone.aborted) return false
      throw error
    }
  }
}

const cancelled: RestFailure = { kind: 'cancelled', code: null, message: 'cancelled', retryAfterMs: null }

const hostOf = ({ url }: RestCall<unknown>): string => new URL(url).host

/** The address of a call is its documented one, without a query. */
const pathOf = (url: string): string => /^[a-z]+:\/\/[^/?#]*(.*)$/i.exec(url)?.[1] ?? ''

const queryStringOf = (query: RestCall<unknown>['query']): string =>
  query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
