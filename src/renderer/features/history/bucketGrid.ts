/** Buckets of values over time, how pages of them are put together, and how they lie on a chart. Pure, so that it can be tested as it is. */

/** `at` the start, epoch ms; `seconds`: how many of it are known. */
export interface Bucket {
  readonly at: number
  readonly seconds: number
  readonly minimum: number
  readonly maximum: number
  readonly last: number
}

export interface BucketColumns {
  readonly time: Float64Array
  readonly seconds: Float64Array
  readonly minimum: Float64Array
  readonly maximum: Float64Array
  readonly last: Float64Array
}

export const bucketsOf = ({ time, seconds, minimum, maximum, last }: BucketColumns): readonly Bucket[] =>
  Array.from(time, (at, row) => ({
    at,
    seconds: seconds[row] ?? Number.NaN,
    minimum: minimum[row] ?? Number.NaN,
    maximum: maximum[row] ?? Number.NaN,
    last: last[row] ?? Number.NaN,
  }))

/** What is known, with everything of from <= at < to as the newer reading has it. */
export const replaced = <T extends { readonly at: number }>(
  known: readonly T[],
  incoming: readonly T[],
  from: number,
  to: number,
): readonly T[] => [...known.filter(({ at }) => at < from), ...incoming, ...known.filter(({ at }) => at >= to)]

/** A hole wider than this is drawn as this many empty buckets. */
const longestHole = 400

/**
 * Starts of the buckets that a chart sets side by side: those that hold something and, so that holes are seen, the empty ones between. Of
 * a very long hole only some are there.
 */
export function gridTimes(times: readonly number[], stepMs: number): readonly number[] {
  const grid: number[] = []
  let before: number | null = null
  for (const at of times) {
    if (before !== null) {
      const missing = Math.min(longestHole, Math.round((at - before) / stepMs) - 1)
      for (let i = 1; i <= missing; i++) grid.push(before + i * stepMs)
    }
    grid.push(at)
    before = at
  }
  return grid
}

/** The bucket that begins at exactly `at`; null where there is none. */
export function bucketAt<T extends { readonly at: number }>(buckets: readonly T[], at: number): T | null {
  let low = 0
  let high = buckets.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((buckets[middle]?.at ?? Number.POSITIVE_INFINITY) < at) low = middle + 1
    else high = middle
  }
  const bucket = buckets[low]
  return bucket?.at === at ? bucket : null
}
