/**
 * How OKX pages its private lists: newest first, at most 100 rows, `after` = rows older than an id (or, for deposits and
 * withdrawals, a time).
 */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { PassedOver, RestCall, Sign } from '../../net/rest.ts'
import type { Ask, Page } from '../account-contract.ts'
import { joinPassedOver } from '../rows.ts'
import { type Reading, readList } from './account-rows.ts'
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

/** Pages without the rows that are `known`, which grows by theirs, or that `isWanted` refuses. A page that failed is the last. */
export async function* onceEach<T>(
  pages: AsyncIterable<Page<T>>,
  known: Set<string>,
  idOf: (row: T) => string,
  isWanted: (row: T) => boolean,
): AsyncGenerator<Page<T>> {
  for await (const page of pages) {
    if (!page.ok) {
      yield page
      return
    }
    const rows = page.value.filter((row) => {
      const isNew = isWanted(row) && !known.has(idOf(row))
      if (isNew) known.add(idOf(row))
      return isNew
    })
    if (rows.length > 0 || page.passedOver !== undefined) yield { ...page, value: rows }
  }
}

/** All pages as one. */
export async function collect<T>(pages: AsyncIterable<Page<T>>): Promise<Page<T>> {
  const rows: T[] = []
  const passedOver: (PassedOver | undefined)[] = []
  for await (const page of pages) {
    if (!page.ok) return page
    for (const row of page.value) rows.push(row)
    passedOver.push(page.passedOver)
  }
  return withPassedOver(rows, passedOver)
}

export function withPassedOver<T>(
  value: readonly T[],
  parts: readonly (PassedOver | undefined)[],
): Extract<Page<T>, { ok: true }> {
  const passedOver = joinPassedOver(parts)
  return passedOver === null ? { ok: true, value } : { ok: true, value, passedOver }
}

function fieldOf(row: unknown, field: List<unknown>['cursor']): string | null {
  if (typeof row !== 'object' || row === null || !(field in row)) return null
  const value: unknown = Object.getOwnPropertyDescriptor(row, field)?.value
  return typeof value === 'string' && value !== '' ? value : null
}
