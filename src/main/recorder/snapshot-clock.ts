import type { EpochMs } from '../../shared/domain/index.ts'

/** Why seconds went by: the program was late, the machine slept, or nothing went by but the clock was set forward. */
export type GapReason = 'busy' | 'sleep' | 'clock'

/** Seconds that went by without a snapshot. */
export interface Gap {
  /** The first of them, epoch ms. */
  readonly first: EpochMs
  readonly seconds: number
  readonly why: GapReason
  /** When the gap was noticed, epoch ms. */
  readonly now: EpochMs
}

export interface SnapshotClockOptions {
  readonly now: () => EpochMs
  /** Clocks that nobody sets, ms: the first may stand still while the machine sleeps, the second must not. */
  readonly elapsed: () => readonly [awake: number, always: number]
  /** A full second has come; `jitterMs` have passed since. */
  readonly onSecond: (second: EpochMs, jitterMs: number) => void
  /** The program was blocked or asleep past whole seconds, or the clock was set forward. */
  readonly onGap: (gap: Gap) => void
  /** The clock was set back by more than a few seconds: seconds that were already told come again. */
  readonly onSetBack: (ms: number, now: EpochMs) => void
}

/** A clock set back by no more than this is waited for, so that no second is told twice. */
const waitedForMs = 5_000
/** The second clock may count whole seconds only, and clocks are slewed by a little. */
const shortestJumpMs = 2_000
/** A gap this long is no busy program, where the clocks do not tell: the first may count sleeps too. */
const sleepMs = 30_000

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
  /** When it last looked. */
  private last = { now: 0, awake: 0, always: 0 }

  constructor(options: SnapshotClockOptions) {
    this.options = options
  }

  start(): void {
    const now = this.options.now()
    this.due = secondOf(now) + 1_000
    this.look(now)
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
    const why = this.look(now)
    if (setBackMs > 0) onSetBack(setBackMs, now)
    else if (second === due) onSecond(second, now - second)
    else if (second > due) onGap({ first: due, seconds: (second - due) / 1_000 + 1, why, now })
  }

  /** Why so much time went by since the last look. */
  private look(now: EpochMs): GapReason {
    const { last } = this
    const [awake, always] = this.options.elapsed()
    this.last = { now, awake, always }
    const passed = Math.max(awake - last.awake, always - last.always)
    if (now - last.now - passed > shortestJumpMs) return 'clock'
    return passed - (awake - last.awake) > shortestJumpMs || passed >= sleepMs ? 'sleep' : 'busy'
  }

  private schedule(now: EpochMs): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = setTimeout(() => this.run(), Math.max(1, this.due - now))
  }
}
