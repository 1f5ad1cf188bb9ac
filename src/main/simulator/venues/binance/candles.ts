/** Candles of any documented interval but `1s`, put together from the market's periods. */
import { type EpochMs, type Period, periodMs } from '../../../../shared/domain/index.ts'
import type { SimInstrument, SimKline, SimMarket } from '../../venue.ts'
import { priceText, quantityText, takerBuyQuoteVolume, valueText } from './listing.ts'

interface Interval {
  /** The period its candles are made of. */
  readonly from: Period
  /** The open time of the candle that `at` falls in. */
  open(at: EpochMs): EpochMs
  /** The open time after that one. */
  next(open: EpochMs): EpochMs
}

/** 1970-01-05 was the first Monday. */
const mondayMs = 4 * periodMs['1d']

function fixed(from: Period, count: number, offsetMs = 0): Interval {
  const length = periodMs[from] * count
  return {
    from,
    open: (at) => Math.floor((at - offsetMs) / length) * length + offsetMs,
    next: (open) => open + length,
  }
}

const month: Interval = {
  from: '1d',
  open: (at) => Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth(), 1),
  next: (open) => Date.UTC(new Date(open).getUTCFullYear(), new Date(open).getUTCMonth() + 1, 1),
}

/** Case-sensitive. */
export const intervals: ReadonlyMap<string, Interval> = new Map([
  ['1m', fixed('1m', 1)],
  ['3m', fixed('1m', 3)],
  ['5m', fixed('5m', 1)],
  ['15m', fixed('15m', 1)],
  ['30m', fixed('15m', 2)],
  ['1h', fixed('1h', 1)],
  ['2h', fixed('1h', 2)],
  ['4h', fixed('1h', 4)],
  ['6h', fixed('1h', 6)],
  ['8h', fixed('1h', 8)],
  ['12h', fixed('1h', 12)],
  ['1d', fixed('1d', 1)],
  ['3d', fixed('1d', 3)],
  ['1w', fixed('1d', 7, mondayMs)],
  ['1M', month],
])

export interface Window {
  readonly startTime: EpochMs | null
  readonly endTime: EpochMs | null
  readonly limit: number
}

/**
 * The open times asked for, ascending: with a start the oldest from there, else the newest up to the end. Both compare with the
 * open time and are inclusive. Source: rest-api.md, "General API Information", chronological order
 */
function opens(interval: Interval, window: Window, listedAt: EpochMs, now: EpochMs): EpochMs[] {
  const last = interval.open(Math.min(window.endTime ?? now, now))
  const oldest = interval.open(listedAt)
  const result: EpochMs[] = []
  if (window.startTime !== null) {
    const from = interval.open(Math.max(window.startTime, oldest))
    let open = from < window.startTime ? interval.next(from) : from
    for (; open <= last && result.length < window.limit; open = interval.next(open)) result.push(open)
    return result
  }
  for (let open = last; open >= oldest && result.length < window.limit; open = interval.open(open - 1))
    result.push(open)
  return result.reverse()
}

/** 12 columns: open time, prices, base volume, close time, quote volume, trades, taker base, taker quote, unused. */
type Row = readonly [EpochMs, string, string, string, string, string, EpochMs, string, number, string, string, string]

function row(instrument: SimInstrument, parts: readonly SimKline[], open: EpochMs, next: EpochMs): Row | null {
  const [first] = parts
  const last = parts.at(-1)
  if (first === undefined || last === undefined) return null
  const total = (of: (part: SimKline) => number): number => parts.reduce((sum, part) => sum + of(part), 0)
  const price = (value: number): string => priceText(instrument, value)
  return [
    open,
    price(first.open),
    price(Math.max(...parts.map((part) => part.high))),
    price(Math.min(...parts.map((part) => part.low))),
    price(last.close),
    quantityText(
      instrument,
      total((part) => part.volume),
    ),
    next - 1,
    valueText(
      instrument,
      total((part) => part.quoteVolume),
    ),
    total((part) => part.trades),
    quantityText(
      instrument,
      total((part) => part.takerBuyVolume),
    ),
    valueText(instrument, total(takerBuyQuoteVolume)),
    '0',
  ]
}

/** Ascending; the last row is the open candle when the window reaches now. */
export function klineRows(
  market: SimMarket,
  instrument: SimInstrument,
  interval: Interval,
  window: Window,
): readonly Row[] {
  const times = opens(interval, window, instrument.listedAt, market.now())
  const [first] = times
  const last = times.at(-1)
  if (first === undefined || last === undefined) return []
  const parts = market.klines(instrument, interval.from, first, interval.next(last) - 1)
  const rows: Row[] = []
  let at = 0
  for (const open of times) {
    const next = interval.next(open)
    const from = at
    while ((parts[at]?.openTime ?? Number.POSITIVE_INFINITY) < next) at += 1
    const whole = row(instrument, parts.slice(from, at), open, next)
    if (whole !== null) rows.push(whole)
  }
  return rows
}
