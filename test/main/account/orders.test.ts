import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FillCount, OrderTable } from '../../../src/main/account/orders.ts'
import { isFinalStatus, type Order } from '../../../src/shared/domain/index.ts'
import { compareOrderStates } from '../../../src/shared/order-state.ts'
import { fill, order } from './rows.ts'

/** A life from NEW over some fills to an end or not, in the order it happens. */
const life = fc
  .record({
    fills: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 }),
    end: fc.constantFrom('FILLED', 'CANCELED', 'EXPIRED', null),
    /** Exchanges' times do not always grow with the state. */
    times: fc.array(fc.integer({ min: 1_000, max: 1_005 }), { minLength: 8, maxLength: 8 }),
  })
  .map(({ fills, end, times }) => {
    const states: Order[] = [order({ updatedAt: times[0] ?? 0 })]
    let filled = 0
    for (const part of fills) {
      filled += part
      const at = times[states.length] ?? 0
      states.push(order({ status: 'PARTIALLY_FILLED', filledQuantity: String(filled), updatedAt: at }))
    }
    const at = times[states.length] ?? 0
    if (end !== null) states.push(order({ status: end, filledQuantity: String(filled), updatedAt: at }))
    return states
  })

describe('an order table', () => {
  it('knows of an order that ended long ago that it did, whoever tells of it again', () => {
    const table = new OrderTable()
    const one = order({ exchangeOrderId: 'first', status: 'NEW', updatedAt: 1_000 })
    table.apply(one, 1)
    table.apply({ ...one, status: 'CANCELED', updatedAt: 2_000 }, 2)
    for (let id = 0; id < 5_000; id++) table.apply(order({ exchangeOrderId: String(id), status: 'FILLED' }), null)
    const key = 'binance-main BTC_USDT first'
    expect([table.get(key), table.hasEnded(key), table.hasEnded('binance-main BTC_USDT none')]).toEqual([
      undefined,
      true,
      false,
    ])
    expect(table.apply({ ...one, status: 'CANCELED', updatedAt: 2_000 }, null).kind).toBe('late')
    expect(table.apply(one, 3).kind).toBe('late')
    expect(table.open()).toEqual([])
  })

  it('ends with the latest state, in whatever order and however often messages come', () => {
    const shuffled = life.chain((states) =>
      fc.tuple(
        fc.constant(states),
        fc.shuffledSubarray(
          [...states, ...states, ...states].map((_, index) => index),
          { minLength: states.length * 3 },
        ),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([states, places]) => {
        const table = new OrderTable()
        for (const place of places) {
          const state = states[place % states.length]
          if (state !== undefined) table.apply(state, 1)
        }
        const [last] = states.slice(-1)
        const seen = table.get('binance-main BTC_USDT 1')
        expect(seen).toMatchObject({ status: last?.status, filledQuantity: last?.filledQuantity })
        expect(table.open()).toHaveLength(last !== undefined && isFinalStatus(last.status) ? 0 : 1)
      }),
    )
  })

  it('tells of every state once at most, and only of later ones', () => {
    fc.assert(
      fc.property(life, fc.array(fc.nat({ max: 30 }), { maxLength: 40 }), (states, picks) => {
        const table = new OrderTable()
        const told: Order[] = []
        for (const pick of picks) {
          const state = states[pick % states.length]
          if (state === undefined) continue
          const outcome = table.apply(state, 1)
          if (outcome.kind === 'new' || outcome.kind === 'changed') told.push(outcome.order)
        }
        for (const [index, state] of told.entries()) {
          const before = told[index - 1]
          if (before === undefined) continue
          expect(compareOrderStates(before, state)).toBeGreaterThan(0)
          expect(state.updatedAt).toBeGreaterThanOrEqual(before.updatedAt)
        }
      }),
    )
  })

  it('tells of a changed price, and of nothing when the same comes again', () => {
    const table = new OrderTable()
    const kinds = [order(), order(), order({ price: '21000', updatedAt: 1_001 }), order({ updatedAt: 999 })].map(
      (state) => table.apply(state, 1).kind,
    )
    expect(kinds).toEqual(['new', 'same', 'changed', 'late'])
  })

  it('keeps what a later message does not tell', () => {
    const table = new OrderTable()
    table.apply(order({ clientOrderId: 'mine', averagePrice: '1' }), 1)
    table.apply(order({ status: 'CANCELED', createdAt: null, updatedAt: 1_001 }), 1)
    expect(table.get('binance-main BTC_USDT 1')).toMatchObject({
      status: 'CANCELED',
      clientOrderId: 'mine',
      createdAt: 1_000,
      averagePrice: '1',
    })
  })
})

