import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plainNumber } from '../../../../src/main/storage/export/text-buffer.ts'
import { openStorage } from '../../../../src/main/storage/index.ts'
import { migrate } from '../../../../src/main/storage/migrate.ts'
import { migrations } from '../../../../src/main/storage/migrations/index.ts'
import type { ExportSubject } from '../../../../src/shared/data.ts'
import { csvRecords, duck, exported, filled, folder, insertQuotes, jsonRecords, noon } from './support.ts'

/** Of every subject a few rows with all that is hard: absent values, exact decimals, quotes, line breaks, formulas, other alphabets. */
function fillAll(database: Database): void {
  insertQuotes(database, [1, 2], noon, 20)
  const run = (sql: string, ...values: unknown[]): void => void database.prepare(sql).run(...values)
  const kline = 'INSERT INTO klines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
  run(kline, 1, '1m', noon, 100.5, 110, 90.25, 0.000_000_1, 12.5, null, 1)
  run(kline, 1, '1m', noon + 60_000, 1e21, 110, 90.25, 105, 12.5, 1_300.25, 0)
  run(kline, 2, '1h', noon, 1, 2, 0.5, 1.5, 0, 0, 1)
  const trade =
    'INSERT INTO trades (instrument_id, trade_id, price, quantity, side, exchange_at, received_at) VALUES (?, ?, ?, ?, ?, ?, ?)'
  run(trade, 1, '12345678901234567890', 36_500.12, 0.001, 'BUY', noon + 7, noon + 19)
  run(trade, 2, null, 36_500.5, 2, 'SELL', null, noon + 5)
  run("INSERT INTO accounts VALUES ('main', 'binance', '=1+2, \"my\" Konto')")
  const order = `INSERT INTO orders (account, exchange, symbol, exchange_order_id, client_order_id, side, type, price, quantity,
    filled_quantity, average_price, status, exchange_status, reduce_only, created_at, updated_at, received_at, first_at, raw)
    VALUES (?, ?, ?, ?, ?, 'BUY', 'LIMIT', ?, ?, ?, ?, 'FILLED', 'FILLED', ?, ?, ?, ?, ?, ?)`
  const raw = '{"a":"x,\\"y\\"",\r\n"b":"ü漢😀"}'
  run(
    order,
    'main',
    'binance',
    'BTC_USDT',
    '1',
    '-cmd',
    '36500.10',
    '0.000000000000000001',
    '0',
    null,
    1,
    noon,
    noon + 1,
    noon + 2,
    noon,
    raw,
  )
  run(
    order,
    'gone',
    'okx',
    'ETH_USDT',
    '2',
    null,
    null,
    '12345678901234567890',
    '5.50',
    '-0.25',
    null,
    null,
    noon + 9,
    noon + 10,
    noon + 8,
    '{}',
  )
  const fill = `INSERT INTO fills (account, exchange, symbol, trade_id, exchange_order_id, side, price, quantity, fee, fee_asset, liquidity,
    realised_pnl, at, received_at, raw) VALUES (?, ?, ?, ?, ?, 'SELL', ?, ?, ?, ?, ?, ?, ?, ?, '{}')`
  run(
    fill,
    'main',
    'binance',
    'BTC_USDT',
    '9',
    '1',
    '36500.10',
    '0.10',
    '-0.00012',
    'BNB',
    'maker',
    null,
    noon,
    noon + 1,
  )
  run(fill, 'main', 'binance', 'BTC_USDT_PERP', '10', '3', '1', '2', null, null, null, '+0.50', noon + 1, noon + 2)
  const balance = `INSERT INTO balances (account, exchange, wallet, asset, free, locked, total, exchange_at, received_at)
    VALUES (?, ?, 'spot', ?, ?, ?, ?, ?, ?)`
  run(balance, 'main', 'binance', 'BTC', '1.00', '0', '1.00', noon - 5, noon)
  run(balance, 'gone', 'okx', 'USDT', null, null, '99999999999999999999.999999999999999999', null, noon + 1)
  run(
    `INSERT INTO transfers (account, exchange, transfer_id, kind, asset, amount, fee, fee_asset, network, address, transaction_id, from_wallet,
       to_wallet, status, exchange_status, created_at, updated_at, received_at, raw)
     VALUES ('main', 'binance', 't1', 'withdrawal', 'ETH', '1.5', '0.001', 'ETH', 'ERC20', '@0xabc', '0xdef', null, null, 'DONE', '6', ?, null, ?, '{}')`,
    noon,
    noon + 1,
  )
  run(
    `INSERT INTO funding_payments (account, exchange, symbol, payment_id, asset, amount, at, received_at)
     VALUES ('main', 'binance', 'BTC_USDT_PERP', 'p1', 'USDT', '-0.01230000', ?, ?)`,
    noon,
    noon + 1,
  )
  run(
    `INSERT INTO funding_rates (exchange, symbol, rate, next_funding_at, interval_hours, mark_price, exchange_at, received_at)
     VALUES ('gate', 'ETH_USDT_PERP', '0.00010000', ?, 8, '2000.1', null, ?)`,
    noon + 3_600_000,
    noon,
  )
  const opportunity = `INSERT INTO opportunities (id, kind, symbol, buy, sell, opened_at, closed_at, close_reason, best_at, best_gross_percent,
    best_net_percent, best_buy_price, best_sell_price, best_quantity, best_profit)
    VALUES (?, 'cross', 'BTC_USDT', 'binance:BTC_USDT', 'okx:BTC_USDT', ?, ?, ?, ?, 0.31, 0.11, 36500.1, 36613.25, 0.75, -0.5)`
  run(opportunity, 1, noon, noon + 2_500, 'threshold', noon + 1_000)
  run(opportunity, 2, noon + 60_000, null, null, noon + 60_000)
  run(
    `UPDATE opportunities SET rejection = 'unprofitable', rejection_words = '-0.1 % gross', buy_fee = 0.001, open_verdict = 'uncertain',
       open_low_net_percent = -0.3, open_executable_quantity = 0, open_buy_book_version = ?, open_sell_age_ms = 480,
       best_verdict = 'counts', best_funding_percent = 0.01, best_sell_book_version = 77, best_buy_age_ms = 12 WHERE id = 1`,
    40_000_000_029,
  )
}

