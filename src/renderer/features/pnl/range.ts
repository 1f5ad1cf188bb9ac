/** Which days a report is asked for. Pure. */
import { dayStart, timeParts } from '../../format/time.ts'
import { dayBegin } from '../../ui/filter-form.ts'

export const ranges = ['7d', '30d', '90d', 'all', 'own'] as const
export type Range = (typeof ranges)[number]

const daysOf: Readonly<Partial<Record<Range, number>>> = { '7d': 7, '30d': 30, '90d': 90 }

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
  if (range === 'own') return { from: dayBegin(fromDay), to: dayBegin(toDay, 1) }
  const days = daysOf[range]
  const { year, month, day } = timeParts(now)
  return { from: days === undefined ? null : dayStart(year, month, day + 1 - days), to: null }
}
