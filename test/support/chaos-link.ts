/** One WebSocket connection through the chaos proxy: what comes in on one half goes out on the other, unless a fault is in force. */
import { type RawData, WebSocket } from 'ws'
import type { FrameFaultKind } from './chaos-faults.ts'
import type { FrameLabel, Labeller } from './chaos-labels.ts'

/** A frame that waits for the next one to change places with, ms at most. */
const reorderWithinMs = 400
/** Close codes that RFC 6455 lets nobody send: none came. */
const unsendable: ReadonlySet<number> = new Set([1004, 1005, 1006, 1015])

/** What a link asks the door that it came through. */
export interface LinkFaults {
  /** Both directions, ms. */
  readonly delayMs: number
  readonly isHeldUp: boolean
  /** At once, or when what holds traffic up has ended; never, when that ends in a reset. */
  whenPassable(run: () => void): void
  /** What is to be done with a frame from the exchange; null: pass it on. */
  fateOf(
    frame: Buffer,
    isBinary: boolean,
    label: FrameLabel | null,
  ): { readonly how: FrameFaultKind; readonly instead: Buffer | null } | null
}

/** One WebSocket connection's two halves. */
export class Link {
  private readonly faults: LinkFaults
  private readonly labelOf: Labeller
  private readonly client: WebSocket
  private readonly server: WebSocket
  private readonly toClient = new Lane()
  private readonly toServer = new Lane()
  /** The frame that changes places with the next. */
  private heldBack: (() => void) | null = null

  constructor(faults: LinkFaults, labelOf: Labeller, client: WebSocket, server: WebSocket) {
    this.faults = faults
    this.labelOf = labelOf
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
    const { delayMs } = this.faults
    if (this.faults.isHeldUp) this.faults.whenPassable(run)
    else lane.pass(run, delayMs)
  }

  private frame(data: Buffer, isBinary: boolean): void {
    const { client } = this
    const send = (bytes: Buffer) => () => sendOn(client, bytes, isBinary)
    const fate = this.faults.fateOf(data, isBinary, this.labelOf(data, isBinary))
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
