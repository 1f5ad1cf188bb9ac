import type { Database } from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { createMemoryReader } from '../../../../src/main/storage/accounts/memory.ts'
import { frameMs } from '../../../../src/main/storage/cold/chunk.ts'
import { createQuoteReader } from '../../../../src/main/storage/cold/quotes.ts'
import { createFreeSpace } from '../../../../src/main/storage/upkeep/free-space.ts'
import { createPrune } from '../../../../src/main/storage/upkeep/prune.ts'
import { createRollUp } from '../../../../src/main/storage/upkeep/roll-up.ts'
import { type PrunableTable, prunableTables } from '../../../../src/shared/data.ts'
import { frame } from '../cold/rows.ts'
import { openPlain, temporaryFile } from '../support.ts'
import { counts, insertRows, openFresh, type Row } from './database.ts'

/** Prunes until it is done; the rows each step removed. */
function pruneAll(database: Database, table: PrunableTable, before: number, limit: number): number[] {
  const prune = createPrune(database)
  const steps: number[] = []
  for (let done = false; !done; ) {
    const report = prune({ table, before, limit })
    steps.push(report.rows)
    done = report.done
    expect(steps.length).toBeLessThan(1_000)
  }
  return steps
}

/** Rows at times 1 to 10 of every table that is pruned by row, with the SQL that lists what is left. */
const tables: Readonly<
  Record<Exclude<PrunableTable, 'book_tickers'>, { readonly sql: (at: number) => string; readonly left: string }>
> = {
  klines: {
    sql: (at) =>
      `INSERT INTO klines VALUES (1, '1m', ${at - 59_999}, 1, 1, 1, 1, 1, 1, 1), (2, '1h', ${at - 3_599_999}, 1, 1, 1, 1, 1, 1, 1)`,
    left: 'SELECT open_time + 3599999 FROM klines WHERE instrument_id = 2 ORDER BY open_time',
  },
  trades: {
    sql: (at) => `INSERT INTO trades (instrument_id, price, quantity, side, exchange_at, received_at)
      VALUES (1, 1, 1, 'BUY', ${at % 2 ? at : 'NULL'}, ${at})`,
    left: 'SELECT time FROM trades ORDER BY time',
  },
  opportunities: {
    sql: (
      at,
    ) => `INSERT INTO opportunities (kind, symbol, buy, sell, opened_at, best_at, best_gross_percent, best_net_percent,
      best_buy_price, best_sell_price, best_quantity, best_profit) VALUES ('cross', 'B', 'a:B', 'b:B', ${at}, ${at}, 1, 1, 1, 1, 1, 1)`,
    left: 'SELECT opened_at FROM opportunities ORDER BY opened_at',
  },
  orders: {
    sql: (at) => `INSERT INTO orders (account, exchange, symbol, exchange_order_id, side, type, filled_quantity, status,
      exchange_status, created_at, updated_at, received_at, first_at, raw) VALUES
      ('a', 'binance', 'B', 'o${at}', 'BUY', 'LIMIT', '0', 'FILLED', 'FILLED', ${at}, ${at}, ${at}, ${at}, '{}')`,
    left: 'SELECT created_at FROM orders ORDER BY created_at',
  },
  fills: {
    sql: (
      at,
    ) => `INSERT INTO fills (account, exchange, symbol, trade_id, exchange_order_id, side, price, quantity, fee, fee_asset, at,
      received_at, raw) VALUES ('a', 'binance', 'B_Q', 't${at}', 'o', 'BUY', '1', '1', '0', 'Q', ${at}, ${at}, '{}')`,
    left: 'SELECT at FROM fills ORDER BY at',
  },
  balances: {
    sql: (at) => `INSERT INTO balances (account, exchange, wallet, asset, total, received_at)
      VALUES ('a', 'binance', 'spot', 'BTC', '1', ${at})`,
    // What held at 7 stays.
    left: 'SELECT received_at FROM balances WHERE received_at <> 6 ORDER BY received_at',
  },
  transfers: {
    sql: (
      at,
    ) => `INSERT INTO transfers (account, exchange, transfer_id, kind, asset, amount, status, exchange_status, created_at,
      received_at, raw) VALUES ('a', 'binance', 't${at}', 'deposit', 'USDT', '1', 'completed', '1', ${at}, ${at}, '{}')`,
    left: 'SELECT created_at FROM transfers ORDER BY created_at',
  },
  funding_payments: {
    sql: (at) => `INSERT INTO funding_payments (account, exchange, symbol, payment_id, asset, amount, at, received_at)
      VALUES ('a', 'binance', 'B_PERP', 'p${at}', 'USDT', '1', ${at}, ${at})`,
    left: 'SELECT at FROM funding_payments ORDER BY at',
  },
  funding_rates: {
    sql: (at) =>
      `INSERT INTO funding_rates (exchange, symbol, rate, received_at) VALUES ('binance', 'B_PERP', '0.1', ${at})`,
    left: 'SELECT received_at FROM funding_rates WHERE received_at <> 6 ORDER BY received_at',
  },
  equity_samples: {
    sql: (at) => `INSERT INTO equity_samples (account, time, currency, value, left_out, old_prices)
      VALUES ('a', ${at}, 'USDT', '1', '[]', '[]')`,
    left: 'SELECT time FROM equity_samples ORDER BY time',
  },
  depth_chunks: {
    sql: (
      at,
    ) => `INSERT INTO depth_chunks (instrument_id, from_time, to_time, column_ms, column_count, bucket_size, format, data)
      VALUES (1, ${at}, ${at} + 1, 1, 1, 10, 1, x'00')`,
    left: 'SELECT from_time FROM depth_chunks ORDER BY from_time',
  },
  exchange_hours: {
    sql: (at) => `INSERT INTO exchange_hours (exchange, hour, since, observed_minutes, live_minutes, messages, rejected,
      reconnects, gaps, resyncs, delay_counts, clock_minutes) VALUES ('okx', ${at}, ${at}, 1, 1, 1, 0, 0, 0, 0, '[]', 0)`,
    left: 'SELECT hour FROM exchange_hours ORDER BY hour',
  },
  alerts: {
    sql: (at) => `INSERT INTO alerts (id, at, severity, rule, subject, message)
      VALUES (${at}, ${at}, 'info', 'gap', 'a:B', 'm')`,
    left: 'SELECT at FROM alerts ORDER BY at',
  },
}

