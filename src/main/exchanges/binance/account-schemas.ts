import { z } from 'zod'
import { decimalTextOf } from '../../../shared/amount.ts'

/**
 * Private replies and frames as Binance sends them, without transforms; only what is used is asked for, later fields are dropped.
 * Amounts are decimal text, times epoch ms unless said otherwise. Ids are JSON numbers, of which those beyond 2^53 reach us as text
 * (`parseExactJson`): orders of the ETHUSDT perpetual and of some others have 19 digits.
 */
const Decimal = z.string().refine((text) => decimalTextOf(text) !== null, 'decimal text')
const Time = z.number()
const Id = z.union([z.number().int(), z.string().regex(/^-?\d{1,20}$/)])
const Side = z.enum(['BUY', 'SELL'])
/** 1 = USD-M, 2 = COIN-M; absent means 1. */
const st = z.number().optional()

// REST, spot

export const SpotAccountBody = z.object({ updateTime: Time, balances: z.array(z.unknown()) })
export const SpotBalance = z.object({ asset: z.string().min(1), free: Decimal, locked: Decimal })

/** openOrders, allOrders, order; the misspelling is the exchange's. */
export const SpotOrder = z.object({
  symbol: z.string(),
  orderId: Id,
  clientOrderId: z.string(),
  price: Decimal,
  origQty: Decimal,
  executedQty: Decimal,
  /** negative: not available, of old orders */
  cummulativeQuoteQty: Decimal,
  status: z.string(),
  timeInForce: z.string(),
  type: z.string(),
  side: Side,
  stopPrice: Decimal.optional(),
  origQuoteOrderQty: Decimal.optional(),
  time: Time,
  updateTime: Time,
  expiryReason: z.string().optional(),
})

export const SpotFill = z.object({
  symbol: z.string(),
  id: Id,
  orderId: Id,
  price: Decimal,
  qty: Decimal,
  commission: Decimal,
  commissionAsset: z.string().min(1),
  time: Time,
  isBuyer: z.boolean(),
  isMaker: z.boolean(),
})

// REST, wallet

export const ApiRestrictions = z.object({
  ipRestrict: z.boolean(),
  enableReading: z.boolean(),
  enableWithdrawals: z.boolean(),
  enableInternalTransfer: z.boolean().optional(),
  permitsUniversalTransfer: z.boolean().optional(),
  enableMargin: z.boolean().optional(),
  enableFutures: z.boolean().optional(),
  enableVanillaOptions: z.boolean().optional(),
  enableFixApiTrade: z.boolean().optional(),
  enablePortfolioMarginTrading: z.boolean().optional(),
  enableSpotAndMarginTrading: z.boolean(),
})

export const Deposit = z.object({
  id: z.string().min(1),
  amount: Decimal,
  coin: z.string().min(1),
  network: z.string().optional(),
  status: z.number().int(),
  address: z.string().optional(),
  txId: z.string().optional(),
  insertTime: Time,
  completeTime: Time.nullish(),
})

/** Times are text, `2019-10-12 11:12:02` UTC. */
export const Withdrawal = z.object({
  id: z.string().min(1),
  amount: Decimal,
  transactionFee: Decimal,
  coin: z.string().min(1),
  status: z.number().int(),
  address: z.string().optional(),
  txId: z.string().optional(),
  applyTime: z.string(),
  network: z.string().optional(),
  completeTime: z.string().optional(),
})

// REST, futures

export const FuturesBalance = z.object({
  asset: z.string().min(1),
  balance: Decimal,
  availableBalance: Decimal,
  updateTime: Time,
})

export const FuturesOrder = z.object({
  symbol: z.string(),
  orderId: Id,
  clientOrderId: z.string(),
  price: Decimal,
  origQty: Decimal,
  executedQty: Decimal,
  avgPrice: Decimal,
  status: z.string(),
  timeInForce: z.string(),
  type: z.string(),
  side: Side,
  stopPrice: Decimal.optional(),
  reduceOnly: z.boolean(),
  time: Time,
  updateTime: Time,
})

