import type { EpochMs, PollKind, PollStatus } from '../../shared/domain/index.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { fullJitter, passingWaitMs, type Random } from '../net/backoff.ts'
import type { RestFailure, RestResult } from '../net/rest.ts'
import type { AccountTiming } from './timing.ts'

export interface PollOptions {
  readonly kind: PollKind
  /** After a success, ms; drawn out by up to a tenth, so that accounts do not ask together. */
  readonly everyMs: () => number
  /** `rejectedKey`: what it means, the account decides; the poll waits as after `forbidden`. */
  readonly run: () => Promise<RestResult<null>>
  readonly timing: AccountTiming
  readonly random: Random
  readonly logger: Logger
  readonly onChange: () => void
  /** In words, what a key must be allowed for this. */
  readonly permission: string
}

/** One thing asked again and again: its schedule, its state in words. It runs once at a time. */
export class Poll {
  private readonly options: PollOptions
  private timer: NodeJS.Timeout | null = null
  /** As it is shown. */
  private nextAt: EpochMs | null = null
  /** By the clock that timers go by, which nobody sets and which may stand still while the machine sleeps; null: no run is planned. */
  private dueAt: number | null = null
  private running: Promise<void> | null = null
  /** Asked for while running: the run under way may have been too early. */
  private again: Promise<void> | null = null
  /** How long after it: the shortest wish. */
  private againMs = Number.POSITIVE_INFINITY
  /** Runs in a row that were wished for by `repeat`, and whether the next one is. */
  private repeats = 0
  private isRepeated = false
  private lastSuccessAt: EpochMs | null = null
  private failure: RestFailure | null = null
  private failures = 0
  private stopped = false

  constructor(options: PollOptions) {
    this.options = options
  }

  get hasSucceeded(): boolean {
    return this.lastSuccessAt !== null
  }

  get isRunning(): boolean {
    return this.running !== null
  }

  get lastFailure(): RestFailure | null {
    return this.failure
  }

  get succeededAt(): EpochMs | null {
    return this.lastSuccessAt
  }

  /** Runs in `delayMs` unless it is due before; while it fails, its own waiting holds. */
  soon(delayMs: number): void {
    if (this.stopped || (this.failure !== null && this.running === null)) return
    if (this.running !== null) {
      this.againMs = Math.min(this.againMs, delayMs)
      this.again ??= this.running.then(() => this.runAgain())
      return
    }
    if (this.dueAt === null || performance.now() + delayMs < this.dueAt) this.plan(delayMs)
  }

  /**
   * As `soon`, for what may follow from every run anew: twice as long for each run that such a wish led to, up to the usual interval,
   * until one ends without a further wish.
   */
  repeat(firstMs: number): void {
    this.isRepeated = true
    const { timing, everyMs } = this.options
    this.soon(Math.min(firstMs * 2 ** this.repeats, timing.snapshotEveryMs, everyMs()))
  }

  /** As `soon`, and also while it fails, unless for want of permission: the world has changed, and repeats begin anew. */
  nudge(delayMs: number): void {
    const kind = this.failure?.kind
    if (this.stopped || kind === 'forbidden' || kind === 'rejectedKey') return
    this.repeats = 0
    this.isRepeated = false
    if (this.running === null && kind !== undefined) this.plan(delayMs)
    else this.soon(delayMs)
  }

  /** The schedule has changed: what is due later than the new interval allows comes forward. */
  reschedule(): void {
    if (this.stopped || this.running !== null || this.failure !== null || this.dueAt === null) return
    const everyMs = this.options.everyMs()
    if (this.dueAt - performance.now() > everyMs) this.plan(everyMs * (0.9 + 0.1 * this.options.random()))
  }

  /** Runs now; resolves when a run that began after this call has ended, well or not. */
  demand(): Promise<void> {
    if (this.stopped) return Promise.resolve()
    if (this.running === null) return this.run()
    const { running } = this
    return running.then(() => (this.stopped ? undefined : (this.running ?? this.run())))
  }

