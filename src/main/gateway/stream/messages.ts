/** The messages of the WebSocket at /api/v1/stream besides the events themselves, which are the unified messages. */
import { z } from 'zod'
import { exchangeIds, Period, PluginExchangeId } from '../../../shared/domain/index.ts'
import { KlineMessage, UnifiedMessage } from '../../../shared/unified/schemas.ts'
import { latestTime } from '../rest/parameters.ts'

export const mostTopics = 200
export const standardIntervalMs = 100

const Id = z.union([z.string().max(100), z.int()]).describe('whatever the bot likes; it comes back with the answer')
const topics = z.array(z.string().min(1).max(200)).min(1).max(mostTopics)
const series = {
  exchange: z
    .string()
    .max(20)
    .transform((text) => text.toLowerCase())
    .pipe(
      z.union([z.enum(exchangeIds), PluginExchangeId], {
        error: `expected one of ${exchangeIds.map((id) => id.toUpperCase()).join(', ')}`,
      }),
    ),
  symbol: z.string().min(1).max(60),
  period: Period,
}

export const Subscribe = z.strictObject({
  type: z.literal('subscribe'),
  topics,
  interval_ms: z
    .int()
    .min(0)
    .max(60_000)
    .default(standardIntervalMs)
    .describe('state of one key comes at most this often; 0: each one, while the bot reads and Crossbook keeps up'),
  id: Id.optional(),
})
export const Unsubscribe = z.strictObject({ type: z.literal('unsubscribe'), topics, id: Id.optional() })
export const Ping = z.strictObject({ type: z.literal('ping'), id: Id.optional() })
export const RequestHistorical = z.strictObject({
  type: z.literal('request_historical'),
  ...series,
  from: z.int().min(0).max(latestTime).describe('candles with from <= timestamp_open < to, epoch ms'),
  to: z.int().min(0).max(latestTime),
  id: Id,
})
export const RequestCurrentTimestamp = z.strictObject({
  type: z.literal('request_current_timestamp'),
  ...series,
  id: Id,
})
export const Cancel = z.strictObject({
  type: z.literal('cancel'),
  id: Id.describe('of the request_historical to end; it ends with an error_response of the code cancelled'),
})

export const ClientMessage = z.discriminatedUnion('type', [
  Subscribe,
  Unsubscribe,
  Ping,
  RequestHistorical,
  RequestCurrentTimestamp,
  Cancel,
])
export type ClientMessage = z.output<typeof ClientMessage>
export type MessageId = z.output<typeof Id>

const time = z.number().int()
const id = Id.nullable()

export const Welcome = z.object({
  type: z.literal('welcome'),
  message_version: z.number().int(),
  scopes: z.array(z.string()),
  server_time: time,
})
export const Subscribed = z.object({ type: z.literal('subscribed'), id, topics: z.array(z.string()) })
export const Unsubscribed = z.object({ type: z.literal('unsubscribed'), id, topics: z.array(z.string()) })
export const Snapshot = z.object({
  type: z.literal('snapshot'),
  topic: z.string(),
  data: z.array(UnifiedMessage).describe('replaces everything held of this topic'),
})
export const Pong = z.object({ type: z.literal('pong'), id, server_time: time })
export const HistoricalDataChunk = z.object({
  type: z.literal('historical_data_chunk'),
  id,
  sequence: z.number().int().describe('from 0'),
  data: z.array(KlineMessage).describe('ascending'),
  done: z.number().int(),
  total: z.number().int(),
})
export const HistoricalDataComplete = z.object({
  type: z.literal('historical_data_complete'),
  id,
  candles: z.number().int(),
  fetched: z.number().int().describe('of those, how many the exchange had to be asked for'),
  missing: z
    .array(z.object({ from: time, to: time, reason: z.string() }))
    .describe('what the exchange itself does not have'),
})
export const CurrentTimestampResponse = z.object({
  type: z.literal('current_timestamp_response'),
  id,
  exchange: z.string(),
  symbol: z.string(),
  period: Period,
  timestamp: time.nullable().describe('open time of the newest stored closed candle; null: none is stored'),
  server_time: time,
})
export const ErrorResponse = z.object({
  type: z.literal('error_response'),
  id,
  code: z.string(),
  message: z.string(),
})

export const ServerMessage = z.discriminatedUnion('type', [
  Welcome,
  Subscribed,
  Unsubscribed,
  Snapshot,
  Pong,
  HistoricalDataChunk,
  HistoricalDataComplete,
  CurrentTimestampResponse,
  ErrorResponse,
])
export type ServerMessage = z.output<typeof ServerMessage>
