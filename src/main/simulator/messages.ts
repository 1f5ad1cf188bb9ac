/** What the simulator's thread and its starter say to each other. */
import type { ExchangeId } from '../../shared/domain/index.ts'
import type { SimulatorStatistics } from './control.ts'
import type { Fault } from './faults.ts'
import type { VenueKeys } from './keys.ts'

export type Request =
  | { readonly id: number; readonly call: 'inject'; readonly fault: Fault }
  /** `injected`: the id of the request that injected it. */
  | { readonly id: number; readonly call: 'stop'; readonly injected: number }
  | { readonly id: number; readonly call: 'dropSockets'; readonly exchange: ExchangeId | null }
  | { readonly id: number; readonly call: 'statistics' }
  | { readonly id: number; readonly call: 'close' }

export interface Failure {
  readonly message: string
  /** Something the starter asked for cannot be had, rather than a bug. */
  readonly expected: boolean
}

export type Message =
  | {
      readonly kind: 'ready'
      /** Per exchange, in the order of the ports. */
      readonly origins: Readonly<Partial<Record<ExchangeId, Readonly<Record<string, string>>>>>
      readonly keys: VenueKeys
      readonly tradingKeys: VenueKeys
      readonly withdrawingKeys: VenueKeys
    }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** What went wrong without ending anything. */
  | { readonly kind: 'notice'; readonly notice: string }
  | {
      readonly kind: 'reply'
      readonly id: number
      readonly dropped: number
      readonly statistics: SimulatorStatistics | null
    }
  | { readonly kind: 'refused'; readonly id: number; readonly failure: Failure }
