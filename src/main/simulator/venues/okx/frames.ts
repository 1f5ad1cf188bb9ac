/** The market in OKX's words: rows that REST replies and WebSocket pushes share. Numbers are text, swap sizes count contracts. */
import { type EpochMs, openTimeOf, type Period, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import { fundingRateDue } from '../../account/funding.ts'
import { mapLevels } from '../../depth.ts'
import { listedBy } from '../../listing.ts'
import type { SimDepth, SimInstrument, SimKline, SimMarket, SimQuote, SimTrade } from '../../venue.ts'

export type Row = Readonly<Record<string, unknown>>
/** [price, size, "0", orders] */
type Level = readonly [string, string, string, string]
interface Sides {
  readonly asks: readonly Level[]
  readonly bids: readonly Level[]
}

/** `bar` names that the simulator keeps candles of. */
export const periodsByBar: ReadonlyMap<string, Period> = new Map([
  ['1m', '1m'],
  ['5m', '5m'],
  ['15m', '15m'],
  ['1H', '1h'],
  ['1Dutc', '1d'],
])

const dayMs = periodMs['1d']
const hourMs = periodMs['1h']

export interface Frames {
  readonly instruments: readonly SimInstrument[]
  find(instId: string): SimInstrument | undefined
  instId(instrument: SimInstrument): string
  instType(instrument: SimInstrument): 'SPOT' | 'SWAP'
  /** `instIdCode`, a small number of its own. */
  codeOf(instrument: SimInstrument): number
  best(quote: SimQuote): Sides
  /** Of the best `most` levels, or of what changed. */
  book(depth: SimDepth, most: number): Sides
  ticker(quote: SimQuote): Row
  trade(trade: SimTrade): Row
  /** [ts, o, h, l, c, vol, volCcy, volCcyQuote, confirm] */
  candle(kline: SimKline): readonly string[]
  instrument(instrument: SimInstrument): Row
  fundingRate(instrument: SimInstrument): Row
  /** What was paid at `at`. */
  paidRate(instrument: SimInstrument, at: EpochMs): Row
  markPrice(instrument: SimInstrument): Row
}

/** Decimal text without an exponent and without zeros at the end, as OKX writes it. */
export function plain(value: number, decimals: number): string {
  const text = value.toFixed(decimals)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** The rolling day and the day's opens, kept for a minute: a ticker goes out ten times a second. */
interface DayStatistics {
  readonly until: EpochMs
  readonly open24h: number
  readonly high24h: number
  readonly low24h: number
  readonly volume: number
  readonly quoteVolume: number
  readonly sodUtc0: number
  readonly sodUtc8: number
}

export function createFrames(market: SimMarket, account: SimAccount): Frames {
  const byInstId = listedBy(market, (instrument) => [instId(instrument)])
  const codes = new Map<SimInstrument, number>()
  for (const instrument of market.instruments) codeOf(instrument)
  const statistics = new Map<SimInstrument, DayStatistics>()

  function instId({ base, quote, kind }: SimInstrument): string {
    return kind === 'perpetual' ? `${base}-${quote}-SWAP` : `${base}-${quote}`
  }
  function codeOf(instrument: SimInstrument): number {
    const code = codes.get(instrument) ?? 10_000 + codes.size
    codes.set(instrument, code)
    return code
  }
  const instType = ({ kind }: SimInstrument) => (kind === 'perpetual' ? 'SWAP' : 'SPOT')
  const price = (instrument: SimInstrument, value: number) => plain(value, instrument.priceDecimals)
  const base = (instrument: SimInstrument, value: number) => plain(value, instrument.quantityDecimals)
  const size = (instrument: SimInstrument, quantity: number) =>
    instrument.kind === 'perpetual' ? plain(quantity / instrument.contractSize, 8) : base(instrument, quantity)

  /** How many orders stand at a level is made up; none at one that is gone. */
  const levelOf =
    (instrument: SimInstrument, updateId: number) =>
    (value: number, quantity: number, index: number): Level => [
      price(instrument, value),
      size(instrument, quantity),
      '0',
      quantity === 0 ? '0' : String(1 + ((updateId + index) % 9)),
    ]

  function dayStatistics(instrument: SimInstrument): DayStatistics {
    const now = market.now()
    const known = statistics.get(instrument)
    if (known && now < known.until && now >= known.until - 60_000) return known
    const hours = market.klines(instrument, '1h', openTimeOf(now, '1h') - dayMs + hourMs, now)
    const dayOpen = (at: EpochMs) => market.klines(instrument, '1h', at, at)[0]?.open
    const mid = midOf(market.quote(instrument))
    const midnight = openTimeOf(now, '1d')
    // Midnight in UTC+8 is 16:00 UTC.
    const midnightUtc8 = openTimeOf(now + 8 * hourMs, '1d') - 8 * hourMs
    const fresh: DayStatistics = {
      until: openTimeOf(now, '1m') + 60_000,
      open24h: hours[0]?.open ?? mid,
      high24h: hours.reduce((high, hour) => Math.max(high, hour.high), 0) || mid,
      low24h: hours.reduce((low, hour) => Math.min(low, hour.low), Number.POSITIVE_INFINITY),
      volume: hours.reduce((sum, hour) => sum + hour.volume, 0),
      quoteVolume: hours.reduce((sum, hour) => sum + hour.quoteVolume, 0),
      sodUtc0: dayOpen(midnight) ?? mid,
      sodUtc8: dayOpen(midnightUtc8) ?? mid,
    }
    statistics.set(instrument, fresh)
    return fresh
  }

  const midOf = (quote: SimQuote) => (quote.bidPrice + quote.askPrice) / 2

  return {
    instruments: market.instruments,
    find: (name) => byInstId.get(name),
    instId,
    instType,
    codeOf,

    best({ instrument, updateId, bidPrice, bidQuantity, askPrice, askQuantity }) {
      const level = levelOf(instrument, updateId)
      return { asks: [level(askPrice, askQuantity, 0)], bids: [level(bidPrice, bidQuantity, 0)] }
    },

    book({ instrument, updateId, bids, asks }, most) {
      const level = levelOf(instrument, updateId)
      return { asks: mapLevels(asks, most, level), bids: mapLevels(bids, most, level) }
    },

    ticker(quote) {
      const { instrument } = quote
      const day = dayStatistics(instrument)
      const [last] = market.trades(instrument, 1).slice(-1)
      const lastPrice = last?.price ?? midOf(quote)
      const isSwap = instrument.kind === 'perpetual'
      return {
        instType: instType(instrument),
        instId: instId(instrument),
        last: price(instrument, lastPrice),
        lastSz: size(instrument, last?.quantity ?? 0),
        askPx: price(instrument, quote.askPrice),
        askSz: size(instrument, quote.askQuantity),
        bidPx: price(instrument, quote.bidPrice),
        bidSz: size(instrument, quote.bidQuantity),
        open24h: price(instrument, day.open24h),
        high24h: price(instrument, Math.max(day.high24h, lastPrice)),
        low24h: price(instrument, Math.min(day.low24h, lastPrice)),
        sodUtc0: price(instrument, day.sodUtc0),
        sodUtc8: price(instrument, day.sodUtc8),
        volCcy24h: isSwap ? base(instrument, day.volume) : plain(day.quoteVolume, 8),
        vol24h: size(instrument, day.volume),
        ts: String(quote.at),
      }
    },

    trade: ({ instrument, tradeId, price: paid, quantity, side, at }) => ({
      instId: instId(instrument),
      tradeId: String(tradeId),
      px: price(instrument, paid),
      sz: size(instrument, quantity),
      side: side === 'BUY' ? 'buy' : 'sell',
      ts: String(at),
      count: '1',
      source: '0',
      seqId: tradeId,
    }),

    candle({ instrument, openTime, open, high, low, close, volume, quoteVolume, isClosed }) {
      const isSwap = instrument.kind === 'perpetual'
      const quoted = plain(quoteVolume, 8)
      return [
        String(openTime),
        price(instrument, open),
        price(instrument, high),
        price(instrument, low),
        price(instrument, close),
        size(instrument, volume),
        isSwap ? base(instrument, volume) : quoted,
        quoted,
        isClosed ? '1' : '0',
      ]
    },

    instrument(instrument) {
      const isSwap = instrument.kind === 'perpetual'
      const lot = size(instrument, instrument.lotSize)
      return {
        alias: '',
        auctionEndTime: '',
        baseCcy: isSwap ? '' : instrument.base,
        category: '1',
        contTdSwTime: String(instrument.listedAt),
        ctMult: isSwap ? '1' : '',
        ctType: isSwap ? 'linear' : '',
        ctVal: isSwap ? plain(instrument.contractSize, 8) : '',
        ctValCcy: isSwap ? instrument.base : '',
        expTime: '',
        groupId: isSwap ? '5' : '1',
        instCategory: '1',
        instFamily: isSwap ? `${instrument.base}-${instrument.quote}` : '',
        instId: instId(instrument),
        instIdCode: codeOf(instrument),
        instType: instType(instrument),
        lever: isSwap ? '100' : '10',
        listTime: String(instrument.listedAt),
        lotSz: lot,
        maxIcebergSz: '9999999999',
        maxLmtAmt: '20000000',
        maxLmtSz: '9999999999',
        maxMktAmt: isSwap ? '' : '1000000',
        maxMktSz: isSwap ? '12000' : '1000000',
        maxStopSz: '1000000',
        maxTriggerSz: '9999999999',
        maxTwapSz: '9999999999',
        minSz: lot,
        openType: 'call_auction',
        optType: '',
        quoteCcy: isSwap ? '' : instrument.quote,
        ruleType: 'normal',
        settleCcy: isSwap ? instrument.quote : '',
        state: 'live',
        stk: '',
        tickSz: plain(instrument.tickSize, instrument.priceDecimals),
        tradeQuoteCcyList: isSwap ? [] : [instrument.quote],
        uly: isSwap ? `${instrument.base}-${instrument.quote}` : '',
      }
    },

    paidRate(instrument, at) {
      const rate = fundingRateDue(0, instrument, at)
      return {
        formulaType: 'noRate',
        fundingRate: rate,
        fundingTime: String(at),
        instId: instId(instrument),
        instType: 'SWAP',
        method: 'current_period',
        realizedRate: rate,
      }
    },

    fundingRate(instrument) {
      const { rate, nextAt, intervalHours } = account.fundingRate(instrument)
      return {
        formulaType: 'noRate',
        fundingRate: rate,
        fundingTime: String(nextAt),
        impactValue: '',
        instId: instId(instrument),
        instType: 'SWAP',
        interestRate: '',
        maxFundingRate: '0.00375',
        method: 'current_period',
        minFundingRate: '-0.00375',
        nextFundingRate: '',
        nextFundingTime: String(nextAt + intervalHours * hourMs),
        premium: rate,
        settFundingRate: rate,
        settState: 'settled',
        ts: String(market.now()),
      }
    },

    markPrice: (instrument) => ({
      instType: instType(instrument),
      instId: instId(instrument),
      markPx: plain(midOf(market.quote(instrument)), instrument.priceDecimals + 1),
      ts: String(market.now()),
    }),
  }
}
