/**
 * What KuCoin tells the holder of a key, as zod without transforms: numbers are read in account-normalize.ts. Only fields that are read are
 * named. Docs: https://www.kucoin.com/docs-new/rest/account-info, /rest/spot-trading, /rest/futures-trading · fixtures
 * kucoin/rest_private.json, kucoin/account_ws.ndjson
 */
import { z } from 'zod'

/** Text or a JSON number; integers beyond 2^53 come as text. */
const Num = z.union([z.string(), z.number()])
const Text = z.string()

/** /user/api-key */
export const ApiKey = z.object({ permission: Text, ipWhitelist: Text.nullish() })
export type ApiKey = Readonly<z.infer<typeof ApiKey>>

/** /accounts: one currency of one account. */
export const AccountRow = z.object({ currency: Text.min(1), type: Text, balance: Num, available: Num, holds: Num })

/** /account-overview of one currency. `marginBalance` is without unrealised profit, as `walletBalance` of the stream. */
export const Overview = z.object({ currency: Text.min(1), marginBalance: Num, availableBalance: Num })

/** /hf/orders/active/symbols */
export const OpenSymbols = z.object({ symbols: z.array(Text).nullish() })

/** /hf/orders */
export const SpotOrder = z.object({
  id: Text.min(1),
  clientOid: Text.nullish(),
  symbol: Text,
  type: Text,
  side: Text,
  price: Num.nullish(),
  size: Num.nullish(),
  funds: Num.nullish(),
  dealSize: Num,
  dealFunds: Num.nullish(),
  timeInForce: Text.nullish(),
  postOnly: z.boolean().nullish(),
  cancelExist: z.boolean(),
  active: z.boolean(),
  createdAt: Num,
  lastUpdatedAt: Num.nullish(),
})
export type SpotOrder = Readonly<z.infer<typeof SpotOrder>>

/** /orders of futures; sizes in lots. */
export const FuturesOrder = z.object({
  id: Text.min(1),
  clientOid: Text.nullish(),
  symbol: Text,
  type: Text,
  side: Text,
  price: Num.nullish(),
  stopPrice: Num.nullish(),
  size: Num,
  filledSize: Num.nullish(),
  dealSize: Num.nullish(),
  avgDealPrice: Num.nullish(),
  timeInForce: Text.nullish(),
  postOnly: z.boolean().nullish(),
  reduceOnly: z.boolean().nullish(),
  isActive: z.boolean(),
  cancelExist: z.boolean(),
  createdAt: Num,
  updatedAt: Num.nullish(),
  endAt: Num.nullish(),
})
export type FuturesOrder = Readonly<z.infer<typeof FuturesOrder>>

/** /hf/fills */
export const SpotFill = z.object({
  symbol: Text,
  tradeId: Num,
  orderId: Text,
  side: Text,
  price: Num,
  size: Num,
  fee: Num.nullish(),
  feeCurrency: Text.nullish(),
  liquidity: Text.nullish(),
  createdAt: Num,
})

/** /fills of futures; size in lots, tradeTime in ns. */
export const FuturesFill = z.object({
  symbol: Text,
  tradeId: Num,
  orderId: Text,
  side: Text,
  price: Num,
  size: Num,
  fee: Num.nullish(),
  feeCurrency: Text.nullish(),
  liquidity: Text.nullish(),
  tradeTime: Num,
})

/** Lists by `lastId`; null where nothing follows. */
export const IdPage = z.object({ items: z.array(z.unknown()), lastId: Num.nullish() })
/** Lists by page number. */
export const NumberedPage = z.object({ items: z.array(z.unknown()), totalPage: z.number() })
/** Lists by offset. */
export const OffsetPage = z.object({ dataList: z.array(z.unknown()), hasMore: z.boolean() })

/** /positions, and pushes of `/contract/positionAll`, of which some tell the new mark price alone; lots. */
export const PositionRow = z.object({
  symbol: Text,
  currentQty: Num.nullish(),
  avgEntryPrice: Num.nullish(),
  markPrice: Num.nullish(),
  unrealisedPnl: Num.nullish(),
  liquidationPrice: Num.nullish(),
  leverage: Num.nullish(),
  realLeverage: Num.nullish(),
  crossMode: z.boolean().nullish(),
  marginMode: Text.nullish(),
  positionSide: Text.nullish(),
  settleCurrency: Text.nullish(),
  currentTimestamp: Num.nullish(),
})
export type PositionRow = Readonly<z.infer<typeof PositionRow>>

/** /deposits (without an id) and /withdrawals. */
export const WalletRecord = z.object({
  id: Text.nullish(),
  currency: Text.min(1),
  chain: Text.nullish(),
  status: Text,
  address: Text.nullish(),
  amount: Num,
  fee: Num.nullish(),
  walletTxId: Text.nullish(),
  createdAt: Num,
  updatedAt: Num.nullish(),
})

/** /accounts/ledgers and /hf/accounts/ledgers */
export const LedgerRow = z.object({
  id: Text.min(1),
  currency: Text.min(1),
  amount: Num,
  accountType: Text,
  bizType: Text,
  direction: Text,
  createdAt: Num,
})

/** /transaction-history of futures. */
export const TransactionRow = z.object({
  time: Num,
  type: Text,
  amount: Num,
  status: Text.nullish(),
  offset: Num,
  currency: Text.min(1),
})

/** /funding-history */
export const FundingRow = z.object({
  id: Num,
  symbol: Text,
  timePoint: Num,
  funding: Num,
  settleCurrency: Text.min(1),
})

/** /trade-fees of spot (a list) and of futures (one). */
export const FeeRow = z.object({ symbol: Text.min(1), makerFeeRate: Text, takerFeeRate: Text })

/** `/spotMarket/tradeOrdersV2`; orderTime in ms, ts in ns. One that was `received` tells nothing of what is filled or remains. */
export const SpotOrderPush = z.object({
  symbol: Text,
  orderId: Text.min(1),
  clientOid: Text.nullish(),
  orderType: Text,
  side: Text,
  type: Text,
  price: Num.nullish(),
  originSize: Num.nullish(),
  originFunds: Num.nullish(),
  filledSize: Num.nullish(),
  remainSize: Num.nullish(),
  matchPrice: Num.nullish(),
  matchSize: Num.nullish(),
  tradeId: Text.nullish(),
  liquidity: Text.nullish(),
  orderTime: Num.nullish(),
  ts: Num,
})
export type SpotOrderPush = Readonly<z.infer<typeof SpotOrderPush>>

/** `/contractMarket/tradeOrders`; lots, orderTime and ts in ns. */
export const FuturesOrderPush = z.object({
  symbol: Text,
  orderId: Text.min(1),
  clientOid: Text.nullish(),
  orderType: Text.nullish(),
  side: Text,
  type: Text,
  price: Num.nullish(),
  size: Num,
  filledSize: Num,
  remainSize: Num.nullish(),
  matchPrice: Num.nullish(),
  matchSize: Num.nullish(),
  tradeId: Text.nullish(),
  liquidity: Text.nullish(),
  orderTime: Num.nullish(),
  ts: Num,
})
export type FuturesOrderPush = Readonly<z.infer<typeof FuturesOrderPush>>

/** `/account/balance` */
export const BalancePush = z.object({
  currency: Text.min(1),
  total: Num,
  available: Num,
  hold: Num,
  relationEvent: Text,
  time: Num.nullish(),
})

/** `/contractAccount/wallet` */
export const WalletPush = z.object({
  currency: Text.min(1),
  walletBalance: Num,
  availableBalance: Num,
  timestamp: Num.nullish(),
})
