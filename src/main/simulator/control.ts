/** A running simulator as its starter holds it, in this thread or another. */
import type { ExchangeId } from '../../shared/domain/index.ts'
import type { SimAccountControl } from './account/contract.ts'
import type { SimBook } from './depth.ts'
import type { Fault } from './faults.ts'
import type { VenueKeys } from './keys.ts'

/** Something the starter asked for cannot be had: a bad option, a faulty faults file, a port in use. The message is one clear line. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError'
}

export interface SimulatorStatistics {
  /** Frames handed to sockets since the start, by what they carried; `replies` are a venue's own words (acks, pongs). */
  readonly frames: {
    readonly quotes: number
    /** Of order books. */
    readonly depths: number
    readonly trades: number
    readonly klines: number
    readonly replies: number
    /** Pushes of accounts' streams. */
    readonly private: number
  }
  readonly requests: number
  /** Open now. */
  readonly sockets: number
  /** Quotes and open candles withheld from a client that reads too slowly, and clients closed for it. */
  readonly withheld: number
  readonly slowClients: number
  /** Times a venue threw, which is a bug of the venue; the client saw a 500 or a close 1011. */
  readonly venueErrors: number
  /** Share of the time since the start that the simulator's event loop was busy (0 to 1). */
  readonly busy: number
}

export interface InjectedFault {
  stop(): Promise<void>
}

export interface Simulator {
  /** Every real origin (scheme, host, port) and the loopback origin that stands in for it; paths stay. */
  readonly origins: Readonly<Record<string, string>>
  /** The same for one exchange; empty when it does not run. */
  originsOf(exchange: ExchangeId): Readonly<Record<string, string>>
  /** Those that may only read. */
  readonly keys: VenueKeys
  /** Those that may read and trade, and those that may also withdraw. */
  readonly tradingKeys: VenueKeys
  readonly withdrawingKeys: VenueKeys
  /** In force until stopped; a drop and expire_listen_keys happen once. Rejects with SimulatorError when the fault is not well formed. */
  inject(fault: Fault): Promise<InjectedFault>
  /** Cuts the open sockets of an exchange (all when null) without a close frame; how many. */
  dropSockets(exchange: ExchangeId | null): Promise<number>
  statistics(): Promise<SimulatorStatistics>
  /** Cuts every socket and frees every port. Twice is the same as once. */
  close(): Promise<void>
}

/** One in the starter's own thread, whose accounts and books can be reached into. One in a worker thread cannot offer that. */
export interface LocalSimulator extends Simulator {
  readonly accounts: ReadonlyMap<ExchangeId, SimAccountControl>
  /**
   * The true book that had an update id (of Binance the last `u`, of MEXC the last `toVersion`, of venues that tell books by their times
   * that); null where none had it.
   */
  bookAt(exchange: ExchangeId, symbol: string, updateId: number): SimBook | null
  /** What clients are subscribed to over all sockets of the exchange, `order_book BTC_USDT`, as often as they are. */
  subscriptions(exchange: ExchangeId): readonly string[]
  /**
   * The exchange begins or ends to trade a market (`SOL_USDT`, `SOL_USDT_PERP`): its list of instruments says so, and of a market that is
   * gone nothing is told any more. Throws SimulatorError where it cannot have, or has not, such a market.
   */
  list(exchange: ExchangeId, symbol: string): void
  delist(exchange: ExchangeId, symbol: string): void
}
