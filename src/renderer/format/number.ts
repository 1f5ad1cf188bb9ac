/** Numbers as the screens write them. Absent (null, NaN) is always `–`, never 0. */
import { Amount, amountText } from '../../shared/amount.ts'

export const absent = '–'
const minus = '−'

const formatters = new Map<string, Intl.NumberFormat>()
function formatter(minimum: number, maximum: number): Intl.NumberFormat {
  const key = `${minimum}.${maximum}`
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.NumberFormat('en-US', { minimumFractionDigits: minimum, maximumFractionDigits: maximum })
    formatters.set(key, found)
  }
  return found
}

/** Decimals that a price step needs: 0.01 -> 2, 1e-7 -> 7, 0.5 -> 1, 10 -> 0. null where there is no usable step. */
export function decimalsOf(step: number | null): number | null {
  if (step === null || !Number.isFinite(step) || step <= 0) return null
  for (let decimals = 0; decimals <= 15; decimals++) {
    const scaled = step * 10 ** decimals
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled && Math.round(scaled) >= 1) return decimals
  }
  return null
}

/**
 * A price with the decimals of its instrument's step. A price finer than the step (or without one) is written with as many
 * digits as it has, up to ten significant ones: rounding it to the step would show another price.
 */
export function formatPrice(value: number | null, decimals: number | null): string {
  if (value === null || !Number.isFinite(value)) return absent
  if (decimals !== null) {
    const rounded = Number(value.toFixed(decimals))
    if (Math.abs(rounded - value) <= Math.abs(value) * 1e-9) return formatter(decimals, decimals).format(value)
  }
  return formatSignificant(value, 10)
}

/** At most `digits` significant digits, without trailing zeros or exponents. */
function formatSignificant(value: number | null, digits: number): string {
  if (value === null || !Number.isFinite(value)) return absent
  if (value === 0) return '0'
  const magnitude = Math.floor(Math.log10(Math.abs(value)))
  return formatter(0, Math.min(20, Math.max(0, digits - 1 - magnitude))).format(value)
}

/** A quantity in base asset or a volume: five significant digits, thousands grouped. */
export const formatQuantity = (value: number | null): string =>
  value !== null && Math.abs(value) >= 100_000 ? formatter(0, 0).format(value) : formatSignificant(value, 5)

/** An amount of quote currency: two decimals; below one, as many as show two digits of it. */
export function formatAmount(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return absent
  const magnitude = Math.abs(value)
  const text = magnitude === 0 || magnitude >= 1 ? formatter(2, 2).format(magnitude) : formatSignificant(magnitude, 2)
  return value < 0 ? `${minus}${text}` : text
}

/** Percent with its sign always written: `+0.123 %`, `−0.040 %`. */
export function formatSignedPercent(value: number | null, decimals = 3): string {
  if (value === null || !Number.isFinite(value)) return absent
  const text = formatter(decimals, decimals).format(Math.abs(value))
  const isZero = Number(text) === 0
  return `${isZero ? '' : value > 0 ? '+' : minus}${text} %`
}

/** ▲ above zero, ▼ below, nothing at zero or absent: the sign that goes with every up and down colour. */
export const directionSign = (value: number): string => (value > 0 ? '▲' : value < 0 ? '▼' : '')

export const formatCount = (value: number | null): string =>
  value === null || !Number.isFinite(value) ? absent : formatter(0, 0).format(value)

/** Messages a second: one decimal below ten. */
export const formatRate = (value: number): string =>
  !Number.isFinite(value)
    ? absent
    : value < 10 && value !== 0
      ? formatter(1, 1).format(value)
      : formatter(0, 0).format(value)

/** `812 B`, `1.4 MB` (powers of 1,000, as file managers count). */
export function formatBytes(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return absent
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let rest = value
  let unit = 0
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1_000
    unit++
  }
  return `${unit === 0 ? formatter(0, 0).format(rest) : formatter(0, rest < 10 ? 1 : 0).format(rest)} ${units[unit]}`
}

/** A number as somebody would type it, without exponent or grouping: 5e-7 is `0.0000005`. `parseNumber` reads it back. */
export const numberText = (value: number): string => amountText(new Amount(value))

/** A fee given as a fraction of notional, in percent for a text field: 0.001 -> `0.1`, without binary dust. */
export const fractionToPercentText = (fraction: number): string => numberText(Number((fraction * 100).toPrecision(12)))

/** The inverse; null for text that is no number. A decimal comma is understood. */
export function percentTextToFraction(text: string): number | null {
  const value = parseNumber(text)
  return value === null ? null : Number((value / 100).toPrecision(12))
}

/** `1,234` is 1234 as every number on the screens is written, and 1.234 to whoever writes a decimal comma. */
const ambiguous = /^[+-]?[1-9]\d{0,2},\d{3}$/

/** null for text that is no plain decimal number, and for what may be either of two. */
export function parseNumber(text: string): number | null {
  if (ambiguous.test(text.trim())) return null
  const normalised = text.trim().replace(',', '.')
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(normalised) ? Number(normalised) : null
}
