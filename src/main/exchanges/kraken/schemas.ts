/**
 * Kraken's WebSocket v2 frames and REST replies as zod, without transforms: what is checked is the shape, values are read in
 * normalize.ts. Numbers of frames are JSON numbers, those of replies mostly text. Keys that Crossbook does not read are left out.
 * Docs: https://docs.kraken.com/api/docs/websocket-v2/ticker, /book, /trade, /ohlc, /status, /ping · fixtures kraken/*
 */
import { z } from 'zod'

/*
 * Pushes are checked by one predicate a frame, as zod's nested objects cost several times as much on the hot path.
 */
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

interface Push<Row> {
  readonly type: 'snapshot' | 'update'
  readonly data: readonly Row[]
}
const pushOf = <Row>(isRow: (row: unknown) => row is Row, expected: string) =>
  z.custom<Push<Row>>(
    (frame) =>
      isObject(frame) &&
      (frame.type === 'snapshot' || frame.type === 'update') &&
      Array.isArray(frame.data) &&
      frame.data.every(isRow),
    `expected type snapshot or update and data of ${expected}`,
  )

const isNumber = (value: unknown): value is number => typeof value === 'number'
const isTextOrAbsent = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string'

export interface TickerRow {
  readonly symbol: string
  readonly bid: number
  readonly bid_qty: number
  readonly ask: number
  readonly ask_qty: number
  /** Absent in the documents of 2024, sent in 2026. */
  readonly timestamp?: string | undefined
}
const isTicker = (row: unknown): row is TickerRow =>
  isObject(row) &&
  typeof row.symbol === 'string' &&
  isNumber(row.bid) &&
  isNumber(row.bid_qty) &&
  isNumber(row.ask) &&
  isNumber(row.ask_qty) &&
  isTextOrAbsent(row.timestamp)
export const TickerFrame = pushOf(isTicker, 'symbol and timestamp, as text, bid, bid_qty, ask and ask_qty, as numbers')

export interface TradeRow {
  readonly symbol: string
  readonly side: string
  readonly price: number
  readonly qty: number
  readonly trade_id: number
  readonly timestamp: string
}
const isTrade = (row: unknown): row is TradeRow =>
  isObject(row) &&
  typeof row.symbol === 'string' &&
  typeof row.side === 'string' &&
  isNumber(row.price) &&
  isNumber(row.qty) &&
  isNumber(row.trade_id) &&
  typeof row.timestamp === 'string'
export const TradeFrame = pushOf(isTrade, 'symbol, side and timestamp, as text, price, qty and trade_id, as numbers')

export interface CandleRow {
  readonly symbol: string
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly interval_begin: string
  readonly interval: number
}
const isCandleRow = (row: unknown): row is CandleRow =>
  isObject(row) &&
  typeof row.symbol === 'string' &&
  isNumber(row.open) &&
  isNumber(row.high) &&
  isNumber(row.low) &&
  isNumber(row.close) &&
  isNumber(row.volume) &&
  typeof row.interval_begin === 'string' &&
  isNumber(row.interval)
/** The frame's own `timestamp` is when it was sent; that of a row is when its interval ends. */
export const CandleFrame = z.custom<Push<CandleRow> & { readonly timestamp?: string | undefined }>(
  (frame) =>
    isObject(frame) &&
    (frame.type === 'snapshot' || frame.type === 'update') &&
    isTextOrAbsent(frame.timestamp) &&
    Array.isArray(frame.data) &&
    frame.data.every(isCandleRow),
  'expected type, timestamp and data of symbol and interval_begin, as text, interval, open, high, low, close and volume, as numbers',
)

export interface Level {
  readonly price: number
  readonly qty: number
}
const isLevel = (level: unknown): level is Level => isObject(level) && isNumber(level.price) && isNumber(level.qty)

export interface BookRow {
  readonly symbol: string
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
  readonly checksum: number
  /** Absent in whole books, as recorded in 2025; in those of the documents of 2026 it stands. */
  readonly timestamp?: string | undefined
}
const isBook = (row: unknown): row is BookRow =>
  isObject(row) &&
  typeof row.symbol === 'string' &&
  isTextOrAbsent(row.timestamp) &&
  isNumber(row.checksum) &&
  Array.isArray(row.bids) &&
  row.bids.every(isLevel) &&
  Array.isArray(row.asks) &&
  row.asks.every(isLevel)
/** One row a frame: one market. */
export const BookFrame = z.custom<{ readonly type: 'snapshot' | 'update'; readonly data: readonly [BookRow] }>(
  (frame) =>
    isObject(frame) &&
    (frame.type === 'snapshot' || frame.type === 'update') &&
    Array.isArray(frame.data) &&
    frame.data.length === 1 &&
    isBook(frame.data[0]),
  'expected type and one row of symbol and timestamp, as text, checksum, bids and asks of price and qty, as numbers',
)

/** An answer to a request. Of one that failed `symbol` stands at the top, and no channel anywhere. */
export const AnswerFrame = z.object({
  method: z.string(),
  req_id: z.number().int().optional(),
  success: z.boolean().optional(),
  error: z.string().optional(),
  symbol: z.string().optional(),
  result: z
    .object({ channel: z.string(), symbol: z.string().optional(), interval: z.number().int().optional() })
    .optional(),
})
export type AnswerFrame = Readonly<z.infer<typeof AnswerFrame>>

/** Every REST reply; `error` empty is success, a word that begins with W is a warning. */
export const Envelope = z.object({ error: z.array(z.string()), result: z.unknown().optional() })

/** /public/Time */
export const TimeReply = z.object({ unixtime: z.number() })

/** /public/SystemStatus */
export const SystemStatusReply = z.object({ status: z.string() })

/** /public/AssetPairs, by pair key. Dark pools have no `wsname`. */
export const AssetPairs = z.record(z.string(), z.unknown())
export const AssetPairRow = z.object({
  altname: z.string().min(1),
  wsname: z.string().optional(),
  aclass_base: z.string().optional(),
  pair_decimals: z.number().int().min(0).max(20),
  lot_decimals: z.number().int().min(0).max(20),
  ordermin: z.string().optional(),
  costmin: z.string().optional(),
  tick_size: z.string().optional(),
  status: z.string(),
})
export type AssetPairRow = Readonly<z.infer<typeof AssetPairRow>>

/** /public/Assets, by id */
export const Assets = z.record(
  z.string(),
  z.object({ altname: z.string().min(1), decimals: z.number().int().min(0).max(30) }),
)
export type Assets = Readonly<z.infer<typeof Assets>>

/** /public/OHLC: rows under a key that depends on how one asked, and `last`. */
export const CandlesReply = z.looseObject({ last: z.number() })
export type HistoryRow = readonly [
  time: number,
  open: string,
  high: string,
  low: string,
  close: string,
  vwap: string,
  volume: string,
  count: number,
]
export const HistoryRow = z.custom<HistoryRow>(
  (row) =>
    Array.isArray(row) &&
    isNumber(row[0]) &&
    row.length >= 8 &&
    row.slice(1, 7).every((column: unknown) => typeof column === 'string'),
  'expected a time as a number and six columns of text',
)
