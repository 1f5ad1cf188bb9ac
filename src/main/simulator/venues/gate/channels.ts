import { type Period, periods } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import type { SimEvent, SimInstrument, SimKline, SimMarket, SimQuote, SimTopic, SimTrade } from '../../venue.ts'
import { obuStreams, updateStreams } from './books.ts'
import { amount, contracts, nativeName, percent, price, seconds, volume } from './format.ts'
import { dayStatistics, markAndIndex } from './statistics.ts'

export type Family = 'spot' | 'futures'

/** One stream of a subscription. `encode` takes events of its topic only. */
export interface Stream {
  readonly key: string
  readonly topic: SimTopic
  readonly throttleMs: number
  encode(event: SimEvent): string
}

/** What a socket of one family can be asked for. */
export interface Catalogue {
  readonly family: Family
  readonly market: SimMarket
  /** Whose private channels it serves; funding rates are asked of it too. */
  readonly account: SimAccount
  readonly instruments: ReadonlyMap<string, SimInstrument>
  /** X-Gate-Size-Decimal stood in the handshake. */
  readonly decimalSizes: boolean
}

const wrongEvent = ({ channel }: SimEvent) => new TypeError(`an event of ${channel} on another topic`)

const push = (at: number, channel: string, result: unknown): string =>
  JSON.stringify({ time: seconds(at), time_ms: at, channel, event: 'update', result })

/**
 * The streams that a public channel's payload asks for, or an error in Gate's words; null for a channel that is not served. One
 * unknown name fails the whole payload.
 */
export function readStreams(
  catalogue: Catalogue,
  channel: string,
  payload: readonly string[],
): readonly Stream[] | { readonly error: string } | null {
  const { family, instruments } = catalogue
  const kind = channel.slice(family.length + 1)
  if (!channel.startsWith(`${family}.`)) return null
  const listed = (name: string): SimInstrument | undefined => instruments.get(name)
  if (kind === 'candlesticks') {
    const [interval, name, ...more] = payload
    const period = periods.find((known) => known === interval)
    if (name === undefined || more.length > 0) return { error: 'candlesticks takes exactly one interval and one name' }
    // The real one also has 10s, 30m, 4h, 8h, 7d and 30d.
    if (!period) return { error: `invalid interval: ${interval}` }
    const instrument = listed(name)
    return instrument ? [candleStream(catalogue, channel, instrument, period)] : unknownName(family, name)
  }
  if (kind === 'obu') return obuStreams(catalogue, channel, payload)
  if (kind === 'order_book_update') return updateStreams(catalogue, channel, payload)
  const streamOf = { book_ticker: quoteStream, trades: tradeStream, tickers: tickerStream }[kind]
  if (!streamOf) return null
  if (payload.length === 0) return { error: 'empty payload' }
  const streams: Stream[] = []
  for (const name of payload) {
    const instrument = listed(name)
    if (!instrument) return unknownName(family, name)
    streams.push(streamOf(catalogue, channel, instrument))
  }
  return streams
}

const unknownName = (family: Family, name: string): { readonly error: string } => ({
  error: family === 'spot' ? `unknown currency pair: ${name}` : `unknown contract ${name}`,
})

function quoteStream({ family, decimalSizes }: Catalogue, channel: string, instrument: SimInstrument): Stream {
  const size = (quantity: number): string | number =>
    family === 'spot' ? amount(quantity, instrument) : contracts(quantity, instrument, decimalSizes)
  const result = ({ at, updateId, bidPrice, bidQuantity, askPrice, askQuantity }: SimQuote) => ({
    t: at,
    u: updateId,
    s: nativeName(instrument),
    b: price(bidPrice, instrument),
    B: size(bidQuantity),
    a: price(askPrice, instrument),
    A: size(askQuantity),
  })
  return {
    key: `${channel}:${nativeName(instrument)}`,
    topic: { channel: 'book_ticker', instrument },
    throttleMs: family === 'spot' ? 10 : 0,
    encode(event) {
      if (event.channel !== 'book_ticker') throw wrongEvent(event)
      return push(event.quote.at, channel, result(event.quote))
    },
  }
}

function tradeStream({ family, decimalSizes }: Catalogue, channel: string, instrument: SimInstrument): Stream {
  const result = family === 'spot' ? spotTrade : (trade: SimTrade) => [perpetualTrade(trade, decimalSizes)]
  return {
    key: `${channel}:${nativeName(instrument)}`,
    topic: { channel: 'trade', instrument },
    throttleMs: 0,
    encode(event) {
      if (event.channel !== 'trade') throw wrongEvent(event)
      return push(event.trade.at, channel, result(event.trade))
    },
  }
}

