/** Numbers along the axes. */
import { decimalsOf } from '../../format/number.ts'
import type { Candle } from './candles.ts'

/** Decimals of the axis where the exchange tells no price step: as many as the newest prices need, at most ten. */
export function priceDecimals(tickSize: number | null, candles: readonly Candle[]): number {
  const ofStep = decimalsOf(tickSize)
  if (ofStep !== null) return ofStep
  let decimals = 0
  for (const { open, high, low, close } of candles.slice(-50))
    for (const price of [open, high, low, close])
      while (decimals < 10 && Math.abs(Number(price.toFixed(decimals)) - price) > Math.abs(price) * 1e-9) decimals++
  return decimals
}

const formatters = new Map<number, Intl.NumberFormat>()

/** A label of the price axis: always `decimals` decimals, so that labels stand under one another. */
export function formatAxisPrice(value: number, decimals: number): string {
  let formatter = formatters.get(decimals)
  if (!formatter) {
    formatter = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    formatters.set(decimals, formatter)
  }
  return formatter.format(value)
}

const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 })

/** A label of the volume axis: `0.25`, `40`, `2.5K`, `60M`. */
export const formatAxisVolume = (value: number): string => compact.format(value)
