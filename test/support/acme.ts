/** Acme, an exchange that does not exist, on 127.0.0.1: what the plugin in test/fixtures/plugins speaks to. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { Period, periodMs } from '../../src/shared/domain/index.ts'

const Request = z.object({ op: z.string(), id: z.number().optional(), topics: z.array(z.string()).default([]) })

export interface Acme {
  /** For `exchanges.x-acme.origins` of the settings. */
  readonly origins: Readonly<Record<string, string>>
  readonly address: string
  /** Paths and queries of calls, oldest first. */
  readonly requests: readonly string[]
  /** Topics of the sockets that are open. */
  topics(): readonly string[]
  /** A frame to every socket. */
  send(frame: unknown): void
}

const startPrice = 100

export async function startAcme(markets: readonly string[] = ['BTC', 'ETH']): Promise<Acme> {
  const requests: string[] = []
  const peers = new Map<WebSocket, Set<string>>()
  const listing = markets.map((base) => ({
    name: `${base}-USDT`,
    base,
    quote: 'USDT',
    tick: '0.01',
    lot: '0.001',
    open: true,
  }))
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://acme')
    const reply = (body: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (pathname === '/time') return reply({ now: Date.now() })
    if (pathname === '/markets') return reply(listing)
    if (pathname === '/report') return reply({})
    if (pathname === '/candles') return reply(candles(searchParams))
    return reply('no such path', 404)
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => {
    const topics = new Set<string>()
    peers.set(socket, topics)
    socket.on('close', () => peers.delete(socket))
    socket.on('message', (data: Buffer) => {
      const { op, id, topics: named } = Request.parse(JSON.parse(data.toString('utf8')))
      if (op === 'ping') return socket.send('{"pong":true}')
      for (const topic of named) op === 'subscribe' ? topics.add(topic) : topics.delete(topic)
      socket.send(JSON.stringify({ ack: id }))
    })
  })
  let book = 0
  const quote = setInterval(() => {
    const t = Date.now()
    for (const [socket, topics] of peers) {
      for (const topic of topics) {
        const [channel] = topic.split(':')
        const n = ++book
        const price = (startPrice + (n % 10) / 100).toFixed(2)
        const ask = (startPrice + 0.5 + (n % 10) / 100).toFixed(2)
        if (channel === 'quote') socket.send(JSON.stringify({ topic, t, bid: [price, '2'], ask: [ask, '3'] }))
        if (channel === 'trades')
          socket.send(JSON.stringify({ topic, t, id: `${n}`, price: ask, size: '0.5', side: 'buy' }))
        if (channel === 'book')
          socket.send(
            JSON.stringify({
              topic,
              t,
              n,
              bids: [
                [price, '2'],
                ['99', '7'],
              ],
              asks: [
                [ask, '3'],
                ['102', '8'],
              ],
            }),
          )
        if (channel === 'candles') {
          const period = Period.parse(topic.split(':')[2])
          const open = t - (t % periodMs[period])
          socket.send(JSON.stringify({ topic, t, candle: [open, '100', '103', '99', ask, '12.5'], closed: false }))
        }
      }
    }
  }, 50)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    clearInterval(quote)
    for (const socket of peers.keys()) socket.terminate()
    sockets.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return {
    origins: {
      'https://api.acme.example': `http://127.0.0.1:${port}`,
      'wss://stream.acme.example': `ws://127.0.0.1:${port}`,
    },
    address: `http://127.0.0.1:${port}`,
    requests,
    topics: () => [...peers.values()].flatMap((topics) => [...topics]),
    send: (frame) => {
      for (const socket of peers.keys()) socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
    },
  }
}

/** Every candle that is asked for. */
function candles(query: URLSearchParams): readonly unknown[] {
  const step = periodMs[Period.parse(query.get('period'))]
  const [from, to] = [Number(query.get('from')), Number(query.get('to'))]
  const count = Math.max(0, Math.floor((to - from) / step) + 1)
  return Array.from({ length: count }, (_, at) => [from + at * step, '100', '103', '99', '101', '12.5'])
}
