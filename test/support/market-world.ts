/**
 * One simulated exchange and Crossbook's public side against it, as the hub joins them: real sockets, the real connector, the catalogue and
 * its lists, order books. Nothing is shortened but the times between attempts.
 */
import { createBus } from '../../src/main/bus/index.ts'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { ExchangeSession, type TopicsChange } from '../../src/main/exchanges/session.ts'
import { createLogger } from '../../src/main/log.ts'
import { OrderBookKeeper } from '../../src/main/market/books/keeper.ts'
import { bookSourceOf } from '../../src/main/market/books/source.ts'
import { InstrumentCatalog } from '../../src/main/market/catalog.ts'
import { InstrumentLists } from '../../src/main/market/listing.ts'
import { GapLog } from '../../src/main/recorder/gap-log.ts'
import { type LocalSimulator, startSimulator } from '../../src/main/simulator/index.ts'
import {
  type BookTicker,
  type ExchangeId,
  type Instrument,
  instrumentKey,
  type Kline,
  type Trade,
} from '../../src/shared/domain/index.ts'
import { BookJudge } from './book-judge.ts'
import type { OnEnd } from './line.ts'

const channels = ['book_ticker', 'trade', 'kline', 'order_book'] as const
/** Frames a second that quotes fill up to. */
const rate = 60
const sweepEveryMs = 200

export interface MarketWorldOptions {
  readonly exchange: ExchangeId
  /** Those that are listed from the start. */
  readonly symbols: readonly string[]
}

export class MarketWorld {
  readonly exchange: ExchangeId
  readonly simulator: LocalSimulator
  readonly session: ExchangeSession
  readonly keeper: OrderBookKeeper
  readonly catalog = new InstrumentCatalog([])
  /** How often each came, `trade BTC_USDT`. */
  readonly heard = new Map<string, number>()
  /** What went down and came back, in order. */
  readonly changes: TopicsChange[] = []
  /** Live books that were not the exchange's. */
  readonly wrongBooks: string[] = []
  private readonly lists: InstrumentLists
  private readonly sweeping: NodeJS.Timeout

  /** `onEnd` is told how to close it: of tests that run side by side, each has its own. */
  static async open({ exchange, symbols }: MarketWorldOptions, onEnd: OnEnd): Promise<MarketWorld> {
    const simulator = await startSimulator({ venues: [exchange], symbols: [...symbols], rate, limits: 100 })
    onEnd(() => simulator.close())
    const world = new MarketWorld(exchange, simulator)
    onEnd(() => world.stop())
    await world.lists.load(exchange)
    return world
  }

  private constructor(exchange: ExchangeId, simulator: LocalSimulator) {
    this.exchange = exchange
    this.simulator = simulator
    const logger = createLogger('silent')
    const bus = createBus((error) => {
      throw error
    })
    this.session = new ExchangeSession({
      ...{ connector: connectorOf(exchange), origins: simulator.originsOf(exchange), bus, logger },
      onDepth: (depth) => this.keeper.apply(depth),
      onDoubt: (doubt) => this.keeper.doubt(doubt),
      onTopics: (change) => {
        this.changes.push(change)
        this.keeper.follow(change)
      },
      sessionTiming: { baseMs: 50, capMs: 200, tickMs: 50 },
    })
    this.keeper = new OrderBookKeeper({
      ...{ bus, logger, source: () => bookSourceOf(this.session) },
      gaps: new GapLog({ bus, instruments: () => this.catalog, lastId: 0 }),
    })
    this.lists = new InstrumentLists({
      ...{ session: () => this.session, catalog: this.catalog, logger },
      save: async () => {},
      onProgress: () => {},
      onListed: () => {},
    })
    const judge = new BookJudge(simulator, { isDisturbed: () => true })
    const count = ({ kind, instrument }: BookTicker | Trade | Kline) => {
      const name = `${kind} ${instrument.symbol}`
      this.heard.set(name, (this.heard.get(name) ?? 0) + 1)
    }
    for (const kind of ['book_ticker', 'trade', 'kline'] as const) bus.on(kind, count)
    bus.on('order_book', ({ book }) => {
      const name = `order_book ${book.instrument.symbol}`
      this.heard.set(name, (this.heard.get(name) ?? 0) + 1)
      judge.note(book)
      const wrong = book.truth === 'live' ? judge.wrongWith(book) : null
      if (wrong !== null) this.wrongBooks.push(wrong)
    })
    this.sweeping = setInterval(() => this.keeper.sweep(Date.now()), sweepEveryMs)
  }

  private async stop(): Promise<void> {
    clearInterval(this.sweeping)
    this.lists.stop()
    this.keeper.stop()
    await this.session.stop()
  }

  /** Reads the exchange's list anew, as it is done daily. */
  reload(): Promise<void> {
    return this.lists.load(this.exchange)
  }

  instrument(symbol: string): Instrument {
    const known = this.catalog.get(instrumentKey(this.exchange, symbol))
    if (known === undefined) throw new Error(`${this.exchange} does not list ${symbol}`)
    return known
  }

  /** Receives everything of these from now on, and nothing else. Answers the names of what is to be heard. */
  watch(symbols: readonly string[]): readonly string[] {
    const instruments = symbols.map((symbol) => this.instrument(symbol))
    this.session.want(
      instruments.flatMap((instrument) =>
        channels.map((channel) => ({ channel, instrument, period: channel === 'kline' ? ('1m' as const) : null })),
      ),
    )
    this.keeper.watch(instruments)
    return symbols.flatMap((symbol) => channels.map((channel) => `${channel} ${symbol}`))
  }

  /** Of these names, those that have not come since `before`. */
  missing(names: readonly string[], before: ReadonlyMap<string, number> = new Map()): readonly string[] {
    return names.filter((name) => (this.heard.get(name) ?? 0) <= (before.get(name) ?? 0))
  }

  book(symbol: string) {
    const key = instrumentKey(this.exchange, symbol)
    return this.keeper.list().find(({ instrument }) => instrument === key)
  }
}
