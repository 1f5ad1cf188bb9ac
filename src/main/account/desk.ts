/**
 * All accounts of one market's run: each account's session with its key, what they hold together and what it is worth. Keys pass
 * through here on their way from the key ring into the connector's closures and are kept nowhere else.
 */

import { isZeroAmount } from '../../shared/amount.ts'
import {
  type AccountFees,
  type AccountState,
  type AccountStatus,
  type Balance,
  type BuiltInExchangeId,
  balanceKey,
  type Drift,
  type EpochMs,
  type ExchangeId,
  exchangeTitle,
  type Instrument,
  type Order,
  type Position,
  positionKey,
  type Truth,
} from '../../shared/domain/index.ts'
import type { Portfolio } from '../../shared/portfolio.ts'
import type { AccountSettings, Settings } from '../../shared/settings.ts'
import type { Bus } from '../bus/index.ts'
import type { Credentials } from '../exchanges/account-contract.ts'
import { connectorOf } from '../exchanges/registry.ts'
import type { MarketSession } from '../exchanges/session-contract.ts'
import type { Logger } from '../log.ts'
import type { NetworkSource } from '../market/asset-networks.ts'
import type { InstrumentCatalog } from '../market/catalog.ts'
import type { OriginMap } from '../net/origins.ts'
import type { AccountStorage } from '../storage/account-contract.ts'
import type { JudgedBalance } from './balance-truth.ts'
import type { KeyRing } from './keys.ts'
import { Midnight } from './midnight.ts'
import { AccountSession } from './session.ts'
import { PriceBoard, valuationSymbols, valuePortfolio } from './valuation.ts'

export interface AccountDeskOptions {
  readonly settings: () => Settings
  /** The demo's accounts with the simulator's keys, instead of those in settings; null: this is no demo. */
  readonly demo: readonly DemoAccount[] | null
  readonly keyRing: KeyRing
  readonly exchange: (id: ExchangeId) => MarketSession | undefined
  readonly origins: (id: ExchangeId) => OriginMap
  readonly catalog: InstrumentCatalog
  /** Of an instrument's quote; null: nobody judges it, since it is not watched. */
  readonly quoteTruth: (instrumentId: number) => Truth | null
  /** The asset of this name is known to be another coin, or counted in another unit, on one exchange than on the other; default: none is. */
  readonly areDifferentCoins?: (asset: string, one: ExchangeId, other: ExchangeId) => boolean
  readonly bus: Bus
  readonly storage: AccountStorage | null
  /** Stores all that was published: an account that starts again reads it at once. Never rejects. */
  readonly flush: () => Promise<void>
  readonly logger: Logger
  /** An account is held, or holds something, that it did not before: quotes for its value are wanted. */
  readonly onAssets: () => void
  /** What accounts are told to pay changed. */
  readonly onFees: () => void
  /** An account's key was rejected; in words. */
  readonly onRejected: (account: AccountSettings, message: string) => void
}

export interface DemoAccount {
  readonly exchange: BuiltInExchangeId
  readonly credentials: Credentials
}

interface Entry {
  readonly settings: AccountSettings
  readonly keySource: AccountStatus['keySource']
  session: AccountSession | null
  /** Why there is no session. */
  idle: { readonly state: AccountState; readonly reason: string }
  since: EpochMs
  /** Told already. */
  rejection: string | null
  retry: NodeJS.Timeout | null
  /** Ends what an earlier key load would still do. */
  turn: number
}

/** A keychain that was not there is looked for again after this. */
const keyRetryMs = 60_000

export class AccountDesk {
  private readonly options: AccountDeskOptions
  private readonly entries = new Map<string, Entry>()
  /** Earlier sessions of an account that are ending; the next one waits for them. */
  private readonly closing = new Map<string, Promise<void>>()
  private readonly prices: PriceBoard
  private readonly midnight: Midnight
  private readonly unsubscribe: (() => void)[] = []
  /** Exchange and asset of everything held, as far as quotes were asked for it. */
  private readonly held = new Set<string>()
  private readonly closedPositions = new Map<string, Position>()
  /** By `balanceKey`: what was last told of each balance. */
  private readonly toldTruths = new Map<string, { readonly balance: Balance; readonly truth: Truth }>()
  /** By account; kept while an account starts over. */
  private readonly told = new Map<string, readonly AccountFees[]>()
  private lastDriftId = 0
  private running = false

