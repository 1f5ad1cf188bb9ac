/**
 * What the simulator asks of one exchange's venue: its addresses, its REST answers and its WebSocket manners. The market behind
 * it (`market.ts`), the servers (`server.ts`) and the faults (`faults.ts`) are the same for all venues. A venue holds no timers
 * of its own beyond what `Peer` offers, so that one seed gives one run.
 */
import type { Candle, EpochMs, ExchangeId, MarketKind, Period, Side } from '../../shared/domain/index.ts'
import type { SimAccount, SimAccountRules } from './account/contract.ts'

/** A market as the simulator lists it; the venue renders it in the exchange's own words. */
export interface SimInstrument {
  readonly exchange: ExchangeId
  readonly kind: MarketKind
  readonly base: string
  readonly quote: string
  /** `BTC_USDT`, `BTC_USDT_PERP` */
  readonly symbol: string
  readonly tickSize: number
  /** base asset */
  readonly lotSize: number
  readonly minimumNotional: number
  /** base asset per contract; 1 for spot */
  readonly contractSize: number
  /** decimals for prices and quantities (quantities in base asset) */
  readonly priceDecimals: number
  readonly quantityDecimals: number
  /** listed since; no data before it */
  readonly listedAt: EpochMs
}

export interface SimQuote {
  readonly instrument: SimInstrument
  readonly bidPrice: number
  readonly bidQuantity: number
  readonly askPrice: number
  readonly askQuantity: number
  /** the venue's clock */
  readonly at: EpochMs
  /** grows by at least 1 with each quote of the instrument */
  readonly updateId: number
}

/** Levels of one side, best first. The arrays are used again, and longer than `length`. */
export interface SimLevels {
  readonly length: number
  readonly price: Float64Array
  /** base asset */
  readonly quantity: Float64Array
}

/** A book or what changed in it. It holds until the call that brought it returns. */
export interface SimDepth {
  readonly instrument: SimInstrument
  /** All levels rather than those that changed, of which a quantity of 0 is gone. */
  readonly isSnapshot: boolean
  /** Id of the book which the changes lead from; of a snapshot, its own. */
  readonly previousId: number
  /** Of the book as it stands now; one sequence with the ids of quotes, some 100,000 a step. */
  readonly updateId: number
  readonly bids: SimLevels
  readonly asks: SimLevels
  /** the venue's clock */
  readonly at: EpochMs
}

export interface SimTrade {
  readonly instrument: SimInstrument
  /** grows by 1 with each trade of the instrument, across history and live */
  readonly tradeId: number
  readonly price: number
  readonly quantity: number
  /** the taker's */
  readonly side: Side
  readonly at: EpochMs
}

export interface SimKline extends Candle {
  readonly instrument: SimInstrument
  readonly period: Period
  readonly quoteVolume: number
  readonly takerBuyVolume: number
  readonly trades: number
  /** tradeId of the first and last trade; -1 when there was none */
  readonly firstTradeId: number
  readonly lastTradeId: number
  readonly isClosed: boolean
  /** the venue's clock when it was sent */
  readonly at: EpochMs
}

/** The seeded market as one venue sees it: the same seed and symbols give the same numbers at the same time. */
export interface SimMarket {
  /** The venue's clock (skewed where a fault says so). */
  now(): EpochMs
  /** As they are listed now; the same array for good. */
  readonly instruments: readonly SimInstrument[]
  /** Runs whenever an instrument was listed or delisted; not given where that does not happen. */
  onListing?(run: () => void): void
  find(kind: MarketKind, base: string, quote: string): SimInstrument | undefined
  quote(instrument: SimInstrument): SimQuote
  /** The whole order book as it stood up to `lagMs` ago (0 when absent). */
  book(instrument: SimInstrument, lagMs?: number): SimDepth
  /** Candles with open time in [from, to], ascending, the newest possibly open; nothing before `listedAt` or after now. */
  klines(instrument: SimInstrument, period: Period, from: EpochMs, to: EpochMs): readonly SimKline[]
  /** The newest `limit` trades, ascending. */
  trades(instrument: SimInstrument, limit: number): readonly SimTrade[]
}

export interface VenueRequest {
  /** The real origin this server stands in for. */
  readonly origin: string
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** The raw query string as sent, without `?` (signatures are over it). */
  readonly rawQuery: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** The caller's address: limits are counted per address. */
  readonly address: string
}

