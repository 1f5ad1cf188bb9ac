import { describe, expect, it } from 'vitest'
import type { Delay } from './probe.ts'
import { queueNames, type Sample, sumOf } from './samples.ts'
import { aliveSlope, hourMs, judge, queueGrowth, settled, settledFromMs, slopeOf } from './verdict.ts'

const quick: Delay = { p50: 0, p99: 4, max: 30 }
const slow: Delay = { p50: 1, p99: 25, max: 90 }
const noQueues = Object.fromEntries(queueNames.map((name) => [name, 0])) as Sample['queues']

const sample = (atMs: number, more: Partial<Sample> = {}): Sample => ({
  atMs,
  rssMb: 400,
  heapMb: 100,
  aliveMb: 70,
  externalMb: 20,
  delay: quick,
  waited: 0.001,
  queues: noQueues,
  framesPerSecond: 6_000,
  pushesPerSecond: 20,
  rows: 0,
  gaps: 0,
  liveBooks: 1,
  active: 0.3,
  rejectedFrames: 0,
  droppedRawFrames: 0,
  droppedSnapshots: 0,
  droppedTrades: 0,
  lostHappenings: 0,
  ...more,
})
const run = (
  hours: number,
  rss: (atHours: number) => number,
  more: (atHours: number) => Partial<Sample> = () => ({}),
) =>
  Array.from({ length: hours * 60 }, (_, minute) =>
    sample(minute * 60_000, { rssMb: rss(minute / 60), ...more(minute / 60) }),
  )
const verdicts = (samples: readonly Sample[], hours: number, delay = quick) =>
  Object.fromEntries(
    judge(settled(samples, hours * hourMs), hours * hourMs, delay).map(({ what, held }) => [what, held]),
  )

describe('the verdict of a soak', () => {
  it('finds the slope of a line under noise', () => {
    const { perUnit, error } = slopeOf([-1, 0, 1, 2].map((x) => [x, 3 * x + 7]))
    expect(perUnit).toBeCloseTo(3)
    expect(error).toBeCloseTo(0)
    expect(slopeOf([[1, 5]]).perUnit).toBeNaN()
  })

  it('tells how well the slope is known', () => {
    // By hand: the line through 0, 3, 0, 3 has the slope 0.6, scatter 7.2 around it, and x spreads by 5.
    const { perUnit, error } = slopeOf([0, 3, 0, 3].map((y, x) => [x, y]))
    expect(perUnit).toBeCloseTo(0.6)
    expect(error).toBeCloseTo(Math.sqrt(7.2 / 2 / 5))
  })

  it('tells a leak by what is alive, though all of the memory stays', () => {
    const leak = (at: number) => ({ aliveMb: (at * 60) % 7 === 0 ? null : 70 + 3 * at })
    const samples = run(2, () => 400, leak)
    expect(aliveSlope(samples).perUnit).toBeCloseTo(3)
    expect(verdicts(samples, 2)['what is alive in the heap, slope']).toBe(false)
    expect(verdicts(samples.slice(0, 60), 1)['what is alive in the heap, slope']).toBeNull()
  })

  it('counts from the first hour on, in short runs from the first quarter on', () => {
    expect([settledFromMs(8 * hourMs), settledFromMs(2 * hourMs)]).toEqual([hourMs, hourMs])
    expect(settledFromMs(20 * 60_000)).toBe(5 * 60_000)
  })

  it('holds a program that grows in its first hour only, and misses one that goes on growing', () => {
    expect(
      verdicts(
        run(4, (at) => 400 + 200 * Math.min(1, at)),
        4,
      ),
    ).toEqual({
      'RSS slope': true,
      'what is alive in the heap, slope': true,
      'event-loop delay, p99': true,
      queues: true,
      'happenings lost': true,
    })
    expect(
      verdicts(
        run(4, (at) => 400 + 2 * at),
        4,
      )['RSS slope'],
    ).toBe(false)
  })

  it('judges a slope that is known well enough', () => {
    const swing = (by: number) => (at: number) => 400 + by * (Math.round(at * 60) % 2 === 0 ? 1 : -1)
    const slope = (hours: number, rss: (atHours: number) => number) => verdicts(run(hours, rss), hours)['RSS slope']
    expect([slope(2, swing(1)), slope(2, swing(20)), slope(8, swing(20)), slope(1.5, swing(1))]).toEqual([
      true,
      null,
      true,
      null,
    ])
    // However little is known of it, this is more than the goal.
    expect(slope(2, (at) => swing(20)(at) + 60 * at)).toBe(false)
  })

  it('judges no slope of a short run, and no delay where other programs hold the processors', () => {
    const short = run(1, (at) => 400 + 50 * at)
    expect(verdicts(short, 1)['RSS slope']).toBeNull()
    expect(verdicts(short, 1, slow)['event-loop delay, p99']).toBe(false)
    const crowded = short.map((one) => ({ ...one, waited: 0.3 }))
    expect(verdicts(crowded, 1, slow)['event-loop delay, p99']).toBeNull()
  })

  it('tells a queue that grows from one that holds a batch now and then', () => {
    const held = (storage: number) => ({ queues: { ...noQueues, storage } })
    const batches = run(
      2,
      () => 400,
      (at) => held(Math.round(at * 60) % 5 === 0 ? 5_000 : 0),
    )
    const growing = run(
      2,
      () => 400,
      (at) => held(at * 1_000),
    )
    expect(verdicts(batches, 2).queues).toBe(true)
    expect(verdicts(growing, 2).queues).toBe(false)
    expect(Object.fromEntries(queueGrowth(growing)).storage).toBeGreaterThan(1_000)
  })

  it('sums the series of a metric by their labels', () => {
    const text = [
      '# HELP crossbook_order_books x',
      'crossbook_order_books{exchange="okx",truth="live"} 20',
      'crossbook_order_books{exchange="okx",truth="gap"} 1',
      'crossbook_order_books{exchange="gate",truth="live"} 19',
      'crossbook_order_books_other{truth="live"} 7',
      'crossbook_rows_written_total 12',
    ].join('\n')
    expect(sumOf(text, 'crossbook_order_books')).toBe(40)
    expect(sumOf(text, 'crossbook_order_books', { truth: 'live' })).toBe(39)
    expect(sumOf(text, 'crossbook_rows_written_total')).toBe(12)
    expect(sumOf(text, 'crossbook_nothing')).toBe(0)
  })
})
