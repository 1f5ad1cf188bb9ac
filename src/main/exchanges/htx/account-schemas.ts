/** What HTX tells of an account, as zod without transforms. Amounts are text, ids numbers (as text where float64 cannot hold them) or text. */
import { z } from 'zod'
import { Numeric } from './schemas.ts'

const Optional = Numeric.nullish()

/** /v1/account/accounts */
export const AccountsReply = z.object({ data: z.array(z.object({ id: Numeric, type: z.string(), state: z.string() })) })

/** /v1/account/accounts/{id}/balance: two rows a currency, `trade` and `frozen`; `lock` and `bank` are of loans. */
export const BalanceReply = z.object({ data: z.object({ list: z.array(z.unknown()) }) })
export const SpotBalanceRow = z.object({ currency: z.string().min(1), type: z.string(), balance: Numeric })

/** openOrders says `filled-…`, the other lists `field-…`. */
export const SpotOrderRow = z.object({
  id: Numeric,
  symbol: z.string().min(1),
  type: z.string(),
  state: z.string(),
  amount: Numeric,
  price: Optional,
  'client-order-id': z.string().nullish(),
  'filled-amount': Optional,
  'filled-cash-amount': Optional,
  'field-amount': Optional,
  'field-cash-amount': Optional,
  'stop-price': Optional,
  'created-at': z.number(),
  'finished-at': z.number().nullish(),
  'canceled-at': z.number().nullish(),
})
export type SpotOrderRow = Readonly<z.infer<typeof SpotOrderRow>>

/** /v1/order/matchresults */
export const SpotFillRow = z.object({
  id: Numeric,
  symbol: z.string().min(1),
  'order-id': Numeric,
  'trade-id': Numeric,
  price: Numeric,
  'filled-amount': Numeric,
  'filled-fees': Numeric,
  'fee-currency': z.string().nullish(),
  'filled-points': Optional,
  'fee-deduct-currency': z.string().nullish(),
  role: z.string().nullish(),
  type: z.string(),
  'created-at': z.number(),
})
export type SpotFillRow = Readonly<z.infer<typeof SpotFillRow>>

/** /v1/query/deposit-withdraw */
export const TransferRow = z.object({
  id: Numeric,
  type: z.string(),
  currency: z.string().min(1),
  chain: z.string().nullish(),
  'tx-hash': z.string().nullish(),
  amount: Numeric,
  address: z.string().nullish(),
  fee: Optional,
  state: z.string(),
  'created-at': z.number(),
  'updated-at': z.number().nullish(),
})
export type TransferRow = Readonly<z.infer<typeof TransferRow>>

export const UidReply = z.object({ data: Numeric })
/** /v2/user/api-key */
export const ApiKeysReply = z.object({
  data: z.array(
    z.object({
      accessKey: z.string(),
      permission: z.string(),
      ipAddresses: z.string().nullish(),
      validDays: z.number().nullish(),
      status: z.string().nullish(),
    }),
  ),
})

/** /v2/reference/transact-fee-rate; the `actual…` rates hold discounts of paying in HTX's own coin. */
export const FeeRow = z.object({ symbol: z.string().min(1), makerFeeRate: Numeric, takerFeeRate: Numeric })

/** /v5/account/balance and the stream's `account`; `equity` holds unrealised profit. */
export const SwapBalanceDetail = z.object({
  currency: z.string().min(1),
  equity: Numeric,
  profit_unreal: Numeric,
  available: Optional,
  updated_time: Optional,
})
export const SwapAccount = z.object({ details: z.array(z.unknown()) })

/** V5 orders, of lists and of the stream. Times come as numbers or as text, '' where they are not told. */
export const SwapOrderRow = z.object({
  contract_code: z.string().min(1),
  order_id: Numeric,
  client_order_id: z.string().nullish(),
  side: z.string(),
  type: z.string(),
  price: Optional,
  volume: Numeric,
  state: z.string(),
  reduce_only: z.boolean().nullish(),
  time_in_force: z.string().nullish(),
  trade_avg_price: Optional,
  trade_volume: Optional,
  cancel_reason: z.string().nullish(),
  created_time: Optional,
  updated_time: Optional,
})
export type SwapOrderRow = Readonly<z.infer<typeof SwapOrderRow>>

