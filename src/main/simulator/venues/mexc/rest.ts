import type { EpochMs } from '../../../../shared/domain/index.ts'
import { mapLevels } from '../../depth.ts'
import { hash, hashText, unit } from '../../hash.ts'
import type { SimInstrument, SimMarket, SimTrade, VenueReply } from '../../venue.ts'
import { candlesBetween, type Interval, intervals } from './candles.ts'
import { amount, nativeName, price, quantity } from './format.ts'

export interface Endpoint {
  weight(query: URLSearchParams): number
  answer(query: URLSearchParams): VenueReply
}

type Instruments = ReadonlyMap<string, SimInstrument>

/** Depth replies are up to so much older than what the stream has told; how old each is, is hashed. */
const longestLagMs = 300
const lagKey = hashText(0, 'mexc depth')

/** `{"code":…,"msg":…}` with HTTP 400. */
export const refuse = (code: number, msg: string): VenueReply => ({ status: 400, body: { msg, code, _extend: null } })

export const ok = (body: unknown): VenueReply => ({ status: 200, body })
const invalidSymbol = refuse(-1121, 'Invalid symbol.')

/** Answers for the `symbol` of the query, which has to be there. */
export function ofSymbol(
  instruments: Instruments,
  answer: (instrument: SimInstrument, query: URLSearchParams) => VenueReply,
): (query: URLSearchParams) => VenueReply {
  return (query) => {
    const symbol = query.get('symbol')
    if (!symbol) return refuse(700004, "Param 'symbol' must be sent, but it was empty/null")
    const instrument = instruments.get(symbol)
    return instrument ? answer(instrument, query) : invalidSymbol
  }
}

/** The public endpoints by path. */
export function createEndpoints(market: SimMarket, instruments: Instruments): ReadonlyMap<string, Endpoint> {
  let depthReplies = 0
  const fixed = (weight: number, answer: Endpoint['answer']): Endpoint => ({ weight: () => weight, answer })

  /** One object for `symbol`, a list of all without it. */
  const ofSymbolOrAll = (render: (instrument: SimInstrument) => unknown): Endpoint['answer'] => {
    return (query) =>
      query.get('symbol')
        ? ofSymbol(instruments, (instrument) => ok(render(instrument)))(query)
        : ok([...instruments.values()].map(render))
  }

  function exchangeInfo(query: URLSearchParams): VenueReply {
    const names = (query.get('symbols') ?? query.get('symbol'))?.split(',') ?? [...instruments.keys()]
    const rows: unknown[] = []
    for (const name of names) {
      const instrument = instruments.get(name)
      if (!instrument) return refuse(10007, 'bad symbol')
      rows.push(symbolRow(instrument))
    }
    return ok({ timezone: 'CST', serverTime: market.now(), rateLimits: [], exchangeFilters: [], symbols: rows })
  }

  function klines(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const interval = intervals.find(({ rest }) => rest !== null && rest === query.get('interval'))
    if (!interval) return refuse(-1121, 'Invalid interval.')
    const start = readTime(query, 'startTime')
    const end = readTime(query, 'endTime')
    if (Number.isNaN(start) || Number.isNaN(end)) return illegal
    if (start !== null && end !== null && start > end) return combination
    const limit = readLimit(query, 500, 500)
    if (limit === null) return illegal
    const rows = selectCandles(market, instrument, interval, start, end, limit)
    return ok(
      rows.map(({ openTime, endTime, open, high, low, close, volume, quoteVolume }) => [
        openTime,
        ...[open, high, low, close].map((value) => price(value, instrument)),
        quantity(volume, instrument),
        endTime,
        amount(quoteVolume),
      ]),
    )
  }

  function trades(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const limit = readLimit(query, 500, 1_000)
    return limit === null ? illegal : ok(market.trades(instrument, limit).toReversed().map(tradeRow))
  }

  /** `startTime` and `endTime` come together or not at all. */
  function aggregatedTrades(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const start = readTime(query, 'startTime')
    const end = readTime(query, 'endTime')
    const limit = readLimit(query, 500, 1_000)
    if (Number.isNaN(start) || Number.isNaN(end) || limit === null) return illegal
    if ((start === null) !== (end === null)) return combination
    const newest = market.trades(instrument, 1_000)
    const chosen = newest.filter(({ at }) => (start === null || at >= start) && (end === null || at <= end))
    return ok(chosen.slice(-limit).toReversed().map(aggregatedTradeRow))
  }

  /** The book of a moment ago: the stream is ahead of it. */
  function depth(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const limit = readLimit(query, 100, 5_000)
    if (limit === null) return illegal
    depthReplies += 1
    const lagMs = Math.floor(unit(hash(hashText(lagKey, instrument.symbol), depthReplies)) * longestLagMs)
    const { updateId, at, bids, asks } = market.book(instrument, lagMs)
    const row = (value: number, size: number) => [price(value, instrument), quantity(size, instrument)]
    return ok({
      lastUpdateId: updateId,
      bids: mapLevels(bids, limit, row),
      asks: mapLevels(asks, limit, row),
      timestamp: at,
    })
  }

  function bookTicker(instrument: SimInstrument) {
    const { bidPrice, bidQuantity, askPrice, askQuantity } = market.quote(instrument)
    return {
      symbol: nativeName(instrument),
      bidPrice: price(bidPrice, instrument),
      bidQty: quantity(bidQuantity, instrument),
      askPrice: price(askPrice, instrument),
      askQty: quantity(askQuantity, instrument),
    }
  }

  /** Of the last 24 hours, to the quarter of an hour. */
  function dayTicker(instrument: SimInstrument): unknown {
    const closeTime = market.now()
    const openTime = closeTime - 86_400_000
    const candles = market.klines(instrument, '15m', openTime, closeTime)
    const last = candles.at(-1)?.close ?? market.quote(instrument).bidPrice
    const open = candles[0]?.open ?? last
    const text = (value: number): string => price(value, instrument)
    return {
      ...bookTicker(instrument),
      priceChange: text(last - open),
      priceChangePercent: ((last - open) / open).toFixed(4),
      prevClosePrice: text(open),
      lastPrice: text(last),
      openPrice: text(open),
      highPrice: text(Math.max(last, ...candles.map(({ high }) => high))),
      lowPrice: text(Math.min(last, ...candles.map(({ low }) => low))),
      volume: quantity(
        candles.reduce((sum, { volume }) => sum + volume, 0),
        instrument,
      ),
      quoteVolume: amount(candles.reduce((sum, { quoteVolume }) => sum + quoteVolume, 0)),
      openTime,
      closeTime,
      count: null,
    }
  }

  return new Map<string, Endpoint>([
    ['/api/v3/ping', fixed(1, () => ok({}))],
    ['/api/v3/time', fixed(1, () => ok({ serverTime: market.now() }))],
    ['/api/v3/defaultSymbols', fixed(1, () => ok({ code: 200, data: [...instruments.keys()], msg: null }))],
    ['/api/v3/exchangeInfo', fixed(10, exchangeInfo)],
    ['/api/v3/depth', fixed(1, ofSymbol(instruments, depth))],
    ['/api/v3/trades', fixed(5, ofSymbol(instruments, trades))],
    ['/api/v3/aggTrades', fixed(1, ofSymbol(instruments, aggregatedTrades))],
    ['/api/v3/klines', fixed(1, ofSymbol(instruments, klines))],
    ['/api/v3/ticker/bookTicker', fixed(1, ofSymbolOrAll(bookTicker))],
    ['/api/v3/ticker/24hr', { weight: (query) => (query.get('symbol') ? 1 : 40), answer: ofSymbolOrAll(dayTicker) }],
  ])
}

