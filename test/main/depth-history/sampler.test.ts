import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockMs, DepthSampler, type NearBook } from '../../../src/main/depth-history/sampler.ts'
import { LevelList } from '../../../src/main/exchanges/depth.ts'
import { createLogger } from '../../../src/main/log.ts'
import { OrderBook } from '../../../src/main/market/books/order-book.ts'
import { sizeOfCoarse } from '../../../src/main/storage/depth/sizes.ts'
import type { DepthBlock } from '../../../src/main/storage/depth-contract.ts'
import { bucketBelow } from '../../../src/shared/consolidated-buckets.ts'
import type { Instrument, KeptBook, Truth } from '../../../src/shared/domain/index.ts'
import { btc, btcOkx } from '../storage/support.ts'

type Rows = readonly (readonly [price: number, quantity: number])[]

function levelsOf(rows: Rows): LevelList {
  const levels = new LevelList()
  for (const [price, quantity] of rows) levels.push(price, quantity)
  return levels
}

function kept(instrument: Instrument, bids: Rows, asks: Rows): KeptBook & { truth: Truth; readonly book: OrderBook } {
  const book = new OrderBook()
  book.replace({ bids: levelsOf(bids), asks: levelsOf(asks) })
  return { instrument, book, truth: 'live', reason: '', updateId: 1, exchangeAt: null, receivedAt: null }
}

const ladder = (best: number, step: number, count: number): Rows =>
  Array.from({ length: count }, (_, i) => [best + i * step, 1 + i] as const)

/** A sampler every 5 s whose books and blocks are the test's; `pass` lets a whole column go by. */
function samplerOf(books: KeptBook[], save?: (block: DepthBlock) => Promise<unknown>) {
  const saved: DepthBlock[] = []
  const near: NearBook[] = []
  const sampler = new DepthSampler({
    books: () => books,
    columnMs: 5_000,
    save: save ?? (async (block) => saved.push(block)),
    onSample: (_, one) => near.push(one),
    logger: createLogger('silent'),
  })
  const pass = (at: number) => {
    for (let step = 0; step < 5_000; step += 50) sampler.step(at + step)
  }
  return { sampler, saved, near, pass }
}

/** The middle of a block of five minutes. */
const start = Math.floor(1_700_000_000_000 / blockMs) * blockMs + 200_000

const sizesOf = ({ codes, height, known }: DepthBlock, column: number) =>
  [...codes.subarray(column * height, column * height + (known[column] ?? 0))].map((code) => sizeOfCoarse[code] ?? 0)

