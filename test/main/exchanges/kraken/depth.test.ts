import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bookRules } from '../../../../src/main/exchanges/kraken/depth.ts'
import { kraken } from '../../../../src/main/exchanges/kraken/index.ts'
import { TrackedBook } from '../../../../src/main/market/books/kept-book.ts'
import { OrderBook } from '../../../../src/main/market/books/order-book.ts'
import { depthUpdate, levelList, type PlainLevels, plainDepth } from '../../../support/depth.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const matic = instrument('kraken', 'spot', 'MATIC', 'USD', 'MATIC/USD', { tickSize: 0.0001, lotSize: 1e-8 })
const receivedAt = 1_700_000_000_000
const messages = readFrames('kraken/ws_documented.ndjson').filter((frame) => frame.includes('"channel":"book","type"'))
const read = () => {
  const normalize = kraken.createNormalizer('public', lookupOf([matic]))
  return (frame: Buffer) => {
    const result = normalize(frame, false, receivedAt)
    if (result.kind !== 'depth') throw new Error(`${result.kind} where a depth should be`)
    return result
  }
}
const checksumOf = ({ book, instrument: market }: TrackedBook) => bookRules.checksum?.(book, market)
const [snapshot = Buffer.from(''), update = Buffer.from('')] = messages
const atMicroseconds = Date.UTC(2023, 9, 6, 17, 35, 55) * 1_000 + 440_295

describe("kraken's book messages", () => {
  it('bear their time as their id, and what changed', () => {
    expect(plainDepth(read()(update))).toEqual({
      instrument: matic,
      isSnapshot: false,
      firstId: atMicroseconds,
      lastId: atMicroseconds,
      previousId: null,
      bids: [[0.5657, 1098.3947558]],
      asks: [],
      checksum: 2_114_181_697,
      exchangeAt: Math.floor(atMicroseconds / 1_000),
      receivedAt,
    })
  })

  it('lead to the documented checksums, and to a book that is live', () => {
    const depthOf = read()
    const book = new TrackedBook(matic, bookRules, receivedAt)
    expect(book.apply(depthOf(snapshot).depth, receivedAt)).toBe('changed')
    expect(bookRules.checksum?.(book.book, matic)).toBe(2_439_117_997)
    expect(book.apply(depthOf(update).depth, receivedAt)).toBe('changed')
    expect(bookRules.checksum?.(book.book, matic)).toBe(2_114_181_697)
    expect([book.book.bidLevels, book.book.askLevels]).toEqual([10, 10])
  })

  it('are read as they were recorded, the whole book without a time', () => {
    const eth = instrument('kraken', 'spot', 'ETH', 'USD', 'ETH/USD', { tickSize: 0.01, lotSize: 1e-8 })
    const normalize = kraken.createNormalizer('public', lookupOf([eth]))
    const book = new TrackedBook(eth, bookRules, receivedAt)
    const told = readFrames('kraken/ws_book.ndjson').map((frame) => {
      const result = normalize(frame, false, receivedAt)
      if (result.kind !== 'depth') return result
      const { lastId, checksum, exchangeAt } = result.depth
      return { lastId, exchangeAt, checksum, applied: book.apply(result.depth, receivedAt), made: checksumOf(book) }
    })
    const at = Date.UTC(2025, 4, 6, 9, 17, 26)
    const [whole, changed] = [2_606_672_715, 3_329_440_863]
    expect(told).toEqual([
      { lastId: 0, exchangeAt: null, checksum: whole, applied: 'changed', made: whole },
      { lastId: at * 1_000 + 208_075, exchangeAt: at + 208, checksum: changed, applied: 'changed', made: changed },
    ])
  })

  it('show by their checksum that one before them is missing', () => {
    const depthOf = read()
    const book = new TrackedBook(matic, bookRules, receivedAt)
    book.apply(depthOf(snapshot).depth, receivedAt)
    const { depth } = depthOf(update)
    depth.bids.clear()
    expect(book.apply(depth, receivedAt)).toBe('wrong')
  })
})

describe("kraken's book rules", () => {
  const at = (lastId: number, isSnapshot = false) => depthUpdate(matic, { firstId: lastId, lastId, isSnapshot })

  it('take what is not from before, and a snapshot always', () => {
    const { follows } = bookRules
    expect([follows(at(6), 5, false), follows(at(5), 5, false), follows(at(4, true), 5, false)]).toEqual([
      'next',
      'next',
      'next',
    ])
    expect(follows(at(4), 5, false)).toBe('gap')
  })

  const bookOf = (bids: PlainLevels, asks: PlainLevels) => {
    const book = new OrderBook(null)
    book.replace({ bids: levelList(bids), asks: levelList(asks) })
    return book
  }

  it('write prices and quantities with all decimals of their market, and neither points nor zeros ahead', () => {
    const market = instrument('kraken', 'spot', 'A', 'B', 'A/B', { tickSize: 0.1, lotSize: 1e-8 })
    const book = bookOf([[83_744, 0.0004478]], [[83_744.3, 1]])
    expect(bookRules.checksum?.(book, market)).toBe(crc32('837443100000000' + '83744044780'))
  })

  it('cover ten levels a side, or what there is', () => {
    const market = instrument('kraken', 'spot', 'A', 'B', 'A/B', { tickSize: 1, lotSize: 1 })
    const asks = Array.from({ length: 12 }, (_, index) => [20 + index, index + 1] as const)
    const expected = asks.slice(0, 10).map(([price, quantity]) => `${price}${quantity}`)
    expect(bookRules.checksum?.(bookOf([[19, 3]], asks), market)).toBe(crc32(`${expected.join('')}193`))
  })

  it('hold nothing against a book whose numbers are longer than float64, or whose steps are unknown', () => {
    const huge = bookOf([[0.00001, 90_000_000.12345678]], [])
    const market = instrument('kraken', 'spot', 'PEPE', 'USD', 'PEPE/USD', { tickSize: 1e-9, lotSize: 1e-8 })
    expect(bookRules.checksum?.(huge, market)).toBeNull()
    expect(bookRules.checksum?.(bookOf([[1, 1]], []), { ...market, lotSize: null })).toBeNull()
  })
})
