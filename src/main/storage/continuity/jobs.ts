import type { ContinuityQuestion, StoredContinuity } from '../continuity-contract.ts'
import type { Job } from '../jobs.ts'
import type { StepJob } from '../steps.ts'

export type ContinuityReadJobs = {
  continuityStep: StepJob<ContinuityQuestion, StoredContinuity>
  continuityForget: Job<number, null>
}
