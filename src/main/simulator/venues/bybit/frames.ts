/** The market in Bybit's words: rows of REST replies, and pushes. Numbers are text, sizes count base asset, times of pushes are numbers. */
import { type EpochMs, type MarketKind, openTimeOf, type Period, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import { mapLevels } from '../../depth.ts'
import { listedBy } from '../../listing.ts'
import type { SimDepth, SimInstrument, SimKline, SimMarket, SimQuote, SimTrade } from '../../venue.ts'
import { uuid } from './account-rules.ts'
import type { Row } from './replies.ts'

/** Intervals that the simulator keeps candles of. */
export const periodsByInterval: ReadonlyMap<string, Period> = new Map([
  ['1', '1m'],
  ['5', '5m'],
  ['15', '15m'],
  ['60', '1h'],
  ['D', '1d'],
])

const dayMs = periodMs['1d']
const hourMs = periodMs['1h']
/** Bybit's matching engine tells a change so much before the gateway sends it. */
const gatewayMs = 2
const spotTradesFrom = 2_290_000_000_000_000_000n

export type Category = 'spot' | 'linear'
type Level = readonly [price: string, size: string]

/** Of the last 24 hours, kept for a minute. */
interface Day {
  readonly until: EpochMs
  readonly open: number
  readonly high: number
  readonly low: number
  readonly volume: number
  readonly turnover: number
}

export type Frames = ReturnType<typeof createFrames>

export function createFrames(market: SimMarket, account: SimAccount) {
  const ofKind = (kind: MarketKind) => listedBy(market, (one) => (one.kind === kind ? [nameOf(one)] : []))
  const byName = { spot: ofKind('spot'), perpetual: ofKind('perpetual') }
  const days = new Map<SimInstrument, Day>()

  /** Perpetuals that settle in USDC go by another name: `BTCPERP`. */
  function nameOf({ base, quote, kind }: SimInstrument): string {
    return kind === 'perpetual' && quote === 'USDC' ? `${base}PERP` : `${base}${quote}`
  }
  const kindOf = (category: Category): MarketKind => (category === 'spot' ? 'spot' : 'perpetual')
  const price = ({ priceDecimals }: SimInstrument, value: number) => value.toFixed(priceDecimals)
  const size = ({ quantityDecimals }: SimInstrument, value: number) => value.toFixed(quantityDecimals)
  const amount = (value: number) => value.toFixed(8)
  const step = (value: number, decimals: number) => value.toFixed(decimals)

  const levelOf =
    (instrument: SimInstrument) =>
    (value: number, quantity: number): Level => [
      price(instrument, value),
      quantity === 0 ? '0' : size(instrument, quantity),
    ]

  const midOf = ({ bidPrice, askPrice }: SimQuote) => (bidPrice + askPrice) / 2

  function dayOf(instrument: SimInstrument): Day {
    const now = market.now()
    const known = days.get(instrument)
    if (known && now < known.until && now >= known.until - periodMs['1m']) return known
    const hours = market.klines(instrument, '1h', openTimeOf(now, '1h') - dayMs + hourMs, now)
    const mid = midOf(market.quote(instrument))
    const day: Day = {
      until: openTimeOf(now, '1m') + periodMs['1m'],
      open: hours[0]?.open ?? mid,
      high: hours.reduce((high, hour) => Math.max(high, hour.high), 0) || mid,
      low: hours.reduce((low, hour) => Math.min(low, hour.low), Number.POSITIVE_INFINITY),
      volume: hours.reduce((sum, hour) => sum + hour.volume, 0),
      turnover: hours.reduce((sum, hour) => sum + hour.quoteVolume, 0),
    }
    days.set(instrument, day)
    return day
  }

  const tradeIdOf = ({ instrument, tradeId }: SimTrade): string =>
    instrument.kind === 'spot' ? String(spotTradesFrom + BigInt(tradeId)) : uuid('20f43950', tradeId)

  /** Spot, and level 1 of everything, write `ts` before `type`; the other levels of linear contracts behind it. */
  function bookPush(
    instrument: SimInstrument,
    depth: number,
    type: 'snapshot' | 'delta',
    ts: EpochMs,
    data: Row,
  ): string {
    const topic = `orderbook.${depth}.${nameOf(instrument)}`
    const head = instrument.kind === 'spot' || depth === 1 ? { topic, ts, type } : { topic, type, ts }
    return JSON.stringify({ ...head, data, cts: ts - gatewayMs })
  }

  return {
    nameOf,
    listed: (category: Category) => [...byName[kindOf(category)].values()],
    find: (category: Category, name: string) => byName[kindOf(category)].get(name),

    /** `orderbook.1`: always whole. */
    best: (quote: SimQuote, ts: EpochMs): string =>
      bookPush(quote.instrument, 1, 'snapshot', ts, {
        s: nameOf(quote.instrument),
        b: [levelOf(quote.instrument)(quote.bidPrice, quote.bidQuantity)],
        a: [levelOf(quote.instrument)(quote.askPrice, quote.askQuantity)],
        u: quote.updateId,
        seq: quote.updateId,
      }),

    /** `id` rises by one with each message of a topic. */
    book: (told: SimDepth, depth: number, id: number): string =>
      bookPush(told.instrument, depth, told.isSnapshot ? 'snapshot' : 'delta', told.at, {
        s: nameOf(told.instrument),
        b: mapLevels(told.bids, Number.POSITIVE_INFINITY, levelOf(told.instrument)),
        a: mapLevels(told.asks, Number.POSITIVE_INFINITY, levelOf(told.instrument)),
        u: id,
        seq: told.updateId,
      }),

    trade: (told: SimTrade): string => {
      const { instrument, price: paid, quantity, side, at } = told
      const isSpot = instrument.kind === 'spot'
      const row = {
        ...(isSpot ? { i: tradeIdOf(told) } : {}),
        T: at,
        ...(isSpot ? { p: price(instrument, paid), v: size(instrument, quantity) } : { s: nameOf(instrument) }),
        S: side === 'BUY' ? 'Buy' : 'Sell',
        ...(isSpot
          ? { s: nameOf(instrument) }
          : { v: size(instrument, quantity), p: price(instrument, paid), L: 'PlusTick', i: tradeIdOf(told) }),
        BT: false,
        RPI: false,
        seq: told.tradeId,
      }
      return JSON.stringify({
        topic: `publicTrade.${nameOf(instrument)}`,
        type: 'snapshot',
        ts: at + gatewayMs,
        data: [row],
      })
    },

    tradeRow: (told: SimTrade): Row => ({
      execId: tradeIdOf(told),
      symbol: nameOf(told.instrument),
      price: price(told.instrument, told.price),
      size: size(told.instrument, told.quantity),
      side: told.side === 'BUY' ? 'Buy' : 'Sell',
      time: String(told.at),
      isBlockTrade: false,
      isRPITrade: false,
      seq: String(told.tradeId),
    }),

    kline: (told: SimKline, interval: string): string => {
      const { instrument, period, openTime, open, high, low, close, volume, quoteVolume, isClosed, at } = told
      const row = {
        start: openTime,
        end: openTime + periodMs[period] - 1,
        interval,
        open: price(instrument, open),
        close: price(instrument, close),
        high: price(instrument, high),
        low: price(instrument, low),
        volume: size(instrument, volume),
        turnover: amount(quoteVolume),
        confirm: isClosed,
        timestamp: at,
      }
      return JSON.stringify({ topic: `kline.${interval}.${nameOf(instrument)}`, data: [row], ts: at, type: 'snapshot' })
    },

    klineRow: ({ instrument, openTime, open, high, low, close, volume, quoteVolume }: SimKline): readonly string[] => [
      String(openTime),
      price(instrument, open),
      price(instrument, high),
      price(instrument, low),
      price(instrument, close),
      size(instrument, volume),
      amount(quoteVolume),
    ],

    bookRow: (told: SimDepth, depth: number): Row => ({
      s: nameOf(told.instrument),
      b: mapLevels(told.bids, depth, levelOf(told.instrument)),
      a: mapLevels(told.asks, depth, levelOf(told.instrument)),
      ts: told.at,
      u: told.updateId,
      seq: told.updateId,
      cts: told.at - gatewayMs,
    }),

    instrument: (instrument: SimInstrument): Row => {
      const { base, quote, tickSize, lotSize, priceDecimals, quantityDecimals, minimumNotional, listedAt } = instrument
      const common = {
        symbol: nameOf(instrument),
        baseCoin: base,
        quoteCoin: quote,
        status: 'Trading',
        symbolType: '',
      }
      const lot = step(lotSize, quantityDecimals)
      const tick = step(tickSize, priceDecimals)
      if (instrument.kind === 'spot')
        return {
          ...common,
          innovation: '0',
          marginTrading: 'utaOnly',
          stTag: '0',
          lotSizeFilter: {
            basePrecision: lot,
            quotePrecision: '0.00000001',
            minOrderQty: lot,
            maxOrderQty: '8000',
            minOrderAmt: String(minimumNotional),
            maxOrderAmt: '8000000',
            maxLimitOrderQty: '8000',
            maxMarketOrderQty: '4000',
            postOnlyMaxLimitOrderSize: '60000',
          },
          priceFilter: { tickSize: tick },
          riskParameters: { priceLimitRatioX: '0.005', priceLimitRatioY: '0.01' },
        }
      return {
        ...common,
        contractType: 'LinearPerpetual',
        launchTime: String(listedAt),
        deliveryTime: '0',
        deliveryFeeRate: '',
        priceScale: String(priceDecimals),
        leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
        priceFilter: { minPrice: tick, maxPrice: '1999999.80', tickSize: tick },
        lotSizeFilter: {
          maxOrderQty: '1190.000',
          minOrderQty: lot,
          qtyStep: lot,
          postOnlyMaxOrderQty: '1190.000',
          maxMktOrderQty: '500.000',
          minNotionalValue: String(minimumNotional),
        },
        unifiedMarginTrade: true,
        fundingInterval: account.fundingRate(instrument).intervalHours * 60,
        settleCoin: quote,
        copyTrading: 'both',
        upperFundingRate: '0.00375',
        lowerFundingRate: '-0.00375',
        isPreListing: false,
        preListingInfo: null,
      }
    },

    ticker: (instrument: SimInstrument): Row => {
      const quote = market.quote(instrument)
      const day = dayOf(instrument)
      const [last] = market.trades(instrument, 1).slice(-1)
      const lastPrice = last?.price ?? midOf(quote)
      const common = {
        symbol: nameOf(instrument),
        bid1Price: price(instrument, quote.bidPrice),
        bid1Size: size(instrument, quote.bidQuantity),
        ask1Price: price(instrument, quote.askPrice),
        ask1Size: size(instrument, quote.askQuantity),
        lastPrice: price(instrument, lastPrice),
        prevPrice24h: price(instrument, day.open),
        price24hPcnt: (lastPrice / day.open - 1).toFixed(6),
        highPrice24h: price(instrument, day.high),
        lowPrice24h: price(instrument, day.low),
        turnover24h: amount(day.turnover),
        volume24h: size(instrument, day.volume),
      }
      if (instrument.kind === 'spot') return { ...common, usdIndexPrice: price(instrument, midOf(quote)) }
      const { rate, markPrice, nextAt, intervalHours } = account.fundingRate(instrument)
      return {
        ...common,
        indexPrice: price(instrument, midOf(quote)),
        markPrice,
        openInterest: size(instrument, day.volume),
        fundingRate: rate,
        nextFundingTime: String(nextAt),
        deliveryTime: '0',
        fundingIntervalHour: String(intervalHours),
        fundingCap: '0.00375',
      }
    },
  }
}
