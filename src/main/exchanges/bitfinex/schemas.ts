/**
 * Bitfinex v2 frames and replies, without transforms: what is checked is the shape, numbers are read in normalize.ts and depth.ts.
 * Events are objects; everything else is arrays whose fields count by place and whose length may grow at any time, so that lengths
 * are never checked. All numbers are JSON numbers.
 * Docs: https://docs.bitfinex.com/docs/ws-general, /docs/ws-public · fixtures recordings/BITFINEX.ndjson, documented/BITFINEX.ndjson
 */
import { z } from 'zod'

/** `info`, `conf`, `subscribed`, `unsubscribed`, `error`, `pong`, `auth`. */
export const EventFrame = z.object({
  event: z.string(),
  code: z.number().optional(),
  msg: z.string().optional(),
  version: z.number().optional(),
  platform: z.object({ status: z.number() }).nullish(),
  status: z.unknown().optional(),
  flags: z.number().optional(),
  channel: z.string().optional(),
  chanId: z.number().optional(),
  symbol: z.string().optional(),
  key: z.string().optional(),
  len: z.union([z.string(), z.number()]).optional(),
  subId: z.union([z.string(), z.number()]).optional(),
})
export type EventFrame = Readonly<z.infer<typeof EventFrame>>

/** `[ID, MTS, AMOUNT, PRICE]` */
export type TradeRow = readonly [id: number, at: number, amount: number, price: number, ...rest: unknown[]]
export const isTradeRow = (row: unknown): row is TradeRow => areNumbers(row, 4)

/** `[MTS, OPEN, CLOSE, HIGH, LOW, VOLUME]`: close before high and low. */
export type CandleRow = readonly [
  openTime: number,
  open: number,
  close: number,
  high: number,
  low: number,
  volume: number,
  ...rest: unknown[],
]
export const isCandleRow = (row: unknown): row is CandleRow => areNumbers(row, 6)
export const CandleRow = z.custom<CandleRow>(isCandleRow, 'expected 6 columns of numbers')

/** `[PRICE, COUNT, AMOUNT]` */
export type BookRow = readonly [price: number, count: number, amount: number, ...rest: unknown[]]
export const isBookRow = (row: unknown): row is BookRow => areNumbers(row, 3)

/** Of a perpetual's status, by stream; by REST its key comes before. */
export const StatusRow = z.array(z.unknown())

/** The four lists of `urls.lists`. */
export const ListsReply = z.tuple(
  [
    z.array(z.unknown()).describe('aliases'),
    z.array(z.unknown()).describe('exchange pairs'),
    z.array(z.unknown()).describe('pairs'),
    z.array(z.unknown()).describe('futures pairs'),
  ],
  z.unknown(),
)
/** `["UST","USDt"]` */
export const AliasRow = z.tuple([z.string(), z.string()], z.unknown())
/** `["BTCUST",[null,null,null,"0.00004","2000.0",…]]` */
export const PairRow = z.tuple([z.string().min(1), z.array(z.unknown())], z.unknown())
export type PairRow = Readonly<z.infer<typeof PairRow>>

/** `[1]` operative, `[0]` maintenance. */
export const PlatformStatus = z.tuple([z.number()], z.unknown())

function areNumbers(row: unknown, columns: number): boolean {
  if (!Array.isArray(row) || row.length < columns) return false
  for (let column = 0; column < columns; column++) if (typeof row[column] !== 'number') return false
  return true
}
