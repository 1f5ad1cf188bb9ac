import type { EpochMs } from '../../../shared/domain/index.ts'

/** Stretches of a series without a hole: from <= t < to, ascending, apart from each other. */
export interface Span {
  readonly from: EpochMs
  to: EpochMs
}

export class Spans {
  list: Span[] = []

  /** Mostly after what is there; joins what it touches. */
  add(from: EpochMs, to: EpochMs): void {
    const last = this.list.at(-1)
    if (last === undefined || from > last.to) {
      this.list.push({ from, to })
      return
    }
    if (from >= last.from) {
      last.to = Math.max(last.to, to)
      return
    }
    this.list = joined([...this.list, { from, to }])
  }

  /** Both; rows that are in both count once. */
  join(other: Spans): void {
    if (other.list.length > 0) this.list = joined([...this.list, ...other.list])
  }
}

function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = []
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else result.push({ from, to })
  }
  return result
}
