import { describe, expect, it } from 'vitest'
import {
  candlePoints,
  linePoints,
  volumePoints,
  withAlpha,
} from '../../../../src/renderer/features/chart/seriesData.ts'
import { candle, minute, noon } from './support.ts'

const at = (minutes: number) => noon / 1_000 + minutes * 60

describe('points of a series', () => {
  it('have seconds for times and an empty point for every missing candle', () => {
    expect(candlePoints([candle(0), candle(3)], minute)).toEqual([
      { time: at(0), open: 100, high: 102, low: 99, close: 101 },
      { time: at(1) },
      { time: at(2) },
      { time: at(3), open: 100, high: 102, low: 99, close: 101 },
    ])
    expect(linePoints([candle(0), candle(2)], minute)).toEqual([
      { time: at(0), minimum: 101, maximum: 101, last: 101 },
      { time: at(1) },
      { time: at(2), minimum: 101, maximum: 101, last: 101 },
    ])
  })

  it('do not fill a hole of weeks', () => {
    expect(candlePoints([candle(0), candle(100_000)], minute)).toHaveLength(502)
  })

  it('colour volumes by the candle and leave an unknown volume out', () => {
    const candles = [candle(0), candle(1, { close: 90 }), candle(2, { volume: Number.NaN }), candle(3, { volume: 0 })]
    expect(volumePoints(candles, { up: 'green', down: 'red' })).toEqual([
      { time: at(0), value: 5, color: 'green' },
      { time: at(1), value: 5, color: 'red' },
      { time: at(3), value: 0, color: 'green' },
    ])
  })
})

describe('withAlpha', () => {
  it('adds an alpha to six digits of colour only', () => {
    expect([withAlpha('#3fc391', 0.4), withAlpha('rgb(1 2 3)', 0.4)]).toEqual(['#3fc39166', 'rgb(1 2 3)'])
  })
})
