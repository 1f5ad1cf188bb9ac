import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLogger, redact } from '../../src/main/log.ts'
import { logStep } from '../../src/main/net/connection-log.ts'
import { RateLimiter } from '../../src/main/net/rate-limit.ts'
import { type RestAttempt, RestClient } from '../../src/main/net/rest-client.ts'
import { json, serveHttp } from '../support/loopback.ts'
import { temporaryFolder } from '../support/temporary.ts'

describe('the log', () => {
  it.skipIf(process.platform !== 'linux')('stops nothing when it cannot be written', () => {
    const full = openSync('/dev/full', 'w')
    onTestFinished(() => closeSync(full))
    const logger = createLogger('info', full)
    for (let line = 0; line < 3; line++) expect(() => logger.info({ line }, 'no room')).not.toThrow()
  })

  it('does not let out what looks like a secret, at any depth and in any text', () => {
    const file = join(temporaryFolder(), 'log')
    const descriptor = openSync(file, 'w')
    onTestFinished(() => closeSync(descriptor))
    const logger = createLogger('info', descriptor).child({ account: 'binance-main', token: 'canary-1' })
    const body = JSON.stringify({
      apiKey: 'canary-2',
      nested: { passphrase: 'canary-3 "quoted" canary-4' },
      side: 'BUY',
    })
    logger.info({ credentials: { key: 'canary-5', secret: 'canary-6' }, headers: { 'X-MBX-APIKEY': 'canary-7' } }, 'a')
    logger.warn({ err: new Error('GET /api/v3/account?recvWindow=5000&signature=canary-8 failed') }, 'b')
    logger.error({ body }, 'authorization: Bearer canary-9 to redis://trader:canary-10@127.0.0.1:6379')
    const text = readFileSync(file, 'utf8')
    expect(text).not.toContain('canary')
    // What is no secret stays, and every line is still JSON.
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toMatchObject([
      { account: 'binance-main', token: '[redacted]', msg: 'a' },
      { err: { message: 'GET /api/v3/account?recvWindow=5000&signature=[redacted] failed' } },
      { msg: 'authorization: Bearer [redacted] to redis://trader:[redacted]@127.0.0.1:6379' },
    ])
    expect(JSON.parse(String(lines[2]?.body))).toMatchObject({ apiKey: '[redacted]', side: 'BUY' })
  })

  it('leaves ordinary lines as they are', () => {
    const line = JSON.stringify({
      exchange: 'okx',
      connection: 'okx/public#1/7f3a9c',
      instrument: 'okx:BTC_USDT',
      topics: 12,
      keySource: 'keychain',
      msg: 'an account has no key: add one at Accounts; design=flat, a?b=c',
    })
    expect(redact(line)).toBe(line)
  })
})

describe('a connection’s line', () => {
  it('names the connection, and has what the server said cleaned', () => {
    const lines: Record<string, unknown>[] = []
    const logger = pino(
      { level: 'debug', base: null, timestamp: false },
      { write: (line) => lines.push(JSON.parse(line)) },
    )
    const named = { connection: 'user#1/0a1b2c', generation: 4 }
    const clean = (text: string) => text.replaceAll('canary', '…')
    const closed = { step: 'closed', ...named, code: 1006, reason: 'canary left', openMs: 12.4, frames: 7 } as const
    const lost = { step: 'lost', ...named, reason: 'canary left', reconnectMs: 499.6, circuitOpen: false } as const
    for (const step of [closed, lost]) logStep(logger, 'account', step, clean)
    const connection = 'account/user#1/0a1b2c'
    expect(lines).toEqual([
      { level: 30, connection, code: 1006, reason: '… left', openMs: 12, frames: 7, msg: 'connection closed' },
      { level: 40, connection, reason: '… left', reconnectMs: 500, circuitOpen: false, msg: 'connection lost' },
    ])
  })
})

describe('a request’s line', () => {
  it('tells endpoint, weight, status and times of every attempt, and nothing of query or headers', async () => {
    const server = await serveHttp((_request, response, number) =>
      number === 1 ? json(response, { code: -1 }, 503) : json(response, {}),
    )
    onTestFinished(() => server.close())
    const attempts: RestAttempt[] = []
    const client = new RestClient({
      dialect: { usage: () => null, failure: () => null },
      limiter: new RateLimiter([{ id: 'weight', limit: 100, intervalMs: 1_000 }]),
      timing: { backoff: { baseMs: 1, capMs: 2 } },
      onAttempt: (attempt) => attempts.push(attempt),
    })
    onTestFinished(() => client.close())
    const reply = await client.call({
      url: `${server.origin}/api/v3/account`,
      query: [['symbol', 'canary-symbol']],
      headers: { 'X-API-KEY': 'canary-key' },
      sign: ({ queryString }) => ({ queryString: `${queryString}&signature=canary`, headers: { secret: 'canary' } }),
      pool: 'weight',
      weight: 20,
      parse: () => ({ ok: true, value: 'done' }),
    })
    expect(reply).toEqual({ ok: true, value: 'done' })
    expect(server.requests[0]).toBe('/api/v3/account?symbol=canary-symbol&signature=canary')
    expect(JSON.stringify(attempts)).not.toContain('canary')
    const common = {
      request: attempts[0]?.request,
      endpoint: 'GET /api/v3/account',
      pool: 'weight',
      weight: 20,
      waitedMs: expect.any(Number),
      durationMs: expect.any(Number),
    }
    expect(attempts).toEqual([
      { ...common, attempt: 1, status: 503, outcome: 'unavailable' },
      { ...common, attempt: 2, status: 200, outcome: 'ok' },
    ])
    const { attempts: outcomes, pools, latencyMs } = client.measurements()
    expect([...outcomes]).toEqual([
      ['unavailable', 1],
      ['ok', 1],
    ])
    expect(latencyMs.count).toBe(2)
    expect(pools).toMatchObject([{ pool: 'weight', grants: 2, weight: 40, waiting: { interactive: 0, history: 0 } }])
  })

  it('tells of one that was never sent', async () => {
    const attempts: RestAttempt[] = []
    const client = new RestClient({
      dialect: { usage: () => null, failure: () => null },
      limiter: new RateLimiter([{ id: 'weight', limit: 100, intervalMs: 1_000 }]),
      onAttempt: (attempt) => attempts.push(attempt),
    })
    await client.close()
    await client.call({
      url: 'https://x.test/y',
      query: [],
      pool: 'weight',
      weight: 1,
      parse: () => ({ ok: true, value: 1 }),
    })
    expect(attempts).toMatchObject([{ endpoint: 'GET /y', status: null, durationMs: null, outcome: 'cancelled' }])
  })
})
