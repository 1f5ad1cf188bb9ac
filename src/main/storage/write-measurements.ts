import { type BucketCounts, Buckets } from '../net/buckets.ts'

/** How the writes of one kind went since the file was opened. */
export interface WriteMeasurement {
  /** `saveSnapshot` */
  readonly job: string
  /** Rows of one batch that were inserted or changed. */
  readonly rows: BucketCounts
  /** From handing the batch to the writer to its answer, without the wait in the queue, ms. */
  readonly durationMs: BucketCounts
  readonly failures: number
}

export interface StorageMeasurements {
  /** Writes that wait, and the longest that queue may get of those that may be dropped. */
  readonly waiting: number
  readonly waitingSnapshots: number
  readonly snapshotLimit: number
  /** Snapshots that gave way to newer ones. */
  readonly droppedSnapshots: number
  readonly writes: readonly WriteMeasurement[]
}

const rowBounds = [0, 1, 10, 50, 100, 250, 500, 1_000, 5_000, 25_000, 100_000]
const durationBoundsMs = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 30_000]

/** Every write by its kind: how many rows, how long. */
export class WriteMeasurements {
  private readonly jobs = new Map<string, { rows: Buckets; durationMs: Buckets; failures: number }>()

  /** Runs `write` and notes how it went; its answer or error is the caller's. */
  async measure<T>(job: string, write: () => Promise<T>): Promise<T> {
    const measured = this.of(job)
    const startedAt = performance.now()
    try {
      const reply = await write()
      const rows = rowsOf(reply)
      if (rows !== null) measured.rows.observe(rows)
      return reply
    } catch (error) {
      measured.failures++
      throw error
    } finally {
      measured.durationMs.observe(performance.now() - startedAt)
    }
  }

  list(): WriteMeasurement[] {
    return [...this.jobs].map(([job, { rows, durationMs, failures }]) => {
      return { job, rows: rows.read(), durationMs: durationMs.read(), failures }
    })
  }

  private of(job: string) {
    const known = this.jobs.get(job)
    if (known !== undefined) return known
    const created = { rows: new Buckets(rowBounds), durationMs: new Buckets(durationBoundsMs), failures: 0 }
    this.jobs.set(job, created)
    return created
  }
}

/** Upkeep's steps and batches tell their rows; null: this answer has none. */
const rowsOf = (reply: unknown): number | null =>
  typeof reply === 'object' && reply !== null && 'rows' in reply && typeof reply.rows === 'number' ? reply.rows : null
