/**
 * The hub is the whole program without a face: connectors, bus, analytics, storage. It is the only place that constructs and
 * joins parts; the doors (index.ts, cli.ts) open onto it. Shutdown is start's mirror image.
 */
import type { AppInfo } from '../shared/contract.ts'
import type { HistoryRequest } from '../shared/data.ts'
import {
  type Alert,
  type ExchangeId,
  type ExchangeStatus,
  exchangeIds,
  type Instrument,
  type MarketKind,
  type Opportunity,
} from '../shared/domain/index.ts'
import type { Settings, SettingsChange } from '../shared/settings.ts'
import { KeyRing } from './account/keys.ts'
import { AccountSide } from './account-side.ts'
import { AlertLog } from './alerts.ts'
import { Desk } from './analytics/desk.ts'
import type { Finding } from './analytics/health.ts'
import type { SpreadBoard } from './analytics/spreads.ts'
import { restoreBackup } from './backups.ts'
import type { ApiStatusSource, TokenStore } from './bots-contract.ts'
import { Broadcaster, type Client } from './broadcaster.ts'
import { type Bus, createBus } from './bus/index.ts'
import { createHandlers } from './calls.ts'
import type { Config } from './config.ts'
import type { HistoryPart } from './data-contract.ts'
import { databaseFile, lockDataFolder } from './data-folder.ts'
import { DataSide } from './data-side.ts'
import type { Topic } from './exchanges/contract.ts'
import { connectors } from './exchanges/registry.ts'
import { ExchangeSession } from './exchanges/session.ts'
import { answer, CallError, type Handlers } from './handlers.ts'
import { HistoryRequests } from './history-requests.ts'
import type { Logger } from './log.ts'
import { Backfill } from './market/backfill.ts'
import { CandleCloser } from './market/candle-closer.ts'
import { InstrumentCatalog } from './market/catalog.ts'
import { KlineHistory, type KlineSource } from './market/history.ts'
import { InstrumentLists } from './market/listing.ts'
import type { QuoteBoard } from './market/quotes.ts'
import { MarketDatabase, type MarketDatabaseOptions } from './market-database.ts'
import type { Grant } from './net/rate-limit.ts'
import { historyService, redis, tokens } from './not-built.ts'
import { ProgressBoard } from './progress.ts'
import { Recorder } from './recorder.ts'
import { livelyAccounts, type Simulator, startSimulatorWorker } from './simulator/index.ts'
import { defaultSymbols } from './simulator/symbols.ts'

export interface HubOptions {
  readonly config: Config
  readonly dataDir: string
  readonly dryRun: boolean
  readonly door: AppInfo['door']
  readonly version: string
  readonly logger: Logger
  /** Shows a file in the system's file manager; not given: there is none. */
  readonly reveal?: (file: string) => void
}

export class Hub {
  readonly bus: Bus
  readonly startedAt = Date.now()
  private readonly options: HubOptions
  private readonly logger: Logger
  private readonly alerts: AlertLog
  private readonly broadcaster: Broadcaster
  private readonly progress: ProgressBoard
  private readonly desk: Desk
  private readonly handlers: Handlers
  private readonly historyRequests: HistoryRequests
  private readonly keyRing = new KeyRing(process.env)
  private releaseFolder: (() => void) | null = null
  private apiStatus: ApiStatusSource = () => ({
    url: null,
    problem: null,
    warning: null,
    clients: 0,
    requests: 0,
    refused: 0,
  })
  private sweepTimer: NodeJS.Timeout | null = null

  // One market's run, demo or live; the next run brings new ones.
  private mode: 'demo' | 'live' = 'demo'
  private database: MarketDatabase
  private simulator: Simulator | null = null
  private catalog = new InstrumentCatalog([])
  private history: KlineHistory
  private backfill: Backfill
  private closer: CandleCloser
  private recorder: Recorder
  private readonly sessions = new Map<ExchangeId, ExchangeSession>()
  private lists: InstrumentLists
  private accounts: AccountSide
  private data: DataSide
  private running = false
  /** Asked to stop: nothing starts any more. */
  private closing = false
  /** Starts, changes and stops come one after another, whoever asks. */
  private turn: Promise<void> = Promise.resolve()

