import { describe, expect, it } from 'vitest'
import { assetsOf, chartDays, dayLines, sumsOf } from '../../../../src/renderer/features/pnl/sums.ts'
import type { PnlDay, PnlSymbol } from '../../../../src/shared/pnl.ts'

const day = (name: string, part: Partial<PnlDay> = {}): PnlDay => ({
  day: name,
  asset: 'USDT',
  realised: '1',
  fees: '0.3',
  funding: '0.1',
  net: '0.8',
  fills: 2,
  ...part,
})
const symbol = (part: Partial<PnlSymbol> = {}): PnlSymbol => ({
  account: 'binance-main',
  exchange: 'binance',
  symbol: 'BTC_USDT',
  asset: 'USDT',
  realised: '1',
  fees: '0.3',
  funding: '0.1',
  net: '0.8',
  openQuantity: '1',
  openCost: '100',
  unrealised: '5',
  fills: 2,
  uncoveredQuantity: '0',
  ...part,
})

describe('a report', () => {
  it('lists its assets, the busiest first', () => {
    const days = [day('2026-11-20', { asset: 'BTC', fills: 1 }), day('2026-11-20')]
    const report = { method: 'average' as const, days, symbols: [], feesElsewhere: [], firstFillAt: null, notes: [] }
    expect(assetsOf(report)).toEqual(['USDT', 'BTC'])
  })
  it('is added up exactly, and says which open symbols have no price', () => {
    const days = [day('2026-11-20', { net: '0.1' }), day('2026-11-21', { net: '0.2', realised: '-3' })]
    const symbols = [
      symbol(),
      symbol({ symbol: 'XRP_USDT', unrealised: null }),
      symbol({ symbol: 'ETH_USDT', unrealised: null, openQuantity: '0' }),
    ]
    expect(sumsOf(days, symbols)).toEqual({
      realised: '-2',
      fees: '0.6',
      funding: '0.2',
      net: '0.3',
      fills: 4,
      unrealised: '5',
      unpriced: ['XRP_USDT'],
    })
    expect(sumsOf([], []).unrealised).toBeNull()
  })
})

describe('days', () => {
  const lines = dayLines([day('2026-11-02', { net: '0.2' }), day('2026-10-30', { net: '0.1' })])
  it('ascend, each with the sum of all up to it', () => {
    expect(lines.map((line) => [line.day, line.cumulative])).toEqual([
      ['2026-10-30', '0.1'],
      ['2026-11-02', '0.3'],
    ])
  })
  it('have no holes in the picture, and nothing where nothing happened', () => {
    expect(chartDays(lines)).toEqual([
      { day: '2026-10-30', net: '0.1', cumulative: '0.1' },
      { day: '2026-10-31', net: null, cumulative: '0.1' },
      { day: '2026-11-01', net: null, cumulative: '0.1' },
      { day: '2026-11-02', net: '0.2', cumulative: '0.3' },
    ])
    expect(chartDays([])).toEqual([])
  })
})
