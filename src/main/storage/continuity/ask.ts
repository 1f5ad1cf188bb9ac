/** A continuity question as the rest of the program asks it: step by step, so that it holds nobody up, and cancellable. */
import type { ContinuityQuestion, StoredContinuity } from '../continuity-contract.ts'
import type { ReadJobs } from '../jobs.ts'
import type { WorkerLink } from '../link.ts'
import { createStepAsker } from '../steps.ts'

/** Rejects with a StorageError, also where the signal ended it. */
export const createContinuityAsker = (reader: Pick<WorkerLink<ReadJobs>, 'call'>) =>
  createStepAsker<ContinuityQuestion, StoredContinuity>(
    'continuity',
    (request) => reader.call('continuityStep', request),
    (number) => reader.call('continuityForget', number),
  )
