import type {
  Balance,
  Drift,
  EpochMs,
  Fill,
  FundingPayment,
  Order,
  OrderEvent,
  Transfer,
} from '../../../shared/domain/index.ts'
import type { PnlReport } from '../../../shared/pnl.ts'
import type { FillFilter, OrderFilter, TransferFilter } from '../../../shared/portfolio.ts'
import type { AccountMemory, AccountStorage, LedgerSums, RowPage } from '../account-contract.ts'
import type { Job } from '../jobs.ts'

export interface PageRequest<Filter> {
  readonly filter: Filter
  readonly cursor: string | null
  readonly limit: number
}

export interface FundingFilter {
  readonly account: string | null
  readonly from: EpochMs | null
}

export type PnlRequest = Parameters<AccountStorage['pnl']>[0]

/** What the reading thread is asked about accounts; meanings as in AccountStorage. */
export type AccountReadJobs = {
  accountMemory: Job<{ readonly account: string; readonly since: EpochMs }, AccountMemory>
  ledger: Job<{ readonly account: string; readonly since: EpochMs }, readonly LedgerSums[]>
  orders: Job<PageRequest<OrderFilter>, RowPage<Order>>
  orderEvents: Job<
    { readonly account: string; readonly symbol: string; readonly exchangeOrderId: string },
    readonly OrderEvent[]
  >
  fills: Job<PageRequest<FillFilter>, RowPage<Fill>>
  transfers: Job<PageRequest<TransferFilter>, RowPage<Transfer>>
  fundingPayments: Job<PageRequest<FundingFilter>, RowPage<FundingPayment>>
  drifts: Job<{ readonly account: string | null; readonly withResolved: boolean }, readonly Drift[]>
  lastDriftId: Job<null, number>
  ranAt: Job<EpochMs, boolean>
  absentAt: Job<EpochMs, readonly string[]>
  balancesAt: Job<EpochMs, readonly Balance[]>
  pnl: Job<PnlRequest, PnlReport>
}
