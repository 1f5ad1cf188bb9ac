import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { SpreadBoard } from '../../../src/main/analytics/spreads.ts'
import { Broadcaster, type View } from '../../../src/main/broadcaster.ts'
import { type Gateway, type GatewayHub, openGateway } from '../../../src/main/gateway/index.ts'
import { createLogger } from '../../../src/main/log.ts'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import type { PushName, PushPayload, QuoteColumns } from '../../../src/shared/contract.ts'
import { decodeMessage, encodeMessage, type Message } from '../../../src/shared/wire.ts'
import { startHub } from '../../support/hub.ts'
import { instrument } from '../../support/instruments.ts'
import { until } from '../../support/loopback.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** A built interface: a page, a script, and a file beside its folder that is nobody's business. */
function builtRenderer(): string {
  const folder = temporaryFolder()
  const dir = join(folder, 'renderer')
  mkdirSync(join(dir, 'assets'), { recursive: true })
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>Crossbook</title>')
  writeFileSync(join(dir, 'assets', 'app.js'), 'export {}')
  writeFileSync(join(folder, 'secret.txt'), 'the trader’s own words')
  return dir
}

async function open(hub: GatewayHub, port = 0): Promise<Gateway> {
  const gateway = await openGateway({ hub, port, rendererDir: builtRenderer(), logger: createLogger('silent') })
  onTestFinished(() => gateway.close())
  return gateway
}

/** A hub that answers every call with its name. */
const echo: GatewayHub = {
  call: async (_client, name) => ({ ok: true, value: name }),
  connect: () => undefined,
  disconnect: () => undefined,
}

const socketUrl = ({ url }: Gateway, token: string) =>
  `${url.replace('http', 'ws')}/ws?token=${encodeURIComponent(token)}`

