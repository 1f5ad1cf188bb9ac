/** Whose a frame of an exchange is: what the chaos proxy strikes, and what was lost. Read with patterns of its own, not the connectors'. */
import { gunzipSync } from 'node:zlib'
import { type BuiltInExchangeId, type ExchangeId, type GapKind, isBuiltIn } from '../../src/shared/domain/index.ts'

/** What a frame carries, as far as its text tells. `private`: of an account. */
export type FrameChannel = GapKind | 'funding' | 'private'
export interface FrameLabel {
  readonly channel: FrameChannel
  /** `BTC_USDT`, `BTC_USDT_PERP`; null: not told. */
  readonly symbol: string | null
}

/** Of one connection, told all of its frames in order; null: housekeeping of the exchange's own, such as acks and pongs. */
export type Labeller = (frame: Buffer, isBinary: boolean) => FrameLabel | null

/** A frame's text to its label. `origin`: the real one, `wss://stream.binance.com:9443`. */
type ReadText = (text: string, origin: string) => FrameLabel | null

const privately: FrameLabel = { channel: 'private', symbol: null }

const binanceChannels: Readonly<Record<string, FrameChannel>> = {
  bookTicker: 'book_ticker',
  trade: 'trade',
  aggTrade: 'trade',
  kline: 'kline',
  depth: 'order_book',
  markPrice: 'funding',
}

const spotOf = (joined: string): string => joined.toUpperCase().replace(/^(.+?)_?(USDT|USDC)$/, '$1_$2')

const binance: ReadText = (text, origin) => {
  const stream = /"stream":"([a-z0-9]+)@([a-zA-Z]+)/.exec(text)
  if (stream) {
    const [, name = '', word = ''] = stream
    const channel = binanceChannels[word]
    if (channel === undefined) return null
    return { channel, symbol: origin.includes('fstream') ? `${spotOf(name)}_PERP` : spotOf(name) }
  }
  return /"e":"(executionReport|outboundAccountPosition|balanceUpdate|ORDER_TRADE_UPDATE|ACCOUNT_UPDATE)"/.test(text)
    ? privately
    : null
}

const okx: ReadText = (text) => {
  if (!text.includes('"data":') || text.includes('"event":')) return null
  const name = /"channel":"([^"]+)"/.exec(text)?.[1]
  if (name === undefined) return null
  const native = /"instId":"([^"]+)"/.exec(text)?.[1]
  const symbol = native === undefined ? null : native.replace(/-SWAP$/, '-PERP').replaceAll('-', '_')
  if (name === 'bbo-tbt') return { channel: 'book_ticker', symbol }
  if (name.startsWith('trades')) return { channel: 'trade', symbol }
  if (name.startsWith('candle')) return { channel: 'kline', symbol }
  if (name.startsWith('books')) return { channel: 'order_book', symbol }
  return { channel: name === 'funding-rate' ? 'funding' : 'private', symbol: null }
}

const gate: ReadText = (text) => {
  if (!/"event":"(update|all)"/.test(text)) return null
  const [, wallet = '', name = ''] = /"channel":"([a-z]+)\.([a-z_]+)"/.exec(text) ?? []
  const native = /"(?:s|n|contract|currency_pair)":"(?:\w+\.|\d+[mhd]_)?([A-Z0-9]+_USDT)/.exec(text)?.[1]
  const symbol = native === undefined ? null : `${native}${wallet === 'futures' ? '_PERP' : ''}`
  if (name === 'book_ticker') return { channel: 'book_ticker', symbol }
  if (name === 'trades') return { channel: 'trade', symbol }
  if (name === 'candlesticks') return { channel: 'kline', symbol }
  if (name === 'obu' || name.startsWith('order_book')) return { channel: 'order_book', symbol }
  if (name === 'tickers' || name === '') return name === '' ? null : { channel: 'funding', symbol }
  return privately
}

