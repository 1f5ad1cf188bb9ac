import type { Database } from 'better-sqlite3'
import type { Handlers } from '../jobs.ts'
import type { UpkeepReadJobs } from './jobs.ts'

export function createUpkeepReader(_database: Database, _file: string): Handlers<UpkeepReadJobs> {
  return {
    report: () => {
      throw new Error('not built yet')
    },
  }
}
