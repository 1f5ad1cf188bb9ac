import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { startSimulator } from '../../src/main/simulator/index.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import { demoExchangeIds, periodMs } from '../../src/shared/domain/index.ts'
import { settingsFor, simulatorThread, startHub, type TestHub } from '../support/hub.ts'
import { until } from '../support/loopback.ts'
import { temporaryFolder } from '../support/temporary.ts'

const demo = { mode: 'demo', symbols: ['BTC_USDT'], periods: ['1m'], history: { backfillCandles: 20 } }
const statusOf = ({ hub }: TestHub, exchange: string) =>
  hub.connections().find((status) => status.exchange === exchange)
const allLive = ({ hub }: TestHub) =>
  until(() => hub.connections().length > 0 && hub.connections().every(({ state }) => state === 'live'), 'all live')
const quotesFlow = async (test: TestHub) => {
  await allLive(test)
  await until(
    () => test.client.pushes('market.quotes').some((update) => update.bidPrice.some((bid) => bid > 0)),
    'quotes',
  )
}

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer()
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  await new Promise((resolve) => server.close(resolve))
  return listening
}

/** The first of `count` consecutive ports that were free a moment ago, below those that systems give away by themselves. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = 12_000 + Math.floor(Math.random() * 15_000)
    const ports = Array.from({ length: count }, (_, index) => first + index)
    if ((await Promise.all(ports.map(isFree))).every((free) => free)) return first
  }
}

describe('an exchange that cannot be reached at start', () => {
  it('says why, keeps nobody waiting, and joins when it comes up', async () => {
    const gate = await simulatorThread({ venues: ['gate'], symbols: ['BTC_USDT'] })
    const port = await freePorts(8)
    const planned = await startSimulator({ venues: ['okx'], symbols: ['BTC_USDT'], port })
    const origins = planned.originsOf('okx')
    await planned.close()
    const { exchanges } = settingsFor(gate)
    const test = await startHub({
      settings: {
        mode: 'live',
        symbols: ['BTC_USDT'],
        periods: ['1m'],
        exchanges: { ...(exchanges as object), okx: { origins } },
      },
    })
    await until(() => statusOf(test, 'gate')?.state === 'live', 'the other is live')
    await until(() => statusOf(test, 'okx')?.state === 'waiting', 'the one is not', 15_000)
    expect(statusOf(test, 'okx')).toMatchObject({
      state: 'waiting',
      reason: expect.stringMatching(/^its list of instruments could not be loaded: .*ECONNREFUSED/),
      sockets: [],
    })
    expect(test.client.pushes('progress.update')).toContainEqual(
      expect.objectContaining({
        id: 'instruments:okx',
        state: 'failed',
        detail: expect.stringContaining('ECONNREFUSED'),
      }),
    )
    await until(
      () => test.rows("SELECT * FROM v_book_tickers WHERE exchange = 'gate'").length > 2,
      'snapshots of the other',
    )

    await simulatorThread({ venues: ['okx'], symbols: ['BTC_USDT'], port })
    await until(() => statusOf(test, 'okx')?.state === 'live', 'it joins', 30_000)
    expect(statusOf(test, 'okx')).toMatchObject({ reason: null, notes: [] })
    await until(() => test.rows("SELECT * FROM v_book_tickers WHERE exchange = 'okx'").length > 0, 'its snapshots')
    const pairs = await test.ask('spreads.pairs', {})
    expect(pairs.map(({ buy, sell }) => `${buy} ${sell}`).sort()).toEqual([
      'gate:BTC_USDT okx:BTC_USDT',
      'okx:BTC_USDT gate:BTC_USDT',
    ])
  }, 60_000)
})

describe('a dry run', () => {
  it('writes nothing, and charts still work', async () => {
    const test = await startHub({ settings: demo, dryRun: true })
    const files = readdirSync(test.folder)
    await quotesFlow(test)
    const status = await test.ask('recorder.status', {})
    expect(status).toMatchObject({ recording: false, problem: expect.stringContaining('dry run'), rowsWritten: 0 })
    const request = { instrument: 'okx:BTC_USDT', period: '1m', before: null, limit: 250 } as const
    const { klines: listed } = await test.ask('klines.list', request)
    expect(listed.openTime).toHaveLength(250)
    expect([...listed.openTime].every((time, i) => i === 0 || time - (listed.openTime[i - 1] ?? 0) === 60_000)).toBe(
      true,
    )
    const { klines: older } = await test.ask('klines.list', { ...request, before: listed.openTime[0] ?? 0 })
    expect(older.openTime.at(-1)).toBe((listed.openTime[0] ?? 0) - 60_000)
    expect(await test.ask('opportunities.list', { before: null, limit: 10 })).toEqual([])
    await test.hub.stop()
    expect(readdirSync(test.folder)).toEqual(files)
  })
})

describe('candles asked for by a chart', () => {
  it('go back beyond what is stored, page by page, and are stored on the way', async () => {
    const test = await startHub({ settings: demo })
    await allLive(test)
    await until(
      () =>
        test.client
          .pushes('progress.update')
          .filter(({ id, state }) => id.startsWith('backfill') && state === 'finished').length ===
        demoExchangeIds.length,
      'loaded',
    )
    for (const instrument of demoExchangeIds.map((exchange) => `${exchange}:BTC_USDT`)) {
      const { klines: first } = await test.ask('klines.list', { instrument, period: '1m', before: null, limit: 300 })
      const pages = [first]
      for (let page = 1; page < 4; page++) {
        const before = pages[page - 1]?.openTime[0] ?? 0
        pages.push((await test.ask('klines.list', { instrument, period: '1m', before, limit: 700 })).klines)
      }
      const times = pages.reverse().flatMap(({ openTime }) => [...openTime])
      expect(times).toHaveLength(300 + 3 * 700)
      expect(times.every((time, i) => i === 0 || time === (times[i - 1] ?? 0) + periodMs['1m'])).toBe(true)
      const [stored] = test.rows<{ n: number; oldest: number }>(
        `SELECT count(*) AS n, min(open_time) AS oldest FROM klines WHERE period = '1m' AND instrument_id = ${first.instrumentId}`,
      )
      expect(stored?.oldest).toBe(times[0])
      expect(stored?.n).toBeGreaterThanOrEqual(times.length)
      // Beyond the listing there is nothing, which is an answer and no failure.
      const none = await test.ask('klines.list', { instrument, period: '1d', before: 1_500_000_000_000, limit: 100 })
      expect([none.klines.openTime.length, none.problem]).toEqual([0, null])
    }
  }, 30_000)

  it('are refused in words for an instrument that nobody lists', async () => {
    const test = await startHub({ settings: demo })
    const request = { instrument: 'binance:NOPE_USDT', period: '1m', before: null, limit: 10 }
    expect(await test.hub.call(test.client, 'klines.list', request)).toEqual({
      ok: false,
      code: 'badRequest',
      message: 'no exchange lists "binance:NOPE_USDT"; keys look like binance:BTC_USDT',
    })
  })
})

/** What must hold whatever is wrong with the file. */
async function flowsUnrecorded(test: TestHub, reason: RegExp) {
  await quotesFlow(test)
  const problem = expect.stringMatching(reason)
  expect(await test.ask('recorder.status', {})).toMatchObject({ recording: false, problem, rowsWritten: 0 })
  expect(await test.ask('alerts.list', {})).toContainEqual(
    expect.objectContaining({ severity: 'error', rule: 'storage', message: expect.stringMatching(reason) }),
  )
  // Charts go on from the exchange.
  const request = { instrument: 'gate:BTC_USDT', period: '1m', before: null, limit: 10 } as const
  const listed = await test.ask('klines.list', request)
  expect([listed.klines.openTime.length, listed.problem]).toEqual([10, null])
}

