/** What the ring's two threads tell each other. */
import type { EpochMs } from '../../shared/domain/index.ts'
import type { RawHead, RawPlace } from './format.ts'

export interface RawWorkerOptions {
  readonly folder: string
  readonly keepHours: number
  readonly maximumBytes: number
}

export type ToWorker =
  /** Records of one connection, all of one minute; the buffer is transferred. */
  | {
      readonly kind: 'block'
      readonly place: Omit<RawPlace, 'part'>
      readonly head: RawHead
      readonly block: Uint8Array
      /** Frames in it; marks are none. */
      readonly frames: number
    }
  | { readonly kind: 'close' }

export interface RingState {
  readonly bytes: number
  readonly files: number
  readonly oldest: EpochMs | null
  readonly newest: EpochMs | null
  /** In words; null: all is well. */
  readonly problem: string | null
}

export type FromWorker =
  /** A block is on the disk, or was given up. */
  | {
      readonly kind: 'settled'
      readonly bytes: number
      readonly frames: number
      readonly kept: boolean
      readonly state: RingState
    }
  | { readonly kind: 'state'; readonly state: RingState }
  | { readonly kind: 'closed' }
