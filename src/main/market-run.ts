/**
 * One market's run, demo or live: its database, the exchanges' sessions, candles, the recorder, accounts and stored data. The hub makes
 * a new one at every start; stop is start's mirror image. What outlives a run (bus, analytics, clients) is handed in.
 */
import { join } from 'node:path'
import type { Progress } from '../shared/contract.ts'
import {
  type ExchangeId,
  type ExchangeStatus,
  type GapKind,
  type Instrument,
  isBuiltIn,
} from '../shared/domain/index.ts'
import { enabledExchanges, type Settings } from '../shared/settings.ts'
import type { KeyRing } from './account/keys.ts'
import { AccountSide } from './account-side.ts'
import type { AlertLog } from './alerts.ts'
import type { CoinJudge } from './analytics/contract.ts'
import type { Desk } from './analytics/desk.ts'
import { TransferFees } from './analytics/transfers.ts'
import type { Broadcaster } from './broadcaster.ts'
import type { Bus } from './bus/index.ts'
import type { HistoryService } from './data-contract.ts'
import { DataSide } from './data-side.ts'
import type { DepthUpdate } from './exchanges/depth.ts'
import { connectorOf } from './exchanges/registry.ts'
import { type DepthDoubt, ExchangeSession, type MarketSession, type TopicsChange } from './exchanges/session.ts'
import type { Logger } from './log.ts'
import { AssetNetworkBoard, type NetworkSource } from './market/asset-networks.ts'
import { Backfill, RepairClock } from './market/backfill.ts'
import { OrderBookKeeper } from './market/books/keeper.ts'
import { type BookSource, bookSourceOf } from './market/books/source.ts'
import { CandleCloser } from './market/candle-closer.ts'
import { CandleGaps } from './market/candle-gaps.ts'
import { InstrumentCatalog } from './market/catalog.ts'
import { Downtimes } from './market/downtimes.ts'
import { KlineHistory, type KlineSource } from './market/history.ts'
import { createHistoryService } from './market/history-service.ts'
import { InstrumentLists } from './market/listing.ts'
import { SettledRates } from './market/settled-rates.ts'
import { kindOf, namedBy, topicsOf } from './market/topics.ts'
import { MarketDatabase, type ReopenPause } from './market-database.ts'
import type { Network } from './net/network.ts'
import { ObservationSide } from './observation-side.ts'
import type { Plugins } from './plugins/index.ts'
import { PluginSession } from './plugins/session.ts'
import { RawRecording } from './raw-recording.ts'
import { Recorder } from './recorder.ts'
import { livelyAccounts, type Simulator, startSimulatorWorker } from './simulator/index.ts'
import { defaultSymbols } from './simulator/symbols.ts'

export interface MarketRunOptions {
  readonly mode: 'demo' | 'live'
  readonly settings: () => Settings
  /** The data folder itself. */
  readonly dataDir: string
  readonly dryRun: boolean
  readonly logger: Logger
  readonly bus: Bus
  readonly alerts: AlertLog
  readonly broadcaster: Broadcaster
  readonly desk: Desk
  readonly judge: CoinJudge
  readonly keyRing: KeyRing
  readonly network: Network
  readonly plugins: Plugins
  readonly onProgress: (progress: Progress) => void
  /** False: the program was asked to stop meanwhile, and what takes long is left out. */
  readonly isWanted: () => boolean
  /** The database that could not be opened can be by now: another run is wanted. */
  readonly onRecovered: () => void
  readonly pause: ReopenPause
}

export class MarketRun {
  readonly mode: 'demo' | 'live'
  readonly database: MarketDatabase
  readonly catalog: InstrumentCatalog
  readonly history: KlineHistory
  readonly historyService: HistoryService
  readonly backfill: Backfill
  readonly recorder: Recorder
  readonly books: OrderBookKeeper
  readonly accounts: AccountSide
  readonly assetNetworks: AssetNetworkBoard
  readonly transferFees: TransferFees
  readonly data: DataSide
  readonly rawFrames: RawRecording
  readonly observation: ObservationSide
  readonly sessions = new Map<ExchangeId, MarketSession>()
  readonly settledRates = new SettledRates((exchange) => this.sessions.get(exchange))
  private readonly options: MarketRunOptions
  private readonly simulator: Simulator | null
  private readonly closer: CandleCloser
  private readonly candleGaps: CandleGaps
  private readonly downtimes = new Downtimes()
  private readonly lists: InstrumentLists
  private readonly repairClock: RepairClock
  /** Not watched, and their public trades are received for being recorded. */
  private unwatchedTrades: readonly Instrument[] = []
  private running = false

