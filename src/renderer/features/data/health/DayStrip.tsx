import { memo } from 'react'
import type { ContinuityDay } from '../../../../shared/data.ts'
import { gapCauses } from '../../../format/data-words.ts'
import { formatCount } from '../../../format/number.ts'
import { heldShare, type Series, shareText, type Wholeness, wholenessOf } from './day.ts'

/** Form tells what colour tells: full, notched, half, hollow, a dot. */
const looks: Readonly<Record<Wholeness, { readonly box: string; readonly fill: string }>> = {
  none: { box: 'items-center', fill: 'h-0.5 bg-line' },
  whole: { box: 'items-end', fill: 'h-full bg-up/40' },
  slight: { box: 'items-end', fill: 'h-[82%] bg-up/40 border-t-2 border-warn' },
  part: { box: 'items-end border-b border-warn', fill: 'h-1/2 bg-warn' },
  most: { box: 'items-end border border-down', fill: 'h-[18%] bg-down' },
}

export const dayName = (at: number): string =>
  new Date(at).toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' })

/** One line: how whole, and why not. */
export function dayWords(at: number, day: ContinuityDay | undefined, unit: string): string {
  if (day === undefined || day.expected === 0) return `${dayName(at)}: nothing was expected`
  if (day.missing === 0) return `${dayName(at)}: whole, ${formatCount(day.held)} ${unit}`
  const causes = day.causes.map(({ cause, missing }) => `${gapCauses[cause].text} ${formatCount(missing)}`).join(', ')
  return `${dayName(at)}: ${shareText(heldShare(day))}, ${formatCount(day.missing)} of ${formatCount(day.expected)} ${unit} missing (${causes})`
}

interface DayStripProps {
  readonly series: Series
  readonly days: readonly number[]
  readonly unit: string
}

/** A calendar strip: a column for each day, oldest first. What each says stands on hover, and in the list below the table. */
export const DayStrip = memo(function DayStrip({ series, days, unit }: DayStripProps) {
  const byDay = new Map(series.days.map((day) => [day.at, day]))
  const holed = series.days.filter(({ missing }) => missing > 0).length
  return (
    <div
      role="img"
      aria-label={`${days.length} days, ${holed === 0 ? 'none of them with holes' : `${holed} with holes`}`}
      className="flex h-5 w-full items-stretch gap-px"
    >
      {days.map((at) => {
        const day = byDay.get(at)
        const look = looks[wholenessOf(day)]
        return (
          <span key={at} title={dayWords(at, day, unit)} className={`flex min-w-0 flex-1 ${look.box}`}>
            <span className={`w-full ${look.fill}`} />
          </span>
        )
      })}
    </div>
  )
})

const legend: readonly (readonly [Wholeness, string])[] = [
  ['whole', 'whole'],
  ['slight', 'less than 1 % missing'],
  ['part', 'less than half missing'],
  ['most', 'more missing'],
  ['none', 'nothing expected'],
]

export const StripLegend = () => (
  <ul className="flex flex-wrap items-center gap-x-4 gap-y-1 text-2xs text-muted" aria-label="What the strips mean">
    {legend.map(([wholeness, words]) => (
      <li key={wholeness} className="flex items-center gap-1.5">
        <span aria-hidden="true" className={`flex h-3.5 w-2 ${looks[wholeness].box}`}>
          <span className={`w-full ${looks[wholeness].fill}`} />
        </span>
        {words}
      </li>
    ))}
  </ul>
)
