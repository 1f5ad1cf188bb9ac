/**
 * How OKX pages its private lists: newest first, at most 100 rows, `after` = rows older than an id (or, for deposits and
 * withdrawals, a time).
 */

import type { EpochMs } from '../../../shared/domain/index.ts'
import type { RestCall, Sign } from '../../net/rest.ts'
import type { Ask, Page } from '../account-contract.ts'
import { type Reading, readList } from '../account-rows.ts'
import { rowsOf } from './fields.ts'

export const pageSize = 100

export type Query = RestCall<unknown>['query']
export type ReadRow<T> = (json: unknown, receivedAt: EpochMs) => Reading<T>

export interface List<T> {
  readonly url: string
  readonly pool: string
  readonly read: ReadRow<T>
  /** The field that `after` is compared with. */
  readonly cursor: 'ordId' | 'billId' | 'ts'
}

interface RawPage<T> {
  readonly rows: readonly T[]
  /** Rows of the reply, good or not. */
  readonly count: number
  /** Cursor of the last one. */
  readonly last: string | null
}

/** A time as a parameter; nothing is older than 1970. */
export const timeText = (at: EpochMs): string => String(Math.max(0, at))

export function createPaging(sign: Sign) {
  /** A reply whose rows are read one by one. */
  const listCall = <T>(url: string, pool: string, query: Query, read: ReadRow<T>): RestCall<readonly T[]> => ({
    url,
    query,
    pool,
    weight: 1,
    sign,
    parse(body) {
      const receivedAt = Date.now()
      const rows = rowsOf(body)
      return rows.ok ? readList(pool, rows.value, (json) => read(json, receivedAt)) : rows
    },
  })

  const pageCall = <T>({ url, pool, read, cursor }: List<T>, query: Query): RestCall<RawPage<T>> => {
    const { parse, ...call } = listCall(url, pool, [...query, ['limit', String(pageSize)]], read)
    return {
      ...call,
      parse(body) {
        const rows = rowsOf(body)
        if (!rows.ok) return rows
        const parsed = parse(body)
        if (!parsed.ok) return parsed
        const last = fieldOf(rows.value.at(-1), cursor)
        return { ...parsed, value: { rows: parsed.value, count: rows.value.length, last } }
      },
    }
  }

  /** Every page, newest rows first. A list paged by time may give a row twice. */
  async function* pagesOf<T>(ask: Ask, list: List<T>, query: Query, from?: string): AsyncGenerator<Page<T>> {
    for (let after = from; ; ) {
      const result = await ask(pageCall(list, after === undefined ? query : [...query, ['after', after]]))
      if (!result.ok) {
        yield result
        return
      }
      const { rows, count, last } = result.value
      yield { ...result, value: rows }
      if (count < pageSize || last === null) return
      // `after` a time is exclusive: rows of the same millisecond would be lost behind it.
      const next = list.cursor === 'ts' ? String(Number(last) + 1) : last
      after = next === after ? last : next
    }
  }

  return { listCall, pagesOf }
}

function fieldOf(row: unknown, field: List<unknown>['cursor']): string | null {
  if (typeof row !== 'object' || row === null || !(field in row)) return null
  const value: unknown = Object.getOwnPropertyDescriptor(row, field)?.value
  return typeof value === 'string' && value !== '' ? value : null
}