  private constructor(options: MarketRunOptions, database: MarketDatabase, simulator: Simulator | null) {
    this.options = options
    this.mode = options.mode
    this.database = database
    this.simulator = simulator
    const { settings, logger, bus, alerts, desk, onProgress } = options
    const { storage, problem } = database
    this.catalog = new InstrumentCatalog(database.instruments)
    this.history = new KlineHistory({
      storage,
      sourceOf: (instrument) => this.klineSource(instrument),
      onFetched: (instrument, period, span) => {
        this.candleGaps.fetched(instrument, period, span).catch((error: unknown) => {
          logger.warn({ err: error, instrument: instrument.key }, 'not known which gaps are filled')
        })
      },
    })
    this.historyService = createHistoryService({
      find: (key) => this.catalog.get(key),
      history: this.history,
      logger,
    })
    this.recorder = new Recorder({
      board: () => desk.board,
      whyNotLive: (slot) => desk.truth.reasonOf(slot),
      bus,
      storage,
      problem,
      before: database.before,
      instruments: () => this.catalog,
      tradeSymbols: () => settings().trades.record,
      unwatchedTrades: () => this.unwatchedTrades,
      onSlept: (from, to) => this.downtimes.slept(from, to),
      logger,
      onAlert: (finding) => alerts.raise(finding),
    })
    this.books = new OrderBookKeeper({
      bus,
      gaps: this.recorder.gaps,
      before: database.before,
      instrumentOf: (id) => this.catalog.byId(id),
      source: (exchange) => this.bookSource(exchange),
      onDisagreement: (instrumentId, words, at) => desk.disagrees(instrumentId, words, at),
      logger,
    })
    const candleGaps = new CandleGaps({
      history: this.history,
      storage,
      bus,
      nextGapId: () => this.recorder.nextGapId(),
      startedAt: Date.now(),
      away: database.before.away,
      downtimes: this.downtimes,
      keptDays: () => settings().storage.retentionDays.klines,
    })
    this.candleGaps = candleGaps
    this.backfill = new Backfill({
      history: candleGaps,
      candles: () => settings().history.backfillCandles,
      logger,
      onProgress,
    })
    this.repairClock = new RepairClock({
      everyMinutes: () => settings().history.repairEveryMinutes,
      run: () => this.eachExchange((exchange, watched) => this.backfill.routine(exchange, watched, settings().periods)),
    })
    const now = (exchange: ExchangeId) => this.sessions.get(exchange)?.measuredNow() ?? null
    const samplesCandles = (exchange: ExchangeId) => connectorOf(exchange).samplesCandles ?? false
    this.closer = new CandleCloser({ bus, history: this.history, logger, now, samplesCandles })
    this.lists = new InstrumentLists({
      session: (exchange) => (this.running ? this.sessions.get(exchange) : undefined),
      catalog: this.catalog,
      save: (changed) => database.saveInstruments(changed),
      logger,
      onProgress,
      onListed: (exchange) => this.listed(exchange),
    })
    this.accounts = new AccountSide({
      settings,
      mode: this.mode,
      simulator,
      keyRing: options.keyRing,
      session: (exchange) => this.sessions.get(exchange),
      catalog: this.catalog,
      quoteTruth: (id) => desk.board.truthOf(id),
      areDifferentCoins: (asset, one, other) => options.judge.areDifferentCoins(asset, one, other),
      bus,
      alerts,
      storage: storage?.accounts ?? null,
      logger,
      onAssets: () => this.watch(),
      onFees: () => desk.rebuild(Date.now()),
    })
    this.assetNetworks = new AssetNetworkBoard({
      exchanges: () => [...this.sessions.keys()],
      sources: (exchange) => this.networkSources(exchange),
      assets: () => new Set(desk.board.instruments.flatMap(({ base, quote }) => [base, quote])),
      logger,
    })
    this.transferFees = new TransferFees(this.assetNetworks)
    this.rawFrames = new RawRecording({ dataDir: options.dataDir, dryRun: options.dryRun, settings, alerts, logger })
    this.observation = new ObservationSide({
      settings,
      bus,
      storage,
      board: () => desk.board,
      bookOf: (id) => this.books.of(id),
      bookMeasurements: () => this.books.measurements(),
      sessions: this.sessions,
      logger,
    })
    this.data = new DataSide({
      dataDir: options.dataDir,
      mode: this.mode,
      storage,
      problem,
      settings,
      alerts,
      logger,
      tell: (name, payload) => options.broadcaster.tell(name, payload),
      onProgress,
      onOpeningMoved: (account, at) => this.accounts.desk.moveOpening(account, at),
      clockOffsetMs: () => medianOf([...this.sessions.values()].flatMap((session) => session.measuredOffset() ?? [])),
    })
  }

