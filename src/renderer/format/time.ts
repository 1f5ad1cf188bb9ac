import { absent } from './number.ts'

const two = (value: number) => String(value).padStart(2, '0')

/** Wall clock of this machine's zone: `14:05:09`. */
export function formatClock(at: number | null): string {
  if (at === null || !Number.isFinite(at)) return absent
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** `2026-11-21 14:05:09` in this machine's zone. */
export function formatDateTime(at: number | null): string {
  if (at === null || !Number.isFinite(at)) return absent
  const date = new Date(at)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatClock(at)}`
}

/** `14:05:09` today, `11-20 14:05:09` on another day of this machine's zone. */
export function formatWhen(at: number, now: number): string {
  const text = formatDateTime(at)
  return text.slice(0, 10) === formatDateTime(now).slice(0, 10) ? text.slice(11) : text.slice(5)
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

/** The last midnight of this machine's zone at `now`. */
export const lastMidnight = (now: number): number => new Date(now).setHours(0, 0, 0, 0)

/** Time left: `7:59:04`, `4:09` below an hour; 0 once it is over. */
export function formatCountdown(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return absent
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
