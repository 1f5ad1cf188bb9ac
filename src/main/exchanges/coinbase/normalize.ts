/**
 * Coinbase's public frames to domain values: books, quotes and candles of Advanced Trade's socket, trades of Coinbase Exchange's.
 * Docs: https://docs.cdp.coinbase.com/advanced-trade/docs/ws-channels, https://docs.cdp.coinbase.com/exchange/docs/websocket-channels ·
 * fixtures coinbase/ws_market.ndjson (documented), recordings/COINBASE.ndjson (recorded in 2021)
 */
import { parseDecimal } from '../../../shared/decimal.ts'
import type { Candle, Instrument, Kline, MarketEvent, Trade } from '../../../shared/domain/index.ts'
import { isCandle } from '../candles.ts'
import type { InstrumentLookup, Normalized, Normalizer } from '../contract.ts'
import { millisecondsOf } from '../instants.ts'
import { createDepthNormalizer } from './depth.ts'
import {
  type CandleRow,
  CandlesFrame,
  ErrorFrame,
  MatchFrame,
  Numbered,
  type StreamCandle,
  SubscriptionsFrame,
  TradeSubscriptions,
} from './schemas.ts'
import { wireOf } from './subscribe.ts'

type Rejected = Extract<Normalized, { kind: 'rejected' }>
type Find = ReadonlyMap<string, Instrument>

const rejected = (reason: Rejected['reason'], detail: string): Rejected => ({ kind: 'rejected', reason, detail })
const ignored: Normalized = { kind: 'control', control: { type: 'ignored' } }
const loggedIn: Normalized = { kind: 'control', control: { type: 'loggedIn' } }

export const createNormalizer = (feed: string, lookup: InstrumentLookup): Normalizer =>
  feed === 'trades' ? createTradesNormalizer(lookup.spot) : createMarketNormalizer(lookup.spot)

function parsed(data: Buffer, read: (frame: object) => Normalized): Normalized {
  let json: unknown
  try {
    json = JSON.parse(data.toString())
  } catch {
    return rejected('json', data.toString('utf8', 0, 200))
  }
  return typeof json === 'object' && json !== null ? read(json) : rejected('schema', data.toString('utf8', 0, 200))
}

// ---------------------------------------------------------------- Advanced Trade

/** Heartbeats, one a second, that broken books may take to begin anew before the whole connection is replaced. */
const mostBrokenBeats = 6

/**
 * Every frame of a connection, acks and heartbeats included, is numbered from 0 on without holes. After a hole nobody knows what was
 * lost: the frame that shows it is rejected, which casts doubt on every book at once, and none of them goes on before it began anew.
 * Where that does not happen soon (quotes alone are wanted, and nobody keeps the book), the connection is to be replaced.
 * A frame with a number that was here before came twice and is passed over.
 */
function createMarketNormalizer(find: Find): Normalizer {
  const depth = createDepthNormalizer(find)
  let last: number | null = null
  let brokenBeats = 0

  function read(json: object, receivedAt: number): Normalized {
    if ('type' in json && json.type === 'error') return rejected('value', `error: ${wordsOf(json)}`)
    const numbered = Numbered.safeParse(json)
    if (!numbered.success) return rejected('schema', 'no channel with a sequence_num')
    const { channel, sequence_num: number } = numbered.data
    if (!Number.isSafeInteger(number) || number < 0) return rejected('value', `sequence_num: ${number}: no number`)
    if (last !== null && number <= last) return ignored
    const missing = last === null ? 0 : number - last - 1
    const before = last
    last = number
    if (missing > 0) {
      depth.breakAll()
      // What is subscribed must be known all the same.
      if (channel !== 'subscriptions')
        return rejected('value', `sequence_num: ${number} after ${before}: ${missing} frames are missing`)
    }
    switch (channel) {
      case 'l2_data':
        return depth.normalize(json, receivedAt)
      case 'candles':
        return normalizeCandles(json, receivedAt, find)
      case 'heartbeats':
        brokenBeats = depth.broken === 0 ? 0 : brokenBeats + 1
        return brokenBeats > mostBrokenBeats ? closing(`${depth.broken} books lost a frame`) : ignored
      case 'subscriptions':
        return normalizeSubscriptions(json)
      default:
        return rejected('unknownChannel', channel.slice(0, 100))
    }
  }

  function normalizeSubscriptions(json: object): Normalized {
    const frame = SubscriptionsFrame.safeParse(json)
    if (!frame.success) return rejected('schema', frame.error.message)
    const wires: string[] = []
    const books = new Set<string>()
    for (const { subscriptions } of frame.data.events)
      for (const [channel, products] of Object.entries(subscriptions)) {
        if (channel === 'heartbeats') continue
        if (channel === 'level2') for (const product of products) books.add(product)
        for (const product of products) wires.push(wireOf(channel, product))
      }
    depth.keep(books)
    // The heartbeats come first and alone.
    return wires.length === 0 ? loggedIn : { kind: 'control', control: { type: 'ack', id: null, wires } }
  }

  return (data, _isBinary, receivedAt) => parsed(data, (json) => read(json, receivedAt))
}

