import { statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Upkeep } from '../../src/main/data-contract.ts'
import type { DiskSpace } from '../../src/main/disk.ts'
import { createLogger } from '../../src/main/log.ts'
import { frameMs } from '../../src/main/storage/cold/chunk.ts'
import { createQuoteReader } from '../../src/main/storage/cold/quotes.ts'
import type { Storage } from '../../src/main/storage/contract.ts'
import { createUpkeep } from '../../src/main/upkeep.ts'
import type { Progress } from '../../src/shared/contract.ts'
import { Settings } from '../../src/shared/settings.ts'
import { instrument } from '../support/instruments.ts'
import { fill } from './storage/account-rows.ts'
import { openPlain, openTemporary, temporaryFile } from './storage/support.ts'

const hour = 3_600_000
const day = 24 * hour
/** 2023-11-14T22:12:00.000Z, where a frame of 720 s begins. */
const start = 1_699_999_920_000
const count = 10

const quotesAt = (time: number, instruments = count) => {
  const column = (value: number) => Float64Array.from({ length: instruments }, (_, index) => value + index)
  return {
    time,
    instrumentIds: Uint32Array.from({ length: instruments }, (_, index) => index + 1),
    bidPrice: column(1),
    bidQuantity: column((time / 1_000) % 977),
    askPrice: column(2),
    askQuantity: column((time / 1_000) % 853),
  }
}

async function recorded(seconds: number, file = temporaryFile(), instruments = count): Promise<Storage> {
  const storage = await openTemporary({ file })
  await storage.saveInstruments(
    Array.from({ length: instruments }, (_, index) =>
      instrument('binance', 'spot', `C${index}`, 'USDT', `C${index}USDT`, { id: index + 1 }),
    ),
  )
  const plain = openPlain(file)
  const insert = plain.prepare(
    'INSERT INTO book_tickers (time, instrument_id, bid_price, ask_quantity) VALUES (?, ?, ?, ?)',
  )
  plain.transaction(() => {
    for (let second = 0; second < seconds; second++) {
      for (let id = 1; id <= instruments; id++)
        insert.run(start + second * 1_000, id, second / 100, (second * second * 7_919 * id) % 99_991)
    }
  })()
  return storage
}

interface Told {
  readonly alerts: { readonly severity: string; readonly rule: string; readonly message: string }[]
  readonly progress: Progress[]
  readonly moved: { readonly account: string; readonly at: number }[]
}

function keeping(
  storage: Pick<Storage, 'file' | 'upkeep'>,
  options: { settings?: object; now?: number; disk?: DiskSpace; clockOffsetMs?: () => number | null } = {},
): {
  readonly upkeep: Upkeep
  readonly told: Told
  readonly clock: { now: number }
  readonly set: (next: object) => void
} {
  const told: Told = { alerts: [], progress: [], moved: [] }
  const clock = { now: options.now ?? start + 100 * day }
  let settings = Settings.parse({ storage: options.settings ?? {} })
  const disk = options.disk ?? { freeBytes: 100e9, totalBytes: 500e9 }
  const upkeep = createUpkeep({
    storage,
    settings: () => settings,
    dataDir: '/data',
    logger: createLogger('silent'),
    onAlert: ({ severity, rule, message }) => told.alerts.push({ severity, rule, message }),
    onProgress: (progress) => told.progress.push(progress),
    onOpeningMoved: (account, at) => told.moved.push({ account, at }),
    now: () => clock.now,
    readDisk: async () => disk,
    ...(options.clockOffsetMs === undefined ? {} : { clockOffsetMs: options.clockOffsetMs }),
  })
  onTestFinished(() => upkeep.stop())
  return {
    upkeep,
    told,
    clock,
    set: (next) => {
      settings = Settings.parse({ storage: next })
    },
  }
}

const rowsIn = (file: string): number => {
  let rows = 0
  const everything = { instrumentIds: null, from: 0, to: Number.MAX_SAFE_INTEGER }
  for (const { length } of createQuoteReader(openPlain(file)).frames(everything)) rows += length
  return rows
}

