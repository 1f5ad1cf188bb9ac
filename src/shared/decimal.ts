/**
 * Decimal text to float64, exactly. Exchanges write prices and quantities as decimal text (`16500`, `0.35210000`). The digits are
 * gathered as a whole number, which is exact below 2^53, and divided once by a power of ten, exact up to 10^22: one division of
 * exact numbers is rounded right, so that this is the number `Number` gives, in less time and with every character checked.
 */

/** 10^0 … 10^22: the powers of ten that a float64 holds exactly. */
export const powersOfTen: readonly number[] = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/** Whatever else is a finite decimal: a sign, an exponent, more digits than 2^53 has. */
const decimalText = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * The number that decimal text stands for, the float64 nearest to it. NaN for everything else that `Number` would take or
 * overflow on: '', blanks, '1.', '.5', '+1', '0x10', 'Infinity', '1e400'. Never -0, which would show as "-0".
 */
export function parseDecimal(text: string): number {
  const { length } = text
  let digits = 0
  let at = 0
  for (; at < length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) break
    digits = digits * 10 + digit
  }
  if (at === 0) return otherDecimal(text)
  if (at === length) return digits <= Number.MAX_SAFE_INTEGER ? digits : otherDecimal(text)
  if (text.charCodeAt(at) !== 46) return otherDecimal(text)
  const places = length - ++at
  for (; at < length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return otherDecimal(text)
    digits = digits * 10 + digit
  }
  const power = powersOfTen[places]
  return digits <= Number.MAX_SAFE_INTEGER && power !== undefined && places > 0 ? digits / power : otherDecimal(text)
}

function otherDecimal(text: string): number {
  if (!decimalText.test(text)) return Number.NaN
  const value = Number(text)
  // adding 0 makes 0 of -0 and changes nothing else
  return Number.isFinite(value) ? value + 0 : Number.NaN
}

/** A factor as units / 10^places with whole units: 0.01 is 1 / 10^2. */
export interface Scale {
  readonly units: number
  readonly places: number
}
const scales = new Map<number, Scale>()

/** `factor` as a scale. One of more than 12 decimal places is taken as the float64 it is. */
export function scaleOf(factor: number): Scale {
  const known = scales.get(factor)
  if (known) return known
  let places = 0
  while (places < 12 && Math.round(factor * 10 ** places) / 10 ** places !== factor) places++
  const units = Math.round(factor * 10 ** places)
  const scale = units / 10 ** places === factor ? { units, places } : { units: factor, places: 0 }
  scales.set(factor, scale)
  return scale
}

/**
 * digits / 10^places times a scale, as the float64 nearest to the true product: 3 contracts of 0.1 are 0.3, where 3 * 0.1 is
 * 0.30000000000000004. NaN where the product has more digits than a float64 holds.
 */
export function exactProduct(digits: number, places: number, scale: Scale): number {
  const product = digits * scale.units
  const power = powersOfTen[places + scale.places]
  return Math.abs(product) <= Number.MAX_SAFE_INTEGER && power !== undefined ? product / power : Number.NaN
}

/**
 * Decimal text times a scale (contracts times contract size), exactly as `exactProduct`; where that has too many digits, or the
 * text an exponent, the product of the two float64. NaN as `parseDecimal`.
 */
export function multiplyDecimal(text: string, scale: Scale): number {
  const isNegative = text.startsWith('-')
  let digits = 0
  let point = -1
  let at = isNegative ? 1 : 0
  const first = at
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit
    else if (digit === -2 && point < 0 && at > first) point = at
    else break
  }
  const isPlain = at === text.length && at > first && point !== at - 1
  const exact = isPlain ? exactProduct(digits, point < 0 ? 0 : at - point - 1, scale) : Number.NaN
  const value = Number.isNaN(exact)
    ? (parseDecimal(text) * scale.units) / 10 ** scale.places
    : isNegative
      ? -exact
      : exact
  // adding 0 makes 0 of -0
  return Number.isFinite(value) ? value + 0 : Number.NaN
}
