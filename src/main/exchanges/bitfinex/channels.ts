/**
 * What each channel number of one connection is, learned from its acks, and what must be remembered of it: the book, the newest
 * candle. Numbers are new with every subscription.
 */

import { type EpochMs, type Period, periodMs } from '../../../shared/domain/index.ts'
import { CandleCloses } from '../candle-closes.ts'
import { BookChannel } from './depth.ts'
import { QuoteBook } from './quote.ts'
import { periodOfTimeframe } from './subscribe.ts'

interface Named {
  /** `tBTCUST` */
  readonly symbol: string
}
export interface Quotes extends Named {
  readonly kind: 'quote'
  readonly channel: BookChannel
  readonly book: QuoteBook
}
export interface Books extends Named {
  readonly kind: 'book'
  readonly channel: BookChannel
}
export interface Candles extends Named {
  readonly kind: 'candles'
  readonly period: Period
  readonly closes: CandleCloses
}
export interface Plain extends Named {
  readonly kind: 'trades' | 'status'
}
export type Channel = Quotes | Books | Candles | Plain

/** null: a wire that is none. */
export function channelOf(wire: string): Channel | null {
  const [kind = '', ...rest] = wire.split(':')
  if (kind === 'candles') {
    const [timeframe = '', ...name] = rest
    const period = periodOfTimeframe.get(timeframe)
    return period === undefined ? null : { kind, period, symbol: name.join(':'), closes: new CandleCloses() }
  }
  const symbol = rest.join(':')
  if (kind === 'quote') return { kind, symbol, channel: new BookChannel(), book: new QuoteBook() }
  if (kind === 'book') return { kind, symbol, channel: new BookChannel() }
  return kind === 'trades' || kind === 'status' ? { kind, symbol } : null
}

/** Frames may be missing: books and quotes must begin anew, and a candle must not be closed with what was known of it. */
export function cut(channel: Channel): void {
  if (channel.kind === 'quote' || channel.kind === 'book') channel.channel.cut()
  if (channel.kind === 'candles') channel.closes.forget()
}

/** A candle's open time. */
export const isOpenTime = (at: EpochMs, period: Period): boolean =>
  Number.isSafeInteger(at) && at > 0 && at % periodMs[period] === 0