/** With all of it; no test changes it. */
let file = ''
beforeAll(async () => {
  file = await filled(fillAll, mkdtempSync(join(tmpdir(), 'crossbook-export-')))
})
afterAll(() => rmSync(dirname(file), { recursive: true, force: true }))

/** The view of docs/database.md, in the order of the export. */
const views: Readonly<Record<ExportSubject, string>> = {
  book_tickers: 'v_book_tickers ORDER BY time_ms, exchange',
  klines: "v_klines ORDER BY exchange, symbol, period = '1h', time_ms",
  trades: 'v_trades ORDER BY time_ms',
  orders: 'v_orders ORDER BY time_ms',
  fills: 'v_fills ORDER BY time_ms',
  balances: 'v_balances ORDER BY time_ms',
  transfers: 'v_transfers',
  funding: 'v_funding_payments',
  funding_rates: 'v_funding_rates',
  opportunities: 'v_opportunities ORDER BY id',
}
const subjects = Object.keys(views) as ExportSubject[]
const derived = ['spread', 'spread_pct']
const flags = ['is_closed', 'reduce_only']
const versions = ['open_buy', 'open_sell', 'best_buy', 'best_sell'].map((leg) => `${leg}_book_version`)
const integers = ['id', 'duration_ms', ...versions]
const amounts: Readonly<Partial<Record<ExportSubject, string>>> = {
  orders: 'filled_quantity',
  fills: 'quantity',
  balances: 'total',
  transfers: 'amount',
  funding: 'amount',
  funding_rates: 'rate',
}

type Row = Record<string, unknown>

function viewRows(what: ExportSubject): Row[] {
  const database = new Sqlite(file, { readonly: true })
  const rows = database.prepare<[], Row>(`SELECT * FROM ${views[what]}`).all()
  database.close()
  for (const row of rows) for (const name of derived) delete row[name]
  return rows
}

const expectedJson = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (value === null) return [name, null]
      if (flags.includes(name)) return [name, value === 1]
      if (name.endsWith('_ms') || integers.includes(name)) return [name, value]
      return [name, typeof value === 'number' ? plainNumber(value) : value]
    }),
  )
const expectedCsv = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(expectedJson(row)).map(([name, value]) => {
      if (value === null) return [name, null]
      const guarded = typeof row[name] === 'string' && !isAmount(name) && /^[=+\-@]/.test(row[name])
      return [name, `${guarded ? "'" : ''}${String(value)}`]
    }),
  )
const isAmount = (name: string): boolean =>
  /price|quantity|^fee$|realised|^free$|^locked$|^total$|^amount$|^rate$/.test(name)
