/**
 * The hub is the whole program without a face: connectors, bus, analytics, storage. It is the only place that constructs and
 * joins parts; the doors (index.ts, cli.ts) open onto it. Shutdown is start's mirror image.
 */
import { join } from 'node:path'
import type { AppInfo, Progress } from '../shared/contract.ts'
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
import { Arbitrage } from './analytics/arbitrage.ts'
import { type Finding, MarketHealth } from './analytics/health.ts'
import { allQuotes, allSpreads, Broadcaster, type Client } from './broadcaster.ts'
import { type Bus, createBus } from './bus/index.ts'
import type { Config } from './config.ts'
import { DataFolderError, databaseFile, lockDataFolder, setDatabaseAside } from './data-folder.ts'
import type { Topic } from './exchanges/contract.ts'
import { connectors } from './exchanges/registry.ts'
import { ExchangeSession } from './exchanges/session.ts'
import { answer, CallError, type Handlers } from './handlers.ts'
import type { Logger } from './log.ts'
import { Backfill } from './market/backfill.ts'
import { InstrumentCatalog } from './market/catalog.ts'
import { KlineHistory, type KlineSource } from './market/history.ts'
import { QuoteBoard } from './market/quotes.ts'
import { Recorder } from './recorder.ts'
import { type Simulator, startSimulatorWorker } from './simulator/index.ts'
import { defaultSymbols } from './simulator/symbols.ts'
import type { Storage } from './storage/contract.ts'
import { openStorage, StorageError } from './storage/index.ts'

export interface HubOptions {
  readonly config: Config
  readonly dataDir: string
  readonly dryRun: boolean
  readonly door: AppInfo['door']
  readonly version: string
  readonly logger: Logger
}

const alertsKept = 200
const instrumentsEveryMs = 24 * 3_600_000
/** An exchange whose list could not be had is asked again after this, and then after twice as long, up to the second. */
const instrumentsRetryMs = 2_000
const instrumentsLongestRetryMs = 30_000
const storageRetryMs = 10_000
/** Storage problems that may pass by themselves. */
const passing: readonly StorageError['kind'][] = ['full', 'locked']

export class Hub {
  readonly bus: Bus
  readonly startedAt = Date.now()
  private readonly options: HubOptions
  private readonly logger: Logger
  private readonly handlers: Handlers
  private readonly broadcaster: Broadcaster
  private readonly alerts: Alert[] = []
  private readonly alertListeners = new Set<(alert: Alert) => void>()
  private readonly progress = new Map<string, Progress>()
  /** What is to be tried again later; ends with the market. */
  private readonly timers = new Set<NodeJS.Timeout>()
  private sweepTimer: NodeJS.Timeout | null = null
  private readonly sessions = new Map<ExchangeId, ExchangeSession>()
  /** Exchanges whose list of instruments could not be had, why, and how often in a row. */
  private readonly listProblems = new Map<ExchangeId, { readonly message: string; readonly failures: number }>()
  /** Instruments that storage does not know yet, by id. */
  private readonly unsaved = new Map<number, Instrument>()
  /** How many of storage's notices were told. */
  private noticesTold = 0
  private lastAlertId = 0
  private mode: 'demo' | 'live' = 'demo'
  private folder = ''
  private releaseFolder: (() => void) | null = null
  private storage: Storage | null = null
  private storageProblem: string | null = null
  private simulator: Simulator | null = null
  private catalog = new InstrumentCatalog([])
  private board = new QuoteBoard([])
  private arbitrage: Arbitrage
  private health: MarketHealth
  private history: KlineHistory
  private backfill: Backfill
  private recorder: Recorder
  private lastOpportunityId = 0
  private running = false
  /** Asked to stop: nothing starts any more. */
  private closing = false
  /** Starts, changes and stops come one after another, whoever asks. */
  private turn: Promise<void> = Promise.resolve()

