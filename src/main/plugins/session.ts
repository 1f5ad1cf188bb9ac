/**
 * A plugin's exchange, as the rest of the program knows every exchange: what is wanted goes to the plugin's process, what that tells is
 * checked and published. A process that is gone is a feed that is down; it is started again, later each time.
 */
import type {
  DownCause,
  EpochMs,
  ExchangeStatus,
  Instrument,
  ListedInstrument,
  RejectedFrames,
  RejectReason,
} from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { Connector, HistoryCandle, InstrumentLookup, KlineRange, Topic } from '../exchanges/contract.ts'
import type { DepthUpdate } from '../exchanges/depth.ts'
import { FeedTraffic } from '../exchanges/feed-traffic.ts'
import { Rejections } from '../exchanges/rejections.ts'
import type {
  DepthDoubt,
  MarketSession,
  SessionMeasurements,
  TopicFeed,
  TopicsChange,
} from '../exchanges/session-contract.ts'
import type { Logger } from '../log.ts'
import { Buckets, networkBoundsMs } from '../net/buckets.ts'
import type { ClockMeasurement } from '../net/clock.ts'
import { ConnectPacer } from '../net/connect-pacer.ts'
import type { ConnectionLife } from '../net/feed.ts'
import type { Network } from '../net/network.ts'
import type { Grant } from '../net/rate-limit.ts'
import type { RestCall, RestResult } from '../net/rest.ts'
import type { CallOptions } from '../net/rest-client.ts'
import { Asked } from './asked.ts'
import type { RunnablePlugin } from './index.ts'
import { wayOutOf } from './manifest.ts'
import { ClockReading, type FromPlugin, PluginEvent, type TopicMessage } from './messages.ts'
import { PluginProcess } from './process.ts'
import { PluginReader } from './reader.ts'
import { questionOf, standInFor } from './stand-in.ts'

/** The first wait before it is started again; doubled each time up to the second. */
const firstRestartMs = 1_000
const longestRestartMs = 60_000
/** It ran for so long: the next end of it is the first again. */
const calmMs = 60_000
const mostNotes = 20
const longestNote = 300

export interface PluginSessionOptions {
  readonly plugin: RunnablePlugin
  readonly network: Network
  readonly origins: Readonly<Record<string, string>>
  readonly bus: Bus
  readonly logger: Logger
  readonly onTopics: (change: TopicsChange) => void
  readonly onDepth: (depth: DepthUpdate) => void
  readonly onDoubt: (doubt: DepthDoubt) => void
  /** As `PluginProcess` takes them. */
  readonly longestSilenceMs?: number
  readonly mostMemory?: number
}

const wireOf = ({ channel, instrument, period }: TopicMessage): string => `${channel} ${instrument} ${period ?? ''}`
const messageOf = ({ channel, instrument, period }: Topic): TopicMessage => ({
  channel,
  instrument: instrument.id,
  period,
})

/** Frames that its process did not understand, and what of its word was not. */
function added(own: readonly RejectedFrames[], told: readonly RejectedFrames[]): RejectedFrames[] {
  const counts = new Map(own.map((one) => [one.reason, one]))
  for (const one of told) {
    const { count = 0, sample = one.sample } = counts.get(one.reason) ?? {}
    counts.set(one.reason, { reason: one.reason, count: count + one.count, sample: sample.slice(0, longestNote) })
  }
  return [...counts.values()]
}

