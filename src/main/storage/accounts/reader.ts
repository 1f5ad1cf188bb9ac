import type { Database } from 'better-sqlite3'
import type { Handlers } from '../jobs.ts'
import type { AccountReadJobs } from './jobs.ts'

export function createAccountReader(_database: Database): Handlers<AccountReadJobs> {
  const none = { rows: [], next: null }
  return {
    accountMemory: () => ({
      balances: [],
      openOrders: [],
      positions: [],
      newestFills: [],
      fillKeys: [],
      transfers: [],
      newestTransferAt: null,
      newestFundingAt: null,
      openDrifts: [],
      symbols: [],
      opening: null,
    }),
    ledger: () => [],
    orders: () => none,
    orderEvents: () => [],
    fills: () => none,
    transfers: () => none,
    fundingPayments: () => none,
    drifts: () => [],
    lastDriftId: () => 0,
    balancesAt: () => [],
    pnl: ({ method }) => ({ method, days: [], symbols: [], feesElsewhere: [], firstFillAt: null, notes: [] }),
  }
}
