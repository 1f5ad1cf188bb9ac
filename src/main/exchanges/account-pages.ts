/** Pages of an account's lists, put together: each row once, problems of all of them told. */
import type { PassedOver } from '../net/rest.ts'
import type { Page } from './account-contract.ts'
import { withPassedOver } from './rows.ts'

/**
 * Lists that go on until now, by a clock that the exchange was just asked for, end so much later, ms: its servers date what happens
 * by clocks of their own, and what one of them dates a moment ahead must not wait for the next download.
 */
export const clockRoomMs = 60_000

/**
 * Pages without the rows that are `known`, which grows by theirs, or that `isWanted` refuses; empty ones are left out. A page that failed
 * is the last.
 */
export async function* onceEach<T>(
  pages: AsyncIterable<Page<T>>,
  idOf: (row: T) => string,
  isWanted: (row: T) => boolean,
  known = new Set<string>(),
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

/** All pages of all lists as one; the first that failed where one did. */
export async function collect<T>(...lists: readonly AsyncIterable<Page<T>>[]): Promise<Page<T>> {
  const rows: T[] = []
  const passedOver: (PassedOver | undefined)[] = []
  for (const pages of lists) {
    for await (const page of pages) {
      if (!page.ok) return page
      for (const row of page.value) rows.push(row)
      passedOver.push(page.passedOver)
    }
  }
  return withPassedOver<readonly T[]>(rows, passedOver)
}
