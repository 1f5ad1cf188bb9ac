/** Crypto.com's connector against its simulated venue over real sockets. */
import { onTestFinished } from 'vitest'
import type {
  AccountConnector,
  AccountEvent,
  AccountNormalized,
  Ask,
  Credentials,
  Page,
} from '../../../../src/main/exchanges/account-contract.ts'
import { cryptocom } from '../../../../src/main/exchanges/cryptocom/index.ts'
import { RateLimiter } from '../../../../src/main/net/rate-limit.ts'
import { RestClient } from '../../../../src/main/net/rest-client.ts'
import { FeedSession } from '../../../../src/main/net/session.ts'
import type { SimAccountControl } from '../../../../src/main/simulator/account/contract.ts'
import type { LocalSimulator } from '../../../../src/main/simulator/control.ts'
import { runSimulation } from '../../../../src/main/simulator/simulation.ts'
import type { CreateVenue, SimInstrument } from '../../../../src/main/simulator/venue.ts'
import { createCryptocomVenue } from '../../../../src/main/simulator/venues/cryptocom.ts'
import type { Instrument } from '../../../../src/shared/domain/index.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { until } from '../../../support/loopback.ts'

export const spot = instrument('cryptocom', 'spot', 'BTC', 'USDT', 'BTC_USDT')
export const perpetual = instrument('cryptocom', 'perpetual', 'BTC', 'USD', 'BTCUSD-PERP')
export const listed: readonly Instrument[] = [spot, perpetual]

export interface Live {
  readonly simulator: LocalSimulator
  readonly account: SimAccountControl
  readonly connector: AccountConnector
  readonly ask: Ask
  /** Every request that goes out moves the venue's clock on by so much, so that its limits do not count. */
  readonly clock: { shiftMs: number; stepMs: number }
  sim(of: Instrument): SimInstrument
  /** Another connector, by other credentials or with a clock that is wrong. */
  as(credentials: Partial<Credentials>, wrongByMs?: number): { connector: AccountConnector; ask: Ask }
}

export async function live(): Promise<Live> {
  const clock = { shiftMs: 0, stepMs: 0 }
  const now = () => Date.now() + clock.shiftMs
  let instruments: readonly SimInstrument[] = []
  const createVenue: CreateVenue = (market, ofMarket) => {
    instruments = market.instruments
    return createCryptocomVenue(market, ofMarket)
  }
  const simulator = await runSimulation(
    { venues: ['cryptocom'], symbols: ['BTC_USDT', 'ETH_USDT'], rate: 0 },
    { cryptocom: createVenue },
    now,
  )
  onTestFinished(() => simulator.close())
  const account = simulator.accounts.get('cryptocom')
  const key = simulator.keys.cryptocom
  if (!account || !key) throw new Error('no account at crypto.com')

  function as(credentials: Partial<Credentials>, wrongByMs = 0) {
    const pools = cryptocom.pools.map((pool) => ({ ...pool, limit: clock.stepMs > 0 ? 10_000 : pool.limit }))
    const client = new RestClient({
      dialect: cryptocom.dialect,
      limiter: new RateLimiter(pools),
      origins: simulator.originsOf('cryptocom'),
      now: () => now() + wrongByMs,
      timing: { backoff: { baseMs: 1, capMs: 5 } },
    })
    onTestFinished(() => client.close())
    const connector = cryptocom.account.create({
      account: 'cryptocom-main',
      credentials: { key: key?.key ?? '', secret: key?.secret ?? '', passphrase: null, ...credentials },
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

/** All rows of a list that comes in pages; a page that failed, or passed rows over, fails the test. */
export async function collect<T>(pages: AsyncIterable<Page<T>>): Promise<T[]> {
  const rows: T[] = []
  for await (const page of pages) {
    if (!page.ok) throw new Error(`${page.failure.kind}: ${page.failure.message}`)
    if (page.passedOver) throw new Error(page.passedOver.samples.join('; '))
    rows.push(...page.value)
  }
  return rows
}

export interface LiveStream {
  readonly events: AccountEvent[]
  /** What came that was neither events nor housekeeping. */
  readonly others: AccountNormalized[]
  readonly downs: string[]
}

/** The connector's user stream, open and flowing, kept until the test ends. */
export async function openStream({ simulator, account }: Live, connector: AccountConnector): Promise<LiveStream> {
  const [stream] = connector.streams
  if (!stream) throw new Error('no stream')
  const events: AccountEvent[] = []
  const others: AccountNormalized[] = []
  const downs: string[] = []
  const up = new Set<string>()
  let normalize = stream.createNormalizer()
  const session = new FeedSession({
    rules: { ...stream.rules(null, account.now), settleMs: 20 },
    origins: simulator.originsOf('cryptocom'),
    timing: { tickMs: 10, baseMs: 10, capMs: 50 },
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
        for (const wire of wires) up.add(wire)
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
  await until(() => up.size === stream.wires.length || downs.length > 0, 'the user stream flows')
  return { events, others, downs }
}
