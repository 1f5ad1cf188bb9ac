import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeDepth, depthFormat, encodeDepth } from '../../../../src/main/storage/depth/chunk.ts'
import { coarseCodeOf, sizeOfCoarse } from '../../../../src/main/storage/depth/sizes.ts'
import type { DepthBlock } from '../../../../src/main/storage/depth-contract.ts'
import { codeAt, codeOfSize, type DepthHistoryColumns, sizeOfCode } from '../../../../src/shared/depth-history.ts'
import { instruments, openPlain, openTemporary } from '../support.ts'

const from = 1_700_000_100_000

interface Column {
  readonly low: number
  readonly sizes: readonly number[]
  readonly bid: number
  readonly ask: number
}

/** null: not live. */
const blockOf = (columns: readonly (Column | null)[], more: Partial<DepthBlock> = {}): DepthBlock => {
  const height = Math.max(0, ...columns.map((column) => column?.sizes.length ?? 0))
  const codes = new Uint16Array(columns.length * height)
  columns.forEach((column, place) => {
    column?.sizes.forEach((size, cell) => {
      codes[place * height + cell] = coarseCodeOf(size)
    })
  })
  return {
    instrumentId: 1,
    fromTime: from,
    columnMs: 5_000,
    bucketSize: 10,
    live: Uint8Array.from(columns, (column) => (column === null ? 0 : 1)),
    bestBid: Float64Array.from(columns, (column) => column?.bid ?? Number.NaN),
    bestAsk: Float64Array.from(columns, (column) => column?.ask ?? Number.NaN),
    low: Int32Array.from(columns, (column) => column?.low ?? 0),
    known: Uint16Array.from(columns, (column) => column?.sizes.length ?? 0),
    height,
    codes,
    ...more,
  }
}

/** Column by column as text-like rows: null where nothing is known. */
const cellsOf = ({ segments, sizes, known, live }: DepthHistoryColumns) =>
  Array.from(live, (_, column) => {
    const segment = segments.find((one) => column >= one.firstColumn && column < one.firstColumn + one.columns)
    if (segment === undefined) return null
    const first = segment.offset + (column - segment.firstColumn) * segment.rows
    return Array.from({ length: segment.rows }, (__, row) => {
      const price = (segment.lowBucket + row) * segment.bucketSize
      const size = Math.round(sizeOfCode(codeAt(sizes, first + row)) * 10) / 10
      return [price, size, known[first + row] ?? 0] as const
    }).filter(([, , books]) => books > 0)
  })

const stored = (block: DepthBlock, data: Uint8Array) => ({
  instrumentId: block.instrumentId,
  fromTime: block.fromTime,
  columnMs: block.columnMs,
  columnCount: block.live.length,
  bucketSize: block.bucketSize,
  format: depthFormat,
  data,
})

describe('sizes of depth samples', () => {
  it('keep every size within 2.2 %, and nothing as nothing', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e15, noNaN: true }), (size) => {
        expect(Math.abs((sizeOfCoarse[coarseCodeOf(size)] ?? Number.NaN) / size - 1)).toBeLessThan(0.0235)
        expect(Math.abs(sizeOfCode(codeOfSize(size)) / size - 1)).toBeLessThan(0.0014)
      }),
      { numRuns: 200 },
    )
    expect([coarseCodeOf(0), coarseCodeOf(Number.NaN), codeOfSize(-1), sizeOfCoarse[0], sizeOfCode(0)]).toEqual([
      0, 0, 0, 0, 0,
    ])
  })
})

