/** What the keeper of order books asks of an exchange's session. */
import type { Instrument, MarketKind } from '../../../shared/domain/index.ts'
import type { BookRules } from '../../exchanges/depth.ts'
import type { MarketSession } from '../../exchanges/session-contract.ts'
import type { RestCall, RestResult } from '../../net/rest.ts'

export interface BookSource {
  /** null: no books are kept of such instruments. */
  rules(kind: MarketKind): BookRules | null
  /** One call within the exchange's limits, behind what people wait for. */
  ask<T>(call: RestCall<T>, signal: AbortSignal): Promise<RestResult<T>>
  /** Has the stream of one book, or that of its instrument's quotes, begin anew; false where nothing carries it now. */
  resubscribe(instrument: Instrument, channel: 'order_book' | 'book_ticker'): boolean
  /** Since the connection that carries its depth gave a sign of life, ms; null: there is none. */
  silentMs(instrument: Instrument): number | null
  /** The exchange's clock minus ours, ms; null: not measured. */
  clockOffsetMs(): number | null
  /** Times that cannot be were told: has it measured again, soon. */
  doubtClock(): void
}

export const bookSourceOf = (session: MarketSession): BookSource => {
  const feedOf = (instrument: Instrument, channel: 'order_book' | 'book_ticker' = 'order_book') =>
    session.feedOf({ channel, instrument, period: null })
  return {
    rules: (kind) => session.connector.bookRules(kind),
    ask: (call, signal) => session.ask(call, { priority: 'history', signal }),
    resubscribe: (instrument, channel) => {
      const feed = feedOf(instrument, channel)
      return feed?.session.resubscribe(feed.wire) ?? false
    },
    silentMs: (instrument) => {
      const feed = feedOf(instrument)
      return feed?.session.lifeOf(feed.wire)?.silentMs ?? null
    },
    clockOffsetMs: () => session.measuredOffset(),
    doubtClock: () => session.doubtClock(),
  }
}
