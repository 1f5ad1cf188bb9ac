/**
 * One market of one venue, as a pure function of time: its quote at a millisecond and the trades of a minute. Everything in whole
 * ticks and lots, so that sums are exact.
 *
 * The bid follows the pair's fair price times (1 + the venue's own offset): a slow one of a few hundredths of a percent, and
 * now and then a dislocation of 0.08 to 0.30 % for 5 to 30 s, which is what opens arbitrage. The ask stands some ticks above. A taker's BUY
 * prints at the ask of its millisecond, a SELL at the bid, so trades and quotes can never disagree.
 */
import { type FairPath, knotMs } from './fair.ts'
import { hash, hashText, hashWide, noise, unit } from './hash.ts'
import type { MarketShape } from './symbols.ts'

const minuteMs = 60_000
const knotsPerMs = 1 / knotMs
/** Trade ids and update ids count from here, 2020-01-01; nothing is asked for before it. */
const countedFrom = Date.UTC(2020, 0, 1)
const countedFromMinute = countedFrom / minuteMs

const offsetSlowMinutes = 30
const offsetSlowAmplitude = 0.000_1
const offsetQuickMinutes = 3
const offsetQuickAmplitude = 0.000_05
/** Of a venue's minutes, for one pair. */
const dislocationChance = 0.05
const dislocationRampMs = 1_500
const wideChance = 0.004
/** Twenty-second spells in which hardly anything stands at the top of the book. */
const thinChance = 0.03
const thinMs = 20_000
/** Quotes of one instrument within one millisecond that still get distinct update ids. */
export const quotesPerMs = 1_000

/** Trade sizes as multiples of the mean, for eight hashed bits: many small, few large, up to a hundred times the smallest. */
const sizes = Float64Array.from({ length: 256 }, (_, bits) => 0.22 / (1.01 - bits / 256))

/** Sums over trades; prices in ticks, quantities in lots. Count 0: the prices mean nothing. */
export interface Aggregate {
  count: number
  open: number
  high: number
  low: number
  close: number
  lots: number
  buyLots: number
  /** Sum of ticks x lots. */
  tickLots: number
}

export const emptyAggregate = (): Aggregate => ({
  count: 0,
  open: 0,
  high: 0,
  low: 0,
  close: 0,
  lots: 0,
  buyLots: 0,
  tickLots: 0,
})

/** Adds a later stretch of trades. */
export function append(sum: Aggregate, later: Aggregate): void {
  if (later.count === 0) return
  if (sum.count === 0) {
    sum.open = later.open
    sum.high = later.high
    sum.low = later.low
  } else {
    if (later.high > sum.high) sum.high = later.high
    if (later.low < sum.low) sum.low = later.low
  }
  sum.close = later.close
  sum.count += later.count
  sum.lots += later.lots
  sum.buyLots += later.buyLots
  sum.tickLots += later.tickLots
}

/** The trades of one minute, ascending. `offsets` are ms into it. */
export interface MinuteTrades {
  readonly minute: number
  readonly firstId: number
  readonly count: number
  readonly offsets: Int32Array
  readonly ticks: Float64Array
  readonly lots: Float64Array
  /** 1 where the taker bought. */
  readonly buys: Uint8Array
}

export interface QuoteTicks {
  readonly bidTicks: number
  readonly askTicks: number
  readonly bidLots: number
  readonly askLots: number
}

export class InstrumentPath {
  readonly #shape: MarketShape
  readonly #fair: FairPath
  readonly #ticksPerUnit: number
  readonly #lagMs: number
  readonly #offsetKey: number
  readonly #dislocationKey: number
  readonly #spreadKey: number
  readonly #countKey: number
  readonly #tradeKey: number
  readonly #activityKey: number
  readonly #bookKey: number

  // The minute loaded.
  #minute = Number.NaN
  #from = 0
  #to = 0
  #dislocation = 0
  #dislocatedFrom = 0
  #dislocatedTo = 0
  #spread = 1
  #below = 0
  #tradeLots = 1
  #drift = 0
  // The stretch between two knots within it.
  #knot = -1
  #level = 0
  #slope = 0
  #nextValue = 0

