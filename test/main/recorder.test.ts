import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBus } from '../../src/main/bus/index.ts'
import { createLogger } from '../../src/main/log.ts'
import { QuoteBoard } from '../../src/main/market/quotes.ts'
import { nothingRecordedBefore } from '../../src/main/recorder/recorded-before.ts'
import { Recorder, type RecorderOptions } from '../../src/main/recorder.ts'
import type { BookTicker, Kline } from '../../src/shared/domain/index.ts'
import { indexOf } from '../support/instruments.ts'
import { btc, btcOkx, ethPerpetual, instruments, openPlain, openTemporary, opportunity } from './storage/support.ts'

/** 2023-11-14T22:13:20.000Z; the tests begin 400 ms after it. */
const start = 1_700_000_000_000

beforeEach(() => {
  // The clock alone is a fake: storage is real, with threads, a file and a real event loop.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: start + 400 })
})
afterEach(() => {
  vi.useRealTimers()
})

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await nextTurn()
}

interface Rig {
  readonly options?: Partial<RecorderOptions>
  /** Whether the board hears a quote before the recorder does. */
  readonly boardFirst?: boolean
  readonly busyTimeoutMs?: number
}

async function record({ options = {}, boardFirst = true, busyTimeoutMs = 5_000 }: Rig = {}) {
  const storage = await openTemporary({ busyTimeoutMs })
  await storage.saveInstruments([btc, btcOkx, ethPerpetual])
  // In another order than the ids, as a watch list may be.
  const board = new QuoteBoard([ethPerpetual, btc, btcOkx])
  const bus = createBus((error) => {
    throw error
  })
  const clock = { offset: 0 }
  const alerts: string[] = []
  const recorder = new Recorder({
    board: () => board,
    bus,
    storage,
    before: nothingRecordedBefore,
    instruments: () => indexOf(instruments),
    tradeSymbols: () => [],
    now: () => Date.now() + clock.offset,
    elapsed: () => [Date.now() + clock.offset, Date.now() + clock.offset],
    logger: createLogger('silent'),
    onAlert: ({ severity, rule, message }) => alerts.push(`${severity} ${rule}: ${message}`),
    ...options,
  })
  const listen = () => {
    bus.on('book_ticker', (quote) => board.applyBookTicker(quote))
    bus.on('connection', (event) => {
      if (event.state === 'down') board.clearLive(event.instrumentIds)
    })
  }
  if (boardFirst) listen()
  recorder.start()
  onTestFinished(() => recorder.stop())
  if (!boardFirst) listen()
  const database = openPlain(storage.file)
  return {
    storage,
    board,
    bus,
    clock,
    alerts,
    recorder,
    database,
    quote: (instrument: BookTicker['instrument'], bidPrice: number | null, more: Partial<BookTicker> = {}) =>
      bus.publish({
        kind: 'book_ticker',
        instrument,
        bidPrice,
        bidQuantity: bidPrice === null ? null : 2,
        askPrice: bidPrice === null ? null : bidPrice + 1,
        askQuantity: bidPrice === null ? null : 3,
        exchangeAt: null,
        receivedAt: Date.now() + clock.offset,
        ...more,
      }),
    kline: (more: Partial<Kline> = {}) =>
      bus.publish({
        kind: 'kline',
        instrument: btc,
        period: '1m',
        openTime: start - 20_000,
        open: 1,
        high: 4,
        low: 1,
        close: 2,
        volume: 10,
        quoteVolume: 20,
        isClosed: false,
        exchangeAt: null,
        receivedAt: Date.now(),
        ...more,
      }),
    /** Stored rows as [seconds after the start, instrument, bid]. */
    rows: () =>
      database
        .prepare<[number], [number, number, number | null]>(
          'SELECT (time - ?) / 1000.0, instrument_id, bid_price FROM book_tickers ORDER BY time, instrument_id',
        )
        .raw()
        .all(start),
    candles: () =>
      database
        .prepare<[], [string, number, number]>('SELECT period, close, is_closed FROM klines ORDER BY rowid')
        .raw()
        .all(),
    stored: (snapshots: number) => until(() => recorder.measurements().snapshots === snapshots),
  }
}

