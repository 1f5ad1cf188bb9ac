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

  /** Both slots over the last hour. One pass without objects: thousands of pairs are compared in a minute. */
  compare(a: number, b: number): Comparison {
    const { prices, next, scratch } = this
    const startA = a * samplesPerHour
    const startB = b * samplesPerHour
    // Sums are of differences from a first value: prices that hardly move would drown in their own size.
    let [firstA, firstB, firstRatio] = [0, 0, 0]
    let [sumA, sumB, sumRatio, squaresA, squaresB, squaresRatio] = [0, 0, 0, 0, 0, 0]
    let [sumX, sumY, squaresX, squaresY, products, squaredSteps] = [0, 0, 0, 0, 0, 0]
    let [count, within, recent, returns] = [0, 0, 0, 0]
    let newestRatio = Number.NaN
    // The oldest sample stands where the next one goes.
    for (let i = 0, at = next; i < samplesPerHour; i++, at = at + 1 === samplesPerHour ? 0 : at + 1) {
      const x = prices[startA + at] as number
      const y = prices[startB + at] as number
      const ratio = y / x
      if (Number.isNaN(ratio)) continue
      if (count === 0) [firstA, firstB, firstRatio] = [x, y, ratio]
      count++
      const fromA = x - firstA
      const fromB = y - firstB
      const fromRatio = ratio - firstRatio
      sumA += fromA
      sumB += fromB
      sumRatio += fromRatio
      squaresA += fromA * fromA
      squaresB += fromB * fromB
      squaresRatio += fromRatio * fromRatio
      if (Math.abs(ratio - 1) <= apartFraction) within++
      if (i >= samplesPerHour - recentSamples) {
        scratch[recent++] = ratio
        newestRatio = ratio
      }
      if (i % returnSamples !== returnSamples - 1 || i < returnSamples) continue
      const before = at < returnSamples ? at + samplesPerHour - returnSamples : at - returnSamples
      const xBefore = prices[startA + before] as number
      const yBefore = prices[startB + before] as number
      const step = ratio - yBefore / xBefore
      if (Number.isNaN(step)) continue
      const returnX = x / xBefore - 1
      const returnY = y / yBefore - 1
      returns++
      sumX += returnX
      sumY += returnY
      squaresX += returnX * returnX
      squaresY += returnY * returnY
      products += returnX * returnY
      squaredSteps += step * step
    }
    const deviationRatio = deviationOf(count, sumRatio, squaresRatio)
    const spread = Math.sqrt((squaresX - (sumX * sumX) / returns) * (squaresY - (sumY * sumY) / returns))
    return {
      samples: count,
      recentSamples: recent,
      ratio: medianOf(scratch.subarray(0, recent)),
      newestRatio,
      within: count === 0 ? 0 : within / count,
      returns,
      // NaN where one did not move at all.
      correlation: spread > 0 ? (products - (sumX * sumY) / returns) / spread : Number.NaN,
      movementA: deviationOf(count, sumA, squaresA) / (firstA + sumA / count),
      movementB: deviationOf(count, sumB, squaresB) / (firstB + sumB / count),
      movementRatio: deviationRatio / (firstRatio + sumRatio / count),
      wandering: deviationRatio / Math.sqrt(squaredSteps / returns),
    }
  }
}

/** NaN below two values. */
const deviationOf = (count: number, sum: number, squares: number): number =>
  count < 2 ? Number.NaN : Math.sqrt(Math.max(0, squares - (sum * sum) / count) / (count - 1))

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
