/** The part of storage that answers for the trader's accounts. */
import type {
  Balance,
  Drift,
  EpochMs,
  ExchangeId,
  Fill,
  FundingPayment,
  FundingRate,
  Order,
  OrderEvent,
  Position,
  Transfer,
} from '../../shared/domain/index.ts'
import type { DayZone, PnlMethod, PnlReport } from '../../shared/pnl.ts'
import type { FillFilter, OrderFilter, TransferFilter } from '../../shared/portfolio.ts'
import type { WriteReport } from './contract.ts'
import type { EquitySample } from './history-contract.ts'

/** One transaction's worth of what happened, each list in the order it happened. Instances of state may repeat a key. */
export interface AccountBatch {
  readonly accounts?: readonly StoredAccount[]
  /** Each becomes a row, unless it repeats the newest of its key; null in `free` or `locked` repeats what is known. */
  readonly balances?: readonly Balance[]
  /** What accounts held at one moment of a day: those of the first run of the program that writes a day stand. `day` is `2026-11-21` UTC. */
  readonly dailyBalances?: readonly { readonly day: string; readonly balance: Balance }[]
  /**
   * Upsert by account, symbol and exchange order id; each state not seen before is an event, also one that comes late. An older state
   * changes nothing else (accounts/precedence.ts); what a newer one does not tell is kept.
   */
  readonly orders?: readonly { readonly order: Order; readonly raw: string; readonly source: OrderEvent['source'] }[]
  /** Once each by account, symbol, trade id and order id; a later one with fee or profit fills in what was null. */
  readonly fills?: readonly { readonly fill: Fill; readonly raw: string }[]
  /** Where accounts' ledgers begin: the first one of each account stands. Retention moves it forward. */
  readonly openings?: readonly LedgerOpening[]
  /** The newest of each account and list stands. What was downloaded is in an earlier batch or in this one. */
  readonly downloads?: readonly DownloadMark[]
  /** Each becomes a row. */
  readonly positions?: readonly Position[]
  /** Likewise by account, kind and transfer id; each new status is an event. */
  readonly transfers?: readonly { readonly transfer: Transfer; readonly raw: string }[]
  /** Once each. */
  readonly fundingPayments?: readonly FundingPayment[]
  /** Each becomes a row unless it repeats rate and times of the newest of its symbol; the mark price alone makes none. */
  readonly fundingRates?: readonly FundingRate[]
  /** Upsert by id. */
  readonly drifts?: readonly Drift[]
  /** Once each by account and time. */
  readonly equity?: readonly EquitySample[]
}

/** What an account held of each asset, over all wallets, when its ledger began. */
export interface LedgerOpening {
  readonly account: string
  readonly at: EpochMs
  readonly totals: readonly { readonly asset: string; readonly total: string }[]
}

/** `past`: what lies before the account was first connected, orders and fills alike. */
export const downloadedLists = ['orders', 'fills', 'transfers', 'funding', 'past'] as const
export type DownloadedList = (typeof downloadedLists)[number]

/** Until when (the exchange's clock) a list of an account is whole. */
export interface DownloadMark {
  readonly account: string
  readonly list: DownloadedList
  readonly until: EpochMs
  /** Of `past`, where the exchange is asked symbol by symbol: those whose past is whole. They replace those told before. */
  readonly symbols?: readonly string[]
}

/** An account's name beside its rows; never its key. */
export interface StoredAccount {
  readonly id: string
  readonly exchange: ExchangeId
  readonly label: string
}

