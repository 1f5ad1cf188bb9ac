/**
 * Frames and replies of Crypto.com as zod, without transforms: what is checked is the shape, numbers are read in normalize.ts.
 * Prices and sizes are text. Times, ids of requests and codes are JSON numbers on the wire and text in the documents of 2026: both are
 * taken. Keys that Crossbook does not read are left out, so that fields added later change nothing.
 * Docs: https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html · fixtures documented/CRYPTOCOM.ndjson, cryptocom/
 */
import { z } from 'zod'

/** A JSON number, or the same as text. */
export type Numeric = number | string
export const Numeric = z.union([z.number(), z.string()])

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
const isNumeric = (value: unknown): value is Numeric => typeof value === 'number' || typeof value === 'string'

/*
 * Pushes are checked by one predicate a frame: nested objects of zod cost several times as much, and these are the hot path.
 */

/** What every push says of itself; `result` is read by its channel. */
export interface Push<Row> {
  readonly instrument_name: string
  readonly data: readonly Row[]
}
const pushOf = <Row>(isRow: (row: unknown) => row is Row, expected: string) =>
  z.custom<Push<Row>>(
    (result) =>
      isObject(result) &&
      typeof result.instrument_name === 'string' &&
      Array.isArray(result.data) &&
      result.data.every(isRow),
    `expected instrument_name and rows of ${expected}`,
  )

/** A frame of the market or user socket, before its result is read. `id` is -1 in pushes. */
export interface Frame {
  readonly id?: Numeric
  readonly method: string
  readonly code?: Numeric
  readonly message?: string
  /** Of acknowledgements and refusals. */
  readonly channel?: string
  readonly result?: { readonly channel: string; readonly subscription: string }
}
const isOptional = (value: unknown, type: 'string') => value === undefined || typeof value === type
export const Frame = z.custom<Frame>(
  (frame) =>
    isObject(frame) &&
    typeof frame.method === 'string' &&
    (frame.id === undefined || isNumeric(frame.id)) &&
    (frame.code === undefined || isNumeric(frame.code)) &&
    isOptional(frame.message, 'string') &&
    isOptional(frame.channel, 'string') &&
    (frame.result === undefined ||
      (isObject(frame.result) &&
        typeof frame.result.channel === 'string' &&
        typeof frame.result.subscription === 'string')),
  'expected method, id, code and a result with channel and subscription',
)

/** Channel `ticker`: best bid `b` with size `bs`, best ask `k` with `ks`; null where nobody quotes. */
interface Ticker {
  readonly b: string | null
  readonly bs?: string | null
  readonly k: string | null
  readonly ks?: string | null
  readonly t: Numeric
}
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string'
const isTicker = (row: unknown): row is Ticker =>
  isObject(row) &&
  isTextOrNull(row.b) &&
  isTextOrNull(row.bs ?? null) &&
  isTextOrNull(row.k) &&
  isTextOrNull(row.ks ?? null) &&
  isNumeric(row.t)
export const TickerPush = pushOf(isTicker, 'b, bs, k and ks, as text, and t')

/** Channel `trade`: `s` is the taker's side, in capitals here and in small letters by REST. */
interface Trade {
  readonly d: string
  readonly t: Numeric
  readonly p: string
  readonly q: string
  readonly s: string
}
const isTrade = (row: unknown): row is Trade =>
  isObject(row) &&
  typeof row.d === 'string' &&
  isNumeric(row.t) &&
  typeof row.p === 'string' &&
  typeof row.q === 'string' &&
  typeof row.s === 'string'
export const TradesPush = pushOf(isTrade, 'd, p, q and s, as text, and t')

/** Candles of channel `candlestick` and of /public/get-candlestick; `v` counts base asset, the quote volume is not told. */
export interface CandleRow {
  readonly t: Numeric
  readonly o: string
  readonly h: string
  readonly l: string
  readonly c: string
  readonly v: string
}
const isCandleRow = (row: unknown): row is CandleRow =>
  isObject(row) &&
  isNumeric(row.t) &&
  typeof row.o === 'string' &&
  typeof row.h === 'string' &&
  typeof row.l === 'string' &&
  typeof row.c === 'string' &&
  typeof row.v === 'string'
