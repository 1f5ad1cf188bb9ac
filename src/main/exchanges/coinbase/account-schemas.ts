/**
 * Coinbase's private replies and frames as zod, without transforms; amounts are decimal text and read in account-normalize.ts.
 * Docs: https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api, .../coinbase-app/docs/api-transactions · fixtures
 * coinbase/rest_private.json, coinbase/ws_user.ndjson
 */
import { z } from 'zod'

export const KeyPermissionsReply = z.object({
  can_view: z.boolean(),
  can_trade: z.boolean(),
  can_transfer: z.boolean(),
  portfolio_type: z.string().optional(),
})

/** Pages of Advanced Trade: the next one by `cursor`, '' after the last. */
export const PageEnd = z.object({ has_next: z.boolean().optional(), cursor: z.string().optional() })

export const AccountsReply = z.object({ accounts: z.array(z.unknown()) })
const Money = z.object({ value: z.string(), currency: z.string() })
export const WalletRow = z.object({
  uuid: z.string().min(1),
  currency: z.string().min(1),
  available_balance: Money,
  hold: Money,
  type: z.string(),
})
export type WalletRow = z.infer<typeof WalletRow>

export const OrdersReply = z.object({ orders: z.array(z.unknown()) })
export const OrderReply = z.object({ order: z.unknown() })
export const OrderRow = z.object({
  order_id: z.string().min(1),
  product_id: z.string(),
  client_order_id: z.string().optional(),
  side: z.string(),
  status: z.string(),
  order_type: z.string(),
  time_in_force: z.string().optional(),
  created_time: z.string(),
  last_update_time: z.string().nullable().optional(),
  last_fill_time: z.string().nullable().optional(),
  filled_size: z.string(),
  average_filled_price: z.string(),
  cancel_message: z.string().optional(),
  reject_reason: z.string().optional(),
  /** One key, `limit_limit_gtc` say, which holds price and size. */
  order_configuration: z.record(z.string(), z.unknown()),
})
export type OrderRow = z.infer<typeof OrderRow>
export const OrderConfiguration = z.object({
  base_size: z.string().optional(),
  quote_size: z.string().optional(),
  limit_price: z.string().optional(),
  stop_price: z.string().optional(),
  stop_trigger_price: z.string().optional(),
  post_only: z.boolean().optional(),
})

export const FillsReply = z.object({ fills: z.array(z.unknown()) })
export const FillRow = z.object({
  trade_id: z.string().min(1),
  order_id: z.string().min(1),
  trade_time: z.string(),
  trade_type: z.string(),
  price: z.string(),
  size: z.string(),
  commission: z.string(),
  product_id: z.string(),
  liquidity_indicator: z.string(),
  size_in_quote: z.boolean(),
  side: z.string(),
})
export type FillRow = z.infer<typeof FillRow>

export const TransactionSummaryReply = z.object({
  fee_tier: z.object({ maker_fee_rate: z.string(), taker_fee_rate: z.string() }),
})

/** Pages of the app: the next one has an address, which the documents name, and begins after an id, which they do not. */
export const TransactionsReply = z.object({
  data: z.array(z.unknown()),
  pagination: z
    .object({ next_uri: z.string().nullable().optional(), next_starting_after: z.string().nullable().optional() })
    .optional(),
})
export type TransactionsReply = z.infer<typeof TransactionsReply>
const AppMoney = z.object({ amount: z.string(), currency: z.string() })
export const TransactionRow = z.object({
  id: z.string().min(1),
  type: z.string(),
  status: z.string(),
  amount: AppMoney,
  created_at: z.string(),
  updated_at: z.string().nullable().optional(),
  network: z
    .object({
      hash: z.string().nullable().optional(),
      network_name: z.string().nullable().optional(),
      transaction_fee: AppMoney.nullable().optional(),
    })
    .nullable()
    .optional(),
  to: z.object({ address: z.string().nullable().optional() }).nullable().optional(),
})
export type TransactionRow = z.infer<typeof TransactionRow>

export const UserFrame = z.object({
  timestamp: z.string(),
  events: z.array(z.object({ type: z.enum(['snapshot', 'update']), orders: z.array(z.unknown()).optional() })),
})
export const StreamOrderRow = z.object({
  order_id: z.string().min(1),
  client_order_id: z.string().optional(),
  product_id: z.string(),
  order_side: z.string(),
  order_type: z.string(),
  status: z.string(),
  time_in_force: z.string().optional(),
  cumulative_quantity: z.string(),
  leaves_quantity: z.string(),
  avg_price: z.string(),
  limit_price: z.string().optional(),
  stop_price: z.string().optional(),
  post_only: z.union([z.string(), z.boolean()]).optional(),
  creation_time: z.string(),
  cancel_reason: z.string().optional(),
})
export type StreamOrderRow = z.infer<typeof StreamOrderRow>
