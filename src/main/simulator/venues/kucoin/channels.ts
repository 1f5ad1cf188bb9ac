/** KuCoin's public channels: what one topic of one symbol subscribes to, and how its messages look. */
import type { MarketKind } from '../../../../shared/domain/index.ts'
import type { SimEvent, SimInstrument, SimMarket, SimTopic } from '../../venue.ts'
import { type Frames, nativeName, periodsByType, type Row, sides, withNanoseconds } from './frames.ts'

/** `encode` takes events of its topic only. */
export interface Channel {
  readonly topic: SimTopic
  readonly throttleMs: number
  encode(event: SimEvent): string
}

export type OpenChannel = (prefix: string, name: string) => Channel | 'unknownSymbol' | 'unknownTopic'

const quotesEveryMs = 10
const booksEveryMs = 100
const bookLevels = 50

const wrongEvent = ({ channel }: SimEvent) => new TypeError(`an event of ${channel} on another topic`)

/** A message; `data` JSON text. */
const message = (topic: string, subject: string, data: string): string =>
  `{"topic":"${topic}","type":"message","subject":"${subject}","data":${data}}`

/** The channels of one kind; each connection opens its own. */
export function createChannels(kind: MarketKind, market: SimMarket, frames: Frames): OpenChannel {
  const isFutures = kind === 'perpetual'
  const prefixes = isFutures
    ? {
        quotes: '/contractMarket/tickerV2',
        trades: '/contractMarket/execution',
        candles: '/contractMarket/limitCandle',
        book: '/contractMarket/level2Depth50',
      }
    : {
        quotes: '/spotMarket/level1',
        trades: '/market/match',
        candles: '/market/candles',
        book: '/spotMarket/level2Depth50',
      }

  function quotes(topic: string, instrument: SimInstrument, isTicker: boolean): Channel {
    const subject = isFutures ? 'tickerV2' : isTicker ? 'trade.ticker' : 'level1'
    return {
      topic: { channel: 'book_ticker', instrument },
      throttleMs: isTicker ? booksEveryMs : quotesEveryMs,
      encode(event) {
        if (event.channel !== 'book_ticker') throw wrongEvent(event)
        const { quote } = event
        if (isFutures) return message(topic, subject, frames.tickerV2(quote))
        return message(topic, subject, JSON.stringify(isTicker ? frames.ticker(quote) : frames.level1(quote)))
      },
    }
  }

  const trades = (topic: string, instrument: SimInstrument): Channel => ({
    topic: { channel: 'trade', instrument },
    throttleMs: 0,
    encode(event) {
      if (event.channel !== 'trade') throw wrongEvent(event)
      return isFutures
        ? message(topic, 'match', frames.execution(event.trade))
        : message(topic, 'trade.l3match', JSON.stringify(frames.match(event.trade)))
    },
  })

  function candles(topic: string, instrument: SimInstrument, type: string): Channel | 'unknownTopic' {
    const period = periodsByType.get(type)
    if (period === undefined) return 'unknownTopic'
    return {
      topic: { channel: 'kline', instrument, period },
      throttleMs: 0,
      encode(event) {
        if (event.channel !== 'kline') throw wrongEvent(event)
        const { kline } = event
        const told = { symbol: nativeName(instrument), candles: frames.textCandle(kline) }
        return isFutures
          ? message(topic, 'candle.stick', JSON.stringify({ ...told, time: kline.at }))
          : message(topic, 'trade.candles.update', withNanoseconds(told, 'time', kline.at))
      },
    }
  }

  /**
   * The best of the whole book whenever something in it changed. Bids above its best ask are a fault's: they stand beside the book's own
   * until they are told of again.
   */
  function book(topic: string, instrument: SimInstrument): Channel {
    const crossing = new Map<number, number>()
    return {
      topic: { channel: 'order_book', instrument, levels: null, snapshotFirst: true, heartbeatMs: null },
      throttleMs: booksEveryMs,
      encode(event) {
        if (event.channel !== 'order_book') throw wrongEvent(event)
        const { bids, isSnapshot } = event.depth
        const told = Array.from({ length: isSnapshot ? 0 : bids.length }, (_, index) => ({
          price: bids.price[index] ?? 0,
          quantity: bids.quantity[index] ?? 0,
        }))
        // From here on the event's own levels are gone: the market has one place for all of them.
        const whole = market.book(instrument)
        const bestAsk = whole.asks.length === 0 ? Number.POSITIVE_INFINITY : (whole.asks.price[0] ?? 0)
        for (const { price, quantity } of told) {
          if (quantity > 0 && price >= bestAsk) crossing.set(price, quantity)
          else crossing.delete(price)
        }
        const { updateId: sequence, at: timestamp } = whole
        const levels = sides(whole, bookLevels, crossing)
        const data: Row = isFutures ? { sequence, ...levels, timestamp, ts: timestamp } : { ...levels, timestamp }
        return message(topic, 'level2', JSON.stringify(data))
      },
    }
  }

  return (prefix, name) => {
    const isCandles = prefix === prefixes.candles
    const isTicker = !isFutures && prefix === '/market/ticker'
    const known = isCandles || isTicker || Object.values(prefixes).some((one) => one === prefix)
    if (!known) return 'unknownTopic'
    const split = isCandles ? name.lastIndexOf('_') : name.length
    const instrument = frames.find(kind, name.slice(0, split))
    if (instrument === undefined) return 'unknownSymbol'
    const topic = `${prefix}:${name}`
    if (isCandles) return candles(topic, instrument, name.slice(split + 1))
    if (prefix === prefixes.trades) return trades(topic, instrument)
    return prefix === prefixes.book ? book(topic, instrument) : quotes(topic, instrument, isTicker)
  }
}