/** A quote of 200 days ago. */
const insertOld = (file: string): void => {
  openPlain(file)
    .prepare('INSERT INTO book_tickers (time, instrument_id, bid_price) VALUES (?, 1, 5)')
    .run(start - 200 * day)
}

describe('upkeep', () => {
  it('compresses what is older than the hours set, and tells in words', async () => {
    const storage = await recorded(1_500)
    const now = start + 25 * hour + 2 * frameMs
    const { upkeep, told } = keeping(storage, { now, settings: { coldAfterHours: 25 } })
    await upkeep.runNow()
    const { cold, upkeep: entries, tables, disk, diskWarning, file, ...sizes } = await upkeep.report()
    expect({ cold, entries, disk, diskWarning, file, quotes: tables[0] }).toEqual({
      cold: { rows: 14_400, chunks: 20, bytes: expect.any(Number), newest: start + 1_440_000 },
      entries: expect.arrayContaining([
        {
          what: 'compression',
          at: now,
          detail: expect.stringMatching(/^14,400 quotes compressed, \d\.\d bytes each$/),
          isProblem: false,
        },
        { what: 'retention', at: now, detail: 'nothing to do', isProblem: false },
      ]),
      disk: { freeBytes: 100e9, totalBytes: 500e9 },
      diskWarning: null,
      file: storage.file,
      quotes: {
        table: 'book_tickers',
        rows: 15_000,
        bytes: expect.any(Number),
        oldest: start,
        newest: start + 1_499_000,
        retentionDays: 90,
      },
    })
    expect(sizes.bytes).toBe(statSync(storage.file).size)
    expect([rowsIn(storage.file), told.alerts]).toEqual([15_000, []])
    // Two frames are a backlog, which is worth a line.
    expect(told.progress.at(-1)).toMatchObject({
      id: 'upkeep:compression',
      state: 'finished',
      done: 14_400,
      total: 14_400,
    })
  })

  it('removes rows past their days, and gives the space back', async () => {
    const storage = await recorded(1_500)
    await storage.saveKlines(
      [1, 50].map((days) => ({
        ...{ instrumentId: 1, period: '1m' as const, openTime: start + days * day, open: 1, high: 1, low: 1, close: 1 },
        ...{ volume: 1, quoteVolume: null, isClosed: true },
      })),
    )
    const { upkeep, set } = keeping(storage, { settings: { retentionDays: { book_tickers: 200 } } })
    await upkeep.runNow()
    const before = (await upkeep.report()).bytes
    set({ retentionDays: { book_tickers: 90, klines: 60 } })
    await upkeep.runNow()
    const report = await upkeep.report()
    expect([...(await storage.klines(1, '1m', null, 9)).openTime]).toEqual([start + 50 * day])
    expect(report.upkeep.find(({ what }) => what === 'retention')?.detail).toBe(
      '15,000 rows of book_tickers older than 90 days, 1 row of klines older than 60 days removed',
    )
    expect([report.cold.rows, report.reusableBytes, rowsIn(storage.file)]).toEqual([0, 0, 0])
    expect(report.bytes).toBeLessThan(before)
  })

  it('removes nothing by its age while the clock is wrong, and says so', async () => {
    const storage = await recorded(10)
    let offset: number | null = -400 * day
    const { upkeep, told } = keeping(storage, {
      settings: { coldAfterHours: 24, retentionDays: { book_tickers: 90 } },
      clockOffsetMs: () => offset,
    })
    await expect(upkeep.runNow()).rejects.toThrow('clock is 9600.0 hours ahead of the exchanges')
    expect([rowsIn(storage.file), told.alerts.map(({ severity, message }) => [severity, message])]).toEqual([
      10 * count,
      [
        [
          'warning',
          "Upkeep of the database (retention) failed, it is tried again: this machine's clock is 9600.0 hours ahead of the exchanges', so nothing is removed by its age",
        ],
      ],
    ])
    offset = 2_000
    await upkeep.runNow()
    expect(rowsIn(storage.file)).toBe(0)
  })

  it('writes a file of an earlier version anew when asked, only where the disk has room', async () => {
    const file = temporaryFile()
    const old = new Sqlite(file)
    // Its first page is written before Crossbook can ask for free pages to be kept track of.
    old.exec('CREATE TABLE old (x); DROP TABLE old')
    old.close()
    const storage = await recorded(1_500, file)
    const disk = { freeBytes: 50e6, totalBytes: 500e9 }
    const { upkeep, told } = keeping(storage, { disk, settings: { warnBelowFreeGigabytes: 0 } })
    await expect(upkeep.runNow()).rejects.toMatchObject({
      name: 'StorageError',
      kind: 'full',
      message: expect.stringMatching(/must be free on the disk, 50.0 MB are/),
    })
    await expect(upkeep.runNow()).rejects.toThrow()
    expect(told.alerts).toEqual([
      { severity: 'warning', rule: 'storage', message: expect.stringContaining('(free space) failed') },
    ])
    disk.freeBytes = 50e9
    await upkeep.runNow()
    expect(told.alerts.at(-1)).toMatchObject({ severity: 'info', message: expect.stringContaining('works again') })
    const report = await upkeep.report()
    expect(report.upkeep.find(({ what }) => what === 'free space')).toMatchObject({
      detail: expect.stringMatching(/^the file was written anew: \d/),
      isProblem: false,
    })
    expect(report.reusableBytes).toBe(0)
  })

  it('tells a problem as an entry and one alert, and rejects where it was asked for', async () => {
    const storage = await recorded(800)
    const { upkeep, told } = keeping(storage, { now: start + 30 * hour })
    const plain = openPlain(storage.file)
    plain.exec("CREATE TRIGGER refusing BEFORE INSERT ON book_ticker_chunks BEGIN SELECT RAISE(ABORT, 'not now'); END")
    await expect(upkeep.runNow()).rejects.toMatchObject({ name: 'StorageError', kind: 'other' })
    await expect(upkeep.runNow()).rejects.toMatchObject({ kind: 'other' })
    expect(told.alerts).toEqual([{ severity: 'warning', rule: 'storage', message: expect.stringContaining('not now') }])
    plain.exec('DROP TRIGGER refusing')
    await upkeep.runNow()
    expect(told.alerts.at(-1)).toMatchObject({
      severity: 'info',
      message: expect.stringContaining('(compression) works again'),
    })
  })

  it('goes on behind a damaged chunk, and tells of it once', async () => {
    const storage = await recorded(3 * 720)
    openPlain(storage.file).exec(
      `INSERT INTO book_ticker_chunks (instrument_id, frame_time, row_count, format, data) VALUES (3, ${start}, 5, 1, x'00')`,
    )
    const { upkeep, told } = keeping(storage, { now: start + 30 * hour })
    await upkeep.runNow()
    await upkeep.runNow()
    const message = expect.stringMatching(
      /^The quotes of 2023-11-14T22:12:00.000Z and the 12 minutes after stay uncompressed: .* instrument 3 /,
    )
    expect(told.alerts).toEqual([{ severity: 'warning', rule: 'storage', message }])
    expect((await storage.upkeep.report()).cold.rows).toBe(2 * 720 * count + 5)
  })

  it('tells which ledgers begin later now, and which rows have to stay', async () => {
    const storage = await recorded(1)
    const account = 'binance-main'
    await storage.accounts.save({
      openings: [{ account, at: start, totals: [] }],
      fills: [
        { fill: fill({ tradeId: '1', at: start + 1 }), raw: '{}' },
        { fill: fill({ tradeId: '2', at: start + 7, fee: null, feeAsset: null }), raw: '{}' },
      ],
    })
    const { upkeep, told } = keeping(storage, { now: start + 10 * day, settings: { retentionDays: { fills: 5 } } })
    await upkeep.runNow()
    expect(told.moved).toEqual([{ account, at: start + 6 }])
    const { upkeep: entries } = await upkeep.report()
    expect(entries.find(({ what }) => what === 'retention')?.detail).toBe(
      '1 row of fills older than 5 days removed; ' +
        'fills of binance-main since 2023-11-14T22:12:00.007Z stay: a fill or transfer of then is not settled yet',
    )
  })

  it('is cancelled from the progress it shows, which counts only what is to be done', async () => {
    const storage = await recorded(8 * 720 + 300)
    const { upkeep, told } = keeping(storage, { now: start + 24 * hour + 8 * frameMs })
    const running = upkeep.runNow()
    while (told.progress.length === 0) await new Promise(setImmediate)
    const [first] = told.progress
    expect(first).toMatchObject({ state: 'running', canCancel: true, total: 8 * 720 * count })
    upkeep.cancel('backup')
    upkeep.cancel(first?.id ?? '')
    await running
    const last = told.progress.at(-1)
    expect(last).toMatchObject({ state: 'cancelled', total: 8 * 720 * count })
    expect((await storage.upkeep.report()).cold.rows).toBe(last?.done)
    expect(last?.done).toBeLessThan(8 * 720 * count)
    await upkeep.runNow()
    expect(told.progress.at(-1)).toMatchObject({ state: 'finished' })
    expect((await storage.upkeep.report()).cold.rows).toBe(8 * 720 * count)
  })

  it('ends after the step it is in when it is stopped', async () => {
    const storage = await recorded(8 * 720)
    const { upkeep } = keeping(storage, { now: start + 30 * hour })
    const running = upkeep.runNow()
    while ((await storage.upkeep.report()).cold.rows === 0) await new Promise(setImmediate)
    await upkeep.stop()
    await running
    const { cold } = await storage.upkeep.report()
    expect(cold.rows).toBeGreaterThan(0)
    expect(cold.rows).toBeLessThan(8 * 720 * count)
    expect(rowsIn(storage.file)).toBe(8 * 720 * count)
  })

  it('lets snapshots through while a backlog is compressed', async () => {
    const instruments = 40
    const frames = 8
    const storage = await recorded(frames * 720, temporaryFile(), instruments)
    const { upkeep } = keeping(storage, { now: start + day + frames * frameMs })
    let done = false
    const run = upkeep.runNow().finally(() => {
      done = true
    })
    const waits: number[] = []
    for (let second = frames * 720; !done; second++) {
      const from = performance.now()
      const { rows } = await storage.saveSnapshot(quotesAt(start + second * 1_000, instruments))
      waits.push(performance.now() - from)
      expect(rows).toBe(instruments)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await run
    process.stdout.write(
      `${waits.length} snapshots beside the roll-up of ${(frames * 720 * instruments).toLocaleString('en-US')} quotes: ` +
        `the longest waited ${Math.max(...waits).toFixed(0)} ms\n`,
    )
    expect(waits.length).toBeGreaterThan(frames)
    expect(rowsIn(storage.file)).toBe((frames * 720 + waits.length) * instruments)
  })
})

describe('in the background', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Moves the timers on until it is so; the storage's threads work in real time. */
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    for (let turn = 0; turn < 2_000; turn++) {
      if (await isSo()) return
      await vi.advanceTimersByTimeAsync(5)
    }
    throw new Error('it never came')
  }

  it('runs soon after the start and then every 10 minutes, retention once an hour', async () => {
    const storage = await recorded(1_500)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    const { upkeep, clock } = keeping(storage, { now: start + day + 2 * frameMs })
    const coldRows = async () => (await storage.upkeep.report()).cold.rows
    upkeep.start()
    await vi.advanceTimersByTimeAsync(19_000)
    expect(await coldRows()).toBe(0)
    await vi.advanceTimersByTimeAsync(1_000)
    await until(async () => (await coldRows()) === 14_400)
    await until(async () => (await upkeep.report()).upkeep.length === 3)
    const details = async () => (await upkeep.report()).upkeep.map(({ what, at }) => [what, at])
    // The same hour: only what can be compressed is looked for.
    clock.now += 0.5 * hour
    insertOld(storage.file)
    await vi.advanceTimersByTimeAsync(600_000)
    await until(async () => (await coldRows()) === 15_001)
    expect(await details()).toContainEqual(['retention', start + day + 2 * frameMs])
    clock.now += 0.5 * hour
    await vi.advanceTimersByTimeAsync(600_000)
    await until(async () => (await coldRows()) === 15_000)
    expect(await details()).toContainEqual(['retention', start + day + 2 * frameMs + hour])
    await upkeep.stop()
    const left = await storage.upkeep.report()
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect((await storage.upkeep.report()).tables[0]).toEqual(left.tables[0])
  })
})
