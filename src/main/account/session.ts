import type {
  AccountStatus,
  Balance,
  Drift,
  EpochMs,
  ExchangeId,
  Instrument,
  Order,
  Position,
} from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { AccountConnector } from '../exchanges/account-contract.ts'
import type { Logger } from '../log.ts'
import type { Random } from '../net/backoff.ts'
import type { OriginMap } from '../net/origins.ts'
import type { Priority } from '../net/rate-limit.ts'
import type { RestCall, RestResult } from '../net/rest.ts'
import type { SessionTiming } from '../net/session-timing.ts'
import type { AccountStorage } from '../storage/account-contract.ts'
import type { AccountTiming } from './timing.ts'

export interface AccountSessionOptions {
  readonly account: { readonly id: string; readonly exchange: ExchangeId; readonly label: string }
  /** Made with the credentials, which the session never sees. */
  readonly connector: AccountConnector
  /** One call within the exchange's limits and by its clock; interactive unless `history` is said. */
  readonly ask: <T>(
    call: RestCall<T>,
    options?: { readonly priority?: Priority; readonly signal?: AbortSignal },
  ) => Promise<RestResult<T>>
  /** The exchange's clock. */
  readonly now: () => EpochMs
  readonly origins: OriginMap
  /** Account events are published here: only what is new. */
  readonly bus: Bus
  /** Read at start; writing is done by whoever records the bus. */
  readonly storage: AccountStorage | null
  /** Instruments the account may have traded (watched, held); those seen in orders and fills are added here. */
  readonly symbols: () => readonly Instrument[]
  /** By its unified symbol. */
  readonly instrument: (symbol: string) => Instrument | undefined
  readonly nextDriftId: () => number
  readonly logger: Logger
  /** Something in `status()` changed that should be shown soon. */
  readonly onStatus: () => void
  readonly timing?: Partial<AccountTiming>
  readonly sessionTiming?: Partial<SessionTiming>
  readonly random?: Random
}

/** One account: its streams, polls, state, reconciliation and ledger. `start` and `stop` happen once. */
export class AccountSession {
  private readonly options: AccountSessionOptions
  private readonly since = Date.now()

  constructor(options: AccountSessionOptions) {
    this.options = options
  }

  start(): void {}

  async stop(): Promise<void> {}

  status(): Omit<AccountStatus, 'keySource'> {
    return {
      ...this.options.account,
      state: 'connecting',
      reason: 'not started',
      since: this.since,
      streams: [],
      polls: [],
      permissions: null,
      openDrifts: 0,
      rejected: [],
      notes: [],
    }
  }

  balances(): readonly Balance[] {
    return []
  }

  openOrders(): readonly Order[] {
    return []
  }

  positions(): readonly Position[] {
    return []
  }

  openDrifts(): readonly Drift[] {
    return []
  }

  /** Asks for everything now; resolves when the answers are in. */
  async refresh(): Promise<void> {}

  /** Balances were not confirmed lately, or a stream is not live. */
  isStale(): boolean {
    return true
  }
}
