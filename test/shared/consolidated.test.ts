import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BookColumns } from '../../src/shared/columns.ts'
import { type ConsolidatedLeg, type ConsolidatedSide, consolidate } from '../../src/shared/consolidated.ts'
import {
  bucketAbove,
  bucketBelow,
  bucketPrice,
  bucketSizeChoices,
  bucketSizeFrom,
  usualBucketSize,
} from '../../src/shared/consolidated-buckets.ts'
import { medianOf, outliersOf, reliabilityOf, weigh } from '../../src/shared/consolidated-prices.ts'
import { type ExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'

type Levels = readonly (readonly [price: number, quantity: number])[]

const bookOf = (bids: Levels, asks: Levels, more: Partial<BookColumns> = {}): BookColumns => ({
  instrumentId: 1,
  truth: 'live',
  reason: '',
  bidPrice: Float64Array.from(bids, ([price]) => price),
  bidQuantity: Float64Array.from(bids, ([, quantity]) => quantity),
  askPrice: Float64Array.from(asks, ([price]) => price),
  askQuantity: Float64Array.from(asks, ([, quantity]) => quantity),
  bidLevels: bids.length,
  askLevels: asks.length,
  updateId: null,
  exchangeAt: null,
  receivedAt: null,
  ...more,
})

const leg = (exchange: ExchangeId, bids: Levels, asks: Levels, more: Partial<BookColumns> = {}): ConsolidatedLeg => ({
  exchange,
  book: bookOf(bids, asks, more),
  reliability: 1,
})

const rowsOf = (side: ConsolidatedSide) =>
  Array.from(side.price, (price, i) => [price, side.quantity[i], side.total[i]] as const)

describe('price buckets', () => {
  it('are 10 for BTC and 1 for ETH, and never smaller than the tick', () => {
    expect([20_000, 65_000, 118_000].map((price) => usualBucketSize(price, 0.01))).toEqual([10, 10, 10])
    expect([1_500, 3_000, 4_900].map((price) => usualBucketSize(price, 0.01))).toEqual([1, 1, 1])
    expect(usualBucketSize(150, 0.01)).toBe(0.1)
    expect(usualBucketSize(0.1, 0.0003)).toBe(0.0005)
  })

  it('go through the 1-2-5 series in both directions', () => {
    expect([-4, -3, -2, -1, 0, 1, 2, 3].map((steps) => bucketSizeFrom(1, steps))).toEqual([
      0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
    ])
    expect(bucketSizeFrom(0.3)).toBe(0.5)
    expect(bucketSizeChoices(3_000, 0.1)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100])
    expect(() => bucketSizeFrom(0)).toThrow('positive')
  })

  it('hold a price that lies on their edge, whatever binary fractions make of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: -12, max: 6 }), (bucket, steps) => {
        const size = bucketSizeFrom(1, steps)
        expect(bucketBelow(bucketPrice(bucket, size), size)).toBe(bucket)
        expect(bucketAbove(bucketPrice(bucket, size), size)).toBe(bucket)
      }),
      { numRuns: 300 },
    )
    expect(bucketBelow(0.3, 0.1)).toBe(3)
    expect(bucketPrice(3, 0.1)).toBe(0.3)
  })
})

