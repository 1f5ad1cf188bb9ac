/** The bots' WebSocket at /api/v1/stream. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { Logger } from '../../log.ts'
import type { Auth } from '../auth.ts'
import { ApiError } from '../errors.ts'
import type { LiveSockets } from '../live-sockets.ts'
import type { GatewayHub } from '../options.ts'
import { StreamClient } from './client.ts'
import { StreamFeed } from './feed.ts'

const streamPath = '/api/v1/stream'
export const streamProtocol = 'crossbook.v1'
const mostClients = 100
const mostClientsOfToken = 20

export interface StreamOptions {
  readonly hub: GatewayHub
  readonly auth: Auth
  readonly live: LiveSockets
  readonly logger: Logger
  /** Told of each client that was cut off. */
  readonly onRefused: () => void
}

export interface Stream {
  readonly clients: number
  stop(): void
}

export async function addStream(
  server: FastifyInstance,
  { hub, auth, live, logger, onRefused }: StreamOptions,
): Promise<Stream> {
  const feed = new StreamFeed(hub)
  await feed.start()
  const clients = new Set<StreamClient>()
  const onBug = (error: unknown) => logger.error({ err: error }, 'the stream failed')
  const onTopics = () => {
    feed.wantSpreads([...clients].some((client) => client.wants('spread'))).catch(onBug)
  }

  /** Before the handshake, so that a bot is refused in words over HTTP. */
  const mayOpen = (request: FastifyRequest): void => {
    const { key } = auth.demand(request, 'market')
    if (clients.size >= mostClients) throw new ApiError(503, `${mostClients} clients are connected; no more can be`, 10)
    if ([...clients].filter(({ caller }) => caller.key === key).length >= mostClientsOfToken) {
      throw new ApiError(429, `this token has ${mostClientsOfToken} streams open; one is enough for everything`, 10)
    }
    const offered = request.headers['sec-websocket-protocol']
    if (offered !== undefined && !offered.split(',').some((name) => name.trim() === streamProtocol)) {
      throw new ApiError(400, `the subprotocol ${streamProtocol} must be offered besides token.<token>`)
    }
  }

  server.route({
    method: 'GET',
    url: streamPath,
    exposeHeadRoute: false,
    preValidation: async (request) => mayOpen(request),
    handler: () => {
      throw new ApiError(400, 'this is a WebSocket: connect with ws://, see /api/docs')
    },
    wsHandler: (socket: WebSocket, request) => {
      const caller = auth.demand(request, 'market')
      const address = request.ip
      const client = new StreamClient({
        socket,
        connection: request.raw.socket,
        caller,
        hub,
        feed,
        count: () => auth.count(caller, address),
        onTopics,
        onBug,
        onCutOff: (reason) => {
          onRefused()
          logger.warn({ reason, client: caller.key }, 'a client of the stream was cut off')
        },
      })
      clients.add(client)
      live.add(socket, caller, (reason, code) => client.outbox.cutOff(reason, code))
      socket.on('message', (data: Buffer, isBinary: boolean) => void client.receive(data, isBinary))
      socket.on('error', (error) => logger.debug({ err: error }, 'a client of the stream failed'))
      socket.on('close', () => {
        client.close()
        clients.delete(client)
        onTopics()
      })
    },
  })
  return {
    get clients() {
      return clients.size
    },
    stop: () => feed.stop(),
  }
}
