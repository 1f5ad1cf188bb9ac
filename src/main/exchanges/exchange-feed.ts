/** One feed of an exchange's session: its sockets, and what comes over them, read, told and counted. */
import type { DownCause, EpochMs, MarketEvent, RejectReason, Trade } from '../../shared/domain/index.ts'
import type { ConnectPacer } from '../net/connect-pacer.ts'
import { logStep } from '../net/connection-log.ts'
import type { Control, FeedRules } from '../net/feed.ts'
import type { ConnectionStep, FeedCallbacks } from '../net/feed-callbacks.ts'
import type { RestCall, RestResult } from '../net/rest.ts'
import { FeedSession } from '../net/session.ts'
import type { Fault } from '../net/trouble.ts'
import type { AnnouncedMaintenance } from './announced.ts'
import type { InstrumentLookup } from './contract.ts'
import { FeedSources, type Source } from './feed-sources.ts'
import { FeedTraffic } from './feed-traffic.ts'
import type { Rejections } from './rejections.ts'
import type { ExchangeSessionOptions } from './session-contract.ts'
import { TopicFlow } from './topic-flow.ts'
import type { Troubles } from './troubles.ts'

/** What the feeds of one session share. */
export interface FeedHost {
  readonly options: ExchangeSessionOptions
  readonly pacer: ConnectPacer
  readonly lookup: InstrumentLookup
  readonly rejections: Rejections
  readonly troubles: Troubles
  /** null: the exchange tells of it nowhere. */
  readonly announced: AnnouncedMaintenance | null
  /** Exchange clock minus ours, ms; null until it was measured. */
  clockOffsetMs(): number | null
  /** False once the session was told to stop. */
  isRunning(): boolean
  publish(event: MarketEvent): void
  /** It was published before: it is counted, and need not come to `publish` again. */
  isRepeated(trade: Trade): boolean
  ask<T>(call: RestCall<T>): Promise<RestResult<T>>
  /** What kept the newest call to that origin from an answer, or what it was refused with; null: nothing. */
  faultAt(url: string): Fault | null
}

export class ExchangeFeed {
  readonly rules: FeedRules
  readonly session: FeedSession
  readonly traffic = new FeedTraffic()
  readonly flow = new TopicFlow()
  /** Received since it began. */
  frames = 0
  private readonly host: FeedHost
  private readonly sources = new FeedSources()

  constructor(rules: FeedRules, host: FeedHost) {
    this.rules = rules
    this.host = host
    const { options, pacer, announced } = host
    const address = options.connector.feedAddress?.(rules.id) ?? null
    this.session = new FeedSession({
      rules,
      callbacks: this.callbacks(),
      origins: options.origins,
      pacer,
      announced: () => announced?.fault() ?? null,
      ...(address === null
        ? {}
        : { obtainAddress: () => host.ask(address), addressFault: () => host.faultAt(address.url) }),
      ...(options.sessionTiming === undefined ? {} : { timing: options.sessionTiming }),
      ...(options.random === undefined ? {} : { random: options.random }),
    })
  }

  private callbacks(): FeedCallbacks {
    const { rules, sources, host } = this
    const { options, lookup, troubles, announced } = host
    const { connector, logger } = options
    return {
      onSocket: (generation, replaces) =>
        sources.open(generation, replaces, connector.createNormalizer(rules.id, lookup)),
      onFrame: (generation, data, isBinary, receivedAt, arrivedAt) =>
        this.read(generation, data, isBinary, receivedAt, arrivedAt),
      onTakeover: (generation, replaced) => {
        this.noteConnection('takes_over', generation, sources.of(replaced)?.connection ?? null)
        sources.takeOver(
          generation,
          replaced,
          (event) => host.publish(event),
          (depth) => options.onDepth?.(depth),
        )
      },
      onEnd: (generation) => {
        this.noteConnection('ends', generation, null)
        sources.close(generation)
      },
      onUp: (wires, connection) => this.change(wires, 'live', '', connection),
      onDown: (wires, reason, connection, cause, heardAt) =>
        this.change(wires, 'down', reason, connection, cause, heardAt),
      onFault: (fault) => {
        troubles.noteFeed(rules.id, fault)
        if (fault !== null) announced?.ask()
      },
      onRefused: ({ wire, message }, connection) =>
        logger.warn({ connection: this.tag(connection), feed: rules.id, wire, message }, 'a topic was refused'),
      onNotice: (text, connection) => logger.info({ connection: this.tag(connection), feed: rules.id }, text),
      onStep: (step) => this.noteStep(step),
      onStatus: () => options.onStatus?.(),
    }
  }

