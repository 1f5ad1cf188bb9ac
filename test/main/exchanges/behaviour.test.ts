/** What every exchange must do in the same way, through real sockets against its simulated venue. */
import { describe, expect, it } from 'vitest'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import { type ExchangeId, exchangeIds, openTimeOf } from '../../../src/shared/domain/index.ts'
import { startAccountWorld } from '../../support/account-world.ts'
import type { OnEnd } from '../../support/line.ts'
import { until } from '../../support/loopback.ts'
import { MarketWorld } from '../../support/market-world.ts'

const symbols = ['BTC_USDT', 'ETH_USDT']
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
/** Trades of a market may be half a minute apart. */
const isOften = (name: string): boolean => !name.startsWith('trade')
/** Until the first of all channels, where the simulator sends a candle when its market traded. */
const firstWithinMs = 60_000
/** What is on its way when a subscription ends. */
const inFlightMs = 300
const quietMs = 700
/** A pause that is longer than this is seen to be kept for a while, and not waited for. */
const mostPatienceMs = 5_000
/** Their sequence numbers count the frames of a socket: which of them was lost nobody knows, so that all its books are built anew. */
const countsBySocket: ReadonlySet<ExchangeId> = new Set(['bitfinex', 'coinbase'])

async function flowing(world: MarketWorld, names: readonly string[]): Promise<void> {
  const before = new Map(world.heard)
  await until(() => world.missing(names.filter(isOften), before).length === 0, 'data of each', firstWithinMs).catch(
    (error: unknown) => {
      const status = JSON.stringify(world.session.status(), null, 1)
      throw new Error(`${String(error)}: ${world.missing(names.filter(isOften), before).join(', ')}; ${status}`)
    },
  )
}

async function opened(exchange: ExchangeId, onEnd: OnEnd) {
  const world = await MarketWorld.open({ exchange, symbols }, onEnd)
  const names = world.watch(symbols)
  world.session.start()
  await flowing(world, names)
  await until(() => world.session.status().state === 'live', 'live')
  return { world, names }
}

/** Everything that was said of the connection is good. */
function hasNoComplaint({ session, wrongBooks }: MarketWorld): void {
  const { rejected, notes } = session.status()
  expect({ rejected, notes, wrongBooks }).toEqual({ rejected: [], notes: [], wrongBooks: [] })
}

