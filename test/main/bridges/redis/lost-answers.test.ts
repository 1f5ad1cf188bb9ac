import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RedisServer } from '../../../support/redis.ts'
import { toolPath } from '../../../support/tools.ts'
import { entries, live, publishFill, type Rig, redis, rig, until } from './support.ts'

/** A network between bridge and server that loses answers, or brings what was sent after its connection is long given up. */
async function network(server: RedisServer) {
  const held: (() => void)[] = []
  const parts = { url: '', answers: true, requests: true, release: () => held.splice(0).map((send) => send()) }
  const sockets: Socket[] = []
  const proxy = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1')
    sockets.push(client, upstream)
    client.on('data', (data) => {
      if (parts.requests) upstream.write(data)
      else held.push(() => upstream.write(data))
    })
    upstream.on('data', (data) => {
      if (parts.answers && !client.destroyed) client.write(data)
    })
    // The way to the server stays open: what the bridge gave up may still arrive.
    client.on('error', () => undefined)
    upstream.on('error', () => undefined)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  parts.url = `redis://127.0.0.1:${address.port}`
  return parts
}

const timing = { backoff: { baseMs: 20, capMs: 50 }, shortestWaitMs: 20, answerTimeoutMs: 300, flushEveryMs: 50 }
const upTo = (count: number) => Array.from({ length: count }, (_, at) => `t${at + 1}`)
const waiting = (one: Rig) => until(() => one.bridge.status().state === 'waiting', 'it has given up')
const delivered = (one: Rig) => until(() => one.bridge.status().waitingHappenings === 0, 'nothing waits')

describe.skipIf(!toolPath('redis'))('happenings over a bad network', { timeout: 30_000 }, () => {
  it('are not sent twice when only the answer was lost', async () => {
    const server = await redis()
    const client = server.client()
    const between = await network(server)
    // So short a stream that its first entries are gone before anybody could look for them.
    const one = rig({ url: between.url, streamLength: 100 }, { timing })
    const heard: unknown[] = []
    const subscriber = server.client()
    subscriber.on('message', (_channel: string, text: string) => heard.push(JSON.parse(text).trade_id))
    await subscriber.subscribe('crossbook:fill:BINANCE:BTC_USDT')
    one.bridge.start()
    await live(one)
    between.answers = false
    for (let number = 1; number <= 400; number++) publishFill(one.bus, number)
    await waiting(one)
    between.answers = true
    publishFill(one.bus, 401)
    await live(one)
    await delivered(one)
    await until(() => heard.length >= 401, 'all were heard')
    expect(heard).toEqual(upTo(401))
    const stored = (await entries(client, 'crossbook:stream:fill')).map(({ message }) => message.trade_id)
    expect(stored).toEqual(upTo(401).slice(-stored.length))
  })

  it('are not stored twice when what was given up arrives after all', async () => {
    const server = await redis()
    const between = await network(server)
    const one = rig({ url: between.url }, { timing })
    one.bridge.start()
    await live(one)
    between.requests = false
    for (let number = 1; number <= 300; number++) publishFill(one.bus, number)
    await waiting(one)
    between.requests = true
    await live(one)
    for (let number = 301; number <= 350; number++) publishFill(one.bus, number)
    await delivered(one)
    expect(between.release().length).toBeGreaterThan(0)
    publishFill(one.bus, 351)
    await delivered(one)
    // The server has read the late bytes once it answers on a connection that wrote after them.
    await new Promise((resolve) => setTimeout(resolve, 200))
    const stored = await entries(server.client(), 'crossbook:stream:fill')
    expect(stored.map(({ message }) => message.trade_id)).toEqual(upTo(351))
  })
})
