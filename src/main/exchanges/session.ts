import type {
  ConnectionState,
  EpochMs,
  ExchangeStatus,
  Instrument,
  ListedInstrument,
  MarketEvent,
  Trade,
} from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { Logger } from '../log.ts'
import { type ClockMeasurement, measureClockOffset } from '../net/clock.ts'
import { ConnectPacer } from '../net/connect-pacer.ts'
import type { ConnectionLife } from '../net/feed.ts'
import { directNetwork } from '../net/network.ts'
import { type Grant, RateLimiter } from '../net/rate-limit.ts'
import type { PassedOver, RestCall, RestResult } from '../net/rest.ts'
import { type CallOptions, RestClient, type SocketDoubt } from '../net/rest-client.ts'
import type { FeedSession } from '../net/session.ts'
import { AnnouncedMaintenance } from './announced.ts'
import type { Connector, HistoryCandle, InstrumentLookup, KlineRange, Topic } from './contract.ts'
import { ExchangeClock } from './exchange-clock.ts'
import { ExchangeFeed, type FeedHost } from './exchange-feed.ts'
import { clockNote, nameOf, unreadNote } from './notes.ts'
import { RecentTrades } from './recent-trades.ts'
import { Rejections } from './rejections.ts'
import { joinPassedOver } from './rows.ts'
import type { ExchangeSessionOptions, MarketSession, SessionMeasurements } from './session-contract.ts'
import { Troubles } from './troubles.ts'
import { UnreadCandles } from './unread-candles.ts'

export type {
  DepthDoubt,
  ExchangeSessionOptions,
  MarketSession,
  SessionMeasurements,
  TopicsChange,
} from './session-contract.ts'

/** No socket brought anything for so long: a call that is not answered either waits for nobody. */
const doubtfulSilenceMs = 3_000
/** From worst to best: the exchange's state is its worst socket's. */
const worstFirst: readonly ConnectionState[] = ['open_circuit', 'waiting', 'silent', 'connecting', 'stopped', 'live']

/**
 * Everything around one connector that needs sockets, timers, clock and log: frames in, events on the bus, and an account of
 * how it goes. `start` and `stop` happen once; another start takes another session.
 */
export class ExchangeSession implements MarketSession {
  readonly connector: Connector
  /** For every socket to the exchange, those of accounts included: they share the address's limits. */
  readonly pacer: ConnectPacer
  private readonly options: ExchangeSessionOptions
  private readonly bus: Bus
  private readonly logger: Logger
  private readonly rest: RestClient
  private readonly feeds: ReadonlyMap<string, ExchangeFeed>
  private readonly rejections: Rejections
  /** One pair of maps for good: a normalizer made before the daily list knows what came with it. */
  private readonly lookup = { spot: new Map<string, Instrument>(), perpetual: new Map<string, Instrument>() }
  private topics: readonly Topic[] = []
  private unserved: readonly Topic[] = []
  private unlisted: readonly string[] = []
  /** Of the newest list. */
  private unread: PassedOver | null = null
  private readonly unreadCandles: UnreadCandles
  private readonly recentTrades = new RecentTrades()
  private repeatedTrades = 0
  private historyCandles = 0
  private historyFailures = 0
  private readonly clock: ExchangeClock
  private readonly troubles = new Troubles()
  /** null: the exchange tells of it nowhere. */
  private readonly announced: AnnouncedMaintenance | null
  private unwatch: (() => void) | null = null
  private phase: 'idle' | 'running' | 'stopped' = 'idle'

