import type { KlineColumns } from '../../../shared/columns.ts'
import type { EpochMs, GapKind, Period } from '../../../shared/domain/index.ts'
import type { WriteReport } from '../contract.ts'
import type { Job } from '../jobs.ts'
import type { GapFilter, LastGap, StoredGap, TradeRow } from '../market-contract.ts'

export type MarketRowWriteJobs = {
  saveTrades: Job<readonly TradeRow[], WriteReport>
  saveGaps: Job<readonly StoredGap[], WriteReport>
}

export type MarketRowReadJobs = {
  newestTradeAt: Job<number, EpochMs | null>
  gaps: Job<GapFilter, readonly StoredGap[]>
  lastGapId: Job<null, number>
  gapEnds: Job<GapKind, ReadonlyMap<number, EpochMs>>
  lastGaps: Job<GapKind, ReadonlyMap<number, LastGap>>
  newestSnapshots: Job<null, ReadonlyMap<number, EpochMs>>
  firstSnapshot: Job<{ readonly instrumentId: number; readonly from: EpochMs }, EpochMs | null>
  klineRange: Job<
    { readonly instrumentId: number; readonly period: Period; readonly from: EpochMs; readonly to: EpochMs },
    KlineColumns
  >
}
