import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applicationId } from '../../../src/main/storage/migrate.ts'
import { instruments, kline, openPlain, openTemporary, opportunity, second, snapshot } from './support.ts'

const text = readFileSync(join(import.meta.dirname, '../../../docs/database.md'), 'utf8')

/** The first cells of a view's table of columns. */
function describedColumns(view: string): string[] {
  const [, section = ''] = text.split(`### ${view}`)
  const [body = ''] = section.split(/^##/m)
  return [...body.matchAll(/^\| ([a-z_, ]+) \|/gm)]
    .flatMap(([, names = '']) => names.split(', '))
    .filter((n) => n !== 'column')
}

const filled = async () => {
  const storage = await openTemporary()
  await storage.saveInstruments(instruments)
  await storage.saveSnapshot(snapshot(second, [[1, 100, 1, 101, 1]]))
  await storage.saveSnapshot(snapshot(second + 3_000, [[1, 100, 1, 101, 1]]))
  await storage.saveKlines([kline()])
  await storage.saveOpportunity(opportunity())
  return openPlain(storage.file)
}

describe('docs/database.md', () => {
  it.each(['v_book_tickers', 'v_klines', 'v_opportunities', 'v_instruments'])(
    'describes every column of %s',
    async (view) => {
      const database = await filled()
      const columns = database.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(view)
      expect(describedColumns(view).sort()).toEqual(columns.sort())
    },
  )

  it('names every table and view', async () => {
    const database = await filled()
    const names = database
      .prepare<[], string>(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'",
      )
      .pluck()
      .all()
    const described = [
      ...text.matchAll(/^(?:### |\| )(v_[a-z_]+|instruments|book_tickers|klines|opportunities|meta)\b/gm),
    ]
    expect([...new Set(described.map(([, name]) => name))].sort()).toEqual(names.sort())
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
    expect({ results, missed }).toEqual({ results: [0, 0, 0, 1, 1], missed: 2 })
  })

  it("tells the file's own marks", () => {
    expect(text).toContain(`${applicationId} (0x${applicationId.toString(16)}`)
  })
})