export const CandleRow = z.custom<CandleRow>(isCandleRow, 'expected o, h, l, c and v, as text, and t')
export const CandlesPush = pushOf(isCandleRow, 'o, h, l, c and v, as text, and t')

/** Channel `funding` and /public/get-valuations. */
export interface Valuation {
  readonly v: string
  readonly t: Numeric
}
const isValuation = (row: unknown): row is Valuation => isObject(row) && typeof row.v === 'string' && isNumeric(row.t)
export const Valuation = z.custom<Valuation>(isValuation, 'expected v, as text, and t')
export const ValuationsPush = pushOf(isValuation, 'v, as text, and t')

/** Price, size and the count of orders, which is not read. */
type Level = readonly [price: string, size: string, ...rest: unknown[]]
const isLevel = (level: unknown): level is Level =>
  Array.isArray(level) && typeof level[0] === 'string' && typeof level[1] === 'string'
interface Sides {
  readonly asks: readonly Level[]
  readonly bids: readonly Level[]
}
const isSides = (sides: unknown): sides is Sides =>
  isObject(sides) &&
  Array.isArray(sides.asks) &&
  sides.asks.every(isLevel) &&
  Array.isArray(sides.bids) &&
  sides.bids.every(isLevel)

/** Channel `book`: one row, the whole book, which is told apart by having no `update`. */
interface WholeBook extends Sides {
  readonly t: Numeric
  readonly u: Numeric
}
const isWholeBook = (row: unknown): row is WholeBook =>
  isSides(row) && 't' in row && isNumeric(row.t) && 'u' in row && isNumeric(row.u) && !('update' in row)

/** Channel `book.update`: one row, what changed; `pu` is the `u` of the message before it. */
interface BookChange {
  readonly update: Sides
  readonly t: Numeric
  readonly u: Numeric
  readonly pu: Numeric
}
const isBookChange = (row: unknown): row is BookChange =>
  isObject(row) && isSides(row.update) && isNumeric(row.t) && isNumeric(row.u) && isNumeric(row.pu)

const oneOf = <Row>(isRow: (row: unknown) => row is Row, expected: string) =>
  z.custom<{ readonly instrument_name: string; readonly data: readonly [Row] }>(
    (result) =>
      isObject(result) &&
      typeof result.instrument_name === 'string' &&
      Array.isArray(result.data) &&
      result.data.length === 1 &&
      isRow(result.data[0]),
    `expected instrument_name and one row of ${expected}`,
  )
export const BookPush = oneOf(isWholeBook, 'asks and bids of [price, size, ...] as text, t and u')
export const BookChangePush = oneOf(
  isBookChange,
  'update with asks and bids of [price, size, ...] as text, t, u and pu',
)

/** Every REST reply; code 0 is success. Errors of public methods have neither id nor method. */
export const Envelope = z.object({ code: Numeric, message: z.string().optional(), result: z.unknown().optional() })
/** Most methods answer with a list. */
export const ListResult = z.object({ data: z.array(z.unknown()) })

/** /public/get-instruments */
export const InstrumentRow = z.object({
  symbol: z.string().min(1),
  inst_type: z.string(),
  base_ccy: z.string(),
  quote_ccy: z.string(),
  price_tick_size: z.string(),
  qty_tick_size: z.string(),
  tradable: z.boolean(),
  contract_size: z.string().nullish(),
  /** Stocks and commodities are listed beside `DIGITAL_CURRENCIES`. */
  product_type: z.string().nullish(),
})
export type InstrumentRow = Readonly<z.infer<typeof InstrumentRow>>

/** A row of /public/get-tickers, as far as its time. */
export const TickerTime = z.object({ t: Numeric })

/** /public/get-announcements */
export const AnnouncementRow = z.object({
  category: z.string(),
  title: z.string(),
  impacted_params: z.record(z.string(), z.unknown()).nullish(),
  start_time: z.number().nullish(),
  end_time: z.number().nullish(),
})
export type AnnouncementRow = Readonly<z.infer<typeof AnnouncementRow>>