describe('the snapshot clock', () => {
  it('stores the newest live quotes on every full second, stamped with it', async () => {
    const { quote, recorder, rows, stored, database } = await record()
    quote(btcOkx, 7)
    quote(btc, 100)
    quote(btc, 101)
    quote(ethPerpetual, null, { askPrice: 5, askQuantity: 6 })
    vi.advanceTimersByTime(600)
    await stored(1)
    quote(btc, 102)
    vi.advanceTimersByTime(1_000)
    await stored(2)
    await until(() => recorder.status().databaseBytes !== null)
    expect({
      rows: rows(),
      oneSided: database.prepare('SELECT * FROM book_tickers WHERE instrument_id = 3').raw().get(),
      status: recorder.status(),
    }).toEqual({
      rows: [
        [1, 1, 101],
        [1, 2, 7],
        [1, 3, null],
        [2, 1, 102],
        [2, 2, 7],
        [2, 3, null],
      ],
      oneSided: [start + 1_000, 3, null, null, 5, 6, null, null],
      status: {
        recording: true,
        problem: null,
        snapshots: 2,
        missedSnapshots: 0,
        rowsWritten: 6,
        lastJitterMs: 0,
        lastWriteMs: expect.any(Number),
        databaseBytes: expect.any(Number),
      },
    })
  })

  it('does not drift: a late tick is measured, and the next is on the second again', async () => {
    const { quote, clock, recorder, rows, stored } = await record()
    quote(btc, 1)
    for (let tick = 1; tick <= 3; tick++) {
      clock.offset += 30
      vi.advanceTimersByTime(tick === 1 ? 600 : 970)
      await stored(tick)
    }
    expect({ seconds: rows().map(([at]) => at), jitter: recorder.measurements().jitterMs }).toEqual({
      seconds: [1, 2, 3],
      jitter: { count: 3, sum: 90, last: 30, maximum: 30 },
    })
  })

  it('leaves out quotes whose feed is down, and those without any side', async () => {
    const { quote, bus, rows, stored } = await record()
    quote(btc, 1)
    quote(btcOkx, 2)
    quote(ethPerpetual, null)
    const down = {
      kind: 'connection',
      exchange: 'okx',
      feed: 'spot',
      state: 'down',
      reason: 'silent',
      cause: 'disconnect',
    } as const
    bus.publish({ ...down, instrumentIds: [btcOkx.id], at: Date.now(), reconnected: false })
    vi.advanceTimersByTime(600)
    await stored(1)
    expect(rows()).toEqual([[1, 1, 1]])
  })

  it.each([true, false])('never stamps a quote with a second before it came (board first: %s)', async (boardFirst) => {
    const { quote, clock, recorder, rows, stored } = await record({ boardFirst })
    quote(btc, 1)
    quote(btcOkx, 10)
    vi.advanceTimersByTime(599)
    // The second passes while the program is busy: quotes are read from the sockets before the timer gets its turn.
    clock.offset = 41
    quote(btc, 2)
    quote(btcOkx, 20)
    quote(ethPerpetual, 30)
    await stored(1)
    const jitter = recorder.status().lastJitterMs
    vi.advanceTimersByTime(1_000)
    await stored(2)
    expect({ jitter, rows: rows() }).toEqual({
      jitter: 40,
      rows: [
        [1, 1, 1],
        [1, 2, 10],
        [2, 1, 2],
        [2, 2, 20],
        [2, 3, 30],
      ],
    })
  })

  it('does not take what was true before a disconnect for what was true at the second', async () => {
    const { quote, bus, clock, rows, stored } = await record()
    quote(btc, 1)
    quote(btcOkx, 10)
    const down = {
      kind: 'connection',
      exchange: 'okx',
      feed: 'spot',
      state: 'down',
      reason: 'silent',
      cause: 'disconnect',
    } as const
    bus.publish({ ...down, instrumentIds: [btcOkx.id], at: Date.now(), reconnected: false })
    vi.advanceTimersByTime(599)
    clock.offset = 41
    quote(btcOkx, 20)
    await stored(1)
    expect(rows()).toEqual([[1, 1, 1]])
  })

  it('counts the seconds it was blocked past, tells them once, and writes nothing for them', async () => {
    const { quote, clock, recorder, rows, alerts, stored } = await record()
    quote(btc, 1)
    vi.advanceTimersByTime(600)
    await stored(1)
    clock.offset = 3_200
    vi.advanceTimersByTime(1_000)
    const missed = recorder.status().missedSnapshots
    quote(btc, 2)
    vi.advanceTimersByTime(800)
    await stored(2)
    expect({ missed, rows: rows(), alerts }).toEqual({
      // The seconds 2, 3, 4 and the one it woke up in, 5: its quotes still lay unread in the sockets.
      missed: 4,
      rows: [
        [1, 1, 1],
        [6, 1, 2],
      ],
      alerts: ['warning missed_snapshot: 4 seconds not recorded from 2023-11-14T22:13:22.000Z: the program was busy'],
    })
  })

  it('makes one line of many gaps', async () => {
    const { clock, recorder, alerts, quote } = await record()
    quote(btc, 1)
    for (let gap = 0; gap < 70; gap++) {
      clock.offset += 1_000
      vi.advanceTimersByTime(1_000)
    }
    expect({ missed: recorder.status().missedSnapshots, alerts }).toEqual({
      missed: 140,
      alerts: [
        'warning missed_snapshot: 2 seconds not recorded from 2023-11-14T22:13:21.000Z: the program was busy',
        'warning missed_snapshot: 120 seconds not recorded in 60 gaps since 2023-11-14T22:13:23.000Z: the program was busy',
      ],
    })
  })

  it('makes one line of a night asleep, and takes no quote from before it for a new one', async () => {
    const { quote, clock, recorder, rows, alerts, stored } = await record()
    quote(btc, 1)
    quote(btcOkx, 10)
    vi.advanceTimersByTime(600)
    await stored(1)
    clock.offset = 8 * 3_600_000
    vi.advanceTimersByTime(1_000)
    const missed = recorder.status().missedSnapshots
    vi.advanceTimersByTime(1_000)
    quote(btc, 2)
    vi.advanceTimersByTime(1_000)
    await stored(2)
    expect({ missed, rows: rows(), alerts }).toEqual({
      missed: 28_801,
      rows: [
        [1, 1, 1],
        [1, 2, 10],
        [28_804, 1, 2],
      ],
      alerts: ['warning missed_snapshot: 28801 seconds not recorded from 2023-11-14T22:13:22.000Z: the computer slept'],
    })
  })

  it('waits for a clock that was set back a little, and tells no second twice', async () => {
    const { quote, clock, recorder, rows, alerts, stored } = await record()
    quote(btc, 1)
    vi.advanceTimersByTime(600)
    await stored(1)
    clock.offset = -2_300
    vi.advanceTimersByTime(3_299)
    const before = recorder.measurements().snapshots
    vi.advanceTimersByTime(1)
    await stored(2)
    expect({ before, rows: rows(), alerts, missed: recorder.status().missedSnapshots }).toEqual({
      before: 1,
      rows: [
        [1, 1, 1],
        [2, 1, 1],
      ],
      alerts: [],
      missed: 0,
    })
  })

  it('goes on recording where a clock is set back after a sleep', async () => {
    const { quote, clock, rows, stored } = await record()
    quote(btc, 1)
    vi.advanceTimersByTime(600)
    await stored(1)
    clock.offset = 60_000
    vi.advanceTimersByTime(1_000)
    clock.offset = 20_000
    vi.advanceTimersByTime(1_000)
    quote(btc, 2)
    vi.advanceTimersByTime(1_000)
    await stored(2)
    expect(rows()).toEqual([
      [1, 1, 1],
      [24, 1, 2],
    ])
  })

  it('says that the clock was set back far, and lets what is recorded stand', async () => {
    const { quote, clock, recorder, rows, alerts, stored } = await record()
    for (let second = 1; second <= 8; second++) {
      quote(btc, second)
      vi.advanceTimersByTime(second === 1 ? 600 : 1_000)
      await stored(second)
    }
    clock.offset = -7_000
    vi.advanceTimersByTime(1_000)
    quote(btc, 99)
    for (let again = 1; again <= 7; again++) {
      vi.advanceTimersByTime(1_000)
      await stored(8 + again)
    }
    expect({ rows: rows(), repeated: recorder.measurements().repeatedRows, alerts }).toEqual({
      rows: [...[1, 2, 3, 4, 5, 6, 7, 8].map((second) => [second, 1, second]), [9, 1, 99]],
      repeated: 6,
      alerts: [
        'warning missed_snapshot: The clock was set back by 7 seconds: what is already recorded for the seconds that come again stands',
      ],
    })
  })
})

