import type { LineLook } from './chartView.ts'

const dashes: Readonly<Record<LineLook['stroke'], string | undefined>> = {
  solid: undefined,
  dashed: '5 3',
  dotted: '2 2',
}

/** The stroke of a compared series, as it is drawn on the chart. */
export const LineSample = ({ look }: { readonly look: LineLook }) => (
  <svg width="20" height="6" aria-hidden="true" className="shrink-0">
    <line
      x1="0"
      y1="3"
      x2="20"
      y2="3"
      stroke={`var(--${look.color})`}
      strokeWidth="2"
      strokeDasharray={dashes[look.stroke]}
    />
  </svg>
)
