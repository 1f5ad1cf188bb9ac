import type { RateLimitBudget } from '../../shared/domain/index.ts'
import type { RateLimitPool } from './rest.ts'

/** `interactive`: somebody or something waits for it now. `history`: downloads that may take their time. */
export type Priority = 'interactive' | 'history'

export type Grant =
  | { readonly state: 'granted' }
  | { readonly state: 'cancelled' }
  /** The exchange has banned us until then (epoch ms); nothing may be sent, and waiting for it would be no answer. */
  | { readonly state: 'banned'; readonly until: number }

/** What a pool has granted since the start, and who waits for it now. */
export interface PoolMeasurements {
  readonly pool: string
  readonly grants: number
  readonly weight: number
  /** Over all grants, from asking to being granted, ms. */
  readonly waitedMs: number
  readonly waiting: Readonly<Record<Priority, number>>
}

interface Waiting {
  readonly weight: number
  readonly settle: (grant: Grant) => void
}

/** We count at other moments than the exchange does, and the trader's other programs may share its pool. */
const usableShare = 0.95
/** Of the usable weight, what downloads may take; the rest is always there for interactive calls. */
const historyShare = 0.7
/** Timers are set in steps of at most this, so that a ban of a month fits into one. */
const longestTimerMs = 60_000

/**
 * One pool of request weight. What was spent stays counted for a whole interval, so that no window of that length, wherever the
 * exchange begins its own, ever holds more than the limit. Requests wait in two queues, first come first served: history waits
 * behind every interactive request and may only use its share.
 */
class Pool {
  readonly id: string
  private limit: number
  private readonly intervalMs: number
  private readonly now: () => number
  private readonly spent: { weight: number; expiresAt: number }[] = []
  private readonly queues: Record<Priority, Waiting[]> = { interactive: [], history: [] }
  private timer: NodeJS.Timeout | null = null
  private blockedUntil = 0
  /** How long that was from when it was said, ms. */
  private blockMs = 0
  private banned = false
  private closed = false
  private grants = 0
  private granted = 0
  private waitedMs = 0

  constructor(pool: RateLimitPool, now: () => number) {
    this.id = pool.id
    this.limit = pool.limit
    this.intervalMs = pool.intervalMs
    this.now = now
  }

  acquire(weight: number, priority: Priority, signal: AbortSignal | undefined): Promise<Grant> {
    if (this.closed || signal?.aborted === true) return Promise.resolve({ state: 'cancelled' })
    const blockedUntil = this.blockEnd(this.now())
    if (this.banned && blockedUntil !== null) return Promise.resolve({ state: 'banned', until: blockedUntil })
    return new Promise((resolve) => {
      const leave = () => {
        const queue = this.queues[priority]
        const place = queue.indexOf(waiting)
        if (place >= 0) queue.splice(place, 1)
        waiting.settle({ state: 'cancelled' })
        this.advance()
      }
      const askedAt = performance.now()
      const waiting: Waiting = {
        weight,
        settle: (grant) => {
          if (grant.state === 'granted') {
            this.grants++
            this.granted += weight
            this.waitedMs += performance.now() - askedAt
          }
          signal?.removeEventListener('abort', leave)
          resolve(grant)
        },
      }
      signal?.addEventListener('abort', leave, { once: true })
      this.queues[priority].push(waiting)
      this.advance()
    })
  }

  /** What the exchange says it has counted. More than we did: somebody else shares the pool, and the difference is spent too. */
  sync(usage: { readonly used: number; readonly limit?: number; readonly resetAt?: number }): void {
    const now = this.now()
    if (usage.limit !== undefined && usage.limit > 0) this.limit = usage.limit
    const unknown = usage.used - this.used(now)
    if (unknown > 0) {
      const resetAt = usage.resetAt ?? now + this.intervalMs
      this.spent.push({ weight: unknown, expiresAt: Math.min(Math.max(resetAt, now), now + this.intervalMs) })
    }
    this.advance()
  }

  block(until: number, banned: boolean): void {
    const now = this.now()
    if (until > (this.blockEnd(now) ?? 0)) {
      this.blockedUntil = until
      this.blockMs = until - now
    }
    if (banned) {
      this.banned = true
      this.settleAll({ state: 'banned', until: this.blockedUntil })
    }
    this.advance()
  }

  budget(): RateLimitBudget {
    const now = this.now()
    const blockedUntil = this.blockEnd(now)
    return { pool: this.id, used: this.used(now), limit: this.limit, intervalMs: this.intervalMs, blockedUntil }
  }

