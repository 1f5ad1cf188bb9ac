import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SimAccountControl } from '../../../../src/main/simulator/account/contract.ts'
import { SimulatorError } from '../../../../src/main/simulator/control.ts'
import type { SimMarket } from '../../../../src/main/simulator/venue.ts'
import { Amount, amountText, sumAmounts } from '../../../../src/shared/amount.ts'
import { exchangeIds } from '../../../../src/shared/domain/index.ts'
import { expectBooksAgree, fundedAccount, instrumentOf } from './support.ts'

const symbols = ['BTC_USDT', 'ETH_USDT', 'BTC_USDT_PERP', 'SOL_USDT_PERP']
const share = fc.integer({ min: 1, max: 100 }).map((n) => n / 100)
const pick = fc.nat(1_000)
const side = fc.constantFrom('BUY' as const, 'SELL' as const)

const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('place' as const),
      symbol: fc.constantFrom(...symbols),
      side,
      type: fc.constantFrom('LIMIT' as const, 'LIMIT' as const, 'MARKET' as const),
      reduceOnly: fc.constantFrom(false, false, false, true),
      /** Of the market's price. */
      price: fc.integer({ min: 90, max: 110 }).map((n) => n / 100),
      dollars: fc.constantFrom(3, 400, 9_000, 60_000, 900_000),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('fill' as const), pick, share, isMaker: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      pick,
      status: fc.constantFrom('CANCELED' as const, 'EXPIRED' as const, 'REJECTED' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('deposit' as const, 'withdraw' as const),
      asset: fc.constantFrom('USDT', 'BTC'),
      amount: fc.constantFrom('0.05', '300', '80000'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      pick,
      status: fc.constantFrom('completed' as const, 'failed' as const, 'cancelled' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('move' as const), pick, amount: fc.constantFrom('10', '30000') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('funding' as const), pick, hours: fc.integer({ min: 0, max: 30 }) }),
  },
)
type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never

/** Does it, or throws SimulatorError. */
function run(account: SimAccountControl, market: SimMarket, clock: { now: number }, wish: Operation): void {
  const listed = market.instruments.filter(({ symbol }) => symbols.includes(symbol))
  const open = [...account.openOrders('spot'), ...account.openOrders('perpetual')]
  const one = <T>(of: readonly T[], n: number): T | undefined => of[n % Math.max(1, of.length)]
  if (wish.do === 'place') {
    const instrument = listed.find(({ symbol }) => symbol === wish.symbol)
    if (!instrument) return
    const { bidPrice } = market.quote(instrument)
    const quantity = (wish.dollars / bidPrice).toFixed(instrument.quantityDecimals)
    const price = wish.type === 'LIMIT' ? { price: (bidPrice * wish.price).toFixed(instrument.priceDecimals) } : {}
    const { type, reduceOnly } = wish
    account.place({ instrument, side: wish.side, type, quantity, reduceOnly, ...price })
  }
  if (wish.do === 'fill') {
    const order = one(open, wish.pick)
    if (!order) return
    const left = new Amount(order.quantity).minus(order.filledQuantity)
    account.fill(order.id, amountText(left.times(wish.share).toDecimalPlaces(12)), { isMaker: wish.isMaker })
  }
  if (wish.do === 'end') {
    const order = one(open, wish.pick)
    if (order) account.end(order.id, wish.status)
  }
  if (wish.do === 'deposit') account.deposit(wish.asset, wish.amount)
  if (wish.do === 'withdraw') account.withdraw(wish.asset, wish.amount)
  if (wish.do === 'advance') {
    const transfer = one([...account.transfers('deposit'), ...account.transfers('withdrawal')], wish.pick)
    if (transfer) account.advanceTransfer(transfer.id, wish.status)
  }
  if (wish.do === 'move') {
    const { wallets } = account.rules
    const [from, to] = [one(wallets, wish.pick), one(wallets, wish.pick + 1)]
    if (from && to) account.move('USDT', wish.amount, from, to)
  }
  if (wish.do === 'funding') {
    clock.now += wish.hours * 3_600_000
    const perpetual = one(
      listed.filter(({ kind }) => kind === 'perpetual'),
      wish.pick,
    )
    if (perpetual) account.settleFunding(perpetual)
  }
}

const balances = (account: SimAccountControl): string =>
  JSON.stringify(account.rules.wallets.map((wallet) => account.balances(wallet)))

