/** What two prices say about whether they are of one asset. Pure: a comparison in, a judgement in words out. */
import { apartFraction, type Comparison, sampleEveryMs } from './price-history.ts'

/**
 * `same` proven by price alone · `tied` close to each other, which is enough where something else shows that the names mean one asset ·
 * `unit` the same price but for a power of ten · `apart` different for ten minutes · `nothing` not enough to say
 */
export type PriceVerdict = 'same' | 'tied' | 'unit' | 'apart' | 'nothing'

export interface PriceJudgement {
  readonly verdict: PriceVerdict
  /** How far from 1 the ratio is: the median of ten minutes or the newest, whichever is further. NaN: not known. */
  readonly apart: number
  readonly words: string
}

/** Fifty minutes of the hour at which both were live. */
export const neededSamples = 300
const neededReturns = 45
/** Two minutes. */
const neededToTie = 12
/** Of the last ten minutes, before prices count as apart. */
const neededRecent = 45
/** The median of ten minutes must be this close to 1 ... */
const closeFraction = 0.01
/** ... and this share of the whole time within 3 %. */
const closeShare = 0.97
const leastCorrelation = 0.7
/** Each price must have moved at least this much (standard deviation by mean): a flat one follows anything that is flat. */
const leastMovement = 0.001
/** They stray from each other by at most this share of what each of them moved. */
const mostStraying = 0.35
/** By as much as that may grow over the hour, compared with a minute. Two assets of one market grow by 3; one, by 0.7. */
const mostWandering = 0.85
const mostPowers = 12
/** What the newest sample may be apart while prices alone are the proof: a leg that jumps is another unit, another listing or a mistake. */
const jumpFraction = 0.1

const minutesOf = (samples: number): number => Math.round((samples * sampleEveryMs) / 60_000)

export function judgePrices(comparison: Comparison): PriceJudgement {
  const { samples, ratio, newestRatio, recentSamples: recent } = comparison
  const median = Math.abs(ratio - 1)
  const newest = Math.abs(newestRatio - 1)
  const apart = Math.max(median, newest)
  const judged = (verdict: PriceVerdict, words: string): PriceJudgement => ({ verdict, apart, words })
  if (recent < neededToTie) {
    return judged('nothing', `prices compared for ${minutesOf(samples)} min: too short to say anything`)
  }
  const power = powerOf(ratio)
  if (power !== 0) return judged('unit', unitWords(power))
  if (median > apartFraction) {
    const words = `prices apart by ${percentText(median)} for ${minutesOf(recent)} min`
    return recent >= neededRecent ? judged('apart', words) : judged('nothing', `${words}: not for long yet`)
  }
  if (newest > jumpFraction) return judged('nothing', `prices have just come apart by ${percentText(newest)}`)
  const missing = whatIsMissing(comparison)
  return missing === null
    ? judged('same', proofWords(comparison))
    : judged('tied', `prices agree (ratio ${ratio.toFixed(4)}), but ${missing}`)
}

/** In words, what keeps close prices from being a proof; null: nothing does. */
function whatIsMissing(comparison: Comparison): string | null {
  const { samples, ratio, within, returns, correlation, movementA, movementB, movementRatio, wandering } = comparison
  if (samples < neededSamples || returns < neededReturns) {
    return `they were compared for ${minutesOf(samples)} min only, of ${minutesOf(neededSamples)}`
  }
  if (Math.abs(ratio - 1) > closeFraction) return `they are ${percentText(Math.abs(ratio - 1))} apart`
  if (within < closeShare) return `they were not close ${percentText(1 - within)} of the time`
  const movement = Math.min(movementA, movementB)
  if (movement < leastMovement) return `one hardly moved (${percentText(movement)}): that shows nothing`
  // NaN compares false: no correlation is not enough of it.
  if (!(correlation >= leastCorrelation)) return `they do not move together (correlation ${numberText(correlation)})`
  if (movementRatio > mostStraying * movement) {
    return `they stray from each other by ${percentText(movementRatio)} while moving ${percentText(movement)}`
  }
  if (!(wandering <= mostWandering)) return 'they wander off from each other, as two assets of one market do'
  return null
}

/** Whether one price follows the other closely, whatever their ratio: one of them may be pegged to the other. */
export function follows({ samples, returns, correlation, movementA, movementB, movementRatio }: Comparison): boolean {
  const movement = Math.min(movementA, movementB)
  return (
    samples >= neededSamples &&
    returns >= neededReturns &&
    movement >= leastMovement &&
    correlation >= leastCorrelation &&
    movementRatio <= mostStraying * movement
  )
}

/** 3 for 1000PEPE against PEPE, 0 where the ratio is near no power of ten but 1. */
export function powerOf(ratio: number): number {
  if (!(ratio > 0) || !Number.isFinite(ratio)) return 0
  const power = Math.round(Math.log10(ratio))
  const isNear = Math.abs(ratio / 10 ** power - 1) <= apartFraction
  return isNear && Math.abs(power) <= mostPowers ? power : 0
}

const unitWords = (power: number): string =>
  `a different unit: prices differ by a factor of ${(10 ** Math.abs(power)).toLocaleString('en-US')}, as 1000PEPE and PEPE do`

const proofWords = ({ samples, ratio, correlation }: Comparison): string =>
  `prices move as one: ratio ${ratio.toFixed(4)}, correlation ${numberText(correlation)} over ${minutesOf(samples)} min`

const numberText = (value: number): string => (Number.isNaN(value) ? 'none' : value.toFixed(2))
export const percentText = (fraction: number): string => {
  const percent = fraction * 100
  if (percent > 0 && percent < 0.01) return '< 0.01 %'
  return `${percent >= 100 ? percent.toFixed(0) : percent >= 1 ? percent.toFixed(1) : percent.toFixed(2)} %`
}
