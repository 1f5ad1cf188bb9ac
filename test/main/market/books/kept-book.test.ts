import { describe, expect, it } from 'vitest'
import type { BookRules } from '../../../../src/main/exchanges/depth.ts'
import { mostCrossedMs, TrackedBook } from '../../../../src/main/market/books/kept-book.ts'
import { depthUpdate, type PlainLevels } from '../../../support/depth.ts'
import { instrument } from '../../../support/instruments.ts'

const market = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')
const rules: BookRules = {
  snapshot: null,
  isAlwaysWhole: true,
  follows: ({ lastId }, known) => (lastId >= known ? 'next' : 'old'),
  levels: 50,
  intervalMs: 100,
}
const start = 1_700_000_000_000

function tracked() {
  const book = new TrackedBook(market, rules, start)
  const tell = (at: number, bids: PlainLevels, asks: PlainLevels, id = at) => {
    const told = { isSnapshot: true, firstId: id, lastId: id, bids, asks, exchangeAt: at, receivedAt: at }
    const applied = book.apply(depthUpdate(market, told), at, 0)
    book.judge(at)
    return applied
  }
  return { book, tell }
}

describe('a book that is told whole with every message', () => {
  it('holds what the newest told and nothing else', () => {
    const { book, tell } = tracked()
    tell(
      start,
      [
        [1, 5],
        [0.9, 1],
      ],
      [[2, 5]],
    )
    expect(
      tell(
        start + 100,
        [[1.1, 4]],
        [
          [1.9, 3],
          [2, 1],
        ],
      ),
    ).toBe('changed')
    const { bidPrice, askPrice } = book.book.top(10)
    expect([[...bidPrice], [...askPrice], book.truth]).toEqual([[1.1], [1.9, 2], 'live'])
  })

  it('is not set back by one that was overtaken', () => {
    const { book, tell } = tracked()
    tell(start, [[1, 5]], [[2, 5]])
    expect(tell(start + 100, [[0.5, 5]], [[0.7, 5]], start - 50)).toBe('ignored')
    expect([book.book.bestBid, book.updateId]).toEqual([1, start])
  })

  it('keeps its doubts from one message to the next: one crossed throughout is due to be built anew', () => {
    const { book, tell } = tracked()
    for (let at = start; at <= start + mostCrossedMs + 200; at += 100) tell(at, [[3, 5]], [[2, 5]])
    expect(book.truth).toBe('suspect')
    expect(book.overdue(start + mostCrossedMs + 200)).toMatchObject({ since: start, resubscribe: false })
  })
})

describe('what falls behind the levels that an exchange tells', () => {
  const bids = [3, 2, 1].map((price) => [price, 5] as const)
  const followed: BookRules = { snapshot: null, follows: () => 'next', levels: 2, intervalMs: 100 }
  const levelsKept = (rules: BookRules): number => {
    const book = new TrackedBook(market, rules, start)
    book.apply(depthUpdate(market, { isSnapshot: true, bids, asks: [[4, 5]] }), start, 0)
    return book.book.bidLevels
  }

  it('is dropped, since nothing is told of it any more', () => {
    expect(levelsKept(followed)).toBe(2)
  })

  it('stays where the exchange deletes it by itself', () => {
    expect(levelsKept({ ...followed, deletesBehind: true })).toBe(3)
  })
})
