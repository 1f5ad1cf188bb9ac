import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { textsOf } from '../../i18n.ts'
import { themeEvent } from '../../theme.ts'
import { Button } from '../../ui/controls.tsx'
import { createHistoryChart, type HistoryChart, type HistoryChartOptions, type HistoryPicture } from './historyChart.ts'

const t = textsOf('history')

/** Buckets that a key moves the mark by. */
const keySteps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30 }
const keyZooms: Readonly<Record<string, number>> = { '+': 1.25, '-': 0.8 }

export interface HistoryPlotProps extends Pick<HistoryChartOptions, 'stepMs' | 'lines' | 'formats' | 'zeroPanes'> {
  /** What is drawn, for those who do not see it. */
  readonly label: string
  readonly testId: string
  readonly picture: HistoryPicture
  /** Of the marked bucket, or, where none is marked (null), of the newest. */
  legend(marked: number | null): ReactNode
  /** The same in one sentence. */
  spoken(marked: number | null): string
  onNearOldest?(): void
}

/** A picture of values over time. Mount it anew for other lines or another length of buckets. */
export function HistoryPlot(props: HistoryPlotProps) {
  const { stepMs, lines, formats, zeroPanes, label, testId, picture, legend, spoken, onNearOldest } = props
  const canvas = useRef<HTMLDivElement>(null)
  const chart = useRef<HistoryChart | null>(null)
  const nearOldest = useRef(onNearOldest)
  nearOldest.current = onNearOldest
  const [marked, setMarked] = useState<number | null>(null)
  const [showsLatest, setShowsLatest] = useState(true)

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const created = createHistoryChart(element, {
      ...{ stepMs, lines, formats, zeroPanes },
      onNearOldest: () => nearOldest.current?.(),
      onMove: () => {
        setMarked(created.markedTime())
        setShowsLatest(created.showsLatest())
      },
    })
    chart.current = created
    window.addEventListener(themeEvent, created.applyTheme)
    return () => {
      window.removeEventListener(themeEvent, created.applyTheme)
      chart.current = null
      created.destroy()
    }
  }, [stepMs, lines, formats, zeroPanes])
  useEffect(() => chart.current?.draw(picture), [picture])

  const count = picture.times.length
  const index = useMemo(() => (marked === null ? count - 1 : picture.times.indexOf(marked)), [picture, marked, count])
  const onKeyDown = (event: KeyboardEvent) => {
    if (!chart.current || event.ctrlKey || event.metaKey || event.altKey) return
    const steps = keySteps[event.key]
    const zoom = keyZooms[event.key]
    if (steps !== undefined) chart.current.step(steps)
    else if (zoom !== undefined) chart.current.zoom(zoom)
    else if (event.key === 'End' || event.key === 'Escape') chart.current.toLatest()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="relative h-full min-h-0">
      <div
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, count - 1)}
        aria-valuenow={Math.max(0, index)}
        aria-valuetext={spoken(marked)}
        data-testid={testId}
        className="absolute inset-0"
        onKeyDown={onKeyDown}
      >
        <div ref={canvas} className="h-full" />
      </div>
      <div
        className="pointer-events-none absolute top-2 left-3 z-10 flex max-w-[calc(100%-7rem)] flex-col gap-0.5 text-xs tabular-nums"
        data-testid={`${testId}-legend`}
      >
        {legend(marked)}
      </div>
      {!showsLatest && (
        <Button
          className="absolute right-24 bottom-10 z-10 shadow-lg"
          title={t('toNow')}
          onClick={() => chart.current?.toLatest()}
        >
          {t('latest')} <span aria-hidden="true">→</span>
        </Button>
      )}
    </div>
  )
}
