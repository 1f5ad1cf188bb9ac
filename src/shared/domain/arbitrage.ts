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

/** An opportunity from open to close. Percentages are of the buy price; profit and size at the top of both books. */
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
  /** at its best moment (highest net percent) */
  bestAt: z.number(),
  bestGrossPercent: z.number(),
  bestNetPercent: z.number(),
  bestBuyPrice: z.number(),
  bestSellPrice: z.number(),
  /** executable at the top of both books, base asset */
  bestQuantity: z.number(),
  /** after both taker fees, quote asset */
  bestProfit: z.number(),
})
export type Opportunity = Readonly<z.infer<typeof Opportunity>>
