/** Joins market, scheduler, faults, venues and servers. Which venues there are is the caller's word, so tests can bring their own. */
import { performance } from 'node:perf_hooks'
import type { EpochMs, ExchangeId } from '../../shared/domain/index.ts'
import { messageOf } from '../errors.ts'
import type { SimAccountControl, SimAccountRules } from './account/contract.ts'
import { type AccountEngine, type AccountState, createAccountEngine } from './account/engine.ts'
import { goOn, writeHistory } from './account/history.ts'
import { type KeptAccount, readAccount, writeAccount } from './account/kept.ts'
import { noAccount } from './account/none.ts'
import { createPastMarket } from './account/past.ts'
import { createTrader, type Trader } from './account/trader.ts'
import { type LocalSimulator, SimulatorError } from './control.ts'
import { FaultBoard } from './fault-board.ts'
import { parseFault } from './faults.ts'
import { hashText } from './hash.ts'
import { apiKeysOf, keyOf, type MakeKey, tradingKeyOf, type VenueKeys, withdrawingKeyOf } from './keys.ts'
import { FairPrices, listedSince, VenueMarket } from './market.ts'
import { checkOptions, type SimulatorOptions } from './options.ts'
import { type Counters, reportVenueError } from './peer.ts'
import { Scheduler } from './scheduler.ts'
import { type OriginServer, serveOrigin } from './server.ts'
import type { CreateVenue, SimMarket, Venue } from './venue.ts'

/** What the auto trader's orders are worth on average, dollars: small, so that its fees can be paid for weeks. */
const orderDollars = 60
/** Each account is kept so often, and in the end. */
const keepEveryMs = 300_000
/** Of each account that is kept, orders that are over: some eight hours of the demo's, which take 70 ms to write. */
const mostOrdersKept = 3_000

export type CreateVenues = Readonly<Partial<Record<ExchangeId, CreateVenue>>>

const rulesOfTrader = (rules: SimAccountRules): SimAccountRules => ({ ...rules, fees: rules.tradersFees ?? rules.fees })

/** What a venue is made with only to read its rules: a market without instruments. */
const noMarket = (clock: () => EpochMs): SimMarket => ({
  now: clock,
  instruments: [],
  find: () => undefined,
  quote: () => {
    throw new Error('a venue asked for a quote before it was open')
  },
  book: () => {
    throw new Error('a venue asked for a book before it was open')
  },
  klines: () => [],
  trades: () => [],
})

/**
 * `clock` is true time, epoch ms; tests bring their own. `tell` hears, a line each, what went wrong without ending anything.
 * Rejects with SimulatorError.
 */
