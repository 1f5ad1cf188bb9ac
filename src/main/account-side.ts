/**
 * The private side of one market's run: accounts, what is stored of them, funding rates. The hub makes one with each market, starts
 * it after the exchanges' sessions and stops it before them, since its calls go through theirs.
 */
import { type ExchangeId, exchangeIds, type Instrument, type Truth } from '../shared/domain/index.ts'
import type { Settings } from '../shared/settings.ts'
import { AccountDesk, type DemoAccount } from './account/desk.ts'
import { DriftAlerts } from './account/drift-alerts.ts'
import { EquityRecorder } from './account/equity.ts'
import { FeesInForce } from './account/fees.ts'
import type { KeyRing } from './account/keys.ts'
import { AccountRecorder } from './account/recorder.ts'
import type { AlertLog } from './alerts.ts'
import type { Bus } from './bus/index.ts'
import type { Topic } from './exchanges/contract.ts'
import { connectorOf } from './exchanges/registry.ts'
import type { MarketSession } from './exchanges/session-contract.ts'
import type { Logger } from './log.ts'
import type { InstrumentCatalog } from './market/catalog.ts'
import { FundingRates } from './market/funding-rates.ts'
import type { Simulator } from './simulator/index.ts'
import type { AccountStorage } from './storage/account-contract.ts'

/** After the first account's fees, for those of the others. */
const feesSettleMs = 1_500

export interface AccountSideOptions {
  readonly settings: () => Settings
  readonly mode: 'demo' | 'live'
  /** The demo's; null in live mode, and until it runs. */
  readonly simulator: Simulator | null
  readonly keyRing: KeyRing
  readonly session: (exchange: ExchangeId) => MarketSession | undefined
  readonly catalog: InstrumentCatalog
  /** Of an instrument's quote; null: it is not watched. */
  readonly quoteTruth: (instrumentId: number) => Truth | null
  /** The asset of this name is known to be another coin, or counted in another unit, on one exchange than on the other. */
  readonly areDifferentCoins: (asset: string, one: ExchangeId, other: ExchangeId) => boolean
  readonly bus: Bus
  readonly alerts: AlertLog
  readonly storage: AccountStorage | null
  readonly logger: Logger
  /** What is held changed: its quotes are wanted. */
  readonly onAssets: () => void
  /** A fee that is computed with is another now. */
  readonly onFees: () => void
}

export class AccountSide {
  readonly desk: AccountDesk
  readonly fundingRates: FundingRates
  readonly fees: FeesInForce
  private readonly options: AccountSideOptions
  private readonly recorder: AccountRecorder
  private readonly equity: EquityRecorder
  private driftAlerts: DriftAlerts | null = null
  private feeTimer: NodeJS.Timeout | null = null

  constructor(options: AccountSideOptions) {
    this.options = options
    const { settings, mode, simulator, keyRing, session, catalog, quoteTruth, bus, alerts, storage, logger, onAssets } =
      options
    this.desk = new AccountDesk({
      settings,
      demo: mode === 'demo' ? demoAccounts(simulator) : null,
      keyRing,
      exchange: session,
      origins: (id) => simulator?.originsOf(id) ?? settings().exchanges[id]?.origins ?? {},
      catalog,
      quoteTruth,
      areDifferentCoins: options.areDifferentCoins,
      bus,
      storage,
      flush: () => this.recorder.flush(),
      logger,
      onAssets,
      onFees: () => this.feesTold(),
      onRejected: ({ id }, message) => alerts.raise({ severity: 'error', rule: 'account', subject: id, message }),
    })
    this.recorder = new AccountRecorder({
      bus,
      storage,
      logger,
      balances: () => this.desk.confirmedBalances(),
      onAlert: (finding) => alerts.raise(finding),
    })
    this.equity = new EquityRecorder({
      storage,
      accounts: () => this.desk.list(),
      portfolio: () => this.desk.portfolio(),
      logger,
    })
    this.fundingRates = new FundingRates({ bus, logger, source: session })
    this.fees = new FeesInForce({
      settings,
      standard: (exchange) => connectorOf(exchange).fees,
      told: () => this.desk.fees(),
    })
  }

  async start(): Promise<void> {
    const { alerts, bus } = this.options
    this.fundingRates.start()
    this.recorder.start()
    this.driftAlerts = new DriftAlerts(bus, (finding) => alerts.raise(finding))
    await this.desk.start()
    this.equity.start()
  }

  /** No call of an account is under way afterwards; what it brought is still to be stored by `finish`. */
  async stop(): Promise<void> {
    this.fundingRates.stop()
    if (this.feeTimer !== null) clearTimeout(this.feeTimer)
    this.feeTimer = null
    await this.equity.stop()
    await this.desk.stop()
  }

  /** Stores what waits; before the database closes. */
  finish(): Promise<void> {
    this.driftAlerts?.stop()
    return this.recorder.stop()
  }

  /** Accounts are told one after another at a start: what follows is computed anew once. */
  private feesTold(): void {
    this.fees.renew()
    this.feeTimer ??= setTimeout(() => {
      this.feeTimer = null
      if (this.fees.haveChanged()) this.options.onFees()
    }, feesSettleMs)
  }

  /** Quotes that value what is held at the exchange but is not watched. */
  topics(exchange: ExchangeId, watched: readonly Instrument[]): Topic[] {
    const known = new Set(watched.map(({ id }) => id))
    return this.desk
      .quotesWanted(exchange)
      .filter(({ id }) => !known.has(id))
      .map((instrument) => ({ channel: 'book_ticker', instrument, period: null }))
  }
}

/** The simulator's keys, as accounts of the demo. */
const demoAccounts = (simulator: Simulator | null): DemoAccount[] =>
  exchangeIds.flatMap((exchange) => {
    const found = simulator?.keys[exchange]
    if (!found) return []
    const { key, secret, passphrase = null } = found
    return [{ exchange, credentials: { key, secret, passphrase } }]
  })
