import type { EpochMs } from '../../shared/domain/index.ts'

/** Seconds that went by without a snapshot. */
export interface Gap {
  /** The first of them, epoch ms. */
  readonly first: EpochMs
  readonly seconds: number
  /** When the gap was noticed, epoch ms. */
  readonly now: EpochMs
}

export interface SnapshotClockOptions {
  readonly now: () => EpochMs
  /** A full second has come; `jitterMs` have passed since. */
  readonly onSecond: (second: EpochMs, jitterMs: number) => void
  /** The program was blocked or asleep past whole seconds, or the clock was set forward. */
  readonly onGap: (gap: Gap) => void
  /** The clock was set back by more than a few seconds: seconds that were already told come again. */
  readonly onSetBack: (ms: number) => void
}

/** A clock set back by no more than this is waited for, so that no second is told twice. */
const waitedForMs = 5_000

const secondOf = (at: EpochMs): EpochMs => at - (at % 1_000)

/**
 * Tells every full second once. Each wait is computed anew from the clock, so it does not drift. After a gap the second under
 * way belongs to it too: what was received by then still waits unread in the sockets, so the newest known quotes are not those
 * of that second.
 */
export class SnapshotClock {
  private readonly options: SnapshotClockOptions
  private timer: NodeJS.Timeout | null = null
  /** The next second to tell, epoch ms; Infinity while stopped. */
  private due = Number.POSITIVE_INFINITY

  constructor(options: SnapshotClockOptions) {
    this.options = options
  }

  start(): void {
    const now = this.options.now()
    this.due = secondOf(now) + 1_000
    this.schedule(now)
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.due = Number.POSITIVE_INFINITY
  }

  /**
   * Call with the time of whatever is about to change: the second due is told first when it has passed already, so that
   * nothing received after it gets into it, however late the timer is.
   */
  before(at: EpochMs): void {
    if (at > this.due) this.run()
  }

  private run(): void {
    const { now: clock, onSecond, onGap, onSetBack } = this.options
    const now = clock()
    const due = this.due
    const second = secondOf(now)
    // A timer may fire a little early, and a clock set back a little is waited for; neither moves the second due.
    const setBackMs = due - now > waitedForMs ? due - now : 0
    if (now >= due || setBackMs > 0) this.due = second + 1_000
    this.schedule(now)
    if (setBackMs > 0) onSetBack(setBackMs)
    else if (second === due) onSecond(second, now - second)
    else if (second > due) onGap({ first: due, seconds: (second - due) / 1_000 + 1, now })
  }

  private schedule(now: EpochMs): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = setTimeout(() => this.run(), Math.max(1, this.due - now))
  }
}