const closing = (message: string): Normalized => ({ kind: 'control', control: { type: 'closing', message } })

/**
 * In      {"channel":"candles","client_id":"","timestamp":"2026-04-07T14:30:05Z","sequence_num":3,"events":[{"type":"update","candles":[
 *         {"start":"1775521800","high":"68950.00","low":"68850.00","open":"68900.00","close":"68920.50","volume":"42.15","product_id":"BTC-USD"}]}]}
 * Out     klines of 5 minutes, always open: Coinbase never says that one is closed, and its last push may lack the last trades, so that
 *         history has the word; exchangeAt = timestamp. Of a snapshot, which lists a hundred, only each product's newest
 */
function normalizeCandles(json: unknown, receivedAt: number, find: Find): Normalized {
  const frame = CandlesFrame.safeParse(json)
  if (!frame.success) return rejected('schema', frame.error.message)
  const exchangeAt = millisecondsOf(frame.data.timestamp)
  if (Number.isNaN(exchangeAt)) return rejected('value', `candles: timestamp: ${frame.data.timestamp.slice(0, 40)}`)
  const events: MarketEvent[] = []
  for (const { type, candles } of frame.data.events)
    for (const row of type === 'snapshot' ? newestOf(candles) : candles) {
      const instrument = find.get(row.product_id)
      if (!instrument) return rejected('unknownInstrument', row.product_id.slice(0, 100))
      const candle = readCandle(row)
      if (candle === null) return rejected('value', `candle: ${JSON.stringify(row).slice(0, 200)}`)
      const more = { instrument, period: '5m', isClosed: false, exchangeAt, receivedAt } as const
      events.push({ kind: 'kline', ...more, ...candle } satisfies Kline)
    }
  return events.length === 0 ? ignored : { kind: 'events', events }
}

function newestOf(candles: readonly StreamCandle[]): readonly StreamCandle[] {
  const newest = new Map<string, StreamCandle>()
  for (const row of candles) {
    const known = newest.get(row.product_id)
    if (known === undefined || Number(row.start) > Number(known.start)) newest.set(row.product_id, row)
  }
  return [...newest.values()]
}

/** A candle of the stream or of history; null where a number is none. `start` in seconds, volume in base asset; no quote volume is told. */
export function readCandle(row: CandleRow): Candle | null {
  const openTime = parseDecimal(row.start) * 1_000
  const [open, high, low, close, volume] = [row.open, row.high, row.low, row.close, row.volume].map(parseDecimal)
  if (open === undefined || high === undefined || low === undefined || close === undefined || volume === undefined)
    return null
  if (!(openTime > 0) || !isCandle(open, high, low, close, volume, 0)) return null
  return { openTime, open, high, low, close, volume, quoteVolume: null }
}

// ---------------------------------------------------------------- Coinbase Exchange

/** Trades of one product on one connection. */
interface TradeRun {
  newest: number
  /** Numbers below the newest that were left out since the last heartbeat. */
  missing: number
}

/**
 * Trades of a product are numbered without holes, but Coinbase may drop messages on its way to the socket: the heartbeat after a hole, one a
 * second, is rejected, which casts doubt on that second of the trades. Its own `last_trade_id` is 0 in practice, so that it is not asked.
 */
