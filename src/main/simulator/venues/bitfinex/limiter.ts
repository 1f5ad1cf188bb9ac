import type { EpochMs } from '../../../../shared/domain/index.ts'
import { WindowCounts } from '../../request-counts.ts'
import type { VenueReply } from '../../venue.ts'

const windowMs = 60_000
/** An address that asks too often is not heard for so long. */
const blockMs = 60_000

/** So many requests a minute, address and endpoint; whoever asks more often is blocked for a minute. */
export class RequestLimiter {
  private readonly counts = new WindowCounts()
  private readonly blocked = new Map<string, EpochMs>()
  private readonly limits: number

  /** `limits`: how many times the requests. */
  constructor(limits: number) {
    this.limits = limits
  }

  /** null: the request may be answered. */
  take(endpoint: string, address: string, allowed: number, now: EpochMs): VenueReply | null {
    if (now < (this.blocked.get(address) ?? 0)) return refused
    if (this.counts.add(`${address} ${endpoint}`, windowMs, now) <= allowed * this.limits) return null
    this.blocked.set(address, now + blockMs)
    return refused
  }
}

const refused: VenueReply = { status: 429, body: { error: 'ERR_RATE_LIMIT' } }
