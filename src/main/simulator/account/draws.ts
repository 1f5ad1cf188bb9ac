/** Chances of the auto trader: a row of numbers out of one key, each asked for once. */
import { hash, unit } from '../hash.ts'

export interface Draws {
  /** [0, 1) */
  unit(): number
  /** [low, high) */
  between(low: number, high: number): number
  chance(probability: number): boolean
  /** One of them, the first ones more often; undefined of none. */
  early<T>(of: readonly T[]): T | undefined
  /** Waiting time with this mean, as of things that come by chance. */
  wait(mean: number): number
}

export function createDraws(key: number): Draws {
  let drawn = 0
  const next = (): number => {
    drawn += 1
    return unit(hash(key, drawn))
  }
  return {
    unit: next,
    between: (low, high) => low + (high - low) * next(),
    chance: (probability) => next() < probability,
    early: (of) => of[Math.floor(next() ** 2 * of.length)],
    wait: (mean) => -Math.log(1 - next()) * mean,
  }
}
