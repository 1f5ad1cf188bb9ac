/** Sends that are kept free for heartbeats and pongs, which cannot wait. */
const reserved = 2

/**
 * Keeps one socket below the frames a second that its server allows. Counts what was sent within the last second: requests
 * (subscribe, unsubscribe) and what follows their acks wait for `hasRoom`, heartbeats and pongs never wait but are counted.
 */
export class Pacer {
  private readonly windowMs: number
  private readonly limit: number
  private readonly sent: number[] = []

  /** `sendsPerSecond` below 1 means one frame in so many seconds. */
  constructor(sendsPerSecond: number) {
    this.windowMs = sendsPerSecond < 1 ? 1_000 / sendsPerSecond : 1_000
    this.limit = Math.max(1, Math.floor(sendsPerSecond) - reserved)
  }

  note(now: number): void {
    this.sent.push(now)
  }

  hasRoom(now: number): boolean {
    while ((this.sent[0] ?? now) <= now - this.windowMs) this.sent.shift()
    return this.sent.length < this.limit
  }
}

/** Keeps frames of one kind so far apart as their server wants them, which counts the time between two of them, not those of a second. */
export class Spacing {
  private readonly leastMs: number
  private freeAt = Number.NEGATIVE_INFINITY

  constructor(leastMs: number) {
    this.leastMs = leastMs
  }

  note(now: number): void {
    this.freeAt = now + this.leastMs
  }

  /** 0: the next one may go. */
  waitMs(now: number): number {
    return Math.max(0, this.freeAt - now)
  }
}
