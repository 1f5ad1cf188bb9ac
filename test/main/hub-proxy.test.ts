import { describe, expect, it, onTestFinished } from 'vitest'

import { simulatorThread, startHub } from '../support/hub.ts'
import { until } from '../support/loopback.ts'
import { hidden, serveConnectProxy, serveSocksProxy } from '../support/proxies.ts'

describe('the proxy, changed while the hub runs', () => {
  it('carries everything from then on, and what is wrong with it is told in words', { timeout: 120_000 }, async () => {
    const simulator = await simulatorThread({ venues: ['okx', 'gate'], symbols: ['BTC_USDT'] })
    const { routes, names } = hidden(simulator.origins)
    const [socks, connect] = [await serveSocksProxy({ routes }), await serveConnectProxy({ routes })]
    onTestFinished(() => socks.close())
    onTestFinished(() => connect.close())
    const test = await startHub({
      settings: {
        mode: 'live',
        symbols: ['BTC_USDT'],
        periods: ['1m'],
        history: { backfillCandles: 5 },
        exchanges: { okx: { origins: names }, gate: { origins: names } },
        network: { proxy: `socks5://127.0.0.1:${socks.port}` },
      },
    })
    const use = (proxy: string | null) =>
      test.ask('settings.update', { changes: [{ path: ['network', 'proxy'], value: proxy }] })
    const status = () => test.ask('network.status', {})
    const states = () => test.hub.connections().map(({ exchange, state }) => `${exchange} ${state}`)
    const allLive = (what: string) => until(() => states().join() === 'okx live,gate live', what, 60_000)
    const kinds = () => test.hub.connections().map(({ trouble }) => trouble?.kind)

    await allLive('through the first')
    expect(await status()).toMatchObject({ proxy: `socks5://127.0.0.1:${socks.port}`, trouble: null })
    const before = socks.targets.length

    await use(`http://127.0.0.1:${connect.port}`)
    await allLive('through the second')
    expect(await status()).toMatchObject({ proxy: `http://127.0.0.1:${connect.port}`, trouble: null, events: [] })
    expect(new Set(connect.targets)).toEqual(new Set(socks.targets.slice(0, before)))
    expect(socks.targets).toHaveLength(before)

    await connect.close()
    await until(() => kinds().join() === 'network,network', 'it is gone', 60_000)
    await expect
      .poll(async () => (await status()).trouble?.words, { timeout: 10_000 })
      .toMatch(/^the proxy http:\S+ cannot be reached/)
    expect((await status()).events).toEqual([expect.objectContaining({ kind: 'proxy' })])

    await use(`socks5://127.0.0.1:${socks.port}`)
    await allLive('through the first again')
    await expect.poll(async () => (await status()).trouble, { timeout: 10_000 }).toBeNull()
    const refused = await test.hub.call(test.client, 'settings.update', {
      changes: [{ path: ['network', 'proxy'], value: 'ftp://127.0.0.1:1' }],
    })
    expect(refused).toMatchObject({ ok: false, code: 'badRequest', message: expect.stringContaining('network.proxy') })
  })
})