describe.each(exchangeIds)('%s', { concurrent: true, timeout: 180_000 }, (exchange) => {
  it('brings what is subscribed to, and nothing of what no longer is', async ({ onTestFinished }) => {
    const { world, names } = await opened(exchange, onTestFinished)
    await until(() => world.missing(names).length < names.filter((name) => !isOften(name)).length, 'a trade', 60_000)
    world.watch(['ETH_USDT'])
    await until(() => !world.simulator.subscriptions(exchange).some((name) => name.endsWith(' BTC_USDT')), 'BTC ends')
    await flowing(
      world,
      names.filter((name) => name.endsWith(' ETH_USDT')),
    )
    world.watch([])
    await until(() => world.simulator.subscriptions(exchange).length === 0, 'the exchange sends nothing')
    await pause(inFlightMs)
    const heard = new Map(world.heard)
    await pause(quietMs)
    expect(world.heard).toEqual(heard)
    hasNoComplaint(world)
    expect((await world.simulator.statistics()).venueErrors).toBe(0)
  })

  it('subscribes to everything again after its sockets were cut, and says so meanwhile', async ({ onTestFinished }) => {
    const { world, names } = await opened(exchange, onTestFinished)
    const { simulator, session, changes } = world
    const subscribed = [...simulator.subscriptions(exchange)].sort()
    const from = changes.length
    expect(await simulator.dropSockets(exchange)).toBeGreaterThan(0)
    const down = () => changes.slice(from).filter(({ state }) => state === 'down')
    await until(() => down().length > 0, 'down')
    for (const { reason, cause } of down()) {
      expect(reason).toBe('the connection was cut')
      expect(cause).toBe('disconnect')
    }
    await flowing(world, names)
    await until(() => session.status().state === 'live', 'live again')
    const { reason, reconnects, sockets } = session.status()
    expect(reason).toBeNull()
    expect(reconnects).toBeGreaterThan(0)
    expect(sockets.map(({ topics, acknowledged }) => topics - acknowledged)).toEqual(sockets.map(() => 0))
    expect([...simulator.subscriptions(exchange)].sort()).toEqual(subscribed)
    const again = changes.slice(from).filter(({ state }) => state === 'live')
    const topicsOf = (list: typeof changes) => [
      ...new Set(list.flatMap(({ topics }) => topics.map(({ channel, instrument }) => `${channel} ${instrument.key}`))),
    ]
    expect(topicsOf(again).sort()).toEqual(topicsOf(down()).sort())
    expect(again.every(({ downSince }) => downSince !== null)).toBe(true)
    await until(() => symbols.every((symbol) => world.book(symbol)?.truth === 'live'), 'books are live')
    hasNoComplaint(world)
  })

  it('builds the book anew of which a message was lost, and no other', async ({ onTestFinished }) => {
    const { world, names } = await opened(exchange, onTestFinished)
    await until(() => symbols.every((symbol) => world.book(symbol)?.truth === 'live'), 'books are live')
    const lost = await world.simulator.inject({ kind: 'gap', exchange, channel: 'order_book', symbol: 'BTC_USDT' })
    await pause(250)
    await lost.stop()
    // Where every message is whole, one that is lost leaves no hole.
    const isWhole = connectorOf(exchange).bookRules('spot')?.isAlwaysWhole === true
    const resyncs = (symbol: string) => world.book(symbol)?.resyncs ?? 0
    if (!isWhole) await until(() => resyncs('BTC_USDT') > 0, 'it is missed')
    await flowing(world, names)
    await until(() => symbols.every((symbol) => world.book(symbol)?.truth === 'live'), 'books are live again')
    if (isWhole) expect(resyncs('BTC_USDT')).toBe(0)
    if (!countsBySocket.has(exchange)) expect(resyncs('ETH_USDT')).toBe(0)
    expect(world.wrongBooks).toEqual([])
    expect(world.session.status()).toMatchObject({ state: 'live', reconnects: 0 })
  })

  it('waits when it asked too often, and recovers by itself', async ({ onTestFinished }) => {
    const world = await MarketWorld.open({ exchange, symbols }, onTestFinished)
    const { session, simulator } = world
    const instrument = world.instrument('BTC_USDT')
    const to = openTimeOf(Date.now(), '1m')
    const ask = () => session.klines({ instrument, period: '1m', from: to - 600_000, to })
    expect(await ask()).toMatchObject({ ok: true })
    const limited = await simulator.inject({ kind: 'status', status: 429, retryAfter: 1, exchange })
    const before = (await simulator.statistics()).requests
    const askedAt = Date.now()
    const asked = Promise.all([ask(), ask(), ask(), ask()])
    const blockedUntil = () => Math.max(...session.status().budgets.map((budget) => budget.blockedUntil ?? 0))
    await until(() => blockedUntil() > 0, 'a refusal')
    const longestMs = blockedUntil() - askedAt
    expect(longestMs).toBeGreaterThan(900)
    await pause(700)
    // Those that were on their way when the first was refused, and none while it is asked to wait.
    expect((await simulator.statistics()).requests - before).toBeLessThanOrEqual(4)
    await limited.stop()
    // Bitfinex blocks an address for a minute, whatever else it says.
    if (longestMs > mostPatienceMs) return
    for (const reply of await asked) expect(reply).toMatchObject({ ok: true })
    expect(Date.now() - askedAt).toBeGreaterThan(1_000)
    expect(await ask()).toMatchObject({ ok: true })
    expect(session.status()).toMatchObject({ trouble: null })
  })

  it('is told in words when it rejects a key, and not asked again', async () => {
    const world = await startAccountWorld({ exchange, seed: 3 })
    const { simulator, main } = world
    try {
      await main.session.stop()
      const [key, trading] = [simulator.keys[exchange], simulator.tradingKeys[exchange]]
      if (key === undefined || trading === undefined) throw new Error('no keys')
      // A well-formed secret that is another key's.
      const wrong = world.open(`${exchange}-wrong`, { ...key, secret: trading.secret })
      await until(() => wrong.session.status().state === 'rejected', 'rejected', 30_000).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify(wrong.session.status(), null, 1)}`)
      })
      const { reason } = wrong.session.status()
      expect(reason).toMatch(new RegExp(`^${connectorOf(exchange).title} 'wrong': key rejected`))
      expect(reason).not.toContain(key.key)
      await pause(inFlightMs)
      const { requests } = await simulator.statistics()
      await pause(quietMs)
      expect((await simulator.statistics()).requests).toBe(requests)
      expect(wrong.session.status().state).toBe('rejected')
    } finally {
      await world.close()
    }
  })

  it('follows what is listed and delisted while it runs', async ({ onTestFinished }) => {
    const { world } = await opened(exchange, onTestFinished)
    const { simulator, catalog, session } = world
    simulator.list(exchange, 'SOL_USDT')
    await world.reload()
    expect(world.instrument('SOL_USDT').status).toBe('trading')
    const names = world.watch([...symbols, 'SOL_USDT'])
    await flowing(world, names)

    simulator.delist(exchange, 'ETH_USDT')
    await pause(inFlightMs)
    const heard = new Map(world.heard)
    await world.reload()
    expect(world.instrument('ETH_USDT').status).toBe('delisted')
    expect(catalog.watched(exchange, ['BTC_USDT', 'ETH_USDT', 'SOL_USDT']).map(({ symbol }) => symbol)).toEqual([
      'BTC_USDT',
      'SOL_USDT',
    ])
    const left = world.watch(['BTC_USDT', 'SOL_USDT'])
    await until(() => !simulator.subscriptions(exchange).some((name) => name.endsWith(' ETH_USDT')), 'ETH ends')
    await flowing(world, left)
    const ofEth = (map: ReadonlyMap<string, number>) => [...map].filter(([name]) => name.endsWith(' ETH_USDT'))
    expect(ofEth(world.heard)).toEqual(ofEth(heard))
    hasNoComplaint(world)
    expect(session.status()).toMatchObject({ state: 'live', reconnects: 0 })
    expect((await simulator.statistics()).venueErrors).toBe(0)
  })
})
