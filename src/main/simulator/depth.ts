/** What clients are told of one market's order book: the whole of it, or what changed between two of its ticks. */
import type { EpochMs } from '../../shared/domain/index.ts'
import { type BookPath, type BookSide, forChanges, mostBookLevels, TickBook } from './book.ts'
import type { InstrumentPath } from './path.ts'
import type { MarketShape } from './symbols.ts'
import type { SimDepth, SimInstrument, SimLevels } from './venue.ts'

/** A book at one update id, best level first; base asset. */
export interface SimBook {
  readonly instrument: SimInstrument
  readonly updateId: number
  /** True time. */
  readonly at: EpochMs
  readonly bids: readonly { readonly price: number; readonly quantity: number }[]
  readonly asks: readonly { readonly price: number; readonly quantity: number }[]
}

class Levels implements SimLevels {
  price = new Float64Array(2 * mostBookLevels)
  quantity = new Float64Array(2 * mostBookLevels)
  length = 0

  push(price: number, quantity: number): void {
    if (this.length === this.price.length) {
      const { price: prices, quantity: quantities } = this
      this.price = new Float64Array(2 * this.length)
      this.quantity = new Float64Array(2 * this.length)
      this.price.set(prices)
      this.quantity.set(quantities)
    }
    this.price[this.length] = price
    this.quantity[this.length++] = quantity
  }
}

interface Told extends SimDepth {
  isSnapshot: boolean
  previousId: number
  updateId: number
  readonly bids: Levels
  readonly asks: Levels
  at: EpochMs
}

const toldOf = (instrument: SimInstrument): Told => ({
  instrument,
  isSnapshot: false,
  previousId: 0,
  updateId: 0,
  bids: new Levels(),
  asks: new Levels(),
  at: 0,
})

const all = Number.POSITIVE_INFINITY

export class DepthSource {
  readonly #shape: MarketShape
  readonly #path: InstrumentPath
  readonly #book: BookPath
  readonly #skewMs: () => number
  /** The last two ticks asked for, both good until a third is. */
  #older = new TickBook()
  #newer = new TickBook()
  readonly #told: Told
  /** Of the changes that `#told` holds, so that many subscribers share them; NaN where it holds something else. */
  #toldFrom = Number.NaN
  #toldTo = Number.NaN
  #toldLevels = Number.NaN

  /** `skewMs`: how far the venue's clock is ahead. */
  constructor(shape: MarketShape, path: InstrumentPath, book: BookPath, skewMs: () => number) {
    this.#shape = shape
    this.#path = path
    this.#book = book
    this.#skewMs = skewMs
    this.#told = toldOf(shape.instrument)
  }

  tickAt(at: EpochMs): number {
    return this.#book.tickAt(at)
  }

  /** The update id of a tick's book: that of the first quote of its millisecond. */
  idOf(tick: number): number {
    return this.#path.updateId(this.#book.timeOf(tick))
  }

  /** Base asset of lots, quote asset of ticks. */
  quantityOf(lots: number): number {
    return (lots * this.#shape.lotUnits) / this.#shape.quantityScale
  }
  priceOf(tick: number): number {
    return (tick * this.#shape.tickUnits) / this.#shape.priceScale
  }

  /** The whole book. */
  snapshot(tick: number, levels: number | null): SimDepth {
    const told = this.#begin(tick, tick, true)
    this.#toldTo = Number.NaN
    const book = this.#at(tick)
    this.#tellAll(told.bids, book.bids, levels ?? all)
    this.#tellAll(told.asks, book.asks, levels ?? all)
    return told
  }

  /**
   * What leads from the book of one tick to that of a later one. Over several ticks every level is told that was touched on the way, even
   * if it stands as before, so that the changes also lead on from any book in between.
   */
  changes(from: number, to: number, levels: number | null): SimDepth {
    const most = levels ?? all
    if (this.#toldFrom === from && this.#toldTo === to && this.#toldLevels === most) return this.#told
    const told = this.#begin(from, to, false)
    this.#toldFrom = from
    this.#toldTo = to
    this.#toldLevels = most
    if (to - from === 1) {
      const before = this.#at(from)
      const after = this.#at(to)
      forChanges(before.bids, after.bids, -1, most, (tick, lots) => this.#tell(told.bids, tick, lots))
      forChanges(before.asks, after.asks, 1, most, (tick, lots) => this.#tell(told.asks, tick, lots))
    } else this.#tellStretch(told, from, to, most)
    return told
  }

  /** The best ask of a tick's book, in ticks, and how many lots bid a price. */
  bestAskOf(tick: number): number {
    return this.#at(tick).asks.ticks[0] ?? 0
  }
  bidLotsOf(tick: number, price: number): number {
    return this.#at(tick).bids.at(price, all)
  }

  #begin(from: number, to: number, isSnapshot: boolean): Told {
    const told = this.#told
    told.isSnapshot = isSnapshot
    told.previousId = this.idOf(from)
    told.updateId = this.idOf(to)
    told.at = this.#book.timeOf(to) + this.#skewMs()
    told.bids.length = 0
    told.asks.length = 0
    return told
  }

  #at(tick: number): TickBook {
    if (this.#newer.tick === tick) return this.#newer
    const book = this.#older
    this.#older = this.#newer
    this.#newer = book
    if (book.tick !== tick) this.#book.read(tick, book)
    return book
  }

  #tellAll(levels: Levels, side: BookSide, most: number): void {
    const length = Math.min(side.length, most)
    for (let index = 0; index < length; index++) this.#tell(levels, side.ticks[index] ?? 0, side.lots[index] ?? 0)
  }

  #tell(levels: Levels, tick: number, lots: number): void {
    levels.push(this.priceOf(tick), this.quantityOf(lots))
  }

  #tellStretch(told: Told, from: number, to: number, most: number): void {
    const bids = new Set<number>()
    const asks = new Set<number>()
    for (let tick = from + 1; tick <= to; tick++) {
      const before = this.#at(tick - 1)
      const after = this.#at(tick)
      forChanges(before.bids, after.bids, -1, most, (price) => bids.add(price))
      forChanges(before.asks, after.asks, 1, most, (price) => asks.add(price))
    }
    const end = this.#at(to)
    for (const price of [...bids].sort((a, b) => b - a)) this.#tell(told.bids, price, end.bids.at(price, most))
    for (const price of [...asks].sort((a, b) => a - b)) this.#tell(told.asks, price, end.asks.at(price, most))
  }
}

/** What venues make of the best `most` levels. */
export function mapLevels<Rendered>(
  { length, price, quantity }: SimLevels,
  most: number,
  render: (price: number, quantity: number, index: number) => Rendered,
): Rendered[] {
  return Array.from({ length: Math.min(length, most) }, (_, index) =>
    render(price[index] ?? 0, quantity[index] ?? 0, index),
  )
}
