import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  readBalance,
  readDeposit,
  readFill,
  readFunding,
  readOrder,
  readPosition,
  readWithdrawal,
} from '../../../../src/main/exchanges/cryptocom/account-normalize.ts'
import { createAccountNormalizer } from '../../../../src/main/exchanges/cryptocom/account-stream.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const context = {
  account: 'cryptocom-main',
  lookup: lookupOf([instrument('cryptocom', 'perpetual', 'BTC', 'USD', 'BTCUSD-PERP')]),
}
const own = { account: 'cryptocom-main', exchange: 'cryptocom', receivedAt: 9 } as const
const replies: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/cryptocom/rest_private.json'), 'utf8'),
)
const resultOf = (method: string) => Object(replies[`private/${method}`]).result
const [order] = resultOf('get-open-orders').data

describe('crypto.com’s documented rows', () => {
  it('are balances', () => {
    const [cro] = resultOf('user-balance').data[0].position_balances
    const read = { ...own, wallet: 'unified', asset: 'CRO', exchangeAt: null }
    expect([readBalance(context, cro, 9), readBalance(context, { ...cro, reserved_qty: '0.72427884' }, 9)]).toEqual([
      { kind: 'row', value: { ...read, total: '24422.72427884', free: '24422.72427884', locked: '0.00000000' } },
      { kind: 'row', value: { ...read, total: '24422.72427884', free: '24422', locked: '0.72427884' } },
    ])
  })

  it('are orders', () => {
    expect(readOrder(context, order, 9)).toEqual({
      kind: 'row',
      value: {
        raw: JSON.stringify(order),
        row: {
          ...own,
          symbol: 'BTC_USD_PERP',
          exchangeOrderId: '19848525',
          clientOrderId: '1613571154900',
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'GTC',
          price: '50000.0',
          stopPrice: null,
          quantity: '0.0100',
          quoteQuantity: null,
          filledQuantity: '0.0000',
          averagePrice: null,
          status: 'NEW',
          exchangeStatus: 'ACTIVE',
          reduceOnly: null,
          createdAt: 1_613_575_617_173,
          updatedAt: 1_613_575_617_173,
        },
      },
    })
  })

  it.each([
    ['ACTIVE', '0.001', undefined, 'PARTIALLY_FILLED', 'ACTIVE'],
    ['PENDING', '0', undefined, 'NEW', 'PENDING'],
    ['FILLED', '0.01', 0, 'FILLED', 'FILLED'],
    ['CANCELED', '0.001', 43_003, 'CANCELED', 'CANCELED (reason 43003)'],
    ['REJECTED', '0', '306', 'REJECTED', 'REJECTED (reason 306)'],
    ['EXPIRED', '0', null, 'EXPIRED', 'EXPIRED'],
  ])('are orders that are %s with %s filled', (status, cumulative_quantity, reason, expected, exchangeStatus) => {
    expect(readOrder(context, { ...order, status, cumulative_quantity, reason }, 9)).toMatchObject({
      value: { row: { status: expected, exchangeStatus } },
    })
  })

  it('are fills, whose fees change the balance', () => {
    const [row] = resultOf('get-trades').data
    expect(readFill(context, row, 9)).toEqual({
      kind: 'row',
      value: {
        raw: JSON.stringify(row),
        row: {
          ...own,
          symbol: 'BTC_USD_PERP',
          tradeId: '38554669',
          exchangeOrderId: '19708564',
          side: 'BUY',
          price: '51278.5',
          quantity: '0.0500',
          fee: '1.02557',
          feeAsset: 'USD',
          liquidity: 'maker',
          realisedPnl: null,
          at: 1_613_570_791_060,
        },
      },
    })
  })

  it('are fills of no known role where the word is strange, be it one that every object knows', () => {
    const [row] = resultOf('get-trades').data
    expect(readFill(context, { ...row, taker_side: 'constructor' }, 9)).toMatchObject({
      value: { row: { liquidity: null } },
    })
  })

  it('are positions, at their cost over their quantity', () => {
    const [row] = resultOf('get-positions').data
    expect(readPosition(context, row, 9)).toMatchObject({
      value: {
        quantity: '-0.1984',
        entryPrice: '51206.4122984',
        unrealisedPnl: '-497.743736',
        settleAsset: 'USD',
        exchangeAt: 1_613_552_240_770,
      },
    })
  })

  it('are deposits and withdrawals', () => {
    const common = { ...own, transferId: '2220', asset: 'XRP', amount: '100', fee: '1.0', feeAsset: 'XRP' }
    const address = '2NBqqD5GRJ8wHy1PYyCXTe9ke5226FhavBf?1234567890'
    expect([
      readDeposit(context, resultOf('get-deposit-history').deposit_list[0], 9),
      readWithdrawal(context, resultOf('get-withdrawal-history').withdrawal_list[0], 9),
    ]).toMatchObject([
      { value: { row: { ...common, kind: 'deposit', address, status: 'completed', exchangeStatus: '1 (arrived)' } } },
      {
        value: {
          row: { ...common, kind: 'withdrawal', address, transactionId: null, network: null, status: 'pending' },
        },
      },
    ])
  })

  it('are funding only where the journal says so, and where its amount is told', () => {
    const [trade, settled] = resultOf('get-transactions').data
    const funding = { ...settled, journal_type: 'FUNDING' }
    expect([
      readFunding(context, trade, 9),
      readFunding(context, settled, 9),
      readFunding(context, funding, 9),
      readFunding(context, { ...funding, realized_pnl: '0', transaction_cost: '-0.5' }, 9),
    ]).toEqual([
      { kind: 'foreign' },
      { kind: 'foreign' },
      {
        kind: 'row',
        value: {
          ...own,
          symbol: 'BTC_USD_PERP',
          paymentId: '186959',
          asset: 'USD',
          amount: '-0.007800',
          at: 1_613_638_800_001,
        },
      },
      { kind: 'bad', problem: 'realized_pnl: "0": with a cost of -0.5' },
    ])
  })

  it.each([
    ['an unknown status', { status: 'DREAMING' }, /^status: "DREAMING": an unknown word$/],
    ['a time in seconds', { update_time: 1_613_575_617 }, /^update_time: 1613575617: no time in milliseconds$/],
    ['no number', { quantity: 'many' }, /^quantity: "many": no decimal number$/],
  ])('with %s name it', (_name, wrong, problem) => {
    expect(readOrder(context, { ...order, ...wrong }, 9)).toEqual({
      kind: 'bad',
      problem: expect.stringMatching(problem),
    })
  })
})

describe('crypto.com’s documented frames of the user socket', () => {
  it('are what they say', () => {
    const normalize = createAccountNormalizer(context)
    const kinds = readFrames('cryptocom/ws_user.ndjson').map((frame) => {
      const told = normalize(frame, false, 9)
      if (told.kind === 'events') return told.events.map(({ kind }) => kind).join()
      return told.kind === 'control' ? told.control.type : told.kind
    })
    expect(kinds).toEqual(['loggedIn', 'rejectedKey', 'order', 'fill', 'balance'])
  })

  it('quote nothing of what could be a login', () => {
    const normalize = createAccountNormalizer(context)
    const secret = 'canary'
    const frames = [
      `{"id":-1,"method":"ERROR","code":40003,"original":"${secret}"}`,
      `${secret}{`,
      `{"method":5,"x":"${secret}"}`,
    ]
    for (const frame of frames) {
      const told = normalize(Buffer.from(frame), false, 9)
      expect(told.kind).toBe('rejected')
      expect(JSON.stringify(told)).not.toContain(secret)
    }
  })
})
