import { describe, expect, it } from 'vitest'
import { until } from '../../support/loopback.ts'
import { liveAccount } from './live.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('the ledger of an account that trades perpetuals at Gate', { timeout: 60_000 }, () => {
  it('is checked once what trades realised is known, and finds a real hole', async () => {
    const live = await liveAccount('gate')
    const { account, simulator } = live
    account.advanceTransfer(account.deposit('USDT', '100000').id, 'completed')
    account.move('USDT', '50000', 'spot', 'futures')
    let isLost = false
    const isFunding = ({ query }: { query: readonly (readonly [string, string])[] }) =>
      query.some(([name, value]) => name === 'type' && value === 'fund')
    const session = live.open({ timing: { untoldMs: 200 }, loses: (call) => isLost && isFunding(call) })
    const ledgerDrifts = () => session.openDrifts().filter(({ subject }) => subject === 'ledger')
    await until(() => session.status().state === 'live' && session.status().notes.length === 0, 'live', 15_000)
    await pause(1_100)
    const perpetual = live.instruments.find(({ symbol }) => symbol === 'BTC_USDT_PERP')
    if (!perpetual) throw new Error('no perpetual')
    const trade = (side: 'BUY' | 'SELL', quantity: string, price: string) =>
      account.fill(account.place({ instrument: perpetual, side, type: 'LIMIT', price, quantity }).id, quantity)
    trade('BUY', '1', '30000')
    trade('SELL', '0.4', '31000')
    const profits = () => live.events.flatMap((event) => (event.kind === 'fill' ? [event.fill.realisedPnl] : []))
    await until(() => profits().includes('400'), 'the profit that the account book tells')
    await pause(500)
    // Nothing is said of the opening trade before a minute has passed, and USDT is not called checked.
    expect(profits()).toEqual([null, null, '400'])
    expect(session.status().notes.join()).toContain('USDT')

    await simulator.inject({ kind: 'skew', exchange: 'gate', ms: 90_000 })
    await until(() => profits().length === 4, 'the opening trade again, by itself')
    expect(profits().at(-1)).toBe('0')
    await session.refresh()
    await pause(300)
    await session.refresh()
    expect([session.status().notes, ledgerDrifts()]).toEqual([[], []])

    isLost = true
    account.settleFunding(perpetual)
    for (let tries = 0; tries < 20 && ledgerDrifts().length === 0; tries++) {
      await session.refresh()
      await pause(150)
    }
    expect(ledgerDrifts()).toMatchObject([{ item: 'USDT', field: 'total' }])
    isLost = false
    await session.refresh()
    await until(() => ledgerDrifts().length === 0, 'explained')
  })
})

describe('a key of Gate that may see spot only', { timeout: 60_000 }, () => {
  it('has a live account of spot, and of futures once it may see them', async () => {
    const live = await liveAccount('gate')
    const { secret = '' } = live.simulator.keys.gate ?? {}
    const plain = { key: 'spot-only', secret, passphrase: null, canTrade: false, canWithdraw: false }
    const key = { ...plain, ipAddresses: [], expiresAt: null }
    live.account.addKey({ ...key, lacks: ['futures', 'wallet'] })
    live.account.advanceTransfer(live.account.deposit('USDT', '100').id, 'completed')
    const session = live.open({ key: key.key })
    const feeds = () => session.status().streams.map(({ feed, state }) => `${feed} ${state}`)
    await until(() => session.status().state === 'live', 'live', 15_000).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(session.status(), null, 1)}`)
    })
    expect(feeds()).toEqual(['spot live'])
    expect(session.status().permissions?.notes.join()).toContain('no futures permission')
    live.account.addKey(key)
    live.account.move('USDT', '40', 'spot', 'futures')
    await session.refresh()
    await until(() => feeds().join() === 'spot live,futures live', 'the futures stream')
    await until(() => session.status().state === 'live', 'live with both')
  })
})

describe('an account of Gate that opens its futures while it is watched', { timeout: 60_000 }, () => {
  it('has no drift by what no stream could have told', async () => {
    const live = await liveAccount('gate')
    const { account, events } = live
    account.advanceTransfer(account.deposit('USDT', '100000').id, 'completed')
    const session = live.open({ timing: { snapshotEveryMs: 400 } })
    const feeds = () => session.status().streams.map(({ feed, state }) => `${feed} ${state}`)
    await until(() => session.status().state === 'live' && feeds().join() === 'spot live', 'spot live', 15_000)
    await pause(1_000)
    const perpetual = live.instruments.find(({ symbol }) => symbol === 'BTC_USDT_PERP')
    if (!perpetual) throw new Error('no perpetual')
    account.move('USDT', '50000', 'spot', 'futures')
    // Orders and positions come before any snapshot could show that there is a second product.
    const place = (quantity: string) =>
      account.place({ instrument: perpetual, side: 'BUY', type: 'LIMIT', price: '30000', quantity })
    account.fill(place('1').id, '1')
    place('2')
    await until(() => feeds().join() === 'spot live,futures live', 'the futures stream')
    place('3')
    const told = () => events.flatMap((event) => (event.kind === 'order_update' ? [event.order.quantity] : []))
    await until(() => told().includes('2') && told().includes('3'), 'the orders')
    await pause(2_500)
    expect(events.filter(({ kind }) => kind === 'drift')).toEqual([])
  })
})