const mexc: ReadText = (text) => {
  const [, side, name = ''] = /spot@(public|private)\.(?:aggre\.|increase\.)?([a-zA-Z]+)/.exec(text) ?? []
  if (side === undefined) return null
  if (side === 'private') return privately
  const native = /@([A-Z0-9]+(?:USDT|USDC))/.exec(text)?.[1]
  const symbol = native === undefined ? null : spotOf(native)
  if (name === 'bookTicker') return { channel: 'book_ticker', symbol }
  if (name === 'deals') return { channel: 'trade', symbol }
  if (name === 'kline') return { channel: 'kline', symbol }
  return name === 'depth' ? { channel: 'order_book', symbol } : null
}

/** Spot and perpetuals share topics on sockets of one origin: a frame alone does not tell whose it is. */
const bybit: ReadText = (text) => {
  const topic = /"topic":"([a-zA-Z]+(?:\.\d+)?)/.exec(text)?.[1]
  if (topic === undefined) return null
  if (topic === 'orderbook.1') return { channel: 'book_ticker', symbol: null }
  if (topic.startsWith('orderbook')) return { channel: 'order_book', symbol: null }
  if (topic.startsWith('publicTrade')) return { channel: 'trade', symbol: null }
  return { channel: topic.startsWith('kline') ? 'kline' : 'private', symbol: null }
}

/** One stream of books is quotes, too. */
const coinbase: ReadText = (text) => {
  const symbol = /"product_id":"([A-Z0-9]+-[A-Z0-9]+)"/.exec(text)?.[1]?.replace('-', '_') ?? null
  if (/"type":"(?:last_)?match"/.test(text)) return { channel: 'trade', symbol }
  const channel = /"channel":"([a-z0-9_]+)"/.exec(text)?.[1]
  if (channel === 'l2_data') return { channel: 'order_book', symbol }
  if (channel === 'candles') return { channel: 'kline', symbol }
  return channel === 'user' ? privately : null
}

const kraken: ReadText = (text) => {
  if (!/"type":"(?:snapshot|update)"/.test(text)) return null
  const channel = /"channel":"([a-z]+)"/.exec(text)?.[1]
  const symbol = /"symbol":"([A-Z0-9]+\/[A-Z0-9]+)"/.exec(text)?.[1]?.replace('/', '_') ?? null
  if (channel === 'ticker') return { channel: 'book_ticker', symbol }
  if (channel === 'trade') return { channel: 'trade', symbol }
  if (channel === 'ohlc') return { channel: 'kline', symbol }
  if (channel === 'book') return { channel: 'order_book', symbol }
  return channel === 'executions' || channel === 'balances' ? privately : null
}

/** Futures call bitcoin XBT: `XBTUSDTM`. */
const kucoin: ReadText = (text) => {
  if (!text.includes('"type":"message"')) return null
  const [, topic = '', native = ''] = /"topic":"([^":]+):?([A-Z0-9-]*)/.exec(text) ?? []
  const name = topic.slice(topic.lastIndexOf('/') + 1)
  const symbol = native.includes('-')
    ? native.replace('-', '_')
    : native.replace(/^XBT/, 'BTC').replace(/^(.+)USDTM$/, '$1_USDT_PERP')
  if (name === 'level1' || name === 'tickerV2') return { channel: 'book_ticker', symbol }
  if (name === 'match' || name === 'execution') return { channel: 'trade', symbol }
  if (name === 'candles' || name === 'limitCandle') return { channel: 'kline', symbol }
  return name === 'level2Depth50' ? { channel: 'order_book', symbol } : privately
}

const htx: ReadText = (text) => {
  if (/"action":"push"|"topic":"(?:orders|trade|account|positions)"/.test(text)) return privately
  if (/"op":"notify"/.test(text)) return { channel: 'funding', symbol: null }
  const [, native = '', name] = /"(?:ch|rep)":"market\.([A-Za-z0-9-]+)\.([a-z]+)/.exec(text) ?? []
  const symbol = native.includes('-') ? `${native.replace('-', '_')}_PERP` : spotOf(native.toUpperCase())
  if (name === 'bbo') return { channel: 'book_ticker', symbol }
  if (name === 'trade') return { channel: 'trade', symbol }
  if (name === 'kline') return { channel: 'kline', symbol }
  return name === 'mbp' || name === 'depth' ? { channel: 'order_book', symbol } : null
}

