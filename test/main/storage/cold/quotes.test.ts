import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameMs } from '../../../../src/main/storage/cold/chunk.ts'
import { createQuoteReader, newestByInstrument, type QuoteRange } from '../../../../src/main/storage/cold/quotes.ts'
import { createRollUp } from '../../../../src/main/storage/upkeep/roll-up.ts'
import { openPlain, temporaryFile } from '../support.ts'
import { counts, inOrder, insertRows, openFresh, type Row, rowsOf } from '../upkeep/database.ts'
import { frame } from './rows.ts'

const instruments = 5
const everything: QuoteRange = { instrumentIds: null, from: 0, to: Number.MAX_SAFE_INTEGER }
const number = fc.oneof(
  fc.integer({ min: 1, max: 10 ** 9 }).map((integer) => integer / 1e4),
  fc.constant(null),
  // SQLite itself keeps -0 as 0.
  fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0)),
)
/** Within four frames, mostly on full seconds, and now and then out of step as rows of other programs might be. */
const time = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 2_879 }).map((second) => frame + second * 1_000) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 * frameMs - 1 }).map((ms) => frame + ms) },
)
const row: fc.Arbitrary<Row> = fc.tuple(time, fc.integer({ min: 1, max: instruments }), number, number, number, number)
const rows = fc.uniqueArray(row, { maxLength: 200, selector: ([at, id]) => `${at} ${id}` })
const edge = fc.integer({ min: -1, max: 4 * 720 + 1 }).map((second) => frame + second * 1_000 + (second % 3))
const ranges = fc.array(
  fc.record({
    instrumentIds: fc.oneof(fc.constant(null), fc.uniqueArray(fc.integer({ min: 1, max: instruments + 1 }))),
    from: edge,
    to: edge,
  }),
  { minLength: 3, maxLength: 6 },
)

const inRange = (all: readonly Row[], { instrumentIds, from, to }: QuoteRange): Row[] =>
  inOrder(all.filter(([at, id]) => at >= from && at < to && (instrumentIds === null || instrumentIds.includes(id))))

