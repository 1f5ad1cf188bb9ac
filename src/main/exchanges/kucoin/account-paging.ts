/** How KuCoin's lists are read to their end: in windows of time, and within each by last id, page number or offset. */

import type { EpochMs } from '../../../shared/domain/index.ts'
import type { PassedOver, RestCall, RestFailure, RestResult } from '../../net/rest.ts'
import type { Ask, Page, TimeRange } from '../account-contract.ts'
import { withPassedOver } from '../rows.ts'
import type { Query } from './calls.ts'

/** One reply: what could be read of it, and by which further parameters its successor is asked for; null: it is the last. */
export interface Slice<T> {
  readonly rows: readonly T[]
  readonly next: Query | null
}

/** A list's call with parameters of its place: none for the first reply. */
export type SliceCall<T> = (window: Query, place: Query) => RestCall<Slice<T>>

const endless: RestFailure = {
  kind: 'unreadable',
  code: null,
  message: 'no end of the list: its pages repeat themselves',
  retryAfterMs: null,
}

/** Every row of one window, or of a list without windows, in the order of its replies. */
export async function wholeList<T>(ask: Ask, call: SliceCall<T>, window: Query): Promise<RestResult<readonly T[]>> {
  const rows: T[] = []
  const passedOver: (PassedOver | undefined)[] = []
  const places = new Set<string>()
  for (let place: Query | null = []; place !== null; ) {
    const reply: RestResult<Slice<T>> = await ask(call(window, place))
    if (!reply.ok) return reply
    for (const row of reply.value.rows) rows.push(row)
    passedOver.push(reply.passedOver)
    place = reply.value.next
    const name = JSON.stringify(place)
    if (places.has(name)) return { ok: false, failure: endless }
    places.add(name)
  }
  return withPassedOver(rows, passedOver)
}

export interface WindowedList<T> {
  readonly call: SliceCall<T>
  /** The longest window that may be asked for, ms. */
  readonly spanMs: number
  keyOf(row: T): string
  timeOf(row: T): EpochMs
}

/**
 * Every row in the range, once, windows ascending and rows ascending within one: a download that is cut off goes on behind the newest it has
 * brought. Windows meet in one millisecond, since it is not documented whether their ends count; what comes twice is left out.
 */
export async function* windowed<T>(ask: Ask, list: WindowedList<T>, { from, to }: TimeRange): AsyncGenerator<Page<T>> {
  const { call, spanMs, keyOf, timeOf } = list
  const known = new Set<string>()
  for (let start = from; start <= to; start += spanMs) {
    const end = Math.min(start + spanMs, to)
    const window = [['startAt', String(start)] as const, ['endAt', String(end)] as const]
    const result = await wholeList(ask, call, window)
    if (!result.ok) return yield result
    const rows = result.value.filter((row) => !known.has(keyOf(row)))
    for (const row of rows) known.add(keyOf(row))
    // Lists come newest first; sorting is stable, so that rows of one millisecond stay in KuCoin's order.
    const value = rows.reverse().sort((a, b) => timeOf(a) - timeOf(b))
    if (value.length > 0 || result.passedOver !== undefined) yield { ...result, value }
  }
}
