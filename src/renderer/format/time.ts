import { textsOf } from '../i18n.ts'
import { absent } from './number.ts'

const t = textsOf('format')

const two = (value: number) => String(value).padStart(2, '0')

/** Whose clock times are written in: that of this machine's zone, or UTC. */
export type TimeZone = 'local' | 'utc'

let zone: TimeZone = 'local'

/** The zone in force. A screen is built anew when it changes (App.tsx), so no text of the other zone stays. */
export const timeZone = (): TimeZone => zone

/** Only for theme.ts, which follows the settings, and for tests. */
export function setTimeZone(next: TimeZone): void {
  zone = next
}

export interface TimeParts {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** What calendar and clock of a zone show at `at`, epoch ms. */
export function timeParts(at: number, of: TimeZone = zone): TimeParts {
  const date = new Date(at)
  return of === 'utc'
    ? {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
      }
    : {
        year: date.getFullYear(),
        month: date.getMonth() + 1,
        day: date.getDate(),
        hour: date.getHours(),
        minute: date.getMinutes(),
        second: date.getSeconds(),
      }
}

/** When a day begins in the zone in force, epoch ms. `month` from 1; a `day` past the end of its month is one of the next, one below 1 of the month before. */
export const dayStart = (year: number, month: number, day: number): number =>
  zone === 'utc' ? Date.UTC(year, month - 1, day) : new Date(year, month - 1, day).getTime()

/** Minutes that the zone in force is east of UTC at `at`. */
export const zoneOffsetMinutes = (at: number): number => (zone === 'utc' ? 0 : 0 - new Date(at).getTimezoneOffset())

/** The zone in force by its name, so that days of before and after a change of clocks are right; where the system tells none, its distance from UTC now, minutes. */
export const zoneOfDays = (now: number): string | number =>
  zone === 'utc' ? 'UTC' : (Intl.DateTimeFormat().resolvedOptions().timeZone ?? zoneOffsetMinutes(now))

const halfDayMs = 43_200_000

/**
 * By which to name a day that a report counts at one distance from UTC, all through: of days before clocks were changed the start may
 * lie in the day before, by the clock of then, its middle never.
 */
export const dayMiddle = (start: number): number => start + halfDayMs

/** The zone in force as people write it, `UTC+2` or `UTC`, as it was at that moment. */
export const zoneName = (at: number): string => formatZone(0 - zoneOffsetMinutes(at))

/** `14:05:09` */
export function formatClock(at: number | null): string {
  if (at === null || !Number.isFinite(at)) return absent
  const { hour, minute, second } = timeParts(at)
  return `${two(hour)}:${two(minute)}:${two(second)}`
}

/** `2026-11-21` */
export function formatDay(at: number | null): string {
  if (at === null || !Number.isFinite(at)) return absent
  const { year, month, day } = timeParts(at)
  return `${year}-${two(month)}-${two(day)}`
}

const weekdays = (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const).map((day) => t(`weekdays.${day}`))
const months = (['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const).map(
  (month) => t(`months.${month}`),
)

/** `Sat 21 Nov` */
export function formatWeekday(at: number): string {
  const { year, month, day } = timeParts(at)
  // A date has the same day of the week in every zone.
  const weekday = weekdays[new Date(Date.UTC(year, month - 1, day)).getUTCDay()] ?? absent
  return t('weekday', { weekday, day, month: months[month - 1] ?? absent })
}

/** `2026-11-21 14:05:09` */
export function formatDateTime(at: number | null): string {
  if (at === null || !Number.isFinite(at)) return absent
  return `${formatDay(at)} ${formatClock(at)}`
}

/** `14:05:09` today, `11-20 14:05:09` on another day of this year, `2025-11-20 14:05` of another year. */
export function formatWhen(at: number, now: number): string {
  const text = formatDateTime(at)
  const today = formatDateTime(now)
  if (text.slice(0, 4) !== today.slice(0, 4)) return text.slice(0, 16)
  return text.slice(0, 10) === today.slice(0, 10) ? text.slice(11) : text.slice(5)
}

/** Hours from UTC as people write it: `UTC+2`, `UTC−3:30`, `UTC`. `offsetMinutes` as Date.getTimezoneOffset gives it. */
export function formatZone(offsetMinutes: number): string {
  if (offsetMinutes === 0) return 'UTC'
  const minutes = Math.abs(offsetMinutes)
  const rest = minutes % 60
  return `UTC${offsetMinutes < 0 ? '+' : '−'}${Math.floor(minutes / 60)}${rest === 0 ? '' : `:${two(rest)}`}`
}

/** How old a quote is: `0.3s`, `12s`, `4m`, `3h`, `2d`. A clock slightly ahead counts as 0. */
export function formatAge(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return absent
  const seconds = Math.max(0, ms) / 1_000
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`
  if (seconds < 99.5) return `${Math.round(seconds)}s`
  if (seconds < 5_970) return `${Math.round(seconds / 60)}m`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)}h`
  return `${Math.round(seconds / 86_400)}d`
}

/** How long something lasted: `340 ms`, `4.2 s`, `3 min 05 s`, `2 h 04 min`. */
export function formatDuration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return absent
  const rest = Math.max(0, ms)
  if (rest < 1_000) return `${Math.round(rest)} ms`
  if (rest < 59_950) return `${(rest / 1_000).toFixed(1)} s`
  const seconds = Math.round(rest / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
  return `${Math.floor(seconds / 3_600)} h ${two(Math.floor((seconds % 3_600) / 60))} min`
}

/** A measured time: `0.4 ms`, `38 ms`, `1,240 ms`. */
export function formatMilliseconds(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return absent
  const text = Math.abs(ms) < 9.95 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en-US')
  return `${text.replace('-', '−')} ms`
}

/** The last midnight at `now`. */
export function lastMidnight(now: number): number {
  const { year, month, day } = timeParts(now)
  return dayStart(year, month, day)
}

/** Time left: `7:59:04`, `4:09` below an hour; 0 once it is over. */
export function formatCountdown(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return absent
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
