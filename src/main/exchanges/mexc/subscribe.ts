import type { FeedRules, WireRequest } from '../../net/feed.ts'
import type { Route, Topic } from '../contract.ts'
import {
  heartbeatMs,
  lifetimeMs,
  sendsPerSecond,
  silenceMs,
  streamIntervals,
  streamUrl,
  topicsPerSocket,
} from './endpoints.ts'

/**
 * The channel of a topic, which is also what acks name; null for a perpetual. Symbols stay upper case, and the order of the
 * suffixes differs between channels.
 *
 * Of the two speeds, 100 ms: MEXC sends the book ticker at every tick of the speed whether it changed or not, so 10 ms is a hundred
 * frames a second and symbol, nearly all repeats, and each frame is a full replacement anyway. Deals come grouped either way
 * and none is lost by the slower grouping.
 */
export function route(topic: Topic): Route | null {
  const { instrument, channel, period } = topic
  if (instrument.kind !== 'spot' || channel === 'funding_rate') return null
  const symbol = instrument.nativeName
  if (channel === 'book_ticker') return spot(`spot@public.aggre.bookTicker.v3.api.pb@100ms@${symbol}`)
  if (channel === 'order_book') return spot(`spot@public.aggre.depth.v3.api.pb@100ms@${symbol}`)
  if (channel === 'trade') return spot(`spot@public.aggre.deals.v3.api.pb@100ms@${symbol}`)
  return period === null ? null : spot(`spot@public.kline.v3.api.pb@${symbol}@${streamIntervals[period]}`)
}

const spot = (wire: string): Route => ({ feed: 'spot', wire })

/** One frame for all channels of a socket: `params` may name as many as a connection carries. */
function request(method: string, wires: readonly string[], nextId: () => number): readonly WireRequest[] {
  const requests: WireRequest[] = []
  for (let start = 0; start < wires.length; start += topicsPerSocket) {
    const params = wires.slice(start, start + topicsPerSocket)
    const id = nextId()
    requests.push({ id, wires: params, text: JSON.stringify({ method, params, id }) })
  }
  return requests
}

/** The manners of every MEXC socket, public and private. */
export const feedRules = (id: string, url: string): FeedRules => ({
  id,
  url,
  topicsPerSocket,
  sendsPerSecond,
  // Not documented; a few sockets in a row at this pace are what ordinary clients open.
  connectIntervalMs: 250,
  heartbeat: { everyMs: heartbeatMs, text: () => '{"method":"PING"}' },
  silenceMs,
  lifetimeMs,
  // A connection that is not subscribed after 30 s is closed, so there is time to ask again.
  ackTimeoutMs: 10_000,
  subscribe: (wires, nextId) => request('SUBSCRIPTION', wires, nextId),
  unsubscribe: (wires, nextId) => request('UNSUBSCRIPTION', wires, nextId),
})

export const feeds: readonly FeedRules[] = [feedRules('spot', streamUrl)]
