/** What an exchange's session is given, and what it tells. */
import type {
  DownCause,
  EpochMs,
  ExchangeId,
  ExchangeStatus,
  Instrument,
  ListedInstrument,
} from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { Logger } from '../log.ts'
import type { Random } from '../net/backoff.ts'
import type { ClockMeasurement } from '../net/clock.ts'
import type { ConnectPacer } from '../net/connect-pacer.ts'
import type { ConnectionLife } from '../net/feed.ts'
import type { Network } from '../net/network.ts'
import type { OriginMap } from '../net/origins.ts'
import type { Grant } from '../net/rate-limit.ts'
import type { RestCall, RestResult } from '../net/rest.ts'
import type { CallOptions, RestMeasurements, RestTiming } from '../net/rest-client.ts'
import type { SessionTiming } from '../net/session-timing.ts'
import type { Connector, HistoryCandle, InstrumentLookup, KlineRange, Topic } from './contract.ts'
import type { DepthUpdate } from './depth.ts'
import type { FeedMeasurements } from './feed-traffic.ts'

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

/** What the program asks of an exchange's session: `ExchangeSession` says what each means, and a plugin's stands for one in another process. */
export interface MarketSession {
  readonly connector: Connector
  readonly pacer: ConnectPacer
  readonly instruments: InstrumentLookup
  loadInstruments(options?: CallOptions): Promise<RestResult<readonly ListedInstrument[]>>
  useInstruments(lookup: InstrumentLookup): void
  want(topics: readonly Topic[]): void
  noteUnlisted(symbols: readonly string[]): void
  klines(range: KlineRange, options?: CallOptions): Promise<RestResult<readonly HistoryCandle[]>>
  ask<T>(call: RestCall<T>, options?: CallOptions): Promise<RestResult<T>>
  reserve(pool: string, weight: number, signal?: AbortSignal): Promise<Grant>
  now(): EpochMs
  measuredNow(): EpochMs | null
  measuredOffset(): number | null
  lifeOf(instrument: Instrument): ConnectionLife | null
  feedOf(topic: Topic): TopicFeed | null
  measureClock(): Promise<ClockMeasurement>
  doubtClock(): void
  start(): void
  stop(): Promise<void>
  status(): ExchangeStatus
  measurements(): SessionMeasurements
}

/** What carries a topic, and its name there. */
export interface TopicFeed {
  readonly session: {
    resubscribe(wire: string): boolean
    lifeOf(wire: string): ConnectionLife | null
  }
  readonly wire: string
}