  constructor(options: AccountDeskOptions) {
    this.options = options
    this.prices = new PriceBoard(options.quoteTruth, options.areDifferentCoins)
    this.midnight = new Midnight(options.storage, options.flush, options.logger)
  }

  async start(): Promise<void> {
    const { bus, storage } = this.options
    this.running = true
    this.unsubscribe.push(
      bus.on('book_ticker', ({ instrument, bidPrice, askPrice, receivedAt }) =>
        this.prices.apply(instrument, bidPrice, askPrice, receivedAt),
      ),
      bus.on('connection', ({ state, instrumentIds }) => {
        if (state === 'down') this.prices.feedDown(instrumentIds)
      }),
      bus.on('balance', ({ balance }) => {
        this.toldTruths.set(balanceKey(balance), { balance, truth: this.truthOf(balance).truth })
        if (!isZeroAmount(balance.total)) this.holds(balance.exchange, balance.asset)
      }),
      bus.on('position', ({ position }) => {
        if (isZeroAmount(position.quantity)) this.closedPositions.set(positionKey(position), position)
        else this.closedPositions.delete(positionKey(position))
      }),
    )
    try {
      this.lastDriftId = (await storage?.lastDriftId()) ?? 0
    } catch (error) {
      // Reading failed, so writing will too: what is found now is shown, and numbered from 1.
      this.options.logger.warn({ err: error }, 'the newest difference on record could not be read')
    }
    this.sync()
  }

  async stop(): Promise<void> {
    this.running = false
    for (const end of this.unsubscribe.splice(0)) end()
    const entries = [...this.entries.values()]
    this.entries.clear()
    await Promise.all([...this.closing.values(), ...entries.map((entry) => this.close(entry))])
  }

  /** Makes the accounts match settings and the exchanges that run. Accounts that did not change go on undisturbed. */
  sync(): void {
    if (!this.running) return
    const wanted = this.wantedAccounts()
    for (const [id, entry] of this.entries) {
      const { settings } = wanted.get(id) ?? {}
      if (settings && isSame(settings, entry.settings)) continue
      this.entries.delete(id)
      void this.close(entry)
      // One that only has another name pays what it paid.
      if (settings?.enabled !== true && this.told.delete(id)) this.options.onFees()
    }
    for (const [id, { settings, keySource }] of wanted) {
      if (this.entries.has(id)) continue
      const entry: Entry = {
        settings,
        keySource,
        session: null,
        idle: { state: 'connecting', reason: 'reading its key' },
        since: Date.now(),
        rejection: null,
        retry: null,
        turn: 0,
      }
      this.entries.set(id, entry)
      void this.open(entry)
    }
    void this.remember()
  }

  /** The exchange's list of instruments is there: its accounts can read what they are sent. */
  instrumentsListed(exchange: ExchangeId): void {
    for (const entry of this.entries.values()) {
      if (entry.settings.exchange === exchange && entry.session === null) void this.open(entry)
    }
  }

  /** The exchange is about to stop: resolves when no call of its accounts goes through it any more. */
  async exchangeStopping(exchange: ExchangeId): Promise<void> {
    const entries = [...this.entries.values()].filter(({ settings }) => settings.exchange === exchange)
    await Promise.all(
      entries.map(async (entry) => {
        await this.close(entry)
        if (this.entries.get(entry.settings.id) === entry) await this.open(entry)
      }),
    )
  }

  list(): AccountStatus[] {
    return [...this.entries.values()].map(({ settings, keySource, session, idle, since }) =>
      session
        ? { ...session.status(), keySource }
        : {
            id: settings.id,
            exchange: settings.exchange,
            label: settings.label,
            keySource,
            state: idle.state,
            reason: idle.reason,
            since,
            streams: [],
            polls: [],
            permissions: null,
            fees: [],
            openDrifts: 0,
            rejected: [],
            notes: [],
          },
    )
  }