describe('candles and opportunities', () => {
  it('stores the newest state of each candle once a second, and a closed one is not reopened', async () => {
    const { kline, candles, recorder } = await record()
    kline({ close: 1 })
    kline({ close: 2 })
    kline({ period: '5m', close: 3 })
    kline({ period: '1h', close: 4, isClosed: true })
    kline({ period: '1h', close: 5 })
    expect(recorder.measurements().waitingKlines).toBe(3)
    vi.advanceTimersByTime(600)
    await until(() => recorder.status().rowsWritten === 3)
    kline({ close: 6 })
    kline({ close: 7, isClosed: true })
    vi.advanceTimersByTime(1_000)
    await until(() => recorder.status().rowsWritten === 4)
    expect(candles()).toEqual([
      ['1m', 7, 1],
      ['5m', 3, 0],
      ['1h', 4, 1],
    ])
  })

  it('stores an opportunity at once, when it opens and when it closes', async () => {
    const { bus, storage, database } = await record()
    const open = opportunity({ closedAt: null, closeReason: null })
    bus.publish({ kind: 'opportunity', opportunity: open })
    await until(async () => (await storage.lastOpportunityId()) === 1)
    bus.publish({ kind: 'opportunity', opportunity: opportunity() })
    await until(() => database.prepare('SELECT closed_at FROM opportunities').pluck().get() !== null)
    expect(await storage.opportunities(null, 10)).toEqual([opportunity()])
  })

  it('writes what waits when it is stopped, and hears nothing afterwards', async () => {
    const { kline, bus, recorder, candles, storage, quote } = await record()
    kline({ close: 9, isClosed: true })
    bus.publish({ kind: 'opportunity', opportunity: opportunity() })
    await recorder.stop()
    const before = [candles(), await storage.opportunities(null, 10)]
    quote(btc, 1)
    kline({ period: '1h' })
    vi.advanceTimersByTime(5_000)
    await recorder.stop()
    expect({ before, waiting: recorder.measurements().waitingKlines, status: recorder.status().problem }).toEqual({
      before: [[['1m', 9, 1]], [opportunity()]],
      waiting: 0,
      status: 'not started',
    })
  })
})

