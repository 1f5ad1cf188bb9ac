import { describe, expect, it } from 'vitest'
import { mostBookLevels } from '../../../src/main/simulator/book.ts'
import type { SimBook } from '../../../src/main/simulator/depth.ts'
import { FairPrices, listedSince, VenueMarket } from '../../../src/main/simulator/market.ts'
import { defaultSymbols } from '../../../src/main/simulator/symbols.ts'
import type { SimDepth, SimLevels } from '../../../src/main/simulator/venue.ts'

/** Shortly before a minute's end, so that the stretches below cross it. */
const start = Date.UTC(2026, 2, 18, 13, 37, 55)
const rules = { exchange: 'binance', kinds: ['spot', 'perpetual'], contractSize: () => 1 } as const

function market(clock: { now: number }, seed = 7) {
  const options = { seed, symbols: defaultSymbols, rules, fair: new FairPrices(seed), listedAt: listedSince(start) }
  return new VenueMarket({ ...options, clock: () => clock.now })
}
type Side = Map<number, number>
const levelsOf = ({ length, price, quantity }: SimLevels): [number, number][] =>
  Array.from({ length }, (_, index) => [price[index] ?? Number.NaN, quantity[index] ?? Number.NaN])

/** A client's book. */
class Held {
  bids: Side = new Map()
  asks: Side = new Map()
  apply(depth: SimDepth): void {
    if (depth.isSnapshot) {
      this.bids.clear()
      this.asks.clear()
    }
    for (const [side, levels] of [[this.bids, depth.bids] as const, [this.asks, depth.asks] as const]) {
      for (const [price, quantity] of levelsOf(levels))
        if (quantity === 0) side.delete(price)
        else side.set(price, quantity)
    }
  }
  view(levels = Number.POSITIVE_INFINITY) {
    const sorted = (side: Side, order: 1 | -1) => [...side].sort(([a], [b]) => order * (a - b)).slice(0, levels)
    return { bids: sorted(this.bids, -1), asks: sorted(this.asks, 1) }
  }
}
const viewOf = (book: SimBook | null, levels = Number.POSITIVE_INFINITY) => {
  const side = (rows: SimBook['bids'] = []) => rows.slice(0, levels).map(({ price, quantity }) => [price, quantity])
  return { bids: side(book?.bids), asks: side(book?.asks) }
}

describe("a simulated market's order book", () => {
  it('is the same for the same seed and time, whenever and in whatever order it is asked for', () => {
    const [one, other, elsewhere] = [market({ now: start }), market({ now: start }), market({ now: start }, 8)]
    const symbols = one.instruments.map(({ symbol }) => symbol)
    for (const symbol of [...symbols].reverse()) other.bookAt(symbol, 0)
    for (const instrument of one.instruments) {
      const { updateId } = one.book(instrument)
      expect(other.bookAt(instrument.symbol, updateId)).toEqual(one.bookAt(instrument.symbol, updateId))
      expect(viewOf(elsewhere.bookAt(instrument.symbol, updateId))).not.toEqual(
        viewOf(one.bookAt(instrument.symbol, updateId)),
      )
    }
  })

  it('begins with the quote of its moment and goes on in order, without levels of nothing', () => {
    const of = market({ now: start })
    for (const instrument of of.instruments) {
      const { updateId } = of.book(instrument)
      const book = of.bookAt(instrument.symbol, updateId)
      if (!book) throw new Error('no book')
      const quote = of.quoteAt(instrument, book.at)
      expect(quote.updateId).toBe(updateId)
      expect(book.bids[0]).toEqual({ price: quote.bidPrice, quantity: quote.bidQuantity })
      expect(book.asks[0]).toEqual({ price: quote.askPrice, quantity: quote.askQuantity })
      for (const [side, order] of [[book.bids, -1] as const, [book.asks, 1] as const]) {
        expect(side.length).toBeGreaterThan(60)
        expect(side.length).toBeLessThanOrEqual(mostBookLevels)
        const prices = side.map(({ price }) => price)
        expect(prices).toEqual([...new Set(prices)].sort((a, b) => order * (a - b)))
        expect(side.every(({ price, quantity }) => price > 0 && quantity > 0)).toBe(true)
      }
    }
  })

  it('has ids that grow, that lead back to it, and that are none of a book that never was or is yet to come', () => {
    const clock = { now: start }
    const of = market(clock)
    const [instrument] = of.instruments
    if (!instrument) throw new Error('no instrument')
    const ids: number[] = []
    for (; clock.now < start + 1_000; clock.now += 10) ids.push(of.book(instrument).updateId)
    const distinct = [...new Set(ids)]
    expect(distinct).toHaveLength(11)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(ids.every(Number.isSafeInteger)).toBe(true)
    for (const id of distinct) {
      expect(of.bookAt(instrument.symbol, id)?.updateId).toBe(id)
      expect(of.bookAt(instrument.symbol, id + 1)).toBeNull()
    }
    clock.now = start - 1_000
    expect(of.bookAt(instrument.symbol, distinct[0] ?? 0)).toBeNull()
    expect(of.bookAt('NO_SUCH', distinct[0] ?? 0)).toBeNull()
  })

  it.each([null, 20])('follows from its changes, of one tick or of many; levels: %s', (levels) => {
    const clock = { now: start }
    const of = market(clock)
    for (const instrument of of.instruments.slice(0, 12)) {
      clock.now = start
      const source = of.depthOf(instrument)
      const held = new Held()
      let tick = source.tickAt(clock.now)
      held.apply(source.snapshot(tick, levels))
      let told = 0
      let possible = 0
      for (const stride of [1, 1, 1, 1, 7, 1, 1, 30, 2, 1, 50, 1]) {
        const changes = source.changes(tick, tick + stride, levels)
        expect([changes.previousId, changes.updateId]).toEqual([source.idOf(tick), source.idOf(tick + stride)])
        tick += stride
        clock.now += stride * 100
        held.apply(changes)
        expect(held.view()).toEqual(viewOf(of.bookAt(instrument.symbol, source.idOf(tick)), levels ?? undefined))
        if (stride > 1) continue
        told += changes.bids.length + changes.asks.length
        possible += 2 * (levels ?? mostBookLevels)
      }
      expect(told).toBeGreaterThan(0)
      expect(told).toBeLessThan(possible / 2)
    }
  })

  it('leads on from any book on the way, since every touched level is told', () => {
    const of = market({ now: start + 60_000 })
    const [instrument] = of.instruments
    if (!instrument) throw new Error('no instrument')
    const source = of.depthOf(instrument)
    const first = source.tickAt(start)
    for (let middle = first; middle < first + 40; middle++) {
      const held = new Held()
      held.apply(source.snapshot(middle, null))
      held.apply(source.changes(first, first + 40, null))
      expect(held.view()).toEqual(viewOf(of.bookAt(instrument.symbol, source.idOf(first + 40))))
    }
  })

  it('stands still while the clock of the exchange is skewed', () => {
    const of = market({ now: start })
    const [instrument] = of.instruments
    if (!instrument) throw new Error('no instrument')
    const { updateId, at } = of.book(instrument)
    of.skewMs = 5_000
    expect(of.book(instrument)).toMatchObject({ updateId, at: at + 5_000 })
    expect(of.book(instrument, 300).updateId).toBe(updateId - 300_000)
  })
})
