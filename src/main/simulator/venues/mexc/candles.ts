import { type EpochMs, type Period, periodMs } from '../../../../shared/domain/index.ts'
import type { SimInstrument, SimKline, SimMarket } from '../../venue.ts'

/** A candle period in MEXC's words, made of the market's candles of `period`. */
export interface Interval {
  /** null: streams only */
  readonly rest: string | null
  readonly stream: string
  readonly period: Period
  openOf(at: EpochMs): EpochMs
  /** The open time of the next one. */
  endOf(openTime: EpochMs): EpochMs
}

export interface VenueCandle {
  readonly openTime: EpochMs
  readonly endTime: EpochMs
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly quoteVolume: number
}

const hour = 3_600_000
const day = 86_400_000

/** `offset`: the open time of any one of them. */
const fixed = (rest: string | null, stream: string, period: Period, lengthMs: number, offset = 0): Interval => ({
  rest,
  stream,
  period,
  openOf: (at) => at - ((at - offset) % lengthMs),
  endOf: (openTime) => openTime + lengthMs,
})

const month: Interval = {
  rest: '1M',
  stream: 'Month1',
  period: '1d',
  openOf: (at) => monthStart(at, 0),
  endOf: (openTime) => monthStart(openTime, 1),
}

function monthStart(at: EpochMs, later: number): EpochMs {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later, 1)
}

export const intervals: readonly Interval[] = [
  fixed('1m', 'Min1', '1m', periodMs['1m']),
  fixed('5m', 'Min5', '5m', periodMs['5m']),
  fixed('15m', 'Min15', '15m', periodMs['15m']),
  fixed('30m', 'Min30', '15m', 2 * periodMs['15m']),
  fixed('60m', 'Min60', '1h', hour),
  fixed('4h', 'Hour4', '1h', 4 * hour),
  fixed(null, 'Hour8', '1h', 8 * hour),
  fixed('1d', 'Day1', '1d', day),
  // Weeks begin on Monday, as 5 January 1970 did.
  fixed('1W', 'Week1', '1d', 7 * day, 4 * day),
  month,
]

/** The candles that open in [from, to], ascending, the newest possibly still open. */
export function candlesBetween(
  market: SimMarket,
  instrument: SimInstrument,
  interval: Interval,
  from: EpochMs,
  to: EpochMs,
): readonly VenueCandle[] {
  const first = interval.openOf(from) < from ? interval.endOf(interval.openOf(from)) : from
  if (first > to) return []
  const last = interval.endOf(interval.openOf(to)) - periodMs[interval.period]
  return fold(market.klines(instrument, interval.period, first, last), interval)
}

/** The candle of the interval that `kline`, its newest part, falls in. */
export function candleAround(market: SimMarket, kline: SimKline, interval: Interval): VenueCandle {
  const openTime = interval.openOf(kline.openTime)
  const before = kline.openTime - periodMs[interval.period]
  const earlier = openTime <= before ? market.klines(kline.instrument, interval.period, openTime, before) : []
  return earlier.reduceRight((candle, part) => join(opening(part, interval), candle), opening(kline, interval))
}

function fold(klines: readonly SimKline[], interval: Interval): readonly VenueCandle[] {
  const candles: VenueCandle[] = []
  for (const kline of klines) {
    const part = opening(kline, interval)
    const candle = candles.at(-1)
    if (candle?.openTime === part.openTime) candles[candles.length - 1] = join(candle, part)
    else candles.push(part)
  }
  return candles
}

/** A candle of the interval with nothing in it but this part. */
function opening(kline: SimKline, interval: Interval): VenueCandle {
  const { open, high, low, close, volume, quoteVolume } = kline
  const openTime = interval.openOf(kline.openTime)
  return { openTime, endTime: interval.endOf(openTime), open, high, low, close, volume, quoteVolume }
}

const join = (earlier: VenueCandle, later: VenueCandle): VenueCandle => ({
  ...earlier,
  high: Math.max(earlier.high, later.high),
  low: Math.min(earlier.low, later.low),
  close: later.close,
  volume: earlier.volume + later.volume,
  quoteVolume: earlier.quoteVolume + later.quoteVolume,
})
