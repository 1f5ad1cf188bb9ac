/**
 * Decimal text as whole numbers of 10^-18 (a `unit`), and products of two of them as whole numbers of 10^-36. Exact like
 * `shared/amount.ts`, which is the way for everything else; this one is for the inner loops over 100,000 fills, ten times as fast
 * (test/bench/pnl.ts). Text with more than 18 decimals is rounded to 18.
 */
import { Amount, amountText } from '../../shared/amount.ts'

const decimals = 18
const powers = Array.from({ length: decimals + 1 }, (_, exponent) => 10n ** BigInt(exponent))
/** 1, in units. */
export const one = 10n ** BigInt(decimals)

const minus = 45
const point = 46
const zero = 48
const isDigit = (code: number): boolean => code >= zero && code <= zero + 9
/** Text of this many characters has a mantissa that is a safe integer. */
const safeLength = 15

/** Units. @throws where the text is no plain decimal text */
export function unitsOf(text: string): bigint {
  const { length } = text
  const negative = text.charCodeAt(0) === minus
  const isPlain = isDigit(text.charCodeAt(negative ? 1 : 0)) && isDigit(text.charCodeAt(length - 1))
  if (length > safeLength || !isPlain) return longUnitsOf(text)
  let mantissa = 0
  let scale = 0
  let inFraction = false
  for (let i = negative ? 1 : 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code === point && !inFraction) {
      inFraction = true
      continue
    }
    if (!isDigit(code)) return longUnitsOf(text)
    mantissa = mantissa * 10 + code - zero
    if (inFraction) scale++
  }
  return BigInt(negative ? -mantissa : mantissa) * (powers[decimals - scale] ?? 0n)
}

function longUnitsOf(text: string): bigint {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === '') throw new Error(`"${text}" is no decimal text`)
  if (fraction.length > decimals) return unitsOf(amountText(new Amount(text).toDecimalPlaces(decimals)))
  return BigInt(`${sign}${whole}${fraction.padEnd(decimals, '0')}`)
}

const textOf = (value: bigint, places: number): string => {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, '0')
  const fraction = digits.slice(-places).replace(/0+$/, '')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -places)}${fraction === '' ? '' : `.${fraction}`}`
}

export const unitsText = (units: bigint): string => textOf(units, decimals)
/** Of a product of two numbers of units, or a sum of such. */
export const productText = (product: bigint): string => textOf(product, 2 * decimals)
/** Units on the scale of products. */
export const asProduct = (units: bigint): bigint => units * one
