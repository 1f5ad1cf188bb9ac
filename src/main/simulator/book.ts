/**
 * The whole order book of one market of one venue, as a pure function of time: it stands still between its ticks, a tenth of a second
 * apart. The best level of a side is the quote of the tick's millisecond; below it stand levels at prices which their place in the price
 * grid decides, ever wider apart, each of a size that holds for a while and is now and then nothing.
 */
import { hash, unit } from './hash.ts'
import type { InstrumentPath } from './path.ts'
import type { MarketShape } from './symbols.ts'

export const bookTickMs = 100

/** Levels behind the best one: so many, at multiples of so many grid steps. */
const bands: readonly { readonly levels: number; readonly steps: number }[] = [
  { levels: 40, steps: 1 },
  { levels: 30, steps: 5 },
  { levels: 30, steps: 20 },
]
/** The most levels of a side, the best one included: fewer than OKX and Gate tell (400), so that every venue tells all. */
export const mostBookLevels = 1 + bands.reduce((sum, { levels }) => sum + levels, 0)
/** A grid step as a share of the usual price, where a tick is finer: a book within a few ticks would be another one every moment. */
const gridShare = 0.000_01
/** The size of a level holds for 8, 16, 32 or 64 ticks. */
const shortestHoldTicks = 8
/** Of the time that nothing stands at a level. */
const emptyChance = 0.125

/** One side, best first, in ticks and lots. */
export class BookSide {
  readonly ticks = new Float64Array(mostBookLevels)
  readonly lots = new Float64Array(mostBookLevels)
  length = 0

  push(tick: number, lots: number): void {
    this.ticks[this.length] = tick
    this.lots[this.length++] = lots
  }

  /** Lots at `tick` within the best `levels`; 0 where nothing stands. */
  at(tick: number, levels: number): number {
    const length = Math.min(this.length, levels)
    for (let index = 0; index < length; index++) if (this.ticks[index] === tick) return this.lots[index] ?? 0
    return 0
  }
}

export class TickBook {
  /** Number of the tick; NaN before the first. */
  tick = Number.NaN
  readonly bids = new BookSide()
  readonly asks = new BookSide()
}

export class BookPath {
  readonly #path: InstrumentPath
  readonly #phaseMs: number
  readonly #gridTicks: number
  readonly #meanLots: number
  readonly #bidKey: number
  readonly #askKey: number

  /** `key` is the market's own of the seed. Ticks of different markets are spread over the tenth of a second. */
  constructor(key: number, shape: MarketShape, path: InstrumentPath) {
    this.#path = path
    this.#phaseMs = hash(key, 0) % bookTickMs
    this.#gridTicks = Math.max(1, Math.round((shape.basePrice * shape.priceScale * gridShare) / shape.tickUnits))
    this.#meanLots = shape.meanTopLots
    this.#bidKey = hash(key, 1)
    this.#askKey = hash(key, 2)
  }

  /** The newest tick at a true time. */
  tickAt(at: number): number {
    return Math.floor((at - this.#phaseMs) / bookTickMs)
  }

  /** True time of a tick. */
  timeOf(tick: number): number {
    return tick * bookTickMs + this.#phaseMs
  }

  read(tick: number, into: TickBook): void {
    const { bidTicks, askTicks, bidLots, askLots } = this.#path.quote(this.timeOf(tick), 0)
    into.tick = tick
    this.#fill(into.bids, tick, bidTicks, bidLots, -1, this.#bidKey)
    this.#fill(into.asks, tick, askTicks, askLots, 1, this.#askKey)
  }

  #fill(side: BookSide, tick: number, best: number, bestLots: number, direction: 1 | -1, key: number): void {
    side.length = 0
    side.push(best, bestLots)
    let price = best
    for (const { levels, steps } of bands) {
      const step = steps * this.#gridTicks
      for (let level = 0; level < levels; level++) {
        // The next multiple of the step away from the best.
        price = direction === 1 ? (Math.floor(price / step) + 1) * step : (Math.ceil(price / step) - 1) * step
        if (price <= 0) return
        const lots = this.#lotsAt(price, tick, key)
        if (lots > 0) side.push(price, lots)
      }
    }
  }

  /** 0 where nothing stands. */
  #lotsAt(price: number, tick: number, key: number): number {
    const own = hash(key, price)
    const holdTicks = shortestHoldTicks << (own & 3)
    const size = unit(hash(own, Math.floor((tick + (own >>> 8)) / holdTicks)))
    if (size < emptyChance) return 0
    return Math.max(1, Math.round(this.#meanLots * (0.2 + 2 * size * size)))
  }
}

/**
 * What leads from one side to another within the best `levels` of each, best first: each level that differs with its new lots, 0 where
 * it is gone. `told` is called for each.
 */
export function forChanges(
  before: BookSide,
  after: BookSide,
  direction: 1 | -1,
  levels: number,
  told: (tick: number, lots: number) => void,
): void {
  const beforeLength = Math.min(before.length, levels)
  const afterLength = Math.min(after.length, levels)
  let left = 0
  let right = 0
  while (left < beforeLength || right < afterLength) {
    const old = left < beforeLength ? (before.ticks[left] ?? 0) * direction : Number.POSITIVE_INFINITY
    const fresh = right < afterLength ? (after.ticks[right] ?? 0) * direction : Number.POSITIVE_INFINITY
    if (old < fresh) {
      told(old * direction, 0)
      left += 1
    } else {
      const lots = after.lots[right] ?? 0
      if (fresh < old || lots !== before.lots[left]) told(fresh * direction, lots)
      if (fresh === old) left += 1
      right += 1
    }
  }
}
