import type { PrunableTable } from '../../../shared/data.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Job } from '../jobs.ts'
import type { FreeSpaceReport, PruneReport, RollUpReport, StoredReport, UpkeepStorage } from '../upkeep-contract.ts'

export type UpkeepWriteJobs = {
  rollUp: Job<Parameters<UpkeepStorage['rollUp']>[0], RollUpReport>
  prune: Job<Parameters<UpkeepStorage['prune']>[0], PruneReport>
  returnFreeSpace: Job<number | 'vacuum', FreeSpaceReport>
}

export type UpkeepReadJobs = {
  backlog: Job<EpochMs, number>
  pastTime: Job<{ readonly table: PrunableTable; readonly before: EpochMs }, number>
  report: Job<null, StoredReport>
}
