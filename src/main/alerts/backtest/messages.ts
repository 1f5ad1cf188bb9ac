/** What a back-testing thread is given and what it tells. */
import type { AlertRule, BacktestResult } from '../../../shared/alert-rules.ts'
import type { EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { PairStanding } from '../../analytics/contract.ts'

export interface BacktestPlan {
  readonly rule: AlertRule
  readonly from: EpochMs
  readonly to: EpochMs
  readonly utcOffsetMinutes: number
  /** What a rule about spreads or quotes looks at, with the taker fees of now, as fractions of notional. */
  readonly instruments: readonly { readonly instrument: Instrument; readonly takerFee: number }[]
  /** By `buy>sell`, keys of instruments: pairs that are not known to be one asset now. */
  readonly standings: ReadonlyMap<string, PairStanding>
  readonly maximumAgeMs: number
}

export interface BacktestThreadData {
  readonly plan: BacktestPlan
  readonly database: string
  readonly nativeBinding: string | null
  /** One number: 1 means cancel. A thread that works without pause hears no message. */
  readonly cancel: Int32Array<SharedArrayBuffer>
}

export type BacktestMessage =
  /** `part`: of the range that is read, 0 to 1. */
  | { readonly kind: 'progress'; readonly part: number }
  | { readonly kind: 'finished'; readonly result: BacktestResult }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string }
