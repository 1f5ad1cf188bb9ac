/** The chaos proxy itself: what it passes on, what it takes away, and that it knows of it. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { ChaosProxy } from '../support/chaos-proxy.ts'
import { json, serveHttp, until } from '../support/loopback.ts'

const stream = 'wss://ws.okx.com:8443'
const rest = 'https://www.okx.com'
const depth = (seqId: number) =>
  `{"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"data":[{"seqId":${seqId},"checksum":0}]}`

let proxies = 0

/** An exchange that answers requests with their path and sends what `push` is given, behind the proxy, with one client. */
async function open() {
  const http = await serveHttp((request, response) => json(response, { path: request.url }))
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const proxy = await ChaosProxy.start({
    origins: [{ exchange: 'okx', origins: { [rest]: http.origin, [stream]: `ws://127.0.0.1:${address.port}` } }],
    ...{ seed: 1, name: `test${++proxies}` },
  })
  const received: string[] = []
  const connect = async () => {
    const client = new WebSocket(`${proxy.originsOf('okx')[stream]}/ws/v5/public`)
    client.on('error', () => client.terminate())
    client.on('message', (data) => received.push(data.toString()))
    await new Promise((resolve, reject) => client.once('open', resolve).once('error', reject))
    return client
  }
  const client = await connect()
  onTestFinished(async () => {
    client.terminate()
    await proxy.close()
    for (const peer of server.clients) peer.terminate()
    server.close()
    await http.close()
  })
  const push = (...texts: string[]) => {
    for (const peer of server.clients) for (const text of texts) peer.send(text)
  }
  const ask = (path: string) => fetch(`${proxy.originsOf('okx')[rest]}${path}`)
  return { proxy, client, connect, received, push, ask }
}

describe('the chaos proxy', () => {
  it('passes frames and requests on as they are', async () => {
    const { received, push, ask, proxy } = await open()
    push('pong', depth(1))
    await until(() => received.length === 2, 'both')
    expect(received).toEqual(['pong', depth(1)])
    expect(await (await ask('/api/v5/public/time?a=1')).json()).toEqual({ path: '/api/v5/public/time?a=1' })
    expect(proxy.holes).toEqual([])
  })

  it('loses exactly one depth frame, and says which', async () => {
    const { received, push, proxy } = await open()
    await proxy.begin({ kind: 'frames', how: 'lose', channel: 'order_book', probability: 1, most: 1 }, 'okx')
    push('pong', depth(1), depth(2))
    await until(() => received.length === 2, 'the others')
    expect(received).toEqual(['pong', depth(2)])
    expect(proxy.holes).toMatchObject([
      { exchange: 'okx', origin: stream, label: { channel: 'order_book', symbol: 'BTC_USDT_PERP' } },
    ])
  })

  it('tells a checksum that the exchange did not', async () => {
    const { received, push, proxy } = await open()
    await proxy.begin({ kind: 'frames', how: 'wrong_checksum', channel: null, probability: 1, most: null }, 'okx')
    push(depth(1))
    await until(() => received.length === 1, 'it')
    expect(received[0]).toMatch(/"seqId":1,"checksum":[1-9]\d*}/)
  })

  it('holds everything up while it is half open, and passes it on in order after that', async () => {
    const { received, push, proxy, ask } = await open()
    const end = await proxy.begin({ kind: 'half_open', ending: 'resume' }, 'okx')
    push(depth(1), depth(2))
    const answer = ask('/later')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(received).toEqual([])
    await end()
    await until(() => received.length === 2, 'both')
    expect(received).toEqual([depth(1), depth(2)])
    expect(await (await answer).json()).toEqual({ path: '/later' })
  })

  it.each([
    [{ kind: 'refused' }, /ECONNREFUSED/],
    [{ kind: 'unresolved' }, /ENOTFOUND/],
  ] as const)('cuts what is open when $kind, and lets nobody in until it ends', async (fault, words) => {
    const { client, connect, proxy } = await open()
    const end = await proxy.begin(fault, 'okx')
    await until(() => client.readyState === WebSocket.CLOSED, 'cut')
    await expect(connect()).rejects.toThrow(words)
    await end()
    const again = await connect()
    again.terminate()
    expect(proxy.holes.map(({ origin, to }) => [origin, to !== null])).toEqual([
      [rest, true],
      [stream, true],
    ])
  })

  it('answers requests and upgrades in the place of the exchange', async () => {
    const { connect, ask, proxy } = await open()
    await proxy.begin({ kind: 'status', status: 429, retryAfterSeconds: 2, cuts: false }, 'okx')
    const answer = await ask('/api/v5/public/time')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '2'])
    await expect(connect()).rejects.toThrow('429')
  })
})
