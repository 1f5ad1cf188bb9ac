import type { EpochMs } from '../../shared/domain/index.ts'
import type { PassedOver } from '../net/rest.ts'
import type { KlineRange } from './contract.ts'

const logEveryMs = 10_000

export interface UnreadReport {
  /** Since the report before. */
  readonly count: number
  readonly series: string
  readonly samples: readonly string[]
}

/** Candles of history that were passed over: all counted, one reply's samples told every ten seconds at most. */
export class UnreadCandles {
  private readonly log: (report: UnreadReport) => void
  private untold = 0
  private toldAt = Number.NEGATIVE_INFINITY

  constructor(log: (report: UnreadReport) => void) {
    this.log = log
  }

  /** `now` by this machine's clock. */
  add({ instrument, period }: KlineRange, { count, samples }: PassedOver, now: EpochMs): void {
    this.untold += count
    // A clock that was set back must not silence the log.
    if (now - this.toldAt < logEveryMs && now >= this.toldAt) return
    this.log({ count: this.untold, series: `${instrument.symbol} ${period}`, samples })
    this.untold = 0
    this.toldAt = now
  }
}
