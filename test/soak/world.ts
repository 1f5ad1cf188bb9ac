/** The world of a soak: simulated exchanges, Redis where it is there, the built program that records, and those who listen to it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { stringify } from 'yaml'
import { z } from 'zod'
import { RawFramesStatus } from '../../src/shared/data.ts'
import { type BuiltInExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'
import { decodeMessage, encodeMessage } from '../../src/shared/wire.ts'
import { StreamBot } from '../bench/api-client.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { toolPath } from '../support/tools.ts'
import { Program } from './processes.ts'

export const root = join(import.meta.dirname, '../..')
const cli = join(root, 'out/main/cli.js')

/** What is simulated, what of it is watched, and who listens. */
export interface WorldPlan {
  readonly exchanges: readonly BuiltInExchangeId[]
  readonly symbols: readonly string[]
  /** Messages a second over all exchanges. */
  readonly perSecond: number
  /** Processes that the exchanges are simulated in, each with as many of them. */
  readonly simulators: number
  /** How often the account at each exchange trades; null: the program has no accounts. */
  readonly ordersPerMinute: number | null
  /** Settings of the program beyond what the above asks for. */
  readonly settings: object
  /** Whether there is Redis (where it is installed), and a bot on the API's stream. */
  readonly withBots: boolean
  /** For the Node that the program runs on. */
  readonly flags: readonly string[]
}

const Simulated = z.object({
  origins: z.record(z.string(), z.string()),
  keys: z.partialRecord(z.enum(exchangeIds), z.record(z.string(), z.string())),
})
const Serving = z.object({ url: z.string(), token: z.string() })

export interface World {
  readonly simulators: readonly Program[]
  readonly program: Program
  /** null: the plan wants none. */
  readonly bot: StreamBot | null
  readonly withRedis: boolean
  /** Of the program, in Prometheus' text. */
  metrics(): Promise<string>
  rawFrames(): Promise<RawFramesStatus>
  /** As a window asks the program. */
  ask(name: string, request: object): Promise<unknown>
  /** Messages that the client has been sent. */
  pushes(): number
  close(): Promise<void>
}

export async function startWorld(plan: WorldPlan): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-soak-'))
  const stops: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const close = async () => {
    for (const stop of stops.reverse()) await stop()
  }
  try {
    const simulators = startSimulators(plan)
    stops.push(async () => void (await Promise.all(simulators.map((simulator) => simulator.stop()))))
    const simulated = await simulatedBy(simulators)
    const redis = !plan.withBots || toolPath('redis') === null ? null : await startRedis({ inMemory: true })
    stops.push(async () => redis?.close())
    const environment = writeSettings(folder, plan, simulated, redis)
    const probe = join(import.meta.dirname, 'probe.ts')
    const command = [...plan.flags, '--import', probe, cli, 'serve', '--data', folder]
    const program = new Program('the program', command, environment)
    stops.push(() => program.stop())
    const { url, token } = Serving.parse(await program.ready())
    const heard = ['book_ticker:*:*', 'order_book:*:BTC_USDT', 'trade:*:*']
    const bot = plan.withBots ? await StreamBot.open(url, token, heard, 100) : null
    stops.push(() => bot?.close())
    const client = await Client.open(url, token)
    stops.push(() => client.close())
    return {
      simulators,
      program,
      bot,
      withRedis: redis !== null,
      metrics: async () => {
        const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
        if (!response.ok) throw new Error(`/metrics answers ${response.status}`)
        return response.text()
      },
      rawFrames: async () => RawFramesStatus.parse(await client.call('rawFrames.status', {})),
      ask: (name, request) => client.call(name, request),
      pushes: () => client.pushes,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

export const startSimulators = (plan: WorldPlan): readonly Program[] =>
  groupsOf(plan).map((venues) => simulatorOf(plan, venues))

/** Where their exchanges answer, and the keys of their accounts; once they are ready. */
export const simulatedBy = (simulators: readonly Program[]): Promise<readonly z.infer<typeof Simulated>[]> =>
  Promise.all(simulators.map(async (simulator) => Simulated.parse(await simulator.ready())))

const groupsOf = ({ exchanges, simulators }: WorldPlan): readonly (readonly BuiltInExchangeId[])[] =>
  Array.from({ length: simulators }, (_, group) => exchanges.filter((_, place) => place % simulators === group))

function simulatorOf(
  { exchanges, symbols, perSecond, ordersPerMinute }: WorldPlan,
  venues: readonly BuiltInExchangeId[],
) {
  const rate = Math.round((perSecond * venues.length) / exchanges.length)
  return new Program(`the simulator of ${venues.join(', ')}`, [
    cli,
    'simulate',
    ...['--venues', venues.join(','), '--symbols', symbols.join(','), '--rate', String(rate)],
    ...['--orders-per-minute', String(ordersPerMinute ?? 0), '--no-history', '--log-level', 'warn'],
  ])
}

/** Writes crossbook.yaml as a trader's file would say it; returns the environment that its accounts' keys lie in. */
export function writeSettings(
  folder: string,
  { exchanges, symbols, ordersPerMinute, settings }: WorldPlan,
  simulated: readonly z.infer<typeof Simulated>[],
  redis: RedisServer | null,
): Record<string, string> {
  const environment: Record<string, string> = {}
  const origins = Object.assign({}, ...simulated.map((one) => one.origins))
  const accounts = exchanges.map((exchange) => {
    const keys = simulated.map((one) => one.keys[exchange]).find((found) => found !== undefined)
    const variables = Object.entries(keys ?? {}).map(([part, value]) => {
      const name = `SOAK_${exchange}_${part}`
      environment[name] = value
      return [part, name]
    })
    return { id: `${exchange}-main`, exchange, label: 'Main', environment: Object.fromEntries(variables) }
  })
  const all = {
    mode: 'live',
    log: { level: 'warn' },
    symbols,
    exchanges: Object.fromEntries(exchanges.map((exchange) => [exchange, { origins }])),
    accounts: ordersPerMinute === null ? [] : accounts,
    gateway: { port: 0 },
    redis: redis === null ? {} : { enabled: true, url: redis.url },
    ...settings,
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'crossbook.yaml'), stringify(all))
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
