import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

/** How often the event loop is asked for a sign of life, ms. */
const resolutionMs = 10
export const delayPercentiles = ['50', '99', '100'] as const

export interface ProcessReading {
  /** By percentile, since the reading before: how much later than it should have the event loop came round, ms; null: no sample yet. */
  readonly delayMs: Readonly<Record<(typeof delayPercentiles)[number], number | null>>
  /** How long the event loop has worked since the start, ms. */
  readonly activeMs: number
  readonly memoryBytes: Readonly<Record<string, number>>
  /** The heap may grow to this. */
  readonly heapLimitBytes: number
  /** microseconds */
  readonly cpu: { readonly user: number; readonly system: number }
}

/** This process: memory, processor, event loop. Watches the loop from its creation until `close`. */
export class ProcessGauge {
  private readonly delay = monitorEventLoopDelay({ resolution: resolutionMs })
  private readonly startedWith: EventLoopUtilization = performance.eventLoopUtilization()

  constructor() {
    this.delay.enable()
  }

  read(): ProcessReading {
    const { delay } = this
    // The monitor measures from one of its timers to the next: what goes beyond the interval is delay.
    const delayed = (nanoseconds: number) => (delay.count === 0 ? null : Math.max(0, nanoseconds / 1e6 - resolutionMs))
    const delayMs = {
      '50': delayed(delay.percentile(50)),
      '99': delayed(delay.percentile(99)),
      '100': delayed(delay.max),
    }
    delay.reset()
    const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage()
    return {
      delayMs,
      activeMs: performance.eventLoopUtilization(this.startedWith).active,
      memoryBytes: { rss, heap_used: heapUsed, heap_total: heapTotal, external, array_buffers: arrayBuffers },
      heapLimitBytes: getHeapStatistics().heap_size_limit,
      cpu: process.cpuUsage(),
    }
  }

  close(): void {
    this.delay.disable()
  }
}
