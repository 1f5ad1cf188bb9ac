/**
 * How Bybit pages its private lists: newest first, `cursor` = the reply's `nextPageCursor`. A last page may have one, too: what it brings
 * is empty. Lists answer for at most some days at once, so that longer ranges are asked for in pieces.
 */

import type { EpochMs } from '../../../shared/domain/index.ts'
import type { RestCall, RestResult, Sign } from '../../net/rest.ts'
import type { Ask, Page, TimeRange } from '../account-contract.ts'
import { type Reading, readList } from '../account-rows.ts'
import { pageOf } from './fields.ts'

export type Query = RestCall<unknown>['query']

export interface List<T> {
  readonly url: string
  readonly pool: string
  /** The most rows of a page. */
  readonly limit: number
  readonly read: (json: unknown, receivedAt: EpochMs) => Reading<T>
}

interface RawPage<T> {
  readonly rows: readonly T[]
  /** Rows of the reply, good or not. */
  readonly count: number
  readonly next: string | null
}

export function createPaging(sign: Sign) {
  const pageCall = <T>({ url, pool, limit, read }: List<T>, query: Query): RestCall<RawPage<T>> => ({
    url,
    query: [...query, ['limit', String(limit)]],
    pool,
    weight: 1,
    sign,
    parse(body) {
      const receivedAt = Date.now()
      const page = pageOf(body)
      if (!page.ok) return page
      const { rows, next } = page.value
      const parsed = readList(pool, rows, (json) => read(json, receivedAt))
      return parsed.ok ? { ...parsed, value: { rows: parsed.value, count: rows.length, next } } : parsed
    },
  })

  /** Every page, newest rows first. A page that failed is the last. */
  async function* pagesOf<T>(ask: Ask, list: List<T>, query: Query): AsyncGenerator<Page<T>> {
    let cursor: string | null = null
    do {
      const result: RestResult<RawPage<T>> = await ask(
        pageCall(list, cursor === null ? query : [...query, ['cursor', cursor]]),
      )
      if (!result.ok) {
        yield result
        return
      }
      const { rows, count, next }: RawPage<T> = result.value
      if (count > 0) yield { ...result, value: rows }
      if (count === 0 || next === cursor) return
      cursor = next
    } while (cursor !== null)
  }

  return { pagesOf }
}

/** The range in pieces of at most `lengthMs`, oldest first, both ends of each inclusive. */
export function* piecesOf({ from, to }: TimeRange, lengthMs: number): Generator<TimeRange> {
  for (let begin = Math.max(0, from); begin <= to; begin += lengthMs)
    yield { from: begin, to: Math.min(to, begin + lengthMs - 1) }
}

/** A time as a parameter. */
export const between = ({ from, to }: TimeRange): Query => [
  ['startTime', String(from)],
  ['endTime', String(to)],
]
