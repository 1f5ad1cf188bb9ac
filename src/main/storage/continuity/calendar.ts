/** One series of a continuity report, divided into days. */
import type { ContinuityDay } from '../../../shared/data.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { StoredContinuity } from '../continuity-contract.ts'
import { gridUp, notWatched, type SeriesGap } from './holes.ts'

const dayMs = 86_400_000
const minuteMs = 60_000

type Cause = ContinuityDay['causes'][number]

interface Day {
  missing: number
  readonly causes: Map<Cause['cause'], Cause & { readonly longest: number }>
}

/** Takes the gaps of a series in any order; they do not overlap. */
export class Calendar {
  private readonly days = new Map<EpochMs, Day>()
  private readonly unwatched: { readonly from: EpochMs; readonly to: EpochMs }[] = []
  private readonly offsetMs: number
  private readonly stepMs: number

  constructor(utcOffsetMinutes: number, stepMs: number) {
    this.offsetMs = utcOffsetMinutes * minuteMs
    this.stepMs = stepMs
  }

  add({ from, to, cause, detail }: Pick<SeriesGap, 'from' | 'to' | 'cause' | 'detail'>): void {
    if (cause === notWatched) {
      this.unwatched.push({ from, to })
      return
    }
    for (const [at, rows] of this.divided(from, to)) {
      const day = this.day(at)
      day.missing += rows
      const known = day.causes.get(cause)
      // Of several gaps of one cause the longest says why.
      const told = known !== undefined && known.longest >= rows ? known : { detail, longest: rows }
      day.causes.set(cause, { ...told, cause, missing: rows + (known?.missing ?? 0) })
    }
  }

  /** `from` and `to`: where rows were expected at all, but for what nobody watched of it. */
  series(instrumentId: number, from: EpochMs, to: EpochMs): StoredContinuity[number] {
    const days: ContinuityDay[] = []
    const sum = { expected: 0, held: 0, missing: 0 }
    const unwatched = new Map<EpochMs, number>()
    for (const gap of this.unwatched) {
      for (const [at, rows] of this.divided(Math.max(from, gap.from), Math.min(to, gap.to))) {
        unwatched.set(at, rows + (unwatched.get(at) ?? 0))
      }
    }
    for (const [at, rows] of this.divided(from, to)) {
      const { missing, causes } = this.day(at)
      const expected = rows - (unwatched.get(at) ?? 0)
      if (expected === 0) continue
      const ordered = [...causes.values()].sort((a, b) => b.missing - a.missing)
      const shares = ordered.map(({ longest: _, ...share }): Cause => share)
      days.push({ at, expected, held: expected - missing, missing, causes: shares })
      sum.expected += expected
      sum.held += expected - missing
      sum.missing += missing
    }
    return { instrumentId, ...sum, days }
  }

  private day(at: EpochMs): Day {
    const known = this.days.get(at)
    if (known) return known
    const day: Day = { missing: 0, causes: new Map() }
    this.days.set(at, day)
    return day
  }

  /** Days that the range touches, with how many rows of it begin in each. */
  private *divided(from: EpochMs, to: EpochMs): Generator<[at: EpochMs, rows: number]> {
    const { stepMs, offsetMs } = this
    const end = gridUp(to, stepMs)
    for (let next = gridUp(from, stepMs); next < end; ) {
      const at = Math.floor((next + offsetMs) / dayMs) * dayMs - offsetMs
      const last = Math.min(end, gridUp(at + dayMs, stepMs))
      yield [at, (last - next) / stepMs]
      next = last
    }
  }
}