  /** Before the first start: everything is there, and empty. */
  static idle(options: MarketRunOptions): MarketRun {
    return new MarketRun(options, MarketDatabase.none(options, null), null)
  }

  /** With its database and, in the demo, its simulator; nothing runs yet. */
  static async open(options: MarketRunOptions): Promise<MarketRun> {
    const { dryRun, mode, isWanted } = options
    const database = dryRun
      ? MarketDatabase.none(options, 'dry run: nothing is recorded')
      : await MarketDatabase.open(options)
    try {
      const simulator = mode === 'demo' && isWanted() ? await openSimulator(options, database) : null
      return new MarketRun(options, database, simulator)
    } catch (error) {
      // Nobody else would close it, and the next run opens the same file.
      await database.close()
      throw error
    }
  }

  get isRunning(): boolean {
    return this.running
  }

  async start(): Promise<void> {
    const { broadcaster, desk } = this.options
    await this.options.alerts.keepIn(this.database.storage?.alerts ?? null)
    this.running = true
    desk.open(this.database.lastOpportunityId)
    this.rawFrames.start()
    for (const exchange of this.wantedExchanges()) this.sessions.set(exchange, this.sessionOf(exchange))
    // Before anything is watched: gaps of earlier runs may begin or end with that.
    this.recorder.start()
    this.watch()
    this.data.start()
    this.closer.start()
    this.repairClock.start()
    this.observation.start()
    for (const session of this.sessions.values()) session.start()
    await this.accounts.start()
    this.assetNetworks.start()
    broadcaster.tell('accounts.changed', this.accounts.desk.list())
    for (const exchange of this.sessions.keys()) void this.lists.load(exchange)
  }

  private wantedExchanges(): readonly ExchangeId[] {
    const { settings, plugins } = this.options
    return enabledExchanges(settings(), this.mode).filter((id) => isBuiltIn(id) || plugins.of(id) !== undefined)
  }

  /** Makes the exchanges match the settings; those that are neither switched on or off nor among `changed` go on undisturbed. */
  async matchExchanges(changed: ReadonlySet<ExchangeId>): Promise<void> {
    const wanted = this.wantedExchanges()
    const going = [...this.sessions].filter(([exchange]) => changed.has(exchange) || !wanted.includes(exchange))
    for (const [exchange, session] of going) {
      // First, so that what is cut short now is known to be wanted no more.
      this.sessions.delete(exchange)
      session.want([])
      this.backfill.cancelOf(exchange)
    }
    this.watch()
    await Promise.all(
      going.map(async ([exchange, session]) => {
        await this.accounts.desk.exchangeStopping(exchange)
        await session.stop()
      }),
    )
    const staying = new Map(this.sessions)
    this.sessions.clear()
    for (const exchange of wanted) this.sessions.set(exchange, staying.get(exchange) ?? this.sessionOf(exchange))
    this.watch()
    for (const [exchange, session] of this.sessions) {
      if (staying.has(exchange)) continue
      session.start()
      void this.lists.load(exchange)
      this.accounts.desk.instrumentsListed(exchange)
    }
    this.options.broadcaster.tell('accounts.changed', this.accounts.desk.list())
  }

