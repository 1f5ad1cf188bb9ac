import type { EpochMs } from '../../../../shared/domain/index.ts'
import { WindowCounts } from '../../request-counts.ts'
import type { VenueReply } from '../../venue.ts'

/** Weight that one address may use of one endpoint in a time, ms. */
export interface Allowance {
  readonly weight: number
  readonly windowMs: number
}
export const usualAllowance: Allowance = { weight: 500, windowMs: 10_000 }
/** Two calls a second, of weight 10 each. */
export const accountAllowance: Allowance = { weight: 20, windowMs: 1_000 }

/** Documented is only that repeated violation bans, for 2 minutes up to 3 days. The count is ours. */
const refusalsBeforeBan = 50
const shortestBanMs = 2 * 60_000
const longestBanMs = 3 * 24 * 60 * 60_000
/** Refusals longer ago than this are forgiven. */
const memoryMs = 60_000

interface Offender {
  refusals: number
  lastAt: EpochMs
  bans: number
  bannedUntil: EpochMs
}

/** 500 weight per 10 s, endpoint and address; then 429; for those who do not listen 418. */
export class RequestLimiter {
  private readonly counts = new WindowCounts()
  private readonly offenders = new Map<string, Offender>()
  private readonly limits: number

  /** `limits`: how many times the weight. */
  constructor(limits = 1) {
    this.limits = limits
  }

  /** null: the request may be answered. */
  take(
    endpoint: string,
    address: string,
    weight: number,
    now: EpochMs,
    { weight: allowed, windowMs }: Allowance = usualAllowance,
  ): VenueReply | null {
    const offender = this.offenders.get(address)
    if (offender && now < offender.bannedUntil) return refused(418, offender.bannedUntil - now)

    if (this.counts.add(`${address} ${endpoint}`, windowMs, now, weight) <= allowed * this.limits) return null
    const bannedForMs = this.count(address, now)
    return bannedForMs === null ? refused(429, windowMs - (now % windowMs)) : refused(418, bannedForMs)
  }

  /** How long the address is banned for, where this refusal is one too many. */
  private count(address: string, now: EpochMs): number | null {
    const offender = this.offenders.get(address) ?? { refusals: 0, lastAt: now, bans: 0, bannedUntil: 0 }
    this.offenders.set(address, offender)
    offender.refusals = now - offender.lastAt > memoryMs ? 1 : offender.refusals + 1
    offender.lastAt = now
    if (offender.refusals <= refusalsBeforeBan) return null
    const banMs = Math.min(shortestBanMs * 2 ** offender.bans, longestBanMs)
    offender.bans += 1
    offender.refusals = 0
    offender.bannedUntil = now + banMs
    return banMs
  }
}

function refused(status: 429 | 418, waitMs: number): VenueReply {
  const headers = { 'retry-after': String(Math.ceil(waitMs / 1_000)) }
  return { status, headers, body: { code: 429, msg: 'too many requests' } }
}
