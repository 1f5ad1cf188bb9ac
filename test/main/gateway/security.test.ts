import { connect as connectSocket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { isAllowedHost, isForeignFetch, isForeignOrigin } from '../../../src/main/gateway/hosts.ts'
import { LockOut, MinuteCounter } from '../../../src/main/gateway/limits.ts'
import { createLinkCode, linkLifetimeMs, redeemLinkCode, Sessions } from '../../../src/main/gateway/sessions.ts'
import type { ApiStatus } from '../../../src/shared/bots.ts'
import { until } from '../../support/loopback.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { ask, bearer, echoHub, openTestGateway, refusal, streamBot, type TestGateway } from './support/gateway.ts'

const dataRoutes = [
  '/api/v1/budgets',
  '/api/v1/quotes',
  '/api/v1/status',
  '/api/v1/balances',
  '/api/v1/fills',
  '/api/v1/stream',
]

/** Bytes as they are; what came back until the server closed the connection. */
function raw(gateway: TestGateway, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectSocket(Number(new URL(gateway.url).port), '127.0.0.1', () => socket.write(bytes))
    onTestFinished(() => void socket.destroy())
    let answer = ''
    socket.on('data', (data) => {
      answer += data
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
  })
}

describe('tokens of requests', () => {
  it('are demanded of every route that answers data', async () => {
    const gateway = await openTestGateway(echoHub())
    for (const path of dataRoutes) {
      expect(await refusal(gateway, path, {})).toMatchObject({ status: 401, code: 'unauthorized' })
    }
    const { headers } = await ask(gateway, '/api/v1/budgets')
    expect(headers['www-authenticate']).toBe('Bearer realm="crossbook"')
    expect((await ask(gateway, '/api/v1/budgets', { headers: bearer(gateway.token) })).status).toBe(200)
    expect((await ask(gateway, '/api/v1/openapi.json')).status).toBe(200)
  })

  it.each([
    ['a guess', 'Bearer cbk_guess'],
    ['no token at all', 'Bearer'],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['nothing', ''],
    ['a token and more', 'Bearer a b'],
    ['very much', `Bearer ${'a'.repeat(5_000)}`],
  ])('are refused where the header holds %s', async (_case, authorization) => {
    const gateway = await openTestGateway(echoHub())
    expect((await refusal(gateway, '/api/v1/budgets', { headers: { authorization } })).status).toBe(401)
  })

  it('are never taken from an address, nor repeated in an answer', async () => {
    const gateway = await openTestGateway(echoHub())
    const { token } = gateway
    expect((await ask(gateway, `/api/v1/budgets?token=${token}`)).status).toBe(401)
    const answer = await ask(gateway, `/api/v1/budgets?token=${token}`, { headers: bearer(token) })
    expect(answer.status).toBe(400)
    expect(answer.body + JSON.stringify(answer.headers)).not.toContain(token)
  })

  it('open what their scopes say', async () => {
    const gateway = await openTestGateway(echoHub())
    const [market, account] = [gateway.tokenOf('market'), gateway.tokenOf('account')]
    expect((await ask(gateway, '/api/v1/budgets', { headers: bearer(market) })).status).toBe(200)
    expect(await refusal(gateway, '/api/v1/balances', { headers: bearer(market) })).toEqual({
      status: 403,
      code: 'forbidden',
      message: 'this token has the scope market; this needs account',
    })
    expect(await refusal(gateway, '/api/v1/budgets', { headers: bearer(account) })).toMatchObject({ status: 403 })
  })

  it('end at once when revoked, open sockets included', async () => {
    const gateway = await openTestGateway(echoHub(), { timing: { revocationMs: 20 } })
    const token = gateway.tokenOf('market', 'account')
    const bot = streamBot(gateway, { token })
    await bot.opened
    expect((await ask(gateway, '/api/v1/budgets', { headers: bearer(token) })).status).toBe(200)
    gateway.tokens.revoke(gateway.tokens.list()[0]?.id ?? '')
    expect((await ask(gateway, '/api/v1/budgets', { headers: bearer(token) })).status).toBe(401)
    expect(await bot.closed).toEqual({ code: 4401, reason: 'this token was revoked' })
  })

  it('lock an address out that guesses, but not the good ones of that address', async () => {
    const gateway = await openTestGateway(echoHub())
    const guess = () => ask(gateway, '/api/v1/budgets', { headers: bearer('cbk_guess') })
    for (let i = 0; i < 10; i++) expect((await guess()).status).toBe(401)
    const locked = await guess()
    expect(locked.status).toBe(429)
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(50)
    expect((await ask(gateway, '/open?code=guess')).status).toBe(429)
    expect((await ask(gateway, '/api/v1/budgets', { headers: bearer(gateway.token) })).status).toBe(200)
    expect((await ask(gateway, '/')).status).toBe(200)
  })

  it('are rated each by itself, over requests and messages alike', async () => {
    const gateway = await openTestGateway(echoHub({ requestsPerMinute: 5 }))
    const [one, other] = [gateway.tokenOf('market'), gateway.tokenOf('market')]
    const statuses: number[] = []
    for (let i = 0; i < 7; i++) statuses.push((await ask(gateway, '/api/v1/budgets', { headers: bearer(one) })).status)
    // A minute's count fades, so that a sixth may just fit.
    expect(statuses.slice(0, 5)).toEqual([200, 200, 200, 200, 200])
    expect(statuses.at(-1)).toBe(429)
    expect((await ask(gateway, '/api/v1/budgets', { headers: bearer(one) })).headers['retry-after']).toBe('5')
    const bot = streamBot(gateway, { token: other })
    await bot.opened
    for (let i = 0; i < 6; i++) bot.send({ type: 'ping', id: i })
    await until(() => bot.ofType('error_response').length > 0, 'refused')
    expect(bot.ofType('error_response')[0]).toMatchObject({ code: 'too_many_requests' })
    for (let i = 0; i < 150; i++) bot.send({ type: 'ping', id: i })
    expect(await bot.closed).toEqual({ code: 4429, reason: 'too many requests' })
  })

  it('leave pages of a signed-in browser and health to their askers, however many come without one', async () => {
    const gateway = await openTestGateway(echoHub())
    const address = new URL(gateway.link())
    const signedIn = await ask(gateway, address.pathname + address.search)
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
    let last = 200
    for (let i = 0; i < 1_300 && last === 200; i++) last = (await ask(gateway, '/api/v1/openapi.json')).status
    expect(last).toBe(429)
    expect((await ask(gateway, '/')).status).toBe(429)
    expect((await ask(gateway, '/', { headers: { cookie: cookie.replace(/=.*/, '=guess') } })).status).toBe(429)
    expect((await ask(gateway, '/', { headers: { cookie } })).status).toBe(200)
    expect((await ask(gateway, '/health/ready')).status).toBe(200)
    expect((await ask(gateway, '/health/live')).status).toBe(200)
  })

  it('count towards the status of the API', async () => {
    const told: { status: (() => ApiStatus) | null } = { status: null }
    const gateway = await openTestGateway(
      echoHub(
        {},
        {
          useApi: (source) => {
            told.status = source
          },
        },
      ),
    )
    await ask(gateway, '/api/v1/budgets', { headers: bearer(gateway.token) })
    await ask(gateway, '/api/v1/budgets')
    const bot = streamBot(gateway)
    await bot.opened
    expect(told.status?.()).toEqual({
      url: gateway.url,
      problem: null,
      warning: null,
      clients: 1,
      requests: 3,
      refused: 1,
    })
    await gateway.close()
    expect(told.status?.()).toMatchObject({ url: null, clients: 0 })
  })
})

describe('pages elsewhere', () => {
  it.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost', 'file://', ''])(
    'are refused every route, whatever they hold: %j',
    async (origin) => {
      const gateway = await openTestGateway(echoHub())
      const headers = { ...bearer(gateway.token), origin }
      for (const path of [...dataRoutes, '/', '/api/v1/openapi.json', '/metrics']) {
        expect((await refusal(gateway, path, { headers })).status).toBe(403)
      }
      expect(await streamBot(gateway, { headers: { origin } }).failed).toContain('403')
      expect((await ask(gateway, '/', { headers: { origin: gateway.url } })).headers).not.toHaveProperty(
        'access-control-allow-origin',
      )
    },
  )

  it('are refused what they make a browser fetch without an origin, but not the links that lead here', async () => {
    const gateway = await openTestGateway(echoHub())
    const status = async (site: string, destination: string) =>
      (await ask(gateway, '/', { headers: { 'sec-fetch-site': site, 'sec-fetch-dest': destination } })).status
    expect(await Promise.all(['image', 'script', 'iframe', 'empty'].map((one) => status('cross-site', one)))).toEqual([
      403, 403, 403, 403,
    ])
    expect(await status('same-site', 'image')).toBe(403)
    expect(await status('cross-site', 'document')).toBe(200)
    expect(await status('none', 'document')).toBe(200)
    expect(await status('same-origin', 'script')).toBe(200)
    expect(isForeignFetch(undefined, undefined)).toBe(false)
  })

  it('are refused under a name that only points here', async () => {
    const gateway = await openTestGateway(echoHub({ allowedHosts: ['box.lan', 'proxy.lan:8443'] }))
    const status = async (host: string) =>
      (await ask(gateway, '/api/v1/budgets', { headers: { ...bearer(gateway.token), host } })).status
    expect(await Promise.all(['evil.example', 'box.lan.evil.example', 'proxy.lan', 'proxy.lan:1'].map(status))).toEqual(
      [403, 403, 403, 403],
    )
    expect(await Promise.all(['box.lan', 'BOX.lan:7373', 'proxy.lan:8443', 'localhost:1'].map(status))).toEqual([
      200, 200, 200, 200,
    ])
    expect(await streamBot(gateway, { headers: { host: 'evil.example' } }).failed).toContain('403')
  })

  it.each([
    [undefined, false],
    ['', false],
    ['127.0.0.1', true],
    ['[::1]:7373', true],
    ['::1', false],
    ['localhost:99999999', false],
    ['127.0.0.1:7373.evil', false],
    ['192.168.1.5:7373', true],
    ['192.168.1.6:7373', false],
  ])('know %j by its name: %s', (host, allowed) => {
    expect(isAllowedHost(host, '192.168.1.5', [])).toBe(allowed)
  })

  it.each([
    [undefined, 'a:1', false],
    ['http://a:1', 'a:1', false],
    ['https://A:1', 'a:1', false],
    ['http://a:1', 'a', true],
    ['http://a:1/x', 'a:1', true],
    ['null', 'a:1', true],
  ])('are told by their origin %j on %j: %s', (origin, host, foreign) => {
    expect(isForeignOrigin(origin, host)).toBe(foreign)
  })
})

