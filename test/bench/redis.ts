/**
 * Messages a second from the bus through the bridge into a real server, beside bare ioredis pipelines of the same messages.
 * `node test/bench/redis.ts [--json]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pino from 'pino'
import { createRedisBridge } from '../../src/main/bridges/redis/index.ts'
import { type Bus, createBus } from '../../src/main/bus/index.ts'
import type { Fill, Instrument } from '../../src/shared/domain/index.ts'
import { Settings } from '../../src/shared/settings.ts'
import { bookTickerMessage, fillMessage } from '../../src/shared/unified/messages.ts'
import { instrument } from '../support/instruments.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { fillsOf } from './account-rows.ts'
import { formatTable, median, type Table } from './table.ts'

const rounds = 5
const target = 20_000
const instruments: readonly Instrument[] = Array.from({ length: 50 }, (_, at) =>
  instrument('binance', 'spot', `A${at}`, 'USDT', `A${at}USDT`),
)

const quoteOf = (at: number) => ({
  kind: 'book_ticker' as const,
  instrument: instruments[at % instruments.length] as Instrument,
  bidPrice: 50_000 + at / 100,
  bidQuantity: 1.25,
  askPrice: 50_000.5 + at / 100,
  askQuantity: 0.75,
  exchangeAt: 1_672_531_205_000 + at,
  receivedAt: 1_672_531_205_012 + at,
})

interface Measured {
  readonly perSecond: number
  /** Of this process, microseconds a message. */
  readonly cpu: number
}

async function measured(count: number, run: () => Promise<void>): Promise<Measured> {
  const perSecond: number[] = []
  const cpu: number[] = []
  for (let round = 0; round < rounds; round++) {
    const cpuFrom = process.cpuUsage()
    const from = performance.now()
    await run()
    perSecond.push((count * 1_000) / (performance.now() - from))
    const { user, system } = process.cpuUsage(cpuFrom)
    cpu.push((user + system) / count)
  }
  return { perSecond: Math.round(median(perSecond)), cpu: median(cpu) }
}

const row = (what: string, { perSecond, cpu }: Measured, isTarget: boolean): Table['rows'][number] => ({
  what,
  'messages a second': perSecond,
  'CPU us a message': cpu,
  target: isTarget ? target : '',
})

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

async function throughBridge(server: RedisServer, folder: string): Promise<Table['rows']> {
  const bus: Bus = createBus((error) => {
    throw error
  })
  const bridge = createRedisBridge({
    bus,
    settings: () => ({ ...Settings.parse({}).redis, enabled: true, url: server.url, quotesPerSecond: 0 }),
    mode: () => 'live',
    password: async () => null,
    symbolsOf: () => [],
    watched: () => instruments,
    accounts: () => ['binance-main', 'okx-main'],
    keepsBook: () => false,
    truthOfQuote: () => 'live',
    truthOfBalance: () => 'live',
    health: () => ({}),
    spillFolder: folder,
    logger: pino({ level: 'silent' }),
    onAlert: () => undefined,
  })
  bridge.start()
  while (bridge.status().state !== 'live') await turn()
  const until = async (published: number) => {
    while (bridge.status().published < published) await turn()
  }
  const quotes = await measured(100_000, async () => {
    const before = bridge.status().published
    for (let at = 0; at < 100_000; at++) {
      bus.publish(quoteOf(at))
      // As sockets bring them: some with every turn, never more than wait.
      while (at - (bridge.status().published - before) > 10_000) await turn()
      if (at % 200 === 0) await turn()
    }
    await until(before + 100_000)
  })
  const fills = fillsOf(50_000)
  const happenings = await measured(fills.length, async () => {
    const before = bridge.status().published
    for (const [at, fill] of fills.entries()) {
      bus.publish({ kind: 'fill', fill, completes: false, raw: '', source: 'stream' })
      while (at - (bridge.status().published - before) > 5_000) await turn()
      if (at % 200 === 0) await turn()
    }
    await until(before + fills.length)
  })
  await bridge.stop()
  if (bridge.status().lostHappenings > 0 || bridge.status().waitingHappenings > 0)
    throw new Error('happenings were lost')
  return [
    row('bridge, every quote: PUBLISH, and its keys', quotes, true),
    row('bridge, fills: XADD and PUBLISH in transactions', happenings, true),
  ]
}

