/** Funding rates of the simulated perpetuals: one per interval, a pure function of seed, instrument and the interval's start. */
import type { EpochMs } from '../../../shared/domain/index.ts'
import { hashText, hashWide, signed } from '../hash.ts'
import type { SimInstrument } from '../venue.ts'

const hourMs = 3_600_000
/** Fractions of notional an interval: mostly near a hundredth of a percent, and never beyond 0.05 % either way. */
const usual = 0.000_05
const widest = 0.000_45
const rateDecimals = 6

/** The end of the interval that `at` lies in; a boundary begins the next one. */
export const nextFundingAt = (at: EpochMs, intervalHours: number): EpochMs =>
  (Math.floor(at / (intervalHours * hourMs)) + 1) * intervalHours * hourMs

/** The rate that falls due at `dueAt`, decimal text; positive: longs pay. */
export function fundingRateDue(seed: number, { exchange, symbol }: SimInstrument, dueAt: EpochMs): string {
  const lean = signed(hashWide(hashText(seed, `funding ${exchange}:${symbol}`), dueAt))
  const text = (usual + widest * lean ** 3).toFixed(rateDecimals)
  return Number(text) === 0 ? '0' : text
}
