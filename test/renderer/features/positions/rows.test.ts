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
    expect(positionSums(both, payments.slice(0, 2), 2_000)).toEqual([
      {
        ...{ asset: 'USDT', longs: '220', shorts: '0', unrealised: '20', funding: '-0.2' },
        ...{ withoutMark: 1, withoutProfit: 0, oldMarks: 0 },
      },
    ])
  })
})

describe('a position whose exchange tells no mark with it', () => {
  // Bitfinex tells of a position several times a second, always without a mark.
  const told = { exchange: 'bitfinex', markPrice: null, receivedAt: 5_000 } as const
  const rates = [fundingRate({ exchange: 'bitfinex', receivedAt: 4_500 })]

  it('stands at the mark of the public stream, also where the position was told of later', () => {
    expect(line(told, rates)).toMatchObject({
      ...{ mark: '120', markAt: 4_500, value: '240', liquidationDistance: '54.1666666667', nextFunding: '-0.024' },
      ...{ unrealised: '20', isReckoned: false },
    })
  })
  it('has its profit reckoned where none is told', () => {
    expect(line({ ...told, unrealisedPnl: null }, rates)).toMatchObject({ unrealised: '40', isReckoned: true })
    expect(line({ ...told, unrealisedPnl: null, entryPrice: null }, rates)).toMatchObject({ unrealised: null })
  })
})

it('sums say what they leave out, and what in them is old', () => {
  const lines = positionLines(
    [
      position({ side: 'LONG', unrealisedPnl: null, entryPrice: null }),
      position({ side: 'SHORT', quantity: '-1', receivedAt: 200_000 }),
    ],
    [],
    new Map(),
    0,
  )
  expect(positionSums(lines, [], 200_000)).toEqual([
    {
      ...{ asset: 'USDT', longs: '220', shorts: '110', unrealised: '20', funding: '0' },
      ...{ withoutMark: 0, withoutProfit: 1, oldMarks: 1 },
    },
  ])
})
