/** Where one looks: time to the right, price upwards. Pure. */

/** Zooms end at these. */
const leastSpanMs = 120_000
const mostSpanMs = 25 * 3_600_000
const leastPriceShare = 0.0005
const mostPriceShare = 0.2

export interface HeatView {
  /** Epoch ms at the right edge; null: it goes along with now. */
  readonly end: number | null
  readonly spanMs: number
  /** Price at mid-height; null: it goes along with the market. */
  readonly price: number | null
  /** From the lower edge to the upper one, as a share of the price. */
  readonly priceShare: number
}

export const firstView: HeatView = { end: null, spanMs: 1_800_000, price: null, priceShare: 0.015 }

/** Of the width of what is seen; to the right is later. At the right end it goes along with now again. */
export function panTime(view: HeatView, share: number, now: number): HeatView {
  const end = (view.end ?? now) + share * view.spanMs
  return { ...view, end: end >= now ? null : end }
}

/** `factor` above 1 shows more time; the moment at `share` (0 left, 1 right) stays where it is. */
export function zoomTime(view: HeatView, factor: number, share: number, now: number): HeatView {
  const spanMs = Math.min(mostSpanMs, Math.max(leastSpanMs, view.spanMs * factor))
  const end = view.end ?? now
  const kept = end - view.spanMs * (1 - share)
  const next = kept + spanMs * (1 - share)
  // At the right edge it goes along with now, whichever way it is zoomed.
  return { ...view, spanMs, end: view.end === null && share === 1 ? null : next >= now ? null : next }
}

/** Of the height; up is higher. `market`: where it goes along now. */
export const panPrice = (view: HeatView, share: number, market: number): HeatView => {
  const price = view.price ?? market
  return { ...view, price: price + share * view.priceShare * price }
}

export const zoomPrice = (view: HeatView, factor: number): HeatView => ({
  ...view,
  priceShare: Math.min(mostPriceShare, Math.max(leastPriceShare, view.priceShare * factor)),
})
