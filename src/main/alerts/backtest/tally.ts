/** Counts what a back-test finds, and of how much of the range anything was known. Pure. */
import type { BacktestFiring, BacktestResult } from '../../../shared/alert-rules.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'

const dayMs = 86_400_000
const minuteMs = 60_000
const mostLatest = 20

export class Tally {
  private readonly from: EpochMs
  private readonly to: EpochMs
  private readonly offsetMs: number
  private count = 0
  private first: EpochMs | null = null
  private last: EpochMs | null = null
  private latest: BacktestFiring[] = []
  /** By the day's start. */
  private readonly counts = new Map<EpochMs, number>()
  private readonly covered = new Map<EpochMs, number>()

  constructor(from: EpochMs, to: EpochMs, utcOffsetMinutes: number) {
    this.from = from
    this.to = to
    this.offsetMs = utcOffsetMinutes * minuteMs
  }

  /** Ascending by time; what lies outside of the range is left out. */
  fired(firing: BacktestFiring): void {
    if (firing.at < this.from || firing.at >= this.to) return
    this.count++
    this.first ??= firing.at
    this.last = firing.at
    this.latest.unshift(firing)
    this.latest.length = Math.min(this.latest.length, mostLatest)
    const day = this.dayOf(firing.at)
    this.counts.set(day, (this.counts.get(day) ?? 0) + 1)
  }

  /** Something stored tells of from <= t < to. Never the same time twice. */
  knew(from: EpochMs, to: EpochMs): void {
    const end = Math.min(to, this.to)
    for (let at = Math.max(from, this.from); at < end; ) {
      const day = this.dayOf(at)
      const until = Math.min(end, day + dayMs)
      this.covered.set(day, (this.covered.get(day) ?? 0) + until - at)
      at = until
    }
  }

  result(words: readonly string[]): BacktestResult {
    const coveredMs = [...this.covered.values()].reduce((sum, ms) => sum + ms, 0)
    const days: BacktestResult['days'] = []
    for (let day = this.dayOf(this.from); day < this.to; day += dayMs) {
      days.push({ at: day, count: this.covered.has(day) ? (this.counts.get(day) ?? 0) : null })
    }
    return {
      from: this.from,
      to: this.to,
      // Of a time of which nothing is known, nothing fired and nothing did not.
      count: coveredMs === 0 ? null : this.count,
      first: this.first,
      last: this.last,
      days,
      latest: this.latest,
      coveredMs,
      words: [...words],
    }
  }

  private dayOf(at: EpochMs): EpochMs {
    const local = at + this.offsetMs
    return local - (((local % dayMs) + dayMs) % dayMs) - this.offsetMs
  }
}