export class PluginSession implements MarketSession {
  readonly connector: Connector
  readonly pacer: ConnectPacer
  private readonly options: PluginSessionOptions
  private readonly lookup = { spot: new Map<string, Instrument>(), perpetual: new Map<string, Instrument>() }
  private readonly reader: PluginReader
  private readonly asked: Asked
  private readonly traffic = new FeedTraffic()
  private readonly rejections: Rejections
  private process: PluginProcess | null = null
  private phase: 'idle' | 'running' | 'stopped' = 'idle'
  private isReady = false
  private launchedAt = 0
  private readyAt = 0
  private topics: readonly Topic[] = []
  private unlisted: readonly string[] = []
  private told: Extract<FromPlugin, { kind: 'status' }> | null = null
  private lives = new Map<string, ConnectionLife>()
  private toldAt = 0
  /** Topics that flow, by their wire: what goes down with the process. */
  private readonly flowing = new Map<string, Topic>()
  /** When topics went down with the process, by their wire, until they flow again. */
  private readonly fallen = new Map<string, EpochMs>()
  /** Books that its process took back, until it tells them again. */
  private readonly lost = new Set<number>()
  private heardAt: EpochMs | null = null
  private restarts = 0
  private failures = 0
  private why = 'its process is starting'
  private timer: NodeJS.Timeout | null = null
  private dropped = 0
  private candles = 0
  private failedCandles = 0

  constructor(options: PluginSessionOptions) {
    this.options = options
    this.connector = standInFor(options.plugin.manifest)
    this.pacer = new ConnectPacer(options.network)
    const { exchange } = options.plugin.manifest
    this.rejections = new Rejections((reason, sample, count) =>
      options.logger.warn({ reason, count, sample }, 'the plugin told what cannot be'),
    )
    this.reader = new PluginReader(exchange)
    this.asked = new Asked((id, question) => this.process?.tell({ kind: 'ask', id, question }))
  }

  get instruments(): InstrumentLookup {
    return this.lookup
  }

  start(): void {
    if (this.phase !== 'idle') return
    this.phase = 'running'
    this.launch()
  }

  async stop(): Promise<void> {
    this.phase = 'stopped'
    if (this.timer !== null) clearTimeout(this.timer)
    this.asked.fail('cancelled', 'switched off')
    const process = this.process
    this.process = null
    this.goneDown('switched off', 'disconnect')
    await process?.stop()
  }

  useInstruments(lookup: InstrumentLookup): void {
    for (const kind of ['spot', 'perpetual'] as const) {
      this.lookup[kind].clear()
      for (const [name, instrument] of lookup[kind]) this.lookup[kind].set(name, instrument)
    }
    this.reader.instruments = new Map([...this.listed()].map((instrument) => [instrument.id, instrument]))
    if (this.isReady) this.process?.tell({ kind: 'instruments', instruments: [...this.listed()] })
  }

  want(topics: readonly Topic[]): void {
    this.topics = topics
    const messages = topics.map(messageOf)
    this.reader.wanted = new Set(messages.map(wireOf))
    for (const wire of this.flowing.keys()) if (!this.reader.wanted.has(wire)) this.flowing.delete(wire)
    if (this.isReady) this.process?.tell({ kind: 'want', topics: messages })
  }

  noteUnlisted(symbols: readonly string[]): void {
    this.unlisted = [...symbols]
  }

  async loadInstruments(options: CallOptions = {}): Promise<RestResult<readonly ListedInstrument[]>> {
    const [call] = this.connector.instruments()
    return call === undefined ? { ok: true, value: [] } : this.ask(call, options)
  }

  async klines(range: KlineRange, options: CallOptions = {}): Promise<RestResult<readonly HistoryCandle[]>> {
    const reply = await this.ask(this.connector.klines(range), options)
    if (reply.ok) this.candles += reply.value.length
    else if (reply.failure.kind !== 'cancelled') this.failedCandles++
    return reply
  }

  async ask<T>(call: RestCall<T>, options: CallOptions = {}): Promise<RestResult<T>> {
    const question = questionOf(call)
    if (question === null) return Asked.refusal('invalid', 'a plugin is not asked for this')
    if (this.phase === 'stopped' || (this.process === null && this.phase === 'running'))
      return Asked.refusal('network', this.why)
    const reply = await this.asked.ask(question, this.isReady, options.signal)
    if (!reply.ok) return reply
    const read = call.parse(reply.value)
    if (!read.ok) return Asked.refusal('unreadable', read.problem)
    return reply.passedOver === undefined ? read : { ...read, passedOver: reply.passedOver }
  }

