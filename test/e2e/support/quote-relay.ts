import { onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

export interface QuoteRelay {
  /** `ws://127.0.0.1:41001` */
  readonly origin: string
  /** The next quote has these prices instead of its own; resolves with the time at which it was sent, epoch ms. */
  priceNextQuote(bid: string, ask: string): Promise<number>
}

/** Between the program and the simulated Binance: every frame of its spot stream passes as it is, but for one quote of `stream` when asked. */
export async function relayQuotes(target: string, stream: string): Promise<QuoteRelay> {
  let next: { readonly bid: string; readonly ask: string; readonly sent: (at: number) => void } | null = null
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  server.on('connection', (client, request) => {
    const upstream = new WebSocket(`${target}${request.url}`)
    const opened = new Promise<void>((resolve) => upstream.once('open', () => resolve()))
    client.on('message', (data, isBinary) => void opened.then(() => upstream.send(data, { binary: isBinary })))
    upstream.on('message', (data, isBinary) => {
      const text = String(data)
      if (next === null || !text.includes(`"stream":"${stream}"`)) {
        client.send(data, { binary: isBinary })
        return
      }
      const { bid, ask, sent } = next
      next = null
      const priced = text.replace(/"b":"[^"]+"/, `"b":"${bid}"`).replace(/"a":"[^"]+"/, `"a":"${ask}"`)
      sent(Date.now())
      client.send(priced)
    })
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => one.terminate())
      one.on('close', () => other.terminate())
    }
  })
  onTestFinished(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the relay has no port')
  return {
    origin: `ws://127.0.0.1:${address.port}`,
    priceNextQuote: (bid, ask) =>
      new Promise((resolve) => {
        next = { bid, ask, sent: resolve }
      }),
  }
}
