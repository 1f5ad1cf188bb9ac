import { describe, expect, it } from 'vitest'
import {
  formatAxisPrice,
  formatAxisVolume,
  priceDecimals,
} from '../../../../src/renderer/features/chart/axisNumbers.ts'
import { candle } from './support.ts'

describe('priceDecimals', () => {
  it('follows the price step of the instrument', () => {
    expect([0.1, 0.5, 0.01, 1e-8, 10].map((tick) => priceDecimals(tick, [candle(0)]))).toEqual([1, 1, 2, 8, 0])
  })

  it('takes as many as the prices need where no step is known', () => {
    expect([
      priceDecimals(null, [candle(0, { low: 99.125 })]),
      priceDecimals(null, [candle(0)]),
      priceDecimals(null, [candle(0, { open: 0.00001234 })]),
      priceDecimals(null, []),
    ]).toEqual([3, 0, 8, 0])
  })
})

describe('labels of the axes', () => {
  it('write prices with all their decimals and volumes short', () => {
    expect([formatAxisPrice(96500, 2), formatAxisPrice(0.2, 5)]).toEqual(['96,500.00', '0.20000'])
    expect([0.25, 40, 2_500, 60_000_000].map(formatAxisVolume)).toEqual(['0.25', '40', '2.5K', '60M'])
  })
})