describe('a browser’s link', () => {
  const cookieOf = (headers: NodeJS.Dict<string | string[]>): string =>
    String(headers['set-cookie']).split(';')[0] ?? ''
  const page = (gateway: TestGateway, cookie: string, origin: string | null = gateway.url) => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/ws`, {
      headers: { cookie, ...(origin === null ? {} : { origin }) },
    })
    onTestFinished(() => socket.terminate())
    return new Promise<string>((resolve) => {
      socket.on('open', () => socket.send('{"kind":"call","id":1,"name":"app.info","request":{}}'))
      socket.on('message', (data) => resolve(data.toString()))
      socket.on('close', (code) => resolve(`closed ${code}`))
      socket.on('error', ({ message }) => resolve(message))
    })
  }
  const pathOf = (link: string): string => link.slice(new URL(link).origin.length)

  it('works once: it becomes a cookie that scripts cannot read and other sites do not send', async () => {
    const gateway = await openTestGateway(echoHub())
    const link = gateway.link()
    expect(link).toMatch(new RegExp(`^${gateway.url}/open\\?code=[\\w-]{43}$`))
    expect((await ask(gateway, pathOf(link), { method: 'HEAD' })).status).toBe(404)
    const opened = await ask(gateway, pathOf(link))
    expect(opened).toMatchObject({ status: 303, headers: { location: '/', 'cache-control': 'no-store' } })
    expect(String(opened.headers['set-cookie'])).toMatch(
      /^crossbook_[0-9a-f]{8}=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    const again = await ask(gateway, pathOf(link))
    expect(again).toMatchObject({ status: 403, body: expect.stringContaining('crossbook link') })
    expect(again.headers['set-cookie']).toBe(undefined)
    const cookie = cookieOf(opened.headers)
    // Reloading the address of the link that let this browser in does no harm.
    expect((await ask(gateway, pathOf(link), { headers: { cookie } })).status).toBe(303)
    expect(await page(gateway, cookie)).toContain('"value":"app.info"')
  })

  it('opens the interface’s socket alone, and for its own pages only', async () => {
    const gateway = await openTestGateway(echoHub())
    const cookie = cookieOf((await ask(gateway, pathOf(gateway.link()))).headers)
    expect(await page(gateway, cookie, 'https://evil.example')).toContain('403')
    expect(await page(gateway, cookie, null)).toBe('closed 4401')
    expect(await page(gateway, `${cookie}x`)).toBe('closed 4401')
    expect((await refusal(gateway, '/api/v1/balances', { headers: { cookie, origin: gateway.url } })).status).toBe(401)
    expect((await refusal(gateway, '/api/v1/stream', { headers: { cookie, origin: gateway.url } })).status).toBe(401)
  })

  it('keeps a browser signed in over a restart', async () => {
    const dataDir = temporaryFolder()
    const first = await openTestGateway(echoHub(), { dataDir })
    const cookie = cookieOf((await ask(first, pathOf(first.link()))).headers)
    await first.close()
    expect(await page(await openTestGateway(echoHub(), { dataDir }), cookie)).toContain('"value":"app.info"')
    expect(await page(await openTestGateway(echoHub()), cookie)).toBe('closed 4401')
  })

  it('ends after ten minutes, and of two that use it one is let in', () => {
    const folder = temporaryFolder()
    const late = createLinkCode(folder, 0)
    expect(redeemLinkCode(folder, late, linkLifetimeMs)).toBe(false)
    const code = createLinkCode(folder, 0)
    expect([redeemLinkCode(folder, code, 1), redeemLinkCode(folder, code, 1)]).toEqual([true, false])
    expect(redeemLinkCode(folder, '../tokens.json', 1)).toBe(false)
  })

  it('signs nobody in when the file of sessions is broken or over', () => {
    const folder = temporaryFolder()
    let now = 0
    const sessions = new Sessions(folder, () => now)
    const secret = sessions.create()
    expect([sessions.verify(secret), sessions.verify(''), new Sessions(folder, () => now).verify(secret)]).toEqual([
      true,
      false,
      true,
    ])
    now = 31 * 86_400_000
    expect(sessions.verify(secret)).toBe(false)
  })
})

describe('bad manners', () => {
  it('are cut off: a head or a body that never ends', async () => {
    const gateway = await openTestGateway(echoHub(), { timing: { headersMs: 200, requestMs: 400 } })
    const started = performance.now()
    expect(await raw(gateway, 'GET / HTTP/1.1\r\nhost: localhost\r\nx: ')).toContain('408')
    expect(
      await raw(
        gateway,
        `POST /api/v1/budgets/reserve HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${gateway.token}\r\n` +
          'content-type: application/json\r\ncontent-length: 100\r\n\r\n{',
      ),
    ).toContain('408')
    expect(performance.now() - started).toBeLessThan(15_000)
    expect((await ask(gateway, '/api/v1/openapi.json')).status).toBe(200)
  })

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
    ['no host', 'GET / HTTP/1.0\r\n\r\n', 403],
    ['an address that is none', 'GET /%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n', 400],
    ['a method that is none', 'FROB / HTTP/1.1\r\nhost: localhost\r\n\r\n', 400],
    ['TRACE', 'TRACE / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n', 404],
  ])('are answered in our words: %s', async (_case, text, status) => {
    const answer = await raw(await openTestGateway(echoHub()), text)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).toContain('{"error":{"code":')
    expect(answer).not.toMatch(/at .*\.ts|node_modules/)
  })

  it('are cut off: a socket that is sent away and stays', async () => {
    const gateway = await openTestGateway(echoHub())
    const { host } = new URL(gateway.url)
    const started = Date.now()
    const upgrade = `connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${btoa('x'.repeat(16))}`
    expect(await raw(gateway, `GET /ws HTTP/1.1\r\nhost: ${host}\r\n${upgrade}\r\n\r\n`)).toContain('not signed in')
    expect(Date.now() - started).toBeLessThan(15_000)
  }, 40_000)

  it('are refused: bodies too large, of another kind, or none', async () => {
    const gateway = await openTestGateway(echoHub())
    const post = (body: string | undefined, type = 'application/json') =>
      refusal(gateway, '/api/v1/budgets/reserve', {
        method: 'POST',
        headers: { ...bearer(gateway.token), 'content-type': type },
        ...(body === undefined ? {} : { body }),
      })
    expect(await post(`{"exchange":"${'a'.repeat(70_000)}"}`)).toMatchObject({ status: 413, code: 'too_large' })
    expect(await post('<a/>', 'text/xml')).toMatchObject({ status: 415, code: 'unsupported_media_type' })
    expect(await post('{')).toMatchObject({ status: 400 })
    expect(await post(undefined)).toMatchObject({ status: 400 })
    expect(await post('{"__proto__":{"weight":1}}')).toMatchObject({ status: 400 })
    expect(await post('[]')).toMatchObject({ status: 400 })
  })

  it('are told the same for what is not there, wherever it is not', async () => {
    const gateway = await openTestGateway(echoHub())
    for (const path of ['/api/v1/nope', '/api/v2', '/nope.js']) {
      const answer = await ask(gateway, path, { headers: bearer(gateway.token) })
      expect(answer).toMatchObject({ status: 404, body: expect.stringContaining('"not_found"') })
      expect(answer.body).not.toContain(path)
    }
  })
})

describe('an address beyond loopback', () => {
  it('is listened at where the settings say so, and warned of', async () => {
    const lan = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)
    const host = lan?.address ?? '0.0.0.0'
    const gateway = await openTestGateway(echoHub({ host }))
    expect(gateway.warning).toContain('other machines can reach this API')
    const answer = await fetch(`${gateway.url}/api/v1/budgets`, { headers: bearer(gateway.token) })
    expect(answer.status).toBe(200)
    expect((await openTestGateway(echoHub())).warning).toBe(null)
  })

  it('is named when this machine does not have it', async () => {
    await expect(openTestGateway(echoHub({ host: '203.0.113.7' }))).rejects.toThrow('gateway.host = 203.0.113.7')
  })
})

describe('counting over a minute', () => {
  it('fades the minute before out, and forgets the one before that', () => {
    let now = 0
    const counter = new MinuteCounter(() => now)
    for (let i = 0; i < 10; i++) counter.add('a')
    expect([counter.count('a'), counter.count('b')]).toEqual([10, 0])
    now = 90_000
    expect(counter.count('a')).toBe(5)
    now = 180_000
    expect(counter.count('a')).toBe(0)
  })

  it('locks out for a minute from the last guess that was too many', () => {
    let now = 0
    const lock = new LockOut(3, () => now)
    for (let i = 0; i < 2; i++) lock.fail('a')
    expect(lock.wait('a')).toBe(null)
    lock.fail('a')
    expect([lock.wait('a'), lock.wait('b')]).toEqual([60, null])
    now = 59_001
    expect(lock.wait('a')).toBe(1)
    now = 60_000
    expect(lock.wait('a')).toBe(null)
  })

  it('goes by no clock that can be set', () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 1_700_000_000_000 })
    onTestFinished(() => void vi.useRealTimers())
    const lock = new LockOut(2)
    const counter = new MinuteCounter()
    lock.fail('a')
    lock.fail('a')
    counter.add('a')
    vi.setSystemTime(1_700_000_000_000 - 7_200_000)
    expect([lock.wait('a'), counter.count('a')]).toEqual([60, 1])
    vi.setSystemTime(1_700_000_000_000 + 7_200_000)
    expect([lock.wait('a'), counter.count('a')]).toEqual([60, 1])
    vi.advanceTimersByTime(60_000)
    expect(lock.wait('a')).toBe(null)
  })
})
