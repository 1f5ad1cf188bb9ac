/**
 * What bots get under load: quotes over REST, the stream, metrics and Redis, from a hub (a process of its own) that follows four simulated
 * exchanges (another) on which accounts trade; this process is the bot. Each figure is the median of several rounds.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExchangeId } from '../../src/shared/domain/index.ts'
import { startRedis } from '../support/redis.ts'
import type { Left, Origins } from './accounts-exchange.ts'
import { askSteadily, Caller, noteFill, now, StreamBot, wait } from './api-client.ts'
import type { ProgramOptions, ProgramReading, ProgramReady } from './api-program.ts'
import { median, type Row, type Table } from './table.ts'

const rates = [0, 5_000, 20_000]
const fullRate = 20_000
const rounds = 3
const roundMs = 5_000
const eventsPerMinute = 1_200
const requestsPerSecond = 200
const scrapesPerRound = 10
const accounts: readonly ExchangeId[] = ['binance', 'okx']
const everything = ['book_ticker', 'trade', 'kline', 'order_update', 'fill', 'balance']

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}
/** The median over the rounds of what each says. */
const over = <T>(of: readonly T[], say: (one: T) => number, digits = 1): number => rounded(median(of.map(say)), digits)

async function end(child: ChildProcess, ask: () => void): Promise<void> {
  const exited = once(child, 'exit')
  ask()
  await exited
}

async function startExchange(marketRate: number) {
  const child = fork(join(import.meta.dirname, 'accounts-exchange.ts'), [String(marketRate), String(eventsPerMinute)])
  const left: Left[] = []
  const ready = new Promise<Origins>((resolve) => {
    child.on('message', (message: Origins | Left) => {
      if (message.kind === 'ready') resolve(message)
      else left.push(message)
    })
  })
  const { origins, keys } = await ready
  return {
    origins,
    keys,
    /** How long each fill of the accounts took from leaving the exchange to `came`, of those that left in this time, ms. */
    fillMs: (came: ReadonlyMap<string, number>, from: number, until: number): number[] =>
      left
        .filter(
          ({ key, what, at }) =>
            what === 'fill' && at >= from && at < until && accounts.some((id) => key.startsWith(id)),
        )
        .map(({ key, at }) => (came.get(`fill ${key}`) ?? Number.POSITIVE_INFINITY) - at),
    begin: () => void child.send('begin'),
    stop: () => end(child, () => void child.kill()),
  }
}
type Exchange = Awaited<ReturnType<typeof startExchange>>

