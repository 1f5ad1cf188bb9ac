/**
 * Topics to Bitfinex's wire text, one request each. A wire is `<kind>:<symbol>`: `quote:tBTCUST`, `book:tBTCUST`, `trades:tBTCUST`,
 * `candles:1m:tBTCUST`, `status:tBTCF0:USTF0`. What Bitfinex calls it from then on, its channel's number, is in the ack.
 * Docs: https://docs.bitfinex.com/docs/ws-general, /reference/ws-public-books
 */
import { type Period, periods } from '../../../shared/domain/index.ts'
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
export const periodOfTimeframe: ReadonlyMap<string, Period> = new Map(
  periods.map((period) => [timeframes[period], period]),
)

/** Levels a side of order books, the most there are, and of quotes. */
export const bookLevels = 250
export const quoteLevels = 1

/**
 * Quotes from the book of one level: the ticker comes every 15 s, and its sizes are sums over 25 levels.
 * Funding rates from the status of derivatives.
 */
export function route(topic: Topic): Route | null {
  const { nativeName, kind } = topic.instrument
  const wire = (name: string): Route => ({ feed: 'public', wire: `${name}:${nativeName}` })
  switch (topic.channel) {
    case 'book_ticker':
      return wire('quote')
    case 'trade':
      return wire('trades')
    case 'kline':
      return topic.period === null ? null : wire(`candles:${timeframes[topic.period]}`)
    case 'funding_rate':
      return kind === 'perpetual' ? wire('status') : null
    case 'order_book':
      return wire('book')
  }
}

/** What Bitfinex names a subscription by, in acks and in errors, to the wire; null where it is none of ours. */
export function wireOf(named: {
  readonly channel?: string | undefined
  readonly symbol?: string | undefined
  readonly key?: string | undefined
  readonly len?: string | number | undefined
}): string | null {
  const { channel, symbol, key, len } = named
  if (channel === 'trades' && symbol !== undefined) return `trades:${symbol}`
  if (channel === 'book' && symbol !== undefined) {
    if (String(len) === String(quoteLevels)) return `quote:${symbol}`
    return String(len) === String(bookLevels) ? `book:${symbol}` : null
  }
  if (channel === 'candles' && key?.startsWith('trade:')) return `candles:${key.slice('trade:'.length)}`
  return channel === 'status' && key?.startsWith('deriv:') ? `status:${key.slice('deriv:'.length)}` : null
}

function fieldsOf(wire: string): Readonly<Record<string, string>> {
  const colon = wire.indexOf(':')
  const [kind, name] = [wire.slice(0, colon), wire.slice(colon + 1)]
  if (kind === 'candles') return { channel: 'candles', key: `trade:${name}` }
  if (kind === 'status') return { channel: 'status', key: `deriv:${name}` }
  if (kind === 'trades') return { channel: 'trades', symbol: name }
  const len = String(kind === 'quote' ? quoteLevels : bookLevels)
  return { channel: 'book', symbol: name, prec: 'P0', freq: 'F0', len }
}

/** `subId` comes back in the ack. */
const subscribe: FeedRules['subscribe'] = (wires, nextId) =>
  wires.map((wire): WireRequest => {
    const id = nextId()
    return { id, wires: [wire], text: JSON.stringify({ event: 'subscribe', ...fieldsOf(wire), subId: String(id) }) }
  })

/** By number alone: a wire that was never acknowledged has none, and nothing to take back. */
const unsubscribe: FeedRules['unsubscribe'] = (wires, nextId, _now, handleOf) =>
  wires.flatMap((wire): WireRequest[] => {
    const chanId = handleOf(wire)
    if (chanId === null) return []
    return [{ id: nextId(), wires: [wire], text: JSON.stringify({ event: 'unsubscribe', chanId }) }]
  })

/** Every array frame bears the server's time, and a number that counts the frames of its socket; books are told their checksums. */
export const flags = { timestamp: 32_768, sequence: 65_536, checksum: 131_072 } as const
const configuration = JSON.stringify({ event: 'conf', flags: flags.timestamp + flags.sequence + flags.checksum })

/**
 * A socket carries 25 channels (30 stand on another page). 20 connections a minute and address, else all are blocked for one. Every
 * channel has a heartbeat of 15 s; the pong to our ping tells sooner that a line is dead. BULK_UPDATES stays off: an update of a book
 * would look like a whole one. How often one may send is not documented.
 */
export const feeds: readonly FeedRules[] = [
  {
    id: 'public',
    url: urls.publicStream,
    topicsPerSocket: 25,
    sendsPerSecond: 10,
    connectIntervalMs: 3_000,
    heartbeat: { everyMs: 10_000, text: (now) => JSON.stringify({ event: 'ping', cid: now }) },
    silenceMs: 15_000,
    lifetimeMs: null,
    ackTimeoutMs: 10_000,
    login: () => configuration,
    subscribe,
    unsubscribe,
  },
]
