/** Gate's connector against its simulated venue over real sockets. */
import { onTestFinished } from 'vitest'
import type {
  AccountConnector,
  AccountEvent,
  AccountNormalized,
  Ask,
  Credentials,
  Page,
} from '../../../../src/main/exchanges/account-contract.ts'
import { gate } from '../../../../src/main/exchanges/gate/index.ts'
import { RateLimiter } from '../../../../src/main/net/rate-limit.ts'
import type { RestResult } from '../../../../src/main/net/rest.ts'
import { RestClient } from '../../../../src/main/net/rest-client.ts'
import { FeedSession } from '../../../../src/main/net/session.ts'
import type { SimAccountControl } from '../../../../src/main/simulator/account/contract.ts'
import type { LocalSimulator } from '../../../../src/main/simulator/control.ts'
import { runSimulation } from '../../../../src/main/simulator/simulation.ts'
import type { CreateVenue, SimInstrument } from '../../../../src/main/simulator/venue.ts'
import { createGateVenue } from '../../../../src/main/simulator/venues/gate.ts'
import type { MarketKind } from '../../../../src/shared/domain/index.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { until } from '../../../support/loopback.ts'

const bases = ['BTC', 'ETH', 'SOL'] as const
type Base = (typeof bases)[number]
const contractSizes = { BTC: 0.0001, ETH: 0.01, SOL: 1 }
/** What the connector knows as listed. */
export const listed = bases.flatMap((base) => [
  instrument('gate', 'spot', base, 'USDT', `${base}_USDT`),
  instrument('gate', 'perpetual', base, 'USDT', `${base}_USDT`, { contractSize: contractSizes[base] }),
])

export interface Live {
  readonly simulator: LocalSimulator
  readonly account: SimAccountControl
  readonly connector: AccountConnector
  readonly ask: Ask
  readonly key: Credentials
  now(): number
  /** Moves the venue's clock and ours away from this machine's, ms. */
  shiftClock(byMs: number): void
  sim(kind: MarketKind, base: Base): SimInstrument
  /** Another connector, by other credentials, with a wrong clock, or that knows fewer instruments. */
  as(
    credentials: Partial<Credentials>,
    more?: { readonly wrongByMs?: number; readonly known?: typeof listed },
  ): { readonly connector: AccountConnector; readonly ask: Ask }
}

/** `history`: sixty days of believable past, instead of an empty account. */
export async function live(shiftMs = 0, history = false): Promise<Live> {
  const clock = { shiftMs }
  const now = () => Date.now() + clock.shiftMs
  let instruments: readonly SimInstrument[] = []
  const createVenue: CreateVenue = (market, account) => {
    instruments = market.instruments
    return createGateVenue(market, account)
  }
  const symbols = bases.map((base) => `${base}_USDT`)
  const simulator = await runSimulation(
    { venues: ['gate'], symbols, rate: 0, accounts: { history } },
    { gate: createVenue },
    now,
  )
  onTestFinished(() => simulator.close())
  const account = simulator.accounts.get('gate')
  const own = simulator.keys.gate
  if (!account || !own) throw new Error('no account at gate')
  const key: Credentials = { key: own.key, secret: own.secret, passphrase: null }

  const as: Live['as'] = (credentials, { wrongByMs = 0, known = listed } = {}) => {
    const client = new RestClient({
      dialect: gate.dialect,
      limiter: new RateLimiter(gate.pools),
      origins: simulator.originsOf('gate'),
      now: () => now() + wrongByMs,
      timing: { backoff: { baseMs: 1, capMs: 5 } },
    })
    onTestFinished(() => client.close())
    const connector = gate.account.create({
      account: 'gate-main',
      credentials: { ...key, ...credentials },
      lookup: lookupOf(known),
    })
    return { connector, ask: (call) => client.call(call) }
  }

  return {
    simulator,
    account,
    ...as({}),
    as,
    key,
    now,
    shiftClock: (byMs) => {
      clock.shiftMs = byMs
    },
    sim: (kind, base) => {
      const found = instruments.find((one) => one.base === base && one.kind === kind)
      if (!found) throw new Error(`${base} is not traded`)
      return found
    },
  }
}

export function granted<T>(result: RestResult<T>): T {
  if (!result.ok) throw new Error(`${result.failure.kind}: ${result.failure.message}`)
  return result.value
}

/** All rows of a list that comes in pages; a page that failed fails the test. */
export async function collect<T>(pages: AsyncIterable<Page<T>>): Promise<T[]> {
  const rows: T[] = []
  for await (const page of pages) rows.push(...granted(page))
  return rows
}

export interface LiveStream {
  readonly events: AccountEvent[]
  /** What came that was neither events nor housekeeping. */
  readonly others: AccountNormalized[]
  readonly refusals: string[]
  readonly session: FeedSession
  isUp(): boolean
}

/** A private stream of the connector, its ticket obtained. */
export async function openStream(
  { simulator, now }: Live,
  { connector, ask }: Pick<Live, 'connector' | 'ask'>,
  id: 'spot' | 'futures',
  wrongByMs = 0,
): Promise<LiveStream> {
  const stream = connector.streams.find((one) => one.id === id)
  if (!stream) throw new Error(`no stream ${id}`)
  const ticket = stream.ticket ? granted(await stream.ticket.obtain(ask)) : null
  const events: AccountEvent[] = []
  const others: AccountNormalized[] = []
  const refusals: string[] = []
  const up = new Set<string>()
  const normalizers = new Map<number, ReturnType<typeof stream.createNormalizer>>()
  const session = new FeedSession({
    rules: { ...stream.rules(ticket, () => now() + wrongByMs), connectIntervalMs: 10 },
    origins: simulator.originsOf('gate'),
    timing: { tickMs: 10, baseMs: 1, capMs: 5 },
    callbacks: {
      onSocket: (generation) => normalizers.set(generation, stream.createNormalizer()),
      onFrame: (generation, data, isBinary, receivedAt) => {
        const normalized = normalizers.get(generation)?.(data, isBinary, receivedAt)
        if (!normalized) throw new Error('a frame of no socket')
        if (normalized.kind === 'events') events.push(...normalized.events)
        else if (normalized.kind !== 'control') others.push(normalized)
        return 'control' in normalized ? (normalized.control ?? null) : null
      },
      onTakeover: () => undefined,
      onEnd: (generation) => normalizers.delete(generation),
      onUp: (wires) => wires.forEach((wire) => void up.add(wire)),
      onDown: (wires) => wires.forEach((wire) => void up.delete(wire)),
      onRefused: ({ wire, message }) => refusals.push(`${wire}: ${message}`),
      onNotice: () => undefined,
      onStatus: () => undefined,
    },
  })
  onTestFinished(() => session.stop())
  session.want(new Set(stream.wires))
  session.start()
  await until(() => session.status().some(({ state }) => state === 'live') || others.length > 0, `${id} stream`)
  return { events, others, refusals, session, isUp: () => up.size === stream.wires.length }
}
