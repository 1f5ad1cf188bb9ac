/**
 * What a bot subscribes to: `event_type[:EXCHANGE[:NAME[:period]]]`. `*` stands for any run of characters within a part, and parts left
 * out at the end are `*`. NAME is a symbol, or an asset for balances and transfers.
 *
 *   book_ticker:BINANCE:BTC_USDT    kline:*:BTC_USDT:1m    trade:*:*_USDT    fill    balance:OKX:USDT
 */
import type { TokenScope } from '../../../shared/bots.ts'
import { knownExchanges, periods } from '../../../shared/domain/index.ts'
import type { UnifiedMessage } from '../../../shared/unified/schemas.ts'

export type EventType = UnifiedMessage['event_type']

interface TopicKind {
  readonly scope: TokenScope
  /** How many parts may follow the event type. */
  readonly parts: 0 | 1 | 2 | 3
  /** `state`: conflated. `happenings`: every one, in order. */
  readonly delivery: 'state' | 'happenings'
  /** A snapshot of what holds comes first. */
  readonly hasSnapshot: boolean
  readonly summary: string
}

const state = (scope: TokenScope, parts: TopicKind['parts'], summary: string): TopicKind => ({
  scope,
  parts,
  delivery: 'state',
  hasSnapshot: true,
  summary,
})
const happenings = (scope: TokenScope, parts: TopicKind['parts'], summary: string, hasSnapshot = false): TopicKind => ({
  scope,
  parts,
  delivery: 'happenings',
  hasSnapshot,
  summary,
})

export const topicKinds: Readonly<Record<EventType, TopicKind>> = {
  book_ticker: state('market', 2, 'best bid and ask; is_live false while the feed is down'),
  order_book: state('market', 2, 'the book as deep as it is known'),
  kline: state('market', 3, 'candles; each closed one is sent, whatever the interval'),
  funding_rate: state('market', 2, 'funding rates of perpetuals'),
  spread: state('market', 2, 'pairs; EXCHANGE is that of either leg'),
  trade: happenings('market', 2, 'public trades'),
  opportunity: happenings(
    'market',
    2,
    'on opening and on closing; EXCHANGE is that of either leg; first those open now',
    true,
  ),
  connection: happenings('market', 1, 'a feed went down, or is live again'),
  gap: happenings('market', 2, 'a hole in what is recorded began, ended or was filled'),
  balance: state('account', 2, 'what is held; NAME is the asset'),
  position: state('account', 2, 'positions; quantity 0 once closed'),
  order_update: happenings('account', 2, 'every change of every order; first the open ones', true),
  fill: happenings('account', 2, 'own trades'),
  transfer: happenings('account', 2, 'deposits, withdrawals, moves; NAME is the asset'),
  funding_payment: happenings('account', 2, 'funding received and paid'),
  drift: happenings('account', 0, 'a difference to the exchange was found, or is resolved'),
  alert: happenings('account', 0, 'what was worth a line'),
}

export const eventTypes = Object.keys(topicKinds) as readonly EventType[]
const isEventType = (text: string): text is EventType => Object.hasOwn(topicKinds, text)

/** Where a message belongs. Made once per instrument where messages are many, so that matches can be remembered by it. */
export interface Address {
  readonly event: EventType
  /** In capitals; two for pairs. */
  readonly exchanges: readonly string[]
  readonly name: string
  readonly period: string
}

type Test = (text: string) => boolean
export interface Topic {
  /** As it is told back. */
  readonly text: string
  readonly event: EventType
  matches(address: Address): boolean
}

/** More would make a pattern slow to test. */
const mostStars = 3
const longestTopic = 120

/** In words, what is wrong with it; else the topic. */
export function parseTopic(given: string): Topic | { readonly problem: string } {
  const problem = (why: string) => ({ problem: `topic ${JSON.stringify(given.slice(0, longestTopic))}: ${why}` })
  if (given.length > longestTopic) return problem(`longer than ${longestTopic} characters`)
  const [event = '', ...parts] = given.split(':')
  if (!isEventType(event)) return problem(`unknown event type; known are ${eventTypes.join(', ')}`)
  const kind = topicKinds[event]
  if (parts.length > kind.parts) return problem(`${event} has at most ${kind.parts} parts after it`)
  if (parts.some((part) => part === '')) return problem('a part is empty; * stands for all')
  if (parts.some((part) => /[^\S]/.test(part))) return problem('a part has a blank in it')
  if ([...given].filter((letter) => letter === '*').length > mostStars) return problem(`more than ${mostStars} *`)
  const [exchange = '*', name = '*', period = '*'] = parts
  const upper = exchange.toUpperCase()
  if (!upper.includes('*') && !knownExchanges().some((id) => id.toUpperCase() === upper)) {
    return problem(
      `unknown exchange; known are ${knownExchanges()
        .map((id) => id.toUpperCase())
        .join(', ')}`,
    )
  }
  if (period !== '*' && !periods.some((one) => one === period))
    return problem(`unknown period; known are ${periods.join(', ')}`)
  const ofExchange = testOf(upper)
  const ofName = testOf(name)
  const ofPeriod = testOf(period)
  return {
    text: [event, ...[upper, name, period].slice(0, parts.length)].join(':'),
    event,
    matches: (address) =>
      address.event === event &&
      (address.exchanges.length === 0 || address.exchanges.some(ofExchange)) &&
      ofName(address.name) &&
      ofPeriod(address.period),
  }
}

function testOf(pattern: string): Test {
  if (pattern === '*') return () => true
  if (!pattern.includes('*')) return (text) => text === pattern
  const source = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const expression = new RegExp(`^${source.join('.*')}$`)
  return (text) => expression.test(text)
}
