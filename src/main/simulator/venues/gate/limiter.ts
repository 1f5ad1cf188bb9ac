import type { EpochMs } from '../../../../shared/domain/index.ts'
import { WindowCounts } from '../../request-counts.ts'
import type { VenueReply } from '../../venue.ts'
import { seconds } from './format.ts'

const documentedRequests = 200
const windowMs = 10_000

/** 200 requests in 10 s per endpoint and address, told in the headers of every reply; then 429 until the window is over. */
export class RequestLimiter {
  readonly #counts = new WindowCounts()
  readonly #most: number

  /** `limits`: how many times as many requests. */
  constructor(limits = 1) {
    this.#most = documentedRequests * limits
  }

  /** The reply's headers, and the refusal when it is one too many. */
  take(
    endpoint: string,
    address: string,
    now: EpochMs,
  ): { headers: Record<string, string>; refusal: VenueReply | null } {
    const used = this.#counts.add(`${address} ${endpoint}`, windowMs, now)
    const isRefused = used > this.#most
    const headers = {
      'x-gate-ratelimit-requests-remain': String(Math.max(0, this.#most - used)),
      'x-gate-ratelimit-limit': String(this.#most),
      // While nothing is limited it is just the present.
      'x-gate-ratelimit-reset-timestamp': String(isRefused ? seconds(now - (now % windowMs) + windowMs) : seconds(now)),
      // The reset time is by the venue's clock, so the reply's date must be too.
      date: new Date(now).toUTCString(),
    }
    const body = { label: 'TOO_MANY_REQUESTS', message: 'Request Rate limit Exceeded' }
    return { headers, refusal: isRefused ? { status: 429, headers, body } : null }
  }
}
