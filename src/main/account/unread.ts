import type { PollKind } from '../../shared/domain/index.ts'
import type { Poll } from './polls.ts'
import type { AccountTiming } from './timing.ts'

/** One answer each. */
const states = ['balances', 'positions', 'orders'] as const
/** Downloads, which alone tell of orders that began and ended meanwhile, but may ask symbol by symbol: so much further apart. */
const histories = ['orderHistory', 'fills'] as const
const historyFactor = 5

/**
 * Private frames that could not be read: what they told is asked for instead, soon after the first. While more of them come, the
 * questions move apart from `soonMs` to `snapshotEveryMs`, so that a flood of such frames is none of requests. Each is asked once more after
 * the last of them.
 */
export class Unread {
  private readonly polls: Readonly<Record<PollKind, Poll>>
  private readonly timing: AccountTiming
  private timer: NodeJS.Timeout | null = null
  /** All times by the clock that nobody sets. */
  private notedAt = Number.NEGATIVE_INFINITY
  private askedAt = Number.NEGATIVE_INFINITY
  /** When the newest question for histories was or is due. */
  private historyAt = Number.NEGATIVE_INFINITY
  /** From the last question to the next. */
  private spacingMs: number
  private historySpacingMs = 0

  constructor(polls: Readonly<Record<PollKind, Poll>>, timing: AccountTiming) {
    this.polls = polls
    this.timing = timing
    this.spacingMs = timing.soonMs
  }

  /** One has come. */
  note(): void {
    const { snapshotEveryMs, soonMs, graceMs } = this.timing
    const now = performance.now()
    this.notedAt = now
    if (this.timer !== null) return
    if (now - this.askedAt >= snapshotEveryMs) this.spacingMs = soonMs
    this.plan(Math.max(graceMs, this.askedAt + this.spacingMs - now))
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }

  private plan(delayMs: number): void {
    this.timer = setTimeout(() => this.ask(), delayMs)
  }

  private ask(): void {
    const { polls } = this
    const { snapshotEveryMs, graceMs } = this.timing
    const now = performance.now()
    this.timer = null
    this.askedAt = now
    this.spacingMs = Math.min(2 * this.spacingMs, snapshotEveryMs)
    for (const kind of states) polls[kind].soon(0)
    this.askHistories(now)
    // The answers may be older than the last of them.
    if (this.notedAt > now - graceMs) this.plan(this.spacingMs)
  }

  /** One that is still to come tells of what was noted now, too. */
  private askHistories(now: number): void {
    if (this.historyAt > now) return
    const { snapshotEveryMs, soonMs } = this.timing
    const mostMs = historyFactor * snapshotEveryMs
    if (now - this.historyAt >= mostMs) {
      this.historyAt = now
      this.historySpacingMs = historyFactor * soonMs
    } else {
      this.historyAt = Math.max(now, this.historyAt + this.historySpacingMs)
      this.historySpacingMs = Math.min(2 * this.historySpacingMs, mostMs)
    }
    for (const kind of histories) this.polls[kind].soon(this.historyAt - now)
  }
}
