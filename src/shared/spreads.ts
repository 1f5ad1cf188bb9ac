/** One pair of the spreads in full, as the contract's `spreads.detail` gives it. Absent is null; prices, quantities and money as in `Spread*`. */
import { z } from 'zod'
import { Instrument, SpreadKind, SpreadVerdict, Truth } from './domain/index.ts'

/** What keeps an order of a size from being placed on both exchanges. */
export const OrderProblem = z.object({
  leg: z.enum(['buy', 'sell']),
  /** `lotSize` less than one lot both take · `minimumQuantity` base asset, `minimumNotional` quote asset · `depth` the books end before it */
  rule: z.enum(['lotSize', 'minimumQuantity', 'minimumNotional', 'depth']),
  /** The smallest that is taken; of `depth` the base asset that stands there. */
  limit: z.number(),
})
export type OrderProblem = Readonly<z.infer<typeof OrderProblem>>

/** Both books walked for one size. */
export const SpreadSize = z.object({
  /** Asked for, quote asset; null: as far as one more unit still pays. */
  value: z.number().nullable(),
  /** Base asset, in lots that both exchanges take; 0: none. */
  quantity: z.number(),
  /** Paid for it at the asks before costs, quote asset. */
  buyNotional: z.number(),
  buyAverage: z.number().nullable(),
  sellAverage: z.number().nullable(),
  grossPercent: z.number().nullable(),
  /** Taker fees of both legs. */
  fees: z.number(),
  /** Until the next settlement; positive: received. 0 where no leg is a perpetual or none is known. */
  funding: z.number(),
  /** null: not asked for, or not known. */
  withdrawalFee: z.number().nullable(),
  netPercent: z.number().nullable(),
  profit: z.number(),
  problem: OrderProblem.nullable(),
})
export type SpreadSize = Readonly<z.infer<typeof SpreadSize>>

export const SpreadLeg = z.object({
  instrument: Instrument,
  /** Best ask of the buy leg, best bid of the sell leg. */
  price: z.number().nullable(),
  quantity: z.number().nullable(),
  truth: Truth,
  /** In words, why it is not live; empty where it is. */
  reason: z.string(),
  receivedAt: z.number().nullable(),
  /** Fraction of notional. */
  takerFee: z.number(),
  /** The order book that was walked; null: none is kept, or it is not live (`bookReason`), and the quote's own level is all there is. */
  book: z.object({ updateId: z.number().nullable(), receivedAt: z.number().nullable() }).nullable(),
  bookReason: z.string(),
  /** Of perpetuals; null: not known. */
  funding: z
    .object({
      /** Fraction of notional that longs pay shorts at the next settlement. */
      rate: z.number(),
      nextFundingAt: z.number().nullable(),
      intervalHours: z.number().nullable(),
      /** It is part of the net: its settlement is the pair's next one. */
      isCounted: z.boolean(),
    })
    .nullable(),
})
export type SpreadLeg = Readonly<z.infer<typeof SpreadLeg>>

export const SpreadDetail = z.object({
  index: z.number().int(),
  kind: SpreadKind,
  symbol: z.string(),
  /** As of then, epoch ms. */
  at: z.number(),
  buy: SpreadLeg,
  sell: SpreadLeg,
  verdict: SpreadVerdict,
  /** Whether both legs are one asset, in words. */
  standing: z.string(),
  grossPercent: z.number().nullable(),
  netPercent: z.number().nullable(),
  lowNetPercent: z.number().nullable(),
  highNetPercent: z.number().nullable(),
  /** Until the next settlement, percent of the price; positive: received. null: no leg is a perpetual, or not known. */
  fundingPercent: z.number().nullable(),
  /** A year of funding at today's rates, percent; null for `cross`, or not known. */
  carryPercent: z.number().nullable(),
  /** What the price basis would pay this pair in a year if it stood and were paid once every eight hours, percent. */
  basisCarryPercent: z.number().nullable(),
  /** Base asset; null: not asked for, or not known. */
  withdrawalFee: z.number().nullable(),
  /** A withdrawal fee is part of the profits (settings: arbitrage.withdrawalFee). */
  countsWithdrawalFee: z.boolean(),
  ladder: z.array(SpreadSize),
  untilZero: SpreadSize,
})
export type SpreadDetail = Readonly<z.infer<typeof SpreadDetail>>
