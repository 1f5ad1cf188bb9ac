/** What `npm run load` reads of the program, and what it is judged by. */
import { type ExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'
import type { Delay, ProbeReading } from './probe.ts'
import { sumOf } from './samples.ts'

/** Goals of the load that eleven exchanges bring: docs/performance.md. */
const cpuGoal = 0.6
const rssGoalMb = 500
const toBusGoalMs = 5
/** Of the messages asked for: what a run may fall short by, since quotes come in steps. */
const messagesGoal = 0.98

/** One look at the program; counts are since its start. */
export interface LoadReading {
  readonly atMs: number
  /** Its metrics, in Prometheus' text. */
  readonly text: string
  /** Counted since the first reading. */
  readonly inside: ProbeReading
  readonly memory: { readonly rssMb: number; readonly peakMb: number } | null
  /** That its main thread was ready to run while others had the processors; null: not told. */
  readonly waitedMs: number | null
  readonly simulatorCpuMs: number
}

/** Upper bounds, ms: no more than this; Infinity above the largest bound. */
export interface Spans {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface ExchangeFindings {
  readonly exchange: ExchangeId
  readonly messagesPerSecond: number
  readonly kilobytesPerSecond: number
  readonly toBusMs: Spans
  /** From the simulator's time of a quote or trade to its arrival, by clocks of whole milliseconds. */
  readonly travelMs: Spans
  readonly rejected: number
}

export interface LoadFindings {
  readonly lengthMs: number
  readonly byExchange: readonly ExchangeFindings[]
  readonly messagesPerSecond: number
  readonly toBusMs: Spans
  readonly travelMs: Spans
  /** Shares of one core: the program with all its threads, its main thread, and the simulators. */
  readonly cpu: number
  readonly mainThreadCpu: number
  readonly simulatorCpu: number
  /** Share of the time that the main thread was ready to run and others had the processors; null: not told. */
  readonly waited: number | null
  /** At the end of the run, in the middle of its readings, and the most since the program's start, MB. */
  readonly rssMb: number
  readonly peakRssMb: number
  readonly delay: Delay
  readonly books: number
  /** The least share of them that was live at any reading, and the mean one, 0 to 1. */
  readonly leastLiveBooks: number
  readonly meanLiveBooks: number
  /** What was lost while it was measured, by what it was. */
  readonly lost: Readonly<Record<string, number>>
}

/** Counters of what must not happen, and what they count; gaps are told by the program itself. */
const lossCounters: readonly (readonly [name: string, what: string])[] = [
  ['crossbook_frames_rejected_total', 'frames rejected'],
  ['crossbook_storage_dropped_snapshots_total', 'snapshots dropped'],
  ['crossbook_reconnects_total', 'reconnects'],
]

const msPerSecond = 1_000

/** Of a histogram's counts between two readings; NaN where nothing was observed. */
export function spansOf(before: string, after: string, name: string, labels: Readonly<Record<string, string>>): Spans {
  const bounds = [
    ...new Set([...after.matchAll(new RegExp(`^${name}_bucket\\{.*?le="([^"]+)"`, 'gm'))].map(([, le]) => le ?? '')),
  ]
  const upTo = bounds
    .map((le) => {
      const of = (text: string) => sumOf(text, `${name}_bucket`, { ...labels, le })
      return { ms: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le) * msPerSecond, count: of(after) - of(before) }
    })
    .sort((one, other) => one.ms - other.ms)
  const all = upTo.at(-1)?.count ?? 0
  const within = (share: number) =>
    all === 0 ? Number.NaN : (upTo.find(({ count }) => count >= share * all)?.ms ?? Number.NaN)
  return { p50: within(0.5), p99: within(0.99), max: within(1) }
}

/** By what was lost and how its counter is labelled: what has grown. */
function lossesOf(before: string, after: string): Readonly<Record<string, number>> {
  const losses: Record<string, number> = {}
  for (const [name, what] of lossCounters) {
    for (const [series, labels, count] of after.matchAll(new RegExp(`^${name}(\\{.*\\})? (\\S+)$`, 'gm'))) {
      const countBefore = before.split('\n').find((line) => line.startsWith(series.slice(0, -(count ?? '').length)))
      const more = Number(count) - Number(countBefore?.split(' ').at(-1) ?? 0)
      if (more > 0) losses[`${what}${labels === undefined ? '' : ` ${labels}`}`] = more
    }
  }
  return losses
}

/** Throws where there are fewer than two readings. */
export function loadOf(readings: readonly LoadReading[]): LoadFindings {
  const first = readings[0]
  const last = readings.at(-1)
  if (first === undefined || last === undefined || first === last) throw new Error('too short to be judged')
  const lengthMs = last.atMs - first.atMs
  const grown = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    sumOf(last.text, name, labels) - sumOf(first.text, name, labels)
  const perSecond = (count: number) => (count / lengthMs) * msPerSecond
  const spans = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    spansOf(first.text, last.text, name, labels)
  const live = readings.map(
    ({ text }) => sumOf(text, 'crossbook_order_books', { truth: 'live' }) / sumOf(text, 'crossbook_order_books'),
  )
  const memories = readings.map(({ memory, inside }) => memory?.rssMb ?? inside.rssBytes / 1e6)
  return {
    lengthMs,
    byExchange: exchangeIds.map((exchange) => ({
      exchange,
      messagesPerSecond: perSecond(grown('crossbook_frames_total', { exchange })),
      kilobytesPerSecond: perSecond(grown('crossbook_frame_bytes_total', { exchange })) / 1e3,
      toBusMs: spans('crossbook_receive_to_bus_seconds', { exchange }),
      travelMs: spans('crossbook_exchange_latency_seconds', { exchange }),
      rejected: grown('crossbook_frames_rejected_total', { exchange }),
    })),
    messagesPerSecond: perSecond(grown('crossbook_frames_total')),
    toBusMs: spans('crossbook_receive_to_bus_seconds'),
    travelMs: spans('crossbook_exchange_latency_seconds'),
    cpu: (last.inside.cpuMs - first.inside.cpuMs) / lengthMs,
    mainThreadCpu: (last.inside.mainThreadCpuMs - first.inside.mainThreadCpuMs) / lengthMs,
    simulatorCpu: (last.simulatorCpuMs - first.simulatorCpuMs) / lengthMs,
    waited: first.waitedMs === null || last.waitedMs === null ? null : (last.waitedMs - first.waitedMs) / lengthMs,
    rssMb: Math.max(...memories),
    peakRssMb: last.memory?.peakMb ?? Number.NaN,
    delay: last.inside.delayOfAll,
    books: sumOf(last.text, 'crossbook_order_books'),
    leastLiveBooks: Math.min(...live),
    meanLiveBooks: live.reduce((sum, share) => sum + share, 0) / live.length,
    lost: lossesOf(first.text, last.text),
  }
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`
const atMost = (ms: number) => (Number.isNaN(ms) ? '-' : ms === Number.POSITIVE_INFINITY ? 'more' : String(ms))
const spansText = ({ p50, p99, max }: Spans) => [p50, p99, max].map(atMost)

export function loadTable(findings: LoadFindings): string {
  const titles = ['exchange', 'messages/s', 'kB/s', 'bus p50', 'p99', 'max', 'travel p50', 'p99', 'max', 'rejected']
  const rows = findings.byExchange.map((one) => [
    one.exchange,
    one.messagesPerSecond.toFixed(0),
    one.kilobytesPerSecond.toFixed(0),
    ...spansText(one.toBusMs),
    ...spansText(one.travelMs),
    String(one.rejected),
  ])
  const lines = [titles, ...rows].map((cells) => cells.map((cell) => cell.padStart(10)).join(' '))
  const { cpu, mainThreadCpu, simulatorCpu, waited, delay, rssMb, peakRssMb } = findings
  return [
    ...lines,
    'spans in ms, at most; bus: from the arrival of a message to its events; travel: from the simulator until it arrives',
    `CPU, of a core: program ${percent(cpu)}, its main thread ${percent(mainThreadCpu)}, simulators ${percent(simulatorCpu)}; main thread kept waiting ${waited === null ? '?' : percent(waited)}`,
    `RSS ${rssMb.toFixed(0)} MB, most since the start ${peakRssMb.toFixed(0)} MB; event-loop delay p50 ${delay.p50.toFixed(1)}, p99 ${delay.p99.toFixed(1)}, max ${delay.max.toFixed(0)} ms`,
    `${findings.books} books, live ${percent(findings.meanLiveBooks)}, at least ${percent(findings.leastLiveBooks)}`,
  ].join('\n')
}

export interface LoadJudgement {
  readonly what: string
  readonly found: string
  readonly goal: string
  readonly held: boolean
}

/** `gaps`: holes that came into being while it was measured; those that were found meanwhile may be older. */
export function loadVerdict(findings: LoadFindings, gaps: number, perSecond: number): readonly LoadJudgement[] {
  const { messagesPerSecond, cpu, rssMb, toBusMs, lost } = findings
  const losses = Object.entries({ ...lost, ...(gaps === 0 ? {} : { gaps }) })
  return [
    {
      what: 'messages a second',
      found: messagesPerSecond.toFixed(0),
      goal: `${perSecond} (${percent(messagesGoal)} of them)`,
      held: messagesPerSecond >= messagesGoal * perSecond,
    },
    { what: 'CPU of the program', found: percent(cpu), goal: `< ${percent(cpuGoal)} of a core`, held: cpu < cpuGoal },
    { what: 'RSS of the program', found: `${rssMb.toFixed(0)} MB`, goal: `< ${rssGoalMb} MB`, held: rssMb < rssGoalMb },
    {
      what: 'from receipt to the bus, p99',
      found: `at most ${atMost(toBusMs.p99)} ms`,
      goal: `< ${toBusGoalMs} ms`,
      held: toBusMs.p99 < toBusGoalMs,
    },
    {
      what: 'lost',
      found: losses.length === 0 ? 'nothing' : losses.map(([what, count]) => `${what} ${count}`).join(', '),
      goal: 'nothing',
      held: losses.length === 0,
    },
  ]
}
