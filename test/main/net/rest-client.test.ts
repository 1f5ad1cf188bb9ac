import type { IncomingHttpHeaders } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { RateLimiter } from '../../../src/main/net/rate-limit.ts'
import type { RateLimitPool, RestCall, RestDialect, RestFailure, UnsignedRequest } from '../../../src/main/net/rest.ts'
import { RestClient, type RestTiming, type SocketDoubt } from '../../../src/main/net/rest-client.ts'
import { type HttpLoopback, json, serveHttp, until } from '../../support/loopback.ts'

const realOrigin = 'https://api.exchange.test'
const quick: Partial<RestTiming> = { backoff: { baseMs: 5, capMs: 20 }, banMs: 60_000 }

/** Says nothing of its own: what HTTP says is what counts. */
const plain: RestDialect = { usage: () => null, failure: () => null }

const numberCall = (more: Partial<RestCall<number>> = {}): RestCall<number> => ({
  url: `${realOrigin}/v1/number`,
  query: [],
  pool: 'p',
  weight: 1,
  parse: (body) =>
    typeof body === 'object' && body !== null && 'value' in body && typeof body.value === 'number'
      ? { ok: true, value: body.value }
      : { ok: false, problem: `value: no number in ${JSON.stringify(body)}` },
  ...more,
})

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function open(
  answer: Parameters<typeof serveHttp>[0],
  {
    dialect = plain,
    timing = {},
    pool = {},
    now,
    doubt,
  }: {
    dialect?: RestDialect
    timing?: Partial<RestTiming>
    pool?: Partial<RateLimitPool>
    now?: () => number
    doubt?: () => SocketDoubt | null
  } = {},
): Promise<{ server: HttpLoopback; client: RestClient }> {
  const server = await serveHttp(answer)
  cleanups.push(() => server.close())
  const client = new RestClient({
    dialect,
    limiter: new RateLimiter([{ id: 'p', limit: 1_000, intervalMs: 1_000, ...pool }]),
    origins: { [realOrigin]: server.origin },
    timing: { ...quick, ...timing },
    ...(now === undefined ? {} : { now }),
    ...(doubt === undefined ? {} : { doubt }),
  })
  cleanups.push(() => client.close())
  return { server, client }
}

describe('a call', () => {
  it('reads the value, and sends path, query and headers as they were given', async () => {
    let header: string | string[] | undefined
    const { server, client } = await open((request, response) => {
      header = request.headers['x-kind']
      json(response, { value: 7 })
    })
    const query = [
      ['symbol', 'BTC/USDT'],
      ['note', 'ü &'],
    ] as const
    const result = await client.call(numberCall({ query, headers: { 'x-kind': 'test' } }))
    expect([result, server.requests, header, client.latencyMs]).toEqual([
      { ok: true, value: 7 },
      ['/v1/number?symbol=BTC%2FUSDT&note=%C3%BC%20%26'],
      'test',
      expect.any(Number),
    ])
  })

  it('reads compressed replies', async () => {
    const { client } = await open((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"value":8}'))
    })
    expect(await client.call(numberCall())).toEqual({ ok: true, value: 8 })
  })

  it('keeps its connections', async () => {
    const ports = new Set<number | undefined>()
    const { client } = await open((request, response) => {
      ports.add(request.socket.remotePort)
      json(response, { value: 1 })
    })
    for (let i = 0; i < 20; i++) await client.call(numberCall())
    expect(ports.size).toBeLessThanOrEqual(2)
  })

  it.each([
    ['no JSON', '<html>portal</html>', /the reply is no JSON: .*portal/],
    ['JSON of another shape', '{"val":1}', /value: no number in \{"val":1\}/],
    ['an empty body', '', /the reply is no JSON/],
  ])('calls a reply that does not parse unreadable, once (%s)', async (_name, body, message) => {
    const { server, client } = await open((_request, response) => response.writeHead(200).end(body))
    expect([await client.call(numberCall()), server.requests.length]).toEqual([
      {
        ok: false,
        failure: { kind: 'unreadable', code: null, message: expect.stringMatching(message), retryAfterMs: null },
      },
      1,
    ])
  })

  it.each([
    [400, 'invalid'],
    [404, 'invalid'],
    [403, 'denied'],
    [451, 'denied'],
    [418, 'banned'],
    [302, 'unreadable'],
  ])('does not repeat what another try cannot mend (HTTP %i is %s)', async (status, kind) => {
    const { server, client } = await open((_request, response) => json(response, { msg: 'no' }, status))
    expect([await client.call(numberCall()), server.requests.length]).toEqual([
      {
        ok: false,
        failure: { kind, code: null, message: `HTTP ${status} "{\\"msg\\":\\"no\\"}"`, retryAfterMs: null },
      },
      1,
    ])
  })

  it("lets the exchange's own words decide", async () => {
    const failure = { kind: 'invalid', code: '-1121', message: 'Invalid symbol.', retryAfterMs: null } as const
    const dialect: RestDialect = {
      usage: () => null,
      failure: (head, body) => (head.status === 503 && JSON.stringify(body) === '{"code":-1121}' ? failure : null),
    }
    const { server, client } = await open((_request, response) => json(response, { code: -1121 }, 503), { dialect })
    expect([await client.call(numberCall()), server.requests.length]).toEqual([{ ok: false, failure }, 1])
  })
})

