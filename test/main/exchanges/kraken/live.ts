/** Kraken's connector against its simulated venue over real sockets. */
import { onTestFinished } from 'vitest'
import type {
  AccountConnector,
  AccountEvent,
  AccountNormalized,
  Ask,
  Credentials,
  Page,
} from '../../../../src/main/exchanges/account-contract.ts'
import { kraken } from '../../../../src/main/exchanges/kraken/index.ts'
import { RateLimiter } from '../../../../src/main/net/rate-limit.ts'
import type { PassedOver } from '../../../../src/main/net/rest.ts'
import { RestClient } from '../../../../src/main/net/rest-client.ts'
import { FeedSession } from '../../../../src/main/net/session.ts'
import type { SimAccountControl } from '../../../../src/main/simulator/account/contract.ts'
import type { LocalSimulator } from '../../../../src/main/simulator/control.ts'
import { runSimulation } from '../../../../src/main/simulator/simulation.ts'
import type { CreateVenue, SimInstrument } from '../../../../src/main/simulator/venue.ts'
import { createKrakenVenue } from '../../../../src/main/simulator/venues/kraken.ts'
import type { Instrument } from '../../../../src/shared/domain/index.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { until } from '../../../support/loopback.ts'

export const btc = instrument('kraken', 'spot', 'BTC', 'USDT', 'BTC/USDT')
export const doge = instrument('kraken', 'spot', 'DOGE', 'USD', 'DOGE/USD')
export const listed: readonly Instrument[] = [btc, doge]

export interface Live {
  readonly simulator: LocalSimulator
  readonly account: SimAccountControl
  readonly connector: AccountConnector
  readonly ask: Ask
  readonly own: Credentials
  sim(of: Instrument): SimInstrument
  as(credentials: Partial<Credentials>): { readonly connector: AccountConnector; readonly ask: Ask }
}

export async function live(): Promise<Live> {
  let instruments: readonly SimInstrument[] = []
  const createVenue: CreateVenue = (market, account) => {
    instruments = market.instruments
    return createKrakenVenue(market, account, 1_000)
  }
  const simulator = await runSimulation(
    { venues: ['kraken'], symbols: ['BTC_USDT', 'DOGE_USD'], rate: 0 },
    { kraken: createVenue },
    Date.now,
  )
  onTestFinished(() => simulator.close())
  const account = simulator.accounts.get('kraken')
  const key = simulator.keys.kraken
  if (!account || !key) throw new Error('no account at kraken')
  const own: Credentials = { key: key.key, secret: key.secret, passphrase: null }

  function as(credentials: Partial<Credentials>) {
    const client = new RestClient({
      dialect: kraken.dialect,
      limiter: new RateLimiter(kraken.pools.map((pool) => ({ ...pool, limit: 10_000 }))),
      origins: simulator.originsOf('kraken'),
      timing: { backoff: { baseMs: 1, capMs: 5 } },
    })
    onTestFinished(() => client.close())
    const connector = kraken.account.create({
      account: 'kraken-main',
      credentials: { ...own, ...credentials },
      lookup: lookupOf(listed),
    })
    const ask: Ask = (call) => client.call(call)
    return { connector, ask }
  }

  return {
    ...{ simulator, account, own, as, ...as({}) },
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
}

/** The private stream with a ticket of its own, once it flows. */
export async function openedStream({ simulator, connector, ask }: Live, ticket?: string): Promise<LiveStream> {
  const [stream] = connector.streams
  const obtained = ticket === undefined ? await stream?.ticket?.obtain(ask) : { ok: true as const, value: ticket }
  if (stream === undefined || !obtained?.ok) throw new Error('no stream, or no token')
  const events: AccountEvent[] = []
  const others: AccountNormalized[] = []
  let ups = 0
  let normalize = stream.createNormalizer()
  const session = new FeedSession({
    rules: stream.rules(obtained.value, Date.now),
    origins: simulator.originsOf('kraken'),
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
        ups += wires.length
      },
      onDown: () => undefined,
      onRefused: () => undefined,
      onNotice: () => undefined,
      onStatus: () => undefined,
    },
  })
  session.want(new Set(stream.wires))
  session.start()
  onTestFinished(() => session.stop())
  await until(() => ups >= 2 || others.length > 0, 'the private stream flows, or is refused')
  return { events, others }
}