/** Perpetuals are quoted in USD: `BTCUSD-PERP`. */
const cryptocom: ReadText = (text) => {
  const [, name, rest = ''] = /"subscription":"([a-z]+)\.?([^"]*)"/.exec(text) ?? []
  if (name === undefined || !text.includes('"data":')) return null
  const native = /[A-Z0-9]+(?:_[A-Z0-9]+|-PERP)/.exec(rest)?.[0]
  const symbol = native?.replace(/^(.+)USD-PERP$/, '$1_USD_PERP') ?? null
  if (name === 'ticker') return { channel: 'book_ticker', symbol }
  if (name === 'trade') return { channel: 'trade', symbol }
  if (name === 'candlestick') return { channel: 'kline', symbol }
  if (name === 'book') return { channel: 'order_book', symbol }
  return name === 'user' ? privately : { channel: 'funding', symbol }
}

const bitfinexChannels: Readonly<Record<string, FrameChannel>> = {
  book: 'order_book',
  trades: 'trade',
  candles: 'kline',
  status: 'funding',
}
/** `tBTCUST`, `tTESTBTC:TESTUSD`, `tBTCF0:USTF0` */
const bitfinexSymbol = (native: string): string =>
  native.includes('F0:')
    ? `${native.slice(1).split('F0:')[0]}_USDT_PERP`
    : native
        .slice(1)
        .replace(/^(.+?):?(UST|USD|BTC|ETH)$/, (_, base, quote) => `${base}_${quote === 'UST' ? 'USDT' : quote}`)

/** Frames bear a channel's number, and the ack before them told whose it is. Channel 0 is the account. */
function bitfinex(): ReadText {
  const labels = new Map<string, FrameLabel>([['0', privately]])
  return (text) => {
    if (!text.startsWith('[')) {
      const id = /"chanId":(\d+)/.exec(text)?.[1]
      const name = /"channel":"([a-z]+)"/.exec(text)?.[1]
      if (!text.includes('"event":"subscribed"') || id === undefined || name === undefined) return null
      const native = /"(?:symbol|key)":"(?:trade:\w+:|deriv:)?(t[A-Z0-9:]+)"/.exec(text)?.[1]
      const channel = name === 'book' && /"len":"?1"?[,}]/.test(text) ? 'book_ticker' : bitfinexChannels[name]
      if (channel !== undefined)
        labels.set(id, { channel, symbol: native === undefined ? null : bitfinexSymbol(native) })
      return null
    }
    const [, id = '', next = ''] = /^\[(\d+),("hb")?/.exec(text) ?? []
    return next === '' ? (labels.get(id) ?? null) : null
  }
}

const pure = (read: ReadText) => (): ReadText => read

/** One line an exchange: what reads the texts of one connection. */
const readers: Readonly<Record<BuiltInExchangeId, () => ReadText>> = {
  binance: pure(binance),
  okx: pure(okx),
  gate: pure(gate),
  mexc: pure(mexc),
  bybit: pure(bybit),
  coinbase: pure(coinbase),
  kraken: pure(kraken),
  kucoin: pure(kucoin),
  htx: pure(htx),
  bitfinex,
  cryptocom: pure(cryptocom),
}

/** Those whose pushes are bytes that hold names as they are; what they say as text is housekeeping. */
const pushesBytes: ReadonlySet<ExchangeId> = new Set(['mexc'])

/** Some exchanges zip their frames. */
export const isZipped = (frame: Buffer): boolean => frame[0] === 0x1f && frame[1] === 0x8b

export function labellerOf(exchange: ExchangeId, origin: string): Labeller {
  if (!isBuiltIn(exchange)) throw new Error(`nobody reads the frames of ${exchange}`)
  const read = readers[exchange]()
  if (pushesBytes.has(exchange)) return (frame, isBinary) => (isBinary ? read(frame.toString('latin1'), origin) : null)
  return (frame) => read((isZipped(frame) ? gunzipSync(frame) : frame).toString('utf8'), origin)
}
