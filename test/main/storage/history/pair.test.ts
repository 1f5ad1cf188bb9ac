import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameMs } from '../../../../src/main/storage/cold/chunk.ts'
import { createPairReader } from '../../../../src/main/storage/history/pair.ts'
import type { PairHistory, PairQuestion } from '../../../../src/main/storage/history-contract.ts'
import { createRollUp } from '../../../../src/main/storage/upkeep/roll-up.ts'
import { bucketFor, bucketLadder, netPercentOf } from '../../../../src/shared/history.ts'
import { frame } from '../cold/rows.ts'
import { openPlain, openTemporary, instruments as stored } from '../support.ts'
import { insertRows, openFresh, type Row } from '../upkeep/database.ts'

type Bucket = readonly [time: number, seconds: number, minimum: number, maximum: number, last: number]

const bucketsOf = ({ time, seconds, minimum, maximum, last }: PairHistory): Bucket[] =>
  Array.from(time, (at, i): Bucket => [at, seconds[i] ?? -1, minimum[i] ?? -1, maximum[i] ?? -1, last[i] ?? -1])

function answered<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

/** The same, one second at a time, from plain rows. */
function bruteForce(rows: readonly Row[], question: PairQuestion): Bucket[] {
  const { measure, first, second, from, to, bucketMs } = question
  const buckets: Bucket[] = []
  for (let start = from; start < to; start += bucketMs) {
    const values: number[] = []
    for (let at = start; at < Math.min(to, start + bucketMs); at += 1_000) {
      const one = rows.find(([time, id]) => time === at && id === first)
      const other = rows.find(([time, id]) => time === at && id === second)
      if (!one || !other) continue
      const [, , oneBid, , oneAsk] = one
      const [, , otherBid, , otherAsk] = other
      if (measure === 'spread' && oneAsk !== null && otherBid !== null)
        values.push(((otherBid - oneAsk) / oneAsk) * 100)
      if (measure === 'basis' && oneAsk !== null && otherBid !== null && oneBid !== null && otherAsk !== null)
        values.push(((otherBid + otherAsk) / 2 / ((oneBid + oneAsk) / 2) - 1) * 100)
    }
    if (values.length > 0)
      buckets.push([start, values.length, Math.min(...values), Math.max(...values), values.at(-1) ?? Number.NaN])
  }
  return buckets
}

const price = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 900, max: 1_100 }) },
  { weight: 1, arbitrary: fc.constant(null) },
)
const row: fc.Arbitrary<Row> = fc.tuple(
  fc.integer({ min: 0, max: 2_159 }).map((second) => frame + second * 1_000),
  fc.integer({ min: 1, max: 3 }),
  price,
  fc.constant(1),
  price,
  fc.constant(1),
)
const rows = fc.uniqueArray(row, { minLength: 100, maxLength: 400, selector: ([at, id]) => `${at} ${id}` })
const question = fc
  .record({
    measure: fc.constantFrom('spread' as const, 'basis' as const),
    pair: fc.constantFrom([1, 2] as const, [3, 1] as const),
    bucketMs: fc.constantFrom(1_000, 10_000, 60_000, 900_000),
    first: fc.integer({ min: -1, max: 1_800 }),
    seconds: fc.integer({ min: 1, max: 2_400 }),
  })
  .map(({ measure, pair: [first, second], bucketMs, first: start, seconds }): PairQuestion => {
    const from = Math.floor((frame + start * 1_000) / bucketMs) * bucketMs
    return { measure, first, second, bucketMs, from, to: from + Math.ceil((seconds * 1_000) / bucketMs) * bucketMs }
  })

