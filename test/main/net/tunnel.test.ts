import { readFileSync } from 'node:fs'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConnectPacer } from '../../../src/main/net/connect-pacer.ts'
import type { Network } from '../../../src/main/net/network.ts'
import { RateLimiter } from '../../../src/main/net/rate-limit.ts'
import type { RestCall } from '../../../src/main/net/rest.ts'
import { RestClient } from '../../../src/main/net/rest-client.ts'
import { FeedSession } from '../../../src/main/net/session.ts'
import { isLoopback, openTunnel, type ProxyServer, publicProxy } from '../../../src/main/net/tunnel.ts'
import { json, readToyFrame, serveHttp, serveToyFeed, toyRules, until } from '../../support/loopback.ts'
import { type ProxyManners, serveConnectProxy, serveSocksProxy, type TestProxy } from '../../support/proxies.ts'

const folder = resolve(import.meta.dirname, '../../fixtures/tls')
const tls = {
  key: readFileSync(`${folder}/key.pem`, 'utf8'),
  cert: readFileSync(`${folder}/certificate.pem`, 'utf8'),
}
const login = { user: 'trader', password: 'canary pass/word' }
const canary = /canary/

/** A proxy of each kind, and how it is written in the settings. */
const kinds: readonly (readonly [string, (manners: ProxyManners) => Promise<TestProxy>, string, boolean])[] = [
  ['http', serveConnectProxy, 'http', false],
  ['http with a password', serveConnectProxy, 'http', true],
  ['https', (manners) => serveConnectProxy({ ...manners, tls }), 'https', false],
  ['https with a password', (manners) => serveConnectProxy({ ...manners, tls }), 'https', true],
  ['socks5', serveSocksProxy, 'socks5', false],
  ['socks5 with a password', serveSocksProxy, 'socks5', true],
]

const addressOf = (scheme: string, port: number, user: string | null): string =>
  `${scheme}://${user === null ? '' : `${user}@`}${scheme === 'https' ? 'localhost' : '127.0.0.1'}:${port}`

const through = (proxy: ProxyServer): Network => ({ watch: null, proxy: () => proxy })

const call: RestCall<number> = {
  url: 'http://api.exchange.test/v1/number',
  query: [],
  pool: 'p',
  weight: 1,
  parse: (body) => ({ ok: true, value: (body as { value: number }).value }),
}

function client(network: Network): RestClient {
  const made = new RestClient({
    dialect: { usage: () => null, failure: () => null },
    limiter: new RateLimiter([{ id: 'p', limit: 1_000, intervalMs: 1_000 }]),
    network,
    timing: { attempts: 1 },
  })
  onTestFinished(() => made.close())
  return made
}

function feed(network: Network, url: string) {
  const pushes: number[] = []
  const session = new FeedSession({
    rules: toyRules(url),
    pacer: new ConnectPacer(network),
    callbacks: {
      onSocket: () => undefined,
      onFrame: (_generation, data) => {
        const { control, push } = readToyFrame(data)
        if (push !== null) pushes.push(push.n)
        return control
      },
      onTakeover: () => undefined,
      onEnd: () => undefined,
      onUp: () => undefined,
      onDown: () => undefined,
      onRefused: () => undefined,
      onNotice: () => undefined,
      onStatus: () => undefined,
    },
    timing: { tickMs: 10 },
  })
  onTestFinished(() => session.stop())
  session.want(new Set(['a']))
  session.start()
  return { session, pushes }
}