describe('retries', () => {
  it('mends what passes', async () => {
    const { server, client } = await open((_request, response, number) => {
      if (number === 1) response.destroy()
      else if (number === 2) json(response, {}, 502)
      else json(response, { value: 3 })
    })
    expect([await client.call(numberCall()), server.requests.length]).toEqual([{ ok: true, value: 3 }, 3])
  })

  it('ends after the given attempts', async () => {
    const { server, client } = await open((_request, response) => json(response, {}, 500), { timing: { attempts: 3 } })
    expect([await client.call(numberCall()), server.requests.length]).toMatchObject([
      { ok: false, failure: { kind: 'unavailable', message: 'HTTP 500 "{}"' } },
      3,
    ])
  })

  it.each([
    ['headers', { headersTimeoutMs: 60 }, false],
    ['body', { bodyTimeoutMs: 60 }, true],
    ['the whole attempt', { attemptTimeoutMs: 60 }, true],
  ])('bounds the wait for %s', async (_name, timing, beginBody) => {
    const { client } = await open(
      (_request, response) => {
        if (beginBody) response.writeHead(200).write('{"val')
      },
      { timing: { ...timing, attempts: 2 } },
    )
    const begun = Date.now()
    expect(await client.call(numberCall())).toMatchObject({ ok: false, failure: { kind: 'network' } })
    // undici's own timers are coarse: a second each.
    expect(Date.now() - begun).toBeLessThan(6_000)
  })

  it('names a server that is not there', async () => {
    const { server, client } = await open(() => undefined, { timing: { attempts: 2 } })
    await server.close()
    expect(await client.call(numberCall())).toEqual({
      ok: false,
      failure: {
        kind: 'network',
        code: 'ECONNREFUSED',
        message: expect.stringContaining('ECONNREFUSED'),
        retryAfterMs: null,
      },
    })
  })
})

