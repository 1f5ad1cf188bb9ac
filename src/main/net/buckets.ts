/** How often a measured quantity was how large: what a histogram of the metrics shows. */
export interface BucketCounts {
  /** Upper bounds, inclusive, ascending, in the unit of what was observed. */
  readonly bounds: readonly number[]
  /** One count per bound, not added up, and a last one for everything larger. */
  readonly counts: readonly number[]
  readonly sum: number
  readonly count: number
}

/**
 * Counts by size where it is measured, so that whoever asks for metrics reads numbers and the hot path never calls a library:
 * a few nanoseconds a sample for those near the lower bounds, which the usual ones should be.
 */
export class Buckets {
  private readonly bounds: Float64Array
  /** The counts, one for everything larger, and the sum of all samples: float64 like the counts, so that nothing is boxed. */
  private readonly cells: Float64Array

  constructor(bounds: readonly number[]) {
    this.bounds = Float64Array.from(bounds)
    this.cells = new Float64Array(bounds.length + 2)
  }

  observe(value: number): void {
    const { bounds, cells } = this
    let place = 0
    // The comparison is false for NaN too, which then counts with the smallest instead of spoiling more than the sum.
    while (place < bounds.length && value > (bounds[place] as number)) place++
    cells[place] = (cells[place] as number) + 1
    cells[bounds.length + 1] = (cells[bounds.length + 1] as number) + value
  }

  read(): BucketCounts {
    const counts = [...this.cells.subarray(0, -1)]
    const sum = this.cells.at(-1) ?? 0
    return { bounds: [...this.bounds], counts, sum, count: counts.reduce((total, one) => total + one, 0) }
  }
}

/** From the socket to the bus, ms: a usual frame takes 2 to 20 microseconds. */
export const processingBoundsMs: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1_000,
]
/** Over a network, ms. */
export const networkBoundsMs: readonly number[] = [1, 2.5, 5, 10, 25, 50, 100, 200, 400, 800, 1_600, 5_000, 15_000]
