import type { Database } from 'better-sqlite3'
import type { Handlers } from '../jobs.ts'
import { createFreeSpace } from './free-space.ts'
import type { UpkeepWriteJobs } from './jobs.ts'
import { createPrune } from './prune.ts'
import { createRollUp } from './roll-up.ts'

export const createUpkeepWriter = (database: Database): Handlers<UpkeepWriteJobs> => ({
  rollUp: createRollUp(database),
  prune: createPrune(database),
  returnFreeSpace: createFreeSpace(database),
})