  constructor(seed: number, shape: MarketShape, fair: FairPath) {
    const { exchange, symbol } = shape.instrument
    const key = hashText(seed, `${exchange}:${symbol}`)
    this.#shape = shape
    this.#fair = fair
    this.#ticksPerUnit = shape.priceScale / shape.tickUnits
    // Each venue hears of the seconds' moves a little later than the quickest.
    this.#lagMs = Math.floor(unit(hash(key, 0)) * 400)
    this.#offsetKey = hash(key, 1)
    this.#dislocationKey = hash(key, 2)
    this.#spreadKey = hash(key, 3)
    this.#countKey = hash(key, 4)
    this.#tradeKey = hash(key, 5)
    this.#activityKey = hash(key, 6)
    this.#bookKey = hash(key, 7)
  }

  /** Trades of the instrument before this minute, ever: the id of its first trade. Grows by 0.1 to 1.9 times the mean. */
  tradesBefore(minute: number): number {
    const jitter = 0.9 * unit(hash(this.#countKey, minute))
    return Math.floor(this.#shape.tradesPerMinute * (minute - countedFromMinute + jitter))
  }

  /** Adds the minute's trades that happen up to `untilOffset` ms into it (inclusive). */
  aggregate(minute: number, sum: Aggregate, untilOffset = minuteMs): void {
    const firstId = this.tradesBefore(minute)
    const all = this.tradesBefore(minute + 1) - firstId
    if (all === 0) return
    this.#load(minute)
    const key = hash(this.#tradeKey, minute)
    const share = minuteMs / all
    const spread = this.#spread
    // Locals: history is tens of millions of trades.
    let { count, open, high, low, close, lots, buyLots, tickLots } = sum
    for (let index = 0; index < all; index++) {
      const bits = hash(key, index)
      const offset = this.#offsetOf(bits, index, share)
      if (offset > untilOffset) break
      const isBuy = (bits & 0x10000) !== 0
      const ticks = isBuy ? this.#bidAt(offset) + spread : this.#bidAt(offset)
      const quantity = this.#lotsOf(bits)
      if (count === 0) {
        open = ticks
        high = ticks
        low = ticks
      } else if (ticks > high) high = ticks
      else if (ticks < low) low = ticks
      close = ticks
      count += 1
      lots += quantity
      tickLots += ticks * quantity
      if (isBuy) buyLots += quantity
    }
    sum.count = count
    sum.open = open
    sum.high = high
    sum.low = low
    sum.close = close
    sum.lots = lots
    sum.buyLots = buyLots
    sum.tickLots = tickLots
  }

  /** The same trades one by one. */
  trades(minute: number): MinuteTrades {
    this.#load(minute)
    const firstId = this.tradesBefore(minute)
    const count = this.tradesBefore(minute + 1) - firstId
    const key = hash(this.#tradeKey, minute)
    const share = minuteMs / count
    const trades: MinuteTrades = {
      minute,
      firstId,
      count,
      offsets: new Int32Array(count),
      ticks: new Float64Array(count),
      lots: new Float64Array(count),
      buys: new Uint8Array(count),
    }
    for (let index = 0; index < count; index++) {
      const bits = hash(key, index)
      const offset = this.#offsetOf(bits, index, share)
      const isBuy = (bits & 0x10000) !== 0
      trades.offsets[index] = offset
      trades.ticks[index] = this.#bidAt(offset) + (isBuy ? this.#spread : 0)
      trades.lots[index] = this.#lotsOf(bits)
      trades.buys[index] = isBuy ? 1 : 0
    }
    return trades
  }

  /** The price of the newest trade before `minute`. */
  closeBefore(minute: number): number {
    let earlier = minute - 1
    while (this.tradesBefore(earlier) === this.tradesBefore(minute)) earlier -= 1
    const sum = emptyAggregate()
    this.aggregate(earlier, sum)
    return sum.close
  }

  /** `sequence`: the how-many-th quote of this millisecond, from 0; prices are the same, quantities differ. */
  quote(at: number, sequence: number): QuoteTicks {
    const minute = Math.floor(at / minuteMs)
    this.#load(minute)
    const bidTicks = this.#bidAt(at - minute * minuteMs)
    const thin = unit(hash(hash(this.#bookKey, -1), Math.floor(at / thinMs))) < thinChance ? 0.02 : 1
    const bits = hashWide(hash(this.#bookKey, sequence), at)
    return {
      bidTicks,
      askTicks: bidTicks + this.#spread,
      bidLots: this.#topLots((bits & 0xffff) / 0x10000, thin),
      askLots: this.#topLots((bits >>> 16) / 0x10000, thin),
    }
  }

  /** The smallest update id of a quote at `at`. */
  updateId(at: number): number {
    return (at - countedFrom) * quotesPerMs
  }

  /** When that id was the newest, to fractions of a millisecond. */
  timeOfUpdateId(updateId: number): number {
    return countedFrom + updateId / quotesPerMs
  }

  #topLots(value: number, thin: number): number {
    return Math.max(1, Math.round(this.#shape.meanTopLots * thin * (0.25 + 3 * value * value * value)))
  }

  /** Into the minute, ms: each trade has an even share of it and a hashed place within that. */
  #offsetOf(bits: number, index: number, share: number): number {
    return Math.floor((index + (bits & 0xffff) / 0x10000) * share)
  }

  #lotsOf(bits: number): number {
    return 1 + Math.floor(this.#tradeLots * (sizes[bits >>> 24] ?? 1))
  }

  #bidAt(offset: number): number {
    const lagged = offset - this.#lagMs + knotMs
    const knot = Math.floor(lagged * knotsPerMs)
    if (knot !== this.#knot) this.#enterKnot(knot)
    let price = this.#level + (lagged - knot * knotMs) * this.#slope + offset * this.#drift
    if (this.#dislocation !== 0 && offset > this.#dislocatedFrom && offset < this.#dislocatedTo) {
      const inside = Math.min(offset - this.#dislocatedFrom, this.#dislocatedTo - offset)
      price += this.#from * this.#dislocation * Math.min(1, inside / dislocationRampMs)
    }
    return Math.floor(price + 0.5) - this.#below
  }

  /** `knot` 0 is the last one of the minute before, since the lag reaches back there. */
  #enterKnot(knot: number): void {
    const follows = knot === this.#knot + 1 && this.#knot >= 0
    const value = follows ? this.#nextValue : this.#fair.knot(this.#minute, knot - 1)
    this.#nextValue = this.#fair.knot(this.#minute, knot)
    this.#knot = knot
    this.#level = this.#from * (1 + value)
    this.#slope = (this.#from * (this.#nextValue - value)) / knotMs
  }

  #load(minute: number): void {
    if (minute === this.#minute) return
    this.#from = minute === this.#minute + 1 ? this.#to : this.#priceAt(minute)
    this.#to = this.#priceAt(minute + 1)
    this.#minute = minute
    this.#drift = (this.#to - this.#from) / minuteMs
    this.#knot = -1

    const bits = hash(this.#dislocationKey, minute)
    if (unit(bits) < dislocationChance) {
      const more = hash(bits, 1)
      const size = 0.0008 + 0.0022 * unit(hash(bits, 2))
      const duration = 5_000 + 25_000 * unit(hash(bits, 3))
      this.#dislocation = (more & 1) === 0 ? size : -size
      this.#dislocatedFrom = Math.floor((minuteMs - duration) * unit(more))
      this.#dislocatedTo = this.#dislocatedFrom + Math.floor(duration)
    } else this.#dislocation = 0

    const shape = this.#shape
    const wide = unit(hash(this.#spreadKey, minute))
    const isWide = shape.spreadTicks > 1 && wide < wideChance
    // 0.12 to 0.20 % of the price, evenly to both sides of where it would stand.
    const extra = isWide ? Math.ceil(this.#from * (0.0012 + (0.0008 * wide) / wideChance)) : 0
    this.#spread = shape.spreadTicks + extra
    this.#below = extra >> 1

    const activity =
      0.35 + 1.3 * (1 + noise(this.#activityKey, minute / 20)) * unit(hash(this.#activityKey + 1, minute))
    this.#tradeLots = shape.meanTradeLots * activity
  }

  /** In ticks, not yet whole. */
  #priceAt(minute: number): number {
    const offset =
      offsetSlowAmplitude * noise(this.#offsetKey, minute / offsetSlowMinutes) +
      offsetQuickAmplitude * noise(this.#offsetKey + 1, minute / offsetQuickMinutes)
    return this.#fair.atMinute(minute) * (1 + offset) * this.#ticksPerUnit
  }
}
