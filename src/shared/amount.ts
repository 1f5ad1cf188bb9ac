/**
 * Account amounts: decimal text in, decimal text out, added up exactly. 60 significant digits: sums and products of amounts with
 * 18 decimals stay exact, only quotients are rounded.
 */
import { Decimal } from 'decimal.js'

export const Amount = Decimal.clone({
  precision: 60,
  toExpNeg: -1_000,
  toExpPos: 1_000,
  rounding: Decimal.ROUND_HALF_EVEN,
})
export type Amount = Decimal

/** Plain decimal text without trailing zeros of the fraction; never "-0". */
export function amountText(amount: Decimal): string {
  return amount.isZero() ? '0' : amount.toFixed()
}

export const addAmounts = (a: string, b: string): string => amountText(new Amount(a).plus(b))
export const subtractAmounts = (a: string, b: string): string => amountText(new Amount(a).minus(b))
/** Contracts times contract size, price times quantity. */
export const multiplyAmounts = (a: string, b: string): string => amountText(new Amount(a).times(b))
export const negateAmount = (a: string): string => amountText(new Amount(a).negated())
export const sumAmounts = (amounts: Iterable<string>): string => {
  let sum = new Amount(0)
  for (const amount of amounts) sum = sum.plus(amount)
  return amountText(sum)
}
/** Same number, however written: "1.50" and "1.5". */
export const isSameAmount = (a: string, b: string): boolean => a === b || new Amount(a).equals(b)
export const isZeroAmount = (a: string): boolean => /^-?0*(\.0*)?$/.test(a)

const plain = /^-?\d+(\.\d+)?$/
const scientific = /^-?\d+(\.\d+)?[eE][+-]?\d+$/
/** More than a float64 has: written out, an exponent of nine digits takes gigabytes. */
const mostPlaces = 330

/**
 * An exchange's number as plain decimal text: text as it came, a JSON number or an exponent written out (1e-7 is "0.0000001").
 * null for everything else ('', 'NaN', null, 1e331): absent or unreadable, which the caller tells apart.
 */
export function decimalTextOf(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? written(new Amount(value)) : null
  if (typeof value !== 'string') return null
  if (plain.test(value)) return value
  return scientific.test(value) ? written(new Amount(value)) : null
}

const written = (amount: Decimal): string | null =>
  amount.isZero() || Math.abs(amount.e) <= mostPlaces ? amountText(amount) : null
