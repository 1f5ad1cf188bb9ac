/**
 * Topics to OKX wire text. A wire is `<channel>:<instId>` (`trades:BTC-USDT-SWAP`), one `arg` of a request.
 * Docs: https://www.okx.com/docs-v5/en/#overview-websocket-subscribe, #overview-websocket-connect
 */
import type { Period } from '../../../shared/domain/index.ts'
import type { FeedRules, WireRequest } from '../../net/feed.ts'
import type { Route, Topic } from '../contract.ts'
import { urls } from './endpoints.ts'

/** Bars of 6 h and more are aligned to UTC+8 unless their name ends in `utc`. */
export const bars: Readonly<Record<Period, string>> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '1h': '1H',
  '1d': '1Dutc',
}

/**
 * Best bid and ask from `bbo-tbt`, tick by tick, open to everybody.
 * Trades from `trades`, not `trades-all`: it joins the fills of one taker order at one price, so prices, quantities and sides are
 * complete in fewer frames, and it lives on the public socket.
 * Funding rates come every 30 to 90 s.
 * Order books from `books`, 400 levels a side every 100 ms; the faster channels want a login of a VIP account.
 */
export function route(topic: Topic): Route | null {
  const { nativeName } = topic.instrument
  switch (topic.channel) {
    case 'book_ticker':
      return { feed: 'public', wire: wireOf('bbo-tbt', nativeName) }
    case 'trade':
      return { feed: 'public', wire: wireOf('trades', nativeName) }
    case 'kline':
      return topic.period === null
        ? null
        : { feed: 'business', wire: wireOf(`candle${bars[topic.period]}`, nativeName) }
    case 'funding_rate':
      return topic.instrument.kind === 'perpetual' ? { feed: 'public', wire: wireOf('funding-rate', nativeName) } : null
    case 'order_book':
      return { feed: 'public', wire: wireOf('books', nativeName) }
  }
}

export const wireOf = (channel: string, instId: string): string => `${channel}:${instId}`

/** The args of one request may be 64 KB together; kept below it for the brackets around them. */
const argsBytes = 60_000

function requests(op: 'subscribe' | 'unsubscribe', wires: readonly string[], nextId: () => number): WireRequest[] {
  const batches: { wires: string[]; args: string[]; bytes: number }[] = []
  for (const wire of wires) {
    const colon = wire.indexOf(':')
    const arg = JSON.stringify({ channel: wire.slice(0, colon), instId: wire.slice(colon + 1) })
    const bytes = Buffer.byteLength(arg) + 1
    let batch = batches.at(-1)
    if (!batch || batch.bytes + bytes > argsBytes) {
      batch = { wires: [], args: [], bytes: 0 }
      batches.push(batch)
    }
    batch.wires.push(wire)
    batch.args.push(arg)
    batch.bytes += bytes
  }
  return batches.map((batch) => {
    const id = nextId()
    return { id, wires: batch.wires, text: `{"id":"${id}","op":"${op}","args":[${batch.args.join(',')}]}` }
  })
}

/**
 * Limits: 3 connections a second and address (both feeds together, hence the interval), 480 subscribe and unsubscribe requests
 * an hour and connection (batches keep far below). No limit of args a connection is documented; ours keeps one socket's load sane.
 * OKX cuts a connection after 30 s without traffic. Its pong is what tells a quiet market from a dead line, so the ping comes
 * early enough that a dead socket is replaced within 15 s, and rarely enough (360 an hour) to pass unnoticed.
 */
export const manners = {
  sendsPerSecond: 3,
  connectIntervalMs: 700,
  heartbeat: { everyMs: 10_000, text: () => 'ping' },
  silenceMs: 15_000,
  lifetimeMs: null,
  ackTimeoutMs: 10_000,
  subscribe: (wires, nextId) => requests('subscribe', wires, nextId),
  unsubscribe: (wires, nextId) => requests('unsubscribe', wires, nextId),
} satisfies Partial<FeedRules>

export const feeds: readonly FeedRules[] = [
  { ...manners, id: 'public', url: urls.publicStream, topicsPerSocket: 200 },
  { ...manners, id: 'business', url: urls.businessStream, topicsPerSocket: 300 },
]
