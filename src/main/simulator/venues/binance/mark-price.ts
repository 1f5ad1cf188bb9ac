/** Mark prices and funding rates: `<s>@markPrice[@1s]` and the body of `premiumIndex`, both from the account's funding rates. */
import type { SimAccount } from '../../account/contract.ts'
import type { Peer, SimInstrument, SimMarket } from '../../venue.ts'
import { type Listing, nativeName } from './listing.ts'

export interface MarkPrices {
  readonly market: SimMarket
  readonly listing: Listing
  readonly account: SimAccount
}

/** Padded to 8 decimals, as the exchange's are. */
const padded = (text: string): string => Number(text).toFixed(8)

function markPriceOf({ market, account }: MarkPrices, instrument: SimInstrument) {
  const { rate, markPrice, nextAt } = account.fundingRate(instrument)
  const spot = market.find('spot', instrument.base, instrument.quote)
  const quote = market.quote(spot ?? instrument)
  return {
    mark: padded(markPrice),
    index: ((quote.bidPrice + quote.askPrice) / 2).toFixed(8),
    rate: padded(rate),
    nextAt,
  }
}

/** Source: USD-M documentation, "Mark Price" */
export function premiumIndexRow(prices: MarkPrices, instrument: SimInstrument) {
  const { mark, index, rate, nextAt } = markPriceOf(prices, instrument)
  return {
    symbol: nativeName(instrument),
    markPrice: mark,
    indexPrice: index,
    estimatedSettlePrice: index,
    lastFundingRate: rate,
    interestRate: '0.00010000',
    nextFundingTime: nextAt,
    time: prices.market.now(),
  }
}

/** Source: USD-M documentation, "Mark Price Stream" */
function markPriceUpdate(prices: MarkPrices, instrument: SimInstrument): string {
  const { mark, index, rate, nextAt } = markPriceOf(prices, instrument)
  return `{"e":"markPriceUpdate","E":${prices.market.now()},"s":"${nativeName(instrument)}","p":"${mark}","ap":"${mark}","P":"${index}","i":"${index}","r":"${rate}","T":${nextAt},"st":1}`
}

/** Speaks every second for those of `subscribed` that ask for it, every third for the others. */
export function streamMarkPrices(
  peer: Peer,
  prices: MarkPrices,
  subscribed: ReadonlySet<string>,
  wrap: (stream: string, text: string) => string,
): void {
  let seconds = 0
  peer.every(1_000, () => {
    seconds += 1
    for (const stream of subscribed) {
      const [, symbol = '', , fast] = /^([^@]+)@(markPrice)(@1s)?$/.exec(stream) ?? []
      const instrument = prices.listing.byStreamName.get(symbol)
      if (instrument === undefined || (fast === undefined && seconds % 3 !== 0)) continue
      peer.send(wrap(stream, markPriceUpdate(prices, instrument)))
    }
  })
}
