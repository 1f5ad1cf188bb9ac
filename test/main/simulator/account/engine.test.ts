import { describe, expect, it } from 'vitest'
import type { SimAccountEvent } from '../../../../src/main/simulator/account/contract.ts'
import { addAmounts } from '../../../../src/shared/amount.ts'
import { balanceOf, emptyAccount, expectBooksAgree, fundedAccount, instrumentOf, startedAt } from './support.ts'

function setUp(exchange: 'binance' | 'okx' | 'gate' = 'binance') {
  const made = fundedAccount(exchange)
  const events: SimAccountEvent[] = []
  made.account.onEvent((event) => events.push(event))
  const find = (symbol: string) => instrumentOf(made.market, symbol)
  return { ...made, events, btc: find('BTC_USDT'), perpetual: find('BTC_USDT_PERP') }
}

describe('spot orders', () => {
  it('lock the quote of a buy, fill in parts with the fee in the received asset, and free the rest when cancelled', () => {
    const { account, btc, clock, events } = setUp()
    const order = account.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.1' })
    expect(balanceOf(account, 'spot', 'USDT')).toEqual({ free: '95000', locked: '5000', total: '100000' })
    clock.now += 1_000
    const fill = account.fill(order.id, '0.04', { price: '49000' })
    expect(fill).toMatchObject({
      price: '49000',
      quantity: '0.04',
      quoteQuantity: '1960',
      fee: '0.00004',
      feeAsset: 'BTC',
      isMaker: true,
      realisedPnl: '0',
      order: { status: 'PARTIALLY_FILLED', filledQuantity: '0.04', filledQuote: '1960', fee: '0.00004' },
    })
    expect(balanceOf(account, 'spot', 'USDT')).toEqual({ free: '95040', locked: '3000', total: '98040' })
    expect(balanceOf(account, 'spot', 'BTC')).toEqual({ free: '0.03996', locked: '0', total: '0.03996' })
    const ended = account.end(order.id, 'CANCELED')
    expect(ended).toMatchObject({ status: 'CANCELED', createdAt: startedAt, updatedAt: startedAt + 1_000, revision: 3 })
    expect(balanceOf(account, 'spot', 'USDT')).toEqual({ free: '98040', locked: '0', total: '98040' })
    expect(events.map((event) => event.kind === 'order' && [event.order.status, event.fill?.tradeId ?? null])).toEqual([
      ['NEW', null],
      ['PARTIALLY_FILLED', fill.tradeId],
      ['CANCELED', null],
    ])
    expect(events[1]).toMatchObject({
      balances: [
        { asset: 'USDT', free: '95040', locked: '3000', total: '98040' },
        { asset: 'BTC', free: '0.03996', total: '0.03996' },
      ],
      position: null,
    })
    expectBooksAgree(account)
  })

  it('sell base with the fee in quote, completely by the last fill, at the market when no price is given', () => {
    const { account, btc, market } = setUp()
    const buy = account.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '1' })
    expect(account.fill(buy.id, '1').order.status).toBe('FILLED')
    const sell = account.place({ instrument: btc, side: 'SELL', type: 'MARKET', quantity: '0.5' })
    expect(balanceOf(account, 'spot', 'BTC')).toEqual({ free: '0.499', locked: '0.5', total: '0.999' })
    const { price, fee, feeAsset, isMaker } = account.fill(sell.id, '0.5')
    expect([Number(price), feeAsset, isMaker]).toEqual([market.quote(btc).bidPrice, 'USDT', false])
    expect(Number(fee)).toBeCloseTo((Number(price) * 0.5) / 1_000, 6)
    expect(account.openOrders('spot')).toEqual([])
    expect(account.order(sell.id)?.status).toBe('FILLED')
    expectBooksAgree(account)
  })

  it('round quantities down to lots and prices to the nearest tick', () => {
    const { account, btc } = setUp()
    const order = account.place({
      instrument: btc,
      side: 'BUY',
      type: 'LIMIT',
      price: '50000.126',
      quantity: '0.0100099',
    })
    expect(order).toMatchObject({ price: '50000.13', quantity: '0.01' })
  })
})

