/** KuCoin's public REST, of both hosts. */
import { type EpochMs, type MarketKind, openTimeOf, type Period, periodMs } from '../../../../shared/domain/index.ts'
import type { SimInstrument, SimMaintenance, SimMarket, VenueReply, VenueRequest } from '../../venue.ts'
import { type Frames, periodsByType, sides } from './frames.ts'
import { notAllowed, notFound, ok, okText, unknownSymbol, wholeNumber, wrong } from './replies.ts'
import type { Tokens } from './tokens.ts'

export interface Endpoint {
  readonly method: 'GET' | 'POST'
  readonly weight: number
  answer(query: URLSearchParams): VenueReply
}

const mostSpotCandles = 1_500
const mostFuturesCandles = 500
const granularities: ReadonlyMap<string, Period> = new Map([
  ['1', '1m'],
  ['5', '5m'],
  ['15', '15m'],
  ['60', '1h'],
  ['1440', '1d'],
])
/** Payments are this far apart. How far back they are told, and how many at once, is ours. */
const fundingMs = 8 * 3_600_000
const mostPaidRates = 100
const paidMemoryMs = 90 * 24 * 60 * 60_000

const pingMs = { pingInterval: 18_000, pingTimeout: 10_000 } as const
export const tokenReply = (kind: MarketKind, token: string): VenueReply => {
  const endpoint = kind === 'perpetual' ? 'wss://ws-api-futures.kucoin.com/' : 'wss://ws-api-spot.kucoin.com/'
  return ok({ token, instanceServers: [{ endpoint, encrypt: true, protocol: 'websocket', ...pingMs }] })
}

/** By path, of one host. */
export function publicEndpoints(
  kind: MarketKind,
  market: SimMarket,
  frames: Frames,
  tokens: Tokens,
  assets: () => unknown,
  maintenance: () => readonly SimMaintenance[],
): ReadonlyMap<string, Endpoint> {
  const get = (weight: number, answer: Endpoint['answer']): Endpoint => ({ method: 'GET', weight, answer })
  const ofSymbol =
    (answer: (instrument: SimInstrument, query: URLSearchParams) => VenueReply): Endpoint['answer'] =>
    (query) => {
      const name = query.get('symbol')
      if (!name) return wrong('symbol')
      const instrument = frames.find(kind, name)
      return instrument === undefined ? unknownSymbol : answer(instrument, query)
    }
  const ofKind = () => frames.instruments.filter((instrument) => instrument.kind === kind)

  const shared: readonly (readonly [string, Endpoint])[] = [
    ['/api/v1/timestamp', get(3, () => ok(market.now()))],
    [
      '/api/v1/status',
      get(3, () => ok(maintenance().some(({ isOngoing }) => isOngoing) ? closedStatus : { status: 'open', msg: '' })),
    ],
    ['/api/v1/bullet-public', { method: 'POST', weight: 10, answer: () => tokenReply(kind, tokens.make(kind, null)) }],
  ]
  if (kind === 'spot') {
    return new Map([
      ...shared,
      ['/api/v2/symbols', get(4, () => ok(ofKind().map(frames.symbolRow)))],
      ['/api/v3/currencies', get(3, () => ok(assets()))],
      ['/api/v1/market/candles', get(3, ofSymbol(spotCandles))],
      [
        '/api/v1/market/orderbook/level2_20',
        get(
          2,
          ofSymbol((instrument) => ok(spotBook(instrument, 20))),
        ),
      ],
      [
        '/api/v1/market/orderbook/level2_100',
        get(
          4,
          ofSymbol((instrument) => ok(spotBook(instrument, 100))),
        ),
      ],
      [
        '/api/v1/market/histories',
        get(
          3,
          ofSymbol((instrument) => ok(market.trades(instrument, 100).map(frames.match))),
        ),
      ],
    ])
  }
  return new Map([
    ...shared,
    ['/api/v1/contracts/active', get(3, () => ok(ofKind().map(frames.contractRow)))],
    ['/api/v1/kline/query', get(3, ofSymbol(futuresCandles))],
    ['/api/v1/contract/funding-rates', get(5, ofSymbol(paidRates))],
    [
      '/api/v1/level2/snapshot',
      get(
        3,
        ofSymbol((instrument) => ok(futuresBook(instrument))),
      ),
    ],
    [
      '/api/v1/trade/history',
      get(
        5,
        ofSymbol((instrument) => okText(`[${market.trades(instrument, 100).map(frames.execution).join(',')}]`)),
      ),
    ],
  ])

  function spotBook(instrument: SimInstrument, most: number) {
    const book = market.book(instrument)
    return { time: book.at, sequence: String(book.updateId), ...sides(book, most) }
  }

  function futuresBook(instrument: SimInstrument) {
    const book = market.book(instrument)
    return { sequence: book.updateId, symbol: instrument.symbol, ...sides(book, Number.POSITIVE_INFINITY), ts: book.at }
  }

  /** Newest first, the newest of what was asked for where that is too much; seconds, the end not included. */
  function spotCandles(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const period = periodsByType.get(query.get('type') ?? '')
    if (period === undefined) return wrong('type')
    const [start, end] = [wholeNumber(query, 'startAt'), wholeNumber(query, 'endAt')]
    if (Number.isNaN(start)) return wrong('startAt')
    if (Number.isNaN(end)) return wrong('endAt')
    const last = end === null || end === 0 ? market.now() : end * 1_000 - 1
    const first = Math.max((start ?? 0) * 1_000, openTimeOf(last, period) - (mostSpotCandles - 1) * periodMs[period])
    return ok(market.klines(instrument, period, first, last).map(frames.textCandle).reverse())
  }

  /** Oldest first, the oldest of what was asked for where that is too much; milliseconds. */
  function futuresCandles(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const period = granularities.get(query.get('granularity') ?? '')
    if (period === undefined) return wrong('granularity')
    const [from, to] = [wholeNumber(query, 'from'), wholeNumber(query, 'to')]
    if (Number.isNaN(from)) return wrong('from')
    if (Number.isNaN(to)) return wrong('to')
    const span = mostFuturesCandles * periodMs[period]
    const first = from ?? (to ?? market.now()) - span
    const rows = market.klines(instrument, period, first, Math.min(to ?? market.now(), first + span))
    return ok(rows.slice(0, mostFuturesCandles).map(frames.numberCandle))
  }

  /** Newest first. */
  function paidRates(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const [from, to] = [wholeNumber(query, 'from'), wholeNumber(query, 'to')]
    if (from === null || Number.isNaN(from)) return wrong('from')
    if (to === null || Number.isNaN(to)) return wrong('to')
    const newest = Math.min(market.now(), to)
    const oldest = Math.max(market.now() - paidMemoryMs, from)
    const rows: unknown[] = []
    for (let at: EpochMs = newest - (newest % fundingMs); at >= oldest && rows.length < mostPaidRates; at -= fundingMs)
      rows.push(frames.paidRate(instrument, at))
    return ok(rows)
  }
}

const closedStatus = { status: 'close', msg: 'Trading is closed for a system upgrade' } as const

/** What a request to one of these comes to; `take` counts its weight. */
export function answerPublicly(endpoint: Endpoint | undefined, { method, query }: VenueRequest): VenueReply {
  if (endpoint === undefined) return notFound
  return method === endpoint.method ? endpoint.answer(query) : notAllowed
}
