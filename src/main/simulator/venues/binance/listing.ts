/** Binance's names and decimals for the simulated instruments. */
import type { MarketKind } from '../../../../shared/domain/index.ts'
import { listedBy, listedOf } from '../../listing.ts'
import type { SimInstrument, SimKline, SimMarket } from '../../venue.ts'

/** `BTCUSDT`, on spot and on futures alike. */
export const nativeName = ({ base, quote }: SimInstrument): string => `${base}${quote}`

/** The instruments of one product by their names in REST (upper-case) and in stream names (lower-case). */
export interface Listing {
  readonly kind: MarketKind
  readonly instruments: readonly SimInstrument[]
  readonly byName: ReadonlyMap<string, SimInstrument>
  readonly byStreamName: ReadonlyMap<string, SimInstrument>
}

export function listingOf(market: SimMarket, kind: MarketKind): Listing {
  const isOfKind = (one: SimInstrument) => one.exchange === 'binance' && one.kind === kind
  return {
    kind,
    instruments: listedOf(market, isOfKind),
    byName: listedBy(market, (one) => (isOfKind(one) ? [nativeName(one)] : [])),
    byStreamName: listedBy(market, (one) => (isOfKind(one) ? [nativeName(one).toLowerCase()] : [])),
  }
}

/** Spot pads every number to 8 decimals, futures to the instrument's own (fixtures binance/ws_spot, ws_perpetual). */
const spotDecimals = 8

export const priceText = (instrument: SimInstrument, price: number): string =>
  price.toFixed(instrument.kind === 'spot' ? spotDecimals : instrument.priceDecimals)

export const quantityText = (instrument: SimInstrument, quantity: number): string =>
  quantity.toFixed(instrument.kind === 'spot' ? spotDecimals : instrument.quantityDecimals)

/** Price times quantity. */
export const valueText = (instrument: SimInstrument, value: number): string =>
  value.toFixed(instrument.kind === 'spot' ? spotDecimals : instrument.priceDecimals + instrument.quantityDecimals)

/** Taker buys in quote asset; the market keeps only their base volume, so they are valued at the candle's mean price. */
export const takerBuyQuoteVolume = ({ volume, quoteVolume, takerBuyVolume }: SimKline): number =>
  volume === 0 ? 0 : (quoteVolume * takerBuyVolume) / volume
