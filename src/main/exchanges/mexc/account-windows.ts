/** Lists of which one call gives no more than so many rows: asked for in windows of time that are narrow enough. */

import type { EpochMs } from '../../../shared/domain/index.ts'
import type { PassedOver, RestResult } from '../../net/rest.ts'
import type { Page } from '../account-contract.ts'
import { joinPassedOver } from '../rows.ts'

/** One reply: what could be read of it, and how many rows it had in all. */
export interface Slice<T> {
  readonly rows: readonly T[]
  readonly received: number
}

export interface WindowedList<T> {
  readonly from: EpochMs
  readonly to: EpochMs
  /** The most rows of one reply: so many or more may not be all. */
  readonly rows: number
  /** The longest window that may be asked for, ms. */
  readonly spanMs: number
  key(row: T): string
  /** By which windows find it, epoch ms. */
  timeOf(row: T): EpochMs
  ask(from: EpochMs, to: EpochMs): Promise<RestResult<Slice<T>>>
}

/**
 * Every row in [from, to], once, windows ascending. A full reply is asked for again in narrower windows, whichever of its rows MEXC chose to
 * leave out. Windows meet in one millisecond, since it is not documented whether bounds are inclusive; what comes twice at a
 * meeting is left out. More rows in a single millisecond than a reply holds cannot be had: `passedOver` says so.
 */
export async function* windowed<T>(list: WindowedList<T>): AsyncGenerator<Page<T>> {
  const { to, spanMs, rows: most, key } = list
  let from = list.from
  let span = spanMs
  let previous: ReadonlySet<string> = new Set()
  while (from < to) {
    const end = Math.min(from + span, to)
    const result = await list.ask(from, end)
    if (!result.ok) {
      yield result
      return
    }
    const { rows, received } = result.value
    const isFull = received >= most
    if (isFull && end - from > 1) {
      span = narrower(end - from, rows.map(list.timeOf))
      continue
    }
    const earlier = previous
    previous = new Set(rows.map(key))
    const passedOver = joinPassedOver([result.passedOver, isFull ? tooMany(from, received) : undefined])
    const value = rows.filter((row) => !earlier.has(key(row)))
    yield { ok: true, value, ...(passedOver === null ? {} : { passedOver }) }
    const room = (aim * most) / Math.max(received, 1)
    span = Math.min(spanMs, Math.ceil(span * Math.min(Math.max(room, 1), 8)))
    from = end
  }
}

/** The share of a reply that a window should fill. */
const aim = 0.7

/** As wide as the rows of a full reply stand apart, but at most half and at least a sixteenth of what it was. */
function narrower(span: number, times: readonly EpochMs[]): number {
  const spread = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times)
  return Math.ceil(Math.min(span / 2, Math.max(aim * spread, span / 16)))
}

const tooMany = (at: EpochMs, received: number): PassedOver => ({
  count: 1,
  samples: [`${received} rows at ${new Date(at).toISOString()}: MEXC gives no more of one millisecond`],
  names: [],
})
