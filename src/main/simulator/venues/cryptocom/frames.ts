/** The market in Crypto.com's words: rows that REST replies and pushes share. Prices and sizes are text, times JSON numbers. */
import { type EpochMs, openTimeOf, type Period, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import { fundingRateDue } from '../../account/funding.ts'
import { mapLevels } from '../../depth.ts'
import { listedBy } from '../../listing.ts'
import type { SimDepth, SimInstrument, SimKline, SimMarket, SimQuote, SimTrade } from '../../venue.ts'

export type Row = Readonly<Record<string, unknown>>
/** [price, size, orders] */
type Level = readonly [string, string, string]
interface Sides {
  readonly asks: readonly Level[]
  readonly bids: readonly Level[]
}

/** Names of candles that the simulator keeps, the older ones of REST included. */
export const periodsByTimeframe: ReadonlyMap<string, Period> = new Map([
  ['1m', '1m'],
  ['5m', '5m'],
  ['15m', '15m'],
  ['1h', '1h'],
  ['1D', '1d'],
  ['M1', '1m'],
  ['M5', '5m'],
  ['M15', '15m'],
  ['H1', '1h'],
  ['D1', '1d'],
])

const dayMs = periodMs['1d']
const hourMs = periodMs['1h']
const nanoseconds = '000000'
/** Ids of matches, beyond 2^53 as the real ones are. */
const matchIdsFrom = 4_611_686_018_000_000_000n

export interface Frames {
  readonly instruments: readonly SimInstrument[]
  find(name: string): SimInstrument | undefined
  nameOf(instrument: SimInstrument): string
  price(instrument: SimInstrument, value: number): string
  /** Of the best `most` levels, or of what changed. */
  book(depth: SimDepth, most: number): Sides
  /** `at`: when it is told. Only the stream tells sizes. */
  ticker(quote: SimQuote, at: EpochMs, withSizes: boolean): Row
  /** Sides are in capitals on sockets and in small letters by REST. */
  trade(trade: SimTrade, isRest: boolean): Row
  candle(kline: SimKline): Row
  instrument(instrument: SimInstrument): Row
  fundingRate(instrument: SimInstrument): Row
  paidRate(instrument: SimInstrument, at: EpochMs): Row
  markPrice(instrument: SimInstrument): Row
}

interface DayStatistics {
  readonly until: EpochMs
  readonly open: number
  readonly high: number
  readonly low: number
  readonly volume: number
  readonly quoteVolume: number
}

export function createFrames(market: SimMarket, account: SimAccount): Frames {
  const byName = listedBy(market, (instrument) => [nameOf(instrument)])
  const statistics = new Map<SimInstrument, DayStatistics>()
  const price = ({ priceDecimals }: SimInstrument, value: number) => value.toFixed(priceDecimals)
  const size = ({ quantityDecimals }: SimInstrument, value: number) => value.toFixed(quantityDecimals)
  const midOf = (quote: SimQuote) => (quote.bidPrice + quote.askPrice) / 2

  /** How many orders stand at a level is made up; none at one that is gone. */
  const levelOf =
    (instrument: SimInstrument, updateId: number) =>
    (value: number, quantity: number, index: number): Level =>
      quantity === 0
        ? [price(instrument, value), '0', '0']
        : [price(instrument, value), size(instrument, quantity), String(1 + ((updateId + index) % 9))]

  /** Of the rolling day, kept for a minute. */
  function dayOf(instrument: SimInstrument): DayStatistics {
    const now = market.now()
    const known = statistics.get(instrument)
    if (known && now < known.until && now >= known.until - 60_000) return known
    const hours = market.klines(instrument, '1h', openTimeOf(now, '1h') - dayMs + hourMs, now)
    const mid = midOf(market.quote(instrument))
    const fresh: DayStatistics = {
      until: openTimeOf(now, '1m') + 60_000,
      open: hours[0]?.open ?? mid,
      high: hours.reduce((high, hour) => Math.max(high, hour.high), mid),
      low: hours.reduce((low, hour) => Math.min(low, hour.low), mid),
      volume: hours.reduce((sum, hour) => sum + hour.volume, 0),
      quoteVolume: hours.reduce((sum, hour) => sum + hour.quoteVolume, 0),
    }
    statistics.set(instrument, fresh)
    return fresh
  }

  return {
    instruments: market.instruments,
    find: (name) => byName.get(name),
    nameOf,
    price,

    book({ instrument, updateId, bids, asks }, most) {
      const level = levelOf(instrument, updateId)
      return { asks: mapLevels(asks, most, level), bids: mapLevels(bids, most, level) }
    },

    ticker(quote, at, withSizes) {
      const { instrument, bidPrice, bidQuantity, askPrice, askQuantity } = quote
      const day = dayOf(instrument)
      const [newest] = market.trades(instrument, 1)
      const last = newest?.price ?? midOf(quote)
      return {
        h: price(instrument, Math.max(day.high, last)),
        l: price(instrument, Math.min(day.low, last)),
        a: price(instrument, last),
        c: (last / day.open - 1).toFixed(4),
        b: price(instrument, bidPrice),
        ...(withSizes ? { bs: size(instrument, bidQuantity) } : {}),
        k: price(instrument, askPrice),
        ...(withSizes ? { ks: size(instrument, askQuantity) } : {}),
        i: nameOf(instrument),
        v: size(instrument, day.volume),
        vv: day.quoteVolume.toFixed(2),
        oi: instrument.kind === 'perpetual' ? size(instrument, day.volume / 8) : '0',
        t: at,
      }
    },

    trade: ({ instrument, tradeId, price: paid, quantity, side, at }, isRest) => ({
      d: String(tradeId),
      t: at,
      ...(isRest ? { tn: `${at}${nanoseconds}` } : {}),
      q: size(instrument, quantity),
      p: price(instrument, paid),
      s: isRest ? side.toLowerCase() : side,
      i: nameOf(instrument),
      m: String(matchIdsFrom + BigInt(tradeId)),
    }),

    candle: ({ instrument, openTime, open, high, low, close, volume }) => ({
      o: price(instrument, open),
      h: price(instrument, high),
      l: price(instrument, low),
      c: price(instrument, close),
      v: size(instrument, volume),
      t: openTime,
    }),

    instrument(instrument) {
      const { base, quote, priceDecimals, quantityDecimals } = instrument
      const isPerpetual = instrument.kind === 'perpetual'
      return {
        symbol: nameOf(instrument),
        inst_type: isPerpetual ? 'PERPETUAL_SWAP' : 'CCY_PAIR',
        display_name: isPerpetual ? `${base}${quote} Perpetual` : `${base}/${quote}`,
        base_ccy: base,
        quote_ccy: quote,
        quote_decimals: priceDecimals,
        quantity_decimals: quantityDecimals,
        price_tick_size: instrument.tickSize.toFixed(priceDecimals),
        qty_tick_size: instrument.lotSize.toFixed(quantityDecimals),
        max_leverage: '50',
        tradable: true,
        expiry_timestamp_ms: 0,
        beta_product: false,
        ...(isPerpetual ? { underlying_symbol: `${base}${quote}-INDEX`, contract_size: '1' } : {}),
        product_type: 'DIGITAL_CURRENCIES',
        margin_buy_enabled: !isPerpetual,
        margin_sell_enabled: !isPerpetual,
      }
    },

    fundingRate: (instrument) => ({ v: account.fundingRate(instrument).rate, t: market.now() }),
    paidRate: (instrument, at) => ({ v: fundingRateDue(0, instrument, at), t: at }),
    markPrice: (instrument) => ({
      v: midOf(market.quote(instrument)).toFixed(instrument.priceDecimals + 1),
      t: market.now(),
    }),
  }
}

const nameOf = ({ base, quote, kind }: SimInstrument): string =>
  kind === 'perpetual' ? `${base}${quote}-PERP` : `${base}_${quote}`
