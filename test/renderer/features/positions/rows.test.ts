import { describe, expect, it } from 'vitest'
import { fundingByPosition, positionLines, positionSums } from '../../../../src/renderer/features/positions/rows.ts'
import { fundingRate, payment, position } from '../../support/account-rows.ts'

const line = (part = {}, rates = [fundingRate()], midnight = 0) =>
  positionLines([position(part)], rates, new Map(), midnight)[0]

describe('a position', () => {
  it('is reckoned at a newer mark of the public stream', () => {
    expect(line()).toMatchObject({
      direction: 'long',
      mark: '120',
      markAt: 2_000,
      value: '240',
      unrealised: '40',
      isReckoned: true,
      unrealisedPercent: '20',
      nextFunding: '-0.024',
    })
  })
  it('keeps the exchange’s figures while they are the newest', () => {
    expect(line({ receivedAt: 3_000 })).toMatchObject({
      mark: '110',
      markAt: 3_000,
      unrealised: '20',
      isReckoned: false,
    })
  })
  it('that is short wins when the mark falls, and receives a positive rate', () => {
    expect(line({ quantity: '-2', entryPrice: '130', liquidationPrice: '180' })).toMatchObject({
      direction: 'short',
      value: '240',
      unrealised: '20',
      liquidationDistance: '50',
      nextFunding: '0.024',
    })
  })
  it('tells how far the mark is from liquidation in the direction that hurts', () => {
    expect(line({ liquidationPrice: '90' })?.liquidationDistance).toBe('25')
    expect(line({ liquidationPrice: '126' })?.liquidationDistance).toBe('-5')
    expect(line({ liquidationPrice: null })?.liquidationDistance).toBeNull()
  })
  it('without an entry price keeps the exchange’s profit, without a mark has no value', () => {
    expect(line({ entryPrice: null })).toMatchObject({ unrealised: '20', isReckoned: false, unrealisedPercent: null })
    expect(line({ markPrice: null, unrealisedPnl: null }, [])).toMatchObject({ mark: null, value: null, rate: null })
  })
  it('stays until midnight once it is closed, without figures', () => {
    const closed = { quantity: '0', exchangeAt: 5_000 }
    expect(line(closed, [fundingRate()], 4_000)).toMatchObject({ direction: 'closed', mark: null, unrealised: null })
    expect(line(closed, [fundingRate()], 6_000)).toBeUndefined()
  })
})

describe('funding of today', () => {
  const payments = [
    payment({ paymentId: '1', amount: '0.1' }),
    payment({ paymentId: '2', amount: '-0.3' }),
    payment({ paymentId: '3', account: 'okx-main', amount: '7' }),
  ]
  it('is summed by account and symbol', () => {
    const [ours] = positionLines([position()], [], fundingByPosition(payments), 0)
    expect(ours?.fundingToday).toBe('-0.2')
  })
  it('counts once for a symbol held long and short', () => {
    const both = positionLines(
      [position({ side: 'LONG' }), position({ side: 'SHORT', quantity: '-1', markPrice: null, unrealisedPnl: null })],
      [],
      fundingByPosition(payments),
      0,
    )
    expect(positionSums(both, payments.slice(0, 2))).toEqual([
      { asset: 'USDT', longs: '220', shorts: '0', unrealised: '20', funding: '-0.2', withoutMark: 1 },
    ])
  })
})
