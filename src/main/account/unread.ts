import type { EpochMs, PollKind } from '../../shared/domain/index.ts'
import type { Poll } from './polls.ts'
import type { AccountTiming } from './timing.ts'

/** One answer each. */
const states = ['balances', 'positions', 'orders'] as const
/** Downloads, which may ask symbol by symbol: so much further apart than `snapshotEveryMs`. */
const histories = ['orderHistory', 'fills'] as const
const historyFactor = 5

/**
 * Private frames that could not be read: what they told is asked for instead, soon after the first. While more of them come, the
 * questions move apart from `soonMs` to `snapshotEveryMs`, so that a flood of such frames is none of requests.
 */
export class Unread {
  private readonly polls: Readonly<Record<PollKind, Poll>>
  private readonly timing: AccountTiming
  private timer: NodeJS.Timeout | null = null
  private notedAt: EpochMs = Number.NEGATIVE_INFINITY
  private askedAt: EpochMs = Number.NEGATIVE_INFINITY
  private historyAt: EpochMs = Number.NEGATIVE_INFINITY
  /** From the last question to the next. */
  private spacingMs: number

  constructor(polls: Readonly<Record<PollKind, Poll>>, timing: AccountTiming) {
    this.polls = polls
    this.timing = timing
    this.spacingMs = timing.soonMs
  }

  /** One has come. */
  note(): void {
    const { snapshotEveryMs, soonMs, graceMs } = this.timing
    const now = Date.now()
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
    const now = Date.now()
    this.timer = null
    this.askedAt = now
    this.spacingMs = Math.min(2 * this.spacingMs, snapshotEveryMs)
    for (const kind of states) polls[kind].soon(0)
    const historyInMs = Math.max(0, this.historyAt + historyFactor * snapshotEveryMs - now)
    for (const kind of histories) polls[kind].soon(historyInMs)
    if (historyInMs === 0) this.historyAt = now
    // The answers may be older than the last of them.
    if (this.notedAt > now - graceMs) this.plan(this.spacingMs)
  }
}
