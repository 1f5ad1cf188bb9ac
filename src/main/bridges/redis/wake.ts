/** What comes together goes together: a batch is made this long after the first of it, ms. */
const gatherMs = 5
/** Longer than any timer should be asked for. */
const longestMs = 60_000

/** One sleeper that many may wake; waking one that is awake costs a comparison, and keeps it from falling asleep. */
export class Wake {
  private sleeper: (() => void) | null = null
  private timer: NodeJS.Timeout | null = null
  private called = false
  private gathering = false

  /** Resolves after `ms`, or once it is called. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.sleeper = resolve
      if (this.called) this.gather()
      else this.timer = setTimeout(() => this.now(), Math.min(ms, longestMs))
    })
  }

  /** Within a few milliseconds. */
  soon(): void {
    if (this.gathering) return
    this.called = true
    if (this.sleeper) this.gather()
  }

  now(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.gathering = false
    const { sleeper } = this
    this.sleeper = null
    this.called = sleeper === null
    sleeper?.()
  }

  private gather(): void {
    if (this.timer) clearTimeout(this.timer)
    this.gathering = true
    this.timer = setTimeout(() => this.now(), gatherMs)
  }
}
