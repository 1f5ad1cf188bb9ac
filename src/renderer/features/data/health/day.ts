/** How whole one day of a series is, in a word and a level. Pure. */
import type { ContinuityDay, ContinuityReport } from '../../../../shared/data.ts'

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

const dayMs = 86_400_000

/** Every day of [from, to) as a report divides them, `offsetMinutes` east of UTC all through: its start, epoch ms. */
export function daysBetween(from: number, to: number, offsetMinutes: number): readonly number[] {
  const offsetMs = offsetMinutes * 60_000
  const days: number[] = []
  for (let at = Math.floor((from + offsetMs) / dayMs) * dayMs - offsetMs; at < to; at += dayMs) days.push(at)
  return days
}
