/** Lists that give so many rows of a window of time at most: a full window is halved until every row of it is known. */

import type { EpochMs } from '../../../shared/domain/index.ts'
import type { RestResult } from '../../net/rest.ts'
import type { Page, TimeRange } from '../account-contract.ts'
import { joinPassedOver } from '../rows.ts'

/** One reply: what could be read of it, and how many rows it had in all. */
export interface Slice<T> {
  readonly rows: readonly T[]
  readonly count: number
}

export interface WindowedList<T> {
  /** Rows of one reply at most: so many may not be all. */
  readonly most: number
  /** The longest window that may be asked for, ms. */
  readonly spanMs: number
  key(row: T): string
  timeOf(row: T): EpochMs
  ask(from: EpochMs, to: EpochMs): Promise<RestResult<Slice<T>>>
}

/**
 * Every row in [from, to] once, ascending, one page a window, the oldest first. HTX pages by ids in an order that its documents leave open,
 * so that no page is asked for: a reply as full as it can be is asked for again in two halves. Windows share the millisecond in which they
 * meet. More rows in one millisecond than a reply holds cannot be had: then the list fails rather than seem whole.
 */
export async function* windowed<T>(list: WindowedList<T>, { from, to }: TimeRange): AsyncGenerator<Page<T>> {
  let told: ReadonlySet<string> = new Set()
  for (let start = from; start < to; start += list.spanMs) {
    const page = await readWindow(list, start, Math.min(start + list.spanMs, to))
    if (!page.ok) {
      yield page
      return
    }
    const before = told
    told = new Set(page.value.map(list.key))
    const value = page.value.filter((row) => !before.has(list.key(row))).sort((a, b) => list.timeOf(a) - list.timeOf(b))
    if (value.length > 0 || page.passedOver !== undefined) yield { ...page, value }
  }
}

async function readWindow<T>(list: WindowedList<T>, from: EpochMs, to: EpochMs): Promise<Page<T>> {
  const result = await list.ask(from, to)
  if (!result.ok) return result
  const { rows, count } = result.value
  if (count < list.most) return { ...result, value: rows }
  if (to - from < 2) {
    const message = `${count} rows at ${new Date(from).toISOString()}: HTX gives no more of one millisecond`
    return { ok: false, failure: { kind: 'unreadable', code: null, message, retryAfterMs: null } }
  }
  const middle = Math.floor((from + to) / 2)
  const older = await readWindow(list, from, middle)
  if (!older.ok) return older
  const newer = await readWindow(list, middle, to)
  if (!newer.ok) return newer
  const value = [...new Map([...older.value, ...newer.value].map((row) => [list.key(row), row])).values()]
  const passedOver = joinPassedOver([older.passedOver, newer.passedOver])
  return passedOver === null ? { ok: true, value } : { ok: true, value, passedOver }
}
