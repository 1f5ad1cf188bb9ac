/** One look at the program under load, and how metrics are read for it. */
import type { Delay } from './probe.ts'
import type { World } from './world.ts'

/** Entries that wait somewhere in the program; `dropped` and the other counts are since the start. */
export interface Sample {
  /** Since the measurement began, ms. */
  readonly atMs: number
  /** Mean since the sample before. */
  readonly rssMb: number
  readonly heapMb: number
  /** What full collections left of it; null: there was none since the sample before. */
  readonly aliveMb: number | null
  readonly externalMb: number
  readonly delay: Delay
  /** Share of the time since the sample before that the main thread was ready to run and others had the processors; null: not told. */
  readonly waited: number | null
  readonly queues: Readonly<Record<QueueName, number>>
  readonly framesPerSecond: number
  readonly pushesPerSecond: number
  readonly rows: number
  readonly gaps: number
  /** Share of the order books that are live, 0 to 1. */
  readonly liveBooks: number
  /** Of the main thread, 0 to 1. */
  readonly active: number
  readonly rejectedFrames: number
  readonly droppedRawFrames: number
  readonly droppedSnapshots: number
  readonly droppedTrades: number
  readonly lostHappenings: number
}

export const queueNames = ['recorder', 'storage', 'redis', 'redis on disk', 'REST requests', 'clients behind'] as const
export type QueueName = (typeof queueNames)[number]

const mb = 1_000_000

/** Sums the series of one metric whose labels hold all of the given ones; 0 where there is none. */
export function sumOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  let sum = 0
  for (const line of text.split('\n')) {
    if (!line.startsWith(name)) continue
    const [, found, rest = '', value] = /^([a-z_]+)(\{.*\})? (\S+)$/.exec(line) ?? []
    if (found === name && wanted.every((label) => rest.includes(label))) sum += Number(value)
  }
  return sum
}

export class Sampler {
  private readonly world: World
  private readonly begunAt = performance.now()
  private before = { atMs: 0, frames: Number.NaN, pushes: Number.NaN, active: Number.NaN, waited: Number.NaN }

  constructor(world: World) {
    this.world = world
  }

  /** null: the program did not answer in time. */
  async take(): Promise<Sample | null> {
    const { program } = this.world
    const inside = await program.read()
    if (inside === null) return null
    const [text, raw] = await Promise.all([this.world.metrics(), this.world.rawFrames()])
    const atMs = performance.now() - this.begunAt
    const now = {
      atMs,
      frames: sumOf(text, 'crossbook_frames_total'),
      pushes: this.world.pushes(),
      active: sumOf(text, 'crossbook_event_loop_active_seconds_total') * 1_000,
      waited: program.waitedMs() ?? Number.NaN,
    }
    const { before } = this
    const perSecond = (key: 'frames' | 'pushes') => ((now[key] - before[key]) / (atMs - before.atMs)) * 1_000
    this.before = now
    const books = sumOf(text, 'crossbook_order_books')
    return {
      atMs,
      rssMb: inside.rssBytes / mb,
      heapMb: inside.heapUsedBytes / mb,
      aliveMb: inside.aliveBytes === null ? null : inside.aliveBytes / mb,
      externalMb: inside.externalBytes / mb,
      delay: inside.delay,
      waited: Number.isNaN(now.waited) ? null : (now.waited - before.waited) / (atMs - before.atMs),
      queues: {
        recorder: sumOf(text, 'crossbook_recorder_waiting'),
        storage: sumOf(text, 'crossbook_storage_queue_depth'),
        redis: sumOf(text, 'crossbook_redis_waiting_happenings'),
        'redis on disk': sumOf(text, 'crossbook_redis_spilled_happenings'),
        'REST requests': sumOf(text, 'crossbook_rest_waiting_requests'),
        'clients behind': sumOf(text, 'crossbook_clients', { of: 'behind' }),
      },
      framesPerSecond: perSecond('frames'),
      pushesPerSecond: perSecond('pushes'),
      rows: sumOf(text, 'crossbook_rows_written_total') + sumOf(text, 'crossbook_trades_written_total'),
      gaps: sumOf(text, 'crossbook_gaps_found_total'),
      liveBooks: books === 0 ? 0 : sumOf(text, 'crossbook_order_books', { truth: 'live' }) / books,
      active: (now.active - before.active) / (atMs - before.atMs),
      rejectedFrames: sumOf(text, 'crossbook_frames_rejected_total'),
      droppedRawFrames: raw.dropped,
      droppedSnapshots: sumOf(text, 'crossbook_storage_dropped_snapshots_total'),
      droppedTrades: sumOf(text, 'crossbook_trades_dropped_total'),
      lostHappenings: sumOf(text, 'crossbook_redis_lost_happenings_total'),
    }
  }
}
