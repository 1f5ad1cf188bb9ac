/** What the pointer is on, in words. Pure. */
import type { Instrument } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'
import { decimalsOf, formatPrice } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import type { HeatPoint } from './heatmap.ts'

const t = textsOf('consolidated')

/** Sizes are kept to within 2.2 %: more digits than these say nothing. */
const sizeDigits = 3

export function readoutText(point: HeatPoint, shown: readonly Instrument[], { base, tickSize }: Instrument): string {
  const { at, live, setAside, bestBid, bestAsk, bucket } = point
  const [only] = shown
  const exchange = shown.length === 1 && only ? exchangeTitle(only.exchange) : null
  const time = formatDateTime(at)
  if (live === null) return t('readout.reading', { time })
  if (live === 0)
    return exchange === null ? t('readout.nowhereLive', { time }) : t('readout.notLive', { time, exchange })
  const decimals = decimalsOf(tickSize)
  const parts = [
    time,
    bucket === null ? t('readout.unknown') : sizeText(bucket, live, base),
    exchange ?? t('readout.live', { count: shown.length, live }),
    ...(setAside === 0 ? [] : [t('readout.setAside', { count: setAside })]),
    t('readout.best', { bid: formatPrice(bestBid, decimals), ask: formatPrice(bestAsk, decimals) }),
  ]
  return parts.join(' · ')
}

function sizeText({ low, high, size, known }: NonNullable<HeatPoint['bucket']>, live: number, base: string): string {
  const decimals = decimalsOf(Number((high - low).toPrecision(6)))
  const price = (value: number) => formatPrice(Number(value.toPrecision(12)), decimals)
  const digits = size.toLocaleString('en-US', { maximumSignificantDigits: sizeDigits })
  const sign = known < live ? '≥ ' : size === 0 ? '' : '≈ '
  return `${price(low)} – ${price(high)}: ${sign}${digits} ${base}`
}