async function startProgram(exchange: Exchange, options: Pick<ProgramOptions, 'api' | 'redis'>) {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-bench-'))
  const child = fork(join(import.meta.dirname, 'api-program.ts'))
  const message = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`the program of the bench ended with ${code}`))
      child.once('exit', ended)
      child.once('message', (told: T) => {
        child.off('exit', ended)
        resolve(told)
      })
    })
  const readied = message<ProgramReady>()
  const { origins, keys } = exchange
  child.send({ folder, exchange: { origins, keys }, accounts, ...options } satisfies ProgramOptions)
  const ready = await readied
  return {
    ...ready,
    /** Since it was asked last. */
    async read(): Promise<ProgramReading> {
      const reading = message<ProgramReading>()
      child.send('read')
      return await reading
    },
    async stop(): Promise<void> {
      await end(child, () => void child.send('stop'))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
type Program = Awaited<ReturnType<typeof startProgram>>

/** An exchange at this rate with its program, trading, until `measure` is done. */
async function withMarket<T>(
  marketRate: number,
  options: Pick<ProgramOptions, 'api' | 'redis'>,
  measure: (program: Program, exchange: Exchange) => Promise<T>,
): Promise<T> {
  const exchange = await startExchange(marketRate)
  const program = await startProgram(exchange, options)
  exchange.begin()
  await wait(3_000)
  try {
    return await measure(program, exchange)
  } finally {
    await program.stop()
    await exchange.stop()
  }
}

const urlOf = ({ url }: Program): string => {
  if (url === null) throw new Error('this program has no API')
  return url
}
const mainShare = ({ mainCpuMs, ms }: ProgramReading): number => (mainCpuMs / ms) * 100
const allShare = ({ allCpuMs, ms }: ProgramReading): number => (allCpuMs / ms) * 100
const perSecond = (count: number, { ms }: ProgramReading): number => (count * 1_000) / ms
const usage = (readings: readonly ProgramReading[]): Row => ({
  'main thread %': over(readings, mainShare),
  'all threads %': over(readings, allShare),
  'loop delay p99 ms': over(readings, ({ loopDelayP99Ms }) => loopDelayP99Ms),
})

interface Latencies {
  readonly p50: number
  readonly p99: number
  readonly most: number
}
const latenciesOf = (ms: readonly number[]): Latencies => ({
  p50: quantile(ms, 0.5),
  p99: quantile(ms, 0.99),
  most: quantile(ms, 1),
})
const latencyColumns = (of: readonly Latencies[]): Row => ({
  'p50 ms': over(of, ({ p50 }) => p50, 2),
  'p99 ms': over(of, ({ p99 }) => p99, 2),
  'most ms': over(of, ({ most }) => most, 1),
})

interface Measured {
  readonly requests: readonly Row[]
  readonly latencies: readonly Row[]
  readonly stream: readonly Row[]
  readonly scrapes: readonly Row[]
}

async function requestRound(
  program: Program,
): Promise<{ readonly of: readonly Caller[]; readonly used: ProgramReading }> {
  const { token, floorUrl } = program
  const url = urlOf(program)
  const of = [
    new Caller(floorUrl, null),
    new Caller(`${url}/api/v1/quotes?exchange=BINANCE&symbol=BTC_USDT`, token),
    new Caller(`${url}/api/v1/quotes?symbol=BTC_USDT`, token),
  ]
  const [floor, ...quotes] = of
  if (floor === undefined) throw new Error('there is no floor')
  for (const caller of of) await caller.call()
  for (const caller of of) caller.ms.length = 0
  await program.read()
  await Promise.all([
    askSteadily(quotes, requestsPerSecond, roundMs),
    askSteadily([floor], requestsPerSecond / 2, roundMs),
  ])
  const used = await program.read()
  for (const caller of of) caller.close()
  return { of, used }
}

async function streamRound(program: Program, exchange: Exchange, intervalMs: number) {
  const bot = await StreamBot.open(urlOf(program), program.token, everything, intervalMs)
  await wait(500)
  await program.read()
  bot.begin()
  const from = now()
  await wait(roundMs)
  const heard = bot.end()
  const used = await program.read()
  const until = now()
  await wait(200)
  bot.close()
  return {
    heard,
    used,
    quotes: latenciesOf(heard.quoteMs),
    fills: latenciesOf(exchange.fillMs(bot.fills, from, until)),
  }
}

async function scrapeRound(program: Program): Promise<Caller> {
  const caller = new Caller(`${urlOf(program)}/metrics`, program.token)
  await caller.call()
  caller.ms.length = 0
  for (let n = 0; n < scrapesPerRound; n++) {
    await caller.call()
    await wait(100)
  }
  caller.close()
  return caller
}

async function atRate(marketRate: number): Promise<Measured> {
  return withMarket(marketRate, { api: true, redis: {} }, async (program, exchange) => {
    const requests: Awaited<ReturnType<typeof requestRound>>[] = []
    const streams = new Map<number, Awaited<ReturnType<typeof streamRound>>[]>([
      [0, []],
      [100, []],
    ])
    const scrapes: Caller[] = []
    // In turn, so that a busy moment of the machine falls on all of them.
    for (let round = 0; round < rounds; round++) {
      requests.push(await requestRound(program))
      for (const [interval, of] of streams) of.push(await streamRound(program, exchange, interval))
      scrapes.push(await scrapeRound(program))
    }
    const rate = { 'frames a second': marketRate }
    const names = ['bare fastify, a constant', 'one instrument', 'BTC_USDT of all exchanges']
    return {
      requests: names.map((what, place) => ({
        ...rate,
        what,
        ...latencyColumns(requests.map(({ of }) => latenciesOf(of[place]?.ms ?? []))),
        'target p99 ms': place === 0 ? '' : 5,
      })),
      latencies: [...streams].flatMap(([interval, of]) => [
        ...(interval === 0
          ? [{ ...rate, what: 'book_ticker, from receipt', ...latencyColumns(of.map((o) => o.quotes)) }]
          : []),
        {
          ...rate,
          what: `fill, from the exchange; quotes each ${interval} ms`,
          ...latencyColumns(of.map((o) => o.fills)),
        },
      ]),
      stream: [
        {
          ...rate,
          bots: 'none; 200 requests/s',
          'quotes/s in': over(requests, ({ used }) => perSecond(used.quotes, used), 0),
          'quotes/s out': 0,
          'MB/s out': 0,
          ...usage(requests.map(({ used }) => used)),
        },
        ...[...streams].map(([interval, of]) => ({
          ...rate,
          bots: interval === 0 ? 'one, every quote' : `one, interval ${interval} ms`,
          'quotes/s in': over(of, ({ used }) => perSecond(used.quotes, used), 0),
          'quotes/s out': over(of, ({ heard, used }) => perSecond(heard.quotes, used), 0),
          'MB/s out': over(of, ({ heard, used }) => perSecond(heard.bytes, used) / 1e6, 2),
          ...usage(of.map(({ used }) => used)),
        })),
      ],
      scrapes: [
        {
          ...rate,
          'p50 ms': over(scrapes, ({ ms }) => quantile(ms, 0.5)),
          'most ms': over(scrapes, ({ ms }) => quantile(ms, 1)),
          bytes: over(scrapes, ({ bytes }) => bytes, 0),
          'target ms': 50,
        },
      ],
    }
  })
}

async function redisAtFullRate(quotesPerSecond: number): Promise<Row> {
  const server = await startRedis({ inMemory: true, password: 'bench' })
  process.env.CROSSBOOK_REDIS_PASSWORD = 'bench'
  try {
    const came = new Map<string, number>()
    const subscriber = server.client()
    subscriber.on('pmessage', (_pattern: string, _channel: string, text: string) => noteFill(came, text, now()))
    await subscriber.psubscribe('crossbook:fill:*')
    const redis = { enabled: true, url: server.url, quotesPerSecond }
    return await withMarket(fullRate, { api: false, redis }, async (program, exchange) => {
      const of: { readonly used: ProgramReading; readonly fills: Latencies }[] = []
      for (let round = 0; round < rounds; round++) {
        await program.read()
        const from = now()
        await wait(roundMs)
        const used = await program.read()
        const until = now()
        await wait(200)
        of.push({ used, fills: latenciesOf(exchange.fillMs(came, from, until)) })
      }
      return {
        'quotes/s an instrument': quotesPerSecond === 0 ? 'all' : quotesPerSecond,
        'quotes/s in': over(of, ({ used }) => perSecond(used.quotes, used), 0),
        'published/s': over(of, ({ used }) => perSecond(used.redis.published, used), 0),
        'dropped state/s': over(of, ({ used }) => perSecond(used.redis.droppedState, used), 0),
        'lost happenings': of.reduce((sum, { used }) => sum + used.redis.lostHappenings, 0),
        'fill p50 ms': over(of, ({ fills }) => fills.p50, 2),
        'fill p99 ms': over(of, ({ fills }) => fills.p99, 2),
        ...usage(of.map(({ used }) => used)),
      }
    })
  } finally {
    await server.close()
  }
}

/** The hub alone at full rate, without anything for bots. */
async function alone(): Promise<Row> {
  return withMarket(fullRate, { api: false, redis: {} }, async (program) => {
    const of: ProgramReading[] = []
    await program.read()
    for (let round = 0; round < rounds; round++) {
      await wait(roundMs)
      of.push(await program.read())
    }
    return {
      'frames a second': fullRate,
      bots: 'API and Redis off',
      'quotes/s in': over(of, (used) => perSecond(used.quotes, used), 0),
      ...usage(of),
    }
  })
}

export async function benchApi(): Promise<readonly Table[]> {
  const measured: Measured[] = []
  for (const rate of rates) measured.push(await atRate(rate))
  const without = await alone()
  const redis = [await redisAtFullRate(10), await redisAtFullRate(0)]
  const title = (what: string) => `${what} (medians of ${rounds} rounds of ${roundMs / 1_000} s)`
  return [
    {
      title: title(`Quotes over REST, ${requestsPerSecond} requests a second`),
      rows: measured.flatMap((one) => one.requests),
    },
    { title: title('The stream: from receipt to the bot'), rows: measured.flatMap((one) => one.latencies) },
    { title: title('What bots cost the program'), rows: [without, ...measured.flatMap((one) => one.stream)] },
    { title: title('A scrape of /metrics over HTTP'), rows: measured.flatMap((one) => one.scrapes) },
    { title: title(`Redis at ${fullRate.toLocaleString('en-US')} frames a second, API off`), rows: redis },
  ]
}
