import { lookup as lookUp } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'
import { WebSocket } from 'ws'
import { directNetwork, type Network } from './network.ts'
import { retryAfterMs } from './retry-after.ts'
import { type Fault, faultOfAnswer, faultOfError } from './trouble.ts'
import { agentFor } from './ways.ts'

export interface SocketEvents {
  onOpen(): void
  /**
   * A text or binary frame as bytes; `receivedAt` epoch ms. `arrivedAt`: the same moment by performance.now(), to measure from; null for
   * frames that are not measured (three in four, since a look at the clock costs 50 ns). The buffer is the listener's to keep.
   */
  onFrame(data: Buffer, isBinary: boolean, receivedAt: number, arrivedAt: number | null): void
  /** A protocol ping came; its pong is already on its way. */
  onPing(): void
  onPong(): void
  /** Exactly once, whoever ended it; nothing comes after it. */
  onClose(end: SocketEnd): void
}

export interface SocketEnd {
  /** WebSocket close code (1006: no close frame came). */
  readonly code: number
  /** In words. */
  readonly reason: string
  /** A refused handshake may ask us to wait (Retry-After). */
  readonly retryAfterMs: number | null
  /** What it means. */
  readonly fault: Fault
}

export interface SocketOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly handshakeTimeoutMs: number
  /** A larger frame ends the connection. */
  readonly maxPayloadBytes: number
  /** The way out: its proxy, if there is one. */
  readonly network?: Network
}

/** Every fourth frame is measured, the first among them. */
const unmeasuredMask = 3

/** Of the answer to a refused handshake: enough to know a sign-in page or the exchange's words by. */
const longestAnswerBytes = 4_096
const answerTimeoutMs = 500

/** How long a polite close may take before the connection is cut. */
const closeTimeoutMs = 1_000

/** One WebSocket connection: bytes in, text out, no memory of what they mean. */
export class FeedSocket {
  private readonly ws: WebSocket
  private readonly events: SocketEvents
  private closeTimer: NodeJS.Timeout | null = null
  private problem: string | null = null
  private fault: Fault | null = null
  private nameResolved = true
  private askedToWaitMs: number | null = null
  private ended = false
  private frames = 0
  /** Set by `close` and `terminate`: late frames are not delivered any more. */
  private leaving = false

  constructor(url: string, options: SocketOptions, events: SocketEvents) {
    this.events = events
    // Compression costs 54 us a frame, events out of step with the read 5 x: both measured.
    const { host } = new URL(url)
    const agent = agentFor(options.network ?? directNetwork, url, options.handshakeTimeoutMs)
    this.ws = new WebSocket(url, {
      ...(agent === undefined ? { lookup: this.lookup } : { agent }),
      headers: options.headers,
      handshakeTimeout: options.handshakeTimeoutMs,
      maxPayload: options.maxPayloadBytes,
      perMessageDeflate: false,
      allowSynchronousEvents: true,
    })
    this.ws.binaryType = 'nodebuffer'
    this.ws.on('open', () => {
      if (!this.leaving) events.onOpen()
    })
    this.ws.on('message', (data: Buffer, isBinary: boolean) => {
      if (this.leaving) return
      const arrivedAt = (this.frames++ & unmeasuredMask) === 0 ? performance.now() : null
      events.onFrame(data, isBinary, Date.now(), arrivedAt)
    })
    this.ws.on('ping', () => {
      if (!this.leaving) events.onPing()
    })
    this.ws.on('pong', () => {
      if (!this.leaving) events.onPong()
    })
    this.ws.on('unexpected-response', (request, response) => {
      this.problem = `the server answered the handshake with HTTP ${response.statusCode ?? 0}`
      this.askedToWaitMs = retryAfterMs(response.headers['retry-after'], Date.now())
      readBeginning(response, (body) => {
        const { statusCode: status = 0, headers } = response
        this.fault = faultOfAnswer({ status, headers, body, host }) ?? {
          kind: 'refused',
          words: `HTTP ${status}`,
          until: null,
        }
        request.destroy()
        // With a listener here, ws leaves ending the attempt to it.
        this.ws.terminate()
        this.end(1006, '')
      })
    })
    this.ws.on('error', (error: Error & { code?: string }) => {
      this.problem ??= error.message || error.code || error.name
      this.fault ??= faultOfError(error, host, this.nameResolved)
    })
    this.ws.on('close', (code, reason) => this.end(code, reason.toString()))
  }

  get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN && !this.leaving
  }

  send(text: string): void {
    if (this.isOpen) this.ws.send(text)
  }

  ping(): void {
    if (this.isOpen) this.ws.ping()
  }

  /** Ends politely; cut after a second if the server does not answer. `onClose` follows. */
  close(): void {
    if (this.leaving) return
    this.leaving = true
    if (this.ended) return
    this.closeTimer = setTimeout(() => this.ws.terminate(), closeTimeoutMs)
    this.ws.close(1000)
  }

  /** Cuts the connection at once: for a half-open one, which would never answer a close. `onClose` follows. */
  terminate(): void {
    this.leaving = true
    this.ws.terminate()
  }

  private end(code: number, text: string): void {
    if (this.ended) return
    this.ended = true
    if (this.closeTimer !== null) clearTimeout(this.closeTimer)
    const said = text === '' ? `code ${code}` : `code ${code}: ${text}`
    const reason = this.problem ?? (code === 1006 ? 'the connection was cut' : `closed by the server (${said})`)
    const fault = this.fault ?? { kind: 'disconnect', words: reason, until: null }
    this.events.onClose({ code, reason, retryAfterMs: this.askedToWaitMs, fault })
  }

  /** As the system does it, and noted: an attempt that is given up meanwhile failed for want of an address. */
  private readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.nameResolved = false
    lookUp(hostname, options, (error, address, family) => {
      this.nameResolved = true
      callback(error, address, family)
    })
  }
}

/** Once: when it ends, is long enough, or takes too long. */
function readBeginning(response: IncomingMessage, done: (text: string) => void): void {
  let text = ''
  let isDone = false
  const finish = () => {
    if (isDone) return
    isDone = true
    clearTimeout(timer)
    done(text)
  }
  const timer = setTimeout(finish, answerTimeoutMs)
  response.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1')
    if (text.length >= longestAnswerBytes) finish()
  })
  for (const end of ['end', 'close', 'error']) response.on(end, finish)
}
