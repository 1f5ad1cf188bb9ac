import type { EpochMs } from '../../../shared/domain/index.ts'
import { batchOf } from './columns.ts'
import { chosenInstruments } from './instruments.ts'
import type { Source, SourceOptions } from './source.ts'
import type { TableSubject } from './subjects.ts'

/** Rows that one statement looks at; those that pass the filters are read. */
const pageRows = 5_000

type Key = readonly number[]

/**
 * Rows of one table in the order of its walk. A page is found by its last key first, whatever the filters let through, so that no
 * statement reads more than a page's rows.
 */
export function tableSource({ database, request }: SourceOptions, subject: TableSubject): Source {
  const { columns, from, table, time, walk, key } = subject
  if (request.what === 'trades') chosenInstruments(database, request)
  const filters: { readonly sql: string; readonly value: string }[] = []
  if (request.exchanges.length > 0) {
    filters.push({ sql: subject.ofExchanges, value: JSON.stringify(request.exchanges) })
  }
  if (request.symbols.length > 0) filters.push({ sql: subject.ofSymbols, value: JSON.stringify(request.symbols) })
  const filterSql = filters.map(({ sql }) => ` AND ${sql}`).join('')
  const filterValues = filters.map(({ value }) => value)
  const start = request.from ?? 0
  const [rows = 0, first = null, last = null] = database
    .prepare<unknown[], [rows: number, first: EpochMs | null, last: EpochMs | null]>(
      `SELECT count(*), min(${time}), max(${time}) FROM ${table} WHERE ${time} >= ? AND ${time} < ?${filterSql}`,
    )
    .raw()
    .get(start, request.to ?? Number.MAX_SAFE_INTEGER, ...filterValues) ?? [0, null, null]
  const end = (last ?? start - 1) + 1

  // Ids never fall, so what is stored from here on lies beyond; of an order of times only the time tells.
  const walked = walk === 'time' ? [time, ...key] : key
  const keySql = walked.join(', ')
  const places = walked.map(() => '?').join(', ')
  const inRange = `${time} >= ? AND ${time} < ?`
  const newest =
    database
      .prepare<[], number | null>(`SELECT max(${key.at(-1)}) FROM ${table}`)
      .pluck()
      .get() ?? 0
  const bounded = walk === 'time' ? `${time} < ${end}` : `${key.at(-1)} <= ${newest}`
  const pageEnd = database
    .prepare<unknown[], number[]>(
      `SELECT ${keySql} FROM ${table} WHERE (${keySql}) > (${places}) AND ${bounded}
       ORDER BY ${keySql} LIMIT 1 OFFSET ${pageRows - 1}`,
    )
    .raw()
  const select = `SELECT ${columns.map(({ sql }) => sql).join(', ')} FROM ${from}`
  const page = database
    .prepare<unknown[], unknown[]>(
      `${select} WHERE (${keySql}) > (${places}) AND (${keySql}) <= (${places}) AND ${inRange}${filterSql} ORDER BY ${keySql}`,
    )
    .raw()
  const lastPage = database
    .prepare<unknown[], unknown[]>(
      `${select} WHERE (${keySql}) > (${places}) AND ${bounded} AND ${inRange}${filterSql} ORDER BY ${keySql}`,
    )
    .raw()

  return {
    columns,
    extents: { rows, isExact: true, first, last },
    *batches() {
      if (rows === 0) return
      let after: Key = walk === 'time' ? [start - 1, ...key.map(() => Number.MAX_SAFE_INTEGER)] : [-1]
      for (;;) {
        const until = pageEnd.get(...after)
        const found =
          until === undefined
            ? lastPage.all(...after, start, end, ...filterValues)
            : page.all(...after, ...until, start, end, ...filterValues)
        // Also where the filters let nothing through: between two pages an export can be cancelled.
        yield batchOf(columns, found)
        if (until === undefined) return
        after = until
      }
    },
    continuity: () => null,
  }
}
