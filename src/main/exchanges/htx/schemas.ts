/**
 * HTX frames and replies as zod, without transforms: what is checked is the shape, numbers are read in normalize.ts. Numbers of market
 * data are JSON numbers (`1.58E-4` too); those that float64 cannot hold reach us as text (`parseExactJson`).
 * Keys that Crossbook does not read are left out. Fixtures htx/documented.ndjson, recordings/HUOBI.ndjson
 */
import { z } from 'zod'

export type Numeric = number | string
/** JSON.parse makes Infinity of 1e400. */
const isNumber = (value: unknown): value is number => Number.isFinite(value)
const isNumeric = (value: unknown): value is Numeric => isNumber(value) || typeof value === 'string'
export const Numeric = z.union([z.number(), z.string()])
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Price and size of a book level. */
export type Level = readonly [price: Numeric, size: Numeric, ...rest: unknown[]]
export const isLevel = (level: unknown): level is Level =>
  Array.isArray(level) && isNumeric(level[0]) && isNumeric(level[1])
const isSide = (side: unknown): side is readonly Level[] => Array.isArray(side) && side.every(isLevel)

/*
 * Pushes are checked by one predicate a frame: zod allocates for every field it visits, and these are the hot path.
 */
interface Push<Tick> {
  readonly ch: string
  readonly ts: number
  readonly tick: Tick
}
const pushOf = <Tick>(isTick: (tick: unknown) => tick is Tick, expected: string) =>
  z.custom<Push<Tick>>(
    (frame) => isObject(frame) && typeof frame.ch === 'string' && isNumber(frame.ts) && isTick(frame.tick),
    `expected ch, ts (a number) and tick of ${expected}`,
  )

/** `market.$symbol.bbo` of spot. A side that nobody quotes is null or left out. */
export interface SpotBest {
  readonly bid?: Numeric | null
  readonly bidSize?: Numeric | null
  readonly ask?: Numeric | null
  readonly askSize?: Numeric | null
}
const isOptional = (value: unknown): boolean => value === undefined || value === null || isNumeric(value)
export const SpotBestFrame = pushOf(
  (tick: unknown): tick is SpotBest =>
    isObject(tick) &&
    'bid' in tick &&
    'ask' in tick &&
    isOptional(tick.bid) &&
    isOptional(tick.bidSize) &&
    isOptional(tick.ask) &&
    isOptional(tick.askSize),
  'bid, bidSize, ask and askSize',
)

/** `market.$contract.bbo` of swaps. A side that nobody quotes is null or empty. */
export interface SwapBest {
  readonly bid: Level | readonly [] | null
  readonly ask: Level | readonly [] | null
}
const isBestSide = (side: unknown): boolean =>
  side === null || isLevel(side) || (Array.isArray(side) && side.length === 0)
export const SwapBestFrame = pushOf(
  (tick: unknown): tick is SwapBest =>
    isObject(tick) && 'bid' in tick && 'ask' in tick && isBestSide(tick.bid) && isBestSide(tick.ask),
  'bid and ask as [price, size]',
)

/** A row of `trade.detail`; spot has `tradeId`, swaps have `id` alone. */
export interface TradeRow {
  readonly id: Numeric
  readonly tradeId?: Numeric
  readonly ts: number
  readonly amount: Numeric
  readonly price: Numeric
  readonly direction: string
}
const isTrade = (row: unknown): row is TradeRow =>
  isObject(row) &&
  isNumeric(row.id) &&
  (row.tradeId === undefined || isNumeric(row.tradeId)) &&
  isNumber(row.ts) &&
  isNumeric(row.amount) &&
  isNumeric(row.price) &&
  typeof row.direction === 'string'
export const TradeFrame = pushOf(
  (tick: unknown): tick is { readonly data: readonly TradeRow[] } =>
    isObject(tick) && Array.isArray(tick.data) && tick.data.every(isTrade),
  'data of id, ts, amount, price and direction',
)

/** One candle of a stream or of history. */
export interface CandleRow {
  readonly id: number
  readonly open: Numeric
  readonly high: Numeric
  readonly low: Numeric
  readonly close: Numeric
  readonly amount: Numeric
  readonly vol: Numeric
  readonly trade_turnover?: Numeric | undefined
}
const isCandle = (row: unknown): row is CandleRow =>
  isObject(row) &&
  isNumber(row.id) &&
  isNumeric(row.open) &&
  isNumeric(row.high) &&
  isNumeric(row.low) &&
  isNumeric(row.close) &&
  isNumeric(row.amount) &&
  isNumeric(row.vol) &&
  (row.trade_turnover === undefined || isNumeric(row.trade_turnover))
export const CandleFrame = pushOf(isCandle, 'id, open, high, low, close, amount and vol')
export const CandleRow = z.custom<CandleRow>(isCandle, 'expected id, open, high, low, close, amount and vol')

/** `market.$symbol.mbp.150` of spot, changes and the answer to `req` alike. A side without changes may be left out. */
export interface SpotDepth {
  readonly seqNum: number
  readonly prevSeqNum?: number
  readonly bids?: readonly Level[]
  readonly asks?: readonly Level[]
}
const isSpotDepth = (tick: unknown): tick is SpotDepth =>
  isObject(tick) &&
  typeof tick.seqNum === 'number' &&
  (tick.prevSeqNum === undefined || typeof tick.prevSeqNum === 'number') &&
  (tick.bids === undefined || isSide(tick.bids)) &&
  (tick.asks === undefined || isSide(tick.asks))