describe('hot and cold quotes', () => {
  it('read as one, whatever was rolled up and came late', () => {
    fc.assert(
      fc.property(
        ...([rows, fc.integer({ min: 0, max: 4 }), rows, fc.integer({ min: 0, max: 4 }), ranges] as const),
        (early, coldFrames, late, colderFrames, asked) => {
          const database = openFresh(instruments)
          const rollUp = createRollUp(database)
          insertRows(database, early)
          rollUp({ before: frame + coldFrames * frameMs, maximumFrames: 100 })
          insertRows(database, late)
          // Of rows with the same time and instrument the first one wins.
          const known = new Map([...late, ...early].map((one) => [`${one[0]} ${one[1]}`, one]))
          const all = [...known.values()]
          const reader = createQuoteReader(database)
          const check = () => {
            expect([everything, ...asked].map((range) => [...reader.frames(range)].flatMap(rowsOf))).toEqual(
              [everything, ...asked].map((range) => inRange(all, range)),
            )
            const times = all.map(([at]) => at)
            expect(reader.bounds(null)).toEqual(
              all.length === 0 ? null : { first: Math.min(...times), last: Math.max(...times) },
            )
            const newest = new Map(inOrder(all).map(([at, id]) => [id, at]))
            expect(newestByInstrument(database)).toEqual(newest)
          }
          check()
          rollUp({ before: frame + colderFrames * frameMs, maximumFrames: 100 })
          check()
          rollUp({ before: frame + 4 * frameMs, maximumFrames: 100 })
          check()
          expect(counts(database)).toEqual({ hot: 0, cold: all.length })
          expect(reader.count(everything)).toEqual({ rows: all.length, isExact: true })
          database.close()
        },
      ),
      { numRuns: 40 },
    )
  })

  it('come in frames of 720 s, and frames without rows do not come', () => {
    const database = openFresh(instruments)
    insertRows(
      database,
      [0, 719, 720, 5_000].map((second): Row => [frame + second * 1_000, 1, 1, 1, 1, 1]),
    )
    const frames = [...createQuoteReader(database).frames(everything)]
    expect(frames.map(({ frameTime, length }) => [(frameTime - frame) / frameMs, length])).toEqual([
      [0, 2],
      [1, 1],
      [6, 1],
    ])
  })

  it('hold nothing open between two frames, and miss and double nothing while they are rolled up', () => {
    const file = temporaryFile()
    const database = openFresh(instruments, file)
    const all = Array.from(
      { length: 4_000 },
      (_, i): Row => [frame + Math.floor(i / 2) * 1_000, (i % 2) + 1, i, i, i, i],
    )
    insertRows(database, all)
    const rollUp = createRollUp(database)
    const plain = openPlain(file)
    const read: Row[] = []
    for (const quotes of createQuoteReader(plain).frames(everything)) {
      read.push(...rowsOf(quotes))
      // Behind, at, and ahead of the reader.
      rollUp({ before: frame + 4 * frameMs, maximumFrames: 1 })
      expect(plain.inTransaction).toBe(false)
      expect(database.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }])
    }
    expect(read).toEqual(all)
  })

  it('count a part of a chunk by its part of the time', () => {
    const database = openFresh(instruments)
    insertRows(
      database,
      Array.from({ length: 1_440 }, (_, second): Row => [frame + second * 1_000, 2, 1, 1, 1, 1]),
    )
    createRollUp(database)({ before: frame + 2 * frameMs, maximumFrames: 10 })
    const { count } = createQuoteReader(database)
    const minute = 60_000
    expect([
      count({ instrumentIds: null, from: frame + frameMs, to: frame + 2 * frameMs }),
      count({ instrumentIds: [2], from: frame + 6 * minute, to: frame + 18 * minute }),
      count({ instrumentIds: [2], from: frame + minute, to: frame + 2 * minute }),
      count({ instrumentIds: [3], from: 0, to: frame + frameMs }),
      count({ instrumentIds: null, from: frame + 9 * frameMs, to: frame }),
    ]).toEqual([
      { rows: 720, isExact: true },
      { rows: 720, isExact: false },
      { rows: 60, isExact: false },
      { rows: 0, isExact: true },
      { rows: 0, isExact: true },
    ])
  })

  it('of a damaged chunk are an error that names it, and no numbers', () => {
    const database = openFresh(instruments)
    insertRows(database, [[frame, 3, 1, 1, 1, 1]])
    createRollUp(database)({ before: frame + frameMs, maximumFrames: 1 })
    database.exec("UPDATE book_ticker_chunks SET data = CAST(substr(data, 1, length(data) - 1) || x'00' AS BLOB)")
    expect(() => [...createQuoteReader(database).frames(everything)]).toThrow(
      expect.objectContaining({
        name: 'StorageError',
        kind: 'corrupt',
        message: expect.stringContaining('instrument 3'),
      }),
    )
  })
  it('come without those of a damaged chunk where that is listened for, and bounds know its frame', () => {
    const database = openFresh(instruments)
    insertRows(
      database,
      [1, 2, 3].flatMap((id): Row[] => [[frame + 5_000, id, id, 1, 1, 1]]),
    )
    createRollUp(database)({ before: frame + frameMs, maximumFrames: 9 })
    database.exec("UPDATE book_ticker_chunks SET data = x'00' WHERE instrument_id = 2")
    insertRows(database, [[frame + 6_000, 2, 7, 1, 1, 1]])
    const damaged: string[] = []
    const reader = createQuoteReader(database)
    const rows = [...reader.frames(everything, ({ problem }) => damaged.push(problem.message))].flatMap(rowsOf)
    expect(rows).toEqual([
      [frame + 5_000, 1, 1, 1, 1, 1],
      [frame + 5_000, 3, 3, 1, 1, 1],
      [frame + 6_000, 2, 7, 1, 1, 1],
    ])
    expect(damaged).toEqual([expect.stringContaining('instrument 2')])
    expect([1, 2].map((id) => reader.bounds([id]))).toEqual([
      { first: frame + 5_000, last: frame + 5_000 },
      { first: frame, last: frame + frameMs - 1_000 },
    ])
    expect(newestByInstrument(database).get(2)).toBe(frame + frameMs - 1_000)
  })
})
