/**
 * A proxy between connectors and simulator: a port of its own per origin, HTTP and WebSocket alike. It passes everything on as it is until
 * faults are in force, and knows what it took away. The connectors are the program's own, reached through their `origins` setting.
 */
import dns from 'node:dns'
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import type { AddressInfo, Socket } from 'node:net'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { ExchangeId } from '../../src/shared/domain/index.ts'
import {
  type Dice,
  damaged,
  diceOf,
  type FrameFaultKind,
  type FrameLabel,
  isMomentary,
  labelOf,
  type ProxyFault,
} from './chaos-faults.ts'

/** Names of origins end so; they resolve to this machine unless a fault says otherwise. */
const domain = '.chaos.test'
const loopback = '127.0.0.1'
/** Pieces of an answer that drips, and the time between them. */
const dripBytes = 2_048
const dripEveryMs = 40
/** A frame that waits for the next one to change places with, ms at most. */
const reorderWithinMs = 400
const portalPage = '<!doctype html><html><head><title>Sign in</title></head><body>Welcome to Hotel Wi-Fi</body></html>'
/** A close code that RFC 6455 lets nobody send stands for "none came". */
const unsendable: ReadonlySet<number> = new Set([1004, 1005, 1006, 1015])

/** Something that the client was not given, or not as it was. */
export interface InjectedHole {
  readonly exchange: ExchangeId
  /** The real one, `wss://stream.binance.com:9443`. */
  readonly origin: string
  readonly fault: ProxyFault
  /** null: everything that went over its sockets. */
  readonly label: FrameLabel | null
  /** Epoch ms. `to` null: it is still so. */
  readonly from: number
  to: number | null
}

interface Force {
  readonly fault: ProxyFault
  readonly exchange: ExchangeId
  /** null: all of the exchange's. */
  readonly origin: string | null
  struck: number
}

const names = new Set<string>()
let isPatched = false

/** Node asks `dns.lookup` for every host that a socket or request names: those of this proxy are answered here. */
function answerNames(): void {
  if (isPatched) return
  isPatched = true
  const usual = dns.lookup
  const lookup = (hostname: string, ...rest: unknown[]): void => {
    const callback = rest.at(-1)
    if (!hostname.endsWith(domain) || typeof callback !== 'function') {
      Reflect.apply(usual, dns, [hostname, ...rest])
      return
    }
    const [options] = rest
    const wantsAll = typeof options === 'object' && options !== null && 'all' in options && options.all === true
    process.nextTick(() => {
      if (!names.has(hostname)) {
        const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
          ...{ code: 'ENOTFOUND', errno: -3008, syscall: 'getaddrinfo', hostname },
        })
        callback(error)
      } else if (wantsAll) callback(null, [{ address: loopback, family: 4 }])
      else callback(null, loopback, 4)
    })
  }
  Object.defineProperty(dns, 'lookup', { value: lookup, configurable: true, writable: true })
  // Modules that imported it by name see the new one, too.
  syncBuiltinESMExports()
}

export interface ChaosProxyOptions {
  /** Of the simulator: real origin -> loopback origin, per exchange. */
  readonly origins: readonly {
    readonly exchange: ExchangeId
    readonly origins: Readonly<Record<string, string>>
  }[]
  readonly seed: number
  /** Of host names; unlike every other proxy's in this process. */
  readonly name: string
}

export class ChaosProxy {
  readonly holes: InjectedHole[] = []
  private readonly gates: Gate[] = []
  private readonly forces = new Set<Force>()
  private readonly dice: Dice

  private constructor(seed: number) {
    this.dice = diceOf(seed)
  }

  static async start({ origins, seed, name }: ChaosProxyOptions): Promise<ChaosProxy> {
    answerNames()
    const proxy = new ChaosProxy(seed)
    for (const { exchange, origins: ofExchange } of origins) {
      for (const [real, target] of Object.entries(ofExchange)) {
        const host = `${exchange}-${proxy.gates.length}-${name}${domain}`
        const gate = new Gate({ exchange, real, target, host, dice: proxy.dice, holes: proxy.holes })
        proxy.gates.push(gate)
        await gate.listen()
      }
    }
    return proxy
  }

