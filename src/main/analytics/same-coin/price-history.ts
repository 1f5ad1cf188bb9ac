/**
 * The middle prices of every watched instrument over the last hour, as columns: one ring per instrument, all written at the same moments,
 * so that two of them can be compared sample by sample. A moment at which an instrument was not live, or lacked a side, is NaN.
 * Memory: 4 bytes x 360 samples for each instrument (float32: seven digits are ample for ratios and one-minute returns).
 */
import { type Instrument, truthCode } from '../../../shared/domain/index.ts'
import type { QuoteBoard } from '../../market/quotes.ts'

export const sampleEveryMs = 10_000
export const samplesPerHour = 360
/** Ten minutes. */
export const recentSamples = 60
/** Returns are taken over this many samples: a minute, so that quotes that lag by seconds still move together. */
const returnSamples = 6
const resetAfterSamples = samplesPerHour

export interface Comparison {
  /** Moments at which both had a price. */
  readonly samples: number
  readonly recentSamples: number
  /** b by a: median of the last ten minutes. NaN: none. */
  readonly ratio: number
  /** Newest moment at which both had a price; NaN: none within the last ten minutes. */
  readonly newestRatio: number
  /** Share of all samples (0 to 1) whose ratio is within 3 % of 1. */
  readonly within: number
  readonly returns: number
  /** Of one-minute returns; NaN where there are too few or one did not move. */
  readonly correlation: number
  /** Standard deviation by mean, of a, of b and of b by a. */
  readonly movementA: number
  readonly movementB: number
  readonly movementRatio: number
  /**
   * How much further the ratio strays over the whole time than within a minute: about 0.7 where it returns to 1 again and again, as of
   * one asset, and growing with time where it wanders off, as of two assets that only share a market.
   */
  readonly wandering: number
}

/** A ratio this far from 1 is apart. */
export const apartFraction = 0.03

export class PriceHistory {
  readonly instruments: readonly Instrument[]
  private readonly prices: Float32Array
  /** Where the next sample goes, in every ring. */
  private next = 0
  private lastAt = Number.NaN
  private readonly scratch = new Float64Array(recentSamples)

  constructor(instruments: readonly Instrument[]) {
    this.instruments = instruments
    this.prices = new Float32Array(instruments.length * samplesPerHour).fill(Number.NaN)
  }

  /** The same moments, for other instruments: those that stay keep their prices. */
  followedBy(instruments: readonly Instrument[]): PriceHistory {
    const following = new PriceHistory(instruments)
    following.next = this.next
    following.lastAt = this.lastAt
    const slots = new Map(this.instruments.map(({ id }, slot) => [id, slot]))
    instruments.forEach(({ id }, slot) => {
      const from = slots.get(id)
      if (from === undefined) return
      const ring = this.prices.subarray(from * samplesPerHour, (from + 1) * samplesPerHour)
      following.prices.set(ring, slot * samplesPerHour)
    })
    return following
  }

  /** Call once a second; `board` watches the same instruments. True when a sample was taken. */
  sample(board: QuoteBoard, now: number): boolean {
    const since = now - this.lastAt
    if (since >= 0 && since < sampleEveryMs) return false
    // The machine slept, or its clock was set: what was missed stays missed.
    const missed = since >= 0 ? Math.floor(since / sampleEveryMs) - 1 : Number.isNaN(since) ? 0 : resetAfterSamples
    for (let i = 0; i < Math.min(missed, resetAfterSamples); i++) this.write(null)
    // On the grid, so that a call that comes late by milliseconds does not make every sample later.
    this.lastAt = since >= 0 && since < 2 * sampleEveryMs ? this.lastAt + sampleEveryMs : now
    this.write(board)
    return true
  }

  private write(board: QuoteBoard | null): void {
    for (let slot = 0; slot < this.instruments.length; slot++) {
      this.prices[slot * samplesPerHour + this.next] = board === null ? Number.NaN : middleOf(board, slot)
    }
    this.next = (this.next + 1) % samplesPerHour
  }