describe('sampling order books', () => {
  it('puts both sides into buckets as adding up every level by hand does, and knows how far a book is known', () => {
    const side = fc.uniqueArray(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(side, side, (below, above) => {
        const bids = [...below].sort((a, b) => a - b).map((step) => [65_000 - step, step] as const)
        const asks = [...above].sort((a, b) => a - b).map((step) => [65_000 + step, step] as const)
        const { sampler, pass } = samplerOf([kept(btc, bids, asks)])
        pass(start)
        const [block] = sampler.unstored([btc.id])
        if (block === undefined) throw new Error('nothing was sampled')
        const { bucketSize } = block
        const middle = ((bids[0]?.[0] ?? 0) + (asks[0]?.[0] ?? 0)) / 2
        const window = bucketBelow(middle, bucketSize) - 64
        const [worstBid, worstAsk] = [bids.at(-1)?.[0] ?? 0, asks.at(-1)?.[0] ?? 0]
        const first = Math.max(window, bucketBelow(worstBid, bucketSize) + 1)
        const end = Math.min(window + 128, bucketBelow(worstAsk, bucketSize))
        expect([block.low[0], block.known[0]]).toEqual([first, Math.max(0, end - first)])
        sizesOf(block, 0).forEach((size, i) => {
          const inside = [...bids, ...asks].filter(([price]) => bucketBelow(price, bucketSize) === first + i)
          const byHand = inside.reduce((sum, [, quantity]) => sum + quantity, 0)
          expect(Math.abs(size - byHand)).toBeLessThanOrEqual(byHand * 0.0225)
        })
      }),
      { numRuns: 50 },
    )
  })

  it('leaves a hole where a book is not live, and takes the next block up anew', async () => {
    const book = kept(btc, ladder(65_000, -1, 2_000), ladder(65_001, 1, 2_000))
    const { sampler, saved, pass } = samplerOf([book])
    pass(start)
    book.truth = 'stale'
    pass(start + 5_000)
    book.truth = 'live'
    pass(start + 10_000)
    expect(sampler.unstored([btc.id]).map(({ live }) => [...live])).toEqual([[1, 0, 1]])
    pass(start + 100_000)
    expect(saved.map(({ fromTime, live }) => [fromTime, [...live]])).toEqual([[start, [1, 0, 1]]])
    await sampler.end()
    expect(saved.map(({ fromTime, live }) => [fromTime, [...live]])).toEqual([
      [start, [1, 0, 1]],
      [start + 100_000, [1]],
    ])
    expect(sampler.unstored([btc.id])).toEqual([])
  })

  it('gives all markets of a symbol the same buckets, and changes them only between blocks', () => {
    const near = kept(btc, ladder(65_000, -1, 50), ladder(65_001, 1, 50))
    const far = kept(btcOkx, ladder(72_000, -1, 50), ladder(72_001, 1, 50))
    const { sampler, pass } = samplerOf([near, far])
    const sizes = () => sampler.unstored([btc.id, btcOkx.id]).map(({ bucketSize }) => bucketSize)
    pass(start)
    expect(sizes()).toEqual([10, 10])
    near.book.replace({ bids: levelsOf([[130_000, 1]]), asks: levelsOf([[130_001, 1]]) })
    pass(start + 5_000)
    expect(sizes()).toEqual([10, 10])
    pass(start + 100_000)
    // Those of the blocks before wait for the disk still.
    expect(sizes()).toEqual([10, 10, 20, 20])
  })

  it('tells what is near the middle, and when that is known in part only', () => {
    const deep = kept(btc, ladder(10_000, -1, 200), ladder(10_002, 1, 200))
    const shallow = kept(btcOkx, [[10_000, 2]], ladder(10_002, 1, 200))
    const { near, pass } = samplerOf([deep, shallow])
    pass(start)
    // 0.1 % of 10,001 is 10.001: ten levels of each side, of sizes 1 to 10.
    expect(near.map(({ bidValue, isWhole }) => [Math.round(bidValue / 10_001), isWhole])).toEqual([
      [55, true],
      [2, false],
    ])
  })

  it('keeps what a disk does not take until it knows, and forgets it then', async () => {
    let fail: (error: Error) => void = () => undefined
    const { sampler, pass } = samplerOf(
      [kept(btc, ladder(65_000, -1, 50), ladder(65_001, 1, 50))],
      () => new Promise((_, reject) => (fail = reject)),
    )
    pass(start)
    const ended = sampler.end()
    expect(sampler.unstored([btc.id]).map(({ fromTime }) => fromTime)).toEqual([start])
    fail(new Error('the disk is full'))
    await ended
    expect(sampler.unstored([btc.id])).toEqual([])
  })

  it('hands a disk that does not answer no more than fits', () => {
    let handed = 0
    const { sampler } = samplerOf([kept(btc, ladder(65_000, -1, 5), ladder(65_001, 1, 5))], () => {
      handed++
      return new Promise(() => undefined)
    })
    for (let block = 0; block < 520; block++) sampler.step(start + block * blockMs)
    expect(handed).toBe(500)
    // Those, and the one under way.
    expect(sampler.unstored([btc.id])).toHaveLength(501)
  })

  it('spreads its work over the time of a column, and counts what it was too late for', () => {
    const books = Array.from({ length: 40 }, (_, id) =>
      kept({ ...btc, id, symbol: `S${id}_USDT` }, ladder(100, -1, 5), ladder(101, 1, 5)),
    )
    const { sampler } = samplerOf(books)
    sampler.step(start)
    // A sum of the books that were seen so far would be no sum.
    expect(sampler.unstored([0])).toEqual([])
    expect(sampler.counts()).toMatchObject({ books: 40, samples: 1 })
    sampler.step(start + 5_000)
    expect(sampler.counts()).toMatchObject({ samples: 2, late: 39 })
  })
})