describe('every subject', () => {
  it.each(subjects)('as CSV says what its view says (%s)', async (what) => {
    const out = join(folder(), 'out.csv')
    const { rows, bytes } = await exported(file, out, { what })
    const text = readFileSync(out, 'utf8')
    const records = csvRecords(text)
    expect(records).toEqual(viewRows(what).map(expectedCsv))
    expect({ rows, bytes }).toEqual({ rows: records.length, bytes: Buffer.byteLength(text) })
    expect(records.length).toBeGreaterThan(0)
  })

  it.each(subjects)('as JSON Lines says what its view says (%s)', async (what) => {
    const out = join(folder(), 'out.jsonl')
    await exported(file, out, { what, format: 'jsonl' })
    expect(jsonRecords(readFileSync(out, 'utf8'))).toEqual(viewRows(what).map(expectedJson))
  })

  it.each(subjects)('as Parquet is read by DuckDB with the same counts, times and sums (%s)', async (what) => {
    const out = join(folder(), 'out.parquet')
    await exported(file, out, { what, format: 'parquet' })
    const rows = viewRows(what)
    const [{ count, times } = {}] = await duck(
      out,
      'SELECT count(*)::INT AS count, sum(epoch_ms(time))::DOUBLE AS times FROM read_parquet($)',
    )
    expect({ count, times }).toEqual({
      count: rows.length,
      times: rows.reduce((sum, row) => sum + Number(row.time_ms), 0),
    })
    const names = Object.keys(rows[0] ?? {}).filter((name) => !name.endsWith('time_ms'))
    const described = await duck(out, 'DESCRIBE SELECT * FROM read_parquet($)')
    expect(described.map(({ column_name: name }) => name)).toEqual(names)
    const amount = amounts[what]
    if (amount === undefined) return
    const database = new Sqlite(file, { readonly: true })
    const stored = database.prepare<[], string>(`SELECT ${amount} FROM ${views[what]}`).pluck().all()
    database.close()
    const read = await duck(out, `SELECT ${amount}::VARCHAR AS amount, typeof(${amount}) AS type FROM read_parquet($)`)
    expect(read).toEqual(stored.map((value) => ({ amount: fixed(value), type: 'DECIMAL(38,18)' })))
  })
})

/** As DECIMAL(38, 18) prints it. */
function fixed(text: string): string {
  const [whole = '', fraction = ''] = text.split('.')
  return `${whole}.${fraction.padEnd(18, '0')}`
}

describe('Parquet', () => {
  it('has times in UTC, doubles, booleans and texts with their absences', async () => {
    const out = join(folder(), 'out.parquet')
    await exported(file, out, { what: 'klines', format: 'parquet' })
    const described = await duck(out, 'SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet($))')
    expect(Object.fromEntries(described.map(({ column_name: name, column_type: type }) => [name, type]))).toMatchObject(
      {
        time: 'TIMESTAMP WITH TIME ZONE',
        exchange: 'VARCHAR',
        open: 'DOUBLE',
        quote_volume: 'DOUBLE',
        is_closed: 'BOOLEAN',
      },
    )
    expect(await duck(out, 'SELECT close, quote_volume, is_closed, symbol FROM read_parquet($)')).toEqual([
      { close: 1e-7, quote_volume: null, is_closed: true, symbol: 'BTC_USDT' },
      { close: 105, quote_volume: 1_300.25, is_closed: false, symbol: 'BTC_USDT' },
      { close: 1.5, quote_volume: 0, is_closed: true, symbol: 'BTC_USDT' },
    ])
  })

  it('says what was asked for in its metadata', async () => {
    const out = join(folder(), 'out.parquet')
    await exported(file, out, { what: 'fills', exchanges: ['binance'], format: 'parquet' })
    const metadata = await duck(out, 'SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata($)')
    expect(metadata.map(({ key, value }) => [key, JSON.parse(String(value))])).toEqual([
      [
        'crossbook.export',
        { what: 'fills', exchanges: ['binance'], symbols: [], period: null, from: null, to: null, format: 'parquet' },
      ],
    ])
  })

  it('writes a column as text, exactly, where DECIMAL cannot hold an amount of it', async () => {
    const other = await filled((database) => {
      fillAll(database)
      database.prepare("UPDATE fills SET quantity = '0.1234567890123456789' WHERE trade_id = '10'").run()
    })
    const out = join(folder(), 'out.parquet')
    await exported(other, out, { what: 'fills', format: 'parquet' })
    expect(await duck(out, 'SELECT quantity, typeof(price) AS type FROM read_parquet($)')).toEqual([
      { quantity: '0.10', type: 'DECIMAL(38,18)' },
      { quantity: '0.1234567890123456789', type: 'DECIMAL(38,18)' },
    ])
  })
})

