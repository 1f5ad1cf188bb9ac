/**
 * One simulated venue and Crossbook's private side against it, as the hub joins them: real sockets, the real connector, an account
 * session, the recorder and a real database. Nothing is shortened but the times. Long-lived: whoever starts one closes it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { AccountRecorder } from '../../src/main/account/recorder.ts'
import { AccountSession } from '../../src/main/account/session.ts'
import type { AccountTiming } from '../../src/main/account/timing.ts'
import { type AccountBusEvent, type Bus, createBus } from '../../src/main/bus/index.ts'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../src/main/exchanges/session.ts'
import type { SimAccountControl } from '../../src/main/simulator/account/contract.ts'
import { type LocalSimulator, type SimulatedKey, startSimulator } from '../../src/main/simulator/index.ts'
import type { SimInstrument } from '../../src/main/simulator/venue.ts'
import type { Storage } from '../../src/main/storage/contract.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import type { BuiltInExchangeId } from '../../src/shared/domain/index.ts'
import { recordBus } from './account-bus.ts'
import { loadListed } from './instruments.ts'
import { until } from './loopback.ts'

/** Asked of the venue in a minute is what a client asks in hours. */
const limits = 1_000

/** As quick as loopback allows: a frame is there within `graceMs`. */
export const quickTiming: Partial<AccountTiming> = {
  snapshotEveryMs: 60_000,
  ordersWhileDownMs: 500,
  forbiddenEveryMs: 500,
  soonMs: 40,
  afterTotalMs: 100,
  graceMs: 50,
  quietMs: 40,
  overlapMs: 100_000,
  keyFirstMs: 2_000,
  searchEveryMs: 100,
  backoff: { baseMs: 20, capMs: 100 },
  ticketRetry: { baseMs: 20, capMs: 100, failuresToOpen: 6, openMs: 200, openCapMs: 400, stableMs: 100 },
}

/** The quick times allow for no more. The usual ones do for half a second, which is how well a clock told in whole seconds is known. */
const mostClockErrorMs = 30
const mostMeasurements = 20
/** Where the middle of a told second is taken for the time, this is when it is right. */
const middleOfSecond = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, (1_500 - (Date.now() % 1_000)) % 1_000))

/** As often as it takes: on a busy machine a question may come late. */
async function measureClock(session: ExchangeSession, truth: SimAccountControl): Promise<void> {
  for (let times = 0; times < mostMeasurements; times++) {
    await session.measureClock()
    if (Math.abs(session.now() - truth.now()) <= mostClockErrorMs) return
    await middleOfSecond()
  }
  throw new Error(`the clock is wrong by ${session.now() - truth.now()} ms`)
}

export interface AccountWorldOptions {
  readonly exchange: BuiltInExchangeId
  readonly seed?: number
  readonly timing?: Partial<AccountTiming>
  /** How many times the exchange's limits, for client and venue alike; 1: as they are. */
  readonly limits?: number
}

/** One account of the world: its key and its session of the moment. */
export interface WorldAccount {
  readonly id: string
  session: AccountSession
  /** Stops the session, stores what it told, and starts another over the same database, as a restart by hand does. */
  restart(): Promise<void>
}

export interface AccountWorld {
  readonly exchange: BuiltInExchangeId
  readonly simulator: LocalSimulator
  /** The exchange's own books. */
  readonly truth: SimAccountControl
  readonly bus: Bus
  /** Everything of accounts that the bus carried, in order. */
  readonly events: AccountBusEvent[]
  /** Accounts whose ledger was opened. */
  readonly opened: ReadonlySet<string>
  /** Warnings and worse. */
  readonly logged: string[]
  readonly storage: Storage
  readonly file: string
  readonly main: WorldAccount
  instrument(symbol: string): SimInstrument | undefined
  /** Another account of Crossbook's at this exchange, with a key of its own. */
  open(id: string, key: SimulatedKey): WorldAccount
  /** All that was published is stored. */
  stored(): Promise<void>
  close(): Promise<void>
}

