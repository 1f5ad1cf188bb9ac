import { describe, expect, it } from 'vitest'
import { type BuiltInExchangeId, exchangeIds } from '../../../src/shared/domain/index.ts'
import { furnish } from '../../support/account-world.ts'
import { until } from '../../support/loopback.ts'
import { type LiveAccount, liveAccount } from './live.ts'

const pauseMs = 120
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Bought, a part of it sold, and an order that is cancelled, on every kind of market that there is. */
async function trade({ account, instruments }: LiveAccount): Promise<void> {
  for (const instrument of instruments.filter(({ base }) => base === 'BTC')) {
    const place = (side: 'BUY' | 'SELL', quantity: string) =>
      account.place({ instrument, side, type: 'LIMIT', price: '30000', quantity }).id
    account.fill(place('BUY', '0.4'), '0.4')
    await pause(pauseMs)
    const part = place('SELL', '0.2')
    account.fill(part, '0.1')
    await pause(pauseMs)
    account.fill(part, '0.1')
    account.end(place('BUY', '0.1'), 'CANCELED')
    await pause(pauseMs)
  }
}

/** What nobody disturbed differs nowhere: a false difference would take the trader's trust in the true ones. */
describe.each(exchangeIds)('an undisturbed account at %s', { timeout: 60_000 }, (exchange: BuiltInExchangeId) => {
  it('finds no difference while it trades and asks', async () => {
    const live = await liveAccount(exchange)
    furnish(live.account)
    // What Crypto.com's perpetuals are settled in.
    if (exchange === 'cryptocom') live.account.advanceTransfer(live.account.deposit('USD', '1000000').id, 'completed')
    const session = live.open()
    await until(() => session.status().state === 'live', 'live', 15_000)
    await session.refresh()
    for (let round = 0; round < 3; round++) {
      await trade(live)
      await session.refresh()
    }
    const stored = () => live.events.filter(({ kind }) => kind === 'fill').length
    await until(() => stored() >= live.account.fills('spot').length, 'the fills')
    await pause(500)
    await session.refresh()
    expect(live.events.filter(({ kind }) => kind === 'drift')).toEqual([])
    const held = session.positions().map(({ symbol, quantity }) => [symbol, Number(quantity)])
    expect(held).toEqual(
      live.account.positions().map(({ instrument, quantity }) => [instrument.symbol, Number(quantity)]),
    )
  })
})
