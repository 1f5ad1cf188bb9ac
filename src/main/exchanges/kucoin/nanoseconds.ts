import type { EpochMs } from '../../../shared/domain/index.ts'

const nsPerMs = 1_000_000
/** Of today and some centuries around it: 18 to 20 digits. */
const text = /^\d{18,20}$/
const isNanoseconds = (told: number): boolean => Number.isInteger(told) && told >= 1e17 && told < 1e20
/** A float64 of such a size steps by 256 ns: without this, whole milliseconds would often be rounded down to the one before. */
const slackNs = 1_000

/** Epoch ms, rounded down, of nanoseconds as text, or as the JSON number that has lost its last digits; NaN for what is no such time. */
export function msOfNanoseconds(told: string | number): EpochMs {
  if (typeof told === 'string') return text.test(told) ? Number(told.slice(0, -6)) : Number.NaN
  return isNanoseconds(told) ? Math.floor((told + slackNs) / nsPerMs) : Number.NaN
}
