import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { SpreadBoard } from '../../../src/main/analytics/spreads.ts'
import { Broadcaster, type View } from '../../../src/main/broadcaster.ts'
import type { Gateway } from '../../../src/main/gateway/index.ts'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import type { QuoteColumns } from '../../../src/shared/columns.ts'
import type { PushName, PushPayload } from '../../../src/shared/contract.ts'
import { demoExchangeIds, truthCode } from '../../../src/shared/domain/index.ts'
import { decodeMessage, encodeMessage, type Message } from '../../../src/shared/wire.ts'
import { startHub } from '../../support/hub.ts'
import { instrument } from '../../support/instruments.ts'
import { until } from '../../support/loopback.ts'
import { apiHub, ask, echoHub, openTestGateway, withParts } from './support/gateway.ts'

/** A client of the door: what came, decoded, and how it ended. */
function connect(
  gateway: Gateway,
  { token = gateway.token, headers = {} }: { token?: string | null; headers?: Record<string, string> } = {},
) {
  const protocols = token === null ? [] : ['crossbook.app', `token.${token}`]
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/ws`, protocols, { headers })
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

describe('the gateway’s socket', () => {
  it('answers whoever holds the token', async () => {
    const gateway = await openTestGateway(echoHub())
    expect(gateway.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(gateway.token).toMatch(/^cbk_run_[\w-]{43}$/)
    const client = connect(gateway)
    await client.opened
    expect(await client.call('app.info', {})).toEqual({ ok: true, value: 'app.info' })
    const page = connect(gateway, { headers: { origin: gateway.url } })
    await page.opened
    expect(await page.call('alerts.list', {})).toEqual({ ok: true, value: 'alerts.list' })
  })

  it('answers a stored token of scope account, until it is revoked', async () => {
    const gateway = await openTestGateway(echoHub(), { timing: { revocationMs: 20 } })
    const client = connect(gateway, { token: gateway.tokenOf('account') })
    await client.opened
    expect(client.socket.protocol).toBe('crossbook.app')
    expect(await client.call('app.info', {})).toEqual({ ok: true, value: 'app.info' })
    gateway.tokens.revoke(gateway.tokens.list()[0]?.id ?? '')
    expect(await client.closed).toEqual({ code: 4401, reason: 'this token was revoked' })
  })

  it.each([
    ['nobody', null, 'not signed in'],
    ['a token for public data alone', 'market' as const, 'this token lacks the scope account'],
  ])('closes with 4401 for %s, before the hub hears of it', async (_case, scope, reason) => {
    const heard: string[] = []
    const gateway = await openTestGateway(
      echoHub({}, { connect: (client) => void (client.keepsUp() || heard.push('connect')) }),
    )
    const client = connect(gateway, { token: scope === null ? null : gateway.tokenOf(scope) })
    client.socket.on('open', () =>
      client.socket.send(encodeMessage({ kind: 'call', id: 1, name: 'app.info', request: {} })),
    )
    expect(await client.closed).toEqual({ code: 4401, reason })
    expect({ heard, received: client.received }).toEqual({ heard: [], received: [] })
  })

  it.each([
    ['a guess', { token: 'guess' }, 401],
    ['a guess of the right length', { token: `cbk_run_${'x'.repeat(43)}` }, 401],
    ['the token from a page of another origin', { headers: { origin: 'https://evil.example' } }, 403],
    ['the token from a page that hides its origin', { headers: { origin: 'null' } }, 403],
    ['a name that only points here (DNS rebinding)', { headers: { host: 'evil.example' } }, 403],
  ])('refuses the upgrade for %s', async (_case, options, status) => {
    const client = connect(await openTestGateway(echoHub()), options)
    expect(await client.failed).toContain(String(status))
  })

  it('takes no token from an address', async () => {
    const gateway = await openTestGateway(echoHub())
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/ws?token=${gateway.token}`)
    const [code] = await once(socket, 'close')
    expect(code).toBe(4401)
  })

  it.each([
    ['text that is no JSON', 'hello'],
    ['another envelope', JSON.stringify({ kind: 'push', name: 'market.quotes', payload: {} })],
    ['a call without an id', JSON.stringify({ kind: 'call', name: 'app.info', request: {} })],
    ['binary', Buffer.from([1, 2, 3])],
  ])('closes with 1003 for %s', async (_case, data) => {
    const left: string[] = []
    const gateway = await openTestGateway(echoHub({}, { disconnect: () => void left.push('disconnect') }))
    const client = connect(gateway)
    await client.opened
    client.socket.send(data)
    expect(await client.closed).toEqual({ code: 1003, reason: 'not a call' })
    await until(() => left.length === 1, 'the hub hears that it left')
  })

  it('cuts off a message larger than any call, and lives on; also from somebody without the token', async () => {
    const gateway = await openTestGateway(echoHub())
    for (const token of [gateway.token, null]) {
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
    const gateway = await openTestGateway(echoHub())
    const client = connect(gateway)
    await client.opened
    await gateway.close()
    await client.closed
    await expect(fetch(gateway.url)).rejects.toThrow()
  })

  it('says which port is taken', async () => {
    const first = await openTestGateway(echoHub())
    const port = Number(new URL(first.url).port)
    await expect(openTestGateway(echoHub({ port }))).rejects.toMatchObject({
      name: 'SettingsError',
      message: `gateway.port = ${port}: another program uses this port; choose another with --port, or 0 for any free one`,
    })
  })
})