  constructor(options: HubOptions) {
    this.options = options
    this.logger = options.logger
    this.bus = createBus((error, event) => this.logger.error({ err: error, kind: event.kind }, 'a listener failed'))
    this.alerts = new AlertLog(this.bus, this.logger)
    this.broadcaster = new Broadcaster({
      quotes: () => this.desk.board,
      spreads: () => this.desk.spreads,
      status: () => ({
        connections: this.connections(),
        recorder: this.recorder.status(),
        opportunities: [...this.desk.liveOpportunities()],
        accounts: this.accounts.desk.list(),
        portfolio: this.accounts.desk.portfolio(),
        positions: [...this.accounts.desk.positions()],
        fundingRates: [...this.accounts.fundingRates.list()],
        api: this.apiStatus(),
        redis: redis.status(),
      }),
    })
    this.progress = new ProgressBoard((progress) => this.broadcaster.tell('progress.update', progress))
    this.desk = new Desk({
      settings: () => this.settings,
      takerFee: ({ exchange, kind }) => feesOf(this.settings, exchange, kind).taker,
      onQuote: (slot) => this.broadcaster.quoteChanged(slot),
      onPair: (index) => this.broadcaster.pairChanged(index),
      onOpportunity: (opportunity) => this.bus.publish({ kind: 'opportunity', opportunity }),
      onBoards: () => this.broadcaster.boardsChanged(),
    })
    this.database = MarketDatabase.none(this.databaseOptions(), null)
    this.history = this.createHistory()
    this.backfill = this.createBackfill()
    this.closer = this.createCloser()
    this.recorder = this.createRecorder()
    this.lists = this.createLists()
    this.accounts = this.createAccounts()
    this.data = this.createData()
    this.historyRequests = new HistoryRequests(() => historyService, this.logger)
    this.handlers = createHandlers({
      config: options.config,
      broadcaster: this.broadcaster,
      alerts: this.alerts,
      progress: this.progress,
      desk: this.desk,
      info: () => this.info(),
      connections: () => this.connections(),
      catalog: () => this.catalog,
      history: () => this.history,
      backfill: () => this.backfill,
      recorder: () => this.recorder,
      storage: () => this.database.storage,
      updateSettings: (changes) => this.updateSettings(changes),
      logger: this.logger,
      mode: () => this.mode,
      accounts: () => this.accounts.desk,
      fundingRates: () => this.accounts.fundingRates,
      accountStorage: () => this.database.storage?.accounts ?? null,
      whyNoStorage: () => this.database.problem,
      historyRequests: this.historyRequests,
      exports: () => this.data.exports,
      backups: () => this.data.backups,
      upkeep: () => this.data.upkeep,
      cancelData: (id) => this.data.cancel(id),
      restoreBackup: (id) => this.restoreBackup(id),
      reveal: options.reveal ?? null,
      tokens,
      apiStatus: () => this.apiStatus(),
      redis: () => redis,
      setRedisPassword: async () => undefined,
      onScreenLatency: () => undefined,
      tokensChanged: () => this.broadcaster.tell('tokens.changed', [...tokens.list()]),
    })
    this.listen()
  }

  get settings(): Settings {
    return this.options.config.settings
  }

  /** The folder in use: the data folder, or its `demo` folder when that one holds real data. */
  get dataDir(): string {
    return this.database.folder
  }

  /** Throws a DataFolderError when the folder cannot be used; everything else that fails later is state, shown and retried. */
  async start(): Promise<void> {
    if (!this.options.dryRun) this.releaseFolder = lockDataFolder(this.options.dataDir)
    this.broadcaster.start()
    this.sweepTimer = setInterval(() => this.sweep(), 1_000)
    await this.inTurn(() => this.startMarket())
  }

  /** Flushes, closes sockets, checkpoints. Safe to call twice, and while it starts. */
  async stop(): Promise<void> {
    this.closing = true
    await this.inTurn(() => this.stopMarket())
    if (this.sweepTimer) clearInterval(this.sweepTimer)
    this.sweepTimer = null
    this.broadcaster.stop()
    this.releaseFolder?.()
    this.releaseFolder = null
  }

