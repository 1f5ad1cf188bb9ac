import type { Database } from 'better-sqlite3'
import type { ContinuityQuestion, StoredContinuity } from '../continuity-contract.ts'
import type { Handlers } from '../jobs.ts'
import { createStepReader } from '../steps.ts'
import type { ContinuityReadJobs } from './jobs.ts'
import { continuityReport } from './report.ts'

export function createContinuityReader(database: Database): Handlers<ContinuityReadJobs> {
  const { step, forget } = createStepReader<ContinuityQuestion, StoredContinuity>((question) =>
    continuityReport(database, question),
  )
  return { continuityStep: step, continuityForget: forget }
}
