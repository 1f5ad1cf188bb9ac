import type { Database } from 'better-sqlite3'
import type { Handlers } from '../jobs.ts'
import { createKlineReader } from '../klines.ts'
import type { MarketRowReadJobs } from './jobs.ts'

export function createMarketRowReader(database: Database): Handlers<MarketRowReadJobs> {
  const klines = createKlineReader(database)
  return {
    newestTradeAt: () => {
      throw new Error('not built yet')
    },
    gaps: () => {
      throw new Error('not built yet')
    },
    lastGapId: () => 0,
    newestSnapshots: () => new Map(),
    klineRange: (request) => klines.range(request),
  }
}
