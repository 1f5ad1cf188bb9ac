/**
 * Topics to Kraken's wire text. A wire is `<stream>:<symbol>` (`book:BTC/USDT`, `ohlc-60:BTC/USDT`), one symbol of a request.
 * Docs: https://docs.kraken.com/api/docs/guides/spot-ws-intro, /websocket-v2/ticker
 */
import { type Period, periods } from '../../../shared/domain/index.ts'
import type { FeedRules, WireRequest } from '../../net/feed.ts'
import type { Route, Topic } from '../contract.ts'
import { bookLevels, urls } from './endpoints.ts'

/** In minutes, by REST and on sockets alike; a day begins at 00:00 UTC. */
export const intervals: Readonly<Record<Period, number>> = { '1m': 1, '5m': 5, '15m': 15, '1h': 60, '1d': 1_440 }

const candleStream = (interval: number): string => `ohlc-${interval}`

/** What a request may be for. Its place here is part of the request's id, see `requests`. */
const streams: readonly string[] = [
  'ticker',
  'trade',
  'book',
  ...periods.map((period) => candleStream(intervals[period])),
]

/**
 * Best bid and ask from `ticker` with the trigger `bbo`: by itself it comes with trades only.
 * Trades and candles without their snapshots: what is past is asked of history.
 * Candles of each period have sockets of their own: on one of them Kraken sends a market's candles of one interval only, and refuses a
 * second with `Already subscribed to one ohlc interval on this symbol`.
 */
export function route({ channel, instrument, period }: Topic): Route | null {
  const on = (stream: string, feed = 'public'): Route => ({ feed, wire: wireOf(stream, instrument.nativeName) })
  switch (channel) {
    case 'book_ticker':
      return on('ticker')
    case 'trade':
      return on('trade')
    case 'order_book':
      return on('book')
    case 'kline':
      return period === null ? null : on(candleStream(intervals[period]), candleFeed(period))
    case 'funding_rate':
      return null
  }
}

const candleFeed = (period: Period): string => `candles-${period}`

const wireOf = (stream: string, symbol: string): string => `${stream}:${symbol}`

/** The wire that an answer names by its `result`. */
export const wireOfAnswer = (channel: string, symbol: string, interval: number | undefined): string =>
  wireOf(interval === undefined ? channel : candleStream(interval), symbol)

/** The wire of an answer that names its request and the symbol, but no channel; null where no request has such an id. */
export function wireOfRefusal(id: number, symbol: string): string | null {
  const stream = streams[id % streams.length]
  return stream === undefined ? null : wireOf(stream, symbol)
}

/** Of its own accord each stream sends more or less; to unsubscribe the same must be said again. */
function paramsOf(stream: string): Readonly<Record<string, string | number>> {
  if (stream === 'ticker') return { channel: stream, event_trigger: 'bbo' }
  if (stream === 'book') return { channel: stream, depth: bookLevels }
  return stream.startsWith('ohlc-') ? { channel: 'ohlc', interval: Number(stream.slice(5)) } : { channel: stream }
}

/** No limit of symbols a request is documented; one that is unknown fails alone. */
const symbolsPerRequest = 50

/**
 * One request for each stream and so many symbols. An error names the symbol and the request, not the channel: so the request's id says
 * which stream it is for, as its remainder.
 */
function requests(method: 'subscribe' | 'unsubscribe', wires: readonly string[], nextId: () => number): WireRequest[] {
  const byStream = new Map<string, string[][]>()
  for (const wire of wires) {
    const stream = wire.slice(0, wire.indexOf(':'))
    const groups = byStream.get(stream) ?? []
    byStream.set(stream, groups)
    const group = groups.at(-1)
    if (group === undefined || group.length === symbolsPerRequest) groups.push([wire])
    else group.push(wire)
  }
  return [...byStream].flatMap(([stream, groups]) =>
    groups.map((group) => {
      const id = nextId() * streams.length + streams.indexOf(stream)
      const symbol = group.map((wire) => wire.slice(stream.length + 1))
      const first = method === 'subscribe' ? { snapshot: stream === 'ticker' || stream === 'book' } : {}
      const text = JSON.stringify({ method, params: { ...paramsOf(stream), symbol, ...first }, req_id: id })
      return { id, wires: group, text }
    }),
  )
}

/** Sockets that nothing was sent on for a minute are closed; the answer tells a quiet market from a dead line. */
export const heartbeat = { everyMs: 5_000, text: () => '{"method":"ping"}' } as const

/**
 * Limits: about 150 connections in 10 minutes and address, held by Cloudflare with a ban of 10 minutes, which backoff keeps far below; a
 * rate of requests a connection that no document names. With a subscription a heartbeat comes every second in which nothing else does.
 */
const feedRules = (id: string): FeedRules => ({
  id,
  url: urls.publicStream,
  topicsPerSocket: 200,
  sendsPerSecond: 5,
  connectIntervalMs: 1_000,
  heartbeat,
  silenceMs: 10_000,
  lifetimeMs: null,
  ackTimeoutMs: 10_000,
  subscribe: (wires, nextId) => requests('subscribe', wires, nextId),
  unsubscribe: (wires, nextId) => requests('unsubscribe', wires, nextId),
})

export const feeds: readonly FeedRules[] = ['public', ...periods.map(candleFeed)].map(feedRules)
