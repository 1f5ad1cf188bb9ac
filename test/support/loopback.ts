/** Real servers on 127.0.0.1 for tests of sockets and calls, and waiting for a condition instead of a time. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Control, FeedRules } from '../../src/main/net/feed.ts'

/** Resolves as soon as `condition` holds; fails after `withinMs`, naming what was waited for. */
export async function until(condition: () => boolean, what: string, withinMs = 10_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!condition()) {
    if (Date.now() > end) throw new Error(`did not happen within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export interface HttpLoopback {
  /** `http://127.0.0.1:41001` */
  readonly origin: string
  /** Path and query of every request that came. */
  readonly requests: string[]
  close(): Promise<void>
}

/** Serves every request with `answer`, which gets the number of the request (1 is the first). */
export async function serveHttp(
  answer: (request: IncomingMessage, response: ServerResponse, number: number) => void,
): Promise<HttpLoopback> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    answer(request, response, requests.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** One client of the toy feed. */
export interface ToyPeer {
  readonly socket: WebSocket
  readonly wires: Set<string>
  /** What it sent, with performance.now() of its arrival; protocol pings are `<ping>`. */
  readonly received: { readonly at: number; readonly text: string }[]
  readonly connectedAt: number
  /** With its query. */
  readonly path: string
}

/** How the toy feed behaves; a test replaces what it needs. */
export interface ToyManners {
  /** Answers a subscription; true lets it through. */
  subscribe(peer: ToyPeer, id: number, wires: readonly string[]): boolean
  /** A text heartbeat came. */
  heartbeat(peer: ToyPeer): void
  connect(peer: ToyPeer): void
}

export interface ToyFeed {
  readonly url: string
  readonly port: number
  /** Everybody who ever connected, in order. */
  readonly peers: ToyPeer[]
  /** Those still connected. */
  open(): ToyPeer[]
  /** Of everybody who ever connected, in order. */
  paths(): string[]
  /** Sends the next number of a wire to everybody subscribed to it. */
  push(wire: string): void
  /** Wires as subscribed over all open sockets, sorted; doubles stay. */
  subscribed(): string[]
  close(): Promise<void>
}

/**
 * A WebSocket server that speaks a toy protocol: {"op":"sub","id":1,"wires":["a"]} is answered {"ack":1}, pushes are
 * {"wire":"a","n":1}, the heartbeat is "beat" and "boom".
 */
export async function serveToyFeed(manners: Partial<ToyManners> = {}, port = 0): Promise<ToyFeed> {
  const server = new WebSocketServer({ host: '127.0.0.1', port, autoPong: true })
  await new Promise<void>((resolve) => server.once('listening', resolve))
  const peers: ToyPeer[] = []
  const numbers = new Map<string, number>()
  server.on('connection', (socket, { url: path = '' }) => {
    const peer: ToyPeer = { socket, wires: new Set(), received: [], connectedAt: performance.now(), path }
    peers.push(peer)
    socket.on('error', () => socket.terminate())
    socket.on('ping', () => peer.received.push({ at: performance.now(), text: '<ping>' }))
    socket.on('message', (bytes) => {
      const text = bytes.toString()
      peer.received.push({ at: performance.now(), text })
      if (text === 'beat') {
        if (manners.heartbeat) manners.heartbeat(peer)
        else socket.send('boom')
        return
      }
      if (!text.startsWith('{')) return
      const { op, id, wires } = JSON.parse(text) as { op: string; id: number; wires: string[] }
      if (op === 'unsub') for (const wire of wires) peer.wires.delete(wire)
      else if (manners.subscribe?.(peer, id, wires) ?? true) for (const wire of wires) peer.wires.add(wire)
      else return
      socket.send(JSON.stringify({ ack: id }))
    })
    manners.connect?.(peer)
  })
  const open = () => peers.filter((peer) => peer.socket.readyState === peer.socket.OPEN)
  const bound = (server.address() as AddressInfo).port
  return {
    url: `ws://127.0.0.1:${bound}/feed`,
    port: bound,
    peers,
    open,
    paths: () => peers.map(({ path }) => path),
    push(wire) {
      const n = (numbers.get(wire) ?? 0) + 1
      numbers.set(wire, n)
      for (const peer of open()) if (peer.wires.has(wire)) peer.socket.send(JSON.stringify({ wire, n }))
    },
    subscribed: () =>
      open()
        .flatMap((peer) => [...peer.wires])
        .sort(),
    close: () =>
      new Promise((resolve) => {
        for (const peer of peers) peer.socket.terminate()
        server.close(() => resolve())
      }),
  }
}

/** The toy protocol's rules, roomy unless a test narrows them. */
export const toyRules = (url: string, more: Partial<FeedRules> = {}): FeedRules => ({
  id: 'toy',
  url,
  topicsPerSocket: 10,
  sendsPerSecond: 100,
  connectIntervalMs: 0,
  heartbeat: { everyMs: 1_000, text: () => 'beat' },
  silenceMs: 5_000,
  lifetimeMs: null,
  ackTimeoutMs: 2_000,
  subscribe: (wires, nextId) => [toyRequest('sub', wires, nextId())],
  unsubscribe: (wires, nextId) => [toyRequest('unsub', wires, nextId())],
  ...more,
})

export const toyRequest = (op: 'sub' | 'unsub', wires: readonly string[], id: number) => ({
  id,
  wires,
  text: JSON.stringify({ op, id, wires }),
})

/** Everything the toy server may say. */
interface ToyFrame {
  readonly ack?: number
  /** With an ack of `wires`: what the one wire is called from now on, and what is to be sent next. */
  readonly handle?: number
  readonly next?: string
  readonly acked?: readonly string[]
  readonly refused?: string
  readonly id?: number
  readonly wires?: readonly string[]
  readonly closing?: string
  readonly ping?: string
  /** The answer to a login: true, or why not. */
  readonly login?: true | string
  readonly wire?: string
  readonly n?: number
}

/** A toy frame as its session sees it: housekeeping, or null and a push. */
export function readToyFrame(data: Buffer): { control: Control | null; push: { wire: string; n: number } | null } {
  const text = data.toString()
  if (text === 'boom') return { control: { type: 'pong' }, push: null }
  const frame = JSON.parse(text) as ToyFrame
  const { ack, acked, handle, next, refused, id = null, wires = null, closing, ping, login, wire = '', n = 0 } = frame
  if (ack !== undefined) return { control: { type: 'ack', id: ack, wires: null }, push: null }
  if (acked !== undefined) {
    const more = { ...(handle !== undefined && { handle }), ...(next !== undefined && { next }) }
    return { control: { type: 'ack', id: null, wires: acked, ...more }, push: null }
  }
  if (refused !== undefined) return { control: { type: 'refused', id, wires, message: refused }, push: null }
  if (closing !== undefined) return { control: { type: 'closing', message: closing }, push: null }
  if (ping !== undefined) return { control: { type: 'ping', answer: ping }, push: null }
  if (login === true) return { control: { type: 'loggedIn' }, push: null }
  if (login !== undefined) return { control: { type: 'loginRefused', message: login }, push: null }
  return { control: null, push: { wire, n } }
}
