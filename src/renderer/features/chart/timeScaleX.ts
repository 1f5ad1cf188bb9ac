/** Where a moment stands on a time scale that sets buckets side by side. Pure, so that it can be tested as it is. */

/**
 * The fractional index of a moment among buckets that begin at `times` (ascending, epoch ms) and are `stepMs` long; bucket 3 reaches
 * from 2.5 to 3.5. Before the first and after the last bucket it goes on at the same pace; in a hole of the list it waits at its edge.
 */
export function indexOfTime(times: readonly number[], stepMs: number, at: number): number {
  const first = times[0]
  const last = times.at(-1)
  if (first === undefined || last === undefined) return Number.NaN
  if (at < first) return (at - first) / stepMs - 0.5
  let low = 0
  let high = times.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((times[middle] ?? Number.POSITIVE_INFINITY) <= at) low = middle
    else high = middle - 1
  }
  const begun = (at - (times[low] ?? first)) / stepMs
  return low + (low === times.length - 1 ? begun : Math.min(1, begun)) - 0.5
}
