import type { Database } from 'better-sqlite3'
import type { Handlers } from '../jobs.ts'
import type { UpkeepWriteJobs } from './jobs.ts'

export function createUpkeepWriter(_database: Database): Handlers<UpkeepWriteJobs> {
  return {
    rollUp: () => {
      throw new Error('not built yet')
    },
    prune: () => {
      throw new Error('not built yet')
    },
    returnFreeSpace: () => {
      throw new Error('not built yet')
    },
  }
}
