import type { DepthUpdate } from './depth.ts'

/** Levels kept back at most per rotating connection, 16 MB; two hundred busy books bring a fifth of it while a rotation takes its seconds. */
const mostLevels = 1_000_000

/** A depth update that stays when its connection brings the next. */
export const copyOfDepth = (update: DepthUpdate): DepthUpdate => ({
  instrument: update.instrument,
  isSnapshot: update.isSnapshot,
  firstId: update.firstId,
  lastId: update.lastId,
  previousId: update.previousId,
  bids: update.bids.copy(),
  asks: update.asks.copy(),
  checksum: update.checksum ?? null,
  exchangeAt: update.exchangeAt,
  receivedAt: update.receivedAt,
})

/** Depth of a connection that is about to take over, in the order it came. */
export class HeldDepth {
  private updates: DepthUpdate[] = []
  private levels = 0

  /** False: no room for another, and the handover must be brought to its end at once. */
  hold(update: DepthUpdate): boolean {
    this.updates.push(copyOfDepth(update))
    this.levels += update.bids.length + update.asks.length
    return this.levels < mostLevels
  }

  release(deliver: (update: DepthUpdate) => void): void {
    const { updates } = this
    this.updates = []
    this.levels = 0
    const newest = new Map(updates.map((update) => [update.instrument.id, update]))
    for (const update of updates) {
      deliver(newest.get(update.instrument.id) === update ? update : { ...update, isFollowed: true })
    }
  }
}
