import type { Job } from '../jobs.ts'
import type { FreeSpaceReport, PruneReport, RollUpReport, StoredReport, UpkeepStorage } from '../upkeep-contract.ts'

export type UpkeepWriteJobs = {
  rollUp: Job<Parameters<UpkeepStorage['rollUp']>[0], RollUpReport>
  prune: Job<Parameters<UpkeepStorage['prune']>[0], PruneReport>
  returnFreeSpace: Job<number | 'vacuum', FreeSpaceReport>
}

export type UpkeepReadJobs = {
  report: Job<null, StoredReport>
}
