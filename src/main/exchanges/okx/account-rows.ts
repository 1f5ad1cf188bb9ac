/** How rows of private replies and pushes find their instrument, and how lists with odd rows are read. */
import type { z } from 'zod'
import { Amount, amountText, multiplyAmounts } from '../../../shared/amount.ts'
import type { Instrument } from '../../../shared/domain/index.ts'
import type { Parsed, PassedOver } from '../../net/rest.ts'
import type { InstrumentLookup } from '../contract.ts'
import { bad, checked, type RowReading } from '../rows.ts'
import { find } from './normalize.ts'

/** `unlisted`: about an instrument that Crossbook does not know (a dated future, an option, one that was delisted). */
export type Reading<T> = RowReading<T> | { readonly kind: 'unlisted'; readonly name: string }

/** Spot sizes are base asset; swaps count contracts of `contractSize` (ctVal times ctMult) each. Exact. */
export const baseQuantity = ({ kind, contractSize }: Instrument, size: string): string =>
  kind === 'perpetual' ? multiplyAmounts(size, amountText(new Amount(contractSize))) : size

/** The row's instrument is looked up before anything else of the row is judged. */
export function ofInstrument<S extends z.ZodType, T>(
  schema: S,
  json: unknown,
  lookup: InstrumentLookup,
  then: (row: z.output<S>, instrument: Instrument) => RowReading<T>,
): Reading<T> {
  const instId = typeof json === 'object' && json !== null && 'instId' in json ? json.instId : undefined
  if (typeof instId !== 'string') return bad('instId', instId)
  const instrument = find(lookup, instId)
  if (!instrument) return { kind: 'unlisted', name: instId }
  return checked(schema, json, (row) => then(row, instrument))
}

const samplesKept = 10

/**
 * Reads a list row by row. Unlisted and odd rows are passed over and named; a list in which rows are odd and none is good is
 * unreadable, lest a changed format looks like an empty account.
 */
export function readList<T>(
  what: string,
  rows: readonly unknown[],
  read: (json: unknown) => Reading<T>,
): Parsed<readonly T[]> {
  const values: T[] = []
  const names: string[] = []
  const samples: string[] = []
  let odd: string | null = null
  let count = 0
  for (const json of rows) {
    const reading = read(json)
    if (reading.kind === 'row') values.push(reading.value)
    if (reading.kind === 'row' || reading.kind === 'foreign') continue
    count++
    const problem = reading.kind === 'unlisted' ? `${reading.name}: not a listed instrument` : reading.problem
    if (reading.kind === 'unlisted') names.push(reading.name)
    else odd ??= problem
    if (samples.length < samplesKept) samples.push(problem)
  }
  if (odd !== null && values.length === 0) return { ok: false, problem: `${what}: ${odd}` }
  const passedOver: PassedOver = { count, samples, names }
  return count === 0 ? { ok: true, value: values } : { ok: true, value: values, passedOver }
}
