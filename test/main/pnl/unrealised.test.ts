import { describe, expect, it } from 'vitest'
import { type OpenNow, withUnrealised } from '../../../src/main/pnl/unrealised.ts'
import { computePnl, type PnlFill, type PnlPayment } from '../../../src/main/pnl.ts'
import { fill, payment, position, start } from '../storage/account-rows.ts'

const all = { account: null, to: null }

function reported(
  fills: readonly PnlFill[],
  more: Partial<OpenNow> = {},
  { account, to }: { readonly account: string | null; readonly to: number | null } = all,
  payments: readonly PnlPayment[] = [],
) {
  const report = computePnl(fills, payments, { method: 'average', from: null, to, days: 0 })
  const open = { now: start + 1_000, positions: [], isLive: () => true, priceOf: () => null, ...more }
  const { symbols, notes } = withUnrealised(report, { account, to }, open)
  return { rows: symbols.map(({ symbol, asset, unrealised }) => [symbol, asset, unrealised]), notes }
}

const perpetual = { symbol: 'BTC_USDT_PERP', side: 'SELL', quantity: '0.25', fee: '0', feeAsset: 'USDT' } as const

describe('what is not realised', () => {
  it('of a perpetual is its exchange’s, once, also where funding was paid in another asset', () => {
    const paid = payment({ symbol: 'BTC_USDT_PERP', asset: 'BNFCR', amount: '-1' })
    expect(reported([fill(perpetual)], { positions: [position()] }, all, [paid])).toEqual({
      rows: [
        ['BTC_USDT_PERP', 'USDT', '-2.5'],
        ['BTC_USDT_PERP', 'BNFCR', null],
      ],
      notes: [],
    })
  })

  it('of spot is at the newest price, and not told of a report that ended before: its prices are not of now', () => {
    const bought = fill({ side: 'BUY', price: '100', quantity: '2', fee: '0', feeAsset: 'USDT' })
    const sold = fill({ tradeId: '2', side: 'SELL', price: '110', quantity: '2', fee: '0', at: start + 500 })
    const priceOf = () => 130
    expect(reported([bought], { priceOf }).rows).toEqual([['BTC_USDT', 'USDT', '60']])
    // Sold at 110 after the report's end: there is nothing open any more that could bring 60.
    expect(reported([bought, sold], { priceOf }, { account: null, to: start + 100 }).rows).toEqual([
      ['BTC_USDT', 'USDT', null],
    ])
  })

  it('counts positions of which no fill is stored, and says that the fills do not tell of them', () => {
    const positions = [position(), position({ account: 'other', symbol: 'ETH_USDT_PERP' })]
    expect(reported([], { positions }, { account: 'binance-main', to: null })).toEqual({
      rows: [['BTC_USDT_PERP', 'USDT', '-2.5']],
      notes: [expect.stringMatching(/^BTC_USDT_PERP \(binance-main\): .+ leave 0 BTC open, the exchange says -0.25:/)],
    })
  })

  it('of a position that its exchange has not confirmed lately is left out, and said to be', () => {
    const { rows, notes } = reported([fill(perpetual)], { positions: [position()], isLive: () => false })
    expect(rows).toEqual([['BTC_USDT_PERP', 'USDT', null]])
    expect(notes).toEqual([expect.stringContaining('has not confirmed the position lately')])
  })

  it('of one side of a hedged symbol does not wait for what the side that closed no longer tells', () => {
    const closed = position({ side: 'LONG', quantity: '0', unrealisedPnl: null })
    const positions = [position({ side: 'SHORT' }), closed]
    expect(reported([fill(perpetual)], { positions }).rows).toEqual([['BTC_USDT_PERP', 'USDT', '-2.5']])
  })

  it('says so where the fills begin after the position: the sale that closed it looks like a short', () => {
    const { notes } = reported([fill(perpetual)], { positions: [position({ quantity: '0', unrealisedPnl: null })] })
    expect(notes).toEqual([expect.stringContaining('leave -0.25 BTC open, the exchange says 0:')])
    expect(reported([fill(perpetual)], { isLive: () => false }).notes).toEqual([])
  })
})
