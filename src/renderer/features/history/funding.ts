/** Funding rates on a chart of buckets, and what they come to in a year. Pure, so that it can be tested as it is. */
import type { LineValue } from './historyChart.ts'

const hour = 3_600_000
const hoursOfYear = 24 * 365
/** Most contracts pay this often; used where nobody tells, and the payments themselves do not show it. */
const usualHours = 8
/** Two payments further apart than this have others between them that are not known. */
const mostHours = 24

export interface ToldRate {
  readonly at: number
  readonly rate: string
  readonly nextFundingAt: number | null
  readonly intervalHours: number | null
}

/** Percent a year, if every interval paid the same. */
export const yearlyPercent = (rate: number, intervalHours: number): number => rate * (hoursOfYear / intervalHours) * 100

/**
 * The rate that stood at each bucket's end, percent a year. A rate stands until another is told, but not beyond the payment that it is
 * for: of later times nothing is known. Where an exchange tells no interval (HTX), the payments up to then show it.
 */
export function toldRates(
  rates: readonly ToldRate[],
  times: readonly number[],
  stepMs: number,
  paid: readonly PaidRate[] = [],
): LineValue[] {
  const values: LineValue[] = []
  let next = 0
  for (const at of times) {
    while (next < rates.length && (rates[next]?.at ?? Infinity) < at + stepMs) next++
    const standing = rates[next - 1]
    if (!standing) continue
    const before = paid.findLast((payment) => payment.at <= standing.at) ?? paid[0]
    const hours = standing.intervalHours ?? before?.intervalHours ?? usualHours
    const ends = standing.nextFundingAt ?? standing.at + hours * hour
    if (ends <= at) continue
    const percent = yearlyPercent(Number(standing.rate), hours)
    values.push({ at, minimum: percent, maximum: percent, last: percent })
  }
  return values
}

export interface PaidRate {
  readonly at: number
  /** Fraction of notional for its interval. */
  readonly rate: number
  /** Since the payment before, as far as one is known. */
  readonly intervalHours: number
}

/** With the interval that each payment was for: the time since the one before, else until the one after. */
export function paidRates(settled: readonly { readonly at: number; readonly rate: string }[]): PaidRate[] {
  const hoursBetween = (from: number | undefined, to: number | undefined): number | null => {
    const hours = from === undefined || to === undefined ? 0 : Math.round((to - from) / hour)
    return hours >= 1 && hours <= mostHours ? hours : null
  }
  return settled.map(({ at, rate }, i) => ({
    at,
    rate: Number(rate),
    intervalHours: hoursBetween(settled[i - 1]?.at, at) ?? hoursBetween(at, settled[i + 1]?.at) ?? usualHours,
  }))
}

/** Payments at the buckets in which they were made, percent a year; of several in one bucket their range. */
export function paidValues(paid: readonly PaidRate[], times: readonly number[], stepMs: number): LineValue[] {
  const values: LineValue[] = []
  let next = 0
  for (const at of times) {
    while (next < paid.length && (paid[next]?.at ?? Infinity) < at) next++
    const percents: number[] = []
    for (; next < paid.length && (paid[next]?.at ?? Infinity) < at + stepMs; next++) {
      const { rate = 0, intervalHours = usualHours } = paid[next] ?? {}
      percents.push(yearlyPercent(rate, intervalHours))
    }
    const last = percents.at(-1)
    if (last !== undefined) values.push({ at, minimum: Math.min(...percents), maximum: Math.max(...percents), last })
  }
  return values
}
