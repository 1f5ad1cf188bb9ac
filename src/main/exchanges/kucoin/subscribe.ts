/**
 * Topics on KuCoin's wire. A wire is one topic of one symbol (`/market/match:BTC-USDT`); a request may name up to 100 symbols of one.
 * Docs: https://www.kucoin.com/docs-new/websocket-api/base-info/introduction
 */
import { type Period, periods } from '../../../shared/domain/index.ts'
import type { FeedRules, WireRequest } from '../../net/feed.ts'
import type { RestCall } from '../../net/rest.ts'
import type { Route, Topic } from '../contract.ts'
import { candleTypes, futuresStreamOrigin, spotStreamOrigin } from './endpoints.ts'
import { tokenCall } from './tokens.ts'

export const spotFeed = 'spot'
export const perpetualFeed = 'perpetual'

/** Best quotes every 10 ms of spot; books as the best 50 levels every 100 ms. */
export const channels = {
  spot: {
    book_ticker: '/spotMarket/level1',
    trade: '/market/match',
    kline: '/market/candles',
    order_book: '/spotMarket/level2Depth50',
  },
  perpetual: {
    book_ticker: '/contractMarket/tickerV2',
    trade: '/contractMarket/execution',
    kline: '/contractMarket/limitCandle',
    order_book: '/contractMarket/level2Depth50',
  },
} as const

/**
 * Funding rates have no route: `/contract/instrument` tells the rate without the time it is due and the mark price every second, while one
 * call a minute tells all of it, of every contract.
 */
export function route({ channel, instrument, period }: Topic): Route | null {
  const { kind, nativeName } = instrument
  const feed = kind === 'perpetual' ? perpetualFeed : spotFeed
  if (channel === 'funding_rate') return null
  const prefix = channels[kind][channel]
  if (channel !== 'kline') return { feed, wire: `${prefix}:${nativeName}` }
  return period === null ? null : { feed, wire: `${prefix}:${nativeName}_${candleTypes[period]}` }
}

export const periodOfType: ReadonlyMap<string, Period> = new Map(periods.map((period) => [candleTypes[period], period]))

/** Of one request. */
const mostSymbols = 100
/** A token is good for so long, and the connection with it. */
const tokenLifeMs = 24 * 60 * 60 * 1_000

function requests(type: 'subscribe' | 'unsubscribe', isPrivate: boolean) {
  return (wires: readonly string[], nextId: () => number): readonly WireRequest[] => {
    const byPrefix = new Map<string, string[]>()
    for (const wire of wires) {
      const colon = wire.indexOf(':')
      const prefix = colon < 0 ? wire : wire.slice(0, colon)
      byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), wire])
    }
    return [...byPrefix].flatMap(([prefix, ofPrefix]) => {
      const made: WireRequest[] = []
      for (let start = 0; start < ofPrefix.length; start += mostSymbols) {
        const group = ofPrefix.slice(start, start + mostSymbols)
        const names = group.map((wire) => wire.slice(prefix.length + 1)).join(',')
        const id = nextId()
        const topic = names === '' ? prefix : `${prefix}:${names}`
        const text = JSON.stringify({ id: String(id), type, topic, privateChannel: isPrivate, response: true })
        made.push({ id, wires: group, text })
      }
      return made
    })
  }
}

const ping = (now: number): string => `{"id":"${now}","type":"ping"}`

/**
 * Limits: 30 new connections a minute, 100 frames each 10 s, 400 topics on a connection (spot). A connection is closed 60 s after the
 * client's last frame, whatever it received meanwhile, and asks for a ping every 18 s. KuCoin's first word is a welcome, before which
 * nothing may be subscribed: it counts as the answer to a login, whose text is one more ping.
 */
export const manners = (isPrivate: boolean) =>
  ({
    topicsPerSocket: 300,
    sendsPerSecond: 8,
    connectIntervalMs: 2_000,
    heartbeat: { everyMs: 10_000, text: ping },
    login: ping,
    silenceMs: 20_000,
    lifetimeMs: tokenLifeMs,
    ackTimeoutMs: 10_000,
    subscribe: requests('subscribe', isPrivate),
    unsubscribe: requests('unsubscribe', isPrivate),
  }) satisfies Partial<FeedRules>

export const feeds: readonly FeedRules[] = [
  { ...manners(false), id: spotFeed, url: `${spotStreamOrigin}/` },
  { ...manners(false), id: perpetualFeed, url: `${futuresStreamOrigin}/` },
]

export const feedAddress = (feed: string): RestCall<string> =>
  tokenCall(feed === perpetualFeed ? 'futures' : 'spot', null)
