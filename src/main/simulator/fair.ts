/**
 * The fair price of a pair, common to all venues: a base price times exp(noise of many lengths, from sixteen days down to five
 * seconds). A pure function of (seed, pair, kind, time).
 */
import type { MarketKind } from '../../shared/domain/index.ts'
import { hash, hashText, signed } from './hash.ts'

const minutesPerDay = 1_440
/** Length in minutes and amplitude as a fraction of the price at volatility 1: half the amplitude per quarter of the length, as a random walk has. */
const octaves: readonly (readonly [minutes: number, amplitude: number])[] = [
  [23_040, 0.08],
  [5_760, 0.04],
  [1_440, 0.02],
  [360, 0.01],
  [90, 0.005],
  [23, 0.0025],
  [6, 0.0012],
  [2, 0.0006],
]
/** Within the minute: knots every five seconds, joined by straight lines, since they are asked for at every trade. */
export const knotMs = 5_000
const knotsPerMinute = 60_000 / knotMs
const knotAmplitude = 0.000_25
/** Perpetuals stand this many fractions around spot, over hours. */
const basisMinutes = 480
const basisAmplitude = 0.000_3

/** Days kept computed: the live one, its neighbour, and one that a history is being read from. */
const keptDays = 3

export class FairPath {
  readonly #octaveKeys: readonly number[]
  readonly #basisKey: number | null
  readonly #knotKey: number
  readonly #knotAmplitude: number
  readonly #price: number
  readonly #volatility: number
  readonly #days = new Map<number, Float64Array>()

  constructor(seed: number, pair: string, kind: MarketKind, basePrice: number, volatility: number) {
    const key = hashText(seed, `fair ${pair}`)
    this.#octaveKeys = octaves.map((_, index) => hash(key, index))
    this.#knotKey = hash(key, 100)
    this.#knotAmplitude = knotAmplitude * volatility
    this.#basisKey = kind === 'perpetual' ? hash(key, 101) : null
    this.#price = basePrice
    this.#volatility = volatility
  }

  /** In quote asset, at the start of a minute (minutes since 1970). */
  atMinute(minute: number): number {
    const day = Math.floor(minute / minutesPerDay)
    return this.#day(day)[minute - day * minutesPerDay] ?? this.#price
  }

  /** What the seconds add, as a fraction of the price: the value at a knot, counted from the start of `minute`, from -1. */
  knot(minute: number, index: number): number {
    return this.#knotAmplitude * signed(hash(this.#knotKey, minute * knotsPerMinute + index))
  }

  #day(day: number): Float64Array {
    const known = this.#days.get(day)
    if (known) return known
    const prices = this.#compute(day * minutesPerDay)
    for (const oldest of this.#days.keys()) {
      if (this.#days.size < keptDays) break
      this.#days.delete(oldest)
    }
    this.#days.set(day, prices)
    return prices
  }

  /** A day of prices at once: each octave's lattice is hashed once per cell instead of once per minute. */
  #compute(firstMinute: number): Float64Array {
    const logarithms = new Float64Array(minutesPerDay)
    octaves.forEach(([length, amplitude], index) => {
      addNoise(logarithms, this.#octaveKeys[index] ?? 0, firstMinute, length, amplitude * this.#volatility)
    })
    if (this.#basisKey !== null) addNoise(logarithms, this.#basisKey, firstMinute, basisMinutes, basisAmplitude)
    return logarithms.map((logarithm) => this.#price * Math.exp(logarithm))
  }
}

/** Adds amplitude * noise(key, minute / length) for every minute of the day. */
function addNoise(to: Float64Array, key: number, firstMinute: number, length: number, amplitude: number): void {
  let cell = Math.floor(firstMinute / length)
  let left = amplitude * signed(hash(key, cell))
  let right = amplitude * signed(hash(key, cell + 1))
  for (let index = 0; index < to.length; index++) {
    const minute = firstMinute + index
    if (minute >= (cell + 1) * length) {
      cell += 1
      left = right
      right = amplitude * signed(hash(key, cell + 1))
    }
    const t = minute / length - cell
    to[index] = (to[index] ?? 0) + left + (right - left) * t * t * (3 - 2 * t)
  }
}
