import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { frameMs } from '../../../../src/main/storage/cold/chunk.ts'
import { continuityReport } from '../../../../src/main/storage/continuity/report.ts'
import type { ContinuityQuestion } from '../../../../src/main/storage/continuity-contract.ts'
import { openForReading } from '../../../../src/main/storage/database.ts'
import { openStorage } from '../../../../src/main/storage/index.ts'
import { createRollUp } from '../../../../src/main/storage/upkeep/roll-up.ts'
import { change, csvRecords, exported, filled, folder, insertQuotes, noon } from '../export/support.ts'

const secondMs = 1_000
const at = (second: number): number => noon + second * secondMs
const midnight = noon - 12 * 3_600_000
const dayMs = 86_400_000

interface StoredHole {
  readonly id: number
  readonly from: number
  readonly to: number | null
  readonly cause: string
}

function gap(
  database: Database,
  { id, from, to, cause }: StoredHole,
  kind = 'book_ticker',
  period: string | null = null,
) {
  database
    .prepare(
      "INSERT INTO gaps (instrument_id, kind, period, from_time, to_time, cause, detail) VALUES (?, ?, ?, ?, ?, ?, '')",
    )
    .run(id, kind, period, from, to, cause)
}

const question = (more: Partial<ContinuityQuestion>): ContinuityQuestion => ({
  instruments: [1, 2, 3].map((id) => ({ id, isRecorded: false })),
  ...{ kind: 'book_ticker', period: null, from: midnight, to: midnight + dayMs, utcOffsetMinutes: 0 },
  ...more,
})

/** The whole work at once, on a connection of its own. */
function asked(file: string, more: Partial<ContinuityQuestion> = {}) {
  const database = openForReading({ file, busyTimeoutMs: 1_000, nativeBinding: null, maximumBytes: null })
  try {
    const work = continuityReport(database, question(more))
    for (;;) {
      const { done, value } = work.next()
      if (done === true) return value
    }
  } finally {
    database.close()
  }
}

/** `binance 2023-11-15 30 20 unknown 10`: expected, held, causes. */
const lines = (report: ReturnType<typeof asked>): string[] =>
  report.flatMap(({ instrumentId, days }) =>
    days.map(({ at: day, expected, held, causes }) =>
      [
        ...[instrumentId, new Date(day).toISOString().slice(0, 16), expected, held],
        ...causes.map(({ cause, missing }) => `${cause} ${missing}`),
      ].join(' '),
    ),
  )

