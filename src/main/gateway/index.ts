/**
 * The headless door: the hub's contract over a WebSocket on 127.0.0.1, and the same renderer served to a browser. Whoever holds
 * the token may talk; pages of other origins may not, token or no token.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync } from 'node:fs'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import fastifyWebsocket from '@fastify/websocket'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { PushName, PushPayload } from '../../shared/contract.ts'
import { decodeMessage, encodeMessage } from '../../shared/wire.ts'
import type { Client } from '../broadcaster.ts'
import { SettingsError } from '../config.ts'
import type { Hub } from '../hub.ts'
import type { Logger } from '../log.ts'

/** What the door needs of the hub. */
export type GatewayHub = Pick<Hub, 'call' | 'connect' | 'disconnect'>

export interface GatewayOptions {
  readonly hub: GatewayHub
  readonly port: number
  /** Folder of the built renderer. */
  readonly rendererDir: string
  readonly logger: Logger
}

export interface Gateway {
  /** `http://127.0.0.1:7373` */
  readonly url: string
  readonly token: string
  close(): Promise<void>
}

/** State pushes pause for a client with this much unsent; happenings go on until the second bound, then it is cut off. */
const backedUpBytes = 1_000_000
const hopelessBytes = 64_000_000
const largestMessageBytes = 1_000_000

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Throws a SettingsError when the port cannot be had. */
export async function openGateway({ hub, port, rendererDir, logger }: GatewayOptions): Promise<Gateway> {
  if (!existsSync(rendererDir)) throw new Error(`the built interface is missing at ${rendererDir}: run npm run build`)
  const token = randomBytes(24).toString('base64url')
  const server = fastify({ logger: false, bodyLimit: 65_536, forceCloseConnections: true })
  await server.register(rateLimit, { max: 600, timeWindow: '1 minute' })
  await server.register(fastifyWebsocket, { options: { maxPayload: largestMessageBytes, perMessageDeflate: false } })
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    // A page elsewhere that points a name of its own at 127.0.0.1 (DNS rebinding) sends another Host.
    if (!isLoopbackHost(request.headers.host))
      return reply.code(403).send({ error: 'this address serves 127.0.0.1 only' })
  })
  await server.register(fastifyStatic, { root: rendererDir, index: ['index.html'], cacheControl: false })
  addSocket(server, hub, token, logger)
  try {
    await server.listen({ host: '127.0.0.1', port })
  } catch (error) {
    await server.close()
    if (!(error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')))
      throw error
    const why = error.code === 'EADDRINUSE' ? 'another program uses this port' : 'this port needs administrator rights'
    throw new SettingsError([`gateway.port = ${port}: ${why}; choose another with --port, or 0 for any free one`])
  }
  const address = server.server.address()
  const actualPort = typeof address === 'object' && address ? address.port : port
  return { url: `http://127.0.0.1:${actualPort}`, token, close: () => server.close() }
}

const isLoopbackHost = (host: string | undefined): boolean =>
  /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? '')

/** A browser names the page's origin; other programs send none. */
function isForeignPage(request: FastifyRequest): boolean {
  const { origin } = request.headers
  return origin !== undefined && !/^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(origin)
}

function isToken(given: unknown, token: string): boolean {
  if (typeof given !== 'string') return false
  const a = Buffer.from(given)
  const b = Buffer.from(token)
  return a.length === b.length && timingSafeEqual(a, b)
}

function addSocket(server: FastifyInstance, hub: GatewayHub, token: string, logger: Logger): void {
  server.get('/ws', { websocket: true }, (socket: WebSocket, request) => {
    const { token: given } = request.query as { token?: unknown }
    if (isForeignPage(request) || !isToken(given, token)) {
      // 4401: the page says in words that the token is wrong, and stops trying.
      socket.close(4401, 'wrong token')
      return
    }
    const client = new SocketClient(socket, logger)
    hub.connect(client)
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      const message = isBinary ? null : decodeMessage(data.toString())
      if (!message?.ok || message.value.kind !== 'call') {
        logger.warn('a client of the gateway sent something that is no call')
        socket.close(1003, 'not a call')
        return
      }
      const { id, name, request: body } = message.value
      void hub.call(client, name, body).then((reply) => client.sendText(encodeMessage({ kind: 'reply', id, reply })))
    })
    socket.on('close', () => hub.disconnect(client))
    socket.on('error', (error) => logger.debug({ err: error }, 'a client of the gateway failed'))
  })
}

class SocketClient implements Client {
  private readonly socket: WebSocket
  private readonly logger: Logger

  constructor(socket: WebSocket, logger: Logger) {
    this.socket = socket
    this.logger = logger
  }

  send<N extends PushName>(name: N, payload: PushPayload<N>): void {
    this.sendText(encodeMessage({ kind: 'push', name, payload }))
  }

  sendText(text: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return
    if (this.socket.bufferedAmount > hopelessBytes) {
      this.logger.warn('a client of the gateway does not read: cut off')
      this.socket.terminate()
      return
    }
    this.socket.send(text)
  }

  keepsUp(): boolean {
    return this.socket.bufferedAmount < backedUpBytes
  }
}
