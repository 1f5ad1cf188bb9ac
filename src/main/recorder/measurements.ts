import type { GapCounts } from './gap-log.ts'
import type { TradeMeasurements } from './trades.ts'

/** Of one measured quantity, ms. */
export interface Measured {
  readonly count: number
  readonly sum: number
  readonly last: number | null
  readonly maximum: number | null
}

export interface RecorderMeasurements {
  /** How long after the full second the snapshot was taken. */
  readonly jitterMs: Measured
  /** How long a snapshot's transaction took. */
  readonly writeMs: Measured
  readonly snapshots: number
  readonly missedSnapshots: number
  readonly rowsWritten: number
  /** Rows whose second was already recorded, since the clock was set back. */
  readonly repeatedRows: number
  /** Not stored yet. */
  readonly waitingKlines: number
  readonly waitingOpportunities: number
  readonly waitingGaps: number
  /** Gaps of this run, by kind, whoever found them. */
  readonly gapsFound: GapCounts
  readonly gapsFilled: GapCounts
  readonly trades: TradeMeasurements
}

export const nothingMeasured: Measured = { count: 0, sum: 0, last: null, maximum: null }

export const measured = ({ count, sum, maximum }: Measured, value: number): Measured => ({
  count: count + 1,
  sum: sum + value,
  last: value,
  maximum: maximum === null ? value : Math.max(maximum, value),
})
