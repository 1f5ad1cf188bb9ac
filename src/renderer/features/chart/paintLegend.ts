/** The chart's legend: static cells, painted with the candle under the pointer or else the newest one. */
import { decimalsOf, directionSign, formatPrice, formatQuantity, formatSignedPercent } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { writeAttribute, writeText } from '../../ui/painter.ts'
import type { CandleFeed } from './candleFeed.ts'
import { type Candle, candleAt, percentBase, percentOf } from './candles.ts'
import { closesIn } from './chartNotice.ts'
import { candleTimeText, clockOf, zoneText } from './timeAxis.ts'

const t = textsOf('chart')
// Painted with every frame, so what changes in them is put in without asking for them again.
const slot = '{{left}}'
const closedText = t('state.closed')
const openText = t('state.open', { left: slot })

export interface LegendSubject {
  readonly feed: CandleFeed
  readonly decimals: number
  readonly lines: readonly CandleFeed[]
  readonly isPercent: boolean
  /** null: the newest candle. */
  readonly markedTime: number | null
  /** Left edge of the picture, where the percent scale has its zero. */
  readonly leftTime: number | null
  /** Now by the exchange's clock, epoch ms. */
  readonly exchangeNow: number
}

/** What the legend says of one candle, cell by cell. Change is close against open of the same candle. */
export function legendTexts(candle: Candle | null, subject: LegendSubject) {
  const { feed, decimals, exchangeNow } = subject
  const price = (value: number | undefined) => formatPrice(value ?? null, decimals)
  const change = candle ? percentOf(candle.close, candle.open) : Number.NaN
  const clock = clockOf(feed.period)
  return {
    time: candle ? `${candleTimeText(candle.openTime, clock)} ${zoneText(clock, candle.openTime)}` : '',
    open: price(candle?.open),
    high: price(candle?.high),
    low: price(candle?.low),
    close: price(candle?.close),
    change: `${directionSign(change)} ${formatSignedPercent(change, 2)}`.trim(),
    volume: `${formatQuantity(candle ? candle.volume : null)} ${feed.instrument.base}`,
    state: !candle
      ? ''
      : candle.isClosed
        ? closedText
        : openText.replace(slot, closesIn(candle.openTime, feed.period, exchangeNow)),
  }
}

/**
 * What the legend says of a compared series at the same candle: its close, how far that is from the shown one's, and with the
 * percent scale its own change since the left edge.
 */
export function lineTexts(candle: Candle | null, line: CandleFeed, subject: LegendSubject) {
  const own = candle && candleAt(line.store.getState().candles, candle.openTime)
  return {
    close: formatPrice(own?.close ?? null, decimalsOf(line.instrument.tickSize)),
    difference: formatSignedPercent(percentOf(own?.close ?? null, candle?.close ?? null)),
    percent: percentText(own, line, subject),
  }
}

/** Change since the left edge, as the percent scale shows it; empty with the price scale. */
function percentText(candle: Candle | null, feed: CandleFeed, { isPercent, leftTime }: LegendSubject): string {
  if (!isPercent) return ''
  const base = leftTime === null ? null : percentBase(feed.store.getState().candles, leftTime)
  return formatSignedPercent(percentOf(candle?.close ?? null, base), 2)
}

/** `element` holds cells marked data-cell, and per compared series a row marked data-line with cells of its own. */
export function paintLegend(element: Element, subject: LegendSubject): void {
  const { feed, lines, markedTime } = subject
  const { candles } = feed.store.getState()
  const candle = markedTime === null ? (candles.at(-1) ?? null) : candleAt(candles, markedTime)
  const write = (root: Element, texts: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(texts)) {
      const cell = root.querySelector(`[data-cell="${name}"]`)
      if (cell) writeText(cell, text)
    }
  }
  const main = element.querySelector('[data-line="main"]')
  if (main) {
    write(main, { ...legendTexts(candle, subject), percent: percentText(candle, feed, subject) })
    const direction = candle ? Math.sign(candle.close - candle.open) : 0
    writeAttribute(main, 'data-sign', direction > 0 ? 'up' : direction < 0 ? 'down' : null)
    writeAttribute(main, 'data-open', candle && !candle.isClosed ? '' : null)
  }
  for (const line of lines) {
    const row = element.querySelector(`[data-line="${line.instrument.key}"]`)
    if (row) write(row, lineTexts(candle, line, subject))
  }
}
