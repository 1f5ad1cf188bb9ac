import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { frameMs } from '../../../../src/main/storage/cold/chunk.ts'
import { createRollUp } from '../../../../src/main/storage/upkeep/roll-up.ts'
import type { ExportRequest } from '../../../../src/shared/data.ts'
import { Continuity as ContinuityRecord } from '../../../../src/shared/data.ts'
import { csvRecords, duck, exported, filled, folder, insertQuotes, jsonRecords, noon } from './support.ts'

const at = (second: number): number => noon + second * 1_000

function gap(
  database: Database,
  instrumentId: number,
  from: number,
  to: number | null,
  cause: string,
  more: { kind?: string; period?: string } = {},
): void {
  database
    .prepare(
      "INSERT INTO gaps (instrument_id, kind, period, from_time, to_time, cause, detail) VALUES (?, ?, ?, ?, ?, ?, '')",
    )
    .run(instrumentId, more.kind ?? 'book_ticker', more.period ?? null, from, to, cause)
}

/** `from-to cause missing` in seconds after noon, and per series `expected held`. */
async function continuity(file: string, more: Partial<ExportRequest> = {}) {
  const out = join(folder(), 'out.csv')
  const summary = await exported(file, out, more)
  const records = csvRecords(readFileSync(join(out, '../out_gaps.csv'), 'utf8'))
  const seconds = (text: string | null | undefined) => (Number(text) - noon) / 1_000
  const name = (record: (typeof records)[number]) =>
    `${record.exchange}${record.period === null ? '' : ` ${record.period}`} ${seconds(record.from_ms)}..${seconds(record.to_ms)}`
  return {
    gaps: records
      .filter(({ record }) => record === 'gap')
      .map((record) => `${name(record)} ${record.cause} ${record.missing_rows}`),
    series: records
      .filter(({ record }) => record === 'series')
      .map((record) => `${name(record)} ${record.expected_rows} ${record.held_rows}`),
    summary: [summary.expectedRows, summary.gaps],
  }
}

