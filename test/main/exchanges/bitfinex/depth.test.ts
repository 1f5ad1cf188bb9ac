import { describe, expect, it } from 'vitest'
import { BookChannel, bookRules, checksumOf } from '../../../../src/main/exchanges/bitfinex/depth.ts'
import { OrderBook } from '../../../../src/main/market/books/order-book.ts'
import { levelList, plainLevels } from '../../../support/depth.ts'
import { instrument } from '../../../support/instruments.ts'

const btc = instrument('bitfinex', 'spot', 'BTC', 'USDT', 'tBTCUST')
const topOf = (bids: readonly (readonly [number, number])[], asks: readonly (readonly [number, number])[]) => {
  const book = new OrderBook()
  book.replace({ bids: levelList(bids), asks: levelList(asks) })
  return book.top(25)
}

describe('the checksum of a book', () => {
  it('is that of the vectors, uneven sides included', () => {
    const even = topOf(
      [
        [6000, 1],
        [5900, 2],
      ],
      [
        [6100, 3],
        [6200, 4],
      ],
    )
    const uneven = topOf(
      [
        [86704, 0.03460649],
        [86701, 0.07296393],
        [86697, 0.03650034],
      ],
      [
        [86719, 0.03483509],
        [86723, 0.5],
      ],
    )
    expect([checksumOf(even), checksumOf(uneven)]).toEqual([1_756_193_398, 1_077_566_173])
  })

  it('is made of 25 levels a side, and of numbers as JavaScript writes them', () => {
    const many = Array.from({ length: 40 }, (_, at) => [100 - at, 1e-7] as const)
    const less = topOf(many.slice(0, 25), [[101, 1]])
    expect(checksumOf(topOf(many, [[101, 1]]))).toBe(checksumOf(less))
    expect(checksumOf(topOf([[100, 1e-7]], []))).not.toBe(checksumOf(topOf([[100, 1.1e-7]], [])))
  })
})

describe('a book channel', () => {
  const read = (channel: BookChannel, payload: unknown, id: number) => {
    const depth = channel.read(payload, id, btc, 5, 6)
    if ('wrong' in depth) return depth
    const { bids, asks, ...rest } = depth
    return { ...rest, bids: plainLevels(bids), asks: plainLevels(asks) }
  }
  const common = { instrument: btc, checksum: null, exchangeAt: 5, receivedAt: 6 }
  const whole = [
    [86704, 1, 0.03460649],
    [86719, 2, -0.03483509],
  ]

  it('begins with the whole book, and goes on with one level at a time', () => {
    const channel = new BookChannel()
    expect([read(channel, whole, 3), read(channel, [86719, 0, -1], 7), read(channel, [86704, 0, 1], 8)]).toEqual([
      {
        ...common,
        ...{ isSnapshot: true, firstId: 3, lastId: 3, previousId: null },
        ...{ bids: [[86704, 0.03460649]], asks: [[86719, 0.03483509]] },
      },
      { ...common, isSnapshot: false, firstId: 7, lastId: 7, previousId: 3, bids: [], asks: [[86719, 0]] },
      { ...common, isSnapshot: false, firstId: 8, lastId: 8, previousId: 7, bids: [[86704, 0]], asks: [] },
    ])
  })

  it('may begin empty', () => {
    expect(read(new BookChannel(), [], 1)).toMatchObject({ isSnapshot: true, bids: [], asks: [] })
  })

  it('follows on nothing once a frame may be missing', () => {
    const channel = new BookChannel()
    read(channel, whole, 1)
    channel.cut()
    const depth = channel.beat(4, null, btc, 5, 6)
    expect([depth.previousId, bookRules.follows(depth, 1, false)]).toEqual([-1, 'gap'])
  })

  it.each([
    ['a price of 0', [0, 1, 1]],
    ['an amount of 0', [1, 1, 0]],
    ['a negative count', [1, -1, 1]],
    ['text', ['1', 1, 1]],
    ['nothing', null],
    ['another whole book', whole],
  ])('refuses %s, and follows on nothing from then on', (_, payload) => {
    const channel = new BookChannel()
    read(channel, whole, 1)
    expect(read(channel, payload, 2)).toEqual({ wrong: payload })
    expect(read(channel, [1, 1, 1], 3)).toMatchObject({ previousId: -1 })
  })
})
