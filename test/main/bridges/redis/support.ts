import { join } from 'node:path'
import type { Redis } from 'ioredis'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import type { RedisBridge } from '../../../../src/main/bots-contract.ts'
import { createRedisBridge, type RedisBridgeOptions } from '../../../../src/main/bridges/redis/index.ts'
import { type Bus, createBus } from '../../../../src/main/bus/index.ts'
import type { Alert, BookTicker, Fill, Instrument, Order } from '../../../../src/shared/domain/index.ts'
import { Settings } from '../../../../src/shared/settings.ts'
import { instrument } from '../../../support/instruments.ts'
import { type RedisServer, type RedisServerOptions, startRedis } from '../../../support/redis.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

export const bitcoin = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
export const ether = instrument('okx', 'perpetual', 'ETH', 'USDT', 'ETH-USDT-SWAP')

export type RedisSettings = Settings['redis']
export const redisSettings = (changes: Partial<RedisSettings>): RedisSettings => ({
  ...Settings.parse({}).redis,
  enabled: true,
  ...changes,
})

export async function redis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options)
  onTestFinished(() => server.close())
  return server
}

export interface Rig {
  readonly bus: Bus
  readonly bridge: RedisBridge
  readonly folder: string
  readonly alerts: Pick<Alert, 'severity' | 'message'>[]
  /** Log lines, alerts and statuses as text: everything it ever said. */
  readonly said: string[]
  settings: RedisSettings
  password: string | null
  mode: 'demo' | 'live'
}

/** A bridge on a bus of its own, with short waits; stopped when the test ends. */
export function rig(settings: Partial<RedisSettings>, more: Partial<RedisBridgeOptions> = {}): Rig {
  const bus = createBus((error) => {
    throw error
  })
  const said: string[] = []
  const alerts: Rig['alerts'] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void said.push(line) })
  const watched: readonly Instrument[] = [bitcoin, ether]
  const folder = more.spillFolder ?? join(temporaryFolder(), 'redis')
  const parts: Pick<Rig, 'settings' | 'password' | 'mode'> = {
    settings: redisSettings(settings),
    password: null,
    mode: 'live',
  }
  const bridge = createRedisBridge({
    bus,
    settings: () => parts.settings,
    mode: () => parts.mode,
    password: async () => parts.password,
    symbolsOf: (ids) => watched.flatMap(({ id, symbol }) => (ids.includes(id) ? [symbol] : [])),
    watched: () => watched,
    accounts: () => ['binance-main'],
    keepsBook: () => true,
    truthOfQuote: () => 'live',
    truthOfBalance: () => 'live',
    health: () => ({ exchanges: { BINANCE: 'live' } }),
    logger,
    onAlert: (finding) => {
      alerts.push(finding)
      said.push(JSON.stringify(finding))
    },
    onStatus: (status) => void said.push(JSON.stringify(status)),
    spillFolder: folder,
    timing: { backoff: { baseMs: 50, capMs: 200 }, shortestWaitMs: 20, answerTimeoutMs: 3_000, flushEveryMs: 100 },
    ...more,
  })
  onTestFinished(() => bridge.stop())
  return Object.assign(parts, { bus, bridge, folder, alerts, said })
}

/** Waits for a condition, not for a time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  mostMs = 20_000,
): Promise<void> {
  const end = Date.now() + mostMs
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${typeof what === 'string' ? what : what()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export const live = (rig: Rig): Promise<void> =>
  until(
    () => rig.bridge.status().state === 'live',
    () => `it is live; it says ${JSON.stringify(rig.bridge.status())}`,
  )

export const quote = (of: Instrument, bidPrice: number, receivedAt = Date.now()): BookTicker => ({
  kind: 'book_ticker',
  instrument: of,
  bidPrice,
  bidQuantity: 1.5,
  askPrice: bidPrice + 0.5,
  askQuantity: 2,
  exchangeAt: receivedAt - 5,
  receivedAt,
})

export const fill = (number: number, changes: Partial<Fill> = {}): Fill => ({
  account: 'binance-main',
  exchange: 'binance',
  symbol: 'BTC_USDT',
  tradeId: `t${number}`,
  exchangeOrderId: `o${number}`,
  side: 'BUY',
  price: '50000.5',
  quantity: '0.01',
  fee: '0.1',
  feeAsset: 'USDT',
  liquidity: 'maker',
  realisedPnl: null,
  at: 1_672_531_205_000 + number,
  receivedAt: 1_672_531_205_012 + number,
  ...changes,
})

export const order = (number: number): Order => ({
  account: 'binance-main',
  exchange: 'binance',
  symbol: 'BTC_USDT',
  exchangeOrderId: `o${number}`,
  clientOrderId: 'my_sys_id_123',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  price: '50000.5',
  stopPrice: null,
  quantity: '0.01',
  quoteQuantity: null,
  filledQuantity: '0',
  averagePrice: null,
  status: 'NEW',
  exchangeStatus: 'NEW',
  reduceOnly: null,
  createdAt: 1_672_531_205_000,
  updatedAt: 1_672_531_205_000 + number,
  receivedAt: 1_672_531_205_012 + number,
})

export const publishFill = (bus: Bus, number: number, changes: Partial<Fill> = {}): void =>
  bus.publish({ kind: 'fill', fill: fill(number, changes), completes: false, raw: '{}', source: 'stream' })
export const publishOrder = (bus: Bus, number: number): void =>
  bus.publish({ kind: 'order_update', order: order(number), raw: '{}', source: 'stream' })

export const feed = (bus: Bus, state: 'live' | 'down', of: Instrument = bitcoin): void =>
  bus.publish({
    kind: 'connection',
    exchange: of.exchange,
    feed: 'spot',
    state,
    instrumentIds: [of.id],
    reconnected: false,
    reason: state === 'down' ? 'closed' : '',
    cause: state === 'down' ? 'disconnect' : null,
    at: Date.now(),
  })

export interface Entry {
  readonly id: string
  readonly message: Record<string, unknown>
  readonly sequence: number
  readonly sender: string
}

/** All of a stream. */
export async function entries(client: Redis, stream: string): Promise<Entry[]> {
  return (await client.xrange(stream, '-', '+')).map(([id, fields]) => {
    const of = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
    return {
      id,
      message: JSON.parse(of('message')) as Record<string, unknown>,
      sequence: Number(of('sequence')),
      sender: of('sender'),
    }
  })
}

/** What comes on the channels of a pattern. */
export async function heard(
  server: RedisServer,
  pattern: string,
): Promise<{ channel: string; message: Record<string, unknown> }[]> {
  const messages: { channel: string; message: Record<string, unknown> }[] = []
  const subscriber = server.client()
  subscriber.on('pmessage', (_pattern: string, channel: string, text: string) =>
    messages.push({ channel, message: JSON.parse(text) as Record<string, unknown> }),
  )
  await subscriber.psubscribe(pattern)
  return messages
}