describe.each(kinds)('a proxy (%s)', (_name, serve, scheme, hasLogin) => {
  async function setUp(routes: ReadonlyMap<string, number>, password = login.password) {
    const proxy = await serve({ routes, ...(hasLogin ? { login } : {}) })
    onTestFinished(() => proxy.close())
    const url = addressOf(scheme, proxy.port, hasLogin ? login.user : null)
    const server: ProxyServer = { url, password: hasLogin ? password : null, certificateAuthority: tls.cert }
    return { proxy, network: through(server), server }
  }

  it('carries calls and streams by names that it alone resolves', async () => {
    const http = await serveHttp((_request, response) => json(response, { value: 7 }))
    const toy = await serveToyFeed()
    onTestFinished(() => http.close())
    onTestFinished(() => toy.close())
    const { proxy, network } = await setUp(
      new Map([
        ['api.exchange.test:80', Number(new URL(http.origin).port)],
        ['stream.exchange.test:9443', toy.port],
      ]),
    )
    const answer = await client(network).call(call)
    const { session, pushes } = feed(network, 'ws://stream.exchange.test:9443/feed')
    await until(() => session.status()[0]?.state === 'live', 'live')
    toy.push('a')
    await until(() => pushes.length === 1, 'a push')
    expect([answer, [...new Set(proxy.targets)].sort()]).toEqual([
      { ok: true, value: 7 },
      ['api.exchange.test:80', 'stream.exchange.test:9443'],
    ])
  })

  it('sees nothing of what TLS carries through it, and cannot stand in for the other end', async () => {
    const seen: string[] = []
    const server = createHttps(tls, (request, response) => {
      seen.push(request.url ?? '')
      json(response, { value: 1 })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const { network } = await setUp(new Map([['api.exchange.test:443', (server.address() as AddressInfo).port]]))
    const tested = client(network)
    const answer = await tested.call({ ...call, url: 'https://api.exchange.test/v1/number' })
    // The certificate is nobody's that this machine trusts: the way there works, and TLS ends at the exchange.
    expect([answer, tested.fault?.kind, seen]).toMatchObject([{ ok: false, failure: { kind: 'network' } }, 'tls', []])
  })

  it('that does not let through is named, and is not taken for the exchange', async () => {
    const { network, proxy } = await setUp(new Map())
    const tested = client(network)
    const answer = await tested.call(call)
    const { session } = feed(network, 'ws://stream.exchange.test/feed')
    await until(() => session.status()[0]?.state === 'waiting', 'waiting')
    const words = new RegExp(`the proxy ${scheme}://(127.0.0.1|localhost):${proxy.port} does not let through to`)
    expect([answer, tested.fault, session.status()[0]?.reason]).toMatchObject([
      { ok: false, failure: { kind: 'network', message: expect.stringMatching(words) } },
      { kind: 'proxy', words: expect.stringMatching(words) },
      expect.stringMatching(words),
    ])
  })

  it.runIf(hasLogin)('that refuses the password says so, without it', async () => {
    const { network } = await setUp(new Map(), 'canary wrong')
    const tested = client(network)
    const answer = await tested.call(call)
    expect(tested.fault?.words).toMatch(/did not accept user and password/)
    expect(JSON.stringify([answer, tested.fault])).not.toMatch(canary)
  })

  it('that is away is named', async () => {
    const { network, proxy } = await setUp(new Map())
    await proxy.close()
    const tested = client(network)
    await tested.call(call)
    expect(tested.fault).toMatchObject({
      kind: 'proxy',
      words: expect.stringMatching(/cannot be reached \(ECONNREFUSED\)/),
    })
  })
})

describe('a proxy', () => {
  it('that gives no answer is given up', async () => {
    const server = createServer((socket) => void socket.on('error', () => socket.destroy()))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    for (const scheme of ['http', 'socks5']) {
      const url = `${scheme}://127.0.0.1:${port}`
      const tunnel = openTunnel({ url, password: null }, { host: 'api.exchange.test', port: 443 }, 60)
      await expect(tunnel).rejects.toThrow(`the proxy ${url} gave no answer within 0.06 s`)
    }
  })

  it('of another kind than the settings say is named as such', async () => {
    const http = await serveConnectProxy({ routes: new Map() })
    const socks = await serveSocksProxy({ routes: new Map() })
    onTestFinished(() => http.close())
    onTestFinished(() => socks.close())
    const target = { host: 'api.exchange.test', port: 443 }
    const wrong = [
      `socks5://127.0.0.1:${http.port}`,
      `http://127.0.0.1:${socks.port}`,
      `https://localhost:${http.port}`,
    ]
    const words = await Promise.all(
      wrong.map((url) => openTunnel({ url, password: null }, target, 500).catch((error: Error) => error.message)),
    )
    expect(words).toEqual([
      expect.stringMatching(/does not speak SOCKS 5/),
      expect.stringMatching(/gave no answer|does not speak this protocol|cannot be reached/),
      expect.stringMatching(/does not speak this protocol/),
    ])
  })

  it('is written without user and password, and never used for this machine', () => {
    expect([
      publicProxy('socks5://trader@proxy.test:1080'),
      ...['localhost', '127.0.0.1', '127.9.9.9', '[::1]', 'api.localhost'].map(isLoopback),
      ...['api.exchange.test', '128.0.0.1', '127.0.0.1.evil.test'].map(isLoopback),
    ]).toEqual(['socks5://proxy.test:1080', true, true, true, true, true, false, false, false])
  })
})