  connect(client: Client): void {
    this.broadcaster.connect(client)
  }

  disconnect(client: Client): void {
    this.historyRequests.forget(client)
    this.broadcaster.disconnect(client)
  }

  /** Answers one call of a door's client. Never rejects. */
  call(client: Client, name: string, request: unknown) {
    return answer(this.handlers, name, request, client, (error, call) =>
      this.logger.error({ err: error, call }, 'a call failed'),
    )
  }

  // ---------------------------------------------------------------- for the local API

  get board(): QuoteBoard {
    return this.desk.board
  }

  get spreads(): SpreadBoard {
    return this.desk.spreads
  }

  get tokens(): TokenStore {
    return tokens
  }

  /** By key, `binance:BTC_USDT`. */
  instrument(key: string): Instrument | undefined {
    return this.catalog.get(key)
  }

  instrumentById(id: number): Instrument | undefined {
    return this.catalog.byId(id)
  }

  streamHistory(request: HistoryRequest, signal?: AbortSignal): AsyncIterable<HistoryPart> {
    return historyService.stream(request, signal)
  }

  /** Takes weight from an exchange's budget for a bot that calls the exchange itself; waits like a download. null: it is not running. */
  async reserve(exchange: ExchangeId, pool: string, weight: number, signal?: AbortSignal): Promise<Grant | null> {
    const session = this.sessions.get(exchange)
    return session ? session.reserve(pool, weight, signal) : null
  }

  /** The door says how its API is; a hub without one says that there is none. */
  useApi(status: ApiStatusSource): void {
    this.apiStatus = status
  }

  onAlert(listener: (alert: Alert) => void): () => void {
    return this.bus.on('alert', ({ alert }) => listener(alert))
  }

  info(): AppInfo {
    return {
      version: this.options.version,
      mode: this.mode,
      door: this.options.door,
      dryRun: this.options.dryRun,
      dataDir: this.dataDir,
      databaseFile: databaseFile(this.dataDir),
      settingsFile: this.options.config.file,
      startedAt: this.startedAt,
    }
  }

  connections(): ExchangeStatus[] {
    return [...this.sessions].map(([exchange, session]) => {
      const status = session.status()
      const problem = this.lists.problemOf(exchange)
      if (problem === null) return status
      const note = `its list of instruments could not be loaded: ${problem}`
      if (status.sockets.length > 0) return { ...status, notes: [note, ...status.notes] }
      // Without a list there is nothing to subscribe to, so no socket that could say what is wrong.
      return { ...status, state: 'waiting', reason: note }
    })
  }

  // ---------------------------------------------------------------- start and stop of one market

  private async startMarket(): Promise<void> {
    if (this.closing) return
    this.mode = this.options.config.mode
    this.running = true
    this.database = this.options.dryRun
      ? MarketDatabase.none(this.databaseOptions(), 'dry run: nothing is recorded')
      : await MarketDatabase.open(this.databaseOptions())
    this.catalog = new InstrumentCatalog(this.database.instruments)
    this.desk.open(this.database.lastOpportunityId)
    this.history = this.createHistory()
    this.backfill = this.createBackfill()
    this.closer = this.createCloser()
    this.recorder = this.createRecorder()
    this.lists = this.createLists()
    this.data = this.createData()
    const exchanges = enabledExchanges(this.settings, this.mode)
    const origins = await this.openSimulator(exchanges)
    if (this.closing) return
    this.accounts = this.createAccounts()
    for (const exchange of exchanges) {
      const session = new ExchangeSession({
        connector: connectors[exchange],
        origins: origins ?? this.settings.exchanges[exchange]?.origins ?? {},
        bus: this.bus,
        logger: this.logger.child({ exchange }),
        onTopics: (change) => {
          this.closer.follow(change)
          this.recorder.follow(change)
        },
      })
      this.sessions.set(exchange, session)
      session.useInstruments(this.catalog.lookup(exchange))
    }
    this.watch()
    this.recorder.start()
    this.data.start()
    this.closer.start()
    for (const session of this.sessions.values()) session.start()
    await this.accounts.start()
    this.broadcaster.tell('accounts.changed', this.accounts.desk.list())
    for (const exchange of exchanges) void this.lists.load(exchange)
  }

