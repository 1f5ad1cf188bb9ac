/**
 * OKX V5 frames and replies as zod, without transforms: what is checked is the shape, numbers are read in normalize.ts.
 * Every number of OKX is a string, '' where it does not apply; `seqId` and `prevSeqId` of books are JSON numbers.
 * Keys that Crossbook does not read are left out, so that fields OKX adds later change nothing.
 * Docs: https://www.okx.com/docs-v5/en/ · fixtures okx/ws_public.ndjson (recorded), okx/documented.ndjson (samples of the docs)
 */
import { z } from 'zod'

/*
 * Pushes are checked by one predicate a frame: zod allocates for every field it visits, which costs 200 to 400 ns a frame as nested
 * z.object and 60 ns so, beside 900 to 1,500 ns for JSON.parse of it, and these are the hot path.
 */
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

interface Push<Row> {
  readonly arg: { readonly instId: string }
  readonly data: readonly Row[]
}
const pushOf = <Row>(isRow: (row: unknown) => row is Row, expected: string) =>
  z.custom<Push<Row>>(
    (frame) =>
      isObject(frame) &&
      isObject(frame.arg) &&
      typeof frame.arg.instId === 'string' &&
      Array.isArray(frame.data) &&
      frame.data.every(isRow),
    `expected arg.instId and rows of ${expected}`,
  )

/** Price and size of a book level; the deprecated "0" and the order count behind them are not read. */
export type Level = readonly [price: string, size: string, ...rest: unknown[]]

const isLevel = (level: unknown): level is Level =>
  Array.isArray(level) && typeof level[0] === 'string' && typeof level[1] === 'string'

interface Book {
  readonly asks: readonly Level[]
  readonly bids: readonly Level[]
  readonly ts: string
}
const isBook = (row: unknown): row is Book =>
  isObject(row) &&
  typeof row.ts === 'string' &&
  Array.isArray(row.asks) &&
  row.asks.every(isLevel) &&
  Array.isArray(row.bids) &&
  row.bids.every(isLevel)

/** Channel `bbo-tbt`: each row is the whole best bid and ask; an empty array is a side nobody quotes. */
export const BboFrame = pushOf(isBook, 'asks and bids of [price, size, ...] and ts, as text')

interface BookChange extends Book {
  readonly prevSeqId: number
  readonly seqId: number
}
const isBookChange = (row: unknown): row is BookChange =>
  isBook(row) &&
  'prevSeqId' in row &&
  typeof row.prevSeqId === 'number' &&
  'seqId' in row &&
  typeof row.seqId === 'number'

/** Channel `books`: one row, the whole book or what changed of it; an id is an id only if the reader says so. */
export const BooksFrame = z.custom<{
  readonly arg: { readonly instId: string }
  readonly action: 'snapshot' | 'update'
  readonly data: readonly [BookChange]
}>(
  (frame) =>
    isObject(frame) &&
    isObject(frame.arg) &&
    typeof frame.arg.instId === 'string' &&
    (frame.action === 'snapshot' || frame.action === 'update') &&
    Array.isArray(frame.data) &&
    frame.data.length === 1 &&
    isBookChange(frame.data[0]),
  'expected arg.instId, action snapshot or update, and one row of asks and bids of [price, size, ...] and ts, as text, prevSeqId and seqId, as numbers',
)

interface Ticker {
  readonly askPx: string
  readonly askSz: string
  readonly bidPx: string
  readonly bidSz: string
  readonly ts: string
}
const isTicker = (row: unknown): row is Ticker =>
  isObject(row) &&
  typeof row.askPx === 'string' &&
  typeof row.askSz === 'string' &&
  typeof row.bidPx === 'string' &&
  typeof row.bidSz === 'string' &&
  typeof row.ts === 'string'

/** Channel `tickers`: 24 h statistics that carry the best bid and ask too. */
export const TickerFrame = pushOf(isTicker, 'askPx, askSz, bidPx, bidSz and ts, as text')

interface Trade {
  readonly tradeId: string
  readonly px: string
  readonly sz: string
  readonly side: string
  readonly ts: string
}
const isTrade = (row: unknown): row is Trade =>
  isObject(row) &&
  typeof row.tradeId === 'string' &&
  typeof row.px === 'string' &&
  typeof row.sz === 'string' &&
  typeof row.side === 'string' &&
  typeof row.ts === 'string'

/** Channel `trades`: `side` is the taker's, `buy` or `sell`. Several rows are several trades. */
export const TradesFrame = pushOf(isTrade, 'tradeId, px, sz, side and ts, as text')

/** The same over WebSocket and REST. */
export type CandleRow = readonly [
  ts: string,
  open: string,
  high: string,
  low: string,
  close: string,
  vol: string,
  volCcy: string,
  volCcyQuote: string,
  confirm: string,
]
const isCandleRow = (row: unknown): row is CandleRow => {
  if (!Array.isArray(row) || row.length < 9) return false
  for (let column = 0; column < 9; column++) if (typeof row[column] !== 'string') return false
  return true
}
export const CandleRow = z.custom<CandleRow>(isCandleRow, 'expected 9 columns of text')

/** Channels `candle1m` ... `candle1Dutc`. */
export const CandleFrame = pushOf(isCandleRow, '9 columns of text')

/** Acks, errors and notices. Error frames name no arg. */
export const EventFrame = z.object({
  event: z.string(),
  id: z.string().optional(),
  arg: z.object({ channel: z.string(), instId: z.string().optional() }).optional(),
  code: z.string().optional(),
  msg: z.string().optional(),
})
export type EventFrame = Readonly<z.infer<typeof EventFrame>>

/** Every REST reply; `code` '0' is success. Authentication errors come without `data`. */
export const Envelope = z.object({
  code: z.string(),
  msg: z.string().optional(),
  data: z.array(z.unknown()).optional(),
})

/** /public/time */
export const TimeRow = z.object({ ts: z.string() })

/** /system/status */
export const MaintenanceRow = z.object({
  title: z.string(),
  state: z.string(),
  begin: z.string(),
  end: z.string(),
  serviceType: z.string(),
  env: z.string().optional(),
})
export type MaintenanceRow = Readonly<z.infer<typeof MaintenanceRow>>

/** /public/instruments, SPOT and SWAP rows alike. `preopen` rows may have most fields empty. */
export const InstrumentRow = z.object({
  instId: z.string().min(1),
  instType: z.string(),
  baseCcy: z.string(),
  quoteCcy: z.string(),
  uly: z.string(),
  ctType: z.string(),
  ctVal: z.string(),
  ctMult: z.string(),
  ctValCcy: z.string(),
  /** Of the base asset; rows of before 2026 have none. */
  instCategory: z.string().optional(),
  tickSz: z.string(),
  lotSz: z.string(),
  minSz: z.string(),
  state: z.string(),
})
export type InstrumentRow = Readonly<z.infer<typeof InstrumentRow>>

/** /public/funding-rate and channel `funding-rate`. */
export const FundingRateRow = z.object({
  instId: z.string().min(1),
  fundingRate: z.string(),
  fundingTime: z.string(),
  nextFundingTime: z.string().optional(),
  ts: z.string().optional(),
})
export type FundingRateRow = Readonly<z.infer<typeof FundingRateRow>>

/** A funding rate that was paid. */
export const PaidRateRow = z.object({ fundingTime: z.string(), realizedRate: z.string() })

export const FundingRateFrame = z.object({ data: z.array(FundingRateRow) })
