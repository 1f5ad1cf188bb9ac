import { setTimeout as wait } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AccountRecorder, type AccountRecorderOptions } from '../../../src/main/account/recorder.ts'
import { type Bus, createBus } from '../../../src/main/bus/index.ts'
import { createLogger } from '../../../src/main/log.ts'
import type { AccountBatch } from '../../../src/main/storage/account-contract.ts'
import { StorageError } from '../../../src/main/storage/index.ts'
import type { Balance, Fill } from '../../../src/shared/domain/index.ts'
import { FillFilter } from '../../../src/shared/portfolio.ts'
import { balance, drift, fill, order, payment, position, rate, start, transfer } from '../storage/account-rows.ts'
import { openPlain, openTemporary } from '../storage/support.ts'

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(2)
}

type Save = NonNullable<AccountRecorderOptions['storage']>['save']

interface Rig extends Partial<AccountRecorderOptions> {
  /** Stands between the recorder and its storage. */
  readonly through?: (save: Save) => Save
  readonly busyTimeoutMs?: number
}

async function record({ through = (save) => save, busyTimeoutMs = 5_000, ...options }: Rig = {}) {
  const storage = await openTemporary({ busyTimeoutMs })
  const bus = createBus((error) => {
    throw error
  })
  const alerts: string[] = []
  const batches: AccountBatch[] = []
  const saveReal = through((batch) => storage.accounts.save(batch))
  const recorder = new AccountRecorder({
    bus,
    storage: {
      save: (batch) => {
        batches.push(batch)
        return saveReal(batch)
      },
    },
    balances: () => [],
    logger: createLogger('silent'),
    onAlert: ({ severity, rule, message }) => alerts.push(`${severity} ${rule}: ${message}`),
    everyMs: 20,
    ...options,
  })
  recorder.start()
  onTestFinished(() => recorder.stop())
  const fills = async () =>
    (await storage.accounts.fills(FillFilter.parse({}), null, 1_000)).rows.map(({ tradeId }) => tradeId).reverse()
  return { storage, bus, recorder, alerts, batches, fills, database: openPlain(storage.file) }
}

const publishFills = (bus: Bus, ...ids: readonly (number | string)[]) => {
  for (const id of ids) publishFill(bus, { tradeId: `${id}`, at: start + Number(id) })
}
const publishFill = (bus: Bus, more: Partial<Fill>) =>
  bus.publish({ kind: 'fill', fill: fill(more), completes: false, raw: '{}', source: 'stream' })
const publishBalance = (bus: Bus, more: Partial<Balance> = {}) =>
  bus.publish({ kind: 'balance', balance: balance(more) })
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
const full = () => Promise.reject(new StorageError('full', 'the disk is full'))