describe('trouble with storage', () => {
  it('is told once, pauses, keeps what must not be lost, and recording resumes by itself', async () => {
    const { quote, kline, bus, recorder, alerts, database, rows, candles, storage } = await record({
      busyTimeoutMs: 10,
    })
    const failures = vi.spyOn(storage, 'saveSnapshot')
    quote(btc, 1)
    database.exec('BEGIN IMMEDIATE')
    vi.advanceTimersByTime(600)
    await until(() => recorder.status().problem !== null)
    const during = recorder.status()
    kline({ close: 3, isClosed: true })
    kline({ close: 4 })
    bus.publish({ kind: 'opportunity', opportunity: opportunity() })
    for (let second = 0; second < 20; second++) {
      const { missedSnapshots } = recorder.status()
      vi.advanceTimersByTime(1_000)
      await until(() => recorder.status().missedSnapshots > missedSnapshots)
    }
    // The pauses double: attempts at the seconds 1, 2, 4, 8 and 16.
    const attempts = failures.mock.calls.length
    const afterwards = recorder.status()
    database.exec('ROLLBACK')
    while (recorder.status().problem !== null) {
      const before = failures.mock.calls.length
      vi.advanceTimersByTime(1_000)
      if (failures.mock.calls.length > before) await until(() => recorder.status().problem === null)
    }
    await until(() => candles().length === 1)
    await until(async () => (await storage.lastOpportunityId()) === 1)
    const { missedSnapshots } = recorder.status()
    expect({
      during: [during.recording, during.problem],
      attempts,
      missed: afterwards.missedSnapshots,
      still: afterwards.recording,
      alerts,
      after: [recorder.status().recording, recorder.status().problem],
      rows: rows(),
      candles: candles(),
      opportunities: await storage.opportunities(null, 10),
    }).toEqual({
      during: [false, expect.stringMatching(/^another program keeps .+ locked/)],
      attempts: 5,
      missed: 21,
      still: false,
      alerts: [
        expect.stringMatching(/^error storage: Nothing is recorded: another program keeps .+ locked/),
        `info storage: Recording again after ${missedSnapshots} seconds; ${missedSnapshots} snapshots are missing`,
      ],
      after: [true, null],
      rows: [[missedSnapshots + 1, 1, 1]],
      candles: [['1m', 3, 1]],
      opportunities: [opportunity()],
    })
  })

  it('keeps no more opportunities than fit while the disk does not answer, and says how many are lost', async () => {
    const { quote, bus, recorder, alerts, storage } = await record()
    let refuse: (error: Error) => void = () => undefined
    const hung = vi.spyOn(storage, 'saveOpportunity').mockImplementation(
      () =>
        new Promise((_, reject) => {
          refuse = reject
        }),
    )
    for (let id = 1; id <= 16_007; id++) bus.publish({ kind: 'opportunity', opportunity: opportunity({ id }) })
    expect(recorder.measurements().waitingOpportunities).toBe(16_000)
    refuse(new Error('the disk is gone'))
    await until(() => recorder.status().problem !== null)
    // One of them is enough to see that it goes through.
    hung.mockImplementation(async () => ({ rows: 1, writeMs: 0 }))
    quote(btc, 1)
    vi.advanceTimersByTime(1_600)
    await until(() => recorder.status().problem === null)
    expect(alerts.at(-1)).toMatch(
      /^info storage: Recording again after .+; \d+ snapshots and 7 opportunities are missing$/,
    )
    await until(() => recorder.measurements().waitingOpportunities === 0)
    expect(hung).toHaveBeenCalledTimes(16_001)
  })

  it('does not stop the program when storage is closed under it', async () => {
    const { quote, recorder, storage, alerts } = await record()
    await storage.close()
    quote(btc, 1)
    vi.advanceTimersByTime(600)
    await until(() => recorder.status().problem !== null)
    expect({ status: recorder.status().problem, alerts: alerts.length }).toEqual({
      status: 'the storage is closed',
      alerts: 1,
    })
  })
})

