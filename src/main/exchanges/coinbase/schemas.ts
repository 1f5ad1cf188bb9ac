/**
 * Coinbase's public frames and replies as zod, without transforms: what is checked is the shape, numbers are read in normalize.ts and
 * depth.ts. Keys that Crossbook does not read are left out, so that fields added later change nothing.
 * Docs: https://docs.cdp.coinbase.com/advanced-trade/docs/ws-channels, https://docs.cdp.coinbase.com/exchange/docs/websocket-channels ·
 * fixtures coinbase/ws_market.ndjson (documented), recordings/COINBASE.ndjson (recorded)
 */
import { z } from 'zod'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

// ---------------------------------------------------------------- Advanced Trade, public socket

export interface LevelUpdate {
  readonly side: 'bid' | 'offer'
  readonly price_level: string
  readonly new_quantity: string
}
export interface DepthEvent {
  readonly type: 'snapshot' | 'update'
  readonly product_id: string
  readonly updates: readonly LevelUpdate[]
}

const isLevelUpdate = (value: unknown): value is LevelUpdate =>
  isObject(value) &&
  (value.side === 'bid' || value.side === 'offer') &&
  typeof value.price_level === 'string' &&
  typeof value.new_quantity === 'string'

const isDepthEvent = (value: unknown): value is DepthEvent =>
  isObject(value) &&
  (value.type === 'snapshot' || value.type === 'update') &&
  typeof value.product_id === 'string' &&
  Array.isArray(value.updates) &&
  value.updates.every(isLevelUpdate)

/** One predicate a frame: a snapshot has tens of thousands of levels, and zod's objects would allocate for each of them. */
export const DepthFrame = z.custom<{
  readonly timestamp: string
  readonly events: readonly [DepthEvent]
}>(
  (frame) =>
    isObject(frame) &&
    typeof frame.timestamp === 'string' &&
    Array.isArray(frame.events) &&
    frame.events.length === 1 &&
    isDepthEvent(frame.events[0]),
  'expected a timestamp and one event with type, product_id and updates of side, price_level and new_quantity',
)

/** What every frame of the socket begins with; the number counts the frames of its connection. */
export const Numbered = z.object({ channel: z.string(), sequence_num: z.number() })

export const SubscriptionsFrame = z.object({
  events: z.array(z.object({ subscriptions: z.record(z.string(), z.array(z.string())) })).min(1),
})

export const CandleRow = z.object({
  start: z.string(),
  high: z.string(),
  low: z.string(),
  open: z.string(),
  close: z.string(),
  volume: z.string(),
})
export type CandleRow = z.infer<typeof CandleRow>
const StreamCandle = CandleRow.extend({ product_id: z.string() })
export type StreamCandle = z.infer<typeof StreamCandle>
export const CandlesFrame = z.object({
  timestamp: z.string(),
  events: z.array(z.object({ type: z.enum(['snapshot', 'update']), candles: z.array(StreamCandle) })),
})

export const ErrorFrame = z.object({ message: z.string().optional(), reason: z.string().optional() })

// ---------------------------------------------------------------- Coinbase Exchange, trades

/** `side` is the maker's. */
export const MatchFrame = z.object({
  trade_id: z.number(),
  side: z.enum(['buy', 'sell']),
  size: z.string(),
  price: z.string(),
  product_id: z.string(),
  time: z.string(),
})

export const TradeSubscriptions = z.object({
  channels: z.array(z.object({ name: z.string(), product_ids: z.array(z.string()) })),
})

// ---------------------------------------------------------------- REST

export const TimeReply = z.object({ epochMillis: z.string() })

export const ProductsReply = z.object({ products: z.array(z.unknown()) })

export const ProductRow = z.object({
  product_id: z.string().min(1),
  base_currency_id: z.string(),
  quote_currency_id: z.string(),
  base_increment: z.string(),
  price_increment: z.string(),
  base_min_size: z.string(),
  quote_min_size: z.string(),
  status: z.string(),
  is_disabled: z.boolean(),
  trading_disabled: z.boolean(),
  product_type: z.string(),
  /** The product whose order book this one shows; '' where it has its own. */
  alias: z.string().optional(),
})
export type ProductRow = z.infer<typeof ProductRow>

export const CandlesReply = z.object({ candles: z.array(z.unknown()) })

/** `error` (Advanced Trade), `errors` (the app), `message` alone (a gateway). */
export const ErrorReply = z.object({
  error: z.string().optional(),
  message: z.string().optional(),
  errors: z.array(z.object({ id: z.string(), message: z.string().optional() })).optional(),
})
