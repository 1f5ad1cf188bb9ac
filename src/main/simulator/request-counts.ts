/** How often callers asked: what the venues' limits are counted with. What follows on too often is each venue's own. */
import type { EpochMs } from '../../shared/domain/index.ts'

/** In windows of the venue's clock: each begins with a multiple of its length. */
export class WindowCounts {
  readonly #windows = new Map<string, { startedAt: EpochMs; used: number }>()

  /** What `who` has used of its present window, these included. */
  add(who: string, windowMs: number, now: EpochMs, weight = 1): number {
    const startedAt = now - (now % windowMs)
    const known = this.#windows.get(who)
    const used = (known?.startedAt === startedAt ? known.used : 0) + weight
    this.#windows.set(who, { startedAt, used })
    return used
  }
}

/** Within the last so many milliseconds, whenever they began. */
export class RecentCounts {
  readonly #windowMs: number
  readonly #times = new Map<string, readonly EpochMs[]>()

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** How often `who` has come, this time included, and whether or not it was let in. */
  add(who: string, now: EpochMs): number {
    const recent = (this.#times.get(who) ?? []).filter((at) => at > now - this.#windowMs && at <= now)
    this.#times.set(who, [...recent, now])
    return recent.length + 1
  }
}
