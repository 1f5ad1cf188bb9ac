/** A continuity question as the rest of the program asks it: step by step, so that it holds nobody up, and cancellable. */
import type { ContinuityQuestion, StoredContinuity } from '../continuity-contract.ts'
import { StorageError } from '../error.ts'
import type { ReadJobs } from '../jobs.ts'
import type { WorkerLink } from '../link.ts'

type Reader = Pick<WorkerLink<ReadJobs>, 'call'>

export function createContinuityAsker(reader: Reader) {
  let lastNumber = 0
  /** Rejects with a StorageError, also where the signal ended it. */
  return async (question: ContinuityQuestion, signal?: AbortSignal): Promise<StoredContinuity> => {
    const number = ++lastNumber
    for (let asked: ContinuityQuestion | null = question; ; asked = null) {
      const { report } = await reader.call('continuityStep', { number, question: asked })
      if (signal?.aborted === true) {
        if (report === null) await reader.call('continuityForget', number)
        throw new StorageError('stopped', 'continuity: cancelled')
      }
      if (report !== null) return report
    }
  }
}