describe('a signed call', () => {
  const query = [
    ['symbol', 'BTC/USDT'],
    ['note', "it's"],
  ] as const

  it('is signed over what will be sent, and sent as the signature left it, to the letter', async () => {
    const asked: UnsignedRequest[] = []
    const got: IncomingHttpHeaders[] = []
    const { server, client } = await open(
      (request, response) => {
        got.push(request.headers)
        json(response, { value: 7 })
      },
      { now: () => 1_700_000_000_123 },
    )
    // Neither sorted nor encoded as ours would be: '%2f' in small letters, a plain apostrophe, a bare '+'.
    const queryString = "symbol=BTC%2fUSDT&note=it's&a=+&signature=ab%3D"
    const call = numberCall({
      query,
      headers: { 'x-kind': 'plain', 'x-key': 'none' },
      sign: (request) => {
        asked.push(request)
        return { queryString, headers: { 'x-key': 'k' } }
      },
    })
    expect([await client.call(call), asked, server.requests, got[0]]).toMatchObject([
      { ok: true, value: 7 },
      [
        {
          method: 'GET',
          path: '/v1/number',
          query,
          queryString: "symbol=BTC%2FUSDT&note=it's",
          now: 1_700_000_000_123,
        },
      ],
      [`/v1/number?${queryString}`],
      { 'x-kind': 'plain', 'x-key': 'k' },
    ])
  })

  it('goes out with the body that its signature made, where the exchange wants all of a request in it', async () => {
    let got: unknown = null
    const { client } = await open((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        got = [request.method, request.headers['content-type'], body]
        json(response, { value: 1 })
      })
    })
    const call = numberCall({
      method: 'POST',
      sign: ({ now }) => ({
        queryString: '',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ nonce: now > 0, sig: 'ä' }),
      }),
    })
    expect([await client.call(call), got]).toEqual([
      { ok: true, value: 1 },
      ['POST', 'application/json', '{"nonce":true,"sig":"ä"}'],
    ])
  })

  it('is signed afresh, by the clock of that moment, when it is sent again', async () => {
    let now = 1_000
    const { server, client } = await open(
      (request, response, number) => {
        now += 500
        if (number === 1) request.socket.destroy()
        else if (number === 2) json(response, {}, 503)
        else json(response, { value: 1 })
      },
      { now: () => now },
    )
    const call = numberCall({
      sign: (request) => ({ queryString: `timestamp=${request.now}`, headers: { 'x-at': String(request.now) } }),
    })
    expect([await client.call(call), server.requests]).toEqual([
      { ok: true, value: 1 },
      ['/v1/number?timestamp=1000', '/v1/number?timestamp=1500', '/v1/number?timestamp=2000'],
    ])
  })

  it('is signed once its turn has come, not when it began to wait', async () => {
    const { server, client } = await open((_request, response) => json(response, { value: 1 }), {
      pool: { limit: 1.1, intervalMs: 300 },
    })
    const began = Date.now()
    const call = numberCall({ sign: ({ now }) => ({ queryString: `t=${now}`, headers: {} }) })
    await Promise.all([client.call(call), client.call(call)])
    const [first = 0, second = 0] = server.requests.map((url) => Number(url.split('=')[1]) - began)
    expect(second - first).toBeGreaterThanOrEqual(250)
  })

  it('goes out with the body that its signature brings, to the letter', async () => {
    const bodies: (readonly [type: string | undefined, body: string, url: string | undefined])[] = []
    const { client } = await open(async (request, response) => {
      let body = ''
      for await (const piece of request) body += String(piece)
      bodies.push([request.headers['content-type'], body, request.url])
      json(response, { value: 7 })
    })
    const seen: string[] = []
    const type = 'application/x-www-form-urlencoded'
    const result = await client.call(
      numberCall({
        method: 'POST',
        query: [['pair', 'BTC/USDT']],
        sign: ({ queryString }) => {
          seen.push(queryString)
          return { queryString: '', body: `nonce=1&${queryString}`, headers: { 'content-type': type } }
        },
      }),
    )
    expect([result, seen, bodies]).toEqual([
      { ok: true, value: 7 },
      ['pair=BTC%2FUSDT'],
      [[type, 'nonce=1&pair=BTC%2FUSDT', '/v1/number']],
    ])
  })

  it.each(['GET', 'POST', 'PUT'] as const)('goes out as %s without a body', async (method) => {
    const got: unknown[] = []
    const { client } = await open((request, response) => {
      got.push([request.method, request.headers['content-length'] ?? '0'])
      json(response, { value: 1 })
    })
    let signed: unknown = null
    const call = numberCall({
      method,
      sign: (request) => {
        signed = request.method
        return { queryString: request.queryString, headers: {} }
      },
    })
    expect([await client.call(call), got, signed]).toEqual([{ ok: true, value: 1 }, [[method, '0']], method])
  })

  it.each(['rejectedKey', 'forbidden', 'clock', 'invalid', 'denied'] as const)(
    'that is answered %s is not sent again',
    async (kind) => {
      const failure: RestFailure = { kind, code: '-1', message: 'no', retryAfterMs: null }
      const { server, client } = await open((_request, response) => json(response, { code: -1 }, 401), {
        dialect: { usage: () => null, failure: () => failure },
      })
      const call = numberCall({ sign: () => ({ queryString: 'signature=canary', headers: {} }) })
      expect([await client.call(call), server.requests.length]).toEqual([{ ok: false, failure }, 1])
    },
  )

  it.each<[string, Parameters<typeof serveHttp>[0]]>([
    ['no answer', (request) => request.socket.destroy()],
    ['an answer that cannot be read', (_request, response) => response.writeHead(200).end('<html>')],
    ['an error page', (_request, response) => response.writeHead(404).end('not here')],
  ])('that meets %s fails in words without its query or headers', async (_name, answer) => {
    const { client } = await open(answer, { timing: { attempts: 2 } })
    const call = numberCall({
      query: [['listenKey', 'canary']],
      sign: ({ queryString }) => ({ queryString: `${queryString}&signature=canary`, headers: { 'x-key': 'canary' } }),
    })
    const result = await client.call(call)
    expect([result.ok, JSON.stringify(result)]).toEqual([false, expect.not.stringContaining('canary')])
  })
})

