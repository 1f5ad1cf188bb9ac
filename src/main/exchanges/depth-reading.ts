import type { EpochMs, Instrument } from '../../shared/domain/index.ts'
import type { Normalized } from './contract.ts'
import { type DepthUpdate, LevelList } from './depth.ts'

type Refilled = { -readonly [Key in keyof DepthUpdate]: DepthUpdate[Key] }

/** The lists that a reader of depth frames fills, and the one update that it hands out for each of them. */
export class DepthReading {
  readonly bids = new LevelList()
  readonly asks = new LevelList()
  private normalized: { readonly kind: 'depth'; readonly depth: Refilled } | null = null

  /**
   * The lists as an update, in the order of its fields; null where ids or times are none: the frame is to be judged by the slow way.
   * It holds until the next frame is read.
   */
  update(
    instrument: Instrument | null,
    isSnapshot: boolean,
    firstId: number,
    lastId: number,
    previousId: number | null,
    exchangeAt: EpochMs | null,
    receivedAt: EpochMs,
  ): Normalized | null {
    if (instrument === null || !areIds(firstId, lastId, previousId) || !isTime(exchangeAt)) return null
    const { bids, asks, normalized } = this
    if (normalized === null) {
      const depth = { instrument, isSnapshot, firstId, lastId, previousId, bids, asks, exchangeAt, receivedAt }
      this.normalized = { kind: 'depth', depth }
      return this.normalized
    }
    const { depth } = normalized
    depth.instrument = instrument
    depth.isSnapshot = isSnapshot
    depth.firstId = firstId
    depth.lastId = lastId
    depth.previousId = previousId
    depth.exchangeAt = exchangeAt
    depth.receivedAt = receivedAt
    return normalized
  }
}

const isId = (value: number): boolean => value >= 0 && value <= Number.MAX_SAFE_INTEGER
const areIds = (firstId: number, lastId: number, previousId: number | null): boolean =>
  isId(firstId) && isId(lastId) && lastId >= firstId && (previousId === null || isId(previousId))
const isTime = (value: EpochMs | null): boolean => value === null || value > 0
