import type {
  ConnectionState,
  DownCause,
  EpochMs,
  ExchangeId,
  ExchangeStatus,
  Instrument,
  ListedInstrument,
  MarketEvent,
  RejectReason,
} from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { Logger } from '../log.ts'
import type { Random } from '../net/backoff.ts'
import { type ClockMeasurement, measureClockOffset } from '../net/clock.ts'
import { ConnectPacer } from '../net/connect-pacer.ts'
import { logStep } from '../net/connection-log.ts'
import type { ConnectionLife, Control, FeedRules } from '../net/feed.ts'
import type { ConnectionStep, FeedCallbacks } from '../net/feed-callbacks.ts'
import { directNetwork, type Network } from '../net/network.ts'
import type { OriginMap } from '../net/origins.ts'
import { type Grant, RateLimiter } from '../net/rate-limit.ts'
import type { PassedOver, RestCall, RestResult } from '../net/rest.ts'
import {
  type CallOptions,
  RestClient,
  type RestMeasurements,
  type RestTiming,
  type SocketDoubt,
} from '../net/rest-client.ts'
import { FeedSession } from '../net/session.ts'
import type { SessionTiming } from '../net/session-timing.ts'
import { AnnouncedMaintenance } from './announced.ts'
import type { Connector, HistoryCandle, InstrumentLookup, KlineRange, Topic } from './contract.ts'
import type { DepthUpdate } from './depth.ts'
import { FeedSources, type Source } from './feed-sources.ts'
import { type FeedMeasurements, FeedTraffic } from './feed-traffic.ts'
import { clockNote, nameOf, unreadNote } from './notes.ts'
import { RecentTrades } from './recent-trades.ts'
import { Rejections } from './rejections.ts'
import { joinPassedOver } from './rows.ts'
import { TopicFlow } from './topic-flow.ts'
import { Troubles } from './troubles.ts'
import { UnreadCandles } from './unread-candles.ts'

const clockEveryMs = 600_000
/** After a measurement that failed. */
const clockRetryMs = 60_000
/** Times that cannot be have the clock measured, but no more often than this. */
const clockDoubtMs = 5_000
/** No socket brought anything for so long: a call that is not answered either waits for nobody. */
const doubtfulSilenceMs = 3_000
/** From worst to best: the exchange's state is its worst socket's. */
const worstFirst: readonly ConnectionState[] = ['open_circuit', 'waiting', 'silent', 'connecting', 'stopped', 'live']

/** A frame of a connection that carries these topics was not understood, so something of them may be missing. */
export interface DepthDoubt {
  readonly topics: readonly Topic[]
  readonly words: string
}

/** Topics that began or ceased to flow on one socket, of every channel. */
export interface TopicsChange {
  readonly feed: string
  readonly state: 'live' | 'down'
  readonly topics: readonly Topic[]
  /** In words; empty for live. */
  readonly reason: string
  /** null for live. */
  readonly cause: DownCause | null
  readonly at: EpochMs
  /** Of `down`: when the lost connection last gave a sign of life, from when on something may be missing; absent or null: there was none. */
  readonly heardAt?: EpochMs | null
  /** Of `live`: since when they had been down (the earliest of them), null when they flow for the first time. */
  readonly downSince: EpochMs | null
}

export interface ExchangeSessionOptions {
  readonly connector: Connector
  /** The way out, and the watch over this machine; straight and unwatched where none is given. */
  readonly network?: Network
  /** Real origin -> the origin to use instead; other exchanges' origins are ignored. */
  readonly origins: OriginMap
  readonly bus: Bus
  /** Bound to the exchange, so that its lines say whose they are. */
  readonly logger: Logger
  /** Something in `status()` changed that should be shown soon. Counters grow without it. */
  readonly onStatus?: () => void
  /**
   * The same as the bus's `connection` event, which comes just before it, in full: topics instead of instruments. Either serves to
   * repair holes: `live` with `reconnected` (here: with a `downSince`) means that klines of the time between are to be loaded.
   */
  readonly onTopics?: (change: TopicsChange) => void
  /** Every frame as it came, before it is read: for recording. `connection` is exchange, socket and an id of its own: `…/spot#1/7f3a9c`. */
  readonly onRawFrame?: (
    frame: Buffer,
    isBinary: boolean,
    receivedAt: EpochMs,
    feed: string,
    connection: string,
  ) => void
  /** A connection's life, for whoever records its frames. `other`: the one that it will take over from, or took over from. */
  readonly onConnection?: (
    mark: 'opens' | 'takes_over' | 'ends',
    feed: string,
    connection: string,
    other: string | null,
  ) => void
  /** Every depth message, at once; it holds until the call returns. During a rotation those of the connection that counts. */
  readonly onDepth?: (depth: DepthUpdate) => void
  readonly onDoubt?: (doubt: DepthDoubt) => void
  readonly sessionTiming?: Partial<SessionTiming>
  readonly restTiming?: Partial<RestTiming>
  readonly random?: Random
}

