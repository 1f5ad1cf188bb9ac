/** MEXC's connector against its simulated venue over real sockets. */
import { onTestFinished } from 'vitest'
import type {
  AccountConnector,
  AccountEvent,
  AccountNormalized,
  Ask,
  Credentials,
  Page,
} from '../../../../src/main/exchanges/account-contract.ts'
import { mexc } from '../../../../src/main/exchanges/mexc/index.ts'
import { RateLimiter } from '../../../../src/main/net/rate-limit.ts'
import type { PassedOver } from '../../../../src/main/net/rest.ts'
import { RestClient } from '../../../../src/main/net/rest-client.ts'
import { FeedSession } from '../../../../src/main/net/session.ts'
import type { SimAccountControl } from '../../../../src/main/simulator/account/contract.ts'
import type { LocalSimulator } from '../../../../src/main/simulator/control.ts'
import { runSimulation } from '../../../../src/main/simulator/simulation.ts'
import type { CreateVenue, SimInstrument } from '../../../../src/main/simulator/venue.ts'
import { createMexcVenue } from '../../../../src/main/simulator/venues/mexc.ts'
import type { Instrument } from '../../../../src/shared/domain/index.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { until } from '../../../support/loopback.ts'

const bases = ['BTC', 'ETH', 'SOL'] as const
/** What the connector knows as listed. */
export const listed = bases.map((base) => instrument('mexc', 'spot', base, 'USDT', `${base}USDT`))

export interface Live {
  readonly simulator: LocalSimulator
  readonly account: SimAccountControl
  readonly connector: AccountConnector
  readonly ask: Ask
  /** Moves the venue's clock and ours away from this machine's, ms. */
  shiftClock(byMs: number): void
  simInstrument(base: (typeof bases)[number]): SimInstrument
  /** Another connector, by other credentials or with a clock that is wrong. */
  as(credentials: Partial<Credentials>, wrongByMs?: number): { connector: AccountConnector; ask: Ask }
}

export const theInstrument = (base: (typeof bases)[number]): Instrument => {
  const found = listed.find((one) => one.base === base)
  if (!found) throw new Error(`${base} is not listed`)
  return found
}

export async function live(shiftMs = 0): Promise<Live> {
  const clock = { shiftMs }
  const now = () => Date.now() + clock.shiftMs
  const symbols = bases.map((base) => `${base}_USDT`)
  let instruments: readonly SimInstrument[] = []
  const createVenue: CreateVenue = (market, account) => {
    instruments = market.instruments
    return createMexcVenue(market, account)
  }
  const simulator = await runSimulation({ venues: ['mexc'], symbols, rate: 0 }, { mexc: createVenue }, now)
  onTestFinished(() => simulator.close())
  const account = simulator.accounts.get('mexc')
  const key = simulator.keys.mexc
  if (!account || !key) throw new Error('no account at mexc')
  const own: Credentials = { key: key.key, secret: key.secret, passphrase: null }

  function as(credentials: Partial<Credentials>, wrongByMs = 0) {
    const client = new RestClient({
      dialect: mexc.dialect,
      limiter: new RateLimiter(mexc.pools),
      origins: simulator.originsOf('mexc'),
      now: () => now() + wrongByMs,
      timing: { backoff: { baseMs: 1, capMs: 5 } },
    })
    onTestFinished(() => client.close())
    const connector = mexc.account.create({
      account: 'mexc-main',
      credentials: { ...own, ...credentials },
      lookup: lookupOf(listed),
    })
    const ask: Ask = (call) => client.call(call)
    return { connector, ask }
  }

  return {
    simulator,
    account,
    ...as({}),
    as,
    shiftClock: (byMs) => {
      clock.shiftMs = byMs
    },
    simInstrument: (base) => {
      const found = instruments.find((one) => one.base === base)
      if (!found) throw new Error(`${base} is not traded`)
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
  readonly isUp: () => boolean
  stop(): Promise<void>
}

/** The connector's private stream with a listen key. */
export function openStream({ simulator }: Live, connector: AccountConnector, ticket: string | null): LiveStream {
  const [stream] = connector.streams
  if (!stream) throw new Error('no stream')
  const events: AccountEvent[] = []
  const others: AccountNormalized[] = []
  let isUp = false
  let normalize = stream.createNormalizer()
  const session = new FeedSession({
    rules: stream.rules(ticket, Date.now),
    origins: simulator.originsOf('mexc'),
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
      onUp: () => {
        isUp = true
      },
      onDown: () => {
        isUp = false
      },
      onRefused: () => undefined,
      onNotice: () => undefined,
      onStatus: () => undefined,
    },
  })
  session.want(new Set(stream.wires))
  session.start()
  onTestFinished(() => session.stop())
  return { events, others, isUp: () => isUp, stop: () => session.stop() }
}

export async function ticketOf({ connector, ask }: Pick<Live, 'connector' | 'ask'>): Promise<string> {
  const obtained = await connector.streams[0]?.ticket?.obtain(ask)
  if (!obtained?.ok) throw new Error(`no listen key: ${obtained?.failure.message}`)
  return obtained.value
}

export async function openedStream(live: Live): Promise<LiveStream> {
  const stream = openStream(live, live.connector, await ticketOf(live))
  await until(stream.isUp, 'the private stream is up')
  return stream
}
