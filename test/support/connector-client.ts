/** An exchange's account connector and its REST client, pointed at a simulated venue as the program points them at the exchange. */
import { onTestFinished } from 'vitest'
import type { AccountConnector, Ask, Credentials } from '../../src/main/exchanges/account-contract.ts'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { RateLimiter } from '../../src/main/net/rate-limit.ts'
import { RestClient } from '../../src/main/net/rest-client.ts'
import type { LocalSimulator } from '../../src/main/simulator/control.ts'
import type { BuiltInExchangeId, Instrument } from '../../src/shared/domain/index.ts'
import { lookupOf } from './instruments.ts'

export interface ConnectorClient {
  readonly connector: AccountConnector
  readonly ask: Ask
  /** Paths asked for so far. */
  readonly asked: string[]
  /** What it takes for the exchange's clock, epoch ms. */
  now(): number
  /** Of the venue. */
  readonly origins: Readonly<Record<string, string>>
}

export interface ConnectorClientOptions {
  /** The exchange's clock. */
  readonly now: () => number
  /** What the connector knows as listed. */
  readonly listed: readonly Instrument[]
  /** Not given: those of the key that may read. */
  readonly credentials?: Partial<Credentials>
  /** How many times the exchange's limits; 1 when absent. */
  readonly limits?: number
}

export function credentialsAt(simulator: LocalSimulator, exchange: BuiltInExchangeId): Credentials {
  const own = simulator.keys[exchange]
  if (!own) throw new Error(`no key at ${exchange}`)
  return { key: own.key, secret: own.secret, passphrase: own.passphrase ?? null }
}

/** Account `<exchange>-main`; closed when the test ends. */
export function connectorClient(
  simulator: LocalSimulator,
  exchange: BuiltInExchangeId,
  { now, listed, credentials, limits = 1 }: ConnectorClientOptions,
): ConnectorClient {
  const { dialect, pools, account } = connectorOf(exchange)
  const origins = simulator.originsOf(exchange)
  const client = new RestClient({
    dialect,
    limiter: new RateLimiter(pools.map((pool) => ({ ...pool, limit: pool.limit * limits }))),
    origins,
    now,
    timing: { backoff: { baseMs: 1, capMs: 5 } },
  })
  onTestFinished(() => client.close())
  const asked: string[] = []
  return {
    connector: account.create({
      account: `${exchange}-main`,
      credentials: { ...credentialsAt(simulator, exchange), ...credentials },
      lookup: lookupOf(listed),
    }),
    ask: (call) => {
      asked.push(new URL(call.url).pathname)
      return client.call(call)
    },
    asked,
    now,
    origins,
  }
}