  constructor(options: ExchangeSessionOptions) {
    const { connector, logger, network = directNetwork } = options
    this.pacer = new ConnectPacer(network, options.random)
    this.connector = connector
    this.options = options
    this.bus = options.bus
    this.logger = logger
    this.rest = new RestClient({
      dialect: connector.dialect,
      limiter: new RateLimiter(connector.pools),
      network,
      origins: options.origins,
      ...(options.restTiming === undefined ? {} : { timing: options.restTiming }),
      ...(options.random === undefined ? {} : { random: options.random }),
      now: () => this.now(),
      doubt: () => this.socketDoubt(),
      onAttempt: ({ request, ...attempt }) =>
        this.logger.debug({ request: `${connector.exchange}/${request}`, ...attempt }, 'request'),
    })
    const serverTime = connector.serverTime()
    this.clock = new ExchangeClock({
      measure: () => measureClockOffset(() => this.rest.probeClock(serverTime)),
      logger,
      onMeasured: () => options.onStatus?.(),
    })
    const { maintenance } = connector
    this.announced =
      maintenance === undefined
        ? null
        : new AnnouncedMaintenance({
            ask: () => this.rest.call(maintenance()),
            now: () => this.now(),
            onChange: () => options.onStatus?.(),
          })
    this.rejections = new Rejections((reason, sample, count, connection) =>
      this.logger.warn({ connection, reason, count, sample }, 'frames were not understood'),
    )
    this.unreadCandles = new UnreadCandles((passedOver) =>
      this.logger.warn(passedOver, 'candles could not be read and are missing'),
    )
    const host: FeedHost = {
      options,
      pacer: this.pacer,
      lookup: this.lookup,
      rejections: this.rejections,
      troubles: this.troubles,
      announced: this.announced,
      clockOffsetMs: () => this.clock.offsetMs,
      isRunning: () => this.phase === 'running',
      publish: (event) => this.publish(event),
      isRepeated: (trade) => this.isRepeated(trade),
      ask: (call) => this.rest.call(call),
      faultAt: (url) => this.rest.faultAt(url),
    }
    this.feeds = new Map(connector.feeds.map((rules) => [rules.id, new ExchangeFeed(rules, host)]))
  }

  /** The exchange's whole list; the first call that fails is the answer. Rows that could not be read are logged and become a note. */
  async loadInstruments(options: CallOptions = {}): Promise<RestResult<readonly ListedInstrument[]>> {
    const replies = await Promise.all(this.connector.instruments().map((call) => this.rest.call(call, options)))
    const listed: ListedInstrument[] = []
    for (const reply of replies) {
      if (!reply.ok) return reply
      listed.push(...reply.value)
    }
    this.unread = joinPassedOver(replies.map((reply) => (reply.ok ? reply.passedOver : undefined)))
    this.options.onStatus?.()
    if (this.unread === null) return { ok: true, value: listed }
    const { count, samples } = this.unread
    this.logger.warn({ count, samples }, 'listed instruments could not be read')
    return { ok: true, value: listed, passedOver: this.unread }
  }

  /** The listed instruments with their ids; may be given again when the list changes. */
  useInstruments(lookup: InstrumentLookup): void {
    for (const kind of ['spot', 'perpetual'] as const) {
      this.lookup[kind].clear()
      for (const [name, instrument] of lookup[kind]) this.lookup[kind].set(name, instrument)
    }
  }

  /** The listed instruments as last given: the same maps for good, filled as lists arrive. */
  get instruments(): InstrumentLookup {
    return this.lookup
  }

  /**
   * The topics to receive from now on; only the difference to before is touched. Those without a route become notes, but for funding rates
   * that REST is asked for all the same.
   */
  want(topics: readonly Topic[]): void {
    const wires = new Map<string, Map<string, Topic[]>>([...this.feeds.keys()].map((feed) => [feed, new Map()]))
    const unserved: Topic[] = []
    for (const topic of topics) {
      const route = this.connector.route(topic)
      const feedWires = route === null ? undefined : wires.get(route.feed)
      if (route === null || feedWires === undefined) {
        if (!this.isAskedFor(topic)) unserved.push(topic)
      } else feedWires.set(route.wire, [...(feedWires.get(route.wire) ?? []), topic])
    }
    this.topics = topics
    this.unserved = unserved
    this.recentTrades.keep(new Set(topics.map((topic) => topic.instrument.id)))
    for (const [id, feed] of this.feeds) {
      const wanted = wires.get(id) ?? new Map<string, Topic[]>()
      feed.flow.want(wanted)
      feed.session.want(new Set(wanted.keys()))
    }
    this.options.onStatus?.()
  }

