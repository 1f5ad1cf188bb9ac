/** The part of storage that answers how whole its recording is. */
import type { ContinuityReport } from '../../shared/data.ts'
import type { EpochMs, GapKind, Period } from '../../shared/domain/index.ts'

export interface ContinuityQuestion {
  readonly instruments: readonly {
    readonly id: number
    /**
     * Recorded at this moment. Only trades and order books need to know: they have no rhythm that would tell where their recording
     * ended.
     */
    readonly isRecorded: boolean
  }[]
  readonly kind: GapKind
  /** of klines, else null */
  readonly period: Period | null
  /** from <= t < to, epoch ms; `to` is not in the future. */
  readonly from: EpochMs
  readonly to: EpochMs
  /** Days begin at midnight of the time zone that is this far east of UTC. */
  readonly utcOffsetMinutes: number
}

/** As in the contract, by the instrument's id; in the order asked for. Instruments of which nothing was expected have no days. */
export type StoredContinuity = readonly (Omit<ContinuityReport['series'][number], 'instrument'> & {
  readonly instrumentId: number
})[]
