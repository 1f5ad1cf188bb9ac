import type { SimInstrument } from '../../venue.ts'

/** `BTC_USDT`, the same for spot and perpetual. */
export const nativeName = ({ base, quote }: SimInstrument): string => `${base}_${quote}`

/** Prices and amounts come without trailing zeros: `77179`, `77179.1`. */
export const price = (value: number, { priceDecimals }: SimInstrument): string => plain(value, priceDecimals)

/** In base asset. */
export const amount = (value: number, { quantityDecimals }: SimInstrument): string => plain(value, quantityDecimals)

/** Values in quote asset, and base volumes summed up over many trades. */
export const volume = (value: number): string => plain(value, 8)

export const percent = (value: number): string => plain(value, 2)

/**
 * Base asset to contracts, signed as given, in the form that the client asked for with X-Gate-Size-Decimal: text, fractions
 * kept; without the header an integer truncated toward zero.
 */
export function contracts(quantity: number, { contractSize }: SimInstrument, asText: boolean): string | number {
  const count = Number((quantity / contractSize).toPrecision(15))
  return asText ? plain(count, 6) : Math.trunc(count)
}

export const wantsDecimalSizes = (headers: Readonly<Record<string, string | string[] | undefined>>): boolean =>
  headers['x-gate-size-decimal'] === '1'

/** Whole seconds, as most of Gate counts. */
export const seconds = (at: number): number => Math.floor(at / 1000)

function plain(value: number, decimals: number): string {
  const text = value.toFixed(decimals)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
