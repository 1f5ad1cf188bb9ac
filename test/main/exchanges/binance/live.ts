/** Binance's connector against its simulated venue over real sockets. */
import { onTestFinished } from 'vitest'
import type {
  AccountConnector,
  AccountEvent,
  AccountNormalized,
  Ask,
  Credentials,
  Page,
} from '../../../../src/main/exchanges/account-contract.ts'
import { binance } from '../../../../src/main/exchanges/binance/index.ts'
import { RateLimiter } from '../../../../src/main/net/rate-limit.ts'
import { RestClient } from '../../../../src/main/net/rest-client.ts'
import { FeedSession } from '../../../../src/main/net/session.ts'
import type { SimAccountControl } from '../../../../src/main/simulator/account/contract.ts'
import type { LocalSimulator } from '../../../../src/main/simulator/control.ts'
import { runSimulation } from '../../../../src/main/simulator/simulation.ts'
import type { CreateVenue, SimInstrument } from '../../../../src/main/simulator/venue.ts'
import { createBinanceVenue } from '../../../../src/main/simulator/venues/binance.ts'
import type { MarketKind } from '../../../../src/shared/domain/index.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const bases = ['BTC', 'ETH'] as const
export const spot = bases.map((base) => instrument('binance', 'spot', base, 'USDT', `${base}USDT`))
export const perpetuals = bases.map((base) => instrument('binance', 'perpetual', base, 'USDT', `${base}USDT`))
/** What the connector knows as listed. */
export const listed = [...spot, ...perpetuals]

export interface Live {
  readonly simulator: LocalSimulator
  readonly account: SimAccountControl
  readonly credentials: Credentials
  readonly connector: AccountConnector
  readonly ask: Ask
  /** Paths asked for so far. */
  readonly asked: string[]
  /** The venue's clock, and ours with it, apart from this machine's. */
  shiftClock(byMs: number): void
  instrument(kind: MarketKind, base?: (typeof bases)[number]): SimInstrument
  /** Another connector, by other credentials or with a clock that is wrong. */
  as(credentials: Partial<Credentials>, wrongByMs?: number): { connector: AccountConnector; ask: Ask }
}

/** `history`: the account has traded for sixty days, else it is empty. */
export async function live(shiftMs = 0, history = false): Promise<Live> {
  const clock = { shiftMs }
  const now = () => Date.now() + clock.shiftMs
  let instruments: readonly SimInstrument[] = []
  const createVenue: CreateVenue = (market, account) => {
    instruments = market.instruments
    return createBinanceVenue(market, account)
  }
  const symbols = bases.map((base) => `${base}_USDT`)
  const simulator = await runSimulation(
    { venues: ['binance'], symbols, rate: 0, accounts: { history } },
    { binance: createVenue },
    now,
  )
  onTestFinished(() => simulator.close())
  const account = simulator.accounts.get('binance')
  const key = simulator.keys.binance
  if (!account || !key) throw new Error('no account at binance')
  const own: Credentials = { key: key.key, secret: key.secret, passphrase: null }
  const asked: string[] = []

  function as(credentials: Partial<Credentials>, wrongByMs = 0) {
    const client = new RestClient({
      dialect: binance.dialect,
      limiter: new RateLimiter(binance.pools),
      origins: simulator.originsOf('binance'),
      now: () => now() + wrongByMs,
      timing: { backoff: { baseMs: 1, capMs: 5 } },
    })
    onTestFinished(() => client.close())
    const connector = binance.account.create({
      account: 'binance-main',
      credentials: { ...own, ...credentials },
      lookup: lookupOf(listed),
    })
    const ask: Ask = (call) => {
      asked.push(new URL(call.url).pathname)
      return client.call(call)
    }
    return { connector, ask }
  }

  return {
    simulator,
    account,
    credentials: own,
    asked,
    ...as({}),
    as,
    shiftClock: (byMs) => {
      clock.shiftMs = byMs
    },
    instrument: (kind, base = 'BTC') => {
      const found = instruments.find((one) => one.kind === kind && one.base === base)
      if (!found) throw new Error(`${base} is not traded`)
      return found
    },
  }
}

/** All rows of a list that comes in pages; a page that failed fails the test. */
export async function collect<T>(pages: AsyncIterable<Page<T>>): Promise<T[]> {
  const rows: T[] = []
  for await (const page of pages) {
    if (!page.ok) throw new Error(`${page.failure.kind}: ${page.failure.message}`)
    if (page.passedOver) throw new Error(`passed over: ${page.passedOver.samples.join('; ')}`)
    rows.push(...page.value)
  }
  return rows
}

export interface LiveStream {
  readonly events: AccountEvent[]
  /** What came that was neither events nor housekeeping. */
  readonly others: AccountNormalized[]
  readonly refusals: string[]
  isUp(): boolean
}

/** One of the connector's private streams. */
export function openStream(
  { simulator }: Live,
  connector: AccountConnector,
  id: 'spot' | 'futures',
  ticket: string | null,
  now = Date.now,
): LiveStream {
  const stream = connector.streams.find((one) => one.id === id)
  if (!stream) throw new Error('no stream')
  const [events, others, refusals]: [AccountEvent[], AccountNormalized[], string[]] = [[], [], []]
  const normalizers = new Map<number, ReturnType<typeof stream.createNormalizer>>()
  let isUp = false
  const session = new FeedSession({
    rules: stream.rules(ticket, now),
    origins: simulator.originsOf('binance'),
    timing: { tickMs: 20, baseMs: 10, capMs: 50 },
    callbacks: {
      onSocket: (generation) => normalizers.set(generation, stream.createNormalizer()),
      onFrame: (generation, data, isBinary, receivedAt) => {
        const result = normalizers.get(generation)?.(data, isBinary, receivedAt)
        if (result === undefined) throw new Error('a frame of no socket')
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
      onRefused: ({ message }) => refusals.push(message),
      onNotice: () => undefined,
      onStatus: () => undefined,
    },
  })
  session.want(new Set(stream.wires))
  session.start()
  onTestFinished(() => session.stop())
  return { events, others, refusals, isUp: () => isUp }
}

/** A new listen key. */
export async function ticketOf({ connector, ask }: Pick<Live, 'connector' | 'ask'>): Promise<string> {
  const obtained = await connector.streams[1]?.ticket?.obtain(ask)
  if (!obtained?.ok) throw new Error(`no listen key: ${obtained?.failure.message}`)
  return obtained.value
}
