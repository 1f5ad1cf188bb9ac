import fc from 'fast-check'
import { frameMs, type QuoteColumns, quoteColumns } from '../../../../src/main/storage/cold/chunk.ts'

/** 2023-11-14T22:12:00.000Z, where a frame of 720 s begins. */
export const frame = 1_700_000_000_000 - (1_700_000_000_000 % frameMs)

export type QuoteRow = readonly [time: number, bid: number, bidQuantity: number, ask: number, askQuantity: number]

export function columnsOf(rows: readonly QuoteRow[]): QuoteColumns {
  const columns = quoteColumns(rows.length)
  rows.forEach(([time, bid, bidQuantity, ask, askQuantity], row) => {
    columns.time[row] = time
    columns.bidPrice[row] = bid
    columns.bidQuantity[row] = bidQuantity
    columns.askPrice[row] = ask
    columns.askQuantity[row] = askQuantity
  })
  return columns
}

export const rowsOf = (columns: QuoteColumns, from = 0, to = columns.time.length): QuoteRow[] =>
  Array.from({ length: to - from }, (_, i): QuoteRow => {
    const row = from + i
    return [
      columns.time[row] ?? Number.NaN,
      columns.bidPrice[row] ?? Number.NaN,
      columns.bidQuantity[row] ?? Number.NaN,
      columns.askPrice[row] ?? Number.NaN,
      columns.askQuantity[row] ?? Number.NaN,
    ]
  })

const decimal = (digits: number) =>
  fc.integer({ min: -(10 ** 9), max: 10 ** 12 }).map((integer) => integer / 10 ** digits)
const anyDouble = fc.double({ noDefaultInfinity: false, noNaN: false })
const odd = fc.constantFrom(
  -0,
  0,
  Infinity,
  -Infinity,
  5e-324,
  1.7976931348623157e308,
  2 ** 53,
  0.1 + 0.2,
  2 ** 51,
  1 / 3,
  1e-22,
  1e22,
)

/** One column's values: decimals as exchanges send them, anything that a double can be, mostly absent, all absent. */
const values = (length: number) => {
  const array = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: length, maxLength: length })
  return fc.oneof(
    fc.integer({ min: 0, max: 12 }).chain((digits) => array(decimal(digits))),
    array(fc.oneof({ weight: 9, arbitrary: decimal(4) }, { weight: 1, arbitrary: fc.constant(Number.NaN) })),
    array(fc.oneof(anyDouble, odd, decimal(2))),
    fc.constant(Array<number>(length).fill(Number.NaN)),
  )
}

/** Distinct ascending times of one frame: full seconds, or any milliseconds. */
const times = fc.oneof(
  fc.uniqueArray(
    fc.integer({ min: 0, max: 719 }).map((second) => second * 1_000),
    { minLength: 1, maxLength: 60 },
  ),
  fc.uniqueArray(fc.integer({ min: 0, max: frameMs - 1 }), { minLength: 1, maxLength: 30 }),
  fc.integer({ min: 1, max: 720 }).map((count) => Array.from({ length: count }, (_, second) => second * 1_000)),
)

/** Rows of one instrument in `frame`. */
export const quoteRows: fc.Arbitrary<QuoteRow[]> = times.chain((offsets) => {
  const ascending = [...offsets].sort((a, b) => a - b)
  return fc.tuple(...[0, 1, 2, 3].map(() => values(ascending.length))).map((columns) =>
    ascending.map((offset, row): QuoteRow => {
      const [bid, bidQuantity, ask, askQuantity] = columns.map((column) => column[row] ?? Number.NaN)
      return [frame + offset, bid ?? NaN, bidQuantity ?? NaN, ask ?? NaN, askQuantity ?? NaN]
    }),
  )
})
