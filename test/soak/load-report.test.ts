import { describe, expect, it } from 'vitest'
import { type LoadReading, loadOf, loadTable, loadVerdict, spansOf } from './load-report.ts'

const quick = { p50: 0, p99: 4, max: 30 }
/** `frames` of Binance and twice as many of OKX, each within 0.05 ms but for `slow` of Binance, within 10. */
const metrics = (frames: number, slow = 0, rejected = 0, live = 2) =>
  [
    `crossbook_frames_total{exchange="binance",feed="spot"} ${frames}`,
    `crossbook_frames_total{exchange="okx",feed="public"} ${2 * frames}`,
    `crossbook_frame_bytes_total{exchange="binance",feed="spot"} ${100 * frames}`,
    `crossbook_frames_rejected_total{exchange="okx",reason="json"} ${rejected}`,
    `crossbook_receive_to_bus_seconds_bucket{le="0.00005",exchange="binance",feed="spot"} ${frames - slow}`,
    `crossbook_receive_to_bus_seconds_bucket{le="0.01",exchange="binance",feed="spot"} ${frames}`,
    `crossbook_receive_to_bus_seconds_bucket{le="+Inf",exchange="binance",feed="spot"} ${frames}`,
    `crossbook_receive_to_bus_seconds_bucket{le="0.00005",exchange="okx",feed="public"} ${2 * frames}`,
    `crossbook_receive_to_bus_seconds_bucket{le="0.01",exchange="okx",feed="public"} ${2 * frames}`,
    `crossbook_receive_to_bus_seconds_bucket{le="+Inf",exchange="okx",feed="public"} ${2 * frames}`,
    `crossbook_order_books{exchange="binance",truth="live"} ${live}`,
    `crossbook_order_books{exchange="binance",truth="gap"} ${2 - live}`,
  ].join('\n')

const reading = (atMs: number, text: string, more: Partial<LoadReading> = {}): LoadReading => ({
  atMs,
  text,
  inside: {
    rssBytes: 400e6,
    heapUsedBytes: 0,
    aliveBytes: null,
    externalBytes: 0,
    delay: quick,
    delayOfAll: quick,
    cpuMs: atMs * 0.5,
    mainThreadCpuMs: atMs * 0.4,
  },
  memory: { rssMb: 410, peakMb: 450 },
  waitedMs: atMs * 0.01,
  simulatorCpuMs: atMs * 0.3,
  ...more,
})

describe('a load', () => {
  const readings = [reading(1_000, metrics(1_000)), reading(6_000, metrics(3_000)), reading(11_000, metrics(11_000))]

  it('is told by exchange and as a whole, of what came between the first reading and the last', () => {
    const findings = loadOf(readings)
    const [binance, okx] = findings.byExchange
    expect([binance?.messagesPerSecond, okx?.messagesPerSecond, findings.messagesPerSecond]).toEqual([
      1_000, 2_000, 3_000,
    ])
    expect([binance?.kilobytesPerSecond, findings.toBusMs, findings.books]).toEqual([
      100,
      { p50: 0.05, p99: 0.05, max: 0.05 },
      2,
    ])
    expect([findings.cpu, findings.mainThreadCpu, findings.simulatorCpu, findings.waited]).toEqual(
      [0.5, 0.4, 0.3, 0.01].map((share) => expect.closeTo(share, 9)),
    )
    expect(loadTable(findings)).toContain('program 50.0 %, its main thread 40.0 %, simulators 30.0 %')
  })

  it('holds its goals', () => {
    expect(loadVerdict(loadOf(readings), 0, 3_000).map(({ what, held }) => [what, held])).toEqual([
      ['messages a second', true],
      ['CPU of the program', true],
      ['RSS of the program', true],
      ['from receipt to the bus, p99', true],
      ['lost', true],
    ])
  })

  it('misses each of them where it should', () => {
    const begin = reading(1_000, metrics(1_000))
    const end = reading(11_000, metrics(11_000, 1_000, 2), { memory: { rssMb: 510, peakMb: 520 } })
    const busy = { ...end, inside: { ...end.inside, cpuMs: 7_000 } }
    const judged = loadVerdict(loadOf([begin, busy]), 3, 4_000)
    expect(judged.map(({ found, held }) => [found, held])).toEqual([
      ['3000', false],
      ['65.0 %', false],
      ['510 MB', false],
      ['at most 10 ms', false],
      ['frames rejected {exchange="okx",reason="json"} 2, gaps 3', false],
    ])
  })

  it('names the least share of live books', () => {
    const findings = loadOf([reading(0, metrics(1)), reading(1_000, metrics(2, 0, 0, 1)), reading(2_000, metrics(3))])
    expect([findings.leastLiveBooks, findings.meanLiveBooks]).toEqual([0.5, expect.closeTo(5 / 6, 9)])
  })

  it('is too short with one reading', () => {
    expect(() => loadOf([reading(0, metrics(1))])).toThrow('too short to be judged')
  })
})

describe('spans of a histogram', () => {
  const name = 'crossbook_receive_to_bus_seconds'

  it('are those of one exchange, between two readings', () => {
    const [before, after] = [metrics(100), metrics(200, 10)]
    expect(spansOf(before, after, name, { exchange: 'binance' })).toEqual({ p50: 0.05, p99: 10, max: 10 })
    expect(spansOf(before, after, name, { exchange: 'okx' })).toEqual({ p50: 0.05, p99: 0.05, max: 0.05 })
  })

  it('are unknown where nothing was observed', () => {
    const same = metrics(100)
    expect(spansOf(same, same, name, {})).toEqual({ p50: Number.NaN, p99: Number.NaN, max: Number.NaN })
  })
})