describe('limits', () => {
  it.each([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 2_000).toUTCString()],
  ])('waits as long as a 429 asks for in %s, then succeeds', async (_name, header) => {
    const times: number[] = []
    const { client } = await open((_request, response, number) => {
      times.push(Date.now())
      if (number === 1) json(response, {}, 429, { 'retry-after': header() })
      else json(response, { value: 5 })
    })
    const asked = client.call(numberCall())
    await until(() => times.length === 1 && client.budgets()[0]?.blockedUntil !== null, 'the block')
    // Another call of the pool waits as well.
    const other = client.call(numberCall())
    expect([await asked, await other]).toEqual([
      { ok: true, value: 5 },
      { ok: true, value: 5 },
    ])
    const waited = (times[1] ?? 0) - (times[0] ?? 0)
    expect(waited).toBeGreaterThanOrEqual(980)
    expect(waited).toBeLessThan(3_500)
  })

  it("reads the times in replies by the exchange's clock, however far this machine's is off", async () => {
    const exchangeNow = () => Date.now() - 3_600_000
    const dialect: RestDialect = {
      usage: (_call, head) => {
        const reset = head.headers['x-reset']
        return typeof reset === 'string' ? { used: 1_000, resetAt: Number(reset) } : null
      },
      failure: ({ status }, _body, now) =>
        status === 418 ? { kind: 'banned', code: null, message: '', retryAfterMs: exchangeNow() + 90_000 - now } : null,
    }
    const { client } = await open(
      (_request, response, number) => {
        if (number === 1) json(response, { value: 1 }, 200, { 'x-reset': String(exchangeNow() + 60_000) })
        else if (number === 2)
          json(response, {}, 503, { 'retry-after': new Date(exchangeNow() + 70_000).toUTCString() })
        else json(response, {}, 418)
      },
      { dialect, now: exchangeNow, pool: { intervalMs: 120_000, limit: 1_000_000 }, timing: { longestWaitMs: 1_000 } },
    )
    await client.call(numberCall())
    // What it counted stands until its time comes.
    expect(client.budgets()[0]?.used).toBe(1_000)
    const unavailable = await client.call(numberCall())
    const waitMs = unavailable.ok ? 0 : (unavailable.failure.retryAfterMs ?? 0)
    expect([waitMs > 60_000, waitMs <= 70_000]).toEqual([true, true])
    await client.call(numberCall())
    const banMs = (client.budgets()[0]?.blockedUntil ?? 0) - Date.now()
    expect([banMs > 80_000, banMs <= 90_000]).toEqual([true, true])
  })

  it('waits for a refill where a 429 names no time', async () => {
    const times: number[] = []
    const { client } = await open((_request, response, number) => {
      times.push(Date.now())
      if (number === 1) json(response, {}, 429)
      else json(response, { value: 5 })
    })
    expect(await client.call(numberCall())).toEqual({ ok: true, value: 5 })
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(980)
  })

  it('does not wait for hours, but says how long', async () => {
    const { server, client } = await open((_request, response) => json(response, {}, 429, { 'retry-after': '7200' }))
    expect([await client.call(numberCall()), server.requests.length]).toMatchObject([
      { ok: false, failure: { kind: 'rateLimited', retryAfterMs: 7_200_000 } },
      1,
    ])
  })

  it('sends nothing more after a ban, and says until when', async () => {
    const { server, client } = await open((_request, response) => json(response, {}, 418, { 'retry-after': '120' }))
    const first = await client.call(numberCall())
    const second = await client.call(numberCall())
    const [budget] = client.budgets()
    expect([first, second, server.requests.length]).toMatchObject([
      { ok: false, failure: { kind: 'banned', retryAfterMs: 120_000 } },
      { ok: false, failure: { kind: 'banned', message: expect.stringContaining('has banned this address until 20') } },
      1,
    ])
    expect((budget?.blockedUntil ?? 0) - Date.now()).toBeGreaterThan(115_000)
  })

  it('sends nothing more to a host after its ban, whatever pool a call counts in, and other hosts their due', async () => {
    const server = await serveHttp((request, response) => {
      if (request.url?.startsWith('/elsewhere')) json(response, { value: 1 })
      else json(response, {}, 418, { 'retry-after': '120' })
    })
    cleanups.push(() => server.close())
    const pools = ['p', 'q', 'r', 's'].map((id) => ({ id, limit: 1, intervalMs: 200 }))
    const other = 'https://other.example'
    const client = new RestClient({
      dialect: plain,
      limiter: new RateLimiter(pools),
      origins: { [realOrigin]: server.origin, [other]: server.origin },
      timing: quick,
    })
    cleanups.push(() => client.close())
    // Two go at once; the others of q wait for room, and are told of the ban instead.
    const asked = await Promise.all(['p', 'q', 'q', 'q'].map((pool) => client.call(numberCall({ pool }))))
    const later = await client.call(numberCall({ pool: 'r' }))
    expect([...asked, later].map((result) => (result.ok ? null : result.failure.kind))).toEqual(Array(5).fill('banned'))
    expect(server.requests.length).toBe(2)
    const elsewhere = numberCall({ pool: 's', url: `${other}/elsewhere` })
    expect(await client.call(elsewhere)).toEqual({ ok: true, value: 1 })
  })

  it('sends nothing more to a host for as long as its ban was to last, though the clock was set back', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    onTestFinished(() => void vi.useRealTimers())
    const server = await serveHttp((_request, response) => json(response, {}, 418, { 'retry-after': '120' }))
    cleanups.push(() => server.close())
    const pools = ['p', 'q'].map((id) => ({ id, limit: 10, intervalMs: 1_000 }))
    const client = new RestClient({
      dialect: plain,
      limiter: new RateLimiter(pools),
      origins: { [realOrigin]: server.origin },
      timing: quick,
    })
    cleanups.push(() => client.close())
    await client.call(numberCall({ pool: 'p' }))
    vi.setSystemTime(Date.now() - 3_600_000)
    expect(await client.call(numberCall({ pool: 'q' }))).toMatchObject({
      ok: false,
      failure: { kind: 'banned', retryAfterMs: 120_000 },
    })
    expect(server.requests.length).toBe(1)
  })

  it("reads the pool's state from the reply", async () => {
    const dialect: RestDialect = {
      usage: (_call, head) => ({ used: Number(head.headers['x-used']), limit: 600 }),
      failure: () => null,
    }
    const { client } = await open((_request, response) => json(response, { value: 1 }, 200, { 'X-Used': '450' }), {
      dialect,
    })
    await client.call(numberCall({ weight: 2 }))
    expect(client.budgets()).toEqual([{ pool: 'p', used: 450, limit: 600, intervalMs: 1_000, blockedUntil: null }])
  })

  it('lets an interactive call pass a long row of history', async () => {
    const { server, client } = await open((_request, response) => json(response, { value: 1 }), {
      pool: { limit: 20, intervalMs: 500 },
    })
    const history = Array.from({ length: 40 }, () =>
      client.call(numberCall({ url: `${realOrigin}/history` }), { priority: 'history' }),
    )
    await until(() => server.requests.length >= 13, 'the first of history')
    await client.call(numberCall({ url: `${realOrigin}/quick` }))
    const place = server.requests.indexOf('/quick')
    expect(place).toBeLessThan(20)
    expect((await Promise.all(history)).every(({ ok }) => ok)).toBe(true)
  })
})

