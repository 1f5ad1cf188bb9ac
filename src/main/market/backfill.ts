/**
 * Loads candles in the background: the last ones of every watched series at start, again after a reconnect, and as a routine what is
 * missing among them. One run of a kind per exchange at a time, a few calls at once (the rate limiter paces them), with progress, and
 * cancellable.
 */
import type { Progress } from '../../shared/contract.ts'
import { type ExchangeId, exchangeTitle, type Instrument, type Period } from '../../shared/domain/index.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { RepairOccasion } from './candle-gaps.ts'
import type { FillReport } from './history.ts'

export interface BackfillOptions {
  /** CandleGaps, or KlineHistory where no gaps are told. */
  readonly history: {
    fill(
      instrument: Instrument,
      period: Period,
      candles: number,
      signal: AbortSignal | undefined,
      occasion: RepairOccasion,
    ): Promise<FillReport>
  }
  readonly candles: () => number
  readonly logger: Logger
  readonly onProgress: (progress: Progress) => void
}

const seriesAtOnce = 4

interface Series {
  readonly instrument: Instrument
  readonly period: Period
}

/** One run: its series may grow while it is under way. */
interface Run {
  readonly controller: AbortController
  /** Not begun yet. */
  readonly waiting: Series[]
  total: number
}

// Short periods first: they are what the chart opens with.
const seriesOf = (instruments: readonly Instrument[], periods: readonly Period[]): Series[] =>
  periods.flatMap((period) => instruments.map((instrument) => ({ instrument, period })))

export class Backfill {
  private readonly options: BackfillOptions
  private readonly running = new Map<string, Run>()

  constructor(options: BackfillOptions) {
    this.options = options
  }

  /** Fills the last candles of every series; a run of the same exchange under way is replaced. */
  start(exchange: ExchangeId, instruments: readonly Instrument[], periods: readonly Period[]): void {
    const id = `backfill:${exchange}`
    this.cancel(id)
    void this.run(id, `Candles of ${exchangeTitle(exchange)}`, 'start', seriesOf(instruments, periods))
  }

  /** Looks for missing candles and fetches them; told only where there are some. Nothing while the last such run is under way. */
  routine(exchange: ExchangeId, instruments: readonly Instrument[], periods: readonly Period[]): void {
    const id = `routine:${exchange}`
    if (!this.running.has(id)) {
      void this.run(id, `Missing candles of ${exchangeTitle(exchange)}`, 'routine', seriesOf(instruments, periods))
    }
  }

  /**
   * What a feed's reconnect may have missed; stored candles make it short. An exchange's sockets come back one by one, so a
   * repair under way takes the new series along; one of them that it has begun is done again.
   */
  repair(exchange: ExchangeId, instruments: readonly Instrument[], periods: readonly Period[]): void {
    const id = `repair:${exchange}`
    const series = seriesOf(instruments, periods)
    const run = this.running.get(id)
    if (!run) {
      void this.run(id, `Repair of ${exchangeTitle(exchange)}`, 'reconnect', series)
      return
    }
    const isNew = (one: Series) =>
      !run.waiting.some(({ instrument, period }) => instrument.id === one.instrument.id && period === one.period)
    const added = series.filter(isNew)
    run.waiting.push(...added)
    run.total += added.length
  }

  cancel(id: string): void {
    this.running.get(id)?.controller.abort()
    this.running.delete(id)
  }

  /** Whatever is under way of this exchange. */
  cancelOf(exchange: ExchangeId): void {
    for (const occasion of ['backfill', 'routine', 'repair']) this.cancel(`${occasion}:${exchange}`)
  }

  stop(): void {
    for (const id of this.running.keys()) this.cancel(id)
  }

  private async run(id: string, title: string, occasion: RepairOccasion, series: readonly Series[]): Promise<void> {
    const candles = this.options.candles()
    // None are wanted at the start; what goes missing later is repaired all the same.
    if ((candles === 0 && occasion === 'start') || series.length === 0) return
    const run: Run = { controller: new AbortController(), waiting: [...series], total: series.length }
    const { signal } = run.controller
    this.running.set(id, run)
    let done = 0
    let failed = 0
    let loaded = 0
    let problem: string | null = null
    const tell = (state: Progress['state']) => {
      if (occasion === 'routine' && loaded === 0 && failed === 0) return
      const detail = problem === null ? null : `${failed} of ${run.total} series: ${problem}`
      this.options.onProgress({ id, title, done, total: run.total, state, canCancel: true, detail })
    }
    tell('running')
    const next = async (): Promise<void> => {
      for (let item = run.waiting.shift(); item && !signal.aborted; item = run.waiting.shift()) {
        const report = await this.options.history
          .fill(item.instrument, item.period, candles, signal, occasion)
          .catch((error: unknown) => ({ candles: 0, problem: messageOf(error) }))
        if (signal.aborted) return
        done++
        loaded += report.candles
        if (report.problem !== null) {
          failed++
          problem = report.problem
        }
        tell('running')
      }
    }
    // Again for what was added after a worker had found nothing more to do.
    while (run.waiting.length > 0 && !signal.aborted) await Promise.all(Array.from({ length: seriesAtOnce }, next))
    if (signal.aborted) {
      // Replaced by another of its name: that one tells.
      if (!this.running.has(id)) tell('cancelled')
      return
    }
    this.running.delete(id)
    tell(problem === null ? 'finished' : 'failed')
    if (problem !== null) {
      this.options.logger.warn({ id, failed, total: run.total, problem }, 'some candles could not be loaded')
    } else this.options.logger.info({ id, series: run.total }, 'candles loaded')
  }
}

export interface RepairClockOptions {
  /** 0: never. */
  readonly everyMinutes: () => number
  readonly run: () => void
}

/** Begins the routine every so many minutes; a setting that changes holds at once. */
export class RepairClock {
  private readonly options: RepairClockOptions
  private timer: NodeJS.Timeout | null = null
  private minutes = 0

  constructor(options: RepairClockOptions) {
    this.options = options
  }

  start(): void {
    this.stop()
    this.minutes = 0
    this.timer = setInterval(() => this.minute(), 60_000)
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer)
    this.timer = null
  }

  private minute(): void {
    this.minutes++
    const every = this.options.everyMinutes()
    if (every === 0 || this.minutes < every) return
    this.minutes = 0
    this.options.run()
  }
}
