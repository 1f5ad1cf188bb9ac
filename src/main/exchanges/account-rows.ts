/** Rows of an account's lists and pushes: how they find their instrument, and how lists with odd rows are read. */
import type { z } from 'zod'
import { Amount, amountText, multiplyAmounts } from '../../shared/amount.ts'
import type { Instrument } from '../../shared/domain/index.ts'
import type { Parsed } from '../net/rest.ts'
import type { WithRaw } from './account-contract.ts'
import type { InstrumentLookup } from './contract.ts'
import type { RowFields } from './row-fields.ts'
import { bad, checked, good, type RowReading } from './rows.ts'

/** What every row of an account carries or needs. */
export interface AccountContext {
  /** Crossbook's id of it. */
  readonly account: string
  readonly lookup: InstrumentLookup
}

/** `unlisted`: about an instrument that Crossbook does not know (a dated future, one that was delisted). */
export type Reading<T> = RowReading<T> | { readonly kind: 'unlisted'; readonly name: string }

/** Understood, and of a kind that Crossbook does not keep though it moves money: named in `what`, and no sign of another format. */
export interface Unkept {
  readonly kind: 'unkept'
  readonly what: string
}

/** The row's instrument, by the name in its field `key`, before anything else of the row is judged. */
export function ofInstrument<S extends z.ZodType, T>(
  schema: S,
  json: unknown,
  key: string,
  instruments: Pick<ReadonlyMap<string, Instrument>, 'get'>,
  then: (row: z.output<S>, instrument: Instrument) => RowReading<T>,
): Reading<T> {
  const name: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, key) : undefined
  if (typeof name !== 'string') return bad(key, name)
  const instrument = instruments.get(name)
  if (instrument === undefined) return { kind: 'unlisted', name: name.slice(0, 100) }
  return checked(schema, json, (row) => then(row, instrument))
}

const samplesKept = 10

/**
 * Reads a list row by row. Unlisted, unkept and odd rows are passed over and named; a list in which rows are odd and none is good is
 * unreadable, lest a changed format looks like an empty account. `what` opens the problem's text.
 */
export function readList<R, T>(
  what: string,
  rows: readonly R[],
  read: (row: R) => Reading<T> | Unkept,
): Parsed<readonly T[]> {
  const values: T[] = []
  const names: string[] = []
  const samples: string[] = []
  let odd: string | null = null
  let count = 0
  for (const row of rows) {
    const reading = read(row)
    if (reading.kind === 'row') values.push(reading.value)
    if (reading.kind === 'row' || reading.kind === 'foreign') continue
    count++
    if (reading.kind === 'unlisted') names.push(reading.name)
    if (reading.kind === 'bad') odd ??= reading.problem
    if (samples.length < samplesKept) samples.push(problemOf(reading))
  }
  if (odd !== null && values.length === 0) return { ok: false, problem: `${what}: ${odd}` }
  return count === 0 ? { ok: true, value: values } : { ok: true, value: values, passedOver: { count, samples, names } }
}

function problemOf(reading: Exclude<Reading<unknown>, { readonly kind: 'row' | 'foreign' }> | Unkept): string {
  if (reading.kind === 'unkept') return reading.what
  return reading.kind === 'unlisted' ? `${reading.name}: not a listed instrument` : reading.problem
}

/** The row with the text it was read from. */
export const withRaw = <T>(reading: RowReading<T>, json: unknown): RowReading<WithRaw<T>> =>
  reading.kind === 'row' ? good({ row: reading.value, raw: JSON.stringify(json) }) : reading

/** As `withRaw`, of a row whose fields were read; what is wrong with one of them is the answer then. */
export const withRawOf = <T>(fields: RowFields, json: unknown, row: T): RowReading<WithRaw<T>> =>
  fields.problem ?? withRaw(good(row), json)

/** Sizes of perpetuals count contracts of `contractSize` base asset each, those of spot base asset. Exact, with its sign. */
export const baseQuantity = ({ kind, contractSize }: Instrument, size: string): string =>
  kind === 'perpetual' ? multiplyAmounts(size, amountText(new Amount(contractSize))) : size
