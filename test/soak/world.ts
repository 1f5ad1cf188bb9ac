/** The world of a soak: simulated exchanges, Redis where it is there, the built program that records, and those who listen to it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { stringify } from 'yaml'
import { z } from 'zod'
import { defaultSymbols } from '../../src/main/simulator/symbols.ts'
import { RawFramesStatus } from '../../src/shared/data.ts'
import { type ExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'
import { decodeMessage, encodeMessage } from '../../src/shared/wire.ts'
import { StreamBot } from '../bench/api-client.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { toolPath } from '../support/tools.ts'
import { Program } from './processes.ts'

const root = join(import.meta.dirname, '../..')
const cli = join(root, 'out/main/cli.js')

/** What one trader's 80 instruments bring in a busy moment, messages a second: the load of docs/performance.md for the whole program. */
const peakPerSecond = 2_000
export const loadPerSecond = 3 * peakPerSecond
/** Twenty symbols on four exchanges. */
const symbols = defaultSymbols.slice(0, 20)
const ordersPerMinute = 60

const Simulated = z.object({
  origins: z.record(z.string(), z.string()),
  keys: z.record(z.enum(exchangeIds), z.record(z.string(), z.string())),
})
const Serving = z.object({ url: z.string(), token: z.string() })

export interface World {
  readonly simulator: Program
  readonly program: Program
  readonly bot: StreamBot
  readonly withRedis: boolean
  /** Of the program, in Prometheus' text. */
  metrics(): Promise<string>
  rawFrames(): Promise<RawFramesStatus>
  /** Messages that the client has been sent. */
  pushes(): number
  close(): Promise<void>
}

export async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-soak-'))
  const stops: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const close = async () => {
    for (const stop of stops.reverse()) await stop()
  }
  try {
    const simulator = new Program('the simulator', [
      cli,
      'simulate',
      ...['--rate', String(loadPerSecond), '--symbols', symbols.join(',')],
      ...['--orders-per-minute', String(ordersPerMinute), '--no-history', '--log-level', 'warn'],
    ])
    stops.push(() => simulator.stop())
    const { origins, keys } = Simulated.parse(await simulator.ready())
    const redis = toolPath('redis') === null ? null : await startRedis({ inMemory: true })
    stops.push(async () => redis?.close())
    const environment = writeSettings(folder, origins, keys, redis)
    const probe = join(import.meta.dirname, 'probe.ts')
    const program = new Program('the program', ['--import', probe, cli, 'serve', '--data', folder], environment)
    stops.push(() => program.stop())
    const { url, token } = Serving.parse(await program.ready())
    const bot = await StreamBot.open(url, token, ['book_ticker:*:*', 'order_book:*:BTC_USDT', 'trade:*:*'], 100)
    stops.push(() => bot.close())
    const client = await Client.open(url, token)
    stops.push(() => client.close())
    return {
      simulator,
      program,
      bot,
      withRedis: redis !== null,
      metrics: async () => {
        const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
        if (!response.ok) throw new Error(`/metrics answers ${response.status}`)
        return response.text()
      },
      rawFrames: async () => RawFramesStatus.parse(await client.call('rawFrames.status', {})),
      pushes: () => client.pushes,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Writes crossbook.yaml as a trader's file would say it; returns the environment that its accounts' keys lie in. */
function writeSettings(
  folder: string,
  origins: Readonly<Record<string, string>>,
  keys: Readonly<Partial<Record<ExchangeId, Readonly<Record<string, string>>>>>,
  redis: RedisServer | null,
): Record<string, string> {
  const environment: Record<string, string> = {}
  const accounts = exchangeIds.map((exchange) => {
    const variables = Object.entries(keys[exchange] ?? {}).map(([part, value]) => {
      const name = `SOAK_${exchange}_${part}`
      environment[name] = value
      return [part, name]
    })
    return { id: `${exchange}-main`, exchange, label: 'Main', environment: Object.fromEntries(variables) }
  })
  const settings = {
    mode: 'live',
    log: { level: 'warn' },
    symbols,
    exchanges: Object.fromEntries(exchangeIds.map((exchange) => [exchange, { origins }])),
    accounts,
    trades: { record: symbols },
    rawFrames: { enabled: true, maximumGigabytes: 1 },
    gateway: { port: 0 },
    redis: redis === null ? {} : { enabled: true, url: redis.url },
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'crossbook.yaml'), stringify(settings))
  return environment
}

/** A window as the gateway knows it: visible, with a candle series and a book open, and it reads everything it is sent. */
class Client {
  pushes = 0
  private readonly socket: WebSocket
  private readonly waiting = new Map<number, (value: unknown) => void>()
  private lastId = 0

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => this.receive(data.toString()))
  }

  static async open(url: string, token: string): Promise<Client> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, ['crossbook.v1', `token.${token}`])
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    const client = new Client(socket)
    await client.call('view.set', {
      visible: true,
      klines: [{ instrument: 'binance:BTC_USDT', period: '1m' }],
      books: [{ instrument: 'binance:BTC_USDT', levels: 50 }],
    })
    return client
  }

  call(name: string, request: object): Promise<unknown> {
    const id = ++this.lastId
    return new Promise((resolve) => {
      this.waiting.set(id, resolve)
      this.socket.send(encodeMessage({ kind: 'call', id, name, request }))
    })
  }

  close(): void {
    this.socket.terminate()
  }

  private receive(text: string): void {
    const decoded = decodeMessage(text)
    if (!decoded.ok) throw new Error(`the program sent what is no message: ${decoded.problem}`)
    const message = decoded.value
    if (message.kind === 'push') this.pushes++
    if (message.kind !== 'reply') return
    const settle = this.waiting.get(message.id)
    this.waiting.delete(message.id)
    settle?.(message.reply.ok ? message.reply.value : { error: message.reply.message })
  }
}
