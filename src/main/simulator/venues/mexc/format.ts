import type { SimInstrument } from '../../venue.ts'

/** `BTCUSDT` */
export const nativeName = ({ base, quote }: SimInstrument): string => `${base}${quote}`

export const price = (value: number, { priceDecimals }: SimInstrument): string => value.toFixed(priceDecimals)

/** Quantities come without trailing zeros: `3.73485`. */
export const quantity = (value: number, { quantityDecimals }: SimInstrument): string => plain(value, quantityDecimals)

/** Values in quote asset; more than 8 decimals are never sent. */
export const amount = (value: number): string => plain(value, 8)

const plain = (value: number, decimals: number): string => {
  const text = value.toFixed(decimals)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
