import { closeSync, copyFileSync, openSync, writeSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { salvage } from '../../../src/main/storage/salvage/salvage.ts'
import { openPlain, temporaryFile } from './support.ts'
import { openFresh } from './upkeep/database.ts'

const at = 1_700_000_000_000
const pageSize = 4_096

/** Three fills and two orders, each list downloaded until `at`, and a copy of it all. */
function filled(): { readonly file: string; readonly backup: string } {
  const file = temporaryFile()
  const database = openFresh(1, file)
  for (const id of [1, 2, 3]) {
    database
      .prepare(
        `INSERT INTO fills (account, exchange, symbol, trade_id, exchange_order_id, side, price, quantity, at, received_at, raw)
         VALUES ('a', 'binance', 'C0_USDT', ?, '7', 'BUY', '1.5', '2', ?, ?, '{}')`,
      )
      .run(String(id), at + id, at + id)
  }
  for (const id of [1, 2]) {
    database
      .prepare(
        `INSERT INTO orders (account, exchange, symbol, exchange_order_id, side, type, filled_quantity, status, exchange_status,
           updated_at, received_at, first_at, raw) VALUES ('a', 'binance', 'C0_USDT', ?, 'BUY', 'LIMIT', '0', 'CANCELED', 'X', ?, ?, ?, '{}')`,
      )
      .run(String(id), at + id, at + id, at + id)
  }
  const mark = database.prepare('INSERT INTO meta VALUES (?, ?)')
  for (const list of ['fills', 'orders', 'past']) mark.run(`downloaded:${list}:a`, String(at))
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
  const backup = temporaryFile()
  copyFileSync(file, backup)
  return { file, backup }
}

/** The only page of the table is none any more. */
function damage(file: string, table: string): void {
  const database = new Sqlite(file, { readonly: true })
  const root = database
    .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    .pluck()
    .get(table)
  database.close()
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.from([0xff]), 0, 1, ((root ?? 0) - 1) * pageSize)
  closeSync(descriptor)
}

function salvaged(file: string, backup: string | null) {
  const target = temporaryFile()
  const parts = { mode: 'live', now: at + 1e9, busyTimeoutMs: 1_000, nativeBinding: null } as const
  const { tables } = salvage({ file, target, backup, ...parts }, () => undefined)
  const database = openPlain(target)
  return {
    lost: tables.filter(({ lostPages }) => lostPages > 0).map(({ table, fromBackup }) => [table, fromBackup]),
    fills: database.prepare('SELECT trade_id FROM fills ORDER BY id').pluck().all(),
    orders: database.prepare('SELECT exchange_order_id FROM orders ORDER BY id').pluck().all(),
    marks: database.prepare("SELECT key, value FROM meta WHERE key LIKE 'downloaded:%' ORDER BY key").raw().all(),
  }
}

describe('a salvage of a table of which nothing could be read', () => {
  it('has what the backup holds of it', () => {
    const { file, backup } = filled()
    damage(file, 'fills')
    expect(salvaged(file, backup)).toMatchObject({
      lost: [['fills', 3]],
      fills: ['1', '2', '3'],
      orders: ['1', '2'],
    })
  })

  it('lets the next start ask the exchange for it again, and for nothing else', () => {
    const { file } = filled()
    damage(file, 'fills')
    expect(salvaged(file, null)).toEqual({
      lost: [['fills', 0]],
      fills: [],
      orders: ['1', '2'],
      marks: [
        ['downloaded:fills:a', '0'],
        ['downloaded:orders:a', String(at)],
        ['downloaded:past:a', String(at)],
      ],
    })
  })
})
