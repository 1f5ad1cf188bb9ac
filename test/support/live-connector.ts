/** An exchange's account connector against its simulated venue over real sockets, on a clock that the test may move. */
import { onTestFinished } from 'vitest'
import type { Credentials } from '../../src/main/exchanges/account-contract.ts'
import type { SimAccountControl } from '../../src/main/simulator/account/contract.ts'
import type { LocalSimulator } from '../../src/main/simulator/control.ts'
import { runSimulation } from '../../src/main/simulator/simulation.ts'
import type { SimInstrument } from '../../src/main/simulator/venue.ts'
import { venues } from '../../src/main/simulator/venues/index.ts'
import type { BuiltInExchangeId, Instrument } from '../../src/shared/domain/index.ts'
import { type ConnectorClient, connectorClient, credentialsAt } from './connector-client.ts'

/** What is an exchange's own. */
export interface LiveMarket {
  readonly exchange: BuiltInExchangeId
  /** What the venue trades, `BTC_USDT`. */
  readonly symbols: readonly string[]
  /** What the connector knows as listed. */
  readonly listed: readonly Instrument[]
}

export interface LiveOptions {
  /** How far the venue's clock, and ours with it, is from this machine's. Default 0. */
  readonly shiftMs?: number
  /** The account has traded for sixty days, else it is empty. */
  readonly history?: boolean
  /** How many times the exchange's limits, for client and venue alike; 1: as they are. */
  readonly limits?: number
}

export interface LiveConnector extends ConnectorClient {
  readonly simulator: LocalSimulator
  readonly account: SimAccountControl
  readonly credentials: Credentials
  readonly clock: { shiftMs: number }
  sim(of: Instrument): SimInstrument
  /** Another client, by other credentials, with a clock that is wrong, or that knows fewer instruments. */
  as(
    credentials: Partial<Credentials>,
    more?: { readonly wrongByMs?: number; readonly listed?: readonly Instrument[] },
  ): ConnectorClient
}

export async function liveConnector(market: LiveMarket, options: LiveOptions = {}): Promise<LiveConnector> {
  const { exchange, symbols } = market
  const { shiftMs = 0, history = false, limits = 1 } = options
  const clock = { shiftMs }
  const now = () => Date.now() + clock.shiftMs
  const simulator = await runSimulation(
    { venues: [exchange], symbols, rate: 0, limits, accounts: { history } },
    venues,
    now,
  )
  onTestFinished(() => simulator.close())
  const account = simulator.accounts.get(exchange)
  if (!account) throw new Error(`no account at ${exchange}`)
  const as: LiveConnector['as'] = (credentials, { wrongByMs = 0, listed = market.listed } = {}) =>
    connectorClient(simulator, exchange, { now: () => now() + wrongByMs, listed, credentials, limits })
  return {
    ...{ simulator, account, credentials: credentialsAt(simulator, exchange), clock, as, ...as({}) },
    sim: ({ symbol }) => {
      const found = account.instruments.find((one) => one.symbol === symbol)
      if (!found) throw new Error(`${symbol} is not traded`)
      return found
    },
  }
}
