/** The market in HTX's words: rows that REST replies and WebSocket pushes share. Numbers are JSON numbers, swap sizes count contracts. */
import { gzipSync } from 'node:zlib'
import { type EpochMs, type MarketKind, type Period, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import { fundingRateDue } from '../../account/funding.ts'
import { mapLevels } from '../../depth.ts'
import { listedBy, listedOf } from '../../listing.ts'
import type { SimDepth, SimInstrument, SimKline, SimMarket, SimQuote, SimTrade } from '../../venue.ts'

export type Row = Readonly<Record<string, unknown>>

/** What HTX sends: gzip of JSON text. Speed counts more than size. */
export const zipped = (frame: Row | string): Buffer =>
  gzipSync(typeof frame === 'string' ? frame : JSON.stringify(frame), { level: 1 })

/** A candle period of HTX's, made of the market's candles of `period`; days begin at 16:00 UTC. */
export interface Interval {
  readonly period: Period
  readonly lengthMs: number
  readonly offsetMs: number
}
const plainInterval = (period: Period): Interval => ({ period, lengthMs: periodMs[period], offsetMs: 0 })
export const intervals: ReadonlyMap<string, Interval> = new Map([
  ['1min', plainInterval('1m')],
  ['5min', plainInterval('5m')],
  ['15min', plainInterval('15m')],
  ['60min', plainInterval('1h')],
  ['1day', { period: '1h', lengthMs: periodMs['1d'], offsetMs: 16 * periodMs['1h'] }],
])
export const openOf = ({ lengthMs, offsetMs }: Interval, at: EpochMs): EpochMs => at - ((at - offsetMs) % lengthMs)

/** A number as JSON writes it, without what float64 adds. */
const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals))
/** Of the engine's numbers, which grow with time; today's have 15 digits. */
const engineIdsFrom = 100_000_000_000_000n

export interface Frames {
  readonly instruments: readonly SimInstrument[]
  find(kind: MarketKind, name: string): SimInstrument | undefined
  nameOf(instrument: SimInstrument): string
  /** contracts of a swap, base asset of spot */
  size(instrument: SimInstrument, quantity: number): number
  price(instrument: SimInstrument, value: number): number
  levels(depth: SimDepth, most: number): { readonly bids: readonly Row[] | unknown[]; readonly asks: unknown[] }
  best(quote: SimQuote): Row
  /** JSON text: its ids are beyond what numbers hold. */
  trade(trade: SimTrade): string
  candle(candle: VenueCandle): Row
  candles(instrument: SimInstrument, interval: Interval, from: EpochMs, to: EpochMs): readonly VenueCandle[]
  merged(instrument: SimInstrument): Row
  spotSymbol(instrument: SimInstrument): Row
  contract(instrument: SimInstrument): Row
  fundingRate(instrument: SimInstrument): Row
  fundingNotice(instrument: SimInstrument): Row
  paidRate(instrument: SimInstrument, at: EpochMs): Row
}

export type VenueCandle = Pick<
  SimKline,
  'instrument' | 'openTime' | 'open' | 'high' | 'low' | 'close' | 'volume' | 'quoteVolume' | 'trades'
>