function createTradesNormalizer(find: Find): Normalizer {
  const runs = new Map<string, TradeRun>()

  function count({ instrument, tradeId }: Trade): void {
    const id = Number(tradeId)
    const run = runs.get(instrument.nativeName)
    if (run === undefined) runs.set(instrument.nativeName, { newest: id, missing: 0 })
    else if (id > run.newest) {
      run.missing += id - run.newest - 1
      run.newest = id
    } else if (id < run.newest) run.missing = Math.max(0, run.missing - 1)
  }

  function readHeartbeat(json: object): Normalized {
    const product = 'product_id' in json && typeof json.product_id === 'string' ? json.product_id : ''
    const run = runs.get(product)
    if (run === undefined || run.missing === 0) return ignored
    const { newest, missing } = run
    run.missing = 0
    return rejected('value', `${product}: trades before ${newest} are missing: ${missing}`)
  }

  return (data, _isBinary, receivedAt) =>
    parsed(data, (json) => {
      const type = 'type' in json ? json.type : undefined
      switch (type) {
        case 'match':
        case 'last_match': {
          const told = normalizeMatch(json, receivedAt, find)
          const [trade] = told.kind === 'events' ? told.events : []
          // A subscription begins with the newest trade before it.
          if (trade?.kind === 'trade' && type === 'last_match') runs.delete(trade.instrument.nativeName)
          else if (trade?.kind === 'trade') count(trade)
          return told
        }
        case 'heartbeat':
          return readHeartbeat(json)
        case 'subscriptions':
          return normalizeTradeSubscriptions(json)
        case 'error':
          return normalizeRefusal(json)
        default:
          return rejected('unknownChannel', `type ${String(type).slice(0, 100)}`)
      }
    })
}

/**
 * In      {"type":"match","trade_id":280232,"maker_order_id":"…","taker_order_id":"…","side":"sell","size":"985","price":"0.00001305",
 *         "product_id":"SKL-BTC","sequence":177100030,"time":"2021-04-17T16:43:37.089723Z"}
 * Out     one trade; `side` is the maker's, so that the taker's is the other; size in base asset. `last_match`, the newest trade before
 *         the subscription, is one like any other: what was here before is told by its id
 */
function normalizeMatch(json: unknown, receivedAt: number, find: Find): Normalized {
  const frame = MatchFrame.safeParse(json)
  if (!frame.success) return rejected('schema', frame.error.message)
  const { trade_id: id, side: maker, size, price: priceText, product_id: product, time } = frame.data
  const instrument = find.get(product)
  if (!instrument) return rejected('unknownInstrument', product.slice(0, 100))
  const [price, quantity, exchangeAt] = [parseDecimal(priceText), parseDecimal(size), millisecondsOf(time)]
  if (!(price > 0) || !(quantity > 0) || !(exchangeAt > 0) || !Number.isSafeInteger(id) || id < 0)
    return rejected('value', `${product} trade ${id} price ${priceText} size ${size} time ${time}`.slice(0, 200))
  const side = maker === 'buy' ? 'SELL' : 'BUY'
  const numbers = { tradeId: String(id), price, quantity, side, exchangeAt, receivedAt } as const
  return { kind: 'events', events: [{ kind: 'trade', instrument, ...numbers }] }
}

/** All that is subscribed, after every request; heartbeats are no topic of anybody's. */
function normalizeTradeSubscriptions(json: unknown): Normalized {
  const frame = TradeSubscriptions.safeParse(json)
  if (!frame.success) return rejected('schema', frame.error.message)
  const wires = frame.data.channels
    .filter(({ name }) => name === 'matches')
    .flatMap(({ name, product_ids: products }) => products.map((product) => wireOf(name, product)))
  return { kind: 'control', control: { type: 'ack', id: null, wires } }
}

/**
 * In      {"type":"error","message":"Failed to subscribe","reason":"FOO-USD is not a valid product"}
 *         {"type":"error","message":"Failed to subscribe","reason":"YFI-USD is delisted"}
 * Out     the refusal of that product; the others of its request are asked for again when no ack comes
 */
function normalizeRefusal(json: object): Normalized {
  const words = wordsOf(json)
  const product = /(\S+) is (?:not a valid product|delisted)/.exec(words)?.[1]
  if (product === undefined) return rejected('value', `error: ${words}`)
  const wires = [wireOf('matches', product)]
  return { kind: 'control', control: { type: 'refused', id: null, wires, message: words } }
}

const wordsOf = (json: object): string => {
  const { message = '', reason = '' } = ErrorFrame.safeParse(json).data ?? {}
  return `${message}${reason === '' ? '' : `: ${reason}`}`.slice(0, 200) || 'without words'
}
