import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { VenueReply } from '../../venue.ts'

export type Pool = 'public' | 'spot' | 'futures' | 'management'

const windowMs = 30_000
const allowed: Readonly<Record<Pool, number>> = { public: 2_000, spot: 4_000, futures: 2_000, management: 2_000 }

interface Window {
  readonly startedAt: EpochMs
  used: number
}

/** Weight of each pool in 30 s that begin with the first request: `public` by address, the others by user; beyond it 429000. */
export class RequestLimiter {
  private readonly windows = new Map<string, Window>()
  private readonly limits: number

  /** `limits`: how many times the weight. */
  constructor(limits: number) {
    this.limits = limits
  }

  /** The headers of its reply, and the reply itself where the request is one too many. */
  take(pool: Pool, who: string, weight: number, now: EpochMs) {
    const key = `${pool} ${who}`
    let window = this.windows.get(key)
    if (window === undefined || now >= window.startedAt + windowMs || now < window.startedAt) {
      window = { startedAt: now, used: 0 }
      this.windows.set(key, window)
    }
    const limit = allowed[pool] * this.limits
    const isOver = window.used + weight > limit
    if (!isOver) window.used += weight
    const headers = {
      'gw-ratelimit-limit': String(limit),
      'gw-ratelimit-remaining': String(limit - window.used),
      'gw-ratelimit-reset': String(window.startedAt + windowMs - now),
    }
    const refusal: VenueReply | null = isOver
      ? { status: 429, headers, body: { code: '429000', msg: 'Too Many Requests' } }
      : null
    return { headers, refusal }
  }
}
