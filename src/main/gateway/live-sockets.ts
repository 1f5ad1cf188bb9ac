/** The open WebSockets of both kinds: those that answer no ping are cut off, and those whose token was revoked. */
import type { WebSocket } from 'ws'
import type { Auth, Caller } from './auth.ts'
import type { GatewayTiming } from './options.ts'

export const revoked = 4401

interface Live {
  readonly caller: Caller
  readonly cutOff: (reason: string, code: number) => void
  /** Pings sent since the last sign of life. */
  unanswered: number
}

const noAnswer = 4408

export class LiveSockets {
  private readonly sockets = new Map<WebSocket, Live>()
  private readonly auth: Auth
  private readonly timers: NodeJS.Timeout[]

  constructor(auth: Auth, { pingMs, revocationMs }: GatewayTiming) {
    this.auth = auth
    this.timers = [setInterval(() => this.ping(), pingMs), setInterval(() => this.closeRevoked(), revocationMs)]
  }

  add(socket: WebSocket, caller: Caller, cutOff: Live['cutOff']): void {
    const live: Live = { caller, cutOff, unanswered: 0 }
    this.sockets.set(socket, live)
    const alive = () => {
      live.unanswered = 0
    }
    socket.on('pong', alive)
    socket.on('message', alive)
    socket.on('close', () => this.sockets.delete(socket))
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer)
  }

  private ping(): void {
    for (const [socket, live] of this.sockets) {
      if (live.unanswered >= 2) live.cutOff('too slow: no answer to a ping', noAnswer)
      else {
        live.unanswered++
        socket.ping()
      }
    }
  }

  private closeRevoked(): void {
    for (const { caller, cutOff } of this.sockets.values()) {
      if (this.auth.isRevoked(caller)) cutOff('this token was revoked', revoked)
    }
  }
}
