import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { createBus } from '../../../src/main/bus/index.ts'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import { ExchangeSession, type TopicsChange } from '../../../src/main/exchanges/session.ts'
import { startSimulator } from '../../../src/main/simulator/index.ts'
import { exchangeIds, type Instrument } from '../../../src/shared/domain/index.ts'
import { until } from '../../support/loopback.ts'
import { hidden, serveConnectProxy, serveSocksProxy } from '../../support/proxies.ts'

const login = { user: 'trader', password: 'canary word' }
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe.each([
  ['http', serveConnectProxy],
  ['socks5', serveSocksProxy],
] as const)('the real connectors through a proxy (%s)', (scheme, serve) => {
  it('load lists, candles and streams; without it they say what is wrong, and come back with it', async () => {
    const simulator = await startSimulator({ symbols: ['BTC_USDT'], rate: 20 })
    cleanups.push(() => simulator.close())
    const { routes, names } = hidden(simulator.origins)
    const proxy = await serve({ routes, login })
    cleanups.push(() => proxy.close())
    const way = { url: `${scheme}://${login.user}@127.0.0.1:${proxy.port}`, password: login.password }
    const lines: string[] = []
    const quoted = new Set<string>()
    const changes: TopicsChange[] = []
    const bus = createBus(() => undefined)
    bus.on('book_ticker', ({ instrument }) => quoted.add(instrument.exchange))
    const sessions = exchangeIds.map((exchange) => {
      const session = new ExchangeSession({
        connector: connectorOf(exchange),
        network: { watch: null, proxy: () => way },
        origins: names,
        bus,
        logger: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
        onTopics: (change) => changes.push(change),
      })
      cleanups.push(() => session.stop())
      return session
    })
    for (const [i, session] of sessions.entries()) {
      const listed = await session.loadInstruments()
      const found = listed.ok ? listed.value.find(({ symbol }) => symbol === 'BTC_USDT') : undefined
      if (found === undefined) throw new Error(`no list: ${JSON.stringify(listed)}`)
      const instrument: Instrument = { ...found, id: i + 1, key: `${found.exchange}:${found.symbol}` }
      session.useInstruments({ spot: new Map([[instrument.nativeName, instrument]]), perpetual: new Map() })
      session.want([{ channel: 'book_ticker', instrument, period: null }])
      session.start()
    }
    await until(() => quoted.size === exchangeIds.length, 'quotes of all', 20_000)
    await until(() => sessions.every((session) => session.status().trouble === null), 'no trouble')

    await proxy.close()
    await until(() => sessions.every((session) => session.status().trouble?.kind === 'network'), 'trouble', 20_000)
    const words = sessions.map((session) => session.status().trouble?.words)
    expect(words).toEqual(exchangeIds.map(() => expect.stringMatching(/^the proxy .* cannot be reached/)))
    expect(new Set(changes.filter(({ state }) => state === 'down').map(({ cause }) => cause))).toContain('network')

    // Another one, as after a change of the settings.
    const other = await serve({ routes, login })
    cleanups.push(() => other.close())
    way.url = `${scheme}://${login.user}@127.0.0.1:${other.port}`
    const since = Date.now()
    await until(() => sessions.every((session) => session.status().state === 'live'), 'live again', 20_000)
    process.stdout.write(
      `${exchangeIds.length} exchanges live ${Date.now() - since} ms after the ${scheme} proxy came back\n`,
    )
    expect(lines.filter((line) => line.includes('canary'))).toEqual([])
  })
})
