/**
 * A venue's market that can be asked as if it were an earlier moment, for an account to have a past: quotes then come from the
 * minute's candle. Before its listing a market stands at its first price.
 */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { SimInstrument, SimMarket, SimQuote } from '../venue.ts'

const minuteMs = 60_000

export interface PastMarket extends SimMarket {
  /** From now on it is this moment, of the venue's clock; null: the present. */
  travel(at: EpochMs | null): void
}

export function createPastMarket(market: SimMarket): PastMarket {
  let past: EpochMs | null = null
  /** Of the minute last asked for. */
  const quotes = new Map<SimInstrument, SimQuote>()

  function quoteAt(instrument: SimInstrument, at: EpochMs): SimQuote {
    const known = quotes.get(instrument)
    const minute = Math.floor(Math.max(at, instrument.listedAt) / minuteMs) * minuteMs
    if (known?.at === minute) return known
    const [candle] = market.klines(instrument, '1m', minute, minute)
    if (!candle) return market.quote(instrument)
    const lots = instrument.lotSize * 100
    const quote: SimQuote = {
      instrument,
      bidPrice: candle.close,
      bidQuantity: lots,
      askPrice: Number((candle.close + instrument.tickSize).toFixed(instrument.priceDecimals)),
      askQuantity: lots,
      at: minute,
      updateId: 0,
    }
    quotes.set(instrument, quote)
    return quote
  }

  return {
    travel: (at) => {
      past = at
      if (at === null) quotes.clear()
    },
    now: () => past ?? market.now(),
    instruments: market.instruments,
    onListing: (run) => market.onListing?.(run),
    find: (kind, base, quote) => market.find(kind, base, quote),
    quote: (instrument) => (past === null ? market.quote(instrument) : quoteAt(instrument, past)),
    book: (instrument, lagMs) => market.book(instrument, lagMs),
    klines: (instrument, period, from, to) => market.klines(instrument, period, from, to),
    trades: (instrument, limit) => market.trades(instrument, limit),
  }
}
