/**
 * Topics to Coinbase's wire text. A wire is `<channel>:<product>` (`level2:BTC-USD`).
 * Docs: https://docs.cdp.coinbase.com/advanced-trade/docs/ws-overview, https://docs.cdp.coinbase.com/exchange/docs/websocket-overview
 */
import type { FeedRules, WireRequest } from '../../net/feed.ts'
import type { Route, Topic } from '../contract.ts'
import { urls } from './endpoints.ts'

/**
 * Order books from Advanced Trade's `level2`: of Coinbase's public books these alone are numbered, so that a lost frame shows.
 * Quotes are the best of the same books: `ticker` tells the best bid and ask with trades only, and in between they grow old.
 * Trades from Coinbase Exchange's `matches`: each at once, ids without holes.
 * Candles stream in five minutes only. The topics of other periods stand on the same stream, so that they are known to be live and are
 * asked of history as soon as they end; nothing is made of trades, since a candle that began before us would be wrong.
 */
export function route({ channel, instrument, period }: Topic): Route | null {
  if (instrument.kind !== 'spot') return null
  const { nativeName } = instrument
  switch (channel) {
    case 'book_ticker':
    case 'order_book':
      return { feed: 'market', wire: wireOf('level2', nativeName) }
    case 'kline':
      return period === null ? null : { feed: 'market', wire: wireOf('candles', nativeName) }
    case 'trade':
      return { feed: 'trades', wire: wireOf('matches', nativeName) }
    case 'funding_rate':
      return null
  }
}

export const wireOf = (channel: string, product: string): string => `${channel}:${product}`

/**
 * Products of one request. Coinbase Exchange refuses a request as a whole for one product that it does not have, and answers name no
 * request, so that there each goes alone. What Advanced Trade does is not documented; ten at most are lost then, and a hundred books are
 * asked for within seconds all the same.
 */
const productsPerRequest = { market: 10, trades: 1 } as const

/** Requests of one channel each, by the products of its wires. */
function requests(
  wires: readonly string[],
  nextId: () => number,
  most: number,
  textOf: (channel: string, products: readonly string[]) => string,
): readonly WireRequest[] {
  const byChannel = new Map<string, string[]>()
  for (const wire of wires) {
    const channel = wire.slice(0, wire.indexOf(':'))
    byChannel.set(channel, [...(byChannel.get(channel) ?? []), wire])
  }
  const made: WireRequest[] = []
  for (const [channel, own] of byChannel)
    for (let start = 0; start < own.length; start += most) {
      const part = own.slice(start, start + most)
      const products = part.map((wire) => wire.slice(channel.length + 1))
      made.push({ id: nextId(), wires: part, text: textOf(channel, products) })
    }
  return made
}

/** Advanced Trade: one channel a message. */
const marketText = (type: 'subscribe' | 'unsubscribe') => (channel: string, products: readonly string[]) =>
  JSON.stringify({ type, product_ids: products, channel })

/** Coinbase Exchange. The heartbeats of a product come once a second, and tell a quiet market from a dead line. */
const tradesText = (type: 'subscribe' | 'unsubscribe') => (channel: string, products: readonly string[]) =>
  JSON.stringify({ type, product_ids: products, channels: [channel, 'heartbeat'] })

/**
 * The heartbeats of Advanced Trade keep quiet channels from being closed after 60 to 90 s, and, coming every second, let a lost frame show
 * within one. They are the first thing asked for, within the 5 s after which a socket without a subscription is closed.
 */
export const heartbeatsText = '{"type":"subscribe","channel":"heartbeats"}'

/**
 * Limits: 8 new connections and 8 messages a second and address (the Exchange: 100 messages a second). Both feeds send something every second.
 * A subscription is answered together with the data it brings, which of a large book is megabytes.
 */
export const manners = {
  sendsPerSecond: 4,
  connectIntervalMs: 250,
  heartbeat: null,
  silenceMs: 10_000,
  lifetimeMs: null,
  ackTimeoutMs: 10_000,
} satisfies Partial<FeedRules>

/** A fifth of what the Exchange allows. */
const tradeSendsPerSecond = 20

/** Books of 100 products bring some ten megabytes when their socket opens; more are spread over further sockets. */
const productsPerSocket = 100

export const feeds: readonly FeedRules[] = [
  {
    ...manners,
    id: 'market',
    url: urls.marketStream,
    topicsPerSocket: productsPerSocket,
    login: () => heartbeatsText,
    subscribe: (wires, nextId) => requests(wires, nextId, productsPerRequest.market, marketText('subscribe')),
    unsubscribe: (wires, nextId) => requests(wires, nextId, productsPerRequest.market, marketText('unsubscribe')),
  },
  {
    ...manners,
    id: 'trades',
    url: urls.tradesStream,
    sendsPerSecond: tradeSendsPerSecond,
    topicsPerSocket: productsPerSocket,
    subscribe: (wires, nextId) => requests(wires, nextId, productsPerRequest.trades, tradesText('subscribe')),
    unsubscribe: (wires, nextId) => requests(wires, nextId, productsPerRequest.trades, tradesText('unsubscribe')),
  },
]