  /** Wanted symbols that the exchange does not list: shown as notes. */
  noteUnlisted(symbols: readonly string[]): void {
    this.unlisted = [...symbols]
    this.options.onStatus?.()
  }

  /** One call's worth of candles, ascending. History gives way to everything else unless `priority` says otherwise. */
  async klines(range: KlineRange, options: CallOptions = {}): Promise<RestResult<readonly HistoryCandle[]>> {
    const call = this.connector.klines({ now: this.now(), ...range })
    const reply = await this.rest.call(call, { priority: 'history', ...options })
    if (reply.ok) this.historyCandles += reply.value.length
    else if (reply.failure.kind !== 'cancelled') this.historyFailures++
    if (reply.ok && reply.passedOver) this.unreadCandles.add(range, reply.passedOver, Date.now())
    return reply
  }

  /**
   * One call within the exchange's limits and by its clock; an account's calls go this way, since they share the address's limits.
   * One whose time stamp was refused is tried again after measuring the clock.
   */
  async ask<T>(call: RestCall<T>, options: CallOptions = {}): Promise<RestResult<T>> {
    const reply = await this.rest.call(call, options)
    if (reply.ok || reply.failure.kind !== 'clock') return reply
    await this.measureClock()
    return this.rest.call(call, options)
  }

  /** Takes weight from one of the exchange's pools for a call that somebody else makes; waits behind everything of ours. */
  reserve(pool: string, weight: number, signal?: AbortSignal): Promise<Grant> {
    return this.rest.reserve(pool, weight, signal)
  }

  /** The exchange's clock as far as it was measured; this machine's before that. */
  now(): EpochMs {
    return this.clock.now()
  }

  /** The exchange's clock; null until it was measured, and again once this machine slept or its clock was set: for what must not be guessed. */
  measuredNow(): EpochMs | null {
    return this.clock.isKnown ? this.now() : null
  }

  /** Exchange clock minus ours, ms; null until it was measured. */
  measuredOffset(): number | null {
    return this.clock.offsetMs
  }

  /** Of the connection that brings the instrument's quotes; null where none is open. */
  lifeOf(instrument: Instrument): ConnectionLife | null {
    const feed = this.feedOf({ channel: 'book_ticker', instrument, period: null })
    return feed?.session.lifeOf(feed.wire) ?? null
  }

  /** The feed that carries a topic, and its name there; null where none does. */
  feedOf(topic: Topic): { readonly session: FeedSession; readonly wire: string } | null {
    const route = this.connector.route(topic)
    const feed = route === null ? undefined : this.feeds.get(route.feed)
    return route === null || feed === undefined ? null : { session: feed.session, wire: route.wire }
  }

  /** Asks the exchange for the time now; done at start and every ten minutes without asking. */
  measureClock(): Promise<ClockMeasurement> {
    return this.clock.measure()
  }

  /** Messages bear times that cannot be: they came late, or the clocks are others by now, which a new measurement tells. */
  doubtClock(): void {
    this.clock.doubt()
  }

  start(): void {
    if (this.phase !== 'idle') return
    this.phase = 'running'
    // Whatever happened, the clocks may be others by now.
    this.unwatch = this.pacer.network.watch?.on(() => this.clock.measureSoon()) ?? null
    for (const feed of this.feeds.values()) feed.session.start()
    this.clock.start()
    this.announced?.ask()
  }

  /** Resolves when no socket, timer or request is left: after a second at most. */
  async stop(): Promise<void> {
    this.phase = 'stopped'
    this.unwatch?.()
    this.announced?.stop()
    this.clock.stop()
    await Promise.all([...[...this.feeds.values()].map((feed) => feed.session.stop()), this.rest.close()])
  }

