/**
 * What Bybit tells the holder of a key, as zod without transforms: numbers are text, '' where they do not apply, and are read in
 * account-normalize.ts. Only fields that are read are named; REST rows and stream rows of one thing share a schema.
 * Docs: https://bybit-exchange.github.io/docs/v5/account/wallet-balance, /v5/order, /v5/position, /v5/asset, /v5/websocket/private ·
 * fixtures bybit/rest_private.json, bybit/ws_private.ndjson
 */
import { z } from 'zod'

const Text = z.string()

/** /account/wallet-balance, and topic `wallet`: one account, its coins within. */
export const WalletRow = z.object({ accountType: Text, coin: z.array(z.unknown()) })

export const CoinRow = z.object({
  coin: Text.min(1),
  walletBalance: Text,
  locked: Text,
  totalOrderIM: Text.optional(),
  totalPositionIM: Text.optional(),
  spotBorrow: Text.optional(),
})

/** /asset/transfer/query-account-coins-balance */
export const FundingResult = z.object({ balance: z.array(z.unknown()).nullable() })
export const FundingRow = z.object({ coin: Text.min(1), walletBalance: Text, transferBalance: Text })

/** /user/query-api */
export const KeyResult = z.object({
  readOnly: z.number(),
  permissions: z.record(z.string(), z.array(Text).nullable()),
  ips: z.array(Text).nullable(),
  expiredAt: Text.optional(),
  /** False of a sub-account's key. */
  isMaster: z.boolean().optional(),
})
export type KeyResult = Readonly<z.infer<typeof KeyResult>>

/** /order/realtime, /order/history and topic `order`. */
export const OrderRow = z.object({
  symbol: Text.min(1),
  orderId: Text.min(1),
  orderLinkId: Text,
  side: Text,
  orderType: Text,
  stopOrderType: Text.optional(),
  timeInForce: Text,
  price: Text,
  triggerPrice: Text.optional(),
  qty: Text,
  marketUnit: Text.optional(),
  cumExecQty: Text,
  avgPrice: Text,
  orderStatus: Text,
  cancelType: Text.optional(),
  rejectReason: Text.optional(),
  reduceOnly: z.boolean().optional(),
  createdTime: Text,
  updatedTime: Text,
})
export type OrderRow = Readonly<z.infer<typeof OrderRow>>

/** /execution/list and topic `execution`, which alone tells `execPnl`. */
export const ExecutionRow = z.object({
  symbol: Text.min(1),
  orderId: Text.min(1),
  execId: Text.min(1),
  execType: Text,
  side: Text,
  execPrice: Text,
  execQty: Text,
  execFee: Text.optional(),
  feeCurrency: Text.optional(),
  isMaker: z.boolean().optional(),
  execPnl: Text.optional(),
  execTime: Text,
})
export type ExecutionRow = Readonly<z.infer<typeof ExecutionRow>>

/** /position/list, and topic `position`, which calls avgPrice entryPrice. */
export const PositionRow = z.object({
  symbol: Text.min(1),
  positionIdx: z.number(),
  side: Text,
  size: Text,
  avgPrice: Text.optional(),
  entryPrice: Text.optional(),
  markPrice: Text.optional(),
  unrealisedPnl: Text.optional(),
  liqPrice: Text.optional(),
  leverage: Text.optional(),
  updatedTime: Text,
})

/** /account/transaction-log */
export const LogRow = z.object({
  id: Text,
  symbol: Text,
  type: Text,
  currency: Text.min(1),
  funding: Text,
  cashFlow: Text,
  tradeId: Text,
  transactionTime: Text,
})
export type LogRow = Readonly<z.infer<typeof LogRow>>

/** /asset/deposit/query-record */
export const DepositRow = z.object({
  id: Text.optional(),
  coin: Text.min(1),
  chain: Text.optional(),
  amount: Text,
  txID: Text.optional(),
  txIndex: Text.optional(),
  status: z.number(),
  toAddress: Text.optional(),
  depositFee: Text.optional(),
  successAt: Text,
})

/** /asset/deposit/query-internal-record: from other users of Bybit, on no chain. */
export const InternalDepositRow = z.object({
  id: Text.min(1),
  coin: Text.min(1),
  amount: Text,
  txID: Text.optional(),
  status: z.number(),
  address: Text.optional(),
  createdTime: Text,
})

/** /asset/withdraw/query-record */
export const WithdrawalRow = z.object({
  withdrawId: Text.min(1),
  coin: Text.min(1),
  chain: Text.optional(),
  amount: Text,
  withdrawFee: Text.optional(),
  txID: Text.optional(),
  status: Text,
  toAddress: Text.optional(),
  createTime: Text,
  updateTime: Text.optional(),
})

/** /asset/transfer/query-inter-transfer-list */
export const WalletMoveRow = z.object({
  transferId: Text.min(1),
  coin: Text.min(1),
  amount: Text,
  fromAccountType: Text,
  toAccountType: Text,
  timestamp: Text,
  status: Text,
})

/** Any push of the private socket. */
export const PrivatePush = z.object({ topic: Text, creationTime: z.number(), data: z.array(z.unknown()) })

/** Answers of the private socket. */
export const PrivateAnswer = z.object({
  op: Text.optional(),
  success: z.boolean().optional(),
  ret_msg: Text.optional(),
  req_id: Text.optional(),
  /** A refused login repeats its request. */
  request: z.object({ op: Text }).optional(),
})
export type PrivateAnswer = Readonly<z.infer<typeof PrivateAnswer>>