  reserve(): Promise<Grant> {
    return Promise.reject(new Error('the limits of a plugin are its own'))
  }

  now(): EpochMs {
    return Date.now() + (this.measuredOffset() ?? 0)
  }

  measuredNow(): EpochMs | null {
    return this.measuredOffset() === null ? null : this.now()
  }

  measuredOffset(): number | null {
    return this.told?.status.clockOffsetMs ?? null
  }

  lifeOf(instrument: Instrument): ConnectionLife | null {
    return this.lifeOfWire(wireOf({ channel: 'book_ticker', instrument: instrument.id, period: null }))
  }

  feedOf(topic: Topic): TopicFeed {
    const message = messageOf(topic)
    const resubscribe = () => {
      if (!this.isReady) return false
      this.process?.tell({ kind: 'resubscribe', topic: message })
      return true
    }
    return { session: { resubscribe, lifeOf: (wire) => this.lifeOfWire(wire) }, wire: wireOf(message) }
  }

  async measureClock(): Promise<ClockMeasurement> {
    const reply = await this.asked.ask({ what: 'clock' }, this.isReady)
    if (!reply.ok) return reply
    const value = ClockReading.safeParse(reply.value)
    return value.success ? { ok: true, value: value.data } : Asked.refusal('unreadable', 'no reading of a clock')
  }

  doubtClock(): void {
    if (this.isReady) void this.measureClock()
  }

  status(): ExchangeStatus {
    const { exchange } = this.connector
    const own = [
      ...this.unlisted.map((symbol) => `${symbol} is not listed`),
      ...(this.restarts > 0 ? [`restarts of its process: ${this.restarts}`] : []),
      ...(this.dropped > 0 ? [`${this.dropped} trades or candles came faster than they could be taken`] : []),
      'from a plugin',
    ]
    const base = {
      exchange,
      instruments: this.lookup.spot.size + this.lookup.perpetual.size,
      watched: new Set(this.topics.map((topic) => topic.instrument.id)).size,
    }
    const status = this.told?.status
    if (status === undefined || !this.isReady) {
      const stopped = this.phase === 'stopped'
      return {
        ...base,
        state: stopped ? 'stopped' : this.process === null ? 'waiting' : 'connecting',
        reason: stopped ? 'switched off' : this.why,
        clockOffsetMs: null,
        restLatencyMs: null,
        messagesPerSecond: 0,
        reconnects: this.restarts,
        frames: 0,
        rejected: this.rejections.list(),
        budgets: [],
        sockets: [],
        trouble: null,
        notes: own,
      }
    }
    const notes = status.notes.slice(0, mostNotes).map((note) => note.slice(0, longestNote))
    return {
      ...status,
      ...base,
      rejected: added(this.rejections.list(), status.rejected),
      notes: [...own, ...notes],
    }
  }

  measurements(): SessionMeasurements {
    const reconnects = (this.told?.status.reconnects ?? 0) + this.restarts
    return {
      exchange: this.connector.exchange,
      feeds: [this.traffic.measurements('plugin', reconnects)],
      rest: { attempts: new Map(), latencyMs: new Buckets(networkBoundsMs).read(), pools: [] },
      historyCandles: this.candles,
      historyFailures: this.failedCandles,
      repeatedTrades: 0,
    }
  }

  // ---------------------------------------------------------------- its process

