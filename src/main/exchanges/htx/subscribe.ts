/**
 * Topics to HTX wire text. A wire is the channel as HTX names it (`market.btcusdt.bbo`), which is also what acks name.
 * Docs: spot "Websocket Market Data", USDT-M "WebSocket Market Data"
 */
import type { Period } from '../../../shared/domain/index.ts'
import type { FeedRules, WireRequest } from '../../net/feed.ts'
import type { Route, Topic } from '../contract.ts'
import { urls } from './endpoints.ts'

/**
 * HTX's own day begins at 16:00 UTC, so that days are made of its hours: history adds them up, and a day is followed over the stream of its
 * hours, whose candles are hours; what closes the day is history.
 */
export const intervals: Readonly<Record<Period, string>> = {
  '1m': '1min',
  '5m': '5min',
  '15m': '15min',
  '1h': '60min',
  '1d': '60min',
}

export const spotFeed = 'spot'
/** Changes of spot's books live on a socket of their own. */
export const spotBookFeed = 'spot-books'
export const swapFeed = 'perpetual'
export const swapFundingFeed = 'perpetual-funding'

export const bookLevels = 150

export function route({ channel, instrument, period }: Topic): Route | null {
  const { nativeName, kind } = instrument
  const isSpot = kind === 'spot'
  const on = (name: string): Route => ({ feed: isSpot ? spotFeed : swapFeed, wire: `market.${nativeName}.${name}` })
  switch (channel) {
    case 'book_ticker':
      return on('bbo')
    case 'trade':
      return on('trade.detail')
    case 'kline':
      return period === null ? null : on(`kline.${intervals[period]}`)
    case 'order_book':
      return isSpot
        ? { feed: spotBookFeed, wire: `market.${nativeName}.mbp.${bookLevels}` }
        : on(`depth.size_${bookLevels}.high_freq`)
    case 'funding_rate':
      return isSpot ? null : { feed: swapFundingFeed, wire: fundingWire(nativeName) }
  }
}

export const fundingWire = (contractCode: string): string => `public.${contractCode}.funding_rate`

/** Asks once for the whole book that the changes of a wire lead on from; only the socket of the changes answers. */
export const snapshotRequest = (wire: string): string => JSON.stringify({ req: wire, id: wire })

/** One topic a frame. Changes of a swap's book want to be asked for, else every frame is a whole book. */
const requests =
  (verb: 'sub' | 'unsub'): FeedRules['subscribe'] =>
  (wires, nextId) =>
    wires.map((wire): WireRequest => {
      const id = nextId()
      const type = wire.endsWith('.high_freq') ? { data_type: 'incremental' } : {}
      return { id, wires: [wire], text: JSON.stringify({ [verb]: wire, ...type, id: String(id) }) }
    })

const notificationRequests =
  (op: 'sub' | 'unsub'): FeedRules['subscribe'] =>
  (wires, nextId) =>
    wires.map((topic): WireRequest => {
      const id = nextId()
      return { id, wires: [topic], text: JSON.stringify({ op, cid: String(id), topic }) }
    })

/**
 * HTX pings every 5 s and closes whoever leaves two to four of them unanswered; a ping of ours it would not answer. Connections per address
 * are limited by no published number; one attempt a second stays below what any client opens.
 */
const manners = {
  connectIntervalMs: 500,
  heartbeat: null,
  silenceMs: 15_000,
  lifetimeMs: null,
  ackTimeoutMs: 10_000,
  subscribe: requests('sub'),
  unsubscribe: requests('unsub'),
} satisfies Partial<FeedRules>

export const feeds: readonly FeedRules[] = [
  // 40 a second are documented; no limit of topics is, but a hundred keep one socket's load sane.
  { ...manners, id: spotFeed, url: urls.spotStream, topicsPerSocket: 100, sendsPerSecond: 20 },
  // Every subscription is followed by a request for the whole book: at most one in 100 ms, half as much more for what the way there takes off.
  { ...manners, id: spotBookFeed, url: urls.spotBookStream, topicsPerSocket: 50, sendsPerSecond: 20, spacingMs: 150 },
  { ...manners, id: swapFeed, url: urls.swapStream, topicsPerSocket: 100, sendsPerSecond: 20 },
  {
    ...manners,
    id: swapFundingFeed,
    url: urls.swapFundingStream,
    topicsPerSocket: 100,
    sendsPerSecond: 20,
    subscribe: notificationRequests('sub'),
    unsubscribe: notificationRequests('unsub'),
  },
]