export const SpotDepthFrame = pushOf(
  (tick: unknown): tick is SpotDepth & { readonly prevSeqNum: number } =>
    isSpotDepth(tick) && tick.prevSeqNum !== undefined,
  'seqNum, prevSeqNum, bids and asks',
)
export const SpotSnapshotFrame = z.custom<{
  readonly rep: string
  readonly ts?: number
  readonly data: Required<Pick<SpotDepth, 'seqNum' | 'bids' | 'asks'>>
}>(
  (frame) =>
    isObject(frame) &&
    typeof frame.rep === 'string' &&
    (frame.ts === undefined || typeof frame.ts === 'number') &&
    isSpotDepth(frame.data) &&
    frame.data.bids !== undefined &&
    frame.data.asks !== undefined,
  'expected rep and data of seqNum, bids and asks',
)

/** `market.$contract.depth.size_150.high_freq`, incremental. */
export interface SwapDepth {
  readonly event: 'snapshot' | 'update'
  readonly mrid: number
  readonly version: number
  readonly bids?: readonly Level[]
  readonly asks?: readonly Level[]
}
export const SwapDepthFrame = pushOf(
  (tick: unknown): tick is SwapDepth =>
    isObject(tick) &&
    (tick.event === 'snapshot' || tick.event === 'update') &&
    typeof tick.mrid === 'number' &&
    typeof tick.version === 'number' &&
    (tick.bids === undefined || isSide(tick.bids)) &&
    (tick.asks === undefined || isSide(tick.asks)),
  'event, mrid, version, bids and asks',
)

/** Acks and errors of the market sockets; the id comes back with the type that was sent. */
export const AnswerFrame = z.object({
  id: Numeric.nullish(),
  status: z.string(),
  subbed: z.string().optional(),
  unsubbed: z.string().optional(),
  'err-code': z.string().optional(),
  'err-msg': z.string().optional(),
})
export type AnswerFrame = Readonly<z.infer<typeof AnswerFrame>>

/** Frames of the swap's notification sockets. */
export const OpFrame = z.object({
  op: z.string(),
  cid: z.string().nullish(),
  topic: z.string().optional(),
  ts: Numeric.optional(),
  'err-code': z.number().optional(),
  'err-msg': z.string().nullish(),
  event: z.string().nullish(),
  data: z.unknown().optional(),
})
export type OpFrame = Readonly<z.infer<typeof OpFrame>>

/** `public.$contract.funding_rate`; times and rates are text. */
export const FundingNotice = z.object({
  contract_code: z.string().min(1),
  funding_rate: z.string(),
  settlement_time: z.string(),
})
export type FundingNotice = Readonly<z.infer<typeof FundingNotice>>

/** Whatever says that a call failed; see dialect.ts. */
export const RestError = z.object({
  status: z.string().optional(),
  code: Numeric.optional(),
  message: z.string().nullish(),
  'err-code': Numeric.nullish(),
  'err-msg': z.string().nullish(),
  err_code: Numeric.nullish(),
  err_msg: z.string().nullish(),
})

/** v1 and swap: the rows of a reply that is no error. */
export const Rows = z.object({ data: z.array(z.unknown()) })

/** /v1/common/timestamp */
export const TimeReply = z.object({ data: z.number() })

/** /v2/market-status; `marketStatus` 1 normal, 2 halted, 3 orders can only be cancelled. */
export const MarketStatusReply = z.object({
  data: z.object({
    marketStatus: z.number(),
    haltStartTime: z.number().nullish(),
    haltEndTime: z.number().nullish(),
    haltReason: z.number().nullish(),
  }),
})

/** /v1/settings/common/market-symbols */
export const SpotSymbolRow = z.object({
  symbol: z.string().min(1),
  state: z.string(),
  bc: z.string().min(1),
  qc: z.string().min(1),
  pp: z.number().int(),
  ap: z.number().int(),
  minoa: z.number().nullish(),
  lominoa: z.number().nullish(),
  minov: z.number().nullish(),
})
export type SpotSymbolRow = Readonly<z.infer<typeof SpotSymbolRow>>

/** /linear-swap-api/v1/swap_contract_info */
export const ContractRow = z.object({
  symbol: z.string().min(1),
  contract_code: z.string().min(1),
  contract_size: z.number(),
  price_tick: z.number(),
  contract_status: z.number(),
  contract_type: z.string().optional(),
  business_type: z.string().optional(),
  trade_partition: z.string().optional(),
})
export type ContractRow = Readonly<z.infer<typeof ContractRow>>

/** /linear-swap-api/v1/swap_batch_funding_rate */
export const FundingRateRow = z.object({
  contract_code: z.string().min(1),
  funding_rate: z.string().nullish(),
  funding_time: z.string().nullish(),
})
export type FundingRateRow = Readonly<z.infer<typeof FundingRateRow>>

/** /linear-swap-api/v1/swap_historical_funding_rate */
export const PaidRatesReply = z.object({ data: z.object({ data: z.array(z.unknown()) }) })
export const PaidRateRow = z.object({ funding_time: z.string(), funding_rate: z.string() })