  constructor(options: HubOptions) {
    this.options = options
    this.logger = options.logger
    this.bus = createBus((error, event) => this.logger.error({ err: error, kind: event.kind }, 'a listener failed'))
    this.broadcaster = new Broadcaster({
      quotes: () => this.board,
      spreads: () => this.arbitrage.spreads,
      status: () => ({ connections: this.connections(), recorder: this.recorder.status() }),
    })
    this.arbitrage = this.createArbitrage()
    this.health = new MarketHealth(this.board, this.settings.health)
    this.history = this.createHistory()
    this.backfill = this.createBackfill()
    this.recorder = this.createRecorder()
    this.handlers = this.createHandlers()
    this.listen()
  }

  get settings(): Settings {
    return this.options.config.settings
  }

  /** The folder in use: the data folder, or its `demo` folder when that one holds real data. */
  get dataDir(): string {
    return this.folder || this.options.dataDir
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
    this.broadcaster.disconnect(client)
  }

  /** Answers one call of a door's client. Never rejects. */
  call(client: Client, name: string, request: unknown) {
    return answer(this.handlers, name, request, client, (error, call) =>
      this.logger.error({ err: error, call }, 'a call failed'),
    )
  }

  onAlert(listener: (alert: Alert) => void): () => void {
    this.alertListeners.add(listener)
    return () => this.alertListeners.delete(listener)
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
      const problem = this.listProblems.get(exchange)
      if (!problem) return status
      const note = `its list of instruments could not be loaded: ${problem.message}`
      if (status.sockets.length > 0) return { ...status, notes: [note, ...status.notes] }
      // Without a list there is nothing to subscribe to, so no socket that could say what is wrong.
      return { ...status, state: 'waiting', reason: note }
    })
  }

  // ---------------------------------------------------------------- start and stop of one market (demo or live)

  private async startMarket(): Promise<void> {
    if (this.closing) return
    this.mode = this.options.config.mode
    this.running = true
    await this.openDatabase()
    this.history = this.createHistory()
    this.backfill = this.createBackfill()
    this.recorder = this.createRecorder()
    const exchanges = enabledExchanges(this.settings, this.mode)
    const origins = await this.openSimulator(exchanges)
    if (this.closing) return
    for (const exchange of exchanges) {
      const session = new ExchangeSession({
        connector: connectors[exchange],
        origins: origins ?? this.settings.exchanges[exchange]?.origins ?? {},
        bus: this.bus,
        logger: this.logger.child({ exchange }),
      })
      this.sessions.set(exchange, session)
      session.useInstruments(this.catalog.lookup(exchange))
    }
    this.watch()
    this.recorder.start()
    for (const session of this.sessions.values()) session.start()
    for (const exchange of exchanges) void this.loadInstruments(exchange)
  }

  private async stopMarket(): Promise<void> {
    if (!this.running) return
    this.running = false
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
    this.backfill.stop()
    const sessions = [...this.sessions.values()]
    // First, so that calls cut short are known to belong to a market that is over.
    this.sessions.clear()
    await Promise.all(sessions.map((session) => session.stop()))
    this.arbitrage.stop(Date.now())
    await this.recorder.stop()
    // The next market numbers its instruments anew: nothing known of this one may pass for one of that.
    this.useBoard(new QuoteBoard([]))
    await this.storage?.close()
    this.storage = null
    await this.simulator?.close()
    this.simulator = null
    this.progress.clear()
    this.listProblems.clear()
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work, work)
    return this.turn
  }

  private async openDatabase(): Promise<void> {
    this.folder = this.options.dataDir
    this.storageProblem = null
    this.catalog = new InstrumentCatalog([])
    this.lastOpportunityId = 0
    this.unsaved.clear()
    this.noticesTold = 0
    if (this.options.dryRun) return
    let storage: Storage | null = null
    try {
      storage = await openStorage({ file: databaseFile(this.folder), logger: this.logger })
      const recorded = await storage.meta('mode')
      if (recorded !== null && recorded !== this.mode) {
        // Demo rows and real ones never share a file.
        await storage.close()
        if (this.mode === 'demo') this.folder = join(this.options.dataDir, 'demo')
        else {
          const aside = setDatabaseAside(this.folder, 'demo', new Date())
          this.raise({
            severity: 'info',
            rule: 'storage',
            subject: 'storage',
            message: `The demo's data was set aside as ${aside}`,
          })
        }
        storage = await openStorage({ file: databaseFile(this.folder), logger: this.logger })
      }
      await storage.setMeta('mode', this.mode)
      this.catalog = new InstrumentCatalog(await storage.instruments())
      this.lastOpportunityId = await storage.lastOpportunityId()
      this.storage = storage
      this.tellNotices()
    } catch (error) {
      // A broken disk must not hide the market: quotes go on, unrecorded, and every screen says so.
      await storage?.close()
      if (!(error instanceof StorageError || error instanceof DataFolderError)) throw error
      this.storageProblem = error.message
      this.raise({
        severity: 'error',
        rule: 'storage',
        subject: 'storage',
        message: `Nothing is recorded: ${error.message}`,
      })
      if (error instanceof StorageError && passing.includes(error.kind)) this.retryDatabase()
    }
  }

  /**
   * Ids of instruments come from the database, so recording cannot simply begin in the middle: once the file can be opened, the
   * market starts anew.
   */
  private retryDatabase(): void {
    const timer = setTimeout(async () => {
      this.timers.delete(timer)
      const { catalog } = this
      try {
        const storage = await openStorage({ file: databaseFile(this.folder), logger: this.logger })
        await storage.close()
      } catch (error) {
        this.logger.debug({ err: error }, 'the database cannot be opened yet')
        if (this.running && this.catalog === catalog) this.retryDatabase()
        return
      }
      // Restarted or stopped meanwhile: that one has looked for itself.
      if (this.running && this.catalog === catalog) {
        await this.restart().catch((error: unknown) => this.logger.error({ err: error }, 'the restart failed'))
      }
    }, storageRetryMs)
    this.timers.add(timer)
  }

  private restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.stopMarket()
      await this.startMarket()
    })
  }

  private tellNotices(): void {
    const notices = this.storage?.notices ?? []
    for (const message of notices.slice(this.noticesTold)) {
      this.raise({ severity: 'error', rule: 'storage', subject: 'storage', message })
    }
    this.noticesTold = notices.length
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
    })
    return this.simulator.origins
  }

  // ---------------------------------------------------------------- instruments and the watch list

  private async loadInstruments(exchange: ExchangeId): Promise<void> {
    const session = this.sessions.get(exchange)
    if (!session || !this.running) return
    const id = `instruments:${exchange}`
    const title = `Instruments of ${connectors[exchange].title}`
    this.setProgress({ id, title, done: 0, total: 1, state: 'running', detail: null })
    const listed = await session.loadInstruments()
    if (this.sessions.get(exchange) !== session) return
    if (!listed.ok) {
      const { message } = listed.failure
      const earlier = this.listProblems.get(exchange)?.failures ?? 0
      this.listProblems.set(exchange, { message, failures: earlier + 1 })
      this.setProgress({ id, title, done: 0, total: 1, state: 'failed', detail: message })
      const retryMs = Math.min(instrumentsRetryMs * 2 ** earlier, instrumentsLongestRetryMs)
      this.logger.warn({ exchange, reason: message, retryMs }, 'instruments could not be loaded')
      this.later(retryMs, session, () => this.loadInstruments(exchange))
      return
    }
    this.listProblems.delete(exchange)
    const changed = this.catalog.merge(exchange, listed.value, listed.passedOver?.names)
    this.setProgress({ id, title, done: 1, total: 1, state: 'finished', detail: `${listed.value.length} listed` })
    this.later(instrumentsEveryMs, session, () => this.loadInstruments(exchange))
    if (changed.length > 0) {
      session.useInstruments(this.catalog.lookup(exchange))
      await this.saveInstruments(session, changed)
    }
    if (this.sessions.get(exchange) !== session) return
    this.watch()
    this.backfill.start(exchange, this.catalog.watched(exchange, this.settings.symbols), this.settings.periods)
  }

  /** Until an instrument is stored, storage refuses every row that names it: a save that failed is tried again. */
  private async saveInstruments(session: ExchangeSession, changed: readonly Instrument[]): Promise<void> {
    for (const instrument of changed) this.unsaved.set(instrument.id, instrument)
    if (!this.storage || this.unsaved.size === 0) return
    const saving = [...this.unsaved.values()]
    try {
      await this.storage.saveInstruments(saving)
      for (const instrument of saving) {
        if (this.unsaved.get(instrument.id) === instrument) this.unsaved.delete(instrument.id)
      }
    } catch (error) {
      this.storageFailed(error)
      this.later(storageRetryMs, session, () => this.saveInstruments(session, []))
    }
  }

  /** Makes boards, analytics and subscriptions match the watch list. Quotes already known are kept. */
  private watch(): void {
    const instruments: Instrument[] = []
    for (const [exchange, session] of this.sessions) {
      const watched = this.catalog.watched(exchange, this.settings.symbols)
      instruments.push(...watched)
      session.want(topicsOf(watched, this.settings))
      if (this.catalog.count(exchange) > 0) {
        const kinds = connectors[exchange].kinds
        const listed = new Set(watched.map(({ symbol }) => symbol))
        session.noteUnlisted(
          this.settings.symbols.filter((symbol) => kinds.includes(kindOf(symbol)) && !listed.has(symbol)),
        )
      }
    }
    const unchanged =
      instruments.length === this.board.instruments.length &&
      instruments.every((instrument, slot) => this.board.instruments[slot] === instrument)
    if (unchanged) return
    const board = new QuoteBoard(instruments)
    board.copyFrom(this.board)
    this.useBoard(board)
  }

  private useBoard(board: QuoteBoard): void {
    this.board = board
    this.rebuildAnalytics()
    this.broadcaster.tell('market.watched', [...board.instruments])
  }

  private rebuildAnalytics(): void {
    const now = Date.now()
    // Open opportunities belong to the old pair indexes: they end here and, where they still hold, begin anew.
    this.arbitrage.stop(now)
    this.lastOpportunityId = Math.max(this.lastOpportunityId, this.arbitrage.opportunities.highestId)
    this.arbitrage = this.createArbitrage()
    this.health = new MarketHealth(this.board, this.settings.health)
    this.broadcaster.boardsChanged()
    for (let slot = 0; slot < this.board.instruments.length; slot++) this.arbitrage.quoteChanged(slot, now)
  }

  // ---------------------------------------------------------------- parts

  private createArbitrage(): Arbitrage {
    const { arbitrage } = this.settings
    return new Arbitrage({
      quotes: this.board,
      takerFee: ({ exchange, kind }) => feesOf(this.settings, exchange, kind).taker,
      maximumAgeMs: arbitrage.maximumAgeMs,
      thresholds: arbitrage,
      lastOpportunityId: this.lastOpportunityId,
      onOpportunity: (opportunity) => this.bus.publish({ kind: 'opportunity', opportunity }),
      onPair: (index) => this.broadcaster.pairChanged(index),
    })
  }

  private createHistory(): KlineHistory {
    return new KlineHistory({ storage: this.storage, sourceOf: (instrument) => this.klineSource(instrument) })
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
      onProgress: (progress) => this.setProgress(progress),
    })
  }

  private createRecorder(): Recorder {
    return new Recorder({
      board: () => this.board,
      bus: this.bus,
      storage: this.storage,
      problem: this.options.dryRun ? 'dry run: nothing is recorded' : this.storageProblem,
      logger: this.logger,
      onAlert: (finding) => this.raise(finding),
    })
  }

  private listen(): void {
    this.bus.on('book_ticker', (quote) => {
      const slot = this.board.applyBookTicker(quote)
      if (slot < 0) return
      this.broadcaster.quoteChanged(slot)
      this.arbitrage.quoteChanged(slot, quote.receivedAt)
    })
    this.bus.on('trade', (trade) => {
      const slot = this.board.applyTrade(trade)
      if (slot >= 0) this.broadcaster.quoteChanged(slot)
    })
    this.bus.on('kline', (kline) => this.broadcaster.klineChanged(kline))
    this.bus.on('connection', (event) => {
      if (event.state === 'live') {
        // What was missed while it was down is asked for again.
        const instruments = event.instrumentIds.flatMap((id) => this.catalog.byId(id) ?? [])
        if (event.reconnected) this.backfill.repair(event.exchange, instruments, this.settings.periods)
        return
      }
      this.board.clearLive(event.instrumentIds)
      const slots = event.instrumentIds.map((id) => this.board.slotOf(id)).filter((slot) => slot >= 0)
      for (const slot of slots) this.broadcaster.quoteChanged(slot)
      this.arbitrage.legsDown(slots, event.at, this.running ? 'disconnected' : 'shutdown')
    })
    this.bus.on('opportunity', ({ opportunity }) => {
      this.broadcaster.tell('opportunity.changed', opportunity)
      if (opportunity.closedAt === null) this.raise(opportunityFinding(opportunity))
    })
    this.bus.on('alert', ({ alert }) => {
      this.alerts.push(alert)
      if (this.alerts.length > alertsKept) this.alerts.shift()
      this.broadcaster.tell('alert.raised', alert)
      for (const listener of this.alertListeners) listener(alert)
    })
  }

  private sweep(): void {
    const now = Date.now()
    this.arbitrage.sweep(now)
    this.tellNotices()
    for (const finding of this.health.check(now)) this.raise(finding)
  }

  /** One line in the log, one event on the bus. */
  private raise(finding: Finding): void {
    const { severity, rule, subject, message } = finding
    const level = severity === 'error' ? 'error' : severity === 'warning' ? 'warn' : 'info'
    this.logger[level]({ rule, subject }, message)
    this.bus.publish({ kind: 'alert', alert: { id: ++this.lastAlertId, at: Date.now(), ...finding } })
  }

  private storageFailed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.raise({ severity: 'error', rule: 'storage', subject: 'storage', message })
  }

  private setProgress(progress: Progress): void {
    if (progress.state === 'running') this.progress.set(progress.id, progress)
    else this.progress.delete(progress.id)
    this.broadcaster.tell('progress.update', progress)
  }

  /** Unless the session is gone by then. */
  private later(ms: number, session: ExchangeSession, run: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      if (this.sessions.get(session.connector.exchange) === session) void run()
    }, ms)
    this.timers.add(timer)
  }

  // ---------------------------------------------------------------- calls

  private createHandlers(): Handlers {
    return {
      'app.info': () => this.info(),
      'settings.get': () => ({
        settings: this.settings,
        overridden: this.options.config.overridden,
        standardFees: Object.fromEntries(exchangeIds.map((id) => [id, connectors[id].fees])),
      }),
      'settings.update': async ({ changes }) => {
        await this.updateSettings(changes)
        return this.settings
      },
      'instruments.search': ({ query, limit }) => [...this.catalog.search(query, limit)],
      'instruments.watched': () => [...this.board.instruments],
      'quotes.snapshot': () => allQuotes(this.board),
      'spreads.pairs': () => [...this.arbitrage.spreads.pairs],
      'spreads.snapshot': () => allSpreads(this.arbitrage.spreads, this.board),
      'klines.list': ({ instrument: key, period, before, limit }) => {
        const instrument = this.catalog.get(key)
        if (!instrument)
          throw new CallError('badRequest', `no exchange lists "${key}"; keys look like binance:BTC_USDT`)
        return this.history.list(instrument, period, before, limit)
      },
      'opportunities.list': async ({ before, limit }) => [
        ...((await this.storage?.opportunities(before, limit)) ?? []),
      ],
      'opportunities.live': () => [...this.arbitrage.opportunities.live()],
      'alerts.list': () => [...this.alerts],
      'connections.list': () => this.connections(),
      'recorder.status': () => this.recorder.status(),
      'progress.list': () => [...this.progress.values()],
      'progress.cancel': ({ id }) => {
        this.backfill.cancel(id)
        return null
      },
      'view.set': (view, client) => {
        this.broadcaster.setView(client, view)
        return null
      },
    }
  }

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
    if (modeChanged || differs(connections)) {
      await this.stopMarket()
      await this.startMarket()
      return
    }
    if (!this.running) return
    if (differs((s) => [s.arbitrage, s.health, exchangeIds.map((id) => s.exchanges[id]?.fees)])) this.rebuildAnalytics()
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
