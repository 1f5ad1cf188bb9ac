/** What a soak is judged by. */
import type { Delay } from './probe.ts'
import { queueNames, type Sample } from './samples.ts'

export const hourMs = 3_600_000
export const slopeGoalMbPerHour = 1
export const delayGoalMs = 20
/** Below this, what the heap does from one collection to the next is more than what is looked for in all of the memory. */
const slopeJudgedFromMs = 3 * hourMs
/** What is alive is known better. */
const aliveJudgedFromMs = 1.5 * hourMs
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

/** What is judged begins here: after an hour, in short runs after a quarter. */
export const settledFromMs = (lengthMs: number): number => Math.min(hourMs, lengthMs / 4)

export const settled = (samples: readonly Sample[], lengthMs: number): readonly Sample[] =>
  samples.filter(({ atMs }) => atMs >= settledFromMs(lengthMs))

/** Of the straight line with the least squares, y per unit of x; NaN of fewer than two different x. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  let together = 0
  let alone = 0
  for (const [x, y] of points) {
    together += (x - meanX) * (y - meanY)
    alone += (x - meanX) ** 2
  }
  return alone === 0 ? Number.NaN : together / alone
}

export const slopePerHour = (samples: readonly Sample[], of: (sample: Sample) => number): number =>
  slopeOf(samples.map((sample) => [sample.atMs / hourMs, of(sample)]))

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
export const aliveSlope = (samples: readonly Sample[]): number =>
  slopeOf(samples.flatMap(({ atMs, aliveMb }) => (aliveMb === null ? [] : [[atMs / hourMs, aliveMb] as const])))

/** `delay` over all of what is judged. */
export function judge(samples: readonly Sample[], lengthMs: number, delay: Delay): readonly Judgement[] {
  const slope = slopePerHour(samples, ({ rssMb }) => rssMb)
  const judgesSlope = lengthMs >= slopeJudgedFromMs
  const alive = aliveSlope(samples)
  const judgesAlive = lengthMs >= aliveJudgedFromMs
  const waited = medianOf(samples.map((sample) => sample.waited ?? 0))
  const judgesDelay = waited <= mostWaited
  const grown = queueGrowth(samples).filter(([, more]) => more > queueTolerance)
  const dropped = samples.at(-1)?.lostHappenings ?? 0
  return [
    {
      what: 'RSS slope',
      found: `${slope.toFixed(2)} MB/h`,
      goal: `< ${slopeGoalMbPerHour} MB/h`,
      held: judgesSlope ? slope < slopeGoalMbPerHour : null,
      why: judgesSlope ? null : `a run under ${slopeJudgedFromMs / hourMs} h shows noise`,
    },
    {
      what: 'what is alive in the heap, slope',
      found: `${alive.toFixed(2)} MB/h`,
      goal: `< ${slopeGoalMbPerHour} MB/h`,
      held: judgesAlive ? alive < slopeGoalMbPerHour : null,
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
