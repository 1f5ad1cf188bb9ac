/** The picture: the sum so far as a line, each day's net as a bar up or down from zero. Knows the chart library and no store. */
import {
  ColorType,
  CrosshairMode,
  HistogramSeries,
  LineSeries,
  LineStyle,
  type MouseEventParams,
  type Time,
} from 'lightweight-charts'
import { tokenColor } from '../../theme.ts'
import { formatAxisVolume } from '../chart/axisNumbers.ts'
import { chartTime, withAlpha } from '../chart/seriesData.ts'
import { candleTimeText, createClockChart } from '../chart/timeAxis.ts'
import type { ChartDay } from './sums.ts'

export interface PnlChart {
  setDays(days: readonly ChartDay[]): void
  applyTheme(): void
  destroy(): void
}

/** A day of the axis: noon or any other hour of it would do, the axis counts in UTC. */
const timeOf = (day: string) => Date.parse(`${day}T00:00:00Z`)
// Drawn, not reckoned with: a picture needs no more digits than a float has.
const numberOf = (text: string) => Number(text)

/** @param onMark the day under the pointer, as its place among the days; null: none */
export function createPnlChart(element: HTMLElement, onMark: (index: number | null) => void): PnlChart {
  const chart = createClockChart(element, 'UTC', {
    autoSize: true,
    // The logo brings a style element, which the content security policy refuses; the screen has the same link of its own.
    layout: { attributionLogo: false, fontSize: 11, panes: { enableResize: false } },
    localization: { timeFormatter: (time: Time) => candleTimeText(Number(time) * 1_000, 'UTC') },
    crosshair: { mode: CrosshairMode.Magnet },
    // All days are always in the picture: there is nothing to scroll to.
    handleScroll: false,
    handleScale: false,
    rightPriceScale: { borderVisible: true, minimumWidth: 64, scaleMargins: { top: 0.24, bottom: 0.08 } },
    timeScale: {
      borderVisible: true,
      fixLeftEdge: true,
      fixRightEdge: true,
      lockVisibleTimeRangeOnResize: true,
      minBarSpacing: 0.3,
    },
  })
  const priceFormat = { type: 'custom', minMove: 1e-8, formatter: formatAxisVolume } as const
  const line = chart.addSeries(LineSeries, {
    lineWidth: 2,
    lastValueVisible: false,
    priceLineVisible: false,
    crosshairMarkerRadius: 3,
    priceFormat,
  })
  const zero = line.createPriceLine({ price: 0, lineStyle: LineStyle.Dashed, lineWidth: 1, axisLabelVisible: false })
  const bars = chart.addSeries(
    HistogramSeries,
    { base: 0, lastValueVisible: false, priceLineVisible: false, priceFormat },
    1,
  )
  bars.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.08 } })
  chart.panes()[0]?.setStretchFactor(3)
  chart.panes()[1]?.setStretchFactor(2)
  let drawn: readonly ChartDay[] = []

  function draw(): void {
    const up = withAlpha(tokenColor('up'), 0.85)
    const down = withAlpha(tokenColor('down'), 0.85)
    line.setData(drawn.map(({ day, cumulative }) => ({ time: chartTime(timeOf(day)), value: numberOf(cumulative) })))
    bars.setData(
      drawn.map(({ day, net }) => {
        const time = chartTime(timeOf(day))
        if (net === null) return { time }
        const value = numberOf(net)
        return { time, value, color: value < 0 ? down : up }
      }),
    )
    chart.timeScale().fitContent()
  }
  function applyTheme(): void {
    const color = tokenColor
    chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: color('panel') },
        textColor: color('muted'),
        fontFamily: getComputedStyle(document.body).fontFamily,
        panes: { separatorColor: color('line'), separatorHoverColor: color('line') },
      },
      grid: {
        vertLines: { color: withAlpha(color('line'), 0.6) },
        horzLines: { color: withAlpha(color('line'), 0.6) },
      },
      crosshair: {
        vertLine: { color: color('faint'), labelBackgroundColor: color('muted') },
        horzLine: { color: color('faint'), labelBackgroundColor: color('muted') },
      },
      rightPriceScale: { borderColor: color('line') },
      timeScale: { borderColor: color('line') },
    })
    line.applyOptions({ color: color('accent') })
    zero.applyOptions({ color: color('faint') })
    draw()
  }
  const onCrosshair = ({ time }: MouseEventParams<Time>) => {
    const at = time === undefined ? null : Number(time) * 1_000
    const index = at === null ? -1 : drawn.findIndex(({ day }) => timeOf(day) === at)
    onMark(index < 0 ? null : index)
  }
  chart.subscribeCrosshairMove(onCrosshair)
  applyTheme()
  return {
    setDays(days) {
      drawn = days
      draw()
    },
    applyTheme,
    destroy() {
      chart.unsubscribeCrosshairMove(onCrosshair)
      chart.remove()
    },
  }
}
