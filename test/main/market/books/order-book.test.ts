import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LevelList } from '../../../../src/main/exchanges/depth.ts'
import { OrderBook } from '../../../../src/main/market/books/order-book.ts'

type Row = readonly [price: number, quantity: number]

function levelsOf(rows: readonly Row[]): LevelList {
  const levels = new LevelList()
  for (const [price, quantity] of rows) levels.push(price, quantity)
  return levels
}

/** What an order book is, in as few lines as possible. */
class PlainSide {
  readonly levels = new Map<number, number>()
  private readonly best: (a: number, b: number) => number

  constructor(best: (a: number, b: number) => number) {
    this.best = best
  }

  apply(rows: readonly Row[], window: number | null): void {
    for (const [price, quantity] of rows) {
      if (quantity === 0) this.levels.delete(price)
      else this.levels.set(price, quantity)
    }
    if (window === null) return
    for (const [price] of this.rows().slice(window)) this.levels.delete(price)
  }

  rows(): Row[] {
    return [...this.levels].sort(([a], [b]) => this.best(a, b))
  }
}

const descending = (a: number, b: number) => b - a
const ascending = (a: number, b: number) => a - b

const rowsOf = (price: Float64Array, quantity: Float64Array): Row[] =>
  Array.from(price, (value, i): Row => [value, quantity[i] ?? Number.NaN])

/** A few prices that come and go, or many of which most stay empty. */
const rowOf = (mostTicks: number, mostLots: number) =>
  fc.tuple(
    fc.integer({ min: 1, max: mostTicks }).map((ticks) => ticks / 8),
    fc.integer({ min: 0, max: mostLots }).map((lots) => lots / 2),
  )
/** As exchanges send them: by price, from either end, each once. */
const ordered = (rows: Row[], order: (a: number, b: number) => number): Row[] =>
  [...new Map(rows)].sort(([a], [b]) => order(a, b))
const sideOf = (row: fc.Arbitrary<Row>, maxLength: number) =>
  fc
    .tuple(fc.array(row, { maxLength }), fc.constantFrom(null, ascending, descending))
    .map(([rows, order]) => (order === null ? rows : ordered(rows, order)))
const messageOf = (row: fc.Arbitrary<Row>, maxLength: number) =>
  fc.record({
    isSnapshot: fc.integer({ min: 0, max: 9 }).map((draw) => draw === 0),
    bids: sideOf(row, maxLength),
    asks: sideOf(row, maxLength),
  })
const messages = fc.oneof(
  fc.array(messageOf(rowOf(120, 4), 60), { maxLength: 20 }),
  fc.array(messageOf(rowOf(1_500, 1), 400), { maxLength: 12 }),
)

