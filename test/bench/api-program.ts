/**
 * The program's side of the api bench, a process of its own: a hub on the simulated exchanges with the local API, the Redis bridge, both
 * or neither, and beside them a bare server that answers the same few bytes always. Tells over IPC what it used since it was asked last.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import fastify from 'fastify'
import { stringify } from 'yaml'
import { Config } from '../../src/main/config.ts'
import { openGateway } from '../../src/main/gateway/index.ts'
import { Hub } from '../../src/main/hub.ts'
import { createLogger } from '../../src/main/log.ts'
import { ProcessGauge } from '../../src/main/metrics/process.ts'
import { RedisStatus } from '../../src/shared/bots.ts'
import { type ExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'
import type { Settings } from '../../src/shared/settings.ts'
import type { Origins } from './accounts-exchange.ts'

export interface ProgramOptions {
  readonly folder: string
  readonly exchange: Pick<Origins, 'origins' | 'keys'>
  /** That trade. */
  readonly accounts: readonly ExchangeId[]
  readonly api: boolean
  readonly redis: Partial<Settings['redis']>
}

export interface ProgramReady {
  readonly kind: 'ready'
  /** null: it was to have none. */
  readonly url: string | null
  readonly token: string
  readonly floorUrl: string
  readonly instruments: number
}

/** Since the reading before. */
export interface ProgramReading {
  readonly kind: 'reading'
  readonly ms: number
  /** Of the main thread, ms. */
  readonly mainCpuMs: number
  /** Of all threads, ms. */
  readonly allCpuMs: number
  readonly loopDelayP99Ms: number
  readonly quotes: number
  readonly redis: { readonly published: number; readonly droppedState: number; readonly lostHappenings: number }
}

/** As a quote of one instrument looks. */
const constantAnswer = {
  data: [
    {
      event_type: 'book_ticker',
      version: 1,
      exchange: 'BINANCE',
      symbol: 'BTC_USDT',
      bid_price: '67010.25',
      bid_quantity: '1.25',
      ask_price: '67010.26',
      ask_quantity: '0.75',
      exchange_time: 1_790_000_000_000,
      received_time: 1_790_000_000_012,
      is_live: true,
    },
  ],
  next: null,
}

/** Settings as a trader's file has them; keys lie in the environment. */
function configOf({ folder, exchange, accounts, redis }: ProgramOptions): Config {
  const settings = {
    mode: 'live',
    log: { level: 'silent' },
    exchanges: Object.fromEntries(exchangeIds.map((id) => [id, { origins: exchange.origins[id] ?? {} }])),
    accounts: accounts.map((id) => {
      const variables = Object.entries(exchange.keys[id] ?? {}).map(([part, value]) => {
        const name = `BENCH_${id}_${part}`
        process.env[name] = value
        return [part, name]
      })
      return { id: `${id}-main`, exchange: id, label: 'Main', environment: Object.fromEntries(variables) }
    }),
    history: { backfillCandles: 0 },
    gateway: { port: 0, requestsPerMinute: 1_000_000 },
    redis,
  }
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'crossbook.yaml')
  writeFileSync(file, stringify(settings))
  return Config.open({ file, template: null, flags: {}, env: {} })
}

async function run(options: ProgramOptions): Promise<void> {
  const { folder, accounts, api } = options
  const logger = createLogger('silent')
  const config = configOf(options)
  const hub = new Hub({ config, dataDir: folder, dryRun: false, door: 'headless', version: '0', logger })
  await hub.start()
  const gateway = api ? await openGateway({ hub, dataDir: folder, rendererDir: null, logger }) : null
  const floor = fastify({ logger: false })
  floor.get('/', async () => constantAnswer)
  const floorUrl = await floor.listen({ host: '127.0.0.1', port: 0 })

  const nobody = { send: () => undefined, keepsUp: () => false }
  const redisStatus = async (): Promise<RedisStatus> => {
    const reply = await hub.call(nobody, 'redis.status', {})
    if (!reply.ok) throw new Error(reply.message)
    return RedisStatus.parse(reply.value)
  }
  const isLive = async (): Promise<boolean> => {
    const reply = await hub.call(nobody, 'accounts.list', {})
    const states = reply.ok && Array.isArray(reply.value) ? reply.value.map(({ state }) => state) : []
    const isRedisLive = !hub.settings.redis.enabled || (await redisStatus()).state === 'live'
    return states.length === accounts.length && states.every((state) => state === 'live') && isRedisLive
  }
  while (!(await isLive())) await new Promise((resolve) => setTimeout(resolve, 20))

  let quotes = 0
  hub.bus.on('book_ticker', () => {
    quotes++
  })
  const gauge = new ProcessGauge()
  const now = async () => {
    const { published, droppedState, lostHappenings } = await redisStatus()
    return {
      at: performance.now(),
      main: process.threadCpuUsage(),
      all: process.cpuUsage(),
      delay: gauge.read().delayMs['99'] ?? Number.NaN,
      quotes,
      redis: { published, droppedState, lostHappenings },
    }
  }
  let before = await now()
  const tell = (message: ProgramReady | ProgramReading): void => void process.send?.(message)
  const read = async () => {
    const after = await now()
    const cpuMs = (of: 'main' | 'all') =>
      (after[of].user + after[of].system - before[of].user - before[of].system) / 1_000
    tell({
      kind: 'reading',
      ms: after.at - before.at,
      mainCpuMs: cpuMs('main'),
      allCpuMs: cpuMs('all'),
      loopDelayP99Ms: after.delay,
      quotes: after.quotes - before.quotes,
      redis: {
        published: after.redis.published - before.redis.published,
        droppedState: after.redis.droppedState - before.redis.droppedState,
        lostHappenings: after.redis.lostHappenings - before.redis.lostHappenings,
      },
    })
    before = after
  }
  process.on('message', (asked) => void (asked === 'stop' ? stop() : read()))
  const stop = async () => {
    await floor.close()
    await gateway?.close()
    await hub.stop()
    process.exit(0)
  }
  tell({
    kind: 'ready',
    url: gateway?.url ?? null,
    token: gateway?.token ?? '',
    floorUrl,
    instruments: hub.board.instruments.length,
  })
}

process.once('message', (options: ProgramOptions) => void run(options))
