/** The exchange's side of the hub bench, a thread of its own: Binance-like best bid and ask frames, once somebody subscribes. */
import { parentPort, workerData } from 'node:worker_threads'
import { type WebSocket, WebSocketServer } from 'ws'

export interface ServerOptions {
  readonly symbols: readonly string[]
  /** Of a run as fast as possible. */
  readonly frames: number
}

/** `coalesced`: many frames a write; `one by one`: a write each; else frames a second, a write each. */
export type Pace = 'coalesced' | 'one by one' | number

/** Sent by the bench before the client connects; answered by the port. */
export interface Order {
  readonly pace: Pace
}

/**
 * A combined-stream frame of about 170 bytes. Its digits vary, so that no parser remembers it, and the quantity of its bid is the
 * time it was sent, microseconds of the machine's monotonic clock.
 */
export function frameOf(n: number, symbol: string, sentAtUs: number): string {
  const price = 67_000 + (n % 9_973) / 100
  return (
    `{"stream":"${symbol.toLowerCase()}@bookTicker","data":{"u":${400_900_000_000 + n},"s":"${symbol}","b":"${price.toFixed(8)}",` +
    `"B":"${sentAtUs}.00000000","a":"${(price + 0.01).toFixed(8)}","A":"${((n % 991) / 100 + 1).toFixed(8)}"}}`
  )
}

export const nowUs = (): number => Number(process.hrtime.bigint() / 1_000n)

function serve({ symbols, frames }: ServerOptions): void {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  let pace: Pace = 'coalesced'
  const symbolOf = (n: number) => symbols[n % symbols.length] ?? ''
  // Made beforehand, so that making them takes nothing from a run as fast as possible.
  const texts = Array.from({ length: 10_000 }, (_, n) => frameOf(n, symbolOf(n), 1_000_000 + n))
  server.on('listening', () => {
    const address = server.address()
    parentPort?.postMessage(typeof address === 'object' ? address?.port : 0)
  })
  parentPort?.on('message', (order: Order) => {
    pace = order.pace
    parentPort?.postMessage('ready')
  })
  server.on('connection', (socket, request) => {
    socket.on('message', (data: Buffer) => {
      const { id, method } = JSON.parse(data.toString()) as { id: number; method: string }
      socket.send(`{"result":null,"id":${id}}`)
      if (method !== 'SUBSCRIBE') return
      if (typeof pace === 'number') sendAt(pace, socket)
      else sendFast(pace, socket, request.socket)
    })
    socket.on('error', () => socket.terminate())
  })

  function sendFast(how: Pace, socket: WebSocket, stream: import('node:net').Socket): void {
    let sent = 0
    const send = () => {
      while (sent < frames && socket.readyState === socket.OPEN) {
        if (stream.writableLength > 1 << 20) {
          stream.once('drain', send)
          return
        }
        if (how === 'coalesced') stream.cork()
        for (let i = 0; i < 200 && sent < frames; i++) socket.send(texts[sent++ % texts.length] ?? '')
        if (how === 'coalesced') stream.uncork()
      }
    }
    send()
  }

  function sendAt(rate: number, socket: WebSocket): void {
    const begun = nowUs()
    let sent = 0
    const timer = setInterval(() => {
      if (socket.readyState !== socket.OPEN) {
        clearInterval(timer)
        return
      }
      const due = Math.floor(((nowUs() - begun) / 1e6) * rate)
      for (; sent < due; sent++) socket.send(frameOf(sent, symbolOf(sent), nowUs()))
    }, 1)
  }
}

if (parentPort) serve(workerData as ServerOptions)
