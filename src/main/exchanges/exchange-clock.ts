import type { EpochMs } from '../../shared/domain/index.ts'
import type { Logger } from '../log.ts'
import type { ClockMeasurement } from '../net/clock.ts'

const measureEveryMs = 600_000
/** After a measurement that failed. */
const retryMs = 60_000
/** Times that cannot be have the clock measured, but no more often than this: at first, and doubled while it stays what it is. */
const firstDoubtMs = 2_000
const mostDoubtMs = 15_000
/** Another measurement differs by less. */
const sameClockMs = 250
/** Clocks are slewed by less between two measurements, ms; set clocks, and sleeps, move them further apart. */
const mostSlewMs = 2_000

/** All in ms. */
export interface MachineClocks {
  /** Epoch ms; jumps when it is set. */
  wall(): EpochMs
  /** Only grows. */
  steady(): number
}

const machineClocks: MachineClocks = { wall: () => Date.now(), steady: () => performance.now() }

export interface ExchangeClockOptions {
  /** Asks the exchange for the time. */
  readonly measure: () => Promise<ClockMeasurement>
  readonly logger: Logger
  readonly onMeasured: () => void
  readonly clocks?: MachineClocks
}

/** The exchange's clock beside this machine's: measured at the start, every ten minutes, and when something speaks against it. */
export class ExchangeClock {
  /** Exchange clock minus ours, ms; null until it was measured. */
  offsetMs: number | null = null
  private readonly options: ExchangeClockOptions
  private readonly clocks: MachineClocks
  /** This machine's wall clock minus its steady one when the measurement began. */
  private measuredBy = Number.NaN
  private timer: NodeJS.Timeout | null = null
  private doubtedAt = Number.NEGATIVE_INFINITY
  private doubtEveryMs = firstDoubtMs
  private running = false

  constructor(options: ExchangeClockOptions) {
    this.options = options
    this.clocks = options.clocks ?? machineClocks
  }

  /** The exchange's clock as far as it was measured; this machine's before that. */
  now(): EpochMs {
    return this.clocks.wall() + Math.round(this.offsetMs ?? 0)
  }

  /** What was measured holds: since then this machine neither slept nor had its clock set, which the offset would be wrong by. */
  get isKnown(): boolean {
    return this.offsetMs !== null && Math.abs(this.apart() - this.measuredBy) < mostSlewMs
  }

  async measure(): Promise<ClockMeasurement> {
    const apart = this.apart()
    const measured = await this.options.measure()
    if (!measured.ok) return measured
    this.measuredBy = apart
    const { offsetMs } = measured.value
    const isSame = this.offsetMs !== null && Math.abs(offsetMs - this.offsetMs) < sameClockMs
    this.doubtEveryMs = isSame ? Math.min(mostDoubtMs, this.doubtEveryMs * 2) : firstDoubtMs
    this.offsetMs = offsetMs
    return measured
  }

  start(): void {
    this.running = true
    void this.keep()
  }

  stop(): void {
    this.running = false
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }

  /** Messages bear times that cannot be: they came late, or the clocks are others by now, which a new measurement tells. */
  doubt(): void {
    const now = this.clocks.wall()
    if (Math.abs(now - this.doubtedAt) < this.doubtEveryMs) return
    this.doubtedAt = now
    this.measureSoon()
  }

  /** Measures at once instead of when it is due; what is measuring just now began before, and comes again by itself. */
  measureSoon(): void {
    if (!this.running || this.timer === null) return
    clearTimeout(this.timer)
    this.timer = null
    void this.keep()
  }

  /** Measures now and then again and again, sooner after a failure. */
  private async keep(): Promise<void> {
    const measured = await this.measure()
    if (!this.running) return
    this.options.logger.debug(measured.ok ? measured.value : measured.failure, 'clock offset')
    // One that the clock was set under is no measurement.
    const nextMs = !measured.ok ? retryMs : this.isKnown ? measureEveryMs : firstDoubtMs
    this.timer = setTimeout(() => void this.keep(), nextMs)
    this.options.onMeasured()
  }

  private apart(): number {
    return this.clocks.wall() - this.clocks.steady()
  }
}
