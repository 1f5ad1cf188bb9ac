/**
 * Decimal text as the screens write it: thousands grouped, a true minus, rounded for reading where it is long. Nothing here goes
 * through a float; the exact text belongs into the title of what shows a rounded one. Absent (null) is `–`.
 */
import { Amount, amountText } from '../../shared/amount.ts'
import { absent } from './number.ts'

const minus = '−'

/** Groups the digits of plain decimal text: `-1234567.50` -> `−1,234,567.50`. */
function grouped(text: string): string {
  const isNegative = text.startsWith('-')
  const [whole = '0', fraction] = (isNegative ? text.slice(1) : text).split('.')
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${isNegative ? minus : ''}${digits}${fraction === undefined ? '' : `.${fraction}`}`
}

/** Every digit, as the exchange wrote it. */
export const formatExact = (text: string | null): string => (text === null ? absent : grouped(text))

/** Power of ten of the first digit: 0 for 1 to 9.99, -3 for 0.005; 0 for zero. */
const magnitudeOf = (amount: Amount): number => (amount.isZero() ? 0 : amount.e)

const rounded = (amount: Amount, decimals: number): string => {
  const text = amount.toFixed(decimals)
  return /^-0*(\.0*)?$/.test(text) ? text.slice(1) : text
}

const withoutTrailingZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/**
 * A quantity of an asset: up to eight significant digits, no trailing zeros, never fewer than the digits before the point; below
 * one at least four significant digits, so that dust does not look like nothing.
 */
export function formatHeld(text: string | null): string {
  if (text === null) return absent
  const amount = new Amount(text)
  const magnitude = magnitudeOf(amount)
  const decimals = magnitude >= 0 ? Math.max(0, 7 - magnitude) : Math.max(8, 3 - magnitude)
  return grouped(withoutTrailingZeros(rounded(amount, Math.min(decimals, 30))))
}

/** A price: as many digits as it has, up to ten significant ones; fewer for one that is reckoned and not quoted. */
export function formatPriceText(text: string | null, significant = 10): string {
  if (text === null) return absent
  const amount = new Amount(text)
  const decimals = Math.min(30, Math.max(0, significant - 1 - magnitudeOf(amount)))
  return grouped(withoutTrailingZeros(rounded(amount, decimals)))
}

/** Currencies that people count in hundredths; others (BTC, ETH) in millionths. */
const isCash = (currency: string): boolean => /USD|EUR|GBP|TRY|BRL|JPY|DAI/.test(currency)

/**
 * An amount of money: two decimals, six where `currency` is a coin; small ones as many as show two digits of them. For sums the
 * exact text belongs into the title.
 */
export function formatMoney(text: string | null, currency = 'USDT'): string {
  if (text === null) return absent
  const amount = new Amount(text)
  const decimals = isCash(currency) ? 2 : amount.isZero() ? 0 : 6
  const isSmall = !amount.isZero() && magnitudeOf(amount) < Math.min(0, 2 - decimals)
  return grouped(rounded(amount, isSmall ? Math.min(30, 1 - magnitudeOf(amount)) : decimals))
}

const signed = (text: string, amount: Amount): string => (amount.isPositive() && !amount.isZero() ? `+${text}` : text)

/** Money with its sign always written: `+1,204.50`, `−3.20`, `0.00`. */
export const formatSignedMoney = (text: string | null, currency = 'USDT'): string =>
  text === null ? absent : signed(formatMoney(text, currency), new Amount(text))

/** A quantity with its sign always written. */
export const formatSignedHeld = (text: string | null): string =>
  text === null ? absent : signed(formatHeld(text), new Amount(text))

/** 1 above zero, -1 below, 0 at zero and for absent. */
export const signOf = (text: string | null): 1 | 0 | -1 => {
  if (text === null) return 0
  const amount = new Amount(text)
  return amount.isZero() ? 0 : amount.isPositive() ? 1 : -1
}

/** Numerically; null after everything else. */
export function compareAmounts(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  return new Amount(a).comparedTo(b)
}

/** `part` of `whole` in percent, as decimal text; null where there is no part or nothing to share. */
export function percentOf(part: string | null, whole: string | null): string | null {
  if (part === null || whole === null) return null
  const all = new Amount(whole)
  return all.isZero() ? null : amountText(new Amount(part).dividedBy(all).times(100).toSignificantDigits(12))
}

/** `12.3 %`; above zero and below what one decimal shows, `<0.1 %`. */
export function formatShare(percent: string | null): string {
  if (percent === null) return absent
  const amount = new Amount(percent)
  if (!amount.isZero() && amount.abs().lessThan('0.05')) return `${amount.isNegative() ? '>−' : '<'}0.1 %`
  return `${grouped(rounded(amount, 1))} %`
}

/** `+1.24 %` of decimal percent text; what two decimals do not show has no sign. */
export function formatSignedShare(percent: string | null): string {
  if (percent === null) return absent
  const shown = rounded(new Amount(percent), 2)
  return `${signed(grouped(shown), new Amount(shown))} %`
}
