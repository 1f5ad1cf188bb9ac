/** An account session against a simulated venue over real sockets, its ExchangeSession and its instruments as the hub joins them. */
import pino from 'pino'
import { onTestFinished } from 'vitest'
import { AccountSession } from '../../../src/main/account/session.ts'
import type { AccountTiming } from '../../../src/main/account/timing.ts'
import { type AccountBusEvent, type Bus, createBus } from '../../../src/main/bus/index.ts'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../../src/main/exchanges/session.ts'
import type { RestCall } from '../../../src/main/net/rest.ts'
import type { SimAccountControl } from '../../../src/main/simulator/account/contract.ts'
import type { LocalSimulator } from '../../../src/main/simulator/control.ts'
import { runSimulation } from '../../../src/main/simulator/simulation.ts'
import type { SimInstrument } from '../../../src/main/simulator/venue.ts'
import { venues } from '../../../src/main/simulator/venues/index.ts'
import type { AccountStorage } from '../../../src/main/storage/account-contract.ts'
import type { BuiltInExchangeId } from '../../../src/shared/domain/index.ts'
import { recordBus } from '../../support/account-bus.ts'
import { loadListed } from '../../support/instruments.ts'
import { roomy, timesTheLimits } from '../../support/roomy.ts'

/** Short enough for tests over loopback, long enough that a frame is not late. */
export const quickTiming: Partial<AccountTiming> = {
  snapshotEveryMs: 60_000,
  soonMs: 100,
  afterTotalMs: 200,
  graceMs: 150,
  quietMs: 100,
  keyFirstMs: 2_000,
  searchEveryMs: 200,
  backoff: { baseMs: 50, capMs: 200 },
}

const noAnswer = { kind: 'network', code: null, message: 'no answer', retryAfterMs: null } as const

export interface LiveAccount {
  readonly simulator: LocalSimulator
  readonly account: SimAccountControl
  readonly bus: Bus
  /** What the account's calls go through. */
  readonly exchange: ExchangeSession
  readonly events: AccountBusEvent[]
  readonly logged: string[]
  readonly instruments: readonly SimInstrument[]
  /** Another session for the same account. */
  open(more?: {
    timing?: Partial<AccountTiming>
    storage?: AccountStorage | null
    key?: string
    /** Calls whose answer is an empty list instead of what the exchange says. */
    loses?: (call: RestCall<unknown>) => boolean
    /** Calls that get no answer. */
    fails?: (call: RestCall<unknown>) => boolean
  }): AccountSession
}

export async function liveAccount(
  exchange: BuiltInExchangeId,
  symbols = ['BTC_USDT', 'ETH_USDT'],
): Promise<LiveAccount> {
  let instruments: readonly SimInstrument[] = []
  const create = venues[exchange]
  const simulator = await runSimulation(
    { venues: [exchange], symbols, rate: 0 },
    {
      ...venues,
      [exchange]: (...[market, account]: Parameters<typeof create>) => {
        instruments = market.instruments
        return create(market, account, timesTheLimits)
      },
    },
  )
  onTestFinished(() => simulator.close())
  const account = simulator.accounts.get(exchange)
  const key = simulator.keys[exchange]
  if (!account || !key) throw new Error(`no account at ${exchange}`)
  const bus = createBus((error) => {
    throw error
  })
  const logged: string[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) })
  const connector = roomy(connectorOf(exchange))
  const origins = simulator.originsOf(exchange)
  const session = new ExchangeSession({
    connector,
    origins,
    bus,
    logger,
    restTiming: { backoff: { baseMs: 5, capMs: 20 }, attempts: 2 },
  })
  onTestFinished(() => session.stop())
  const known = await loadListed(session)
  await session.measureClock()
  const events = recordBus(bus)
  let drifts = 0
  return {
    simulator,
    account,
    bus,
    exchange: session,
    events,
    logged,
    instruments,
    open({ timing = {}, storage = null, key: other, loses = () => false, fails = () => false } = {}) {
      const id = `${exchange}-main`
      const opened = new AccountSession({
        account: { id, exchange, label: 'main' },
        connector: connector.account.create({
          account: id,
          credentials: { key: other ?? key.key, secret: key.secret, passphrase: key.passphrase ?? null },
          lookup: session.instruments,
        }),
        ask: async (call, options) =>
          fails(call)
            ? { ok: false, failure: noAnswer }
            : session.ask(loses(call) ? { ...call, parse: () => call.parse([]) } : call, options),
        now: () => session.now(),
        measureClock: () => session.measureClock(),
        origins,
        bus,
        storage,
        symbols: () => known,
        instrument: (symbol) => known.find((one) => one.symbol === symbol),
        nextDriftId: () => ++drifts,
        logger,
        onStatus: () => {},
        timing: { ...quickTiming, ...timing },
        sessionTiming: { baseMs: 20, capMs: 200, tickMs: 20 },
      })
      onTestFinished(() => opened.stop())
      opened.start()
      return opened
    },
  }
}
