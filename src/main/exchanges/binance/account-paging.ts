/** How the exchange's lists are read to their end: by id, by time, by offset. Each gives pages of rows; one that failed is the last. */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { RestCall, RestFailure, RestResult } from '../../net/rest.ts'
import type { Ask, Page, TimeRange } from '../account-contract.ts'
import type { PageBody } from './account-lists.ts'

/** Most rows that one call returns, of every list here. */
export const pageSize = 1_000

/** One call of a list with further parameters; its `limit` is `pageSize`. */
export type ListCall<T> = (parameters: RestCall<unknown>['query']) => RestCall<PageBody<T>>

type Pages<T> = AsyncGenerator<Page<T>, void, undefined>

const failed = (message: string): { ok: false; failure: RestFailure } => ({
  ok: false,
  failure: { kind: 'unreadable', code: null, message, retryAfterMs: null },
})

/** The page's rows as the result to hand on, but for those of `known` ids. */
const rowsOf = <T>(
  { value, passedOver }: Extract<RestResult<PageBody<T>>, { ok: true }>,
  known: ReadonlySet<string> = new Set(),
): Page<T> => ({
  ok: true,
  value: value.entries.flatMap(({ id, row }) => (row === null || known.has(id) ? [] : [row])),
  ...(passedOver === undefined ? {} : { passedOver }),
})

/** From `first` on, upwards; `name` is the parameter that takes an id. */
export async function* pagesById<T>(ask: Ask, list: ListCall<T>, name: string, first: number): Pages<T> {
  for (let next = first; ; ) {
    const page = await ask(list([[name, String(next)]]))
    if (!page.ok) return yield page
    yield rowsOf(page)
    if (page.value.size < pageSize) return
    const last = Math.max(...page.value.entries.map(({ id }) => Number(id)))
    if (!(last >= next)) return yield failed(`no end of the list: ids do not rise above ${next}`)
    next = last + 1
  }
}

/**
 * Spot's lists by symbol, whose windows are 24 h: everything since `from`. The newest page is asked for first and nearly always is
 * all there is. Where it does not reach back to `from`, windows are searched for the first row, and ids lead on from there.
 */
export async function* pagesSince<T>(
  ask: Ask,
  list: ListCall<T>,
  name: string,
  from: EpochMs,
  now: () => Promise<EpochMs | { readonly ok: false; readonly failure: RestFailure }>,
): Pages<T> {
  const newest = await ask(list([]))
  if (!newest.ok) return yield newest
  const oldestAt = Math.min(...newest.value.entries.map(({ at }) => at))
  if (newest.value.size < pageSize || oldestAt <= from) return yield rowsOf(newest)
  const until = await now()
  if (typeof until !== 'number') return yield until
  // the whole list, rather than a search that could cost more
  if (until - from > mostWindows * dayMs) return yield* pagesById(ask, list, name, 0)
  for (let start = from; start <= until; start += dayMs) {
    const page = await ask(list(windowOf(start, start + dayMs - 1)))
    if (!page.ok) return yield page
    const first = Math.min(...page.value.entries.map(({ id }) => Number(id)))
    if (Number.isFinite(first)) return yield* pagesById(ask, list, name, first)
  }
}

const dayMs = 24 * 60 * 60_000
/** Days searched for the first row. */
const mostWindows = 120
const windowOf = (startTime: EpochMs, endTime: EpochMs) =>
  [
    ['startTime', String(startTime)],
    ['endTime', String(endTime)],
  ] as const

/**
 * Lists that are ascending by time within a window (both ends inclusive) of at most `windowMs`. A full page is followed by one that
 * starts with its last millisecond, whose rows that came already are left out.
 */
export async function* pagesByTime<T>(
  ask: Ask,
  list: ListCall<T>,
  { from, to }: TimeRange,
  windowMs: number,
): Pages<T> {
  for (let start = from; start <= to; start += windowMs) {
    const end = Math.min(start + windowMs - 1, to)
    let seen: ReadonlySet<string> = new Set()
    for (let at = start; ; ) {
      const page = await ask(list(windowOf(at, end)))
      if (!page.ok) return yield page
      yield rowsOf(page, seen)
      const { entries, size } = page.value
      if (size < pageSize) break
      const last = Math.max(...entries.map((entry) => entry.at))
      if (!(last > at)) return yield failed(`more than ${pageSize} rows in one millisecond`)
      seen = new Set(entries.filter((entry) => entry.at === last).map(({ id }) => id))
      at = last
    }
  }
}

/** Lists that count from an offset, newest first, within windows of at most `windowMs`; what arrives meanwhile repeats rows. */
export async function* pagesByOffset<T>(
  ask: Ask,
  list: ListCall<T>,
  { from, to }: TimeRange,
  windowMs: number,
): Pages<T> {
  for (let start = from; start <= to; start += windowMs) {
    const window = windowOf(start, Math.min(start + windowMs - 1, to))
    for (let offset = 0; ; offset += pageSize) {
      const page = await ask(list([...window, ['offset', String(offset)]]))
      if (!page.ok) return yield page
      yield rowsOf(page)
      if (page.value.size < pageSize) break
    }
  }
}
