/** Request weight per address, as rest-api.md, "IP Limits", has it. */
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { VenueReply } from '../../venue.ts'

/** Documented: "repeatedly violating"; how often is not. */
const violationsBeforeBan = 10
/** Documented: bans grow from 2 minutes to 3 days; by which factor is not. */
const firstBanMs = 2 * 60_000
const longestBanMs = 3 * 24 * 60 * 60_000

interface Caller {
  windowStart: EpochMs
  used: number
  violations: number
  bans: number
  bannedUntil: EpochMs
}

/** Counts in windows that begin with the clock's minute. */
export class WeightLimiter {
  readonly #limit: number
  readonly #intervalMs: number
  readonly #callers = new Map<string, Caller>()

  constructor(limit: number, intervalMs: number) {
    this.#limit = limit
    this.#intervalMs = intervalMs
  }

  /** Charges one request: what it has used so far, and the 429 or 418 to answer instead, else null. */
  charge(address: string, weight: number, now: EpochMs): { used: number; refusal: VenueReply | null } {
    const caller = this.#caller(address, now)
    if (now < caller.bannedUntil) return { used: caller.used, refusal: this.#banned(caller, now) }
    caller.used += weight
    if (caller.used <= this.#limit) return { used: caller.used, refusal: null }
    caller.violations += 1
    if (caller.violations <= violationsBeforeBan) return { used: caller.used, refusal: this.#limited(caller, now) }
    caller.bannedUntil = now + Math.min(longestBanMs, firstBanMs * 2 ** caller.bans)
    caller.bans += 1
    return { used: caller.used, refusal: this.#banned(caller, now) }
  }

  #caller(address: string, now: EpochMs): Caller {
    const windowStart = now - (now % this.#intervalMs)
    const known = this.#callers.get(address)
    const caller = known ?? { windowStart, used: 0, violations: 0, bans: 0, bannedUntil: 0 }
    if (!known) this.#callers.set(address, caller)
    if (caller.windowStart !== windowStart) {
      caller.windowStart = windowStart
      caller.used = 0
      caller.violations = 0
    }
    return caller
  }

  #limited(caller: Caller, now: EpochMs): VenueReply {
    const seconds = Math.ceil((caller.windowStart + this.#intervalMs - now) / 1_000)
    const minutes = this.#intervalMs / 60_000
    return {
      status: 429,
      headers: { 'Retry-After': String(seconds) },
      body: {
        code: -1003,
        msg: `Too much request weight used; current limit is ${this.#limit} request weight per ${minutes} MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
      },
    }
  }

  #banned(caller: Caller, now: EpochMs): VenueReply {
    return {
      status: 418,
      headers: { 'Retry-After': String(Math.ceil((caller.bannedUntil - now) / 1_000)) },
      body: {
        code: -1003,
        msg: `Way too much request weight used; IP banned until ${caller.bannedUntil}. Please use WebSocket Streams for live updates to avoid bans.`,
      },
    }
  }
}
