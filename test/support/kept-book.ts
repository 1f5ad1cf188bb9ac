import type { Instrument, KeptBook } from '../../src/shared/domain/index.ts'

/** A live book of so many levels a side, 1 apart, 1.5 at each: bids from 50000 down, asks from 50001 up. */
export function keptBook(instrument: Instrument, levels: number): KeptBook {
  const side = (count: number, priceOf: (level: number) => number) => ({
    price: Float64Array.from({ length: Math.min(count, levels) }, (_, level) => priceOf(level)),
    quantity: new Float64Array(Math.min(count, levels)).fill(1.5),
  })
  return {
    instrument,
    book: {
      bidLevels: levels,
      askLevels: levels,
      bestBid: 50_000,
      bestAsk: 50_001,
      top(count) {
        const bids = side(count, (level) => 50_000 - level)
        const asks = side(count, (level) => 50_001 + level)
        return {
          bidPrice: bids.price,
          bidQuantity: bids.quantity,
          askPrice: asks.price,
          askQuantity: asks.quantity,
        }
      },
      readTo: () => 0,
      walk: () => ({ filled: 0, average: Number.NaN, worst: Number.NaN }),
      depthTo: () => 0,
    },
    truth: 'live',
    reason: '',
    updateId: 7,
    exchangeAt: null,
    receivedAt: 5,
  }
}
