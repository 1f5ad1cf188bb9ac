import { describe, expect, it } from 'vitest'
import { frameMs } from '../../../../src/main/storage/cold/chunk.ts'
import { createQuoteReader } from '../../../../src/main/storage/cold/quotes.ts'
import { createRollUp } from '../../../../src/main/storage/upkeep/roll-up.ts'
import { frame } from '../cold/rows.ts'
import { counts, insertRows, openFresh, type Row, rowsOf } from './database.ts'

const everything = { instrumentIds: null, from: 0, to: Number.MAX_SAFE_INTEGER }
const seconds = (from: number, to: number, ids: readonly number[]): Row[] =>
  Array.from({ length: to - from }, (_, i) => from + i).flatMap((second) =>
    ids.map((id): Row => [frame + second * 1_000, id, second / 10, null, second / 10 + id / 100, 3]),
  )

describe('rollUp', () => {
  it('moves whole frames that end at or before the time, oldest first, as many as asked', () => {
    const database = openFresh(3)
    insertRows(database, seconds(0, 720 * 3, [1, 2, 3]))
    const rollUp = createRollUp(database)
    const before = [...createQuoteReader(database).frames(everything)].flatMap(rowsOf)
    const steps = [1, 5, 5].map((maximumFrames) => {
      const { ms, bytes, steppedOver, ...report } = rollUp({ before: frame + 3 * frameMs - 1, maximumFrames })
      expect(ms).toBeGreaterThan(0)
      expect(steppedOver).toEqual([])
      return { ...report, hasBytes: bytes > 0, ...counts(database) }
    })
    expect(steps).toEqual([
      { rows: 2_160, done: false, hasBytes: true, hot: 4_320, cold: 2_160 },
      { rows: 2_160, done: true, hasBytes: true, hot: 2_160, cold: 4_320 },
      { rows: 0, done: true, hasBytes: false, hot: 2_160, cold: 4_320 },
    ])
    expect([...createQuoteReader(database).frames(everything)].flatMap(rowsOf)).toEqual(before)
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  it('moves a frame of many instruments in parts', () => {
    const database = openFresh(200)
    const rows = seconds(
      0,
      5,
      Array.from({ length: 200 }, (_, index) => index + 1),
    )
    insertRows(database, rows)
    const rollUp = createRollUp(database)
    const steps = [1, 1, 1, 1].map(() => rollUp({ before: frame + frameMs, maximumFrames: 1 }))
    expect(steps.map(({ rows: moved, done }) => [moved, done])).toEqual([
      [400, false],
      [400, false],
      [200, false],
      [0, true],
    ])
    expect([...createQuoteReader(database).frames(everything)].flatMap(rowsOf)).toEqual(rows)
  })

  it('merges rows that came after their frame had gone; of two for one second the first stands', () => {
    const database = openFresh(2)
    const rollUp = createRollUp(database)
    const all = () => rollUp({ before: frame + frameMs, maximumFrames: 9 })
    insertRows(database, [[frame + 1_000, 1, 10, 1, 11, 1]])
    all()
    insertRows(database, [
      [frame, 1, 9, 1, 10, 1],
      [frame + 1_000, 1, 99, 1, 100, 1],
      [frame + 1_000, 2, 5, 1, 6, 1],
    ])
    all()
    expect([...createQuoteReader(database).frames(everything)].flatMap(rowsOf)).toEqual([
      [frame, 1, 9, 1, 10, 1],
      [frame + 1_000, 1, 10, 1, 11, 1],
      [frame + 1_000, 2, 5, 1, 6, 1],
    ])
    expect(counts(database)).toEqual({ hot: 0, cold: 3 })
  })

  it('steps over a frame whose chunk cannot be merged with, says so once, and goes on', () => {
    const database = openFresh(2)
    const rollUp = createRollUp(database)
    const all = () => rollUp({ before: frame + 3 * frameMs, maximumFrames: 9 })
    insertRows(database, seconds(0, 3, [1, 2]))
    all()
    database.exec("UPDATE book_ticker_chunks SET data = x'0102030405060708' WHERE instrument_id = 2")
    insertRows(database, [...seconds(3, 5, [1, 2]), ...seconds(720, 724, [1, 2]), ...seconds(1_440, 1_443, [2])])
    expect(all()).toMatchObject({
      rows: 11,
      done: true,
      steppedOver: [
        {
          frameTime: frame,
          problem: expect.stringMatching(/^the compressed quotes of instrument 2 from .* are damaged/),
        },
      ],
    })
    // The whole frame is one transaction: instrument 1 was not half moved either.
    expect(counts(database)).toEqual({ hot: 4, cold: 17 })
    insertRows(database, seconds(1_444, 1_446, [1]))
    expect(all()).toMatchObject({ rows: 2, done: true, steppedOver: [] })
    // Another run of the program tries again.
    expect(createRollUp(database)({ before: frame + 3 * frameMs, maximumFrames: 9 })).toMatchObject({
      rows: 0,
      done: true,
      steppedOver: [{ frameTime: frame }],
    })
  })

  it('changes nothing where the disk is full', () => {
    const database = openFresh(2)
    // Such numbers do not compress: their chunks need pages of their own.
    insertRows(
      database,
      seconds(0, 720, [1, 2]).map(([time, id]): Row => [time, id, Math.sqrt(time), Math.sin(time), Math.cos(time), id]),
    )
    database.pragma(`max_page_count = ${String(database.pragma('page_count', { simple: true }))}`)
    const fill = () => database.exec('CREATE TABLE filler AS SELECT zeroblob(100000)')
    expect(fill).toThrow(/full/)
    expect(() => createRollUp(database)({ before: frame + frameMs, maximumFrames: 1 })).toThrow(/full/)
    expect(counts(database)).toEqual({ hot: 1_440, cold: 0 })
  })
})
