import { WebSocket } from 'ws'
import { retryAfterMs } from './retry-after.ts'

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
}

export interface SocketOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly handshakeTimeoutMs: number
  /** A larger frame ends the connection. */
  readonly maxPayloadBytes: number
}

/** Every fourth frame is measured, the first among them. */
const unmeasuredMask = 3

/** How long a polite close may take before the connection is cut. */
const closeTimeoutMs = 1_000

/** One WebSocket connection: bytes in, text out, no memory of what they mean. */
export class FeedSocket {
  private readonly ws: WebSocket
  private readonly events: SocketEvents
  private closeTimer: NodeJS.Timeout | null = null
  private problem: string | null = null
  private askedToWaitMs: number | null = null
  private ended = false
  private frames = 0
  /** Set by `close` and `terminate`: late frames are not delivered any more. */
  private leaving = false

  constructor(url: string, options: SocketOptions, events: SocketEvents) {
    this.events = events
    // Compression costs 54 us a frame, events out of step with the read 5 x: both measured.
    this.ws = new WebSocket(url, {
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
      response.resume()
      request.destroy()
      // With a listener here, ws leaves ending the attempt to it.
      this.ws.terminate()
      this.end(1006, '')
    })
    this.ws.on('error', (error: Error & { code?: string }) => {
      this.problem ??= error.message || error.code || error.name
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
    this.events.onClose({ code, reason, retryAfterMs: this.askedToWaitMs })
  }
}
