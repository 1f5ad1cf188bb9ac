/** Market data as it crosses the contract many times a second: typed arrays, a column each. */
import { z } from 'zod'
import { Period, Truth } from './domain/index.ts'

const float64 = z.custom<Float64Array>((value) => value instanceof Float64Array)
const uint32 = z.custom<Uint32Array>((value) => value instanceof Uint32Array)
const uint8 = z.custom<Uint8Array>((value) => value instanceof Uint8Array)

/**
 * Quotes as columns, one entry per row of `instrumentIds`. Absent is NaN here (typed arrays hold no null); 0 never stands in.
 * Prices quote/base asset, quantities base asset, times epoch ms. `lastPrice` is of the last public trade.
 */
export const QuoteColumns = z.object({
  instrumentIds: uint32,
  bidPrice: float64,
  bidQuantity: float64,
  askPrice: float64,
  askQuantity: float64,
  lastPrice: float64,
  exchangeAt: float64,
  receivedAt: float64,
  /** `truthCode`; where it says `gap` the prices are NaN. */
  truth: uint8,
})
export type QuoteColumns = z.infer<typeof QuoteColumns>

/**
 * Spreads as columns; net is after both taker fees and, of perpetuals, the funding of the next settlement, where it is known. One entry per row of `pairIndexes` (see SpreadPair.index). A pair one of whose legs is missing, stale or
 * down is NaN in all number columns but the times, which are epoch ms of each leg's quote (NaN where there is none).
 */
export const SpreadColumns = z.object({
  pairIndexes: uint32,
  grossPercent: float64,
  netPercent: float64,
  buyPrice: float64,
  sellPrice: float64,
  /** executable at the top of both books, base asset */
  quantity: float64,
  /** after both legs' costs, quote asset */
  profit: float64,
  /** `verdictCode` */
  verdict: uint8,
  /** What net may be in truth: the legs' ages and movements make an interval of it. */
  lowNetPercent: float64,
  highNetPercent: float64,
  /** Both books walked as far as it pays, base asset and quote asset; 0: nothing pays or is taken; NaN also: not known. */
  executableQuantity: float64,
  executableProfit: float64,
  /** Of the next settlement, part of the net; positive: received. NaN also: no leg is a perpetual, or not known. */
  fundingPercent: float64,
  /** Of basis pairs: a year of funding at today's rates. NaN also: another pair, or not known. */
  carryPercent: float64,
  buyReceivedAt: float64,
  sellReceivedAt: float64,
  /** `truthCode` of the worse leg; the numbers are NaN where it is not live. */
  truth: uint8,
})
export type SpreadColumns = z.infer<typeof SpreadColumns>

/** The best levels of one order book, best first; quantities in base asset. Empty sides where `truth` is `gap`. */
export const BookColumns = z.object({
  instrumentId: z.number().int(),
  truth: Truth,
  /** In words, why it is not live; empty where it is. */
  reason: z.string(),
  bidPrice: float64,
  bidQuantity: float64,
  askPrice: float64,
  askQuantity: float64,
  /** Known in all. */
  bidLevels: z.number().int(),
  askLevels: z.number().int(),
  /** The exchange's id of the newest update; null: none yet. */
  updateId: z.number().nullable(),
  exchangeAt: z.number().nullable(),
  receivedAt: z.number().nullable(),
})
export type BookColumns = z.infer<typeof BookColumns>

/** Candles as columns, ascending by open time; `isClosed` 1 or 0. */
export const KlineColumns = z.object({
  instrumentId: z.number().int(),
  period: Period,
  openTime: float64,
  open: float64,
  high: float64,
  low: float64,
  close: float64,
  volume: float64,
  isClosed: uint8,
})
export type KlineColumns = z.infer<typeof KlineColumns>

/** A page of a series. `problem`, in words: candles of its time may be missing, since the exchange could not be asked; null: it has them all. */
export const KlinePage = z.object({ klines: KlineColumns, problem: z.string().nullable() })
export type KlinePage = z.infer<typeof KlinePage>