describe('cancelling', () => {
  const cancelled = { ok: false, failure: { kind: 'cancelled', code: null, message: 'cancelled', retryAfterMs: null } }

  it('leaves the queue', async () => {
    const { server, client } = await open((_request, response) => json(response, { value: 1 }), {
      pool: { limit: 1, intervalMs: 60_000 },
    })
    await client.call(numberCall())
    const abort = new AbortController()
    const waiting = client.call(numberCall(), { signal: abort.signal })
    abort.abort()
    expect([await waiting, server.requests.length]).toEqual([cancelled, 1])
  })

  it('ends a request under way', async () => {
    const { server, client } = await open(() => undefined)
    const abort = new AbortController()
    const asked = client.call(numberCall(), { signal: abort.signal })
    await until(() => server.requests.length === 1, 'the request')
    abort.abort()
    expect(await asked).toEqual(cancelled)
  })

  it('ends the wait between two attempts', async () => {
    const { server, client } = await open((_request, response) => json(response, {}, 503, { 'retry-after': '60' }))
    const abort = new AbortController()
    const asked = client.call(numberCall(), { signal: abort.signal })
    await until(() => server.requests.length === 1, 'the request')
    abort.abort()
    expect(await asked).toEqual(cancelled)
  })

  it('ends everything when the client closes, and serves nothing afterwards', async () => {
    const { server, client } = await open(() => undefined)
    const asked = client.call(numberCall())
    await until(() => server.requests.length === 1, 'the request')
    await client.close()
    expect([await asked, await client.call(numberCall())]).toEqual([cancelled, cancelled])
  })
})

