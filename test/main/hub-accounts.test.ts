/** Accounts through the whole hub: real sockets to simulated exchanges, a real database, calls and pushes as a door sees them. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { defaultSymbols } from '../../src/main/simulator/symbols.ts'
import { Amount } from '../../src/shared/amount.ts'
import { type ExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'
import { allExchanges, settingsFor, simulatorThread, startHub, type TestHub } from '../support/hub.ts'

const symbols = ['BTC_USDT', 'ETH_USDT', 'BTC_USDT_PERP']

const statesOf = async ({ ask }: TestHub) =>
  Object.fromEntries((await ask('accounts.list', {})).map(({ id, state }) => [id, state]))

const tellNoNetworks: ReadonlySet<ExchangeId> = new Set(['coinbase', 'kraken', 'bitfinex'])

describe('accounts of the demo', () => {
  it('are live, valued, stored and told, without a key of anybody', async () => {
    const hub = await startHub({ settings: { mode: 'demo', exchanges: allExchanges, symbols } })
    const { ask, client, rows } = hub
    const live = Object.fromEntries(exchangeIds.map((exchange) => [`demo-${exchange}`, 'live']))
    await expect.poll(() => statesOf(hub), { timeout: 60_000, interval: 250 }).toEqual(live)

    // Everything held has a price, though most of it is not watched: its quotes are asked for besides.
    await expect
      .poll(async () => (await ask('portfolio.get', {})).missingPrices, { timeout: 20_000, interval: 250 })
      .toEqual([])
    const portfolio = await ask('portfolio.get', {})
    const sum = portfolio.rows.reduce((total, { value }) => total.plus(value ?? '0'), new Amount(0))
    expect(new Amount(portfolio.total).equals(sum)).toBe(true)
    expect(portfolio.rows.length).toBeGreaterThan(10)

    // What trading goes on reaches the client as it happens, and the database right after.
    await expect.poll(() => client.pushes('fill.added').length, { timeout: 40_000, interval: 500 }).toBeGreaterThan(2)
    const [fill] = client.pushes('fill.added').slice(-1)
    await expect
      .poll(
        () => rows<{ count: number }>(`SELECT count(*) AS count FROM fills WHERE trade_id = '${fill?.tradeId}'`)[0],
        {
          timeout: 5_000,
        },
      )
      .toEqual({ count: 1 })
    const keys = client
      .pushes('fill.added')
      .map((one) => `${one.account} ${one.symbol} ${one.tradeId} ${one.exchangeOrderId}`)
    expect(new Set(keys).size).toBe(keys.length)

    // What its account pays at OKX is less than the standard, and what spreads are computed with.
    const okxFees = (await ask('accounts.list', {})).find(({ id }) => id === 'demo-okx')?.fees
    expect(okxFees?.map(({ kind, taker }) => [kind, taker])).toEqual([
      ['spot', { from: 0.0009, to: 0.0009 }],
      ['perpetual', { from: 0.00045, to: 0.00045 }],
    ])
    const okxBitcoin = hub.hub.instrument('okx:BTC_USDT')
    if (okxBitcoin === undefined) throw new Error('not listed')
    const slot = hub.hub.board.slotOf(okxBitcoin.id)
    await expect.poll(() => hub.hub.spreads.takerFeeOf(slot), { timeout: 20_000, interval: 100 }).toBe(0.0009)

    const [fee] = await ask('fees.inForce', { instruments: ['okx:BTC_USDT'] })
    expect(fee).toEqual({
      instrument: 'okx:BTC_USDT',
      taker: 0.0009,
      source: 'account',
      account: 'demo-okx',
      label: 'Demo',
    })

    // Exchanges tell their networks, and what an asset's way costs.
    const { exchanges, networks } = await ask('assets.networks', { assets: ['BTC', 'ETH'] })
    const telling = exchangeIds.filter((id) => !tellNoNetworks.has(id))
    expect(exchanges.flatMap(({ exchange, state }) => (state === 'known' ? [exchange] : []))).toEqual(telling)
    expect(new Set(networks.map(({ exchange }) => exchange))).toEqual(new Set(telling))
    expect(networks.every(({ withdrawalFee }) => withdrawalFee !== null)).toBe(true)
    const { routes } = await ask('assets.transfer', { asset: 'BTC', from: 'gate', to: 'okx' })
    expect(routes).toContainEqual(
      expect.objectContaining({ network: 'Bitcoin', withdrawAs: 'BTC', depositAs: 'Bitcoin' }),
    )

    expect((await ask('accounts.keyStore', {})).cannotAdd).toContain('demo')
    expect(await hub.hub.call(client, 'accounts.remove', { id: 'demo-binance' })).toMatchObject({
      ok: false,
      code: 'badRequest',
    })
    const rates = await ask('fundingRates.list', {})
    // Coinbase, Kraken and MEXC have no perpetuals here, those of Crypto.com are quoted in dollars.
    const paying = ['binance', 'bitfinex', 'bybit', 'gate', 'htx', 'kucoin', 'okx']
    expect(rates.map(({ exchange }) => exchange).sort()).toEqual(paying)
  }, 120_000)

  it('are after another start what they were: no order is forgotten, no trade has the id of another', async () => {
    const exchanges = { binance: {}, gate: {} }
    const settings = { mode: 'demo', exchanges, symbols }
    const live = Object.fromEntries(Object.keys(exchanges).map((exchange) => [`demo-${exchange}`, 'live']))
    const runOf = async (folder?: string) => {
      const hub = await startHub({ settings, ...(folder === undefined ? {} : { folder }) })
      await expect.poll(() => statesOf(hub), { timeout: 60_000, interval: 250 }).toEqual(live)
      return hub
    }
    const orders = 'SELECT account, exchange_order_id AS id, side, price, quantity FROM orders'
    const first = await runOf()
    await first.hub.stop()
    const before = first.rows(orders).map((order) => JSON.stringify(order))
    const open = first.rows<{ count: number }>(
      "SELECT count(*) AS count FROM orders WHERE status IN ('NEW', 'PARTIALLY_FILLED')",
    )
    expect(open[0]?.count).toBeGreaterThan(0)

    // Meanwhile its orders are filled, cancelled and placed.
    const meanwhile = await simulatorThread({
      venues: ['binance', 'gate'],
      symbols: [...symbols, ...defaultSymbols],
      accounts: { history: true, ordersPerMinute: 600 },
      keepIn: join(first.folder, 'simulated-accounts'),
    })
    await delay(5_000)
    await meanwhile.close()
    const second = await runOf(first.folder)
    // The next looks at what is open, and at balances, have come and gone.
    for (const id of Object.keys(live)) await second.ask('accounts.refresh', { id })
    expect(await second.ask('drifts.list', { account: null, withResolved: true })).toEqual([])
    await expect.poll(() => second.rows(orders).length, { timeout: 60_000 }).toBeGreaterThan(before.length)
    await second.hub.stop()
    const after = new Set(second.rows(orders).map((order) => JSON.stringify(order)))
    expect(before.filter((order) => !after.has(order))).toEqual([])
  }, 180_000)
})

describe('accounts of the settings', () => {
  const environment = (exchange: string) => ({
    key: `HUB_TEST_${exchange}_KEY`,
    secret: `HUB_TEST_${exchange}_SECRET`,
    ...(exchange === 'OKX' ? { passphrase: 'HUB_TEST_OKX_PASSPHRASE' } : {}),
  })

  it('each stand for themselves: a wrong key, a missing one and one of an exchange that is off disturb nobody', async () => {
    const simulator = await simulatorThread({
      symbols: ['BTC_USDT', 'ETH_USDT'],
      rate: 200,
      venues: ['binance', 'okx', 'mexc'],
    })
    const { binance, okx } = simulator.keys
    if (!binance || !okx?.passphrase) throw new Error('not simulated')
    process.env.HUB_TEST_BINANCE_KEY = binance.key
    process.env.HUB_TEST_BINANCE_SECRET = binance.secret
    process.env.HUB_TEST_OKX_KEY = okx.key
    process.env.HUB_TEST_OKX_SECRET = okx.secret
    process.env.HUB_TEST_OKX_PASSPHRASE = `${okx.passphrase}-wrong`
    const hub = await startHub({
      settings: {
        ...settingsFor(simulator, { symbols }),
        accounts: [
          { id: 'binance-main', exchange: 'binance', label: 'Main', environment: environment('BINANCE') },
          { id: 'okx-main', exchange: 'okx', label: 'Main', environment: environment('OKX') },
          { id: 'mexc-main', exchange: 'mexc', label: 'Main', environment: environment('MEXC') },
          { id: 'gate-main', exchange: 'gate', label: 'Main', environment: environment('GATE') },
          { id: 'binance-off', exchange: 'binance', label: 'Off', enabled: false, environment: environment('BINANCE') },
        ],
      },
    })
    await expect
      .poll(() => statesOf(hub), { timeout: 30_000, interval: 250 })
      .toEqual({
        'binance-main': 'live',
        'okx-main': 'rejected',
        'mexc-main': 'no_key',
        'gate-main': 'stopped',
        'binance-off': 'stopped',
      })
    const reasons = Object.fromEntries((await hub.ask('accounts.list', {})).map(({ id, reason }) => [id, reason]))
    expect(reasons['binance-main']).toBeNull()
    expect(reasons['okx-main']).toMatch(/^OKX 'Main': key rejected \(50105\)/)
    expect(reasons['mexc-main']).toBe('not set in the environment: HUB_TEST_MEXC_KEY, HUB_TEST_MEXC_SECRET')
    expect(reasons['gate-main']).toBe('Gate is switched off in Settings')
    expect(hub.client.pushes('alert.raised').filter(({ rule }) => rule === 'account')).toHaveLength(1)

    // Put right, the account starts over on request.
    process.env.HUB_TEST_OKX_PASSPHRASE = okx.passphrase
    await hub.ask('accounts.restart', { id: 'okx-main' })
    await expect.poll(async () => (await statesOf(hub))['okx-main'], { timeout: 20_000 }).toBe('live')

    // Its exchange switched off takes it along, and nobody else.
    const since = async (id: string) => (await hub.ask('accounts.list', {})).find((one) => one.id === id)?.since
    const binanceSince = await since('binance-main')
    const switchOkx = (value: boolean) =>
      hub.ask('settings.update', { changes: [{ path: ['exchanges', 'okx', 'enabled'], value }] })
    await switchOkx(false)
    expect((await hub.ask('accounts.list', {})).find(({ id }) => id === 'okx-main')).toMatchObject({
      state: 'stopped',
      reason: 'OKX is switched off in Settings',
    })
    await switchOkx(true)
    await expect.poll(async () => (await statesOf(hub))['okx-main'], { timeout: 20_000 }).toBe('live')
    expect([(await statesOf(hub))['binance-main'], await since('binance-main')]).toEqual(['live', binanceSince])

    // Networks are told to accounts that are connected.
    const standings = async () => {
      const { exchanges } = await hub.ask('assets.networks', { assets: ['BTC'] })
      return Object.fromEntries(exchanges.map(({ exchange, words }) => [exchange, words]))
    }
    await expect.poll(standings, { timeout: 20_000, interval: 250 }).toEqual({
      ...Object.fromEntries(exchangeIds.map((exchange) => [exchange, 'switched off'])),
      binance: "told by account 'Main'",
      okx: "told by account 'Main'",
      mexc: "account 'Main' is not connected",
    })
    expect(await hub.ask('assets.transfer', { asset: 'BTC', from: 'binance', to: 'mexc' })).toMatchObject({
      state: 'unknown',
      words: "not known for MEXC: account 'Main' is not connected",
    })

    // Renamed and removed without touching the others.
    await hub.ask('accounts.rename', { id: 'binance-off', label: 'Spare' })
    expect((await hub.ask('accounts.list', {})).find(({ id }) => id === 'binance-off')?.label).toBe('Spare')
    await hub.ask('accounts.remove', { id: 'binance-off' })
    expect(Object.keys(await statesOf(hub)).sort()).toEqual(['binance-main', 'gate-main', 'mexc-main', 'okx-main'])
    expect((await statesOf(hub))['binance-main']).toBe('live')
    expect(await hub.hub.call(hub.client, 'accounts.refresh', { id: 'nobody' })).toEqual({
      ok: false,
      code: 'badRequest',
      message: 'there is no account "nobody"',
    })
  }, 90_000)
})
