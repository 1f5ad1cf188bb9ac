/** What REST and sockets tell alike: rows of trades, candles, books and perpetuals, as arrays. */
import type { SimAccount } from '../../account/contract.ts'
import type { SimDepth, SimInstrument, SimKline, SimLevels, SimMarket, SimQuote, SimTrade } from '../../venue.ts'
import { symbolOf } from './names.ts'

/** A row of a book: `[PRICE, COUNT, AMOUNT]`, asks with a negative amount, a deleted level with COUNT 0. */
export type BookRow = readonly [price: number, count: number, amount: number]

/** `direction` 1: bids; -1: asks. */
const bookRow = (price: number, quantity: number, direction: 1 | -1): BookRow =>
  quantity === 0 ? [price, 0, direction] : [price, 1, direction * quantity]

function sideRows({ length, price, quantity }: SimLevels, direction: 1 | -1, most: number): readonly BookRow[] {
  return Array.from({ length: Math.min(length, most) }, (_, at) =>
    bookRow(price[at] ?? 0, quantity[at] ?? 0, direction),
  )
}

/** Bids, then asks. */
export const bookRows = ({ bids, asks }: SimDepth, most = Number.POSITIVE_INFINITY): readonly BookRow[] => [
  ...sideRows(bids, 1, most),
  ...sideRows(asks, -1, most),
]

/** The book of one level. */
export const quoteRows = ({ bidPrice, bidQuantity, askPrice, askQuantity }: SimQuote): readonly BookRow[] => [
  bookRow(bidPrice, bidQuantity, 1),
  bookRow(askPrice, askQuantity, -1),
]

export const tradeRow = ({ tradeId, at, side, quantity, price }: SimTrade) => [
  tradeId,
  at,
  side === 'BUY' ? quantity : -quantity,
  price,
]

/** Close before high and low. */
export const candleRow = ({ openTime, open, close, high, low, volume }: SimKline) => [
  openTime,
  open,
  close,
  high,
  low,
  volume,
]

const funded = (rate: string): number => Number(rate)
const fundedSteps = 480

/** As the stream tells it; REST has the symbol before it. */
export function statusRow(market: SimMarket, account: SimAccount, instrument: SimInstrument): readonly unknown[] {
  const { rate, markPrice, nextAt } = account.fundingRate(instrument)
  const { bidPrice, askPrice } = market.quote(instrument)
  const middle = (bidPrice + askPrice) / 2
  return [
    ...[market.now(), null, middle, middle, null, 62_210_384.95, null],
    ...[nextAt, funded(rate) / 2, fundedSteps, null, funded(rate), null, null],
    ...[Number(markPrice), null, null, 8_851.89, null, null, null, 0.0005, 0.0025],
  ]
}

const dayMs = 86_400_000

/** `[BID, BID_SIZE, ASK, ASK_SIZE, DAILY_CHANGE, DAILY_CHANGE_RELATIVE, LAST_PRICE, VOLUME, HIGH, LOW]` */
export function tickerRow(market: SimMarket, instrument: SimInstrument): readonly unknown[] {
  const now = market.now()
  const hourly = market.klines(instrument, '1h', now - dayMs, now)
  const { bidPrice, bidQuantity, askPrice, askQuantity } = market.quote(instrument)
  const last = hourly.at(-1)?.close ?? bidPrice
  const change = last - (hourly[0]?.open ?? last)
  const volume = hourly.reduce((sum, candle) => sum + candle.volume, 0)
  const [high, low] = [Math.max(...hourly.map((one) => one.high)), Math.min(...hourly.map((one) => one.low))]
  // Sizes are sums over 25 levels.
  const sizes = [bidQuantity * 25, askQuantity * 25]
  return [bidPrice, sizes[0], askPrice, sizes[1], change, change / (last - change), last, volume, high, low]
}

/** `["BTCUST",[null,null,null,"0.00004","2000.0",…]]`, of futures with the margins. */
export function pairInfo(instrument: SimInstrument): readonly unknown[] {
  const sizes = [instrument.lotSize.toFixed(instrument.quantityDecimals), '2000.0']
  const none = Array.from({ length: 3 }, () => null)
  const more = instrument.kind === 'perpetual' ? [...none, 0.01, 0.005] : Array.from({ length: 7 }, () => null)
  return [symbolOf(instrument).slice(1), [...none, ...sizes, ...more]]
}
