/** How markets and exchanges do: what the contract says of it, and the league table that follows from hours. Pure. */
import { z } from 'zod'
import { ExchangeId } from './domain/index.ts'

/** One market over the last minutes. Absent is null: nothing live was seen in that time. */
export const MarketPulse = z.object({
  /** `binance:BTC_USDT` */
  instrument: z.string(),
  /** Quotes a second. */
  updatesPerSecond: z.number(),
  /** Of its own best bid and ask, mean over time, percent of the middle. */
  spreadPercent: z.number().nullable(),
  /** Within 0.1 % of the middle, quote asset, mean over time: the smaller side. null: no live book was sampled. */
  liquidity: z.number().nullable(),
  /** False: the book was not always known that far, and it is at least so much. */
  liquidityIsWhole: z.boolean(),
  /** Opportunities to act on with it as a leg, in the last 24 hours of this run. */
  opportunities: z.number().int(),
  /** Of the time: how much of it was live, 0 to 1. */
  liveShare: z.number(),
})
export type MarketPulse = Readonly<z.infer<typeof MarketPulse>>

export const MarketPulses = z.object({
  /** What the means are over: at most 15 minutes, less soon after the start. */
  overMs: z.number(),
  markets: z.array(MarketPulse),
})
export type MarketPulses = Readonly<z.infer<typeof MarketPulses>>

/**
 * Upper bounds of the classes by which delays are counted, ms: four to an octave (19 % apart), 1 ms to 46 s. A last class holds what is
 * larger.
 */
export const delayBoundsMs: readonly number[] = Array.from({ length: 63 }, (_, i) => 2 ** (i / 4))

/** One exchange in one hour as one run of the program saw it. */
export const ExchangeHour = z.object({
  exchange: ExchangeId,
  /** Begin of the hour (UTC), epoch ms. */
  hour: z.number(),
  /** When this run began to watch it in that hour. */
  since: z.number(),
  /** Full minutes watched, and those at whose end every wanted topic was live. */
  observedMinutes: z.number().int(),
  liveMinutes: z.number().int(),
  /** Messages that came, and those not understood. */
  messages: z.number().int(),
  rejected: z.number().int(),
  /** Connections that were lost and came again. */
  reconnects: z.number().int(),
  /** Holes in quotes, trades and order books that were the exchange's or its connection's. */
  gaps: z.number().int(),
  /** Order books built anew. */
  resyncs: z.number().int(),
  /** By class of `delayBoundsMs` and one more: from the exchange's time to ours, of quotes and trades. Trailing zeros left out. */
  delayCounts: z.array(z.number().int()).max(delayBoundsMs.length + 1),
  /** Its clock minus ours, ms, mean of the minutes in which it was known; null: never. */
  clockOffsetMs: z.number().nullable(),
  clockMinutes: z.number().int(),
})
export type ExchangeHour = Readonly<z.infer<typeof ExchangeHour>>

export const LeagueRequest = z.strictObject({
  /** Hours that begin at or after it, epoch ms. */
  from: z.number().int().min(0),
})

/** One exchange over many hours. */
export interface LeagueRow {
  readonly exchange: ExchangeId
  readonly observedMinutes: number
  /** Of the minutes, 0 to 1; NaN where none was observed. */
  readonly liveShare: number
  readonly messages: number
  readonly rejected: number
  readonly reconnects: number
  readonly gaps: number
  /** NaN where no message came. */
  readonly gapsPerMillion: number
  readonly resyncs: number
  /** Upper bounds of the classes that hold the median and the 99th percentile, ms; NaN: no times were told, Infinity: beyond the last. */
  readonly delayP50Ms: number
  readonly delayP99Ms: number
  readonly delays: number
  /** null: never known. */
  readonly clockOffsetMs: number | null
}

/** The upper bound of the class that holds the share `quantile` of all; NaN where nothing was counted. */
export function quantileOf(counts: readonly number[], quantile: number): number {
  const all = counts.reduce((sum, count) => sum + count, 0)
  if (all === 0) return Number.NaN
  let sum = 0
  for (const [place, count] of counts.entries()) {
    sum += count
    if (sum >= all * quantile) return delayBoundsMs[place] ?? Number.POSITIVE_INFINITY
  }
  return Number.POSITIVE_INFINITY
}

/** By exchange, in the order in which they come first. */
export function leagueOf(hours: readonly ExchangeHour[]): readonly LeagueRow[] {
  return [...new Set(hours.map(({ exchange }) => exchange))].map((exchange) => {
    const own = hours.filter((hour) => hour.exchange === exchange)
    const sum = (of: (hour: ExchangeHour) => number) => own.reduce((total, hour) => total + of(hour), 0)
    const counts = Array.from({ length: delayBoundsMs.length + 1 }, (_, place) =>
      sum((one) => one.delayCounts[place] ?? 0),
    )
    const observedMinutes = sum((one) => one.observedMinutes)
    const clockMinutes = sum((one) => one.clockMinutes)
    const messages = sum((one) => one.messages)
    const gaps = sum((one) => one.gaps)
    return {
      exchange,
      observedMinutes,
      liveShare: sum((one) => one.liveMinutes) / observedMinutes,
      messages,
      rejected: sum((one) => one.rejected),
      reconnects: sum((one) => one.reconnects),
      gaps,
      gapsPerMillion: messages === 0 ? Number.NaN : (gaps / messages) * 1e6,
      resyncs: sum((one) => one.resyncs),
      delayP50Ms: quantileOf(counts, 0.5),
      delayP99Ms: quantileOf(counts, 0.99),
      delays: sum((one) => one.delayCounts.reduce((all, count) => all + count, 0)),
      clockOffsetMs:
        clockMinutes === 0 ? null : sum((one) => (one.clockOffsetMs ?? 0) * one.clockMinutes) / clockMinutes,
    }
  })
}
