/**
 * The time axis in the zone that the settings name. The library counts days, months and years in UTC; shifting its times instead would
 * show the hour that a change of clocks repeats twice. Candles of a day are days of UTC, so those are labelled in UTC.
 */
import {
  createChartEx,
  type DeepPartial,
  defaultHorzScaleBehavior,
  type IChartApiBase,
  type IHorzScaleBehavior,
  type Mutable,
  type TickMark,
  type TickMarkWeightValue,
  type Time,
  type TimeChartOptions,
  type TimeScalePoint,
} from 'lightweight-charts'
import type { Period } from '../../../shared/domain/index.ts'
import { timeParts, zoneName } from '../../format/time.ts'
import { languageInForce } from '../../i18n.ts'

/** `local`: the zone in force, which may be UTC too. */
export type Clock = 'local' | 'UTC'
export const clockOf = (period: Period): Clock => (period === '1d' ? 'UTC' : 'local')

/** `UTC+2`, as it was at that moment. */
export const zoneText = (clock: Clock, at: number): string => (clock === 'UTC' ? 'UTC' : zoneName(at))

const partsOf = (at: number, clock: Clock) => (clock === 'UTC' ? timeParts(at, 'utc') : timeParts(at))

const two = (value: number) => String(value).padStart(2, '0')
const monthNames = new Intl.DateTimeFormat(languageInForce(), { month: 'short', timeZone: 'UTC' })
const dayNames = new Intl.DateTimeFormat(languageInForce(), { month: 'short', day: 'numeric', timeZone: 'UTC' })

/** A candle's time in full: `2026-11-21 14:05`, of a day `2026-11-21`. */
export function candleTimeText(at: number, clock: Clock): string {
  const { year, month, day, hour, minute } = partsOf(at, clock)
  const date = `${year}-${two(month)}-${two(day)}`
  return clock === 'UTC' ? date : `${date} ${two(hour)}:${two(minute)}`
}

/** How much a point's label matters: the library's own weights, the greater the sooner it is written. */
const weights = { year: 70, month: 60, day: 50, second: 10 } as const
/** Minutes of the day whose turn gives a point a weight, greatest first. */
const steps = [
  [720, 33],
  [360, 32],
  [180, 31],
  [60, 30],
  [30, 22],
  [5, 21],
  [1, 20],
] as const

/** The weight of a point at `at` after one at `before`, epoch ms. */
export function tickWeight(before: number, at: number, clock: Clock): number {
  const a = partsOf(before, clock)
  const b = partsOf(at, clock)
  if (a.year !== b.year) return weights.year
  if (a.month !== b.month) return weights.month
  if (a.day !== b.day) return weights.day
  const minuteBefore = a.hour * 60 + a.minute
  const minute = b.hour * 60 + b.minute
  for (const [step, weight] of steps) if (Math.floor(minuteBefore / step) !== Math.floor(minute / step)) return weight
  return a.second === b.second ? 0 : weights.second
}

/** A label of the axis by its weight: `2026`, `Nov`, `Nov 21` (`21. Nov.`), `14:05`, `14:05:09`. */
export function tickText(at: number, weight: number, clock: Clock): string {
  const { year, month, day, hour, minute, second } = partsOf(at, clock)
  if (weight >= weights.year) return String(year)
  if (weight >= weights.month) return monthNames.format(Date.UTC(year, month - 1))
  if (weight >= weights.day) return dayNames.format(Date.UTC(year, month - 1, day))
  if (clock === 'UTC') return ''
  const text = `${two(hour)}:${two(minute)}`
  return weight === weights.second ? `${text}:${two(second)}` : text
}

/** All our points are numbers of seconds. */
const millisecondsOf = (time: unknown): number => (typeof time === 'number' ? time * 1_000 : Number.NaN)

/** A chart whose axis counts in `clock`. */
export function createClockChart(
  element: HTMLElement,
  clock: Clock,
  options: DeepPartial<TimeChartOptions>,
): IChartApiBase<Time> {
  const DefaultBehavior = defaultHorzScaleBehavior()
  class ClockBehavior extends DefaultBehavior {
    override fillWeightsForPoints(points: readonly Mutable<TimeScalePoint>[], startIndex: number): void {
      for (let i = startIndex; i < points.length; i++) {
        const point = points[i]
        if (!point) continue
        const at = millisecondsOf(point.originalTime)
        const next = millisecondsOf(points[i + 1]?.originalTime)
        // The first point has none before it; as far apart as the next is a fair guess.
        const before = i > 0 ? millisecondsOf(points[i - 1]?.originalTime) : Number.isNaN(next) ? at : at - (next - at)
        point.timeWeight = tickWeight(before, at, clock) as TickMarkWeightValue
      }
    }
    override formatTickmark(mark: TickMark): string {
      return tickText(millisecondsOf(mark.originalTime), mark.weight, clock)
    }
  }
  return createChartEx<Time, IHorzScaleBehavior<Time>>(element, new ClockBehavior(), options)
}