export async function startAccountWorld(options: AccountWorldOptions): Promise<AccountWorld> {
  const { exchange, seed = 1, timing = {} } = options
  const times = options.limits ?? limits
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-world-'))
  const file = join(folder, 'crossbook.db')
  const simulator = await startSimulator({
    seed,
    venues: [exchange],
    symbols: ['BTC_USDT', 'ETH_USDT'],
    rate: 0,
    limits: times,
  })
  const truth = simulator.accounts.get(exchange)
  const key = simulator.keys[exchange]
  if (!truth || !key) throw new Error(`no account at ${exchange}`)
  furnish(truth)
  const bus = createBus((error) => {
    throw error
  })
  const events = recordBus(bus)
  const opened = new Set<string>()
  bus.on('ledger_opened', ({ account }) => void opened.add(account))
  const logged: string[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) })
  const origins = simulator.originsOf(exchange)
  const known = connectorOf(exchange)
  const connector = { ...known, pools: known.pools.map((pool) => ({ ...pool, limit: pool.limit * times })) }
  const session = new ExchangeSession({
    connector,
    origins,
    bus,
    logger,
    restTiming: { backoff: { baseMs: 5, capMs: 20 }, attempts: 2, attemptTimeoutMs: 2_000 },
  })
  const instruments = await loadListed(session)
  await measureClock(session, truth)
  const storage = await openStorage({ file })
  const recorder = new AccountRecorder({
    bus,
    storage: storage.accounts,
    balances: () => [],
    logger,
    onAlert: ({ message }) => void logged.push(message),
    everyMs: 20,
  })
  recorder.start()
  let drifts = 0
  const accounts: WorldAccount[] = []

  function sessionOf(id: string, { key: name, secret, passphrase }: SimulatedKey): AccountSession {
    const begun = new AccountSession({
      account: { id, exchange, label: id.slice(exchange.length + 1) },
      connector: connector.account.create({
        account: id,
        credentials: { key: name, secret, passphrase: passphrase ?? null },
        lookup: session.instruments,
      }),
      ask: (call, how) => session.ask(call, how),
      now: () => session.now(),
      origins,
      bus,
      storage: storage.accounts,
      symbols: () => instruments,
      instrument: (symbol) => instruments.find((one) => one.symbol === symbol),
      nextDriftId: () => ++drifts,
      logger,
      onStatus: () => {},
      timing: { ...quickTiming, ...timing },
      sessionTiming: {
        baseMs: 10,
        capMs: 50,
        tickMs: 20,
        openMs: 100,
        openCapMs: 100,
        stableMs: 100,
        refusedRetryMs: 200,
      },
    })
    begun.start()
    return begun
  }

  function open(id: string, own: SimulatedKey): WorldAccount {
    const account: WorldAccount = {
      id,
      session: sessionOf(id, own),
      restart: async () => {
        await account.session.stop()
        await recorder.flush()
        account.session = sessionOf(id, own)
      },
    }
    accounts.push(account)
    return account
  }

  const main = open(`${exchange}-main`, key)
  const world: AccountWorld = {
    exchange,
    simulator,
    truth,
    bus,
    events,
    opened,
    logged,
    storage,
    file,
    main,
    open,
    instrument: (symbol) => truth.instruments.find((one) => one.symbol === symbol),
    stored: () => recorder.flush(),
    close: async () => {
      await Promise.all(accounts.map((account) => account.session.stop()))
      await recorder.stop()
      await session.stop()
      await storage.close()
      await simulator.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return world
}

/** The account's streams flow, and the balances that its ledger begins with are older than what comes. */
export async function isLive({ session }: WorldAccount, withinMs = 15_000): Promise<void> {
  await until(() => session.status().state === 'live', 'live', withinMs).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(session.status(), null, 1)}`)
  })
}

/** Its ledger is open. Some exchanges tell the times of transfers in whole seconds: those of the opening's own second would stand before it. */
export async function afterOpening({ opened, main }: AccountWorld): Promise<void> {
  await until(() => opened.has(main.id), 'the opening of the ledger', 15_000)
  await new Promise((resolve) => setTimeout(resolve, 1_100))
}

/** Money in every wallet. */
export function furnish(account: SimAccountControl): void {
  const { transferWallet, wallets } = account.rules
  for (const [asset, amount] of [
    ['USDT', '2000000'],
    ['BTC', '100'],
    ['ETH', '1000'],
  ] as const) {
    account.advanceTransfer(account.deposit(asset, amount).id, 'completed')
    if (transferWallet !== 'spot') account.move(asset, String(Number(amount) * 0.9), transferWallet, 'spot')
  }
  if (wallets.includes('futures')) account.move('USDT', '900000', 'spot', 'futures')
}
