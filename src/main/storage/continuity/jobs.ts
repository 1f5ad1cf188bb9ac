import type { ContinuityQuestion, StoredContinuity } from '../continuity-contract.ts'
import type { Job } from '../jobs.ts'

export type ContinuityReadJobs = {
  /**
   * Works on a question for a moment, so that other reads come between; asked again with the same number until there is a report.
   * The question comes the first time.
   */
  continuityStep: Job<
    { readonly number: number; readonly question: ContinuityQuestion | null },
    { readonly report: StoredContinuity | null }
  >
  /** Forgets a question that nobody waits for any more. */
  continuityForget: Job<number, null>
}
