import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportSubjects } from '../../../../src/shared/data.ts'
import { csvRecords, duck, exported, filled, folder, insertQuotes, noon } from './support.ts'

const text = readFileSync(join(import.meta.dirname, '../../../../docs/exports.md'), 'utf8')

describe('docs/exports.md', () => {
  it.each(exportSubjects)('names the columns of %s', async (what) => {
    const [, names = ''] = new RegExp(`^\\| \`${what}\` \\| ([^|]+) \\|`, 'm').exec(text) ?? []
    const file = await filled(() => undefined)
    const out = join(folder(), 'out.parquet')
    await exported(file, out, { what, format: 'parquet' })
    const described = await duck(out, 'SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet($))')
    expect(described.map(({ column_name: name }) => name)).toEqual(names.split(', '))
  })

  it('multiplies amounts in DuckDB as it says', async () => {
    const [sql = ''] = /SELECT sum\(quantity[^;]+/.exec(text) ?? []
    const insert = `INSERT INTO fills (account, exchange, symbol, trade_id, exchange_order_id, side, price, quantity, at, received_at, raw)
      VALUES ('a', 'okx', 'BTC_USDT', ?, '1', 'BUY', ?, ?, ?, ?, '{}')`
    const file = await filled((database) => {
      database.prepare(insert).run('1', '123456.78', '0.00000001', noon, noon)
      database.prepare(insert).run('2', '0.1', '0.2', noon, noon)
    })
    const out = join(folder(), 'fills.parquet')
    await exported(file, out, { what: 'fills', format: 'parquet' })
    const [row = {}] = await duck(out, sql.replace("'fills.parquet'", '$'))
    expect(Object.values(row)).toEqual(['0.0212345678000000'])
  })

  it('names the columns of the gaps', async () => {
    const file = await filled((database) => insertQuotes(database, [1], noon, 3))
    const there = folder()
    await exported(file, join(there, 'out.csv'), {})
    const [row = {}] = csvRecords(readFileSync(join(there, 'out_gaps.csv'), 'utf8'))
    expect(text.replaceAll(/\s+/g, ' ')).toContain(`Columns: ${Object.keys(row).join(', ')}.`)
  })
})
