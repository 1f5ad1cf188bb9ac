import { describe, expect, it } from 'vitest'
import { createFillSums } from '../../../../src/renderer/features/fills/sums.ts'
import { fill } from '../../support/account-rows.ts'

const first = fill({ tradeId: '1', price: '0.1', quantity: '0.2', fee: '0.0000000000000001', feeAsset: 'BNB' })
const second = fill({ tradeId: '2', side: 'SELL', price: '64251.35', quantity: '0.00000003', fee: '-0.3' })
const third = fill({ tradeId: '3', symbol: 'ETH_BTC', fee: null, feeAsset: null, realisedPnl: '-1.5' })

describe('the sums of fills', () => {
  it('are exact and keep assets apart', () => {
    expect(createFillSums()([third, second, first])).toEqual({
      quotes: [
        { asset: 'BTC', bought: '200', sold: '0', realised: '-1.5', withoutProfit: 0 },
        { asset: 'USDT', bought: '0.02', sold: '0.0019275405', realised: null, withoutProfit: 0 },
      ],
      fees: [
        { asset: 'BNB', amount: '0.0000000000000001' },
        { asset: 'USDT', amount: '-0.3' },
      ],
      withoutFee: 1,
    })
  })
  it('say how many perpetual fills told no profit, of which the sum of the others knows nothing', () => {
    const perpetual = { symbol: 'BTC_USDT_PERP' }
    const told = fill({ ...perpetual, tradeId: '4', realisedPnl: '2' })
    const untold = fill({ ...perpetual, tradeId: '5', realisedPnl: null, account: 'kucoin-main', exchange: 'kucoin' })
    const [sums] = createFillSums()([told, untold, first]).quotes
    expect(sums).toMatchObject({ asset: 'USDT', realised: '2', withoutProfit: 1 })
  })
  it('grow with the list, and begin anew with another', () => {
    const sumOf = createFillSums()
    sumOf([first])
    expect(sumOf([second, first])).toEqual(createFillSums()([second, first]))
    expect(sumOf([third, second, first])).toEqual(createFillSums()([third, second, first]))
    expect(sumOf([third])).toEqual(createFillSums()([third]))
    expect(sumOf([])).toEqual({ quotes: [], fees: [], withoutFee: 0 })
  })
  it('take a fill that was told anew once', () => {
    const sumOf = createFillSums()
    sumOf([second, first])
    const again = { ...second, fee: '-0.4' }
    expect(sumOf([again, first])).toEqual(createFillSums()([again, first]))
  })
})
