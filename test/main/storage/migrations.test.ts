import { readdirSync, readFileSync, truncateSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { backupName } from '../../../src/main/storage/backup.ts'
import { type Migration, migrate, versionOf } from '../../../src/main/storage/migrate.ts'
import { migrations } from '../../../src/main/storage/migrations/index.ts'
import { salvage } from '../../../src/main/storage/salvage/salvage.ts'
import { instruments, openPlain, openTemporary, temporaryFile } from './support.ts'

/**
 * For each version of the file: what a trader's file of that version may hold (written with that version's own SQL, never with
 * today's code), and what must still be there after every later migration. A new migration adds an entry here.
 */
interface Population {
  readonly fill: (database: Database) => void
  readonly survives: (database: Database) => unknown
  readonly expected: unknown
}

const populations: Readonly<Record<number, Population>> = {
  0: { fill: () => undefined, survives: () => 'nothing', expected: 'nothing' },
  1: {
    fill: (database) => {
      database.exec(`
        INSERT INTO meta VALUES ('mode', 'live'), ('clean_close', '1');
        INSERT INTO instruments VALUES
          (1, 'binance', 'BTC_USDT', 'spot', 'BTC', 'USDT', 'BTCUSDT', 0.01, 0.00001, NULL, 5, 1, 'trading'),
          (2, 'gate', 'ETH_USDT_PERP', 'perpetual', 'ETH', 'USDT', 'ETH_USDT', 0.05, 0.01, 0.01, NULL, 0.01, 'delisted');
        INSERT INTO klines VALUES
          (1, '1m', 1700000000000, 1.5, 2.5, 0.5, 2, 10, NULL, 1), (1, '1m', 1700000060000, 2, 2, 2, 2, 0, 0, 0);
        INSERT INTO book_tickers (time, instrument_id, bid_price, bid_quantity, ask_price, ask_quantity) VALUES
          (1700000000000, 1, 100, 1, 101, 2), (1700000000000, 2, NULL, NULL, 7, 3);
        INSERT INTO opportunities (id, kind, symbol, buy, sell, opened_at, closed_at, close_reason, best_at,
          best_gross_percent, best_net_percent, best_buy_price, best_sell_price, best_quantity, best_profit) VALUES
          (9, 'cross', 'BTC_USDT', 'binance:BTC_USDT', 'okx:BTC_USDT', 1700000000000, 1700000001500, 'stale', 1700000001000,
           0.2, 0.1, 100, 100.2, 3, 0.3);`)
    },
    survives: (database) => ({
      mode: database.prepare("SELECT value FROM meta WHERE key = 'mode'").pluck().get(),
      instruments: database.prepare('SELECT id, exchange, symbol, status FROM v_instruments ORDER BY id').raw().all(),
      klines: database
        .prepare('SELECT symbol, period, time_ms, close, is_closed FROM v_klines ORDER BY time_ms')
        .raw()
        .all(),
      quotes: database.prepare('SELECT symbol, time_ms, bid_price, spread FROM v_book_tickers').raw().all(),
      opportunities: database.prepare('SELECT id, time_ms, duration_ms, best_profit FROM v_opportunities').raw().all(),
    }),
    expected: {
      mode: 'live',
      instruments: [
        [1, 'binance', 'BTC_USDT', 'trading'],
        [2, 'gate', 'ETH_USDT_PERP', 'delisted'],
      ],
      klines: [
        ['BTC_USDT', '1m', 1_700_000_000_000, 2, 1],
        ['BTC_USDT', '1m', 1_700_000_060_000, 2, 0],
      ],
      quotes: [
        ['BTC_USDT', 1_700_000_000_000, 100, 1],
        ['ETH_USDT_PERP', 1_700_000_000_000, null, null],
      ],
      opportunities: [[9, 1_700_000_000_000, 1_500, 0.3]],
    },
  },
  2: {
    fill: (database) => {
      database.exec(`
        INSERT INTO accounts VALUES ('binance-main', 'binance', 'Main');
        INSERT INTO orders (account, exchange, symbol, exchange_order_id, side, type, price, quantity, filled_quantity, status,
          exchange_status, created_at, updated_at, received_at, first_at, raw) VALUES
          ('binance-main', 'binance', 'BTC_USDT', '77', 'BUY', 'LIMIT', '30000.10', '1.50', '0.5', 'PARTIALLY_FILLED',
           'PARTIALLY_FILLED', 1700000000000, 1700000001000, 1700000001005, 1700000000000, '{"i":77}');
        INSERT INTO order_events (order_row, status, exchange_status, filled_quantity, price, updated_at, received_at, source)
          VALUES (1, 'NEW', 'NEW', '0', '30000.10', 1700000000000, 1700000000005, 'stream');
        INSERT INTO fills (account, exchange, symbol, trade_id, exchange_order_id, side, price, quantity, fee, fee_asset, at,
          received_at, raw) VALUES
          ('binance-main', 'binance', 'BTC_USDT', '9', '77', 'BUY', '30000.10', '0.50', '0.0005', 'BTC', 1700000001000,
           1700000001005, '{"t":9}');
        INSERT INTO balances (account, exchange, wallet, asset, free, locked, total, received_at) VALUES
          ('binance-main', 'binance', 'spot', 'BTC', '1.0', '0', '1.0', 1700000001005);
        INSERT INTO daily_balances VALUES
          ('2023-11-14', 'binance-main', 'binance', 'spot', 'BTC', '1.0', '0', '1.0', NULL, 1700000001005);
        INSERT INTO ledger_openings VALUES ('binance-main', 1700000001005, '{"BTC":"1.0"}');
        INSERT INTO positions (account, exchange, symbol, side, quantity, settle_asset, received_at) VALUES
          ('binance-main', 'binance', 'BTC_USDT_PERP', 'BOTH', '-0.5', 'USDT', 1700000001005);
        INSERT INTO transfers (account, exchange, transfer_id, kind, asset, amount, status, exchange_status, created_at,
          received_at, raw) VALUES
          ('binance-main', 'binance', 't1', 'deposit', 'USDT', '100', 'completed', '1', 1700000000000, 1700000001005, '{}');
        INSERT INTO transfer_events (transfer_row, status, exchange_status, received_at)
          VALUES (1, 'pending', '0', 1700000000005);
        INSERT INTO funding_payments (account, exchange, symbol, payment_id, asset, amount, at, received_at) VALUES
          ('binance-main', 'binance', 'BTC_USDT_PERP', 'p1', 'USDT', '-0.1', 1700000000000, 1700000000005);
        INSERT INTO funding_rates (exchange, symbol, rate, received_at) VALUES
          ('binance', 'BTC_USDT_PERP', '0.0001', 1700000000005);
        INSERT INTO drift (id, account, subject, item, field, expected, got, found_at) VALUES
          (4, 'binance-main', 'balance', 'spot BTC', 'total', '1.0', '0.9', 1700000000000);`)
    },
    survives: (database) =>
      [
        'SELECT account, symbol, exchange_order_id, filled_quantity, time, raw FROM v_orders',
        'SELECT account, exchange_order_id, status, source FROM v_order_events',
        'SELECT account, trade_id, price, quantity, fee, time_ms FROM v_fills',
        'SELECT account, wallet, asset, total FROM v_balances',
        'SELECT day, account, total FROM v_daily_balances',
        'SELECT account, asset, total, time_ms FROM v_ledger_openings',
        'SELECT account, symbol, quantity FROM v_positions',
        'SELECT account, kind, amount, status FROM v_transfers',
        'SELECT account, transfer_id, status FROM v_transfer_events',
        'SELECT account, symbol, amount FROM v_funding_payments',
        'SELECT exchange, symbol, rate FROM v_funding_rates',
        'SELECT id, account, exchange, item, expected, got, resolved_time FROM v_drift',
      ].map((sql) => database.prepare(sql).raw().all()),
    expected: [
      [['Main', 'BTC_USDT', '77', '0.5', '2023-11-14T22:13:20.000Z', '{"i":77}']],
      [['Main', '77', 'NEW', 'stream']],
      [['Main', '9', '30000.10', '0.50', '0.0005', 1_700_000_001_000]],
      [['Main', 'spot', 'BTC', '1.0']],
      [['2023-11-14', 'Main', '1.0']],
      [['Main', 'BTC', '1.0', 1_700_000_001_005]],
      [['Main', 'BTC_USDT_PERP', '-0.5']],
      [['Main', 'deposit', '100', 'completed']],
      [['Main', 't1', 'pending']],
      [['Main', 'BTC_USDT_PERP', '-0.1']],
      [['binance', 'BTC_USDT_PERP', '0.0001']],
      [[4, 'Main', 'binance', 'spot BTC', '1.0', '0.9', null]],
    ],
  },
  3: {
    fill: (database) => {
      database.exec(`
        INSERT INTO instruments VALUES
          (1, 'binance', 'BTC_USDT', 'spot', 'BTC', 'USDT', 'BTCUSDT', 0.01, 0.00001, NULL, 5, 1, 'trading');
        INSERT INTO book_ticker_chunks (instrument_id, frame_time, row_count, format, data) VALUES
          (1, 1699999920000, 720, 1, x'00ff10');
        INSERT INTO trades (instrument_id, trade_id, price, quantity, side, exchange_at, received_at) VALUES
          (1, '77', 100.5, 2, 'BUY', 1700000000000, 1700000000005), (1, NULL, 100.6, 1, 'SELL', NULL, 1700000000105);
        INSERT INTO gaps VALUES
          (5, 1, 'kline', '1m', 1700000000000, 1700000060000, 'disconnect', 'by the exchange', 1700000070000, NULL),
          (6, 1, 'book_ticker', NULL, 1700000000000, NULL, 'sleep', '', NULL, 'quotes cannot be fetched later');`)
    },
    survives: (database) =>
      [
        'SELECT symbol, time_ms, row_count, format, bytes FROM v_book_ticker_chunks',
        'SELECT data FROM book_ticker_chunks',
        'SELECT symbol, time_ms, trade_id, price, side, received_time_ms FROM v_trades ORDER BY time_ms',
        'SELECT symbol, kind, period, time_ms, end_time_ms, cause, detail, filled_time_ms, why_not_filled FROM v_gaps',
      ].map((sql) => database.prepare(sql).raw().all()),
    expected: [
      [['BTC_USDT', 1_699_999_920_000, 720, 1, 3]],
      [[Buffer.from([0, 255, 16])]],
      [
        ['BTC_USDT', 1_700_000_000_000, '77', 100.5, 'BUY', 1_700_000_000_005],
        ['BTC_USDT', 1_700_000_000_105, null, 100.6, 'SELL', 1_700_000_000_105],
      ],
      [
        [
          ...['BTC_USDT', 'kline', '1m', 1_700_000_000_000, 1_700_000_060_000, 'disconnect', 'by the exchange'],
          ...[1_700_000_070_000, null],
        ],
        [
          ...['BTC_USDT', 'book_ticker', null, 1_700_000_000_000, null, 'sleep', '', null],
          'quotes cannot be fetched later',
        ],
      ],
    ],
  },
  4: {
    fill: (database) => {
      database.exec(`
        INSERT INTO opportunities (id, kind, symbol, buy, sell, opened_at, closed_at, close_reason, best_at, best_gross_percent,
          best_net_percent, best_buy_price, best_sell_price, best_quantity, best_profit, rejection, rejection_words, buy_fee,
          open_verdict, open_buy_book_version, best_verdict, best_low_net_percent) VALUES
          (12, 'cross', 'BTC_USDT', 'binance:BTC_USDT', 'okx:BTC_USDT', 1700000200000, 1700000201500, 'stale', 1700000201000,
           0.2, 0.1, 100, 100.2, 3, 0.3, 'unproven', 'nothing shows it', 0.001, 'unproven', 40000000029, 'unproven', -0.25);
        INSERT INTO equity_samples (account, time, currency, value, left_out, old_prices) VALUES
          ('binance-main', 1700000100000, 'USDT', '1250.5', '["LUNC"]', '[]');
        INSERT INTO alerts VALUES
          (1700000000000, 1700000000000, 'warning', 'net_spread', 'btc', 'binance:BTC_USDT>okx:BTC_USDT', 'net 0.3 %', NULL),
          (1700000000001, 1700000000000, 'error', 'storage', NULL, 'storage', 'the disk is full', 1700000005000);
        INSERT INTO instruments VALUES
          (1, 'binance', 'BTC_USDT', 'spot', 'BTC', 'USDT', 'BTCUSDT', 0.01, 0.00001, NULL, 5, 1, 'trading');
        INSERT INTO depth_chunks (instrument_id, from_time, to_time, column_ms, column_count, bucket_size, format, data) VALUES
          (1, 1700000100000, 1700000400000, 5000, 60, 10, 1, x'00ff10');
        INSERT INTO exchange_hours VALUES
          ('okx', 1699999200000, 1700000000000, 43, 42, 2000000, 1, 2, 3, 4, 8, 32, '[1,0,5]', -3.5, 43);`)
    },
    survives: (database) =>
      [
        'SELECT account_id, time_ms, currency, value, left_out, old_prices FROM v_equity_samples',
        'SELECT id, time, rule, rule_id, subject, message, acknowledged_time_ms FROM v_alerts ORDER BY id',
        'SELECT id, rejection, rejection_words, buy_fee, open_buy_book_version, best_low_net_percent FROM v_opportunities',
        'SELECT exchange, symbol, time_ms, end_time_ms, column_ms, column_count, bucket_size, bytes FROM v_depth_chunks',
        'SELECT data FROM depth_chunks',
        'SELECT exchange, time_ms, since_time_ms, gaps_per_million, delay_p99_ms, delay_counts, clock_offset_ms FROM v_exchange_hours',
      ].map((sql) => database.prepare(sql).raw().all()),
    expected: [
      [['binance-main', 1_700_000_100_000, 'USDT', '1250.5', '["LUNC"]', '[]']],
      [
        [
          ...[1_700_000_000_000, '2023-11-14T22:13:20.000Z', 'net_spread', 'btc'],
          ...['binance:BTC_USDT>okx:BTC_USDT', 'net 0.3 %', null],
        ],
        [
          ...[1_700_000_000_001, '2023-11-14T22:13:20.000Z', 'storage', null],
          ...['storage', 'the disk is full', 1_700_000_005_000],
        ],
      ],
      [[12, 'unproven', 'nothing shows it', 0.001, 40_000_000_029, -0.25]],
      [['binance', 'BTC_USDT', 1_700_000_100_000, 1_700_000_400_000, 5_000, 60, 10, 3]],
      [[Buffer.from([0, 255, 16])]],
      [['okx', 1_699_999_200_000, 1_700_000_000_000, 1.5, 32, '[1,0,5]', -3.5]],
    ],
  },
}

const newest = migrations.at(-1)?.version ?? 0

const schemaOf = (database: Database): unknown =>
  database.prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all()

function fileOfVersion(version: number): string {
  const file = temporaryFile()
  const database = new Sqlite(file)
  migrate(database, file, migrations.slice(0, version))
  populations[version]?.fill(database)
  database.close()
  return file
}

describe('migrations', () => {
  it('are numbered 1, 2, 3, … in the list, in their files and in the populations of this test', () => {
    const folder = join(import.meta.dirname, '../../../src/main/storage/migrations')
    const files = readdirSync(folder).filter((name) => name !== 'index.ts')
    const numbers = migrations.map((_, index) => index + 1)
    expect({
      list: migrations.map(({ version }) => version),
      files: files.map((name) => Number(/^(\d{4})-[a-z0-9-]+\.ts$/.exec(name)?.[1])),
      populations: Object.keys(populations).map(Number),
    }).toEqual({ list: numbers, files: numbers, populations: [0, ...numbers] })
  })

  it('leave no row of before shorter than its table, by which a salvage knows it', () => {
    const file = fileOfVersion(1)
    const database = openPlain(file)
    migrate(database, file, migrations)
    database.close()
    const target = temporaryFile()
    const parts = { backup: null, mode: 'live', now: Date.now(), busyTimeoutMs: 1_000, nativeBinding: null } as const
    salvage({ file, target, ...parts }, () => undefined)
    expect(openPlain(target).prepare('SELECT id, best_profit, rejection FROM v_opportunities').raw().all()).toEqual([
      [9, 0.3, null],
    ])
  })

  it.each(Object.keys(populations).map(Number))('bring a populated file of version %i to the newest', async (from) => {
    const file = fileOfVersion(from)
    await openTemporary({ file })
    const database = openPlain(file)
    const fresh = openPlain(fileOfVersion(newest))
    expect({
      version: versionOf(database),
      survived: populations[from]?.survives(database),
      schema: schemaOf(database),
      sound: database.pragma('quick_check', { simple: true }),
      references: database.pragma('foreign_key_check'),
    }).toEqual({
      version: newest,
      survived: populations[from]?.expected,
      schema: schemaOf(fresh),
      sound: 'ok',
      references: [],
    })
  })

  it.each(
    Object.keys(populations)
      .map(Number)
      .filter((version) => version > 0),
  )(
    'bring a large file of version %i that was not closed to the newest: its own tables are checked first',
    async (from) => {
      const file = fileOfVersion(from)
      const before = new Sqlite(file)
      before.exec("INSERT INTO meta VALUES ('clean_close', '0') ON CONFLICT DO UPDATE SET value = excluded.value")
      before.close()
      // Larger than what is checked wholly; the space behind its pages is a hole on the disk.
      truncateSync(file, 300 * 1024 * 1024)
      const { wasUnclean } = await openTemporary({ file })
      expect({ wasUnclean, version: versionOf(openPlain(file)) }).toEqual({ wasUnclean: true, version: newest })
    },
  )
})

const step = (version: number, sql: string): Migration => ({
  version,
  purpose: 'test',
  up: (database) => {
    database.exec(sql)
  },
})

describe('migrate', () => {
  const first = step(1, 'CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)')
  const second = step(2, 'UPDATE a SET x = 2')

  it('backs a file up before it changes it, and not a new one', () => {
    const file = temporaryFile()
    const database = openPlain(file)
    const made = migrate(database, file, [first])
    const foldersBefore = readdirSync(dirname(file)).filter((name) => name.endsWith('.bak'))
    const moved = migrate(database, file, [first, second])
    const backup = openPlain(backupName(file, 2))
    expect({
      made,
      foldersBefore,
      moved,
      again: migrate(database, file, [first, second]),
      now: database.prepare('SELECT x FROM a').pluck().get(),
      kept: backup.prepare('SELECT x FROM a').pluck().get(),
      keptVersion: versionOf(backup),
    }).toEqual({ made: [1], foldersBefore: [], moved: [2], again: [], now: 2, kept: 1, keptVersion: 1 })
  })

  it('leaves a file as it was when a migration fails half-way', () => {
    const file = temporaryFile()
    const database = openPlain(file)
    migrate(database, file, [first])
    const broken = step(2, 'UPDATE a SET x = 2; SELECT nonsense FROM nowhere')
    expect(() => migrate(database, file, [first, broken])).toThrow('no such table')
    expect([versionOf(database), database.prepare('SELECT x FROM a').pluck().get()]).toEqual([1, 1])
  })

  it('does not migrate without a backup', () => {
    const file = temporaryFile()
    const database = openPlain(file)
    migrate(database, file, [first])
    const elsewhere = join(dirname(file), 'no such folder', basename(file))
    expect(() => migrate(database, elsewhere, [first, second])).toThrow()
    expect(versionOf(database)).toBe(1)
  })

  it('keeps the last three backups', () => {
    const file = temporaryFile()
    const database = openPlain(file)
    const steps = [first, ...[2, 3, 4, 5, 6].map((version) => step(version, `UPDATE a SET x = ${version}`))]
    for (let count = 1; count <= steps.length; count++) migrate(database, file, steps.slice(0, count))
    const names = readdirSync(dirname(file)).filter((name) => !/-(wal|shm)$/.test(name))
    expect(names.sort()).toEqual([
      'crossbook.db',
      'crossbook.db.before-v4.bak',
      'crossbook.db.before-v5.bak',
      'crossbook.db.before-v6.bak',
    ])
  })

  it('leaves a file of a newer version untouched', async () => {
    const file = fileOfVersion(newest)
    const database = new Sqlite(file)
    database.pragma(`user_version = ${newest + 1}`)
    database.close()
    const bytes = readFileSync(file)
    await expect(openTemporary({ file })).rejects.toMatchObject({
      name: 'StorageError',
      kind: 'newer',
      message: expect.stringContaining(`version ${newest + 1}`),
    })
    expect({ same: readFileSync(file).equals(bytes), beside: readdirSync(dirname(file)) }).toEqual({
      same: true,
      beside: ['crossbook.db'],
    })
  })

  it("leaves another program's database untouched", async () => {
    const file = temporaryFile()
    const database = new Sqlite(file)
    database.exec('CREATE TABLE contacts (name TEXT)')
    database.close()
    const bytes = readFileSync(file)
    await expect(openTemporary({ file })).rejects.toMatchObject({ kind: 'other' })
    expect(readFileSync(file).equals(bytes)).toBe(true)
  })

  it('is done once: a second opening changes no version and makes no backup', async () => {
    const file = temporaryFile()
    const storage = await openTemporary({ file })
    await storage.saveInstruments(instruments)
    await storage.close()
    await (await openTemporary({ file })).close()
    expect(readdirSync(dirname(file))).toEqual(['crossbook.db'])
  })
})