  private sessionOf(exchange: ExchangeId): MarketSession {
    const session = this.createSession(exchange)
    session.useInstruments(this.catalog.lookup(exchange))
    return session
  }

  /** A plugin's runs in a process of its own; its frames are not there to be recorded. */
  private createSession(exchange: ExchangeId): MarketSession {
    const { settings, bus, logger, network, plugins } = this.options
    const follow = (change: TopicsChange): void => {
      this.closer.follow(change)
      this.downtimes.follow(change)
      this.recorder.follow(change)
      this.books.follow(change)
    }
    const shared = {
      network,
      origins: this.simulator?.origins ?? settings().exchanges[exchange]?.origins ?? {},
      bus,
      logger: logger.child({ exchange }),
      onDepth: (depth: DepthUpdate) => this.books.apply(depth),
      onDoubt: (doubt: DepthDoubt) => {
        this.books.doubt(doubt)
        this.recorder.doubt(doubt)
      },
    }
    const plugin = plugins.of(exchange)
    if (plugin !== undefined) return new PluginSession({ ...shared, plugin, onTopics: follow })
    return new ExchangeSession({
      ...shared,
      connector: connectorOf(exchange),
      ...this.rawFrames.tapOf(exchange),
      onTopics: (change) => {
        this.rawFrames.follow(exchange, change)
        follow(change)
      },
    })
  }

  /** Also of one that was only opened. Safe to call twice. */
  async stop(): Promise<void> {
    const { desk, broadcaster } = this.options
    if (this.running) {
      this.running = false
      this.recorder.ending()
      const observed = this.observation.stop()
      this.books.stop()
      this.lists.stop()
      this.assetNetworks.stop()
      await this.data.stop()
      await this.accounts.stop()
      this.repairClock.stop()
      this.backfill.stop()
      this.closer.stop()
      const sessions = [...this.sessions.values()]
      // First, so that calls cut short are known to belong to a market that is over.
      this.sessions.clear()
      await Promise.all(sessions.map((session) => session.stop()))
      // Before the recorder stops: it stores the opportunities that end here.
      desk.close(Date.now())
      broadcaster.tell('market.watched', [])
      await this.rawFrames.stop()
      await observed
      await this.recorder.stop()
      await this.accounts.finish()
    }
    await this.options.alerts.release()
    await this.database.close()
    await this.simulator?.close()
  }

  /** Makes boards, analytics and subscriptions match the watch list. */
  watch(): void {
    const { desk, broadcaster } = this.options
    const settings = this.options.settings()
    const instruments: Instrument[] = []
    const books: Instrument[] = []
    const unwatchedTrades: Instrument[] = []
    this.eachExchange((exchange, watched, session) => {
      const named = namedBy(settings, connectorOf(exchange), (symbols) => this.catalog.watched(exchange, symbols))
      instruments.push(...watched)
      books.push(...named.books)
      unwatchedTrades.push(...named.recorded.filter((instrument) => !watched.includes(instrument)))
      session.want([...topicsOf(named, settings), ...this.accounts.topics(exchange, watched)])
      if (this.catalog.count(exchange) === 0) return
      const kinds = connectorOf(exchange).kinds
      const listed = new Set(watched.map(({ symbol }) => symbol))
      session.noteUnlisted(settings.symbols.filter((symbol) => kinds.includes(kindOf(symbol)) && !listed.has(symbol)))
    })
    this.unwatchedTrades = unwatchedTrades
    this.books.watch(books)
    this.closer.watch(instruments, settings.periods)
    this.accounts.fundingRates.watch(instruments)
    if (!desk.watch(instruments, Date.now())) return
    broadcaster.tell('market.watched', instruments)
    this.accounts.desk.watchChanged()
  }

  /** Loads the newest candles of everything watched. */
  loadCandles(): void {
    const { periods } = this.options.settings()
    this.eachExchange((exchange, watched) => this.backfill.start(exchange, watched, periods))
  }

  /** What these instruments' feed missed while it was down is asked for again. */
  repairCandles(exchange: ExchangeId, instrumentIds: readonly number[]): void {
    const instruments = instrumentIds.flatMap((id) => this.catalog.byId(id) ?? [])
    this.backfill.repair(exchange, instruments, this.options.settings().periods)
  }