describe('the account engine’s books', () => {
  it('agree after any operations, and a refused one changes nothing', () => {
    let done = 0
    let refused = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...exchangeIds),
        fc.array(operation, { minLength: 40, maxLength: 120 }),
        (exchange, wishes) => {
          const { account, market, clock } = fundedAccount(exchange)
          for (const wish of wishes) {
            const before = balances(account)
            try {
              run(account, market, clock, wish)
              done += 1
            } catch (error) {
              if (!(error instanceof SimulatorError)) throw error
              expect(error.message).toMatch(/^[\w.]+: .+\(got .+\)$/)
              expect(balances(account)).toBe(before)
              refused += 1
            }
          }
          expectBooksAgree(account)
        },
      ),
      { numRuns: 300 },
    )
    // So that it cannot come to refuse everything.
    expect(done).toBeGreaterThan(refused)
  })

  it('hold exactly what open limit orders and positions need', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...exchangeIds),
        fc.array(operation, { minLength: 30, maxLength: 80 }),
        (exchange, wishes) => {
          const { account, market, clock } = fundedAccount(exchange)
          for (const wish of wishes) {
            if (wish.do === 'withdraw' || wish.do === 'funding' || (wish.do === 'place' && wish.type === 'MARKET'))
              continue
            try {
              run(account, market, clock, wish)
            } catch (error) {
              if (!(error instanceof SimulatorError)) throw error
            }
          }
          const { feesInQuote, fees } = account.rules
          const withFee = feesInQuote === true ? new Amount(fees.spot.taker).plus(1) : 1
          const spot = account.openOrders('spot').map(({ instrument, side, price, quantity, filledQuantity }) => {
            const left = new Amount(quantity).minus(filledQuantity)
            return side === 'BUY'
              ? { asset: instrument.quote, amount: amountText(left.times(price ?? 0).times(withFee)) }
              : { asset: instrument.base, amount: amountText(left) }
          })
          const orders = account.openOrders('perpetual').filter(({ reduceOnly }) => !reduceOnly)
          const margins = [
            ...orders.map(({ price, quantity, filledQuantity }) =>
              new Amount(quantity)
                .minus(filledQuantity)
                .times(price ?? 0)
                .div(10),
            ),
            ...account
              .positions()
              .map(({ quantity, entryPrice }) => new Amount(quantity).times(entryPrice).abs().div(10)),
          ]
          const { futuresWallet, wallets } = account.rules
          for (const wallet of wallets) {
            for (const { asset, locked, total } of account.balances(wallet)) {
              const held =
                wallet === 'spot' ? spot.filter((one) => one.asset === asset).map(({ amount }) => amount) : []
              const margin = wallet === futuresWallet && asset === 'USDT' ? margins.map(amountText) : []
              const needed = Amount.min(total, sumAmounts([...held, ...margin]))
              expect(needed.minus(locked).abs().toNumber(), `${wallet} ${asset}`).toBeLessThan(1e-7)
            }
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('take 100,000 operations in a few seconds', () => {
    const { account, market } = fundedAccount('binance')
    const [spot, perpetual] = [instrumentOf(market, 'BTC_USDT'), instrumentOf(market, 'BTC_USDT_PERP')]
    account.advanceTransfer(account.deposit('BTC', '100').id, 'completed')
    let told = 0
    account.onEvent(() => {
      told += 1
    })
    const startedAt = performance.now()
    for (let round = 0; round < 12_500; round++) {
      for (const instrument of [spot, perpetual]) {
        const side = round % 2 === 0 ? 'BUY' : 'SELL'
        const price = instrument.kind === 'spot' ? '90000' : String(95_000 + (round % 7) * 100)
        const { id } = account.place({ instrument, side, type: 'LIMIT', price, quantity: '0.01' })
        account.fill(id, '0.004')
        account.fill(id, round % 3 === 0 ? '0.003' : '0.006')
        if (round % 3 === 0) account.end(id, 'CANCELED')
        else account.balances('spot')
      }
    }
    const elapsed = performance.now() - startedAt
    expect(told).toBeGreaterThan(80_000)
    // About 0.7 s on a machine of its own.
    expect(elapsed).toBeLessThan(10_000)
    process.stdout.write(`100,000 operations of the account engine: ${Math.round(elapsed)} ms\n`)
    expectBooksAgree(account)
  }, 30_000)
})