/** What a session measured since it began, for metrics; what is true now is in its status. */
export interface SessionMeasurements {
  readonly exchange: ExchangeId
  readonly feeds: readonly FeedMeasurements[]
  readonly rest: RestMeasurements
  /** Candles that the exchange was asked for and gave, and calls for them that failed (those cancelled apart). */
  readonly historyCandles: number
  readonly historyFailures: number
  /** Trades that came again and were dropped. */
  readonly repeatedTrades: number
}

interface Feed {
  readonly rules: FeedRules
  readonly session: FeedSession
  readonly traffic: FeedTraffic
  readonly sources: FeedSources
  readonly flow: TopicFlow
}

/**
 * Everything around one connector that needs sockets, timers, clock and log: frames in, events on the bus, and an account of
 * how it goes. `start` and `stop` happen once; another start takes another session.
 */
export class ExchangeSession {
  readonly connector: Connector
  /** For every socket to the exchange, those of accounts included: they share the address's limits. */
  readonly pacer: ConnectPacer
  private readonly options: ExchangeSessionOptions
  private readonly bus: Bus
  private readonly logger: Logger
  private readonly rest: RestClient
  private readonly feeds: ReadonlyMap<string, Feed>
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
  private frames = 0
  private historyCandles = 0
  private historyFailures = 0
  private clockOffsetMs: number | null = null
  private clockTimer: NodeJS.Timeout | null = null
  private clockDoubtedAt = Number.NEGATIVE_INFINITY
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
    this.feeds = new Map(connector.feeds.map((rules) => [rules.id, this.createFeed(rules)]))
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