  private async stopMarket(): Promise<void> {
    if (!this.running) return
    this.running = false
    this.recorder.ending()
    this.lists.stop()
    await this.data.stop()
    await this.accounts.stop()
    this.backfill.stop()
    this.closer.stop()
    const sessions = [...this.sessions.values()]
    // First, so that calls cut short are known to belong to a market that is over.
    this.sessions.clear()
    await Promise.all(sessions.map((session) => session.stop()))
    // Before the recorder stops: it stores the opportunities that end here.
    this.desk.close(Date.now())
    this.broadcaster.tell('market.watched', [])
    await this.recorder.stop()
    await this.accounts.finish()
    await this.database.close()
    await this.simulator?.close()
    this.simulator = null
    this.progress.clear()
  }

  private async restartMarket(): Promise<void> {
    await this.stopMarket()
    await this.startMarket()
  }

  /** The market stops for it, and starts again whatever comes of it. Rejects with a CallError. */
  private async restoreBackup(id: string): Promise<{ readonly setAside: string | null }> {
    if (this.options.dryRun) throw new CallError('unavailable', 'dry run: nothing is written, so nothing is restored')
    const backup = this.data.backups.find(id)
    const file = databaseFile(this.dataDir)
    const outcome: { setAside: string | null; failure: unknown } = { setAside: null, failure: null }
    await this.inTurn(async () => {
      await this.stopMarket()
      try {
        outcome.setAside = await restoreBackup(backup, file, this.mode, Date.now())
      } catch (error) {
        outcome.failure = error
      }
      await this.startMarket()
    })
    if (outcome.failure !== null) throw outcome.failure
    const message = `The database is what it was at ${new Date(backup.at).toISOString()}`
    this.alerts.raiseStorage(
      outcome.setAside === null ? message : `${message}; what was there is kept as ${outcome.setAside}`,
      'info',
    )
    return { setAside: outcome.setAside }
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work, work)
    return this.turn
  }

  /** In the demo: the simulator in a thread of its own, and the origins it stands in for. */
  private async openSimulator(exchanges: readonly ExchangeId[]): Promise<Readonly<Record<string, string>> | null> {
    if (this.mode !== 'demo') return null
    if (exchanges.length === 0) return {}
    const { seed, rate } = this.settings.simulator
    this.simulator = await startSimulatorWorker({
      seed,
      rate,
      venues: exchanges,
      // Besides those watched, so that there is something to search for and add.
      symbols: [...this.settings.symbols.filter(canBeSimulated), ...defaultSymbols],
      port: 0,
      accounts: livelyAccounts,
    })
    return this.simulator.origins
  }

  // ---------------------------------------------------------------- instruments and the watch list

  private createLists(): InstrumentLists {
    return new InstrumentLists({
      session: (exchange) => (this.running ? this.sessions.get(exchange) : undefined),
      catalog: this.catalog,
      save: (changed) => this.database.saveInstruments(changed),
      logger: this.logger,
      onProgress: (progress) => this.progress.set(progress),
      onListed: (exchange) => {
        this.watch()
        this.backfill.start(exchange, this.catalog.watched(exchange, this.settings.symbols), this.settings.periods)
        this.accounts.desk.instrumentsListed(exchange)
      },
    })
  }

  /** Makes boards, analytics and subscriptions match the watch list. */
  private watch(): void {
    const instruments: Instrument[] = []
    for (const [exchange, session] of this.sessions) {
      const watched = this.catalog.watched(exchange, this.settings.symbols)
      instruments.push(...watched)
      session.want([...topicsOf(watched, this.settings), ...this.accounts.topics(exchange, watched)])
      if (this.catalog.count(exchange) > 0) {
        const kinds = connectors[exchange].kinds
        const listed = new Set(watched.map(({ symbol }) => symbol))
        session.noteUnlisted(
          this.settings.symbols.filter((symbol) => kinds.includes(kindOf(symbol)) && !listed.has(symbol)),
        )
      }
    }
    this.closer.watch(instruments, this.settings.periods)
    this.accounts.fundingRates.watch(instruments)
    if (this.desk.watch(instruments, Date.now())) this.broadcaster.tell('market.watched', instruments)
  }

  // ---------------------------------------------------------------- parts

  private createAccounts(): AccountSide {
    return new AccountSide({
      settings: () => this.settings,
      mode: this.mode,
      simulator: this.simulator,
      keyRing: this.keyRing,
      session: (exchange) => this.sessions.get(exchange),
      catalog: this.catalog,
      bus: this.bus,
      alerts: this.alerts,
      storage: this.database.storage?.accounts ?? null,
      logger: this.logger,
      onAssets: () => this.watch(),
    })
  }

  private createData(): DataSide {
    return new DataSide({
      dataDir: this.options.dataDir,
      mode: this.mode,
      storage: this.database.storage,
      problem: this.database.problem,
      settings: () => this.settings,
      alerts: this.alerts,
      logger: this.logger,
      tell: (name, payload) => this.broadcaster.tell(name, payload),
      onProgress: (progress) => this.progress.set(progress),
    })
  }

  private databaseOptions(): MarketDatabaseOptions {
    const { dataDir, logger } = this.options
    const { mode, alerts } = this
    const onRecovered = () => {
      this.inTurn(() => this.restartMarket()).catch((error: unknown) => logger.error({ err: error }, 'restart failed'))
    }
    return { dataDir, mode, alerts, logger, onRecovered }
  }

  private createHistory(): KlineHistory {
    const { storage } = this.database
    return new KlineHistory({ storage, sourceOf: (instrument) => this.klineSource(instrument) })
  }

  private klineSource({ exchange }: Instrument): KlineSource | null {
    const session = this.sessions.get(exchange)
    if (!session) return null
    return {
      klinesPerCall: (instrument, period) => connectors[exchange].klinesPerCall(instrument, period),
      klines: (range, options) => session.klines(range, options),
      now: () => session.now(),
    }
  }

  private createBackfill(): Backfill {
    return new Backfill({
      history: this.history,
      candles: () => this.settings.history.backfillCandles,
      logger: this.logger,
      onProgress: (progress) => this.progress.set(progress),
    })
  }

  private createCloser(): CandleCloser {
    const { bus, history, logger } = this
    const now = (exchange: ExchangeId) => this.sessions.get(exchange)?.measuredNow() ?? null
    return new CandleCloser({ bus, history, logger, now })
  }

  private createRecorder(): Recorder {
    return new Recorder({
      board: () => this.desk.board,
      bus: this.bus,
      storage: this.database.storage,
      problem: this.database.problem,
      before: this.database.before,
      instruments: () => this.catalog,
      tradeSymbols: () => this.settings.trades.record,
      logger: this.logger,
      onAlert: (finding) => this.alerts.raise(finding),
    })
  }

  private listen(): void {
    this.bus.on('book_ticker', (quote) => this.desk.bookTicker(quote))
    this.bus.on('trade', (trade) => this.desk.trade(trade))
    this.bus.on('kline', (kline) => this.broadcaster.klineChanged(kline))
    this.bus.on('connection', ({ state, exchange, instrumentIds, reconnected, at }) => {
      if (state === 'down') this.desk.feedDown(instrumentIds, at, this.running ? 'disconnected' : 'shutdown')
      else if (reconnected) {
        // What was missed while it was down is asked for again.
        const instruments = instrumentIds.flatMap((id) => this.catalog.byId(id) ?? [])
        this.backfill.repair(exchange, instruments, this.settings.periods)
      }
    })
    this.bus.on('opportunity', ({ opportunity }) => {
      this.broadcaster.tell('opportunity.changed', opportunity)
      if (opportunity.closedAt === null) this.alerts.raise(opportunityFinding(opportunity))
    })
    this.bus.on('order_update', ({ order }) => this.broadcaster.tell('order.changed', order))
    this.bus.on('fill', ({ fill, completes }) =>
      this.broadcaster.tell(completes ? 'fill.completed' : 'fill.added', fill),
    )
    this.bus.on('transfer', ({ transfer }) => this.broadcaster.tell('transfer.changed', transfer))
    this.bus.on('funding_payment', ({ payment }) => this.broadcaster.tell('fundingPayment.added', payment))
    this.bus.on('drift', ({ drift }) => this.broadcaster.tell('drift.changed', drift))
    this.bus.on('gap', ({ gap }) => this.broadcaster.tell('gap.changed', gap))
    this.bus.on('alert', ({ alert }) => this.broadcaster.tell('alert.raised', alert))
  }

  private sweep(): void {
    this.database.tellNotices()
    for (const finding of this.desk.sweep(Date.now())) this.alerts.raise(finding)
  }

  // ---------------------------------------------------------------- settings

  private async updateSettings(changes: readonly SettingsChange[]): Promise<void> {
    const before = this.settings
    const modeBefore = this.options.config.mode
    const after = this.options.config.update(changes)
    this.logger.level = after.log.level
    const modeChanged = modeBefore !== this.options.config.mode
    await this.inTurn(() => this.applySettings(before, after, modeChanged))
    this.broadcaster.tell('settings.changed', after)
  }

  private async applySettings(before: Settings, after: Settings, modeChanged: boolean): Promise<void> {
    const differs = (pick: (settings: Settings) => unknown) =>
      JSON.stringify(pick(before)) !== JSON.stringify(pick(after))
    const connections = (settings: Settings) =>
      enabledExchanges(settings, this.mode).map((id) => [
        id,
        this.mode === 'demo' ? settings.simulator : (settings.exchanges[id]?.origins ?? {}),
      ])
    if (modeChanged || differs(connections)) return this.restartMarket()
    if (!this.running) return
    if (differs((s) => s.accounts)) {
      this.accounts.desk.sync()
      this.broadcaster.tell('accounts.changed', this.accounts.desk.list())
    }
    if (differs((s) => s.valuation.currency)) this.watch()
    if (differs((s) => [s.arbitrage, s.health, exchangeIds.map((id) => s.exchanges[id]?.fees)])) {
      this.desk.rebuild(Date.now())
    }
    if (differs((s) => [s.symbols, s.periods])) this.watch()
    if (differs((s) => [s.symbols, s.periods, s.history])) {
      for (const exchange of this.sessions.keys()) {
        this.backfill.start(exchange, this.catalog.watched(exchange, after.symbols), after.periods)
      }
    }
  }
}

