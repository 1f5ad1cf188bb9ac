/** The interface's own socket at /ws: the contract, as the desktop has it over IPC. For whoever is signed in, and tokens of scope account. */
import type { FastifyInstance } from 'fastify'
import type { WebSocket } from 'ws'
import type { PushName, PushPayload } from '../../shared/contract.ts'
import { decodeMessage, encodeMessage } from '../../shared/wire.ts'
import type { Client } from '../broadcaster.ts'
import type { Logger } from '../log.ts'
import type { Auth } from './auth.ts'
import type { LiveSockets } from './live-sockets.ts'
import type { GatewayHub } from './options.ts'

export const contractProtocol = 'crossbook.app'
/** State pushes pause for a client with this much unsent; happenings go on until the second bound, then it is cut off. */
const backedUpBytes = 1_000_000
const hopelessBytes = 64_000_000
/** The page says in words that it is not signed in, and stops trying. */
const notSignedIn = 4401
/** Who is sent away and does not go is dropped after this long, ms. */
const goodbyeMs = 2_000

export interface ContractSocketOptions {
  readonly hub: GatewayHub
  readonly auth: Auth
  readonly live: LiveSockets
  readonly logger: Logger
  readonly onRefused: () => void
}

export function addContractSocket(
  server: FastifyInstance,
  { hub, auth, live, logger, onRefused }: ContractSocketOptions,
): void {
  server.get('/ws', { websocket: true }, (socket: WebSocket, request) => {
    const caller = auth.caller(request) ?? auth.bySession(request)
    if (!caller?.scopes.includes('account')) {
      onRefused()
      // Told after the handshake, since a page learns nothing of one that failed.
      sendAway(socket, notSignedIn, caller ? 'this token lacks the scope account' : 'not signed in')
      return
    }
    const client = new SocketClient(socket, logger)
    hub.connect(client)
    live.add(socket, caller, (reason, code) => client.cutOff(reason, code))
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      const message = isBinary ? null : decodeMessage(data.toString())
      if (!message?.ok || message.value.kind !== 'call') {
        logger.warn('a client of the gateway sent something that is no call')
        sendAway(socket, 1003, 'not a call')
        return
      }
      const { id, name, request: body } = message.value
      void hub.call(client, name, body).then((reply) => client.sendText(encodeMessage({ kind: 'reply', id, reply })))
    })
    socket.on('close', () => hub.disconnect(client))
    socket.on('error', (error) => logger.debug({ err: error }, 'a client of the gateway failed'))
  })
}

function sendAway(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason)
  setTimeout(() => socket.terminate(), goodbyeMs).unref()
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

  cutOff(reason: string, code: number): void {
    sendAway(this.socket, code, reason)
  }
}
