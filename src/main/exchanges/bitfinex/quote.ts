/** Best bid and ask from the channel of one level, row by row: `quote.ts` keeps the few levels of one channel. */
import type { LevelList } from '../depth.ts'
import type { Sides } from './depth.ts'

/**
 * A level moves in two frames, so that for a moment there are two of them, or none. When both sides move, what goes comes first, bids then
 * asks, and what is new after that, bids then asks (recordings/BITFINEX.ndjson): a side may stay empty for several frames.
 */
export class QuoteBook {
  private readonly bids = new Map<number, number>()
  private readonly asks = new Map<number, number>()
  /** Sides that an update has emptied: filled in a moment, or else a heartbeat or a checksum says that they stay so. */
  private readonly waiting = new Set<Map<number, number>>()

  replace(sides: Sides): void {
    this.bids.clear()
    this.asks.clear()
    this.waiting.clear()
    this.take(sides)
  }

  /** False: a side has been emptied, or bid and ask have crossed, which the next frames settle. */
  apply(sides: Sides): boolean {
    const filled = [this.bids, this.asks].filter(({ size }) => size > 0)
    this.take(sides)
    for (const side of filled) if (side.size === 0) this.waiting.add(side)
    for (const side of this.waiting) if (side.size > 0) this.waiting.delete(side)
    return this.waiting.size === 0 && !this.isCrossed
  }

  /** What had to wait is so indeed; false: nothing waited. */
  settle(): boolean {
    const waited = this.waiting.size > 0
    this.waiting.clear()
    return waited
  }

  get bestBid(): readonly [price: number, quantity: number] | null {
    return bestOf(this.bids, 1)
  }

  get bestAsk(): readonly [price: number, quantity: number] | null {
    return bestOf(this.asks, -1)
  }

  private get isCrossed(): boolean {
    const { bestBid, bestAsk } = this
    return bestBid !== null && bestAsk !== null && bestBid[0] >= bestAsk[0]
  }

  private take({ bids, asks }: Sides): void {
    applyLevels(this.bids, bids)
    applyLevels(this.asks, asks)
  }
}

function applyLevels(side: Map<number, number>, { price, quantity, length }: LevelList): void {
  for (let at = 0; at < length; at++) {
    const [level = 0, size = 0] = [price[at], quantity[at]]
    if (size === 0) side.delete(level)
    else side.set(level, size)
  }
}

/** `sign` 1: the highest price; -1: the lowest. */
function bestOf(side: ReadonlyMap<number, number>, sign: 1 | -1): readonly [price: number, quantity: number] | null {
  let best: readonly [number, number] | null = null
  for (const level of side) if (best === null || (level[0] - best[0]) * sign > 0) best = level
  return best
}
