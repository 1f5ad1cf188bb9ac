/**
 * Looks at the program from inside: loaded into it before anything else (`--import`). Answers over IPC; changes nothing.
 */
import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { writeHeapSnapshot } from 'node:v8'
import { isMainThread } from 'node:worker_threads'

export interface Delay {
  /** How much later than it should have the event loop came round, ms. */
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface ProbeReading {
  /** Mean of a look every second since the reading before: it swings by 30 MB between two collections. */
  readonly rssBytes: number
  readonly heapUsedBytes: number
  /** The least that a full collection left in the heap since the reading before: what is alive. null: there was none. */
  readonly aliveBytes: number | null
  /** Buffers and whatever else lies beside the heap. */
  readonly externalBytes: number
  /** Since the reading before. */
  readonly delay: Delay
  /** Since `begin`. */
  readonly delayOfAll: Delay
  /** Processor time since `begin`, ms: of the process with all its threads, and of its main thread alone. */
  readonly cpuMs: number
  readonly mainThreadCpuMs: number
}

export type ProbeOrder = { readonly kind: 'begin' | 'read' } | { readonly kind: 'snapshot'; readonly file: string }

/** How often the event loop is asked for a sign of life, ms. */
const resolutionMs = 10
const rssEveryMs = 1_000

/** Node's types know nothing of what an entry of a collection holds beside its times. */
const isOfKind = (entry: object, kind: number): boolean =>
  'detail' in entry &&
  typeof entry.detail === 'object' &&
  entry.detail !== null &&
  'kind' in entry.detail &&
  entry.detail.kind === kind

// Threads inherit `--import`; the event loop in question is the main one's.
if (isMainThread && process.send !== undefined) watch()

function watch(): void {
  const lately = monitorEventLoopDelay({ resolution: resolutionMs })
  const all = monitorEventLoopDelay({ resolution: resolutionMs })
  lately.enable()
  all.enable()
  let aliveBytes: number | null = null
  let rss: number[] = []
  setInterval(() => rss.push(process.memoryUsage.rss()), rssEveryMs).unref()
  let cpu = process.cpuUsage()
  let mainThreadCpu = process.threadCpuUsage()
  const inMs = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1_000
  new PerformanceObserver((list) => {
    const isFull = list.getEntries().some((entry) => isOfKind(entry, constants.NODE_PERFORMANCE_GC_MAJOR))
    if (isFull) aliveBytes = Math.min(aliveBytes ?? Number.POSITIVE_INFINITY, process.memoryUsage().heapUsed)
  }).observe({ entryTypes: ['gc'] })
  // The monitor measures from one of its timers to the next: what goes beyond the interval is delay.
  const delayed = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs)
  const delayOf = (of: typeof all): Delay => ({
    p50: delayed(of.percentile(50)),
    p99: delayed(of.percentile(99)),
    max: delayed(of.max),
  })
  process.on('message', (order: ProbeOrder) => {
    if (order.kind === 'begin') {
      all.reset()
      cpu = process.cpuUsage()
      mainThreadCpu = process.threadCpuUsage()
    }
    if (order.kind === 'snapshot') writeHeapSnapshot(order.file)
    if (order.kind !== 'read') return
    const { rss: rssNow, heapUsed, external } = process.memoryUsage()
    const reading: ProbeReading = {
      rssBytes: rss.length === 0 ? rssNow : rss.reduce((sum, one) => sum + one, 0) / rss.length,
      heapUsedBytes: heapUsed,
      aliveBytes,
      externalBytes: external,
      delay: delayOf(lately),
      delayOfAll: delayOf(all),
      cpuMs: inMs(process.cpuUsage(cpu)),
      mainThreadCpuMs: inMs(process.threadCpuUsage(mainThreadCpu)),
    }
    lately.reset()
    rss = []
    aliveBytes = null
    process.send?.(reading)
  })
  // The program must end as it does without us.
  process.channel?.unref()
}
