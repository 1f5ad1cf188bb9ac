/**
 * Counting over a sliding minute: requests of a token or an address, and wrong guesses of an address. `now` is performance.now(): a
 * corrected wall clock locks nobody out for longer, and lets nobody in sooner.
 */

const minuteMs = 60_000
/** Keys that are remembered at once; the longest unused go first. */
const mostKeys = 10_000

/**
 * Counts per key over the last minute by two windows: what was counted in the one before fades out evenly. Exact at the borders,
 * two numbers a key, and no key grows.
 */
export class MinuteCounter {
  private readonly now: () => number
  private readonly keys = new Map<string, { window: number; count: number; before: number }>()

  constructor(now: () => number = () => performance.now()) {
    this.now = now
  }

  /** How many there were in the last minute. */
  count(key: string): number {
    const entry = this.keys.get(key)
    if (!entry) return 0
    const now = this.now()
    this.advance(entry, now)
    return entry.count + entry.before * (1 - (now % minuteMs) / minuteMs)
  }

  add(key: string): void {
    const now = this.now()
    const entry = this.keys.get(key) ?? { window: Math.floor(now / minuteMs), count: 0, before: 0 }
    this.advance(entry, now)
    entry.count++
    // At the end of the map: it is the last that goes when there are too many.
    this.keys.delete(key)
    this.keys.set(key, entry)
    if (this.keys.size > mostKeys) for (const oldest of this.keys.keys()) return void this.keys.delete(oldest)
  }

  private advance(entry: { window: number; count: number; before: number }, now: number): void {
    const window = Math.floor(now / minuteMs)
    if (window === entry.window) return
    entry.before = window === entry.window + 1 ? entry.count : 0
    entry.count = 0
    entry.window = window
  }
}

/** After this many wrong tokens in a minute an address is refused for a minute; those who bring a good one are not. */
export class LockOut {
  private readonly now: () => number
  private readonly failures: MinuteCounter
  private readonly most: number
  private readonly lockedUntil = new Map<string, number>()

  constructor(most: number, now: () => number = () => performance.now()) {
    this.most = most
    this.now = now
    this.failures = new MinuteCounter(now)
  }

  /** Seconds to wait; null: it is not locked out. */
  wait(address: string): number | null {
    const until = this.lockedUntil.get(address)
    if (until === undefined) return null
    const left = until - this.now()
    if (left > 0) return Math.ceil(left / 1_000)
    this.lockedUntil.delete(address)
    return null
  }

  fail(address: string): void {
    if (this.lockedUntil.has(address)) return
    this.failures.add(address)
    if (this.failures.count(address) < this.most) return
    this.lockedUntil.set(address, this.now() + minuteMs)
    if (this.lockedUntil.size > mostKeys)
      for (const oldest of this.lockedUntil.keys()) return void this.lockedUntil.delete(oldest)
  }
}