  /** What the accounts pay, as far as they were told. */
  fees(): readonly AccountFees[] {
    return [...this.told.values()].flat()
  }

  /** Other instruments are watched. */
  watchChanged(): void {
    for (const session of this.sessions()) session.symbolsChanged()
  }

  /** Ways to ask an exchange for its networks on behalf of accounts there; where there is none, why. */
  networkSources(exchange: ExchangeId): { readonly sources: readonly NetworkSource[]; readonly why: string } {
    const own = [...this.entries.values()].filter(({ settings }) => settings.exchange === exchange && settings.enabled)
    const sources = own.flatMap(({ settings: { id, label }, session, turn }) => {
      const ask = session?.networks ?? null
      return ask === null ? [] : [{ id: `${id} ${turn}`, words: `account '${label}'`, ask }]
    })
    const [first] = own
    const why = first === undefined ? 'needs an account' : `account '${first.settings.label}' is not connected`
    return { sources, why }
  }

  has(id: string): boolean {
    return this.entries.has(id)
  }

  /** Reads the key anew and starts over. */
  async restart(id: string): Promise<void> {
    const entry = this.entries.get(id)
    if (!entry) return
    this.options.keyRing.askAgain()
    await this.close(entry)
    if (this.entries.get(id) === entry && entry.session === null) await this.open(entry)
  }

  /** Retention removed what happened of the account up to `at`. */
  moveOpening(id: string, at: EpochMs): void {
    this.entries.get(id)?.session?.moveOpening(at)
  }

  /** Resolves when everything was asked for. False: it does not run. */
  async refresh(id: string): Promise<boolean> {
    const session = this.entries.get(id)?.session
    await session?.refresh()
    return session !== null && session !== undefined
  }

  balances(): readonly Balance[] {
    return this.sessions().flatMap((session) => session.balances())
  }

  /** Without those of accounts whose exchange has not told of them lately. */
  confirmedBalances(): readonly Balance[] {
    return this.sessions().flatMap((session) => session.confirmedBalances())
  }

  /** How far the quantity of a balance can be relied on. */
  truthOf(balance: Balance): JudgedBalance {
    const entry = this.entries.get(balance.account)
    if (entry?.session) return entry.session.truthOf(balance)
    return { truth: 'gap', reason: entry?.idle.reason ?? 'its account is not there any more' }
  }

  /** Call about once a second: a balance becomes doubtful, and certain again, without a word from the exchange. */
  sweep(): void {
    for (const [key, { balance, truth: before }] of this.toldTruths) {
      const { truth } = this.truthOf(balance)
      if (!this.entries.has(balance.account)) this.toldTruths.delete(key)
      if (truth === before) continue
      this.toldTruths.set(key, { balance, truth })
      this.options.bus.publish({ kind: 'balance_truth', balance, truth })
    }
  }

  /** Those found before this start, too. */
  openDrifts(): readonly Drift[] {
    return this.sessions().flatMap((session) => session.openDrifts())
  }

  openOrders(): readonly Order[] {
    return this.sessions().flatMap((session) => session.openOrders())
  }

  /** Open ones, and those that closed since the start with a quantity of 0. */
  positions(): readonly Position[] {
    const open = this.sessions().flatMap((session) => session.positions())
    const keys = new Set(open.map(positionKey))
    const closed = [...this.closedPositions].flatMap(([key, position]) =>
      keys.has(key) || !this.entries.has(position.account) ? [] : [position],
    )
    return [...open, ...closed]
  }

  /** The account's exchange has told of its positions lately. */
  arePositionsConfirmed(id: string): boolean {
    return this.entries.get(id)?.session?.arePositionsConfirmed() ?? false
  }

  portfolio(): Portfolio {
    const { currency, staleAfterMs } = this.options.settings().valuation
    const now = Date.now()
    const sessions = this.sessions()
    const drifts = this.openDrifts()
    const { totals, accounts } = this.midnight.at(now)
    return valuePortfolio({
      currency,
      now,
      staleAfterMs,
      board: this.prices,
      // What was sold since midnight is part of the change since then.
      balances: sessions.flatMap((session) => session.toldBalances()),
      midnight: totals,
      knownAtMidnight: accounts,
      truthOf: (balance) => this.truthOf(balance),
      areDifferentCoins: this.options.areDifferentCoins ?? (() => false),
      drifting: new Set(
        drifts.flatMap(({ account, subject, item }) => (subject === 'balance' ? [`${account} ${item}`] : [])),
      ),
      staleAccounts: new Set(
        [...this.entries].flatMap(([id, { session }]) => (session === null || session.isStale() ? [id] : [])),
      ),
    })
  }

