/** Where a message stands in Redis: the channels, streams and keys that docs/bots.md promises. */
import type { MessageOf, UnifiedMessage } from '../../../shared/unified/schemas.ts'

export type EventType = UnifiedMessage['event_type']

/** Events of which every one counts: each has a stream. A `kline` is one once it is closed. */
export const happeningTypes = [
  'order_update',
  'fill',
  'transfer',
  'funding_payment',
  'opportunity',
  'alert',
  'connection',
  'gap',
  'drift',
  'kline',
] as const satisfies readonly EventType[]

const longestPart = 128

/**
 * Text of a message as one part of a name: what would end the part (colon, white space) or mean something in a pattern (* ? [ ] \) or
 * cannot be printed becomes an underscore.
 */
export function namePart(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const clean = text.slice(0, longestPart).replace(/[\s:*?[\]\\\u0000-\u001f\u007f]/g, '_')
  return clean === '' ? '_' : clean
}

const join = (...parts: readonly string[]): string => parts.map(namePart).join(':')

/** `<event_type>:<exchange>:<symbol>`, or what stands there for events that have no exchange or symbol: always three parts. */
export function channelPath(message: UnifiedMessage): string {
  const type = message.event_type
  switch (message.event_type) {
    case 'balance':
    case 'transfer':
      return join(type, message.exchange, message.asset)
    case 'opportunity':
    case 'spread':
      return join(type, `${message.buy_exchange}-${message.sell_exchange}`, message.symbol)
    case 'alert':
      return join(type, 'CROSSBOOK', message.rule)
    case 'connection':
      return join(type, message.exchange, message.feed)
    case 'drift':
      return join(type, message.account, message.subject)
    default:
      return join(type, message.exchange, message.symbol)
  }
}

/** One account may hold an asset in several wallets, and a position on either side: their keys say which. */
export const balancePath = (balance: MessageOf<'balance'>): string =>
  join('balance', balance.exchange, balance.account, balance.wallet, balance.asset)
export const positionPath = (position: MessageOf<'position'>): string =>
  join('position', position.exchange, position.account, position.symbol, position.side)

export const channelOf = (prefix: string, path: string): string => `${prefix}:${path}`
export const streamOf = (prefix: string, type: string): string => `${prefix}:stream:${type}`
export const latestOf = (prefix: string, path: string): string => `${prefix}:latest:${path}`
/** The sequence number of the last happening that `sender` delivered. */
export const positionOf = (prefix: string, sender: string): string => `${prefix}:sender:${sender}`
