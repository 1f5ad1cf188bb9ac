/** One origin's door in the chaos proxy: a loopback port, the faults in force there, and what they took away. */
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket, WebSocketServer } from 'ws'
import { codeOf } from '../../src/main/errors.ts'
import type { ExchangeId } from '../../src/shared/domain/index.ts'
import { type Dice, damaged, type FrameFaultKind, isMomentary, type ProxyFault } from './chaos-faults.ts'
import { type FrameLabel, labellerOf } from './chaos-labels.ts'
import { Link, type LinkFaults } from './chaos-link.ts'
import { answerNames, loopback, names } from './chaos-names.ts'

/** Pieces of an answer that drips, and the time between them. */
const dripBytes = 2_048
const dripEveryMs = 40
/** Longer than clients keep a connection idle, so that it is theirs to close. */
const keepAliveMs = 90_000
const mostTakenMs = 10_000
const portalPage = '<!doctype html><html><head><title>Sign in</title></head><body>Welcome to Hotel Wi-Fi</body></html>'

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

/** A fault in force. */
export interface Force {
  readonly fault: ProxyFault
  /** Frames that it struck so far. */
  struck: number
}

export interface GateOptions {
  readonly exchange: ExchangeId
  readonly real: string
  readonly target: string
  readonly host: string
  readonly dice: Dice
  readonly holes: InjectedHole[]
}

export class Gate implements LinkFaults {
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
    this.server = createServer({ keepAliveTimeout: keepAliveMs })
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
    answerNames()
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

  /** Another program may have taken the port meanwhile: the fault lasts until it is free again. */
  private async listenAgain(): Promise<void> {
    const until = Date.now() + mostTakenMs
    for (;;) {
      try {
        await this.listen()
        return
      } catch (error) {
        if (codeOf(error) !== 'EADDRINUSE' || Date.now() > until) throw error
        await delay(100)
      }
    }
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
    if (fault.kind === 'refused' && !this.server.listening && !this.has('refused')) await this.listenAgain()
    for (const hole of this.options.holes) {
      if (hole.fault === fault && hole.origin === this.real) hole.to ??= Date.now()
    }
    if (fault.kind === 'unresolved' && !this.has('unresolved')) names.add(this.options.host)
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

  get isHeldUp(): boolean {
    return this.has('half_open')
  }

  private has(kind: ProxyFault['kind']): boolean {
    return [...this.forces].some(({ fault }) => fault.kind === kind)
  }

  whenPassable(run: () => void): void {
    if (this.isHeldUp) this.stalled.push(run)
    else run()
  }

  get delayMs(): number {
    return [...this.forces].reduce((most, { fault }) => (fault.kind === 'delay' ? Math.max(most, fault.ms) : most), 0)
  }

  fateOf(
    frame: Buffer,
    isBinary: boolean,
    label: FrameLabel | null,
  ): { readonly how: FrameFaultKind; readonly instead: Buffer | null } | null {
    for (const force of this.forces) {
      const { fault } = force
      if (fault.kind !== 'frames' || (fault.most !== null && force.struck >= fault.most)) continue
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
        const link = new Link(this, labellerOf(this.exchange, this.real), client, onward)
        this.links.add(link)
        client.once('close', () => this.links.delete(link))
        onward.resume()
      })
    })
  }
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
