import type { DepthHistoryColumns } from '../../../shared/depth-history.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { WriteReport } from '../contract.ts'
import type { DepthBlock, DepthQuestion } from '../depth-contract.ts'
import type { Job } from '../jobs.ts'

export type DepthWriteJobs = { saveDepth: Job<DepthBlock, WriteReport> }

export type DepthReadJobs = {
  depthColumns: Job<DepthQuestion, DepthHistoryColumns>
  oldestDepth: Job<null, EpochMs | null>
}
