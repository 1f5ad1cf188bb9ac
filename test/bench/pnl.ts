/**
 * Profit and loss over 100,000 fills: computed from memory, and asked of storage (read, computed in the reading thread, sent);
 * scaled whole numbers beside decimal.js. `node test/bench/pnl.ts [--json]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { unitsOf } from '../../src/main/pnl/scaled.ts'
import { computePnl } from '../../src/main/pnl.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import { Amount } from '../../src/shared/amount.ts'
import type { Fill } from '../../src/shared/domain/index.ts'
import type { PnlMethod } from '../../src/shared/pnl.ts'
import { fillsOf, rawOf } from './account-rows.ts'
import { formatTable, median, type Table } from './table.ts'

const count = 100_000
const rounds = 7
const methods: readonly PnlMethod[] = ['average', 'fifo']
const rounded = (value: number): number => Number(value.toFixed(1))

async function timed(run: () => unknown): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    await run()
    times.push(performance.now() - from)
  }
  return rounded(median(times))
}

/** What one fill costs at least: two amounts read, multiplied, added up. */
async function arithmetic(fills: readonly Fill[]): Promise<Table['rows']> {
  return [
    {
      what: 'scaled whole numbers',
      ms: await timed(() => fills.reduce((sum, { price, quantity }) => sum + unitsOf(price) * unitsOf(quantity), 0n)),
    },
    {
      what: 'decimal.js',
      ms: await timed(() =>
        fills.reduce((sum, { price, quantity }) => sum.plus(new Amount(price).times(quantity)), new Amount(0)),
      ),
    },
  ]
}

export async function benchPnl(): Promise<Table[]> {
  const fills = fillsOf(count)
  const options = { from: null, to: null, days: 60 }
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-'))
  try {
    const storage = await openStorage({ file: join(folder, 'pnl.db') })
    for (let at = 0; at < count; at += 5_000) {
      await storage.accounts.save({ fills: fills.slice(at, at + 5_000).map((fill) => ({ fill, raw: rawOf(fill) })) })
    }
    await storage.close()
    const opened = await openStorage({ file: join(folder, 'pnl.db') })
    const rows: Table['rows'][number][] = []
    // Not the start of the reading thread.
    await opened.accounts.lastDriftId()
    const first = performance.now()
    await opened.accounts.pnl({ account: null, method: 'average', ...options })
    const firstMs = rounded(performance.now() - first)
    for (const method of methods) {
      rows.push({
        method,
        'computed ms': await timed(() => computePnl(fills, [], { method, ...options })),
        'asked of storage ms': await timed(() => opened.accounts.pnl({ account: null, method, ...options })),
        'first time ms': method === 'average' ? firstMs : '',
        'target ms': 300,
      })
    }
    const ledgerMs = await timed(() => opened.accounts.ledger('binance-main', 0))
    await opened.close()
    return [
      { title: 'Profit and loss over 100,000 fills in five markets of two accounts', rows },
      { title: 'Ledger sums of 80,000 fills', rows: [{ what: 'asked of storage', ms: ledgerMs, 'target ms': 300 }] },
      { title: 'Price times quantity of 100,000 fills, added up', rows: await arithmetic(fills) },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const tables = await benchPnl()
  console.log(process.argv.includes('--json') ? JSON.stringify(tables, null, 2) : tables.map(formatTable).join('\n\n'))
}
