/** A soak as text. */
import type { Sample } from './samples.ts'
import { type Judgement, slopePerHour, textOf } from './verdict.ts'

const columns: readonly (readonly [title: string, value: (sample: Sample) => string])[] = [
  ['min', ({ atMs }) => (atMs / 60_000).toFixed(1)],
  ['frames/s', ({ framesPerSecond }) => framesPerSecond.toFixed(0)],
  ['RSS MB', ({ rssMb }) => rssMb.toFixed(0)],
  ['heap MB', ({ heapMb }) => heapMb.toFixed(0)],
  ['alive MB', ({ aliveMb }) => aliveMb?.toFixed(1) ?? ''],
  ['p50 ms', ({ delay }) => delay.p50.toFixed(1)],
  ['p99 ms', ({ delay }) => delay.p99.toFixed(1)],
  ['max ms', ({ delay }) => delay.max.toFixed(0)],
  ['busy %', ({ active }) => (active * 100).toFixed(0)],
  ['waited %', ({ waited }) => (waited === null ? '' : (waited * 100).toFixed(0))],
  ['queued', ({ queues }) => String(Object.values(queues).reduce((sum, one) => sum + one, 0))],
  ['rows', ({ rows }) => String(rows)],
  ['gaps', ({ gaps }) => String(gaps)],
  ['books live %', ({ liveBooks }) => (liveBooks * 100).toFixed(0)],
  ['rejected', ({ rejectedFrames }) => String(rejectedFrames)],
  [
    'dropped',
    ({ droppedRawFrames, droppedSnapshots, droppedTrades }) =>
      String(droppedRawFrames + droppedSnapshots + droppedTrades),
  ],
]

export const head = columns.map(([title]) => title.padStart(Math.max(8, title.length))).join(' ')

export const rowOf = (sample: Sample): string =>
  columns.map(([title, value]) => value(sample).padStart(Math.max(8, title.length))).join(' ')

/** `rows` of the table at most, spread over the run. */
export function tableOf(samples: readonly Sample[], rows: number): string {
  const step = Math.max(1, Math.ceil(samples.length / rows))
  return [head, ...samples.filter((_, at) => at % step === 0 || at === samples.length - 1).map(rowOf)].join('\n')
}

export function verdictOf(judgements: readonly Judgement[], settled: readonly Sample[]): string {
  const words = ({ held, why }: Judgement) => (held === null ? `not judged: ${why}` : held ? 'held' : 'MISSED')
  return [
    ...judgements.map((one) => `${one.what}: ${one.found}, goal ${one.goal}: ${words(one)}`),
    `heap slope ${textOf(slopePerHour(settled, ({ heapMb }) => heapMb))}, beside the heap ${textOf(slopePerHour(settled, ({ externalMb }) => externalMb))}`,
  ].join('\n')
}
