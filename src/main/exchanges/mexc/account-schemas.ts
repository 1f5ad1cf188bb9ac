/**
 * Private replies and pushes as they arrive. Lists are checked row by row. Amounts are decimal text mostly, but numbers and null
 * occur. In pushes every field may be absent: protobuf sends no empty text, no 0 and no false.
 */
import { z } from 'zod'

const Amount = z.union([z.string(), z.number()]).nullish()
const Text = z.string().nullish()
const Time = z.number().int().positive()
const Side = z.enum(['BUY', 'SELL'])

/** GET /api/v3/account */
export const AccountReply = z.object({ balances: z.array(z.unknown()) })
/** `{"asset":"USDT","free":"1111078","locked":"33","available":"1111078"}` */
export const BalanceRow = z.object({ asset: z.string().min(1), free: Amount, locked: Amount })
export type BalanceRow = z.infer<typeof BalanceRow>

/** GET /api/v3/selfSymbols: `{"code":200,"data":["BTCUSDT"],"msg":null}` */
export const SelfSymbolsReply = z.object({ data: z.array(z.string()).nullish() })

export const List = z.array(z.unknown())

/** A row of openOrders and allOrders, and the reply of order. */
export const OrderRow = z.object({
  symbol: z.string().min(1),
  orderId: z.string().min(1),
  clientOrderId: Text,
  price: Amount,
  origQty: Amount,
  executedQty: Amount,
  cummulativeQuoteQty: Amount,
  origQuoteOrderQty: Amount,
  status: z.string().min(1),
  type: z.string().min(1),
  side: Side,
  stopPrice: Amount,
  time: Time,
  updateTime: Time.nullish(),
})
export type OrderRow = z.infer<typeof OrderRow>

/** A row of myTrades; `id` is the trade's. */
export const TradeRow = z.object({
  symbol: z.string().min(1),
  id: z.string().min(1),
  orderId: z.string().min(1),
  price: Amount,
  qty: Amount,
  commission: Amount,
  commissionAsset: Text,
  time: Time,
  isBuyer: z.boolean(),
  isMaker: z.boolean(),
})
export type TradeRow = z.infer<typeof TradeRow>

const StatusNumber = z.union([z.number().int(), z.string().regex(/^\d+$/)])

/** A row of capital/deposit/hisrec; it has no id. `coin` may name the network too: `USDT-TRX`. */
export const DepositRow = z.object({
  coin: z.string().min(1),
  amount: Amount,
  network: Text,
  status: StatusNumber,
  address: Text,
  txId: Text,
  insertTime: Time,
})
export type DepositRow = z.infer<typeof DepositRow>

/** A row of capital/withdraw/history; `amount` includes `transactionFee`, and `coin` may name the network too. */
export const WithdrawalRow = z.object({
  id: z.string().min(1),
  coin: z.string().min(1),
  amount: Amount,
  transactionFee: Amount,
  network: Text,
  status: StatusNumber,
  address: Text,
  txId: Text,
  transHash: Text,
  applyTime: Time,
  updateTime: Time.nullish(),
})
export type WithdrawalRow = z.infer<typeof WithdrawalRow>

/** GET /api/v3/capital/transfer: `[{"rows":[…],"total":2}]`, or without the list around it. */
const MovePage = z.object({ rows: z.array(z.unknown()).nullish() })
export const MovesReply = z.union([z.array(MovePage), MovePage])
/** A row of it. The wallet of perpetuals is `FUTURES`, and `FUTURE` in the documentation's sample. */
export const MoveRow = z.object({
  tranId: z.string().min(1),
  asset: z.string().min(1),
  amount: Amount,
  fromAccountType: z.string().min(1),
  toAccountType: z.string().min(1),
  status: z.string().min(1),
  timestamp: Time,
})
export type MoveRow = z.infer<typeof MoveRow>

/** POST /api/v3/userDataStream */
export const ListenKeyReply = z.object({ listenKey: z.string().min(1) })

/** A push as `pushToJson` gives it, 64-bit integers as text. */
const Integer = z.string().regex(/^\d{1,16}$/)
const PushHead = { channel: z.string(), symbol: z.string().optional(), createTime: Integer.optional() }
const PushAmount = z.string().optional()

export const AccountPush = z.object({
  ...PushHead,
  privateAccount: z.object({
    vcoinName: z.string().min(1),
    balanceAmount: z.string(),
    frozenAmount: z.string(),
    /** Why it changed: `DEPOSIT`, `WITHDRAW_FEE`, `CONTRACT_TRANSFER`, `ENTRUST`; an open set. */
    type: z.string().optional(),
    time: Integer,
  }),
})
export type AccountPush = z.infer<typeof AccountPush>

export const DealPush = z.object({
  ...PushHead,
  privateDeals: z.object({
    price: PushAmount,
    quantity: PushAmount,
    tradeType: z.number(),
    isMaker: z.boolean().optional(),
    tradeId: z.string().min(1),
    orderId: z.string().min(1),
    feeAmount: PushAmount,
    feeCurrency: z.string().optional(),
    time: Integer,
  }),
})
export type DealPush = z.infer<typeof DealPush>

export const OrderPush = z.object({
  ...PushHead,
  sendTime: Integer.optional(),
  privateOrders: z.object({
    id: z.string().min(1),
    clientId: z.string().optional(),
    price: PushAmount,
    quantity: PushAmount,
    amount: PushAmount,
    orderType: z.number(),
    tradeType: z.number(),
    cumulativeQuantity: PushAmount,
    cumulativeAmount: PushAmount,
    status: z.number(),
    createTime: Integer,
    triggerPrice: PushAmount,
  }),
})
export type OrderPush = z.infer<typeof OrderPush>
