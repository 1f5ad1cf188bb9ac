/**
 * Bybit V5 frames and replies as zod, without transforms: what is checked is the shape, numbers are read in normalize.ts.
 * Prices and quantities are text, '' where they do not apply; ids and times of frames are JSON numbers, times of replies text.
 * Keys that Crossbook does not read are left out, so that fields Bybit adds later change nothing.
 * Docs: https://bybit-exchange.github.io/docs/v5/intro · fixtures documented/BYBIT.ndjson, bybit/
 */
import { z } from 'zod'

const Text = z.string()
/** Price and size of a book level. */
const Level = z.tuple([Text, Text])
export type Level = readonly [price: string, size: string]

/** Every push names its topic. */
export const TopicFrame = z.object({ topic: Text })

/** `orderbook.{depth}.{symbol}` */
export const BookFrame = z.object({
  type: z.enum(['snapshot', 'delta']),
  ts: z.number(),
  data: z.object({ s: Text, b: z.array(Level), a: z.array(Level), u: z.number() }),
})

/** `publicTrade.{symbol}`: `S` is the taker's side. */
export const TradeFrame = z.object({
  data: z.array(z.object({ T: z.number(), s: Text, S: Text, v: Text, p: Text, i: Text })),
})

/** `kline.{interval}.{symbol}` */
export const KlineFrame = z.object({
  ts: z.number(),
  data: z.array(
    z.object({
      start: z.number(),
      open: Text,
      close: Text,
      high: Text,
      low: Text,
      volume: Text,
      turnover: Text,
      confirm: z.boolean(),
    }),
  ),
})
export type KlineRow = Readonly<z.infer<typeof KlineFrame>['data'][number]>

/** Acks, pongs and errors of public sockets. */
export const AnswerFrame = z.object({
  op: Text,
  success: z.boolean().optional(),
  ret_msg: Text.optional(),
  req_id: Text.optional(),
})

/** Every REST reply; `retCode` 0 is success. */
export const Envelope = z.object({ retCode: z.number(), retMsg: Text.optional(), result: z.unknown() })

/** A list in `result`; some name it `rows`. */
export const ListResult = z.object({ list: z.array(z.unknown()), nextPageCursor: Text.nullish() })
export const RowsResult = z.object({ rows: z.array(z.unknown()).nullable(), nextPageCursor: Text.nullish() })

/** /market/time */
export const TimeResult = z.object({ timeNano: z.string().regex(/^\d{19}$/, 'nanoseconds') })

const PriceFilter = z.object({ tickSize: Text })
/** /market/instruments-info, category spot */
export const SpotRow = z.object({
  symbol: Text.min(1),
  baseCoin: Text.min(1),
  quoteCoin: Text.min(1),
  status: Text,
  lotSizeFilter: z.object({ basePrecision: Text, minOrderQty: Text, minOrderAmt: Text }),
  priceFilter: PriceFilter,
})
export type SpotRow = Readonly<z.infer<typeof SpotRow>>

/** /market/instruments-info, category linear */
export const LinearRow = z.object({
  symbol: Text.min(1),
  contractType: Text,
  baseCoin: Text.min(1),
  quoteCoin: Text.min(1),
  settleCoin: Text,
  status: Text,
  lotSizeFilter: z.object({ qtyStep: Text, minOrderQty: Text, minNotionalValue: Text.optional() }),
  priceFilter: PriceFilter,
})
export type LinearRow = Readonly<z.infer<typeof LinearRow>>

/** /market/kline: start, open, high, low, close, volume, turnover. */
export const CandleRow = z.tuple([Text, Text, Text, Text, Text, Text, Text])

/** /market/tickers, category linear */
export const TickerRow = z.object({
  symbol: Text.min(1),
  fundingRate: Text,
  nextFundingTime: Text,
  fundingIntervalHour: Text.optional(),
  markPrice: Text.optional(),
})

/** /market/funding/history */
export const PaidRateRow = z.object({ fundingRate: Text, fundingRateTimestamp: Text })

/** /system/status. The documents type `env` as text and show a number. */
export const MaintenanceRow = z.object({
  title: Text,
  state: Text,
  begin: Text,
  end: Text,
  serviceTypes: z.array(z.number()),
  product: z.array(z.number()),
  env: z.union([z.number(), Text]).optional(),
})
export type MaintenanceRow = Readonly<z.infer<typeof MaintenanceRow>>