describe('filters', () => {
  const rowsOf = async (more: Parameters<typeof exported>[2]) => {
    const out = join(folder(), 'out.csv')
    await exported(file, out, more)
    return csvRecords(readFileSync(out, 'utf8'))
  }

  it.each([
    [{ what: 'book_tickers', exchanges: ['okx'] }, 20],
    [{ what: 'book_tickers', from: noon + 5_000, to: noon + 7_000 }, 4],
    [{ what: 'klines', period: '1h' }, 1],
    [{ what: 'klines', symbols: ['BTC_USDT'], from: noon + 1 }, 1],
    [{ what: 'trades', exchanges: ['binance'], symbols: ['BTC_USDT'] }, 1],
    [{ what: 'orders', symbols: ['ETH_USDT'] }, 1],
    [{ what: 'balances', symbols: ['BTC'] }, 1],
    [{ what: 'opportunities', exchanges: ['okx'], to: noon + 60_000 }, 1],
    [{ what: 'opportunities', exchanges: ['gate'] }, 0],
    [{ what: 'fills', from: noon + 10 }, 0],
  ] as const)('%j gives %i rows', async (more, count) => {
    const { exchanges, symbols, ...rest } = { exchanges: [], symbols: [], ...more }
    expect(await rowsOf({ ...rest, exchanges: [...exchanges], symbols: [...symbols] })).toHaveLength(count)
  })

  it('refuse a symbol of which nothing can be stored', async () => {
    await expect(
      exported(file, join(folder(), 'out.csv'), { symbols: ['BTC_USDT', 'BTCUSDT'], exchanges: ['okx'] }),
    ).rejects.toMatchObject({
      name: 'RequestError',
      message: 'symbols: nothing is stored of okx under "BTCUSDT"; symbols look like BTC_USDT or BTC_USDT_PERP',
    })
  })
})

describe('a file that an older Crossbook wrote last', () => {
  it('gives what it has, and of what it has not in this form says how to come by it', async () => {
    const older = join(folder(), 'crossbook.db')
    const database = new Sqlite(older)
    migrate(database, older, migrations.slice(0, 3))
    database.close()
    const out = join(folder(), 'out.csv')
    expect(await exported(older, out, { what: 'trades' })).toMatchObject({ rows: 0 })
    await expect(exported(older, join(folder(), 'out.csv'), { what: 'opportunities' })).rejects.toMatchObject({
      name: 'StorageError',
      message: expect.stringContaining('start Crossbook once, which brings it up to date'),
    })
  })
})

describe('a table of many pages', () => {
  it('comes whole and in order, rows of one moment included', async () => {
    const count = 23_456
    const other = await filled((database) => {
      const trade = database.prepare(
        "INSERT INTO trades (instrument_id, trade_id, price, quantity, side, exchange_at, received_at) VALUES (?, ?, ?, 1, 'BUY', ?, ?)",
      )
      const balance = database.prepare(
        "INSERT INTO balances (account, exchange, wallet, asset, total, received_at) VALUES ('a', ?, 'spot', 'BTC', ?, ?)",
      )
      for (let index = 0; index < count; index++) {
        // Thousands of one millisecond, more than a page holds, and some that came late.
        const time = noon + Math.floor(index / 9_000) * 1_000 - (index % 100 === 0 ? 500 : 0)
        trade.run(1 + (index % 2), String(index), index, time, time)
        balance.run(index % 10 === 0 ? 'okx' : 'binance', String(index), time)
      }
    })
    const trades = join(folder(), 'trades.csv')
    const balances = join(folder(), 'balances.csv')
    await exported(other, trades, { what: 'trades' })
    await exported(other, balances, { what: 'balances', exchanges: ['okx'] })
    const records = csvRecords(readFileSync(trades, 'utf8'))
    const times = records.map(({ time_ms }) => Number(time_ms))
    expect(new Set(records.map(({ trade_id }) => trade_id)).size).toBe(count)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(csvRecords(readFileSync(balances, 'utf8')).map(({ total }) => total)).toEqual(
      Array.from({ length: Math.ceil(count / 10) }, (_, index) => String(index * 10)),
    )
  })
})

describe('hot and cold rows', () => {
  it.each(['csv', 'jsonl', 'parquet'] as const)(
    'are one in %s: the same before and after they moved',
    async (format) => {
      const other = await filled((database) => insertQuotes(database, [1, 2, 3], noon - 300_000, 2_000))
      const there = folder()
      const write = async (name: string) => {
        const out = join(there, `${name}.${format}`)
        const { rows, gaps } = await exported(other, out, { format, from: noon - 100_000, to: noon + 1_500_000 })
        return {
          rows,
          gaps,
          content: format === 'parquet' ? await duck(out, 'SELECT * FROM read_parquet($)') : readFileSync(out, 'utf8'),
        }
      }
      const hot = await write('hot')
      const storage = await openStorage({ file: other })
      // One frame of three.
      const { rows: moved } = await storage.upkeep.rollUp({ before: noon + 720_000, maximumFrames: 1 })
      const mixed = await write('mixed')
      while (!(await storage.upkeep.rollUp({ before: noon + 86_400_000, maximumFrames: 10 })).done);
      await storage.close()
      expect(moved).toBeGreaterThan(0)
      expect(mixed).toEqual(hot)
      expect(await write('cold')).toEqual(hot)
      expect(hot).toMatchObject({ rows: 4_800, gaps: 0 })
    },
  )
})