describe('the continuity of quotes', () => {
  it('is whole where every second is there', async () => {
    const file = await filled((database) => insertQuotes(database, [1, 2], noon, 30))
    expect(await continuity(file)).toEqual({
      gaps: [],
      series: ['binance 0..30 30 30', 'okx 0..30 30 30'],
      summary: [60, 0],
    })
  })

  it('divides a hole among the recorded gaps, and calls the rest unknown', async () => {
    const file = await filled((database) => {
      insertQuotes(database, [1, 2], noon, 10)
      insertQuotes(database, [1, 2], at(100), 10)
      insertQuotes(database, [2], at(10), 90)
      // Explained from 30.4 s to 70.2 s; the row before 10 s and another instrument's do not count.
      gap(database, 1, at(30.4), at(50), 'disconnect')
      gap(database, 1, at(50), at(70.2), 'crash')
      gap(database, 1, at(-10), at(5), 'shutdown')
      gap(database, 2, at(10), at(100), 'busy')
    })
    expect(await continuity(file)).toEqual({
      gaps: [
        'binance 10..31 unknown 21',
        'binance 31..50 disconnect 19',
        'binance 50..71 crash 21',
        'binance 71..100 unknown 29',
      ],
      series: ['binance 0..110 110 20', 'okx 0..110 110 110'],
      summary: [220, 4],
    })
  })

  it('calls rows missing that were stored while nothing came over their connection, and exports them', async () => {
    const file = await filled((database) => {
      insertQuotes(database, [1, 2], noon, 30)
      gap(database, 1, at(20), at(26), 'disconnect')
      gap(database, 2, at(-3), at(4), 'network')
      gap(database, 2, at(28), at(31), 'network')
    })
    expect(await continuity(file)).toEqual({
      gaps: ['okx 0..4 network 4', 'binance 20..26 disconnect 6', 'okx 28..30 network 2'],
      series: ['binance 0..30 30 24', 'okx 0..30 30 24'],
      summary: [60, 3],
    })
    const out = join(folder(), 'out.csv')
    await exported(file, out, { exchanges: ['binance'] })
    expect(csvRecords(readFileSync(out, 'utf8')).length).toBe(30)
  })

  it('gives a short remainder beside an explained part the same cause', async () => {
    const file = await filled((database) => {
      insertQuotes(database, [1], noon, 10)
      insertQuotes(database, [1], at(40), 10)
      gap(database, 1, at(12), at(37.5), 'sleep')
    })
    expect((await continuity(file)).gaps).toEqual(['binance 10..40 sleep 30'])
  })

  it('expects nothing before the first row ever, nor after the last unless a gap says so', async () => {
    const file = await filled((database) => {
      insertQuotes(database, [1], noon, 60)
      // Begins later, and stops without a word.
      insertQuotes(database, [2], at(20), 10)
      // Its feed went down and is still.
      insertQuotes(database, [3], noon, 30)
      gap(database, 3, at(30), null, 'disconnect')
    })
    expect(await continuity(file)).toEqual({
      gaps: ['okx 0..20 not_watched 0', 'gate 30..60 disconnect 30', 'okx 30..60 not_watched 0'],
      series: ['binance 0..60 60 60', 'gate 0..60 60 30', 'okx 20..30 10 10'],
      summary: [130, 1],
    })
  })

  it('goes on behind the last row of all where a gap says so, as far as is asked', async () => {
    const file = await filled((database) => {
      insertQuotes(database, [1, 2], noon, 30)
      // No network since, and of one of them not for long.
      gap(database, 1, at(30), null, 'network')
      gap(database, 2, at(30), at(45), 'outage')
      gap(database, 3, at(30), at(60), 'not_watched')
    })
    expect(await continuity(file, { to: at(50) })).toEqual({
      gaps: ['binance 30..50 network 20', 'okx 30..45 outage 15', 'okx 45..50 not_watched 0'],
      series: ['binance 0..50 50 30', 'okx 0..45 45 30'],
      summary: [95, 2],
    })
    // Not one row in the range.
    expect(await continuity(file, { from: at(40), to: at(50) })).toEqual({
      gaps: ['binance 40..50 network 10', 'okx 40..45 outage 5', 'okx 45..50 not_watched 0'],
      series: ['binance 40..50 10 0', 'okx 40..45 5 0'],
      summary: [15, 2],
    })
    expect((await continuity(file)).series).toEqual(['binance 0..30 30 30', 'okx 0..30 30 30'])
    expect((await continuity(file, { exchanges: ['okx'], to: at(50) })).series).toEqual(['okx 0..45 45 30'])
  })

  it('has damaged chunks as gaps that storage caused, and everything around them', async () => {
    const file = await filled((database) => {
      insertQuotes(database, [1, 2], noon, 3 * 720)
      createRollUp(database)({ before: noon + 3 * frameMs, maximumFrames: 9 })
      const damage = database.prepare(
        "UPDATE book_ticker_chunks SET data = CAST(substr(data, 1, length(data) - 1) || x'00' AS BLOB) WHERE (instrument_id, frame_time) = (?, ?)",
      )
      damage.run(1, noon + frameMs)
      damage.run(2, noon + 2 * frameMs)
    })
    expect(await continuity(file)).toEqual({
      gaps: ['binance 720..1440 storage 720', 'okx 1440..2160 storage 720'],
      series: ['binance 0..2160 2160 1440', 'okx 0..2160 2160 1440'],
      summary: [4_320, 2],
    })
    const out = join(folder(), 'out.csv')
    await exported(file, out, { exchanges: ['binance'] })
    expect(csvRecords(readFileSync(out, 'utf8')).map(({ time }) => Date.parse(String(time)))).toEqual(
      Array.from({ length: 3 * 720 }, (_, second) => at(second)).filter(
        (time) => time < noon + frameMs || time >= noon + 2 * frameMs,
      ),
    )
    expect(readFileSync(join(out, '../out_gaps.csv'), 'utf8')).toContain(
      'the compressed quotes of instrument 1 from 2023-11-15T12:12:00.000Z are damaged (its checksum is wrong)',
    )
  })

  it('knows of rows beyond the range', async () => {
    const file = await filled((database) => {
      insertQuotes(database, [1], noon, 10)
      insertQuotes(database, [1], at(50), 10)
      insertQuotes(database, [2], noon, 60)
    })
    expect(await continuity(file, { from: at(20), to: at(55), symbols: ['BTC_USDT'] })).toEqual({
      gaps: ['binance 20..50 unknown 30'],
      series: ['okx 20..55 35 35', 'binance 20..55 35 5'],
      summary: [70, 1],
    })
    // Not one row of it in the range, and still it was watched.
    expect(await continuity(file, { from: at(20), to: at(40), symbols: ['BTC_USDT'] })).toEqual({
      gaps: ['binance 20..40 unknown 20'],
      series: ['okx 20..40 20 20', 'binance 20..40 20 0'],
      summary: [40, 1],
    })
  })
})