describe('perpetuals', () => {
  const trade = (
    { account, perpetual }: ReturnType<typeof setUp>,
    side: 'BUY' | 'SELL',
    price: string,
    quantity: string,
    reduceOnly = false,
  ) => {
    const order = account.place({ instrument: perpetual, side, type: 'LIMIT', price, quantity, reduceOnly })
    return account.fill(order.id, quantity)
  }

  it('average the entry, realise on reduction, flip through zero and hold margin', () => {
    const made = setUp()
    const { account } = made
    trade(made, 'BUY', '90000', '0.1')
    trade(made, 'BUY', '96000', '0.2')
    expect(account.positions()).toMatchObject([
      { quantity: '0.3', entryPrice: '94000', realisedPnl: '0', leverage: '10' },
    ])
    // fees 0.02 % of 9,000 and of 19,200
    expect(balanceOf(account, 'futures', 'USDT')).toEqual({ free: '47174.36', locked: '2820', total: '49994.36' })
    expect(trade(made, 'SELL', '95000', '0.1').realisedPnl).toBe('100')
    expect(account.positions()).toMatchObject([{ quantity: '0.2', entryPrice: '94000', realisedPnl: '100' }])
    const flip = trade(made, 'SELL', '93000', '0.5')
    expect(flip.realisedPnl).toBe('-200')
    const [position] = account.positions()
    expect(position).toMatchObject({ quantity: '-0.3', entryPrice: '93000', realisedPnl: '0' })
    // 93000 x (1 + 0.1 - 0.005)
    expect(position?.liquidationPrice).toBe('101835')
    expect(balanceOf(account, 'futures', 'USDT')?.locked).toBe('2790')
    trade(made, 'BUY', '92000', '0.3', true)
    expect(account.positions()).toEqual([])
    expect(balanceOf(account, 'futures', 'USDT')?.locked).toBe('0')
    const last = made.events.at(-1)
    expect(last).toMatchObject({ kind: 'order', position: { quantity: '0', entryPrice: '0', realisedPnl: '300' } })
    expectBooksAgree(account)
  })

  it('lock margin for an order that opens and none for one that only reduces', () => {
    const made = setUp()
    const { account, perpetual } = made
    account.place({ instrument: perpetual, side: 'SELL', type: 'LIMIT', price: '110000', quantity: '0.1' })
    expect(balanceOf(account, 'futures', 'USDT')?.locked).toBe('1100')
    trade(made, 'BUY', '100000', '0.1')
    expect(balanceOf(account, 'futures', 'USDT')?.locked).toBe('2100')
    const reduce = { instrument: perpetual, side: 'SELL', type: 'LIMIT', reduceOnly: true } as const
    account.place({ ...reduce, price: '110000', quantity: '0.1' })
    expect(balanceOf(account, 'futures', 'USDT')?.locked).toBe('2100')
  })

  it('show mark price and unrealised profit by the middle of the quote', () => {
    const made = setUp()
    trade(made, 'SELL', '100000', '0.1')
    const { bidPrice, askPrice } = made.market.quote(made.perpetual)
    const [position] = made.account.positions()
    expect(Number(position?.markPrice)).toBeCloseTo((bidPrice + askPrice) / 2, 6)
    expect(Number(position?.unrealisedPnl)).toBeCloseTo((100_000 - (bidPrice + askPrice) / 2) * 0.1, 6)
  })

  it('count whole contracts where the venue does, in base asset', () => {
    const { account, market } = setUp('okx')
    const perpetual = instrumentOf(market, 'BTC_USDT_PERP')
    expect(perpetual.contractSize).toBe(0.01)
    const order = { instrument: perpetual, side: 'BUY', type: 'LIMIT', price: '90000' } as const
    expect(account.place({ ...order, quantity: '0.0399' }).quantity).toBe('0.03')
    expect(() => account.place({ ...order, quantity: '0.009' })).toThrow(/at least one lot of BTC_USDT_PERP, 0\.01/)
  })

  it('share one balance with spot in a unified account', () => {
    const { account, market } = setUp('okx')
    const perpetual = instrumentOf(market, 'BTC_USDT_PERP')
    account.place({ instrument: perpetual, side: 'BUY', type: 'LIMIT', price: '90000', quantity: '0.1' })
    expect(balanceOf(account, 'spot', 'USDT')).toEqual({ free: '149100', locked: '900', total: '150000' })
  })
})

