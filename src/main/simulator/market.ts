/** The seeded market as each venue sees it: one fair price per pair, a path per market, and the venue's clock. */
import { type EpochMs, type MarketKind, type Period, symbolOf } from '../../shared/domain/index.ts'
import { BookPath, type BookSide, TickBook } from './book.ts'
import { CandleSeries } from './candles.ts'
import { DepthSource, type SimBook } from './depth.ts'
import { FairPath } from './fair.ts'
import { hashText } from './hash.ts'
import { InstrumentPath, type MinuteTrades } from './path.ts'
import { type MarketShape, pairOf, shapeOf, type VenueRules } from './symbols.ts'
import type { SimDepth, SimInstrument, SimKline, SimMarket, SimQuote, SimTrade } from './venue.ts'

const dayMs = 86_400_000
const minuteMs = 60_000
/** 1970-01-05, a Monday. */
const firstMonday = 4 * dayMs
const listedDays = 42

/**
 * When every market was listed: the Monday 00:00 UTC six weeks before the Monday before `at`, so 42 to 49 days ago. A day cannot
 * be told from it, so simulators started in the same week show the same history.
 */
export const listedSince = (at: EpochMs): EpochMs =>
  at - ((((at - firstMonday) % (7 * dayMs)) + 7 * dayMs) % (7 * dayMs)) - listedDays * dayMs

/** The fair prices, shared by the venues of one simulator. */
export class FairPrices {
  readonly #seed: number
  readonly #paths = new Map<string, FairPath>()

  constructor(seed: number) {
    this.#seed = seed
  }

  of(shape: MarketShape): FairPath {
    const { base, quote, kind, symbol } = shape.instrument
    const known = this.#paths.get(symbol)
    if (known) return known
    const path = new FairPath(this.#seed, `${base}_${quote}`, kind, shape.basePrice, shape.volatility)
    this.#paths.set(symbol, path)
    return path
  }
}

interface Listed {
  readonly shape: MarketShape
  /** For the stream and for quotes: the minute that is now. */
  readonly live: InstrumentPath
  /** For anything asked of the past. */
  readonly past: InstrumentPath
  readonly candles: CandleSeries
  readonly depth: DepthSource
  readonly pastBook: BookPath
  /** The trades of the minute last streamed. */
  minute: MinuteTrades | null
}

export interface VenueMarketOptions {
  readonly seed: number
  readonly symbols: readonly string[]
  readonly rules: VenueRules
  readonly fair: FairPrices
  readonly listedAt: EpochMs
  /** True time, epoch ms. */
  readonly clock: () => EpochMs
}

/**
 * `now()` and every `at` it hands out are the venue's clock, true time plus `skewMs`. Prices and candles follow true time, so a skewed
 * clock makes no arbitrage.
 */
export class VenueMarket implements SimMarket {
  skewMs = 0
  readonly instruments: SimInstrument[] = []
  readonly #options: VenueMarketOptions
  readonly #clock: () => EpochMs
  readonly #tellsBooksByTime: boolean
  /** Those that were, too. */
  readonly #listed = new Map<string, Listed>()
  readonly #gone = new Set<SimInstrument>()
  readonly #onListing: (() => void)[] = []

  constructor(options: VenueMarketOptions) {
    const { symbols, rules, clock } = options
    this.#options = options
    this.#clock = clock
    this.#tellsBooksByTime = rules.tellsBooksByTime ?? false
    for (const symbol of symbols) {
      const { base, quote } = pairOf(symbol)
      for (const kind of rules.kinds) {
        const quotedIn = kind === 'perpetual' ? (rules.perpetualQuote ?? quote) : quote
        this.#add(base, quotedIn, kind)
      }
    }
  }

