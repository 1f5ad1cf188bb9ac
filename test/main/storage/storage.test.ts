import { describe, expect, it } from 'vitest'
import { openStorage } from '../../../src/main/storage/index.ts'
import {
  btc,
  instruments,
  kline,
  openPlain,
  openTemporary,
  opportunity,
  second,
  snapshot,
  temporaryFile,
} from './support.ts'

describe('storage', () => {
  it('keeps instruments by id, absent fields as null, and does not write unchanged ones again', async () => {
    const storage = await openTemporary()
    const first = await storage.saveInstruments(instruments)
    const again = await storage.saveInstruments(instruments)
    const halted = { ...btc, status: 'halted' as const, tickSize: null }
    const changed = await storage.saveInstruments([halted])
    expect({
      rows: [first.rows, again.rows, changed.rows],
      stored: await storage.instruments(),
    }).toEqual({ rows: [3, 0, 1], stored: [halted, ...instruments.slice(1)] })
  })

  it('never lets an id change its exchange or symbol', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    await expect(storage.saveInstruments([{ ...btc, symbol: 'XBT_USDT' }])).rejects.toMatchObject({
      name: 'StorageError',
      kind: 'other',
      message: expect.stringContaining('never changes its exchange or symbol'),
    })
    expect(await storage.instruments()).toEqual(instruments)
  })

  it('stores a snapshot with absent sides as NULL, and numbers bit for bit', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    const batch = snapshot(second, [
      [1, 0.1 + 0.2, 1e-8, 36_500.123456789, Number.MAX_SAFE_INTEGER],
      [2, Number.NaN, Number.NaN, 2, 3],
      [3, 5, Number.NaN, Number.NaN, Number.NaN],
    ])
    const { rows, writeMs } = await storage.saveSnapshot(batch)
    const stored = openPlain(storage.file)
      .prepare(
        `SELECT time, typeof(time), instrument_id, bid_price, bid_quantity, ask_price, ask_quantity, spread, spread_pct
         FROM book_tickers ORDER BY instrument_id`,
      )
      .raw()
      .all()
    const spread = 36_500.123456789 - (0.1 + 0.2)
    const mid = (36_500.123456789 + (0.1 + 0.2)) / 2
    expect({ rows, timed: writeMs > 0, transferred: batch.bidPrice.length, stored }).toEqual({
      rows: 3,
      timed: true,
      transferred: 0,
      stored: [
        [
          second,
          'integer',
          1,
          0.1 + 0.2,
          1e-8,
          36_500.123456789,
          Number.MAX_SAFE_INTEGER,
          spread,
          (spread / mid) * 100,
        ],
        [second, 'integer', 2, null, null, 2, 3, null, null],
        [second, 'integer', 3, 5, null, null, null, null, null],
      ],
    })
  })

  it('lets the first row of a second stand, and counts only what it wrote', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    await storage.saveSnapshot(snapshot(second, [[1, 10, 1, 11, 1]]))
    const again = await storage.saveSnapshot(
      snapshot(second, [
        [1, 20, 1, 21, 1],
        [2, 30, 1, 31, 1],
      ]),
    )
    const stored = openPlain(storage.file).prepare('SELECT instrument_id, bid_price FROM book_tickers').raw().all()
    expect({ rows: again.rows, stored }).toEqual({
      rows: 1,
      stored: [
        [1, 10],
        [2, 30],
      ],
    })
  })

  it.each([1, 19, 20, 21, 400, 2_000])('stores every row of a batch of %i', async (count) => {
    const storage = await openTemporary()
    const many = Array.from({ length: count }, (_, index) => ({ ...btc, id: index + 1, symbol: `C${index}_USDT` }))
    await storage.saveInstruments(many)
    const rows = many.map(({ id }) => [id, id + 0.5, id, id + 0.75, id * 2] as const)
    const report = await storage.saveSnapshot(snapshot(second, rows))
    const stored = openPlain(storage.file)
      .prepare('SELECT instrument_id, bid_price, bid_quantity, ask_price, ask_quantity FROM book_tickers')
      .raw()
      .all()
    expect({ rows: report.rows, stored }).toEqual({ rows: count, stored: rows })
  })

  it('refuses a whole snapshot that names an instrument it does not know', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments([btc])
    const batch = snapshot(second, [
      [1, 10, 1, 11, 1],
      [2, 10, 1, 11, 1],
    ])
    await expect(storage.saveSnapshot(batch)).rejects.toMatchObject({ kind: 'other' })
    expect(openPlain(storage.file).prepare('SELECT count(*) FROM book_tickers').pluck().get()).toBe(0)
  })

  it('replaces an open candle, corrects a closed one by a closed one, and never by an open one', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    const steps = [
      kline({ close: 1 }),
      kline({ close: 2 }),
      kline({ close: 3, isClosed: true, quoteVolume: null }),
      kline({ close: 4 }),
      kline({ close: 5, isClosed: true }),
      kline({ close: 5, isClosed: true }),
    ]
    const seen: unknown[] = []
    for (const step of steps) {
      const { rows } = await storage.saveKlines([step])
      const { close, isClosed } = await storage.klines(1, '1m', null, 10)
      seen.push([rows, [...close], [...isClosed]])
    }
    expect(seen).toEqual([
      [1, [1], [0]],
      [1, [2], [0]],
      [1, [3], [1]],
      [0, [3], [1]],
      [1, [5], [1]],
      [0, [5], [1]],
    ])
  })

  it('reads the newest candles before a time, ascending, of one series only', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    const minute = 60_000
    const start = 1_699_999_980_000
    const series = Array.from({ length: 50 }, (_, index) =>
      kline({ openTime: start + index * minute, close: index, isClosed: index < 49 }),
    )
    await storage.saveKlines([...series, kline({ instrumentId: 2, close: 77 }), kline({ period: '5m', close: 88 })])
    const times = async (before: number | null, limit: number) => [
      ...(await storage.klines(1, '1m', before, limit)).openTime,
    ]
    expect({
      newest: await times(null, 2),
      before: await times(start + 10 * minute, 3),
      beginning: await times(start + minute, 10),
      none: await storage.klines(3, '1h', null, 10),
      one: await storage.klines(2, '1m', null, 10),
      closed: [await storage.newestClosedKline(1, '1m'), await storage.newestClosedKline(2, '1m')],
    }).toEqual({
      newest: [start + 48 * minute, start + 49 * minute],
      before: [start + 7 * minute, start + 8 * minute, start + 9 * minute],
      beginning: [start],
      none: {
        instrumentId: 3,
        period: '1h',
        ...Object.fromEntries(
          ['openTime', 'open', 'high', 'low', 'close', 'volume'].map((name) => [name, new Float64Array(0)]),
        ),
        isClosed: new Uint8Array(0),
      },
      one: {
        instrumentId: 2,
        period: '1m',
        openTime: Float64Array.of(start),
        open: Float64Array.of(100),
        high: Float64Array.of(110),
        low: Float64Array.of(90),
        close: Float64Array.of(77),
        volume: Float64Array.of(12.5),
        isClosed: Uint8Array.of(0),
      },
      closed: [start + 48 * minute, null],
    })
  })

  it('stores an opportunity when it opens and again when it closes, and lists closed ones newest first', async () => {
    const storage = await openTemporary()
    expect(await storage.lastOpportunityId()).toBe(0)
    const living = opportunity({ id: 7, openedAt: second + 60_000, closedAt: null, closeReason: null })
    const older = opportunity({ id: 6 })
    await storage.saveOpportunity(living)
    await storage.saveOpportunity(older)
    const whileOpen = await storage.opportunities(null, 10)
    const closed = { ...living, closedAt: second + 61_000, closeReason: 'stale' as const, bestProfit: 99 }
    await storage.saveOpportunity(closed)
    expect({
      whileOpen,
      all: await storage.opportunities(null, 10),
      before: await storage.opportunities(second + 60_000, 10),
      limited: await storage.opportunities(null, 1),
      last: await storage.lastOpportunityId(),
    }).toEqual({ whileOpen: [older], all: [closed, older], before: [older], limited: [closed], last: 7 })
  })

  it('keeps meta values and everything else over a restart', async () => {
    const file = temporaryFile()
    const first = await openStorage({ file })
    await first.setMeta('mode', 'demo')
    await first.setMeta('mode', 'live')
    await first.saveInstruments(instruments)
    await first.close()
    const again = await openTemporary({ file })
    expect({
      mode: await again.meta('mode'),
      none: await again.meta('nothing'),
      instruments: await again.instruments(),
      notices: again.notices,
      grown: (await again.bytes()) > 0,
    }).toEqual({ mode: 'live', none: null, instruments, notices: [], grown: true })
  })

  it('finishes queued writes before it closes, and refuses what comes later', async () => {
    const file = temporaryFile()
    const storage = await openStorage({ file })
    const writes = [
      storage.saveInstruments(instruments),
      ...Array.from({ length: 50 }, (_, index) =>
        storage.saveSnapshot(snapshot(second + index * 1_000, [[1, 1, 1, 2, 1]])),
      ),
    ]
    const closing = storage.close()
    const late = storage.setMeta('late', 'yes')
    await expect(late).rejects.toMatchObject({ kind: 'stopped' })
    await Promise.all([...writes, closing, storage.close()])
    await expect(storage.instruments()).rejects.toMatchObject({ kind: 'stopped' })
    expect(openPlain(file).prepare('SELECT count(*) FROM book_tickers').pluck().get()).toBe(50)
  })

  it('answers a read while a long write is under way', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    const order: string[] = []
    const rows = Array.from({ length: 200_000 }, (_, index) => kline({ openTime: index * 60_000 }))
    const write = storage.saveKlines(rows).then(() => order.push('write'))
    const read = storage.meta('mode').then(() => order.push('read'))
    await Promise.all([write, read])
    expect(order).toEqual(['read', 'write'])
  })

  it('can be read by other programs while it records', async () => {
    const storage = await openTemporary()
    await storage.saveInstruments(instruments)
    const other = openPlain(storage.file)
    const counts = [other.prepare('SELECT count(*) FROM instruments').pluck().get()]
    await storage.saveSnapshot(snapshot(second, [[1, 1, 1, 2, 1]]))
    counts.push(other.prepare('SELECT count(*) FROM v_book_tickers').pluck().get())
    expect(counts).toEqual([3, 1])
  })
})
