/**
 * KuCoin's frames and replies as zod, without transforms: what is checked is the shape, numbers are read in normalize.ts. Spot writes
 * numbers as text, futures as JSON numbers. Keys that Crossbook does not read are left out, so that fields added later change nothing.
 * Docs: https://www.kucoin.com/docs-new · fixtures recordings/KUCOIN.ndjson, documented/KUCOIN.ndjson
 */
import { z } from 'zod'

/** Every REST reply; `code` '200000' is success. */
export const Envelope = z.object({ code: z.string(), msg: z.string().optional(), data: z.unknown().optional() })

export const Rows = z.array(z.unknown())

/** /timestamp */
export const ServerTime = z.number().int().positive()

/** /status */
export const ServiceStatus = z.object({ status: z.string(), msg: z.string().nullish() })

/** /v2/symbols */
export const SymbolRow = z.object({
  symbol: z.string().min(1),
  baseCurrency: z.string().min(1),
  quoteCurrency: z.string().min(1),
  baseMinSize: z.string().nullish(),
  baseIncrement: z.string().nullish(),
  priceIncrement: z.string().nullish(),
  minFunds: z.string().nullish(),
  enableTrading: z.boolean(),
})
export type SymbolRow = Readonly<z.infer<typeof SymbolRow>>

/** What tells a perpetual of ours from other contracts. */
export const ContractKind = z.object({
  symbol: z.string().min(1),
  type: z.string(),
  isInverse: z.boolean(),
  quoteCurrency: z.string().min(1),
  settleCurrency: z.string().nullish(),
  expireDate: z.number().nullish(),
})

/** /contracts/active */
export const ContractRow = z.object({
  symbol: z.string().min(1),
  baseCurrency: z.string().min(1),
  quoteCurrency: z.string().min(1),
  multiplier: z.number().positive(),
  lotSize: z.number().positive(),
  tickSize: z.number().positive(),
  status: z.string(),
})
export type ContractRow = Readonly<z.infer<typeof ContractRow>>

/** The same row, as it tells of funding; times in ms. */
export const ContractFunding = z.object({
  symbol: z.string(),
  fundingFeeRate: z.number(),
  fundingRateGranularity: z.number().positive().nullish(),
  nextFundingRateDateTime: z.number().positive().nullish(),
  markPrice: z.number().nullish(),
})
export type ContractFunding = Readonly<z.infer<typeof ContractFunding>>

/** /contract/funding-rates */
export const PaidRate = z.object({ fundingRate: z.number(), timepoint: z.number().positive() })

/** Candles of spot over REST and of both kinds on streams: start (s), open, close, high, low and two volumes, as text. */
export const TextCandle = z.tuple(
  [z.string(), z.string(), z.string(), z.string(), z.string(), z.string(), z.string()],
  z.unknown(),
)
export type TextCandle = z.infer<typeof TextCandle>

/** Candles of futures over REST: start (ms), open, high, low, close, lots, turnover. */
export const NumberCandle = z.tuple(
  [z.number(), z.number(), z.number(), z.number(), z.number(), z.number(), z.number()],
  z.unknown(),
)

/** /bullet-public and /bullet-private */
export const TokenReply = z.object({
  token: z.string().min(1),
  instanceServers: z.array(z.object({ endpoint: z.string().min(1) })).min(1),
})

/** What every frame has; `id` names the request, or the connection in a welcome. */
export const Frame = z.object({
  type: z.string(),
  id: z.string().optional(),
  topic: z.string().optional(),
  subject: z.string().optional(),
  code: z.number().optional(),
  data: z.unknown().optional(),
})
export type Frame = Readonly<z.infer<typeof Frame>>

/** /spotMarket/level1: [price, size] each, [] where nobody quotes. */
export const Level1 = z.object({
  bids: z.array(z.string()),
  asks: z.array(z.string()),
  timestamp: z.number(),
})

/** /market/ticker, with the best quotes beside the last trade; '' or null where nobody quotes. */
export const Ticker = z.object({
  bestBid: z.string().nullish(),
  bestBidSize: z.string().nullish(),
  bestAsk: z.string().nullish(),
  bestAskSize: z.string().nullish(),
  time: z.number(),
})

/** /contractMarket/tickerV2; sizes in lots, ts in ns. */
export const TickerV2 = z.object({
  bestBidPrice: z.string().nullish(),
  bestBidSize: z.number().nullish(),
  bestAskPrice: z.string().nullish(),
  bestAskSize: z.number().nullish(),
  ts: z.number(),
})

/** /market/match; time in ns. */
export const Match = z.object({
  tradeId: z.string(),
  price: z.string(),
  size: z.string(),
  side: z.string(),
  time: z.string(),
})

/** /contractMarket/execution; size in lots, ts in ns. */
export const Execution = z.object({
  tradeId: z.string(),
  price: z.string(),
  size: z.number(),
  side: z.string(),
  ts: z.number(),
})

/** /market/candles and /contractMarket/limitCandle; `time` in ns of spot, in ms of futures. */
export const CandlePush = z.object({ candles: TextCandle, time: z.number() })

/*
 * Depth is checked by one predicate a frame: zod's tuples, a hundred of them, cost more than all else that is done with it.
 */
interface Depth<Size> {
  readonly bids: readonly (readonly [price: string, size: Size, ...rest: unknown[]])[]
  readonly asks: readonly (readonly [price: string, size: Size, ...rest: unknown[]])[]
  readonly timestamp: number
}
const depthOf = <Size>(type: 'string' | 'number') => {
  const isLevel = (level: unknown) => Array.isArray(level) && typeof level[0] === 'string' && typeof level[1] === type
  return z.custom<Depth<Size>>(
    (data) =>
      typeof data === 'object' &&
      data !== null &&
      'bids' in data &&
      'asks' in data &&
      'timestamp' in data &&
      Array.isArray(data.bids) &&
      Array.isArray(data.asks) &&
      typeof data.timestamp === 'number' &&
      data.bids.every(isLevel) &&
      data.asks.every(isLevel),
    `expected timestamp, bids and asks of [price as text, size as ${type}]`,
  )
}
/** /spotMarket/level2Depth50 */
export const SpotDepth = depthOf<string>('string')
/** /contractMarket/level2Depth50; sizes in lots. */
export const FuturesDepth = depthOf<number>('number')

/** First fault of a shape, by its field. */
export const problemOf = (error: z.ZodError): string => {
  const [issue] = error.issues
  return issue === undefined ? 'unreadable' : `${issue.path.map(String).join('.') || 'frame'}: ${issue.message}`
}

/** Whatever stands in an envelope: to be read on. */
export const Data = z.unknown()
