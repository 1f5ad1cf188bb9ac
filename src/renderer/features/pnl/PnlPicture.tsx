import { useEffect, useRef, useState } from 'react'
import { formatSignedMoney } from '../../format/amount.ts'
import { textsOf } from '../../i18n.ts'
import { themeEvent } from '../../theme.ts'
import { Signed } from '../../ui/marks.tsx'
import { createPnlChart, type PnlChart } from './pnlChart.ts'
import type { ChartDay } from './sums.ts'

const t = textsOf('pnl')

interface PnlPictureProps {
  /** Ascending, without holes. */
  readonly days: readonly ChartDay[]
  readonly asset: string
}

/** Each day's net as a bar, and their sum as a line. The table of days holds the same in figures. */
export function PnlPicture({ days, asset }: PnlPictureProps) {
  const canvas = useRef<HTMLDivElement>(null)
  const chart = useRef<PnlChart | null>(null)
  const [marked, setMarked] = useState<number | null>(null)
  const shownDays = useRef(days)
  shownDays.current = days
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const created = createPnlChart(element, setMarked)
    chart.current = created
    created.setDays(shownDays.current)
    window.addEventListener(themeEvent, created.applyTheme)
    return () => {
      window.removeEventListener(themeEvent, created.applyTheme)
      chart.current = null
      created.destroy()
    }
  }, [])
  useEffect(() => chart.current?.setDays(days), [days])
  const first = days[0]
  const last = days.at(-1)
  const shown = (marked === null ? null : days[marked]) ?? last
  return (
    <figure className="relative h-full min-h-0" data-testid="pnl-chart">
      <div
        ref={canvas}
        role="img"
        className="h-full"
        aria-label={
          first && last
            ? t('picture.label', {
                asset,
                count: days.length,
                first: first.day,
                last: last.day,
                sum: formatSignedMoney(last.cumulative, asset),
              })
            : t('picture.noDays')
        }
      />
      {shown && (
        <figcaption className="pointer-events-none absolute top-1 left-3 z-10 flex gap-3 text-2xs">
          <span className="text-text">{shown.day}</span>
          <span className="text-muted">
            {t('picture.net')}{' '}
            {shown.net === null ? (
              t('picture.nothing')
            ) : (
              <Signed amount={shown.net} text={formatSignedMoney(shown.net, asset)} />
            )}
          </span>
          <span className="text-muted">
            <span aria-hidden="true" className="text-accent">
              ━
            </span>{' '}
            {t('picture.sum')} <Signed amount={shown.cumulative} text={formatSignedMoney(shown.cumulative, asset)} />
          </span>
        </figcaption>
      )}
      <a
        href="https://www.tradingview.com/"
        target="_blank"
        rel="noreferrer"
        className="absolute right-20 top-1 z-10 text-2xs text-faint hover:text-text"
      >
        {t('picture.charts')}
      </a>
    </figure>
  )
}