describe('the clock', () => {
  it("is asked with this machine's time at both ends", async () => {
    const { client } = await open((_request, response) => setTimeout(() => json(response, { value: 123 }), 30))
    const before = Date.now()
    const probe = await client.probeClock(numberCall())
    if (!probe.ok) throw new Error(probe.failure.message)
    expect(probe.serverAt).toBe(123)
    expect(probe.sentAt).toBeGreaterThanOrEqual(before - 5)
    expect(probe.receivedAt - probe.sentAt).toBeGreaterThan(25)
    expect(probe.receivedAt).toBeLessThanOrEqual(Date.now() + 5)
  })
})

describe('while the sockets are silent', () => {
  const timing = { headersTimeoutMs: 60_000, doubtfulHeadersTimeoutMs: 100, attempts: 1 }

  it('a call that gets no answer is given up early, also when the doubt comes later', async () => {
    let doubt: SocketDoubt | null = null
    const { server, client } = await open(() => undefined, { timing, doubt: () => doubt })
    const call = client.call(numberCall())
    await until(() => server.requests.length === 1, 'it is sent')
    doubt = 'silent'
    expect(await call).toMatchObject({ ok: false, failure: { kind: 'network' } })
    expect(client.fault).toMatchObject({
      kind: 'outage',
      words: '127.0.0.1:'.concat(new URL(server.origin).port, ' does not answer'),
    })
  })

  it('history waits on, and so does what has begun to come', async () => {
    const late = await open((_request, response) => void setTimeout(() => json(response, { value: 1 }), 600), {
      timing,
      doubt: () => 'down',
    })
    expect(await late.client.call(numberCall(), { priority: 'history' })).toEqual({ ok: true, value: 1 })
    const slow = await open(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"value":')
        setTimeout(() => response.end('2}'), 600)
      },
      { timing: { ...timing, doubtfulHeadersTimeoutMs: 400 }, doubt: () => 'down' },
    )
    expect(await slow.client.call(numberCall())).toEqual({ ok: true, value: 2 })
  })

  it('one attempt in four is patient, unless nobody answers the sockets either', async () => {
    let doubt: SocketDoubt = 'down'
    const { server, client } = await open(
      (_request, response) => void setTimeout(() => json(response, { value: 1 }), 1_000),
      { timing: { ...timing, doubtfulHeadersTimeoutMs: 50, headersTimeoutMs: 10_000 }, doubt: () => doubt },
    )
    for (let i = 0; i < 6; i++) expect((await client.call(numberCall())).ok).toBe(false)
    doubt = 'silent'
    for (let i = 0; i < 2; i++) expect((await client.call(numberCall())).ok).toBe(false)
    expect([(await client.call(numberCall())).ok, server.requests.length]).toEqual([true, 9])
  })
})