describe('the continuity of quotes', () => {
  it('is counted by day, with the causes of what is missing', async () => {
    const file = await filled((database) => {
      insertQuotes(database, [1], midnight + dayMs - 10_000, 30)
      insertQuotes(database, [1], midnight + dayMs + 100_000, 10)
      insertQuotes(database, [2], midnight + dayMs, 50)
      gap(database, { id: 1, from: midnight + dayMs + 20_000, to: midnight + dayMs + 60_000, cause: 'network' })
    })
    expect(lines(asked(file, { to: midnight + 2 * dayMs }))).toEqual([
      '1 2023-11-15T00:00 10 10',
      '1 2023-11-16T00:00 110 30 network 40 unknown 40',
      '2 2023-11-16T00:00 50 50',
    ])
    expect(lines(asked(file, { to: midnight + 2 * dayMs, utcOffsetMinutes: 60 }))).toEqual([
      '1 2023-11-15T23:00 120 40 network 40 unknown 40',
      '2 2023-11-15T23:00 50 50',
    ])
  })

  it('expects nothing before the first row, while nobody watched, and after the last', async () => {
    const file = await filled((database) => {
      insertQuotes(database, [1], noon, 100)
      insertQuotes(database, [1], at(200), 100)
      insertQuotes(database, [2], noon, 10)
      gap(database, { id: 1, from: at(100), to: at(200), cause: 'not_watched' })
      // Went down, and still is.
      gap(database, { id: 2, from: at(10), to: null, cause: 'outage' })
    })
    expect(lines(asked(file, { to: at(500) }))).toEqual([
      '1 2023-11-15T00:00 200 200',
      '2 2023-11-15T00:00 500 10 outage 490',
    ])
  })

  it('holds no row of a time when its feed was down or silent, also where its first or last are', async () => {
    const file = await filled((database) => {
      insertQuotes(database, [1, 2, 3], noon, 60)
      insertQuotes(database, [1], at(70), 10)
      gap(database, { id: 1, from: at(20), to: at(31), cause: 'disconnect' })
      gap(database, { id: 1, from: at(55), to: at(60), cause: 'network' })
      gap(database, { id: 1, from: at(60), to: at(70), cause: 'outage' })
      gap(database, { id: 2, from: at(-5), to: at(3), cause: 'blocked' })
      gap(database, { id: 2, from: at(50), to: at(60), cause: 'disconnect' })
      // Came twice, and the first stands; one that still lasts may only not have been ended.
      gap(database, { id: 3, from: at(10), to: at(20), cause: 'clock' })
      gap(database, { id: 3, from: at(30), to: null, cause: 'disconnect' })
    })
    const counted = [
      '1 2023-11-15T00:00 80 54 disconnect 11 outage 10 network 5',
      '2 2023-11-15T00:00 60 47 disconnect 10 blocked 3',
      '3 2023-11-15T00:00 80 60 disconnect 20',
    ]
    expect(lines(asked(file, { to: at(80) }))).toEqual(counted)
    // Every row of the range is one of these.
    expect(lines(asked(file, { from: at(22), to: at(28) }))).toEqual([
      '1 2023-11-15T00:00 6 0 disconnect 6',
      '2 2023-11-15T00:00 6 6',
      '3 2023-11-15T00:00 6 6',
    ])
    change(file, (database) => {
      createRollUp(database)({ before: noon + frameMs, maximumFrames: 9 })
    })
    expect(lines(asked(file, { to: at(80) }))).toEqual(counted)
  })

  it('is the same before and after a roll-up, and tells of damaged chunks with holes', async () => {
    const fill = (database: Database) => {
      insertQuotes(database, [1, 2], noon, 3 * 720)
      for (const [id, first] of [
        [1, 800],
        [1, 801],
        [2, 1_500],
      ]) {
        database.prepare('DELETE FROM book_tickers WHERE instrument_id = ? AND time = ?').run(id, at(first ?? 0))
      }
    }
    const file = await filled(fill)
    const hot = asked(file)
    expect(lines(hot)).toEqual(['1 2023-11-15T00:00 2160 2158 unknown 2', '2 2023-11-15T00:00 2160 2159 unknown 1'])
    change(file, (database) => {
      createRollUp(database)({ before: noon + 2 * frameMs, maximumFrames: 9 })
    })
    expect(asked(file)).toEqual(hot)
    change(file, (database) => {
      createRollUp(database)({ before: noon + 3 * frameMs, maximumFrames: 9 })
      database
        .prepare(
          "UPDATE book_ticker_chunks SET data = CAST(substr(data, 1, length(data) - 1) || x'00' AS BLOB) WHERE instrument_id = 2 AND frame_time = ?",
        )
        .run(noon + 2 * frameMs)
    })
    expect(lines(asked(file))).toEqual([
      '1 2023-11-15T00:00 2160 2158 unknown 2',
      '2 2023-11-15T00:00 2160 1440 storage 720',
    ])
  })

  it('equals a naive count of random rows and gaps, hot and cold', { timeout: 120_000 }, async () => {
    const length = 2_000
    const stretch = fc.tuple(fc.nat(length), fc.integer({ min: 1, max: 400 }))
    const cause = fc.constantFrom('disconnect', 'sleep', 'network', 'not_watched', 'update')
    const life = fc.record({
      holes: fc.array(stretch, { maxLength: 8 }),
      gaps: fc.array(fc.tuple(stretch, cause), { maxLength: 6 }),
      coldFrames: fc.nat(3),
      offset: fc.integer({ min: -15, max: 15 }).map((quarters) => quarters * 15),
      range: stretch,
    })
    // The day ends in the middle of it.
    const start = midnight + dayMs - frameMs
    await fc.assert(
      fc.asyncProperty(life, async ({ holes, gaps, coldFrames, offset, range }) => {
        const where = folder()
        const inHole = (second: number) => holes.some(([from, count]) => second >= from && second < from + count)
        const doubtful = new Set<number>()
        const file = await filled((database) => {
          const insert = database.prepare('INSERT INTO book_tickers VALUES (?, 1, 1, 1, 1, 1)')
          for (let second = 0; second < length; second++) if (!inHole(second)) insert.run(start + second * secondMs)
          // Recorded gaps do not overlap.
          let next = 0
          for (const [[from, count], why] of [...gaps].sort((a, b) => a[0][0] - b[0][0])) {
            const begin = Math.max(from, next)
            next = begin + count
            if (why !== 'not_watched' && why !== 'update')
              for (let second = begin; second < next; second++) doubtful.add(second)
            gap(database, { id: 1, from: start + begin * secondMs, to: start + next * secondMs, cause: why })
          }
          createRollUp(database)({ before: start + coldFrames * frameMs, maximumFrames: 9 })
        }, where)
        const [from, to] = [start + range[0] * secondMs, start + (range[0] + range[1]) * secondMs]
        const [series] = asked(file, { from, to, utcOffsetMinutes: offset })
        const days = series?.days ?? []
        for (const day of days) {
          const held = Array.from({ length }, (_, second) => start + second * secondMs).filter(
            (time, second) =>
              !inHole(second) &&
              !doubtful.has(second) &&
              time >= Math.max(from, day.at) &&
              time < Math.min(to, day.at + dayMs),
          ).length
          expect(day.held).toBe(held)
          expect(day.missing).toBe(day.expected - day.held)
          expect(day.causes.reduce((sum, share) => sum + share.missing, 0)).toBe(day.missing)
          expect((day.at + offset * 60_000) % dayMs).toBe(0)
        }
        const sum = (name: 'expected' | 'held' | 'missing') => days.reduce((total, day) => total + day[name], 0)
        expect({ expected: sum('expected'), held: sum('held'), missing: sum('missing') }).toEqual({
          expected: series?.expected,
          held: series?.held,
          missing: series?.missing,
        })
        // An export of the same range says the same.
        const last = start + (length - 1) * secondMs
        if (to > last) return
        const out = join(where, 'out.csv')
        await exported(file, out, { from, to, symbols: ['BTC_USDT'], exchanges: ['binance'] })
        const record = csvRecords(readFileSync(join(where, 'out_gaps.csv'), 'utf8')).find(
          ({ record: name }) => name === 'series',
        )
        expect([series?.expected, series?.held]).toEqual([
          Number(record?.expected_rows ?? 0),
          Number(record?.held_rows ?? 0),
        ])
      }),
      { numRuns: 12 },
    )
  })
})