describe('the history of a pair', () => {
  it('equals a count second by second, hot and cold', () => {
    fc.assert(
      fc.property(rows, fc.array(question, { minLength: 4, maxLength: 4 }), (all, questions) => {
        const database = openFresh(3)
        insertRows(database, all)
        const read = createPairReader(database)
        const expected = questions.map((one) => bruteForce(all, one))
        expect(questions.map((one) => bucketsOf(answered(read(one))))).toEqual(expected)
        // The first two frames grow cold; the third stays hot.
        createRollUp(database)({ before: frame + 2 * frameMs, maximumFrames: 9 })
        expect(questions.map((one) => bucketsOf(answered(read(one))))).toEqual(expected)
        database.close()
      }),
      { numRuns: 8 },
    )
  })

  it('keeps a spike of one second in a wide bucket, and gives no bucket where a leg is missing', () => {
    const database = openFresh(2)
    const gap = (second: number) => second >= 120 && second < 180
    insertRows(
      database,
      Array.from({ length: 300 }, (_, second) => second).flatMap((second): Row[] => {
        const at = frame + second * 1_000
        return [
          [at, 1, 99, 1, 100, 1],
          ...(gap(second) ? [] : [[at, 2, second === 77 ? 103 : 100, 1, 101, 1] as const]),
        ]
      }),
    )
    const history = answered(
      createPairReader(database)({
        ...{ measure: 'spread' as const, first: 1, second: 2 },
        ...{ from: frame, to: frame + 300_000, bucketMs: 60_000 },
      }),
    )
    expect(bucketsOf(history)).toEqual([
      [frame, 60, 0, 0, 0],
      [frame + 60_000, 60, 0, 3, 0],
      [frame + 180_000, 60, 0, 0, 0],
      [frame + 240_000, 60, 0, 0, 0],
    ])
    expect([history.oldest, history.damaged]).toEqual([frame, 0])
  })

  it('knows nothing of seconds in which nothing came over the connection of a leg, though rows stand there', () => {
    const database = openFresh(2)
    const seconds = Array.from({ length: 240 }, (_, second) => second)
    // The second leg stands still from 70 to 100 while the first moves away: no spread of anybody's.
    insertRows(
      database,
      seconds.flatMap((second): Row[] => {
        const moved = second >= 70 ? 10 : 0
        const followed = second >= 100 ? 10 : 0
        return [
          [frame + second * 1_000, 1, 99 - moved, 1, 100 - moved, 1],
          [frame + second * 1_000, 2, 100 - followed, 1, 101 - followed, 1],
        ]
      }),
    )
    const gap = database.prepare(
      "INSERT INTO gaps (instrument_id, kind, from_time, to_time, cause, detail) VALUES (?, 'book_ticker', ?, ?, ?, '')",
    )
    gap.run(2, frame + 70_000, frame + 100_000, 'disconnect')
    gap.run(1, frame + 90_000, frame + 110_000, 'network')
    // These say nothing against rows.
    gap.run(1, frame + 150_000, frame + 160_000, 'clock')
    gap.run(2, frame + 170_000, null, 'disconnect')
    const history = answered(
      createPairReader(database)({
        ...{ measure: 'spread' as const, first: 1, second: 2 },
        ...{ from: frame, to: frame + 240_000, bucketMs: 60_000 },
      }),
    )
    expect(bucketsOf(history)).toEqual([
      [frame, 60, 0, 0, 0],
      [frame + 60_000, 20, 0, 0, 0],
      [frame + 120_000, 60, 0, 0, 0],
      [frame + 180_000, 60, 0, 0, 0],
    ])
  })

  it('tells of damaged chunks, whose time is a gap', () => {
    const database = openFresh(2)
    insertRows(
      database,
      Array.from(
        { length: 1_440 },
        (_, second): Row => [frame + Math.floor(second / 2) * 2_000, (second % 2) + 1, 99, 1, 100, 1],
      ),
    )
    createRollUp(database)({ before: frame + 2 * frameMs, maximumFrames: 9 })
    database.exec(`UPDATE book_ticker_chunks SET data = x'00' WHERE instrument_id = 2 AND frame_time = ${frame}`)
    const history = answered(
      createPairReader(database)({
        ...{ measure: 'spread' as const, first: 1, second: 2 },
        ...{ from: frame, to: frame + 2 * frameMs, bucketMs: 900_000 },
      }),
    )
    expect({ seconds: [...history.seconds], damaged: history.damaged }).toEqual({ seconds: [90, 270], damaged: 1 })
  })

  it('is read step by step through the storage threads, and ends when nobody waits for it', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(stored)
    const hours = 6
    const database = openPlain(storage.file)
    insertRows(
      database,
      Array.from({ length: hours * 3_600 }, (_, second) => second).flatMap((second): Row[] => [
        [frame + second * 1_000, 1, 99, 1, 100, 1],
        [frame + second * 1_000, 2, 100.5, 1, 101, 1],
      ]),
    )
    const question: PairQuestion = {
      ...{ measure: 'spread', first: 1, second: 2 },
      ...{ from: frame, to: frame + hours * 3_600_000, bucketMs: 60_000 },
    }
    const cancel = new AbortController()
    const cancelled = storage.history.read('pair', question, cancel.signal)
    cancel.abort()
    await expect(cancelled).rejects.toMatchObject({ kind: 'stopped' })
    const { time, minimum } = await storage.history.read('pair', question)
    expect([time.length, minimum[0]]).toEqual([hours * 60, 0.5])
  })
})

describe('net of fees', () => {
  it('is what is left of the gross spread by the prices themselves', () => {
    const [ask, bid, buy, sell] = [84_210.5, 84_390.25, 0.001, 0.0004]
    const gross = ((bid - ask) / ask) * 100
    const net = ((bid * (1 - sell) - ask * (1 + buy)) / ask) * 100
    expect(netPercentOf(gross, { buy, sell })).toBeCloseTo(net, 12)
  })
})

describe('buckets', () => {
  it('are the shortest that give no more points than asked for', () => {
    const day = 86_400_000
    expect([
      bucketFor(0, 600_000, 600),
      bucketFor(0, 600_001, 600),
      bucketFor(0, day, 1_500),
      bucketFor(0, 5_000 * day, 5_000),
      bucketFor(0, 5_001 * day, 5_000),
    ]).toEqual([1_000, 5_000, 60_000, day, null])
    expect([...bucketLadder].sort((a, b) => a - b)).toEqual([...bucketLadder])
  })
})
