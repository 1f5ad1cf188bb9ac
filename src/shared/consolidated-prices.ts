/** Which prices of a symbol are believed, and the one price that follows from all of them. Pure. */

/** A price within this share of the others' median is never set aside: differences of that size are what arbitrage lives of. */
const leastDistance = 0.01
/** A normal distribution's standard deviation is so many median absolute deviations. */
const deviationsPerMad = 1.4826
/** So many deviations of the others from their median, and more, are no coincidence. */
const mostDeviations = 6
/** With fewer others than these nobody can tell who is wrong. */
const leastOthers = 2
/** Disturbances an hour at which a book's weight is halved. */
const halvingDisturbances = 6

export function medianOf(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Where the others stand, and how far from there a price may be before it is set aside. */
export interface OthersRange {
  readonly median: number
  readonly distance: number
}

/**
 * Of each price the range in which the others leave it believed; null where fewer than two others have one. NaN prices are nobody's.
 * The distance is 6 standard deviations of the others (from their median absolute deviation), and never less than 1 % of their median.
 */
export function rangesOfOthers(prices: readonly number[]): readonly (OthersRange | null)[] {
  return prices.map((_, place) => {
    const others = prices.filter((price, other) => other !== place && !Number.isNaN(price))
    if (others.length < leastOthers) return null
    const median = medianOf(others)
    const mad = medianOf(others.map((price) => Math.abs(price - median)))
    return { median, distance: Math.max(leastDistance * median, mostDeviations * deviationsPerMad * mad) }
  })
}

/** Whether each price is too far from the others; a NaN is not. */
export const outliersOf = (prices: readonly number[]): readonly boolean[] =>
  rangesOfOthers(prices).map((range, place) => {
    const price = prices[place] ?? Number.NaN
    return range !== null && Math.abs(price - range.median) > range.distance
  })

/**
 * How far a book's exchange can be relied on, 0 to 1: 1 / (1 + disturbances an hour / 6). Disturbances are the times that the book was
 * built anew and the times that its exchange's connections were lost; a run shorter than an hour counts as an hour.
 */
export function reliabilityOf(disturbances: number, runMs: number): number {
  const hours = Math.max(1, runMs / 3_600_000)
  return 1 / (1 + disturbances / hours / halvingDisturbances)
}

/** Two sides' worth as one: the harmonic mean, so that a book with one side alone is worth nothing. */
export const twoSided = (bids: number, asks: number): number =>
  bids + asks > 0 ? (2 * bids * asks) / (bids + asks) : 0

export interface PriceVote {
  readonly middle: number
  /** Quote asset that stands within 0.1 % of it, both sides as one (`twoSided`). */
  readonly liquidity: number
  readonly reliability: number
}

/**
 * Weights that add up to 1: liquidity times reliability; where no book has any liquidity, reliability alone. The reference price is the
 * mean of the middles by these weights, NaN where there is none.
 */
export function weigh(votes: readonly PriceVote[]): {
  readonly reference: number
  readonly weights: readonly number[]
} {
  const isLiquid = votes.some(({ liquidity, reliability }) => liquidity * reliability > 0)
  const raw = votes.map(({ liquidity, reliability }) => (isLiquid ? liquidity * reliability : reliability))
  const sum = raw.reduce((total, one) => total + one, 0)
  if (!(sum > 0)) return { reference: Number.NaN, weights: votes.map(() => 0) }
  const weights = raw.map((one) => one / sum)
  return { reference: votes.reduce((total, { middle }, i) => total + middle * (weights[i] ?? 0), 0), weights }
}