describe('funding', () => {
  it('pays minus quantity times mark times rate, the rate of the interval that ended', () => {
    const { account, perpetual, clock, events } = setUp()
    const order = account.place({ instrument: perpetual, side: 'SELL', type: 'MARKET', quantity: '0.5' })
    account.fill(order.id, '0.5')
    const { rate, nextAt, intervalHours } = account.fundingRate(perpetual)
    expect([nextAt, intervalHours]).toEqual([Date.UTC(2026, 4, 6, 16), 8])
    clock.now = nextAt + 3
    const paid = account.settleFunding(perpetual, nextAt)
    expect(paid).toMatchObject({ rate, at: nextAt, quantity: '-0.5', asset: 'USDT' })
    expect(Number(paid?.amount)).toBeCloseTo(0.5 * Number(paid?.markPrice) * Number(rate), 7)
    expect(events.at(-1)).toMatchObject({ kind: 'funding', funding: paid, position: { quantity: '-0.5' } })
    expect(account.ledger('futures').at(-1)).toMatchObject({ reason: 'funding', change: paid?.amount, funding: paid })
    expectBooksAgree(account)
  })

  it('is nothing without a position', () => {
    const { account, perpetual } = setUp()
    expect(account.settleFunding(perpetual)).toBeNull()
    expect(account.funding()).toEqual([])
  })

  it('has rates within 0.05 %, either way, the same for the same seed and interval', () => {
    const { account, market, clock } = setUp()
    const again = setUp()
    const rates: number[] = []
    for (let interval = 0; interval < 90; interval++) {
      clock.now += 8 * 3_600_000
      again.clock.now = clock.now
      for (const instrument of market.instruments.filter(({ kind }) => kind === 'perpetual')) {
        const { rate } = account.fundingRate(instrument)
        expect(rate).toMatch(/^-?0(\.\d+)?$/)
        expect(again.account.fundingRate(instrument).rate).toBe(rate)
        rates.push(Number(rate))
      }
    }
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.0005)
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(-0.0005)
    expect(rates.filter((rate) => rate < 0).length).toBeGreaterThan(100)
    expect(rates.filter((rate) => rate > 0).length).toBeGreaterThan(100)
  })
})

describe('transfers', () => {
  it('credit a deposit once it is completed', () => {
    const { account } = emptyAccount('okx')
    const deposit = account.deposit('ETH', '2.5')
    expect([deposit.status, account.balances('funding')]).toEqual(['pending', []])
    expect(account.advanceTransfer(deposit.id, 'completed')).toMatchObject({ status: 'completed', amount: '2.5' })
    expect(balanceOf(account, 'funding', 'ETH')).toEqual({ free: '2.5', locked: '0', total: '2.5' })
    expect(() => account.advanceTransfer(deposit.id, 'failed')).toThrow(/is completed/)
  })

  it('lock a withdrawal with its fee at once, take it when completed, give it back when it fails', () => {
    const { account, events } = setUp()
    const [first, second] = [account.withdraw('USDT', '1000'), account.withdraw('USDT', '500')]
    expect([first.fee, first.transactionId]).toEqual(['1', ''])
    expect(balanceOf(account, 'spot', 'USDT')).toEqual({ free: '98498', locked: '1502', total: '100000' })
    expect(account.advanceTransfer(first.id, 'completed').transactionId).toMatch(/^[0-9a-f]{64}$/)
    account.advanceTransfer(second.id, 'failed')
    expect(balanceOf(account, 'spot', 'USDT')).toEqual({ free: '98999', locked: '0', total: '98999' })
    expect(events.map((event) => event.kind === 'transfer' && [event.transfer.status, event.change])).toEqual([
      ['pending', '0'],
      ['pending', '0'],
      ['completed', '-1001'],
      ['failed', '0'],
    ])
    expectBooksAgree(account)
  })

  it('move between wallets at once', () => {
    const { account } = setUp()
    const moved = account.move('USDT', '250', 'futures', 'spot')
    expect(moved).toMatchObject({ kind: 'internal', status: 'completed', fromWallet: 'futures', toWallet: 'spot' })
    expect([balanceOf(account, 'spot', 'USDT')?.total, balanceOf(account, 'futures', 'USDT')?.total]).toEqual([
      '100250',
      '49750',
    ])
  })
})

describe('keys', () => {
  it('are known until revoked or expired, and tell what they may do', () => {
    const { account, keys, clock, events } = setUp()
    expect(keys.map(({ key }) => account.key(key)).map((key) => [key?.canTrade, key?.canWithdraw])).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ])
    const key = keys[0]?.key ?? ''
    account.revokeKey(key)
    expect(account.key(key)).toBeUndefined()
    expect(events).toEqual([{ kind: 'key_revoked', key, at: startedAt }])
    const short = { key: 'short', secret: 's', passphrase: null, canTrade: false, canWithdraw: false, ipAddresses: [] }
    account.addKey({ ...short, expiresAt: startedAt + 10 })
    expect(account.key('short')).toMatchObject({ secret: 's' })
    clock.now += 10
    expect(account.key('short')).toBeUndefined()
  })

  it('tell streams that listen keys are no longer good', () => {
    const { account, events } = setUp()
    account.expireListenKeys()
    expect(events).toEqual([{ kind: 'listen_keys_expired', at: startedAt }])
  })
})

