import type { SimDepth, SimLevels, SimQuote } from '../../src/main/simulator/venue.ts'

/** A book for tests of one venue's words: the quote, and behind it levels a tick apart, each twice the size of the one before. */
export function depthOf(quote: SimQuote, levels = 3): SimDepth {
  const side = (best: number, quantity: number, direction: 1 | -1): SimLevels => ({
    length: levels,
    price: Float64Array.from({ length: levels }, (_, level) => best + direction * level * quote.instrument.tickSize),
    quantity: Float64Array.from({ length: levels }, (_, level) => quantity * 2 ** level),
  })
  return {
    instrument: quote.instrument,
    isSnapshot: true,
    previousId: quote.updateId - 10,
    updateId: quote.updateId,
    bids: side(quote.bidPrice, quote.bidQuantity, -1),
    asks: side(quote.askPrice, quote.askQuantity, 1),
    at: quote.at,
  }
}