/** A client of the door: what came, decoded, and how it ended. */
function connect(
  gateway: Gateway,
  { token = gateway.token, ...options }: { token?: string; origin?: string; host?: string } = {},
) {
  const { origin, host } = options
  const socket = new WebSocket(socketUrl(gateway, token), {
    ...(origin === undefined ? {} : { origin }),
    ...(host === undefined ? {} : { headers: { host } }),
  })
  onTestFinished(() => socket.terminate())
  const received: Message[] = []
  socket.on('message', (data) => {
    const message = decodeMessage(data.toString())
    if (message.ok) received.push(message.value)
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  const failed = new Promise<string>((resolve) => socket.on('error', ({ message }) => resolve(message)))
  const opened = once(socket, 'open')
  // A test that waits for a refusal does not wait for this.
  opened.catch(() => undefined)
  let id = 0
  return {
    socket,
    received,
    closed,
    failed,
    opened,
    async call(name: string, body: unknown) {
      const mine = ++id
      socket.send(encodeMessage({ kind: 'call', id: mine, name, request: body }))
      const mineIs = (message: Message) => message.kind === 'reply' && message.id === mine
      await until(() => received.some(mineIs), `a reply to ${name}`)
      const found = received.find(mineIs)
      return found?.kind === 'reply' ? found.reply : null
    },
    pushes<N extends PushName>(name: N): PushPayload<N>[] {
      // The door sends what the contract says of that name; decodeMessage has checked the envelope.
      return received.flatMap((message) =>
        message.kind === 'push' && message.name === name ? [message.payload as PushPayload<N>] : [],
      )
    },
  }
}

/** One request with exactly this path and these headers, as `fetch` would not send it. */
function get(gateway: Gateway, path: string, headers: Record<string, string> = {}) {
  const { port } = new URL(gateway.url)
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      let body = ''
      response.on('data', (data) => {
        body += data
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('the gateway’s socket', () => {
  it('answers whoever holds the token', async () => {
    const gateway = await open(echo)
    expect(gateway.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(gateway.token).toMatch(/^[\w-]{32}$/)
    const client = connect(gateway)
    await client.opened
    expect(await client.call('app.info', {})).toEqual({ ok: true, value: 'app.info' })
    const page = connect(gateway, { origin: gateway.url })
    await page.opened
    expect(await page.call('alerts.list', {})).toEqual({ ok: true, value: 'alerts.list' })
  })

  it.each([
    ['no token', { token: '' }],
    ['a guess', { token: 'guess' }],
    ['a guess of the right length', { token: 'x'.repeat(32) }],
    ['the token from a page of another origin', { origin: 'https://evil.example' }],
    ['the token from a page that hides its origin', { origin: 'null' }],
  ])('closes with 4401 for %s, before the hub hears of it', async (_case, options) => {
    const heard: string[] = []
    const gateway = await open({ ...echo, connect: () => void heard.push('connect') })
    const client = connect(gateway, options)
    await client.opened
    client.socket.send(encodeMessage({ kind: 'call', id: 1, name: 'app.info', request: {} }))
    expect(await client.closed).toEqual({ code: 4401, reason: 'wrong token' })
    expect({ heard, received: client.received }).toEqual({ heard: [], received: [] })
  })

  it('refuses the upgrade for a name that only points here (DNS rebinding)', async () => {
    const gateway = await open(echo)
    const client = connect(gateway, { host: 'evil.example' })
    expect(await client.failed).toContain('403')
  })

  it.each([
    ['text that is no JSON', 'hello'],
    ['another envelope', JSON.stringify({ kind: 'push', name: 'market.quotes', payload: {} })],
    ['a call without an id', JSON.stringify({ kind: 'call', name: 'app.info', request: {} })],
    ['binary', Buffer.from([1, 2, 3])],
  ])('closes with 1003 for %s', async (_case, data) => {
    const left: string[] = []
    const gateway = await open({ ...echo, disconnect: () => void left.push('disconnect') })
    const client = connect(gateway)
    await client.opened
    client.socket.send(data)
    expect(await client.closed).toEqual({ code: 1003, reason: 'not a call' })
    await until(() => left.length === 1, 'the hub hears that it left')
  })

  it('cuts off a message larger than any call, and lives on; also from somebody without the token', async () => {
    const gateway = await open(echo)
    for (const token of [gateway.token, 'guess']) {
      const client = connect(gateway, { token })
      await client.opened
      client.socket.send('x'.repeat(2_000_000))
      expect([1006, 1009, 4401]).toContain((await client.closed).code)
      // Bytes that are no WebSocket frame at all.
      const rude = connect(gateway, { token })
      await rude.opened
      const stream = Reflect.get(rude.socket, '_socket') as NodeJS.WritableStream
      stream.write(Buffer.alloc(64, 0xff))
      await rude.closed
    }
    const client = connect(gateway)
    await client.opened
    expect(await client.call('app.info', {})).toEqual({ ok: true, value: 'app.info' })
  })

  it('goes away with its clients when closed', async () => {
    const gateway = await open(echo)
    const client = connect(gateway)
    await client.opened
    await gateway.close()
    await client.closed
    await expect(fetch(gateway.url)).rejects.toThrow()
  })

  it('says which port is taken', async () => {
    const first = await open(echo)
    const port = Number(new URL(first.url).port)
    await expect(open(echo, port)).rejects.toMatchObject({
      name: 'SettingsError',
      message: `gateway.port = ${port}: another program uses this port; choose another with --port, or 0 for any free one`,
    })
  })
})

describe('the gateway’s pages', () => {
  it.each(['/', '/index.html', '/assets/app.js', '/nothing-here'])('carry a strict policy: %s', async (path) => {
    const { status, headers } = await get(await open(echo), path)
    expect(status).toBe(path === '/nothing-here' ? 404 : 200)
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
      ),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['access-control-allow-origin']).toBe(undefined)
  })

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '//secret.txt',
    '/assets/..%00/secret.txt',
  ])('come from the interface’s folder only: %s', async (path) => {
    const { status, body } = await get(await open(echo), path)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body).not.toContain('own words')
  })

  it.each(['evil.example', 'evil.example:7373', '127.0.0.1.evil.example', 'localhost.evil.example'])(
    'are not for the host %j',
    async (host) => {
      const { status, body } = await get(await open(echo), '/', { host })
      expect({ status, body }).toEqual({ status: 403, body: '{"error":"this address serves 127.0.0.1 only"}' })
    },
  )

  it.each(['localhost', 'localhost:7373', '127.0.0.1:1', '[::1]:7373'])('are for the host %j', async (host) => {
    expect((await get(await open(echo), '/', { host })).status).toBe(200)
  })
})

describe('clients of the gateway', () => {
  it('each see what they asked for: a hidden one gets no state, but everything anew once visible', async () => {
    const { hub } = await startHub({ settings: { mode: 'demo', symbols: ['BTC_USDT'] }, dryRun: true })
    const gateway = await open(hub)
    const [shown, hidden] = [connect(gateway), connect(gateway)]
    await Promise.all([shown.opened, hidden.opened])
    const view = (visible: boolean, klines: View['klines'] = []) => ({ visible, klines })
    expect(await hidden.call('view.set', view(false))).toEqual({ ok: true, value: null })
    await shown.call('view.set', view(true, [{ instrument: 'binance:BTC_USDT', period: '1m' }]))
    await until(() => hub.connections().every(({ state }) => state === 'live'), 'live')
    const before = hidden.pushes('market.quotes').length
    await until(
      () => shown.pushes('market.quotes').length > 20 && shown.pushes('market.klines').length > 1,
      'state for one',
    )
    expect(hidden.pushes('market.quotes').length).toBe(before)
    expect(hidden.pushes('connections.status')).toEqual([])
    expect(hidden.pushes('market.klines')).toEqual([])
    expect(hidden.pushes('market.watched').at(-1)).toHaveLength(4)

    const quotes = hidden.pushes('market.quotes').length
    await hidden.call('view.set', view(true))
    await until(() => hidden.pushes('market.quotes').length > quotes, 'state again')
    expect(hidden.pushes('market.quotes')[quotes]?.instrumentIds).toHaveLength(4)
    expect(hidden.pushes('market.klines')).toEqual([])
    // One that leaves does not disturb the other.
    hidden.socket.terminate()
    const seen = shown.pushes('market.quotes').length
    await until(() => shown.pushes('market.quotes').length > seen + 3, 'the other goes on')
  })

  it('that read slowly get every happening but no backlog of state, and everything anew once they have caught up', async () => {
    // Enough columns that a few pushes fill what sockets hold on the way.
    const count = 20_000
    const board = new QuoteBoard(
      Array.from({ length: count }, (_, i) => instrument('okx', 'spot', `C${i}`, 'USDT', `C${i}-USDT`)),
    )
    const spreads = new SpreadBoard(new QuoteBoard([]), () => 0, 5_000)
    const broadcaster = new Broadcaster({
      quotes: () => board,
      spreads: () => spreads,
      status: () => {
        throw new Error('nobody asks for it here')
      },
    })
    broadcaster.boardsChanged()
    let version = 0
    const changeAll = () => {
      version++
      for (let slot = 0; slot < count; slot++) {
        board.bidPrice[slot] = version
        board.live[slot] = 1
        broadcaster.quoteChanged(slot)
      }
    }
    const gateway = await open({
      call: async () => ({ ok: true, value: null }),
      connect: (client) => broadcaster.connect(client),
      disconnect: (client) => broadcaster.disconnect(client),
    })
    const [slow, fast] = [connect(gateway), connect(gateway)]
    await Promise.all([slow.opened, fast.opened])
    const flush = () => Reflect.apply(Reflect.get(broadcaster, 'flush') as () => void, broadcaster, [])
    slow.socket.pause()
    for (let round = 0; round < 40; round++) {
      changeAll()
      flush()
      broadcaster.tell('alert.raised', {
        id: round,
        at: 0,
        severity: 'info',
        rule: 'storage',
        subject: 's',
        message: 'm',
      })
      await until(() => fast.pushes('market.quotes').length === round + 1, 'the other has it')
    }
    slow.socket.resume()
    await until(() => slow.pushes('alert.raised').length === 40, 'every happening')
    expect(slow.pushes('alert.raised').map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, id) => id))
    const backlog = slow.pushes('market.quotes').length
    expect(backlog).toBeLessThan(20)
    await delay(50)
    flush()
    await until(() => slow.pushes('market.quotes').length > backlog, 'everything anew')
    const anew: QuoteColumns | undefined = slow.pushes('market.quotes').at(-1)
    expect(anew?.bidPrice.every((bid) => bid === version)).toBe(true)
    expect(anew?.instrumentIds).toHaveLength(count)
  }, 30_000)
})
