import { describe, expect, it } from 'vitest'
import { createAccountEngine } from '../../../../src/main/simulator/account/engine.ts'
import { writeHistory } from '../../../../src/main/simulator/account/history.ts'
import { createPastMarket } from '../../../../src/main/simulator/account/past.ts'
import { type BuiltInExchangeId, exchangeIds } from '../../../../src/shared/domain/index.ts'
import { expectBooksAgree, marketOf, startedAt } from './support.ts'

function withHistory(exchange: BuiltInExchangeId, seed = 1, symbols?: readonly string[]) {
  const { market, clock, rules, keys } = marketOf(exchange, seed, symbols)
  const past = createPastMarket(market)
  const account = createAccountEngine({ exchange, rules, market: past, seed, keys })
  const before = performance.now()
  writeHistory(account, past, seed)
  return { account, market, clock, tookMs: performance.now() - before }
}

const everything = ({ account }: ReturnType<typeof withHistory>) => ({
  balances: account.rules.wallets.map((wallet) => account.balances(wallet)),
  orders: [...account.orders('spot'), ...account.orders('perpetual')],
  fills: [...account.fills('spot'), ...account.fills('perpetual')],
  funding: account.funding(),
  transfers: (['deposit', 'withdrawal', 'internal'] as const).flatMap((kind) => account.transfers(kind)),
})

describe('the seeded history of an account', () => {
  it.each([...exchangeIds])('is a believable past of sixty days whose books agree (%s)', (exchange) => {
    for (const seed of [1, 2, 3]) {
      const made = withHistory(exchange, seed)
      const { account, market, tookMs } = made
      expectBooksAgree(account)
      // About 100 ms on a machine of its own.
      expect(tookMs).toBeLessThan(1_500)
      const { orders, fills, funding, transfers } = everything(made)
      expect(fills.length).toBeGreaterThanOrEqual(300)
      expect(fills.length).toBeLessThanOrEqual(750)
      const states = new Set(
        orders.map(({ status, filledQuantity }) => `${status}${filledQuantity === '0' ? '' : '+'}`),
      )
      for (const state of ['FILLED+', 'CANCELED', 'CANCELED+', 'EXPIRED', 'REJECTED', 'NEW'])
        expect(states).toContain(state)
      for (const { at, price, instrument } of fills) {
        expect(at).toBeGreaterThan(startedAt - 60 * 86_400_000)
        expect(at).toBeLessThanOrEqual(startedAt)
        const [candle] = market.klines(instrument, '1m', at - (at % 60_000), at - (at % 60_000))
        expect(Math.abs(Number(price) / (candle?.close ?? 0) - 1)).toBeLessThan(0.06)
      }
      const deposits = transfers.filter(({ kind, status }) => kind === 'deposit' && status === 'completed')
      expect(deposits.length).toBeGreaterThanOrEqual(3)
      expect(
        transfers.filter(({ kind, status }) => kind === 'withdrawal' && status === 'pending').length,
      ).toBeGreaterThan(0)
      expect(account.openOrders('spot').length).toBeGreaterThanOrEqual(2)
      const spot = account.balances('spot')
      const worth = (asset: string, total: string): number => {
        const instrument = market.find('spot', asset, 'USDT')
        return instrument ? Number(total) * market.quote(instrument).bidPrice : Number(total)
      }
      expect(spot.filter(({ asset, total }) => worth(asset, total) > 100).length).toBeGreaterThanOrEqual(4)
      // Fees in base asset, where there are any, leave dust behind.
      const dust = spot.filter(({ asset, total }) => Number(total) > 0 && worth(asset, total) < 10)
      if (account.rules.feesInQuote !== true && Number(account.rules.fees.spot.taker) > 0)
        expect(dust.length).toBeGreaterThan(0)
      if (account.rules.wallets.length > 1) expect(transfers.some(({ kind }) => kind === 'internal')).toBe(true)
      // The trader knows one money: perpetuals in another are left alone.
      if (!market.instruments.some(({ kind, quote }) => kind === 'perpetual' && quote === 'USDT')) continue
      expect(account.positions().length).toBeGreaterThanOrEqual(1)
      expect(account.positions().length).toBeLessThanOrEqual(4)
      expect(funding.length).toBeGreaterThan(100)
      expect(funding.every(({ at }) => at % (8 * 3_600_000) === 0)).toBe(true)
    }
  })

  it('is the same for the same seed and another for another', () => {
    const first = everything(withHistory('gate', 4))
    expect(everything(withHistory('gate', 4))).toEqual(first)
    expect(everything(withHistory('gate', 5)).fills.length).not.toBe(first.fills.length)
  })

  it('ends now: the account goes on by the venue’s clock and quotes', () => {
    const { account, market, clock } = withHistory('binance')
    expect(account.now()).toBe(startedAt)
    clock.now += 5_000
    const instrument = market.find('spot', 'BTC', 'USDT')
    if (!instrument) throw new Error('BTC_USDT is not listed')
    const order = account.place({ instrument, side: 'BUY', type: 'MARKET', quantity: '0.001' })
    expect([order.createdAt, Number(account.fill(order.id, '0.001').price)]).toEqual([
      startedAt + 5_000,
      market.quote(instrument).askPrice,
    ])
  })

  it('is written for a single symbol and for another quote asset, too', () => {
    for (const symbols of [['SOL_USDT'], ['BTC_USDC', 'ETH_USDC']]) {
      const { account } = withHistory('okx', 1, symbols)
      expectBooksAgree(account)
      expect(account.fills('spot').length).toBeGreaterThan(50)
    }
  })
})
