/**
 * Lists read row by row. An exchange lists thousands of instruments, and sooner or later one of them is odd: that row is passed
 * over and named, and the rest is as good as ever. Only a list without one good row is unreadable as a whole.
 */
import type { z } from 'zod'
import { type EpochMs, periodMs } from '../../shared/domain/index.ts'
import type { Parsed, PassedOver } from '../net/rest.ts'
import type { HistoryCandle, KlineRange } from './contract.ts'

/** `foreign`: read well enough to know that it is none of ours, and no cause for complaint. */
export type RowReading<T> =
  | { readonly kind: 'row'; readonly value: T }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'bad'; readonly problem: string }

export const good = <T>(value: T): RowReading<T> => ({ kind: 'row', value })
export const foreign: RowReading<never> = { kind: 'foreign' }
/** `field` as the exchange calls it, and what stood there. */
export const bad = (field: string, value: unknown, why = 'not what it must be'): RowReading<never> => ({
  kind: 'bad',
  problem: `${field}: ${shown(value)}: ${why}`,
})

/** Checks a row against its schema and reads on; of a row that does not fit, the first field that is wrong is named. */
export function checked<S extends z.ZodType, T>(
  schema: S,
  json: unknown,
  then: (row: z.output<S>) => RowReading<T>,
): RowReading<T> {
  const parsed = schema.safeParse(json)
  if (parsed.success) return then(parsed.data)
  const [issue] = parsed.error.issues
  const path = issue?.path ?? []
  const value = path.reduce<unknown>((from, key) => (hasKey(from, key) ? from[key] : undefined), json)
  return bad(path.length === 0 ? 'row' : path.map(String).join('.'), value, issue?.message)
}

const samplesKept = 10

/** `what` opens the problem's text; `key` is the field, or the column, that names a row. */
export function readRows<T, R = unknown>(
  what: string,
  rows: readonly R[],
  key: string | number,
  read: (row: R) => RowReading<T>,
): Parsed<readonly T[]> {
  const values: T[] = []
  const names: string[] = []
  const samples: string[] = []
  let count = 0
  for (const [index, row] of rows.entries()) {
    const reading = read(row)
    if (reading.kind === 'row') values.push(reading.value)
    if (reading.kind !== 'bad') continue
    count++
    const name = hasKey(row, key) ? row[key] : undefined
    const isNamed = (typeof name === 'string' && name !== '') || typeof name === 'number'
    if (isNamed) names.push(String(name))
    if (samples.length < samplesKept) samples.push(`${isNamed ? name : `row ${index}`}: ${reading.problem}`)
  }
  if (count === 0) return { ok: true, value: values }
  if (values.length === 0) return { ok: false, problem: `${what}: none of ${count} rows can be read: ${samples[0]}` }
  return { ok: true, value: values, passedOver: { count, samples, names } }
}

/** As `readRows`; no exchange lists nothing, and to believe it would delist everything. */
export function readListing<T>(
  what: string,
  rows: readonly unknown[],
  key: string,
  read: (row: unknown) => RowReading<T>,
): Parsed<readonly T[]> {
  return rows.length === 0 ? { ok: false, problem: `${what}: the list is empty` } : readRows(what, rows, key, read)
}

/**
 * Candles ascending. One that is passed over leaves a hole, which shows, where a wrong number would not. So do a candle outside
 * the range, one off the period's grid, and the second of two with one open time.
 */
export function readCandleRows(
  { period, from, to }: KlineRange,
  rows: readonly unknown[],
  timeKey: string | number,
  read: (row: unknown) => RowReading<HistoryCandle>,
): Parsed<readonly HistoryCandle[]> {
  const seen = new Set<EpochMs>()
  const parsed = readRows('klines', rows, timeKey, (row) => {
    const reading = read(row)
    if (reading.kind !== 'row') return reading
    const { openTime } = reading.value
    if (openTime < from || openTime > to) return bad('open time', openTime, `asked for ${from} to ${to}`)
    if (openTime % periodMs[period] !== 0) return bad('open time', openTime, `no ${period} candle opens then`)
    if (seen.has(openTime)) return bad('open time', openTime, 'comes twice')
    seen.add(openTime)
    return reading
  })
  if (!parsed.ok) return parsed
  return { ...parsed, value: [...parsed.value].sort((a, b) => a.openTime - b.openTime) }
}

/** What several calls passed over, as one; null where that is nothing. */
export function joinPassedOver(parts: readonly (PassedOver | undefined)[]): PassedOver | null {
  const present = parts.filter((part) => part !== undefined)
  if (present.length === 0) return null
  return {
    count: present.reduce((sum, { count }) => sum + count, 0),
    samples: present.flatMap(({ samples }) => samples).slice(0, samplesKept),
    names: present.flatMap(({ names }) => names),
  }
}

/** `value` with what its parts passed over; nothing of it where that is nothing. */
export function withPassedOver<T>(
  value: T,
  parts: readonly (PassedOver | undefined)[],
): { readonly ok: true; readonly value: T; readonly passedOver?: PassedOver } {
  const passedOver = joinPassedOver(parts)
  return passedOver === null ? { ok: true, value } : { ok: true, value, passedOver }
}

const hasKey = <K extends PropertyKey>(value: unknown, key: K): value is Readonly<Record<K, unknown>> =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)

const shown = (value: unknown): string => {
  const text = value === undefined ? 'absent' : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
