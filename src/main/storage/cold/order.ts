/** Puts quotes of one frame into the order of book_tickers: by time, then instrument. */
import type { EpochMs } from '../../../shared/domain/index.ts'
import { frameMs, type QuoteColumns, quoteColumns } from './chunk.ts'

/** Columns of quotes with the instrument of each row. */
export interface Quotes extends QuoteColumns {
  readonly length: number
  readonly instrumentIds: Uint32Array
}

export const noQuotes = (capacity: number): Quotes => ({
  length: 0,
  instrumentIds: new Uint32Array(capacity),
  ...quoteColumns(capacity),
})

export const columnNames = ['time', 'bidPrice', 'bidQuantity', 'askPrice', 'askQuantity'] as const

/** Rows in a new order: `order[i]` is the row that comes i-th. */
function arranged(quotes: Quotes, order: Uint32Array, length: number): Quotes {
  const into = { ...noQuotes(length), length }
  for (let i = 0; i < length; i++) into.instrumentIds[i] = quotes.instrumentIds[order[i] ?? 0] ?? 0
  for (const name of columnNames) {
    const source = quotes[name]
    const target = into[name]
    for (let i = 0; i < length; i++) target[i] = source[order[i] ?? 0] ?? Number.NaN
  }
  return into
}

/**
 * Rows that stand instrument by instrument (ascending), each ascending by time, as chunks give them. One pass of counting over the times:
 * seconds where all are full ones, as snapshots are.
 */
export function interleaved(frameTime: EpochMs, quotes: Quotes): Quotes {
  const { length, time } = quotes
  let step = 1_000
  for (let row = 0; row < length; row++) {
    if ((time[row] ?? 0) % 1_000 !== 0) {
      step = 1
      break
    }
  }
  const starts = new Uint32Array(frameMs / step + 1)
  const slots = new Uint32Array(length)
  for (let row = 0; row < length; row++) {
    const slot = ((time[row] ?? 0) - frameTime) / step
    slots[row] = slot
    starts[slot + 1] = (starts[slot + 1] ?? 0) + 1
  }
  for (let slot = 1; slot < starts.length; slot++) starts[slot] = (starts[slot] ?? 0) + (starts[slot - 1] ?? 0)
  const order = new Uint32Array(length)
  for (let row = 0; row < length; row++) {
    const slot = slots[row] ?? 0
    const place = starts[slot] ?? 0
    starts[slot] = place + 1
    order[place] = row
  }
  return arranged(quotes, order, length)
}

/** Both by time, then instrument. Of two rows of the same time and instrument the one of `first` stands. */
export function merged(first: Quotes, second: Quotes): Quotes {
  if (second.length === 0) return first
  if (first.length === 0) return second
  const both = noQuotes(first.length + second.length)
  both.instrumentIds.set(first.instrumentIds.subarray(0, first.length))
  both.instrumentIds.set(second.instrumentIds.subarray(0, second.length), first.length)
  for (const name of columnNames) {
    both[name].set(first[name].subarray(0, first.length))
    both[name].set(second[name].subarray(0, second.length), first.length)
  }
  const { time, instrumentIds } = both
  const order = new Uint32Array(first.length + second.length)
  let length = 0
  let a = 0
  let b = first.length
  const end = order.length
  while (a < first.length || b < end) {
    const later =
      a === first.length
        ? 1
        : b === end
          ? -1
          : (time[a] ?? 0) - (time[b] ?? 0) || (instrumentIds[a] ?? 0) - (instrumentIds[b] ?? 0)
    order[length++] = later <= 0 ? a : b
    if (later <= 0) a++
    if (later >= 0) b++
  }
  return arranged(both, order, length)
}
