/**
 * Stream payloads as JSON text, field for field and in the exchange's order: spot by web-socket-streams.md, futures by the frames
 * recorded in 2021 (fixture binance/ws_perpetual) with the fields added since: `ps` and `st` on book tickers, `nq` and `st` on
 * aggregate trades; klines carry neither, depth carries `ps` and `st`. Written out by hand, since these are the simulator's hot frames.
 */
import { periodMs } from '../../../../shared/domain/index.ts'
import { hashWide } from '../../hash.ts'
import type { SimDepth, SimEvent, SimInstrument, SimKline, SimLevels, SimQuote, SimTrade } from '../../venue.ts'
import { nativeName, priceText, quantityText, takerBuyQuoteVolume, valueText } from './listing.ts'

/** How the stream asked for wants its trades. */
export type TradeForm = 'trade' | 'aggTrade'

export function payload(event: SimEvent, form: TradeForm): string {
  switch (event.channel) {
    case 'book_ticker':
      return bookTicker(event.quote)
    case 'trade':
      return form === 'trade' ? singleTrade(event.trade) : aggregateTrade(event.trade)
    case 'kline':
      return kline(event.kline)
    case 'order_book':
      return depthUpdate(event.depth)
  }
}

function bookTicker({ instrument, bidPrice, bidQuantity, askPrice, askQuantity, at, updateId }: SimQuote): string {
  const name = nativeName(instrument)
  const sides = `"b":"${priceText(instrument, bidPrice)}","B":"${quantityText(instrument, bidQuantity)}","a":"${priceText(instrument, askPrice)}","A":"${quantityText(instrument, askQuantity)}"`
  return instrument.kind === 'spot'
    ? `{"u":${updateId},"s":"${name}",${sides}}`
    : `{"e":"bookTicker","u":${updateId},"s":"${name}","ps":"${name}",${sides},"T":${at},"E":${at},"st":1}`
}

/** The most ids that futures leave out before the first of a frame: they count for all markets together. A frame has more of them. */
const skippedIds = 50_000

/** `U` follows the last `u` on spot; on futures `pu` names it, and `U` comes some ids later. */
function depthUpdate({ instrument, previousId, updateId, bids, asks, at }: SimDepth): string {
  const name = nativeName(instrument)
  const sides = `"b":${levelsText(instrument, bids)},"a":${levelsText(instrument, asks)}`
  const first = previousId + 1
  return instrument.kind === 'spot'
    ? `{"e":"depthUpdate","E":${at},"s":"${name}","U":${first},"u":${updateId},${sides}}`
    : `{"e":"depthUpdate","E":${at},"T":${at},"s":"${name}","ps":"${name}","U":${first + (hashWide(0, first) % skippedIds)},"u":${updateId},"pu":${previousId},${sides},"st":1}`
}

function levelsText(instrument: SimInstrument, { length, price, quantity }: SimLevels): string {
  let text = '['
  for (let index = 0; index < length; index++) {
    if (index > 0) text += ','
    text += `["${priceText(instrument, price[index] ?? 0)}","${quantityText(instrument, quantity[index] ?? 0)}"]`
  }
  return `${text}]`
}

/** `m`: the buyer is the maker, so the taker sold. */
const isBuyerMaker = (trade: SimTrade): boolean => trade.side === 'SELL'

function singleTrade(trade: SimTrade): string {
  const { instrument, tradeId, price, quantity, at } = trade
  return `{"e":"trade","E":${at},"s":"${nativeName(instrument)}","t":${tradeId},"p":"${priceText(instrument, price)}","q":"${quantityText(instrument, quantity)}","T":${at},"m":${isBuyerMaker(trade)},"M":true}`
}

/** Every simulated trade is an order of its own, so an aggregate holds one. */
function aggregateTrade(trade: SimTrade): string {
  const { instrument, tradeId, price, quantity, at } = trade
  const quantityOnce = quantityText(instrument, quantity)
  const start = `{"e":"aggTrade","E":${at},`
  const ids = `"f":${tradeId},"l":${tradeId},"T":${at},"m":${isBuyerMaker(trade)}`
  return instrument.kind === 'spot'
    ? `${start}"s":"${nativeName(instrument)}","a":${tradeId},"p":"${priceText(instrument, price)}","q":"${quantityOnce}",${ids},"M":true}`
    : `${start}"a":${tradeId},"s":"${nativeName(instrument)}","p":"${priceText(instrument, price)}","q":"${quantityOnce}","nq":"${quantityOnce}",${ids},"st":1}`
}

/** `T` is the last millisecond of the candle. `f` and `L` are -1 where nothing was traded. */
function kline(candle: SimKline): string {
  const { instrument, period, openTime } = candle
  const name = nativeName(instrument)
  const price = (value: number): string => priceText(instrument, value)
  const prices = `"o":"${price(candle.open)}","c":"${price(candle.close)}","h":"${price(candle.high)}","l":"${price(candle.low)}"`
  const volumes = `"q":"${valueText(instrument, candle.quoteVolume)}","V":"${quantityText(instrument, candle.takerBuyVolume)}","Q":"${valueText(instrument, takerBuyQuoteVolume(candle))}"`
  return `{"e":"kline","E":${candle.at},"s":"${name}","k":{"t":${openTime},"T":${openTime + periodMs[period] - 1},"s":"${name}","i":"${period}","f":${candle.firstTradeId},"L":${candle.lastTradeId},${prices},"v":"${quantityText(instrument, candle.volume)}","n":${candle.trades},"x":${candle.isClosed},${volumes},"B":"0"}}`
}
