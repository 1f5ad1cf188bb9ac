/** Frames a second over the last few seconds, from a running count that somebody reads now and then. */
export class FrameRate {
  private readonly windowMs: number
  private readonly samples: { at: number; count: number }[] = []

  constructor(windowMs = 5_000) {
    this.windowMs = windowMs
  }

  /** `at` on a clock that only grows, ms; `count` since the beginning. */
  sample(at: number, count: number): void {
    const last = this.samples.at(-1)
    if (last !== undefined && at - last.at < this.windowMs / 10) return
    this.samples.push({ at, count })
    // One sample older than the window stays, so that the window is always covered.
    while ((this.samples[1]?.at ?? at) < at - this.windowMs) this.samples.shift()
  }

  perSecond(at: number, count: number): number {
    const first = this.samples[0]
    if (first === undefined) return 0
    // Over a second at least: the first moments of a connection would tell of wild rates.
    return ((count - first.count) * 1_000) / Math.max(1_000, at - first.at)
  }
}
