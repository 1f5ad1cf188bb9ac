/** Gate's topics on the wire and back: request texts, and the wires that an ack or a refusal speaks of. */
import { type EpochMs, periods } from '../../../shared/domain/index.ts'
import type { Control, WireRequest } from '../../net/feed.ts'
import type { Normalized, Route, Topic } from '../contract.ts'
import { problemOf, SubscriptionReply } from './schemas.ts'

/** Feed ids, and the family that every channel name of the feed begins with. */
export const spotFeed = 'spot'
export const perpetualFeed = 'perpetual'
export const familyOf = (feed: string): 'spot' | 'futures' => (feed === perpetualFeed ? 'futures' : 'spot')

/** Funding rates come with the perpetuals' tickers. */
const channelNames = {
  book_ticker: 'book_ticker',
  trade: 'trades',
  kline: 'candlesticks',
  funding_rate: 'tickers',
  order_book: 'obu',
} as const

/** Of an instrument, and back: the 400 levels told every 100 ms. Other depths that Gate has are not subscribed to: undefined. */
const bookNameOf = (name: string): string => `ob.${name}.400`
export const nameOfBook = (bookName: string): string | undefined => /^ob\.(.+)\.400$/.exec(bookName)?.[1]

/**
 * Symbols in one request for book tickers, trades or order books. One unknown symbol fails its whole request, so groups are small; candles
 * take exactly one pair a request.
 */
const symbolsPerRequest = 10

/** Wires: `spot.book_ticker:BTC_USDT`, `futures.trades:BTC_USDT`, `spot.candlesticks:1m:BTC_USDT`, `spot.obu:ob.BTC_USDT.400`. */
export function routeOf(topic: Topic): Route | null {
  if (topic.channel === 'funding_rate' && topic.instrument.kind !== 'perpetual') return null
  const feed = topic.instrument.kind === 'perpetual' ? perpetualFeed : spotFeed
  const channel = `${familyOf(feed)}.${channelNames[topic.channel]}`
  const name = topic.instrument.nativeName
  if (topic.channel === 'order_book') return { feed, wire: `${channel}:${bookNameOf(name)}` }
  if (topic.channel !== 'kline') return { feed, wire: `${channel}:${name}` }
  return topic.period === null ? null : { feed, wire: `${channel}:${topic.period}:${name}` }
}

const isCandles = (channel: string): boolean => channel.endsWith('.candlesticks')

/** The wires that a request's channel and payload stand for. */
function wiresOf(channel: string, payload: readonly string[]): readonly string[] {
  return isCandles(channel) ? [`${channel}:${payload.join(':')}`] : payload.map((name) => `${channel}:${name}`)
}

/** Every wire of one symbol on a channel: for candles one for each period. */
function wiresOfSymbol(channel: string, name: string): readonly string[] {
  if (isCandles(channel)) return periods.map((period) => `${channel}:${period}:${name}`)
  return [`${channel}:${channel.endsWith('.obu') ? bookNameOf(name) : name}`]
}

/** `{"time":1611541000,"id":1,"channel":"spot.trades","event":"subscribe","payload":["BTC_USDT","ETH_USDT"]}` */
export function requestsFor(event: 'subscribe' | 'unsubscribe') {
  return (wires: readonly string[], nextId: () => number, now: EpochMs): readonly WireRequest[] => {
    const byChannel = new Map<string, string[]>()
    for (const wire of wires) {
      const channel = wire.slice(0, wire.indexOf(':'))
      const ofChannel = byChannel.get(channel)
      if (ofChannel) ofChannel.push(wire)
      else byChannel.set(channel, [wire])
    }
    return [...byChannel].flatMap(([channel, ofChannel]) => {
      const perRequest = isCandles(channel) ? 1 : symbolsPerRequest
      const requests: WireRequest[] = []
      for (let start = 0; start < ofChannel.length; start += perRequest) {
        const group = ofChannel.slice(start, start + perRequest)
        const payload = group.flatMap((wire) => wire.slice(channel.length + 1).split(':'))
        const id = nextId()
        const text = JSON.stringify({ time: Math.floor(now / 1000), id, channel, event, payload })
        requests.push({ id, wires: group, text })
      }
      return requests
    })
  }
}

/** `{"time":1545404023,"channel":"spot.ping"}`, answered on `spot.pong` */
export const pingText =
  (family: 'spot' | 'futures') =>
  (now: EpochMs): string =>
    JSON.stringify({ time: Math.floor(now / 1000), channel: `${family}.ping` })

// Replies

const control = (value: Control): Normalized => ({ kind: 'control', control: value })
const ignored = control({ type: 'ignored' })

/**
 * Replies to subscribe and unsubscribe.
 *
 * Ack      matched by `id`; without one (old form) by channel and payload; with neither it speaks of no known topic and is ignored
 * Refusal  one unknown symbol fails its whole request. By `id` it concerns every wire of the request, and where those are several the
 *          session asks for halves until the unknown one stands alone; the message names just one of them, so going by it would
 *          cost an ack time-out for each. Without an id (old form) the name is all there is: only its wires are refused, its
 *          neighbours stay without an ack and are asked for again.
 *          Code 3 (server error) refuses nothing: the ack time-out asks again.
 * Again    an order book that flows already is answered by an error too ("Alert sub ob.BTC_USDT.400"): alone in its request that is an
 *          ack; among others the request counts as refused, and asking for halves finds it
 */
export function normalizeReply(frame: unknown): Normalized {
  const parsed = SubscriptionReply.safeParse(frame)
  if (!parsed.success) return { kind: 'rejected', reason: 'schema', detail: problemOf(parsed.error) }
  const { id, channel, event, payload, error, result } = parsed.data
  const requestId = id ?? null
  const wires = payload ? wiresOf(channel, payload) : null
  if (!error) {
    if (result?.status !== 'success')
      return { kind: 'rejected', reason: 'schema', detail: `${channel} ${event}: neither success nor error` }
    if (requestId !== null) return control({ type: 'ack', id: requestId, wires: null })
    // Without an id an unsubscribe's ack would be taken for one of a later subscribe.
    return wires && event === 'subscribe' ? control({ type: 'ack', id: null, wires }) : ignored
  }
  if (error.code === serverError) return ignored
  const message = error.message.trim()
  const flowing = alreadySubscribed.exec(message)?.[1]
  if (flowing !== undefined && (wires === null || wires.length === 1))
    return control({ type: 'ack', id: requestId, wires: [`${channel}:${flowing}`] })
  if (requestId !== null) return control({ type: 'refused', id: requestId, wires: null, message })
  const name = unknownSymbol.exec(message)?.[1]
  const named = name === undefined || (wires && isCandles(channel)) ? wires : wiresOfSymbol(channel, name)
  if (named) return control({ type: 'refused', id: null, wires: named, message })
  return { kind: 'rejected', reason: 'unknownChannel', detail: `${channel} ${event}: ${message}` }
}

const serverError = 3
const alreadySubscribed = /^Alert sub (\S+)$/
/** `unknown currency pair: LUNARLENS_USDT`, `unknown contract BTC_USDT_20220318` */
const unknownSymbol = /^unknown (?:currency pair|contract):? +(\S+)$/i
