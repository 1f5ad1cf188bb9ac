/**
 * Whatever is sent, the answer is one of the API's own: never a 5xx, never a crash, and the server goes on. Cases as many as
 * CROSSBOOK_FUZZ_CASES says (a few thousand without it), half of them requests, half messages of the stream.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { errorCodes } from '../../../src/main/gateway/errors.ts'
import type { GatewayHub } from '../../../src/main/gateway/index.ts'
import { accountRoutes } from '../../../src/main/gateway/rest/account.ts'
import { continuityRoutes } from '../../../src/main/gateway/rest/continuity.ts'
import { marketRoutes } from '../../../src/main/gateway/rest/market.ts'
import type { Route } from '../../../src/main/gateway/rest/route.ts'
import { statusRoutes } from '../../../src/main/gateway/rest/status.ts'
import { ServerMessage } from '../../../src/main/gateway/stream/messages.ts'
import { eventTypes } from '../../../src/main/gateway/stream/topics.ts'
import { startHub } from '../../support/hub.ts'
import { until } from '../../support/loopback.ts'
import { apiHub, ask, bearer, openTestGateway, type TestGateway } from './support/gateway.ts'

const cases = Number(process.env.CROSSBOOK_FUZZ_CASES ?? 2_000)
const patience = 60_000 + cases * 20

async function demo(): Promise<{ gateway: TestGateway; hub: GatewayHub }> {
  const { hub, folder } = await startHub({
    settings: {
      mode: 'demo',
      exchanges: { binance: { enabled: true }, okx: { enabled: true } },
      symbols: ['BTC_USDT', 'ETH_USDT_PERP'],
      periods: ['1m'],
      history: { backfillCandles: 10 },
      gateway: { port: 0, requestsPerMinute: 1_000_000 },
    },
  })
  const api = apiHub(hub, folder)
  const gateway = await openTestGateway(api)
  await until(() => hub.connections().length === 2 && hub.connections().every(({ state }) => state === 'live'), 'live')
  return { gateway, hub: api }
}

const odd = fc.constantFrom(
  '',
  '0',
  '-1',
  '1e9',
  'NaN',
  'null',
  'true',
  '[]',
  '{}',
  '%00',
  '..',
  "'; DROP TABLE fills;--",
  '💥',
  '９',
)
const good = fc.constantFrom(
  'BINANCE',
  'okx',
  'gate',
  'BTC_USDT',
  'ETH_USDT_PERP',
  '1m',
  '1d',
  'demo-binance',
  'BUY',
  'FILLED',
  'USDT',
  'closed',
  'fifo',
  '1',
  '100',
  '1000',
  '1700000000000-5',
  '1700000000000',
  'true',
)
const value = fc.oneof(
  { weight: 4, arbitrary: good },
  { weight: 2, arbitrary: odd },
  fc.string({ maxLength: 40 }),
  fc.integer().map(String),
)
const encode = (text: string): string => encodeURIComponent(Buffer.from(text).toString())

const scalar = fc.oneof(value, fc.integer(), fc.double(), fc.boolean(), fc.constant(null))
const json = fc.oneof({ weight: 3, arbitrary: scalar }, fc.jsonValue({ maxDepth: 3 }))

function requestOf(routes: readonly Route[]) {
  const names = [...new Set(routes.flatMap(({ query }) => Object.keys(query.shape)))]
  const query = fc.array(
    fc.tuple(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...names) }, fc.string({ maxLength: 10 })), value),
    { maxLength: 6 },
  )
  const path = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...routes.map((one) => `/api/v1${one.path}`)) },
    { weight: 1, arbitrary: fc.string({ maxLength: 30 }).map((text) => `/${encode(text)}`) },
  )
  const body = fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .record(
          {
            exchange: json,
            pool: fc.oneof(fc.constantFrom('spot', 'perpetual'), json),
            weight: fc.oneof(fc.integer({ min: -1, max: 50 }), json),
          },
          { requiredKeys: [] },
        )
        .map((one) => JSON.stringify(one)),
    },
    fc.json(),
    fc.string({ maxLength: 60 }),
  )
  const method = fc.constantFrom('GET', 'GET', 'GET', 'POST', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH')
  const type = fc.constantFrom(
    'application/json',
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'a',
  )
  return fc.record({ path, query, body, method, type })
}

const topic = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...eventTypes),
        fc.array(fc.constantFrom('*', 'OKX', 'binance', 'BTC_USDT', '*_USDT', '1m', 'USDT', ''), { maxLength: 4 }),
      )
      .map(([event, parts]) => [event, ...parts].join(':')),
  },
  fc.string({ maxLength: 40 }),
)
const series = {
  exchange: json,
  symbol: json,
  period: fc.oneof(fc.constantFrom('1m', '1h'), json),
  from: fc.oneof(fc.integer({ min: 0 }), json),
  to: fc.oneof(fc.integer({ min: 0 }), json),
  id: json,
}
const message = fc.oneof(
  fc.record(
    {
      type: fc.constantFrom('subscribe', 'unsubscribe'),
      topics: fc.oneof(fc.array(topic, { maxLength: 5 }), json),
      interval_ms: fc.oneof(fc.integer(), json),
      id: json,
    },
    { requiredKeys: ['type'] },
  ),
  fc.record(
    { type: fc.constantFrom('request_historical', 'request_current_timestamp', 'cancel', 'ping', 'nope'), ...series },
    { requiredKeys: ['type'] },
  ),
  fc.jsonValue({ maxDepth: 3 }),
)
const frame = fc.oneof(
  { weight: 6, arbitrary: message.map((one) => JSON.stringify(one) ?? 'undefined') },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
)

describe('whatever comes', () => {
  it(
    'over HTTP is answered or refused, never failed',
    async () => {
      const { gateway, hub } = await demo()
      const routes = [...marketRoutes(hub), ...continuityRoutes(hub), ...statusRoutes(hub), ...accountRoutes(hub)]
      const codes = new Set<string>(Object.values(errorCodes))
      const counts: Record<number, number> = {}
      await fc.assert(
        fc.asyncProperty(requestOf(routes), async ({ path, query, body, method, type }) => {
          const asked = query.map(([name, text]) => `${encode(name)}=${encode(text)}`).join('&')
          const hasBody = method !== 'GET' && method !== 'HEAD'
          const answer = await ask(gateway, `${path}${asked === '' ? '' : `?${asked}`}`, {
            method,
            headers: { ...bearer(gateway.token), ...(hasBody ? { 'content-type': type } : {}) },
            ...(hasBody ? { body } : {}),
          })
          counts[answer.status] = (counts[answer.status] ?? 0) + 1
          // 503 is what an exchange that is switched off is worth, and a table that cannot be read is not.
          expect([200, 204, 400, 401, 403, 404, 405, 413, 415, 429, 503]).toContain(answer.status)
          if (answer.status === 503) expect(answer.body).toMatch(/is not running|demo/)
          if (method === 'HEAD') return
          const json = answer.body.startsWith('<')
            ? {}
            : (answer.json() as { error?: { code: string; message: string } })
          if (answer.status >= 400) expect(codes.has(json.error?.code ?? '')).toBe(true)
          expect(answer.body).not.toMatch(/node_modules|\.ts:\d|SQLITE|\/tmp\//)
        }),
        { numRuns: Math.ceil(cases / 2) },
      )
      expect(counts[200]).toBeGreaterThan(cases / 100)
      expect(counts[400]).toBeGreaterThan(cases / 100)
      expect((await ask(gateway, '/api/v1/quotes', { headers: bearer(gateway.token) })).status).toBe(200)
    },
    patience,
  )

  it(
    'over the stream is answered or refused, never failed',
    async () => {
      const { gateway } = await demo()
      let socket: WebSocket | null = null
      const failures: string[] = []
      let answers = 0
      const connect = async () => {
        const opening = new WebSocket(`${gateway.url.replace('http', 'ws')}/api/v1/stream`, {
          headers: bearer(gateway.token),
        })
        await new Promise((resolve, reject) => opening.on('open', resolve).on('error', reject))
        opening.on('message', (data) => {
          const text = data.toString()
          if (text.startsWith('{"event_type"')) return
          const parsed = ServerMessage.safeParse(JSON.parse(text))
          if (!parsed.success) failures.push(`unknown: ${text.slice(0, 300)}`)
          else if (parsed.data.type === 'error_response' && parsed.data.code === 'internal') failures.push(text)
          answers++
        })
        opening.on('close', (code) => {
          // An oversized or illegal frame ends a connection; nothing else here does.
          if (code !== 1000 && code !== 1007) failures.push(`closed ${code}`)
        })
        return opening
      }
      await fc.assert(
        fc.asyncProperty(fc.array(frame, { minLength: 20, maxLength: 20 }), async (frames) => {
          if (socket?.readyState !== WebSocket.OPEN) socket = await connect()
          const before = answers
          for (const one of frames) socket.send(one)
          socket.send('{"type":"ping","id":"done"}')
          await until(() => answers > before || socket?.readyState !== WebSocket.OPEN, 'an answer')
          expect(failures).toEqual([])
        }),
        { numRuns: Math.ceil(cases / 40) },
      )
      const last = await connect()
      const before = answers
      last.send('{"type":"ping"}')
      await until(() => answers > before, 'it still answers')
      expect(answers).toBeGreaterThan(cases / 4)
      last.close(1000)
    },
    patience,
  )
})
