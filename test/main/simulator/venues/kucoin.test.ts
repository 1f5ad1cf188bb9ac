/** KuCoin's venue by its own words, over real HTTP and WebSocket. */
import { createHmac } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { type LocalSimulator, startSimulator } from '../../../../src/main/simulator/index.ts'
import { until } from '../../../support/loopback.ts'

const spot = 'https://api.kucoin.com'
const futures = 'https://api-futures.kucoin.com'

const codeOf = (body: unknown): string => z.object({ code: z.string() }).parse(body).code
const TokenReply = z.object({
  data: z.object({ token: z.string(), instanceServers: z.array(z.object({ endpoint: z.string() })) }),
})

async function venue(): Promise<LocalSimulator> {
  const simulator = await startSimulator({ venues: ['kucoin'], symbols: ['BTC_USDT'], rate: 200 })
  onTestFinished(() => simulator.close())
  return simulator
}
async function ask({ origins }: LocalSimulator, origin: string, path: string, init: RequestInit = {}) {
  const reply = await fetch(`${origins[origin]}${path}`, init)
  const body: unknown = await reply.json()
  return { status: reply.status, body, headers: reply.headers }
}
const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('base64')
function signed({ keys }: LocalSimulator, path: string, more: { method?: string; at?: number; secret?: string } = {}) {
  const { key = '', secret = '', passphrase = '' } = keys.kucoin ?? {}
  const { method = 'GET', at = Date.now() } = more
  return {
    method,
    headers: {
      'KC-API-KEY': key,
      'KC-API-SIGN': hmac(more.secret ?? secret, `${at}${method}${path}`),
      'KC-API-TIMESTAMP': String(at),
      'KC-API-PASSPHRASE': hmac(secret, passphrase),
      'KC-API-KEY-VERSION': '2',
    },
  }
}

/** A socket by a token, and what it was told. */
async function socket(
  simulator: LocalSimulator,
  origin: string,
  path = '/api/v1/bullet-public',
  init: RequestInit = { method: 'POST' },
) {
  const { body } = await ask(simulator, origin, path, init)
  const { token, instanceServers } = TokenReply.parse(body).data
  const endpoint = instanceServers[0]?.endpoint.replace(/\/$/, '') ?? ''
  const ws = new WebSocket(`${simulator.origins[endpoint]}/?token=${encodeURIComponent(token)}&connectId=mine`)
  onTestFinished(() => ws.terminate())
  const told: Record<string, unknown>[] = []
  let closed: readonly [number, string] | null = null
  ws.on('message', (data: Buffer) => told.push(JSON.parse(data.toString())))
  ws.on('close', (code: number, reason: Buffer) => {
    closed = [code, reason.toString()]
  })
  await until(() => told.length > 0, 'a welcome')
  const request = (id: string, topic: string, more = {}) =>
    ws.send(JSON.stringify({ id, type: 'subscribe', topic, privateChannel: false, response: true, ...more }))
  return { ws, told, request, closed: () => closed }
}