  private launch(): void {
    const { plugin, network, origins, longestSilenceMs, mostMemory } = this.options
    const proxy = network.proxy()
    if (proxy !== null && proxy.password !== null) {
      this.later('the proxy in force has a password, which a plugin is not told')
      return
    }
    const { folder, entry, manifest, node } = plugin
    const way = wayOutOf(folder)
    if (way !== null) {
      this.later(way)
      return
    }
    this.why = 'its process is starting'
    this.launchedAt = Date.now()
    const process: PluginProcess = new PluginProcess({
      node,
      folder,
      entry,
      exchange: manifest.exchange,
      origins,
      proxy: proxy?.url ?? null,
      ...(longestSilenceMs === undefined ? {} : { longestSilenceMs }),
      ...(mostMemory === undefined ? {} : { mostMemory }),
      onMessage: (message) => {
        if (this.process === process) this.hear(message)
      },
      onEnd: (reason) => {
        if (this.process === process) this.ended(reason)
      },
    })
    this.process = process
  }

  private ended(reason: string): void {
    const process = this.process
    this.process = null
    void process?.stop()
    this.options.logger.warn({ reason }, 'the plugin is down')
    this.goneDown(reason, 'outage')
    this.asked.fail('network', reason)
    if (this.readyAt > 0 && Date.now() - this.readyAt > calmMs) this.failures = 0
    this.readyAt = 0
    if (this.phase === 'running') this.later(reason)
  }

  private later(reason: string): void {
    const waitMs = Math.min(longestRestartMs, firstRestartMs * 2 ** this.failures++)
    this.why = `${reason}; it is started again in ${Math.round(waitMs / 1_000)} s`
    this.timer = setTimeout(() => {
      this.restarts++
      this.launch()
    }, waitMs)
  }

  private hear(message: FromPlugin): void {
    this.heardAt = Date.now()
    switch (message.kind) {
      case 'ready':
        this.ready()
        return
      case 'refused':
        this.ended(`its connector cannot be used: ${message.words}`)
        return
      case 'batch':
        if (message.dropped > 0) this.missed(message.dropped)
        for (const event of message.events) this.take(event)
        this.process?.tell({ kind: 'next' })
        return
      case 'status':
        this.told = message
        this.toldAt = performance.now()
        this.lives = new Map(
          message.lives.map(({ topic, silentMs, heartbeatMs }) => [wireOf(topic), { silentMs, heartbeatMs }]),
        )
        return
      case 'reply':
        this.asked.answered(message.id, message.result)
        return
      case 'beat':
        return
    }
  }

  private ready(): void {
    this.isReady = true
    this.readyAt = Date.now()
    this.why = 'nothing to receive yet'
    this.options.logger.info({ restarts: this.restarts }, 'the plugin runs')
    this.process?.tell({ kind: 'instruments', instruments: [...this.listed()] })
    this.process?.tell({ kind: 'start' })
    this.process?.tell({ kind: 'want', topics: this.topics.map(messageOf) })
    this.asked.sendWaiting()
  }

  private goneDown(reason: string, cause: DownCause): void {
    this.isReady = false
    this.told = null
    this.lives.clear()
    this.lost.clear()
    const topics = [...this.flowing.values()]
    for (const wire of this.flowing.keys()) this.fallen.set(wire, this.heardAt ?? Date.now())
    this.flowing.clear()
    if (topics.length > 0) this.change('plugin', 'down', topics, reason, cause, Date.now(), this.heardAt, null)
  }

  // ---------------------------------------------------------------- what it tells

