import { useEffect, useRef, useState } from 'react'
import type { ConsolidatedBook } from '../../../shared/consolidated.ts'
import { textsOf } from '../../i18n.ts'
import { themeEvent } from '../../theme.ts'
import { Panel } from '../../ui/Panel.tsx'
import type { Painter } from '../../ui/painter.ts'
import { createDepthChart } from './depthChart.ts'

const t = textsOf('consolidated')

interface DepthPanelProps {
  readonly painter: Painter
  read(): ConsolidatedBook | null
  readonly base: string
}

/** Cumulative depth within 1 % of the reference price. */
export function DepthPanel({ painter, read, base }: DepthPanelProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [readout, setReadout] = useState<string | null>(null)
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const chart = createDepthChart(element, read, base, setReadout)
    window.addEventListener(themeEvent, chart.applyTheme)
    const end = painter.add(() => chart.paint())
    return () => {
      end()
      window.removeEventListener(themeEvent, chart.applyTheme)
      chart.destroy()
    }
  }, [painter, read, base])
  return (
    <Panel
      title={t('depth.title')}
      end={<span className="text-2xs text-muted">{readout ?? t('depth.reach', { base })}</span>}
      className="shrink-0"
    >
      <canvas
        ref={canvas}
        role="img"
        aria-label={t('depth.picture')}
        className="block h-44 w-full"
        data-testid="depth-chart"
      />
    </Panel>
  )
}
