/**
 * Writes test/fixtures/simulated: what the simulator's venues send, a few of every form, so that a fuzz case is the same on every run.
 * Run it when venues say something new: node test/fuzz/collect.ts, with exchanges behind it for these alone
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { WebSocket } from 'ws'
import { createBus } from '../../src/main/bus/index.ts'
import type { AccountConnector, Ask } from '../../src/main/exchanges/account-contract.ts'
import type { Connector, Topic } from '../../src/main/exchanges/contract.ts'
import { pushToJson } from '../../src/main/exchanges/mexc/protobuf.ts'
import { connectors } from '../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../src/main/exchanges/session.ts'
import { createLogger } from '../../src/main/log.ts'
import { swapOrigin } from '../../src/main/net/origins.ts'
import type { RestCall } from '../../src/main/net/rest.ts'
import { type LocalSimulator, startSimulator } from '../../src/main/simulator/index.ts'
import { exchangeIds, type Instrument, periods } from '../../src/shared/domain/index.ts'
import { furnish } from '../support/account-world.ts'
import { loadListed } from '../support/instruments.ts'
import { roomy } from '../support/roomy.ts'
import type { SimulatedSample } from './corpus.ts'
import { askAccount, publicCalls } from './rest-calls.ts'

const symbols = ['BTC_USDT', 'ETH_USDT', 'XRP_USDT']
/** Long enough for candles to be told twice and for a funding rate. */
const listenMs = 12_000
const ordersPerMinute = 2_000
/** Of frames and replies of one form. */
const samplesPerForm = 5
/** Longer lists of rows say nothing new; a row, whose fields may count by place, is kept whole. */
const mostRows = 6
const isRow = (list: readonly unknown[]): boolean => list.some((value) => typeof value !== 'object' || value === null)

/** Rows by their ids, as some exchanges write lists. */
const isMap = (value: object): boolean => {
  const members = Object.values(value)
  return members.length > mostRows && members.every((member) => typeof member === 'object' && member !== null)
}

/** The same for two texts that differ in their numbers and words only. */
const formOf = (value: unknown): string => {
  if (Array.isArray(value))
    return isRow(value) ? `[${value.map(formOf).join()}]` : `[${[...new Set(value.map(formOf))].sort().join()}]`
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  if (isMap(value)) return `{by id:${formOf(Object.values(value))}}`
  return `{${Object.entries(value)
    .map(([key, member]) => `${key}:${key === 'channel' || key === 'e' ? String(member) : formOf(member)}`)
    .sort()
    .join()}}`
}
const shortened = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, isRow(value) ? value.length : mostRows).map(shortened)
  if (typeof value !== 'object' || value === null) return value
  const members = isMap(value) ? Object.entries(value).slice(0, mostRows) : Object.entries(value)
  return Object.fromEntries(members.map(([key, member]) => [key, shortened(member)]))
}

/** What is zipped says the same as text, and changes to it say more. */
const isGzip = (data: Buffer): boolean => data[0] === 0x1f && data[1] === 0x8b

class Samples {
  /** When replies were asked for, epoch ms. */
  askedAt = 0
  readonly lines: SimulatedSample[] = []
  private readonly counts = new Map<string, number>()