describe('the continuity of candles', () => {
  it('is counted in each period, also of days', async () => {
    const file = await filled((database) => {
      const insert = database.prepare('INSERT INTO klines VALUES (?, ?, ?, 1, 1, 1, 1, 1, null, 1)')
      for (let minute = 0; minute < 3_000; minute++) {
        if (minute < 100 || minute >= 130) insert.run(1, '1m', midnight + minute * 60_000)
      }
      for (let day = 0; day < 10; day++) if (day !== 4) insert.run(2, '1d', midnight + day * dayMs)
      gap(
        database,
        { id: 1, from: midnight + 100 * 60_000, to: midnight + 120 * 60_000, cause: 'update' },
        'kline',
        '1m',
      )
    })
    const to = midnight + 3 * dayMs
    expect(lines(asked(file, { kind: 'kline', period: '1m', to }))).toEqual([
      '1 2023-11-15T00:00 1440 1410 update 20 unknown 10',
      '1 2023-11-16T00:00 1440 1440',
      '1 2023-11-17T00:00 120 120',
    ])
    const daily = asked(file, { kind: 'kline', period: '1d', from: midnight + dayMs / 2, to: midnight + 20 * dayMs })
    expect(daily.map(({ expected, held, missing }) => [expected, held, missing])).toEqual([
      [0, 0, 0],
      [9, 8, 1],
      [0, 0, 0],
    ])
  })
})

describe('the continuity of what has no rhythm', () => {
  it('holds every second from the first on that no gap covers', async () => {
    const file = await filled((database) => {
      const insert = database.prepare(
        "INSERT INTO trades (instrument_id, trade_id, price, quantity, side, exchange_at, received_at) VALUES (?, ?, 1, 1, 'BUY', ?, ?)",
      )
      insert.run(1, 'a', at(10.4), at(10.5))
      insert.run(1, 'b', at(300), at(300))
      insert.run(2, 'a', at(0), at(0))
      gap(database, { id: 1, from: at(20), to: at(50), cause: 'disconnect' }, 'trade')
      gap(database, { id: 1, from: at(60), to: at(100), cause: 'not_watched' }, 'trade')
      gap(database, { id: 2, from: at(30), to: null, cause: 'shutdown' }, 'trade')
      gap(database, { id: 3, from: at(0), to: at(5), cause: 'resync' }, 'order_book')
    })
    const instruments = [1, 2, 3].map((id) => ({ id, isRecorded: id !== 2 }))
    expect(lines(asked(file, { kind: 'trade', instruments, to: at(400) }))).toEqual([
      '1 2023-11-15T00:00 350 320 disconnect 30',
      '2 2023-11-15T00:00 400 30 shutdown 370',
    ])
    expect(lines(asked(file, { kind: 'order_book', instruments, to: at(400) }))).toEqual([
      '3 2023-11-15T00:00 400 395 resync 5',
    ])
  })
})

describe('asking storage', () => {
  it('is answered step by step while other reads go on, and can be given up', async () => {
    const file = await filled((database) => {
      insertQuotes(database, [1, 2, 3], noon, 10_000)
    })
    const storage = await openStorage({ file })
    onTestFinished(() => storage.close())
    const order: string[] = []
    const report = storage.continuity(question({})).then((answer) => {
      order.push('report')
      return answer
    })
    const read = storage.meta('mode').then(() => order.push('read'))
    const controller = new AbortController()
    const givenUp = storage.continuity(question({}), controller.signal)
    controller.abort()
    await expect(givenUp).rejects.toThrow('cancelled')
    await read
    expect((await report).map(({ held }) => held)).toEqual([10_000, 10_000, 10_000])
    expect(order).toContain('read')
  })
})
