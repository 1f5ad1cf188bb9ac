import type { Ref } from 'react'
import { Trans } from 'react-i18next'
import { exchangeTitle, formatKey } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import type { ChartLine } from './CandleChart.tsx'
import type { CandleFeed } from './candleFeed.ts'
import { LineSample } from './LineSample.tsx'

const t = textsOf('chart')

interface ChartLegendProps {
  readonly ref: Ref<HTMLDivElement>
  readonly feed: CandleFeed
  readonly lines: readonly ChartLine[]
  readonly isPercent: boolean
}

/** A letter and the number it stands for. */
const Labelled = ({
  cell,
  letter,
  title,
}: {
  readonly cell: string
  readonly letter: string
  readonly title: string
}) => (
  <span title={title}>
    <abbr title={title} className="text-faint no-underline">
      {letter}
    </abbr>{' '}
    <span data-cell={cell} className="text-strong" />
  </span>
)

const prices = [
  ['open', t('legend.openLetter'), t('legend.open')],
  ['high', t('legend.highLetter'), t('legend.high')],
  ['low', t('legend.lowLetter'), t('legend.low')],
  ['close', t('legend.closeLetter'), t('legend.close')],
] as const

/** The frame of the legend; its texts are painted, see paintLegend. */
export function ChartLegend({ ref, feed, lines, isPercent }: ChartLegendProps) {
  return (
    <div
      ref={ref}
      data-testid="chart-legend"
      className="pointer-events-none absolute top-2 left-3 z-10 flex max-w-[calc(100%-7rem)] flex-col gap-0.5 text-xs tabular-nums"
    >
      <div data-line="main" className="group flex flex-wrap items-baseline gap-x-2.5">
        <span className="text-sm font-semibold text-strong">{formatKey(feed.instrument.key)}</span>
        <span className="text-muted">{feed.period}</span>
        <span data-cell="time" className="text-muted" />
        {prices.map(([cell, letter, title]) => (
          <Labelled key={cell} cell={cell} letter={letter} title={title} />
        ))}
        <span
          data-cell="change"
          title={t('legend.change')}
          className="group-data-[sign=down]:text-down group-data-[sign=up]:text-up"
        />
        <Labelled cell="volume" letter={t('legend.volumeLetters')} title={t('legend.volume')} />
        <span
          data-cell="state"
          data-testid="chart-candle-state"
          className="rounded-sm px-1 text-muted group-data-open:bg-warnwash group-data-open:text-warn"
        />
        {isPercent && <span data-cell="percent" title={t('legend.percent')} className="font-semibold text-strong" />}
      </div>
      <span data-cell="fills" data-testid="chart-fills" className="text-text empty:hidden" />
      {lines.map(({ feed: line, look }) => (
        <div key={line.instrument.key} data-line={line.instrument.key} className="flex items-baseline gap-2.5">
          <LineSample look={look} />
          <span className="w-16 font-medium text-text">{exchangeTitle(line.instrument.exchange)}</span>
          <span data-cell="close" className="text-text" />
          <span className="text-muted">
            <Trans
              t={t}
              i18nKey="legend.difference"
              components={{ difference: <span data-cell="difference" /> }}
              values={{ exchange: exchangeTitle(feed.instrument.exchange) }}
            />
          </span>
          {isPercent && <span data-cell="percent" title={t('legend.percent')} className="font-semibold text-strong" />}
        </div>
      ))}
    </div>
  )
}
