import type { OrderBookView } from '../../../shared/domain/index.ts'
import { BookSide } from '../../exchanges/book-side.ts'
import type { LevelList } from '../../exchanges/depth.ts'

/**
 * Levels a side that are kept of exchanges that tell all of them. Levels far from the best that nobody deletes would add up over days; what
 * is forgotten here lies thousands of levels away.
 */
const mostLevels = 16_384
/** A side is cut back to `mostLevels` only when it is so much longer, so that it is not done with every message. */
const slackLevels = 1_024

export interface Levels {
  readonly bids: LevelList
  readonly asks: LevelList
}

/** Both sides of one market. Knows no ids and no time: whoever applies a change knows that it follows. */
export class OrderBook implements OrderBookView {
  private readonly bids = new BookSide('bids')
  private readonly asks = new BookSide('asks')
  private readonly window: number | null
  private revision = 0

  /**
   * `window`: levels a side that the exchange keeps telling; a level that falls out of it is no longer told of, so it is forgotten after the
   * message that pushed it out. null: all.
   */
  constructor(window: number | null = null) {
    this.window = window
  }

  get bidLevels(): number {
    return this.bids.length
  }

  get askLevels(): number {
    return this.asks.length
  }

  get bestBid(): number {
    return this.bids.best
  }

  get bestAsk(): number {
    return this.asks.best
  }

  /** Grows with every change. */
  get changes(): number {
    return this.revision
  }

  /** Crossed or locked: no market is. */
  get isCrossed(): boolean {
    return this.bids.best >= this.asks.best
  }

  apply({ bids, asks }: Levels): void {
    this.bids.apply(bids)
    this.asks.apply(asks)
    this.bound()
  }

  replace({ bids, asks }: Levels): void {
    this.bids.replace(bids)
    this.asks.replace(asks)
    this.bound()
  }

  clear(): void {
    this.revision++
    this.bids.clear()
    this.asks.clear()
  }

  top(levels: number): ReturnType<OrderBookView['top']> {
    const bids = this.bids.top(levels)
    const asks = this.asks.top(levels)
    return { bidPrice: bids.price, bidQuantity: bids.quantity, askPrice: asks.price, askQuantity: asks.quantity }
  }

  walk(side: 'BUY' | 'SELL', quantity: number): ReturnType<OrderBookView['walk']> {
    return this.against(side).walk(quantity)
  }

  readTo(side: 'BUY' | 'SELL', limit: number, price: Float64Array, quantity: Float64Array): number {
    return this.against(side).readTo(limit, price, quantity)
  }

  /** A BUY counts the asks at `price` or below, a SELL the bids at `price` or above. */
  depthTo(side: 'BUY' | 'SELL', price: number): number {
    return this.against(side).depthTo(price)
  }

  private against(side: 'BUY' | 'SELL'): BookSide {
    return side === 'BUY' ? this.asks : this.bids
  }

  private bound(): void {
    this.revision++
    const { window, bids, asks } = this
    if (window !== null) {
      bids.keepBest(window)
      asks.keepBest(window)
    } else {
      if (bids.length > mostLevels + slackLevels) bids.keepBest(mostLevels)
      if (asks.length > mostLevels + slackLevels) asks.keepBest(mostLevels)
    }
  }
}
