import { describe, expect, it, vi } from 'vitest'
import { connectStores, createStores } from '../../../src/renderer/stores/index.ts'
import type { Alert, SpreadPair } from '../../../src/shared/domain/index.ts'
import { Settings } from '../../../src/shared/settings.ts'
import { instrument } from '../../support/instruments.ts'
import { fundingRate } from '../support/account-rows.ts'
import { quoteColumns, spreadColumns } from '../support/columns.ts'
import { createHub, type TestHub } from '../support/hub.ts'

const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const eth = instrument('okx', 'spot', 'ETH', 'USDT', 'ETH-USDT')
const pair: SpreadPair = { index: 0, kind: 'cross', symbol: 'BTC_USDT', buy: btc.key, sell: 'okx:BTC_USDT' }
const alert = (id: number): Alert => ({
  id,
  at: id,
  severity: 'info',
  rule: 'storage',
  ruleId: null,
  subject: 'storage',
  message: String(id),
  acknowledgedAt: null,
})

function answerAll(hub: TestHub): void {
  hub.answer('instruments.watched', () => [btc])
  hub.answer('quotes.snapshot', () => quoteColumns([{ id: btc.id, bidPrice: 100 }]))
  hub.answer('spreads.pairs', () => [pair])
  hub.answer('spreads.snapshot', () => spreadColumns([{ index: 0, netPercent: 0.25 }]))
  hub.answer('alerts.list', () => [alert(1), alert(2)])
  hub.answer('settings.get', () => ({
    settings: Settings.parse({}),
    overridden: {},
    standardFees: {},
    kinds: {},
    plugins: [],
    nodeForPlugins: { named: null, version: '24.0.0', fault: null },
  }))
  hub.answer('view.set', () => null)
}