  watched(): readonly Instrument[] {
    return this.options.desk.board.instruments
  }

  /** Of trades and order books: whether they are recorded at this moment. */
  isRecorded(kind: GapKind, { symbol, exchange }: Instrument): boolean {
    const { trades, orderBooks, symbols } = this.options.settings()
    if (!this.sessions.has(exchange)) return false
    if (kind === 'trade') return trades.record.includes(symbol)
    return orderBooks.symbols === 'watched' ? symbols.includes(symbol) : orderBooks.symbols.includes(symbol)
  }

  connections(): ExchangeStatus[] {
    return [...this.sessions].map(([exchange, session]) => {
      const status = session.status()
      const problem = this.lists.problemOf(exchange)
      if (problem === null) return status
      const note = `its list of instruments could not be loaded: ${problem}`
      // One that is down says why itself: without it there is no list.
      if (status.sockets.length > 0 || status.state === 'waiting') return { ...status, notes: [note, ...status.notes] }
      // Without a list there is nothing to subscribe to, so no socket that could say what is wrong.
      return { ...status, state: 'waiting', reason: note }
    })
  }

  private listed(exchange: ExchangeId): void {
    const { symbols, periods } = this.options.settings()
    this.watch()
    this.backfill.start(exchange, this.catalog.watched(exchange, symbols), periods)
    this.accounts.desk.instrumentsListed(exchange)
  }

  private eachExchange(
    visit: (exchange: ExchangeId, watched: readonly Instrument[], session: MarketSession) => void,
  ): void {
    const { symbols } = this.options.settings()
    for (const [exchange, session] of this.sessions) visit(exchange, this.catalog.watched(exchange, symbols), session)
  }

  /** The public list comes last: accounts are told more. */
  private networkSources(exchange: ExchangeId): ReturnType<AccountSide['desk']['networkSources']> {
    const own = this.accounts.desk.networkSources(exchange)
    const [session, open] = [this.sessions.get(exchange), connectorOf(exchange).assetNetworks]
    if (session === undefined || open === undefined) return own
    const list: NetworkSource = {
      id: 'public',
      words: 'the public list',
      ask: () => session.ask(open(), { priority: 'history' }),
    }
    return { ...own, sources: [...own.sources, list] }
  }

  private bookSource(exchange: ExchangeId): BookSource | null {
    const session = this.sessions.get(exchange)
    return session === undefined ? null : bookSourceOf(session)
  }

  private klineSource({ exchange }: Instrument): KlineSource | null {
    const session = this.sessions.get(exchange)
    if (!session) return null
    return {
      klinesPerCall: (instrument, period) => connectorOf(exchange).klinesPerCall(instrument, period),
      klines: (range, options) => session.klines(range, options),
      now: () => session.now(),
      isClockKnown: () => session.measuredNow() !== null,
    }
  }
}

/** In a thread of its own; null where no exchange is switched on. */
async function openSimulator(
  { dryRun, logger, ...options }: MarketRunOptions,
  { folder }: MarketDatabase,
): Promise<Simulator | null> {
  const settings = options.settings()
  const venues = enabledExchanges(settings, 'demo')
  if (venues.length === 0) return null
  return startSimulatorWorker(
    {
      ...settings.simulator,
      venues,
      // Besides those watched, so that there is something to search for and add.
      symbols: [...settings.symbols.filter(canBeSimulated), ...defaultSymbols],
      port: 0,
      accounts: livelyAccounts,
      // Beside the database, which holds what Crossbook was told of them.
      ...(!dryRun && { keepIn: join(folder, 'simulated-accounts') }),
    },
    (notice) => logger.warn(notice),
  )
}

/** Of what several exchanges say, the one that a wrong one of them does not change. null: none says anything. */
const medianOf = (values: readonly number[]): number | null =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null

/** What the simulator can list; other symbols are to the demo what they are to an exchange: not listed. */
function canBeSimulated(symbol: string): boolean {
  const [, base, quote] = /^([A-Z0-9]+)_([A-Z0-9]+)(?:_PERP)?$/.exec(symbol) ?? []
  return base !== undefined && base !== quote
}
