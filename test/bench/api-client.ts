/** The bots' side of the api bench: requests over kept connections at a steady rate, streams, and subscribers of Redis. */
import { Agent, get } from 'node:http'
import { performance } from 'node:perf_hooks'
import { WebSocket } from 'ws'

/** Epoch ms with its fraction, of the machine's one clock. */
export const now = (): number => performance.timeOrigin + performance.now()
export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** One kept connection, one request at a time; what waits behind a slow answer counts as slow, too. */
export class Caller {
  readonly ms: number[] = []
  bytes = 0
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 })
  private readonly url: string
  private readonly headers: Readonly<Record<string, string>>

  constructor(url: string, token: string | null) {
    this.url = url
    this.headers = token === null ? {} : { authorization: `Bearer ${token}` }
  }

  /** Rejects for any answer but 200. */
  call(): Promise<void> {
    const from = performance.now()
    return new Promise((resolve, reject) => {
      const request = get(this.url, { agent: this.agent, headers: this.headers }, (response) => {
        let bytes = 0
        response.on('data', (data: Buffer) => {
          bytes += data.length
        })
        response.on('end', () => {
          this.ms.push(performance.now() - from)
          this.bytes = bytes
          if (response.statusCode === 200) resolve()
          else reject(new Error(`${this.url} answers ${response.statusCode}`))
        })
      })
      request.on('error', reject)
    })
  }

  close(): void {
    this.agent.destroy()
  }
}

/** Asks the callers in turn, whether or not the answer before has come. Rejects with the first failure. */
export async function askSteadily(callers: readonly Caller[], perSecond: number, forMs: number): Promise<void> {
  const answers: Promise<void>[] = []
  const begun = performance.now()
  let asked = 0
  const timer = setInterval(() => {
    for (const due = Math.floor(((performance.now() - begun) * perSecond) / 1_000); asked < due; asked++) {
      const caller = callers[asked % callers.length]
      if (caller) answers.push(caller.call())
    }
  }, 1)
  await wait(forMs)
  clearInterval(timer)
  await Promise.all(answers)
}

export interface Heard {
  /** Since the measurement began. */
  readonly bytes: number
  readonly quotes: number
  /** From the exchange's frame having been received (whole ms) to the message at the client. */
  readonly quoteMs: readonly number[]
}

/** A bot of the stream that reads everything it gets. */
export class StreamBot {
  /** By account's exchange, order and trade: when each fill came. */
  readonly fills = new Map<string, number>()
  private readonly socket: WebSocket
  private quotes = 0
  private bytes = 0
  private quoteMs: number[] = []

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => this.heard(data))
  }

  /** Resolves once it is subscribed. */
  static async open(url: string, token: string, topics: readonly string[], intervalMs: number): Promise<StreamBot> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/stream`, ['crossbook.v1', `token.${token}`], {
      perMessageDeflate: false,
    })
    const bot = new StreamBot(socket)
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('close', (code, reason) => reject(new Error(`the stream was closed: ${code} ${reason}`)))
      socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', topics, interval_ms: intervalMs })))
      socket.on('message', (data: Buffer) => {
        if (data.includes('"type":"subscribed"')) resolve()
      })
    })
    return bot
  }

  begin(): void {
    this.quotes = 0
    this.bytes = 0
    this.quoteMs = []
  }

  end(): Heard {
    const { bytes, quotes, quoteMs } = this
    return { bytes, quotes, quoteMs }
  }

  close(): void {
    this.socket.removeAllListeners('close')
    this.socket.terminate()
  }

  private heard(data: Buffer): void {
    const at = now()
    this.bytes += data.length
    // Most are quotes, and parsing them all would measure this process instead: their time stands in the text.
    const text = data.toString('latin1')
    if (text.startsWith('{"event_type":"book_ticker"')) {
      this.quotes++
      const place = text.indexOf('"received_time":')
      this.quoteMs.push(at - Number(text.slice(place + 16, place + 29)))
    } else if (text.startsWith('{"event_type":"fill"')) {
      noteFill(this.fills, text, at)
    }
  }
}

/** Under the same key as the exchange tells it. */
export function noteFill(fills: Map<string, number>, text: string, at: number): void {
  const { exchange, exchange_order_id: order, trade_id: trade } = JSON.parse(text) as Record<string, string>
  fills.set(`fill ${exchange?.toLowerCase()} ${order} ${trade}`, at)
}
