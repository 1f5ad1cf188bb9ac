import { hash, hashText } from '../../hash.ts'
import type { SimInstrument, SimMarket } from '../../venue.ts'

const hourMs = 3_600_000
const fundingIntervalMs = 8 * hourMs

/** Seconds between funding payments; the real ones are 1, 4 or 8 hours, by contract. */
export const fundingInterval = fundingIntervalMs / 1000

/** Rate of the interval that ends at `time` (seconds), as text, a fraction; positive when longs pay. Between -0.01 and 0.02 percent. */
export function fundingRate({ symbol }: SimInstrument, time: number): string {
  const parts = hash(hashText(0, symbol), Math.floor(time / fundingInterval)) % 301
  return ((parts - 100) / 1_000_000).toFixed(6)
}

export interface DayStatistics {
  readonly last: number
  readonly high: number
  readonly low: number
  readonly changePercent: number
  /** base asset */
  readonly volume: number
  readonly quoteVolume: number
}

/** The last 24 h in whole hours, the running one included. */
export function dayStatistics(market: SimMarket, instrument: SimInstrument): DayStatistics {
  const now = market.now()
  const candles = market.klines(instrument, '1h', now - (now % hourMs) - 23 * hourMs, now)
  const last = lastPrice(market, instrument)
  const open = candles[0]?.open ?? last
  return {
    last,
    high: candles.reduce((high, candle) => Math.max(high, candle.high), last),
    low: candles.reduce((low, candle) => Math.min(low, candle.low), last),
    changePercent: (last / open - 1) * 100,
    volume: candles.reduce((sum, candle) => sum + candle.volume, 0),
    quoteVolume: candles.reduce((sum, candle) => sum + candle.quoteVolume, 0),
  }
}

/** Of the newest trade; the bid where there was none. */
export const lastPrice = (market: SimMarket, instrument: SimInstrument): number =>
  market.trades(instrument, 1).at(-1)?.price ?? market.quote(instrument).bidPrice

/** The middle of the contract's book, and of the spot book where the pair is traded there. */
export function markAndIndex(market: SimMarket, contract: SimInstrument): { mark: number; index: number } {
  const middle = (instrument: SimInstrument): number => {
    const { bidPrice, askPrice } = market.quote(instrument)
    return (bidPrice + askPrice) / 2
  }
  const spot = market.find('spot', contract.base, contract.quote)
  const mark = middle(contract)
  return { mark, index: spot ? middle(spot) : mark }
}