describe('the gateway’s pages', () => {
  it.each(['/', '/index.html', '/assets/app.js', '/nothing-here'])('carry a strict policy: %s', async (path) => {
    const { status, headers } = await ask(await openTestGateway(echoHub()), path)
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
    const { status, body } = await ask(await openTestGateway(echoHub()), path)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body).not.toContain('own words')
  })

  it.each(['evil.example', 'evil.example:7373', '127.0.0.1.evil.example', 'localhost.evil.example'])(
    'are not for the host %j',
    async (host) => {
      const { status, body } = await ask(await openTestGateway(echoHub()), '/', { headers: { host } })
      expect({ status, body }).toEqual({
        status: 403,
        body: '{"error":{"code":"forbidden","message":"this name is not served: see gateway.allowedHosts in the settings"}}',
      })
    },
  )

  it.each(['localhost', 'localhost:7373', '127.0.0.1:1', '[::1]:7373'])('are for the host %j', async (host) => {
    expect((await ask(await openTestGateway(echoHub()), '/', { headers: { host } })).status).toBe(200)
  })
})

describe('clients of the gateway', () => {
  it('each see what they asked for: a hidden one gets no state, but everything anew once visible', async () => {
    const { hub, folder } = await startHub({
      settings: { mode: 'demo', symbols: ['BTC_USDT'], gateway: { port: 0 } },
      dryRun: true,
    })
    const gateway = await openTestGateway(apiHub(hub, folder))
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
    expect(await hidden.call('instruments.watched', {})).toMatchObject({
      ok: true,
      value: { length: demoExchangeIds.length },
    })

    const quotes = hidden.pushes('market.quotes').length
    await hidden.call('view.set', view(true))
    await until(() => hidden.pushes('market.quotes').length > quotes, 'state again')
    expect(hidden.pushes('market.quotes')[quotes]?.instrumentIds).toHaveLength(demoExchangeIds.length)
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
      book: () => undefined,
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
        board.truth[slot] = truthCode.live
        broadcaster.quoteChanged(slot)
      }
    }
    const gateway = await openTestGateway(
      withParts(echoHub(), {
        connect: (client) => broadcaster.connect(client),
        disconnect: (client) => broadcaster.disconnect(client),
      }),
    )
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
        ruleId: null,
        subject: 's',
        message: 'm',
        acknowledgedAt: null,
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