describe('what cannot be done', () => {
  it('is refused by field, value and what would be right', () => {
    const { account, btc, perpetual } = setUp()
    const buy = { instrument: btc, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.1' } as const
    const { id } = account.place(buy)
    const held = account.place({ ...buy, instrument: perpetual })
    account.fill(held.id, '0.1')
    const reducing = account.place({ ...buy, instrument: perpetual, side: 'SELL', quantity: '0.2', reduceOnly: true })
    const done = account.place(buy)
    account.end(done.id, 'CANCELED')
    const partial = account.place(buy)
    account.fill(partial.id, '0.01')
    const attempts: [() => unknown, string][] = [
      [
        () => account.place({ ...buy, quantity: '3' }),
        'order.quantity: needs 150000 USDT in spot, 90000 are free (got "3")',
      ],
      [() => account.place({ ...buy, quantity: '0' }), 'order.quantity: must be above 0 (got "0")'],
      [
        () => account.place({ ...buy, quantity: '1e-3' }),
        'order.quantity: must be plain decimal text above 0 (got "1e-3")',
      ],
      [
        () => account.place({ ...buy, price: '0.001' }),
        'order.price: must be at least one tick of BTC_USDT, 0.01 (got "0.001")',
      ],
      [
        () => account.place({ ...buy, type: 'MARKET' }),
        'order.price: must be absent from a market order (got "50000")',
      ],
      [() => account.place({ ...buy, reduceOnly: true }), 'order.reduceOnly: must be false for spot (got true)'],
      [
        () => account.place({ ...buy, instrument: { ...btc, base: 'NONE', symbol: 'NONE_USDT' } }),
        'order.instrument: must be listed at binance (got "NONE_USDT")',
      ],
      [() => account.fill(id, '0.2'), 'fill.quantity: must be at most what is left of the order, 0.1 (got "0.2")'],
      [
        () => account.fill(id, '0.1', { price: '50001' }),
        'fill.price: must be no worse than the order\'s limit 50000 (got "50001")',
      ],
      [
        () => account.fill(reducing.id, '0.15', { price: '50000' }),
        'fill.quantity: must reduce the position of 0.1 (got "0.15")',
      ],
      [() => account.fill('nobody', '1'), 'orderId: must be an order of the binance account (got "nobody")'],
      [
        () => account.end(done.id, 'EXPIRED'),
        `orderId: must be an order that is open, it is CANCELED (got "${done.id}")`,
      ],
      [
        () => account.end(partial.id, 'REJECTED'),
        'status: must be CANCELED or EXPIRED for an order with fills (got "REJECTED")',
      ],
      [() => account.move('USDT', '1', 'spot', 'spot'), 'move.to: must be another wallet than move.from (got "spot")'],
      [() => account.move('USDT', '1', 'spot', 'funding'), 'move.to: must be one of spot, futures (got "funding")'],
      [
        () => account.move('BTC', '1', 'spot', 'futures'),
        'move.amount: must be at most what is free in spot, 0.00999 BTC (got "1")',
      ],
      [() => account.withdraw('USDT', '94000'), 'withdrawal.amount: needs 94001 USDT with its fee in spot'],
      [() => account.settleFunding(btc), 'funding.instrument: must be a perpetual (got "BTC_USDT")'],
    ]
    const before = JSON.stringify([account.balances('spot'), account.balances('futures'), account.orders('spot')])
    for (const [attempt, message] of attempts) expect(attempt).toThrow(message)
    expect(JSON.stringify([account.balances('spot'), account.balances('futures'), account.orders('spot')])).toBe(before)
  })
})

describe('what is forgotten', () => {
  it('leaves open orders, pending transfers and books that agree', () => {
    const { account, btc, clock, rules } = setUp()
    const buy = { instrument: btc, side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.1' } as const
    const [done, open] = [account.place(buy), account.place(buy)]
    account.fill(done.id, '0.1')
    const pending = account.deposit('USDT', '5')
    clock.now += 10_000
    const later = account.place(buy)
    account.fill(later.id, '0.1')
    const before = rules.wallets.map((wallet) => account.balances(wallet))
    account.forget(clock.now)
    expect(account.orders('spot').map(({ id }) => id)).toEqual([open.id, later.id])
    expect(account.fills('spot').map(({ order }) => order.id)).toEqual([later.id])
    expect(account.transfers('deposit')).toEqual([pending])
    expect(rules.wallets.map((wallet) => account.balances(wallet))).toEqual(before)
    const usdt = account.ledger('spot').filter(({ asset }) => asset === 'USDT')
    expect(usdt.map(({ change }) => change).reduce(addAmounts, account.opening('spot', 'USDT'))).toBe(
      balanceOf(account, 'spot', 'USDT')?.total,
    )
    expectBooksAgree(account)
  })
})
