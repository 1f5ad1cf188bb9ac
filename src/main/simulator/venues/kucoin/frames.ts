/** The market in KuCoin's words: rows that replies and pushes share. Spot writes text, futures JSON numbers that count lots. */
import { type EpochMs, type Period, periods } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import { fundingRateDue } from '../../account/funding.ts'
import { mapLevels } from '../../depth.ts'
import { listedBy } from '../../listing.ts'
import type { SimDepth, SimInstrument, SimKline, SimMarket, SimQuote, SimTrade } from '../../venue.ts'

export type Row = Readonly<Record<string, unknown>>

const types: Readonly<Record<Period, string>> = {
  '1m': '1min',
  '5m': '5min',
  '15m': '15min',
  '1h': '1hour',
  '1d': '1day',
}
export const periodsByType: ReadonlyMap<string, Period> = new Map(periods.map((period) => [types[period], period]))

const hourMs = 3_600_000
const nsPerMs = 1_000_000n
/** Text, since nanoseconds do not fit a JSON number that JavaScript writes. */
export const nanoseconds = (at: EpochMs): string => String(BigInt(Math.floor(at)) * nsPerMs)

/** Decimal text without an exponent and without zeros at the end. */
export function plain(value: number, decimals: number): string {
  const text = value.toFixed(decimals)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** `BTC-USDT`; futures call bitcoin XBT: `XBTUSDTM`. */
export const nativeName = ({ base, quote, kind }: SimInstrument): string =>
  kind === 'perpetual' ? `${futuresBase(base)}${quote}M` : `${base}-${quote}`
const futuresBase = (base: string): string => (base === 'BTC' ? 'XBT' : base)

export const lotsOf = ({ contractSize }: SimInstrument, quantity: number): number => Math.round(quantity / contractSize)

export const priceText = ({ priceDecimals }: SimInstrument, value: number): string => plain(value, priceDecimals)
export const sizeText = ({ quantityDecimals }: SimInstrument, value: number): string => plain(value, quantityDecimals)

/** One side as levels that stand beside the book's own (a fault's), best first, and the best `most` of all. */
export function sides(depth: SimDepth, most: number, crossing: ReadonlyMap<number, number> = new Map()) {
  const { instrument, bids, asks } = depth
  const level = (price: number, quantity: number): readonly [string, string | number] => [
    priceText(instrument, price),
    instrument.kind === 'perpetual' ? lotsOf(instrument, quantity) : sizeText(instrument, quantity),
  ]
  const above = [...crossing].sort(([a], [b]) => b - a).map(([price, quantity]) => level(price, quantity))
  return { asks: mapLevels(asks, most, level), bids: [...above, ...mapLevels(bids, most, level)].slice(0, most) }
}

export interface Frames {
  readonly instruments: readonly SimInstrument[]
  find(kind: SimInstrument['kind'], name: string): SimInstrument | undefined
  symbolRow(instrument: SimInstrument): Row
  contractRow(instrument: SimInstrument): Row
  paidRate(instrument: SimInstrument, at: EpochMs): Row
  level1(quote: SimQuote): Row
  ticker(quote: SimQuote): Row
  /** JSON text: it holds nanoseconds. */
  tickerV2(quote: SimQuote): string
  match(trade: SimTrade): Row
  /** JSON text: it holds nanoseconds. */
  execution(trade: SimTrade): string
  /** [start s, open, close, high, low, two volumes], as streams have it and spot's history. */
  textCandle(kline: SimKline): readonly string[]
  /** [start ms, open, high, low, close, lots, turnover] */
  numberCandle(kline: SimKline): readonly number[]
}

export function createFrames(market: SimMarket, account: SimAccount): Frames {
  const byName = listedBy(market, (instrument) => [nativeName(instrument)])
  const lastOf = (instrument: SimInstrument) => market.trades(instrument, 1).at(-1)

  return {
    instruments: market.instruments,
    find(kind, name) {
      const instrument = byName.get(name)
      return instrument?.kind === kind ? instrument : undefined
    },

    symbolRow(instrument) {
      const { base, quote, lotSize, tickSize, priceDecimals, quantityDecimals, minimumNotional } = instrument
      const [symbol, lot] = [nativeName(instrument), plain(lotSize, quantityDecimals)]
      return {
        ...{ symbol, name: symbol, baseCurrency: base, quoteCurrency: quote, feeCurrency: quote, market: 'USDS' },
        ...{ baseMinSize: lot, quoteMinSize: '0.1', baseMaxSize: '10000000000', quoteMaxSize: '99999999' },
        ...{ baseIncrement: lot, quoteIncrement: '0.000001', priceIncrement: plain(tickSize, priceDecimals) },
        ...{ priceLimitRate: '0.1', minFunds: plain(minimumNotional, 8), isMarginEnabled: false, enableTrading: true },
        ...{ feeCategory: 1, makerFeeCoefficient: '1.00', takerFeeCoefficient: '1.00', st: false },
      }
    },

    contractRow(instrument) {
      const { base, quote, contractSize, tickSize, listedAt } = instrument
      const { rate, markPrice, nextAt, intervalHours } = account.fundingRate(instrument)
      const nextFundingRateTime = nextAt - market.now()
      return {
        ...{ symbol: nativeName(instrument), rootSymbol: quote, type: 'FFWCSX', firstOpenDate: listedAt },
        ...{ expireDate: null, settleDate: null, baseCurrency: futuresBase(base), quoteCurrency: quote },
        ...{ settleCurrency: quote, maxOrderQty: 1_000_000, maxPrice: 1_000_000, lotSize: 1, tickSize },
        ...{ indexPriceTickSize: tickSize, multiplier: contractSize, initialMargin: 0.008, maintainMargin: 0.004 },
        ...{ makerFeeRate: 0.0002, takerFeeRate: 0.0006, isInverse: false, status: 'Open' },
        ...{ fundingFeeRate: Number(rate), fundingRateGranularity: intervalHours * hourMs, openInterest: '9295921' },
        ...{ markPrice: Number(markPrice), indexPrice: Number(markPrice), lastTradePrice: lastOf(instrument)?.price },
        ...{ nextFundingRateTime, nextFundingRateDateTime: nextAt, maxLeverage: 125 },
      }
    },

    paidRate: (instrument, at) => ({
      symbol: nativeName(instrument),
      fundingRate: Number(fundingRateDue(0, instrument, at)),
      timepoint: at,
    }),

    level1: ({ instrument, bidPrice, bidQuantity, askPrice, askQuantity, at }) => ({
      asks: [priceText(instrument, askPrice), sizeText(instrument, askQuantity)],
      bids: [priceText(instrument, bidPrice), sizeText(instrument, bidQuantity)],
      timestamp: at,
    }),

    ticker({ instrument, bidPrice, bidQuantity, askPrice, askQuantity, at, updateId }) {
      const last = lastOf(instrument)
      return {
        bestAsk: priceText(instrument, askPrice),
        bestAskSize: sizeText(instrument, askQuantity),
        bestBid: priceText(instrument, bidPrice),
        bestBidSize: sizeText(instrument, bidQuantity),
        price: priceText(instrument, last?.price ?? bidPrice),
        sequence: String(updateId),
        size: sizeText(instrument, last?.quantity ?? 0),
        time: at,
      }
    },

    tickerV2({ instrument, bidPrice, bidQuantity, askPrice, askQuantity, at, updateId }) {
      const best = {
        ...{ symbol: nativeName(instrument), sequence: updateId, bestBidSize: lotsOf(instrument, bidQuantity) },
        ...{ bestBidPrice: priceText(instrument, bidPrice), bestAskPrice: priceText(instrument, askPrice) },
        bestAskSize: lotsOf(instrument, askQuantity),
      }
      return withNanoseconds(best, 'ts', at)
    },

    match: ({ instrument, tradeId, price, quantity, side, at }) => ({
      ...{ makerOrderId: orderIdOf(tradeId, 1), price: priceText(instrument, price), sequence: String(tradeId) },
      ...{ side: side === 'BUY' ? 'buy' : 'sell', size: sizeText(instrument, quantity) },
      ...{ symbol: nativeName(instrument), takerOrderId: orderIdOf(tradeId, 2), time: nanoseconds(at) },
      ...{ tradeId: String(tradeId), type: 'match' },
    }),

    execution({ instrument, tradeId, price, quantity, side, at }) {
      const trade = {
        ...{ symbol: nativeName(instrument), sequence: tradeId, side: side === 'BUY' ? 'buy' : 'sell' },
        ...{ size: lotsOf(instrument, quantity), price: priceText(instrument, price) },
        ...{ takerOrderId: orderIdOf(tradeId, 2), makerOrderId: orderIdOf(tradeId, 1), tradeId: String(tradeId) },
      }
      return withNanoseconds(trade, 'ts', at)
    },

    textCandle({ instrument, openTime, open, high, low, close, volume, quoteVolume }) {
      const prices = [open, close, high, low].map((value) => priceText(instrument, value))
      const quoted = plain(quoteVolume, 8)
      const volumes =
        instrument.kind === 'perpetual'
          ? [quoted, String(lotsOf(instrument, volume))]
          : [sizeText(instrument, volume), quoted]
      return [String(openTime / 1_000), ...prices, ...volumes]
    },

    numberCandle({ instrument, openTime, open, high, low, close, volume, quoteVolume }) {
      const prices = [open, high, low, close].map((value) => Number(priceText(instrument, value)))
      return [openTime, ...prices, lotsOf(instrument, volume), Number(plain(quoteVolume, 8))]
    },
  }
}

/** JSON text of the fields and a time in nanoseconds, a number that JSON.stringify cannot write. */
export const withNanoseconds = (fields: Row, name: string, at: EpochMs): string =>
  `${JSON.stringify(fields).slice(0, -1)},"${name}":${nanoseconds(at)}}`

/** Hexadecimal of 24 digits, as orders of others look. */
const orderIdOf = (tradeId: number, place: number): string => (tradeId * 4 + place).toString(16).padStart(24, '0')