describe('the continuity of candles', () => {
  it('is kept by series, each in its own rhythm', async () => {
    const file = await filled((database) => {
      const insert = database.prepare('INSERT INTO klines VALUES (?, ?, ?, 1, 1, 1, 1, 1, null, 1)')
      for (let minute = 0; minute < 60; minute++) {
        if (minute < 10 || minute > 20) insert.run(1, '1m', at(minute * 60))
        insert.run(2, '1m', at(minute * 60))
      }
      for (let hour = 0; hour < 5; hour++) if (hour !== 3) insert.run(1, '1h', at(hour * 3_600))
      gap(database, 1, at(600), at(1_260), 'outage', { kind: 'kline', period: '1m' })
      gap(database, 1, at(0), at(99_999), 'sleep', { kind: 'book_ticker' })
    })
    const found = await continuity(file, { what: 'klines' })
    expect(found).toEqual({
      gaps: ['binance 1m 600..1260 outage 11', 'binance 1h 10800..14400 unknown 1'],
      series: ['binance 1m 0..3600 60 49', 'okx 1m 0..3600 60 60', 'binance 1h 0..18000 5 4'],
      summary: [125, 2],
    })
  })

  it('goes on behind the last one of all where a gap says so, as far as is asked', async () => {
    const file = await filled((database) => {
      const insert = database.prepare("INSERT INTO klines VALUES (?, '1m', ?, 1, 1, 1, 1, 1, null, 1)")
      for (let minute = 0; minute < 10; minute++) for (const id of [1, 2]) insert.run(id, at(minute * 60))
      gap(database, 1, at(600), at(1_200), 'outage', { kind: 'kline', period: '1m' })
      gap(database, 1, at(600), at(1_800), 'outage', { kind: 'kline', period: '5m' })
    })
    expect(await continuity(file, { what: 'klines', period: '1m', to: at(900) })).toEqual({
      gaps: ['binance 1m 600..900 outage 5', 'okx 1m 600..900 not_watched 0'],
      series: ['binance 1m 0..900 15 10', 'okx 1m 0..600 10 10'],
      summary: [25, 1],
    })
    expect((await continuity(file, { what: 'klines', period: '1m' })).summary).toEqual([20, 0])
  })
})

describe('where the continuity is', () => {
  const withHole = () =>
    filled((database) => {
      insertQuotes(database, [1], noon, 10)
      insertQuotes(database, [1], at(20), 10)
    })

  it('is in the metadata of Parquet', async () => {
    const out = join(folder(), 'out.parquet')
    await exported(await withHole(), out, { format: 'parquet' })
    const [row] = await duck(
      out,
      "SELECT decode(value) AS value FROM parquet_kv_metadata($) WHERE decode(key) = 'crossbook.continuity'",
    )
    expect(ContinuityRecord.array().parse(JSON.parse(String(row?.value)))).toEqual([
      {
        instrument: 'binance:BTC_USDT',
        period: null,
        from: noon,
        to: at(30),
        expectedRows: 30,
        heldRows: 20,
        gaps: [{ from: at(10), to: at(20), missingRows: 10, cause: 'unknown', detail: '' }],
      },
    ])
  })

  it('is a file beside JSON Lines', async () => {
    const out = join(folder(), 'out.jsonl')
    await exported(await withHole(), out, { format: 'jsonl' })
    expect(jsonRecords(readFileSync(join(out, '../out_gaps.jsonl'), 'utf8'))).toMatchObject([
      { record: 'gap', symbol: 'BTC_USDT', from_ms: at(10), missing_rows: 10, cause: 'unknown' },
      { record: 'series', expected_rows: 30, held_rows: 20, missing_rows: 10, cause: null },
    ])
  })

  it('is nowhere for subjects without a rhythm', async () => {
    const out = join(folder(), 'out.csv')
    expect(await exported(await withHole(), out, { what: 'trades' })).toMatchObject({ expectedRows: null, gaps: null })
    expect(existsSync(join(out, '../out_gaps.csv'))).toBe(false)
  })
})
