import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimInstrument } from '../../venue.ts'

/** `BTC-USD` */
export const productOf = ({ base, quote }: SimInstrument): string => `${base}-${quote}`
export const price = (value: number, { priceDecimals }: SimInstrument): string => value.toFixed(priceDecimals)
export const quantity = (value: number, { quantityDecimals }: SimInstrument): string => value.toFixed(quantityDecimals)
/** A step as decimal text. */
export const step = (value: number): string => value.toFixed(10).replace(/\.?0+$/, '')

/** `2026-04-07T14:30:01.456000Z`: the market's times are whole milliseconds, Coinbase's have six places or nine. */
export const microTime = (at: EpochMs): string => new Date(at).toISOString().replace('Z', '000Z')
export const isoTime = (at: EpochMs): string => new Date(at).toISOString()
