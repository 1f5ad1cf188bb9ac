/** Every frame of every exchange is labelled as what it is: of each channel and instrument the proxy can strike frames. */
import { describe, expect, it } from 'vitest'
import { createBus } from '../../src/main/bus/index.ts'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../src/main/exchanges/session.ts'
import { createLogger } from '../../src/main/log.ts'
import { startSimulator } from '../../src/main/simulator/index.ts'
import { type ExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'
import { ChaosProxy } from '../support/chaos-proxy.ts'
import { loadListed } from '../support/instruments.ts'
import { until } from '../support/loopback.ts'

const channels = ['book_ticker', 'trade', 'kline', 'order_book'] as const
/** Trades of a market may be a minute apart: those of one are enough. */
const isOfTrades = (name: string): boolean => name.startsWith('trade')
/** Where a frame does not tell the symbol, or quotes are read from the frames of books. */
const untold: ReadonlySet<ExchangeId> = new Set(['bybit'])
const quotesOfBooks: ReadonlySet<ExchangeId> = new Set(['coinbase'])

describe('frames behind the chaos proxy', () => {
  it.concurrent.for(exchangeIds)('of %s are told apart', { timeout: 60_000 }, async (exchange, { onTestFinished }) => {
    const simulator = await startSimulator({ venues: [exchange], symbols: ['BTC_USDT', 'ETH_USDT'], rate: 300 })
    onTestFinished(() => simulator.close())
    const origins = [{ exchange, origins: simulator.originsOf(exchange) }]
    const proxy = await ChaosProxy.start({ origins, seed: 1, name: `labels-${exchange}` })
    onTestFinished(() => proxy.close())
    const session = new ExchangeSession({
      ...{ connector: connectorOf(exchange), origins: proxy.originsOf(exchange), logger: createLogger('silent') },
      bus: createBus((error) => {
        throw error
      }),
      onDepth: () => {},
    })
    onTestFinished(() => session.stop())
    const instruments = await loadListed(session)
    await proxy.begin({ kind: 'frames', how: 'duplicate', channel: null, probability: 1, most: null }, exchange)
    session.want(
      instruments.flatMap((instrument) =>
        channels.map((channel) => ({ channel, instrument, period: channel === 'kline' ? ('1m' as const) : null })),
      ),
    )
    session.start()
    const told = () =>
      [...new Set(proxy.holes.map(({ label }) => `${label?.channel} ${label?.symbol}`))]
        .filter((name) => !name.startsWith('funding'))
        .sort()
    const expected = [
      ...new Set(
        instruments.flatMap(({ symbol }) =>
          channels
            .filter((channel) => channel !== 'book_ticker' || !quotesOfBooks.has(exchange))
            .map((channel) => `${channel} ${untold.has(exchange) ? null : symbol}`),
        ),
      ),
    ].sort()
    const rare = expected.filter(isOfTrades)
    const usual = expected.filter((name) => !isOfTrades(name))
    const isEnough = () => usual.every((name) => told().includes(name)) && told().some(isOfTrades)
    await until(isEnough, 'a frame of each', 30_000).catch(() => undefined)
    expect(told().filter((name) => !isOfTrades(name))).toEqual(usual)
    expect(rare).toEqual(expect.arrayContaining(told().filter(isOfTrades)))
    expect(told().filter(isOfTrades)).not.toEqual([])
  })
})
