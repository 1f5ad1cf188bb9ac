import { absent, formatQuantity } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'

const t = textsOf('health')

interface DelayLineProps {
  /** Ascending by hour, ms; NaN where nothing was measured. */
  readonly delays: readonly number[]
  readonly name: string
}

const width = 100
const height = 20
/** The line's scale is logarithmic, from here to the largest. */
const leastMs = 1

/** Small enough for a cell of a table; an hour without a measurement is a hole in the line. */
export function DelayLine({ delays, name }: DelayLineProps) {
  const known = delays.filter((delay) => Number.isFinite(delay))
  if (known.length === 0) return <span className="text-muted">{absent}</span>
  const most = Math.log2(Math.max(2 * leastMs, ...known) / leastMs)
  const step = width / Math.max(1, delays.length - 1)
  const yOf = (delay: number) => height - 2 - (Math.log2(Math.max(leastMs, delay) / leastMs) / most) * (height - 4)
  const path = delays
    .map((delay, i) => {
      if (!Number.isFinite(delay)) return ''
      const isFirst = i === 0 || !Number.isFinite(delays[i - 1] ?? Number.NaN)
      // A lone hour is a dot.
      const start = isFirst ? `M${(i * step).toFixed(1)} ${yOf(delay).toFixed(1)}h0.1` : ''
      return `${start}L${(i * step).toFixed(1)} ${yOf(delay).toFixed(1)}`
    })
    .join('')
  const least = formatQuantity(Number(Math.min(...known).toPrecision(3)))
  const largest = formatQuantity(Number(Math.max(...known).toPrecision(3)))
  return (
    <svg
      role="img"
      aria-label={t('league.delay', { exchange: name, least, largest })}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className="my-1 h-5 w-full text-accent"
    >
      <title>{t('league.delayRange', { least, largest })}</title>
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth={known.length === 1 ? 4 : 1.5}
        vectorEffect="non-scaling-stroke"
        strokeLinecap="round"
      />
    </svg>
  )
}