export function createFrames(market: SimMarket, account: SimAccount): Frames {
  const listed = listedOf(market, ({ exchange }) => exchange === 'htx')
  const nameOf = ({ base, quote, kind }: SimInstrument): string =>
    kind === 'spot' ? `${base}${quote}`.toLowerCase() : `${base}-${quote}`
  const byName = listedBy(market, (instrument) =>
    instrument.exchange === 'htx' ? [`${instrument.kind} ${nameOf(instrument)}`] : [],
  )
  const price = (instrument: SimInstrument, value: number) => rounded(value, instrument.priceDecimals)
  const base = (instrument: SimInstrument, value: number) => rounded(value, instrument.quantityDecimals)
  const size = (instrument: SimInstrument, quantity: number) =>
    instrument.kind === 'spot' ? base(instrument, quantity) : rounded(quantity / instrument.contractSize, 8)
  const isSwap = ({ kind }: SimInstrument) => kind === 'perpetual'

  function candles(instrument: SimInstrument, interval: Interval, from: EpochMs, to: EpochMs): VenueCandle[] {
    const first = Math.ceil((from - interval.offsetMs) / interval.lengthMs) * interval.lengthMs + interval.offsetMs
    const last = openOf(interval, to) + interval.lengthMs - periodMs[interval.period]
    const joined: VenueCandle[] = []
    for (const kline of first > last ? [] : market.klines(instrument, interval.period, first, last)) {
      const openTime = openOf(interval, kline.openTime)
      const before = joined.at(-1)
      if (before?.openTime !== openTime) joined.push({ ...kline, openTime })
      else joined[joined.length - 1] = joinOf(before, kline)
    }
    return joined
  }

  return {
    instruments: listed,
    find: (kind, name) => byName.get(`${kind} ${name}`),
    nameOf,
    size,
    price,
    candles,

    levels: ({ instrument, bids, asks }, most) => {
      const level = (value: number, quantity: number) => [price(instrument, value), size(instrument, quantity)]
      return { bids: mapLevels(bids, most, level), asks: mapLevels(asks, most, level) }
    },

    best(quote) {
      const { instrument, updateId, at } = quote
      const [bid, ask] = [price(instrument, quote.bidPrice), price(instrument, quote.askPrice)]
      const [bidSize, askSize] = [size(instrument, quote.bidQuantity), size(instrument, quote.askQuantity)]
      const ch = `market.${nameOf(instrument)}.bbo`
      if (!isSwap(instrument))
        return {
          ch,
          ts: at,
          tick: { seqId: updateId, ask, askSize, bid, bidSize, quoteTime: at, symbol: nameOf(instrument) },
        }
      const [mrid, id] = [updateId, Math.floor(at / 1_000)]
      return { ch, ts: at, tick: { mrid, id, bid: [bid, bidSize], ask: [ask, askSize], ts: at, version: mrid, ch } }
    },

    trade({ instrument, tradeId, price: paid, quantity, side, at }) {
      const direction = side.toLowerCase()
      const engineId = `${engineIdsFrom + BigInt(tradeId)}`
      const amount = size(instrument, quantity)
      const ch = `market.${nameOf(instrument)}.trade.detail`
      const row = isSwap(instrument)
        ? // Both sides are counted.
          `"amount":${2 * amount},"quantity":${base(instrument, 2 * quantity)},"trade_turnover":${rounded(2 * quantity * paid, 8)},"ts":${at},"id":${engineId}0000,"price":${price(instrument, paid)},"direction":"${direction}"`
        : `"id":${engineId}${String(tradeId).padStart(12, '1')},"ts":${at},"tradeId":${tradeId},"amount":${amount},"price":${price(instrument, paid)},"direction":"${direction}","isRpiTrade":false`
      return `{"ch":"${ch}","ts":${at},"tick":{"id":${engineId},"ts":${at},"data":[{${row}}]}}`
    },

    candle({ instrument, openTime, open, high, low, close, volume, quoteVolume, trades }) {
      const prices = {
        id: openTime / 1_000,
        open: price(instrument, open),
        close: price(instrument, close),
        low: price(instrument, low),
        high: price(instrument, high),
      }
      if (!isSwap(instrument))
        return { ...prices, amount: base(instrument, volume), vol: rounded(quoteVolume, 8), count: trades }
      return {
        ...prices,
        amount: base(instrument, 2 * volume),
        vol: size(instrument, 2 * volume),
        trade_turnover: rounded(2 * quoteVolume, 8),
        count: 2 * trades,
      }
    },

    merged(instrument) {
      const quote = market.quote(instrument)
      const now = market.now()
      const day = market.klines(instrument, '1h', now - periodMs['1d'], now)
      const [first, last] = [day[0], day.at(-1)]
      return {
        id: quote.updateId,
        version: quote.updateId,
        amount: base(
          instrument,
          day.reduce((sum, { volume }) => sum + volume, 0),
        ),
        vol: rounded(
          day.reduce((sum, { quoteVolume }) => sum + quoteVolume, 0),
          8,
        ),
        count: day.reduce((sum, { trades }) => sum + trades, 0),
        open: price(instrument, first?.open ?? quote.bidPrice),
        close: price(instrument, last?.close ?? quote.bidPrice),
        high: price(instrument, Math.max(quote.bidPrice, ...day.map(({ high }) => high))),
        low: price(instrument, Math.min(quote.bidPrice, ...day.map(({ low }) => low))),
        bid: [price(instrument, quote.bidPrice), size(instrument, quote.bidQuantity)],
        ask: [price(instrument, quote.askPrice), size(instrument, quote.askQuantity)],
      }
    },

    spotSymbol: (instrument) => ({
      symbol: nameOf(instrument),
      state: 'online',
      bc: instrument.base.toLowerCase(),
      qc: instrument.quote.toLowerCase(),
      pp: instrument.priceDecimals,
      ap: instrument.quantityDecimals,
      sp: 'main',
      vp: 8,
      minoa: instrument.lotSize,
      maxoa: 1_000_000,
      minov: instrument.minimumNotional,
      lominoa: instrument.lotSize,
      lomaxoa: 1_000_000,
      lomaxba: 1_000_000,
      lomaxsa: 1_000_000,
      smminoa: instrument.lotSize,
      smmaxoa: 100_000,
      bmmaxov: 1_500_000,
      blmlt: 1.1,
      slmgt: 0.9,
      at: 'enabled',
      tags: '',
    }),

    contract: (instrument) => ({
      symbol: instrument.base,
      contract_code: nameOf(instrument),
      contract_size: instrument.contractSize,
      price_tick: instrument.tickSize,
      delivery_date: '',
      delivery_time: '',
      create_date: new Date(instrument.listedAt).toISOString().slice(0, 10).replaceAll('-', ''),
      contract_status: 1,
      settlement_date: String(account.fundingRate(instrument).nextAt),
      support_margin_mode: 'all',
      business_type: 'swap',
      pair: nameOf(instrument),
      contract_type: 'swap',
      trade_partition: instrument.quote,
    }),

    fundingRate: (instrument) => {
      const { rate, nextAt } = account.fundingRate(instrument)
      return {
        estimated_rate: null,
        funding_rate: rate,
        contract_code: nameOf(instrument),
        symbol: instrument.base,
        fee_asset: instrument.quote,
        funding_time: String(nextAt),
        next_funding_time: null,
        trade_partition: instrument.quote,
      }
    },

    fundingNotice: (instrument) => {
      const { rate, nextAt } = account.fundingRate(instrument)
      const now = market.now()
      return {
        symbol: instrument.base,
        contract_code: nameOf(instrument),
        fee_asset: instrument.quote,
        funding_time: String(now - (now % periodMs['1m'])),
        funding_rate: rate,
        settlement_time: String(nextAt),
        estimated_rate: null,
        trade_partition: instrument.quote,
      }
    },

    paidRate: (instrument, at) => {
      const rate = fundingRateDue(0, instrument, at)
      return {
        avg_premium_index: rate,
        funding_rate: rate,
        realized_rate: null,
        funding_time: String(at),
        contract_code: nameOf(instrument),
        symbol: instrument.base,
        fee_asset: instrument.quote,
      }
    },
  }
}

const joinOf = (earlier: VenueCandle, later: SimKline): VenueCandle => ({
  ...earlier,
  high: Math.max(earlier.high, later.high),
  low: Math.min(earlier.low, later.low),
  close: later.close,
  volume: earlier.volume + later.volume,
  quoteVolume: earlier.quoteVolume + later.quoteVolume,
  trades: earlier.trades + later.trades,
})