  /** Real origin -> the proxy's. */
  originsOf(exchange: ExchangeId): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.gates.filter((gate) => gate.exchange === exchange).map((gate) => [gate.real, gate.address]),
    )
  }

  /** The real origins that serve sockets, of an exchange. */
  streamsOf(exchange: ExchangeId): readonly string[] {
    return Object.keys(this.originsOf(exchange)).filter((real) => real.startsWith('ws'))
  }

  /** In force until the returned function is called; a momentary one has happened by then. */
  async begin(fault: ProxyFault, exchange: ExchangeId, origin: string | null = null): Promise<() => Promise<void>> {
    const force: Force = { fault, exchange, origin, struck: 0 }
    const gates = this.gates.filter((gate) => gate.exchange === exchange && (origin ?? gate.real) === gate.real)
    if (!isMomentary(fault)) this.forces.add(force)
    for (const gate of gates) await gate.begin(force)
    return async () => {
      if (!this.forces.delete(force)) return
      for (const gate of gates) await gate.end(force)
    }
  }

  /** Connections that exist now, and the bytes that wait in their sockets. */
  load(): { readonly links: number; readonly waitingBytes: number } {
    const links = this.gates.flatMap((gate) => [...gate.links])
    return { links: links.length, waitingBytes: links.reduce((sum, link) => sum + link.waitingBytes, 0) }
  }

  async close(): Promise<void> {
    this.forces.clear()
    await Promise.all(this.gates.map((gate) => gate.close()))
  }
}

interface GateOptions {
  readonly exchange: ExchangeId
  readonly real: string
  readonly target: string
  readonly host: string
  readonly dice: Dice
  readonly holes: InjectedHole[]
}