  /** False: the venue has no such market. */
  #add(base: string, quote: string, kind: MarketKind): boolean {
    const { seed, rules, fair, listedAt } = this.#options
    const known = this.#listed.get(symbolOf(base, quote, kind))
    const shape = known?.shape ?? shapeOf(seed, rules, base, quote, kind, listedAt)
    if (shape === null) return false
    const { instrument } = shape
    if (this.instruments.includes(instrument)) return true
    if (known === undefined) {
      const live = new InstrumentPath(seed, shape, fair.of(shape))
      const past = new InstrumentPath(seed, shape, fair.of(shape))
      const bookKey = hashText(seed, `book ${rules.exchange}:${instrument.symbol}`)
      this.#listed.set(instrument.symbol, {
        shape,
        live,
        past,
        candles: new CandleSeries(shape, past),
        depth: new DepthSource(shape, live, new BookPath(bookKey, shape, live), () => this.skewMs),
        pastBook: new BookPath(bookKey, shape, past),
        minute: null,
      })
    }
    this.#gone.delete(instrument)
    this.instruments.push(instrument)
    return true
  }

  onListing(run: () => void): void {
    this.#onListing.push(run)
  }

  /** From now on there is this market (`SOL_USDT`, `SOL_USDT_PERP`), its history included. False: the venue has none of that kind. */
  list(symbol: string): boolean {
    const { base, quote } = pairOf(symbol)
    const isListed = this.#add(base, quote, symbol.endsWith('_PERP') ? 'perpetual' : 'spot')
    for (const run of this.#onListing) run()
    return isListed
  }

  /** From now on there is none: nothing more is told of it. False: there was none. */
  delist(symbol: string): boolean {
    const at = this.instruments.findIndex((instrument) => instrument.symbol === symbol)
    if (at < 0) return false
    for (const instrument of this.instruments.splice(at, 1)) this.#gone.add(instrument)
    for (const run of this.#onListing) run()
    return true
  }

  now(): EpochMs {
    return this.#clock() + this.skewMs
  }

  find(kind: MarketKind, base: string, quote: string): SimInstrument | undefined {
    const instrument = this.#listed.get(symbolOf(base, quote, kind))?.shape.instrument
    return instrument === undefined || this.#gone.has(instrument) ? undefined : instrument
  }

  quote(instrument: SimInstrument): SimQuote {
    return this.quoteAt(instrument, this.#clock())
  }

  book(instrument: SimInstrument, lagMs = 0): SimDepth {
    const { depth } = this.#of(instrument)
    return depth.snapshot(depth.tickAt(this.#clock() - lagMs), null)
  }

  /** Of the streams. */
  depthOf(instrument: SimInstrument): DepthSource {
    return this.#of(instrument).depth
  }

  /** The book that had this update id (or time, where clients know books by it); null where no book ever had it, or none has yet. */
  bookAt(symbol: string, updateId: number): SimBook | null {
    const listed = this.#listed.get(symbol)
    if (!listed) return null
    const { shape, past, pastBook, depth } = listed
    const toldAt = this.#tellsBooksByTime ? updateId - this.skewMs : past.timeOfUpdateId(updateId)
    const tick = pastBook.tickAt(toldAt)
    const at = pastBook.timeOf(tick)
    const isTold = this.#tellsBooksByTime ? at === toldAt : past.updateId(at) === updateId
    if (!isTold || at > this.#clock()) return null
    const book = new TickBook()
    pastBook.read(tick, book)
    const levelsOf = ({ length, ticks, lots }: BookSide) =>
      Array.from({ length }, (_, index) => ({
        price: depth.priceOf(ticks[index] ?? 0),
        quantity: depth.quantityOf(lots[index] ?? 0),
      }))
    return { instrument: shape.instrument, updateId, at, bids: levelsOf(book.bids), asks: levelsOf(book.asks) }
  }

  klines(instrument: SimInstrument, period: Period, from: EpochMs, to: EpochMs): readonly SimKline[] {
    return this.klinesAt(instrument, period, from, to, this.#clock())
  }

  trades(instrument: SimInstrument, limit: number): readonly SimTrade[] {
    return this.tradesAt(instrument, limit, this.#clock())
  }

  /** At a true time instead of now, as the following three; `sequence` tells quotes of one millisecond apart. */
  quoteAt(instrument: SimInstrument, at: EpochMs, sequence = 0): SimQuote {
    const { shape, live } = this.#of(instrument)
    const { bidTicks, askTicks, bidLots, askLots } = live.quote(at, sequence)
    return {
      instrument: shape.instrument,
      bidPrice: (bidTicks * shape.tickUnits) / shape.priceScale,
      bidQuantity: (bidLots * shape.lotUnits) / shape.quantityScale,
      askPrice: (askTicks * shape.tickUnits) / shape.priceScale,
      askQuantity: (askLots * shape.lotUnits) / shape.quantityScale,
      at: at + this.skewMs,
      updateId: live.updateId(at) + sequence,
    }
  }

  /** The update id of the first quote of that millisecond. */
  updateIdAt(instrument: SimInstrument, at: EpochMs): number {
    return this.#of(instrument).live.updateId(at)
  }

  klinesAt(instrument: SimInstrument, period: Period, from: EpochMs, to: EpochMs, now: EpochMs): readonly SimKline[] {
    return this.#of(instrument).candles.klines(period, from, to, now, now + this.skewMs)
  }

  tradesAt(instrument: SimInstrument, limit: number, now: EpochMs): readonly SimTrade[] {
    const { shape, past } = this.#of(instrument)
    const newestFirst: SimTrade[] = []
    const firstMinute = shape.instrument.listedAt / minuteMs
    for (let minute = Math.floor(now / minuteMs); minute >= firstMinute && newestFirst.length < limit; minute--) {
      const trades = past.trades(minute)
      for (let index = trades.count - 1; index >= 0 && newestFirst.length < limit; index--) {
        if (minute * minuteMs + (trades.offsets[index] ?? 0) <= now) newestFirst.push(this.#trade(shape, trades, index))
      }
    }
    return newestFirst.reverse()
  }

  /** Every trade in (after, until], true time, ascending: what the stream sends. */
  forTradesBetween(
    instrument: SimInstrument,
    after: EpochMs,
    until: EpochMs,
    run: (trade: SimTrade, at: EpochMs) => void,
  ): void {
    const listed = this.#of(instrument)
    for (let number = Math.floor(after / minuteMs); number * minuteMs <= until; number++) {
      if (listed.minute?.minute !== number) listed.minute = listed.live.trades(number)
      const { minute: trades } = listed
      for (let index = 0; index < trades.count; index++) {
        const at = number * minuteMs + (trades.offsets[index] ?? 0)
        if (at > until) break
        if (at > after) run(this.#trade(listed.shape, trades, index), at)
      }
    }
  }

  #trade(shape: MarketShape, trades: MinuteTrades, index: number): SimTrade {
    return {
      instrument: shape.instrument,
      tradeId: trades.firstId + index,
      price: ((trades.ticks[index] ?? 0) * shape.tickUnits) / shape.priceScale,
      quantity: ((trades.lots[index] ?? 0) * shape.lotUnits) / shape.quantityScale,
      side: trades.buys[index] === 1 ? 'BUY' : 'SELL',
      at: trades.minute * minuteMs + (trades.offsets[index] ?? 0) + this.skewMs,
    }
  }

  #of(instrument: SimInstrument): Listed {
    const listed = this.#listed.get(instrument.symbol)
    if (!listed) throw new Error(`${instrument.symbol} is not listed at this venue`)
    return listed
  }
}
