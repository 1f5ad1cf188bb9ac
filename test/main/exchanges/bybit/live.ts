/** Bybit's connector against its simulated venue over real sockets. */
import { onTestFinished } from 'vitest'
import type {
  AccountConnector,
  AccountEvent,
  AccountNormalized,
  Ask,
  Credentials,
  Page,
} from '../../../../src/main/exchanges/account-contract.ts'
import { bybit } from '../../../../src/main/exchanges/bybit/index.ts'
import { RateLimiter } from '../../../../src/main/net/rate-limit.ts'
import type { PassedOver } from '../../../../src/main/net/rest.ts'
import { RestClient } from '../../../../src/main/net/rest-client.ts'
import { FeedSession } from '../../../../src/main/net/session.ts'
import type { SimAccountControl } from '../../../../src/main/simulator/account/contract.ts'
import type { LocalSimulator } from '../../../../src/main/simulator/control.ts'
import type { SimulatorOptions } from '../../../../src/main/simulator/options.ts'
import { runSimulation } from '../../../../src/main/simulator/simulation.ts'
import type { CreateVenue, SimInstrument } from '../../../../src/main/simulator/venue.ts'
import { createBybitVenue } from '../../../../src/main/simulator/venues/bybit.ts'
import type { Instrument } from '../../../../src/shared/domain/index.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { until } from '../../../support/loopback.ts'

/** What the connector knows as listed. */
export const spot = instrument('bybit', 'spot', 'BTC', 'USDT', 'BTCUSDT')
export const perpetual = instrument('bybit', 'perpetual', 'BTC', 'USDT', 'BTCUSDT')
export const ethSpot = instrument('bybit', 'spot', 'ETH', 'USDT', 'ETHUSDT')
export const ethPerpetual = instrument('bybit', 'perpetual', 'ETH', 'USDT', 'ETHUSDT')
export const listed: readonly Instrument[] = [spot, perpetual, ethSpot, ethPerpetual]

export interface Live {
  readonly simulator: LocalSimulator
  readonly account: SimAccountControl
  readonly connector: AccountConnector
  readonly ask: Ask
  readonly credentials: Credentials
  /** Every request that goes out moves the venue's clock on by so much, so that its limits do not count. */
  readonly clock: { shiftMs: number; stepMs: number }
  sim(of: Instrument): SimInstrument
  /** Another connector, by other credentials or with a clock that is wrong. */
  as(credentials: Partial<Credentials>, wrongByMs?: number): { connector: AccountConnector; ask: Ask }
}

export async function live(shiftMs = 0, options: SimulatorOptions = {}): Promise<Live> {
  const clock = { shiftMs, stepMs: 0 }
  const now = () => Date.now() + clock.shiftMs
  let instruments: readonly SimInstrument[] = []
  const createVenue: CreateVenue = (market, account) => {
    instruments = market.instruments
    return createBybitVenue(market, account)
  }
  const simulator = await runSimulation(
    { venues: ['bybit'], symbols: ['BTC_USDT', 'ETH_USDT'], rate: 0, ...options },
    { bybit: createVenue },
    now,
  )
  onTestFinished(() => simulator.close())
  const account = simulator.accounts.get('bybit')
  const key = simulator.keys.bybit
  if (!account || !key) throw new Error('no account at bybit')
  const own: Credentials = { key: key.key, secret: key.secret, passphrase: key.passphrase ?? null }

  function as(credentials: Partial<Credentials>, wrongByMs = 0) {
    const client = new RestClient({
      dialect: bybit.dialect,
      limiter: new RateLimiter(bybit.pools.map((pool) => ({ ...pool, limit: clock.stepMs > 0 ? 10_000 : pool.limit }))),
      origins: simulator.originsOf('bybit'),
      now: () => now() + wrongByMs,
      timing: { backoff: { baseMs: 1, capMs: 5 } },
    })
    onTestFinished(() => client.close())
    const connector = bybit.account.create({
      account: 'bybit-main',
      credentials: { ...own, ...credentials },
      lookup: lookupOf(listed),
    })
    const ask: Ask = (call) => {
      clock.shiftMs += clock.stepMs
      return client.call(call)
    }
    return { connector, ask }
  }

  return {
    simulator,
    account,
    credentials: own,
    ...as({}),
    as,
    clock,
    sim: ({ symbol }) => {
      const found = instruments.find((one) => one.symbol === symbol)
      if (!found) throw new Error(`${symbol} is not traded`)
      return found
    },
  }
}

/** All rows of a list that comes in pages; a page that failed fails the test. */
export async function collect<T>(pages: AsyncIterable<Page<T>>): Promise<{ rows: T[]; passedOver: PassedOver[] }> {
  const rows: T[] = []
  const passedOver: PassedOver[] = []
  for await (const page of pages) {
    if (!page.ok) throw new Error(`${page.failure.kind}: ${page.failure.message}`)
    rows.push(...page.value)
    if (page.passedOver) passedOver.push(page.passedOver)
  }
  return { rows, passedOver }
}

export interface LiveStream {
  readonly events: AccountEvent[]
  /** What came that was neither events nor housekeeping. */
  readonly others: AccountNormalized[]
  readonly downs: string[]
  /** How often every wire was acknowledged. */
  readonly ups: () => number
}

/** The connector's private streams, opened and kept until the test ends. */
export function openStreams(
  { simulator }: Live,
  connector: AccountConnector,
  now: () => number = Date.now,
): LiveStream {
  const events: AccountEvent[] = []
  const others: AccountNormalized[] = []
  const downs: string[] = []
  let ups = 0
  for (const stream of connector.streams) {
    let normalize = stream.createNormalizer()
    const session = new FeedSession({
      rules: stream.rules(null, now),
      origins: simulator.originsOf('bybit'),
      timing: { tickMs: 20, baseMs: 10, capMs: 50 },
      callbacks: {
        onSocket: () => {
          normalize = stream.createNormalizer()
        },
        onFrame: (_generation, data, isBinary, receivedAt) => {
          const result = normalize(data, isBinary, receivedAt)
          if (result.kind === 'events') events.push(...result.events)
          else if (result.kind !== 'control') others.push(result)
          return 'control' in result ? (result.control ?? null) : null
        },
        onTakeover: () => undefined,
        onEnd: () => undefined,
        onUp: (wires) => {
          if (wires.length === stream.wires.length) ups++
        },
        onDown: (_wires, reason) => downs.push(reason),
        onRefused: ({ wire, message }) => downs.push(`${wire}: ${message}`),
        onNotice: () => undefined,
        onStatus: () => undefined,
      },
    })
    onTestFinished(() => session.stop())
    session.want(new Set(stream.wires))
    session.start()
  }
  return { events, others, downs, ups: () => ups }
}

export async function openedStreams(from: Live, connector = from.connector): Promise<LiveStream> {
  const stream = openStreams(from, connector, from.account.now)
  await until(() => stream.ups() === 1, 'the private stream flows')
  return stream
}
