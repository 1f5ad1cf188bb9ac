import { createHash } from 'node:crypto'
import { encodePush } from '../../../exchanges/mexc/protobuf.ts'
import { mapLevels } from '../../depth.ts'
import type { SimEvent, SimInstrument, SimLevels, SimMarket, SimQuote, SimTopic } from '../../venue.ts'
import { candleAround, type Interval, intervals } from './candles.ts'
import { amount, nativeName, price, quantity } from './format.ts'

/** What a channel subscribes to and how its pushes look. `encode` takes events of its topic only. */
export interface Channel {
  readonly topic: SimTopic
  readonly throttleMs: number
  encode(event: SimEvent): Buffer
}

const speeds: Readonly<Record<string, number | undefined>> = { '10ms': 10, '100ms': 100 }

/** Reads a channel's name: `spot@<name>.v3.api.pb@…`. null for what is not served: unknown, private, or an unlisted symbol. */
export function readChannel(
  name: string,
  market: SimMarket,
  instruments: ReadonlyMap<string, SimInstrument>,
): Channel | null {
  const [prefix, kind, first = '', second, ...rest] = name.split('@')
  if (prefix !== 'spot' || rest.length > 0) return null
  const throttleMs = speeds[first]
  const bySpeed = throttleMs === undefined || second === undefined ? undefined : instruments.get(second)
  const bySymbol = instruments.get(first)

  if (kind === 'public.aggre.bookTicker.v3.api.pb' && bySpeed && throttleMs)
    return bookTickerChannel(name, bySpeed, throttleMs)
  if (kind === 'public.aggre.depth.v3.api.pb' && bySpeed && throttleMs) return depthChannel(name, bySpeed, throttleMs)
  if (kind === 'public.aggre.deals.v3.api.pb' && bySpeed) return dealsChannel(name, bySpeed)
  if (kind === 'public.bookTicker.batch.v3.api.pb' && bySymbol && second === undefined)
    return bookTickerBatchChannel(name, bySymbol)
  const interval = intervals.find(({ stream }) => stream === second)
  if (kind === 'public.kline.v3.api.pb' && bySymbol && interval) return klineChannel(name, bySymbol, interval, market)
  return null
}

const wrongEvent = ({ channel }: SimEvent) => new TypeError(`an event of ${channel} on another topic`)

const bestQuote = (quote: SimQuote) => ({
  bidPrice: price(quote.bidPrice, quote.instrument),
  bidQuantity: quantity(quote.bidQuantity, quote.instrument),
  askPrice: price(quote.askPrice, quote.instrument),
  askQuantity: quantity(quote.askQuantity, quote.instrument),
})

function bookTickerChannel(channel: string, instrument: SimInstrument, throttleMs: number): Channel {
  const symbol = nativeName(instrument)
  return {
    topic: { channel: 'book_ticker', instrument },
    throttleMs,
    encode(event) {
      if (event.channel !== 'book_ticker') throw wrongEvent(event)
      const { quote } = event
      const marks = { version: String(quote.updateId), lastOrderCreateTime: quote.at }
      return encodePush({
        channel,
        symbol,
        sendTime: quote.at,
        publicAggreBookTicker: { ...bestQuote(quote), ...marks },
      })
    },
  }
}

/** Changes of the whole book; the simulated one has none more often than every 100 ms. */
function depthChannel(channel: string, instrument: SimInstrument, throttleMs: number): Channel {
  const symbol = nativeName(instrument)
  const eventType = channel.slice(0, channel.lastIndexOf('@'))
  const side = (levels: SimLevels) =>
    mapLevels(levels, Number.POSITIVE_INFINITY, (value, size) => ({
      price: price(value, instrument),
      quantity: quantity(size, instrument),
    }))
  return {
    topic: { channel: 'order_book', instrument, levels: null, snapshotFirst: false, heartbeatMs: null },
    throttleMs,
    encode(event) {
      if (event.channel !== 'order_book') throw wrongEvent(event)
      const { previousId, updateId, bids, asks, at } = event.depth
      const versions = { fromVersion: String(previousId + 1), toVersion: String(updateId) }
      const publicAggreDepths = { asks: side(asks), bids: side(bids), eventType, ...versions, lastOrderCreateTime: at }
      return encodePush({ channel, symbol, sendTime: at, publicAggreDepths })
    },
  }
}

/** The same quote in the form of a list; how many a push of the real one gathers is not documented. */
function bookTickerBatchChannel(channel: string, instrument: SimInstrument): Channel {
  const symbol = nativeName(instrument)
  return {
    topic: { channel: 'book_ticker', instrument },
    throttleMs: 100,
    encode(event) {
      if (event.channel !== 'book_ticker') throw wrongEvent(event)
      const { quote } = event
      const marks = { version: String(quote.updateId), lastOrderCreateTime: quote.at }
      const publicBookTickerBatch = { items: [bestQuote(quote)], ...marks }
      return encodePush({ channel, symbol, sendTime: quote.at, publicBookTickerBatch })
    },
  }
}

/** One trade a push: the real one gathers those of its 10 or 100 ms. */
function dealsChannel(channel: string, instrument: SimInstrument): Channel {
  const symbol = nativeName(instrument)
  const eventType = channel.slice(0, channel.lastIndexOf('@'))
  return {
    topic: { channel: 'trade', instrument },
    throttleMs: 0,
    encode(event) {
      if (event.channel !== 'trade') throw wrongEvent(event)
      const { trade } = event
      const deal = {
        price: price(trade.price, instrument),
        quantity: quantity(trade.quantity, instrument),
        tradeType: trade.side === 'BUY' ? 1 : 2,
        time: trade.at,
        tradeId: String(trade.tradeId),
      }
      return encodePush({ channel, symbol, sendTime: trade.at, publicAggreDeals: { deals: [deal], eventType } })
    },
  }
}

function klineChannel(channel: string, instrument: SimInstrument, interval: Interval, market: SimMarket): Channel {
  const symbol = nativeName(instrument)
  // 32 hexadecimal digits without meaning, the same at every start.
  const symbolId = createHash('md5').update(symbol).digest('hex')
  return {
    topic: { channel: 'kline', instrument, period: interval.period },
    throttleMs: 0,
    encode(event) {
      if (event.channel !== 'kline') throw wrongEvent(event)
      const candle = candleAround(market, event.kline, interval)
      const publicSpotKline = {
        interval: interval.stream,
        windowStart: candle.openTime / 1_000,
        openingPrice: price(candle.open, instrument),
        closingPrice: price(candle.close, instrument),
        highestPrice: price(candle.high, instrument),
        lowestPrice: price(candle.low, instrument),
        volume: quantity(candle.volume, instrument),
        amount: amount(candle.quoteVolume),
        windowEnd: candle.endTime / 1_000,
      }
      return encodePush({ channel, symbol, symbolId, createTime: event.kline.at, publicSpotKline })
    },
  }
}
