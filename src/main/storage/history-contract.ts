/** The part of storage that answers for what charts draw of the past: each a long reading, done in steps and cancellable. */
import type { EpochMs, ExchangeId, Side } from '../../shared/domain/index.ts'

/**
 * Of two instruments' one-second quotes. `spread` percent gross, buying `first` at its ask and selling `second` at its bid.
 * `basis` the middle of `second` above that of `first`, percent of the latter.
 */
export interface PairQuestion {
  readonly measure: 'spread' | 'basis'
  readonly first: number
  readonly second: number
  /** from <= t < to, multiples of `bucketMs`. */
  readonly from: EpochMs
  readonly to: EpochMs
  readonly bucketMs: number
}

/**
 * One entry for each bucket with at least one second in which both instruments' sides are known; ascending. Quotes stored while nothing came
 * over a connection that was then found lost are not known.
 */
export interface PairHistory {
  /** Start of the bucket. */
  readonly time: Float64Array
  /** Seconds of it that are known. */
  readonly seconds: Float64Array
  readonly minimum: Float64Array
  readonly maximum: Float64Array
  readonly last: Float64Array
  /** Time of the oldest stored quote, of whichever instrument; null: there is none. */
  readonly oldest: EpochMs | null
  /** Compressed chunks in the range that could not be read. */
  readonly damaged: number
}

export interface RatesQuestion {
  readonly exchange: ExchangeId
  readonly symbol: string
  /** from <= received < to */
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Funding rates as they were told, ascending by when they came; the first may be from before the range, where it still stood then. */
export interface StoredRates {
  readonly rows: readonly {
    readonly at: EpochMs
    readonly rate: string
    readonly nextFundingAt: EpochMs | null
    readonly intervalHours: number | null
  }[]
  /** When the symbol's oldest stored one came; null: there is none. */
  readonly oldest: EpochMs | null
}

export interface TradesQuestion {
  readonly instrumentId: number
  /** from <= t < to, by the exchange's time where it told one. */
  readonly from: EpochMs
  readonly to: EpochMs
  /** Of more the largest by price times quantity are given. */
  readonly limit: number
}

export interface StoredTrades {
  /** Ascending by time. */
  readonly rows: readonly {
    readonly at: EpochMs
    readonly price: number
    /** base asset */
    readonly quantity: number
    /** the taker's */
    readonly side: Side
  }[]
  /** In the range. */
  readonly count: number
}

/** What an account was worth at a moment. */
export interface EquitySample {
  readonly account: string
  readonly at: EpochMs
  readonly currency: string
  /** Decimal text: everything it held that has a price. */
  readonly value: string
  /** Assets held but left out of `value` for want of a price. */
  readonly leftOut: readonly string[]
  /** Assets whose price was not of that moment. */
  readonly oldPrices: readonly string[]
}

export interface EquityQuestion {
  /** null: all */
  readonly account: string | null
  readonly currency: string
  readonly from: EpochMs
  readonly to: EpochMs
  readonly bucketMs: number
}

export interface EquityFlow {
  readonly account: string
  readonly at: EpochMs
  readonly kind: 'deposit' | 'withdrawal'
  readonly asset: string
  /** Decimal text, always positive. */
  readonly amount: string
  /** In the currency asked for, by the candle of that time; null: no candle is stored that tells. */
  readonly value: string | null
}

export interface StoredEquity {
  /**
   * The newest sample of each bucket and account, ascending by time. Where buckets are days or longer, the day's stored balances stand in
   * for a bucket without one, at the prices of then.
   */
  readonly samples: readonly (EquitySample & { readonly source: 'sample' | 'day' })[]
  /** Completed deposits and withdrawals, ascending by when they counted. */
  readonly flows: readonly EquityFlow[]
  /** Of each account with any: the first and the last time that is known, whatever was asked. */
  readonly spans: readonly { readonly account: string; readonly first: EpochMs; readonly last: EpochMs }[]
  /** Samples in other currencies in the range, which are not shown. */
  readonly otherCurrencies: readonly string[]
}

export interface HistoryQuestions {
  readonly pair: PairQuestion
  readonly rates: RatesQuestion
  readonly trades: TradesQuestion
  readonly equity: EquityQuestion
}

export interface HistoryAnswers {
  readonly pair: PairHistory
  readonly rates: StoredRates
  readonly trades: StoredTrades
  readonly equity: StoredEquity
}

export type HistoryKind = keyof HistoryQuestions

export interface HistoryStorage {
  /** Other reads are answered meanwhile. Rejects with a StorageError, also (`stopped`) where the signal ended it. */
  read<K extends HistoryKind>(what: K, question: HistoryQuestions[K], signal?: AbortSignal): Promise<HistoryAnswers[K]>
}
