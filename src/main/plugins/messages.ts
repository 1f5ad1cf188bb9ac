/**
 * What passes between Crossbook and the process of a plugin. The plugin's side is foreign: whatever comes from there is checked here, and
 * an instrument is its id alone, looked up among those that were given to it.
 */
import { z } from 'zod'
import { downCauses } from '../../shared/domain/gap.ts'
import { ExchangeStatus, FundingRate, Instrument, Period, PluginExchangeId } from '../../shared/domain/index.ts'

/** 2100-01-01, epoch ms. */
const latestTime = 4_102_444_800_000
const time = z.number().min(0).max(latestTime)
const positive = z.number().positive()
const quantity = z.number().min(0)
const id = z.number().int().nonnegative()
const words = z.string().max(2_000)

export const mostEvents = 5_000
/** Levels of a side of an order book, and what one is on its way: price and quantity, one after the other. */
export const mostLevels = 500
const levels = z
  .array(quantity)
  .max(mostLevels * 2)
  .refine(({ length }) => length % 2 === 0)

const channels = ['book_ticker', 'trade', 'kline', 'funding_rate', 'order_book'] as const
export const TopicMessage = z.object({
  channel: z.enum(channels),
  instrument: id,
  period: Period.nullable(),
})
export type TopicMessage = Readonly<z.infer<typeof TopicMessage>>

const times = { exchangeAt: time.nullable(), receivedAt: time }
const candle = {
  openTime: time,
  open: positive,
  high: positive,
  low: positive,
  close: positive,
  volume: quantity,
  quoteVolume: quantity.nullable(),
}

export const PluginEvent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('book_ticker'),
    instrument: id,
    bidPrice: positive.nullable(),
    bidQuantity: quantity.nullable(),
    askPrice: positive.nullable(),
    askQuantity: quantity.nullable(),
    ...times,
  }),
  z.object({
    kind: z.literal('trade'),
    instrument: id,
    tradeId: z.string().max(100).nullable(),
    price: positive,
    quantity: positive,
    side: z.enum(['BUY', 'SELL']),
    ...times,
  }),
  z.object({ kind: z.literal('kline'), instrument: id, period: Period, isClosed: z.boolean(), ...candle, ...times }),
  z.object({ kind: z.literal('funding_rate'), instrument: id, rate: FundingRate }),
  /** A whole order book, best levels first. */
  z.object({ kind: z.literal('book'), instrument: id, bids: levels, asks: levels, ...times }),
  z.object({ kind: z.literal('book_lost'), instrument: id, reason: words }),
  z.object({
    kind: z.literal('topics'),
    feed: z.string().max(60),
    state: z.enum(['live', 'down']),
    topics: z.array(TopicMessage).max(mostEvents),
    reason: words,
    cause: z.enum(downCauses).nullable(),
    at: time,
    heardAt: time.nullable(),
    downSince: time.nullable(),
  }),
  z.object({ kind: z.literal('doubt'), topics: z.array(TopicMessage).max(mostEvents), words }),
])
export type PluginEvent = Readonly<z.infer<typeof PluginEvent>>

export const Failure = z.object({
  kind: z.enum([
    'rateLimited',
    'banned',
    'unavailable',
    'invalid',
    'denied',
    'network',
    'unreadable',
    'cancelled',
    'rejectedKey',
    'forbidden',
    'clock',
  ]),
  code: z.string().max(100).nullable(),
  message: words,
  retryAfterMs: quantity.nullable(),
})

/** How long the connection that carries a topic has been silent, ms. */
const Life = z.object({ topic: TopicMessage, silentMs: quantity, heartbeatMs: quantity })

export const FromPlugin = z.discriminatedUnion('kind', [
  /** Its connector is loaded and of the right form. */
  z.object({ kind: z.literal('ready') }),
  /** It cannot be used. */
  z.object({ kind: z.literal('refused'), words }),
  z.object({
    kind: z.literal('batch'),
    events: z.array(z.unknown()).max(mostEvents),
    /** Happenings that found no room, since the batch before. */
    dropped: z.number().int().nonnegative(),
  }),
  z.object({ kind: z.literal('status'), status: ExchangeStatus, lives: z.array(Life).max(mostEvents) }),
  z.object({
    kind: z.literal('reply'),
    id,
    result: z.discriminatedUnion('ok', [
      z.object({
        ok: z.literal(true),
        value: z.unknown(),
        passedOver: z
          .object({
            count: id,
            samples: z.array(words).max(100).readonly(),
            names: z.array(words).max(20_000).readonly(),
          })
          .exactOptional(),
      }),
      z.object({ ok: z.literal(false), failure: Failure }),
    ]),
  }),
  z.object({ kind: z.literal('beat') }),
])
export type FromPlugin = z.infer<typeof FromPlugin>

// What is asked for, and the form of what comes

export const ListedInstruments = z.array(Instrument.omit({ id: true, key: true })).max(20_000)
export const HistoryCandles = z.array(z.object({ ...candle, isClosed: z.boolean().nullable() })).max(mostEvents)
export const FundingRates = z.array(FundingRate).max(mostEvents)
export const ClockReading = z.object({ offsetMs: z.number(), roundTripMs: quantity })

export const Question = z.discriminatedUnion('what', [
  z.object({ what: z.literal('instruments') }),
  z.object({ what: z.literal('klines'), instrument: id, period: Period, from: time, to: time }),
  z.object({ what: z.literal('funding'), instruments: z.array(id) }),
  z.object({ what: z.literal('clock') }),
])
export type Question = z.infer<typeof Question>

export const ToPlugin = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('begin'),
    entry: z.string(),
    exchange: PluginExchangeId,
    origins: z.record(z.string(), z.string()),
    /** The proxy in force, which has no password; null: none. */
    proxy: z.string().nullable(),
  }),
  z.object({ kind: z.literal('instruments'), instruments: z.array(Instrument) }),
  z.object({ kind: z.literal('want'), topics: z.array(TopicMessage) }),
  z.object({ kind: z.literal('ask'), id, question: Question }),
  z.object({ kind: z.literal('resubscribe'), topic: TopicMessage }),
  /** The newest batch is dealt with: the next may come. */
  z.object({ kind: z.literal('next') }),
  z.object({ kind: z.literal('beat') }),
  z.object({ kind: z.literal('start') }),
])
export type ToPlugin = z.infer<typeof ToPlugin>