const filled = (): Database => {
  const database = openFresh(2)
  for (const { sql } of Object.values(tables)) for (let at = 1; at <= 10; at++) database.exec(sql(at))
  return database
}

describe('prune', () => {
  it.each(Object.entries(tables))(
    'removes the rows of %s older than the time, in steps, and nothing else',
    (table, { left }) => {
      const name = prunableTables.find((one) => one === table)
      if (name === undefined) throw new Error(`${table} is no prunable table`)
      const database = filled()
      const others = Object.entries(tables).filter(([other]) => other !== table)
      const all = () => others.map(([, { left: sql }]) => database.prepare(sql).all())
      const before = all()
      const steps = pruneAll(database, name, 7, 4)
      expect(steps.every((rows) => rows <= 4)).toBe(true)
      expect(database.prepare(left).pluck().all()).toEqual([7, 8, 9, 10])
      expect(all()).toEqual(before)
      expect(database.pragma('foreign_key_check')).toEqual([])
    },
  )

  it('of orders takes their states along, and leaves those that are open or ended later', () => {
    const database = filled()
    database.exec(`
      INSERT INTO order_events (order_row, status, exchange_status, filled_quantity, updated_at, received_at, source)
        SELECT id, 'NEW', 'NEW', '0', first_at, first_at, 'stream' FROM orders;
      UPDATE orders SET status = 'PARTIALLY_FILLED' WHERE created_at = 2;
      UPDATE orders SET status = 'NEW' WHERE created_at = 3;
      UPDATE orders SET updated_at = 9 WHERE created_at = 4;`)
    pruneAll(database, 'orders', 7, 2)
    const left = [2, 3, 4, 7, 8, 9, 10]
    expect(database.prepare('SELECT created_at FROM orders ORDER BY 1').pluck().all()).toEqual(left)
    expect(database.prepare('SELECT updated_at FROM order_events ORDER BY 1').pluck().all()).toEqual(left)
  })

  it('of transfers takes their states along, and leaves those that are pending', () => {
    const database = filled()
    database.exec(`
      DELETE FROM balances;
      INSERT INTO transfer_events (transfer_row, status, exchange_status, received_at)
        SELECT id, 'pending', '0', created_at FROM transfers;
      UPDATE transfers SET status = 'pending' WHERE created_at = 2;
      UPDATE transfers SET updated_at = 9 WHERE created_at = 4;`)
    pruneAll(database, 'transfers', 7, 2)
    const left = [2, 4, 7, 8, 9, 10]
    expect(database.prepare('SELECT created_at FROM transfers ORDER BY 1').pluck().all()).toEqual(left)
    expect(database.prepare('SELECT received_at FROM transfer_events ORDER BY 1').pluck().all()).toEqual(left)
  })

  it('of balances and funding rates leaves what held at the time, however old it is', () => {
    const database = filled()
    database.exec(`
      INSERT INTO balances (account, exchange, wallet, asset, total, received_at) VALUES ('a', 'binance', 'spot', 'ETH', '5', 1);
      INSERT INTO funding_rates (exchange, symbol, rate, received_at) VALUES ('okx', 'B_PERP', '0.5', 1);`)
    const left = () => [
      database.prepare('SELECT asset, received_at FROM balances ORDER BY id').raw().all(),
      database.prepare('SELECT exchange, received_at FROM funding_rates ORDER BY id').raw().all(),
    ]
    const held = (at: number) => createMemoryReader(database).balancesAt(at)
    database.exec('UPDATE balances SET total = id')
    const before = [7, 8, 9, 10, 100].map(held)
    for (const table of ['balances', 'funding_rates'] as const) pruneAll(database, table, 8, 3)
    expect([7, 8, 9, 10, 100].map(held)).toEqual(before)
    const since = [7, 8, 9, 10]
    expect(left()).toEqual([
      [...since.map((at) => ['BTC', at]), ['ETH', 1]],
      [...since.map((at) => ['binance', at]), ['okx', 1]],
    ])
    for (const table of ['balances', 'funding_rates'] as const) pruneAll(database, table, 100, 3)
    expect(left()).toEqual([
      [
        ['BTC', 10],
        ['ETH', 1],
      ],
      [
        ['binance', 10],
        ['okx', 1],
      ],
    ])
  })

  it.each(['balances', 'funding_rates', 'alerts'] as const)(
    'of %s looks no further than where rows are young, but for what a clock that was set wrote among them',
    (table) => {
      const database = openFresh(1)
      let id = 0
      const sqlOf = (at: number) =>
        table === 'alerts' ? tables.alerts.sql(at).replace(`(${at},`, `(${++id},`) : tables[table].sql(at)
      const add = database.transaction((times: readonly number[]) => {
        for (const at of times) database.exec(sqlOf(at))
      })
      const column = table === 'alerts' ? 'at' : 'received_at'
      const old = () => database.prepare(`SELECT ${column} FROM ${table} WHERE ${column} < 50 ORDER BY 1`).pluck().all()
      // What held at the time stays; alerts hold nothing.
      const kept = table === 'alerts' ? [] : [5]
      add([1, 2, 3])
      add(Array.from({ length: 100 }, () => 100))
      add([4, 5])
      pruneAll(database, table, 50, 2)
      expect(old()).toEqual(kept)
      add(Array.from({ length: 20_000 }, () => 100))
      add([6, 7])
      pruneAll(database, table, 50, 2)
      expect(old()).toEqual([...kept, 6, 7])
    },
  )

  it('of candles leaves those under way', () => {
    const database = openFresh(1)
    const hour = 3_600_000
    for (const [period, at] of [
      ['1m', 10 * hour],
      ['1h', 9 * hour],
      ['1h', 10 * hour],
      ['1d', 0],
    ] as const)
      database.prepare('INSERT INTO klines VALUES (1, ?, ?, 1, 1, 1, 1, 1, 1, 1)').run(period, at)
    const left = () => database.prepare('SELECT period, open_time FROM klines ORDER BY 1, 2').raw().all()
    pruneAll(database, 'klines', 10.5 * hour, 2)
    expect(left()).toEqual([
      ['1d', 0],
      ['1h', 10 * hour],
    ])
    pruneAll(database, 'klines', 24 * hour, 2)
    expect(left()).toEqual([])
  })

  it('of opportunities leaves those open since, and the newest, whose id the next one follows', () => {
    const database = filled()
    database.exec(
      'UPDATE opportunities SET closed_at = opened_at; UPDATE opportunities SET closed_at = 99 WHERE opened_at = 3',
    )
    pruneAll(database, 'opportunities', 50, 2)
    expect(database.prepare('SELECT opened_at FROM opportunities ORDER BY 1').pluck().all()).toEqual([3, 10])
  })

  it('of book_tickers takes chunks and rows, whole seconds, in steps of about the limit', () => {
    const database = openFresh(3)
    insertRows(
      database,
      Array.from({ length: 3 * 720 }, (_, i) => i).flatMap((second) =>
        [1, 2, 3].map((id): Row => [frame + second * 1_000, id, 1, 1, 1, 1]),
      ),
    )
    createRollUp(database)({ before: frame + 2 * frameMs, maximumFrames: 9 })
    // In the middle of the second frame: that chunk waits until all of it is older.
    expect(pruneAll(database, 'book_tickers', frame + 1.5 * frameMs, 1_000)).toEqual([2_160, 0])
    expect(counts(database)).toEqual({ hot: 2_160, cold: 2_160 })
    expect(pruneAll(database, 'book_tickers', frame + 2.5 * frameMs, 1_000)).toEqual([2_160, 1_002, 78])
    const left = [...createQuoteReader(database).frames({ instrumentIds: null, from: 0, to: Infinity })]
    expect(left.map(({ length, time }) => [length, time[0]])).toEqual([[1_080, frame + 2.5 * frameMs]])
  })
})

