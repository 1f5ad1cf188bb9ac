import { type MouseEvent, memo, useMemo } from 'react'
import type { ContinuityDay } from '../../../../shared/data.ts'
import { gapCauses } from '../../../format/data-words.ts'
import { formatCount } from '../../../format/number.ts'
import { dayMiddle, formatWeekday } from '../../../format/time.ts'
import { textsOf } from '../../../i18n.ts'
import { heldShare, type Series, shareText, type Wholeness, wholenessOf } from './day.ts'
import { stripHeight, stripPaths } from './strip.ts'

const t = textsOf('data')

/** One line: how whole, and why not. */
export function dayWords(at: number, day: ContinuityDay | undefined, unit: string): string {
  const weekday = formatWeekday(dayMiddle(at))
  if (day === undefined || day.expected === 0) return t('health.day.none', { day: weekday })
  if (day.missing === 0) return t('health.day.whole', { day: weekday, held: formatCount(day.held), unit })
  const causes = day.causes.map(({ cause, missing }) => `${gapCauses[cause].text} ${formatCount(missing)}`).join(', ')
  return t('health.day.missing', {
    day: weekday,
    share: shareText(heldShare(day)),
    missing: formatCount(day.missing),
    expected: formatCount(day.expected),
    unit,
    causes,
  })
}

interface DayStripProps {
  readonly series: Series
  readonly days: readonly number[]
  readonly unit: string
}

/** A calendar strip: a column for each day, oldest first. What each says stands on hover, and in the list below the table. */
export const DayStrip = memo(function DayStrip({ series, days, unit }: DayStripProps) {
  const byDay = useMemo(() => new Map(series.days.map((day) => [day.at, day])), [series])
  const wholes = useMemo(() => days.map((at) => wholenessOf(byDay.get(at))), [days, byDay])
  const holed = series.days.filter(({ missing }) => missing > 0).length
  // One title that follows the pointer, not one for each of hundreds of days.
  const tell = ({ currentTarget, clientX }: MouseEvent<HTMLElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect()
    const at = days[Math.floor(((clientX - left) / width) * days.length)]
    currentTarget.title = at === undefined ? '' : dayWords(at, byDay.get(at), unit)
  }
  return (
    <div
      role="img"
      aria-label={
        holed === 0
          ? t('health.strip.whole', { count: days.length })
          : t('health.strip.holed', { count: days.length, holed })
      }
      className="h-5 w-full"
      onMouseMove={tell}
    >
      <Strip days={wholes} />
    </div>
  )
})

function Strip({ days }: { readonly days: readonly Wholeness[] }) {
  const { idle, held, warning, frame, floor } = useMemo(() => stripPaths(days), [days])
  return (
    <svg
      aria-hidden="true"
      className="block size-full overflow-visible"
      viewBox={`0 0 ${Math.max(1, days.length)} ${stripHeight}`}
      preserveAspectRatio="none"
      shapeRendering="crispEdges"
    >
      <path d={idle} className="fill-faint/40" />
      <path d={held} className="fill-up/40" />
      <path d={warning} className="fill-warn" />
      <path d={frame} className="fill-transparent stroke-down" vectorEffect="non-scaling-stroke" />
      <path d={floor} className="fill-down" />
    </svg>
  )
}

const legend: readonly (readonly [Wholeness, string])[] = [
  ['whole', t('health.legend.whole')],
  ['slight', t('health.legend.slight')],
  ['part', t('health.legend.part')],
  ['most', t('health.legend.most')],
  ['none', t('health.legend.none')],
]

export const StripLegend = () => (
  <ul className="flex flex-wrap items-center gap-x-4 gap-y-1 text-2xs text-muted" aria-label={t('health.legend.label')}>
    {legend.map(([wholeness, words]) => (
      <li key={wholeness} className="flex items-center gap-1.5">
        <span className="h-3.5 w-2.5">
          <Strip days={[wholeness]} />
        </span>
        {words}
      </li>
    ))}
  </ul>
)
