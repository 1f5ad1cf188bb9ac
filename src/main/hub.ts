/**
 * The hub is the whole program without a face: connectors, bus, analytics, storage. It is the only place that constructs and
 * joins parts; the doors (index.ts, cli.ts) open onto it. Shutdown is start's mirror image.
 */
import { join } from 'node:path'
import type { AppInfo } from '../shared/contract.ts'
import type { HistoryRequest } from '../shared/data.ts'
import {
  type Alert,
  type Balance,
  type ExchangeId,
  type ExchangeStatus,
  type Instrument,
  isBuiltIn,
  type KeptBook,
  knownExchanges,
  type Opportunity,
  type Truth,
} from '../shared/domain/index.ts'
import { enabledExchanges, type Settings, type SettingsChange } from '../shared/settings.ts'
import { KeyRing } from './account/keys.ts'
import { AlertSide } from './alert-side.ts'
import { StandingFile } from './alerts/standing.ts'
import { AlertLog } from './alerts.ts'
import { Desk } from './analytics/desk.ts'
import type { Finding } from './analytics/health.ts'
import type { SpreadBoard } from './analytics/spreads.ts'
import { BotSide } from './bot-side.ts'
import type { ApiStatusSource, TokenStore } from './bots-contract.ts'
import { Broadcaster, type Client } from './broadcaster.ts'
import { type AlertWays, type Bus, createBus } from './bus/index.ts'
import { createHandlers } from './calls.ts'
import { CoinSide } from './coin-side.ts'
import type { Config } from './config.ts'
import { createContinuity } from './continuity.ts'
import type { HistoryPart } from './data-contract.ts'
import { databaseFile, lockDataFolder } from './data-folder.ts'
import { DatabaseDesk } from './database-desk.ts'
import { DatabaseReplacement } from './database-replacement.ts'
import { answer, type Handlers } from './handlers.ts'
import { tellHappenings } from './happenings.ts'
import { HistoryRequests } from './history-requests.ts'
import { LayoutFile } from './layouts.ts'
import type { Logger } from './log.ts'
import type { QuoteBoard } from './market/quotes.ts'
import { ReopenPause } from './market-database.ts'
import { MarketRun, type MarketRunOptions } from './market-run.ts'
import type { Metrics, Readiness } from './metrics/index.ts'
import type { Grant } from './net/rate-limit.ts'
import { NetworkSide } from './network.ts'
import { Plugins } from './plugins/index.ts'
import { ProgressBoard } from './progress.ts'

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
  private readonly coins: CoinSide
  private readonly historyRequests: HistoryRequests
  private readonly keyRing = new KeyRing(process.env)
  private readonly plugins: Plugins
  private releaseFolder: (() => void) | null = null
  private sweepTimer: NodeJS.Timeout | null = null

  /** The market's, demo or live; each start brings a new one. */
  private run: MarketRun
  private readonly bots: BotSide
  private readonly alertSide: AlertSide
  /** The doors may tell it of a sleep that the system announces. */
  readonly network: NetworkSide
  private started = false
  private readonly databaseDesk: DatabaseDesk
  private readonly replacement: DatabaseReplacement
  private readonly reopenPause = new ReopenPause()
  private readonly settingsListeners = new Set<(settings: Settings) => void>()
  /** Asked to stop: nothing starts any more. */
  private closing = false
  /** Starts, changes and stops come one after another, whoever asks. */
  private turn: Promise<void> = Promise.resolve()

  constructor(options: HubOptions) {
    this.options = options
    this.logger = options.logger
    this.plugins = new Plugins(options.config.file)
    this.usePlugins(options.config.settings)
    this.bus = createBus((error, event) => this.logger.error({ err: error, kind: event.kind }, 'a listener failed'))
    this.alerts = new AlertLog(this.bus, this.logger)
    this.broadcaster = new Broadcaster({
      book: (key) => this.bookOf(key),
      quotes: () => this.desk.board,
      spreads: () => this.desk.spreads,
      status: () => ({
        connections: this.connections(),
        recorder: this.run.recorder.status(),
        opportunities: [...this.desk.liveOpportunities()],
        accounts: this.run.accounts.desk.list(),
        portfolio: this.run.accounts.desk.portfolio(),
        positions: [...this.run.accounts.desk.positions()],
        fundingRates: [...this.run.accounts.fundingRates.list()],
        api: this.bots.apiStatus(),
        redis: this.bots.redis.status(),
        network: this.network.status(),
        rawFrames: this.run.rawFrames.status(),
      }),
    })
    this.network = new NetworkSide({
      settings: () => this.settings,
      connections: () => this.connections(),
      environment: process.env,
      logger: this.logger.child({ part: 'network' }),
    })
    this.progress = new ProgressBoard((progress) => this.broadcaster.tell('progress.update', progress))
    this.coins = new CoinSide({ settings: () => this.settings, run: () => this.run })
    this.desk = new Desk({
      settings: () => this.settings,
      judge: this.coins,
      takerFee: (instrument) => this.run.accounts.fees.takerOf(instrument),
      withdrawalFeeOf: (buy, sell) => this.run.transferFees.feeOf(buy, sell),
      lifeOf: (instrument) => this.run.sessions.get(instrument.exchange)?.lifeOf(instrument) ?? null,
      clockOffsetMs: (exchange) => this.run.sessions.get(exchange)?.measuredOffset() ?? null,
      onClockDoubt: (exchange) => this.run.sessions.get(exchange)?.doubtClock(),
      bookOf: (id) => this.run.books.of(id),
      fundingOf: ({ key }) => this.run.accounts.fundingRates.of(key),
      onQuote: (slot) => {
        this.broadcaster.quoteChanged(slot)
        this.alertSide.quoteChanged(slot)
      },
      onTruth: (slot) => this.publishTruth(slot),
      onPair: (index) => {
        this.broadcaster.pairChanged(index)
        this.alertSide.pairChanged(index)
      },
      onOpportunity: (opportunity) => this.bus.publish({ kind: 'opportunity', opportunity }),
      onBoards: () => {
        this.broadcaster.boardsChanged()
        this.alertSide.boardsChanged()
      },
    })
    this.run = MarketRun.idle(this.runOptions('demo'))
    this.bots = new BotSide({
      settings: () => this.settings,
      dataDir: options.dataDir,
      dryRun: options.dryRun,
      bus: this.bus,
      alerts: this.alerts,
      logger: this.logger,
      run: () => this.run,
      isStarted: () => this.started,
      metrics: {
        version: options.version,
        door: options.door,
        startedAt: this.startedAt,
        clients: () => this.broadcaster.counts(),
        market: () => ({
          spreadPairs: this.desk.spreads.pairs.length,
          opportunities: this.desk.liveOpportunities().filter(({ rejection }) => rejection === null).length,
          quotes: this.desk.board.countByTruth(),
          longWork: this.progress.list().length,
        }),
        databaseFile: () => (options.dryRun ? null : databaseFile(this.dataDir)),
      },
      keepsBook: (key) => this.orderBook(this.instrument(key)?.id ?? -1) !== undefined,
      truthOfQuote: (id) => this.desk.board.truthOf(id),
      truthOfBalance: (balance) => this.truthOfBalance(balance),
      environment: process.env,
    })
    this.alertSide = new AlertSide({
      settings: () => this.settings,
      judge: this.coins,
      bus: this.bus,
      alerts: this.alerts,
      desk: () => this.desk,
      run: () => this.run,
      network: this.network.network,
      environment: process.env,
      dataDir: options.dataDir,
      standing: options.dryRun ? null : new StandingFile(join(options.dataDir, 'alert-standing.json'), this.logger),
      tell: (name, payload) => this.broadcaster.tell(name, payload),
      onProgress: (progress) => this.progress.set(progress),
      logger: this.logger,
    })
    this.databaseDesk = new DatabaseDesk({
      database: () => this.run.database,
      backups: () => this.run.data.backups,
      mode: () => this.run.mode,
      onProgress: (progress) => this.progress.set(progress),
      onChanged: (status) => this.broadcaster.tell('database.status', status),
    })
    this.replacement = new DatabaseReplacement({
      dryRun: options.dryRun,
      folder: () => this.dataDir,
      run: () => this.run,
      desk: this.databaseDesk,
      alerts: this.alerts,
      whileStopped: (work) => this.whileStopped(work),
    })
    this.historyRequests = new HistoryRequests(() => this.run.historyService, this.logger)
    const layouts = new LayoutFile({
      file: options.dryRun ? null : join(options.dataDir, 'layouts.json'),
      now: Date.now,
      onProblem: (problem) => this.alerts.raiseStorage(problem, 'warning'),
    })
    this.handlers = createHandlers({
      config: options.config,
      plugins: () => this.plugins.list(),
      nodeForPlugins: () => this.plugins.node,
      broadcaster: this.broadcaster,
      alerts: this.alerts,
      alertSide: () => this.alertSide,
      progress: this.progress,
      desk: this.desk,
      coins: this.coins,
      info: () => this.info(),
      connections: () => this.connections(),
      catalog: () => this.run.catalog,
      history: () => this.run.history,
      backfill: () => this.run.backfill,
      recorder: () => this.run.recorder,
      storage: () => this.run.database.storage,
      takerFee: (instrument) => this.run.accounts.fees.feeOf(instrument).taker,
      settledRates: () => this.run.settledRates,
      updateSettings: (changes) => this.updateSettings(changes),
      logger: this.logger,
      mode: () => this.run.mode,
      accounts: () => this.run.accounts.desk,
      fundingRates: () => this.run.accounts.fundingRates,
      accountStorage: () => this.run.database.storage?.accounts ?? null,
      whyNoStorage: () => this.run.database.problem,
      historyRequests: this.historyRequests,
      exports: () => this.run.data.exports,
      backups: () => this.run.data.backups,
      upkeep: () => this.run.data.upkeep,
      cancelData: (id) => {
        this.run.data.cancel(id)
        this.databaseDesk.cancel(id)
        this.alertSide.cancel(id)
      },
      restoreBackup: (id) => this.replacement.restore(id),
      databaseStatus: () => this.databaseDesk.status(),
      salvageDatabase: () => this.replacement.salvage(),
      beginAnew: () => this.replacement.beginAnew(),
      reveal: options.reveal ?? null,
      orderBooks: () => this.run.books,
      assetNetworks: () => this.run.assetNetworks,
      feeOf: (instrument) => this.run.accounts.fees.feeOf(instrument),
      network: () => this.network,
      rawFrames: () => this.run.rawFrames,
      observation: () => this.run.observation,
      continuity: createContinuity({
        storage: () => this.run.database.storage,
        whyNoStorage: () => this.run.database.problem,
        find: (key) => this.run.catalog.get(key),
        watched: () => this.run.watched(),
        isRecorded: (kind, instrument) => this.run.isRecorded(kind, instrument),
      }),
      tokens: this.bots.tokens,
      apiStatus: () => this.bots.apiStatus(),
      redis: () => this.bots.redis,
      setRedisPassword: (password) => this.bots.setRedisPassword(password),
      onScreenLatency: (samples) => this.bots.metrics.observeScreen(samples),
      layouts,
      layoutsChanged: () => this.broadcaster.tell('layouts.changed', layouts.list().layouts),
      tokensChanged: () => this.broadcaster.tell('tokens.changed', [...this.bots.tokens.list()]),
    })
    this.listen()
  }

  get settings(): Settings {
    return this.options.config.settings
  }

  /** The folder in use: the data folder, or its `demo` folder when that one holds real data. */
  get dataDir(): string {
    return this.run.database.folder
  }

  /** Throws a DataFolderError when the folder cannot be used; everything else that fails later is state, shown and retried. */
  async start(): Promise<void> {
    if (!this.options.dryRun) this.releaseFolder = lockDataFolder(this.options.dataDir)
    this.broadcaster.start()
    this.sweepTimer = setInterval(() => this.sweep(), 1_000)
    await this.network.start()
    this.alertSide.start()
    await this.inTurn(() => this.startMarket())
    this.bots.start()
    this.started = true
  }

  /** Flushes, closes sockets, checkpoints. Safe to call twice, and while it starts. */
  async stop(): Promise<void> {
    this.closing = true
    this.started = false
    await this.inTurn(() => this.stopMarket())
    await this.alertSide.stop()
    // After the market: its last happenings go out with it.
    await this.bots.stop()
    if (this.sweepTimer) clearInterval(this.sweepTimer)
    this.sweepTimer = null
    this.network.stop()
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

  /** The order book that is kept of an instrument. */
  orderBook(instrumentId: number): KeptBook | undefined {
    return this.run.books.of(instrumentId)
  }

  truthOfBalance(balance: Balance): Truth {
    return this.run.accounts.desk.truthOf(balance).truth
  }

  get spreads(): SpreadBoard {
    return this.desk.spreads
  }

  get tokens(): TokenStore {
    return this.bots.tokens
  }

  /** By key, `binance:BTC_USDT`. */
  instrument(key: string): Instrument | undefined {
    return this.run.catalog.get(key)
  }

  instrumentById(id: number): Instrument | undefined {
    return this.run.catalog.byId(id)
  }

  streamHistory(request: HistoryRequest, signal?: AbortSignal): AsyncIterable<HistoryPart> {
    return this.run.historyService.stream(request, signal)
  }

  /** Takes weight from an exchange's budget for a bot that calls the exchange itself; waits like a download. null: it is not running, or a plugin's. */
  async reserve(exchange: ExchangeId, pool: string, weight: number, signal?: AbortSignal): Promise<Grant | null> {
    const session = this.run.sessions.get(exchange)
    return session && isBuiltIn(exchange) ? session.reserve(pool, weight, signal) : null
  }

  /** The door says how its API is; a hub without one says that there is none. */
  useApi(status: ApiStatusSource): void {
    this.bots.useApi(status)
  }

  get metrics(): Metrics {
    return this.bots.metrics
  }

  readiness(): Readiness {
    return this.bots.readiness()
  }

  /** After every change; the returned function ends it. */
  onSettings(listener: (settings: Settings) => void): () => void {
    this.settingsListeners.add(listener)
    return () => this.settingsListeners.delete(listener)
  }

  /** `ways`: where the trader's own rule wants it told; undefined of Crossbook's own alerts. */
  onAlert(listener: (alert: Alert, ways: AlertWays | undefined) => void): () => void {
    return this.bus.on('alert', ({ alert, ways }) => listener(alert, ways))
  }

  info(): AppInfo {
    return {
      version: this.options.version,
      mode: this.run.mode,
      door: this.options.door,
      dryRun: this.options.dryRun,
      dataDir: this.dataDir,
      databaseFile: databaseFile(this.dataDir),
      settingsFile: this.options.config.file,
      startedAt: this.startedAt,
    }
  }

  connections(): ExchangeStatus[] {
    return this.run.connections()
  }

  // ---------------------------------------------------------------- start and stop of one market

  private async startMarket(): Promise<void> {
    if (this.closing) return
    const isOther = this.started && this.run.mode !== this.options.config.mode
    if (isOther) this.alerts.forgetMarket()
    this.run = await MarketRun.open(this.runOptions(this.options.config.mode))
    if (this.closing) return
    // Before anything happens: simulated data goes under a prefix of its own, and what an account holds is told once.
    if (!this.started || isOther) await this.bots.redis.restart()
    await this.run.start()
  }

  private async stopMarket(): Promise<void> {
    await this.alertSide.endBacktests()
    await this.run.stop()
  }

  private async restartMarket(): Promise<void> {
    await this.stopMarket()
    this.progress.clear()
    await this.startMarket()
  }

  private whileStopped(work: () => void): Promise<void> {
    return this.inTurn(async () => {
      await this.stopMarket()
      this.progress.clear()
      work()
      await this.startMarket()
    })
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work, work)
    return this.turn
  }

  private runOptions(mode: 'demo' | 'live'): MarketRunOptions {
    const { dataDir, dryRun, logger } = this.options
    const { bus, alerts, broadcaster, desk, keyRing } = this
    return {
      ...{ mode, dataDir, dryRun, logger, bus, alerts, broadcaster, desk, keyRing },
      judge: this.coins,
      network: this.network.network,
      plugins: this.plugins,
      settings: () => this.settings,
      onProgress: (progress) => this.progress.set(progress),
      isWanted: () => !this.closing,
      pause: this.reopenPause,
      onRecovered: () => {
        this.inTurn(() => this.restartMarket()).catch((error: unknown) =>
          logger.error({ err: error }, 'restart failed'),
        )
      },
    }
  }

  private listen(): void {
    tellHappenings(this.bus, this.broadcaster)
    this.bus.on('book_ticker', (quote) => this.desk.bookTicker(quote))
    this.bus.on('trade', (trade) => this.desk.trade(trade))
    this.bus.on('kline', (kline) => this.broadcaster.klineChanged(kline))
    this.bus.on('order_book', ({ book }) => {
      this.desk.bookChanged(book, Date.now())
      this.broadcaster.bookChanged(book)
    })
    this.bus.on('connection', ({ state, exchange, instrumentIds, reconnected, at }) => {
      if (state === 'down') this.desk.feedDown(instrumentIds, at, this.run.isRunning ? 'disconnected' : 'shutdown')
      else if (reconnected) this.run.repairCandles(exchange, instrumentIds)
    })
    this.bus.on('opportunity', ({ opportunity }) => {
      if (opportunity.closedAt === null && opportunity.rejection === null)
        this.alerts.raise(opportunityFinding(opportunity))
    })
  }

  private bookOf(key: string): KeptBook | undefined {
    const instrument = this.run.catalog.get(key)
    return instrument && this.run.books.of(instrument.id)
  }

  private publishTruth(slot: number): void {
    const instrument = this.desk.board.instruments[slot]
    if (instrument) this.bus.publish({ kind: 'quote_truth', instrument, truth: this.desk.truth.truthOf(slot) })
  }

  private sweep(): void {
    this.run.database.tellNotices()
    this.databaseDesk
      .sweep()
      .catch((error: unknown) => this.logger.error({ err: error }, 'the database was not looked at'))
    this.run.books.sweep(Date.now())
    this.run.accounts.desk.sweep()
    this.coins.sweep(this.desk, Date.now())
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
    this.alertSide.settingsChanged()
    for (const listener of this.settingsListeners) listener(after)
  }

  private usePlugins(settings: Settings): void {
    this.plugins.use(settings)
    for (const words of this.plugins.troubles()) this.logger.warn(words)
  }

  private async applySettings(before: Settings, after: Settings, modeChanged: boolean): Promise<void> {
    const differs = (pick: (settings: Settings) => unknown) =>
      JSON.stringify(pick(before)) !== JSON.stringify(pick(after))
    const { mode } = this.run
    // Of the demo one program plays all of them.
    const market = (settings: Settings) => [
      settings.plugins,
      settings.pluginNode,
      mode === 'demo' ? [enabledExchanges(settings, mode), settings.simulator] : [],
    ]
    const hasOtherProxy = differs((s) => s.network.proxy)
    if (differs((s) => [s.plugins, s.pluginNode])) this.usePlugins(after)
    if (hasOtherProxy) await this.network.reload()
    if (differs((s) => s.sameCoin)) this.coins.settingsChanged()
    if (differs((s) => s.redis)) await this.bots.redis.restart()
    // The demo's exchanges run on this machine, where no proxy leads.
    if (modeChanged || differs(market) || (hasOtherProxy && mode === 'live')) return this.restartMarket()
    if (differs((s) => s.rawFrames)) await this.run.rawFrames.apply()
    if (!this.run.isRunning) return
    const moved = knownExchanges().filter((id) => differs((s) => s.exchanges[id]?.origins ?? {}))
    if (mode === 'live' && (moved.length > 0 || differs((s) => enabledExchanges(s, mode)))) {
      await this.run.matchExchanges(new Set(moved))
    }
    if (differs((s) => s.accounts)) {
      this.run.accounts.desk.sync()
      this.broadcaster.tell('accounts.changed', this.run.accounts.desk.list())
    }
    if (differs((s) => s.valuation.currency)) this.run.watch()
    // The ladder is read anew for every pair's details: nothing that is open ends for it.
    if (
      differs((s) => [{ ...s.arbitrage, ladder: [] }, s.health, knownExchanges().map((id) => s.exchanges[id]?.fees)])
    ) {
      this.desk.rebuild(Date.now())
    }
    if (differs((s) => [s.symbols, s.periods, s.trades, s.orderBooks])) this.run.watch()
    if (differs((s) => [s.symbols, s.periods, s.history.backfillCandles])) this.run.loadCandles()
  }
}

/** What Crossbook itself says of an opportunity that is one to act on. */
export function opportunityFinding(opportunity: Opportunity): Finding {
  const { symbol, buy, sell, bestBuyPrice, bestSellPrice, bestGrossPercent, bestNetPercent, best } = opportunity
  const [base, quote] = symbol.split('_')
  const profit = best?.executableProfit ?? null
  return {
    severity: 'info',
    rule: 'opportunity',
    subject: symbol,
    message:
      `Buy ${buy} at ${bestBuyPrice}, sell ${sell} at ${bestSellPrice}: ` +
      `gross ${bestGrossPercent.toFixed(3)} %, net ${bestNetPercent.toFixed(3)} %, ` +
      `executable ${best?.executableQuantity ?? 'an unknown quantity of'} ${base} for ` +
      // Where no exchange tells what moving the asset costs.
      (profit === null ? 'a profit that is not known' : `${profit.toFixed(2)} ${quote}`),
  }
}
