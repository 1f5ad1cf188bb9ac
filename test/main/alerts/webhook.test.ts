import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Webhook, type WebhookOptions } from '../../../src/main/alerts/webhook.ts'
import { KeychainError } from '../../../src/main/keychain.ts'
import { createLogger } from '../../../src/main/log.ts'
import { directNetwork } from '../../../src/main/net/network.ts'
import { AlertSettings, type WebhookStatus } from '../../../src/shared/alert-rules.ts'
import type { Alert } from '../../../src/shared/domain/index.ts'
import { AlertMessage } from '../../../src/shared/unified/schemas.ts'
import { until } from '../../support/loopback.ts'

interface Received {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A receiver over a real socket; `answer` decides by the number of the request, 'hang' never answers. */
async function receiver(answer: (request: number) => number | 'hang' = () => 200) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => {
      body += String(piece)
    })
    request.on('end', () => {
      const status = answer(received.length)
      received.push({ method: request.method, path: request.url, headers: request.headers, body })
      if (status === 'hang') return
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('{"ok":true}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=1` }
}

function webhook(url: string | null, more: Partial<WebhookOptions> = {}) {
  const troubles: (string | null)[] = []
  const settings = AlertSettings.parse({ webhook: { url, secretHeader: 'X-Secret' } }).webhook
  const hook = new Webhook({
    settings: () => settings,
    mode: () => 'demo',
    secret: async () => 'shibboleth',
    network: directNetwork,
    logger: createLogger('silent'),
    onTrouble: (words) => troubles.push(words),
    timing: { attemptTimeoutMs: 300, backoff: { baseMs: 2, capMs: 4 } },
    ...more,
  })
  onTestFinished(() => hook.stop())
  return { hook, troubles }
}

const counted = (hook: Webhook, counts: Partial<WebhookStatus>) =>
  vi.waitFor(async () => expect(await hook.status()).toMatchObject(counts), { timeout: 10_000, interval: 5 })

const alert = (id: number): Alert => ({
  ...{ id, at: 5, severity: 'warning', rule: 'price', ruleId: 'mine', subject: 'binance:BTC_USDT' },
  ...{ message: 'mine: binance:BTC_USDT at 100.5 is above 100', acknowledgedAt: null },
})
const idsOf = (received: readonly Received[]) => received.map(({ body }) => (JSON.parse(body) as { id: number }).id)

describe('the webhook', () => {
  it('posts alerts in order, as JSON that bots know, with its secret and the mode', async () => {
    const { received, url } = await receiver()
    const { hook } = webhook(url)
    for (const id of [1, 2, 3]) hook.send(alert(id))
    await until(() => received.length === 3, 'all of them')
    expect(idsOf(received)).toEqual([1, 2, 3])
    const [first] = received
    expect([first?.method, first?.path, first?.headers['content-type'], first?.headers['x-secret']]).toEqual([
      ...['POST', '/hook?key=1', 'application/json', 'shibboleth'],
    ])
    const { mode, ...message } = JSON.parse(first?.body ?? '') as Record<string, unknown>
    expect([mode, AlertMessage.parse(message)]).toEqual([
      'demo',
      {
        ...{ event_type: 'alert', version: 1, id: 1, time: 5, severity: 'warning', rule: 'price', rule_id: 'mine' },
        ...{ subject: 'binance:BTC_USDT', message: 'mine: binance:BTC_USDT at 100.5 is above 100' },
      },
    ])
    await counted(hook, { sent: 3 })
    expect(await hook.status()).toMatchObject({ target: new URL(url).origin, hasSecret: true, lost: 0, problem: null })
  })

  it('sends what comes in the very moment in which the last one was sent', async () => {
    const { received, url } = await receiver()
    const moments = 8
    let last = 1
    const now = () => {
      const id = ++last
      let moment = Promise.resolve()
      for (let later = 0; later < id - 2; later++) moment = moment.then(() => undefined)
      if (id <= moments) void moment.then(() => hook.send(alert(id)))
      return 5
    }
    const { hook } = webhook(url, { now })
    hook.send(alert(1))
    await counted(hook, { sent: moments, waiting: 0 })
    expect(idsOf(received)).toEqual(Array.from({ length: moments }, (_, index) => index + 1))
  })

  it('tries three times what another try may mend, and tells of trouble and of its end once', async () => {
    const { received, url } = await receiver((number) => (number < 7 ? 503 : 200))
    const { hook, troubles } = webhook(url)
    for (const id of [1, 2, 3]) hook.send(alert(id))
    await counted(hook, { sent: 1 })
    expect(idsOf(received)).toEqual([1, 1, 1, 2, 2, 2, 3, 3])
    expect(troubles).toEqual([`${new URL(url).host} answered with HTTP 503`, null])
    expect(await hook.status()).toMatchObject({ sent: 1, lost: 2, waiting: 0, problem: null })
  })

  it('does not repeat what is refused, follow elsewhere, or wait for ever', async () => {
    const refused = await receiver(() => 401)
    const moved = await receiver(() => 302)
    const silent = await receiver(() => 'hang')
    const problems = await Promise.all([refused, moved, silent].map(({ url }) => webhook(url).hook.test()))
    const hosts = [refused, moved, silent].map(({ url }) => new URL(url).host)
    expect(problems).toEqual([
      `${hosts[0]} answered with HTTP 401`,
      `${hosts[1]} answered with HTTP 302`,
      `${hosts[2]} was not reached: no answer within 0.3 s`,
    ])
    const { hook } = webhook(refused.url)
    hook.send(alert(1))
    await counted(hook, { lost: 1 })
    expect([refused, moved].map(({ received }) => received.length)).toEqual([2, 1])
  })

  it('loses the oldest when too many wait, and none of it is told', async () => {
    const { received, url } = await receiver((number) => (number === 0 ? 'hang' : 200))
    const { hook, troubles } = webhook(url, { mostWaiting: 2 })
    for (const id of [1, 2, 3, 4, 5]) hook.send(alert(id))
    await counted(hook, { sent: 3 })
    expect([...new Set(idsOf(received))]).toEqual([1, 4, 5])
    expect(await hook.status()).toMatchObject({ lost: 2 })
    expect(troubles).toEqual([])
  })

  it('tells of what waited the market that it was about, though another one runs by now', async () => {
    let mode: 'demo' | 'live' = 'demo'
    const { received, url } = await receiver((number) => (number === 0 ? 503 : 200))
    const { hook } = webhook(url, { mode: () => mode })
    hook.send(alert(1))
    hook.send(alert(2))
    mode = 'live'
    hook.send(alert(3))
    await counted(hook, { sent: 3 })
    const modes = received.map(({ body }) => (JSON.parse(body) as { mode: string }).mode)
    expect(modes).toEqual(['demo', 'demo', 'demo', 'live'])
  })

  it('goes without a secret where no keychain gives one, and says why', async () => {
    const { received, url } = await receiver()
    const { hook } = webhook(url, { secret: () => Promise.reject(new KeychainError('no keychain')) })
    expect(await hook.test()).toBe(null)
    expect(received[0]?.headers['x-secret']).toBe(undefined)
    expect(await hook.status()).toMatchObject({ hasSecret: false, keychainProblem: 'no keychain' })
  })

  it('does not keep an old secret that was read while it was changed', async () => {
    const { received, url } = await receiver()
    const answers: ((secret: string) => void)[] = []
    const { hook } = webhook(url, { secret: () => new Promise((resolve) => answers.push(resolve)) })
    hook.send(alert(1))
    const status = hook.status()
    expect(answers.length).toBe(2)
    hook.forget()
    for (const answer of answers.splice(0)) answer('old')
    await until(() => answers.length === 2, 'the question for the new one')
    for (const answer of answers) answer('new')
    await status
    hook.send(alert(2))
    await until(() => received.length === 2, 'both')
    expect(received.map(({ headers }) => headers['x-secret'])).toEqual(['new', 'new'])
  })

  it('does nothing without an address', async () => {
    const { hook } = webhook(null)
    hook.send(alert(1))
    expect(await hook.status()).toMatchObject({ target: null, waiting: 0, sent: 0 })
  })

  it.each([
    ['http://example.com/hook', false],
    ['https://user:word@example.com/hook', false],
    ['https://example.com/hook?token=1', true],
    ['http://127.0.0.1:8080/hook', true],
    ['http://127.0.0.1.example.com/hook', false],
    ['http://localhost/hook', true],
    ['http://localhost.example.com/', false],
    ['http://[::1]:8080/', true],
    ['ftp://127.0.0.1/', false],
  ])('takes the address %s: %s', (url, isRight) => {
    expect(AlertSettings.safeParse({ webhook: { url } }).success).toBe(isRight)
  })
})
