import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws'
import { type Door, openSocketDoor } from '../../src/renderer/socket-api.ts'
import type { AppInfo } from '../../src/shared/contract.ts'
import { decodeMessage, encodeMessage, type Message } from '../../src/shared/wire.ts'
import { quoteColumns } from './support/columns.ts'

const info: AppInfo = {
  version: '1.0.0',
  mode: 'demo',
  door: 'headless',
  dryRun: false,
  dataDir: '/data',
  databaseFile: '/data/crossbook.db',
  settingsFile: '/data/crossbook.yaml',
  startedAt: 1,
}

type Answer = (call: Extract<Message, { kind: 'call' }>, socket: ServerSocket) => void
const ends: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A real server that answers app.info, and anything else as the test says. */
async function listen(answer: Answer = () => {}, port = 0) {
  const http = createServer()
  const server = new WebSocketServer({ server: http })
  const sockets = new Set<ServerSocket>()
  server.on('connection', (socket, request) => {
    if (request.url !== '/signed-in') {
      socket.close(4401, 'not signed in')
      return
    }
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('message', (data) => {
      const message = decodeMessage(String(data))
      if (!message.ok || message.value.kind !== 'call') throw new Error('the client sent something that is no call')
      const { id, name } = message.value
      if (name === 'app.info') socket.send(encodeMessage({ kind: 'reply', id, reply: { ok: true, value: info } }))
      else answer(message.value, socket)
    })
  })
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
  const close = async () => {
    for (const socket of server.clients) socket.terminate()
    server.close()
    await new Promise<void>((resolve) => http.close(() => resolve()))
  }
  ends.push(close)
  return { port: (http.address() as AddressInfo).port, sockets, close }
}

function open(port: number, path = 'signed-in', callTimeoutMs = 5_000, lifeEveryMs = 60_000): Door {
  const url = `ws://127.0.0.1:${port}/${path}`
  const door = openSocketDoor({ url, firstWaitMs: 20, longestWaitMs: 60, callTimeoutMs, lifeEveryMs })
  ends.push(() => door.close())
  return door
}

const untilOpen = (door: Door, generation = 1) =>
  vi.waitFor(() => expect(door.link.getState()).toMatchObject({ state: 'open', generation }))

describe('the door over a WebSocket', () => {
  it('answers calls by their id, whatever order the replies come in', async () => {
    const calls: { id: number; socket: ServerSocket }[] = []
    const server = await listen(({ id }, socket) => calls.push({ id, socket }))
    const door = open(server.port)
    await untilOpen(door)
    const first = door.api.call('progress.cancel', { id: 'a' })
    const second = door.api.call('alerts.list', {})
    await vi.waitFor(() => expect(calls).toHaveLength(2))
    const [a, b] = calls
    b?.socket.send(encodeMessage({ kind: 'reply', id: b.id, reply: { ok: true, value: [] } }))
    a?.socket.send(
      encodeMessage({ kind: 'reply', id: a.id, reply: { ok: false, code: 'badRequest', message: 'no such work' } }),
    )
    expect(await second).toEqual({ ok: true, value: [] })
    expect(await first).toEqual({ ok: false, code: 'badRequest', message: 'no such work' })
  })

  it('carries pushes with their columns, until the listener is let go', async () => {
    const server = await listen()
    const door = open(server.port)
    await untilOpen(door)
    const heard: unknown[] = []
    const end = door.api.on('market.quotes', (push) => heard.push(push))
    const payload = quoteColumns([{ id: 7, bidPrice: 0.1 }])
    const send = () => {
      for (const socket of server.sockets) socket.send(encodeMessage({ kind: 'push', name: 'market.quotes', payload }))
    }
    send()
    await vi.waitFor(() => expect(heard).toEqual([payload]))
    end()
    send()
    expect(await door.api.call('app.info', {})).toEqual({ ok: true, value: info })
    expect(heard).toHaveLength(1)
  })

  it('takes a reply or push of the wrong shape for a failure, not for data', async () => {
    const shown = vi.spyOn(console, 'error').mockImplementation(() => {})
    ends.push(() => shown.mockRestore())
    const server = await listen(({ id }, socket) => {
      socket.send('{"kind":"push"')
      socket.send(encodeMessage({ kind: 'push', name: 'alert.raised', payload: { id: 'x' } }))
      socket.send(encodeMessage({ kind: 'reply', id, reply: { ok: true, value: { no: 'list' } } }))
    })
    const door = open(server.port)
    const heard: unknown[] = []
    door.api.on('alert.raised', (alert) => heard.push(alert))
    await untilOpen(door)
    expect(await door.api.call('alerts.list', {})).toMatchObject({ ok: false, code: 'internal' })
    expect(heard).toEqual([])
    expect(shown).toHaveBeenCalledTimes(2)
  })

  it('says that the connection is lost, fails what was under way, and opens again', async () => {
    const server = await listen()
    const door = open(server.port)
    await untilOpen(door)
    const pending = door.api.call('alerts.list', {})
    await server.close()
    expect(await pending).toMatchObject({ ok: false, code: 'unavailable' })
    expect(door.link.getState()).toMatchObject({ state: 'lost', nextAttemptAt: expect.any(Number) })
    expect(await door.api.call('alerts.list', {})).toMatchObject({ ok: false, code: 'unavailable' })
    await listen(() => {}, server.port)
    await untilOpen(door, 2)
    expect(await door.api.call('app.info', {})).toEqual({ ok: true, value: info })
  })

  it('counts a connection as lost that nobody closed but nobody answers on, and opens another', async () => {
    const server = await listen()
    const door = open(server.port, 'signed-in', 5_000, 100)
    await untilOpen(door)
    const [mute] = server.sockets
    if (!mute) throw new Error('nobody is connected')
    const pending = door.api.call('alerts.list', {})
    // As through a tunnel that is dead: what is sent arrives nowhere, and no end is told.
    mute.removeAllListeners('message')
    const states: string[] = []
    ends.push(door.link.subscribe(({ state }) => states.push(state)))
    expect(await pending).toMatchObject({ ok: false, code: 'unavailable' })
    await untilOpen(door, 2)
    expect(states).toEqual(['lost', 'open'])
    expect(await door.api.call('app.info', {})).toEqual({ ok: true, value: info })
  })

  it('keeps a connection that answers, however quiet', async () => {
    const server = await listen()
    const door = open(server.port, 'signed-in', 5_000, 100)
    await untilOpen(door)
    let asked = 0
    for (const socket of server.sockets) {
      socket.on('message', () => {
        asked++
      })
    }
    await vi.waitFor(() => expect(asked).toBeGreaterThan(4), 10_000)
    expect(door.link.getState()).toMatchObject({ state: 'open', generation: 1 })
  })

  it('says in words that the browser is not signed in, and stops trying', async () => {
    const server = await listen()
    const door = open(server.port, 'stranger')
    await vi.waitFor(() => expect(door.link.getState().state).toBe('refused'))
    expect(door.link.getState()).toMatchObject({
      problem: expect.stringContaining('crossbook link'),
      nextAttemptAt: null,
      generation: 0,
    })
  })

  it('gives up on a call that is never answered', async () => {
    const server = await listen()
    const door = open(server.port, 'signed-in', 30)
    await untilOpen(door)
    expect(await door.api.call('alerts.list', {})).toMatchObject({ ok: false, code: 'unavailable' })
  })
})
