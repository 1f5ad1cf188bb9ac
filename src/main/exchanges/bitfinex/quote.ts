/** Best bid and ask from the channel of one level, row by row: `quote.ts` keeps the few levels of one channel. */
import type { LevelList } from '../depth.ts'
import type { Sides } from './depth.ts'

/** A level moves in two frames, so that for a moment there are two of them, or none. */
export class QuoteBook {
  private readonly bids = new Map<number, number>()
  private readonly asks = new Map<number, number>()
  /** An update has emptied a side: the next frame says whether it stays so. */
  private isWaiting = false

  replace(sides: Sides): void {
    this.bids.clear()
    this.asks.clear()
    this.isWaiting = false
    this.take(sides)
  }

  /** False: a side has just been emptied, or bid and ask have crossed, which the next frame settles. */
  apply(sides: Sides): boolean {
    const [hadBids, hadAsks] = [this.bids.size > 0, this.asks.size > 0]
    this.take(sides)
    this.isWaiting = (hadBids && this.bids.size === 0) || (hadAsks && this.asks.size === 0)
    return !this.isWaiting && !this.isCrossed
  }

  /** What had to wait is so indeed; false: nothing waited. */
  settle(): boolean {
    const waited = this.isWaiting
    this.isWaiting = false
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