  add(from: Pick<SimulatedSample, 'source' | 'name'>, data: Buffer, isBinary: boolean): void {
    if (isGzip(data)) {
      this.add(from, gunzipSync(data), false)
      return
    }
    const text = data.toString()
    // a text pong is a frame as well
    const json: unknown = !isBinary && /^[[{]/.test(text) ? JSON.parse(text) : text
    const channel = isBinary ? pushToJson(data)?.channel : undefined
    const form = `${from.source} ${from.name} ${isBinary ? `${channel} ${data.length >> 7}` : formOf(json)}`
    const count = this.counts.get(form) ?? 0
    if (count === samplesPerForm) return
    this.counts.set(form, count + 1)
    const asked = from.source === 'rest' ? { askedAt: this.askedAt } : {}
    if (isBinary) this.lines.push({ ...from, base64: data.toString('base64') })
    else this.lines.push({ ...from, ...asked, text: typeof json === 'string' ? json : JSON.stringify(shortened(json)) })
  }
}

const topicsOf = (connector: Connector, instruments: readonly Instrument[]): readonly Topic[] =>
  instruments
    .flatMap((instrument): Topic[] => [
      ...(['book_ticker', 'trade', 'funding_rate', 'order_book'] as const).map((channel) => ({
        channel,
        instrument,
        period: null,
      })),
      ...periods.map((period) => ({ channel: 'kline' as const, instrument, period })),
    ])
    .filter((topic) => connector.route(topic) !== null)

async function collect(simulator: LocalSimulator, connector: Connector, samples: Samples): Promise<void> {
  const { exchange } = connector
  const origins = simulator.originsOf(exchange)
  const session = new ExchangeSession({
    connector,
    origins,
    bus: createBus((error) => {
      throw error
    }),
    logger: createLogger('silent'),
    onRawFrame: (frame, isBinary, _receivedAt, feed) => samples.add({ source: 'public', name: feed }, frame, isBinary),
  })
  const instruments = await loadListed(session)
  await session.measureClock()
  session.want(topicsOf(connector, instruments))
  session.start()

  const ask: Ask = (call) =>
    session.ask({
      ...call,
      parse: (body) => {
        const { pathname } = new URL(call.url)
        samples.add({ source: 'rest', name: pathname }, Buffer.from(JSON.stringify(body)), false)
        return call.parse(body)
      },
    })
  const key = simulator.keys[exchange]
  const truth = simulator.accounts.get(exchange)
  if (key === undefined || truth === undefined) throw new Error(`no account at ${exchange}`)
  furnish(truth)
  const account = connector.account.create({
    account: `${exchange}-main`,
    credentials: { key: key.key, secret: key.secret, passphrase: key.passphrase ?? null },
    lookup: session.instruments,
  })
  const streams = await Promise.all(account.streams.map((stream) => listen(stream, ask, session, origins, samples)))
  await delay(listenMs)
  // no venue counts what this asks as abuse: its limits are raised
  samples.askedAt = Date.now()
  for (const call of publicCalls(connector, instruments, samples.askedAt)) await ask(call as RestCall<unknown>)
  await askAccount(account, ask, instruments, samples.askedAt)
  for (const close of streams) close()
  await session.stop()
}

/** Opens a private stream as its rules say, and keeps what it sends. Returns how to close it. */
async function listen(
  stream: AccountConnector['streams'][number],
  ask: Ask,
  session: ExchangeSession,
  origins: Readonly<Record<string, string>>,
  samples: Samples,
): Promise<() => void> {
  const ticket = stream.ticket === null ? null : await stream.ticket.obtain(ask)
  if (ticket !== null && !ticket.ok) throw new Error(ticket.failure.message)
  const rules = stream.rules(ticket === null ? null : ticket.value, () => session.now())
  const socket = new WebSocket(swapOrigin(rules.url, origins), { headers: rules.headers ?? {} })
  const normalize = stream.createNormalizer()
  let id = 0
  const subscribe = () => {
    if (rules.subscribedByUrl) return
    for (const { text } of rules.subscribe(stream.wires, () => ++id, session.now())) socket.send(text)
  }
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    samples.add({ source: 'private', name: stream.id }, data, isBinary)
    const said = normalize(data, isBinary, Date.now())
    if (said.kind === 'control' && said.control.type === 'loggedIn') subscribe()
  })
  socket.on('open', () => (rules.login === undefined ? subscribe() : socket.send(rules.login(session.now()))))
  return () => socket.terminate()
}

const folder = join(import.meta.dirname, '../fixtures/simulated')
mkdirSync(folder, { recursive: true })
const simulator = await startSimulator({
  symbols,
  rate: 400,
  limits: 1_000,
  accounts: { history: true, ordersPerMinute },
})
const wanted = process.argv.slice(2)
await Promise.all(
  exchangeIds
    .filter((exchange) => wanted.length === 0 || wanted.includes(exchange))
    .map(async (exchange) => {
      const samples = new Samples()
      await collect(simulator, roomy(connectors[exchange]), samples)
      const lines = samples.lines.map((line) => `${JSON.stringify(line)}\n`).join('')
      writeFileSync(join(folder, `${exchange}.ndjson`), lines)
      process.stdout.write(`${exchange}: ${samples.lines.length} samples, ${lines.length} bytes\n`)
    }),
)
await simulator.close()
process.exit(0)