export async function runSimulation(
  options: SimulatorOptions,
  createVenues: CreateVenues,
  clock: () => EpochMs = Date.now,
  tell: (notice: string) => void = (notice) => process.stderr.write(`${notice}\n`),
): Promise<LocalSimulator> {
  const {
    seed,
    venues: chosen,
    symbols: wanted,
    rate,
    port,
    faults: scheduled,
    limits,
    accounts: lively,
    keepIn,
  } = checkOptions(options)
  const startedAt = clock()
  const utilization = performance.eventLoopUtilization()
  const counters: Counters = {
    quotes: 0,
    depths: 0,
    trades: 0,
    klines: 0,
    replies: 0,
    private: 0,
    requests: 0,
    withheld: 0,
    slowClients: 0,
    venueErrors: 0,
  }
  const fair = new FairPrices(seed)
  const markets = new Map<ExchangeId, VenueMarket>()
  const accounts = new Map<ExchangeId, AccountEngine>()
  const traders: Trader[] = []
  const venues: Venue[] = []
  const kept = keepIn === null ? null : readKept(keepIn, seed, chosen, tell)
  const symbols = [...new Set([...wanted, ...[...(kept?.values() ?? [])].flatMap((account) => account.symbols)])]
  for (const exchange of chosen) {
    const createVenue = createVenues[exchange]
    if (!createVenue) throw new SimulatorError(`simulator options.venues: there is no venue for ${exchange}`)
    const rules = createVenue(noMarket(clock), noAccount(exchange, clock))
    const { accountRules } = rules
    const market = new VenueMarket({ seed, symbols, rules, fair, listedAt: listedSince(startedAt), clock })
    markets.set(exchange, market)
    const past = lively.history ? createPastMarket(market) : null
    const before = kept?.get(exchange)
    const from = before && restored(before, market, exchange, tell)
    const account = createAccountEngine({
      exchange,
      rules: lively.history ? rulesOfTrader(accountRules) : accountRules,
      market: past ?? market,
      seed,
      keys: apiKeysOf(seed, exchange, accountRules.keyShape),
      onListenerError: (error) => reportVenueError(counters, error),
      ...(from && { from }),
    })
    accounts.set(exchange, account)
    if (past && before && from) goOn(account, past, seed, before.savedAt)
    else if (past) writeHistory(account, past, seed)
    const { ordersPerMinute } = lively
    if (ordersPerMinute > 0)
      traders.push(
        createTrader({
          account,
          market,
          // Not the chances of the last time once more.
          seed: from ? hashText(seed, `from ${startedAt}`) : seed,
          ordersPerMinute,
          size: orderDollars,
          ...(keepIn !== null && { mostKept: mostOrdersKept }),
        }),
      )
    const maintenance = () => {
      const at = (elapsedMs: number) => startedAt + elapsedMs + market.skewMs
      return faults.maintenanceOf(exchange).map(({ fromMs, untilMs, isOngoing }) => ({
        from: at(fromMs),
        until: untilMs === null ? null : at(untilMs),
        isOngoing,
      }))
    }
    venues.push(createVenue(market, account, limits, maintenance, seed))
  }

  const accountsOf = (exchange: ExchangeId | null): readonly SimAccountControl[] =>
    [...accounts.values()].filter((account) => (exchange ?? account.exchange) === account.exchange)
  const faults = new FaultBoard(seed, scheduled, {
    drop: (exchange, origin, isChosen) => {
      const cut = [...scheduler.peers].filter(
        ({ host }) =>
          (exchange ?? host.exchange) === host.exchange && (origin ?? host.origin) === host.origin && isChosen(),
      )
      for (const peer of cut) peer.cut()
    },
    expireListenKeys: (exchange) => {
      for (const account of accountsOf(exchange)) account.expireListenKeys()
    },
    revokeKeys: (exchange, only) => {
      const revoked = accountsOf(exchange).flatMap((account) =>
        (only === null
          ? apiKeysOf(seed, account.exchange, account.rules.keyShape).map(({ key }) => key)
          : [only]
        ).flatMap((name) => {
          const key = account.key(name)
          return key ? [{ account, key }] : []
        }),
      )
      for (const { account, key } of revoked) account.revokeKey(key.key)
      return () => {
        for (const { account, key } of revoked) account.addKey(key)
      }
    },
  })
  const setClocks = (): void => {
    for (const [exchange, market] of markets) market.skewMs = faults.skewOf(exchange)
  }
  const scheduler = new Scheduler({
    rate,
    counters,
    clock,
    marketOf: (instrument) => {
      const market = markets.get(instrument.exchange)
      if (!market) throw new Error(`${instrument.exchange} does not run`)
      return market
    },
    onStep: (now) => {
      faults.advance(now - startedAt)
      setClocks()
      for (const trader of traders) {
        try {
          trader.step(now)
        } catch (error) {
          reportVenueError(counters, error)
        }
      }
    },
  })

  const servers: (OriginServer & { readonly exchange: ExchangeId })[] = []
  const closeServers = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()))
  }
  try {
    for (const venue of venues) {
      for (const origin of venue.origins) {
        const { exchange } = venue
        const own = port === 0 ? 0 : port + servers.length
        if (own > 65_535) throw new SimulatorError(`simulator options.port: ${port} leaves no port for ${origin}`)
        servers.push({
          exchange,
          ...(await serveOrigin(venue, { exchange, origin, scheduler, faults, counters }, own)),
        })
      }
    }
  } catch (error) {
    await closeServers()
    throw error
  }
  faults.advance(0)
  setClocks()
  scheduler.start()

  const keep = (exchange: ExchangeId, isLast: boolean): void => {
    const account = accounts.get(exchange)
    if (keepIn === null || account === undefined) return
    try {
      const state = account.state()
      writeAccount({ folder: keepIn, exchange, seed }, { state, savedAt: clock(), isLast, symbols })
    } catch (error) {
      tell(`the simulated account at ${exchange} could not be kept: ${messageOf(error)}`)
    }
  }
  for (const exchange of chosen) keep(exchange, false)
  let turn = 0
  // One after the other, since nothing else happens meanwhile.
  const keepNext = (): void => {
    const exchange = chosen[turn++ % chosen.length]
    if (exchange !== undefined) keep(exchange, false)
  }
  const keeping = keepIn === null ? null : setInterval(keepNext, keepEveryMs / chosen.length)

  const originsOf = (exchange: ExchangeId | null): Record<string, string> =>
    Object.fromEntries(
      servers
        .filter((server) => (exchange ?? server.exchange) === server.exchange)
        .map(({ origin, loopback }) => [origin, loopback]),
    )
  const keysBy = (make: MakeKey): VenueKeys =>
    Object.fromEntries([...accounts].map(([exchange, { rules }]) => [exchange, make(seed, exchange, rules.keyShape)]))
  let closed: Promise<void> | null = null
  return {
    origins: originsOf(null),
    originsOf,
    keys: keysBy(keyOf),
    tradingKeys: keysBy(tradingKeyOf),
    withdrawingKeys: keysBy(withdrawingKeyOf),
    accounts,
    bookAt: (exchange, symbol, updateId) => markets.get(exchange)?.bookAt(symbol, updateId) ?? null,
    subscriptions: (exchange) =>
      [...scheduler.peers]
        .filter(({ host }) => host.exchange === exchange)
        .flatMap(({ topics }) => topics.map(({ channel, instrument }) => `${channel} ${instrument.symbol}`)),
    list: (exchange, symbol) => {
      if (!markets.get(exchange)?.list(symbol)) throw new SimulatorError(`${exchange} cannot list ${symbol}`)
    },
    delist: (exchange, symbol) => {
      if (!markets.get(exchange)?.delist(symbol)) throw new SimulatorError(`${exchange} does not list ${symbol}`)
      for (const peer of scheduler.peers) if (peer.host.exchange === exchange) peer.forget(symbol)
    },
    inject: async (fault) => {
      const stop = faults.inject(parseFault(fault))
      setClocks()
      return {
        stop: async () => {
          stop()
          setClocks()
        },
      }
    },
    dropSockets: async (exchange) => {
      const cut = [...scheduler.peers].filter(({ host }) => (exchange ?? host.exchange) === host.exchange)
      for (const peer of cut) peer.cut()
      return cut.length
    },
    statistics: async () => ({
      frames: {
        quotes: counters.quotes,
        depths: counters.depths,
        trades: counters.trades,
        klines: counters.klines,
        replies: counters.replies,
        private: counters.private,
      },
      requests: counters.requests,
      sockets: scheduler.peers.size,
      withheld: counters.withheld,
      slowClients: counters.slowClients,
      venueErrors: counters.venueErrors,
      busy: performance.eventLoopUtilization(utilization).utilization,
    }),
    close: () => {
      closed ??= (async () => {
        if (keeping !== null) clearInterval(keeping)
        scheduler.stop()
        for (const exchange of chosen) keep(exchange, true)
        await closeServers()
      })()
      return closed
    },
  }
}

function readKept(
  folder: string,
  seed: number,
  exchanges: readonly ExchangeId[],
  tell: (notice: string) => void,
): ReadonlyMap<ExchangeId, KeptAccount> {
  const kept = new Map<ExchangeId, KeptAccount>()
  for (const exchange of exchanges) {
    try {
      const account = readAccount({ folder, exchange, seed })
      if (account) kept.set(exchange, account)
    } catch (error) {
      tell(`the simulated account at ${exchange} begins anew: ${messageOf(error)}`)
    }
  }
  return kept
}

function restored(
  account: KeptAccount,
  market: VenueMarket,
  exchange: ExchangeId,
  tell: (notice: string) => void,
): AccountState | undefined {
  try {
    return account.restore((symbol) => market.instruments.find((instrument) => instrument.symbol === symbol))
  } catch (error) {
    tell(`the simulated account at ${exchange} begins anew: ${messageOf(error)}`)
    return undefined
  }
}