describe('the account recorder', () => {
  it('stores everything that happens on the accounts', async () => {
    const { bus, recorder, database } = await record({ balances: () => [balance()] })
    bus.publish({ kind: 'order_update', order: order(), raw: '{}', source: 'rest' })
    publishFills(bus, 1)
    publishBalance(bus)
    bus.publish({ kind: 'position', position: position() })
    bus.publish({ kind: 'transfer', transfer: transfer(), raw: '{}' })
    bus.publish({ kind: 'funding_payment', payment: payment() })
    bus.publish({ kind: 'funding_rate', rate: rate() })
    bus.publish({ kind: 'drift', drift: drift() })
    await recorder.flush()
    const tables = ['orders', 'order_events', 'fills', 'balances', 'daily_balances', 'positions', 'transfers']
    const counts = [...tables, 'transfer_events', 'funding_payments', 'funding_rates', 'drift'].map((table) =>
      database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    )
    expect({ counts, status: recorder.status() }).toEqual({
      counts: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
      status: {
        problem: null,
        waiting: 0,
        rowsWritten: 9,
        batches: 1,
        givenUp: 0,
        conflated: 0,
        lastWriteMs: expect.any(Number),
      },
    })
  })

  it('gathers what comes together, writes in order, and waits between batches', async () => {
    const times: number[] = []
    const { bus, batches, fills } = await record({
      everyMs: 100,
      through: (save) => (batch) => {
        times.push(performance.now())
        return save(batch)
      },
    })
    for (let id = 1; id <= 60; id++) {
      publishFills(bus, id)
      await wait(5)
    }
    await until(async () => (await fills()).length === 60)
    const ids = batches.flatMap(({ fills: rows = [] }) => rows.map(({ fill: { tradeId } }) => Number(tradeId)))
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    expect(ids).toEqual(numbers(1, 60))
    expect(Math.min(...pauses)).toBeGreaterThan(95)
  })

  it('keeps a batch that another program locked out, tells once, and stores it in order when the lock is gone', async () => {
    const { bus, recorder, storage, alerts, fills } = await record({ busyTimeoutMs: 20 })
    const other = new Sqlite(storage.file)
    other.exec('BEGIN IMMEDIATE')
    publishFills(bus, 1, 2)
    await until(() => recorder.status().problem !== null)
    publishFills(bus, 3)
    await recorder.flush()
    const failing = recorder.status()
    other.exec('COMMIT')
    other.close()
    // By itself, after its pause.
    await until(() => recorder.status().problem === null)
    expect({ failing, alerts, fills: await fills(), waiting: recorder.status().waiting }).toEqual({
      failing: expect.objectContaining({ problem: expect.stringContaining('locked'), waiting: 3, rowsWritten: 0 }),
      alerts: [
        expect.stringMatching(/^error storage: What happens on the accounts is not recorded for now: .+locked/),
        expect.stringMatching(/^info storage: .+recorded again/),
      ],
      fills: ['1', '2', '3'],
      waiting: 0,
    })
  })

  it('gives up the oldest happenings beyond its bound, loudly, and conflates state beyond its own', async () => {
    let isFull = true
    const { storage, bus, recorder, alerts, fills, database } = await record({
      maximumHappenings: 20,
      maximumState: 5,
      through: (save) => (batch) => (isFull ? full() : save(batch)),
    })
    const whole = (list: 'fills' | 'orders') =>
      bus.publish({ kind: 'account_downloaded', account: 'binance-main', list, until: start })
    for (const id of numbers(1, 25)) {
      publishFills(bus, id)
      if (id === 2) whole('fills')
      publishBalance(bus, { asset: id % 2 === 0 ? 'BTC' : 'ETH', total: `${id}` })
    }
    await recorder.flush()
    const { waiting, givenUp, conflated } = recorder.status()
    isFull = false
    await recorder.flush()
    const newest = database.prepare(
      'SELECT asset, total FROM balances WHERE id IN (SELECT max(id) FROM balances GROUP BY asset)',
    )
    const stored = await fills()
    expect({
      counted: waiting + givenUp + conflated,
      stored,
      gone: givenUp,
      newest: newest.raw().all().sort(),
      conflatedSome: conflated >= 15,
      alerts,
    }).toEqual({
      counted: 50,
      stored: numbers(givenUp + 1, 25).map(String),
      gone: 25 - stored.length,
      newest: [
        ['BTC', '24'],
        ['ETH', '25'],
      ],
      conflatedSome: true,
      alerts: [
        expect.stringContaining('not recorded for now: the disk is full'),
        expect.stringMatching(new RegExp(`${givenUp} orders, fills or transfers were given up`)),
        expect.stringContaining('recorded again'),
      ],
    })
    expect(givenUp).toBeGreaterThanOrEqual(5)
    // What was given up is asked for again by the next start: nothing says that it is there.
    whole('orders')
    await recorder.flush()
    expect((await storage.accounts.memory('binance-main', 0)).downloads).toEqual({})
  })

  it('gives up a row that storage will never take, and nothing else', async () => {
    const { bus, recorder, alerts, fills } = await record()
    const broken: Fill = JSON.parse(JSON.stringify({ ...fill({ tradeId: '13' }), price: null }))
    publishFills(bus, ...numbers(1, 12))
    bus.publish({ kind: 'fill', fill: broken, completes: false, raw: '{}', source: 'stream' })
    publishFills(bus, ...numbers(14, 30))
    await recorder.flush()
    expect({ fills: await fills(), alerts, status: recorder.status() }).toEqual({
      fills: [...numbers(1, 12), ...numbers(14, 30)].map(String),
      alerts: [
        expect.stringMatching(/^error storage: A row of an account could not be stored and was given up: .+price/),
      ],
      status: expect.objectContaining({ problem: null, waiting: 0, givenUp: 1, rowsWritten: 29 }),
    })
  })

  it('stores what waits when it is stopped, and listens no longer', async () => {
    const { bus, recorder, fills } = await record({ everyMs: 60_000 })
    publishFills(bus, 1)
    await recorder.flush()
    publishFills(bus, 2, 3)
    await recorder.stop()
    publishFills(bus, 4)
    await recorder.stop()
    expect({ fills: await fills(), waiting: recorder.status().waiting }).toEqual({
      fills: ['1', '2', '3'],
      waiting: 0,
    })
  })

  it('ends although nothing can be stored', async () => {
    const { recorder, bus } = await record({ through: () => full })
    publishFills(bus, 1)
    await recorder.stop()
    expect(recorder.status()).toMatchObject({ problem: 'the disk is full', waiting: 1 })
  })

  it('keeps one funding rate a minute and symbol', async () => {
    const { bus, recorder, database } = await record()
    const at = (ms: number, text: string, symbol = 'BTC_USDT_PERP') =>
      bus.publish({ kind: 'funding_rate', rate: rate({ receivedAt: start + ms, rate: text, symbol }) })
    // The minute ends 40 s after `start`.
    at(0, '0.1')
    at(39_999, '0.2')
    at(39_999, '0.3', 'ETH_USDT_PERP')
    at(40_000, '0.4')
    at(99_999, '0.5')
    await recorder.flush()
    expect(database.prepare('SELECT symbol, rate FROM funding_rates ORDER BY id').raw().all()).toEqual([
      ['BTC_USDT_PERP', '0.1'],
      ['ETH_USDT_PERP', '0.3'],
      ['BTC_USDT_PERP', '0.4'],
    ])
  })

  it('stores what an account holds once a day, all of it at one moment', async () => {
    // 2023-11-14T22:13:20Z: the day ends 6,400 s later.
    let now = start
    let held: readonly Balance[] = []
    const { recorder, database } = await record({ now: () => now, balances: () => held })
    const flush = async (at: number, ...balances: readonly Balance[]) => {
      now = start + at
      held = balances
      await recorder.flush()
    }
    await flush(0)
    await flush(1_000, balance({ total: '1' }))
    // ETH that was bought with BTC: together with the BTC of before it would count twice.
    await flush(2_000, balance({ total: '0.2' }), balance({ asset: 'ETH', total: '3' }))
    await flush(3_000, balance({ account: 'gate-main', exchange: 'gate', total: '7' }), balance({ total: '0.2' }))
    await flush(6_399_999, balance({ total: '4' }))
    await flush(6_400_000, balance({ total: '5' }))
    const stored = database.prepare(
      'SELECT day, account, asset, total FROM daily_balances ORDER BY day, account, asset',
    )
    expect(stored.raw().all()).toEqual([
      ['2023-11-14', 'binance-main', 'BTC', '1'],
      ['2023-11-14', 'gate-main', 'BTC', '7'],
      ['2023-11-15', 'binance-main', 'BTC', '5'],
    ])
  })

  it('listens to nothing in a dry run', async () => {
    const { bus, recorder } = await record({ storage: null })
    publishFills(bus, 1)
    await recorder.flush()
    await recorder.stop()
    expect(recorder.status()).toMatchObject({ problem: null, waiting: 0, rowsWritten: 0 })
  })
})
