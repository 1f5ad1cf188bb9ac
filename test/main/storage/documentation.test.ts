import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applicationId } from '../../../src/main/storage/migrate.ts'
import { balance, fill } from './account-rows.ts'
import { instruments, kline, openPlain, openTemporary, opportunity, second, snapshot } from './support.ts'

const text = readFileSync(join(import.meta.dirname, '../../../docs/database.md'), 'utf8')

/** The first cells of a view's table of columns. */
function describedColumns(view: string): string[] {
  const [, section = ''] = text.split(`### ${view}`)
  const [body = ''] = section.split(/^##/m)
  return [...body.matchAll(/^\| ([a-z0-9_, ]+) \|/gm)]
    .flatMap(([, names = '']) => names.split(', '))
    .filter((n) => n !== 'column')
}

const views = [
  ...['v_book_tickers', 'v_klines', 'v_opportunities', 'v_instruments', 'v_accounts', 'v_orders', 'v_order_events'],
  ...[
    'v_fills',
    'v_balances',
    'v_daily_balances',
    'v_ledger_openings',
    'v_positions',
    'v_transfers',
    'v_transfer_events',
  ],
  ...[
    'v_funding_payments',
    'v_funding_rates',
    'v_equity_samples',
    'v_drift',
    'v_book_ticker_chunks',
    'v_trades',
    'v_gaps',
    'v_alerts',
    'v_depth_chunks',
    'v_exchange_hours',
  ],
]

const filled = async () => {
  const storage = await openTemporary()
  await storage.saveInstruments(instruments)
  await storage.saveSnapshot(snapshot(second, [[1, 100, 1, 101, 1]]))
  await storage.saveSnapshot(snapshot(second + 3_000, [[1, 100, 1, 101, 1]]))
  await storage.saveKlines([kline()])
  await storage.saveOpportunity(opportunity())
  await storage.accounts.save({
    fills: [{ fill: fill({ at: Date.now() }), raw: '{}' }],
    balances: ['1', '2', '3'].map((total, n) => balance({ total, receivedAt: second + (n === 0 ? 0 : 9_000) })),
  })
  return openPlain(storage.file)
}

describe('docs/database.md', () => {
  it('describes every column of every view', async () => {
    const database = await filled()
    const columns = database.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck()
    expect(views.map((view) => [view, describedColumns(view).sort()])).toEqual(
      views.map((view) => [view, columns.all(view).sort()]),
    )
  })

  it('names every table and view', async () => {
    const database = await filled()
    const names = database
      .prepare<[], string>(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'",
      )
      .pluck()
      .all()
    const [, tables = ''] = /^## Tables$([\s\S]*?)^\| meta key/m.exec(text) ?? []
    const described = [...text.matchAll(/^### (v_[a-z_]+):/gm), ...tables.matchAll(/^\| ([a-z_]+) \| /gm)]
    expect(
      described
        .map(([, name]) => name)
        .filter((name) => name !== 'table')
        .sort(),
    ).toEqual(names.sort())
    expect(names.filter((name) => name.startsWith('v_'))).toEqual([...views].sort())
  })

  it('gives examples that run', async () => {
    const database = await filled()
    const [, sql = ''] = /```sql\n([\s\S]*?)```/.exec(text) ?? []
    const results = sql
      .split(';')
      .filter((statement) => statement.trim() !== '')
      .map((statement) => database.prepare(statement).all().length)
    const missed = database
      .prepare('SELECT (max(time) - min(time)) / 1000 + 1 - count(DISTINCT time) FROM book_tickers')
      .pluck()
      .get()
    expect({ results, missed }).toEqual({ results: [0, 0, 0, 1, 1, 1, 1], missed: 2 })
  })

  it("tells the file's own marks", () => {
    expect(text).toContain(`${applicationId} (0x${applicationId.toString(16)}`)
  })
})
