import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort, selfMadeCertificate, startRedis } from '../../../support/redis.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { toolPath } from '../../../support/tools.ts'
import { bitcoin, entries, feed, live, publishFill, quote, type Rig, redis, rig, until } from './support.ts'

const waitsFor = (one: Rig, words: RegExp): Promise<void> =>
  until(
    () => one.bridge.status().state === 'waiting' && words.test(one.bridge.status().reason ?? ''),
    () => `it waits for ${words}; ${one.said.slice(-3).join()}`,
  )

describe.skipIf(!toolPath('redis'))('a Redis bridge in trouble', { timeout: 30_000 }, () => {
  it('asks for a password in words, tells a wrong one, takes the right one, and never tells it', async () => {
    const server = await redis({ password: 'correct-horse' })
    const one = rig({ url: server.url })
    one.bridge.start()
    await waitsFor(one, /asks for a password: set it in Bots/)
    expect(one.bridge.status()).toMatchObject({ hasPassword: false, url: server.url })
    one.password = 'wrong-battery'
    await one.bridge.restart()
    await waitsFor(one, /refuses the user or the password/)
    one.password = 'correct-horse'
    await one.bridge.restart()
    await live(one)
    expect(one.bridge.status()).toMatchObject({ hasPassword: true, reason: null })
    one.settings = { ...one.settings, url: server.url.replace('redis://', 'redis://nobody@') }
    await one.bridge.restart()
    await waitsFor(one, /refuses the user or the password/)
    expect(one.bridge.status().url).toBe(server.url)
    expect(one.said.filter((line) => /correct-horse|wrong-battery|nobody@/.test(line))).toEqual([])
  })

  it('does not repeat a password that a foreign server sends back', async () => {
    // Servers before version 6, and others that speak the protocol, name the arguments of what they do not know.
    const echo = createServer((socket) => {
      socket.on('data', (data) => {
        socket.write(`-ERR unknown command 'AUTH', with args beginning with: ${JSON.stringify(String(data))}\r\n`)
      })
      socket.on('error', () => undefined)
    })
    const port = await freePort()
    echo.listen(port, '127.0.0.1')
    onTestFinished(() => void echo.close())
    const one = rig({ url: `redis://127.0.0.1:${port}` })
    one.password = 'correct-horse'
    one.bridge.start()
    await waitsFor(one, /did not accept the user and the password/)
    expect(one.said.filter((line) => line.includes('correct-horse'))).toEqual([])
  })

  it('says when the keychain does not give the password, and when nothing listens', async () => {
    const port = await freePort()
    const one = rig(
      { url: `redis://127.0.0.1:${port}` },
      { password: () => Promise.reject(new Error('the keychain is locked')) },
    )
    one.bridge.start()
    await waitsFor(one, /password cannot be read: the keychain is locked/)
    const two = rig({ url: `redis://127.0.0.1:${port}` })
    two.bridge.start()
    await waitsFor(two, /nothing listens there/)
    expect(two.bridge.status().nextAttemptAt).toBeGreaterThan(Date.now() - 1_000)
  })

  it('speaks TLS to whom the named authority vouches for, and to nobody else', async () => {
    const tls = selfMadeCertificate(temporaryFolder())
    const server = await redis({ tls })
    const timing = { backoff: { baseMs: 50, capMs: 200 }, shortestWaitMs: 20, answerTimeoutMs: 1_000 }
    const one = rig({ url: server.url }, { timing })
    one.bridge.start()
    await waitsFor(one, /TLS: the authority of the certificate is not known: name its file/)
    one.settings = { ...one.settings, certificateAuthorityFile: '/nowhere/ca.pem' }
    await one.bridge.restart()
    await waitsFor(one, /file of the certificate authority cannot be read/)
    one.settings = { ...one.settings, certificateAuthorityFile: tls.authority }
    await one.bridge.restart()
    await live(one)
    publishFill(one.bus, 1)
    const client = server.client()
    await until(async () => (await entries(client, 'crossbook:stream:fill')).length === 1, 'it came')
    one.settings = { ...one.settings, url: server.url.replace('rediss:', 'redis:') }
    await one.bridge.restart()
    await waitsFor(one, /does it expect TLS/)
    const plain = await redis()
    one.settings = { ...one.settings, url: plain.url.replace('redis:', 'rediss:') }
    await one.bridge.restart()
    await waitsFor(one, /TLS|closed the connection|no answer/)
  })

  it('needs no more rights than docs/bots.md tells, and says when it has fewer', async () => {
    const docs = readFileSync(join(import.meta.dirname, '../../../../docs/bots.md'), 'utf8')
    const [, rule = ''] = /^ACL SETUSER (.+)$/m.exec(docs) ?? []
    const server = await redis()
    const client = server.client()
    await client.call('ACL', 'SETUSER', ...rule.replace('PASSWORD', 'correct-horse').split(' '))
    await client.call('ACL', 'SETUSER', 'default', 'off')
    const one = rig({ url: `${server.url.replace('redis://', 'redis://crossbook@')}/2` })
    one.password = 'correct-horse'
    one.bridge.start()
    await live(one)
    one.bus.publish(quote(bitcoin, 1))
    publishFill(one.bus, 1)
    await until(() => one.bridge.status().published === 2, 'both are there')
    feed(one.bus, 'down')
    await until(() => one.bridge.status().published === 4, 'its end as well')
    expect(one.bridge.status()).toMatchObject({ state: 'live', reconnects: 0 })
    await client.call('ACL', 'SETUSER', 'crossbook', '-xadd')
    publishFill(one.bus, 2)
    await waitsFor(one, /may not run a command that Crossbook needs/)
  })

  it('waits while the server is full, and loses nothing', async () => {
    const server = await redis()
    const client = server.client()
    const one = rig({ url: server.url })
    one.bridge.start()
    await live(one)
    publishFill(one.bus, 1)
    await until(async () => (await client.exists('crossbook:stream:fill')) === 1, 'the first came')
    await client.config('SET', 'maxmemory', '1')
    for (const number of [2, 3, 4]) publishFill(one.bus, number)
    await waitsFor(one, /out of memory \(maxmemory\)/)
    await client.config('SET', 'maxmemory', '0')
    await live(one)
    await until(() => one.bridge.status().waitingHappenings === 0, 'nothing waits')
    expect((await entries(client, 'crossbook:stream:fill')).map(({ message }) => message.trade_id)).toEqual([
      't1',
      't2',
      't3',
      't4',
    ])
  })

  it('waits for the primary when told a replica, and for a key that holds something else', async () => {
    const primary = await redis()
    const replica = await redis({ args: ['--replicaof', '127.0.0.1', String(primary.port)] })
    const one = rig({ url: replica.url })
    one.bridge.start()
    await waitsFor(one, /read-only replica/)
    await primary.client().set('crossbook:stream:fill', 'mine')
    one.settings = { ...one.settings, url: primary.url }
    await one.bridge.restart()
    await waitsFor(one, /key crossbook:stream:fill holds a string/)
  })

  it('notices a server that no longer answers, and comes back by itself', async () => {
    const server = await redis()
    const timing = {
      backoff: { baseMs: 50, capMs: 100 },
      shortestWaitMs: 20,
      answerTimeoutMs: 300,
      flushEveryMs: 50,
      alertAfterMs: 400,
    }
    const one = rig({ url: server.url, timeToLiveSeconds: 1 }, { timing })
    one.bridge.start()
    await live(one)
    server.signal('SIGSTOP')
    await waitsFor(one, /no answer in time/)
    await until(() => one.alerts.length > 0, 'it is worth an alert')
    one.bus.publish(quote(bitcoin, 7))
    server.signal('SIGCONT')
    await live(one)
    const client = server.client()
    await until(
      async () => (await client.exists('crossbook:latest:book_ticker:BINANCE:BTC_USDT')) === 1,
      'the newest quote came',
    )
    expect(one.alerts.map(({ severity }) => severity)).toEqual(['warning', 'info'])
  })

  it('stops though the keychain never answers, and though the disk does not give back what waits', async () => {
    const server = await redis()
    const silent = rig({ url: server.url }, { password: () => new Promise(() => undefined) })
    silent.bridge.start()
    await until(() => silent.bridge.status().state === 'connecting', 'it asks')
    await silent.bridge.stop()
    await server.kill()
    const one = rig({ url: server.url })
    one.bridge.start()
    await until(() => one.bridge.status().state === 'waiting', 'it waits')
    publishFill(one.bus, 1)
    await until(() => one.bridge.status().spilledHappenings === 1, 'it lies on the disk')
    const [segment = ''] = readdirSync(one.folder).filter((name) => name.endsWith('.spill'))
    rmSync(join(one.folder, segment))
    mkdirSync(join(one.folder, segment))
    await server.restart()
    await live(one)
    await until(() => one.alerts.length === 1, 'it is told')
    const from = Date.now()
    await one.bridge.stop()
    expect(Date.now() - from).toBeLessThan(10_000)
    expect(one.alerts[0]?.message).toMatch(/cannot be kept on the disk: EISDIR/)
  })

  it('stops within a moment though the server hangs, and keeps what waits', async () => {
    const server = await startRedis()
    onTestFinished(() => server.close())
    const one = rig({ url: server.url })
    one.bridge.start()
    await live(one)
    server.signal('SIGSTOP')
    for (let number = 1; number <= 3; number++) publishFill(one.bus, number)
    await one.bridge.stop()
    expect(one.bridge.status()).toMatchObject({ state: 'off', waitingHappenings: 3, spilledHappenings: 3 })
  })
})
