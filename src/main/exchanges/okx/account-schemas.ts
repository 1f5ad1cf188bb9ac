/**
 * What OKX tells the holder of a key, as zod without transforms: numbers are text, '' where they do not apply, and are read in
 * account-normalize.ts. Only fields that are read are named; REST rows and stream rows of one thing share a schema.
 * Docs: https://www.okx.com/docs-v5/en/#trading-account, #order-book-trading-trade, #funding-account · fixtures
 * okx/rest_private.ndjson, okx/ws_private.ndjson
 */
import { z } from 'zod'

const Text = z.string()

/** /account/balance and channel `account`: one row, its currencies within. */
export const BalanceRow = z.object({ details: z.array(z.unknown()) })

export const BalanceDetail = z.object({
  ccy: Text.min(1),
  cashBal: Text,
  availBal: Text.optional(),
  availEq: Text.optional(),
  frozenBal: Text.optional(),
  uTime: Text.optional(),
})
export type BalanceDetail = Readonly<z.infer<typeof BalanceDetail>>

/** /asset/balances */
export const FundingBalanceRow = z.object({ ccy: Text.min(1), bal: Text, availBal: Text, frozenBal: Text })
export type FundingBalanceRow = Readonly<z.infer<typeof FundingBalanceRow>>

/** /account/config */
export const ConfigRow = z.object({ perm: Text, ip: Text.optional() })
export type ConfigRow = Readonly<z.infer<typeof ConfigRow>>

/** /trade/order, /trade/orders-pending, /trade/orders-history(-archive) and channel `orders`. */
export const OrderRow = z.object({
  instId: Text.min(1),
  instType: Text,
  ordId: Text.min(1),
  clOrdId: Text,
  side: Text,
  ordType: Text,
  px: Text,
  sz: Text,
  tgtCcy: Text.optional(),
  accFillSz: Text,
  avgPx: Text,
  state: Text,
  cancelSource: Text.optional(),
  reduceOnly: Text.optional(),
  cTime: Text,
  uTime: Text,
})
export type OrderRow = Readonly<z.infer<typeof OrderRow>>

/** What channel `orders` adds: the fill that the message is about; `tradeId` '' where it is about none. */
export const OrderPushRow = OrderRow.extend({
  tradeId: Text,
  fillPx: Text,
  fillSz: Text,
  fillTime: Text,
  fillFee: Text.optional(),
  fillFeeCcy: Text.optional(),
  fillPnl: Text.optional(),
  execType: Text.optional(),
})
export type OrderPushRow = Readonly<z.infer<typeof OrderPushRow>>

/** /trade/fills-history */
export const FillRow = z.object({
  instId: Text.min(1),
  ordId: Text.min(1),
  tradeId: Text.min(1),
  billId: Text.min(1),
  side: Text,
  fillPx: Text,
  fillSz: Text,
  fee: Text.optional(),
  feeCcy: Text.optional(),
  fillPnl: Text.optional(),
  execType: Text.optional(),
  ts: Text,
  fillTime: Text.optional(),
})
export type FillRow = Readonly<z.infer<typeof FillRow>>

/** /account/positions and channel `positions`. Some documents write `uTIme`. */
export const PositionRow = z.object({
  instId: Text.min(1),
  posId: Text.min(1),
  posSide: Text,
  pos: Text,
  avgPx: Text,
  markPx: Text.optional(),
  upl: Text.optional(),
  liqPx: Text.optional(),
  lever: Text.optional(),
  mgnMode: Text.optional(),
  uTime: Text.optional(),
  uTIme: Text.optional(),
})
export type PositionRow = Readonly<z.infer<typeof PositionRow>>

/** /asset/deposit-history and channel `deposit-info`. */
export const DepositRow = z.object({
  depId: Text.min(1),
  ccy: Text.min(1),
  amt: Text,
  chain: Text.optional(),
  to: Text.optional(),
  txId: Text.optional(),
  state: Text,
  ts: Text,
})
export type DepositRow = Readonly<z.infer<typeof DepositRow>>

/** /asset/withdrawal-history and channel `withdrawal-info`. Old rows write the fee with its unit: "0.01000000eth". */
export const WithdrawalRow = z.object({
  wdId: Text.min(1),
  ccy: Text.min(1),
  amt: Text,
  fee: Text.optional(),
  feeCcy: Text.optional(),
  chain: Text.optional(),
  to: Text.optional(),
  txId: Text.optional(),
  state: Text,
  ts: Text,
})
export type WithdrawalRow = Readonly<z.infer<typeof WithdrawalRow>>

/** What channels `deposit-info` and `withdrawal-info` add: the name of the sub-account that it is about, '' for the main account. */
export const SubAccountRow = z.object({ subAcct: Text.nullish() })

/** /asset/bills: the funding wallet's. */
export const FundingBillRow = z.object({ billId: Text.min(1), type: Text, ccy: Text.min(1), balChg: Text, ts: Text })

/** /account/bills(-archive), type 1 (transfer) and 8 (funding fee). */
export const BillRow = z.object({
  billId: Text.min(1),
  type: Text,
  ccy: Text.min(1),
  balChg: Text,
  pnl: Text.optional(),
  instId: Text,
  from: Text.optional(),
  to: Text.optional(),
  subType: Text,
  ts: Text,
})
export type BillRow = Readonly<z.infer<typeof BillRow>>

/** Any push of a private socket. */
export const PrivatePush = z.object({
  arg: z.object({ channel: Text }),
  eventType: Text.optional(),
  data: z.array(z.unknown()),
})

/** Channel `balance_and_position`, of which only the occasion is read. */
export const OccasionRow = z.object({ eventType: Text })

/** Answers, errors and notices on private sockets. */
export const PrivateEvent = z.object({
  event: Text,
  id: Text.optional(),
  arg: z.object({ channel: Text }).optional(),
  channel: Text.optional(),
  code: Text.optional(),
  msg: Text.optional(),
})
export type PrivateEvent = Readonly<z.infer<typeof PrivateEvent>>