  /** The middle price of an asset in another now, for what is open; null where there is none, or only a doubtful one. */
  priceOf(exchange: ExchangeId, base: string, quote: string): number | null {
    const freshAfter = Date.now() - this.options.settings().valuation.staleAfterMs
    const found = this.prices.find(base, quote, exchange, freshAfter)
    return found?.isFresh ? found.price : null
  }

  /**
   * Spot markets whose quotes value what is held at the exchange or was at midnight; their book tickers are wanted besides what is
   * watched.
   */
  quotesWanted(exchange: ExchangeId): readonly Instrument[] {
    const { totals } = this.midnight.at(Date.now())
    const balances = this.sessions().flatMap((session) => session.toldBalances())
    return this.marketsOf(
      exchange,
      balances.filter((row) => !isZeroAmount(row.total) || !isZeroAmount(totals?.get(balanceKey(row)) ?? '0')),
    )
  }

  private marketsOf(exchange: ExchangeId, balances: readonly Balance[]): readonly Instrument[] {
    const { catalog, settings } = this.options
    const { currency } = settings().valuation
    const wanted = new Map<string, Instrument>()
    const assets = balances.filter((balance) => balance.exchange === exchange).map(({ asset }) => asset)
    const seen = new Set<string>()
    for (let asset = assets.shift(); asset !== undefined; asset = assets.shift()) {
      if (seen.has(asset)) continue
      seen.add(asset)
      const [instrument] = catalog.watched(exchange, valuationSymbols(asset, currency))
      if (!instrument) continue
      wanted.set(instrument.key, instrument)
      // Over a bridge: it must be valued itself.
      assets.push(instrument.base === asset ? instrument.quote : instrument.base)
    }
    return [...wanted.values()]
  }

  // ---------------------------------------------------------------- one account

  private sessions(): AccountSession[] {
    return [...this.entries.values()].flatMap(({ session }) => session ?? [])
  }

  private wantedAccounts(): Map<string, Pick<Entry, 'settings' | 'keySource'>> {
    const { demo, settings } = this.options
    const accounts: Pick<Entry, 'settings' | 'keySource'>[] =
      demo?.map(({ exchange }) => ({
        settings: { id: demoId(exchange), exchange, label: 'Demo', enabled: true },
        keySource: 'demo' as const,
      })) ??
      settings().accounts.map((account) => ({
        settings: account,
        keySource: account.environment ? ('environment' as const) : ('keychain' as const),
      }))
    return new Map(accounts.map((account) => [account.settings.id, account]))
  }

  private async open(entry: Entry): Promise<void> {
    const { settings } = entry
    const turn = ++entry.turn
    // This is the next try: another one later would open a second session beside its.
    if (entry.retry) clearTimeout(entry.retry)
    entry.retry = null
    const title = exchangeTitle(settings.exchange)
    const exchange = this.options.exchange(settings.exchange)
    if (!settings.enabled) return this.rest(entry, 'stopped', 'switched off')
    if (!exchange) return this.rest(entry, 'stopped', `${title} is switched off in Settings`)
    if (this.options.catalog.count(settings.exchange) === 0) {
      return this.rest(entry, 'connecting', `waiting for ${title}'s list of instruments`)
    }
    await this.closing.get(settings.id)
    const key = await this.keyOf(settings)
    if (!this.running || entry.turn !== turn || this.entries.get(settings.id) !== entry) return
    if (!key.ok) {
      this.rest(entry, 'no_key', key.problem)
      if (key.retry) entry.retry = setTimeout(() => void this.open(entry), keyRetryMs)
      return
    }
    const { bus, catalog, logger, storage } = this.options
    const session = new AccountSession({
      account: { id: settings.id, exchange: settings.exchange, label: settings.label },
      connector: connectorOf(settings.exchange).account.create({
        account: settings.id,
        credentials: key.credentials,
        lookup: exchange.instruments,
      }),
      ask: (call, options) => exchange.ask(call, options),
      now: () => exchange.now(),
      measureClock: () => exchange.measureClock(),
      pacer: exchange.pacer,
      origins: this.options.origins(settings.exchange),
      bus,
      storage,
      symbols: () => this.symbolsOf(entry),
      instrument: (symbol) => catalog.get(`${settings.exchange}:${symbol}`),
      nextDriftId: () => ++this.lastDriftId,
      logger: logger.child({ account: settings.id }),
      onStatus: () => this.noteRejection(entry),
      onFees: (fees) => {
        if (this.entries.get(settings.id) !== entry) return
        this.told.set(settings.id, fees)
        this.options.onFees()
      },
    })
    entry.session = session
    session.start()
  }