  status(): ExchangeStatus {
    const sockets = [...this.feeds.values()].flatMap((feed) => feed.session.status())
    const worst = worstFirst.map((state) => sockets.find((socket) => socket.state === state)).find((socket) => socket)
    const sum = (of: (socket: (typeof sockets)[number]) => number) => sockets.reduce((total, one) => total + of(one), 0)
    const stopped = this.phase === 'stopped'
    return {
      exchange: this.connector.exchange,
      state: stopped ? 'stopped' : (worst?.state ?? 'connecting'),
      reason: stopped ? 'switched off' : worst === undefined ? 'nothing to receive yet' : worst.reason,
      instruments: this.lookup.spot.size + this.lookup.perpetual.size,
      watched: new Set(this.topics.map((topic) => topic.instrument.id)).size,
      clockOffsetMs: this.clock.offsetMs,
      restLatencyMs: this.rest.latencyMs,
      messagesPerSecond: sum((socket) => socket.messagesPerSecond),
      reconnects: sum((socket) => socket.reconnects),
      frames: [...this.feeds.values()].reduce((total, feed) => total + feed.frames, 0),
      rejected: this.rejections.list(),
      budgets: this.rest.budgets(),
      sockets,
      trouble: stopped ? null : this.readTrouble(),
      notes: this.notes(),
    }
  }

  measurements(): SessionMeasurements {
    const { historyCandles, historyFailures, repeatedTrades } = this
    const feeds = [...this.feeds].map(([id, { traffic, session }]) => traffic.measurements(id, session.reconnects))
    const { exchange } = this.connector
    return { exchange, feeds, rest: this.rest.measurements(), historyCandles, historyFailures, repeatedTrades }
  }

  private socketDoubt(): SocketDoubt | null {
    if (this.pacer.isDown) return 'down'
    const silences = [...this.feeds.values()].flatMap(({ session }) => session.silentMs ?? [])
    return silences.length > 0 && silences.every((ms) => ms > doubtfulSilenceMs) ? 'silent' : null
  }

  private readTrouble(): ExchangeStatus['trouble'] {
    return this.troubles.read(this.announced?.fault() ?? null, this.rest.fault, this.clock.offsetMs, Date.now())
  }

  private isAskedFor({ channel, instrument }: Topic): boolean {
    return channel === 'funding_rate' && this.connector.fundingRates([instrument]).length > 0
  }

  private notes(): string[] {
    const notes = this.unlisted.map((symbol) => `${symbol} is not listed`)
    const ofMaintenance = this.announced?.note() ?? null
    if (ofMaintenance !== null) notes.push(ofMaintenance)
    if (this.unread !== null) notes.push(unreadNote(this.unread))
    for (const topic of this.unserved) notes.push(`${nameOf(topic)}: no such stream`)
    for (const feed of this.feeds.values()) {
      for (const [wire, message] of feed.session.refusals()) {
        const topics = feed.flow.topicsOf(wire)
        if (topics !== undefined) notes.push(`${topics.map(nameOf).join(', ')}: refused (${message})`)
      }
    }
    const ofClock = clockNote(this.clock.offsetMs)
    if (ofClock !== null) notes.push(ofClock)
    return notes
  }

  /** Every trade once: exchanges send their newest ones again to whoever subscribes. */
  private publish(event: MarketEvent): void {
    if (event.kind === 'trade' && !this.recentTrades.add(event)) this.noteRepeated()
    else this.bus.publish(event)
  }

  private isRepeated(trade: Trade): boolean {
    const isRepeated = this.recentTrades.has(trade)
    if (isRepeated) this.noteRepeated()
    return isRepeated
  }

  private noteRepeated(): void {
    const count = ++this.repeatedTrades
    // At 1, 2, 4, 8 ...: a few lines, however many there are.
    if ((count & (count - 1)) === 0) this.logger.debug({ count }, 'trades that came again were dropped')
  }
}
