import { describe, expect, it } from 'vitest'
import { furnish } from '../../support/account-world.ts'
import { until } from '../../support/loopback.ts'
import { type LiveAccount, liveAccount } from './live.ts'

const tradedAs = ({ instruments }: LiveAccount, symbol: string) => {
  const found = instruments.find((one) => one.symbol === symbol)
  if (!found) throw new Error(`no ${symbol}`)
  return found
}
const orders = ({ events }: LiveAccount) =>
  events.flatMap((event) => (event.kind === 'order_update' ? [event.order] : []))

describe('an account at HTX', { timeout: 60_000 }, () => {
  it('knows what a market buy bought, though its stream tells what it spent', async () => {
    const live = await liveAccount('htx')
    furnish(live.account)
    const session = live.open()
    await until(() => session.status().state === 'live', 'live', 15_000)
    const instrument = tradedAs(live, 'BTC_USDT')
    const { id } = live.account.place({ instrument, side: 'BUY', type: 'MARKET', quantity: '0.5' })
    for (const part of ['0.2', '0.3']) if (live.account.order(id)?.status !== 'FILLED') live.account.fill(id, part)
    const told = () => orders(live).filter(({ exchangeOrderId }) => exchangeOrderId === id)
    await until(() => told().at(-1)?.status === 'FILLED', 'filled')
    expect(told().map(({ filledQuantity, status }) => [filledQuantity, status])).toEqual([
      ['0', 'NEW'],
      ['0.2', 'PARTIALLY_FILLED'],
      ['0.5', 'FILLED'],
    ])
    await session.refresh()
    expect(session.openDrifts()).toEqual([])
  })

  it('has ended orders of swaps in both margin modes, and asks for no window that ends after now', async () => {
    const live = await liveAccount('htx')
    const { account } = live
    furnish(account)
    const instrument = tradedAs(live, 'BTC_USDT_PERP')
    const ended = ['30000', '31000'].map((price) => {
      const { id } = account.place({ instrument, side: 'BUY', type: 'LIMIT', price, quantity: '0.4' })
      account.fill(id, '0.1')
      account.end(id, 'CANCELED')
      return id
    })
    const session = live.open()
    await until(() => session.status().state === 'live', 'live', 15_000)
    await until(() => ended.every((id) => orders(live).some((one) => one.exchangeOrderId === id)), 'both', 20_000)
    await until(() => session.status().notes.length === 0, 'all of the past', 20_000)
  })

  it('is live for a user who never opened contracts, of spot alone', async () => {
    const live = await liveAccount('htx')
    const { account, simulator } = live
    account.advanceTransfer(account.deposit('USDT', '100').id, 'completed')
    const { secret = '' } = simulator.keys.htx ?? {}
    const key = { key: 'never-opened', secret, passphrase: null, canTrade: false, canWithdraw: false }
    account.addKey({ ...key, ipAddresses: [], expiresAt: null, lacks: ['contracts'] })
    const session = live.open({ key: key.key })
    await until(() => session.status().state === 'live', 'live', 15_000)
    await until(() => session.status().notes.length === 0, 'all of the past', 20_000)
    const balances = live.events.flatMap((event) => (event.kind === 'balance' ? [event.balance] : []))
    expect(balances.at(-1)).toMatchObject({ wallet: 'spot', asset: 'USDT', total: '100' })
  })

  it("takes a sub-account's key, which may not ask about itself", async () => {
    const live = await liveAccount('htx')
    const { account, simulator } = live
    furnish(account)
    const { secret = '' } = simulator.keys.htx ?? {}
    const key = { key: 'sub-account', secret, passphrase: null, canTrade: false, canWithdraw: false }
    account.addKey({ ...key, ipAddresses: [], expiresAt: null, lacks: ['parent'] })
    const session = live.open({ key: key.key })
    await until(() => session.status().permissions !== null, 'permissions', 15_000)
    expect(session.status().permissions).toMatchObject({ canRead: true, canTrade: null, canWithdraw: null })
    const moved = () => live.events.flatMap((event) => (event.kind === 'transfer' ? [event.transfer.kind] : []))
    await until(() => moved().includes('internal'), 'moves')
    expect(session.status().state).not.toBe('rejected')
  })
})
