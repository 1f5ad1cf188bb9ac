/** What a soak is judged by. */
import type { Delay } from './probe.ts'
import { queueNames, type Sample } from './samples.ts'

export const hourMs = 3_600_000
export const slopeGoalMbPerHour = 1
export const delayGoalMs = 20
/** The slope after the first hour takes an hour more at least, and is judged once it is known to this, MB/h (standard error). */
const slopeJudgedFromMs = 2 * hourMs
const slopeKnownToMbPerHour = 0.5
/** What is alive is known better. */
const aliveJudgedFromMs = 1.5 * hourMs
const minuteMs = 60_000
/** Share of its time that the main thread may wait for a processor; above it the delay is the machine's, not the program's. */
const mostWaited = 0.02
/** What a queue may hold more at the end than at the beginning: a second's batch of this load that happens to be under way. */
const queueTolerance = 200

export interface Judgement {
  readonly what: string
  readonly found: string
  readonly goal: string
  /** null: printed, not judged, and `why` not. */
  readonly held: boolean | null
  readonly why: string | null
}

/** What is judged begins here: after an hour, in runs too short for that after a quarter. */
export const settledFromMs = (lengthMs: number): number => (lengthMs >= slopeJudgedFromMs ? hourMs : lengthMs / 4)

export const settled = (samples: readonly Sample[], lengthMs: number): readonly Sample[] =>
  samples.filter(({ atMs }) => atMs >= settledFromMs(lengthMs))

export interface Slope {
  /** y per unit of x; NaN of fewer than two different x. */
  readonly perUnit: number
  /** Its standard error, as scatter around the line tells; NaN of fewer than three points. */
  readonly error: number
}

/** Of the straight line with the least squares. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  let together = 0
  let alone = 0
  for (const [x, y] of points) {
    together += (x - meanX) * (y - meanY)
    alone += (x - meanX) ** 2
  }
  if (alone === 0) return { perUnit: Number.NaN, error: Number.NaN }
  const perUnit = together / alone
  const scatter = points.reduce((sum, [x, y]) => sum + (y - meanY - perUnit * (x - meanX)) ** 2, 0)
  const error = points.length < 3 ? Number.NaN : Math.sqrt(scatter / (points.length - 2) / alone)
  return { perUnit, error }
}

/** By means of whole minutes, since what follows closely on one another is not independent. */
export function slopePerHour(samples: readonly Sample[], of: (sample: Sample) => number): Slope {
  const minutes = new Map<number, { sum: number; count: number }>()
  for (const sample of samples) {
    // What a sample tells is of the time before it.
    const minute = Math.ceil(sample.atMs / minuteMs)
    const { sum, count } = minutes.get(minute) ?? { sum: 0, count: 0 }
    minutes.set(minute, { sum: sum + of(sample), count: count + 1 })
  }
  return slopeOf([...minutes].map(([minute, { sum, count }]) => [(minute * minuteMs) / hourMs, sum / count]))
}

/** What stands in a queue at a time: the median, since a batch under way is no growth. */
const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** By queue: how much more it holds in the last quarter of the samples than in the first. */
export function queueGrowth(samples: readonly Sample[]): readonly (readonly [name: string, more: number])[] {
  const quarter = Math.max(1, Math.floor(samples.length / 4))
  return queueNames.map((name) => {
    const held = samples.map(({ queues }) => queues[name])
    return [name, medianOf(held.slice(-quarter)) - medianOf(held.slice(0, quarter))]
  })
}

/** What full collections leave: a leak shows there, whatever the pages do that V8 keeps. MB/h. */
export const aliveSlope = (samples: readonly Sample[]): Slope =>
  slopeOf(samples.flatMap(({ atMs, aliveMb }) => (aliveMb === null ? [] : [[atMs / hourMs, aliveMb] as const])))

/** `delay` over all of what is judged. */
export function judge(samples: readonly Sample[], lengthMs: number, delay: Delay): readonly Judgement[] {
  const slope = slopePerHour(samples, ({ rssMb }) => rssMb)
  const isLongEnough = lengthMs >= slopeJudgedFromMs
  const isMissedForSure = slope.perUnit - 2 * slope.error >= slopeGoalMbPerHour
  const judgesSlope = isLongEnough && (slope.error <= slopeKnownToMbPerHour || isMissedForSure)
  const alive = aliveSlope(samples)
  const judgesAlive = lengthMs >= aliveJudgedFromMs
  const waited = medianOf(samples.map((sample) => sample.waited ?? 0))
  const judgesDelay = waited <= mostWaited
  const grown = queueGrowth(samples).filter(([, more]) => more > queueTolerance)
  const dropped = samples.at(-1)?.lostHappenings ?? 0
  return [
    {
      what: 'RSS slope',
      found: textOf(slope),
      goal: `< ${slopeGoalMbPerHour} MB/h`,
      held: judgesSlope ? slope.perUnit < slopeGoalMbPerHour : null,
      why: judgesSlope
        ? null
        : isLongEnough
          ? `not known to ${slopeKnownToMbPerHour} MB/h, takes a longer run`
          : `takes a run of ${slopeJudgedFromMs / hourMs} h at least`,
    },
    {
      what: 'what is alive in the heap, slope',
      found: textOf(alive),
      goal: `< ${slopeGoalMbPerHour} MB/h`,
      held: judgesAlive ? alive.perUnit < slopeGoalMbPerHour : null,
      why: judgesAlive ? null : `a run under ${aliveJudgedFromMs / hourMs} h shows noise`,
    },
    {
      what: 'event-loop delay, p99',
      found: `${delay.p99.toFixed(1)} ms`,
      goal: `< ${delayGoalMs} ms`,
      held: judgesDelay ? delay.p99 < delayGoalMs : null,
      why: judgesDelay
        ? null
        : `other programs held the processors ${(waited * 100).toFixed(0)} % of the time that it was ready to run`,
    },
    {
      what: 'queues',
      found: grown.length === 0 ? 'none has grown' : grown.map(([name, more]) => `${name} +${more}`).join(', '),
      goal: 'no growth',
      held: grown.length === 0,
      why: null,
    },
    { what: 'happenings lost', found: String(dropped), goal: '0', held: dropped === 0, why: null },
  ]
}

export const textOf = ({ perUnit, error }: Slope): string => `${perUnit.toFixed(2)} ± ${error.toFixed(2)} MB/h`