export const FuturesFill = z.object({
  symbol: z.string(),
  id: Id,
  orderId: Id,
  price: Decimal,
  qty: Decimal,
  commission: Decimal,
  commissionAsset: z.string().min(1),
  realizedPnl: Decimal,
  side: Side,
  maker: z.boolean(),
  time: Time,
})

export const PositionRisk = z.object({
  symbol: z.string(),
  positionSide: z.enum(['BOTH', 'LONG', 'SHORT']),
  positionAmt: Decimal,
  entryPrice: Decimal,
  markPrice: Decimal,
  unRealizedProfit: Decimal,
  liquidationPrice: Decimal,
  marginAsset: z.string().min(1),
  updateTime: Time,
})
/** What `positionRisk` no longer tells since its third version. */
export const SymbolConfig = z.object({
  symbol: z.string(),
  marginType: z.enum(['CROSSED', 'ISOLATED']),
  leverage: z.number().positive(),
})

export const Income = z.object({
  symbol: z.string(),
  incomeType: z.string().min(1),
  income: Decimal,
  asset: z.string().min(1),
  time: Time,
})
export type Income = z.infer<typeof Income>

export const ListenKeyBody = z.object({ listenKey: z.string().min(1) })
/** The answer to an extension: empty, or the key that was extended. */
export const ExtendedBody = z.object({ listenKey: z.string().optional() })

// Streams

/** WebSocket API: an answer, `{"id":1,"status":200,"result":{...}}`, or with `error` in place of `result`. */
export const ApiAnswer = z.object({
  id: z.union([z.number(), z.string(), z.null()]),
  status: z.number(),
  error: z.object({ code: z.number(), msg: z.string() }).optional(),
})
/** WebSocket API: an event; the bare one (`serverShutdown`) carries no subscription. */
export const ApiEvent = z.object({ subscriptionId: z.number().optional(), event: z.object({ e: z.string() }).loose() })

export const AccountPosition = z.object({
  u: Time,
  B: z.array(z.object({ a: z.string().min(1), f: Decimal, l: Decimal })),
})

export const ExecutionReport = z.object({
  s: z.string(),
  c: z.string(),
  C: z.string(),
  S: Side,
  o: z.string(),
  f: z.string(),
  q: Decimal,
  p: Decimal,
  P: Decimal,
  Q: Decimal,
  x: z.string(),
  X: z.string(),
  r: z.string(),
  i: Id,
  l: Decimal,
  z: Decimal,
  Z: Decimal,
  L: Decimal,
  n: Decimal.nullish(),
  N: z.string().min(1).nullish(),
  T: Time,
  /** -1 of what is no trade of one's own: `a` numbers an allocation then, within its symbol. */
  t: Id,
  a: Id.optional(),
  m: z.boolean(),
  O: Time,
  eR: z.string().optional(),
})

/** Futures frames: what tells them apart. */
export const FuturesEvent = z.object({ e: z.string(), E: Time, st })

export const OrderTradeUpdate = z.object({
  o: z.object({
    s: z.string(),
    c: z.string(),
    S: Side,
    o: z.string(),
    f: z.string(),
    q: Decimal,
    p: Decimal,
    ap: Decimal,
    sp: Decimal,
    x: z.string(),
    X: z.string(),
    i: Id,
    l: Decimal,
    z: Decimal,
    L: Decimal,
    N: z.string().min(1).nullish(),
    n: Decimal.nullish(),
    T: Time,
    t: Id,
    m: z.boolean(),
    R: z.boolean(),
    rp: Decimal,
    er: z.string().optional(),
  }),
})

/** `mt` is `cross` or `isolated`; `ps` BOTH in one-way mode. */
export const UpdatedPosition = z.object({
  s: z.string(),
  pa: Decimal,
  ep: Decimal,
  up: Decimal,
  mt: z.enum(['isolated', 'cross', 'crossed']),
  ps: z.enum(['BOTH', 'LONG', 'SHORT']),
})
export type UpdatedPosition = z.infer<typeof UpdatedPosition>

export const AccountUpdate = z.object({
  T: Time,
  a: z.object({
    m: z.string(),
    B: z.array(z.object({ a: z.string().min(1), wb: Decimal })).optional(),
    P: z.array(UpdatedPosition).optional(),
  }),
})
