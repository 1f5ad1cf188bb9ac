/**
 * Frames a second from one socket to the bus: bare `ws` and JSON.parse, FeedSession, and FeedSession with a normalizer-like step
 * publishing on the bus, in one run. A worker sends small frames over loopback, once coalesced (corked, many frames a write) and
 * once frame by frame, as live feeds look. Run: node test/bench/session-throughput.ts [frames]
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { WebSocket, WebSocketServer } from 'ws'
import { createBus } from '../../src/main/bus/index.ts'
import type { Control } from '../../src/main/net/feed.ts'
import { FeedSession } from '../../src/main/net/session.ts'
import { instrument } from '../support/instruments.ts'

type Mode = 'coalesced' | 'one by one'
const rounds = 5

interface Quote {
  readonly s: string
  readonly b: string
  readonly B: string
  readonly a: string
  readonly A: string
}

/** A combined-stream best bid and ask frame of about 150 bytes; its digits vary, so that no parser remembers it. */
const frameOf = (n: number): string =>
  `{"stream":"btcusdt@bookTicker","data":{"u":${400900000000 + n},"s":"BTCUSDT","b":"${(67000 + (n % 9973) / 100).toFixed(8)}",` +
  `"B":"${((n % 997) / 100).toFixed(8)}","a":"${(67001 + (n % 9967) / 100).toFixed(8)}","A":"${((n % 991) / 100).toFixed(8)}"}}`

function serve(): void {
  const { frames } = workerData as { frames: number }
  const texts = Array.from({ length: 10_000 }, (_, n) => frameOf(n))
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('listening', () => {
    const address = server.address()
    parentPort?.postMessage(typeof address === 'object' ? address?.port : 0)
  })
  server.on('connection', (socket, request) => {
    const coalesced = request.url?.includes('coalesced') ?? false
    const stream = request.socket
    let sent = 0
    const send = () => {
      while (sent < frames && socket.readyState === socket.OPEN) {
        if (stream.writableLength > 1 << 20) {
          stream.once('drain', send)
          return
        }
        if (coalesced) stream.cork()
        for (let i = 0; i < 200 && sent < frames; i++) socket.send(texts[sent++ % texts.length] ?? '')
        if (coalesced) stream.uncork()
      }
    }
    // The subscription is the starting shot; a heartbeat is not.
    socket.on('message', (data) => {
      const text = data.toString()
      if (!text.startsWith('{')) return
      socket.send(`{"ack":${(JSON.parse(text) as { id: number }).id}}`)
      send()
    })
  })
}

/** Milliseconds from the first frame to the last. */
type Run = (url: string, frames: number) => Promise<number>

const bare: Run = (url, frames) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    let count = -1
    let begun = 0
    socket.on('error', reject)
    socket.on('open', () => socket.send('{"id":1}'))
    socket.on('message', (data: Buffer) => {
      JSON.parse(data.toString())
      if (++count === 1) begun = performance.now()
      if (count < frames) return
      socket.terminate()
      resolve(performance.now() - begun)
    })
  })

const throughSession =
  (publish: boolean): Run =>
  (url, frames) =>
    new Promise((resolve) => {
      const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
      const bus = createBus((error) => {
        throw error
      })
      let heard = 0
      bus.on('book_ticker', () => heard++)
      let count = 0
      let begun = 0
      const done = () => {
        const took = performance.now() - begun
        if (publish && heard !== frames) throw new Error(`the bus heard ${heard} of ${frames}`)
        void session.stop().then(() => resolve(took))
      }
      const onFrame = (_generation: number, data: Buffer, _isBinary: boolean, receivedAt: number): Control | null => {
        const frame = JSON.parse(data.toString()) as { ack?: number; data: Quote }
        if (frame.ack !== undefined) return { type: 'ack', id: frame.ack, wires: null }
        if (publish) {
          const { b, B, a, A } = frame.data
          bus.publish({
            kind: 'book_ticker',
            instrument: btc,
            bidPrice: Number(b),
            bidQuantity: Number(B),
            askPrice: Number(a),
            askQuantity: Number(A),
            exchangeAt: null,
            receivedAt,
          })
        }
        if (++count === 1) begun = performance.now()
        if (count === frames) done()
        return null
      }
      const nothing = () => undefined
      const session = new FeedSession({
        rules: {
          id: 'bench',
          url,
          topicsPerSocket: 10,
          sendsPerSecond: 5,
          connectIntervalMs: 0,
          heartbeat: null,
          silenceMs: 60_000,
          lifetimeMs: null,
          ackTimeoutMs: 60_000,
          subscribe: (wires, nextId) => {
            const id = nextId()
            return [{ id, wires, text: `{"id":${id}}` }]
          },
          unsubscribe: () => [],
        },
        callbacks: {
          onSocket: nothing,
          onFrame,
          onTakeover: nothing,
          onEnd: nothing,
          onUp: nothing,
          onDown: nothing,
          onRefused: nothing,
          onNotice: nothing,
          onStatus: nothing,
        },
      })
      session.want(new Set(['btcusdt@bookTicker']))
      session.start()
    })

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

async function main(): Promise<void> {
  const frames = Number(process.argv[2] ?? 400_000)
  const worker = new Worker(new URL(import.meta.url), { workerData: { frames } })
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  const runs: readonly (readonly [string, Run])[] = [
    ['ws + JSON.parse', bare],
    ['FeedSession + JSON.parse', throughSession(false)],
    ['FeedSession + JSON.parse + event on the bus', throughSession(true)],
  ]
  for (const mode of ['coalesced', 'one by one'] satisfies Mode[]) {
    console.log(`${mode}, ${frames} frames, median of ${rounds}`)
    const rates = new Map<string, number[]>(runs.map(([name]) => [name, []]))
    // Interleaved, so that a busy moment of the machine falls on all of them.
    for (let round = 0; round < rounds; round++) {
      for (const [name, run] of runs) {
        const ms = await run(`ws://127.0.0.1:${port}/${mode.replaceAll(' ', '-')}`, frames)
        rates.get(name)?.push((frames / ms) * 1_000)
      }
    }
    const base = median(rates.get(runs[0]?.[0] ?? '') ?? [])
    for (const [name, values] of rates) {
      const rate = median(values)
      const share = `${((rate / base) * 100).toFixed(0)} %`
      console.log(
        `  ${name.padEnd(46)} ${Math.round(rate).toLocaleString('en').padStart(9)} frames/s ${share.padStart(6)}`,
      )
    }
  }
  await worker.terminate()
}

if (isMainThread) await main()
else serve()