  private noteStep(step: ConnectionStep): void {
    const { connector, logger } = this.host.options
    const source = this.sources.of(step.generation)
    if (source !== undefined) source.connection = this.tag(step.connection)
    if (step.step === 'opening') {
      this.noteConnection('opens', step.generation, step.replaces === null ? null : this.tag(step.replaces))
    }
    if (step.step === 'opened') this.traffic.opened++
    logStep(logger, connector.exchange, step)
  }

  private noteConnection(mark: 'opens' | 'takes_over' | 'ends', generation: number, other: string | null): void {
    const connection = this.sources.of(generation)?.connection
    if (connection !== undefined) this.host.options.onConnection?.(mark, this.rules.id, connection, other)
  }

  private tag(connection: string): string {
    return `${this.host.options.connector.exchange}/${connection}`
  }

  private read(
    generation: number,
    data: Buffer,
    isBinary: boolean,
    receivedAt: EpochMs,
    arrivedAt: number | null,
  ): Control | null {
    const { options, rejections } = this.host
    this.frames++
    this.traffic.arrived(data.length, receivedAt)
    const source = this.sources.of(generation)
    options.onRawFrame?.(data, isBinary, receivedAt, this.rules.id, source?.connection ?? '')
    if (source === undefined) return null
    try {
      const normalized = source.normalize(data, isBinary, receivedAt)
      if (normalized.kind === 'events') {
        this.traffic.reachedBus(arrivedAt)
        for (const event of normalized.events) this.deliver(generation, source, event)
        return normalized.control ?? null
      }
      if (normalized.kind === 'depth') {
        this.traffic.reachedBus(arrivedAt)
        if (source.heldBy === null) options.onDepth?.(normalized.depth)
        else if (!source.heldBy.depth.hold(normalized.depth)) this.session.takeOverNow(generation)
        const { quote = null } = normalized
        if (quote !== null) this.deliver(generation, source, quote)
        return null
      }
      if (normalized.kind === 'control') return normalized.control
      rejections.add(normalized.reason, normalized.detail, data, isBinary, receivedAt, source.connection)
      this.doubt(generation, normalized.reason)
    } catch (error) {
      // A normalizer that throws is a bug, but one frame's: the feed goes on, and the sample says what to mend.
      const detail = `the normalizer threw ${String(error)}`
      rejections.add('schema', detail, data, isBinary, receivedAt, source.connection)
      this.doubt(generation, 'schema')
    }
    return null
  }

  private doubt(generation: number, reason: RejectReason): void {
    const { onDoubt } = this.host.options
    if (onDoubt === undefined) return
    const topics = [...this.session.wiresOf(generation)].flatMap((wire) => this.flow.topicsOf(wire) ?? [])
    onDoubt({ topics, words: `a message of its connection was not understood (${reason})` })
  }

  private deliver(generation: number, source: Source, event: MarketEvent): void {
    const isOfTheMoment = event.kind === 'book_ticker' || event.kind === 'trade'
    const offsetMs = isOfTheMoment ? this.host.clockOffsetMs() : null
    if (isOfTheMoment && event.exchangeAt !== null && offsetMs !== null) {
      this.traffic.travelled(event.receivedAt - event.exchangeAt + offsetMs)
    }
    if (source.heldBy !== null) {
      // What a subscription begins with was published before the overlap began, and may be forgotten by its end.
      if (event.kind === 'trade' && this.host.isRepeated(event)) return
      if (!source.heldBy.hold(event)) this.session.takeOverNow(generation)
      return
    }
    source.passesTo?.passed(event)
    this.host.publish(event)
  }

  private change(
    wires: readonly string[],
    state: 'live' | 'down',
    reason: string,
    connection: string | null,
    cause: DownCause | null = null,
    heardAt: EpochMs | null = null,
  ): void {
    const { options } = this.host
    const at = Date.now()
    const { topics, downSince } = this.flow.change(wires, state, at)
    if (topics.length === 0) return
    const feed = this.rules.id
    // Going down because we were told to is no warning.
    const level = state === 'live' ? 'info' : this.host.isRunning() ? 'warn' : 'debug'
    const tag = connection === null ? {} : { connection: this.tag(connection) }
    options.logger[level]({ ...tag, feed, topics: topics.length, reason }, `feed ${state}`)
    // Down takes quotes off the screen, so it names the instruments whose quotes came from this socket. Live takes nothing away
    // and is where holes are repaired from: it names the instruments of every channel.
    const concerned = state === 'live' ? topics : topics.filter((topic) => topic.channel === 'book_ticker')
    const instrumentIds = [...new Set(concerned.map((topic) => topic.instrument.id))]
    const reconnected = downSince !== null
    const { exchange } = options.connector
    options.bus.publish({ kind: 'connection', exchange, feed, state, instrumentIds, reconnected, reason, cause, at })
    options.onTopics?.({ feed, state, topics, reason, cause, at, heardAt, downSince })
  }
}
