/** What serves the trader's bots, whichever market runs: tokens of the local API, the Redis bridge, metrics. */
import { join } from 'node:path'
import type { ApiStatus } from '../shared/bots.ts'
import type { AccountStatus, ExchangeStatus } from '../shared/domain/index.ts'
import type { Settings } from '../shared/settings.ts'
import type { AlertLog } from './alerts.ts'
import type { ApiStatusSource, RedisBridge, TokenStore } from './bots-contract.ts'
import { createRedisBridge, type RedisBridgeOptions } from './bridges/redis/index.ts'
import type { Bus } from './bus/index.ts'
import { KeychainError, loadPassword, savePassword } from './keychain.ts'
import type { Logger } from './log.ts'
import type { MarketRun } from './market-run.ts'
import { createMetrics, type Metrics, type MetricsSource, type Readiness, readinessOf } from './metrics/index.ts'
import { openTokenStore } from './tokens.ts'

export interface BotSideOptions {
  readonly settings: () => Settings
  readonly dataDir: string
  readonly dryRun: boolean
  readonly bus: Bus
  readonly alerts: AlertLog
  readonly logger: Logger
  /** The one in force. */
  readonly run: () => MarketRun
  readonly isStarted: () => boolean
  readonly metrics: Pick<MetricsSource, 'version' | 'door' | 'startedAt' | 'clients' | 'market' | 'databaseFile'>
  readonly keepsBook: RedisBridgeOptions['keepsBook']
  readonly truthOfQuote: RedisBridgeOptions['truthOfQuote']
  readonly truthOfBalance: RedisBridgeOptions['truthOfBalance']
  readonly environment: NodeJS.ProcessEnv
}

const passwordVariable = 'CROSSBOOK_REDIS_PASSWORD'
const noApi: ApiStatus = { url: null, problem: null, warning: null, clients: 0, requests: 0, refused: 0 }

export class BotSide {
  readonly tokens: TokenStore
  readonly redis: RedisBridge
  readonly metrics: Metrics
  private readonly options: BotSideOptions
  private api: ApiStatusSource = () => noApi

  constructor(options: BotSideOptions) {
    this.options = options
    const { settings, dataDir, bus, alerts, logger, run, environment } = options
    this.tokens = openTokenStore(dataDir, {
      onProblem: ({ message }) => alerts.raise({ severity: 'error', rule: 'storage', subject: 'tokens', message }),
    })
    this.redis = createRedisBridge({
      bus,
      settings: () => settings().redis,
      mode: () => run().mode,
      password: () => redisPassword(environment, logger),
      keepsBook: options.keepsBook,
      truthOfQuote: options.truthOfQuote,
      truthOfBalance: options.truthOfBalance,
      symbolsOf: (ids) => ids.flatMap((id) => run().catalog.byId(id)?.symbol ?? []),
      watched: () => run().watched(),
      accounts: () =>
        run()
          .accounts.desk.list()
          .map(({ id }) => id),
      health: () => healthOf(run().connections(), run().accounts.desk.list(), run().recorder.status().recording),
      spillFolder: join(dataDir, 'redis'),
      logger: logger.child({ part: 'redis' }),
      onAlert: (finding) => alerts.raise(finding),
    })
    this.metrics = createMetrics({
      ...options.metrics,
      bus,
      mode: () => run().mode,
      connections: () => run().connections(),
      sessions: () => [...run().sessions.values()].map((session) => session.measurements()),
      books: () => run().books.measurements(),
      accounts: () => run().accounts.desk.list(),
      recorder: () => ({ status: run().recorder.status(), measurements: run().recorder.measurements() }),
      storage: () => run().database.storage?.measurements() ?? null,
      redis: () => this.redis.status(),
      api: () => this.api(),
    })
  }

  apiStatus(): ApiStatus {
    return this.api()
  }

  /** The door says how its API is; without one there is none. */
  useApi(status: ApiStatusSource): void {
    this.api = status
  }

  readiness(): Readiness {
    const run = this.options.run()
    return readinessOf({
      isStarted: this.options.isStarted(),
      isRecordingOff: this.options.dryRun,
      recorder: run.recorder.status(),
      connections: run.connections(),
      redis: this.redis.status(),
    })
  }

  /** Rejects with a KeychainError. */
  async setRedisPassword(password: string | null): Promise<void> {
    await savePassword('redis password', password)
    await this.redis.restart()
  }

  start(): void {
    this.redis.start()
  }

  async stop(): Promise<void> {
    await this.redis.stop()
    this.metrics.close()
  }
}

/** A machine without a keychain may well have a Redis without a password; one that asks for it says so itself. */
async function redisPassword(environment: NodeJS.ProcessEnv, logger: Logger): Promise<string | null> {
  const given = environment[passwordVariable]
  if (given) return given
  try {
    return await loadPassword('redis password')
  } catch (error) {
    if (!(error instanceof KeychainError)) throw error
    logger.debug(
      { problem: error.message },
      `no password for Redis: neither ${passwordVariable} nor the keychain has one`,
    )
    return null
  }
}

const healthOf = (connections: readonly ExchangeStatus[], accounts: readonly AccountStatus[], recording: boolean) => ({
  recording,
  accounts: Object.fromEntries(accounts.map(({ id, state, reason }) => [id, { state, reason }])),
  exchanges: Object.fromEntries(
    connections.map(({ exchange, state, reason, clockOffsetMs, messagesPerSecond, reconnects }) => [
      exchange.toUpperCase(),
      { state, reason, clock_offset_ms: clockOffsetMs, messages_per_second: messagesPerSecond, reconnects },
    ]),
  ),
})
