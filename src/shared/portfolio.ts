/** What the trader's accounts hold, and how their lists are filtered; one new key on its way in. */
import { z } from 'zod'
import {
  AccountId,
  Balance,
  BuiltInExchangeId,
  DecimalText,
  ExchangeId,
  KeyPermissions,
  OrderSide,
  OrderStatus,
  TransferKind,
  TransferStatus,
  Truth,
} from './domain/index.ts'

/**
 * One balance with its worth in the currency of valuation. `priceState`: `live` from a fresh quote, `self` the currency itself,
 * `stale` from a quote that is old or whose feed is down, `missing` there is no quote: `price` and `value` are null.
 */
export const BalanceRow = Balance.extend({
  price: DecimalText.nullable(),
  value: DecimalText.nullable(),
  priceState: z.enum(['live', 'self', 'stale', 'missing']),
  /** `total` less what it was at the last midnight of this machine's time zone; null where that is not known. */
  changeSinceMidnight: DecimalText.nullable(),
  /** A drift of this balance is open, or its account's balances could not be confirmed lately. */
  hasDrift: z.boolean(),
  isStale: z.boolean(),
  /** Of the quantity, not of the price. */
  truth: Truth,
  /** In words, why it is not live; empty where it is. */
  truthReason: z.string(),
  /** The asset of this name is another coin here than on that exchange, so quantities of both are not added up; null: not as far as is known. */
  otherCoinThan: ExchangeId.nullable(),
})
export type BalanceRow = Readonly<z.infer<typeof BalanceRow>>

/** Everything held, valued at `at`. Sums leave out rows whose price is missing, and say so. */
export const Portfolio = z.object({
  currency: z.string(),
  at: z.number(),
  rows: z.array(BalanceRow),
  total: DecimalText,
  /** Assets held, or sold since midnight, that no quote values: they are neither in `total` nor in the change. */
  missingPrices: z.array(z.string()),
  stalePrices: z.array(z.string()),
  /** Worth of all quantities held now less those held at midnight, both at today's prices plus nothing guessed; null: not known. */
  changeSinceMidnight: DecimalText.nullable(),
})
export type Portfolio = Readonly<z.infer<typeof Portfolio>>

/** Absent (null) does not filter. `text` is looked for in symbols and ids, case-insensitive. Times: from <= t < to, epoch ms. */
const filter = {
  account: AccountId.nullable().default(null),
  exchange: ExchangeId.nullable().default(null),
  text: z.string().max(80).nullable().default(null),
  from: z.number().nullable().default(null),
  to: z.number().nullable().default(null),
}
export const OrderFilter = z.strictObject({
  ...filter,
  side: OrderSide.nullable().default(null),
  statuses: z.array(OrderStatus).max(6).nullable().default(null),
})
export type OrderFilter = z.infer<typeof OrderFilter>
export const FillFilter = z.strictObject({ ...filter, side: OrderSide.nullable().default(null) })
export type FillFilter = z.infer<typeof FillFilter>
export const TransferFilter = z.strictObject({
  ...filter,
  kind: TransferKind.nullable().default(null),
  status: TransferStatus.nullable().default(null),
})
export type TransferFilter = z.infer<typeof TransferFilter>

/** A new account's key on its way in. It goes to main once, and nothing ever sends it back. */
export const NewKey = z.strictObject({
  exchange: BuiltInExchangeId,
  key: z.string().trim().min(1).max(300),
  secret: z.string().trim().min(1).max(4_000),
  passphrase: z.string().trim().min(1).max(300).nullable(),
})
export type NewKey = z.infer<typeof NewKey>

export const KeyTest = z.object({
  /** The exchange accepted the key. */
  ok: z.boolean(),
  permissions: KeyPermissions.nullable(),
  /** In words, when not ok: what the exchange said and what to do. */
  problem: z.string().nullable(),
})
export type KeyTest = Readonly<z.infer<typeof KeyTest>>

/** Whether keys can be kept on this machine, and how each exchange's are made. */
export const KeyStore = z.object({
  /** null: the keychain works. Else one line: what is missing and what to do. */
  problem: z.string().nullable(),
  exchanges: z.array(z.object({ exchange: ExchangeId, needsPassphrase: z.boolean(), advice: z.string() })),
  /** In words, why accounts cannot be added now (the demo); null: they can. */
  cannotAdd: z.string().nullable(),
})
export type KeyStore = Readonly<z.infer<typeof KeyStore>>
