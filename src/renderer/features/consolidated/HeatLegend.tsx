import { textsOf } from '../../i18n.ts'
import { useLook } from '../../ui/useLook.ts'
import { type HeatRange, heatColor, legendSizes } from './heatScale.ts'

const t = textsOf('consolidated')

interface HeatLegendProps {
  /** null: nothing is drawn yet. */
  readonly range: HeatRange | null
  readonly base: string
}

const labels = 4
const stops = 12

/** The colours from small to large, and what sizes they stand for. */
export function HeatLegend({ range, base }: HeatLegendProps) {
  // Another theme turns the scale round.
  useLook()
  if (range === null) return null
  const isLight = document.documentElement.dataset.theme === 'light'
  const gradient = Array.from({ length: stops }, (_, i) => `rgb(${heatColor(i / (stops - 1), isLight).join(' ')})`)
  const sizes = legendSizes(range, labels).map((size) =>
    Number(size.toPrecision(2)).toLocaleString('en-US', { maximumSignificantDigits: 2 }),
  )
  return (
    <figure className="flex items-center gap-2 text-2xs text-muted" data-testid="heat-legend">
      <figcaption>{t('heat.size', { base })}</figcaption>
      <div className="w-56">
        <div
          role="img"
          aria-label={t('heat.sizes', { least: sizes[0], most: sizes.at(-1), base })}
          className="h-2.5 rounded-sm"
          style={{ background: `linear-gradient(90deg, ${gradient.join(', ')})` }}
        />
        <div className="flex justify-between leading-3.5" aria-hidden="true">
          {sizes.map((size, i) => (
            <span key={size}>
              {i === 0 ? '≤ ' : i === sizes.length - 1 ? '≥ ' : ''}
              {size}
            </span>
          ))}
        </div>
      </div>
    </figure>
  )
}
