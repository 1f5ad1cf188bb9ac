/** Crypto.com's REST under /exchange/v1: envelope, codes and limits as documented; public lists here, private ones beside. */
import { openTimeOf, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import { createAssets } from '../../assets.ts'
import { WindowCounts } from '../../request-counts.ts'
import type { SimInstrument, SimMaintenance, SimMarket, VenueReply, VenueRequest } from '../../venue.ts'
import { check, Signed } from './auth.ts'
import { type Frames, periodsByTimeframe, type Row } from './frames.ts'
import { createPrivateRest, type PrivateEndpoint } from './private-rest.ts'
import type { PrivateRows } from './private-rows.ts'

/** The result of a reply, or why there is none. */
export type Answer =
  | { readonly result: Row }
  | { readonly status: number; readonly code: number; readonly message: string }
export const wrong = (message: string): Answer => ({ status: 400, code: 40_004, message })
const unknown = () => wrong('Invalid instrument_name')

const root = '/exchange/v1/'
const announcements = '/v1/public/get-announcements'
const publicPerSecond = 100
const secondMs = 1_000
const hourMs = periodMs['1h']
const keptFundingMs = 30 * periodMs['1d']
const mostCandles = 300
const mostTrades = 150
const mostValuations = 100
const depths: ReadonlySet<number> = new Set([10, 50, 100, 150])

export function createRest(
  market: SimMarket,
  frames: Frames,
  account: SimAccount,
  rows: PrivateRows,
  limits: number,
  maintenance: () => readonly SimMaintenance[],
  seed: number,
): (request: VenueRequest) => VenueReply {
  const counts = new WindowCounts()

  /** `who` is an address, or a key. */
  function isOverLimit(method: string, who: string, limit: number, windowMs: number): boolean {
    return counts.add(`${method} ${who}`, windowMs, market.now()) > limit * limits
  }

  /** Most methods are about one instrument. */
  function ofInstrument(query: URLSearchParams, answer: (instrument: SimInstrument, name: string) => Answer): Answer {
    const name = query.get('instrument_name')
    const instrument = name === null ? undefined : frames.find(name)
    return name === null || instrument === undefined ? unknown() : answer(instrument, name)
  }

  /** `count` rows up to the one that opens before `end_ts`, ascending; `start_ts` is not looked at. */
  function candles(query: URLSearchParams): Answer {
    return ofInstrument(query, (instrument, name) => {
      const timeframe = query.get('timeframe') ?? 'M1'
      const period = periodsByTimeframe.get(timeframe)
      if (!period) return wrong('Invalid timeframe')
      const count = whole(query.get('count'), 25, mostCandles)
      const end = whole(query.get('end_ts'), market.now() + 1, Number.MAX_SAFE_INTEGER)
      if (count === null || end === null) return wrong('Invalid count or end_ts')
      const step = periodMs[period]
      const last = Math.min(openTimeOf(market.now(), period), Math.ceil(end / step - 1) * step)
      const data = market.klines(instrument, period, last - (count - 1) * step, last).map(frames.candle)
      return { result: { interval: timeframe, data, instrument_name: name } }
    })
  }

  function valuations(query: URLSearchParams): Answer {
    return ofInstrument(query, (instrument, name) => {
      if (instrument.kind !== 'perpetual') return unknown()
      const count = whole(query.get('count'), 25, mostValuations)
      const end = whole(query.get('end_ts'), market.now(), Number.MAX_SAFE_INTEGER)
      const start = whole(query.get('start_ts'), market.now() - keptFundingMs, Number.MAX_SAFE_INTEGER)
      if (count === null || end === null || start === null) return wrong('Invalid count, start_ts or end_ts')
      const answer = (data: readonly Row[]): Answer => ({ result: { data, instrument_name: name } })
      switch (query.get('valuation_type')) {
        case 'funding_rate':
          return answer([frames.fundingRate(instrument)])
        case 'mark_price':
          return answer([frames.markPrice(instrument)])
        case 'funding_hist': {
          const data: Row[] = []
          const newest = Math.min(market.now(), end - 1)
          for (let at = newest - (newest % hourMs); at >= start && data.length < count; at -= hourMs)
            data.push(frames.paidRate(instrument, at))
          return answer(data)
        }
        default:
          return wrong('Invalid valuation_type')
      }
    })
  }

  const endpoints: Readonly<Record<string, (query: URLSearchParams) => Answer>> = {
    'public/get-instruments': () => ({ result: { data: frames.instruments.map(frames.instrument) } }),
    'public/get-tickers': (query) => {
      const tickerOf = (instrument: SimInstrument) => frames.ticker(market.quote(instrument), market.now(), false)
      if (!query.has('instrument_name')) return { result: { data: frames.instruments.map(tickerOf) } }
      return ofInstrument(query, (instrument) => ({ result: { data: [tickerOf(instrument)] } }))
    },
    'public/get-book': (query) =>
      ofInstrument(query, (instrument, name) => {
        const depth = whole(query.get('depth'), 50, 150)
        if (depth === null || (depth > 50 && !depths.has(depth))) return wrong('Invalid depth')
        const data = [{ ...frames.book(market.book(instrument), depth), t: market.now() }]
        return { result: { depth, data, instrument_name: name } }
      }),
    'public/get-candlestick': candles,
    'public/get-valuations': valuations,
    'public/get-trades': (query) =>
      ofInstrument(query, (instrument, name) => {
        const count = whole(query.get('count'), 25, mostTrades)
        if (count === null) return wrong('Invalid count')
        const data = market.trades(instrument, count).map((trade) => frames.trade(trade, true))
        return { result: { data: data.toReversed(), instrument_name: name } }
      }),
  }

  const announced = (query: URLSearchParams): Answer => ({
    result: {
      data: query.get('category') === 'system' || !query.has('category') ? maintenance().map(announcement) : [],
    },
  })

  function answerPublicly(
    method: string,
    answer: (query: URLSearchParams) => Answer,
    request: VenueRequest,
  ): VenueReply {
    const isOver = isOverLimit(method, request.address, publicPerSecond, secondMs)
    const told: Answer = isOver ? tooMany : answer(request.query)
    return 'result' in told
      ? { status: 200, body: { id: -1, method, code: 0, result: told.result } }
      : { status: told.status, body: { code: told.code, message: told.message } }
  }

  const privateEndpoints = createPrivateRest(account, frames, rows, createAssets(seed, 'cryptocom', market))

  /** The body is the whole request; its method must be the path's. */
  function answerPrivately(method: string, endpoint: PrivateEndpoint, request: VenueRequest): VenueReply {
    const body = Signed.safeParse(parsed(request.body))
    if (!body.success || body.data.method !== method)
      return { status: 400, body: { id: -1, method, code: 40_003, message: 'INVALID_REQUEST' } }
    const { id, api_key: key, params = {} } = body.data
    const checked = check(account, body.data, request.address)
    const answered = (): Answer => {
      if (!checked.ok) return checked
      if (isOverLimit(method, key, endpoint.limit, endpoint.windowMs)) return tooMany
      return endpoint.answer(new Map(Object.entries(params).map(([name, value]) => [name, String(value)])))
    }
    const told = answered()
    return 'result' in told
      ? { status: 200, body: { id, method, code: 0, result: told.result } }
      : { status: told.status, body: { id, method, code: told.code, message: told.message } }
  }

  return (request) => {
    const { origin, path, method } = request
    if (origin.startsWith('http') && method === 'GET') {
      if (path === announcements) return answerPublicly('public/get-announcements', announced, request)
      const name = path.startsWith(root) ? path.slice(root.length) : ''
      const answer = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined
      if (answer) return answerPublicly(name, answer, request)
    }
    if (origin.startsWith('http') && method === 'POST') {
      const name = path.startsWith(root) ? path.slice(root.length) : ''
      const endpoint = Object.hasOwn(privateEndpoints, name) ? privateEndpoints[name] : undefined
      if (endpoint) return answerPrivately(name, endpoint, request)
    }
    const timestamp = new Date(market.now()).toISOString().replace('Z', '+00:00')
    return { status: 404, body: { timestamp, status: 404, error: 'Not Found', path: path.replace(/^\/exchange/, '') } }
  }
}

const tooMany: Answer = { status: 429, code: 42_901, message: 'RATE_LIMIT' }

/** Of the whole exchange. */
const announcement = ({ from, until }: SimMaintenance): Row => ({
  id: `67ea25c5${from}`,
  category: 'system',
  product_type: 'Spot,Margin,Derivative',
  announced_at: from - periodMs['1d'],
  title: 'Scheduled system maintenance',
  content: '<p>Trading is not available meanwhile.</p>',
  instrument_name: null,
  impacted_params: {
    spot_trading_impacted: 'FULL',
    derivative_trading_impacted: 'FULL',
    margin_trading_impacted: 'FULL',
    otc_trading_impacted: 'BAU',
  },
  start_time: from,
  end_time: until,
})

/** A count from 1, at most `maximum` (more is cut); null where it is none. */
function whole(text: string | null, standard: number, maximum: number): number | null {
  if (text === null || text === '') return standard
  return /^[1-9]\d{0,15}$/.test(text) ? Math.min(Number(text), maximum) : null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
