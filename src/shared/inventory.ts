/** What could be done of a pair with the balances at hand, as the contract tells it. Amounts are decimal text; absent is null. */
import { z } from 'zod'
import { DecimalText, ExchangeId } from './domain/index.ts'

/** What one leg takes from an account. */
export const InventorySide = z.object({
  exchange: ExchangeId,
  /** Spot: the quote asset to buy with, the base asset to sell. Perpetual: the quote asset, as margin at 1x. */
  asset: z.string(),
  isMargin: z.boolean(),
  /** Free and relied on, over all accounts there; null: none of them tells. */
  free: DecimalText.nullable(),
  /** For the executable quantity, with the taker fee; null: nothing is executable. */
  needed: DecimalText.nullable(),
  /** In words, what is not counted and why. */
  notCounted: z.array(z.string()),
})
export type InventorySide = Readonly<z.infer<typeof InventorySide>>

export const RebalanceMove = z.object({
  asset: z.string(),
  from: ExchangeId,
  to: ExchangeId,
  /** What one trade takes away from `to` and leaves at `from`: one as large as the balances allow, else as the books do. */
  quantity: DecimalText,
  state: z.enum(['open', 'closed', 'unknown']),
  /** In words: "on Tron, 1 USDT", "withdrawals closed on Gate". */
  words: z.string(),
  /** In the asset, and in the pair's quote asset; null: not known. */
  fee: DecimalText.nullable(),
  cost: DecimalText.nullable(),
})
export type RebalanceMove = Readonly<z.infer<typeof RebalanceMove>>

export const Rebalance = z.object({
  moves: z.array(RebalanceMove),
  /** Of all moves, quote asset; null: one of them cannot be made, or its fee is not known. */
  cost: DecimalText.nullable(),
  /** So many such trades pay for the moves, at the profit there is now; null: not known, or there is no profit. */
  trades: z.number().int().nullable(),
  words: z.string(),
})
export type Rebalance = Readonly<z.infer<typeof Rebalance>>

export const SpreadInventory = z.object({
  index: z.number().int(),
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  /** Base asset that the books give at a profit now; null: none. */
  executable: DecimalText.nullable(),
  /** Of that, what the balances allow, in lots that both exchanges take; null: not known, or nothing is executable. */
  possible: DecimalText.nullable(),
  /** What limits: the books, the balance of a leg, the least order, or that it is not known. */
  limit: z.enum(['nothing', 'books', 'buy', 'sell', 'order', 'unknown']),
  words: z.string(),
  buy: InventorySide,
  sell: InventorySide,
  /** null: nothing of this pair is moved between exchanges. */
  rebalance: Rebalance.nullable(),
})
export type SpreadInventory = Readonly<z.infer<typeof SpreadInventory>>
