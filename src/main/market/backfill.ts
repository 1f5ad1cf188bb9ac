/**
 * Loads candles in the background: the last ones of every watched series at start, and again after a reconnect. One run per
 * exchange at a time, a few calls at once (the rate limiter paces them), with progress, and cancellable.
 */
import type { Progress } from '../../shared/contract.ts'
import type { ExchangeId, Instrument, Period } from '../../shared/domain/index.ts'
import type { Logger } from '../log.ts'
import type { KlineHistory } from './history.ts'

export interface BackfillOptions {
  readonly history: KlineHistory
  readonly candles: () => number
  readonly logger: Logger
  readonly onProgress: (progress: Progress) => void
}

const seriesAtOnce = 4

export class Backfill {
  private readonly options: BackfillOptions
  private readonly running = new Map<string, AbortController>()

  constructor(options: BackfillOptions) {
    this.options = options
  }

  /** Fills the last candles of every series; a run of the same exchange under way is replaced. */
  start(exchange: ExchangeId, instruments: readonly Instrument[], periods: readonly Period[]): void {
    void this.run(`backfill:${exchange}`, `Candles of ${exchange}`, instruments, periods, this.options.candles())
  }

  /** What a feed's reconnect may have missed; stored candles make it short. */
  repair(exchange: ExchangeId, instruments: readonly Instrument[], periods: readonly Period[]): void {
    void this.run(`repair:${exchange}`, `Repair of ${exchange}`, instruments, periods, this.options.candles())
  }

  cancel(id: string): void {
    this.running.get(id)?.abort()
  }

  stop(): void {
    for (const controller of this.running.values()) controller.abort()
    this.running.clear()
  }

  private async run(
    id: string,
    title: string,
    instruments: readonly Instrument[],
    periods: readonly Period[],
    candles: number,
  ): Promise<void> {
    this.running.get(id)?.abort()
    if (candles === 0 || instruments.length === 0) return
    const controller = new AbortController()
    this.running.set(id, controller)
    // Short periods first: they are what the chart opens with.
    const series = periods.flatMap((period) => instruments.map((instrument) => ({ instrument, period })))
    const total = series.length
    let done = 0
    let failed = 0
    let problem: string | null = null
    const tell = (state: Progress['state']) => {
      const detail = problem === null ? null : `${failed} of ${total} series: ${problem}`
      this.options.onProgress({ id, title, done, total, state, detail })
    }
    tell('running')
    const next = async (): Promise<void> => {
      for (let item = series.shift(); item && !controller.signal.aborted; item = series.shift()) {
        const report = await this.options.history
          .fill(item.instrument, item.period, candles, controller.signal)
          .catch((error: unknown) => ({ candles: 0, problem: error instanceof Error ? error.message : String(error) }))
        if (controller.signal.aborted) return
        done++
        if (report.problem !== null) {
          failed++
          problem = report.problem
        }
        tell('running')
      }
    }
    await Promise.all(Array.from({ length: seriesAtOnce }, next))
    if (this.running.get(id) === controller) this.running.delete(id)
    tell(controller.signal.aborted ? 'cancelled' : problem === null ? 'finished' : 'failed')
    if (problem !== null) this.options.logger.warn({ id, failed, total, problem }, 'some candles could not be loaded')
    else if (!controller.signal.aborted) this.options.logger.info({ id, series: total }, 'candles loaded')
  }
}
