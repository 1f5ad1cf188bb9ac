import type { Database } from 'better-sqlite3'
import type { StoredContinuity } from '../continuity-contract.ts'
import { StorageError } from '../error.ts'
import type { Handlers } from '../jobs.ts'
import type { ContinuityReadJobs } from './jobs.ts'
import { continuityReport } from './report.ts'

/** Other reads wait no longer than this, or one slice of rows. */
const stepMs = 30

export function createContinuityReader(database: Database): Handlers<ContinuityReadJobs> {
  const underWay = new Map<number, Generator<void, StoredContinuity>>()
  return {
    continuityStep: ({ number, question }) => {
      const work = question === null ? underWay.get(number) : continuityReport(database, question)
      if (work === undefined)
        throw new StorageError('stopped', 'the storage reader was started again meanwhile: ask again')
      underWay.set(number, work)
      try {
        const until = performance.now() + stepMs
        do {
          const { done, value } = work.next()
          if (done !== true) continue
          underWay.delete(number)
          return { report: value }
        } while (performance.now() < until)
        return { report: null }
      } catch (error) {
        underWay.delete(number)
        throw error
      }
    },
    continuityForget: (number) => {
      underWay.delete(number)
      return null
    },
  }
}
