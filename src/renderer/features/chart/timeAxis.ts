/**
 * The time axis in the clock of this machine. The library counts days, months and years in UTC; shifting its times instead would
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
import { formatZone } from '../../format/time.ts'

export type Clock = 'local' | 'UTC'
export const clockOf = (period: Period): Clock => (period === '1d' ? 'UTC' : 'local')

/** `UTC+2`, as it was at that moment. */
export const zoneText = (clock: Clock, at: number): string =>
  clock === 'UTC' ? 'UTC' : formatZone(new Date(at).getTimezoneOffset())

interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hours: number
  readonly minutes: number
}

function partsOf(at: number, clock: Clock): Parts {
  const date = new Date(at)
  return clock === 'UTC'
    ? {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth(),
        day: date.getUTCDate(),
        hours: date.getUTCHours(),
        minutes: date.getUTCMinutes(),
      }
    : {
        year: date.getFullYear(),
        month: date.getMonth(),
        day: date.getDate(),
        hours: date.getHours(),
        minutes: date.getMinutes(),
      }
}

const two = (value: number) => String(value).padStart(2, '0')
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** A candle's time in full: `2026-11-21 14:05`, of a day `2026-11-21`. */
export function candleTimeText(at: number, clock: Clock): string {
  const { year, month, day, hours, minutes } = partsOf(at, clock)
  const date = `${year}-${two(month + 1)}-${two(day)}`
  return clock === 'UTC' ? date : `${date} ${two(hours)}:${two(minutes)}`
}

/** How much a point's label matters: the library's own weights, the greater the sooner it is written. */
const weights = { year: 70, month: 60, day: 50 } as const
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
  const minuteBefore = a.hours * 60 + a.minutes
  const minute = b.hours * 60 + b.minutes
  for (const [step, weight] of steps) if (Math.floor(minuteBefore / step) !== Math.floor(minute / step)) return weight
  return 0
}

/** A label of the axis by its weight: `2026`, `Nov`, `Nov 21`, `14:05`. */
export function tickText(at: number, weight: number, clock: Clock): string {
  const { year, month, day, hours, minutes } = partsOf(at, clock)
  if (weight >= weights.year) return String(year)
  if (weight >= weights.month) return months[month] ?? ''
  if (weight >= weights.day) return `${months[month] ?? ''} ${day}`
  return clock === 'UTC' ? '' : `${two(hours)}:${two(minutes)}`
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
