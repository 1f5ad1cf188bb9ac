/** Reading rows of Crypto.com: a field that is wrong names itself. */
import { parseDecimal } from '../../../shared/decimal.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Parsed } from '../../net/rest.ts'
import { Envelope, ListResult, type Numeric } from './schemas.ts'

/** NaN where it is none. */
export const numberOf = (value: Numeric): number => (typeof value === 'number' ? value : parseDecimal(value))

/** Milliseconds from 2001 to 2286: nanoseconds or seconds in their place are no time. */
const isMilliseconds = (value: number): boolean => Number.isInteger(value) && value >= 1e12 && value < 1e13
/** NaN where it is none. */
export const timeOf = (value: Numeric): EpochMs => {
  const time = numberOf(value)
  return isMilliseconds(time) ? time : Number.NaN
}

/** The result of a reply. */
export function resultOf(body: unknown): Parsed<unknown> {
  const envelope = Envelope.safeParse(body)
  if (!envelope.success) return { ok: false, problem: envelope.error.message }
  const { code, message, result } = envelope.data
  return String(code) === '0' ? { ok: true, value: result } : { ok: false, problem: `code ${code} ${message ?? ''}` }
}

/** The rows of a reply. */
export function rowsOf(body: unknown): Parsed<readonly unknown[]> {
  const result = resultOf(body)
  if (!result.ok) return result
  const list = ListResult.safeParse(result.value)
  return list.success
    ? { ok: true, value: list.data.data }
    : { ok: false, problem: `result.data: ${list.error.message}` }
}