/** /v5/trade/order/details */
export const SwapFillRow = z.object({
  id: Numeric,
  contract_code: z.string().min(1),
  order_id: Numeric,
  trade_id: Numeric,
  side: z.string(),
  role: z.string().nullish(),
  trade_price: Numeric,
  trade_volume: Numeric,
  trade_fee: Numeric,
  profit: Optional,
  created_time: Numeric,
})
export type SwapFillRow = Readonly<z.infer<typeof SwapFillRow>>

/** Element of a push of `trade`, which tells no fee. */
export const SwapTradePush = z.object({
  contract_code: z.string().min(1),
  order_id: Numeric,
  trade_id: Numeric,
  direction: z.string(),
  role: z.string().nullish(),
  trade_price: Numeric,
  trade_volume: Numeric,
  created_time: Numeric,
})
export type SwapTradePush = Readonly<z.infer<typeof SwapTradePush>>

/** /v5/trade/position/opens */
export const PositionRow = z.object({
  contract_code: z.string().min(1),
  position_side: z.string(),
  direction: z.string(),
  margin_mode: z.string().nullish(),
  volume: Numeric,
  open_avg_price: Optional,
  mark_price: Optional,
  liquidation_price: Optional,
  lever_rate: Optional,
  profit_unreal: Optional,
  updated_time: Optional,
})
export type PositionRow = Readonly<z.infer<typeof PositionRow>>

/** /v5/account/bills */
export const BillRow = z.object({
  id: Numeric,
  contract_code: z.string().nullish(),
  currency: z.string().min(1),
  type: Numeric,
  amount: Numeric,
  created_time: Numeric,
})
export type BillRow = Readonly<z.infer<typeof BillRow>>

/** Frames of spot's private socket. */
export const SpotFrame = z.object({
  action: z.string(),
  ch: z.string().optional(),
  code: z.number().optional(),
  message: z.string().nullish(),
  data: z.unknown().optional(),
})
export type SpotFrame = Readonly<z.infer<typeof SpotFrame>>
export const SpotPing = z.object({ ts: z.number() })

/** `accounts.update#2`: `balance` is the total. */
export const BalancePush = z.object({
  currency: z.string().min(1),
  accountId: Numeric,
  balance: Numeric,
  available: Numeric,
  changeType: z.string().nullish(),
  accountType: z.string(),
  changeTime: z.number().nullish(),
})

/** `orders#*`; which fields come depends on `eventType`. Of market buys `execAmt` and `orderValue` are quote asset. */
export const OrderPush = z.object({
  eventType: z.string(),
  symbol: z.string().min(1),
  orderId: Numeric.optional(),
  clientOrderId: z.string().nullish(),
  type: z.string().optional(),
  orderStatus: z.string(),
  orderPrice: Optional,
  orderSize: Optional,
  orderValue: Optional,
  execAmt: Optional,
  tradePrice: Optional,
  tradeVolume: Optional,
  orderCreateTime: z.number().nullish(),
  tradeTime: z.number().nullish(),
  lastActTime: z.number().nullish(),
})
export type OrderPush = Readonly<z.infer<typeof OrderPush>>

/** `trade.clearing#*#0`: the only stream with fees. */
export const ClearingPush = z.object({
  eventType: z.string(),
  symbol: z.string().min(1),
  orderId: Numeric,
  orderSide: z.string(),
  tradeId: Numeric,
  tradePrice: Numeric,
  tradeVolume: Numeric,
  tradeTime: z.number(),
  aggressor: z.boolean().nullish(),
  transactFee: Numeric,
  feeCurrency: z.string().nullish(),
  feeDeduct: Optional,
  feeDeductType: z.string().nullish(),
})
export type ClearingPush = Readonly<z.infer<typeof ClearingPush>>
