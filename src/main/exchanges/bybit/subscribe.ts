/**
 * Topics to Bybit wire text. A wire is Bybit's own topic (`orderbook.1.BTCUSDT`); spot and linear share them, so that the feed tells
 * the markets apart.
 * Docs: https://bybit-exchange.github.io/docs/v5/ws/connect
 */
import type { Period } from '../../../shared/domain/index.ts'
import type { FeedRules, WireRequest } from '../../net/feed.ts'
import type { Route, Topic } from '../contract.ts'
import { urls } from './endpoints.ts'

/** `interval` of klines, by stream and by REST. */
export const intervals: Readonly<Record<Period, string>> = {
  '1m': '1',
  '5m': '5',
  '15m': '15',
  '1h': '60',
  '1d': 'D',
}
export const periodsByInterval: ReadonlyMap<string, Period> = new Map(
  (['1m', '5m', '15m', '1h', '1d'] as const).map((period) => [intervals[period], period]),
)

/** Levels a side of the order book that is kept, every 100 ms. There are 1,000 too, half as often, and 50 every 20 ms. */
export const bookLevels = 200
export const bestPrefix = 'orderbook.1.'
export const bookPrefix = `orderbook.${bookLevels}.`
export const tradePrefix = 'publicTrade.'
export const klinePrefix = 'kline.'

/**
 * Best bid and ask from `orderbook.1`, every 10 ms: the spot ticker has neither. Funding rates are asked for by REST, all in one call a
 * minute, since their stream (`tickers`) repeats prices ten times a second.
 */
export function route(topic: Topic): Route | null {
  const { kind, nativeName } = topic.instrument
  const feed = kind === 'spot' ? 'spot' : 'linear'
  switch (topic.channel) {
    case 'book_ticker':
      return { feed, wire: `${bestPrefix}${nativeName}` }
    case 'trade':
      return { feed, wire: `${tradePrefix}${nativeName}` }
    case 'kline':
      return topic.period === null ? null : { feed, wire: `${klinePrefix}${intervals[topic.period]}.${nativeName}` }
    case 'order_book':
      return { feed, wire: `${bookPrefix}${nativeName}` }
    case 'funding_rate':
      return null
  }
}

/** Spot takes no more args a request; linear would, but one wrong topic fails the whole request. */
const argsPerRequest = 10

export function request(
  op: 'subscribe' | 'unsubscribe',
  wires: readonly string[],
  nextId: () => number,
): WireRequest[] {
  const requests: WireRequest[] = []
  for (let start = 0; start < wires.length; start += argsPerRequest) {
    const id = nextId()
    const part = wires.slice(start, start + argsPerRequest)
    requests.push({ id, wires: part, text: JSON.stringify({ req_id: String(id), op, args: part }) })
  }
  return requests
}

/**
 * Limits: 500 connections in five minutes and address, hence the interval; 21,000 characters of args a connection, which 200 topics of
 * up to 100 characters keep. Bybit asks for a ping every 20 s and answers each; it is sent earlier, so that a dead socket is replaced
 * within 15 s.
 */
export const manners = {
  sendsPerSecond: 5,
  connectIntervalMs: 700,
  heartbeat: { everyMs: 10_000, text: () => '{"op":"ping"}' },
  silenceMs: 15_000,
  lifetimeMs: null,
  ackTimeoutMs: 5_000,
  subscribe: (wires, nextId) => request('subscribe', wires, nextId),
  unsubscribe: (wires, nextId) => request('unsubscribe', wires, nextId),
} satisfies Partial<FeedRules>

export const feeds: readonly FeedRules[] = [
  { ...manners, id: 'spot', url: urls.spotStream, topicsPerSocket: 200 },
  { ...manners, id: 'linear', url: urls.linearStream, topicsPerSocket: 200 },
]
