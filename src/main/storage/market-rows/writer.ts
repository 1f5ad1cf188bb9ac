import type { Database } from 'better-sqlite3'
import type { StoredGap, TradeRow } from '../market-contract.ts'

/** Both return the rows inserted or changed. */
export function createMarketRowWriter(_database: Database) {
  return {
    saveTrades: (_rows: readonly TradeRow[]): number => {
      throw new Error('not built yet')
    },
    saveGaps: (_gaps: readonly StoredGap[]): number => {
      throw new Error('not built yet')
    },
  }
}