describe('the simulated KuCoin', () => {
  it('answers in its envelope, with what is left of the pool, and names its errors', async () => {
    const simulator = await venue()
    const time = await ask(simulator, spot, '/api/v1/timestamp')
    expect(time).toMatchObject({ status: 200, body: { code: '200000', data: expect.any(Number) } })
    expect(Object.fromEntries(time.headers)).toMatchObject({
      ...{ 'gw-ratelimit-limit': '2000', 'gw-ratelimit-remaining': '1997' },
      'gw-ratelimit-reset': expect.stringMatching(/^\d+$/),
    })
    const asked: readonly (readonly [string, string, RequestInit?])[] = [
      [spot, '/api/v1/market/candles?symbol=XYZ-USDT&type=1min'],
      [spot, '/api/v1/market/candles?symbol=BTC-USDT&type=2min'],
      [spot, '/api/v1/nothing'],
      [spot, '/api/v1/bullet-public'],
      [futures, '/api/v1/kline/query?symbol=BTC-USDT&granularity=1'],
    ]
    const answers = await Promise.all(asked.map(([origin, path, init]) => ask(simulator, origin, path, init)))
    expect(answers.map(({ status, body }) => [status, codeOf(body)])).toEqual([
      [400, '900001'],
      [400, '400100'],
      [404, '404000'],
      [405, '405000'],
      [400, '900001'],
    ])
  })

  it('refuses what exceeds the pool', async () => {
    const simulator = await venue()
    const ends: number[] = []
    for (let count = 0; count < 201; count++)
      ends.push((await ask(simulator, spot, '/api/v1/bullet-public', { method: 'POST' })).status)
    expect([ends.slice(0, 200).every((status) => status === 200), ends[200]]).toEqual([true, 429])
  })

  it('checks keys by its own codes', async () => {
    const simulator = await venue()
    const path = '/api/v1/accounts'
    const good = signed(simulator, path)
    const without = (name: string, value: string) => ({ headers: { ...good.headers, [name]: value } })
    const codes = await Promise.all(
      [
        good,
        {},
        signed(simulator, path, { at: Date.now() - 6_000 }),
        without('KC-API-KEY', 'nobody'),
        without('KC-API-PASSPHRASE', 'plain'),
        signed(simulator, path, { secret: 'wrong' }),
      ].map(async (init) => codeOf((await ask(simulator, spot, path, init)).body)),
    )
    expect(codes).toEqual(['200000', '400001', '400002', '400003', '400004', '400005'])
  })

  it('welcomes, acknowledges by id, also what does not exist, and names topics that are none', async () => {
    const simulator = await venue()
    const { ws, told, request } = await socket(simulator, spot)
    request('1', '/spotMarket/level1:BTC-USDT,XYZ-USDT')
    request('2', '/spotMarket/level3:BTC-USDT')
    request('3', '/account/balance', { privateChannel: true })
    ws.send(JSON.stringify({ id: '4', type: 'ping' }))
    await until(
      () => told.some(({ type }) => type === 'pong') && told.some(({ type }) => type === 'message'),
      'a quote',
    )
    expect(told.filter(({ type }) => type !== 'message')).toEqual([
      { id: 'mine', type: 'welcome' },
      { id: '1', type: 'ack' },
      { id: '2', type: 'error', code: 404, data: 'topic /spotMarket/level3:BTC-USDT is not found' },
      { id: '3', type: 'error', code: 403, data: 'access is denied' },
      { id: '4', type: 'pong' },
    ])
    expect(new Set(told.filter(({ type }) => type === 'message').map(({ topic }) => topic))).toEqual(
      new Set(['/spotMarket/level1:BTC-USDT']),
    )
  })

  it('closes sockets whose token is another host’s, or ends', async () => {
    const simulator = await venue()
    const foreign = new WebSocket(`${simulator.origins['wss://ws-api-futures.kucoin.com']}/?token=none`)
    onTestFinished(() => foreign.terminate())
    const foreignTold: string[] = []
    foreign.on('message', (data: Buffer) => foreignTold.push(data.toString()))
    const path = '/api/v1/bullet-private'
    const own = await socket(simulator, futures, path, signed(simulator, path, { method: 'POST' }))
    own.request('1', '/contractAccount/wallet', { privateChannel: true })
    await until(() => own.told.some(({ type }) => type === 'ack'), 'an ack')
    await simulator.inject({ kind: 'expire_listen_keys', exchange: 'kucoin' })
    await until(() => own.closed() !== null, 'it is closed')
    expect([own.told.at(-1), own.closed()]).toEqual([
      { type: 'error', code: 401, data: 'token is expired' },
      [1000, 'Bye'],
    ])
    await until(() => foreignTold.some((text) => text.includes('token is expired')), 'the other, too')
  })
})
