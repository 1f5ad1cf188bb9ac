/**
 * Topics to Crypto.com's wire text. A wire is the channel as it is subscribed to: `ticker.BTC_USDT`, `candlestick.1m.BTCUSD-PERP`.
 * Docs: #websocket-heartbeats, #websocket-subscriptions, #book-instrument_name-depth of the v1 documents
 */
import type { Period } from '../../../shared/domain/index.ts'
import type { FeedRules, WireRequest } from '../../net/feed.ts'
import type { Route, Topic } from '../contract.ts'
import { urls } from './endpoints.ts'

export const timeframes: Readonly<Record<Period, string>> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '1h': '1h',
  '1d': '1D',
}

/** Levels a side that the stream of changes tells; 10 is the other depth it has. */
export const bookLevels = 50
/** ms; 10 is the other frequency that changes come at. */
export const bookIntervalMs = 100

/**
 * Best bid and ask from `ticker`, about two a second of a busy market: changes of every best price come in books only.
 * Funding rates come once a minute, or a second.
 */
export function route(topic: Topic): Route | null {
  const { nativeName, kind } = topic.instrument
  const wire = (channel: string): Route => ({ feed: 'market', wire: channel })
  switch (topic.channel) {
    case 'book_ticker':
      return wire(`ticker.${nativeName}`)
    case 'trade':
      return wire(`trade.${nativeName}`)
    case 'kline':
      return topic.period === null ? null : wire(`candlestick.${timeframes[topic.period]}.${nativeName}`)
    case 'funding_rate':
      return kind === 'perpetual' ? wire(`funding.${nativeName}`) : null
    case 'order_book':
      return wire(`book.${nativeName}.${bookLevels}`)
  }
}

/** So many in one frame are known to be taken. */
const channelsPerRequest = 100

/** `book_...` holds for the books among the channels and means nothing to the others. */
const bookParams = { book_subscription_type: 'SNAPSHOT_AND_UPDATE', book_update_frequency: bookIntervalMs } as const

export function requests(
  method: 'subscribe' | 'unsubscribe',
  wires: readonly string[],
  nextId: () => number,
  now: number,
): readonly WireRequest[] {
  const batches: WireRequest[] = []
  for (let start = 0; start < wires.length; start += channelsPerRequest) {
    const channels = wires.slice(start, start + channelsPerRequest)
    const hasBooks = method === 'subscribe' && channels.some((wire) => wire.startsWith('book.'))
    const params = hasBooks ? { channels, ...bookParams } : { channels }
    const id = nextId()
    batches.push({ id, wires: channels, text: JSON.stringify({ id, method, params, nonce: now }) })
  }
  return batches
}

/**
 * Limits: 100 requests a second on the market socket, 150 on the user socket, counted by calendar second and in proportion to what is
 * left of it when the socket opens, hence the second of rest; 400 channels a connection. The server's text heartbeats come every 30 s and
 * are answered at once, the protocol's pings every 5 s or so, which is not documented: our own, every 20 s, tell a quiet line from a dead
 * one whatever it does.
 */
export const manners = {
  sendsPerSecond: 20,
  connectIntervalMs: 500,
  settleMs: 1_000,
  heartbeat: null,
  silenceMs: 25_000,
  lifetimeMs: null,
  ackTimeoutMs: 10_000,
  subscribe: (wires, nextId, now) => requests('subscribe', wires, nextId, now),
  unsubscribe: (wires, nextId, now) => requests('unsubscribe', wires, nextId, now),
} satisfies Partial<FeedRules>

export const feeds: readonly FeedRules[] = [{ ...manners, id: 'market', url: urls.marketStream, topicsPerSocket: 300 }]