async function bare(server: RedisServer): Promise<Table['rows']> {
  const client = server.client()
  const send = async (count: number, commands: (at: number) => readonly (readonly [string, ...string[]])[]) => {
    for (let from = 0; from < count; from += 1_000) {
      const pipeline = client.pipeline()
      for (let at = from; at < from + 1_000; at++)
        for (const [name, ...args] of commands(at)) pipeline.call(name, ...args)
      await pipeline.exec()
    }
  }
  const quotes = await measured(100_000, () =>
    send(100_000, (at) => {
      const message = bookTickerMessage(quoteOf(at), 'live')
      return [['PUBLISH', `bare:book_ticker:BINANCE:${message.symbol}`, JSON.stringify(message)]]
    }),
  )
  const fills = fillsOf(50_000)
  const happenings = await measured(fills.length, () =>
    send(fills.length, (at) => {
      const message = JSON.stringify(fillMessage(fills[at] as Fill, false))
      return [
        ['XADD', 'bare:stream:fill', 'MAXLEN', '~', '10000', '*', 'message', message],
        ['PUBLISH', 'bare:fill:BINANCE:BTC_USDT', message],
      ]
    }),
  )
  return [
    row('bare ioredis pipeline, quotes: PUBLISH', quotes, false),
    row('bare ioredis pipeline, fills: XADD and PUBLISH', happenings, false),
  ]
}

/** What the hub pays for a quote while the server takes nothing. */
async function costOfPublishing(server: RedisServer, folder: string): Promise<Table['rows']> {
  const bus = createBus((error) => {
    throw error
  })
  const bridge = createRedisBridge({
    bus,
    settings: () => ({ ...Settings.parse({}).redis, enabled: true, url: server.url }),
    mode: () => 'live',
    password: async () => null,
    symbolsOf: () => [],
    watched: () => instruments,
    accounts: () => [],
    keepsBook: () => false,
    truthOfQuote: () => 'live',
    truthOfBalance: () => 'live',
    health: () => ({}),
    spillFolder: folder,
    logger: pino({ level: 'silent' }),
    onAlert: () => undefined,
  })
  bridge.start()
  while (bridge.status().state !== 'live') await turn()
  server.signal('SIGSTOP')
  const quotes = Array.from({ length: 200_000 }, (_, at) => quoteOf(at))
  const times: number[] = []
  const from = performance.now()
  for (const quote of quotes) bus.publish(quote)
  const mean = ((performance.now() - from) * 1_000) / quotes.length
  for (const quote of quotes) {
    const start = performance.now()
    bus.publish(quote)
    times.push((performance.now() - start) * 1_000)
  }
  server.signal('SIGCONT')
  await bridge.stop()
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN
  return [
    {
      what: 'a quote on the bus',
      'mean us': mean,
      'p99 us': at(0.99),
      'p99.99 us': at(0.9999),
      'longest us': at(0.999999),
    },
  ]
}

export async function benchRedis(): Promise<Table[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-'))
  const server = await startRedis({ inMemory: true })
  try {
    return [
      {
        title: 'Redis bridge into a real redis-server, one process each',
        rows: [...(await throughBridge(server, join(folder, 'a'))), ...(await bare(server))],
      },
      {
        title: 'Publishing while the server is stopped (SIGSTOP)',
        rows: await costOfPublishing(server, join(folder, 'b')),
      },
    ]
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const tables = await benchRedis()
  console.log(process.argv.includes('--json') ? JSON.stringify(tables, null, 2) : tables.map(formatTable).join('\n\n'))
  process.exit(0)
}