describe('a chunk of depth samples', () => {
  const column = fc.record({
    low: fc.integer({ min: -5, max: 9_000 }),
    sizes: fc.array(fc.constantFrom(0, 0.001, 1, 1.1, 250, 1e9), { maxLength: 6 }),
    bid: fc.constantFrom(100, 0.00001234, 65_000.1, 1 / 3),
    ask: fc.constantFrom(101, 0.00001235, 65_000.2),
  })

  it('comes back as it was, holes included', () => {
    const columns = fc.array(fc.option(column, { freq: 3 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(columns, (made) => {
        const block = blockOf(made)
        const back = decodeDepth(stored(block, encodeDepth(block)))
        expect(back.live).toEqual(block.live)
        made.forEach((one, place) => {
          if (one === null) return
          expect([back.low[place], back.known[place], back.bestBid[place], back.bestAsk[place]]).toEqual([
            one.low,
            one.sizes.length,
            one.bid,
            one.ask,
          ])
          const codes = back.codes.subarray(place * back.height, place * back.height + one.sizes.length)
          expect([...codes]).toEqual(one.sizes.map(coarseCodeOf))
        })
      }),
      { numRuns: 60 },
    )
  })

  it('gives nothing when it is damaged or newer', () => {
    const block = blockOf([{ low: 5, sizes: [1, 2, 3], bid: 100, ask: 101 }])
    const data = encodeDepth(block)
    const broken = Uint8Array.from(data, (byte, at) => (at === data.length - 2 ? byte ^ 1 : byte))
    expect(() => decodeDepth(stored(block, broken))).toThrow('damaged')
    expect(() => decodeDepth({ ...stored(block, data), format: 2 })).toThrow('have form 2')
    expect(() => decodeDepth({ ...stored(block, data), columnCount: 70_000 })).toThrow('damaged')
  })
})

describe('stored depth', () => {
  const ask = (columnMs: number, columns: number, ids: readonly number[], open: readonly DepthBlock[] = []) => ({
    ...{ instrumentIds: ids, from, columnMs, columns, open },
  })

  it('adds up books, leaves holes, and knows how much of it is known', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    const at = { bid: 100, ask: 110 }
    await storage.depth.save(blockOf([{ low: 9, sizes: [1, 2], ...at }, null, { low: 9, sizes: [3, 4], ...at }]))
    await storage.depth.save(
      blockOf([{ low: 10, sizes: [8, 16], bid: 101, ask: 109 }, null, null], { instrumentId: 2 }),
    )
    const found = await storage.depth.columns(ask(5_000, 4, [1, 2]))
    expect(cellsOf(found)).toEqual([
      [
        [90, 1, 1],
        [100, 10, 2],
        [110, 16, 1],
      ],
      null,
      [
        [90, 3, 1],
        [100, 4, 1],
      ],
      null,
    ])
    expect([...found.live]).toEqual([2, 0, 1, 0])
    expect([...found.bestBid]).toEqual([101, Number.NaN, 100, Number.NaN])
    expect([...found.bestAsk]).toEqual([109, Number.NaN, 110, Number.NaN])
    expect(await storage.depth.oldest()).toBe(from)
  })

  it('takes the mean of what was live within a wider column, and what is not stored yet along', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    const at = { bid: 100, ask: 110 }
    const block = blockOf([{ low: 9, sizes: [2], ...at }, null, { low: 9, sizes: [4], ...at }])
    await storage.depth.save(structuredClone(block))
    const open = blockOf([{ low: 9, sizes: [64], ...at }], { fromTime: from + 15_000 })
    // The stored one again, as it is told while its writing is under way.
    const found = await storage.depth.columns(ask(15_000, 2, [1], [block, open]))
    expect(cellsOf(found)).toEqual([[[90, 3, 1]], [[90, expect.closeTo(64, 0), 1]]])
  })

  it('sets a book of another price aside', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    for (const [instrumentId, bid] of [
      [1, 100],
      [2, 100.1],
      [3, 300],
    ] as const) {
      await storage.depth.save(blockOf([{ low: bid / 10, sizes: [1], bid, ask: bid + 0.2 }], { instrumentId }))
    }
    const found = await storage.depth.columns(ask(5_000, 1, [1, 2, 3]))
    expect([found.live[0], found.setAside[0], found.bestBid[0]]).toEqual([2, 1, 100.1])
  })

  it('has a hole where a chunk is damaged, and says so', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    await storage.depth.save(blockOf([{ low: 9, sizes: [1], bid: 100, ask: 110 }]))
    openPlain(storage.file).exec("UPDATE depth_chunks SET data = x'0011223344556677'")
    const found = await storage.depth.columns(ask(5_000, 1, [1]))
    expect([found.unreadable, found.live[0], found.segments]).toEqual([1, 0, []])
  })

  it('keeps segments of their own where buckets change', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    await storage.depth.save(blockOf([{ low: 9, sizes: [1], bid: 100, ask: 110 }]))
    await storage.depth.save(
      blockOf([{ low: 4, sizes: [1], bid: 100, ask: 110 }], { fromTime: from + 5_000, bucketSize: 20 }),
    )
    const { segments } = await storage.depth.columns(ask(5_000, 2, [1]))
    expect(segments.map(({ firstColumn, columns, bucketSize }) => [firstColumn, columns, bucketSize])).toEqual([
      [0, 1, 10],
      [1, 1, 20],
    ])
  })
  it('tells each time once where a clock that was set back left two blocks of it, stored or not', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    const before = { low: 9, sizes: [2], bid: 100, ask: 110 }
    const again = { low: 19, sizes: [8], bid: 200, ask: 210 }
    await storage.depth.save(blockOf([before, before, before]))
    const later = blockOf([again, again, again, again], { fromTime: from + 5_000 })
    const expected = [[[90, 2, 1]], [[90, 2, 1]], [[90, 2, 1]], [[190, 8, 1]], [[190, 8, 1]]]
    expect(cellsOf(await storage.depth.columns(ask(5_000, 5, [1], [later])))).toEqual(expected)
    await storage.depth.save(structuredClone(later))
    const found = await storage.depth.columns(ask(5_000, 5, [1]))
    expect(cellsOf(found)).toEqual(expected)
    expect([...found.bestBid]).toEqual([100, 100, 100, 200, 200])
    // In a wider column, too.
    expect(cellsOf(await storage.depth.columns(ask(15_000, 1, [1])))).toEqual([[[90, 2, 1]]])
  })

  it('keeps the longer one of two blocks that begin at one time', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    const column = { low: 9, sizes: [2], bid: 100, ask: 110 }
    const live = async () => [...(await storage.depth.columns(ask(5_000, 3, [1]))).live]
    await storage.depth.save(blockOf([column, column]))
    await storage.depth.save(blockOf([column]))
    expect(await live()).toEqual([1, 1, 0])
    await storage.depth.save(blockOf([column, column, column]))
    expect(await live()).toEqual([1, 1, 1])
  })
})
