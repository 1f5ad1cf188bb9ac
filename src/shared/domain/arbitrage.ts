import { z } from 'zod'

/** `cross`: the same symbol on two exchanges. `basis`: spot against perpetual of the same base and quote. */
export const SpreadKind = z.enum(['cross', 'basis'])
export type SpreadKind = z.infer<typeof SpreadKind>

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