export interface VenueReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON, a string as it is. */
  readonly body: unknown
}

export type SimTopic =
  | { readonly channel: 'book_ticker'; readonly instrument: SimInstrument }
  | { readonly channel: 'trade'; readonly instrument: SimInstrument }
  | { readonly channel: 'kline'; readonly instrument: SimInstrument; readonly period: Period }
  | SimBookTopic

/** Changes of an order book, whenever something changed. */
export interface SimBookTopic {
  readonly channel: 'order_book'
  readonly instrument: SimInstrument
  /** Only so many of the best of each side; null: all. */
  readonly levels: number | null
  /** The whole book comes first. */
  readonly snapshotFirst: boolean
  /** Changes of nothing are told after so long without any; null: never. */
  readonly heartbeatMs: number | null
}

export type SimEvent =
  | { readonly channel: 'book_ticker'; readonly quote: SimQuote }
  | { readonly channel: 'trade'; readonly trade: SimTrade }
  | { readonly channel: 'kline'; readonly kline: SimKline }
  | { readonly channel: 'order_book'; readonly depth: SimDepth }

/** One client's socket, as a venue handles it. */
export interface Peer {
  send(frame: string | Buffer): void
  /** A push of an account's stream: what faults of the private side can lose, double or delay. */
  sendPrivate(frame: string | Buffer): void
  close(code: number, reason: string): void
  /**
   * From now on every event of the topic is encoded and sent. `key` names the subscription for `unsubscribe`; subscribing a key
   * again replaces it. `throttleMs` conflates book tickers and order books to the exchange's documented speed (0: every one).
   */
  subscribe(key: string, topic: SimTopic, encode: (event: SimEvent) => string | Buffer, throttleMs?: number): void
  unsubscribe(key: string): void
  readonly subscriptions: ReadonlySet<string>
  /** RFC 6455 ping with a payload. */
  ping(payload: string): void
  /** Runs on the simulator's clock until the socket closes. */
  every(intervalMs: number, run: () => void): void
}

/** When nobody is served, as the venue may announce it. */
export interface SimMaintenance {
  /** the venue's clock */
  readonly from: EpochMs
  /** null: nobody knows */
  readonly until: EpochMs | null
  readonly isOngoing: boolean
}

/** Why nobody is served. */
export type Closure = 'maintenance' | 'region_block'

export interface VenueConnection {
  /** A text or binary frame of the client. */
  onMessage(text: string): void
  /** A protocol pong with its payload. */
  onPong?(payload: string): void
  onClose?(): void
}

export interface Venue {
  readonly exchange: ExchangeId
  /** Every real origin (scheme, host, port) it stands in for, alternates included. */
  readonly origins: readonly string[]
  /** Its rules for instruments (ticks, contract sizes) where they differ from the simulator's defaults for a base asset. */
  contractSize(base: string, kind: MarketKind): number
  readonly kinds: readonly MarketKind[]
  /** Clients know its order books by their times, where its messages have no ids. */
  readonly tellsBooksByTime?: true
  /** What every perpetual there is quoted and settled in, whatever its pair is; not given: what its pair is. */
  readonly perpetualQuote?: string
  /** What its accounts follow; asked before the account is made. */
  readonly accountRules: SimAccountRules
  rest(request: VenueRequest): VenueReply
  /** Paths that are answered during maintenance too: they tell of it. */
  readonly alwaysServed?: readonly string[]
  /** In the exchange's words; 503 and 451 without a body when absent. */
  readonly closedReplies?: Readonly<Record<Closure, VenueReply>>
  /** Called after the WebSocket upgrade; a VenueReply refuses the upgrade. */
  accept(peer: Peer, request: VenueRequest): VenueConnection | VenueReply
}

/**
 * Each `venues/<exchange>.ts` exports one of these; `venues/index.ts` lists them. `limits`: how many times the requests that the
 * exchange allows; 1 when absent. `maintenance`: what is under way or planned; none when absent. `seed`: 1 when absent; only what is no
 * market's goes by it.
 */
export type CreateVenue = (
  market: SimMarket,
  account: SimAccount,
  limits?: number,
  maintenance?: () => readonly SimMaintenance[],
  seed?: number,
) => Venue
