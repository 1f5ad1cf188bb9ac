import type { FeedRules, WireRequest } from '../../net/feed.ts'
import type { Route, Topic } from '../contract.ts'
import { perpetualStreams, spotStreams } from './endpoints.ts'

/** Streams named in one request: about 1.5 kB of text, and a socket's 200 in four messages. */
const streamsPerRequest = 50

/**
 * `{"method":"SUBSCRIBE","params":["btcusdt@trade","btcusdt@bookTicker"],"id":1}`, answered by `{"result":null,"id":1}`.
 * Source: web-socket-streams.md, "Live Subscribing/Unsubscribing to streams"; the futures host answers alike.
 */
function requests(
  method: 'SUBSCRIBE' | 'UNSUBSCRIBE',
  wires: readonly string[],
  nextId: () => number,
): readonly WireRequest[] {
  const batches: WireRequest[] = []
  for (let from = 0; from < wires.length; from += streamsPerRequest) {
    const params = wires.slice(from, from + streamsPerRequest)
    const id = nextId()
    batches.push({ id, wires: params, text: JSON.stringify({ method, params, id }) })
  }
  return batches
}

const shared = {
  /** The exchange allows 1,024 (older futures documents: 200); fewer lose less when one socket breaks. */
  topicsPerSocket: 200,
  /** 300 attempts per 5 minutes and IP on spot; futures documents name no number, so the same is kept. */
  connectIntervalMs: 1_000,
  /** Binance pings by RFC 6455 ping frames; text of ours would only count against the message limit. */
  heartbeat: null,
  lifetimeMs: 24 * 60 * 60_000,
  ackTimeoutMs: 10_000,
  subscribe: (wires: readonly string[], nextId: () => number) => requests('SUBSCRIBE', wires, nextId),
  unsubscribe: (wires: readonly string[], nextId: () => number) => requests('UNSUBSCRIBE', wires, nextId),
} as const satisfies Partial<FeedRules>

/**
 * Spot is one combined stream. Futures streams are split by path since 2026-04-23: a socket on `/public` serves book tickers and
 * depth, one on `/market` trades and klines, and a stream asked for on the wrong one is acknowledged and silent.
 */
export const feeds: readonly FeedRules[] = [
  {
    ...shared,
    id: 'spot',
    url: `${spotStreams}/stream`,
    /** The limit is 5, pongs included; one is left for the pong. */
    sendsPerSecond: 4,
    /** The server pings every 20 s, so a healthy socket is never silent for longer. */
    silenceMs: 25_000,
  },
  {
    ...shared,
    id: 'perpetual-public',
    url: `${perpetualStreams}/public/stream`,
    /** The limit is 10. */
    sendsPerSecond: 8,
    /** The server pings only every 3 minutes: this leans on the data, and so allows for quiet contracts. */
    silenceMs: 30_000,
  },
  {
    ...shared,
    id: 'perpetual-market',
    url: `${perpetualStreams}/market/stream`,
    sendsPerSecond: 8,
    silenceMs: 30_000,
  },
]

/**
 * Stream names are lower-case; an upper-case one is accepted and silent. Trades are single fills on spot (`@trade`); on futures
 * only `@aggTrade` is documented, which joins fills of one order at one price within 100 ms.
 */
export function route({ channel, instrument, period }: Topic): Route | null {
  const symbol = instrument.nativeName.toLowerCase()
  const isSpot = instrument.kind === 'spot'
  switch (channel) {
    case 'book_ticker':
      return { feed: isSpot ? 'spot' : 'perpetual-public', wire: `${symbol}@bookTicker` }
    case 'trade':
      return isSpot
        ? { feed: 'spot', wire: `${symbol}@trade` }
        : { feed: 'perpetual-market', wire: `${symbol}@aggTrade` }
    case 'kline':
      return period === null ? null : { feed: isSpot ? 'spot' : 'perpetual-market', wire: `${symbol}@kline_${period}` }
    case 'funding_rate':
      return isSpot ? null : { feed: 'perpetual-market', wire: `${symbol}@markPrice@1s` }
    case 'order_book':
      return { feed: isSpot ? 'spot' : 'perpetual-public', wire: `${symbol}@depth@100ms` }
  }
}
