import { describe, expect, it } from 'vitest'
import {
  candleAt,
  candlesOf,
  drawFrom,
  indexFrom,
  mergeCandles,
  missedSome,
  newerPush,
  newerReading,
  percentBase,
  percentOf,
} from '../../../../src/renderer/features/chart/candles.ts'
import { candle, columnsOf, minute, noon } from './support.ts'

describe('candlesOf', () => {
  it('reads rows in order and leaves out those without a price', () => {
    const rows = [candle(0), candle(1, { close: Number.NaN }), candle(2, { isClosed: false })]
    expect(candlesOf(columnsOf(rows))).toEqual([candle(0), candle(2, { isClosed: false })])
  })

  it('keeps a candle whose volume is unknown', () => {
    expect(candlesOf(columnsOf([candle(0, { volume: Number.NaN })]))).toEqual([candle(0, { volume: Number.NaN })])
  })
})

describe('mergeCandles', () => {
  it('puts an older page before what is known, each open time once', () => {
    const merged = mergeCandles([candle(2), candle(3)], [candle(0), candle(1), candle(2)], newerReading)
    expect(merged).toEqual([candle(0), candle(1), candle(2), candle(3)])
  })

  it('takes several pushed candles: the last version of the old one and the new one', () => {
    const open = candle(1, { isClosed: false })
    const closed = candle(1, { close: 105 })
    const next = candle(2, { isClosed: false })
    expect(mergeCandles([candle(0), open], [closed, next], newerPush)).toEqual([candle(0), closed, next])
  })

  it('replaces the newest candle by its newer version and keeps the others as they are', () => {
    const first = candle(0)
    const merged = mergeCandles([first, candle(1, { isClosed: false })], [candle(1, { close: 103 })], newerPush)
    expect(merged).toEqual([candle(0), candle(1, { close: 103 })])
    expect(merged[0]).toBe(first)
  })

  it('appends the next candle and starts from nothing', () => {
    expect(mergeCandles([candle(0)], [candle(1)], newerPush)).toEqual([candle(0), candle(1)])
    expect(mergeCandles([], [candle(1), candle(0)], newerPush)).toEqual([candle(0), candle(1)])
  })

  it('never opens a closed candle again', () => {
    const late = candle(0, { isClosed: false, close: 90 })
    expect(mergeCandles([candle(0)], [late], newerPush)).toEqual([candle(0)])
    expect(mergeCandles([candle(0), candle(1)], [late], newerReading)).toEqual([candle(0), candle(1)])
  })

  it('keeps a pushed version that overtook the reading', () => {
    const pushed = candle(1, { isClosed: false, volume: 8, close: 104 })
    const read = candle(1, { isClosed: false, volume: 7, close: 103 })
    expect(mergeCandles([candle(0), pushed], [candle(0), read], newerReading)).toEqual([candle(0), pushed])
    expect(mergeCandles([candle(0), read], [candle(0), pushed], newerReading)).toEqual([candle(0), pushed])
  })

  it('lets a reading correct a closed candle', () => {
    const corrected = candle(0, { high: 110 })
    expect(mergeCandles([candle(0), candle(1)], [corrected, candle(1)], newerReading)).toEqual([corrected, candle(1)])
  })
})

describe('missedSome', () => {
  it.each([
    ['nothing is there', [], false],
    ['only one is there', [candle(0, { isClosed: false })], false],
    ['the newest follows on a closed one', [candle(0), candle(1, { isClosed: false })], false],
    ['the one before never closed', [candle(0, { isClosed: false }), candle(1)], true],
    ['one is missing in between', [candle(0), candle(2)], true],
  ])('answers when %s', (_situation, candles, expected) => {
    expect(missedSome(candles, minute)).toBe(expected)
  })
})

describe('finding a candle', () => {
  const candles = [candle(0), candle(1), candle(5)]

  it('gives the first one from a time on', () => {
    const at = (minutes: number) => indexFrom(candles, noon + minutes * minute)
    expect([at(-3), at(0), at(0.5), at(2), at(5), at(6)]).toEqual([0, 0, 1, 2, 2, 3])
  })

  it('gives none in a hole', () => {
    expect([candleAt(candles, noon + minute), candleAt(candles, noon + 2 * minute)]).toEqual([candle(1), null])
  })
})

describe('percent', () => {
  it('rebases to the first close at the left edge', () => {
    const candles = [candle(0, { close: 50 }), candle(1, { close: 200 }), candle(2, { close: 210 })]
    const base = percentBase(candles, noon + minute)
    expect([base, percentOf(210, base)]).toEqual([200, expect.closeTo(5, 10)])
  })

  it('starts a series at its first candle after the edge', () => {
    expect(percentBase([candle(3, { close: 7 })], noon)).toBe(7)
  })

  it('is unknown without a base', () => {
    expect([percentBase([candle(0)], noon + minute), percentOf(5, null), percentOf(null, 5)]).toEqual([
      null,
      Number.NaN,
      Number.NaN,
    ])
  })
})

describe('drawFrom', () => {
  const [a, b] = [candle(0), candle(1, { isClosed: false })]

  it('draws the changed end alone', () => {
    const closed = candle(1)
    const next = candle(2)
    expect([
      drawFrom([a, b], [a, closed], minute),
      drawFrom([a, b], [a, closed, next], minute),
      drawFrom([a, b], [a, b, next], minute),
      drawFrom([a, b], [a, b], minute),
    ]).toEqual([1, 1, 2, 2])
  })

  it.each([
    ['nothing is drawn yet', [], [a]],
    ['older ones came', [a, b], [candle(-1), a, b]],
    ['one in between changed', [a, b, candle(2)], [candle(0), b, candle(2)]],
    ['a hole opened', [a, b], [a, b, candle(3)]],
    ['there are fewer', [a, b], [a]],
  ])('draws everything when %s', (_situation, drawn, next) => {
    expect(drawFrom(drawn, next, minute)).toBeNull()
  })
})
