import { describe, expect, it } from 'vitest'
import {
  heatColor,
  heatRange,
  heatTable,
  legendSizes,
  shareOfCode,
} from '../../../../src/renderer/features/consolidated/heatScale.ts'
import { columnMsFor } from '../../../../src/renderer/features/consolidated/heatTiles.ts'
import {
  firstView,
  panPrice,
  panTime,
  zoomPrice,
  zoomTime,
} from '../../../../src/renderer/features/consolidated/heatView.ts'
import { readoutText } from '../../../../src/renderer/features/consolidated/readout.ts'
import { setTimeZone } from '../../../../src/renderer/format/time.ts'
import { codeOfSize, sizeOfCode } from '../../../../src/shared/depth-history.ts'
import { instrument } from '../../../support/instruments.ts'

const lightness = ([red, green, blue]: readonly [number, number, number]) =>
  0.2126 * red + 0.7152 * green + 0.0722 * blue

describe('the colours of a heatmap', () => {
  it('are viridis, and grow in lightness all the way, or fall on light ground', () => {
    // matplotlib: viridis(0), (0.5), (1)
    const known = [
      [68, 1, 84],
      [33, 145, 140],
      [253, 231, 37],
    ]
    const found = [0, 0.5, 1].map((share) => heatColor(share, false))
    const off = found.flatMap((color, i) => color.map((channel, c) => Math.abs(channel - (known[i]?.[c] ?? -99))))
    expect(Math.max(...off)).toBeLessThanOrEqual(4)
    const steps = Array.from({ length: 33 }, (_, i) => i / 32)
    for (const isLight of [false, true]) {
      const lights = steps.map((share) => lightness(heatColor(share, isLight)))
      const rises = isLight ? [...lights].reverse() : lights
      expect(rises).toEqual([...rises].sort((a, b) => a - b))
      expect(new Set(rises).size).toBe(steps.length)
    }
  })

  it('reach from what is small in sight to what is large, on whole octaves', () => {
    const counts = new Uint32Array(65_536)
    expect(heatRange(counts)).toBeNull()
    counts[0] = 1_000
    for (let size = 1; size <= 1_000; size++) counts[codeOfSize(size)] = 1
    const range = heatRange(counts)
    if (range === null) throw new Error('there is something')
    expect([sizeOfCode(range.low + 1), sizeOfCode(range.high + 1)]).toEqual([64, 1_024])
    expect([0, 1_024, 1e9].map((size) => shareOfCode(codeOfSize(size), range))).toEqual([0, 1, 1])
    expect(legendSizes(range, 3).map(Math.round)).toEqual([64, 255, 1_021])
    const table = heatTable(range, false)
    expect([table[codeOfSize(1e9)], table[codeOfSize(1)]]).toEqual([table[65_535], table[1]])
    expect(table[0]).not.toBe(table[1])
  })
})

describe('looking at a heatmap', () => {
  const now = 1_700_000_000_000

  it('goes along with now until it is moved away, and again when it is moved back', () => {
    const past = panTime(firstView, -0.5, now)
    expect(past.end).toBe(now - firstView.spanMs / 2)
    expect(panTime(past, 0.5, now).end).toBeNull()
  })

  it('zooms around a moment that stays', () => {
    const past = panTime(firstView, -1, now)
    const zoomed = zoomTime(past, 0.5, 0.25, now)
    const at = (view: typeof past) => (view.end ?? now) - view.spanMs * 0.75
    expect(zoomed.spanMs).toBe(firstView.spanMs / 2)
    expect(at(zoomed)).toBeCloseTo(at(past), 3)
    expect(zoomTime(firstView, 4, 1, now).end).toBeNull()
    expect(zoomTime(firstView, 1e9, 1, now).spanMs).toBe(25 * 3_600_000)
    expect(zoomTime(firstView, 1e-9, 1, now).spanMs).toBe(120_000)
  })

  it('leaves the market only when the price is moved', () => {
    expect(panPrice(firstView, 0.5, 1_000).price).toBe(1_000 + 0.5 * firstView.priceShare * 1_000)
    expect(zoomPrice(firstView, 2)).toEqual({ ...firstView, priceShare: firstView.priceShare * 2 })
  })

  it('takes the finest columns that are wide enough', () => {
    expect([100, 1_000, 3_500, 20_000, 1e6].map((perPixel) => columnMsFor(perPixel, 5_000))).toEqual([
      5_000, 5_000, 20_000, 60_000, 300_000,
    ])
  })
})

describe('the readout', () => {
  const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT', { tickSize: 0.01 })
  const okx = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT', { tickSize: 0.1 })
  const point = {
    ...{ at: 1_700_000_000_000, columnMs: 5_000, live: 2, setAside: 0, bestBid: 65_000.1, bestAsk: 65_000.2 },
    bucket: { low: 65_000, high: 65_010, size: 12.3456, known: 2 },
  }

  it('says where, how much, and how well it is known', () => {
    setTimeZone('utc')
    expect(readoutText(point, [btc, okx], btc)).toBe(
      '2023-11-14 22:13:20 · 65,000 – 65,010: ≈ 12.3 BTC · 2 of 2 exchanges · best 65,000.10 / 65,000.20',
    )
    expect(readoutText({ ...point, bucket: { ...point.bucket, known: 1 }, setAside: 1 }, [btc, okx], btc)).toContain(
      '≥ 12.3 BTC · 2 of 2 exchanges · 1 set aside as outlier',
    )
    expect(readoutText({ ...point, bucket: null }, [btc], btc)).toContain('not known here · Binance')
    expect(readoutText({ ...point, live: 0 }, [btc, okx], btc)).toBe(
      '2023-11-14 22:13:20 · all exchanges: no live book',
    )
    expect(readoutText({ ...point, live: null }, [btc], btc)).toContain('being read')
    setTimeZone('local')
  })
})
