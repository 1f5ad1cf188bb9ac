/**
 * Kraken's private replies and frames as zod, without transforms. Amounts of replies are text; those of frames are JSON numbers, of which
 * the ones that float64 cannot hold arrive as text (`net/exact-json.ts`).
 * Docs: https://docs.kraken.com/api/docs/rest-api/get-extended-balance and its neighbours, /websocket-v2/executions, /balances
 */
import { z } from 'zod'

const seconds = z.union([z.number(), z.string()])

/** GetApiKeyInfo. Times are seconds; "0" or absent: no bound. */
export const KeyInfo = z.object({
  permissions: z.array(z.string()),
  validUntil: seconds.nullish(),
  queryFrom: seconds.nullish(),
  queryTo: seconds.nullish(),
  ipAllowlist: z.array(z.string()).nullish(),
})
export type KeyInfo = Readonly<z.infer<typeof KeyInfo>>

/** Rows by id. */
export const ById = z.record(z.string(), z.unknown())

/** BalanceEx */
export const BalanceRow = z.object({
  balance: z.string(),
  hold_trade: z.string(),
  credit: z.string().optional(),
  credit_used: z.string().optional(),
})

/** OpenOrders, ClosedOrders, QueryOrders */
export const OrderRow = z.object({
  status: z.string(),
  opentm: z.number(),
  closetm: z.number().optional(),
  reason: z.string().nullish(),
  cl_ord_id: z.string().nullish(),
  descr: z.object({
    pair: z.string(),
    type: z.string(),
    ordertype: z.string(),
    price: z.string(),
    price2: z.string(),
  }),
  vol: z.string(),
  vol_exec: z.string(),
  price: z.string(),
  oflags: z.string(),
})
export type OrderRow = Readonly<z.infer<typeof OrderRow>>
export const OpenOrders = z.object({ open: ById })
export const ClosedOrders = z.object({ closed: ById, count: z.number().int().optional() })

/** TradesHistory */
export const TradeHistoryRow = z.object({
  ordertxid: z.string(),
  pair: z.string(),
  time: z.number(),
  type: z.string(),
  price: z.string(),
  fee: z.string(),
  vol: z.string(),
  maker: z.boolean().optional(),
})
export const TradesHistory = z.object({ trades: ById, count: z.number().int().optional() })

/** DepositStatus and WithdrawStatus: a list, or with a cursor an object of which one member is the list. */
export const Transfers = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())])
export const TransferRow = z.object({
  refid: z.string(),
  asset: z.string(),
  amount: z.string(),
  fee: z.string().nullish(),
  time: z.number(),
  status: z.string(),
  'status-prop': z.string().optional(),
  method: z.string().nullish(),
  network: z.string().nullish(),
  txid: z.string().nullish(),
  info: z.string().nullish(),
})
export type TransferRow = Readonly<z.infer<typeof TransferRow>>

/** TradeVolume; rates in percent, by pair key */
const Rates = z.record(z.string(), z.object({ fee: z.string() }))
export const TradeVolume = z.object({ fees: Rates.nullish(), fees_maker: Rates.nullish() })

/** GetWebSocketsToken */
export const Token = z.object({ token: z.string().min(1) })

// Frames

export const PrivateAnswer = z.object({
  method: z.string(),
  req_id: z.number().int().optional(),
  success: z.boolean().optional(),
  error: z.string().optional(),
  channel: z.string().optional(),
  result: z.object({ channel: z.string() }).optional(),
})
export const PrivatePush = z.object({
  channel: z.string(),
  type: z.string().optional(),
  sequence: z.number().int().optional(),
  data: z.array(z.unknown()).optional(),
})

const amount = z.union([z.number(), z.string()])

/** `executions`: the first of an order has everything, those that follow only what changed. */
export const ExecutionRow = z.object({
  order_id: z.string(),
  exec_type: z.string(),
  timestamp: z.string(),
  order_status: z.string().optional(),
  symbol: z.string().optional(),
  side: z.string().optional(),
  order_type: z.string().optional(),
  order_qty: amount.optional(),
  cash_order_qty: amount.optional(),
  limit_price: amount.optional(),
  stop_price: amount.optional(),
  time_in_force: z.string().optional(),
  post_only: z.boolean().optional(),
  reduce_only: z.boolean().optional(),
  cum_qty: amount.optional(),
  avg_price: amount.optional(),
  cl_ord_id: z.string().optional(),
  reason: z.string().optional(),
  exec_id: z.string().optional(),
  last_qty: amount.optional(),
  last_price: amount.optional(),
  liquidity_ind: z.string().optional(),
  fees: z.array(z.object({ asset: z.string(), qty: amount })).optional(),
})
export type ExecutionRow = Readonly<z.infer<typeof ExecutionRow>>

/** `balances`, an update: a ledger's entry. */
export const LedgerRow = z.object({
  asset: z.string(),
  balance: amount,
  type: z.string().optional(),
  wallet_type: z.string(),
  timestamp: z.string().optional(),
})
/** `balances`, of the snapshot */
export const WalletsRow = z.object({
  asset: z.string(),
  wallets: z.array(z.object({ type: z.string(), balance: amount })),
})
