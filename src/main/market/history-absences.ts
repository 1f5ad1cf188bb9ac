/** What an exchange is known not to have, for a while, so that it is not asked for at every request. */
import type { EpochMs } from '../../shared/domain/index.ts'
import { type Span, without } from './history-pages.ts'

export interface Absence extends Span {
  /** In words. */
  readonly reason: string
  readonly until: EpochMs
}

/** Exchanges do fill holes of theirs late. */
const rememberedMs = 60 * 60_000
/** Of one series; a market with more holes than that is asked about some of them again. */
const mostSpans = 2_000

export class Absences {
  /** Ascending, not overlapping. */
  private readonly bySeries = new Map<string, readonly Absence[]>()
  private readonly now: () => EpochMs

  constructor(now: () => EpochMs = Date.now) {
    this.now = now
  }

  /** `step`: the period's length, ms. */
  add(series: string, span: Span, reason: string, step: number): void {
    const kept = this.known(series).flatMap((absence) =>
      without([absence], [span], step).map((part): Absence => ({ ...absence, ...part })),
    )
    const added: Absence = { from: span.from, to: span.to, reason, until: this.now() + rememberedMs }
    const joined: Absence[] = []
    for (const absence of [...kept, added].sort((one, other) => one.from - other.from)) {
      const last = joined.at(-1)
      if (last && last.to + step === absence.from && last.reason === absence.reason) {
        // The sooner end holds for both: what is asked once too often does no harm.
        joined[joined.length - 1] = { ...last, to: absence.to, until: Math.min(last.until, absence.until) }
      } else joined.push(absence)
    }
    if (joined.length > mostSpans) joined.splice(0, joined.length - mostSpans)
    this.bySeries.set(series, joined)
  }

  /** Those that touch [from, to], whole and ascending. */
  within(series: string, { from, to }: Span): readonly Absence[] {
    return this.known(series).filter((absence) => absence.from <= to && absence.to >= from)
  }

  private known(series: string): readonly Absence[] {
    const now = this.now()
    return (this.bySeries.get(series) ?? []).filter(({ until }) => until > now)
  }
}
