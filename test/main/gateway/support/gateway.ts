/** A real gateway of the test's own, its bots and its pages. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { SpreadBoard } from '../../../../src/main/analytics/spreads.ts'
import type { TokenStore } from '../../../../src/main/bots-contract.ts'
import { createBus } from '../../../../src/main/bus/index.ts'
import { type Gateway, type GatewayHub, type GatewayOptions, openGateway } from '../../../../src/main/gateway/index.ts'
import type { Hub } from '../../../../src/main/hub.ts'
import { createLogger } from '../../../../src/main/log.ts'
import { QuoteBoard } from '../../../../src/main/market/quotes.ts'
import { createMetrics } from '../../../../src/main/metrics/index.ts'
import { openTokenStore } from '../../../../src/main/tokens.ts'
import type { TokenScope } from '../../../../src/shared/bots.ts'
import { Settings } from '../../../../src/shared/settings.ts'
import { until } from '../../../support/loopback.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { source } from '../../metrics/support.ts'

/** A built interface: a page, a script, and a file beside its folder that is nobody's business. */
export function builtRenderer(): string {
  const folder = temporaryFolder()
  const dir = join(folder, 'renderer')
  mkdirSync(join(dir, 'assets'), { recursive: true })
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>Crossbook</title>')
  writeFileSync(join(dir, 'assets', 'app.js'), 'export {}')
  writeFileSync(join(folder, 'secret.txt'), 'the trader’s own words')
  return dir
}

export interface TestGateway extends Gateway {
  readonly dataDir: string
  readonly tokens: TokenStore
  /** A token of these scopes, as `crossbook token create` makes it. */
  tokenOf(...scopes: TokenScope[]): string
}

/** Closed when the test ends. */
export async function openTestGateway(
  hub: GatewayHub,
  options: Partial<GatewayOptions> & { readonly dataDir?: string } = {},
): Promise<TestGateway> {
  const dataDir = options.dataDir ?? temporaryFolder()
  const rendererDir = builtRenderer()
  const gateway = await openGateway({ hub, dataDir, rendererDir, logger: createLogger('silent'), ...options })
  onTestFinished(() => gateway.close())
  return {
    ...gateway,
    dataDir,
    tokens: hub.tokens,
    tokenOf: (...scopes) => hub.tokens.create(scopes.join(' and '), scopes).token,
  }
}

/** The same hub with tokens of the folder's own (and whatever else the test brings). */
export const withParts = (hub: GatewayHub, parts: Partial<GatewayHub>): GatewayHub =>
  Object.create(hub, Object.getOwnPropertyDescriptors(parts))

/** A hub that answers every call with its name, watches nothing, and has the settings given. */
export function echoHub(gateway: Partial<Settings['gateway']> = {}, parts: Partial<GatewayHub> = {}): GatewayHub {
  const board = new QuoteBoard([])
  const answers: Readonly<Record<string, unknown>> = { 'fundingRates.list': [] }
  const metrics = createMetrics(source())
  onTestFinished(() => metrics.close())
  const echo: GatewayHub = {
    metrics,
    readiness: () => ({ ready: true, problems: [] }),
    call: async (_client, name) => ({ ok: true, value: answers[name] ?? name }),
    connect: () => undefined,
    disconnect: () => undefined,
    bus: createBus((error) => {
      throw error
    }),
    board,
    spreads: new SpreadBoard(board, () => 0, 5_000),
    orderBook: () => undefined,
    truthOfBalance: () => 'live',
    instrument: () => undefined,
    instrumentById: () => undefined,
    async *streamHistory() {
      yield { kind: 'complete', result: { candles: 0, fetched: 0, missing: [], error: null } }
    },
    reserve: async () => null,
    connections: () => [],
    settings: Settings.parse({ gateway: { port: 0, ...gateway } }),
    tokens: openTokenStore(temporaryFolder()),
    useApi: () => undefined,
    info: () => ({
      version: '0',
      mode: 'demo',
      door: 'headless',
      dryRun: true,
      dataDir: '',
      databaseFile: '',
      settingsFile: '',
      startedAt: 0,
    }),
  }
  return { ...echo, ...parts }
}

/** A real hub with tokens of its own folder. */
export const apiHub = (hub: Hub, folder: string, parts: Partial<GatewayHub> = {}): GatewayHub =>
  withParts(hub, { tokens: openTokenStore(folder), ...parts })

export interface Answered {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
  json(): unknown
}

/** One request with exactly this path and these headers, as `fetch` would not send it. */
export function ask(
  gateway: Pick<Gateway, 'url'>,
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answered> {
  const { port } = new URL(gateway.url)
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { ...length, ...headers } }, (response) => {
      let text = ''
      response.on('data', (data) => {
        text += data
      })
      response.on('end', () => {
        const { statusCode: status = 0, headers: given } = response
        resolve({ status, headers: given, body: text, json: () => JSON.parse(text) as unknown })
      })
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

/** The value of a good answer, checked against its schema. */
export async function read<T extends z.ZodType>(
  gateway: Gateway,
  path: string,
  schema: T,
  token = gateway.token,
): Promise<z.output<T>> {
  const answer = await ask(gateway, `/api/v1${path}`, { headers: bearer(token) })
  expect({ path, status: answer.status, body: answer.status === 200 ? '' : answer.body }).toEqual({
    path,
    status: 200,
    body: '',
  })
  return schema.parse(answer.json())
}

const ErrorBody = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) })
/** Of a refusal: status and what it says. */
export async function refusal(
  gateway: Gateway,
  path: string,
  options: Parameters<typeof ask>[2] = { headers: bearer(gateway.token) },
): Promise<{ status: number; code: string; message: string }> {
  const answer = await ask(gateway, path, options)
  return { status: answer.status, ...ErrorBody.parse(answer.json()).error }
}

export type StreamMessage = Readonly<Record<string, unknown>>
const StreamMessage = z.record(z.string(), z.unknown())

/** A bot on the stream: what came, parsed, and how it ended. */
export function streamBot(
  gateway: Pick<Gateway, 'url' | 'token'>,
  { token = gateway.token, headers = {} }: { token?: string; headers?: Record<string, string> } = {},
) {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/api/v1/stream`, {
    headers: { ...bearer(token), ...headers },
  })
  onTestFinished(() => socket.terminate())
  const received: StreamMessage[] = []
  socket.on('message', (data) => received.push(StreamMessage.parse(JSON.parse(data.toString()))))
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  const failed = new Promise<string>((resolve) => socket.on('error', ({ message }) => resolve(message)))
  const opened = new Promise<void>((resolve) => socket.on('open', () => resolve()))
  let lastId = 0
  return {
    socket,
    received,
    closed,
    failed,
    opened,
    send: (message: unknown) => socket.send(JSON.stringify(message)),
    ofType: (type: string) => received.filter((message) => message.type === type),
    events: (event: string) => received.filter((message) => message.event_type === event),
    /** Sends it with an id of its own; resolves with the first answer to that. */
    async ask(message: Record<string, unknown>): Promise<StreamMessage> {
      const id = message.id ?? `q${++lastId}`
      socket.send(JSON.stringify({ ...message, id }))
      await until(() => received.some((one) => one.id === id), `an answer to ${JSON.stringify(message)}`)
      return received.find((one) => one.id === id) ?? {}
    },
  }
}
