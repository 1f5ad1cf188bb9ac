import { z } from 'zod'
import type { Instrument } from './instrument.ts'
import type { EpochMs } from './market.ts'
import { Truth } from './truth.ts'

/** How one order book is doing. */
export const BookStatus = z.object({
  /** `binance:BTC_USDT` */
  instrument: z.string(),
  truth: Truth,
  /** In words, why it is not live; empty where it is. */
  reason: z.string(),
  /** Since when it has been in this state, epoch ms. */
  since: z.number(),
  bidLevels: z.number().int(),
  askLevels: z.number().int(),
  /** The exchange's id of the newest update in it; null: none yet. */
  updateId: z.number().nullable(),
  /** Since the run began: updates applied, and times it was built anew after the first. */
  updates: z.number().int(),
  resyncs: z.number().int(),
  receivedAt: z.number().nullable(),
})
export type BookStatus = Readonly<z.infer<typeof BookStatus>>

/** Both sides of one market, best first. Prices in quote asset, quantities in base asset. */
export interface OrderBookView {
  readonly bidLevels: number
  readonly askLevels: number
  /** NaN where the side is empty. */
  readonly bestBid: number
  readonly bestAsk: number
  /** Copies of the best `levels` of each side. */
  top(levels: number): {
    readonly bidPrice: Float64Array
    readonly bidQuantity: Float64Array
    readonly askPrice: Float64Array
    readonly askQuantity: Float64Array
  }
  /**
   * What a taker of `quantity` base asset would get: `filled` may be less than asked; `worst` the last price touched and `average` the
   * mean price, NaN where nothing is filled. A BUY walks the asks.
   */
  walk(
    side: 'BUY' | 'SELL',
    quantity: number,
  ): { readonly filled: number; readonly average: number; readonly worst: number }
  /**
   * Copies the levels that stand at `limit` or better, best first, into these arrays (of one length), and returns how many; as many as the
   * arrays hold: there may be more. A BUY reads the asks.
   */
  readTo(side: 'BUY' | 'SELL', limit: number, price: Float64Array, quantity: Float64Array): number
  /** Base asset that stands at `price` or better. */
  depthTo(side: 'BUY' | 'SELL', price: number): number
}

/** A book that is kept, and how far it can be relied on. */
export interface KeptBook {
  readonly instrument: Instrument
  readonly book: OrderBookView
  readonly truth: Truth
  /** In words, why it is not live; empty where it is. */
  readonly reason: string
  readonly updateId: number | null
  readonly exchangeAt: EpochMs | null
  readonly receivedAt: EpochMs | null
}
