/** What a ladder shows of a book. Pure. */
import type { BookColumns } from '../../../shared/columns.ts'

export interface LadderRow {
  readonly price: number
  readonly quantity: number
  /** Base asset at this price or better. */
  readonly total: number
  /** Of the deepest total shown of either side, 0 to 1. */
  readonly share: number
}

export interface Ladder {
  /** Best first. */
  readonly bids: readonly LadderRow[]
  readonly asks: readonly LadderRow[]
  /** Best ask less best bid; NaN where a side is empty. */
  readonly spread: number
  /** Of the middle, percent. */
  readonly spreadPercent: number
  /** (bids - asks) / (bids + asks) of what is shown, -1 to 1; NaN where nothing is. */
  readonly imbalance: number
}

type Side = readonly { readonly price: number; readonly quantity: number; readonly total: number }[]

function sideOf(prices: Float64Array, quantities: Float64Array, levels: number): Side {
  let total = 0
  return Array.from(prices.subarray(0, levels), (price, i) => {
    const quantity = quantities[i] ?? 0
    total += quantity
    return { price, quantity, total }
  })
}

export function ladderOf(book: BookColumns, levels: number): Ladder {
  const bids = sideOf(book.bidPrice, book.bidQuantity, levels)
  const asks = sideOf(book.askPrice, book.askQuantity, levels)
  const bidTotal = bids.at(-1)?.total ?? 0
  const askTotal = asks.at(-1)?.total ?? 0
  const deepest = Math.max(bidTotal, askTotal)
  const withShare = (side: Side) => side.map((row) => ({ ...row, share: deepest > 0 ? row.total / deepest : 0 }))
  const bestBid = bids[0]?.price ?? Number.NaN
  const bestAsk = asks[0]?.price ?? Number.NaN
  const spread = bestAsk - bestBid
  return {
    bids: withShare(bids),
    asks: withShare(asks),
    spread,
    spreadPercent: (spread / ((bestAsk + bestBid) / 2)) * 100,
    imbalance: (bidTotal - askTotal) / (bidTotal + askTotal),
  }
}
