import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { mostGatheredBytes, Outbox } from '../../../src/main/gateway/stream/outbox.ts'
import { until } from '../../support/loopback.ts'

/** An outbox at one end of a real connection, and what came at the other. */
async function connected() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const client = new WebSocket(`ws://127.0.0.1:${address.port}`)
  onTestFinished(() => {
    client.terminate()
    server.close()
  })
  const received: string[] = []
  client.on('message', (data) => received.push(data.toString()))
  const [socket, { socket: connection }]: [WebSocket, IncomingMessage] = await new Promise((resolve) =>
    server.once('connection', (...pair) => resolve(pair)),
  )
  const fail = () => expect.unreachable()
  return { outbox: new Outbox(socket, connection, fail, fail), connection, received, socket, client }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('an outbox', () => {
  it('writes what one turn brings at its end, all at once', async () => {
    const { outbox, connection, received } = await connected()
    const texts = Array.from({ length: 100 }, (_, n) => `message ${n}`)
    for (const text of texts) outbox.sendText(text)
    expect(connection.writableLength).toBeGreaterThan(texts.join('').length)
    await turn()
    expect(connection.writableLength).toBe(0)
    await until(() => received.length === 100, 'all')
    expect(received).toEqual(texts)
  })

  it('does not take what one long turn brings for a client that does not read', async () => {
    const { outbox, connection, received } = await connected()
    const text = 'x'.repeat(1_000)
    const most = 130
    for (let n = 0; n < most; n++) {
      outbox.sendText(text)
      expect(connection.writableLength).toBeLessThan(mostGatheredBytes + 2_000)
    }
    await until(() => received.length === most, 'all')
  })

  it('says goodbye after everything that was sent', async () => {
    const { outbox, socket, client, received } = await connected()
    const closed = once(client, 'close')
    for (let n = 0; n < 10; n++) outbox.sendText(`message ${n}`)
    socket.close(4000, 'the end')
    expect((await closed).map(String)).toEqual(['4000', 'the end'])
    expect(received).toHaveLength(10)
  })
})