/** What an account's engine begins with. */
export interface AccountMemory {
  /** Newest row of each balance, by wallet and asset. */
  readonly balances: readonly Balance[]
  /** Orders whose last known state is not final. */
  readonly openOrders: readonly Order[]
  /** Newest row of each position that is not zero. */
  readonly positions: readonly Position[]
  /** Newest stored fill of each symbol. */
  readonly newestFills: readonly { readonly symbol: string; readonly tradeId: string; readonly at: EpochMs }[]
  /** Keys (`fillKey`) of stored fills since `since`, so that what comes again is known. */
  readonly fillKeys: readonly string[]
  /** Those of them whose fee or, of perpetuals, whose profit is not told yet, and which of both is. */
  readonly untoldFills: readonly { readonly key: string; readonly fee: boolean; readonly profit: boolean }[]
  /** Transfers that are pending or changed since `since`. */
  readonly transfers: readonly Transfer[]
  readonly newestTransferAt: EpochMs | null
  readonly newestFundingAt: EpochMs | null
  /** The newest mark of each list; none in files of older versions. */
  readonly downloads: Readonly<Partial<Record<DownloadedList, EpochMs>>>
  /** The newest `symbols` of the mark `past`; null: none was told, as in files of older versions. */
  readonly pastSymbols: readonly string[] | null
  readonly openDrifts: readonly Drift[]
  /** Every symbol with a stored order or fill. */
  readonly symbols: readonly string[]
  /**
   * Where the ledger begins: balances per asset over all wallets at the moment when the last of those first stored came, counting
   * those that came within 10 s of the very first (wallets are asked one after another). null: nothing stored yet.
   */
  readonly opening: {
    readonly at: EpochMs
    readonly totals: readonly { readonly asset: string; readonly total: string }[]
  } | null
  /** Of what happened since the opening, read together with it; empty where there is none. */
  readonly ledgerSums: readonly LedgerSums[]
}

/** Sums of what changed balances since a time, per asset: what the ledger adds to its opening. Decimal text, signed. */
export interface LedgerSums {
  readonly asset: string
  readonly trades: string
  readonly fees: string
  readonly transfers: string
  readonly funding: string
  /**
   * Fills whose fee, or of perpetuals whose profit, the exchange has not told: that part is missing from the sums. Counted in the
   * settlement asset, of spot in both assets, since the fee may have been taken from either.
   */
  readonly untoldFills: number
  /** Costs of spot fills and fees of fills among them: where the exchange rounds what it books, each may be off. */
  readonly bookings: number
}

export interface RowPage<T> {
  readonly rows: readonly T[]
  readonly next: string | null
}

/**
 * Lists come newest first: orders by when they were placed (where the exchange does not tell: their first known state), transfers by
 * when they were begun; `from` and `to` of a filter mean that time. A cursor that is not a page's `next` rejects with a StorageError.
 */
export interface AccountStorage {
  /** One transaction; never dropped. Rejects with `refused` where a row breaks the tables' rules: then nothing is saved. */
  save(batch: AccountBatch): Promise<WriteReport>
  memory(account: string, since: EpochMs): Promise<AccountMemory>
  /**
   * Of what happened after `since`. Perpetuals count with the exchange's realised profit, spot with both legs; transfers once
   * completed, by `updatedAt` or, where that is not told, by when a pending one was heard to be completed, or else `createdAt`; fees of
   * withdrawals among `fees`.
   */
  ledger(account: string, since: EpochMs): Promise<readonly LedgerSums[]>
  orders(filter: OrderFilter, cursor: string | null, limit: number): Promise<RowPage<Order>>
  orderEvents(account: string, symbol: string, exchangeOrderId: string): Promise<readonly OrderEvent[]>
  fills(filter: FillFilter, cursor: string | null, limit: number): Promise<RowPage<Fill>>
  transfers(filter: TransferFilter, cursor: string | null, limit: number): Promise<RowPage<Transfer>>
  fundingPayments(
    account: string | null,
    from: EpochMs | null,
    cursor: string | null,
    limit: number,
  ): Promise<RowPage<FundingPayment>>
  drifts(account: string | null, withResolved: boolean): Promise<readonly Drift[]>
  lastDriftId(): Promise<number>
  /** Whether Crossbook was recording within some minutes of that moment. */
  ranAt(at: EpochMs): Promise<boolean>
  /** Accounts that were live before that moment, as samples of their worth show, but not within some minutes of it. */
  absentAt(at: EpochMs): Promise<readonly string[]>
  /** Newest balances at or before `at` (midnight), by account, wallet and asset. */
  balancesAt(at: EpochMs): Promise<readonly Balance[]>
  /** Without `unrealised` and the symbols' prices, which the hub adds. */
  pnl(request: {
    readonly account: string | null
    readonly method: PnlMethod
    readonly from: EpochMs | null
    readonly to: EpochMs | null
    readonly days: DayZone
  }): Promise<PnlReport>
}
