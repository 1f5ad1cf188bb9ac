import type { BookTicker, FundingRateEvent, Instrument, Kline, MarketEvent, Trade } from '../../shared/domain/index.ts'
import { HeldDepth } from './held-depth.ts'

/** Trades and candles kept back at most, per rotating connection; a rotation takes a few seconds. */
const mostHeld = 50_000

/**
 * Hands a feed over from an old connection to its replacement, so that every trade is published once and in order.
 *
 * While both run, the old one is published and noted (`passed`), the new one kept back (`hold`). When the old one has brought its
 * last frame, `release` publishes what only the new one brought:
 * - trades: all but those the old one brought too, matched one to one by trade id, or by time, price, quantity and side where
 *   the exchange gives no id (two equal trades of one millisecond stay two);
 * - candles: those that say more than what was published of the same candle: closed after open, or more volume;
 * - quotes: the newest of each instrument, unless the exchange's own time proves it older than what was published, or, where one bears no
 *   time, the published one came later: the new connection brings it next, if it has not brought it before.
 * - depth, by itself in `depth`: all of it, in order: a stream's own snapshot comes first, and what a book knows already does not follow.
 * Bounded: when `hold` answers false it is full, and the handover must be brought to its end at once.
 */
export class Handover {
  readonly depth = new HeldDepth()
  private readonly passedTrades = new Map<string, number>()
  private readonly passedCandles = new Map<string, Map<number, CandleState>>()
  private readonly passedQuotes = new Map<number, BookTicker>()
  private readonly happenings: (Trade | Kline)[] = []
  private readonly quotes = new Map<number, BookTicker>()
  private readonly rates = new Map<string, FundingRateEvent>()

  /** Published from the old connection. */
  passed(event: MarketEvent): void {
    if (event.kind === 'trade') {
      const key = tradeKey(event)
      this.passedTrades.set(key, (this.passedTrades.get(key) ?? 0) + 1)
    } else if (event.kind === 'kline') this.noteCandle(event)
    else if (event.kind === 'book_ticker') this.passedQuotes.set(event.instrument.id, event)
  }

  /** Brought by the new connection. False: no room for another. */
  hold(event: MarketEvent): boolean {
    if (event.kind === 'book_ticker') this.quotes.set(event.instrument.id, event)
    else if (event.kind === 'funding_rate') this.rates.set(event.rate.symbol, event)
    else this.happenings.push(event)
    return this.happenings.length < mostHeld
  }

  release(publish: (event: MarketEvent) => void): void {
    for (const event of this.happenings) {
      if (event.kind === 'trade' ? this.isNewTrade(event) : this.isNewCandle(event)) publish(event)
    }
    for (const quote of this.quotes.values()) {
      const passed = this.passedQuotes.get(quote.instrument.id)
      if (passed === undefined || !isBefore(quote, passed)) publish(quote)
    }
    for (const rate of this.rates.values()) publish(rate)
  }

  private isNewTrade(trade: Trade): boolean {
    const key = tradeKey(trade)
    const count = this.passedTrades.get(key) ?? 0
    if (count > 0) this.passedTrades.set(key, count - 1)
    return count === 0
  }

  private isNewCandle(kline: Kline): boolean {
    const states = this.passedCandles.get(candleSeries(kline))
    const state = states?.get(kline.openTime)
    let isNew = true
    if (state !== undefined) isNew = !state.isClosed && (kline.isClosed || kline.volume > state.volume)
    // An open candle older than one already published would look like a step back in time; a late closing one is wanted.
    else if (!kline.isClosed && states !== undefined) isNew = [...states.keys()].every((open) => open < kline.openTime)
    if (isNew) this.noteCandle(kline)
    return isNew
  }

  private noteCandle(kline: Kline): void {
    const series = candleSeries(kline)
    let states = this.passedCandles.get(series)
    if (states === undefined) {
      states = new Map()
      this.passedCandles.set(series, states)
    }
    states.set(kline.openTime, { isClosed: kline.isClosed, volume: kline.volume })
  }
}

const isBefore = (quote: BookTicker, other: BookTicker): boolean =>
  quote.exchangeAt !== null && other.exchangeAt !== null
    ? quote.exchangeAt < other.exchangeAt
    : quote.receivedAt < other.receivedAt

interface CandleState {
  readonly isClosed: boolean
  readonly volume: number
}

const seriesOf = (instrument: Instrument): string => `${instrument.id}`
const candleSeries = (kline: Kline): string => `${seriesOf(kline.instrument)}/${kline.period}`
const tradeKey = (trade: Trade): string =>
  trade.tradeId !== null
    ? `${seriesOf(trade.instrument)}/${trade.tradeId}`
    : `${seriesOf(trade.instrument)}/${trade.exchangeAt}/${trade.price}/${trade.quantity}/${trade.side}`