  private async keyOf(settings: AccountSettings) {
    const demo = this.options.demo?.find(({ exchange }) => demoId(exchange) === settings.id)
    return demo ? { ok: true as const, credentials: demo.credentials } : this.options.keyRing.load(settings)
  }

  /** Their names beside their rows, for whoever reads the database. */
  private async remember(): Promise<void> {
    const accounts = [...this.entries.values()].map(({ settings: { id, exchange, label } }) => ({
      id,
      exchange,
      label,
    }))
    try {
      if (accounts.length > 0) await this.options.storage?.save({ accounts })
    } catch (error) {
      this.options.logger.warn({ err: error }, 'the accounts could not be stored')
    }
  }

  private rest(entry: Entry, state: AccountState, reason: string): void {
    if (entry.idle.state !== state || entry.idle.reason !== reason) entry.since = Date.now()
    entry.idle = { state, reason }
  }

  /** Resolves when nothing of it is under way and all that it told is stored. */
  private close(entry: Entry): Promise<void> {
    entry.turn++
    if (entry.retry) clearTimeout(entry.retry)
    entry.retry = null
    entry.rejection = null
    const { session, settings } = entry
    entry.session = null
    const before = this.closing.get(settings.id)
    if (session === null) return before ?? Promise.resolve()
    const closed: Promise<void> = Promise.all([before, session.stop()])
      .then(() => (this.running ? this.options.flush() : undefined))
      .then(() => {
        if (this.closing.get(settings.id) === closed) this.closing.delete(settings.id)
      })
    this.closing.set(settings.id, closed)
    return closed
  }

  private noteRejection(entry: Entry): void {
    const status = entry.session?.status()
    const rejection = status?.state === 'rejected' ? status.reason : null
    if (rejection !== null && entry.rejection === null) this.options.onRejected(entry.settings, rejection)
    entry.rejection = rejection
  }

  /**
   * What it may have traded, beside what it is seen to trade: what is watched there, the spot market of a watched perpetual and the other
   * way round, and markets of what this account holds.
   */
  private symbolsOf({ settings: { exchange }, session }: Entry): readonly Instrument[] {
    const { catalog, settings } = this.options
    const held = this.marketsOf(exchange, session?.balances() ?? [])
    const watched = catalog.watched(exchange, settings().symbols)
    const siblings = watched.flatMap(({ symbol }) => catalog.get(`${exchange}:${siblingOf(symbol)}`) ?? [])
    const instruments = [...watched, ...siblings, ...held]
    return [...new Map(instruments.map((instrument) => [instrument.key, instrument])).values()]
  }

  private holds(exchange: ExchangeId, asset: string): void {
    const key = `${exchange} ${asset}`
    if (this.held.has(key)) return
    this.held.add(key)
    this.options.onAssets()
  }
}

const perpetualSuffix = '_PERP'
const siblingOf = (symbol: string): string =>
  symbol.endsWith(perpetualSuffix) ? symbol.slice(0, -perpetualSuffix.length) : symbol + perpetualSuffix

const demoId = (exchange: ExchangeId): string => `demo-${exchange}`

const isSame = (a: AccountSettings, b: AccountSettings): boolean => JSON.stringify(a) === JSON.stringify(b)