export const illegal = refuse(700008, 'Illegal characters found in a parameter.')
export const combination = refuse(-1128, 'Combination of optional parameters invalid.')

/** null where absent, NaN where it is no epoch ms. */
export function readTime(query: URLSearchParams, name: string): EpochMs | null {
  const text = query.get(name)
  if (!text) return null
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
}

/** Above the most, the most is given; null for what is no count. */
export function readLimit(query: URLSearchParams, normal: number, most: number): number | null {
  const text = query.get('limit')
  if (!text) return normal
  return /^[1-9]\d{0,8}$/.test(text) ? Math.min(Number(text), most) : null
}

/** `end` is exclusive. With both bounds the first rows from the start; with one or none the newest, even if a start is given. */
function selectCandles(
  market: SimMarket,
  instrument: SimInstrument,
  interval: Interval,
  start: EpochMs | null,
  end: EpochMs | null,
  limit: number,
) {
  const now = market.now()
  const last = Math.min(end === null ? now : end - 1, now)
  // A window's length, the longest for months, so that `limit` of them are surely within reach.
  const window =
    interval.endOf(interval.openOf(last)) - interval.openOf(last) + 3 * 86_400_000 * Number(interval.rest === '1M')
  if (start !== null && end !== null)
    return candlesBetween(market, instrument, interval, start, Math.min(last, start + limit * window)).slice(0, limit)
  const from = Math.max(start ?? 0, last - limit * window, instrument.listedAt - window)
  return candlesBetween(market, instrument, interval, Math.max(0, from), last).slice(-limit)
}

function symbolRow(instrument: SimInstrument): unknown {
  const { base, quote, priceDecimals, quantityDecimals, lotSize, minimumNotional } = instrument
  return {
    symbol: nativeName(instrument),
    status: '1',
    baseAsset: base,
    baseAssetPrecision: quantityDecimals,
    quoteAsset: quote,
    quotePrecision: priceDecimals,
    quoteAssetPrecision: priceDecimals,
    baseCommissionPrecision: quantityDecimals,
    quoteCommissionPrecision: priceDecimals,
    orderTypes: ['LIMIT', 'MARKET', 'LIMIT_MAKER'],
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    permissions: ['SPOT'],
    filters: [],
    baseSizePrecision: quantity(lotSize, instrument),
    maxQuoteAmount: '4000000',
    makerCommission: '0',
    takerCommission: '0.0005',
    quoteAmountPrecision: amount(minimumNotional),
    quoteAmountPrecisionMarket: amount(minimumNotional),
    maxQuoteAmountMarket: '4000000',
    fullName: base,
    tradeSideType: 1,
    st: false,
  }
}

/** Public trades have no id here. */
function tradeRow(trade: SimTrade): unknown {
  const { instrument } = trade
  return {
    id: null,
    price: price(trade.price, instrument),
    qty: quantity(trade.quantity, instrument),
    quoteQty: amount(trade.price * trade.quantity),
    time: trade.at,
    isBuyerMaker: trade.side === 'SELL',
    isBestMatch: true,
  }
}

function aggregatedTradeRow(trade: SimTrade): unknown {
  const { instrument } = trade
  return {
    a: null,
    f: null,
    l: null,
    p: price(trade.price, instrument),
    q: quantity(trade.quantity, instrument),
    T: trade.at,
    m: trade.side === 'SELL',
    M: true,
  }
}
