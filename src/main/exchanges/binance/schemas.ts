import { z } from 'zod'

/**
 * Frames and replies as Binance sends them, without transforms; only what is used is asked for, later fields are dropped.
 * Prices and quantities are decimal text, times epoch ms.
 */
const Decimal = z.string()
/** Without `.int()`: a check costs a hot frame four times as much as a plain type, and a time that is no integer shows nowhere. */
const Time = z.number()
/** 1 = USD-M, 2 = COIN-M. Sent since about 2026-06-30 with all but klines; absent means 1. */
const st = z.number().optional()

/**
 * What a combined stream wraps as `data`; the stream's name, which stands beside it, says which of these to expect, and the
 * type `e` inside repeats it.
 *
 * `<symbol>@bookTicker`, spot: the one event without a type and without a time.
 */
export const SpotBookTicker = z.object({ s: z.string(), b: Decimal, B: Decimal, a: Decimal, A: Decimal })

/** `<symbol>@bookTicker`, futures: `T` is when the book changed, `E` (unused) when the event was made. */
export const PerpetualBookTicker = z.object({
  s: z.string(),
  b: Decimal,
  B: Decimal,
  a: Decimal,
  A: Decimal,
  T: Time,
  st,
})

/** `<symbol>@trade`, spot: one fill. `m`: the buyer is the maker. */
export const SingleTrade = z.object({ s: z.string(), t: z.number(), p: Decimal, q: Decimal, T: Time, m: z.boolean() })

/** `<symbol>@aggTrade`: the fills of one taker order at one price; `q` includes retail price improvement fills. */
export const AggregateTrade = z.object({
  s: z.string(),
  a: z.number(),
  p: Decimal,
  q: Decimal,
  T: Time,
  m: z.boolean(),
  st,
})

/** `<symbol>@kline_<interval>`: `v` base volume, `q` quote volume, `x` closed. */
export const KlineEvent = z.object({
  E: Time,
  s: z.string(),
  k: z.object({
    t: Time,
    i: z.string(),
    o: Decimal,
    c: Decimal,
    h: Decimal,
    l: Decimal,
    v: Decimal,
    q: Decimal,
    x: z.boolean(),
  }),
  st,
})

/** Price and quantity. */
const Level = z.tuple([Decimal, Decimal], z.unknown())
/** Whether an id is one, the reader asks. */
const Id = z.number()

/** `<symbol>@depth@100ms`, spot: changes `U` to `u` of the book. */
export const SpotDepth = z.object({
  E: Time,
  s: z.string(),
  U: Id,
  u: Id,
  b: z.array(Level),
  a: z.array(Level),
})

/** The same of futures: `pu` is the `u` of the message before, `T` when the book changed. */
export const PerpetualDepth = z.object({
  T: Time,
  s: z.string(),
  U: Id,
  u: Id,
  pu: Id,
  b: z.array(Level),
  a: z.array(Level),
  st,
})

/** `GET /api/v3/depth` */
export const SpotDepthBody = z.object({ lastUpdateId: Id, bids: z.array(Level), asks: z.array(Level) })
/** `GET /fapi/v1/depth` */
export const PerpetualDepthBody = z.object({ lastUpdateId: Id, T: Time, bids: z.array(Level), asks: z.array(Level) })

/** `<symbol>@markPrice[@1s]`: `r` the current funding rate, `T` when it is paid next, `p` the mark price. */
export const MarkPriceUpdate = z.object({ E: Time, s: z.string(), p: Decimal, r: Decimal, T: Time, st })

/** `GET /fapi/v1/premiumIndex`: the same by REST; rows are checked one by one. */
export const PremiumIndexBody = z.array(z.unknown())
export const PremiumIndexName = z.object({ symbol: z.string() })
export const PremiumIndex = z.object({
  symbol: z.string(),
  markPrice: Decimal,
  lastFundingRate: Decimal,
  nextFundingTime: Time,
  time: Time,
})

/** `GET /fapi/v1/fundingInfo`: contracts with settings of their own only; rows are checked one by one. */
export const FundingInfo = z.object({ symbol: z.string(), fundingIntervalHours: z.number().positive() })

/** A funding rate that was paid. */
export const PaidRate = z.object({ fundingTime: z.number().int().positive(), fundingRate: z.string() })

/** The first problem with its path: zod's own words are several lines, and this says enough in a log. */
export const problemOf = (
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string => {
  const [first] = issues
  return first === undefined ? 'unreadable' : `${first.path.join('.')}: ${first.message}`
}

const RequestId = z.union([z.number(), z.string(), z.null()])

/** Answer to a request. `result` is null where nothing was asked back, a list for LIST_SUBSCRIPTIONS. */
export const AnswerFrame = z.object({ result: z.unknown(), id: RequestId })

const Problem = z.object({ code: z.number(), msg: z.string() })
/** Flat as documented. Only some of them carry the id of the request. */
export const FlatErrorFrame = z.object({ ...Problem.shape, id: RequestId.optional() })
/** Nested as observed. */
export const NestedErrorFrame = z.object({ error: Problem, id: RequestId.optional() })

/** REST error body, and the whole of it. */
export const ErrorBody = z.object({ code: z.number(), msg: z.string() })

export const ServerTimeBody = z.object({ serverTime: Time })

/** /sapi/v1/system/status: 0 normal, 1 maintenance. */
export const SystemStatusBody = z.object({ status: z.union([z.literal(0), z.literal(1)]), msg: z.string() })

/** The filters that matter to a reader; each uses some of the fields. A value of 0 switches a rule off. */
const Filter = z.object({
  filterType: z.string(),
  tickSize: Decimal.optional(),
  stepSize: Decimal.optional(),
  minQty: Decimal.optional(),
  /** spot, in NOTIONAL and the older MIN_NOTIONAL */
  minNotional: Decimal.optional(),
  /** futures, in MIN_NOTIONAL */
  notional: Decimal.optional(),
})
export type Filter = z.infer<typeof Filter>

/** exchangeInfo, spot and futures; rows are checked one by one. */
export const ExchangeInfoBody = z.object({ symbols: z.array(z.unknown()) })

export const SpotSymbol = z.object({
  symbol: z.string().min(1),
  status: z.string(),
  baseAsset: z.string().min(1),
  quoteAsset: z.string().min(1),
  isSpotTradingAllowed: z.boolean(),
  /** AND of ORs; empty where the reply leaves them out */
  permissionSets: z.array(z.array(z.string())).optional(),
  filters: z.array(Filter),
})

/** What tells a perpetual from the futures list's other contracts, whose rows may look different. */
export const ContractType = z.object({
  contractType: z.string(),
  baseAsset: z.string().optional(),
  marginAsset: z.string().optional(),
})

export const PerpetualSymbol = z.object({
  symbol: z.string().min(1),
  status: z.string(),
  baseAsset: z.string().min(1),
  quoteAsset: z.string().min(1),
  filters: z.array(Filter),
})

export const KlinesBody = z.array(z.unknown())
/** Open time, open, high, low, close, base volume, close time, quote volume, then four columns not used here. */
export const KlineRow = z.tuple([Time, Decimal, Decimal, Decimal, Decimal, Decimal, Time, Decimal], z.unknown())