describe('the stores on a hub', () => {
  it('read everything at the start and say what is shown', async () => {
    const hub = createHub()
    answerAll(hub)
    const stores = createStores(hub.door)
    connectStores(stores)
    await vi.waitFor(() => expect(stores.spreads.getState().table.columns.netPercent[0]).toBe(0.25))
    expect(stores.quotes.getState().table.columns.bidPrice[0]).toBe(100)
    expect(stores.alerts.getState().alerts.map(({ id }) => id)).toEqual([2, 1])
    expect(stores.settings.getState().settings).toEqual(Settings.parse({}))
    expect(hub.asked[0]).toEqual({ name: 'view.set', request: { visible: true, klines: [], books: [] } })
  })

  it('read everything anew when the link opens again, the view included', async () => {
    const hub = createHub()
    answerAll(hub)
    const stores = createStores(hub.door)
    connectStores(stores)
    stores.view.setVisible(false)
    stores.view.open().setKlines([{ instrument: btc.key, period: '1m' }])
    await vi.waitFor(() => expect(stores.spreads.getState().isLoaded).toBe(true))
    hub.asked.length = 0
    hub.link.setState({ state: 'lost' })
    hub.link.setState({ state: 'open', generation: 2 })
    await vi.waitFor(() => expect(hub.asked.map(({ name }) => name)).toContain('spreads.snapshot'))
    expect(hub.asked[0]).toEqual({
      name: 'view.set',
      request: { visible: false, klines: [{ instrument: btc.key, period: '1m' }], books: [] },
    })
  })

  it('follow a changed watch list, and drop the replies to the reading it overtakes', async () => {
    const hub = createHub()
    answerAll(hub)
    const held: ((pairs: SpreadPair[]) => void)[] = []
    hub.answer('spreads.pairs', () => new Promise((resolve) => held.push(resolve)))
    const stores = createStores(hub.door)
    connectStores(stores)
    await vi.waitFor(() => expect(held).toHaveLength(1))
    hub.push('market.watched', [eth])
    await vi.waitFor(() => expect(held).toHaveLength(2))
    held[1]?.([{ ...pair, symbol: 'ETH_USDT' }])
    await vi.waitFor(() => expect(stores.spreads.getState().table.columns.netPercent[0]).toBe(0.25))
    held[0]?.([pair])
    await new Promise((resolve) => setImmediate(resolve))
    expect(stores.spreads.getState().table.pairs.map(({ symbol }) => symbol)).toEqual(['ETH_USDT'])
    expect(stores.quotes.getState().table.instruments).toEqual([eth])
  })

  it('hear pushes until they are let go', async () => {
    const hub = createHub()
    answerAll(hub)
    const stores = createStores(hub.door)
    const end = connectStores(stores)
    await vi.waitFor(() => expect(stores.alerts.getState().alerts).toHaveLength(2))
    hub.push('alert.raised', alert(3))
    const running = {
      id: 'a',
      title: 'History',
      done: 1,
      total: 2,
      state: 'running' as const,
      canCancel: true,
      detail: null,
    }
    hub.push('progress.update', running)
    hub.push('progress.update', { ...running, done: 2, state: 'finished' })
    end()
    hub.push('alert.raised', alert(4))
    expect(stores.alerts.getState().alerts.map(({ id }) => id)).toEqual([3, 2, 1])
    expect(stores.status.getState().progress).toEqual([{ ...running, done: 2, state: 'finished' }])
  })

  it('give back what the hub says against a change of settings', async () => {
    const hub = createHub()
    answerAll(hub)
    const stores = createStores(hub.door)
    const change = { path: ['appearance', 'theme'], value: 'light' }
    expect(await stores.settings.getState().update([change])).toBe('no answer to settings.update')
    hub.answer('settings.update', () => Settings.parse({ appearance: { theme: 'light' } }))
    expect(await stores.settings.getState().update([change])).toBeNull()
    expect(stores.settings.getState().settings?.appearance.theme).toBe('light')
  })

  it('count alerts that nobody has acknowledged, stored ones included', async () => {
    const hub = createHub()
    answerAll(hub)
    hub.answer('alerts.list', () => [alert(40)])
    hub.answer('alerts.unacknowledged', () => ({ count: 3 }))
    const stores = createStores(hub.door)
    await stores.alerts.getState().load()
    stores.alerts.getState().raise(alert(41))
    const mine: Alert = { ...alert(42), ruleId: 'mine' }
    stores.alerts.getState().raise(mine)
    expect(stores.alerts.getState()).toMatchObject({ alerts: [mine, alert(41), alert(40)], unacknowledged: 4 })
    stores.alerts.getState().acknowledged({ ids: null, upTo: 42, at: 7, unacknowledged: 0 })
    expect(stores.alerts.getState()).toMatchObject({
      alerts: [{ ...mine, acknowledgedAt: 7 }, alert(41), alert(40)],
      unacknowledged: 0,
    })
  })

  it('keep alerts that are raised while the others are read, and count them once', async () => {
    const hub = createHub()
    answerAll(hub)
    const counts: ((reply: { count: number }) => void)[] = []
    hub.answer('alerts.list', () => (counts.length === 0 ? [alert(40)] : [alert(40), { ...alert(41), ruleId: 'mine' }]))
    hub.answer('alerts.unacknowledged', () => new Promise((resolve) => counts.push(resolve)))
    const { alerts } = createStores(hub.door)
    const loading = alerts.getState().load()
    await vi.waitFor(() => expect(counts).toHaveLength(1))
    const mine: Alert = { ...alert(41), ruleId: 'mine' }
    alerts.getState().raise(mine)
    // Counted before it was stored.
    counts[0]?.({ count: 3 })
    await vi.waitFor(() => expect(counts).toHaveLength(2))
    counts[1]?.({ count: 4 })
    await loading
    expect(alerts.getState()).toMatchObject({ alerts: [mine, alert(40)], unacknowledged: 4 })
  })

  it('forget funding rates of what is no longer watched', async () => {
    const hub = createHub()
    answerAll(hub)
    hub.answer('fundingRates.list', () => [fundingRate(), fundingRate({ symbol: 'ETH_USDT_PERP' })])
    const stores = createStores(hub.door)
    connectStores(stores)
    const symbols = () => stores.activity.fundingRates.getState().rows.map(({ symbol }) => symbol)
    await vi.waitFor(() => expect(symbols()).toEqual(['BTC_USDT_PERP', 'ETH_USDT_PERP']))
    hub.answer('fundingRates.list', () => [fundingRate()])
    hub.push('market.watched', [btc])
    await vi.waitFor(() => expect(symbols()).toEqual(['BTC_USDT_PERP']))
  })
})