  /** Both slots over the last hour, oldest sample first. */
  compare(a: number, b: number): Comparison {
    const { prices, next, scratch } = this
    const [startA, startB] = [a * samplesPerHour, b * samplesPerHour]
    const priceA = (age: number): number =>
      prices[startA + ((next + samplesPerHour - 1 - age) % samplesPerHour)] as number
    const priceB = (age: number): number =>
      prices[startB + ((next + samplesPerHour - 1 - age) % samplesPerHour)] as number
    const sumsA = new Moments()
    const sumsB = new Moments()
    const sumsRatio = new Moments()
    const returns = new Moments2()
    let squaredSteps = 0
    let within = 0
    let recent = 0
    let newestRatio = Number.NaN
    for (let age = samplesPerHour - 1; age >= 0; age--) {
      const [x, y] = [priceA(age), priceB(age)]
      const ratio = y / x
      if (Number.isNaN(ratio)) continue
      sumsA.add(x)
      sumsB.add(y)
      sumsRatio.add(ratio)
      if (Math.abs(ratio - 1) <= apartFraction) within++
      if (age < recentSamples) {
        scratch[recent++] = ratio
        newestRatio = ratio
      }
      if (age % returnSamples !== 0) continue
      const [xBefore, yBefore] = [priceA(age + returnSamples), priceB(age + returnSamples)]
      const step = ratio - yBefore / xBefore
      if (age + returnSamples >= samplesPerHour || Number.isNaN(step)) continue
      returns.add(x / xBefore - 1, y / yBefore - 1)
      squaredSteps += step * step
    }
    const { count } = sumsRatio
    const stepOfMinute = Math.sqrt(squaredSteps / returns.count)
    return {
      samples: count,
      recentSamples: recent,
      ratio: medianOf(scratch.subarray(0, recent)),
      newestRatio,
      within: count === 0 ? 0 : within / count,
      returns: returns.count,
      correlation: returns.correlation(),
      movementA: sumsA.relativeDeviation(),
      movementB: sumsB.relativeDeviation(),
      movementRatio: sumsRatio.relativeDeviation(),
      wandering: sumsRatio.deviation() / stepOfMinute,
    }
  }
}

/** Of what is live; NaN otherwise. */
export function middleOf(board: QuoteBoard, slot: number): number {
  const bid = board.bidPrice[slot] as number
  const ask = board.askPrice[slot] as number
  return board.truth[slot] === truthCode.live && bid > 0 && ask > 0 ? (bid + ask) / 2 : Number.NaN
}

function medianOf(values: Float64Array): number {
  if (values.length === 0) return Number.NaN
  values.sort()
  const middle = values.length >> 1
  const upper = values[middle] as number
  return values.length % 2 === 1 ? upper : ((values[middle - 1] as number) + upper) / 2
}

/** Mean and deviation in one pass, stable for prices that hardly move (Welford). */
class Moments {
  count = 0
  private mean = 0
  private squares = 0

  add(value: number): void {
    this.count++
    const before = value - this.mean
    this.mean += before / this.count
    this.squares += before * (value - this.mean)
  }

  /** NaN below two values. */
  deviation(): number {
    return this.count < 2 ? Number.NaN : Math.sqrt(this.squares / (this.count - 1))
  }

  relativeDeviation(): number {
    return this.deviation() / this.mean
  }
}

class Moments2 {
  count = 0
  private meanX = 0
  private meanY = 0
  private squaresX = 0
  private squaresY = 0
  private products = 0

  add(x: number, y: number): void {
    this.count++
    const beforeX = x - this.meanX
    const beforeY = y - this.meanY
    this.meanX += beforeX / this.count
    this.meanY += beforeY / this.count
    this.squaresX += beforeX * (x - this.meanX)
    this.squaresY += beforeY * (y - this.meanY)
    this.products += beforeX * (y - this.meanY)
  }

  /** NaN where one did not move at all. */
  correlation(): number {
    const spread = Math.sqrt(this.squaresX * this.squaresY)
    return spread > 0 ? this.products / spread : Number.NaN
  }
}
