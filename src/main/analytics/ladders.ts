import type { KeptBook } from '../../shared/domain/index.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import type { LadderSide } from './executable.ts'

/** The order book kept of an instrument; undefined: none is. */
export type BookOf = (instrumentId: number) => KeptBook | undefined

/** The book to walk: null where none is kept, or it cannot be relied on. */
export function walkable(book: KeptBook | undefined): KeptBook | null {
  return book !== undefined && book.truth === 'live' ? book : null
}

/**
 * What stands on one side of an instrument at `limit` or better: its order book and, where the quote is the newer word, the quote in place of
 * the book's levels that it contradicts. Without a book that can be relied on, the quote's own level is all there is. A BUY reads the asks.
 */
export function readLadder(
  side: 'BUY' | 'SELL',
  slot: number,
  limit: number,
  quotes: QuoteBoard,
  kept: KeptBook | null,
  into: LadderSide,
): void {
  const price = ((side === 'BUY' ? quotes.askPrice : quotes.bidPrice)[slot] ?? Number.NaN) as number
  const quantity = ((side === 'BUY' ? quotes.askQuantity : quotes.bidQuantity)[slot] ?? Number.NaN) as number
  const sign = side === 'BUY' ? 1 : -1
  into.length = 0
  // NaN: the side is empty, or how much stands there is not told.
  const hasQuote = price * sign <= limit * sign && quantity > 0
  if (kept === null) {
    if (hasQuote) into.push(price, quantity)
    return
  }
  let length = kept.book.readTo(side, limit, into.price, into.quantity)
  while (length === into.price.length) {
    into.grow()
    length = kept.book.readTo(side, limit, into.price, into.quantity)
  }
  into.length = length
  const isQuoteNewer = (quotes.receivedAt[slot] as number) > (kept.receivedAt ?? 0)
  if (hasQuote && isQuoteNewer) layQuote(into, price, quantity, sign)
}

/** The quote's level comes first; those of the book at its price or better are gone by now. */
function layQuote(into: LadderSide, price: number, quantity: number, sign: 1 | -1): void {
  let gone = 0
  while (gone < into.length && (into.price[gone] as number) * sign <= price * sign) gone++
  if (gone === 0) {
    if (into.length === into.price.length) into.grow()
    into.price.copyWithin(1, 0, into.length)
    into.quantity.copyWithin(1, 0, into.length)
    into.length++
  } else if (gone > 1) {
    into.price.copyWithin(1, gone, into.length)
    into.quantity.copyWithin(1, gone, into.length)
    into.length -= gone - 1
  }
  into.price[0] = price
  into.quantity[0] = quantity
}