  measurements(): PoolMeasurements {
    const waiting = { interactive: this.queues.interactive.length, history: this.queues.history.length }
    return { pool: this.id, grants: this.grants, weight: this.granted, waitedMs: this.waitedMs, waiting }
  }

  get refillMs(): number {
    return this.intervalMs
  }

  close(): void {
    this.closed = true
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.settleAll({ state: 'cancelled' })
  }

  private settleAll(grant: Grant): void {
    for (const waiting of [...this.queues.interactive.splice(0), ...this.queues.history.splice(0)]) {
      waiting.settle(grant)
    }
  }

  private used(now: number): number {
    let sum = 0
    for (let i = this.spent.length - 1; i >= 0; i--) {
      const entry = this.spent[i]
      if (entry === undefined || entry.expiresAt <= now) this.spent.splice(i, 1)
      else {
        // The wall clock was set back: nothing stays counted for longer than an interval.
        entry.expiresAt = Math.min(entry.expiresAt, now + this.intervalMs)
        sum += entry.weight
      }
    }
    return sum
  }

  /** null: it is not blocked (any more). */
  private blockEnd(now: number): number | null {
    // The wall clock was set back: nothing stays blocked for longer than was said.
    this.blockedUntil = Math.min(this.blockedUntil, now + this.blockMs)
    return this.blockedUntil > now ? this.blockedUntil : null
  }

  private ceiling(priority: Priority): number {
    const share = priority === 'interactive' ? usableShare : usableShare * historyShare
    return Math.max(1, Math.floor(this.limit * share))
  }

  /** Grants what fits now and sets the timer for what does not. */
  private advance(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    const now = this.now()
    const blockedUntil = this.blockEnd(now)
    if (blockedUntil === null) this.banned = false
    for (;;) {
      const priority: Priority = this.queues.interactive.length > 0 ? 'interactive' : 'history'
      const next = this.queues[priority][0]
      if (next === undefined) return
      if (blockedUntil !== null) {
        this.wakeIn(blockedUntil - now)
        return
      }
      const used = this.used(now)
      // A call heavier than the whole share goes out alone rather than never.
      if (used > 0 && used + next.weight > this.ceiling(priority)) {
        const soonest = this.spent.reduce((least, entry) => Math.min(least, entry.expiresAt), Number.POSITIVE_INFINITY)
        this.wakeIn(soonest - now)
        return
      }
      this.queues[priority].shift()
      this.spent.push({ weight: next.weight, expiresAt: now + this.intervalMs })
      next.settle({ state: 'granted' })
    }
  }

  private wakeIn(delayMs: number): void {
    // A timer may fire a moment early by the wall clock; one more millisecond saves the second round.
    this.timer = setTimeout(() => this.advance(), Math.min(delayMs, longestTimerMs) + 1)
  }
}

/** The weighed request pools of one exchange. Its queues are as long as its callers make them: calls, never market data. */
export class RateLimiter {
  private readonly pools: ReadonlyMap<string, Pool>

  constructor(pools: readonly RateLimitPool[], now: () => number = Date.now) {
    this.pools = new Map(pools.map((pool) => [pool.id, new Pool(pool, now)]))
  }

  /** Waits until the pool has room for `weight`; an aborted `signal` leaves the queue. An unknown pool is a bug and throws. */
  acquire(pool: string, weight: number, priority: Priority, signal?: AbortSignal): Promise<Grant> {
    return this.pool(pool).acquire(weight, priority, signal)
  }

  /** Takes over the exchange's own count. `resetAt` epoch ms. */
  sync(pool: string, usage: { readonly used: number; readonly limit?: number; readonly resetAt?: number }): void {
    this.pool(pool).sync(usage)
  }

  /** Nothing leaves the pool before `until` (epoch ms). `banned`: whoever waits is sent home, and so is whoever comes. */
  block(pool: string, until: number, banned: boolean): void {
    this.pool(pool).block(until, banned)
  }

  /** After this long the pool is full again. */
  refillMs(pool: string): number {
    return this.pool(pool).refillMs
  }

  budgets(): RateLimitBudget[] {
    return [...this.pools.values()].map((pool) => pool.budget())
  }

  measurements(): PoolMeasurements[] {
    return [...this.pools.values()].map((pool) => pool.measurements())
  }

  /** Everybody in a queue is cancelled; no timer is left. */
  close(): void {
    for (const pool of this.pools.values()) pool.close()
  }

  private pool(id: string): Pool {
    const pool = this.pools.get(id)
    if (pool === undefined) throw new Error(`there is no rate limit pool "${id}"`)
    return pool
  }
}
