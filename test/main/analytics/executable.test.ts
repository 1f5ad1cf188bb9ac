import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  LadderSide,
  pairRules,
  problemOf,
  quantityFor,
  roundToLots,
  Walk,
  walkQuantity,
  walkUntilZero,
} from '../../../src/main/analytics/executable.ts'
import { instrument } from '../../support/instruments.ts'

type Level = readonly [price: number, quantity: number]

function sideOf(levels: readonly Level[]): LadderSide {
  const side = new LadderSide()
  for (const [price, quantity] of levels) side.push(price, quantity)
  return side
}

/** Levels best first; prices in quarters and quantities in halves, which float64 holds exactly. */
const side = (order: 1 | -1) =>
  fc
    .uniqueArray(fc.integer({ min: 380, max: 420 }), { maxLength: 12 })
    .chain((prices) =>
      fc.tuple(
        fc.constant([...prices].sort((a, b) => order * (a - b))),
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: prices.length, maxLength: prices.length }),
      ),
    )
    .map(([prices, quantities]) => prices.map((price, i): Level => [price / 4, (quantities[i] ?? 1) / 2]))
const books = fc.record({ asks: side(1), bids: side(-1) })
/** In 1/1024, exact as well: from rebates and funding received to dear. */
const cost = fc.integer({ min: -8, max: 16 }).map((thousandths) => thousandths / 1_024)
const costs = fc.record({ buy: cost, sell: cost })

/** A book as its smallest units, the best first. */
const unit = 0.5
const unitsOf = (levels: readonly Level[]) =>
  levels.flatMap(([price, quantity]) => Array.from({ length: quantity / unit }, () => price))

describe('both books walked', () => {
  it('as far as it pays are what buying and selling unit by unit would be', () => {
    fc.assert(
      fc.property(books, costs, ({ asks, bids }, costs) => {
        const walk = new Walk()
        walkUntilZero(sideOf(asks), sideOf(bids), costs, walk)
        const [buys, sells] = [unitsOf(asks), unitsOf(bids)]
        let units = 0
        let best = 0
        let profit = 0
        // Every number of units is tried, those beyond the first that loses as well.
        for (let n = 0; n < Math.min(buys.length, sells.length); n++) {
          profit += ((sells[n] ?? 0) * (1 - costs.sell) - (buys[n] ?? 0) * (1 + costs.buy)) * unit
          if (profit > best + 1e-12) [best, units] = [profit, n + 1]
        }
        expect(walk.quantity).toBe(units * unit)
        expect(walk.profit(costs)).toBeCloseTo(best, 9)
      }),
      { numRuns: 300 },
    )
  })

  it('for a quantity cost and bring what its units do, and no more than stands there', () => {
    fc.assert(
      fc.property(books, fc.integer({ min: 0, max: 60 }), ({ asks, bids }, wanted) => {
        const walk = new Walk()
        walkQuantity(sideOf(asks), sideOf(bids), wanted * unit, walk)
        const [buys, sells] = [unitsOf(asks), unitsOf(bids)]
        const filled = Math.min(wanted, buys.length, sells.length)
        const sum = (prices: readonly number[]) =>
          prices.slice(0, filled).reduce((total, price) => total + price * unit, 0)
        expect([walk.quantity, walk.buyNotional, walk.sellNotional]).toEqual([filled * unit, sum(buys), sum(sells)])
      }),
      { numRuns: 200 },
    )
  })

  it('for a value buy what it pays for', () => {
    fc.assert(
      fc.property(side(1), fc.integer({ min: 1, max: 4_000 }), (asks, value) => {
        const quantity = quantityFor(sideOf(asks), value)
        const walk = new Walk()
        walkQuantity(sideOf(asks), sideOf([[1, 1e9]]), quantity, walk)
        expect(walk.buyNotional).toBeCloseTo(Math.min(value, sideOf(asks).value), 6)
      }),
      { numRuns: 200 },
    )
  })
})

const rulesOf = (one: number | null, other: number | null) =>
  pairRules(
    instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT', { lotSize: one }),
    instrument('gate', 'spot', 'BTC', 'USDT', 'BTC_USDT', {
      lotSize: other,
      minimumQuantity: 0.5,
      minimumNotional: 60,
    }),
  )

describe('lots', () => {
  it.each([
    [0.3 + 0.1 + 0.2, 0.1, 0.01, 0.6],
    [0.6999, 0.1, 0.01, 0.6],
    [0.1, 0.01, 0.015, 0.09],
    [1.234567, 0.00001, 0.001, 1.234],
    [1.234567, null, 0.001, 1.234],
    [1.234567, null, null, 1.234567],
    [7.9, 5, 2, 0],
    [0.02999, 0.01, null, 0.02],
  ])('cut %d to what both take (%d and %d)', (quantity, one, other, cut) =>
    expect(roundToLots(quantity, rulesOf(one, other))).toBe(cut),
  )

  it('never raise a quantity, and leave less than one step', () => {
    const step = fc.constantFrom(1, 0.1, 0.01, 0.001, 0.0025, 0.05, 10)
    fc.assert(
      fc.property(step, step, fc.double({ min: 0, max: 1_000, noNaN: true }), (one, other, quantity) => {
        const rules = rulesOf(one, other)
        const cut = roundToLots(quantity, rules)
        expect(cut).toBeLessThanOrEqual(quantity * (1 + 1e-9) + 1e-12)
        for (const lot of [one, other]) expect(Math.abs(cut / lot - Math.round(cut / lot))).toBeLessThan(1e-6)
        const larger = roundToLots(quantity + one * other * 100_000, rules)
        expect(larger).toBeGreaterThan(cut)
      }),
      { numRuns: 200 },
    )
  })
})

describe('an order that is not taken', () => {
  const rules = rulesOf(0.1, 0.01)
  const filled = (quantity: number, price: number): Walk =>
    Object.assign(new Walk(), { quantity, buyNotional: quantity * price, sellNotional: quantity * price })
  it.each([
    [filled(0.4, 1_000), 0.4, { leg: 'sell', rule: 'minimumQuantity', limit: 0.5 }],
    [filled(0.5, 100), 0.5, { leg: 'sell', rule: 'minimumNotional', limit: 60 }],
    [filled(0, 100), 0.06, { leg: 'buy', rule: 'lotSize', limit: 0.1 }],
    [filled(0.6, 100), 0.6, null],
    [filled(0, 100), 0, null],
  ])('is told apart (%#)', (walk, asked, problem) => expect(problemOf(walk, rules, asked)).toEqual(problem))
})