describe('a database that cannot be used', () => {
  it('because a folder is in its place: quotes flow, and every screen is told', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'crossbook.db'))
    await flowsUnrecorded(await startHub({ settings: demo, folder }), /crossbook\.db/)
  })

  it('because a newer Crossbook wrote it: the file stays as it is', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'crossbook.db')
    await (await openStorage({ file })).close()
    const database = new Database(file)
    database.pragma('user_version = 99')
    database.close()
    const test = await startHub({ settings: demo, folder })
    await flowsUnrecorded(test, /newer Crossbook/)
    await test.hub.stop()
    expect(test.rows('PRAGMA user_version')).toEqual([{ user_version: 99 }])
    expect(test.rows('SELECT count(*) AS n FROM instruments')).toEqual([{ n: 0 }])
  })

  it('because it is locked: it is recorded to as soon as the lock is gone', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'crossbook.db')
    await (await openStorage({ file })).close()
    const other = new Database(file)
    other.pragma('locking_mode = EXCLUSIVE')
    other.exec('BEGIN EXCLUSIVE')
    const test = await startHub({ settings: demo, folder })
    await flowsUnrecorded(test, /locked/)
    other.exec('COMMIT')
    other.close()
    await until(() => test.client.pushes('recorder.status').at(-1)?.recording === true, 'recording again', 25_000)
    await until(() => test.rows('SELECT * FROM book_tickers').length > 4, 'snapshots')
  }, 60_000)

  it('because the demo’s cannot be set aside: nothing live is written into it', async () => {
    const simulator = await simulatorThread({ venues: ['gate'], symbols: ['BTC_USDT'] })
    const folder = temporaryFolder()
    const test = await startHub({ settings: settingsFor(simulator, { ...demo, mode: 'demo' }), folder })
    await quotesFlow(test)
    // The name it would be moved to is a folder with something in it, for every second of the next minutes.
    const at = Date.now()
    for (let second = 0; second < 120; second++) {
      const stamp = new Date(at + second * 1_000).toISOString().replace(/[-:]/g, '').slice(0, 15)
      mkdirSync(join(folder, `crossbook.demo-${stamp}.db`, 'taken'), { recursive: true })
    }
    await test.ask('settings.update', { changes: [{ path: ['mode'], value: 'live' }] })
    await flowsUnrecorded(test, /cannot move/)
    expect(test.rows("SELECT value FROM meta WHERE key = 'mode'")).toEqual([{ value: 'demo' }])
    expect(existsSync(join(folder, 'crossbook.db'))).toBe(true)
  }, 30_000)
})
