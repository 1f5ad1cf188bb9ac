/** How whole one day of a series is, in a word and a level. Pure. */
import type { ContinuityDay, ContinuityReport } from '../../../../shared/data.ts'
import { dayStart, timeParts } from '../../../format/time.ts'

export type Series = ContinuityReport['series'][number]

/** `none`: nothing was expected that day. `slight` less than a hundredth is missing, `part` less than a half, `most` more. */
export type Wholeness = 'none' | 'whole' | 'slight' | 'part' | 'most'

const slightShare = 0.01
const halfShare = 0.5

export function wholenessOf(day: Pick<ContinuityDay, 'expected' | 'missing'> | undefined): Wholeness {
  if (day === undefined || day.expected === 0) return 'none'
  if (day.missing === 0) return 'whole'
  const share = day.missing / day.expected
  return share < slightShare ? 'slight' : share < halfShare ? 'part' : 'most'
}

/** Held of expected, 0 to 1; null where nothing was expected. */
export const heldShare = ({ expected, held }: { readonly expected: number; readonly held: number }): number | null =>
  expected === 0 ? null : held / expected

/** `99.98 %`; never `100 %` while something is missing. */
export function shareText(share: number | null): string {
  if (share === null) return '–'
  if (share === 1) return '100 %'
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`
}

/** Every day of [from, to) in the zone in force: its start, epoch ms. */
export function daysBetween(from: number, to: number): readonly number[] {
  const days: number[] = []
  const { year, month, day } = timeParts(from)
  for (let i = 0; ; i++) {
    const at = dayStart(year, month, day + i)
    if (at >= to) return days
    days.push(at)
  }
}