const spotTrade = ({ instrument, tradeId, at, side, quantity, price: value }: SimTrade) => ({
  id: tradeId,
  id_market: tradeId,
  create_time: seconds(at),
  create_time_ms: fractionalMs(at, tradeId),
  side: side === 'BUY' ? 'buy' : 'sell',
  currency_pair: nativeName(instrument),
  amount: amount(quantity, instrument),
  price: price(value, instrument),
  range: `${tradeId}-${tradeId}`,
})

/** `1619093543708.2642`: milliseconds of a matching engine that counts finer. */
export const fractionalMs = (at: number, tradeId: number): string =>
  `${at}.${String(tradeId % 10_000).padStart(4, '0')}`

export const perpetualTrade = (
  { instrument, tradeId, at, side, quantity, price: value }: SimTrade,
  decimalSizes: boolean,
) => ({
  size: contracts(side === 'BUY' ? quantity : -quantity, instrument, decimalSizes),
  id: tradeId,
  create_time: seconds(at),
  create_time_ms: at,
  price: price(value, instrument),
  contract: nativeName(instrument),
  is_internal: false,
})

function candleStream(
  { family, decimalSizes }: Catalogue,
  channel: string,
  instrument: SimInstrument,
  period: Period,
): Stream {
  const name = `${period}_${nativeName(instrument)}`
  const prices = ({ open, high, low, close }: SimKline) => ({
    c: price(close, instrument),
    h: price(high, instrument),
    l: price(low, instrument),
    o: price(open, instrument),
    n: name,
  })
  const result =
    family === 'spot'
      ? (kline: SimKline) => ({
          t: String(seconds(kline.openTime)),
          v: volume(kline.quoteVolume),
          ...prices(kline),
          a: amount(kline.volume, instrument),
          w: kline.isClosed,
        })
      : (kline: SimKline) => [
          {
            t: seconds(kline.openTime),
            v: contracts(kline.volume, instrument, decimalSizes),
            ...prices(kline),
            a: amount(kline.volume, instrument),
            w: kline.isClosed,
          },
        ]
  return {
    key: `${channel}:${name}`,
    topic: { channel: 'kline', instrument, period },
    throttleMs: 0,
    encode(event) {
      if (event.channel !== 'kline') throw wrongEvent(event)
      return push(event.kline.at, channel, result(event.kline))
    },
  }
}

/** Sent with quotes, at most once a second. */
function tickerStream({ family, market, account }: Catalogue, channel: string, instrument: SimInstrument): Stream {
  const result =
    family === 'spot'
      ? (quote: SimQuote) => spotTicker(market, quote)
      : ({ at }: SimQuote) => [perpetualTicker(market, account, instrument, at)]
  return {
    key: `${channel}:${nativeName(instrument)}`,
    topic: { channel: 'book_ticker', instrument },
    throttleMs: 1_000,
    encode(event) {
      if (event.channel !== 'book_ticker') throw wrongEvent(event)
      return push(event.quote.at, channel, result(event.quote))
    },
  }
}

export function spotTicker(market: SimMarket, { instrument, bidPrice, askPrice }: SimQuote) {
  const day = dayStatistics(market, instrument)
  return {
    currency_pair: nativeName(instrument),
    last: price(day.last, instrument),
    lowest_ask: price(askPrice, instrument),
    highest_bid: price(bidPrice, instrument),
    change_percentage: percent(day.changePercent),
    base_volume: amount(day.volume, instrument),
    quote_volume: volume(day.quoteVolume),
    high_24h: price(day.high, instrument),
    low_24h: price(day.low, instrument),
  }
}

function perpetualTicker(market: SimMarket, account: SimAccount, instrument: SimInstrument, at: number) {
  const { last } = dayStatistics(market, instrument)
  const { index } = markAndIndex(market, instrument)
  const { rate, markPrice, nextAt, intervalHours } = account.fundingRate(instrument)
  return {
    contract: nativeName(instrument),
    last: price(last, instrument),
    mark_price: markPrice,
    funding_rate: rate,
    funding_rate_indicative: rate,
    funding_interval: intervalHours * 3600,
    funding_offset: 0,
    funding_next_apply: seconds(nextAt),
    index_price: price(index, instrument),
    price_type: 'last',
    t: at,
  }
}