describe('an order book', () => {
  it.each([null, 20])('is what a plain map would be, whatever comes (window %s)', (window) => {
    fc.assert(
      fc.property(messages, (messages) => {
        const book = new OrderBook(window)
        let bids = new PlainSide(descending)
        let asks = new PlainSide(ascending)
        for (const { isSnapshot, ...rows } of messages) {
          const levels = { bids: levelsOf(rows.bids), asks: levelsOf(rows.asks) }
          if (isSnapshot) {
            bids = new PlainSide(descending)
            asks = new PlainSide(ascending)
            // A snapshot names a price once, best first.
            const once = (side: PlainSide) => levelsOf(side.rows())
            bids.apply(rows.bids, window)
            asks.apply(rows.asks, window)
            book.replace({ bids: once(bids), asks: once(asks) })
          } else {
            bids.apply(rows.bids, window)
            asks.apply(rows.asks, window)
            book.apply(levels)
          }
          const { bidPrice, bidQuantity, askPrice, askQuantity } = book.top(1_000)
          expect(rowsOf(bidPrice, bidQuantity)).toEqual(bids.rows())
          expect(rowsOf(askPrice, askQuantity)).toEqual(asks.rows())
          expect([book.bidLevels, book.askLevels]).toEqual([bids.levels.size, asks.levels.size])
          expect(book.bestBid).toBe(bids.rows()[0]?.[0] ?? Number.NaN)
          expect(book.bestAsk).toBe(asks.rows()[0]?.[0] ?? Number.NaN)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('keeps its levels in order while most of a thousand are deleted and come again', () => {
    const book = new OrderBook()
    const bids = new PlainSide(descending)
    const apply = (rows: readonly Row[]) => {
      bids.apply(rows, null)
      book.apply({ bids: levelsOf(rows), asks: new LevelList() })
      const { bidPrice, bidQuantity } = book.top(2_000)
      expect(rowsOf(bidPrice, bidQuantity)).toEqual(bids.rows())
      expect(book.walk('SELL', 10_000).worst).toBe(bids.rows().at(-1)?.[0])
    }
    const prices = Array.from({ length: 1_000 }, (_, i) => 1_000 - i)
    apply(prices.map((price) => [price, 1]))
    apply(prices.filter((price) => price % 3 !== 0).map((price) => [price, 0]))
    apply(prices.filter((price) => price % 2 === 0).map((price) => [price + 0.5, 2]))
    apply(prices.filter((price) => price % 5 !== 0).map((price) => [price, price % 7]))
  })

  const book = new OrderBook()
  book.replace({
    bids: levelsOf([
      [100, 1],
      [99, 2],
      [98, 4],
    ]),
    asks: levelsOf([
      [101, 1],
      [102, 3],
    ]),
  })

  it('gives the best levels alone', () => {
    expect(book.top(1)).toEqual({
      bidPrice: Float64Array.of(100),
      bidQuantity: Float64Array.of(1),
      askPrice: Float64Array.of(101),
      askQuantity: Float64Array.of(1),
    })
    expect(book.top(0).bidPrice).toHaveLength(0)
  })

  it('walks the other side as far as it reaches', () => {
    expect(book.walk('BUY', 2)).toEqual({ filled: 2, average: 101.5, worst: 102 })
    expect(book.walk('SELL', 3)).toEqual({ filled: 3, average: 298 / 3, worst: 99 })
    expect(book.walk('BUY', 10)).toEqual({ filled: 4, average: 407 / 4, worst: 102 })
    expect(book.walk('BUY', 0)).toEqual({ filled: 0, average: Number.NaN, worst: Number.NaN })
    expect(new OrderBook().walk('SELL', 1)).toEqual({ filled: 0, average: Number.NaN, worst: Number.NaN })
  })

  it('adds up what stands at a price or better', () => {
    expect(book.depthTo('SELL', 99)).toBe(3)
    expect(book.depthTo('SELL', 99.5)).toBe(1)
    expect(book.depthTo('BUY', 101.5)).toBe(1)
    expect(book.depthTo('BUY', 1_000)).toBe(4)
    expect(book.depthTo('BUY', 100)).toBe(0)
  })

  it('knows when it is crossed or locked, and that an empty side is neither', () => {
    const crossing = new OrderBook()
    expect(crossing.isCrossed).toBe(false)
    crossing.apply({ bids: levelsOf([[100, 1]]), asks: levelsOf([]) })
    expect(crossing.isCrossed).toBe(false)
    crossing.apply({ bids: levelsOf([]), asks: levelsOf([[100, 1]]) })
    expect(crossing.isCrossed).toBe(true)
    crossing.apply({
      bids: levelsOf([]),
      asks: levelsOf([
        [100, 0],
        [100.5, 1],
      ]),
    })
    expect(crossing.isCrossed).toBe(false)
  })

  it('does not grow for ever', () => {
    const long = new OrderBook()
    for (let part = 0; part < 40; part++) {
      const asks = levelsOf(Array.from({ length: 1_000 }, (_, i): Row => [1 + part * 1_000 + i, 1]))
      long.apply({ bids: new LevelList(), asks })
    }
    expect(long.askLevels).toBeLessThan(18_000)
    expect(long.bestAsk).toBe(1)
  })
})
