import { describe, expect, it } from 'vitest'
import { ladderOf } from '../../../../src/renderer/features/books/ladder.ts'
import type { BookColumns } from '../../../../src/shared/columns.ts'

const book = (
  bids: readonly (readonly [number, number])[],
  asks: readonly (readonly [number, number])[],
): BookColumns => ({
  instrumentId: 1,
  truth: 'live',
  reason: '',
  bidPrice: Float64Array.from(bids, ([price]) => price),
  bidQuantity: Float64Array.from(bids, ([, quantity]) => quantity),
  askPrice: Float64Array.from(asks, ([price]) => price),
  askQuantity: Float64Array.from(asks, ([, quantity]) => quantity),
  bidLevels: bids.length,
  askLevels: asks.length,
  updateId: 1,
  exchangeAt: null,
  receivedAt: 1,
})

describe('a ladder', () => {
  it('adds up from the best price on, and shares by the deeper side', () => {
    const ladder = ladderOf(
      book(
        [
          [99, 1],
          [98, 3],
        ],
        [[101, 2]],
      ),
      10,
    )
    expect(ladder.bids).toEqual([
      { price: 99, quantity: 1, total: 1, share: 0.25 },
      { price: 98, quantity: 3, total: 4, share: 1 },
    ])
    expect(ladder.asks).toEqual([{ price: 101, quantity: 2, total: 2, share: 0.5 }])
    expect([ladder.spread, ladder.spreadPercent]).toEqual([2, 2])
    expect(ladder.imbalance).toBeCloseTo(1 / 3)
  })
  it('shows no more levels than asked', () =>
    expect(
      ladderOf(
        book(
          [
            [99, 1],
            [98, 3],
          ],
          [],
        ),
        1,
      ).bids,
    ).toHaveLength(1))
  it('of an empty book has no numbers', () => {
    const { bids, asks, spread, imbalance } = ladderOf(book([], []), 10)
    expect({ bids, asks, spread, imbalance }).toEqual({ bids: [], asks: [], spread: Number.NaN, imbalance: Number.NaN })
  })
})
