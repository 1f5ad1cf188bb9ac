/**
 * What Crossbook asks of an exchange: plain data and pure functions, with no socket, timer, clock, log or setting inside.
 * `session.ts` brings those, the same for every exchange. One folder per exchange, with the same twelve files in each:
 * index.ts (the connector), about.ts (what a trader should know of it), endpoints.ts (addresses, limits, documentation links), schemas.ts
 * (frames as zod, no transforms), subscribe.ts (topics to wire text), normalize.ts (frames to events), depth.ts (order books and how they
 * follow, behind `depth.ts`); and what a key opens, behind `account-contract.ts`: signing.ts, account.ts, account-stream.ts (private
 * sockets), account-schemas.ts and account-normalize.ts (rows and pushes to rows). Beside them stands what is an exchange's own.
 * `test/architecture.test.ts` holds this, docs/adding-an-exchange.md leads through it.
 */
import type {
  AssetNetwork,
  BookTicker,
  Candle,
  EpochMs,
  ExchangeId,
  FundingRate,
  Instrument,
  ListedInstrument,
  MarketEvent,
  MarketKind,
  Period,
  RejectReason,
} from '../../shared/domain/index.ts'
import type { ExchangeFees } from '../../shared/settings.ts'
import type { Control, FeedRules } from '../net/feed.ts'
import type { RateLimitPool, RestCall, RestDialect } from '../net/rest.ts'
import type { AccountSupport } from './account-contract.ts'
import type { BookRules, DepthUpdate } from './depth.ts'

/** One thing to receive: a channel of an instrument; `period` for klines, else null. `funding_rate` of perpetuals only. */
export interface Topic {
  readonly channel: 'book_ticker' | 'trade' | 'kline' | 'funding_rate' | 'order_book'
  readonly instrument: Instrument
  readonly period: Period | null
}

/** A topic's place on the wire: the feed that serves it and its name there, which is what acks are matched by. */
export interface Route {
  readonly feed: string
  readonly wire: string
}

/** The exchange's listed instruments by its own names; spot and perpetual may share a name (`BTCUSDT`). */
export interface InstrumentLookup {
  readonly spot: ReadonlyMap<string, Instrument>
  readonly perpetual: ReadonlyMap<string, Instrument>
}

/** A frame never throws: it is events, housekeeping, or a rejection to be counted and shown. */
export type Normalized =
  /** `control`: the frame also answers something (the first data of a stream that come in place of an acknowledgement). */
  | { readonly kind: 'events'; readonly events: readonly MarketEvent[]; readonly control?: Control }
  /** `quote`: the best of the book as it stands after it, of exchanges that tell true quotes in no other way; null: as before. */
  | { readonly kind: 'depth'; readonly depth: DepthUpdate; readonly quote?: BookTicker | null }
  | { readonly kind: 'control'; readonly control: Control }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly detail: string }

/** `data` is the frame's bytes as received; `isBinary` its WebSocket opcode; `receivedAt` epoch ms. */
export type Normalizer = (data: Buffer, isBinary: boolean, receivedAt: EpochMs) => Normalized

/** A candle of the exchange's history. `isClosed` null where the reply carries no such flag: then time decides. */
export interface HistoryCandle extends Candle {
  readonly isClosed: boolean | null
}

/** Candles whose open time lies in [from, to], both inclusive, epoch ms aligned to the period. */
export interface KlineRange {
  readonly instrument: Instrument
  readonly period: Period
  readonly from: EpochMs
  readonly to: EpochMs
  /** The exchange's clock, where the caller knows it: some serve their newest candles from another endpoint than history. */
  readonly now?: EpochMs
}

/** Maintenance as the exchange announces it, of what Crossbook uses. */
export interface Maintenance {
  /** In its own words; '' where it gives none. */
  readonly title: string
  /** null: it did not say. */
  readonly from: EpochMs | null
  readonly until: EpochMs | null
  /** By its own account, whatever the times say. */
  readonly isOngoing: boolean
}

/** A funding rate that was paid. */
export interface SettledRate {
  readonly at: EpochMs
  /** Decimal text, fraction of notional; positive: longs paid. */
  readonly rate: string
}

export interface Connector {
  readonly exchange: ExchangeId
  /** `Binance`, as people write it. */
  readonly title: string
  readonly kinds: readonly MarketKind[]
  /** Every origin (scheme, host, port) that its calls and feeds use; settings may swap each for another. */
  readonly origins: readonly string[]
  /** Standard (lowest-tier) fees with their source named beside them. */
  readonly fees: ExchangeFees

  /** What a trader should know of it and cannot see elsewhere, a point each: for docs/exchanges.md. */
  readonly quirks: readonly string[]
  /** What could not be verified against the exchange itself, and what is done meanwhile: for docs/exchanges.md. */
  readonly unverified: readonly string[]
  /** What this exchange shows to the holder of a key. */
  readonly account: AccountSupport

  // Streams
  readonly feeds: readonly FeedRules[]
  /** null: this exchange has no such stream. */
  route(topic: Topic): Route | null
  /** For a feed whose exchange gives the address of each connection: the call that obtains it. null, or not given: its rules' `url`. */
  feedAddress?(feed: string): RestCall<string> | null
  /** A fresh normalizer per connection of `feed`, so that nothing remembered outlives a reconnect. */
  createNormalizer(feed: string, lookup: InstrumentLookup): Normalizer

  /** How the order books of such instruments are kept; null: none are. */
  bookRules(kind: MarketKind): BookRules | null

  /**
   * Its streams tell candles at intervals rather than trade by trade, so that the last trades of one may be in none of its pushes: each that
   * ended is asked of history. Not given: no.
   */
  readonly samplesCandles?: boolean

  // REST
  readonly dialect: RestDialect
  readonly pools: readonly RateLimitPool[]
  /** One call per clock the exchange keeps; the first is the one that counts. */
  serverTime(): RestCall<EpochMs>
  /** What maintenance is under way or to come; not given where the exchange tells it nowhere. */
  maintenance?(): RestCall<readonly Maintenance[]>
  /** All calls together give the whole list. */
  instruments(): readonly RestCall<readonly ListedInstrument[]>[]
  /** The most candles one `klines` call returns for this instrument and period. */
  klinesPerCall(instrument: Instrument, period: Period): number
  /** The caller keeps (to - from) / period + 1 <= klinesPerCall. Ascending in the reply, whatever the exchange does. */
  klines(range: KlineRange): RestCall<readonly HistoryCandle[]>
  /** Current funding rates of these perpetuals, beside the stream; nothing where the exchange has none. */
  fundingRates(instruments: readonly Instrument[]): readonly RestCall<readonly FundingRate[]>[]
  /**
   * Rates that were paid with from <= t < to, in any order; where the exchange gives fewer at once, the newest of them. Not given where it
   * tells none.
   */
  settledRates?(instrument: Instrument, from: EpochMs, to: EpochMs): RestCall<readonly SettledRate[]>
  /** Hours between two payments by symbol, of each of these perpetuals; not given where the rates themselves tell it. */
  fundingIntervals?(instruments: readonly Instrument[]): RestCall<ReadonlyMap<string, number>>
  /** Every network of every asset, as far as that is told to anybody; not given where only accounts are told. */
  assetNetworks?(): RestCall<readonly AssetNetwork[]>
}
