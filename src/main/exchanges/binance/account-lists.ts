/**
 * Private lists, read row by row: one that cannot be read is passed over and counted, and so is one of an instrument that is no
 * longer listed; a list of which nothing can be read is unreadable as a whole.
 */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Parsed, PassedOver } from '../../net/rest.ts'
import { foreign, type RowReading, readRows, withPassedOver } from '../rows.ts'

export type AccountRow<T> = RowReading<T> | { readonly kind: 'unlisted'; readonly name: string }
export const unlisted = (name: string) => ({ kind: 'unlisted', name }) as const

const notListed = (names: readonly string[]): PassedOver | undefined =>
  names.length === 0
    ? undefined
    : { count: names.length, samples: names.slice(0, 10).map((name) => `${name}: not listed`), names }

export function readList<T>(
  what: string,
  body: unknown,
  key: string,
  read: (row: unknown) => AccountRow<T>,
): Parsed<readonly T[]> {
  if (!Array.isArray(body)) return { ok: false, problem: `${what}: no list` }
  const names: string[] = []
  const parsed = readRows(what, body, key, (row) => {
    const reading = read(row)
    if (reading.kind !== 'unlisted') return reading
    names.push(reading.name)
    return foreign
  })
  if (!parsed.ok) return parsed
  return withPassedOver(parsed.value, [parsed.passedOver, notListed(names)])
}

/** `at` and `id` say where a page ends; `id` is unique within the list. */
export interface Entry<T> {
  readonly id: string
  readonly at: EpochMs
  /** `unlisted`: of an instrument that is not. */
  readonly row: T | { readonly unlisted: string }
}

/** One page of a list. */
export interface PageBody<T> {
  /** `row` null: passed over, since it is not listed; where the next page begins it tells all the same. */
  readonly entries: readonly { readonly id: string; readonly at: EpochMs; readonly row: T | null }[]
  /** Rows as sent. */
  readonly size: number
}

export function readPage<T extends object>(
  what: string,
  body: unknown,
  key: string,
  read: (row: unknown) => RowReading<Entry<T>>,
): Parsed<PageBody<T>> {
  if (!Array.isArray(body)) return { ok: false, problem: `${what}: no list` }
  const parsed = readRows(what, body, key, read)
  if (!parsed.ok) return parsed
  const names: string[] = []
  const entries = parsed.value.map(({ id, at, row }) => {
    if (!('unlisted' in row)) return { id, at, row }
    names.push(row.unlisted)
    return { id, at, row: null }
  })
  return withPassedOver({ entries, size: body.length }, [parsed.passedOver, notListed(names)])
}

/** Of a body that is no list: the first field that is wrong. */
export const unreadable = (
  what: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): { ok: false; problem: string } => {
  const [first] = issues
  return {
    ok: false,
    problem: `${what}: ${first === undefined ? 'unreadable' : `${first.path.join('.')}: ${first.message}`}`,
  }
}
