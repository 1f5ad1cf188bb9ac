/** The market in Kraken's words. Frames are written by hand: numbers bear all decimals of their market, which JSON.stringify drops. */
import { type EpochMs, openTimeOf, type Period, periodMs } from '../../../../shared/domain/index.ts'
import { mapLevels } from '../../depth.ts'
import type { SimDepth, SimInstrument, SimKline, SimMarket, SimQuote, SimTrade } from '../../venue.ts'
import {
  assetId,
  longTimeText,
  pairAltname,
  pairKey,
  priceText,
  quantityText,
  symbolOf,
  timeText,
  wsname,
} from './format.ts'

/** Minutes of the intervals that the simulator keeps candles of. */
export const periodsByInterval: ReadonlyMap<number, Period> = new Map([
  [1, '1m'],
  [5, '5m'],
  [15, '15m'],
  [60, '1h'],
  [1_440, '1d'],
])
const intervalOf: ReadonlyMap<Period, number> = new Map(
  [...periodsByInterval].map(([minutes, period]) => [period, minutes]),
)

/** The day so far, kept for a minute: a ticker goes out with every quote. */
interface Day {
  readonly until: EpochMs
  readonly candle: SimKline | null
}

export type Frames = ReturnType<typeof createFrames>

export function createFrames(market: SimMarket) {
  const days = new Map<SimInstrument, Day>()

  function dayOf(instrument: SimInstrument): SimKline | null {
    const now = market.now()
    const known = days.get(instrument)
    if (known !== undefined && now < known.until && now >= known.until - periodMs['1m']) return known.candle
    const [candle = null] = market.klines(instrument, '1d', openTimeOf(now, '1d'), now)
    days.set(instrument, { until: now + periodMs['1m'], candle })
    return candle
  }

  const frame = (channel: string, isSnapshot: boolean, rows: readonly string[], more = ''): string =>
    `{"channel":"${channel}","type":"${isSnapshot ? 'snapshot' : 'update'}"${more},"data":[${rows.join(',')}]}`

  function tickerRow({ instrument, bidPrice, bidQuantity, askPrice, askQuantity, at }: SimQuote): string {
    const price = (value: number) => priceText(instrument, value)
    const quantity = (value: number) => quantityText(instrument, value)
    const day = dayOf(instrument)
    const open = day?.open ?? bidPrice
    const sides = `"bid":${price(bidPrice)},"bid_qty":${quantity(bidQuantity)},"ask":${price(askPrice)},"ask_qty":${quantity(askQuantity)}`
    const volumes = `"volume":${quantity(day?.volume ?? 0)},"vwap":${price(meanPrice(day, bidPrice))}`
    const range = `"low":${price(day?.low ?? bidPrice)},"high":${price(day?.high ?? askPrice)}`
    const change = `"change":${price(bidPrice - open)},"change_pct":${((bidPrice / open - 1) * 100).toFixed(2)}`
    return `{"symbol":"${symbolOf(instrument)}",${sides},"last":${price(bidPrice)},${volumes},${range},${change},"trades":${day?.trades ?? 0},"timestamp":"${timeText(at)}"}`
  }

  return {
    ticker: (quote: SimQuote, isSnapshot = false): string => frame('ticker', isSnapshot, [tickerRow(quote)]),

    trades: (trades: readonly SimTrade[], isSnapshot = false): string =>
      frame('trade', isSnapshot, trades.map(tradeRow)),

    /** The frame's time is when it is sent. */
    candles: (klines: readonly SimKline[], isSnapshot = false): string =>
      frame(
        'ohlc',
        isSnapshot,
        klines.map(candleRow),
        `,"timestamp":"${longTimeText(klines.at(-1)?.at ?? market.now())}"`,
      ),

    book(depth: SimDepth, checksum: number): string {
      const { instrument, isSnapshot, at } = depth
      const level = (price: number, quantity: number) =>
        `{"price":${priceText(instrument, price)},"qty":${quantityText(instrument, quantity)}}`
      const sides = (['bids', 'asks'] as const)
        .map((side) => `"${side}":[${mapLevels(depth[side], Number.POSITIVE_INFINITY, level).join(',')}]`)
        .join(',')
      const row = `{"symbol":"${symbolOf(instrument)}",${sides},"checksum":${checksum},"timestamp":"${timeText(at)}"}`
      return frame('book', isSnapshot, [row])
    },
  }
}

/** Of what was traded; Kraken rounds it to the price's decimals. */
const meanPrice = (candle: SimKline | null, otherwise: number): number =>
  candle === null || candle.volume === 0 ? otherwise : candle.quoteVolume / candle.volume

function tradeRow({ instrument, side, price, quantity, tradeId, at }: SimTrade): string {
  const amounts = `"price":${priceText(instrument, price)},"qty":${quantityText(instrument, quantity)}`
  return `{"symbol":"${symbolOf(instrument)}","side":"${side === 'BUY' ? 'buy' : 'sell'}",${amounts},"ord_type":"limit","trade_id":${tradeId},"timestamp":"${timeText(at)}"}`
}

function candleRow(kline: SimKline): string {
  const { instrument, period, open, high, low, close, trades, volume, openTime } = kline
  const price = (value: number) => priceText(instrument, value)
  const prices = `"open":${price(open)},"high":${price(high)},"low":${price(low)},"close":${price(close)}`
  const traded = `"trades":${trades},"volume":${quantityText(instrument, volume)},"vwap":${price(meanPrice(kline, close))}`
  const begins = `"interval_begin":"${longTimeText(openTime)}","interval":${intervalOf.get(period) ?? 0}`
  return `{"symbol":"${symbolOf(instrument)}",${prices},${traded},${begins},"timestamp":"${timeText(openTime + periodMs[period])}"}`
}

/** A row of /public/OHLC: mean price "0.0" where nothing was traded. */
export function historyRow(kline: SimKline): readonly (number | string)[] {
  const { instrument, openTime, open, high, low, close, volume, trades } = kline
  const [o, h, l, c] = [open, high, low, close].map((value) => priceText(instrument, value))
  const mean = volume === 0 ? '0.0' : priceText(instrument, meanPrice(kline, close))
  return [openTime / 1_000, o ?? '', h ?? '', l ?? '', c ?? '', mean, volume.toFixed(8), trades]
}

/** A row of /public/AssetPairs. */
export const pairRow = (instrument: SimInstrument) => ({
  altname: pairAltname(instrument),
  wsname: wsname(instrument),
  aclass_base: 'currency',
  base: assetId(instrument.base),
  aclass_quote: 'currency',
  quote: assetId(instrument.quote),
  lot: 'unit',
  cost_decimals: 5,
  pair_decimals: instrument.priceDecimals,
  lot_decimals: instrument.quantityDecimals,
  lot_multiplier: 1,
  leverage_buy: [],
  leverage_sell: [],
  fees: [],
  fees_maker: [],
  fee_volume_currency: 'ZUSD',
  margin_call: 80,
  margin_stop: 40,
  ordermin: quantityText(instrument, instrument.lotSize),
  costmin: String(instrument.minimumNotional),
  tick_size: priceText(instrument, instrument.tickSize),
  status: 'online',
  execution_venue: 'international',
})

/** By pair key. */
export const pairRows = (instruments: readonly SimInstrument[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(instruments.map((instrument) => [pairKey(instrument), pairRow(instrument)]))
