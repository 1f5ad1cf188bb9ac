/** Candles as the chart library takes them: seconds for times, a colour per bar, an empty point for every missing candle. */
import type { CandlestickData, HistogramData, UTCTimestamp, WhitespaceData } from 'lightweight-charts'
import type { Candle } from './candles.ts'
import type { RangePoint } from './rangeSeries.ts'

export const chartTime = (openTime: number) => (openTime / 1_000) as UTCTimestamp

/** A hole wider than this is drawn as this many empty points: nobody needs a year of them. */
const longestHole = 500

/** The library sets bars side by side whatever their times are, so that a hole would not show without points of its own. */
function withHoles<T>(
  candles: readonly Candle[],
  periodMs: number,
  point: (candle: Candle) => T,
): (T | WhitespaceData<UTCTimestamp>)[] {
  const points: (T | WhitespaceData<UTCTimestamp>)[] = []
  let before: Candle | null = null
  for (const candle of candles) {
    if (before) {
      const missing = Math.min(longestHole, Math.round((candle.openTime - before.openTime) / periodMs) - 1)
      for (let i = 1; i <= missing; i++) points.push({ time: chartTime(before.openTime + i * periodMs) })
    }
    points.push(point(candle))
    before = candle
  }
  return points
}

export const candlePoint = (candle: Candle): CandlestickData<UTCTimestamp> => ({
  time: chartTime(candle.openTime),
  open: candle.open,
  high: candle.high,
  low: candle.low,
  close: candle.close,
})
export const candlePoints = (candles: readonly Candle[], periodMs: number) => withHoles(candles, periodMs, candlePoint)

export interface VolumeColors {
  readonly up: string
  readonly down: string
}
export const volumePoint = (candle: Candle, colors: VolumeColors): HistogramData<UTCTimestamp> => ({
  time: chartTime(candle.openTime),
  value: candle.volume,
  color: candle.close >= candle.open ? colors.up : colors.down,
})
/** A candle whose volume is unknown has no bar, not one of 0. */
export const volumePoints = (candles: readonly Candle[], colors: VolumeColors) =>
  candles.filter(({ volume }) => Number.isFinite(volume)).map((candle) => volumePoint(candle, colors))

export const linePoint = ({ openTime, close }: Candle): RangePoint => ({
  time: chartTime(openTime),
  ...{ minimum: close, maximum: close, last: close },
})
export const linePoints = (candles: readonly Candle[], periodMs: number) => withHoles(candles, periodMs, linePoint)

/** `#3fc391` at 0.4 -> `#3fc39166`. Any other notation stays as it is. */
export const withAlpha = (color: string, alpha: number): string =>
  /^#[\da-f]{6}$/i.test(color)
    ? `${color}${Math.round(alpha * 255)
        .toString(16)
        .padStart(2, '0')}`
    : color
