/** Accounts with 100,000 stored fills: start, lists, writing. Part of the storage bench. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Storage } from '../../src/main/storage/contract.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import { FillFilter, OrderFilter } from '../../src/shared/portfolio.ts'
import { batchOf, fillsOf, start } from './account-rows.ts'
import { median, type Table } from './table.ts'

const count = 100_000
const rounded = (value: number): number => Number(value.toFixed(2))

async function fill(file: string): Promise<void> {
  const storage = await openStorage({ file })
  const fills = fillsOf(count)
  for (let at = 0; at < count; at += 2_000) await storage.accounts.save(batchOf(fills.slice(at, at + 2_000)))
  await storage.close()
}

async function timed(run: () => Promise<unknown>, rounds = 15): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    await run()
    times.push(performance.now() - from)
  }
  return rounded(median(times))
}

/** The first answer of a fresh process includes the start of the reading thread. */
async function starting(file: string): Promise<Table['rows']> {
  const from = performance.now()
  const storage = await openStorage({ file })
  const opened = performance.now()
  const memory = await storage.accounts.memory('binance-main', start)
  const first = performance.now()
  const rows = [
    { what: 'opening the file, ms', value: rounded(opened - from) },
    { what: `memory with all ${memory.fillKeys.length} fill keys, the first time, ms`, value: rounded(first - opened) },
    { what: 'the same again, ms', value: await timed(() => storage.accounts.memory('binance-main', start)) },
    {
      what: 'memory with the fills of the last hour, ms',
      value: await timed(() => storage.accounts.memory('binance-main', start + (count - 3_600) * 1_000)),
    },
    { what: 'balances at a moment, ms', value: await timed(() => storage.accounts.balancesAt(start + 50_000_000)) },
  ]
  await storage.close()
  return rows
}

const fillFilters: readonly (readonly [string, Partial<FillFilter>])[] = [
  ['none', {}],
  ['account', { account: 'okx-main' }],
  ['account without fills', { account: 'gate-main' }],
  ['exchange', { exchange: 'okx' }],
  ['exchange without fills', { exchange: 'mexc' }],
  ['side and account', { account: 'okx-main', side: 'SELL' }],
  ['an hour long ago', { from: start + 5_000_000, to: start + 8_600_000 }],
  ['text in the symbol', { text: 'sol' }],
  ['text in one trade id', { text: '3000000007' }],
  ['text nowhere', { text: 'doge' }],
  ['text nowhere, account, side', { text: 'doge', account: 'binance-main', side: 'BUY' }],
]
const orderFilters: readonly (readonly [string, Partial<OrderFilter>])[] = [
  ['orders: none', {}],
  ['orders: a status that none has', { statuses: ['REJECTED', 'EXPIRED'] }],
  ['orders: text nowhere', { text: 'doge' }],
]

async function lists({ accounts }: Storage): Promise<Table['rows']> {
  const rows: Table['rows'][number][] = []
  for (const [filter, asked] of fillFilters) {
    const parsed = FillFilter.parse(asked)
    const { rows: found } = await accounts.fills(parsed, null, 100)
    rows.push({ filter, rows: found.length, ms: await timed(() => accounts.fills(parsed, null, 100)), 'target ms': 10 })
  }
  for (const [filter, asked] of orderFilters) {
    const parsed = OrderFilter.parse(asked)
    const { rows: found } = await accounts.orders(parsed, null, 100)
    rows.push({
      filter,
      rows: found.length,
      ms: await timed(() => accounts.orders(parsed, null, 100)),
      'target ms': 10,
    })
  }
  const first = await accounts.fills(FillFilter.parse({}), null, 1_000)
  rows.push({
    filter: 'none, the second page of 1,000',
    rows: 1_000,
    ms: await timed(() => accounts.fills(FillFilter.parse({}), first.next, 1_000)),
    'target ms': '',
  })
  return rows
}

/** Trades as the streams tell them: two states of the order, the fill, two balances each. */
async function writing(storage: Storage): Promise<Table['rows']> {
  const later = fillsOf(count + 20_000).slice(count)
  const rows: Table['rows'][number][] = []
  for (const trades of [1, 10, 100, 400]) {
    const own = later.splice(0, trades * 20)
    const times: number[] = []
    const wal = statSync(`${storage.file}-wal`).size
    for (let at = 0; at < own.length; at += trades) {
      const { writeMs } = await storage.accounts.save(batchOf(own.slice(at, at + trades)))
      times.push(writeMs)
    }
    const grown = statSync(`${storage.file}-wal`).size - wal
    rows.push({
      'trades in a batch': trades,
      rows: trades * 5,
      'worker ms': rounded(median(times)),
      // Larger ones begin the WAL anew meanwhile.
      'WAL kB a batch': trades <= 10 ? Math.round(grown / times.length / 1_000) : '',
    })
  }
  return rows
}

const bytesPerFill = (file: string): number => {
  const database = new Sqlite(file, { readonly: true })
  const bytes = database
    .prepare<[], number>(
      `SELECT sum(pgsize) FROM dbstat WHERE name IN ('fills', 'fills_by_time', 'fills_by_symbol', 'sqlite_autoindex_fills_1')`,
    )
    .pluck()
    .get()
  database.close()
  return rounded((bytes ?? Number.NaN) / count)
}

export async function benchAccountStorage(folder: string): Promise<Table[]> {
  const file = join(folder, 'accounts.db')
  await fill(file)
  const started = await starting(file)
  const storage = await openStorage({ file })
  const tables = [
    {
      title: 'Accounts with 100,000 stored fills: start',
      rows: [...started, { what: 'bytes a fill on disk, with its indexes and payload', value: bytesPerFill(file) }],
    },
    { title: 'The first page of 100 of 100,000 fills (34,000 orders), round trip', rows: await lists(storage) },
    { title: 'Batches of account rows in one transaction', rows: await writing(storage) },
  ]
  await storage.close()
  return tables
}
