/**
 * Random lives of orders, transfers and positions while private frames are lost, doubled, reordered and delayed and sockets drop.
 * After the faults end, one reconciliation makes the account equal to the exchange's own books: nothing double, nothing lost.
 * CROSSBOOK_ACCOUNT_RUNS sets the runs per exchange.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ExchangeId, exchangeIds } from '../../../src/shared/domain/index.ts'
import { until } from '../../support/loopback.ts'
import { type LiveAccount, liveAccount } from './live.ts'
import { historyOf, historySeen, seenBy, truthOf } from './truth.ts'

const runs = Number(process.env.CROSSBOOK_ACCOUNT_RUNS ?? 4)

const step = fc.oneof(
  fc.record({
    kind: fc.constant('place' as const),
    isBuy: fc.boolean(),
    isSpot: fc.boolean(),
    price: fc.nat({ max: 9 }),
  }),
  fc.record({ kind: fc.constant('fill' as const), place: fc.nat({ max: 20 }), share: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('end' as const), place: fc.nat({ max: 20 }), isCancel: fc.boolean() }),
  fc.record({ kind: fc.constant('deposit' as const), amount: fc.integer({ min: 1, max: 500 }) }),
  fc.record({ kind: fc.constant('withdraw' as const), amount: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ kind: fc.constant('funding' as const) }),
  fc.record({ kind: fc.constant('drop' as const) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 60 }) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const fault = fc.constantFrom('gap' as const, 'duplicate' as const, 'reorder' as const, 'latency' as const)

async function take(live: LiveAccount, exchange: ExchangeId, next: Step): Promise<void> {
  const { account, simulator } = live
  const traded = (symbol: string) => live.instruments.find((one) => one.symbol === symbol)
  const open = [...account.openOrders('spot'), ...account.openOrders('perpetual')]
  switch (next.kind) {
    case 'place': {
      const instrument = next.isSpot ? traded('BTC_USDT') : (traded('BTC_USDT_PERP') ?? traded('ETH_USDT'))
      if (instrument === undefined) return
      // Far from the market, so that nothing is refused.
      const price = String(next.isBuy ? 1_000 + next.price : 2_000_000 + next.price)
      const side = next.isBuy ? 'BUY' : 'SELL'
      account.place({ instrument, side, type: 'LIMIT', price, quantity: '0.04' })
      return
    }
    case 'fill': {
      const order = open[next.place % Math.max(1, open.length)]
      if (order === undefined) return
      const left = Math.round((Number(order.quantity) - Number(order.filledQuantity)) * 100)
      account.fill(order.id, (Math.min(left, next.share) / 100).toFixed(2), { price: order.price ?? '30000' })
      return
    }
    case 'end': {
      const order = open[next.place % Math.max(1, open.length)]
      // MEXC has one word for both.
      const isCancel = next.isCancel || exchange === 'mexc'
      if (order !== undefined) account.end(order.id, isCancel ? 'CANCELED' : 'EXPIRED')
      return
    }
    case 'deposit':
      account.advanceTransfer(account.deposit('USDT', String(next.amount)).id, 'completed')
      return
    case 'withdraw':
      if (account.rules.transferWallet === 'spot')
        account.advanceTransfer(account.withdraw('USDT', String(next.amount)).id, 'completed')
      return
    case 'funding': {
      const perpetual = traded('BTC_USDT_PERP')
      // No exchange pays twice at one moment, and some tell it by its time alone.
      const [last] = account.funding().slice(-1)
      if (perpetual !== undefined && Date.now() - (last?.at ?? 0) > 1_100) account.settleFunding(perpetual)
      return
    }
    case 'drop':
      await simulator.dropSockets(exchange)
      return
    case 'wait':
      await new Promise((resolve) => setTimeout(resolve, next.ms))
  }
}

describe.each(exchangeIds)('an account at %s', { timeout: 60_000 + runs * 20_000 }, (exchange) => {
  it('equals the exchange’s books after whatever happened to its messages', async () => {
    const live = await liveAccount(exchange, ['BTC_USDT', 'ETH_USDT'])
    const { account } = live
    for (const [asset, amount] of [
      ['USDT', '1000000'],
      ['BTC', '100'],
      ['ETH', '100'],
    ] as const) {
      account.advanceTransfer(account.deposit(asset, amount).id, 'completed')
      const { transferWallet, wallets } = account.rules
      if (transferWallet !== 'spot') account.move(asset, amount, transferWallet, 'spot')
      if (wallets.includes('futures') && asset === 'USDT') account.move(asset, '900000', 'spot', 'futures')
    }
    const session = live.open({ timing: { snapshotEveryMs: 1_000 } })
    await until(() => session.status().state === 'live', 'live', 15_000)
    // Some exchanges tell the times of transfers in whole seconds: those of the opening's own second would stand before it.
    await new Promise((resolve) => setTimeout(resolve, 1_100))

    const agreed = () =>
      JSON.stringify([seenBy(session), historySeen(live.events)]) ===
      JSON.stringify([truthOf(account), historyOf(account)])
    const steps = fc.array(fc.tuple(step, fc.option(fault)), { minLength: 3, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(steps, async (happenings) => {
        for (const [next, kind] of happenings) {
          const side = { exchange, side: 'private' } as const
          const begun =
            kind === null
              ? null
              : await live.simulator.inject(kind === 'latency' ? { kind, ms: 30, ...side } : { kind, ...side })
          await take(live, exchange, next)
          await begun?.stop()
        }
        await session.refresh()
        await until(agreed, 'equal', 15_000).catch(() => {
          expect([seenBy(session), historySeen(live.events)]).toEqual([truthOf(account), historyOf(account)])
        })
        const perFill = live.events.flatMap((event) =>
          event.kind === 'fill' && event.fill.realisedPnl === null
            ? [`${event.fill.symbol} ${event.fill.tradeId} ${event.fill.exchangeOrderId}`]
            : [],
        )
        expect(new Set(perFill).size).toBe(perFill.length)
        await until(() => session.openDrifts().length === 0, 'all drifts resolved', 15_000).catch(() => {
          expect(session.openDrifts()).toEqual([])
        })
      }),
      { numRuns: runs, endOnFailure: true },
    )
  })
})
