import { z } from 'zod'
import type { FundingRate } from './account.ts'
import type { Instrument } from './instrument.ts'

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number

export const periods = ['1m', '5m', '15m', '1h', '1d'] as const
export const Period = z.enum(periods)
export type Period = z.infer<typeof Period>
export const periodMs: Readonly<Record<Period, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '1d': 86_400_000,
}
/** The open time of the candle that `at` falls in. Every period divides the UTC day, so plain rounding is right. */
export const openTimeOf = (at: EpochMs, period: Period): EpochMs => at - (at % periodMs[period])

export type Side = 'BUY' | 'SELL'

/**
 * Best bid and ask. Prices in quote asset per base asset, quantities in base asset.
 * A side nobody quotes is null in both fields, never 0.
 * `exchangeAt` is the exchange's own time, null where the frame carries none; `receivedAt` is this machine's.
 */
export interface BookTicker {
  readonly kind: 'book_ticker'
  readonly instrument: Instrument
  readonly bidPrice: number | null
  readonly bidQuantity: number | null
  readonly askPrice: number | null
  readonly askQuantity: number | null
  readonly exchangeAt: EpochMs | null
  readonly receivedAt: EpochMs
}

/** A public trade; `side` is the taker's; `tradeId` is the exchange's, null where it sends none. */
export interface Trade {
  readonly kind: 'trade'
  readonly instrument: Instrument
  readonly tradeId: string | null
  readonly price: number
  readonly quantity: number
  readonly side: Side
  readonly exchangeAt: EpochMs | null
  readonly receivedAt: EpochMs
}

/** One candle. `volume` in base asset, `quoteVolume` in quote asset (null where the exchange does not tell). */
export interface Candle {
  readonly openTime: EpochMs
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly quoteVolume: number | null
}

export interface Kline extends Candle {
  readonly kind: 'kline'
  readonly instrument: Instrument
  readonly period: Period
  /** True when no later trade can change it. */
  readonly isClosed: boolean
  readonly exchangeAt: EpochMs | null
  readonly receivedAt: EpochMs
}

/** The current funding rate of a perpetual. */
export interface FundingRateEvent {
  readonly kind: 'funding_rate'
  readonly rate: FundingRate
}

/** What a connector's normalizer can make of a public frame. */
export type MarketEvent = BookTicker | Trade | Kline | FundingRateEvent