/** Those configured and not switched off; in the demo all, as long as none is configured. */
function enabledExchanges({ exchanges }: Settings, mode: 'demo' | 'live'): readonly ExchangeId[] {
  if (mode === 'demo' && exchangeIds.every((id) => exchanges[id] === undefined)) return exchangeIds
  return exchangeIds.filter((id) => exchanges[id]?.enabled)
}

/** What the simulator can list; other symbols are to the demo what they are to an exchange: not listed. */
function canBeSimulated(symbol: string): boolean {
  const [, base, quote] = /^([A-Z0-9]+)_([A-Z0-9]+)(?:_PERP)?$/.exec(symbol) ?? []
  return base !== undefined && base !== quote
}

const kindOf = (symbol: string): MarketKind => (symbol.endsWith('_PERP') ? 'perpetual' : 'spot')

const topicsOf = (instruments: readonly Instrument[], { periods }: Settings): Topic[] =>
  instruments.flatMap((instrument): Topic[] => [
    { channel: 'book_ticker', instrument, period: null },
    { channel: 'trade', instrument, period: null },
    ...periods.map((period): Topic => ({ channel: 'kline', instrument, period })),
    ...(instrument.kind === 'perpetual' ? [{ channel: 'funding_rate', instrument, period: null } satisfies Topic] : []),
  ])

/** The standard fees, where settings say nothing else. */
const feesOf = (settings: Settings, exchange: ExchangeId, kind: MarketKind) =>
  settings.exchanges[exchange]?.fees[kind] ?? connectors[exchange].fees[kind]

const opportunityFinding = (opportunity: Opportunity): Finding => ({
  severity: 'info',
  rule: 'opportunity',
  subject: opportunity.symbol,
  message:
    `Buy ${opportunity.buy} at ${opportunity.bestBuyPrice}, sell ${opportunity.sell} at ${opportunity.bestSellPrice}: ` +
    `gross ${opportunity.bestGrossPercent.toFixed(3)} %, net ${opportunity.bestNetPercent.toFixed(3)} %`,
})
