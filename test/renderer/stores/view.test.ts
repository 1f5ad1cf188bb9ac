import { describe, expect, it, vi } from 'vitest'
import { createBooksStore } from '../../../src/renderer/stores/books.ts'
import { createView, unionOf } from '../../../src/renderer/stores/view.ts'
import type { BookColumns } from '../../../src/shared/columns.ts'
import { maxShownBooks, maxShownKlines, maxShownLevels, ShownView } from '../../../src/shared/view.ts'
import { createHub } from '../support/hub.ts'

const series = (instrument: string) => ({ instrument, period: '1m' }) as const
const many = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}:S${i}_USDT`)

describe('what a window shows', () => {
  it('is what all its owners ask for, said once', async () => {
    const hub = createHub()
    hub.answer('view.set', () => null)
    const view = createView(hub.api, () => {})
    const chart = view.open()
    const other = view.open()
    chart.setKlines([series('okx:BTC_USDT')])
    other.setKlines([series('okx:BTC_USDT'), series('gate:BTC_USDT')])
    other.setBooks([{ instrument: 'okx:BTC_USDT', levels: 15 }])
    chart.setBooks([{ instrument: 'okx:BTC_USDT', levels: 50 }])
    await vi.waitFor(() => expect(hub.asked).not.toHaveLength(0))
    expect(hub.asked).toEqual([
      {
        name: 'view.set',
        request: {
          visible: true,
          klines: [series('okx:BTC_USDT'), series('gate:BTC_USDT')],
          books: [{ instrument: 'okx:BTC_USDT', levels: 50 }],
        },
      },
    ])
    chart.close()
    await vi.waitFor(() => expect(hub.asked).toHaveLength(2))
    expect(hub.asked[1]?.request).toMatchObject({ books: [{ instrument: 'okx:BTC_USDT', levels: 15 }] })
    chart.setKlines([series('mexc:BTC_USDT')])
    await vi.waitFor(() => expect(hub.asked).toHaveLength(3))
    expect(hub.asked[2]?.request).toMatchObject({
      klines: [series('okx:BTC_USDT'), series('gate:BTC_USDT'), series('mexc:BTC_USDT')],
    })
  })

  it('stays within the contract, and tells the one who came last what it does not get', () => {
    const books = (names: readonly string[], levels: number) => names.map((instrument) => ({ instrument, levels }))
    const first = { klines: many(maxShownKlines - 1, 'okx').map(series), books: books(many(maxShownBooks, 'okx'), 15) }
    const second = {
      klines: ['gate:A', 'gate:B', 'okx:S0_USDT'].map(series),
      books: books(['gate:A', 'okx:S0_USDT'], 15),
    }
    const union = unionOf([first, second])
    expect(ShownView.safeParse({ visible: true, klines: union.klines, books: union.books }).success).toBe(true)
    expect(union.klines).toHaveLength(maxShownKlines)
    expect(union.leftOut).toEqual([
      { klines: [], books: [] },
      { klines: [series('gate:B')], books: [{ instrument: 'gate:A', levels: 15 }] },
    ])
  })

  it('has no more levels of all books than the contract allows', () => {
    const deep = { instrument: 'okx:A', levels: 500 }
    const wishes = many(9, 'gate').map((instrument) => ({ klines: [], books: [{ instrument, levels: 500 }, deep] }))
    const union = unionOf(wishes)
    expect(union.books.reduce((sum, { levels }) => sum + levels, 0)).toBe(maxShownLevels)
    expect(union.leftOut.flatMap(({ books }) => books)).toEqual([
      { instrument: 'gate:S7_USDT', levels: 500 },
      { instrument: 'gate:S8_USDT', levels: 500 },
    ])
    const refused = ShownView.safeParse({ visible: true, klines: [], books: [...union.books, deep] })
    expect(refused.error?.issues[0]?.message).toBe('levels of all books together are at most 4000')
  })

  it('tells an owner when there is room again', async () => {
    const hub = createHub()
    hub.answer('view.set', () => null)
    const view = createView(hub.api, () => {})
    const [first, second] = [view.open(), view.open()]
    first.setKlines(many(maxShownKlines, 'okx').map(series))
    second.setKlines([series('gate:A')])
    await vi.waitFor(() => expect(second.leftOut.getState().klines).toEqual([series('gate:A')]))
    first.close()
    await vi.waitFor(() => expect(second.leftOut.getState().klines).toEqual([]))
  })
})

describe('the books that are shown', () => {
  const book = (instrumentId: number): BookColumns => ({
    instrumentId,
    bidPrice: new Float64Array(),
    bidQuantity: new Float64Array(),
    askPrice: new Float64Array(),
    askQuantity: new Float64Array(),
    bidLevels: 0,
    askLevels: 0,
    updateId: null,
    exchangeAt: null,
    receivedAt: null,
    truth: 'live',
    reason: '',
  })

  it('are kept as long as somebody holds them', () => {
    const books = createBooksStore()
    const endFirst = books.getState().hold([1, 2])
    const endSecond = books.getState().hold([2])
    books.getState().apply([book(1), book(2), book(3)])
    expect([...books.getState().books.keys()]).toEqual([1, 2])
    endFirst()
    endFirst()
    expect([...books.getState().books.keys()]).toEqual([2])
    endSecond()
    books.getState().apply([book(2)])
    expect(books.getState().books.size).toBe(0)
  })
})
