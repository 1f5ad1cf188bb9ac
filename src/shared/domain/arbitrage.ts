import { z } from 'zod'

/** `cross`: the same symbol on two exchanges. `basis`: spot against perpetual of the same base and quote. */
export const SpreadKind = z.enum(['cross', 'basis'])
export type SpreadKind = z.infer<typeof SpreadKind>

/**
 * Whether a pair's spread counts, and if not why; the first that holds, worst first.
 * `absent` a leg is not live, not quoted or too old · `banned`, `muted` the trader said so · `different` the two tickers are known to
 * be different assets · `unproven` nothing shows that they are the same · `uncertain` the sign of the net spread lies within what the
 * legs' ages and the pair's recent movement explain · `counts` none of these
 */
export const verdicts = ['absent', 'banned', 'muted', 'different', 'unproven', 'uncertain', 'counts'] as const
export const SpreadVerdict = z.enum(verdicts)
export type SpreadVerdict = z.infer<typeof SpreadVerdict>

/** A verdict as columns of numbers hold it; a column that was never written says `absent`. */
export const verdictCode = {
  absent: 0,
  banned: 1,
  muted: 2,
  different: 3,
  unproven: 4,
  uncertain: 5,
  counts: 6,
} as const satisfies Readonly<Record<SpreadVerdict, number>>

export const verdictOf = (code: number): SpreadVerdict => verdicts[code] ?? 'absent'

/** One direction of one pair: buy at `buy`'s best ask, sell at `sell`'s best bid. */
export const SpreadPair = z.object({
  /** Index into the spread columns; stable until the watch list changes. */
  index: z.number().int(),
  kind: SpreadKind,
  /** `BTC_USDT` for both kinds (for a perpetual pair `BTC_USDT_PERP`). */
  symbol: z.string(),
  /** Instrument keys. */
  buy: z.string(),
  sell: z.string(),
})
export type SpreadPair = Readonly<z.infer<typeof SpreadPair>>

/**
 * Why an opportunity is none to act on, what is furthest from being one first: its verdict, `unprofitable` nothing left after costs,
 * `unexecutable` nothing left that both exchanges take.
 */
export const rejections = [
  'banned',
  'muted',
  'different',
  'unproven',
  'unprofitable',
  'uncertain',
  'unexecutable',
] as const
export const Rejection = z.enum(rejections)
export type Rejection = z.infer<typeof Rejection>

/** What spoke for and against an opportunity at one moment. Percentages are of the buy price. */
export const OpportunityMoment = z.object({
  verdict: SpreadVerdict,
  /** What the net percent may have been in truth. */
  lowNetPercent: z.number(),
  highNetPercent: z.number(),
  /** Both books walked as far as it pays: base asset, and quote asset after all costs; null: not known. */
  executableQuantity: z.number().nullable(),
  executableProfit: z.number().nullable(),
  /** Of the next settlement, part of the net; positive: received. null: no leg is a perpetual, or not known. */
  fundingPercent: z.number().nullable(),
  /** The exchange's id of the newest update in each book; null: the top of book was all there was. */
  buyBookVersion: z.number().nullable(),
  sellBookVersion: z.number().nullable(),
  buyAgeMs: z.number(),
  sellAgeMs: z.number(),
})
export type OpportunityMoment = Readonly<z.infer<typeof OpportunityMoment>>

/** The moment it opened, with the numbers that the opportunity itself has of its best one. */
export const OpportunityOpening = OpportunityMoment.extend({
  grossPercent: z.number(),
  netPercent: z.number(),
  buyPrice: z.number(),
  sellPrice: z.number(),
  quantity: z.number(),
  profit: z.number(),
})
export type OpportunityOpening = Readonly<z.infer<typeof OpportunityOpening>>

/**
 * An opportunity from open to close. Percentages are of the buy price; profit and size at the top of both books. What was stored before
 * verdicts were has null for all that follows `bestProfit`.
 */
export const Opportunity = z.object({
  id: z.number().int(),
  kind: SpreadKind,
  symbol: z.string(),
  buy: z.string(),
  sell: z.string(),
  openedAt: z.number(),
  /** null while it lives */
  closedAt: z.number().nullable(),
  /** why it closed: below the threshold, a leg no longer live ('stale'), its feed down, the program stopped; null while it lives */
  closeReason: z.enum(['threshold', 'stale', 'disconnected', 'shutdown']).nullable(),
  /** at its best moment: when least spoke against it, and of those moments the one with the highest net percent */
  bestAt: z.number(),
  bestGrossPercent: z.number(),
  bestNetPercent: z.number(),
  bestBuyPrice: z.number(),
  bestSellPrice: z.number(),
  /** executable at the top of both books, base asset */
  bestQuantity: z.number(),
  /** after both legs' costs, quote asset */
  bestProfit: z.number(),
  /** What it never got past; null: it was one to act on, from its best moment at the latest. */
  rejection: Rejection.nullable(),
  /** The same in words, with the numbers. */
  rejectionWords: z.string().nullable(),
  /** Taker fees, fractions of notional. */
  buyFee: z.number().nullable(),
  sellFee: z.number().nullable(),
  opening: OpportunityOpening.nullable(),
  best: OpportunityMoment.nullable(),
})
export type Opportunity = Readonly<z.infer<typeof Opportunity>>