  private take(raw: unknown): void {
    const parsed = PluginEvent.safeParse(raw)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      this.reject('schema', `${issue?.path.map(String).join('.')}: ${issue?.message}`)
      return
    }
    const event = parsed.data
    if (event.kind === 'topics') {
      this.follow(event)
      return
    }
    if (event.kind === 'doubt') {
      const topics = event.topics.flatMap((topic) => this.reader.topicOf(topic) ?? [])
      this.options.onDoubt({ topics, words: event.words })
      return
    }
    const now = Date.now()
    const reading = this.reader.read(event, now)
    switch (reading.kind) {
      case 'unwanted':
        return
      case 'rejected':
        this.reject(reading.reason, reading.detail)
        return
      case 'lost':
        this.loseBook(reading.topic, reading.reason, now)
        return
      case 'depth':
        this.findBook(reading.topic, now)
        this.options.onDepth(reading.depth)
        return
      case 'event': {
        const { event: market } = reading
        const offsetMs = this.measuredOffset()
        if (market.kind !== 'funding_rate') {
          this.traffic.arrived(0, market.receivedAt)
          if (market.exchangeAt !== null && offsetMs !== null)
            this.traffic.travelled(market.receivedAt - market.exchangeAt + offsetMs)
        }
        this.options.bus.publish(market)
      }
    }
  }

  private follow(event: Extract<PluginEvent, { kind: 'topics' }>): void {
    const topics = event.topics.flatMap((topic) => {
      const own = this.reader.topicOf(topic)
      if (own === null) this.reject('unknownInstrument', `a topic of instrument ${topic.instrument}`)
      return own ?? []
    })
    // Of what was before its process nothing can be known to it.
    const known = (at: EpochMs | null): EpochMs | null =>
      at === null ? null : Math.min(Math.max(at, this.launchedAt), Date.now())
    let downSince = known(event.downSince)
    for (const topic of topics) {
      const wire = wireOf(messageOf(topic))
      if (event.state === 'down') this.flowing.delete(wire)
      else {
        const since = this.fallen.get(wire)
        if (since !== undefined) downSince = Math.min(since, downSince ?? since)
        this.fallen.delete(wire)
        if (this.reader.wanted.has(wire)) this.flowing.set(wire, topic)
      }
      this.lost.delete(topic.channel === 'order_book' ? topic.instrument.id : -1)
    }
    const at = known(event.at) ?? Date.now()
    const heardAt = known(event.heardAt)
    const { feed, state, reason, cause } = event
    this.change(feed, state, topics, reason, state === 'down' ? (cause ?? 'disconnect') : null, at, heardAt, downSince)
  }

  private loseBook(topic: Topic, reason: string, at: EpochMs): void {
    if (this.lost.has(topic.instrument.id)) return
    this.lost.add(topic.instrument.id)
    this.change('books', 'down', [topic], reason, 'resync', at, null, null)
  }

  private findBook(topic: Topic, at: EpochMs): void {
    if (this.lost.delete(topic.instrument.id)) this.change('books', 'live', [topic], '', null, at, null, null)
  }

  private change(
    feed: string,
    state: 'live' | 'down',
    topics: readonly Topic[],
    reason: string,
    cause: DownCause | null,
    at: EpochMs,
    heardAt: EpochMs | null,
    downSince: EpochMs | null,
  ): void {
    if (topics.length === 0) return
    const concerned = state === 'live' ? topics : topics.filter(({ channel }) => channel === 'book_ticker')
    const instrumentIds = [...new Set(concerned.map(({ instrument }) => instrument.id))]
    const { bus, onTopics } = this.options
    const { exchange } = this.connector
    const reconnected = state === 'live' && downSince !== null
    if (feed !== 'books')
      bus.publish({ kind: 'connection', exchange, feed, state, instrumentIds, reconnected, reason, cause, at })
    onTopics({ feed, state, topics, reason, cause, at, heardAt, downSince })
  }

  private missed(count: number): void {
    this.dropped += count
    this.options.logger.warn({ count }, 'the plugin told more than could be taken')
    this.options.onDoubt({ topics: this.topics, words: `${count} messages of the plugin found no room` })
  }

  private reject(reason: RejectReason, detail: string): void {
    this.rejections.add(reason, 'told by the plugin', Buffer.from(detail), false, Date.now())
  }

  private lifeOfWire(wire: string): ConnectionLife | null {
    const life = this.isReady ? this.lives.get(wire) : undefined
    return life === undefined ? null : { ...life, silentMs: life.silentMs + (performance.now() - this.toldAt) }
  }

  private *listed(): Iterable<Instrument> {
    yield* this.lookup.spot.values()
    yield* this.lookup.perpetual.values()
  }
}
