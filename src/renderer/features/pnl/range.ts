/** Which days a report is asked for. Pure. */
import { zoneOffsetMinutes } from '../../format/time.ts'

export const ranges = ['7d', '30d', '90d', 'all', 'own'] as const
export type Range = (typeof ranges)[number]

const dayMs = 86_400_000
const daysOf: Readonly<Partial<Record<Range, number>>> = { '7d': 7, '30d': 30, '90d': 90 }

/** Minutes that the zone in force is east of UTC at `now`. A report knows one offset for all its days. */
export const utcOffsetMinutes = zoneOffsetMinutes

/** `2026-11-21` of a moment, in the zone `offset` minutes east of UTC. */
export const dayText = (at: number, offset: number): string => new Date(at + offset * 60_000).toISOString().slice(0, 10)

/** When a day begins in that zone, `later` days after it; null where `day` is none. */
export function dayBegin(day: string, offset: number, later = 0): number | null {
  const at = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  return Number.isNaN(at) ? null : at + later * dayMs - offset * 60_000
}

export interface OwnDays {
  /** Both belong to the range; '' leaves it open. */
  readonly fromDay: string
  readonly toDay: string
}

/** From <= t < to, epoch ms; null leaves it open. `7d` is today and the six days before it. */
export function spanOf(
  range: Range,
  { fromDay, toDay }: OwnDays,
  now: number,
): { readonly from: number | null; readonly to: number | null } {
  const offset = utcOffsetMinutes(now)
  if (range === 'own') return { from: dayBegin(fromDay, offset), to: dayBegin(toDay, offset, 1) }
  const days = daysOf[range]
  return { from: days === undefined ? null : dayBegin(dayText(now, offset), offset, 1 - days), to: null }
}