/** One origin's door. */
class Gate {
  readonly exchange: ExchangeId
  readonly real: string
  readonly links = new Set<Link>()
  readonly forces = new Set<Force>()
  private readonly options: GateOptions
  private readonly server: Server
  private readonly upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false, autoPong: false })
  private readonly agent = new Agent({ keepAlive: true })
  private readonly connections = new Set<Socket>()
  /** What waits for the end of a half-open time. */
  private stalled: (() => void)[] = []
  private port = 0

  constructor(options: GateOptions) {
    this.options = options
    this.exchange = options.exchange
    this.real = options.real
    this.server = createServer({ keepAliveTimeout: 90_000 })
    this.server.on('connection', (socket) => {
      this.connections.add(socket)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => this.connections.delete(socket))
    })
    this.server.on('request', (request, response) => this.whenPassable(() => this.request(request, response)))
    this.server.on('upgrade', (request, socket: Socket, head) =>
      this.whenPassable(() => this.upgrade(request, socket, head)),
    )
  }

  get address(): string {
    return `${this.real.startsWith('ws') ? 'ws' : 'http'}://${this.options.host}:${this.port}`
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(this.port, loopback, () => {
        this.server.removeListener('error', reject)
        resolve()
      })
    })
    const bound = this.server.address()
    if (bound === null || typeof bound === 'string') throw new Error(`no port for ${this.real}`)
    this.port = (bound satisfies AddressInfo).port
    names.add(this.options.host)
  }

  async begin(force: Force): Promise<void> {
    const { fault } = force
    if (!isMomentary(fault)) this.forces.add(force)
    if (fault.kind === 'close') {
      this.hole(fault, Date.now())
      for (const link of this.links) link.closeBoth(1001, 'the connection is 24 hours old')
      return
    }
    if (fault.kind === 'refused' || fault.kind === 'unresolved') {
      this.hole(fault, null)
      if (fault.kind === 'refused') this.server.close()
      else names.delete(this.options.host)
      this.reset()
    } else if (fault.kind === 'reset') {
      this.hole(fault, Date.now())
      this.reset()
    } else if (fault.kind === 'captive_portal' || (fault.kind === 'status' && fault.cuts)) {
      this.hole(fault, null)
      this.reset()
    } else if (fault.kind === 'half_open') {
      this.hole(fault, null)
    }
  }

  async end(force: Force): Promise<void> {
    const { fault } = force
    this.forces.delete(force)
    for (const hole of this.options.holes) {
      if (hole.fault === fault && hole.origin === this.real) hole.to ??= Date.now()
    }
    if (fault.kind === 'unresolved' && !this.has('unresolved')) names.add(this.options.host)
    if (fault.kind === 'refused' && !this.server.listening && !this.has('refused')) await this.listen()
    if (fault.kind === 'half_open' && !this.has('half_open')) {
      const waiting = this.stalled
      this.stalled = []
      if (fault.ending === 'reset') this.reset()
      else for (const one of waiting) one()
    }
  }

  async close(): Promise<void> {
    names.delete(this.options.host)
    this.reset()
    this.agent.destroy()
    if (this.server.listening) await new Promise<void>((resolve) => this.server.close(() => resolve()))
  }

  has(kind: ProxyFault['kind']): boolean {
    return [...this.forces].some(({ fault }) => fault.kind === kind)
  }

  /** At once, or when what holds traffic up has ended; never, when that ends in a reset. */
  whenPassable(run: () => void): void {
    if (this.has('half_open')) this.stalled.push(run)
    else run()
  }

  get delayMs(): number {
    return [...this.forces].reduce((most, { fault }) => (fault.kind === 'delay' ? Math.max(most, fault.ms) : most), 0)
  }

  /** What is to be done with a frame from the exchange; null: pass it on. */
  fateOf(frame: Buffer, isBinary: boolean): { readonly how: FrameFaultKind; readonly instead: Buffer | null } | null {
    for (const force of this.forces) {
      const { fault } = force
      if (fault.kind !== 'frames' || (fault.most !== null && force.struck >= fault.most)) continue
      const label = labelOf(this.exchange, this.real, frame, isBinary)
      if (label === null || (fault.channel ?? label.channel) !== label.channel) continue
      if (this.options.dice() >= fault.probability) continue
      const { how } = fault
      const isDamage = how !== 'duplicate' && how !== 'reorder' && how !== 'lose'
      const instead = isDamage ? damaged(how, frame, isBinary, this.options.dice) : null
      if (isDamage && instead === null) continue
      force.struck++
      const at = Date.now()
      this.options.holes.push({ exchange: this.exchange, origin: this.real, fault, label, from: at, to: at })
      return { how, instead }
    }
    return null
  }

  private hole(fault: ProxyFault, to: number | null): void {
    this.options.holes.push({
      exchange: this.exchange,
      origin: this.real,
      fault,
      label: null,
      from: Date.now(),
      to,
    })
  }

  private reset(): void {
    for (const connection of this.connections) connection.resetAndDestroy()
    for (const link of this.links) link.abandon()
  }

  private answerInstead(): { status: number; headers: Record<string, string>; body: string } | null {
    for (const { fault } of this.forces) {
      if (fault.kind === 'captive_portal')
        return { status: 200, headers: { 'content-type': 'text/html' }, body: portalPage }
      if (fault.kind === 'status') {
        const { status, retryAfterSeconds } = fault
        const retry: Record<string, string> =
          retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }
        return {
          status,
          headers: { 'content-type': 'text/plain', ...retry },
          body: STATUS_CODES[status] ?? 'fault',
        }
      }
    }
    return null
  }

  private request(request: IncomingMessage, response: ServerResponse): void {
    const instead = this.answerInstead()
    if (instead !== null) {
      request.resume()
      response.writeHead(instead.status, instead.headers).end(instead.body)
      return
    }
    const target = new URL(this.options.target.replace(/^ws/, 'http'))
    const onward = httpRequest(
      {
        ...{ host: target.hostname, port: target.port, method: request.method, path: request.url, agent: this.agent },
        headers: { ...request.headers, host: target.host },
      },
      (answer) => this.answer(answer, response),
    )
    onward.on('error', () => response.destroy())
    response.once('close', () => onward.destroy())
    request.pipe(onward)
  }

  private answer(answer: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = []
    answer.on('data', (piece: Buffer) => pieces.push(piece))
    answer.once('error', () => response.destroy())
    answer.once('end', () => {
      const body = Buffer.concat(pieces)
      const send = () =>
        this.whenPassable(() => {
          if (response.destroyed) return
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          if (this.has('drip')) drip(response, body)
          else response.end(body)
        })
      if (this.delayMs > 0) setTimeout(send, this.delayMs)
      else send()
    })
  }

  private upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (socket.destroyed) return
    const instead = this.answerInstead()
    if (instead !== null) {
      const headers = Object.entries({ ...instead.headers, 'content-length': String(instead.body.length) })
      const lines = [
        `HTTP/1.1 ${instead.status} ${STATUS_CODES[instead.status] ?? ''}`,
        ...headers.map(([name, value]) => `${name}: ${value}`),
        'connection: close',
      ]
      socket.end(`${lines.join('\r\n')}\r\n\r\n${instead.body}`)
      return
    }
    const passed = Object.entries(request.headers).filter(
      ([name]) => name !== 'host' && name !== 'connection' && name !== 'upgrade' && !name.startsWith('sec-websocket'),
    )
    const onward = new WebSocket(`${this.options.target}${request.url ?? '/'}`, {
      ...{ perMessageDeflate: false, autoPong: false },
      headers: Object.fromEntries(passed.map(([name, value]) => [name, String(value)])),
    })
    onward.once('unexpected-response', (_request, answer) => {
      socket.end(
        `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      )
      onward.terminate()
    })
    onward.on('error', () => socket.destroy())
    onward.once('open', () => {
      onward.pause()
      if (socket.destroyed) {
        onward.terminate()
        return
      }
      this.upgrades.handleUpgrade(request, socket, head, (client) => {
        const link = new Link(this, client, onward)
        this.links.add(link)
        client.once('close', () => this.links.delete(link))
        onward.resume()
      })
    })
  }
}

/** One WebSocket connection's two halves. */
class Link {
  private readonly gate: Gate
  private readonly client: WebSocket
  private readonly server: WebSocket
  private readonly toClient = new Lane()
  private readonly toServer = new Lane()
  /** The frame that changes places with the next. */
  private heldBack: (() => void) | null = null

  constructor(gate: Gate, client: WebSocket, server: WebSocket) {
    this.gate = gate
    this.client = client
    this.server = server
    client.on('error', () => client.terminate())
    server.on('error', () => server.terminate())
    client.on('message', (data, isBinary) => this.pass(this.toServer, () => sendOn(server, bytesOf(data), isBinary)))
    server.on('message', (data, isBinary) => this.frame(bytesOf(data), isBinary))
    client.on('ping', (data) => this.pass(this.toServer, () => isOpen(server) && server.ping(data)))
    client.on('pong', (data) => this.pass(this.toServer, () => isOpen(server) && server.pong(data)))
    server.on('ping', (data) => this.pass(this.toClient, () => isOpen(client) && client.ping(data)))
    server.on('pong', (data) => this.pass(this.toClient, () => isOpen(client) && client.pong(data)))
    client.once('close', () => server.terminate())
    server.once('close', (code, reason) =>
      this.pass(this.toClient, () =>
        unsendable.has(code) ? client.terminate() : client.close(code, reason.toString()),
      ),
    )
  }

  get waitingBytes(): number {
    return this.client.bufferedAmount + this.server.bufferedAmount
  }

  /** The client's half is gone already. */
  abandon(): void {
    this.server.terminate()
    this.client.terminate()
  }

  closeBoth(code: number, reason: string): void {
    this.client.close(code, reason)
    this.server.terminate()
  }

  private pass(lane: Lane, run: () => void): void {
    const { delayMs } = this.gate
    if (this.gate.has('half_open')) this.gate.whenPassable(run)
    else lane.pass(run, delayMs)
  }

  private frame(data: Buffer, isBinary: boolean): void {
    const { client } = this
    const send = (bytes: Buffer) => () => sendOn(client, bytes, isBinary)
    const fate = this.gate.fateOf(data, isBinary)
    if (fate?.how === 'reorder' && this.heldBack === null) {
      const late = send(data)
      this.heldBack = late
      setTimeout(() => this.release(late), reorderWithinMs)
      return
    }
    if (fate?.how !== 'lose') this.pass(this.toClient, send(fate?.instead ?? data))
    if (fate?.how === 'duplicate') this.pass(this.toClient, send(data))
    if (this.heldBack !== null) this.release(this.heldBack)
  }

  private release(late: () => void): void {
    if (this.heldBack !== late) return
    this.heldBack = null
    this.pass(this.toClient, late)
  }
}

/** One direction: what is delayed stays in order. */
class Lane {
  private readonly waiting: (() => void)[] = []
  private lastDueAt = 0

  pass(run: () => void, delayMs: number): void {
    if (delayMs === 0 && this.waiting.length === 0) {
      run()
      return
    }
    const now = performance.now()
    this.lastDueAt = Math.max(this.lastDueAt, now + delayMs)
    this.waiting.push(run)
    setTimeout(() => this.waiting.shift()?.(), this.lastDueAt - now)
  }
}

const isOpen = (socket: WebSocket): boolean => socket.readyState === WebSocket.OPEN

function sendOn(socket: WebSocket, bytes: Buffer, isBinary: boolean): void {
  if (isOpen(socket)) socket.send(bytes, { binary: isBinary })
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}

function drip(response: ServerResponse, body: Buffer): void {
  let at = 0
  const next = (): void => {
    if (response.destroyed) return
    response.write(body.subarray(at, at + dripBytes))
    at += dripBytes
    if (at < body.length) setTimeout(next, dripEveryMs)
    else response.end()
  }
  next()
}