describe('a dry run', () => {
  it('measures and counts, and writes nothing', async () => {
    const { quote, kline, bus, recorder, rows, clock } = await record({ options: { storage: null } })
    quote(btc, 1)
    kline({ isClosed: true })
    bus.publish({ kind: 'opportunity', opportunity: opportunity() })
    vi.advanceTimersByTime(1_600)
    clock.offset = 1_000
    vi.advanceTimersByTime(1_000)
    expect({ rows: rows(), status: recorder.status(), waiting: recorder.measurements().waitingKlines }).toEqual({
      rows: [],
      status: {
        recording: false,
        problem: 'dry run: nothing is recorded',
        snapshots: 2,
        missedSnapshots: 2,
        rowsWritten: 0,
        lastJitterMs: 0,
        lastWriteMs: null,
        databaseBytes: null,
      },
      waiting: 0,
    })
  })

  it('gives the reason it was handed', async () => {
    const { recorder } = await record({ options: { storage: null, problem: 'the disk is full' } })
    expect(recorder.status()).toMatchObject({ recording: false, problem: 'the disk is full' })
  })

  it('has nothing to record while nothing is watched', async () => {
    const { recorder, rows } = await record({ options: { board: () => null } })
    vi.advanceTimersByTime(5_000)
    await recorder.stop()
    expect({ rows: rows(), ...recorder.status() }).toMatchObject({ rows: [], snapshots: 0, missedSnapshots: 0 })
  })
})