describe('free space', () => {
  const withFreePages = (database: Database) => {
    insertRows(
      database,
      Array.from({ length: 20_000 }, (_, second): Row => [frame + second * 1_000, 1, second, 1, 1, 1]),
    )
    createPrune(database)({ table: 'book_tickers', before: Number.MAX_SAFE_INTEGER, limit: 1e9 })
  }

  it('of a new file goes back to the disk, as many pages as asked', () => {
    const database = openFresh(1)
    withFreePages(database)
    const giveBack = createFreeSpace(database)
    const { freePages, isIncremental } = giveBack(0)
    expect([freePages > 60, isIncremental]).toEqual([true, true])
    expect(giveBack(50)).toEqual({ freedPages: 50, freePages: freePages - 50, isIncremental: true })
    const rest = giveBack(1e6)
    expect([rest.freePages, rest.freedPages]).toEqual([0, freePages - 50])
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  it('of a file that was begun before goes back when it is written anew', () => {
    const file = temporaryFile()
    const old = openPlain(file)
    old.exec('CREATE TABLE old (x)')
    old.exec('DROP TABLE old')
    old.close()
    const database = openFresh(1, file)
    withFreePages(database)
    const giveBack = createFreeSpace(database)
    const before = giveBack(1e6)
    expect([before.freedPages, before.isIncremental, before.freePages > 60]).toEqual([0, false, true])
    const after = giveBack('vacuum')
    expect(after).toEqual({ freedPages: expect.any(Number), freePages: 0, isIncremental: true })
    // A few pages now keep track of the others.
    expect(after.freedPages).toBeGreaterThan(before.freePages - 5)
  })
})
