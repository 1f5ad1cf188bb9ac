import { useEffect, useRef, useState } from 'react'
import type { ConsolidatedBook } from '../../../shared/consolidated.ts'
import { themeEvent } from '../../theme.ts'
import { Panel } from '../../ui/Panel.tsx'
import type { Painter } from '../../ui/painter.ts'
import { createDepthChart } from './depthChart.ts'

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
    const chart = createDepthChart(element, read, setReadout)
    window.addEventListener(themeEvent, chart.applyTheme)
    const end = painter.add(() => chart.paint())
    return () => {
      end()
      window.removeEventListener(themeEvent, chart.applyTheme)
      chart.destroy()
    }
  }, [painter, read])
  return (
    <Panel
      title="Cumulative depth"
      end={
        <span className="text-2xs text-muted">
          {readout === null ? `${base} within 1 % of the reference price` : `${readout} ${base}`}
        </span>
      }
      className="shrink-0"
    >
      <canvas
        ref={canvas}
        role="img"
        aria-label="Cumulative depth of bids and asks; the table of liquidity holds the same in figures"
        className="block h-44 w-full"
        data-testid="depth-chart"
      />
    </Panel>
  )
}
