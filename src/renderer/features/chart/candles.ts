/** Candles of one series, and how pages and pushes of them are put together. Pure, so that it can be tested as it is. */
import type { KlineColumns } from '../../../shared/columns.ts'

/** Times epoch ms, prices quote asset per base asset, volume base asset. */
export interface Candle {
  readonly openTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly isClosed: boolean
}

/** Rows of the columns, as they are ordered there. A row without a price is left out: nothing could be drawn of it. */
export function candlesOf(columns: KlineColumns): readonly Candle[] {
  const candles: Candle[] = []
  for (let row = 0; row < columns.openTime.length; row++) {
    const at = (column: Float64Array) => column[row] ?? Number.NaN
    const candle: Candle = {
      openTime: at(columns.openTime),
      open: at(columns.open),
      high: at(columns.high),
      low: at(columns.low),
      close: at(columns.close),
      volume: at(columns.volume),
      isClosed: columns.isClosed[row] === 1,
    }
    const { openTime, open, high, low, close } = candle
    if ([openTime, open, high, low, close].every(Number.isFinite)) candles.push(candle)
  }
  return candles
}

/** Which of two versions of one candle counts. */
export type Choose = (known: Candle, incoming: Candle) => Candle

/** A push is newer than what is known; only a closed candle is never opened again. */
export const newerPush: Choose = (known, incoming) => (known.isClosed && !incoming.isClosed ? known : incoming)

/** The reply to a reading may have been overtaken by pushes. Volume only grows, so of two open versions the fuller is newer. */
export const newerReading: Choose = (known, incoming) =>
  known.isClosed !== incoming.isClosed
    ? known.isClosed
      ? known
      : incoming
    : !known.isClosed && known.volume > incoming.volume
      ? known
      : incoming

/** Both lists as one, ascending, each open time once. */
export function mergeCandles(known: readonly Candle[], incoming: readonly Candle[], choose: Choose): readonly Candle[] {
  const last = known.at(-1)
  const [only] = incoming
  // Nearly every push is one version of the newest candle.
  if (last && only && incoming.length === 1 && only.openTime >= last.openTime)
    return only.openTime > last.openTime ? [...known, only] : [...known.slice(0, -1), choose(last, only)]
  const byTime = new Map(known.map((candle) => [candle.openTime, candle]))
  for (const candle of incoming) {
    const before = byTime.get(candle.openTime)
    byTime.set(candle.openTime, before ? choose(before, candle) : candle)
  }
  return [...byTime.values()].sort((a, b) => a.openTime - b.openTime)
}

/**
 * The newest candles cannot be right by pushes alone: one is missing between the last two, or the one before the last never
 * got its closed version. Whoever sees it reads the series anew.
 */
export function missedSome(candles: readonly Candle[], periodMs: number): boolean {
  const last = candles.at(-1)
  const before = candles.at(-2)
  return !!last && !!before && (!before.isClosed || last.openTime - before.openTime > periodMs)
}

/** Index of the first candle that opened at `time` or later; the number of candles where there is none. */
export function indexFrom(candles: readonly Candle[], time: number): number {
  let low = 0
  let high = candles.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((candles[middle]?.openTime ?? Number.POSITIVE_INFINITY) < time) low = middle + 1
    else high = middle
  }
  return low
}

/** The candle that opened at exactly `time`; null where there is a hole. */
export function candleAt(candles: readonly Candle[], time: number): Candle | null {
  const candle = candles[indexFrom(candles, time)]
  return candle?.openTime === time ? candle : null
}

/** `value` against `base`, percent; NaN without both. */
export const percentOf = (value: number | null, base: number | null): number =>
  value === null || base === null || base === 0 ? Number.NaN : (value / base - 1) * 100

/**
 * The price that counts as 0 % while `from` is the left edge of the picture: the close of the first candle there. Each series
 * has its own, as on the chart's percent scale; null where the series has nothing from there on.
 */
export const percentBase = (candles: readonly Candle[], from: number): number | null =>
  candles[indexFrom(candles, from)]?.close ?? null

/**
 * How much of `next` must be drawn anew when `drawn` is on the picture: the index from which on points can simply be put at the
 * end (the last one may be drawn again), or null where everything must be, because something before changed or a hole opened.
 */
export function drawFrom(drawn: readonly Candle[], next: readonly Candle[], periodMs: number): number | null {
  if (drawn.length === 0 || next.length < drawn.length) return null
  let from = 0
  while (from < next.length && drawn[from] === next[from]) from++
  if (from < drawn.length - 1 || drawn.at(-1)?.openTime !== next[drawn.length - 1]?.openTime) return null
  for (let i = drawn.length; i < next.length; i++)
    if ((next[i]?.openTime ?? 0) - (next[i - 1]?.openTime ?? 0) !== periodMs) return null
  return from
}