  stop(): void {
    this.stopped = true
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.nextAt = null
    this.dueAt = null
  }

  status(): PollStatus {
    const { kind } = this.options
    const waiting = this.failure === null ? (this.lastSuccessAt === null ? 'waiting' : 'ok') : 'failed'
    return {
      kind,
      state: this.running !== null ? 'running' : waiting,
      lastSuccessAt: this.lastSuccessAt,
      nextAt: this.nextAt,
      problem: this.failure === null ? null : this.problemOf(this.failure),
    }
  }

  private runAgain(): void {
    const delayMs = this.againMs
    this.again = null
    this.againMs = Number.POSITIVE_INFINITY
    if (this.running === null) this.soon(delayMs)
  }

  private plan(delayMs: number): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.nextAt = Math.round(Date.now() + delayMs)
    this.dueAt = performance.now() + delayMs
    this.timer = setTimeout(() => void this.run(), delayMs)
  }

  private run(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.nextAt = null
    this.dueAt = null
    this.repeats = this.isRepeated ? this.repeats + 1 : 0
    this.isRepeated = false
    const running = this.once().then((result) => {
      this.running = null
      if (!this.stopped) this.settle(result)
    })
    this.running = running
    this.options.onChange()
    return running
  }

  private async once(): Promise<RestResult<null>> {
    try {
      return await this.options.run()
    } catch (error) {
      // A bug, but one poll's: it is shown and tried again.
      this.options.logger.error({ poll: this.options.kind, err: error }, 'a poll threw')
      const message = messageOf(error)
      return { ok: false, failure: { kind: 'unreadable', code: null, message, retryAfterMs: null } }
    }
  }

  private settle(result: RestResult<null>): void {
    const { timing, random, kind, logger } = this.options
    if (result.ok) {
      if (this.failure !== null) logger.info({ poll: kind }, 'asking works again')
      this.failure = null
      this.failures = 0
      if (!this.isRepeated) this.repeats = 0
      this.lastSuccessAt = Date.now()
      this.plan(this.options.everyMs() * (0.9 + 0.1 * random()))
    } else {
      const { failure } = result
      this.failures++
      if (this.failure?.kind !== failure.kind || this.failure.message !== failure.message) {
        const { kind: problem, code, message } = failure
        logger.warn({ poll: kind, problem, code, message }, 'an account could not be asked')
      }
      this.failure = failure
      const isRefused = failure.kind === 'forbidden' || failure.kind === 'rejectedKey'
      // Without an answer the pace stays steady: the network's return is noticed within seconds, and one call tries for all.
      const backoffMs =
        failure.kind === 'network'
          ? passingWaitMs(timing.backoff, random)
          : timing.backoff.baseMs / 4 + fullJitter(timing.backoff, this.failures, random)
      this.plan(isRefused ? timing.forbiddenEveryMs : Math.max(failure.retryAfterMs ?? 0, backoffMs))
    }
    this.options.onChange()
  }

  private problemOf(failure: RestFailure): string {
    const code = failure.code === null ? '' : ` (${failure.code})`
    if (failure.kind === 'forbidden')
      return `the key lacks permission to read ${this.options.permission}${code}: ${failure.message}`
    return `${words[failure.kind]}${code}: ${failure.message}`
  }
}

const words: Readonly<Record<RestFailure['kind'], string>> = {
  rateLimited: 'the exchange asks to wait',
  banned: 'the exchange has banned this IP address for a while',
  unavailable: 'the exchange is unavailable',
  invalid: 'the exchange refuses the request',
  denied: 'the exchange refuses this IP address or region',
  network: 'no answer from the exchange',
  unreadable: 'the answer could not be read',
  cancelled: 'cancelled',
  rejectedKey: 'the key was not accepted',
  forbidden: 'not permitted',
  clock: "the time stamp was refused: check this machine's clock",
}
