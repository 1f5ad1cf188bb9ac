import { messageOf } from '../errors.ts'
import type { WriteReport } from '../storage/contract.ts'
import { WriteHealth } from './write-health.ts'

export interface WritesOptions {
  /** Writes fail from now on; told once. */
  readonly onFailed: (problem: string) => void
  /** They go through again, after so many ticks. */
  readonly onRecovered: (failingTicks: number) => void
}

/** Writes under way, and whether they go through. */
export class Writes {
  /** Rows inserted or changed so far. */
  rows = 0
  private readonly options: WritesOptions
  private readonly health = new WriteHealth()
  private readonly inFlight = new Set<Promise<void>>()

  constructor(options: WritesOptions) {
    this.options = options
  }

  /** In words why nothing is written; null while writes go through. */
  get problem(): string | null {
    return this.health.problem
  }

  /** See WriteHealth. */
  tick(canProbe: boolean): 'write' | 'probe' | 'wait' {
    return this.health.tick(canProbe)
  }

  /** null where it failed; then the state of recording says so, and is told once. */
  async write(save: () => Promise<WriteReport>, isProbe: boolean): Promise<WriteReport | null> {
    try {
      const report = await save()
      this.rows += report.rows
      if (isProbe) this.recovered()
      return report
    } catch (error) {
      const problem = messageOf(error)
      if (this.health.failed(problem, isProbe)) this.options.onFailed(problem)
      return null
    }
  }

  /** Lets it go on by itself, known to `settled`. */
  run(work: Promise<void>): void {
    this.inFlight.add(work)
    void work.finally(() => this.inFlight.delete(work))
  }

  async settled(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.all(this.inFlight)
  }

  private recovered(): void {
    if (this.health.problem === null) return
    const { failingTicks } = this.health
    this.health.recovered()
    this.options.onRecovered(failingTicks)
  }
}