describe('a consolidated book', () => {
  /** Whole sizes, so that sums in another order are the same. */
  const side = (sign: 1 | -1) =>
    fc
      .uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 20 })
      .chain((steps) =>
        fc.tuple(
          fc.constant([...steps].sort((a, b) => a - b)),
          fc.array(fc.integer({ min: 1, max: 50 }), { minLength: steps.length, maxLength: steps.length }),
        ),
      )
      .map(([steps, sizes]): Levels => steps.map((step, i) => [1_000 + sign * (1 + step) * 0.05, sizes[i] ?? 1]))

  it('is what adding up every level by hand gives', () => {
    const book = fc.record({ bids: side(-1), asks: side(1) })
    const books = fc.array(book, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(books, fc.constantFrom(0.05, 0.1, 0.5, 1), (made, size) => {
        const legs = made.map(({ bids, asks }, i) => leg(exchangeIds[i] ?? 'binance', bids, asks))
        const found = consolidate(legs, size)
        expect(found.setAside).toEqual([])
        for (const [name, levels, bucketOf] of [
          ['bids', made.map(({ bids }) => bids), bucketBelow],
          ['asks', made.map(({ asks }) => asks), bucketAbove],
        ] as const) {
          const byHand = new Map<number, number>()
          for (const [price, quantity] of levels.flat()) {
            const at = bucketPrice(bucketOf(price, size), size)
            byHand.set(at, (byHand.get(at) ?? 0) + quantity)
          }
          const sorted = [...byHand].sort(([a], [b]) => (name === 'bids' ? b - a : a - b))
          let total = 0
          const expected = sorted.map(([price, quantity]) => {
            total += quantity
            return [price, quantity, total]
          })
          expect(rowsOf(found[name])).toEqual(expected)
          found[name].price.forEach((price, row) => {
            levels.forEach((own, place) => {
              const mine = own.filter(([at]) => bucketPrice(bucketOf(at, size), size) === price)
              const part = found[name].parts[row * levels.length + place]
              expect(part).toBe(mine.reduce((sum, [, quantity]) => sum + quantity, 0))
            })
          })
          // A bucket is whole when every book is known beyond it.
          const whole = sorted.filter(([price]) =>
            levels.every((own) => {
              const worst = bucketPrice(bucketOf(own.at(-1)?.[0] ?? Number.NaN, size), size)
              return name === 'bids' ? price > worst : price < worst
            }),
          )
          expect(found[name].wholeBuckets).toBe(whole.length)
        }
        expect(found.bestBid?.price).toBe(Math.max(...made.map(({ bids }) => bids[0]?.[0] ?? 0)))
        expect(found.bestAsk?.price).toBe(Math.min(...made.map(({ asks }) => asks[0]?.[0] ?? 0)))
        const weights = found.weights.reduce((sum, { weight }) => sum + weight, 0)
        expect(weights).toBeCloseTo(1, 9)
        const middles = found.weights.map(({ middle }) => middle)
        expect(found.reference).toBeGreaterThanOrEqual(Math.min(...middles) - 1e-9)
        expect(found.reference).toBeLessThanOrEqual(Math.max(...middles) + 1e-9)
      }),
      { numRuns: 60 },
    )
  })

  it('leaves out and names what is not live', () => {
    const found = consolidate(
      [
        leg('binance', [[100, 1]], [[101, 2]]),
        leg('okx', [[100, 5]], [[101, 5]], { truth: 'stale', reason: 'silent for 9 s' }),
        { exchange: 'gate', book: null, reliability: 1 },
        leg('mexc', [], [[101, 5]]),
      ],
      1,
    )
    expect(found.exchanges).toEqual(['binance'])
    expect(found.leftOut).toEqual([
      { exchange: 'okx', why: 'silent for 9 s' },
      { exchange: 'gate', why: 'no book came' },
      { exchange: 'mexc', why: 'nobody bids' },
    ])
    expect(rowsOf(found.bids)).toEqual([[100, 1, 1]])
  })

  it('adds no book of another coin by the same name, and names it', () => {
    const found = consolidate(
      [leg('binance', [[0.1, 50]], [[0.11, 50]]), { ...leg('mexc', [[0.4, 5]], [[0.41, 5]]), otherThan: 'binance' }],
      0.01,
    )
    expect(found.exchanges).toEqual(['binance'])
    expect(found.leftOut).toEqual([{ exchange: 'mexc', why: '', otherThan: 'binance' }])
    expect([found.crossing, found.bestBid?.price]).toEqual([null, 0.1])
    expect(found.reference).toBeCloseTo(0.105, 12)
  })

  it('sets a book of another price aside, and single levels too, and shows both', () => {
    const found = consolidate(
      [
        leg('binance', [[100, 1]], [[100.1, 1]]),
        leg('okx', [[100, 1]], [[100.1, 1]]),
        leg('gate', [[300, 1]], [[301, 1]]),
        leg(
          'mexc',
          [
            [130, 7],
            [129, 1],
            [99.9, 1],
          ],
          [[100.2, 1]],
        ),
      ],
      1,
    )
    expect(found.exchanges).toEqual(['binance', 'okx', 'mexc'])
    expect(found.setAside.map(({ exchange, what, price, levels }) => [exchange, what, price, levels])).toEqual([
      ['gate', 'book', 300.5, 2],
      ['mexc', 'bid', 130, 2],
    ])
    expect(found.setAside[1]?.quantity).toBe(8)
    expect(found.setAside[1]?.distancePercent).toBeCloseTo(30, 0)
    expect(found.bestBid).toEqual({ exchange: 'binance', price: 100, quantity: 1 })
    expect(found.crossing).toBeNull()
  })

  it('cannot tell who is wrong of two, and shows that they cross', () => {
    const found = consolidate(
      [
        leg('binance', [[100, 1]], [[101, 1]]),
        leg(
          'okx',
          [
            [103, 2],
            [102, 3],
          ],
          [[104, 1]],
        ),
      ],
      1,
    )
    expect(found.setAside).toEqual([])
    expect(found.crossing).toMatchObject({
      bid: { exchange: 'okx', price: 103 },
      ask: { exchange: 'binance', price: 101 },
      quantity: 1,
      profit: 2,
    })
  })

  it('says that it knows a depth in part only', () => {
    const deep: Levels = [
      [99.95, 1],
      [98, 1],
    ]
    const found = consolidate(
      [
        leg('binance', deep, [
          [100.05, 3],
          [102, 1],
        ]),
        leg(
          'okx',
          [[99.95, 1]],
          [
            [100.05, 1],
            [102, 1],
          ],
        ),
      ],
      0.1,
    )
    expect(found.reference).toBeCloseTo(100, 9)
    expect(found.liquidity.map(({ percent, bids, asks, isWhole }) => [percent, bids, asks, isWhole])).toEqual([
      [0.1, 2, 4, false],
      [0.5, 2, 4, false],
      [1, 2, 4, false],
    ])
    expect(found.weights.map(({ exchange, isWhole }) => [exchange, isWhole])).toEqual([
      ['binance', true],
      ['okx', false],
    ])
    expect(found.liquidity[0]?.imbalance).toBeCloseTo((2 * 99.95 - 4 * 100.05) / (2 * 99.95 + 4 * 100.05), 9)
  })

  it('of nothing is empty, and has no price', () => {
    const found = consolidate([], 1)
    expect([found.bestBid, found.crossing, found.reference, found.bids.price.length]).toEqual([
      null,
      null,
      Number.NaN,
      0,
    ])
  })
})

describe('prices of several exchanges', () => {
  it('are outliers only where the others agree', () => {
    expect(outliersOf([100, 100.2, 140])).toEqual([false, false, true])
    expect(outliersOf([100, 140])).toEqual([false, false])
    expect(outliersOf([100, 100.9, 99.5, 100.3])).toEqual([false, false, false, false])
    expect(outliersOf([100, Number.NaN, 100, 102])).toEqual([false, false, false, true])
    expect(medianOf([])).toBeNaN()
  })

  it('weigh by liquidity and reliability', () => {
    expect(
      weigh([
        { middle: 100, liquidity: 3, reliability: 1 },
        { middle: 104, liquidity: 2, reliability: 0.5 },
      ]),
    ).toEqual({
      reference: 101,
      weights: [0.75, 0.25],
    })
    expect(
      weigh([
        { middle: 100, liquidity: 0, reliability: 1 },
        { middle: 102, liquidity: 0, reliability: 1 },
      ]).reference,
    ).toBe(101)
    expect(reliabilityOf(0, 0)).toBe(1)
    expect(reliabilityOf(6, 60_000)).toBe(0.5)
    expect(reliabilityOf(12, 7_200_000)).toBe(0.5)
  })
})