  /** The topics to receive from now on; only the difference to before is touched. Those without a route become notes. */
  want(topics: readonly Topic[]): void {
    const wires = new Map<string, Map<string, Topic[]>>([...this.feeds.keys()].map((feed) => [feed, new Map()]))
    const unserved: Topic[] = []
    for (const topic of topics) {
      const route = this.connector.route(topic)
      const feedWires = route === null ? undefined : wires.get(route.feed)
      if (route === null || feedWires === undefined) unserved.push(topic)
      else feedWires.set(route.wire, [...(feedWires.get(route.wire) ?? []), topic])
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
    return Date.now() + Math.round(this.clockOffsetMs ?? 0)
  }

  /** The exchange's clock; null until it was measured, for what must not be guessed. */
  measuredNow(): EpochMs | null {
    return this.clockOffsetMs === null ? null : this.now()
  }

  /** Exchange clock minus ours, ms; null until it was measured. */
  measuredOffset(): number | null {
    return this.clockOffsetMs
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
  async measureClock(): Promise<ClockMeasurement> {
    const call = this.connector.serverTime()
    const measured = await measureClockOffset(() => this.rest.probeClock(call))
    if (measured.ok) this.clockOffsetMs = measured.value.offsetMs
    return measured
  }

  start(): void {
    if (this.phase !== 'idle') return
    this.phase = 'running'
    // Whatever happened, the clocks may be others by now.
    this.unwatch = this.pacer.network.watch?.on(() => this.clockInDoubt()) ?? null
    for (const feed of this.feeds.values()) feed.session.start()
    void this.keepClock()
    this.announced?.ask()
  }

  /** Resolves when no socket, timer or request is left: after a second at most. */
  async stop(): Promise<void> {
    this.phase = 'stopped'
    this.unwatch?.()
    this.announced?.stop()
    if (this.clockTimer !== null) clearTimeout(this.clockTimer)
    this.clockTimer = null
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
      clockOffsetMs: this.clockOffsetMs,
      restLatencyMs: this.rest.latencyMs,
      messagesPerSecond: sum((socket) => socket.messagesPerSecond),
      reconnects: sum((socket) => socket.reconnects),
      frames: this.frames,
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
    return this.troubles.read(this.announced?.fault() ?? null, this.rest.fault, this.clockOffsetMs, Date.now())
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
    const ofClock = clockNote(this.clockOffsetMs)
    if (ofClock !== null) notes.push(ofClock)
    return notes
  }

  private createFeed(rules: FeedRules): Feed {
    const callbacks: FeedCallbacks = {
      onSocket: (generation, replaces) =>
        feed.sources.open(generation, replaces, this.connector.createNormalizer(rules.id, this.lookup)),
      onFrame: (generation, data, isBinary, receivedAt, arrivedAt) =>
        this.read(feed, generation, data, isBinary, receivedAt, arrivedAt),
      onTakeover: (generation, replaced) => {
        this.noteConnection(feed, 'takes_over', generation, feed.sources.of(replaced)?.connection ?? null)
        feed.sources.takeOver(
          generation,
          replaced,
          (event) => this.publish(event),
          (depth) => this.options.onDepth?.(depth),
        )
      },
      onEnd: (generation) => {
        this.noteConnection(feed, 'ends', generation, null)
        feed.sources.close(generation)
      },
      onUp: (wires, connection) => this.flow(feed, wires, 'live', '', connection),
      onDown: (wires, reason, connection, cause, heardAt) =>
        this.flow(feed, wires, 'down', reason, connection, cause, heardAt),
      onFault: (fault) => {
        this.troubles.noteFeed(rules.id, fault)
        if (fault !== null) this.announced?.ask()
      },
      onRefused: ({ wire, message }, connection) =>
        this.logger.warn({ connection: this.tag(connection), feed: rules.id, wire, message }, 'a topic was refused'),
      onNotice: (text, connection) => this.logger.info({ connection: this.tag(connection), feed: rules.id }, text),
      onStep: (step) => this.noteStep(feed, step),
      onStatus: () => this.options.onStatus?.(),
    }
    const session = new FeedSession({
      rules,
      callbacks,
      origins: this.options.origins,
      pacer: this.pacer,
      announced: () => this.announced?.fault() ?? null,
      ...(this.options.sessionTiming === undefined ? {} : { timing: this.options.sessionTiming }),
      ...(this.options.random === undefined ? {} : { random: this.options.random }),
    })
    const feed: Feed = {
      rules,
      session,
      traffic: new FeedTraffic(),
      sources: new FeedSources(),
      flow: new TopicFlow(),
    }
    return feed
  }

  private noteStep(feed: Feed, step: ConnectionStep): void {
    const source = feed.sources.of(step.generation)
    if (source !== undefined) source.connection = this.tag(step.connection)
    if (step.step === 'opening') {
      this.noteConnection(feed, 'opens', step.generation, step.replaces === null ? null : this.tag(step.replaces))
    }
    if (step.step === 'opened') feed.traffic.opened++
    logStep(this.logger, this.connector.exchange, step)
  }

  private noteConnection(
    feed: Feed,
    mark: 'opens' | 'takes_over' | 'ends',
    generation: number,
    other: string | null,
  ): void {
    const connection = feed.sources.of(generation)?.connection
    if (connection !== undefined) this.options.onConnection?.(mark, feed.rules.id, connection, other)
  }

  private tag(connection: string): string {
    return `${this.connector.exchange}/${connection}`
  }

  private read(
    feed: Feed,
    generation: number,
    data: Buffer,
    isBinary: boolean,
    receivedAt: EpochMs,
    arrivedAt: number | null,
  ): Control | null {
    this.frames++
    feed.traffic.arrived(data.length, receivedAt)
    const source = feed.sources.of(generation)
    this.options.onRawFrame?.(data, isBinary, receivedAt, feed.rules.id, source?.connection ?? '')
    if (source === undefined) return null
    try {
      const normalized = source.normalize(data, isBinary, receivedAt)
      if (normalized.kind === 'events') {
        feed.traffic.reachedBus(arrivedAt)
        for (const event of normalized.events) this.deliver(feed, generation, source, event)
        return null
      }
      if (normalized.kind === 'depth') {
        feed.traffic.reachedBus(arrivedAt)
        if (source.heldBy === null) this.options.onDepth?.(normalized.depth)
        else if (!source.heldBy.depth.hold(normalized.depth)) feed.session.takeOverNow(generation)
        return null
      }
      if (normalized.kind === 'control') return normalized.control
      this.rejections.add(normalized.reason, normalized.detail, data, isBinary, receivedAt, source.connection)
      this.doubt(feed, generation, normalized.reason)
    } catch (error) {
      // A normalizer that throws is a bug, but one frame's: the feed goes on, and the sample says what to mend.
      const detail = `the normalizer threw ${String(error)}`
      this.rejections.add('schema', detail, data, isBinary, receivedAt, source.connection)
      this.doubt(feed, generation, 'schema')
    }
    return null
  }

  private doubt(feed: Feed, generation: number, reason: RejectReason): void {
    const { onDoubt } = this.options
    if (onDoubt === undefined) return
    const topics = [...feed.session.wiresOf(generation)].flatMap((wire) => feed.flow.topicsOf(wire) ?? [])
    onDoubt({ topics, words: `a message of its connection was not understood (${reason})` })
  }

  private deliver(feed: Feed, generation: number, source: Source, event: MarketEvent): void {
    const isOfTheMoment = event.kind === 'book_ticker' || event.kind === 'trade'
    if (isOfTheMoment && event.exchangeAt !== null && this.clockOffsetMs !== null) {
      feed.traffic.travelled(event.receivedAt - event.exchangeAt + this.clockOffsetMs)
    }
    if (source.heldBy !== null) {
      if (!source.heldBy.hold(event)) feed.session.takeOverNow(generation)
      return
    }
    source.passesTo?.passed(event)
    this.publish(event)
  }

  /** Every trade once: exchanges send their newest ones again to whoever subscribes. */
  private publish(event: MarketEvent): void {
    if (event.kind === 'trade' && !this.recentTrades.add(event)) {
      const count = ++this.repeatedTrades
      // At 1, 2, 4, 8 ...: a few lines, however many there are.
      if ((count & (count - 1)) === 0) this.logger.debug({ count }, 'trades that came again were dropped')
      return
    }
    this.bus.publish(event)
  }

  private flow(
    feed: Feed,
    wires: readonly string[],
    state: 'live' | 'down',
    reason: string,
    connection: string | null,
    cause: DownCause | null = null,
    heardAt: EpochMs | null = null,
  ): void {
    const at = Date.now()
    const { topics, downSince } = feed.flow.change(wires, state, at)
    if (topics.length === 0) return
    // Going down because we were told to is no warning.
    const level = state === 'live' ? 'info' : this.phase === 'running' ? 'warn' : 'debug'
    const tag = connection === null ? {} : { connection: this.tag(connection) }
    this.logger[level]({ ...tag, feed: feed.rules.id, topics: topics.length, reason }, `feed ${state}`)
    // Down takes quotes off the screen, so it names the instruments whose quotes came from this socket. Live takes nothing away
    // and is where holes are repaired from: it names the instruments of every channel.
    const concerned = state === 'live' ? topics : topics.filter((topic) => topic.channel === 'book_ticker')
    const instrumentIds = [...new Set(concerned.map((topic) => topic.instrument.id))]
    const reconnected = downSince !== null
    const { exchange } = this.connector
    this.bus.publish({
      kind: 'connection',
      exchange,
      feed: feed.rules.id,
      state,
      instrumentIds,
      reconnected,
      reason,
      cause,
      at,
    })
    this.options.onTopics?.({ feed: feed.rules.id, state, topics, reason, cause, at, heardAt, downSince })
  }

  /** Messages bear times that cannot be: they came late, or the clocks are others by now, which a new measurement tells. */
  doubtClock(): void {
    const now = Date.now()
    if (Math.abs(now - this.clockDoubtedAt) < clockDoubtMs) return
    this.clockDoubtedAt = now
    this.clockInDoubt()
  }

  /** Measures at once instead of when it is due; what is measuring just now began before, and comes again by itself. */
  private clockInDoubt(): void {
    if (this.phase !== 'running' || this.clockTimer === null) return
    clearTimeout(this.clockTimer)
    this.clockTimer = null
    void this.keepClock()
  }

  /** Measures now and then again and again, sooner after a failure. */
  private async keepClock(): Promise<void> {
    const measured = await this.measureClock()
    if (this.phase !== 'running') return
    this.logger.debug(measured.ok ? measured.value : measured.failure, 'clock offset')
    this.clockTimer = setTimeout(() => void this.keepClock(), measured.ok ? clockEveryMs : clockRetryMs)
    this.options.onStatus?.()
  }
}