describe('a count of fills', () => {
  const started = 1_500

  it('misses what an order says is filled and no fill explains', () => {
    const count = new FillCount(started)
    count.addOrder(order({ createdAt: 1_600, filledQuantity: '0.5', status: 'PARTIALLY_FILLED', updatedAt: 1_700 }))
    expect(count.missing()).toEqual(['binance-main BTC_USDT 1'])
    count.addFill(fill())
    expect(count.missing()).toEqual([])
  })

  it('misses nothing when the fill comes first', () => {
    const count = new FillCount(started)
    count.addFill(fill())
    count.addOrder(order({ createdAt: 1_600, filledQuantity: '0.5', status: 'PARTIALLY_FILLED', updatedAt: 1_700 }))
    expect(count.missing()).toEqual([])
  })

  it('leaves what was filled before the session out', () => {
    const count = new FillCount(started)
    count.addOrder(order({ createdAt: 1_000, filledQuantity: '0.5', status: 'PARTIALLY_FILLED', updatedAt: 1_100 }))
    expect(count.missing()).toEqual([])
    count.addOrder(order({ createdAt: 1_000, filledQuantity: '0.7', status: 'PARTIALLY_FILLED', updatedAt: 1_700 }))
    expect(count.missing()).toHaveLength(1)
  })

  it('keeps an open order’s count however many others ended since', () => {
    const count = new FillCount(started)
    const open = { createdAt: 1_600, filledQuantity: '0.5', status: 'PARTIALLY_FILLED', updatedAt: 1_700 } as const
    count.addFill(fill())
    count.addOrder(order(open))
    for (let id = 2; id < 15_000; id++) {
      const own = { exchangeOrderId: String(id), createdAt: 1_600, updatedAt: 1_700 }
      count.addOrder(order({ ...own, status: 'CANCELED' }))
    }
    count.addOrder(order({ ...open, filledQuantity: '0.5', status: 'CANCELED', updatedAt: 1_800 }))
    expect(count.missing()).toEqual([])
  })

  it('asks for the fills of an order that is over and told once more with more of it filled', () => {
    const count = new FillCount(started)
    const over = { createdAt: 1_600, status: 'CANCELED', updatedAt: 1_700 } as const
    count.addFill(fill())
    count.addOrder(order({ ...over, filledQuantity: '0.5' }))
    expect(count.missing()).toEqual([])
    count.addOrder(order({ ...over, filledQuantity: '0.7' }))
    expect(count.missing()).toEqual(['binance-main BTC_USDT 1'])
    count.addFill(fill({ tradeId: '2', quantity: '0.2' }))
    expect(count.missing()).toEqual([])
  })

  it('gives an order up after three downloads without its fills', () => {
    const count = new FillCount(started)
    count.addOrder(order({ createdAt: 1_600, filledQuantity: '0.5', status: 'PARTIALLY_FILLED', updatedAt: 1_700 }))
    expect([count.downloaded(), count.downloaded(), count.downloaded()].map((given) => given.length)).toEqual([0, 0, 1])
    expect(count.missing()).toEqual([])
  })
})
