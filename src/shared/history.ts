/** What the contract says about the past as charts draw it: spread, basis, funding, equity, public trades. */
import { z } from 'zod'
import { AccountId, DecimalText } from './domain/index.ts'

const float64 = z.custom<Float64Array>((value) => value instanceof Float64Array)

/** Lengths of a bucket: a range is cut into buckets of the shortest of these that gives no more of them than asked for. */
export const bucketLadder = [
  1_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000, 86_400_000,
] as const
export const mostPoints = 5_000

/** The length of buckets that `points` of cover the range; null: the range is too long for any. */
export const bucketFor = (from: number, to: number, points: number): number | null =>
  bucketLadder.find((bucketMs) => Math.ceil((to - from) / bucketMs) <= points) ?? null

const Range = z.strictObject({
  /** from <= t < to, epoch ms; rounded outwards to full buckets. */
  from: z.number().int().min(0),
  to: z.number().int().min(0),
  /** Buckets at most. */
  points: z.number().int().min(1).max(mostPoints),
  /** A later request of the same client with the same name takes the place of this one, which is then answered `unavailable`. */
  chart: z.string().min(1).max(80),
})

const key = z.string().min(1).max(80)
export const PairHistoryRequest = Range.extend({ buy: key, sell: key })
export const BasisHistoryRequest = Range.extend({ spot: key, perpetual: key })
export const RatesHistoryRequest = Range.omit({ points: true }).extend({ instrument: key })
export const TradesRequest = Range.omit({ points: true }).extend({
  instrument: key,
  limit: z.number().int().min(1).max(2_000),
})
export const EquityHistoryRequest = Range.extend({ account: AccountId.nullable() })
export const PairOpportunitiesRequest = Range.omit({ points: true }).extend({ buy: key, sell: key })

/**
 * A value over time in buckets, a column each, ascending. A bucket in which not a single second is known has no entry: it is a gap.
 * `seconds`: how many of the bucket's are known. Values in percent.
 */
const buckets = {
  from: z.number(),
  to: z.number(),
  bucketMs: z.number(),
  time: float64,
  seconds: float64,
  minimum: float64,
  maximum: float64,
  last: float64,
  /** Time of the oldest stored quote, of whichever instrument: there is nothing before it; null: nothing is stored. */
  oldest: z.number().nullable(),
  /** Compressed stretches of 12 minutes that could not be read: gaps that are not really empty. */
  damaged: z.number().int(),
}

/** Taker fees of both legs, fractions of notional. */
export const LegFees = z.object({ buy: z.number(), sell: z.number() })
export type LegFees = Readonly<z.infer<typeof LegFees>>

/** Gross spread, percent of the buy price, buying at the ask and selling at the bid. Net: `netPercentOf`. */
export const SpreadHistory = z.object({
  ...buckets,
  /** As they are now; what they were then is not stored. */
  fees: LegFees,
})
export type SpreadHistory = Readonly<z.infer<typeof SpreadHistory>>

/** The perpetual's middle price above the spot market's, percent of the latter. */
export const BasisHistory = z.object(buckets)
export type BasisHistory = Readonly<z.infer<typeof BasisHistory>>

/** Both taker fees taken off: (bid * (1 - sell) - ask * (1 + buy)) / ask, percent. Rising with the gross, so that extremes stay extremes. */
export const netPercentOf = (grossPercent: number, { buy, sell }: LegFees): number =>
  grossPercent * (1 - sell) - 100 * (buy + sell)

/** Funding rates as they were told, ascending by when; the first may be from before the range, where it still stood then. */
export const RatesHistory = z.object({
  rates: z.array(
    z.object({
      at: z.number(),
      /** fraction of notional for one interval; positive: longs pay */
      rate: DecimalText,
      nextFundingAt: z.number().nullable(),
      intervalHours: z.number().nullable(),
    }),
  ),
  /** Rates that were paid, by the exchange's own history, ascending; null: it has none that can be asked for. */
  settled: z.array(z.object({ at: z.number(), rate: DecimalText })).nullable(),
  /** In words, why the exchange's history is not there or not whole; null: it is. */
  settledProblem: z.string().nullable(),
  /** When the oldest stored rate was told; null: none is stored. */
  oldest: z.number().nullable(),
})
export type RatesHistory = Readonly<z.infer<typeof RatesHistory>>

/** Recorded public trades, ascending; of more than asked for the largest. `side`: the taker's. */
export const TradeList = z.object({
  at: float64,
  price: float64,
  quantity: float64,
  /** 1 a buy, 0 a sell */
  isBuy: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  /** In the range. */
  count: z.number().int(),
})
export type TradeList = Readonly<z.infer<typeof TradeList>>

export const EquityPoint = z.object({
  /** Of the newest sample of the bucket. */
  at: z.number(),
  /** Of all accounts together, currency. */
  value: DecimalText,
  /**
   * Gained since the first point: what changed less what came in and went out; null: not known from here on, since something moved
   * whose value is not.
   */
  profit: DecimalText.nullable(),
  /** Comparable with the point before: the bucket before has one, of the same accounts, with the same assets left out. */
  isJoined: z.boolean(),
  /** Assets without a price: not in `value`. */
  leftOut: z.array(z.string()),
  /** Assets whose price was not of that moment. */
  oldPrices: z.array(z.string()),
  /** How many accounts. */
  accounts: z.number().int(),
})
export type EquityPoint = Readonly<z.infer<typeof EquityPoint>>

/** Money that came from outside or left, which is no profit and no loss. */
export const EquityFlow = z.object({
  account: z.string(),
  at: z.number(),
  kind: z.enum(['deposit', 'withdrawal']),
  asset: z.string(),
  amount: DecimalText,
  /** In the currency, by the candle of that time; null: not known. */
  value: DecimalText.nullable(),
})
export type EquityFlow = Readonly<z.infer<typeof EquityFlow>>

/** Without unrealised profit of positions; buckets are five minutes at least. A bucket in which an account is missing has no point: it is a gap. */
export const EquityHistory = z.object({
  currency: z.string(),
  from: z.number(),
  to: z.number(),
  bucketMs: z.number(),
  points: z.array(EquityPoint),
  flows: z.array(EquityFlow),
  /** Accounts that begin or end within the range: from here on the total is of others. */
  changes: z.array(z.object({ at: z.number(), account: z.string(), kind: z.enum(['begins', 'ends']) })),
  /** Time of the oldest known value; null: there is none. */
  oldest: z.number().nullable(),
  /** Other currencies in which values of the range are stored, which are not shown. */
  otherCurrencies: z.array(z.string()),
})
export type EquityHistory = Readonly<z.infer<typeof EquityHistory>>
