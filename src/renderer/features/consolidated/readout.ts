/** What the pointer is on, in words. Pure. */
import type { Instrument } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'
import { decimalsOf, formatPrice } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import type { HeatPoint } from './heatmap.ts'

/** Sizes are kept to within 2.2 %: more digits than these say nothing. */
const sizeDigits = 3

export function readoutText(point: HeatPoint, shown: readonly Instrument[], { base, tickSize }: Instrument): string {
  const { at, live, setAside, bestBid, bestAsk, bucket } = point
  const [only] = shown
  const who = shown.length === 1 && only ? exchangeTitle(only.exchange) : `${live ?? 0} of ${shown.length} exchanges`
  const time = formatDateTime(at)
  if (live === null) return `${time} · being read`
  if (live === 0) return `${time} · ${shown.length === 1 ? who : 'all exchanges'}: no live book`
  const decimals = decimalsOf(tickSize)
  const best = `best ${formatPrice(bestBid, decimals)} / ${formatPrice(bestAsk, decimals)}`
  const outliers = setAside === 0 ? '' : ` · ${setAside} set aside as outlier`
  return `${time} · ${bucket === null ? 'not known here' : sizeText(bucket, live, base)} · ${who}${outliers} · ${best}`
}

function sizeText({ low, high, size, known }: NonNullable<HeatPoint['bucket']>, live: number, base: string): string {
  const decimals = decimalsOf(Number((high - low).toPrecision(6)))
  const price = (value: number) => formatPrice(Number(value.toPrecision(12)), decimals)
  const digits = size.toLocaleString('en-US', { maximumSignificantDigits: sizeDigits })
  const sign = known < live ? '≥ ' : size === 0 ? '' : '≈ '
  return `${price(low)} – ${price(high)}: ${sign}${digits} ${base}`
}
